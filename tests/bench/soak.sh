#!/bin/sh
# An hour of updates at full speed, in a crowd where 500 processes are made and end in each second and
# cgroups come and go: memory and descriptors of the screen, which goes from one of its screens to the next
# all the time, and of the text output. Prints a row for each tenth of the way, as Markdown.
# usage: soak.sh BOXTOP BUILD_DIR [UPDATES]
set -u
boxtop=${1:?usage: soak.sh BOXTOP BUILD_DIR [UPDATES]}
bin=${2:?usage: soak.sh BOXTOP BUILD_DIR [UPDATES]}/tests/bench
updates=${3:-3600}
work=$(mktemp -d)
pids=

cleanup() {
	exec 8>&- 9>&-
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	wait
	[ -z "${groups:-}" ] || rmdir "$groups"/* "$groups" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# groups_come_and_go DIRECTORY - some hundred a second
groups_come_and_go() {
	while :; do
		for i in 1 2 3 4 5 6 7 8 9 10; do mkdir "$1/$i"; done
		sleep 0.05
		rmdir "$1"/*
	done 2>/dev/null
}

# look NAME PID - one row: what it holds now
look() {
	printf '| %s | %s%% | %s KiB | %s | %s |\n' "$1" "$done_pct" \
		"$(sed -n 's/^VmRSS:\s*\([0-9]*\).*/\1/p' "/proc/$2/status")" \
		"$(find "/proc/$2/fd" -mindepth 1 -maxdepth 1 | wc -l)" \
		"$(awk '{ print int(($14 + $15) * 10) }' "/proc/$2/stat")"
}

# child_of PID - the program that script(1) runs
child_of() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		child=$(cat "/proc/$1/task/$1/children")
		[ -z "$child" ] || break
		sleep 0.1
	done
	echo "${child%% *}"
}

mkfifo "$work/stop" "$work/keys"
"$bin/crowd" 500 50 churn <"$work/stop" >"$work/ready" &
exec 9>"$work/stop"
while ! grep -q ready "$work/ready"; do
	kill -0 $! 2>/dev/null || exit 1
	sleep 0.1
done
for root in /sys/fs/cgroup/pids /sys/fs/cgroup; do
	groups=$root/boxtop-soak-$$
	mkdir "$groups" 2>/dev/null && break
	groups=
done
[ -z "$groups" ] || {
	groups_come_and_go "$groups" 8>&- 9>&- &
	pids="$pids $!"
}

TERM=xterm-256color script -qfec "stty cols 160 rows 50; exec '$boxtop' --readonly -d 1" /dev/null \
	<"$work/keys" >/dev/null 2>"$work/screen" 9>&- &
script=$!
exec 8>"$work/keys"
"$boxtop" stats -d 1 --format json >/dev/null 2>"$work/text" 8>&- 9>&- &
text=$!
pids="$pids $text"
screen=$(child_of "$script")
pids="$pids $screen"

echo "| program | of $updates updates | resident | descriptors | CPU ms |"
echo "|---|---|---|---|---|"
# The first tenth fills caches and histories.
for tenth in 1 2 3 4 5 6 7 8 9 10; do
	end=$(($(date +%s) + updates / 100))
	while [ "$(date +%s)" -lt "$end" ]; do
		for key in 1 2 3 4 5 1 '\r' '\033' t t; do
			printf "%b" "$key" >&8 || exit 1
			sleep 0.1
		done
	done
	done_pct=$((tenth * 10))
	look screen "$screen" || exit 1
	look "stats, JSON" "$text" || exit 1
done
