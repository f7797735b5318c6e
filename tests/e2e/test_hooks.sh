#!/bin/sh
# Hooks of a bundle: what runs when, with which state, as root and as a plain user; that one which fails before the
# command starts ends the launch and leaves nothing, and that no hook outlives its time. usage: test_hooks.sh BOXTOP
# shellcheck disable=SC2016 # what the shells of the hooks expand
set -u
boxtop=${1:?usage: test_hooks.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || skip "needs root"
command -v jq >/dev/null || skip "needs jq"
uid=65534
name=$prefix-hooks
bundle=$work/bundle
log=$work/log
chmod 755 "$work" && cp "$boxtop" "$work/boxtop" && chmod 755 "$work/boxtop"
mkdir -m 700 "$work/run" && chown $uid "$work/run"
"$boxtop" rootfs "$work/root" sh sleep echo >/dev/null || fail "no root to start from"
chmod -R go+rX "$work/root"

# as WHO ARGS... - boxtop as root or as a plain user
as() {
	who=$1
	shift
	if [ "$who" = root ]; then
		"$boxtop" "$@"
	else
		setpriv --reuid=$uid --regid=$uid --clear-groups env XDG_RUNTIME_DIR="$work/run" HOME=/ \
			"$work/boxtop" "$@"
	fi </dev/null
}

# hook SCRIPT [TIMEOUT] - one as JSON; it writes to the log
hook() {
	jq -nc --arg script "$1" --arg log "$log" --arg work "$work" --argjson timeout "${2:-0}" \
		'{path: "/bin/sh", args: ["sh", "-c", $script], env: ["log=\($log)", "work=\($work)", "PATH=/usr/bin:/bin"]} +
		if $timeout > 0 then {timeout: $timeout} else {} end'
}

# bundle_of COMMAND HOOKS - a bundle with these, as JSON
bundle_of() {
	mkdir -p "$bundle"
	jq -n --arg root "$work/root" --arg command "$1" --argjson hooks "$2" '{ociVersion: "1.0.2",
		root: {path: $root, readonly: true},
		process: {args: ["sh", "-c", $command], cwd: "/", env: ["PATH=/usr/bin:/bin"]},
		annotations: {"org.example.who": "me=you"},
		linux: {namespaces: (["user", "pid", "mount", "network", "ipc", "uts"] | map({type: .}))},
		hooks: $hooks}' >"$bundle/config.json"
	: >"$log"
	: >"$log.fds"
	chown -R $uid "$bundle" "$log" "$log.fds"
}

# says KIND - a hook that notes what it was told, where it is, and what it holds
says() {
	hook "ls -l /proc/\$\$/fd >\$log.fds; read -r state
		fds=\$(grep -cv 'memfd:boxtop-hook\\|/dev/null\\|log.fds\\|^total' \$log.fds)
		pid=\$(echo \"\$state\" | jq -r '.pid // 0')
		apart=\$([ \$pid = 0 ] || { [ \$(readlink /proc/\$pid/ns/net) != \$(readlink /proc/self/ns/net) ] && echo apart; })
		echo \"\$state\" | jq -c --arg kind $1 --arg cwd \"\$PWD\" --arg fds \$fds --arg apart \"\$apart\" \\
			'{kind: \$kind, id, status, bundle, annotations, alive: (.pid != null), cwd: \$cwd, fds: \$fds, apart: \$apart}' >>\$log"
}

# expected WHO... - what the log has to say then
expected() {
	for word in "prestart creating true apart" "createRuntime creating true apart" "poststart running true apart" \
		"poststop stopped false "; do
		echo "$word" | while read -r kind status alive apart; do
			jq -nc --arg kind "$kind" --arg status "$status" --argjson alive "$alive" --arg apart "$apart" \
				--arg id "$name" --arg bundle "$bundle" '{kind: $kind, id: $id, status: $status, bundle: $bundle,
				annotations: {"org.example.who": "me=you"}, alive: $alive, cwd: $bundle, fds: "0", apart: $apart}'
		done
	done
}

# nothing_left WHAT - of the sandbox
nothing_left() {
	is "$1: sandboxes left" "" "$("$boxtop" list --all --json | jq -r --arg n "$name" '.containers[] | select(.name == $n).name')"
}

# ---- When they run, and what they are told ----

all="{\"prestart\": [$(says prestart)], \"createRuntime\": [$(says createRuntime)], \"poststart\": [$(says poststart)],
	\"poststop\": [$(says poststop)]}"
for who in root plain; do
	bundle_of 'echo it runs; sleep 1' "$all"
	as $who run --rm --name "$name" --bundle "$bundle" >"$work/out" 2>"$work/err" || {
		[ $who = root ] || ! grep -q 'user namespace' "$work/err" || continue
		fail "$who: run: $(cat "$work/err")"
	}
	is "$who: the command" "it runs" "$(cat "$work/out")"
	is "$who: notes" "" "$(cat "$work/err")"
	is "$who: hooks" "$(expected)" "$(cat "$log")"
done

# In the background, and again and again
bundle_of 'exit 3' "{\"createRuntime\": [$(hook 'echo begins >>$log')], \"poststop\": [$(hook 'echo ends >>$log')]}"
"$boxtop" run -d --restart on-failure:1 --name "$name" --bundle "$bundle" >/dev/null || fail "run -d"
"$boxtop" wait "$name" >/dev/null
until_ 30 grep -c ends "$log" >/dev/null
is "hooks of two tries" "begins ends begins ends" "$(tr '\n' ' ' <"$log" | sed 's/ $//')"
"$boxtop" rm "$name"

