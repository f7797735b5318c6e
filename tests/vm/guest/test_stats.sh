#!/bin/sh
# Figures agree with what the engines and the kernel say of a container.
# shellcheck source=tests/vm/guest/lib.sh
. "$(dirname "$0")/lib.sh"
need_engines

# file ROW V2FILE CONTROLLER V1FILE - a kernel file of the cgroup that holds its leader
file() {
	pid=$(value "$1" pid)
	if [ "$SHAPE" = v2 ]; then
		cat "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")/$2"
	else
		cat "/sys/fs/cgroup/$3$(sed -n "s/^[0-9]*:\([^:]*,\)*$3\(,[^:]*\)*://p" "/proc/$pid/cgroup")/$4"
	fi
}

"$BOXTOP" stats -n 1 --format json >"$work/stats" || fail "stats: exit code $?"
stat() {
	jq -r ".containers[] | select(.name == \"$1\") | .$2" "$work/stats"
}

# They sleep: what they use stays, but for some pages that the kernel takes back.
for row in podman-plain docker-plain lxc-plain runc-plain rootless; do
	if [ "$SHAPE" != v2 ] && [ "$row" = rootless ]; then
		continue
	fi
	near "$row memory" "$(file "$row" memory.current memory memory.usage_in_bytes)" \
		"$(stat "$row" memory_current_bytes)" 5 262144
	is "$row pids" "$(file "$row" pids.current pids pids.current)" "$(stat "$row" pids_current)"
done

# What an engine shows as text is rounded, and its idea of used memory is the working set.
bytes() {
	echo "$1" | awk '{
		n = $1 + 0
		if ($1 ~ /[kK]i?B/)
			n *= ($1 ~ /i/ ? 1024 : 1000)
		else if ($1 ~ /Mi?B/)
			n *= ($1 ~ /i/ ? 1048576 : 1000000)
		printf "%d\n", n
	}'
}
docker stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' docker-plain >"$work/docker"
read -r used _ limit pids <"$work/docker"
near "docker stats: memory" "$(bytes "$used")" "$(stat docker-plain memory_working_set_bytes)" 5 262144
near "docker stats: limit" "$(bytes "$limit")" "$(stat docker-plain memory_limit_bytes)" 1 0
is "docker stats: pids" "$pids" "$(stat docker-plain pids_current)"
podman stats --no-stream --format '{{.MemUsageBytes}} {{.PIDs}}' podman-plain >"$work/podman"
read -r used _ limit pids <"$work/podman"
near "podman stats: memory" "$(bytes "$used")" "$(stat podman-plain memory_working_set_bytes)" 5 262144
near "podman stats: limit" "$(bytes "$limit")" "$(stat podman-plain memory_limit_bytes)" 1 0
is "podman stats: pids" "$pids" "$(stat podman-plain pids_current)"

# A busy container: its counter, read between two looks at the kernel's own, lies between them.
cpu_usage() {
	if [ "$SHAPE" = v2 ]; then
		file docker-plain cpu.stat | sed -n 's/^usage_usec //p'
	else
		echo $(($(file docker-plain - cpuacct cpuacct.usage) / 1000))
	fi
}
docker exec -d docker-plain sh -c 'while :; do :; done'
first=$(cpu_usage)
systemd-cgtop -b -n 2 -d 4 --raw --depth 5 >"$work/cgtop" 2>&1 &
cgtop=$!
"$BOXTOP" stats -n 2 -d 4 --format json docker-plain >"$work/busy" || fail "stats -n 2: exit code $?"
last=$(cpu_usage)
# It looks at the same seconds, and starts later: what is busy ends after it.
wait $cgtop
docker exec docker-plain sh -c 'for p in /proc/[1-9]*; do
	if grep -q while $p/cmdline && [ ${p#/proc/} -ne $$ ]; then
		kill -KILL ${p#/proc/}
	fi
done'
# systemd-cgtop: path, tasks, CPU, memory
cgtop() {
	awk -v id="$(value docker-plain id)" -v n="$1" 'index($1, id) { last = $n } END { print last }' \
		"$work/cgtop"
}
busy() {
	jq -rs "last.containers[0].$1" "$work/busy"
}
is "systemd-cgtop: tasks" "$(cgtop 2)" "$(busy pids_current)"
near "systemd-cgtop: CPU" "$(cgtop 3)" "$(busy cpu_pct)" 10 8
near "systemd-cgtop: memory" "$(cgtop 4)" "$(busy memory_current_bytes)" 10 524288
jq -rs '.[].containers[0].cpu_usage_usec' "$work/busy" >"$work/usage"
{
	echo "$first"
	cat "$work/usage"
	echo "$last"
} >"$work/order"
if [ "$(wc -l <"$work/order")" -eq 4 ] && sort -n -c "$work/order"; then
	echo "ok: CPU usage" $(cat "$work/order")
else
	fail "CPU usage is not in order:" $(cat "$work/order")
fi
pct=$(jq -rs '.[1].containers[0].cpu_pct' "$work/busy")
awk -v pct="$pct" 'BEGIN { exit !(pct > 1 && pct < 75) }' || fail "half a CPU is its limit, not $pct %"
done_
