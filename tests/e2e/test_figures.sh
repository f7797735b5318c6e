#!/bin/sh
# The figures are those of the kernel: cgroups with a known burn, known memory and known processes, and
# what "boxtop stats" says of them beside the kernel's own files. usage: test_figures.sh BOXTOP
set -u
boxtop=${1:?usage: test_figures.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || skip "jq is not installed"
[ -x "${E2E_HELPER:-}" ] || skip "no helper: set E2E_HELPER"
need_controllers

QUOTA=20000 # of 100000: a fifth of a CPU
LIMIT=$((256 << 20))

for group in burn memory pids; do
	make_group $group
done
if is_v2 cpu; then
	echo "$QUOTA 100000" >"$(group_file burn cpu cpu.max -)"
else
	echo 100000 >"$(group_file burn cpu - cpu.cfs_period_us)"
	echo $QUOTA >"$(group_file burn cpu - cpu.cfs_quota_us)"
fi
echo $LIMIT >"$(group_file memory memory memory.max memory.limit_in_bytes)"
echo 50 >"$(group_file pids pids pids.max pids.max)"
run burn burn
burner=$pid
run memory alloc 64
run pids fork 7

# cpu_usec - CPU time of the burner's group, in the kernel's words
cpu_usec() {
	if is_v2 cpuacct; then
		awk '$1 == "usage_usec" { print $2 }' "$(group_file burn cpu cpu.stat -)"
	else
		awk '{ printf "%d\n", $1 / 1000 }' "$(group_file burn cpuacct - cpuacct.usage)"
	fi
}

throttled() {
	awk -v key="$1" '$1 == key { print $2 }' "$(group_file burn cpu cpu.stat cpu.stat)"
}

# of LINE NAME FIELD - from the output of stats
of() {
	sed -n "$1p" "$work/stats" |
		jq --arg name "$prefix-$2" ".containers[] | select(.name == \$name) | .$3"
}

# seconds_between LINE LINE - of the samples
seconds_between() {
	jq -s -r '.[].time' "$work/stats" | awk -F '[T:Z]' -v a="$1" -v b="$2" '
		{ at[NR] = $2 * 3600 + $3 * 60 + $4 }
		END { d = at[b] - at[a]; print d < 0 ? d + 86400 : d }'
}

# burn_is_true: the rate is that of the counter, and the counter is the kernel's. Samples of a machine
# that has no time for them are some way from the moment that they are said to be of.
burn_is_true() {
	usec_before=$(cpu_usec)
	"$boxtop" stats -n 3 -d 2s --format json >"$work/stats" || fail "stats: exit code $?"
	usec_after=$(cpu_usec)
	middle=$(of 2 burn cpu_usage_usec)
	last=$(of 3 burn cpu_usage_usec)
	[ "$usec_before" -le "$middle" ] && [ "$middle" -lt "$last" ] && [ "$last" -le "$usec_after" ] || {
		fail "CPU time $usec_before <= $middle < $last <= $usec_after"
		return 0
	}
	awk -v used=$((last - middle)) -v sec="$(seconds_between 2 3)" -v pct="$(of 3 burn cpu_pct)" 'BEGIN {
		e = used / sec / 10000
		printf "%s %% is said, the counter says %.2f %%\n", pct, e
		exit !(pct > e * 0.97 && pct < e * 1.03)
	}' >"$work/burn"
}

burn_is_true || burn_is_true || burn_is_true || fail "CPU: $(cat "$work/burn")"
is "samples" 3 "$(wc -l <"$work/stats")"
# Ten periods of 100 ms per second; a loaded machine may give less than the quota, never more.
for line in 1 2 3; do
	pct=$(of $line burn cpu_pct)
	awk -v p="$pct" 'BEGIN { exit !(p > 2 && p < 22) }' ||
		fail "sample $line: a fifth of a CPU is said to be $pct %"
done
is "CPU limit" 0.2 "$(of 3 burn cpu_limit_cpus)"
near "CPU of its limit" "$(of 3 burn cpu_pct | awk '{ print $1 * 5 }')" "$(of 3 burn cpu_limit_pct)" 1 0

