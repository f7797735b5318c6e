#!/bin/sh
# Limits, freezing and ending what engines and systemd started: it takes hold, lasts, and the engine knows.
# shellcheck source=tests/vm/guest/lib.sh
. "$(dirname "$0")/lib.sh"
need_engines

# A container of each engine of its own: the others are looked at meanwhile.
podman run -d --name act-podman --network none localhost/tiny:1 sleep 3600 >/dev/null || fail "podman run"
docker run -d --name act-docker --network none tiny:1 sleep 3600 >/dev/null || fail "docker run"
systemd-run -q --unit act-unit --slice=actslice sleep 3600 || fail "systemd-run"
unit=$(systemctl show -P ControlGroup act-unit)
slice=/actslice.slice

runs() {
	"$BOXTOP" "$@" >"$work/out" 2>"$work/err" </dev/null ||
		fail "boxtop $*: exit code $?: $(cat "$work/err")"
}

state() {
	"$BOXTOP" list --all --format json | jq -r ".containers[] | select(.name == \"$1\") | .state"
}

# holds TARGET WHEN - what the kernel's files say
holds() {
	is "$1: memory, pids, CPUs $2" "50331648 40 0.25" "$("$BOXTOP" limit --json "$1" |
		jq -r '.limits | "\(.memory.value) \(.pids.value) \(.cpus.value)"')"
}

# ---- Limits ----

for target in act-podman act-docker "$unit" $slice; do
	runs limit "$target" memory=48M pids=40 cpus=0.25
	holds "$target" "when set"
done
systemctl daemon-reload
for target in act-podman act-docker "$unit" $slice; do
	holds "$target" "after a reload"
done
is "systemctl show: MemoryMax" 50331648 "$(systemctl show -P MemoryMax act-unit)"
is "systemctl show: TasksMax" 40 "$(systemctl show -P TasksMax act-unit)"
is "systemctl show: CPUQuota" 250ms "$(systemctl show -P CPUQuotaPerSecUSec act-unit)"
is "systemctl show: TasksMax of the slice" 40 "$(systemctl show -P TasksMax actslice.slice)"
# A fork too many is refused inside.
docker exec act-docker sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 \
	26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42; do sleep 60 & done' >"$work/forks" 2>&1
grep -qi 'fork' "$work/forks" || fail "42 processes in 40: $(cat "$work/forks")"

# ---- Freezing ----

for target in act-podman act-docker; do
	runs freeze "$target"
	is "$target" paused "$(state "$target")"
	runs thaw "$target"
	is "$target" running "$(state "$target")"
done

# ---- Ending: the engine sees it, and cleans up ----

for target in act-podman act-docker "$unit"; do
	runs kill --yes "$target"
done
podman_ended() {
	[ "$(podman inspect -f '{{.State.Status}}' act-podman)" = exited ]
}
docker_ended() {
	[ "$(docker inspect -f '{{.State.Status}}' act-docker)" = exited ]
}
unit_ended() {
	[ "$(systemctl is-active act-unit)" != active ]
}
until_ 60 podman_ended || fail "podman says $(podman inspect -f '{{.State.Status}}' act-podman)"
until_ 60 docker_ended || fail "docker says $(docker inspect -f '{{.State.Status}}' act-docker)"
until_ 60 unit_ended || fail "systemd says $(systemctl is-active act-unit)"
is "podman: exit code" 137 "$(podman inspect -f '{{.State.ExitCode}}' act-podman)"
is "docker: exit code" 137 "$(docker inspect -f '{{.State.ExitCode}}' act-docker)"
is "systemd: result" signal "$(systemctl show -P Result act-unit)"
podman rm act-podman >/dev/null || fail "podman rm"
docker rm act-docker >/dev/null || fail "docker rm"
systemctl reset-failed act-unit
# ---- A plain user's own, by herself, where controllers are delegated to her ----

boxtop=$work/boxtop
cp "$BOXTOP" "$boxtop"
chmod 755 "$work" "$boxtop"
hers() {
	as_alice "$boxtop" "$@" >"$work/out" 2>"$work/err" </dev/null
}
if [ "$SHAPE" = v2 ]; then
	as_alice podman run -d --name act-rootless --network none localhost/tiny:1 sleep 3600 >/dev/null ||
		fail "podman run as alice"
	as_alice systemd-run --user -q --unit act-hers sleep 3600 || fail "systemd-run as alice"
	her_unit=/user.slice/user-1000.slice/user@1000.service/app.slice/act-hers.service
	for target in act-rootless $her_unit; do
		hers limit "$target" memory=48M pids=40 cpus=0.25 || fail "alice: limit $target: $(cat "$work/err")"
		holds "$target" "when alice set it"
	done
	as_alice systemctl --user daemon-reload
	for target in act-rootless $her_unit; do
		holds "$target" "after alice's reload"
	done
	is "systemctl --user show: TasksMax" 40 "$(as_alice systemctl --user show -P TasksMax act-hers)"
	hers freeze act-rootless || fail "alice: freeze: $(cat "$work/err")"
	is "act-rootless" paused "$(state act-rootless)"
	hers thaw act-rootless || fail "alice: thaw: $(cat "$work/err")"
	hers kill --yes act-rootless || fail "alice: kill: $(cat "$work/err")"
	hers kill --yes $her_unit || fail "alice: kill her unit: $(cat "$work/err")"
	rootless_ended() {
		[ "$(as_alice podman inspect -f '{{.State.Status}}' act-rootless)" = exited ]
	}
	until_ 60 rootless_ended || fail "podman says $(as_alice podman inspect -f '{{.State.Status}}' act-rootless)"
	as_alice podman rm act-rootless >/dev/null || fail "podman rm as alice"
	as_alice systemctl --user reset-failed act-hers
fi
# What is root's she can't touch, and is told. Its name is root's to know.
roots=$(podman inspect -f '{{.Id}}' podman-plain | cut -c 1-12)
for deed in "limit $roots memory=48M" "freeze $roots" "kill --yes $roots"; do
	# shellcheck disable=SC2086 # words
	! hers $deed || fail "alice may $deed"
	grep -q 'ermission denied\|not permitted\|not yours' "$work/err" || fail "alice: $deed: $(cat "$work/err")"
done
is "podman-plain, after alice" running "$(state podman-plain)"
is "what is left" "" "$("$BOXTOP" list --format json | jq -r '.containers[].name' | grep '^act-')"
done_
