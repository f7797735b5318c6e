#!/bin/sh
# What the screen shows of cgroups with a known burn, known memory and known processes, and of a
# container made by hand; as a list, as a tree, and looked into. usage: test_screen_figures.sh BOXTOP
set -u
boxtop=${1:?usage: test_screen_figures.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=screen.sh
. "$(dirname "$0")/screen.sh"
[ -x "${E2E_HELPER:-}" ] || skip "no helper: set E2E_HELPER"
need_controllers
# shellcheck disable=SC2317 # called by the trap
cleanup_all() {
	screen_stop
	cleanup
}
trap cleanup_all EXIT

for group in burn memory pids frozen; do
	make_group $group
done
echo $((70 << 20)) >"$(group_file memory memory memory.max memory.limit_in_bytes)"
echo 9 >"$(group_file pids pids pids.max pids.max)"
run burn burn
burner=$pid
run memory alloc 64
run pids fork 8
run frozen fork 1
freeze frozen

screen_start 120 40 || skip "tmux is not here, or does not start"
start -d 5 -F "$prefix"
# NAME ENGINE STATE CPU% THR% WSET MEM% PIDS: a value at its limit has a mark.
line="^ $prefix"
expect "$line-burn .*running +([1-9][0-9]\\.[0-9]|1[0-4][0-9]) " "a burnt CPU"
expect "$line-memory!.*running .* 6[4-9]\\.[0-9]M! 9[0-9]\\.[0-9]! " "memory at its limit"
expect "$line-pids!.*running .* 9! " "processes at their limit"
expect "$line-frozen .*paused " "a frozen group"

# The tree of cgroups has the same rows, with the same names, below the root.
press 2
expect "─ $prefix-memory!.*running .* 6[4-9]\\.[0-9]M! " "the tree"
press 1
expect "$line-memory!" "the list again"

# The processes of one group, and back to the same row.
press /
press -l "$prefix-burn"
press Enter
press z
expect "Processes of $prefix-burn" "looked into"
expect "^ +$burner .* R +([1-9][0-9]\\.[0-9]|1[0-4][0-9]) " "the burner"
expect "1 rows" "only the burner"
press Escape
expect "$line-pids!" "back"
expect "made by hand  /$prefix-burn( |\$)" "the same row is selected"

# Its detail: figures, what limits it, what its process sees mounted and was started with.
press Enter
expect "Overview.*Environment" "the detail"
expect "CPU ([1-9][0-9]\\.[0-9]|1[0-4][0-9])%" "the CPU in the detail"
press Tab
expect "^ +$burner +$burner .* R " "its processes"
press Tab
expect "Cgroup +/$prefix-burn" "its limits"
press Tab
expect "^ pid .*the host's" "its namespaces"
press Tab
expect "^ /proc +proc " "its mounts"
press Tab
expect "PATH=" "its environment"
press Tab
expect "EVENT" "its events"
press Escape
expect "made by hand  /$prefix-burn( |\$)" "back from the detail"

# A group that comes and one that goes while we look.
make_group late
run late fork 1
expect "$line-late .*running " "a new group"
end "$pid"
remove_group late
expect_not "$line-late " "a removed group"

# A container made by hand, without any engine or cgroup.
unshare --kill-child --mount --pid --net --uts --fork sh -c 'exec sleep 1000' &
pids="$pids $!"
press F4
press C-u
press -l 'engine=unshare&sleep'
press Enter
expect '^ sleep.*unshare +running' "a container made by hand"
press q
must_restore "q"
screen_verdict
