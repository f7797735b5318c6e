#!/bin/sh
# SPDX-License-Identifier: MIT
# boxtop ns agrees with lsns, namespace for namespace, and knows those that lsns does not: what only a
# bind mount or an open descriptor keeps alive. usage: test_ns_lsns.sh BOXTOP
set -u
boxtop=${1:?usage: test_ns_lsns.sh BOXTOP}
work=$(mktemp -d)
pids=
failed=0

# shellcheck disable=SC2086,SC2317 # a list of words; called by the trap
cleanup() {
	# unshare --fork sits out SIGTERM
	[ -z "$pids" ] || kill -KILL $pids 2>/dev/null
	umount "$work/bound" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

skip() {
	echo "skipped: $*"
	exit 77
}

fail() {
	echo "FAILED: $*"
	failed=1
}

for tool in jq lsns unshare mount; do
	command -v "$tool" >/dev/null || skip "there is no $tool"
done
[ "$(id -u)" -eq 0 ] || skip "needs root"
unshare --uts true 2>/dev/null || skip "may not make namespaces"

# --- What the test makes ---

# start NAME COMMAND... - in the background; its pid goes to $work/NAME
start() {
	name=$1
	shift
	"$@" </dev/null >/dev/null 2>&1 &
	echo $! >"$work/$name"
	pids="$pids $!"
}

inode() { # inode PID LINK
	readlink "/proc/$1/ns/$2" | tr -cd '0-9'
}

start several unshare --net --uts --ipc --mount --cgroup sleep 1000
start user unshare --user --map-root-user --pid --fork --kill-child --mount-proc sleep 1000
start time unshare --time --fork --kill-child sleep 1000
: >"$work/bound"
unshare --net="$work/bound" true || skip "may not bind a namespace"
bound=$(stat -c %i "$work/bound")
# A shell takes hold of the uts namespace of a process that then ends.
start donor unshare --uts sleep 1000
sleep 0.5
start holder sh -c "exec 9</proc/$(cat "$work/donor")/ns/uts; exec sleep 1000"
sleep 0.5
held=$(inode "$(cat "$work/donor")" uts)
kill "$(cat "$work/donor")"
sleep 0.5

# --- The comparison ---

as= # what runs both as somebody else
ours() { # all by "type/id"
	$as "$boxtop" ns --format json --columns type,id,processes,pid,owner_ns,parent_ns,held,held_path |
		jq -S '[.namespaces[] | {key: "\(.type)/\(.id)", value: .}] | from_entries'
}

theirs() {
	$as lsns -J -o NS,TYPE,NPROCS,PID,PNS,ONS |
		jq -S '[.namespaces[] | {key: "\(.type)/\(.ns)", value: .}] | from_entries'
}

# Both look at a system in motion: what is there before and after ours must be in ours, and what is
# in ours before and after theirs must be in theirs. Counts lie between those before and after.
compare() {
	theirs >"$work/theirs1" && ours >"$work/ours1" && theirs >"$work/theirs2" &&
		ours >"$work/ours2" || return 1
	jq -rn --slurpfile t1 "$work/theirs1" --slurpfile t2 "$work/theirs2" \
		--slurpfile o1 "$work/ours1" --slurpfile o2 "$work/ours2" '
		$t1[0] as $t1 | $t2[0] as $t2 | $o1[0] as $o1 | $o2[0] as $o2 |
		($t1 | keys[] | select($t2[.]) | . as $k | $t1[$k] as $a | $t2[$k] as $b | $o1[$k] as $o |
			if $o == null then "\($k): lsns has it, we do not"
			else
				(select($o.processes < ([$a.nprocs, $b.nprocs] | min) - 3 or
					$o.processes > ([$a.nprocs, $b.nprocs] | max) + 3) |
					"\($k): \($o.processes) processes, lsns counts \($a.nprocs)"),
				(select($a.pid == $b.pid and $a.pid != $o.pid) |
					"\($k): first process \($o.pid), lsns says \($a.pid)"),
				(select($a.pns == $b.pns and $a.pns != ($o.parent_ns // 0)) |
					"\($k): parent \($o.parent_ns), lsns says \($a.pns)"),
				(select($a.ons == $b.ons and $a.ons != ($o.owner_ns // 0)) |
					"\($k): owner \($o.owner_ns), lsns says \($a.ons)")
			end),
		($o1 | to_entries[] | select(.value.processes > 0 and $o2[.key].processes > 0) |
			select($t2[.key] == null) | "\(.key): we have it, lsns does not")' \
		>"$work/differences"
	[ ! -s "$work/differences" ]
}

# A difference that stays is one; others are made by what starts and ends meanwhile.
expect_agreement() {
	tries=0
	until compare; do
		tries=$((tries + 1))
		if [ $tries -ge 5 ]; then
			fail "boxtop ns and lsns differ${as:+ for a plain user}:"
			cat "$work/differences"
			return
		fi
		sleep 1
	done
}

expect_agreement

# --- What must be there ---

expect() { # expect TYPE/ID JQ-CONDITION WHAT
	jq -e --arg key "$1" ".[\$key] | . != null and ($2)" "$work/ours2" >/dev/null ||
		fail "$3: $(jq -c --arg key "$1" '.[$key]' "$work/ours2")"
}

several=$(cat "$work/several")
for type in net uts ipc mnt cgroup; do
	expect "$type/$(inode "$several" $type)" ".processes == 1 and .pid == $several" \
		"the $type namespace of process $several"
done
user=$(inode "$(cat "$work/user")" user)
expect "user/$user" ".processes == 2 and .parent_ns == $(inode $$ user)" "the user namespace"
expect "pid/$(inode "$(cat "$work/user")" pid_for_children)" \
	".processes == 1 and .owner_ns == $user and .parent_ns == $(inode $$ pid)" "the pid namespace"
expect "time/$(inode "$(cat "$work/time")" time_for_children)" ".processes == 1" "the time namespace"
expect "net/$bound" '.processes == 0 and (.held | test("mount"))' "the namespace that is mounted"
expect "net/$bound" ".held_path == \"$work/bound\"" "where the namespace is mounted"
expect "net/$bound" ".owner_ns == $(inode $$ user)" "who owns the namespace that is mounted"
expect "uts/$held" ".processes == 0 and .held_path == \"/proc/$(cat "$work/holder")/fd/9\"" \
	"the namespace that a descriptor holds"

# --- The same for a plain user, who may look at his own processes only ---

seen=$(jq length "$work/ours2")
as="setpriv --reuid=65534 --regid=65534 --clear-groups --"
if $as "$boxtop" --version >/dev/null 2>&1; then
	# shellcheck disable=SC2086 # a command and its words
	start own $as unshare --user --map-root-user --net sleep 1000
	sleep 0.5
	expect_agreement
	expect "net/$(inode "$(cat "$work/own")" net)" ".processes == 1" "a plain user's own namespace"
fi

[ $failed -eq 0 ] && echo "boxtop ns agrees with lsns: $seen namespaces"
exit $failed