# throttled_is_true: over about the same time
throttled_is_true() {
	periods=$(throttled nr_periods)
	waits=$(throttled nr_throttled)
	"$boxtop" stats -n 2 -d 5s --json >"$work/stats" || fail "stats: exit code $?"
	awk -v t=$(($(throttled nr_throttled) - waits)) -v p=$(($(throttled nr_periods) - periods)) \
		-v pct="$(of 2 burn cpu_throttled_pct)" 'BEGIN {
		e = p > 0 ? 100 * t / p : 0
		printf "%s %% is said, the counters say %.0f %%\n", pct, e
		exit !(pct >= e - 10 && pct <= e + 10)
	}' >"$work/throttled"
}
throttled_is_true || throttled_is_true || throttled_is_true ||
	fail "throttled periods: $(cat "$work/throttled")"
"$boxtop" stats -n 1 --json >"$work/stats" || fail "stats: exit code $?"
is "pids of one process" 1 "$(of 1 burn pids_current)"

# --- Memory
usage=$(cat "$(group_file memory memory memory.current memory.usage_in_bytes)")
near "memory" "$usage" "$(of 1 memory memory_current_bytes)" 2 0
near "anonymous memory" $((64 << 20)) "$(of 1 memory memory_anon_bytes)" 3 0
inactive=$(awk '$1 == "total_inactive_file" || $1 == "inactive_file" { n = $2 } END { print n }' \
	"$(group_file memory memory memory.stat memory.stat)")
near "working set" $((usage - inactive)) "$(of 1 memory memory_working_set_bytes)" 2 0
is "memory limit" $LIMIT "$(of 1 memory memory_limit_bytes)"
near "memory of its limit" 25 "$(of 1 memory memory_limit_pct)" 8 0
is "no memory limit" null "$(of 1 burn memory_limit_bytes)"
is "no memory limit, in words" '"no limit is set"' "$(of 1 burn unknown.memory_limit_bytes)"

# --- Tasks
is "tasks" "$(cat "$(group_file pids pids pids.current pids.current)")" "$(of 1 pids pids_current)"
is "tasks" 8 "$(of 1 pids pids_current)"
is "processes" 8 "$(of 1 pids processes)"
is "limit of tasks" 50 "$(of 1 pids pids_limit)"
is "tasks of their limit" 16 "$(of 1 pids pids_limit_pct)"
is "who made it" '"cgroup"' "$(of 1 pids engine)"
is "where it is" "\"/$prefix-pids\"" "$(of 1 pids cgroup)"
is "first process" "$pid" "$(of 1 pids pid)"

# --- The processes of one container are its cgroup.procs
sort -n "$(mount_of pids)/$prefix-pids/cgroup.procs" >"$work/procs"
"$boxtop" ps "$prefix-pids" --format csv --columns pid --no-header --sort pid | tr -d '\r' >"$work/ps"
cmp -s "$work/procs" "$work/ps" || fail "ps: $(tr '\n' ' ' <"$work/ps") instead of $(tr '\n' ' ' <"$work/procs")"

# --- A process burns as much as its group
"$boxtop" ps "$prefix-burn" --json >"$work/json"
pct=$(jq '.processes[0].cpu_pct' "$work/json")
awk -v p="$pct" 'BEGIN { exit !(p > 2 && p < 30) }' || fail "ps: a fifth of a CPU is said to be $pct %"
is "ps: pid" "$burner" "$(jq '.processes[0].pid' "$work/json")"

# --- Frozen and thawed
state() {
	"$boxtop" list --json --filter "name=$prefix-$1" | jq -r '.containers[0].state'
}
paused() {
	[ "$(state pids)" = paused ]
}
freeze pids
until_ 10 paused || fail "a frozen container is $(state pids)"
thaw pids
is "thawed" running "$(state pids)"

# --- Gone while it is watched: an error that says so, and no zeroes
rm "$work/stats"
"$boxtop" stats "$prefix-memory" --format json -d 3 >"$work/stats" 2>"$work/err" &
watcher=$!
pids="$pids $watcher"
until_ 20 test -s "$work/stats" || fail "stats of one container says nothing"
end "$(head -n 1 "$(mount_of memory)/$prefix-memory/cgroup.procs")"
remove_group memory
wait "$watcher"
is "stats of an ended container: exit code" 1 $?
is "stats of an ended container" "boxtop: stats: the container has ended" "$(cat "$work/err")"
is "stats of one container: rows" 1 "$(jq -s 'map(.containers | length) | unique | .[]' "$work/stats")"

exit "$failed"
