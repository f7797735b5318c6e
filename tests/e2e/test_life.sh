#!/bin/sh
# How sandboxes end and what is known of them then: in the list, by inspect, of root's and of a plain
# user's; what --restart, --timeout, --outlive and a lack of memory make of an end; what is shared. usage: test_life.sh BOXTOP
set -u
boxtop=${1:?usage: test_life.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || skip "needs root"
command -v jq >/dev/null || skip "needs jq"
uid=61234
chmod 755 "$work" && cp "$boxtop" "$work/boxtop" && chmod 755 "$work/boxtop"
mkdir -m 700 "$work/run" && chown $uid "$work/run"

# runs CODE ARGS... - it must leave with that code; output in $work/out and $work/err
runs() {
	want=$1
	shift
	"$boxtop" "$@" >"$work/out" 2>"$work/err" </dev/null
	is "boxtop $*: exit code ($(cat "$work/err"))" "$want" $?
}

out() {
	cat "$work/out"
}

# plain ARGS... - as a plain user, whose state is out of the way
plain() {
	setpriv --reuid=$uid --regid=$uid --clear-groups env XDG_RUNTIME_DIR="$work/run" HOME=/ \
		"$work/boxtop" "$@" </dev/null
}

# fields NAME JQ [PROGRAM] - of a row of list --all
fields() {
	${3:-"$boxtop"} list --all --json | jq -r --arg n "$1" ".containers[] | select(.name == \$n) | $2"
}

# is_ NAME STATE - whether list --all says so
is_() {
	[ "$(fields "$1" .state)" = "$2" ]
}

# ---- What ended ----

one=$prefix-one
two=$prefix-two
runs 0 run -d --name "$one" -- sh -c 'exit 3'
until_ 30 is_ "$one" stopped || fail "one that ended is not listed"
is "how it ended" "boxtop sandbox exit 3 3 false null" \
	"$(fields "$one" '"\(.engine) \(.kind) \(.ended) \(.exit_code) \(.ended_oom) \(.pid)"')"
is "when it ended" true "$(fields "$one" '.finished != null and .finished_age_usec < 60000000')"
is "without --all" "" \
	"$("$boxtop" list --json | jq -r --arg n "$one" '.containers[] | select(.name == $n) | .name')"
runs 0 inspect --json "$one"
is "inspect" "stopped 3" "$(jq -r '.containers[0] | "\(.state) \(.exit_code)"' "$work/out")"
runs 0 inspect "$one"
grep -q 'ended  *exit 3' "$work/out" || fail "inspect: $(cat "$work/out")"
runs 0 wait "$one"
is "wait" 3 "$(out)"
for command in "kill -y" freeze; do
	# shellcheck disable=SC2086
	runs 1 $command "$one"
	grep -q 'it has ended (exit 3)' "$work/err" || fail "$command: $(cat "$work/err")"
done
runs 0 run -d --name "$two" -- sleep 1000
runs 0 kill -y "$two"
until_ 30 is_ "$two" stopped || fail "one that was killed is not listed"
is "killed" "SIGKILL" "$(fields "$two" .ended)"
runs 0 rm "$one" "$two"
is "removed" "" "$(fields "$one" .name)$(fields "$two" .name)"

# ---- A supervisor that was killed ----

"$boxtop" run --name "$one" -- sleep 1000 </dev/null >/dev/null 2>&1 &
supervisor=$!
until_ 30 is_ "$one" running || fail "it does not start"
kill -KILL "$supervisor"
wait "$supervisor" 2>/dev/null
until_ 30 is_ "$one" stopped || fail "list does not clean up: $(fields "$one" .state)"
is "after its supervisor" "SIGKILL" "$(fields "$one" .ended)"
runs 0 rm "$one"

# ---- Again, and not too long ----

runs 4 run --rm --restart on-failure:2 -- sh -c 'echo try; exit 4'
is "tries in the foreground" 3 "$(grep -c try "$work/out")"
runs 0 run --rm --restart on-failure -- sh -c 'echo try'
is "tries of what succeeds" 1 "$(grep -c try "$work/out")"
runs 0 run -d --name "$one" --restart on-failure:1 -- sh -c 'echo try; exit 4'
runs 0 wait "$one"
is "wait for the last try" 4 "$(out)"
is "tries in the background" 2 "$("$boxtop" logs "$one" | grep -c try)"
runs 0 rm "$one"
runs 0 run -d --name "$one" --restart on-failure -- sh -c 'exit 4'
runs 0 stop "$one"
until_ 30 is_ "$one" stopped || fail "one that is started again and again can't be stopped"
runs 0 rm "$one"
runs 143 run --rm --timeout 1s -- sleep 1000
grep -q 'its time is over' "$work/err" || fail "--timeout: $(cat "$work/err")"

# ---- For want of memory ----

if [ -n "$(mount_of memory)" ]; then
	greedy='$x = "a" x 200000000; sleep 1000'
	runs 137 run --rm --memory 32M -- perl -e "$greedy"
	grep -q 'for want of memory' "$work/err" || fail "run: $(cat "$work/err")"
	runs 0 run -d --name "$one" --memory 32M -- perl -e "$greedy"
	runs 0 wait "$one"
	is "wait" 137 "$(out)"
	grep -q "$one: .* for want of memory" "$work/err" || fail "wait: $(cat "$work/err")"
	is "list --all" "SIGKILL, out of memory" "$(fields "$one" .ended)"
	runs 0 inspect --json "$one"
	is "inspect" true "$(jq '.containers[0].ended_oom' "$work/out")"
	runs 0 rm "$one"
fi

# ---- A share of the CPUs ----

# Of five seconds by the clock it gets a quarter; a wide bound, for a period may be cut at either end.
if [ -n "$(mount_of cpu)" ]; then
	runs 0 run --rm --cpus 0.25 -- perl -e \
		'use Time::HiRes "time"; $e = time + 5; 1 while time < $e; ($u, $s) = times; print $u + $s'
	grep -q 'goes on without this limit' "$work/err" || near "CPU time of 5 s" 1.25 "$(out)" 12 0
fi

# ---- What is shared ----

# in_share NS... - run with these of the host's; what it says of their inodes is the host's
in_share() {
	for ns in $(echo "$1" | tr ',' ' '); do
		readlink "/proc/self/ns/$ns"
	done >"$work/host"
	# shellcheck disable=SC2046
	runs 0 run --rm --share "$1" -- readlink $(echo "$1" | tr ',' '\n' | sed 's,^,/proc/self/ns/,')
	is "--share $1" "$(cat "$work/host")" "$(out)"
}
for shared in pid ipc net uts cgroup user user,pid pid,ipc,net,uts,cgroup; do
	in_share "$shared"
done
runs 3 run --rm --share pid --name "$one" -- sh -c 'sleep 61234 & exit 3'
alone() {
	! pgrep -f 'sleep 61234' >/dev/null
}
until_ 10 alone || fail "what it started in the host's pid namespace lives on"

# ---- One that outlives its supervisor ----

runs 0 run -d --name "$one" --outlive -- sh -c 'while :; do echo tick; sleep 0.1; done'
kill -KILL "$(jq .supervisor "/run/boxtop/$one/state.json")"
is "without a supervisor" running "$(fields "$one" .state)"
runs 0 exec "$one" -- true
lines=$("$boxtop" logs "$one" | wc -l)
logged() {
	[ "$("$boxtop" logs "$one" | wc -l)" -gt "$lines" ]
}
until_ 10 logged || fail "its output is not logged any more"
runs 0 stop -t 0 "$one"
is "stopped all the same" stopped "$(fields "$one" .state)"
runs 0 rm "$one"

# ---- A plain user's, without a cgroup ----

if plain run --rm -- true 2>"$work/err"; then
	plain run -d --name "$one" -- sleep 1000 >/dev/null 2>&1 || fail "plain: run -d"
	is "plain: the user's own list" "boxtop running" \
		"$(plain list --json | jq -r --arg n "$one" \
			'.containers[] | select(.name == $n) | "\(.engine) \(.state)"')"
	plain kill -y "$one" >/dev/null 2>&1
	is "plain: how it ended" "stopped SIGKILL" \
		"$(plain list --all --json | jq -r --arg n "$one" \
			'.containers[] | select(.name == $n) | "\(.state) \(.ended)"')"
	plain rm "$one" 2>/dev/null || fail "plain: rm"
	# root can't know of that directory, but of the usual one
	setpriv --reuid=$uid --regid=$uid --clear-groups env -u XDG_RUNTIME_DIR HOME=/ \
		"$work/boxtop" run -d --name "$one" -- sleep 1000 </dev/null >/dev/null 2>&1
	is "plain: as root sees it" "boxtop $uid" "$(fields "$one" '"\(.engine) \(.owner)"')"
	setpriv --reuid=$uid --regid=$uid --clear-groups env -u XDG_RUNTIME_DIR HOME=/ \
		"$work/boxtop" rm -f "$one" </dev/null || fail "plain: rm -f"
	if plain run --rm --share user -- true 2>"$work/err"; then
		fail "plain: no user namespace"
	fi
	grep -q 'needs a user namespace of its own' "$work/err" || fail "plain: $(cat "$work/err")"
	plain run --rm --share pid,ipc,net,uts,cgroup -- true || fail "plain: --share"
	rm -rf /tmp/boxtop-$uid
else
	grep -q "user namespace" "$work/err" || fail "as a plain user: $(cat "$work/err")"
fi

exit "$failed"
