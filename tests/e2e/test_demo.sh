#!/bin/sh
# The demo: three sandboxes under their limits, seen on the screen, and nothing of them left however the
# screen ends. usage: test_demo.sh BOXTOP
set -u
boxtop=${1:?usage: test_demo.sh BOXTOP}
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=screen.sh
. "$(dirname "$0")/screen.sh"

need_controllers
"$boxtop" list -o name 2>/dev/null | grep -q '^demo-' && skip "a demo runs here already"

# shellcheck disable=SC2317 # called by the trap
stop_all() {
	screen_stop
	cleanup
}
trap stop_all EXIT

# left - what is there of a demo: cgroups and state
left() {
	hierarchies | while read -r _ mount; do
		find "$mount" -maxdepth 4 -type d -name 'demo-*' 2>/dev/null
	done
	ls /run/boxtop 2>/dev/null | grep '^demo-'
}

nothing_left() {
	[ -z "$(left)" ]
}

expect_nothing_left() {
	within 15 nothing_left || screen_fail "$1: there is still $(left | tr '\n' ' ')"
}

start_demo() {
	start demo -d 5
	expect 'demo-cpu' "$1"
	expect 'demo-memory' "$1"
	expect 'demo-bomb' "$1"
	expect '3 match' "$1"
}

screen_start 100 24 || skip "tmux is not here, or does not start"

echo "limits hold, and keys end"
start_demo "start"
expect 'demo-bomb!? .* (4[0-9]|50)!' "the bomb at its limit"
limit=$(cat "$(mount_of pids)"/*/demo-bomb/pids.max "$(mount_of pids)"/*/*/demo-bomb/pids.max 2>/dev/null)
is "the bomb's limit" 50 "$limit"
press q
must_restore "q"
must_exit 0 "q"
expect_nothing_left "q"

echo "ways out"
for way in TERM=143 HUP=129 INT=0; do
	signal=${way%=*}
	start_demo "before SIG$signal"
	kill -s "$signal" "$(screen_pid)"
	must_restore "SIG$signal"
	must_exit "${way#*=}" "SIG$signal"
	expect_nothing_left "SIG$signal"
done

echo "a name that is taken"
start_demo "the first"
"$boxtop" demo --dump-frame 80x24 >"$work/out" 2>"$work/err" && screen_fail "a second demo runs"
grep -q 'demo: start demo-cpu: .*demo-cpu' "$work/err" || screen_fail "second: $(cat "$work/err")"
expect '3 match' "the first one goes on"

echo "killed"
kill -KILL "$(screen_pid)"
within 20 test -f "$work/done" || screen_fail "SIGKILL: it did not end"
expect_nothing_left "SIGKILL"

echo "wrong options start nothing"
"$boxtop" demo --theme mauve 2>"$work/err" && screen_fail "a theme that there is not"
grep -q "no theme is called 'mauve'" "$work/err" || screen_fail "theme: $(cat "$work/err")"
nothing_left || screen_fail "wrong options: there is $(left)"
screen_verdict || failed=1
exit $failed
