#!/bin/sh
# The numbers on the screen are the kernel's: a group with a known CPU quota, a known amount of memory
# and a known number of tasks, read off the frame in a terminal and held against the group's own files;
# as root and as a plain user. usage: test_numbers.sh BOXTOP
set -u
boxtop=${1:?usage: test_numbers.sh BOXTOP}
skip() {
	echo "skipped: $*"
	exit 77
}
[ "$(id -u)" -eq 0 ] || skip "cgroups can be made by root only"
for program in tmux setpriv; do
	command -v "$program" >/dev/null || skip "$program is not installed"
done

group=bt-numbers-$$
socket=boxtop-numbers-$$
work=$(mktemp -d) || exit 1
chmod 755 "$work"
failed=0
export LC_ALL=C.UTF-8
unset TMUX NO_COLOR

mounts() {
	awk '$3 ~ /^cgroup2?$/ && $2 !~ /cpuset/ { print $2 }' /proc/self/mounts
}

# file NAME... - the first of these files of our group that exists in any hierarchy
file() {
	for name in "$@"; do
		for mount in $(mounts); do
			[ ! -e "$mount/$group/$name" ] || {
				echo "$mount/$group/$name"
				return
			}
		done
	done
}

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	tmux -L "$socket" kill-server 2>/dev/null
	exec 8>&- 9>&-
	for mount in $(mounts); do
		[ -d "$mount/$group" ] || continue
		# shellcheck disable=SC2013
		for pid in $(cat "$mount/$group/cgroup.procs"); do
			kill -9 "$pid" 2>/dev/null
		done
	done
	wait 2>/dev/null
	for mount in $(mounts); do
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			[ -d "$mount/$group" ] || break
			rmdir "$mount/$group" 2>/dev/null || sleep 0.2
		done
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

fail() {
	echo "FAILED: $*"
	failed=1
}

for mount in $(mounts); do
	mkdir "$mount/$group" 2>/dev/null || skip "no group can be made in $mount"
done
cpu=$(file cpuacct.usage cpu.stat)
quota=$(file cpu.cfs_quota_us cpu.max)
memory=$(file memory.usage_in_bytes memory.current)
pids=$(file pids.current)
for needed in "$cpu" "$quota" "$memory" "$pids"; do
	[ -n "$needed" ] || skip "cpu, memory and pids are not all to be had for a new group"
done
case $quota in
*cpu.max) echo "30000 100000" >"$quota" ;;
*) echo 30000 >"$quota" ;;
esac

# enter COMMAND... - in the background, in our group of every hierarchy
enter() {
	# shellcheck disable=SC2016
	MOUNTS=$(mounts) GROUP=$group sh -c '
		for mount in $MOUNTS; do
			echo 0 >"$mount/$GROUP/cgroup.procs"
		done
		exec "$@"' _ "$@" 2>/dev/null &
}

mkfifo "$work/fifo"
# Seven tasks: one burns, one holds 80 MB, five sleep.
enter sh -c 'while :; do :; done'
# shellcheck disable=SC2016
enter sh -c 'x=$(head -c 80000000 /dev/zero | tr "\0" x); exec 8<>"$1"; read -r _ <&8; : "$x"' _ "$work/fifo"
for _ in 1 2 3 4 5; do
	enter sleep 3600
done
tries=600
until [ "$(cat "$pids")" -eq 7 ] && [ "$(cat "$memory")" -gt 80000000 ]; do
	tries=$((tries - 1))
	[ "$tries" -gt 0 ] || {
		fail "the group did not come up: $(cat "$pids") tasks, $(cat "$memory") bytes"
		exit 1
	}
	sleep 0.1
done

cpu_usec() {
	case $cpu in
	*cpu.stat) awk '$1 == "usage_usec" { print $2 }' "$cpu" ;;
	*) awk '{ printf "%.0f\n", $1 / 1000 }' "$cpu" ;;
	esac
}

# near WHAT SHOWN REAL PERCENT SLACK - the shown number is within so much of the real one
near() {
	awk -v shown="$2" -v real="$3" -v pct="$4" -v slack="$5" 'BEGIN {
		d = shown - real; d = d < 0 ? -d : d
		exit !(shown ~ /^[0-9.]+$/ && d <= real * pct / 100 + slack)
	}' || fail "$1: the screen shows '$2', the kernel's files say '$3'"
}

# bytes TEXT - "76.3M" to bytes
bytes() {
	echo "$1" | awk '{
		unit = 1
		if ($1 ~ /K$/) unit = 1024
		if ($1 ~ /M$/) unit = 1024 * 1024
		if ($1 ~ /G$/) unit = 1024 * 1024 * 1024
		sub(/[BKMG]$/, "", $1)
		printf "%.0f\n", $1 * unit
	}'
}

row() {
	tmux -L "$socket" capture-pane -p | grep -F "$group" | grep -vE 'Filter|Containers|^cgroup' | head -n 1
}

# check WHO COMMAND... - the program in a terminal, its row against the files
check() {
	who=$1
	shift
	tmux -L "$socket" -f /dev/null new-session -d -x 160 -y 30 "exec $*"
	tries=200
	until row | grep -q '[0-9]'; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || {
			fail "$who: no row for $group"
			tmux -L "$socket" capture-pane -p
			tmux -L "$socket" kill-server
			return
		}
		sleep 0.05
	done
	sleep 2
	from=$(cpu_usec)
	from_ns=$(date +%s%N)
	# A frame shows the second before it: the mean of six is held against the same six seconds.
	shown=$(
		for _ in 1 2 3 4 5 6; do
			sleep 1
			row | awk '{ sub(/!/, "", $2); print $2 }'
		done | awk '{ sum += $1 } END { printf "%.1f", sum / NR }'
	)
	to=$(cpu_usec)
	to_ns=$(date +%s%N)
	# name cpu memory tasks
	# shellcheck disable=SC2046
	set -- $(row | sed 's/!//g')
	near "$who: CPU" "$shown" "$(awk -v a="$from" -v b="$to" -v f="$from_ns" -v t="$to_ns" \
		'BEGIN { printf "%.1f", (b - a) * 100000 / (t - f) }')" 10 3
	near "$who: memory" "$(bytes "$3")" "$(cat "$memory")" 3 200000
	near "$who: tasks" "$4" "$(cat "$pids")" 0 0
	tmux -L "$socket" kill-server
	sleep 0.2
}

arguments="-d 10 --columns name,cpu_pct,memory_current_bytes,pids_current --filter $group"
check root "$boxtop" "$arguments"
# A plain user has to be able to run the program and to draw.
cp "$boxtop" "$work/boxtop"
check "a plain user" setpriv --reuid 65534 --regid 65534 --clear-groups \
	env HOME=/nonexistent TERM=screen "$work/boxtop" "$arguments"

exit "$failed"
