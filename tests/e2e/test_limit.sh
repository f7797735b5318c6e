#!/bin/sh
# limit, freeze and thaw on real cgroups: what they print, what the kernel says then, and what they refuse.
# usage: test_limit.sh BOXTOP
set -u
boxtop=${1:?usage: test_limit.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_controllers

# runs CODE ARGS... - it must leave with that code; output in $work/out and $work/err
runs() {
	want=$1
	shift
	"$boxtop" "$@" >"$work/out" 2>"$work/err"
	is "boxtop $*: exit code" "$want" $?
}

# says TEXT... - each is a line of the last output
says() {
	for text in "$@"; do
		grep -qxF -e "$text" "$work/out" || fail "no line '$text' in: $(cat "$work/out")"
	done
}

# complains TEXT - on stderr
complains() {
	grep -qF -e "$1" "$work/err" || fail "no '$1' in: $(cat "$work/err")"
}

# kernel NAME CONTROLLER V2FILE V1FILE - what a file of the group says
kernel() {
	cat "$(group_file "$@")"
}

make_group outer
echo 40 >"$(group_file outer pids pids.max pids.max)"
make_group box
run box sleep
name=$prefix-box

# --- Limits are set, shown old -> new, and there
runs 0 limit "$name" memory=64M pids=20
says "$name (cgroup): memory max -> 64M" "$name (cgroup): pids max -> 20"
[ ! -s "$work/err" ] || fail "limit: $(cat "$work/err")"
is "memory" 67108864 "$(kernel box memory memory.max memory.limit_in_bytes)"
is "pids" 20 "$(kernel box pids pids.max pids.max)"

# --- By id of the row, pid and path; by the kernel's names of limits
runs 0 limit "/$name" pids.max=30
says "$name (cgroup): pids 20 -> 30"
runs 0 limit "$pid" cpus=50%
says "$name (cgroup): cpus max -> 0.5"
if is_v2 cpu; then
	is "cpus" "50000 100000" "$(kernel box cpu cpu.max)"
else
	is "cpus" 50000 "$(kernel box cpu - cpu.cfs_quota_us)"
fi
runs 0 limit "$(mount_of memory)/$name" memory=32M
says "$name (cgroup): memory 64M -> 32M"

# --- Without assignments: a table, and the same as JSON
runs 0 limit "$name"
grep -qE '^  memory +32M +[0-9]' "$work/out" || fail "the table: $(cat "$work/out")"
grep -qE '^  cpus +0.5 +[0-9.]+' "$work/out" || fail "the table: $(cat "$work/out")"
grep -qE '^  pids +30 +1( |$)' "$work/out" || fail "the table: $(cat "$work/out")"
runs 0 limit --json "$name"
is "JSON: memory" 33554432 "$(jq .limits.memory.value "$work/out")"
is "JSON: cpus" 0.5 "$(jq .limits.cpus.value "$work/out")"
is "JSON: tasks in use" 1 "$(jq .limits.pids.used "$work/out")"
is "JSON: cgroup" "\"/$name\"" "$(jq .cgroup "$work/out")"

# --- Where a cgroup above allows less it is named. On v2 the test's own hands no controllers on.
if ! is_v2 pids; then
	make_group outer/inner
	run outer/inner sleep
	runs 0 limit "/$prefix-outer/inner"
	grep -qE "^  pids +max +1 +40 by /$prefix-outer above" "$work/out" ||
		fail "inherited: $(cat "$work/out")"
	pid=$(cat "$(mount_of pids)/$name/cgroup.procs")
fi

# --- max clears; JSON has both values
runs 0 limit -J "$name" cpus=max pids=max
is "JSON: before" 0.5 "$(jq .limits.cpus.before "$work/out")"
is "JSON: after" null "$(jq .limits.cpus.value "$work/out")"
is "pids after max" max "$(kernel box pids pids.max pids.max)"

# --- All or nothing: no disk is called so, so memory stays what it was
runs 1 limit "$name" memory=16M io-max=4000:99:rbps=1M
complains 'io-max'
is "memory after a failure" 33554432 "$(kernel box memory memory.max memory.limit_in_bytes)"
runs 0 limit "$name" cpu-weight=500
says "$name (cgroup): cpu-weight 100 -> 500"

# --- Less than is in use is said first
runs 0 limit "$name" pids=1
[ ! -s "$work/err" ] || fail "one task of one: $(cat "$work/err")"
make_group two
run two sleep
run two sleep
runs 0 limit "$prefix-two" pids=1
complains 'warning: pids=1 is less than the 2 tasks that there are'

# --- Wrong usage: nothing is looked for, code 2
for words in 'memory' 'memory=lots' 'pids=0' 'colour=red' 'memory=1M memory=2M'; do
	# shellcheck disable=SC2086
	runs 2 limit "$name" $words
done
complains 'memory is given twice'
runs 2 limit "$name" memry=1M
complains "did you mean memory?"
runs 2 limit
runs 2 limit --format csv "$name"

# --- Freeze and thaw: the process stands still, and goes on
run box burn
ticks() {
	awk "{ print \$14 + \$15 }" "/proc/$pid/stat" 2>/dev/null || echo 0
}
moved() {
	[ "$(ticks)" -gt "$before" ]
}
before=$(ticks)
until_ 30 moved || fail "the process does not run"
runs 0 freeze "$name"
says "$name (cgroup): frozen, 2 processes"
is "state" '"paused"' "$("$boxtop" list --all -J | jq ".containers[] | select(.name == \"$name\").state")"
before=$(ticks)
sleep 0.3
is "CPU time while it is frozen" "$before" "$(ticks)"
runs 0 freeze "$name"
runs 0 thaw --json "$name" "$prefix-two"
is "JSON: thawed" '[false,false]' "$(jq -c '[.targets[].frozen]' "$work/out")"
until_ 30 moved || fail "the process does not go on"

# --- Twice named is once done
runs 0 thaw "$name" "/$name" "$pid"
is "lines" 1 "$(wc -l <"$work/out")"

# --- Refusals: one line, and nothing is done to the others before them
for path in / "$(mount_of memory)"; do
	runs 1 freeze "$path"
	complains 'refused'
	runs 1 limit "$path" pids=5
	complains 'refused'
done
runs 1 freeze "$name" /
is "state" '"running"' "$("$boxtop" list --all -J | jq ".containers[] | select(.name == \"$name\").state")"
runs 1 freeze "$prefix-none"
complains "no container '$prefix-none'"

# Our own group and the one above it, seen by a boxtop that runs there.
make_group box/inner
directories box/inner >"$work/directories"
# shellcheck disable=SC2016
inside() {
	sh -c 'while read -r directory; do
			echo $$ >"$directory/cgroup.procs" || exit 99
		done <"$1"
		shift
		exec "$@"' sh "$work/directories" "$boxtop" "$@" >"$work/out" 2>"$work/err"
}
for path in "/$name/inner" "/$name"; do
	inside freeze "$path"
	is "its own group: exit code" 1 $?
	complains 'refused: boxtop itself is in'
done

# --- A group that is gone while nobody looks is no group
remove_group box/inner
runs 1 limit "/$name/inner" pids=5
complains "no cgroup"

# --- As a plain user: a word on why
if command -v setpriv >/dev/null && [ -r "$boxtop" ]; then
	setpriv --reuid=65534 --regid=65534 --clear-groups "$boxtop" limit "/$name" pids=7 \
		>"$work/out" 2>"$work/err"
	code=$?
	# A plain user may not be able to run the program from where it was built.
	if [ "$code" -ne 126 ] && [ "$code" -ne 127 ]; then
		is "plain user: exit code" 1 "$code"
		complains 'Permission denied'
	fi
	is "pids" 1 "$(kernel box pids pids.max pids.max)"
fi

# --- Help, completion
"$boxtop" help limits | grep -q '^  memory-high ' || fail "help limits"
"$boxtop" completion bash >"$work/completion"
if command -v bash >/dev/null; then
	bash -c '. "$1"; COMP_WORDS=(boxtop limit x mem); COMP_CWORD=3; _boxtop
		printf "%s\n" "${COMPREPLY[@]}"' bash "$work/completion" >"$work/out"
	says 'memory=' 'memory-high='
fi

[ "$failed" -eq 0 ] && echo "limit, freeze and thaw hold"
exit "$failed"
