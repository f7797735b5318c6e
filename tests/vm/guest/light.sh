#!/bin/sh
# The first process of the light shape: no systemd, one pure v2 tree with all controllers enabled at its
# root. Mounts what a system has, runs the tests in a cgroup beside theirs, and powers off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
exec </dev/console >/dev/console 2>&1
mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t tmpfs -o nosuid,nodev,mode=755 run /run
mount -t tmpfs -o nosuid,nodev,mode=1777 tmp /tmp
mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev,mode=1777 shm /dev/shm
mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate cgroup2 /sys/fs/cgroup
hostname boxtop-guest
# As systemd sets it.
ulimit -Hn 524288
ip link set lo up

root=/sys/fs/cgroup
mkdir $root/runner
for controller in $(cat $root/cgroup.controllers); do
	echo "+$controller" >$root/cgroup.subtree_control
done
echo $$ >$root/runner/cgroup.procs

if [ "$(cat /boxtop/patterns)" = shell ]; then
	setsid busybox cttyhack bash -l
else
	sh /boxtop/tree/tests/vm/guest/runner.sh light
fi
sync
busybox poweroff -f
