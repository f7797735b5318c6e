#!/bin/sh
# Measures boxtop beside its peers, in one run on one machine: Markdown on standard output, and the same as
# a picture in BENCH_OUT (build/bench-results). usage: run.sh BOXTOP BUILD_DIR [full] [PART...]
#
#   screens   what a screen costs while it stands open, its first frame, its answer to keys
#   commands  one run of commands that print once
#   launch    /bin/true in a sandbox
#   kill      bombs of growing sizes
#   soak      an hour of updates at full speed: memory and descriptors
#
# Without PART all but the last. What is short takes some 6 minutes; full takes more than an hour. The programs
# take turns, round by round; a figure is the median over the rounds, with the least and the greatest.
set -u
here=$(dirname "$(realpath "$0")")
boxtop=$(realpath "${1:?usage: run.sh BOXTOP BUILD_DIR [full] [PART...]}")
build=$(realpath "${2:?usage: run.sh BOXTOP BUILD_DIR [full] [PART...]}")
shift 2
bin=$build/tests/bench
# processes, cgroups and what the processes do
crowds=${BENCH_CROWDS:-"1000:10:idle 10000:500:idle"}
rounds=${BENCH_ROUNDS:-2} seconds=${BENCH_SECONDS:-5} warmup=${BENCH_WARMUP:-12} keys=${BENCH_KEYS:-40}
bombs=${BENCH_BOMBS:-"100 1000"}
if [ "${1:-}" = full ]; then
	shift
	crowds=${BENCH_CROWDS:-"1000:10:idle 10000:10:idle 10000:500:idle 10000:500:busy 10000:500:churn
		10000:5000:idle 30000:5000:idle"}
	rounds=${BENCH_ROUNDS:-5} seconds=${BENCH_SECONDS:-10} keys=${BENCH_KEYS:-200}
	bombs=${BENCH_BOMBS:-"100 1000 5000 20000"}
fi
[ $# -gt 0 ] || set -- screens commands launch kill
out=${BENCH_OUT:-$(dirname "$build")/bench-results}
mkdir -p "$out"
work=$(mktemp -d)
export boxtop bin work rounds seconds warmup keys

cleanup() {
	exec 9>&-
	[ -z "${crowd_pid:-}" ] || wait "$crowd_pid" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say() {
	printf '%s\n' "bench: $*" >&2
}

# start_crowd PROCESSES:CGROUPS:HOW
start_crowd() {
	crowd=$1
	mkfifo "$work/stop"
	# shellcheck disable=SC2046
	"$bin/crowd" $(echo "$crowd" | tr : ' ') <"$work/stop" >"$work/ready" &
	crowd_pid=$!
	exec 9>"$work/stop"
	while ! grep -q ready "$work/ready" 2>/dev/null; do
		kill -0 "$crowd_pid" 2>/dev/null || exit 1
		sleep 0.1
	done
}

end_crowd() {
	exec 9>&-
	wait "$crowd_pid" 2>/dev/null
	crowd_pid=
	rm -f "$work/stop" "$work/ready"
}

# screen NAME TEXT COMMAND... - one round of one program; nothing where the program isn't there
screen() {
	name=$1 text=$2
	shift 2
	command -v "$1" >/dev/null || return 0
	"$bin/screen" -w "$warmup" -s "$seconds" -k "$keys" -u "$text" "$@" 9>&- >"$work/line" ||
		say "$name did not run"
	echo "$crowd $name $(cat "$work/line")" >>"$work/screens"
}

# btop is told by a file how often it looks.
screen_btop() {
	mkdir -p "$work/config/btop"
	echo 'update_ms = 1000' >"$work/config/btop/btop.conf"
	screen btop root env XDG_CONFIG_HOME="$work/config" btop
}

round_of_screens() {
	screen htop root htop -d 10
	screen boxtop-processes root "$boxtop" -d 10 --screen processes
	screen boxtop-containers docker "$boxtop" -d 10 --screen containers
	screen boxtop-proc root "$boxtop" -d 10 --screen processes --source proc
	screen boxtop-stats docker "$boxtop" stats -d 10
	screen top root top -d 1
	! command -v btop >/dev/null || screen_btop
	screen atop root atop 1
	screen systemd-cgtop / systemd-cgtop -d 1
	if command -v podman >/dev/null && [ -n "$(podman ps -q 2>/dev/null)" ]; then
		screen podman-stats % podman stats -i 1
	fi
}

bench_screens() {
	: >"$work/screens"
	for spec in $crowds; do
		start_crowd "$spec"
		round=0
		while [ "$round" -lt "$rounds" ]; do
			round=$((round + 1))
			say "screens, $spec, round $round of $rounds"
			round_of_screens
			echo "$crowd floor $("$bin/floor")" >>"$work/screens"
		done
		end_crowd
	done
	cp "$work/screens" "$out/screens.txt"
	awk -f "$here/report.awk" "$work/screens"
	awk -f "$here/plot.awk" "$work/screens" >"$out/screens.svg"
}

bench_commands() {
	cat >"$work/once" <<-END
		lsns
		$boxtop ns
		ps -eo pid,cgroup,rss,pcpu,args
		$boxtop ps
		$boxtop ps --source proc
		$boxtop list
		$boxtop --version
	END
	for spec in $crowds; do
		start_crowd "$spec"
		say "commands, $spec"
		"$bin/spawn" $((rounds + 1)) 0 "$work/once" >"$work/took"
		end_crowd
		printf '\n### One run of a command: %s\n\n' "$(echo "$spec" | awk -F: \
			'{ print $1 " " $3 " processes in " $2 " cgroups" }')"
		echo "| command | CPU ms | wall ms | least–greatest | MiB |"
		echo "|---|---|---|---|---|"
		sed "s|$boxtop|boxtop|" "$work/once" | paste -d '|' - "$work/took" | awk -F'|' '{
			split($2, f, " ")
			printf "| %s | %.1f | %.1f | %.1f–%.1f | %.1f |\n", $1, f[6], f[1], f[2], f[3], f[4] / 1024
		}'
	done
}

bench_launch() {
	printf '\n### A sandbox from start to end\n\n'
	say "launch"
	BENCH_LAUNCH_ROUNDS=$((rounds * 10)) sh "$here/launch.sh" "$boxtop" "$build"
}

bench_kill() {
	for size in $bombs; do
		printf '\n### Ending a bomb of %s processes\n\n' "$size"
		say "kill, bombs of $size"
		"$bin/bench_kill" "$build/tests/bomb" "$size" "$((rounds + 1))"
	done
}

# More than six minutes, on its own.
bench_soak() {
	printf '\n### An hour of updates at full speed\n\n'
	sh "$here/soak.sh" "$boxtop" "$build"
}

versions() {
	printf '%s, %s CPUs' "$(uname -sr)" "$(nproc)"
	for program in htop top btop atop crun runc bwrap; do
		command -v "$program" >/dev/null && printf '; %s %s' "$program" "$("$program" --version 2>&1 |
			grep -o '[0-9][0-9.]*[0-9]' | head -n 1)"
	done
	echo
}

for part in "$@"; do
	case $part in
	screens | commands | launch | kill | soak) ;;
	*) say "there is no part '$part'" && exit 2 ;;
	esac
done
ninja -C "$build" --quiet benches || exit 1
versions
for part in "$@"; do
	"bench_$part"
done
say "the picture and the raw figures are in $out"
