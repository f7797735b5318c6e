#!/bin/sh
# The inside of make.sh: process 1 of its own pid namespace. Sets the scene, and takes the pictures.
# BOXTOP, OUT and WORK come by the environment, so that no path of this machine is in the picture.
set -eu
boxtop=$BOXTOP out=$OUT work=$WORK
unset BOXTOP OUT WORK

hostname shop-1
ip link set lo up 2>/dev/null || true

# In a cgroup namespace a fresh mount shows our own group as the root of each hierarchy.
awk '$3 ~ /^cgroup2?$/ { print $2, $3, $4 }' /proc/self/mounts >"$work/mounts"
while read -r mount type options; do
	controllers=$(echo "$options" | tr , '\n' | grep -vE '^(rw|ro|relatime|nosuid|nodev|noexec|nsdelegate|memory_recursiveprot|xattr)$' |
		paste -sd, -)
	umount -l "$mount" 2>/dev/null || true
	mkdir -p "$mount" 2>/dev/null || true
	mount -t "$type" ${controllers:+-o "$controllers"} cgroup "$mount" 2>/dev/null || true
done <"$work/mounts"

mounts() {
	awk '$3 ~ /^cgroup2?$/ && $2 !~ /cpuset/ { print $2 }' /proc/self/mounts
}

# put FILE VALUE GROUP - into whichever hierarchy has the file
put() {
	for mount in $(mounts); do
		[ ! -e "$mount/$3/$1" ] || echo "$2" >"$mount/$3/$1" 2>/dev/null || true
	done
}

# group NAME - everywhere
group() {
	for mount in $(mounts); do
		mkdir -p "$mount/$1"
	done
}

# in_group NAME COMMAND... - in the background
in_group() {
	name=$1
	shift
	sh -c 'for mount in '"$(mounts | paste -sd' ' -)"'; do
			echo 0 >"$mount/'"$name"'/cgroup.procs" 2>/dev/null || true
		done
		exec "$@"' _ "$@" &
}

burn='while :; do :; done'
for name in shop shop/web shop/db shop/search shop/mailer nightly nightly/backup runaway; do
	group "$name"
done
put cpu.cfs_quota_us 50000 shop/search
put cpu.max '50000 100000' shop/search
put memory.limit_in_bytes 268435456 shop/db
put memory.max 268435456 shop/db
put pids.max 50 runaway
put pids.max 100 shop/web

in_group shop/web sh -c 'while :; do i=0; while [ $i -lt 2500 ]; do i=$((i + 1)); done; sleep 0.05; done'
in_group shop/web sleep 3600
in_group shop/search sh -c "$burn"
in_group shop/db sh -c 'x=$(head -c 90000000 /dev/zero | tr "\0" x); while :; do sleep 3600; : "$x"; done'
in_group shop/mailer sleep 3600
in_group nightly/backup sh -c 'while :; do dd if=/dev/zero of=dump.sql bs=1M count=24 conv=fsync 2>/dev/null; sleep 0.2; done'
in_group runaway sh -c 'i=0; while [ $i -lt 47 ]; do sleep 3600 & i=$((i + 1)); done; wait'
# The recipe of every tutorial: namespaces and a root of its own, no cgroup.
mount -t tmpfs tmpfs /srv
cp -a "$work/root" /srv/jail
unshare --pid --mount --uts --ipc --net --fork --kill-child \
	chroot /srv/jail /bin/sh -c 'sleep 3600 & sleep 3600' &
sleep 6
# What is frozen can't be killed on v1, and then this process 1 can't end.
thaw() {
	put freezer.state THAWED shop/mailer
	put cgroup.freeze 0 shop/mailer
}
trap thaw EXIT
put freezer.state FROZEN shop/mailer
put cgroup.freeze 1 shop/mailer
sleep 1

# shot NAME SIZE ARGS...
shot() {
	name=$1 size=$2
	shift 2
	LC_ALL=C.UTF-8 "$boxtop" "$@" --dump-frame "$size" --format svg >"$out/$name.svg.new"
	mv "$out/$name.svg.new" "$out/$name.svg"
	! command -v rsvg-convert >/dev/null || rsvg-convert -o "$out/$name.png" "$out/$name.svg"
}

shot containers 112x22 -n 16 -d 5
shot demo 112x18 demo -n 20 -d 5
shot detail 112x36 demo -n 120 -d 2 --keys "/ 'memory' Esc Enter"
shot setup 112x24 --keys 'F2 Tab Down Down Down Space Down'
shot light 112x22 -n 16 -d 5 --theme light
shot tree 112x24 -t
shot processes 112x24 --screen processes -t --keys 'Down Down'
# Leave no process behind: killing process 1 of a pid namespace kills all, and this is it.
