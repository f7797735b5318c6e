#!/bin/sh
# Where AppArmor runs: the profile that a bundle names holds what a sandbox runs, and what enters it later; one that is
# not loaded, or of a kernel without AppArmor, ends the launch. Engines confine their containers, which are acted on as
# any others.
# shellcheck source=tests/vm/guest/lib.sh
. "$(dirname "$0")/lib.sh"
[ -d /run/systemd/system ] || skip "systemd does not run this guest"
bundle=$work/bundle
trap '"$BOXTOP" rm -f confined >/dev/null 2>&1; rm -rf "$work"' EXIT
"$BOXTOP" rootfs "$work/root" sh cat sleep touch >/dev/null || fail "no root to start from"
mkdir "$work/root/open" "$work/root/forbidden" "$bundle"

# bundle_of PROFILE COMMAND
bundle_of() {
	jq -n --arg root "$work/root" --arg profile "$1" --arg command "$2" '{ociVersion: "1.0.2", root: {path: $root},
		process: {args: ["sh", "-c", $command], cwd: "/", env: ["PATH=/usr/bin:/bin"], noNewPrivileges: true,
			apparmorProfile: $profile},
		mounts: [{destination: "/proc", type: "proc", source: "proc"}],
		linux: {namespaces: (["pid", "mount", "network", "ipc", "uts"] | map({type: .}))}}' >"$bundle/config.json"
}
touches='cat /proc/self/attr/current; for d in open forbidden; do touch /$d/x 2>/dev/null && echo $d; done'

# refused WORDS PROFILE
refused() {
	bundle_of "$2" 'echo it runs'
	is "$2: output" "" "$("$BOXTOP" run --rm --bundle "$bundle" 2>"$work/err")"
	grep -q "$1" "$work/err" || fail "$2: no '$1' in: $(cat "$work/err")"
}

if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" != Y ]; then
	refused "this kernel runs without AppArmor" boxtop-test
	bundle_of unconfined 'echo it runs'
	is "unconfined" "it runs" "$("$BOXTOP" run --rm --bundle "$bundle")"
	done_
fi

echo 'profile boxtop-test flags=(attach_disconnected,mediate_deleted) {
	file,
	capability,
	signal,
	ptrace,
	deny /forbidden/** w,
}' >"$work/profile"
apparmor_parser -r "$work/profile" || fail "the profile can't be loaded"
bundle_of boxtop-test "$touches"
is "run" "boxtop-test (enforce) open" "$("$BOXTOP" run --rm --bundle "$bundle" | tr '\n' ' ' | sed 's/ $//')"
bundle_of boxtop-test 'sleep 300'
"$BOXTOP" run -d --name confined --bundle "$bundle" >/dev/null || fail "run -d"
is "exec" "boxtop-test (enforce) open" \
	"$("$BOXTOP" exec confined -- sh -c "$touches" | tr '\n' ' ' | sed 's/ $//')"
"$BOXTOP" freeze confined && "$BOXTOP" thaw confined && "$BOXTOP" stop -t 0 confined || fail "acting on it"
refused "which is not loaded" no-such-profile
bundle_of unconfined "$touches"
is "unconfined" "unconfined open forbidden" "$("$BOXTOP" run --rm --bundle "$bundle" | tr '\n' ' ' | sed 's/ $//')"

need_engines
is "docker's container is confined" "docker-default (enforce)" "$(cat "/proc/$(value docker-plain pid)/attr/current")"
done_
