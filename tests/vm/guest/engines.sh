#!/bin/sh
# Starts containers with every engine of the guest, as a person would, all from one tiny tree. Nothing
# needs a network. usage: engines.sh SHAPE
#
# What was started is told by files in /run/world/rows, one per container, with lines of "KEY VALUE" in
# the words of boxtop's fields; the values come from the engines, or are what they were asked for. When
# all are up, /run/world/ready appears; each engine's output is in /boxtop/out/engine_NAME.log.
shape=$1
world=/run/world
tree=$world/tree
mkdir -p $world/rows

if [ "$shape" = v2 ]; then
	lxc=cgroup2
else
	lxc=cgroup
fi

# as_alice COMMAND... - what she types in a session of hers
cat >$world/alice <<'END'
export XDG_RUNTIME_DIR=/run/user/1000 HOME=/home/alice USER=alice
export DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus
cd /home/alice && exec "$@"
END
as_alice() {
	runuser -u alice -- sh $world/alice "$@"
}

# row NAME, with lines of "KEY VALUE" on stdin
row() {
	cat >"$world/rows/$1"
}

make_tree() {
	mkdir -p $tree/bin $tree/sbin $tree/etc $tree/usr $tree/proc $tree/sys $tree/dev $tree/tmp \
		$tree/run $tree/root
	cp /bin/busybox /boxtop/build/tests/e2e_helper $tree/bin
	for applet in sh sleep cat ps echo true ls id kill stat grep; do
		ln -sf busybox "$tree/bin/$applet"
	done
	ln -sf ../bin/busybox $tree/sbin/init
	echo 'root:x:0:0:root:/root:/bin/sh' >$tree/etc/passwd
	echo 'root:x:0:' >$tree/etc/group
	echo 'ID=boxtop-tree' >$tree/etc/os-release
	tar -C $tree -cf $world/tree.tar .
}

podman_row() { # NAME RUN...
	name=$1
	shift
	"$@" podman inspect -f 'engine podman
id {{.Id}}
image {{.ImageName}}
pid {{.State.Pid}}' "$name" | row "$name"
}

engine_podman() {
	podman import -q $world/tree.tar localhost/tiny:1
	podman run -d --name podman-plain --network none --memory 64m --cpus 0.5 --pids-limit 50 \
		localhost/tiny:1 sleep 3600
	podman_row podman-plain
	printf 'memory_limit_bytes 67108864\npids_limit 50\ncpu_limit_cpus 0.5\n' \
		>>$world/rows/podman-plain
	podman pod create --name pod-one --network none --infra-image localhost/tiny:1 \
		--infra-command 'sleep 3600'
	podman run -d --pod pod-one --name podman-in-pod localhost/tiny:1 sleep 3600
	podman_row podman-in-pod
	echo "pod pod-one" >>$world/rows/podman-in-pod
	podman run -d --name podman-paused --network none localhost/tiny:1 sleep 3600
	podman pause podman-paused
	podman_row podman-paused
	echo "state paused" >>$world/rows/podman-paused
}

engine_rootless() {
	as_alice podman import -q $world/tree.tar localhost/tiny:1
	as_alice podman run -d --name rootless --network none ${1:+--memory 64m --pids-limit 50} \
		localhost/tiny:1 sleep 3600
	podman_row rootless as_alice
	echo "owner alice" >>$world/rows/rootless
	[ -z "${1:-}" ] ||
		printf 'memory_limit_bytes 67108864\npids_limit 50\n' >>$world/rows/rootless
}

engine_docker() {
	mkdir -p /etc/docker
	echo '{"iptables": false, "bridge": "none", "ip-forward": false}' >/etc/docker/daemon.json
	systemctl start docker.service
	docker import $world/tree.tar tiny:1
	docker run -d --name docker-plain --network none --memory 64m --cpus 0.5 --pids-limit 50 \
		--label com.docker.compose.project=shop --label com.docker.compose.service=web \
		tiny:1 sleep 3600
	docker inspect -f 'engine docker
id {{.Id}}
image {{.Config.Image}}
pid {{.State.Pid}}
project shop
service web
memory_limit_bytes {{.HostConfig.Memory}}
pids_limit {{.HostConfig.PidsLimit}}
cpu_limit_cpus 0.5' docker-plain | row docker-plain
}

# The same daemon that Docker started, asked by itself.
engine_containerd() {
	podman save -q --format oci-archive -o $world/tiny.oci localhost/tiny:1
	ctr image import $world/tiny.oci
	ctr run -d --memory-limit 67108864 localhost/tiny:1 ctr-plain sleep 3600
	printf 'engine containerd\nid ctr-plain\npid %s\nmemory_limit_bytes 67108864\n' \
		"$(ctr task ls | awk '$1 == "ctr-plain" { print $2 }')" | row ctr-plain
}

