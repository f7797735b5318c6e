#!/bin/sh
# A sandbox's own terminal, seen from a real one: its size, job control in it, leaving it, stopping boxtop
# itself, and what is left of it all when it ends, also by force. usage: test_terminal.sh BOXTOP
set -u
boxtop=${1:?usage: test_terminal.sh BOXTOP}
work=$(mktemp -d)
here=$(dirname "$0")
box=bt-tty-$$
# shellcheck source-path=SCRIPTDIR source=screen.sh
. "$here/screen.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "skipped: needs root"
	exit 77
}
clean_up() {
	screen_stop
	"$boxtop" rm -f "$box" >/dev/null 2>&1
	rm -rf "$work"
}
trap clean_up EXIT
screen_start 90 24 || {
	echo "skipped: needs tmux"
	exit 77
}
# A shell with job control, for the one outside, too; it is asked what the terminal was before.
type_() {
	press -l "$*"
	press Enter
}
type_ "PS1='out> ' bash --norc; exit"
expect 'out>' "a shell"

# begins ARGS... - boxtop as a job of that shell
begins() {
	rm -f "$work/code" "$work/done"
	type_ "clear; stty -g >$work/before; $boxtop $*; echo \$? >$work/code; stty -g >$work/after; touch $work/done"
	expect 'in>' "$*"
}
shell="env 'PS1=in>' bash --norc"

# ---- run ----

begins run --name "$box" -- "$shell"
type_ 'tty; stty size; echo $(ps -o tpgid= -p $$)'
expect '^/dev/pts/0' "a terminal of its own"
expect '^24 90' "its size"
tmux_ resize-window -t main -x 100 -y 30
type_ 'clear; stty size'
expect '^30 100' "its size follows"
type_ 'sleep 1000'
expect 'sleep 1000' "a job"
press C-z
expect 'Stopped +sleep 1000' "Ctrl-Z is for the job inside"
type_ 'clear; fg'
expect '^sleep 1000' "fg"
press C-c
type_ 'code=$?; clear; echo code $code'
expect '^code 130' "Ctrl-C is for the job inside"
type_ 'clear; stty -echo; echo quiet; stty echo'
expect '^quiet' "its modes are its own"
press C-p C-q
expect "left running: boxtop logs $box" "Ctrl-P Ctrl-Q"
must_restore "left"
must_exit 0 "left"

# ---- exec ----

begins exec -t "$box" -- "$shell"
type_ 'clear; tty; stty size; ps -o comm= -p 1'
expect '^/dev/pts/1' "exec: a terminal of its own, and our keys"
expect '^30 100' "exec: its size"
expect '^boxtop-init' "exec: in the sandbox"
type_ 'sleep 1000'
press C-z
expect 'Stopped +sleep 1000' "exec: Ctrl-Z"
type_ 'clear; jobs; kill %1; wait; clear'
pid=$(pgrep -f "exec -t $box" | head -n 1)
kill -TSTP "$pid"
expect 'Stopped .*exec -t' "boxtop itself is stopped"
type_ 'clear; stty -a | grep -o " icanon"'
expect '^ icanon' "the terminal is the shell's meanwhile"
type_ 'clear; fg'
expect 'exec -t' "boxtop goes on"
type_ 'clear; echo back'
expect '^back' "boxtop goes on: its keys"
type_ 'exit'
expect 'out>' "exec: it ended"

begins exec -t "$box" -- "$shell"
tmux_ resize-window -t main -x 80 -y 20
type_ 'clear; stty size'
expect '^20 80' "exec: its size follows"
# What a full-screen program leaves behind when it is killed with all that is around it.
type_ 'clear; printf "\033[?1049h\033[?25l\033[?1000h"; stty raw -echo; echo full screen; sleep 1000'
expect 'full screen' "a full-screen program"
"$boxtop" kill -y "$box" >/dev/null || screen_fail "kill"
must_restore "the sandbox is killed: exec"
must_exit 137 "exec"
"$boxtop" rm "$box" || screen_fail "rm"

# ---- Ends ----

begins run --rm --name "$box" -- "$shell"
type_ 'printf "\033[?1049h\033[?25l"; exit 7'
must_restore "its command ended"
must_exit 7 "run"

begins run --rm --name "$box" -- "$shell"
type_ 'printf "\033[?1049h\033[?25l"; stty raw; echo full screen; sleep 1000'
expect 'full screen' "a full-screen program"
"$boxtop" stop -t 0 "$box" >/dev/null || screen_fail "stop"
must_restore "it was stopped"
must_exit 137 "stopped"

# The terminal itself goes: so does the sandbox.
begins run --rm --name "$box" -- "$shell"
screen_stop
gone() {
	! "$boxtop" list --all --json | grep -q "\"$box\""
}
within 30 gone || {
	echo "FAILED: the terminal is gone and the sandbox is not"
	screen_failed=1
}
screen_verdict
