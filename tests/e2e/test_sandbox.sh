#!/bin/sh
# Sandboxes from start to end through the commands, as root and as a plain user, on the real kernel. What is
# there before must be there after, and nothing more. usage: test_sandbox.sh BOXTOP
set -u
boxtop=${1:?usage: test_sandbox.sh BOXTOP}
# Mounts are counted, and others may mount and unmount on this machine.
[ "$(id -u)" -ne 0 ] || [ -n "${E2E_APART:-}" ] || exec env E2E_APART=1 unshare --mount sh "$0" "$@"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || skip "needs root"
name=$prefix-box

# runs CODE ARGS... - it must leave with that code; output in $work/out and $work/err
runs() {
	want=$1
	shift
	"$boxtop" "$@" >"$work/out" 2>"$work/err" </dev/null
	is "boxtop $*: exit code ($(cat "$work/err"))" "$want" $?
}

out() {
	cat "$work/out"
}

leftovers() {
	find /sys/fs/cgroup -maxdepth 4 -type d -name "*$prefix*" 2>/dev/null | wc -l
	wc -l </proc/self/mountinfo
}

# ---- In the foreground ----

before=$(leftovers)
runs 0 run --name "$name" -- echo hello
is "output" hello "$(out)"
runs 0 rm "$name"
runs 7 run --rm --name "$name" -- sh -c 'exit 7'
runs 143 run --rm --name "$name" -- sh -c 'kill -TERM $$'
runs 127 run --rm --name "$name" -- no-such-program
runs 126 run --rm --name "$name" -- /etc/passwd
runs 125 run --no-such-option -- true
runs 125 run --memory lots -- true
runs 125 run --name ../up -- true
is "piped input" through "$(echo through | "$boxtop" run --rm -i --name "$name" -- cat)"
runs 0 run --rm --name "$name" --hostname inside -e A=b -w /tmp -- sh -c 'echo $(hostname) $A $(pwd)'
is "hostname, env, workdir" "inside b /tmp" "$(out)"
runs 0 run --rm --name "$name" --user 1234:1235 -- sh -c 'echo $(id -u):$(id -g)'
is "user" 1234:1235 "$(out)"
mkdir "$work/shown"
echo bound >"$work/shown/file"
runs 0 run --rm --name "$name" --bind "$work/shown:/mnt/x:ro" -- \
	sh -c 'cat /mnt/x/file; touch /mnt/x/no 2>/dev/null || echo refused'
is "bind, read-only" "bound refused" "$(out | tr '\n' ' ' | sed 's/ $//')"
runs 0 run --rm --name "$name" --rlimit nofile=77 -- sh -c 'ulimit -n'
is "rlimit" 77 "$(out)"
runs 0 run --rm --name "$name" --cap-drop ALL -- grep CapBnd /proc/self/status
is "capabilities" 0000000000000000 "$(out | cut -f 2)"
runs 0 run --rm --name "$name" -- sh -c 'echo x >/etc/e2e-was-here; wc -c </etc/shadow'
is "secrets are masked" 0 "$(out)"
[ ! -e /etc/e2e-was-here ] || fail "a change reached the host"
mkdir "$work/kept"
runs 0 run --rm --name "$name" --keep "$work/kept" -- sh -c 'echo kept >/etc/e2e-kept'
find "$work/kept" -name e2e-kept | grep -q . || fail "--keep kept nothing"

# ---- Left behind ----

runs 0 run -d --name "$name" --pids 40 --memory 64M -- \
	sh -c 'echo out; echo errors >&2; trap "exit 9" TERM; while :; do sleep 0.1; done'
runs 125 run -d --name "$name" -- true
listed() {
	"$boxtop" list --format json | jq -e --arg n "$name" \
		'.containers[] | select(.name == $n and .engine == "boxtop" and .state == "running")' >/dev/null
}
until_ 30 listed || fail "it is not in the list"
runs 0 exec "$name" -- cat /proc/1/comm
is "exec" boxtop-init "$(out)"
runs 5 exec "$name" -- sh -c 'exit 5'
has_logs() {
	[ "$("$boxtop" logs "$name" | sort | tr '\n' ' ')" = "errors out " ]
}
until_ 30 has_logs || fail "logs: $("$boxtop" logs "$name")"
runs 0 limit "$name" pids=30
runs 0 freeze "$name"
runs 0 thaw "$name"
runs 1 rm "$name"
runs 0 stop "$name"
runs 0 wait "$name"
is "wait" 9 "$(out)"
runs 0 rm "$name"
runs 1 logs "$name"

# A bomb that its limit stops, ended whole. Its first shell may end for want of processes: another one
# waits, which needs none for it.
runs 0 run -d --name "$name" --pids 50 -- \
	sh -c 'sleep 1000 & (f() { f | f & sleep 100; }; f) 2>/dev/null & wait'
full() {
	[ "$("$boxtop" ps "$name" --format csv --no-header 2>/dev/null | wc -l)" -gt 10 ]
}
until_ 30 full || fail "the bomb does not grow"
runs 0 kill -y "$name"
gone() {
	! listed
}
until_ 30 gone || fail "the bomb is still there"
runs 0 rm "$name"

# A supervisor that is killed takes its sandbox along, and the next command cleans up.
"$boxtop" run --name "$name" -- sleep 1000 </dev/null >/dev/null 2>&1 &
supervisor=$!
until_ 30 listed || fail "it does not start"
kill -KILL "$supervisor"
wait "$supervisor" 2>/dev/null
cleaned() {
	"$boxtop" rm -f "$name" >/dev/null 2>&1
	! listed
}
until_ 30 cleaned || fail "what a killed supervisor left stays"
is "what is left (groups, mounts)" "$before" "$(leftovers)"

# ---- A root of a few programs; a plain user ----

runs 0 rootfs "$work/jail" sh ls cat
runs 0 run --rm --name "$name" --rootfs "$work/jail" -- sh -c 'cat /proc/1/comm'
is "a root of programs" boxtop-init "$(out)"
chmod 755 "$work" && cp "$boxtop" "$work/boxtop" && chmod 755 "$work/boxtop"
got=$(setpriv --reuid=65534 --regid=65534 --clear-groups env XDG_RUNTIME_DIR= \
	"$work/boxtop" run --rm --name "$name" -- sh -c 'id -u; echo x >/etc/e2e-plain; cat /etc/e2e-plain' \
	2>"$work/err" </dev/null | tr '\n' ' ')
case $got in
"0 x ") ;;
*) grep -q "user namespace" "$work/err" || fail "as a plain user: '$got' $(cat "$work/err")" ;;
esac

# A limit that it can't have is said, and is no limit; with --strict it is an error. Where the user may
# make groups, it is had.
plain() {
	setpriv --reuid=65534 --regid=65534 --clear-groups env XDG_RUNTIME_DIR= "$work/boxtop" run --rm \
		--name "$name" --memory 64M "$@" 2>"$work/err" </dev/null
}
if [ "$got" = "0 x " ]; then
	plain -- true || fail "as a plain user with a limit: $(cat "$work/err")"
	if grep -q 'goes on without this limit: memory: ' "$work/err"; then
		plain --strict -- true && fail "--strict, and the limit can't be had: it runs"
		grep -q 'limit memory: ' "$work/err" || fail "--strict: $(cat "$work/err")"
	fi
	[ -s "$work/err" ] || plain --strict -- true || fail "--strict: $(cat "$work/err")"
fi

exit "$failed"
