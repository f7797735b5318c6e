#!/bin/sh
# The commands as a user meets them: exit codes, one line of error, closed outputs, poor terminals and
# locales, no /proc, no privilege, and the manual page. usage: test_commands.sh BOXTOP
set -u
boxtop=${1:?usage: test_commands.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
source=$(cd "$(dirname "$0")/../.." && pwd)

# runs CODE ARGS... - it must leave with that code; output in $work/out and $work/err
runs() {
	want=$1
	shift
	"$boxtop" "$@" >"$work/out" 2>"$work/err"
	is "boxtop $*: exit code" "$want" $?
}

# refuses TEXT ARGS... - wrong usage: code 2, nothing on stdout, one line that says so
refuses() {
	text=$1
	shift
	runs 2 "$@"
	is "boxtop $*: lines of error" 1 "$(wc -l <"$work/err")"
	grep -qF -e "$text" "$work/err" || fail "boxtop $*: no '$text' in: $(cat "$work/err")"
	[ ! -s "$work/out" ] || fail "boxtop $*: it wrote to stdout"
}

# says TEXT ARGS... - code 0, the text on stdout, nothing on stderr
says() {
	text=$1
	shift
	runs 0 "$@"
	grep -qF -e "$text" "$work/out" || fail "boxtop $*: no '$text' on stdout"
	[ ! -s "$work/err" ] || fail "boxtop $*: $(cat "$work/err")"
}

# --- Help and version
says 'boxtop ' --version
says 'boxtop ' list -V
says 'Usage: boxtop' --help
says 'Usage: boxtop' -h
says 'Usage: boxtop' help
for command in top list stats ps ns tree inspect limit freeze thaw kill rootfs help completion; do
	says "Usage: boxtop $command" "$command" --help
	says "Usage: boxtop $command" help "$command"
	"$boxtop" help | grep -q "^  $command " || fail "help does not list $command"
done
says 'Usage: boxtop list' ls --help
says 'memory_working_set_bytes' help fields
says 'F10' help keys
says 'memory_current_bytes' list --columns help
says 'inner_pid' ps --sort help
says 'complete -F' completion bash

# --- Wrong usage
refuses "unknown command 'lsit': did you mean list?" lsit
refuses "unknown command 'frobnicate'" frobnicate
refuses "boxtop: list: unknown option '--fromat': did you mean --format?" list --fromat json
refuses "unknown option '-x'" list -x
refuses "'xml' is no format: text, json or csv" list --format xml
refuses "did you mean memory_current_bytes?" list --columns memory_curent_bytes
refuses "--sort" list --sort nothing
refuses "cpu_pct" list --filter 'cpu_pct>fast'
refuses "unexpected operand 'extra'" list extra
refuses "missing operand: CONTAINER..." inspect
refuses "--delay" stats -d 0
refuses "--iterations" stats -n 0
refuses "--iterations" stats -n many
refuses "--depth" tree --depth 0
refuses "no command or topic 'nothing'" help nothing
refuses "bash" completion tcsh

# --- Not found: code 1, one line that names it
for command in ps ns tree inspect stats; do
	runs 1 $command no-such-container
	is "boxtop $command no-such-container: lines of error" 1 "$(wc -l <"$work/err")"
	grep -q "^boxtop: $command: .*no-such-container" "$work/err" ||
		fail "boxtop $command no-such-container: $(cat "$work/err")"
	[ ! -s "$work/out" ] || fail "boxtop $command no-such-container: it wrote to stdout"
done
runs 1 ps "$(printf 'evil\033[31m')"
grep -q "$(printf '\033')" "$work/err" && fail "an error message holds an escape code"

# --- Every command in every format, on this host as it is
for command in list 'stats -n 1 -d 1' ps ns tree; do
	for format in text json csv; do
		# shellcheck disable=SC2086 # words
		runs 0 $command --format $format
		[ -s "$work/out" ] || fail "boxtop $command --format $format says nothing"
		# shellcheck disable=SC2086
		runs 0 $command --format $format --columns all --no-header
	done
done
# Others come and go on the host between the two.
one_line_less() {
	[ "$("$boxtop" list --columns pid --no-header | wc -l)" -eq \
		"$(($("$boxtop" list --columns pid | wc -l) - 1))" ]
}
until_ 20 one_line_less || fail "list --no-header is not a line shorter"

# --- An output that is closed, full or not read to the end
for command in list ps tree --help --version 'stats -n 2 -d 1'; do
	# shellcheck disable=SC2086
	"$boxtop" $command >/dev/full 2>"$work/err"
	is "boxtop $command >/dev/full: exit code" 1 $?
	grep -q 'write to standard output: No space left on device' "$work/err" ||
		fail "boxtop $command >/dev/full: $(cat "$work/err")"
	# shellcheck disable=SC2086
	"$boxtop" $command >&- 2>"$work/err"
	is "boxtop $command >&-: exit code" 1 $?
	grep -q 'standard output' "$work/err" || fail "boxtop $command >&-: $(cat "$work/err")"
done
"$boxtop" list <&- >"$work/out" 2>&-
is "list without stdin and stderr: exit code" 0 $?
[ -s "$work/out" ] || fail "list without stdin and stderr says nothing"
# A reader that has seen enough ends a stream, quietly.
{
	"$boxtop" stats -d 1 2>"$work/err"
	echo $? >"$work/code"
} | head -n 1 >/dev/null
is "stats | head -n 1: exit code" 1 "$(cat "$work/code")"
is "stats | head -n 1: errors" "" "$(cat "$work/err")"

# --- Signals end a stream
"$boxtop" stats -d 1 >"$work/stream" 2>&1 &
streamer=$!
pids="$pids $streamer"
until_ 20 test -s "$work/stream" || fail "stats says nothing"
kill -TERM $streamer
wait $streamer 2>/dev/null
is "stats and SIGTERM" 143 $?

# --- Poor terminals and locales
for term in dumb '' unknown-terminal; do
	TERM=$term "$boxtop" list >"$work/out" 2>&1 || fail "list with TERM='$term': $?"
done
env -u TERM "$boxtop" list >"$work/out" 2>&1 || fail "list without TERM: $?"
LC_ALL=C "$boxtop" tree >"$work/out" 2>&1 || fail "tree with LC_ALL=C: $?"
# Our own signs are ASCII then; names in a pipe keep their bytes.
grep -q '└\|├\|…' "$work/out" && fail "tree with LC_ALL=C draws with more than ASCII"
if command -v script >/dev/null; then
	for columns in 20 40 80 200; do
		script -qec "stty cols $columns; $boxtop ps" /dev/null </dev/null >"$work/out" 2>&1
		# Not every awk counts characters: the mark of a cut is the only wide one, unless names are.
		awk -v max=$columns '{ sub(/\r$/, ""); gsub(/…/, ".") } /^[ -~]*$/ && length($0) > max { exit 1 }' \
			"$work/out" ||
			fail "ps on a terminal of $columns columns writes longer lines"
		grep -q PID "$work/out" || fail "ps on a terminal of $columns columns: no header"
	done
fi

# --- A host without /proc says so
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	# A sanitizer can't look for leaks there, and has something to say in any case. Other tests' sandboxes,
	# which it would clean up after, are out of sight.
	unshare -m sh -c 'mount -t tmpfs none /run && mount -t tmpfs none /proc && ASAN_OPTIONS=detect_leaks=0 exec "$@"' sh \
		"$boxtop" list >"$work/out" 2>"$work/err"
	is "list without /proc: exit code" 1 $?
	is "list without /proc" "boxtop: list: there are no processes in /proc: mount -t proc proc /proc" \
		"$(grep -v '^==' "$work/err")"
	# Without cgroups there are processes still.
	unshare -m sh -c 'umount -l /sys/fs/cgroup; exec "$@"' sh "$boxtop" ps >"$work/out" 2>"$work/err" ||
		fail "ps without cgroups: $(cat "$work/err")"
	unshare -m sh -c 'umount -l /sys/fs/cgroup; exec "$@"' sh "$boxtop" list >"$work/out" 2>"$work/err" ||
		fail "list without cgroups: $(cat "$work/err")"
fi

# --- A plain user sees less, and is told
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	cp "$boxtop" "$work/boxtop"
	chmod 755 "$work" "$work/boxtop"
	for command in list 'stats -n 1 -d 1' ps ns tree "inspect $$"; do
		# shellcheck disable=SC2086
		setpriv --reuid=65534 --regid=65534 --clear-groups "$work/boxtop" $command --format json \
			>"$work/out" 2>"$work/err"
		code=$?
		# This script may be in no container.
		[ $code -eq 0 ] || grep -q 'is in no container' "$work/err" ||
			fail "boxtop $command as a plain user: $code, $(cat "$work/err")"
	done
	chmod 700 "$work"
fi

# --- The manual page says what the program says
sh "$source/man/update.sh" "$boxtop" --check || failed=1
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$source/man/boxtop.1" >"$work/lint" || fail "mandoc: $(cat "$work/lint")"
	mandoc -T ascii "$source/man/boxtop.1" | sed 's/.\x08//g' >"$work/page"
	for command in list stats ps ns tree inspect limit freeze thaw kill rootfs help completion; do
		for option in $("$boxtop" $command --help | grep -oE -e '--[a-z-]+' | sort -u); do
			grep -qF -e "$option" "$work/page" || fail "the manual page lacks $option"
		done
	done
	for field in $("$boxtop" help fields | awk '/^[a-z]/ { print $1 }' | sort -u); do
		grep -qF -e "$field" "$work/page" || fail "the manual page lacks the field $field"
	done
fi

# --- Completion is bash, and completes
if command -v bash >/dev/null; then
	"$boxtop" completion bash >"$work/completion"
	bash -n "$work/completion" || fail "the completion is no bash"
	PATH=$(dirname "$boxtop"):$PATH bash -c '
		. "$1"
		COMP_WORDS=(boxtop stats --iter); COMP_CWORD=2; _boxtop; echo "${COMPREPLY[@]}"
		COMP_WORDS=(boxtop ins); COMP_CWORD=1; _boxtop; echo "${COMPREPLY[@]}"
		COMP_WORDS=(boxtop list --sort memory_work); COMP_CWORD=3; _boxtop; echo "${COMPREPLY[@]}"
	' bash "$work/completion" >"$work/out" 2>"$work/err"
	is "completion" "--iterations inspect memory_working_set_bytes" "$(tr '\n' ' ' <"$work/out" | sed 's/ $//')"
fi

exit "$failed"
