#!/bin/sh
# How long it takes to run /bin/true in a sandbox over a busybox root, whole program from start to end, beside
# crun, runc and bubblewrap, which take turns: warm (back to back) and cold (0.35 s apart, when the kernel has
# to wait for a grace period again). Prints a Markdown table. usage: launch.sh BOXTOP BUILD_DIR
#
# crun takes no host where the v2 tree beside v1 holds a controller: there it runs in a mount namespace without
# that tree. bubblewrap takes no cgroups. Such rows say so. Needs root.
set -u
# State is in memory on nearly every host; where /run is on a disk all of them wait for that disk.
if [ "$(stat -f -c %T /run)" != tmpfs ] && [ -z "${BENCH_OWN_RUN:-}" ]; then
	BENCH_OWN_RUN=1 exec unshare -m sh -c 'mount -t tmpfs tmpfs /run && exec sh "$@"' sh "$0" "$@"
fi
boxtop=$(realpath "${1:?usage: launch.sh BOXTOP BUILD_DIR}")
spawn=$(realpath "${2:?usage: launch.sh BOXTOP BUILD_DIR}")/tests/bench/spawn
rounds=${BENCH_LAUNCH_ROUNDS:-40}
work=$(mktemp -d)
alone=
trap '[ -z "$alone" ] || kill "$alone" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

[ -x "$spawn" ] || ninja -C "$2" --quiet spawn || exit 1
mkdir -p "$work/root/bin" "$work/root/proc" "$work/root/sys" "$work/root/dev" "$work/root/tmp"
cp "$(command -v busybox)" "$work/root/bin/busybox"
ln -s busybox "$work/root/bin/true"

: >"$work/commands"
: >"$work/names"
# candidate NAME COMMAND... - taken if it runs
candidate() {
	name=$1
	shift
	echo "$*" >"$work/try"
	[ "$("$spawn" 1 0 "$work/try" 2>/dev/null | cut -d ' ' -f 5)" = 0 ] || {
		echo "bench: left out, it fails here: $name" >&2
		return 1
	}
	echo "$name" >>"$work/names"
	echo "$*" >>"$work/commands"
}

# bundle RUNTIME DIR JQ - a bundle as that runtime makes it, with limits
bundle() {
	command -v "$1" >/dev/null || return 1
	mkdir -p "$2" && (cd "$2" && "$1" spec) &&
		jq ".root.path=\"$work/root\" | .process.args=[\"/bin/true\"] | .process.terminal=false | $3" \
			"$2/config.json" >"$2/new" && mv "$2/new" "$2/config.json"
}
# without_v2 - a process, $alone, that doesn't see the tree of v2 beside v1
without_v2() {
	[ -f /sys/fs/cgroup/unified/cgroup.procs ] || return 1
	unshare -m sh -c 'umount /sys/fs/cgroup/unified && echo ready && exec sleep 600' >"$work/alone" &
	alone=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		! grep -q ready "$work/alone" || return 0
		sleep 0.1
	done
	return 1
}
limits='.linux.resources += {"memory":{"limit":268435456},"pids":{"limit":64},"cpu":{"quota":50000,"period":100000}}'

candidate "boxtop, all namespaces and limits" "$boxtop" run --rm --rootfs "$work/root" --in-place \
	--memory 256M --cpus 0.5 --pids 64 -- /bin/true
if bundle crun "$work/crun" "$limits"; then
	candidate "crun, with limits" crun run -b "$work/crun" "bt-crun-$$" ||
		if without_v2; then
			candidate "crun, with limits, not seeing v2" "mnt:/proc/$alone/ns/mnt" \
				crun run -b "$work/crun" "bt-crun-$$"
		fi
fi
bundle runc "$work/runc" "$limits" &&
	candidate "runc, with limits" runc run -b "$work/runc" "bt-runc-$$"
command -v bwrap >/dev/null &&
	candidate "bubblewrap, without cgroups" bwrap --unshare-all --bind "$work/root" / --proc /proc \
		--dev /dev --tmpfs /tmp /bin/true

"$spawn" "$rounds" 0 "$work/commands" >"$work/warm"
"$spawn" $((rounds / 2)) 350 "$work/commands" >"$work/cold"
echo "| /bin/true in a sandbox | warm, ms | least–greatest | CPU | cold, ms | least–greatest | CPU | largest process, MiB |"
echo "|---|---|---|---|---|---|---|---|"
paste -d ' ' "$work/warm" "$work/cold" | paste -d '|' "$work/names" - | awk -F'|' '{
	split($2, f, " ")
	if (f[5] + f[11] > 0)
		$1 = $1 " (" f[5] + f[11] " failed)"
	printf "| %s | %.1f | %.1f–%.1f | %.1f | %.1f | %.1f–%.1f | %.1f | %.1f |\n", $1, f[1], f[2], f[3], f[6],
		f[7], f[8], f[9], f[12], f[4] / 1024
}'
