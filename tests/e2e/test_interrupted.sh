#!/bin/sh
# Whoever is at work on a sandbox is struck by a signal at a moment that a seed decides, again and again; the
# next command finds and removes all that is left. usage: test_interrupted.sh BOXTOP
#
# INTERRUPT_SEED repeats what an earlier run said, INTERRUPT_COUNT does it more or less often.
set -u
boxtop=${1:?usage: test_interrupted.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || skip "needs root"
seed=${INTERRUPT_SEED:-$(date +%s)}
count=${INTERRUPT_COUNT:-200}

# The leak checker can't work in a process that is traced.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
"$boxtop" rootfs "$work/root" sleep true >/dev/null || fail "no root to start from"

# SIGKILL, and in fewer rounds SIGTERM, SIGINT and SIGHUP
for round in "9 $count" "15 $((count / 10))" "2 $((count / 10))" "1 $((count / 10))"; do
	# shellcheck disable=SC2086 # two words
	"$E2E_INTERRUPT" "$boxtop" "$work/root" "$prefix" $round "$seed"
	case $? in
	0) ;;
	77) skip "mount namespaces can't be made here" ;;
	*) fail "signal and count $round, INTERRUPT_SEED=$seed" ;;
	esac
done
exit "$failed"
