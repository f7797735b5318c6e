#!/bin/sh
# Processes are those that ps and the engines know, with their pids inside.
# shellcheck source=tests/vm/guest/lib.sh
. "$(dirname "$0")/lib.sh"
need_engines

# On every kernel: a program that the kernel does not take falls back without a word.
is "source of processes" "processes from a BPF task iterator" \
	"$("$BOXTOP" --version --source bpf 2>&1 | sed -n 's/.*\(processes from .*\)/\1/p')"

"$BOXTOP" ps podman-plain --format json >"$work/ps" || fail "ps: exit code $?"
podman top podman-plain hpid pid comm | tail -n +2 | while read -r outer inner comm; do
	echo "$outer $inner"
done | sort -n >"$work/expected"
jq -r '.processes[] | "\(.pid) \(.inner_pid)"' "$work/ps" | sort -n >"$work/got"
is "podman top" "$(cat "$work/expected")" "$(cat "$work/got")"

"$BOXTOP" ps docker-plain --format json >"$work/ps" || fail "ps: exit code $?"
is "docker top" "$(docker top docker-plain -o pid | tail -n +2 | tr -d ' ')" \
	"$(jq -r '.processes[].pid' "$work/ps")"

# Those that live through it all are in both.
ps -e -o pid= -o ppid= | awk '{ print $1, $2 }' | sort >"$work/before"
"$BOXTOP" ps --all --format json >"$work/ps" || fail "ps: exit code $?"
ps -e -o pid= -o ppid= | awk '{ print $1, $2 }' | sort >"$work/after"
jq -r '.processes[] | "\(.pid) \(.ppid // 0)"' "$work/ps" | sort >"$work/got"
comm -12 "$work/before" "$work/after" | comm -23 - "$work/got" >"$work/missing"
is "processes of ps that are missing" "" "$(cat "$work/missing")"
done_