# Cleaning up is part of a stop.
bundle_of 'sleep 1000' "{\"poststop\": [$(hook 'sleep 1; echo cleaned >>$log')]}"
"$boxtop" run -d --name "$name" --bundle "$bundle" >/dev/null || fail "run -d"
"$boxtop" stop -t 0 "$name" || fail "stop"
is "a hook after a stop" cleaned "$(cat "$log")"
"$boxtop" rm "$name"

# ---- One fails ----

# refused WHAT WORDS HOOKS - the command does not run, what is said ends so, poststop is run all the same
refused() {
	bundle_of 'echo it runs' "$3"
	"$boxtop" run --rm --name "$name" --bundle "$bundle" >"$work/out" 2>"$work/err" </dev/null
	is "$1: exit code" 125 $?
	is "$1: the command" "" "$(cat "$work/out")"
	is "$1: lines" 1 "$(wc -l <"$work/err")"
	grep -qF -e "$2" "$work/err" || fail "$1: no '$2' in: $(cat "$work/err")"
	nothing_left "$1"
}
after="\"poststop\": [$(hook 'echo cleaned >>$log')]"
refused "one that fails" "createRuntime hook /bin/sh: exit code 7: no such network" \
	"{\"createRuntime\": [$(hook 'echo first >&2; echo no such network >&2; exit 7'), $(hook 'echo second >>$log')], $after}"
is "one that fails: hooks" cleaned "$(cat "$log")"
refused "one that is killed" "prestart hook /bin/sh: signal 9" "{\"prestart\": [$(hook 'kill -9 $$')]}"
refused "one that is not there" "prestart hook /nowhere/hook: No such file" '{"prestart": [{"path": "/nowhere/hook"}]}'
refused "one without a path" "hooks.prestart[0]: must have a path" '{"prestart": [{"args": ["x"]}]}'
refused "a path that is relative" "hook 'bin/sh': must be an absolute path" '{"prestart": [{"path": "bin/sh"}]}'
refused "one for inside" "hooks.startContainer: is not supported" "{\"startContainer\": [$(hook true)]}"
refused "one for inside" "hooks.createContainer: is not supported" "{\"createContainer\": [$(hook true)]}"

# What it starts in its session ends with its time.
refused "one that takes too long" "prestart hook /bin/sh: ended after its 1 s" \
	"{\"prestart\": [$(hook 'sleep 1000 & echo $! >$work/sleeper; wait' 1)]}"
until_ 5 sh -c '! kill -0 $0 2>/dev/null' "$(cat "$work/sleeper")" || fail "what a hook started goes on after its time"

# begin_stuck - one whose hook takes for ever; is_over WHAT - both have ended, and it was cleaned up
begin_stuck() {
	bundle_of 'echo it runs' "{\"prestart\": [$(hook 'echo $$ >$work/hooked; exec sleep 1000')], $after}"
	rm -f "$work/hooked"
	"$boxtop" run -d --name "$name" --bundle "$bundle" >"$work/out" 2>"$work/err" </dev/null &
	runner=$!
	until_ 30 test -s "$work/hooked" || fail "no hook"
}
is_over() {
	until_ 10 sh -c '! kill -0 $0 2>/dev/null' "$(cat "$work/hooked")" || fail "$1: the hook goes on"
	until_ 10 grep -q cleaned "$log" || fail "$1: no poststop"
	until_ 10 sh -c '! "$0" list --all --json | jq -e --arg n "$1" ".containers[] | select(.name == \$n)" >/dev/null' \
		"$boxtop" "$name" || fail "$1: it is still there"
}
begin_stuck
"$boxtop" rm -f "$name" || fail "rm -f during a hook"
wait $runner
is "removed: exit code" 125 $?
is_over "removed"
begin_stuck
kill -KILL $runner
wait $runner 2>/dev/null
is_over "its caller killed"

# Whoever waits for a hook can leave.
bundle_of 'echo it runs' "{\"prestart\": [$(hook 'echo $$ >$work/hooked; exec sleep 1000')]}"
rm -f "$work/hooked"
"$boxtop" run --rm --name "$name" --bundle "$bundle" >"$work/out" 2>"$work/err" </dev/null &
runner=$!
until_ 30 test -s "$work/hooked" || fail "no hook"
kill -TERM $runner
wait $runner
is "asked to end: exit code" 125 $?
grep -q 'as nobody waits for it any more' "$work/err" || fail "asked to end: $(cat "$work/err")"
! kill -0 "$(cat "$work/hooked")" 2>/dev/null || fail "asked to end: the hook goes on"
nothing_left "asked to end"

# Afterwards nothing can be refused any more: it is told.
bundle_of 'echo it runs' "{\"poststart\": [$(hook 'exit 1')], \"poststop\": [$(hook 'exit 2')]}"
"$boxtop" run --rm --name "$name" --bundle "$bundle" >"$work/out" 2>"$work/err" </dev/null
is "late ones that fail: exit code" 0 $?
is "late ones that fail: the command" "it runs" "$(cat "$work/out")"
for words in "poststart hook /bin/sh: exit code 1" "poststop hook /bin/sh: exit code 2"; do
	grep -q "$words" "$work/err" || fail "no '$words' in: $(cat "$work/err")"
done
nothing_left "late ones that fail"
exit $failed
