#!/bin/sh
# Measures boxtop beside its peers, in one run on one machine, and prints Markdown tables.
# usage: run.sh BOXTOP BUILD_DIR [refresh|once]...     (default: all)
#
# A program first gets BENCH_WARMUP seconds to find its pace: boxtop reads the namespaces of a crowd bit
# by bit. CPU per refresh is what all threads of a program consumed (schedstat, nanoseconds) while its screen
# stood open in a terminal of 160x50 and refreshed once a second, divided by the seconds. The programs
# take turns, round by round; a figure is the median over the rounds, with the least and the greatest.
set -u
boxtop=$(realpath "${1:?usage: run.sh BOXTOP BUILD_DIR [NAME...]}")
crowd=$(realpath "${2:?usage: run.sh BOXTOP BUILD_DIR [NAME...]}")/tests/bench/crowd
shift 2
processes=${BENCH_PROCESSES:-10000}
cgroups=${BENCH_CGROUPS:-500}
rounds=${BENCH_ROUNDS:-5}
seconds=${BENCH_SECONDS:-8}
work=$(mktemp -d)
warmup=${BENCH_WARMUP:-15}
socket=boxtop-bench-$$

[ -x "$crowd" ] || {
	ninja -C "$(dirname "$(dirname "$(dirname "$crowd")")")" --quiet crowd || exit 1
}

cleanup() {
	tmux -L "$socket" kill-server 2>/dev/null
	exec 9>&-
	[ -z "${crowd_pid:-}" ] || wait "$crowd_pid" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

start_crowd() {
	mkfifo "$work/stop"
	"$crowd" "$processes" "$cgroups" idle <"$work/stop" >"$work/ready" &
	crowd_pid=$!
	exec 9>"$work/stop"
	while ! grep -q ready "$work/ready" 2>/dev/null; do
		kill -0 "$crowd_pid" 2>/dev/null || exit 1
		sleep 0.1
	done
}

# cpu_ns PID - CPU time of all its threads so far
cpu_ns() {
	cat /proc/"$1"/task/*/schedstat 2>/dev/null | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# open_screen COMMAND... - start it in a terminal of its own; sets screen_pid
open_screen() {
	# A server that is on its way out takes no session: each screen has one of its own.
	socket=boxtop-bench-$$-$((turn = ${turn:-0} + 1))
	tmux -L "$socket" -f /dev/null new-session -d -x 160 -y 50 "exec $*"
	sleep "$warmup"
	screen_pid=$(tmux -L "$socket" list-panes -F '#{pane_pid}' 2>/dev/null | head -n 1)
}

# measure NAME COMMAND... - one round: milliseconds of CPU per second, resident kilobytes
measure() {
	name=$1
	shift
	open_screen "$@"
	[ -n "$screen_pid" ] && [ -d "/proc/$screen_pid" ] || {
		say "$name did not start"
		tmux -L "$socket" kill-server 2>/dev/null
		return
	}
	before=$(cpu_ns "$screen_pid")
	from=$(date +%s%N)
	sleep "$seconds"
	after=$(cpu_ns "$screen_pid")
	to=$(date +%s%N)
	rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$screen_pid/status")
	tmux -L "$socket" kill-server 2>/dev/null
	awk -v a="$before" -v b="$after" -v f="$from" -v t="$to" -v rss="$rss" -v n="$name" \
		'BEGIN { printf "%s %.3f %d\n", n, (b - a) / (t - f) * 1000, rss }' >>"$work/results"
}

say() {
	printf '%s\n' "bench: $*" >&2
}

# column NAME FIELD - its figures, sorted
column() {
	awk -v n="$1" -v f="$2" '$1 == n { print $f }' "$work/results" | sort -n
}

median() {
	awk '{ v[NR] = $1 } END { if (NR) print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

row() {
	cpu=$(column "$1" 2 | median)
	[ -n "$cpu" ] || return
	base=$(column htop 2 | median)
	printf '| %s | %.1f | %.1f–%.1f | %s | %.1f | %s |\n' "$1" "$cpu" \
		"$(column "$1" 2 | head -n 1)" "$(column "$1" 2 | tail -n 1)" \
		"$(awk -v a="$cpu" -v b="$base" 'BEGIN { printf "%.3f", a / b }')" \
		"$(column "$1" 3 | median | awk '{ print $1 / 1024 }')" \
		"$(awk -v a="$(column "$1" 3 | median)" -v b="$(column htop 3 | median)" \
			'BEGIN { printf "%.2f", a / b }')"
}

bench_refresh() {
	: >"$work/results"
	round=0
	while [ "$round" -lt "$rounds" ]; do
		round=$((round + 1))
		say "round $round of $rounds"
		measure htop htop -d 10
		measure boxtop-containers "$boxtop" -d 10 --screen containers
		measure boxtop-processes "$boxtop" -d 10 --screen processes
		! command -v top >/dev/null || measure top top -d 1
		! command -v btop >/dev/null || measure btop btop
	done
	echo
	echo "### CPU per refresh and resident memory: $processes idle processes in $cgroups cgroups"
	echo
	echo "| screen | CPU ms per second | least–greatest | of htop | resident MiB | of htop |"
	echo "|---|---|---|---|---|---|"
	for name in htop boxtop-containers boxtop-processes top btop; do
		row "$name"
	done
}

# once NAME COMMAND... - user and system seconds of one run, least of three
once() {
	name=$1
	shift
	for _ in 1 2 3; do
		bash -c 'TIMEFORMAT="%U %S %R"; time "$@" >/dev/null 2>&1' _ "$@" 2>&1 |
			awk -v n="$name" '{ printf "%s %.3f %.3f\n", n, ($1 + $2) * 1000, $3 * 1000 }'
	done | sort -k2 -n | sed -n 2p
}

bench_once() {
	echo
	echo "### One run of a command: $processes idle processes in $cgroups cgroups (median of 3)"
	echo
	echo "| command | CPU ms | wall ms |"
	echo "|---|---|---|"
	{
		once lsns lsns
		once "boxtop-ns" "$boxtop" ns
		once "ps" ps -eo pid,cgroup,rss,pcpu,args
		once "boxtop-ps" "$boxtop" ps
		once "boxtop-list" "$boxtop" list
	} | while read -r name cpu wall; do
		echo "| $name | $cpu | $wall |"
	done
}

start_crowd
printf '%s\n' "$(uname -sr), $(nproc) CPUs; htop $(htop --version | awk '{ print $2; exit }')"
[ $# -gt 0 ] || set -- refresh once
for name in "$@"; do
	case $name in
	refresh | once) "bench_$name" ;;
	*) say "there is no measurement '$name'" && exit 2 ;;
	esac
done
