#!/bin/sh
# Runs the tests inside the guest, two at a time and bombs alone, and says how they went: a line for each that begins
# with PASS, FAIL or SKIP, and one at the end. usage: runner.sh SHAPE
#
# One output file per test lands in /boxtop/out, and the lines in /boxtop/out/summary.
shape=$1
out=/boxtop/out
source=$(cat /boxtop/source)
build=$(cat /boxtop/build_path)
patterns=$(cat /boxtop/patterns)
bin=$build/tests
export LC_ALL=C.UTF-8 CMOCKA_MESSAGE_OUTPUT=stdout HOME=/root
export E2E_HELPER="$bin/e2e_helper" E2E_BOMB="$bin/bomb" E2E_ROOTFS="$bin/rootfs"
export E2E_INTERRUPT="$bin/interrupt" INTERRUPT_COUNT=20 E2E_CHURN="$bin/churn"
export BOXTOP_TEST_RUNS=30
export SHAPE="$shape" BOXTOP="$build/boxtop"

# Tests know their fixtures and helpers by the paths of the machine that built them.
mkdir -p "$source"
mount --bind /boxtop/tree "$source"
mkdir -p "$build"
mount --bind /boxtop/build "$build"

# What takes longer than all tests together may is no longer waited for.
echo $(($(cut -d. -f1 /proc/uptime) + $(cat /boxtop/seconds))) >/run/boxtop-deadline
one=$source/tests/vm/guest/one.sh

# belongs_here NAME - what depends on the layout of cgroups, or on systemd; all else is told by the machine
# that boots the guest, many times faster
belongs_here() {
	case $shape:$1 in
	light:*) ;;
	*:collectors_test_*_kernel | *:collectors_test_by_namespace) ;;
	*:runtime_test_cg | *:runtime_test_kill_path | *:runtime_test_launch_groups) ;;
	*:runtime_test_sandbox_many | *:runtime_test_state | *:runtime_test_systemd) ;;
	*:runtime_test_target | *:runtime_test_target_freeze | *:runtime_test_target_limits) ;;
	v[12]:runtime_test_guard | v[12]:runtime_test_killer) ;;
	v2:runtime_test_bomb | v2:runtime_test_launch_enter | v2:runtime_test_launch_users) ;;
	v[12]:e2e_test_limit | v[12]:e2e_test_kill | v[12]:e2e_test_sandbox) ;;
	v2:collectors_test_tasks | v2:collectors_test_procs) ;; # another kernel than the builder's
	v2:e2e_test_hostile | hybrid:e2e_test_ns_lsns) ;;
	hybrid:test_fork_bomb) return 1 ;; # a minute, for what v1 and v2 tell
	*:test_*) ;;
	*) return 1 ;;
	esac
}

# wanted NAME - what was asked for; what belongs here when nothing was
wanted() {
	[ -n "$patterns" ] || {
		belongs_here "$1"
		return
	}
	for pattern in $patterns; do
		case $1 in
		*$pattern*) return 0 ;;
		esac
	done
	return 1
}

# all_tests - lines of NAME COMMAND
all_tests() {
	for program in "$bin"/*_test_*; do
		echo "$(basename "$program") $program"
	done
	for script in "$source"/tests/e2e/test_*.sh; do
		echo "e2e_$(basename "$script" .sh) sh $script $BOXTOP"
	done
	[ "$patterns" != capture ] || echo "capture sh $source/tests/vm/guest/capture.sh"
	[ "$shape" = light ] || for script in "$source"/tests/vm/guest/test_*.sh; do
		case $script in
		*/test_fork_bomb.sh) ;; # alone, below
		*) echo "$(basename "$script" .sh) sh $script" ;;
		esac
	done
}

# What brakes a bomb brakes who runs beside it, too, and engines come up best while there is no crowd.
bombs='^runtime_test_(bomb|guard|kill_path|killer) |^e2e_test_kill '

cd /tmp || exit 1
all_tests | while read -r name command; do
	! wanted "$name" || echo "$name $command"
done >/run/boxtop-tests
! grep -qE '^(test_|capture )' /run/boxtop-tests ||
	sh "$source/tests/vm/guest/engines.sh" "$shape" >$out/engines.log 2>&1 &
grep -Ev "$bombs" /run/boxtop-tests | xargs -r -P 2 -L 1 sh "$one"
grep -E "$bombs" /run/boxtop-tests | xargs -r -L 1 sh "$one"
# It takes the whole guest: nothing runs beside it.
alone=$source/tests/vm/guest/test_fork_bomb.sh
[ ! -f "$alone" ] || [ "$shape" = light ] || ! wanted test_fork_bomb ||
	sh "$one" test_fork_bomb sh "$alone"

count() {
	grep -c "^$1 " $out/summary
}
echo "vm: $shape, $(uname -r): $(count PASS) passed, $(count FAIL) failed, $(count SKIP) skipped" |
	tee -a $out/summary >/dev/console
sync
[ "$shape" = light ] || systemctl poweroff --force --force
