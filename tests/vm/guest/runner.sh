#!/bin/sh
# Runs the tests inside the guest, two at a time, and says how they went: a line for each that begins
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
export E2E_INTERRUPT="$bin/interrupt" INTERRUPT_COUNT=20
export SHAPE="$shape" BOXTOP="$build/boxtop"

# Tests know their fixtures and helpers by the paths of the machine that built them.
mkdir -p "$source"
mount --bind /boxtop/tree "$source"
mkdir -p "$build"
mount --bind /boxtop/build "$build"

# one NAME COMMAND... - run it, say how it went
cat >/run/boxtop-one <<'END'
name=$1
shift
start=$(cut -d. -f1 /proc/uptime)
timeout -k 5 "${BOXTOP_VM_TEST_SECONDS:-600}" "$@" >"/boxtop/out/$name.log" 2>&1 </dev/null
status=$?
took=$(($(cut -d. -f1 /proc/uptime) - start))
case $status in
0) word=PASS ;;
77) word=SKIP ;;
124 | 137) word="FAIL" && echo "timed out or killed" >>"/boxtop/out/$name.log" ;;
*) word=FAIL ;;
esac
note=
[ $word = PASS ] || note=": $(tail -n 1 "/boxtop/out/$name.log" | cut -c 1-100)"
echo "$word $name (${took} s)$note" | tee -a /boxtop/out/summary >/dev/console
END

# wanted NAME - whether it matches what was asked for; everything does when nothing was
wanted() {
	[ -n "$patterns" ] || return 0
	for pattern in $patterns; do
		# shellcheck disable=SC2254 # it is a pattern
		case $1 in
		*$pattern*) return 0 ;;
		esac
	done
	return 1
}

# belongs_here NAME - mounts and namespaces are the same on every layout of cgroups: v2 is enough for them
belongs_here() {
	case $shape:$1 in
	v2:* | light:*) return 0 ;;
	*:*_test_launch | *:*_test_launch_security | *:*_test_launch_bundle | *:*_test_launch_enter | *:*_test_namespaces | \
		hybrid:*_test_bomb | hybrid:*_test_roots) return 1 ;;
	esac
}

# tests - lines of NAME COMMAND. Those that look at engines come last: these need time to come up. The
# end-to-end tests that compare figures over time are left to machines that have the time.
tests() {
	for program in "$bin"/*_test_*; do
		! belongs_here "$(basename "$program")" || echo "$(basename "$program") $program"
	done
	for script in "$source"/tests/e2e/test_*.sh; do
		name=$(basename "$script" .sh)
		case $shape:$name in
		light:* | *:test_ns_lsns | v2:test_commands | v2:test_json | v2:test_rootfs | v[12]:test_limit | \
			v[12]:test_kill | v[12]:test_sandbox)
			echo "e2e_$name sh $script $BOXTOP"
			;;
		esac
	done
	[ "$shape" = light ] || for script in "$source"/tests/vm/guest/test_*.sh; do
		case $script in
		*/test_fork_bomb.sh) ;;
		*) echo "$(basename "$script" .sh) sh $script" ;;
		esac
	done
}

cd /tmp || exit 1
[ "$shape" = light ] || sh "$source/tests/vm/guest/engines.sh" "$shape" >$out/engines.log 2>&1 &
tests | while read -r name command; do
	! wanted "$name" || echo "$name $command"
done | xargs -P 2 -L 1 sh /run/boxtop-one
# It takes the whole guest: nothing runs beside it.
[ "$shape" = light ] || ! wanted test_fork_bomb ||
	sh /run/boxtop-one test_fork_bomb sh "$source/tests/vm/guest/test_fork_bomb.sh"

count() {
	grep -c "^$1 " $out/summary
}
echo "vm: $shape, $(uname -r): $(count PASS) passed, $(count FAIL) failed, $(count SKIP) skipped" |
	tee -a $out/summary >/dev/console
sync
[ "$shape" = light ] || systemctl poweroff --force --force
