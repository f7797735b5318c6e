#!/bin/sh
# boxtop kill as a user meets it: containers and bombs ended, signals sent, questions asked, refusals.
# usage: test_kill.sh BOXTOP
set -u
boxtop=${1:?usage: test_kill.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
bomb=${E2E_BOMB:?E2E_BOMB is not set}
need_controllers
command -v jq >/dev/null || skip "jq is needed"

# kills CODE ARGS... - boxtop kill must leave with that code; output in $work/out and $work/err
kills() {
	want=$1
	shift
	"$boxtop" kill "$@" >"$work/out" 2>"$work/err"
	got=$?
	[ "$got" -eq "$want" ] ||
		fail "boxtop kill $*: exit code $got, not $want: $(cat "$work/out" "$work/err")"
}

# says TEXT - on stdout; complains TEXT - on stderr
says() {
	grep -qE -e "$1" "$work/out" || fail "no '$1' in: $(cat "$work/out")"
}
complains() {
	grep -qE -e "$1" "$work/err" || fail "no '$1' in: $(cat "$work/err")"
}

# count GROUP - of its processes
count() {
	wc -l <"$(mount_of pids)/$prefix-$1/cgroup.procs"
}
is_empty() {
	[ "$(count "$1")" -eq 0 ]
}
has_many() {
	[ "$(count "$1")" -ge "$2" ]
}
limit_of() {
	cat "$(group_file "$1" pids pids.max pids.max)"
}
has_limit() {
	[ "$(limit_of "$1")" = "$2" ]
}

# make GROUP LIMIT - with a limit of processes, in which a bomb may run
make() {
	make_group "$1"
	echo "$2" >"$(group_file "$1" pids pids.max pids.max)" || skip "no limit of processes here"
}

# in_group GROUP COMMAND... - in the background; its pid is in $pid
in_group() {
	directories "$1" >"$work/directories.$1"
	shift
	sh -c 'while read -r directory; do
			echo $$ >"$directory/cgroup.procs" || exit 1
		done <"$1"
		shift
		exec "$@"' sh "$work/directories.$group_name" "$@" >"$work/ready" &
	pid=$!
	pids="$pids $pid"
}

# explode GROUP KIND [WIDTH] - a bomb that ends by itself after a while
explode() {
	group_name=$1
	# The word of the bomb before would pass for this one's.
	rm -f "$work/ready"
	in_group "$1" "$program" "$2" "${3:-3}" $(($(cut -d. -f1 /proc/uptime) + 120))
	until_ 60 grep -qs ready "$work/ready" || fail "the bomb '$2' did not start"
}

# A program of its own: what runs elsewhere is not ours to end.
program=$work/bomb
cp "$bomb" "$program"
chmod 755 "$work" "$program"

make box 100

# --- A cgroup by its path, whole
explode box stay
until_ 60 has_many box 90 || fail "the bomb does not grow"
kills 0 "/$prefix-box"
says "^$prefix-box \(cgroup\): ended [0-9]+ processes in [0-9.]+ ?m?s \((cgroup.kill|freezer|brake and signals)\)$"
is "processes left" 0 "$(count box)"
is "pids.max afterwards" 100 "$(limit_of box)"

# --- And as the shell completes it, with nothing in it
kills 0 "$(mount_of pids)/$prefix-box"
says "ended 0 processes"

# --- A container by the pid of a process in it; every kind of bomb
for kind in stay exit setsid exec threads; do
	explode box $kind
	kills 0 "$pid"
	until_ 60 is_empty box || fail "kill PID: $kind is still there"
done

# --- By its name, two at once, as JSON
make lid 100
explode box still
explode lid still
kills 0 --json "$prefix-box" "$prefix-lid"
is "kills" 2 "$(jq '.kills | length' "$work/out")"
is "ended" "4 4" "$(jq -r '[.kills[].ended | tostring] | join(" ")' "$work/out")"
is "remaining" "0 0" "$(jq -r '[.kills[].remaining | tostring] | join(" ")' "$work/out")"
is "error" null "$(jq -r '.kills[0].error' "$work/out")"

# --- A dry run touches nothing
explode box still
kills 0 --dry-run "/$prefix-box"
says "^$prefix-box.*: 4 processes$"
kills 0 -n --tree "$pid"
says "^the tree of $pid: 4 processes \(bomb 4\)$"
is "lines of a dry run" 5 "$(wc -l <"$work/out")"
kills 0 -n --json --tree "$pid"
is "members" 4 "$(jq '.kills[0].members | length' "$work/out")"
is "ended by a dry run" null "$(jq -r '.kills[0].ended' "$work/out")"
is "processes after dry runs" 4 "$(count box)"

# --- One signal, to the first process or to all
kills 0 -s term "$pid"
until_ 60 sh -c "! kill -0 $pid 2>/dev/null" || fail "the first process did not get its signal"
is "processes after one signal" 3 "$(count box)"
kills 0 --signal SIGTERM --all "/$prefix-box"
until_ 60 is_empty box || fail "not all got their signal"
kills 1 --signal TERM --all "/$prefix-box"
complains "no process is in it"

# --- A bomb in every way to choose it, and a bystander of the same program beside it
explode lid still
bystander=$pid
explode box stay
until_ 60 has_many box 90
kills 0 --tree "$pid"
says "^the tree of $pid: ended [0-9]+ processes"
until_ 60 is_empty box || fail "kill --tree left some"
kill -0 "$bystander" || fail "kill --tree hit a bystander"
is "pids.max after --tree" 100 "$(limit_of box)"
explode box exec
kills 0 --exe "$program" --yes
until_ 60 is_empty box || fail "kill --exe left some"
kill -0 "$bystander" 2>/dev/null && fail "kill --exe left one that runs the program"
group_name=box
# shellcheck disable=SC2016 # expanded by the shell in it
in_group box setsid -w sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$work/session" \
	"$program" stay 1 $(($(cut -d. -f1 /proc/uptime) + 120))
until_ 60 has_many box 90
session=$(cat "$work/session")
[ "$(ps -o sid= -p "$session" | tr -d ' ')" = "$session" ] || fail "setsid made no session"
kills 0 --session "$session"
until_ 60 is_empty box || fail "kill --session left some of session $session"
group_name=box
# shellcheck disable=SC2016 # expanded by the shell in it
in_group box setsid -w sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$work/session" \
	"$program" stay 1 $(($(cut -d. -f1 /proc/uptime) + 120))
until_ 60 has_many box 90
kills 0 --pgroup "$(cat "$work/session")"
says "^process group [0-9]+: ended [0-9]+ processes"
until_ 60 is_empty box || fail "kill --pgroup left some"
if command -v setpriv >/dev/null; then
	uid=$((1200000000 + $$))
	group_name=box
	in_group box setpriv --reuid=$uid --clear-groups "$program" stay 1 \
		$(($(cut -d. -f1 /proc/uptime) + 120))
	until_ 60 has_many box 90
	kills 0 --user $uid
	until_ 60 is_empty box || fail "kill --user left some"
	kills 1 --user $uid
	complains "no process runs as user $uid"
fi

# --- The one that everybody knows
if command -v bash >/dev/null; then
	group_name=box
	mkfifo "$work/never"
	# It says much about what it can't fork.
	in_group box bash -c 'exec 2>/dev/null; b() { b | b & }; b; read -r _ <"$1"' bash "$work/never"
	until_ 60 has_many box 90
	kills 0 --tree "$pid"
	until_ 60 is_empty box || fail "kill --tree left some of bash's bomb"
fi

# --- Frozen
explode box still
freeze box
kills 0 "/$prefix-box"
is "processes of a frozen group" 0 "$(count box)"
thaw box

# --- Killed itself at any moment it leaves no brake
for wait in 0.00 0.01 0.02 0.03 0.05 0.08; do
	explode box still 20
	"$boxtop" kill --exe "$program" >/dev/null 2>&1 &
	killer=$!
	sleep $wait
	kill -KILL $killer 2>/dev/null
	wait $killer 2>/dev/null
	until_ 60 has_limit box 100 || fail "a killed killer leaves pids.max at $(limit_of box)"
	kills 0 "/$prefix-box"
done

# --- Refused
kills 1 /
complains "refused"
kills 1 --tree 1
complains "process 1"
kills 1 --user 0
complains "user 0"
kills 1 --tree $$
complains "(left out|nothing to end)"
kills 1 --ns "$(stat -L -c %i /proc/self/ns/uts)"
complains "our own"
kills 1 no-such-container
complains "no-such-container"
kills 2
complains "missing operand"
kills 2 --tree 5 "/$prefix-box"
kills 2 --tree 5 --ns 6
kills 2 --all "/$prefix-box"
kills 2 --signal FOO "/$prefix-box"
kills 2 --tree 5 --signal TERM
kills 2 --timeout 0 "/$prefix-box"

# --- A plain user ends what is theirs, and is told what isn't
group_name=box
# shellcheck disable=SC2016 # expanded by the shell in it
in_group box setsid -w sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$work/session" \
	"$program" stay 1 $(($(cut -d. -f1 /proc/uptime) + 120))
until_ 60 has_many box 90
kills 0 --pgroup "$(cat "$work/session")"
says "^process group [0-9]+: ended [0-9]+ processes"
until_ 60 is_empty box || fail "kill --pgroup left some"
if command -v setpriv >/dev/null; then
	cp "$boxtop" "$work/boxtop"
	chmod 755 "$work/boxtop"
	uid=$((1200000000 + $$))
	group_name=box
	in_group box setpriv --reuid=$uid --regid=$uid --clear-groups "$program" still 3 \
		$(($(cut -d. -f1 /proc/uptime) + 120))
	until_ 60 has_many box 4
	setpriv --reuid=$uid --regid=$uid --clear-groups "$work/boxtop" kill --tree "$pid" \
		>"$work/out" 2>"$work/err"
	is "a plain user's own tree: exit code" 0 $?
	until_ 60 is_empty box || fail "a plain user's kill left some"
	explode box still
	setpriv --reuid=$uid --regid=$uid --clear-groups "$work/boxtop" kill --tree "$pid" \
		>"$work/out" 2>"$work/err"
	is "a plain user and somebody else's tree: exit code" 1 $?
	complains "not yours to end"
	is "processes that were not theirs" 4 "$(count box)"
	kills 0 "/$prefix-box"
fi

# --- On a terminal it asks
if command -v script >/dev/null; then
	explode box still
	echo n | script -qec "$boxtop kill /$prefix-box" /dev/null >"$work/out" 2>&1
	says "4 processes"
	says "End it\? \[y/N\]"
	says "nothing was ended"
	is "processes after no" 4 "$(count box)"
	echo y | script -qec "$boxtop kill /$prefix-box" /dev/null >"$work/out" 2>&1
	says "ended 4 processes"
	is "processes after yes" 0 "$(count box)"
	explode box still
	script -qec "$boxtop kill --yes /$prefix-box" /dev/null </dev/null >"$work/out" 2>&1
	says "ended 4 processes"
	grep -q 'y/N' "$work/out" && fail "it asked in spite of --yes"
fi

exit "$failed"