engine_lxc() {
	mkdir -p /var/lib/lxc/lxc-plain
	cat >/var/lib/lxc/lxc-plain/config <<END
lxc.uts.name = lxc-plain
lxc.rootfs.path = dir:$tree
lxc.apparmor.profile = unconfined
lxc.net.0.type = empty
lxc.init.cmd = /bin/sleep 3600
lxc.$lxc.pids.max = 50
$(if [ "$shape" = v2 ]; then
		echo "lxc.cgroup2.memory.max = 64M"
	else
		echo "lxc.cgroup.memory.limit_in_bytes = 64M"
	fi)
END
	lxc-start -n lxc-plain
	printf 'engine lxc\npid %s\nmemory_limit_bytes 67108864\npids_limit 50\n' \
		"$(lxc-info -n lxc-plain -pH)" | row lxc-plain
}

engine_nspawn() {
	cp -a $tree $world/nspawn-tree
	systemd-run -q --unit nspawn-starter systemd-nspawn -q -D $world/nspawn-tree \
		-M nspawn-plain --private-network sleep 3600
	until machinectl show nspawn-plain >/dev/null 2>&1; do
		sleep 0.2
	done
	machinectl show -p Leader nspawn-plain | sed 's/Leader=/engine nspawn\npid /' |
		row nspawn-plain
}

# oci RUNTIME NAME - from a bundle by hand
oci() {
	mkdir -p $world/$2
	cd $world/$2 || return 1
	"$1" spec
	jq --arg root $tree '.root.path = $root | .process.terminal = false |
		.process.args = ["sleep", "3600"] | .linux.resources.memory.limit = 67108864 |
		.linux.resources.pids.limit = 50' config.json >edited
	mv edited config.json
	"$1" run -d "$2" </dev/null >/dev/null
	printf 'engine %s\nid %s\nmemory_limit_bytes 67108864\npids_limit 50\npid %s\n' "$1" "$2" \
		"$("$1" state "$2" | jq .pid)" | row "$2"
}

engine_runc() {
	oci runc runc-plain
}

engine_crun() {
	oci crun crun-plain
}

# child COMM PARENT - the pid of the one that is called so below a process
child() {
	tries=100
	until pid=$(pgrep -P "$2" -x "$1" | head -n 1) && [ -n "$pid" ]; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
	echo "$pid"
}

engine_bubblewrap() {
	setsid bwrap --ro-bind $tree / --proc /proc --dev /dev --unshare-all sleep 3600 \
		</dev/null >/dev/null 2>&1 &
	printf 'engine bubblewrap\npid %s\n' "$(child bwrap $!)" | row "by-namespace:bwrap"
}

# The recipe of a tutorial: into a debootstrap tree, as the guest's own is one, with a layer over it.
engine_byhand() {
	mkdir -p $world/jail $world/upper $world/work
	mount -t overlay overlay -o "lowerdir=/,upperdir=$world/upper,workdir=$world/work" $world/jail
	setsid unshare --fork --pid --mount --uts --ipc --mount-proc=$world/jail/proc \
		chroot $world/jail sleep 3600 </dev/null >/dev/null 2>&1 &
	printf 'engine unshare\npid %s\nroot_path %s\n' "$(child sleep $!)" $world/jail |
		row "by-namespace:unshare"
	setsid chroot $tree sleep 3600 </dev/null >/dev/null 2>&1 &
	printf 'engine chroot\npid %s\nroot_path %s\n' $! $tree | row "by-namespace:chroot"
}

engine_systemd() {
	systemd-run -q --unit limited -p MemoryMax=64M -p MemoryLimit=64M -p TasksMax=50 \
		-p CPUQuota=50% --slice=fenced sleep 3600
	printf 'engine systemd\nkind service\npid %s\nmemory_limit_bytes 67108864\npids_limit 50\n%s\n' \
		"$(systemctl show -P MainPID limited)" "cpu_limit_cpus 0.5" | row limited.service
	as_alice systemd-run --user -q --unit hers sleep 3600
	printf 'engine systemd\nkind service\nowner alice\npid %s\n' \
		"$(as_alice systemctl --user show -P MainPID hers)" | row hers.service
}

# start ENGINE [ARG] - with its output kept
start() {
	"engine_$@" >"/boxtop/out/engine_$1.log" 2>&1 || echo "exit code $?" >>"/boxtop/out/engine_$1.log"
}

modprobe overlay
[ -d $tree ] || make_tree
loginctl enable-linger alice
{
	start podman
	start containerd
	[ "$shape" = v2 ] && start rootless limits || start rootless
} &
{
	start docker
	start lxc
	start nspawn
	start runc
	[ "$shape" = hybrid ] || start crun
	start systemd
	start bubblewrap
	start byhand
} &
wait
touch $world/ready
