# shellcheck shell=sh
# What the end-to-end tests of the screen share: boxtop in a real terminal (tmux, on a socket of its own),
# keys for it, and what it must show.
#
# Expects $boxtop and $work, a directory for this test alone. screen_stop belongs in the cleanup.

socket=boxtop
screen_failed=0
export TMUX_TMPDIR="$work"
export LC_ALL=C.UTF-8
# What a sanitizer has to say would be lost on the screen. libproc2 keeps buffers per thread that it does
# not free when the thread ends.
echo 'leak:libproc2.so' >"$work/suppressions"
export LSAN_OPTIONS="suppressions=$work/suppressions:print_suppressions=0"
export ASAN_OPTIONS="log_path=$work/sanitizer" UBSAN_OPTIONS="log_path=$work/sanitizer"
export BOXTOPRC="$work/settings"
unset TMUX NO_COLOR

tmux_() {
	tmux -L "$socket" -f /dev/null "$@"
}

screen_stop() {
	tmux_ kill-server 2>/dev/null
}

screen() {
	tmux_ capture-pane -p -t main
}

screen_fail() {
	echo "FAILED: $*"
	screen | sed 's/^/    | /'
	screen_failed=1
}

# within SECONDS COMMAND... - wait until it succeeds
within() {
	tries=$(($1 * 20))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

shows() {
	screen | grep -qE -e "$1"
}

hides() {
	! shows "$1"
}

# expect PATTERN WHAT
expect() {
	within 20 shows "$1" || screen_fail "$2: no '$1' on the screen"
}

expect_not() {
	within 20 hides "$1" || screen_fail "$2: '$1' is still on the screen"
}

press() {
	tmux_ send-keys -t main "$@"
}

screen_pid() {
	cat "$work/pid" 2>/dev/null
}

alive() {
	[ -n "$(screen_pid)" ] && kill -0 "$(screen_pid)" 2>/dev/null
}

must_live() {
	alive || screen_fail "$1: it is not alive any more"
}

# screen_start COLUMNS LINES - a terminal with a shell in it
screen_start() {
	command -v tmux >/dev/null || return 1
	tmux_ new-session -d -s main -x "$1" -y "$2" sh || return 1
	tmux_ set-option -g status off
	tmux_ set-option -g mouse off
	press -l "PS1='$ '"
	press Enter
}

# start ARGS... - run boxtop in the shell of the pane, which stays behind it
start() {
	rm -f "$work/pid" "$work/code" "$work/done"
	press -l "clear; stty -g >$work/before; sh -c 'echo \$\$ >$work/pid; exec $boxtop $*'; echo \$? >$work/code; stty -g >$work/after; touch $work/done"
	press Enter
	within 20 alive || screen_fail "start $*: it does not run"
	expect '1 Containers|NAME|Processes|PID' "start $*"
}

# must_restore HOW - it ended, and the terminal is what it was
must_restore() {
	within 20 test -f "$work/done" || {
		screen_fail "$1: it did not end"
		return
	}
	cmp -s "$work/before" "$work/after" ||
		screen_fail "$1: the modes of the terminal are not restored"
	state=$(tmux_ display-message -p -t main '#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_flag}')
	[ "$state" = "0 1 0 0" ] ||
		screen_fail "$1: alternate screen, cursor, mouse, keypad are $state"
}

must_exit() {
	[ "$(cat "$work/code")" = "$1" ] || screen_fail "$2: exit code $(cat "$work/code"), not $1"
}

# screen_verdict - the exit code of the test: what failed, and what a sanitizer found
screen_verdict() {
	for report in "$work"/sanitizer.*; do
		[ ! -f "$report" ] || {
			cat "$report"
			screen_failed=1
		}
	done
	return "$screen_failed"
}
