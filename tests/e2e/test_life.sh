#!/bin/sh
# How sandboxes end and what is known of them then: in the list, by inspect, of root's and of a plain
# user's; what --restart and --timeout make of an end. usage: test_life.sh BOXTOP
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
	rm -rf /tmp/boxtop-$uid
else
	grep -q "user namespace" "$work/err" || fail "as a plain user: $(cat "$work/err")"
fi

exit "$failed"
