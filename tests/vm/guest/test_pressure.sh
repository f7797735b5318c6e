#!/bin/sh
# Sandboxes that want more memory than they may have: what is beyond the limit goes to swap while their swap
# lasts, as boxtop and the kernel say alike; then they are ended, and nobody else is: not who stands beside
# them on the host, nor a sandbox that uses as much within its own limit.
# shellcheck source=tests/vm/guest/lib.sh
. "$(dirname "$0")/lib.sh"
[ -d /run/systemd/system ] || skip "systemd does not run this guest"
mib=1048576
swapfile=$work/swapfile
head -c $((192 * mib)) /dev/zero >"$swapfile"
chmod 600 "$swapfile"
mkswap "$swapfile" >/dev/null && swapon "$swapfile" || skip "this guest can't swap"
beside=
trap '"$BOXTOP" rm -f greedy steady >/dev/null 2>&1; [ -z "$beside" ] || kill $beside
	swapoff "$swapfile"; rm -rf "$work"' EXIT

# holding MIB - a program that touches as much, says so, and stays
holding() {
	echo "\$| = 1; \$x = ''; \$x .= 'a' x $mib for 1 .. $1; print qq(holds\\n); sleep 300"
}

# holds_now NAME - it has all that it asked for
holds_now() {
	"$BOXTOP" logs "$1" 2>/dev/null | grep -q holds
}

# file NAME V2FILE V1FILE - a kernel file of the memory cgroup of the sandbox
file() {
	pid=$("$BOXTOP" inspect --json "$1" | jq -r '.containers[0].pid')
	if [ "$SHAPE" = v2 ]; then
		cat "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")/$2"
	else
		cat "/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' "/proc/$pid/cgroup")/$3"
	fi
}

stat() {
	"$BOXTOP" stats -n 1 --format json "$1" | jq -r ".containers[0].$2"
}

perl -e "$(holding 64)" >"$work/beside" &
beside=$!
"$BOXTOP" run -d --name steady --memory 96M -- perl -e "$(holding 64)" >/dev/null || fail "run steady"
until_ 60 holds_now steady || fail "one within its limit does not get its memory"
until_ 60 grep -q holds "$work/beside" || fail "the process beside does not get its memory"

# ---- There is swap: it lives beyond its memory ----

"$BOXTOP" run -d --name greedy --memory 32M --swap 128M -- perl -e "$(holding 80)" >/dev/null || fail "run greedy"
until_ 60 holds_now greedy || {
	"$BOXTOP" list --all --json | jq -c '.containers[] | select(.name == "greedy") | [.state, .ended]'
	fail "one that may swap does not get its memory"
	exit 1
}
if [ "$SHAPE" = v2 ]; then
	swapped=$(file greedy memory.swap.current)
else
	swapped=$(($(file greedy - memory.memsw.usage_in_bytes) - $(file greedy - memory.usage_in_bytes)))
fi
used=$(file greedy memory.current memory.usage_in_bytes)
[ "$used" -le $((32 * mib)) ] || fail "it uses $used bytes of memory, of 32 MiB"
[ "$swapped" -ge $((40 * mib)) ] || fail "of 80 MiB in 32 MiB only $swapped bytes are in swap"
near "swap" "$swapped" "$(stat greedy memory_swap_bytes)" 5 $mib
near "memory" "$used" "$(stat greedy memory_current_bytes)" 5 $mib
is "its limit" $((128 * mib)) "$(stat greedy memory_swap_limit_bytes)"
is "kills" 0 "$(stat greedy oom_kills)"

# Given room, it needs no swap any more; taken away again, it lives on.
"$BOXTOP" limit greedy memory=128M >/dev/null || fail "limit memory=128M"
"$BOXTOP" limit greedy memory=48M >/dev/null 2>&1 || fail "limit memory=48M"
is "memory.max, lowered below what was used" $((48 * mib)) \
	"$(file greedy memory.max memory.limit_in_bytes)"
is "its state" running "$(stat greedy state)"
"$BOXTOP" rm -f greedy || fail "rm greedy"

# ---- There is none left: it ends, and it alone ----

kernel_kills() {
	sed -n 's/^oom_kill //p' /proc/vmstat
}

# ends_for_want SWAP - 80 MiB in 32 MiB of memory and so much swap
ends_for_want() {
	before=$(kernel_kills)
	timeout 60 "$BOXTOP" run --rm --name greedy --memory 32M --swap "$1" -- \
		perl -e "$(holding 80)" >"$work/out" 2>"$work/err"
	is "swap of $1: exit code" 137 $?
	is "swap of $1: what it held" "" "$(cat "$work/out")"
	grep -q 'for want of memory' "$work/err" || fail "swap of $1: $(cat "$work/err")"
	is "swap of $1: processes that the kernel ended" 1 $(($(kernel_kills) - before))
}
ends_for_want 0
ends_for_want 16M

kill -0 $beside || fail "the process beside was ended, too"
is "steady" running "$(stat steady state)"
is "steady: kills" 0 "$(stat steady oom_kills)"
done_
