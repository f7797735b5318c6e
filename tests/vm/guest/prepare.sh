#!/bin/sh
# In the initramfs, with the guest's root as root: sets it up for the shape that is booted. Nothing runs
# yet. usage: prepare.sh SHAPE
set -eu
shape=$1
guest=/boxtop/tree/tests/vm/guest

echo boxtop-guest >/etc/hostname
printf '127.0.0.1 localhost boxtop-guest\n' >/etc/hosts
: >/etc/fstab

# A plain user with subordinate ids, as adduser would make it.
grep -q ^alice: /etc/passwd || {
	echo 'alice:x:1000:1000::/home/alice:/bin/bash' >>/etc/passwd
	echo 'alice:*:19000:0:99999:7:::' >>/etc/shadow
	echo 'alice:x:1000:' >>/etc/group
	echo 'alice:100000:65536' >>/etc/subuid
	echo 'alice:100000:65536' >>/etc/subgid
	mkdir -p /home/alice
	chown 1000:1000 /home/alice
}
passwd -d root >/dev/null 2>&1 || sed -i 's/^root:[^:]*:/root::/' /etc/shadow
[ "$shape" != light ] || exit 0

# Nothing runs that no test needs; engines are started by the tests.
units=/etc/systemd/system
rm -f $units/timers.target.wants/* $units/multi-user.target.wants/*
for unit in getty@tty1.service systemd-networkd-wait-online.service docker.service docker.socket \
	containerd.service lxc.service lxc-net.service lxc-monitord.service podman.service \
	podman-restart.service podman-auto-update.service e2scrub_reap.service \
	systemd-pstore.service ldconfig.service systemd-update-utmp-runlevel.service; do
	rm -f $units/*.wants/$unit
done

mkdir -p $units/serial-getty@ttyS0.service.d
cat >$units/serial-getty@ttyS0.service.d/login.conf <<END
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --noclear --keep-baud ttyS0 115200,38400,9600 \$TERM
END
[ "$(cat /boxtop/patterns)" != shell ] || exit 0

ln -sf /dev/null $units/serial-getty@ttyS0.service
cat >$units/boxtop-vm.service <<END
[Unit]
Description=The tests of boxtop
After=multi-user.target

[Service]
Type=oneshot
ExecStart=/usr/bin/systemd-run --scope -q --unit=boxtop-tests -p Delegate=yes /bin/sh $guest/runner.sh $shape
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
END
mkdir -p $units/default.target.wants
ln -sf /lib/systemd/system/multi-user.target $units/default.target
mkdir -p $units/multi-user.target.wants
ln -sf $units/boxtop-vm.service $units/multi-user.target.wants/boxtop-vm.service
