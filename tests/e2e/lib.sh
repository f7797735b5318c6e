# shellcheck shell=sh disable=SC2034,SC2154
# What the end-to-end tests of the commands share: cgroups that they make, in every hierarchy of the
# host, processes in them, and a way to fail that goes on. Everything made is removed at the end.
#
# Expects $boxtop and, for processes, $E2E_HELPER.

failed=0
prefix=bt-e2e-$$
work=$(mktemp -d) || exit 1
pids=
groups=
export LC_ALL=C.UTF-8

skip() {
	echo "skipped: $*"
	exit 77
}

fail() {
	echo "FAILED: $*"
	failed=1
}

# is WHAT EXPECTED GOT
is() {
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# near WHAT EXPECTED GOT PERCENT SLACK - within so many percent, or within an absolute slack
near() {
	awk -v e="$2" -v g="$3" -v p="$4" -v s="$5" 'BEGIN {
		d = e > g ? e - g : g - e
		exit !(g != "" && g != "null" && (d <= e * p / 100 || d <= s))
	}' || fail "$1: expected about $2, got '$3'"
}

# until_ SECONDS COMMAND... - wait until it succeeds. Tries that are slow themselves, on a busy machine,
# get four times as long, and no more: a test that waits for ever says nothing
until_() {
	tries=$(($1 * 20))
	until_end=$(($(date +%s) + $1 * 4))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] && [ "$(date +%s)" -lt "$until_end" ] || return 1
		sleep 0.05
	done
}

# ---- Cgroups ----

# hierarchies: lines of "CONTROLLERS MOUNTPOINT"; the v2 tree is "unified"
hierarchies() {
	awk '{
		for (i = 7; $i != "-"; i++)
			;
		if ($(i + 1) == "cgroup2")
			print "unified", $5
		else if ($(i + 1) == "cgroup")
			print $(i + 3), $5
	}' /proc/self/mountinfo
}

# mount_of CONTROLLER - where it lives; on a host without v1, the v2 tree
mount_of() {
	hierarchies | awk -v want="$1" '{
		n = split($1, words, ",")
		for (i = 1; i <= n; i++)
			if (words[i] == want)
				found = $2
		if ($1 == "unified")
			unified = $2
	} END { print found ? found : unified }'
}

is_v2() {
	[ "$(mount_of "$1")" = "$(mount_of unified)" ]
}

need_controllers() {
	[ "$(id -u)" -eq 0 ] || skip "only root may make cgroups"
	for controller in cpu memory pids; do
		mount=$(mount_of $controller)
		[ -n "$mount" ] || skip "there are no cgroups here"
		if is_v2 $controller &&
			! grep -qw $controller "$mount/cgroup.subtree_control" 2>/dev/null; then
			skip "the $controller controller is in no hierarchy"
		fi
	done
}

# directories NAME - of a group, one a line
directories() {
	hierarchies | while read -r _ mount; do
		printf '%s/%s-%s\n' "$mount" "$prefix" "$1"
	done
}

# make_group NAME - in every hierarchy; its path is /$prefix-NAME; A/B is below A
make_group() {
	directories "$1" | while read -r directory; do
		mkdir "$directory" || exit 1
		# v1 cpusets start without CPUs and memory, and take no process before they have some.
		for file in cpuset.cpus cpuset.mems; do
			[ ! -f "$directory/$file" ] || [ ! -f "$directory/cgroup.clone_children" ] ||
				cat "${directory%/*}/$file" >"$directory/$file"
		done
	done || skip "cgroups can't be made here"
	groups="$1 $groups"
}

# group_file NAME CONTROLLER V2FILE V1FILE - the path of one of its files
group_file() {
	if is_v2 "$2"; then
		echo "$(mount_of "$2")/$prefix-$1/$3"
	else
		echo "$(mount_of "$2")/$prefix-$1/$4"
	fi
}

# begin COMMAND... - in the background, until it says that it is ready; its pid is in $pid
begin() {
	mkfifo "$work/ready"
	"$@" >"$work/ready" &
	pid=$!
	read -r word <"$work/ready"
	rm "$work/ready"
	[ "$word" = ready ] || fail "'$*' did not start"
}

# For sh -c: DIRECTORIES COMMAND... - becomes the command, in the groups that are listed there
# shellcheck disable=SC2016 # for that shell
enter='while read -r directory; do
	echo $$ >"$directory/cgroup.procs" || exit 1
done <"$1"
shift
exec "$@"'

# inside NAME COMMAND... - in that group
inside() {
	directories "$1" >"$work/directories"
	shift
	sh -c "$enter" sh "$work/directories" "$@"
}

# run NAME DEED [N] - the helper in that group; waits until it is ready; its pid is in $pid
run() {
	group=$1
	shift
	directories "$group" >"$work/directories"
	begin sh -c "$enter" sh "$work/directories" "$E2E_HELPER" "$@"
	pids="$pids $pid"
}

# end PID - kill it and wait
end() {
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

remove_group() {
	directories "$1" | while read -r directory; do
		[ ! -d "$directory" ] || until_ 5 rmdir "$directory" 2>/dev/null
	done
}

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	for group in $groups; do
		thaw "$group"
	done
	for process in $pids; do
		end "$process"
	done
	for group in $groups; do
		remove_group "$group"
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

freeze() {
	if is_v2 freezer; then
		echo 1 >"$(mount_of freezer)/$prefix-$1/cgroup.freeze"
	else
		echo FROZEN >"$(mount_of freezer)/$prefix-$1/freezer.state"
	fi
}

thaw() {
	if is_v2 freezer; then
		echo 0 >"$(mount_of freezer)/$prefix-$1/cgroup.freeze"
	else
		echo THAWED >"$(mount_of freezer)/$prefix-$1/freezer.state"
	fi 2>/dev/null
}
