#!/bin/sh
# Makes the pictures of the README from the running program: real processes in real cgroups, seen from
# namespaces of their own so that nothing else of this machine is in the picture. Needs root.
# usage: make.sh BOXTOP
set -eu
boxtop=$(realpath "${1:?usage: make.sh BOXTOP}")
out=$(dirname "$(realpath "$0")")
group=boxtop-screenshots-$$
work=$(mktemp -d /tmp/shop.XXXXXX)

hierarchies() {
	awk '$3 ~ /^cgroup2?$/ && $2 !~ /cpuset/ { print $2 }' /proc/self/mounts
}

# Deepest first; a group takes a moment to become empty after its last process was killed.
cleanup() {
	[ -z "${inside:-}" ] || kill "$inside" 2>/dev/null || true
	wait 2>/dev/null || true
	for mount in $(hierarchies); do
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			[ -d "$mount/$group" ] || break
			find "$mount/$group" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.2
		done
	done
	rm -rf "$work"
}

[ "$(id -u)" -eq 0 ] || {
	echo "make.sh: the pictures need namespaces and cgroups: run as root" >&2
	exit 1
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# A root for the sandboxes made by hand.
mkdir -p "$work/root/bin" "$work/root/dev"
mknod -m 666 "$work/root/dev/null" c 1 3
cp "$(command -v busybox)" "$work/root/bin/"
for name in sh sleep httpd; do
	ln -s busybox "$work/root/bin/$name"
done

for mount in $(hierarchies); do
	mkdir -p "$mount/$group"
	echo 0 >"$mount/$group/cgroup.procs"
done
cp "$out/scene.sh" "$boxtop" "$work/"
cd "$work"
# On v2 controllers reach the groups below only if each parent passes them on, and no process is in it.
unshare --pid --mount --cgroup --uts --ipc --net --fork --kill-child --mount-proc \
	env BOXTOP=./boxtop OUT="$out" WORK="$work" sh scene.sh &
inside=$!
# This shell goes back: the group has to become empty.
for mount in $(hierarchies); do
	echo 0 >"$mount/cgroup.procs"
done
wait "$inside"
inside=
