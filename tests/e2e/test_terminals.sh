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

screen_verdict
