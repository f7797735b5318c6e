#!/bin/sh
# JSON and CSV on the real kernel: their shape as the manual page promises it, hostile names, namespaces
# made by hand, and everything about one container. usage: test_json.sh BOXTOP
set -u
boxtop=${1:?usage: test_json.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || skip "jq is not installed"
[ -x "${E2E_HELPER:-}" ] || skip "no helper: set E2E_HELPER"
need_controllers

# holds WHAT FILTER - jq says true of $work/json
holds() {
	jq -e "$2" "$work/json" >/dev/null 2>&1 ||
		fail "$1: not true: $2"
}

get() {
	jq -r "$1" "$work/json"
}

# --- Shapes. Every null has a reason under its name, and nothing else has.
shape='
def explained: . as $row | ($row.unknown | type == "object") and
	([$row | to_entries[] | select(.value == null) | .key] | sort) == ($row.unknown | keys);
(.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$")) and
(.host | explained) and (.host.cpus > 0) and (.host.memory_total_bytes > 0) and
(.issues | type == "array") and (.[$key] | type == "array" and length > 0 and all(explained))'

make_group shape
run shape sleep
for pair in list:containers stats:containers ps:processes ns:namespaces tree:cgroups; do
	command=${pair%%:*}
	key=${pair##*:}
	arguments=
	[ $command != stats ] || arguments='-n 2 -d 2'
	# shellcheck disable=SC2086
	"$boxtop" $command $arguments --format json >"$work/json" || fail "$command: exit code $?"
	lines=1
	[ $command != stats ] || lines=2
	is "$command: lines" $lines "$(wc -l <"$work/json")"
	is "$command: valid lines" "$(seq $lines | sed 's/.*/true/')" \
		"$(jq --arg key "$key" "$shape" "$work/json")"
done

"$boxtop" stats -n 1 -d 1 --json >"$work/json"
for field in name id engine state cgroup pid cpu_pct memory_current_bytes memory_working_set_bytes \
	memory_limit_bytes pids_current pids_limit; do
	holds "stats: $field" ".containers | all(has(\"$field\"))"
done
holds "stats has rates at once" ".containers[] | select(.name == \"$prefix-shape\") | .cpu_pct != null"

# --- An effective limit comes from above
make_group outer
echo $((128 << 20)) >"$(group_file outer memory memory.max memory.limit_in_bytes)"
if is_v2 memory; then
	echo +memory >"$(mount_of memory)/$prefix-outer/cgroup.subtree_control" 2>/dev/null
fi
inner=outer/inner
make_group $inner
run $inner sleep
"$boxtop" tree "/$prefix-outer" --json --columns path,memory_limit_bytes,memory_effective_limit_bytes,memory_limit_from,depth \
	>"$work/json"
holds "tree of one cgroup" ".cgroups | length == 2"
holds "the limit is above" ".cgroups[] | select(.path == \"/$prefix-$inner\") |
	.memory_limit_bytes == null and .memory_effective_limit_bytes == $((128 << 20)) and
	.memory_limit_from == \"/$prefix-outer\""

# --- A hostile name: valid everywhere, obeyed nowhere
evil=$(printf 'evil\033[2J"\\,\r\177\302\233')
make_group "$evil"
run "$evil" sleep
evil_pid=$pid
for format in text json csv; do
	for command in list 'stats -n 1 -d 1' ps tree "inspect $evil_pid" "ps $evil_pid"; do
		# shellcheck disable=SC2086
		"$boxtop" $command --format $format >"$work/json" || fail "$command --format $format: $?"
		LC_ALL=C grep -q "$(printf '[\001-\010\013\014\016-\037\177]')\|$(printf '\302\233')" "$work/json" &&
			fail "$command --format $format lets control characters through"
		[ $format != json ] || jq . "$work/json" >/dev/null || fail "$command: no JSON"
	done
done
"$boxtop" inspect $evil_pid --json --columns name,cgroup >"$work/json"
is "the name in JSON is the name" "$prefix-$evil" "$(get '.containers[0].name')"
# The fields of CSV stay in their columns.
"$boxtop" list --format csv --columns name,engine,pid --no-header --filter "pid=$evil_pid" >"$work/csv"
is "CSV of a hostile name" "\"$prefix-evil?[2J\"\"\\,???\",cgroup,$evil_pid" "$(tr -d '\r' <"$work/csv")"
# --- Namespaces made by hand: the recipe of a tutorial is a container
if unshare --mount --uts --pid --fork true 2>/dev/null; then
	mkfifo "$work/unshared"
	unshare --mount --uts --pid --fork --mount-proc --kill-child "$E2E_HELPER" sleep >"$work/unshared" &
	outer=$!
	pids="$pids $outer"
	read -r word <"$work/unshared"
	inner=$(pgrep -P $outer)
	"$boxtop" inspect "$inner" --json >"$work/json" || fail "inspect of a process in namespaces: $?"
	is "unshare: pid" "$inner" "$(get '.containers[0].pid')"
	is "unshare: engine" unshare "$(get '.containers[0].engine')"
	is "unshare: pid inside" 1 "$(get ".containers[0].process_list[] | select(.pid == $inner) | .inner_pid")"
	for type in mnt uts pid; do
		is "unshare: $type namespace" "$(readlink "/proc/$inner/ns/$type" | tr -dc 0-9)" \
			"$(get ".containers[0].namespaces[] | select(.type == \"$type\" and (.host | not)) | .id")"
	done
	holds "unshare: the rest is the host's" \
		'.containers[0].namespaces[] | select(.type == "net") | .host'
	is "unshare: its /proc" proc \
		"$(get '[.containers[0].mounts[] | select(.target == "/proc")][-1].type')"
	"$boxtop" ns "$inner" --json >"$work/json" || fail "ns of a process in namespaces: $?"
	holds "ns: three of its own" '[.namespaces[].type] | index("mnt") and index("uts") and index("pid")'
	# The process that unshared waits outside of the pid namespace, and inside of the others.
	holds "ns: who is in them" ".namespaces | all(.processes == 1 and .pid == $inner or .processes == 2)"
	"$boxtop" ps "$inner" --json >"$work/json"
	holds "ps: it, and who made it" "[.processes[].pid] - [$inner, $outer] == [] and
		([.processes[].pid] | index($inner) != null)"
fi

# --- inspect says it all
"$boxtop" inspect "$prefix-shape" --json >"$work/json" || fail "inspect: $?"
holds "inspect: cgroup paths" ".containers[0].cgroup_paths | to_entries | length > 0 and all(.value == \"/$prefix-shape\")"
is "inspect: process" "$(head -n 1 "$(mount_of pids)/$prefix-shape/cgroup.procs")" \
	"$(get '.containers[0].process_list[0].pid')"
holds "inspect: namespaces" '.containers[0].namespaces | length > 5 and all(.host)'
holds "inspect: mounts" '.containers[0].mounts | map(.target) | index("/")'
"$boxtop" inspect "$prefix-shape" >"$work/out" || fail "inspect in text: $?"
for word in Identity CPU Memory Tasks I/O 'Cgroup paths' Namespaces Processes Mounts; do
	grep -q "^$word\$" "$work/out" || fail "inspect in text: no $word"
done
# By whatever it is called, it is the same.
shape_pid=$(get '.containers[0].pid')
for operand in "$prefix-shape" "/$prefix-shape" "$(mount_of memory)/$prefix-shape" "$shape_pid"; do
	is "inspect $operand" "$prefix-shape" \
		"$("$boxtop" inspect "$operand" --json --columns name | jq -r '.containers[0].name')"
done

exit "$failed"
