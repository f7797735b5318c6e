#!/bin/sh
# Copies what boxtop reads of this host and its containers, for the unit tests: every group, the state
# that engines keep on disk, the processes of containers, monitors and services, and what the engines say
# of the containers (rows/). The processes of the tests themselves stay behind, and so do programs, root
# directories and environments. It comes out as /boxtop/out/captured.tar, and vm.sh packs it.
# shellcheck source=tests/vm/guest/lib.sh
. "$(dirname "$0")/lib.sh"
need_engines
source=$(cat /boxtop/source)
to=$work/captured
mkdir -p "$to/proc/self" "$to/sys/fs" "$to/etc" "$to/rows"

# is_wanted PID - no kernel thread, and of the tests only what is a container, or the parent of one
is_wanted() {
	case $(cat "/proc/$1/cgroup" 2>/dev/null) in
	*boxtop-tests*) grep -qsx "pid $1" $world/rows/* || is_monitor "$1" ;;
	*) [ -n "$(tr -d '\0' 2>/dev/null <"/proc/$1/cmdline")" ] ;;
	esac
}

is_monitor() {
	case $(cat "/proc/$1/comm" 2>/dev/null) in
	bwrap | unshare | conmon) ;;
	*) return 1 ;;
	esac
}

capture_process() {
	mkdir -p "$to/proc/$1"
	for file in stat status cgroup cmdline; do
		cat "/proc/$1/$file" >"$to/proc/$1/$file"
	done
	cp -dr --no-preserve=all "/proc/$1/ns" "$to/proc/$1"
	# Whose process it is says the owner of its directory.
	chown --reference="/proc/$1" "$to/proc/$1"
}

capture_processes() {
	for directory in /proc/[0-9]*; do
		! is_wanted "${directory#/proc/}" || capture_process "${directory#/proc/}"
	done
	# The project's own mounts are none of the host's.
	grep -vF -e "$source" -e /boxtop /proc/1/mountinfo >"$to/proc/self/mountinfo"
	cp "$to/proc/1/cgroup" "$to/proc/self/cgroup"
	for file in stat meminfo loadavg uptime; do
		cat /proc/$file >"$to/proc/$file"
	done
}

# Files that can only be written to, and those of controllers that are not shown, are left out.
capture_groups() {
	cp -dr --no-preserve=all /sys/fs/cgroup "$to/sys/fs" 2>/dev/null
	find "$to/sys/fs/cgroup" -type f \( -name 'hugetlb.*' -o -name 'rdma.*' -o -name 'misc.*' \
		-o -name 'devices.*' -o -name 'net_*' -o -name '*numa_stat' -o -name 'memory.kmem.*' \
		-o -name 'cpuset.*' -o -name tasks -o -name cgroup.threads -o -name '*_recursive' \
		-o -name 'blkio.io_*' -o -name 'cgroup.event_control' -o -name 'cpuacct.usage_*' \
		-o -name cgroup.clone_children -o -name notify_on_release \) -delete
}

# capture_state DIR... - texts only
capture_state() {
	for directory in "$@"; do
		[ ! -d "$directory" ] || find "$directory" -xdev -type f -size -64k \
			\( -name '*.json' -o -name status -o -name config -o -name '*.pid' -o -name pidfile \
			-o -path '*/systemd/machines/*' \) -exec cp --parents -t "$to" {} +
	done
}

# A chroot is told by its root directory alone, which is no file that could be copied.
capture_rows() {
	for row in $world/rows/*; do
		case $row in
		*:chroot) ;;
		*) [ ! -d "$to/proc/$(sed -n 's/^pid //p' "$row")" ] ||
			grep -v '^root_path' "$row" >"$to/rows/${row##*/}" ;;
		esac
	done
}

capture_processes
capture_groups
capture_state /var/lib/containers/storage/*-containers /run/containers/storage/*-containers \
	/var/lib/docker/containers /run/docker/runtime-runc \
	/run/docker/containerd/daemon/io.containerd.runtime.v2.task \
	/run/containerd/io.containerd.runtime.v2.task /run/containerd/runc \
	/run/crun /run/runc /run/systemd/machines /var/lib/lxc \
	/home/alice/.local/share/containers/storage/*-containers \
	/run/user/1000/containers/*-containers /run/user/1000/crun /run/user/1000/runc
grep -E '^(root|alice):' /etc/passwd >"$to/etc/passwd"
capture_rows
tar -C "$to" --sort=name --mtime=@0 --numeric-owner --mode=u+rwX,go+rX \
	-cf /boxtop/out/captured.tar . || fail "tar: exit code $?"
echo "captured: $(find "$to/rows" -type f | wc -l) containers, $(find "$to" -type f | wc -l) files"
done_
