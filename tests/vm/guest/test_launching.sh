#!/bin/sh
# Sandboxes where systemd runs the host: root's in a delegated scope, a plain user's under her manager, with
# a bus and without; without a session at all; and one within another, and within podman's containers. Limits
# hold and are shown, or it is said which can't be had and why; nothing is left of any.
# shellcheck source=tests/vm/guest/lib.sh
. "$(dirname "$0")/lib.sh"
[ -d /run/systemd/system ] || skip "systemd does not run this guest"
boxtop=$work/boxtop
cp "$BOXTOP" "$boxtop"
chmod 755 "$work" "$boxtop"
v2_mount=/sys/fs/cgroup

# hers COMMAND... - what alice types in a session of hers; with ENV... before it where she has none
hers() {
	runuser -u alice -- env -i PATH="$PATH" HOME=/home/alice XDG_RUNTIME_DIR=/run/user/1000 \
		DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus "$@"
}

hers_without_bus() {
	runuser -u alice -- env -i PATH="$PATH" HOME=/home/alice "$@"
}

# value_of CONTROLLER FILE PID - what the kernel says of the group that the process is in
value_of() {
	path=$(sed -n "s/^[0-9]*:[a-z,=]*\b$1\b[a-z,=]*://p" "/proc/$3/cgroup" | head -n 1)
	if [ -n "$path" ]; then
		cat "/sys/fs/cgroup/$1$path/$2"
	else
		cat "$v2_mount$(sed -n 's/^0:://p' "/proc/$3/cgroup")/$2"
	fi
}

memory_file=memory.max
[ "$SHAPE" = v2 ] || memory_file=memory.limit_in_bytes

# holds WHO WHAT RUN... - a sandbox of 64M and 40 processes: by the kernel's files, and as boxtop shows it
holds() {
	who=$1
	what=$2
	shift 2
	"$@" "$boxtop" run -d --name "$who" --memory 64M --pids 40 -- sleep 300 >"$work/out" 2>"$work/err" || {
		fail "$what: run: $(cat "$work/err")"
		return
	}
	is "$what: words" "" "$(cat "$work/err")"
	"$@" "$boxtop" inspect --json "$who" >"$work/json"
	pid=$(jq -r '.containers[0].pid' "$work/json")
	is "$what: memory, by the kernel" 67108864 "$(value_of memory $memory_file "$pid")"
	is "$what: pids, by the kernel" 40 "$(value_of pids pids.max "$pid")"
	is "$what: memory" 67108864 "$(jq -r '.containers[0].memory_limit_bytes' "$work/json")"
	is "$what: pids" 40 "$(jq -r '.containers[0].pids_limit' "$work/json")"
	is "$what: as another user sees it" 67108864 \
		"$("$boxtop" list --json | jq -r --arg name "$who" '.containers[] | select(.name == $name) | .memory_limit_bytes')"
	"$@" "$boxtop" limit "$who" pids=50 >"$work/out" 2>&1 || fail "$what: limit: $(cat "$work/out")"
	is "$what: pids, once changed" 50 "$(value_of pids pids.max "$pid")"
	[ -n "${stays_after_reload:-}" ] || return
	systemctl daemon-reload
	is "$what: pids, after a reload" 50 "$(value_of pids pids.max "$pid")"
	is "$what: memory, after a reload" 67108864 "$(value_of memory $memory_file "$pid")"
}

# ends WHO WHAT RUN...
ends() {
	who=$1
	what=$2
	shift 2
	"$@" "$boxtop" exec "$who" -- true || fail "$what: exec: $?"
	"$@" "$boxtop" kill --yes "$who" >"$work/out" 2>&1 || fail "$what: kill: $(cat "$work/out")"
	"$@" "$boxtop" wait "$who" >/dev/null 2>&1
	"$@" "$boxtop" rm "$who" >"$work/out" 2>&1 || fail "$what: rm: $(cat "$work/out")"
	until_ 20 sh -c "! find /sys/fs/cgroup -name '*$who*' 2>/dev/null | grep -q ." ||
		fail "$what: left: $(find /sys/fs/cgroup -name "*$who*")"
}

echo "root, in a scope that systemd delegates"
stays_after_reload=yes
holds launch-root "root" env
is "root: the scope" yes "$(systemctl show -P Delegate boxtop-launch-root.scope)"
is "root: one row for it" 1 "$("$boxtop" list --json | jq '[.containers[] | select(.name | test("launch-root"))] | length')"
ends launch-root "root" env
is "root: the scope afterwards" inactive "$(systemctl is-active boxtop-launch-root.scope)"

echo "a plain user with a manager"
loginctl enable-linger alice
until_ 60 test -S /run/user/1000/bus || fail "alice's manager does not start"
if [ "$SHAPE" = v2 ]; then
	holds launch-alice "alice" hers
	ends launch-alice "alice" hers
	echo "the same without a bus in the environment"
	holds launch-nobus "alice without a bus" hers_without_bus
	ends launch-nobus "alice without a bus" hers_without_bus
else
	# Controllers of v1 are never a plain user's.
	hers "$boxtop" run --memory 64M --pids 40 -- true >"$work/out" 2>"$work/err" || fail "alice on v1: $(cat "$work/err")"
	grep -q 'without this limit: memory: ' "$work/err" || fail "alice on v1: no word of memory: $(cat "$work/err")"
	grep -q 'without this limit: pids: ' "$work/err" || fail "alice on v1: no word of pids: $(cat "$work/err")"
fi

echo "a plain user without a manager, a session or a bus"
id bob >/dev/null 2>&1 || useradd --no-create-home bob || fail "useradd"
without_session() {
	systemd-run --quiet --pipe --wait --uid=bob "$@"
}
without_session "$boxtop" run -- id -u >"$work/out" 2>"$work/err" || fail "no session: $(cat "$work/err")"
is "no session: the user inside" 0 "$(cat "$work/out")"
is "no session: words" "" "$(cat "$work/err")"
without_session "$boxtop" run --memory 64M --pids 40 -- true >"$work/out" 2>"$work/err" ||
	fail "no session: a limit: $(cat "$work/err")"
grep -q 'without this limit: memory: ' "$work/err" || fail "no session: no word of memory: $(cat "$work/err")"
grep -q 'without this limit: pids: ' "$work/err" || fail "no session: no word of pids: $(cat "$work/err")"

echo "within another"
"$boxtop" run --rm --bind "$work:/mnt:ro" --name launch-outer -- /mnt/boxtop run -- true >"$work/out" 2>"$work/err"
is "in one of ours: exit code" 125 $?
grep -q 'root lacks CAP_SYS_ADMIN here' "$work/err" || fail "in one of ours: $(cat "$work/err")"
if command -v podman >/dev/null; then
	podman run --rm --privileged --network none -v /usr:/usr:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro \
		-v "$boxtop:/mnt/boxtop:ro" --rootfs "$world/tree:O" /mnt/boxtop run -- /bin/busybox echo in podman \
		>"$work/out" 2>"$work/err" || fail "in podman: $(cat "$work/err")"
	is "in podman: what it says" "in podman" "$(cat "$work/out")"
fi
left=$(find /run/boxtop /run/user/1000/boxtop -mindepth 1 -name 'launch-*' 2>/dev/null)
is "state that is left" "" "$left"
exit "$failed"
