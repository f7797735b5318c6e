#!/bin/sh
# Acting from the screen in a real terminal: after the keys, the kernel's files must say so. Everything that
# is acted on is this test's own. usage: test_act.sh BOXTOP
set -u
boxtop=${1:?usage: test_act.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=screen.sh
. "$(dirname "$0")/screen.sh"
[ -x "${E2E_HELPER:-}" ] || skip "no helper: set E2E_HELPER"
need_controllers
sandbox=$prefix-new
# shellcheck disable=SC2317 # called by the trap
cleanup_all() {
	screen_stop
	"$boxtop" rm --force "$sandbox" >/dev/null 2>&1
	cleanup
}
trap cleanup_all EXIT
trap 'exit 1' INT TERM HUP PIPE

count() {
	wc -l <"$(mount_of pids)/$prefix-$1/cgroup.procs"
}
is_empty() {
	[ "$(count "$1")" -eq 0 ]
}
file_says() {
	[ "$(cat "$(group_file "$1" "$2" "$3" "$4")")" = "$5" ]
}
frozen_words() {
	cat "$(mount_of freezer)/$prefix-box/freezer.state" "$(mount_of unified)/$prefix-box/cgroup.freeze" 2>/dev/null
}
# On a hybrid host either hierarchy may be the one that freezes.
is_frozen() {
	frozen_words | grep -qE '^(FROZEN|1)$'
}
is_thawed() {
	! is_frozen
}
nice_is() {
	[ "$(cut -d' ' -f19 "/proc/$1/stat")" = "$2" ]
}
state_is() {
	[ "$(cut -d' ' -f3 "/proc/$1/stat")" = "$2" ]
}
# must SECONDS WHAT COMMAND...
must() {
	seconds=$1 what=$2
	shift 2
	within "$seconds" "$@" || screen_fail "$what"
}
# choose NAME - the cursor on a row, and nothing goes on before it is there: the keys act on what it is on
choose() {
	expect "^ $1 " "the row of $1"
	press /
	expect 'Search:' "search for $1"
	press -l "$1"
	press Enter
	expect_not 'Search:' "search for $1"
	expect "(by hand|sandbox) .*/$1( |\$)" "the cursor on $1"
	[ "$screen_failed" -eq 0 ] || exit 1
}

for group in box lid; do
	make_group $group
done
echo $((200 << 20)) >"$(group_file box memory memory.max memory.limit_in_bytes)"
echo 50 >"$(group_file box pids pids.max pids.max)"
run box fork 5
run lid fork 3

screen_start 120 40 || skip "tmux is not here, or does not start"
start -d 5 -F "$prefix"
expect "^ $prefix-box .*running" "the group"

# --- Freeze and thaw
choose "$prefix-box"
press f
expect "$prefix-box \(cgroup\): frozen" "freeze"
must 10 "frozen in the kernel" is_frozen
expect "^ $prefix-box .*paused" "the row says so"
press f
expect "$prefix-box \(cgroup\): thawed" "thaw"
must 10 "thawed in the kernel" is_thawed

# --- Limits: typed and stepped, in a window that changes its size meanwhile
press L
expect "Memory +200M" "the editor"
press C-u
press -l 100M
tmux_ resize-window -t main -x 40 -y 10
expect "Memory +200M → 100M" "the editor at 40x10"
tmux_ resize-window -t main -x 120 -y 40
expect "Memory +200M → 100M" "the editor at its size again"
press Up
press Up
press Up
expect "Tasks +50" "the tasks"
press +
expect "Tasks +50 → 52" "a step"
press Enter
expect "memory 200M -> 100M, pids 50 -> 52" "what the kernel took"
must 5 "memory in the kernel" file_says box memory memory.max memory.limit_in_bytes $((100 << 20))
must 5 "pids in the kernel" file_says box pids pids.max pids.max 52

# --- All or nothing: one that can't be leaves the others as they were
press L
expect "Memory +100M" "the editor again"
press C-u
press -l 90M
press Down Down Down
press C-u
press -l 1000000
press Enter
expect "cpus" "a value that makes no sense"
press Escape
sleep 0.3
file_says box memory memory.max memory.limit_in_bytes $((100 << 20)) ||
	screen_fail "half of the changes were made"

# --- Signals and nice values. No other process is on the screen: whatever goes wrong here hits none.
press q
must_restore "q"
start -d 5 -p "$pid"
press 3
expect "^ +$pid " "the process"
press F8
expect "$pid \\(.*: nice 0 -> 1" "nice"
must 5 "nice in the kernel" nice_is "$pid" 1
press ']'
expect "$pid \\(.*: nice 1 -> 0" "nice back"
must 5 "nice in the kernel" nice_is "$pid" 0
press F9
expect "Signal to $pid \\(" "the menu of signals"
press Escape
expect_not "Signal to $pid" "the menu is gone"
is "state after Esc" S "$(cut -d' ' -f3 "/proc/$pid/stat")"
press k
expect "Signal to $pid \\(" "the menu of signals again"
press End
expect "SYS +31" "the last signal"
press Up Up Up Up Up Up Up Up Up Up Up Up
press Enter
expect "$pid \\(.*: SIGSTOP sent" "the signal"
must 5 "stopped in the kernel" state_is "$pid" T
kill -CONT "$pid"
press q
must_restore "q"
start -d 5 -F "$prefix"

# --- The whole of it, and the target stays while rows move
choose "$prefix-lid"
press X
expect "$prefix-lid \(cgroup\): 4 processes" "the question"
tmux_ resize-window -t main -x 40 -y 10
expect "End all of it" "the question at 40x10"
tmux_ resize-window -t main -x 120 -y 40
press Escape
expect_not "End all of it" "the question is gone"
is_empty lid && screen_fail "Esc ended it"
press X
expect "$prefix-lid \(cgroup\): 4 processes" "the question again"
press Enter
expect "$prefix-lid \(cgroup\): ended 4 processes in" "the result"
must 10 "nothing is left" is_empty lid
is_empty box && screen_fail "another one was ended"

# --- One that vanishes while it is asked about
remove_group lid
expect_not "^ $prefix-lid " "the removed group"
make_group lid
run lid fork 2
expect "^ $prefix-lid .*running" "a new group of the old name"
choose "$prefix-lid"
press X
expect "$prefix-lid \(cgroup\): 3 processes" "the question"
end "$pid"
until_ 10 is_empty lid
remove_group lid
make_group lid
run lid fork 2
expect "There is nothing to end" "it vanished, and one of its name is there"
press Enter
expect "Nothing was ended" "it vanished"
is "processes of the new one" 3 "$(count lid)"

# --- Tagged ones together
press U
choose "$prefix-box"
press Space
choose "$prefix-lid"
press Space
press X
expect "End all of them" "both"
press Enter
must 10 "box is empty" is_empty box
must 10 "lid is empty" is_empty lid
press U

# --- A sandbox from start to end
press n
expect "New sandbox" "the launch dialog"
press C-u
press -l "sh -c 'echo said inside; exec sleep 1000'"
press Down
press -l "$sandbox"
expect "boxtop run --detach --name $sandbox" "the line to copy"
press Down Down
press C-u
press -l 64M
press Enter
expect "Started $sandbox|Started; " "started"
expect "^ $sandbox +boxtop +running" "its row"
grep -qx "$((64 << 20))" "$(mount_of memory)"/boxtop*/"$sandbox"/memory.limit_in_bytes \
	"$(mount_of memory)"/boxtop*/"$sandbox"/memory.max 2>/dev/null ||
	screen_fail "its limit is not in the kernel"
choose "$sandbox"
press o
expect "said inside" "its log"
press Escape
sleep 0.3
press x
# What is typed before the terminal is the shell's is thrown away.
expect '^# ?$' "the shell's prompt"
press -l "echo \$((6 * 7)) in \$(hostname) >/tmp/said; exit 3"
press Enter
expect "Back from the shell" "a shell, and back"
is "what the shell did inside" "42 in $sandbox" "$("$boxtop" exec -T "$sandbox" -- cat /tmp/said)"
expect "^ $sandbox +boxtop" "the screen is back"
press DC
expect "Stop it" "stop or remove"
press Down
press Enter
expect "ended and removed" "removed"
"$boxtop" inspect "$sandbox" >/dev/null 2>&1 && screen_fail "it is still there"

# --- Three in the morning: from the alarm to its end, and the brake is off again
bomb=${E2E_BOMB:?E2E_BOMB is not set}
# On a host with alarms of others the key may lead to one of them first.
go_to_alarm() {
	press !
	sleep 0.5
	shows "by hand  /$prefix-bomb( |\$)"
}
make_group bomb
echo 60 >"$(group_file bomb pids pids.max pids.max)"
directories bomb >"$work/directories.bomb"
sh -c 'while read -r directory; do
		echo $$ >"$directory/cgroup.procs" || exit 1
	done <"$1"
	exec "$2" exit 20 "$3" spin' sh "$work/directories.bomb" "$bomb" \
	$(($(cut -d. -f1 /proc/uptime) + 120)) >/dev/null &
pids="$pids $!"
expect "^ $prefix-bomb!.*running" "the bomb has an alarm"
if within 10 go_to_alarm; then
	press X
	expect "$prefix-bomb \(cgroup\): [0-9]+ process" "the question"
	press Enter
	expect "$prefix-bomb \(cgroup\): ended [0-9]+ process" "the result"
	must 10 "nothing is left of the bomb" is_empty bomb
	file_says bomb pids pids.max pids.max 60 || screen_fail "the brake is still on"
else
	echo "other alarms are in the way: the bomb is left to its time"
fi

# --- A shell in a container made by hand, which is in another pid namespace than its terminal
press q
must_restore "q"
unshare --fork --pid --mount --mount-proc --uts sh -c "hostname $prefix-hand; exec sleep 1000" &
pids="$pids $!"
hand() {
	pgrep -P "$!" sleep
}
within 10 hand >/dev/null || screen_fail "the container made by hand does not run"
inner=$(hand)
pids="$pids $inner"
start -d 5 -F "sleep-$inner"
expect "^ sleep-$inner .*unshare" "the container made by hand"
press Down
press x
expect '^# ?$' "a shell by its namespaces"
press -l "echo in \$(hostname) >$work/said; exit"
press Enter
expect "Back from the shell" "a shell by its namespaces, and back"
is "what the shell did inside" "in $prefix-hand" "$(cat "$work/said")"
expect "^ sleep-$inner " "the screen is back"

# --- Read-only
press q
must_restore "q"
start -d 5 -F "$prefix" --readonly
press X
expect "Read-only" "read-only"
press q
must_restore "q, read-only"

screen_verdict || failed=1
exit "$failed"
