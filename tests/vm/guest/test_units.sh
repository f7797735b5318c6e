#!/bin/sh
# Limits of systemd's units through systemd itself, and the scopes that users' managers give.
set -u
[ -d /run/systemd/system ] || {
	echo "systemd does not run this guest"
	exit 77
}
failed=0
bin=/boxtop/build/tests
work=$(mktemp -d)
unit=boxtop-test-unit.service
path=/system.slice/$unit

fail() {
	echo "FAILED: $*"
	failed=1
}

# is WHAT EXPECTED GOT
is() {
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# until_ SECONDS COMMAND...
until_() {
	tries=$(($1 * 10))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

limit() {
	"$BOXTOP" limit "$path" "$@" >"$work/out" 2>"$work/err" || {
		fail "boxtop limit $*: $(cat "$work/err")"
		return 1
	}
}

# now LIMIT - what the kernel's files say
now() {
	"$BOXTOP" limit --json "$path" | jq -r ".limits[\"$1\"].value"
}

property() {
	systemctl show -P "$1" "$unit"
}

systemd-run --quiet --unit="$unit" sleep infinity || fail "systemd-run"

# --- systemd knows what was set, and does not undo it
limit memory=64M pids=50 cpus=0.5
is "MemoryMax" 67108864 "$(property MemoryMax)"
is "TasksMax" 50 "$(property TasksMax)"
is "CPUQuotaPerSecUSec" 500ms "$(property CPUQuotaPerSecUSec)"
is "memory" 67108864 "$(now memory)"
is "cpus" 0.5 "$(now cpus)"
systemctl daemon-reload
is "memory after a reload" 67108864 "$(now memory)"
is "pids after a reload" 50 "$(now pids)"
is "cpus after a reload" 0.5 "$(now cpus)"

# --- max clears, weights and lists have types of their own
limit cpus=max cpu-weight=200 memory=max
is "CPUQuotaPerSecUSec" infinity "$(property CPUQuotaPerSecUSec)"
is "CPUWeight" 200 "$(property CPUWeight)"
is "MemoryMax" infinity "$(property MemoryMax)"
is "memory" null "$(now memory)"
# systemd 252 leaves the cpusets of v1 alone, so that its units have no group there.
if [ "$SHAPE" = v2 ]; then
	limit cpuset=0
	is "cpuset" 0 "$(now cpuset)"
else
	! "$BOXTOP" limit "$path" cpuset=0 2>"$work/err" || fail "cpuset on v1"
	grep -q 'no cgroup of its own where the cpuset controller is' "$work/err" ||
		fail "cpuset on v1: $(cat "$work/err")"
fi

# --- All or nothing
if "$BOXTOP" limit "$path" pids=60 io-max=4000:99:rbps=1M >"$work/out" 2>&1; then
	fail "a disk that is not there: $(cat "$work/out")"
fi
is "TasksMax after a failure" 50 "$(property TasksMax)"
is "pids after a failure" 50 "$(now pids)"

# --- Freezing
if [ "$SHAPE" = v1 ]; then
	! "$BOXTOP" freeze "$path" 2>"$work/err" || fail "freeze without a freezer"
	grep -q 'no cgroup of its own that can be frozen' "$work/err" ||
		fail "freeze without a freezer: $(cat "$work/err")"
else
	"$BOXTOP" freeze "$path" >/dev/null || fail "freeze"
	"$BOXTOP" thaw "$path" >/dev/null || fail "thaw"
fi
systemctl stop "$unit"
is "the unit after stopping it" inactive "$(systemctl is-active "$unit")"

# --- What is refused
own=$(sed -n 's/^[0-9]*:\(name=systemd\)\{0,1\}:\(.*\)/\2/p' /proc/self/cgroup | tail -n 1)
for refused in /init.scope "$own" /system.slice; do
	! "$BOXTOP" freeze "$refused" >"$work/out" 2>&1 || fail "freeze $refused"
	grep -q refused "$work/out" || fail "freeze $refused: $(cat "$work/out")"
done

# --- A user whose manager runs gets a scope from it
loginctl enable-linger alice
until_ 60 test -S /run/user/1000/bus || fail "alice's manager does not start"
"$bin/runtime_test_systemd" >"$work/out" 2>&1 || fail "with a user's manager"
grep -q 'OK.*a_plain_user_gets_a_scope' "$work/out" || fail "no scope"
cat "$work/out"
rm -rf "$work"
[ "$failed" -eq 0 ] && echo "units and scopes hold"
exit "$failed"
