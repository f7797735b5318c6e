#!/bin/sh
# The screen in a real terminal (tmux, on a socket of its own): every key of the key table, on every
# size, and the terminal as it was after every way out. usage: test_screen.sh BOXTOP
set -u
boxtop=${1:?usage: test_screen.sh BOXTOP}
work=$(mktemp -d) || exit 1
# shellcheck source-path=SCRIPTDIR source=screen.sh
. "$(dirname "$0")/screen.sh"
# shellcheck source-path=SCRIPTDIR source=screen_keys.sh
. "$(dirname "$0")/screen_keys.sh"

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	screen_stop
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP PIPE

screen_start 80 24 || {
	echo "tmux is not here, or does not start"
	exit 77
}

# The help box at a size where all of it fits names every key: all of them must be in the list above.
compare_with_help() {
	tmux_ resize-window -t main -x 100 -y 110
	press h
	expect 'draw the screen anew' "help"
	screen | sed -n 's/^.*│ \(.*\)│.*$/\1/p' | sed -n 's/^\(.\{18\}\)  [^ ].*$/\1/p' |
		tr -s ' ' '\n' | grep . | sort -u >"$work/in_help"
	keys | sed 's/^[^|]*|.*|//' | sort -u >"$work/in_list"
	missing=$(grep -vxF -f "$work/in_list" "$work/in_help" | grep -vxE 'F10|q|Ctrl-C')
	[ -s "$work/in_help" ] && [ -z "$missing" ] ||
		screen_fail "keys that this test does not press: $(echo "$missing" | tr '\n' ' ')"
	press Escape
	expect_not 'draw the screen anew' "help"
	tmux_ resize-window -t main -x 80 -y 24
}

echo "every key"
start
expect 'Mem\[' "first frame"
compare_with_help
press_every_key
echo "every key on a small and on a tiny terminal"
for size in "40 10" "20 5" "1 1" "200 60" "80 24"; do
	# shellcheck disable=SC2086 # two words
	set -- $size
	tmux_ resize-window -t main -x "$1" -y "$2"
	must_live "resize to $size"
	press_every_key quietly
	must_live "keys at $size"
done
# Whatever the keys left open or narrowed down.
press Escape
sleep 0.3
press Escape
sleep 0.3
press 1
expect 'F10Quit' "after the resizes"
press q
must_restore "q"
must_exit 0 "q"

echo "prompts"
start --screen processes
press F4
press -l 'pid='"$(screen_pid)"
press Enter
expect '^ *'"$(screen_pid)"' ' "filter by pid"
expect '1 match' "filter by pid"
press F4
press -l '&pid>'
expect 'pid>' "a wrong filter"
press Enter
expect 'Not filtered' "a wrong filter"
press F4
expect 'Filter:' "filter taken back"
press Escape
expect '[0-9]+ rows' "filter taken back"
press /
press -l 'boxtop'
expect 'Search: boxtop' "search"
press Escape
expect_not 'Search:' "search ended"
press d
expect 'Seconds between updates' "delay"
press C-u
press -l '0.5'
press Enter
expect 'every 0.5s' "delay"
press F10
must_restore "F10"
must_exit 0 "F10"

echo "ways out"
for way in TERM=143 HUP=129 INT=0 QUIT= ABRT= SEGV= BUS= FPE=; do
	signal=${way%=*}
	start
	expect 'Mem\[' "before SIG$signal"
	kill -s "$signal" "$(screen_pid)"
	must_restore "SIG$signal"
	[ -z "${way#*=}" ] || must_exit "${way#*=}" "SIG$signal"
	rm -f "$work/sanitizer.$(screen_pid)" # it reports the fault that we made
done
start
press C-c
must_restore "Ctrl-C"
start -n 2
must_restore "-n 2"
must_exit 0 "-n 2"

echo "stopped and continued"
start
press C-z
expect 'Stopped|\[1\]|^\$' "Ctrl-Z"
state=$(tmux_ display-message -p -t main '#{alternate_on}')
[ "$state" = 0 ] || screen_fail "Ctrl-Z: the alternate screen is still on"
# The shell went on behind the stopped job.
within 20 test -f "$work/done"
rm -f "$work/done"
press -l "fg; stty -g >$work/after; touch $work/done"
press Enter
expect 'Mem\[' "fg after Ctrl-Z"
press q
must_restore "q after fg"

echo "the terminal goes away"
start
gone=$(screen_pid)
tmux_ kill-pane -t main
tries=200
while kill -0 "$gone" 2>/dev/null && [ "$tries" -gt 0 ]; do
	tries=$((tries - 1))
	sleep 0.05
done
! kill -0 "$gone" 2>/dev/null || {
	echo "FAILED: it outlives its terminal"
	screen_failed=1
	kill -s KILL "$gone"
}

screen_verdict
