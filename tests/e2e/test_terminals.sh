#!/bin/sh
# Every key in every kind of terminal: the program lives, and gives the terminal back. And where nothing
# changed, nothing is written. usage: test_terminals.sh BOXTOP
set -u
boxtop=${1:?usage: test_terminals.sh BOXTOP}
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

# use TERM - from now on, in the shell of the pane
use() {
	press -l "export TERM=$1; clear"
	press Enter
}

for terminal in linux xterm-256color screen tmux-256color vt100; do
	infocmp "$terminal" >/dev/null 2>&1 || {
		echo "$terminal: not described here"
		continue
	}
	echo "$terminal"
	use "$terminal"
	# Without waiting for what each key shows, one may come to mean another thing than it should: what acts on
	# this machine must not be reached.
	start --readonly
	expect 'F10Quit' "$terminal"
	press_every_key quietly
	for _ in 1 2 3; do
		sleep 0.3
		press Escape
	done
	sleep 0.3
	press 1
	expect 'F10Quit' "$terminal after every key"
	press q
	must_restore "$terminal"
	must_exit 0 "$terminal"
done

echo "nothing changed, nothing written"
use xterm-256color
start
expect 'Mem\[' "first frame"
press Z
expect 'PAUSED' "paused"
tmux_ pipe-pane -t main "cat >$work/bytes"
sleep 4
tmux_ pipe-pane -t main
[ -f "$work/bytes" ] && [ ! -s "$work/bytes" ] ||
	screen_fail "it wrote $(wc -c <"$work/bytes") bytes while nothing changed"
press q
must_restore "q"

# The pane's shell is gone after this: what is typed at random must not reach one.
start_alone() {
	rm -f "$work/pid" "$work/code" "$work/done"
	press -l "clear; stty -g >$work/before; sh -c 'echo \$\$ >$work/pid; exec $boxtop $*'; echo \$? >$work/code; stty -g >$work/after; touch $work/done; exec cat >/dev/null"
	press Enter
	within 20 alive || screen_fail "start $*: it does not run"
	expect 'F10Quit' "start $*"
}

# anything SEED - key names of tmux, and sizes; no key that ends what is behind
anything() {
	awk -v seed="$1" 'BEGIN {
		srand(seed)
		n = split("Enter Enter Escape Tab BTab Up Down Left Right PPage NPage Home End BSpace DC F1 F2 F3 F4 F5 F6 F7 F8 F9 S-F3 Space / : ! ~ ( ) | & w y u d t c F I K H A Z X L S z n k f x o p [ ] + - * 0 1 2 3 4 5 9 M-j M-k M-n C-l C-a C-u", keys, " ")
		for (i = 0; i < 400; i++) {
			if (rand() < 0.05)
				print "size", 1 + int(rand() * 180), 1 + int(rand() * 50)
			else
				print "key", keys[1 + int(rand() * n)]
		}
	}'
}

echo "anything, in any order"
use xterm-256color
start_alone --readonly -d 3
anything 20251 >"$work/anything"
while read -r what a b <&3; do
	case $what in
	size) tmux_ resize-window -t main -x "$a" -y "$b" ;;
	key) press "$a" ;;
	esac
	# It may have chosen to quit: that is a way out, too.
	alive || break
done 3<"$work/anything"
tmux_ resize-window -t main -x 80 -y 24
if alive; then
	for _ in 1 2 3 4 5; do
		sleep 0.3
		press Escape
	done
	sleep 0.3
	press F10
fi
must_restore "anything"
must_exit 0 "anything"

screen_verdict
