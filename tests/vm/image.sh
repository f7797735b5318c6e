#!/bin/sh
# Makes the guest of ./dev vm from this machine's own package sources: a root file system, a kernel, and
# an initramfs that finds its disks. usage: image.sh make DIR PACKAGE... - DIR/{root.img,vmlinuz,initrd}
#
# It is kept outside of the checkout, by what went into it; nothing of the project is inside but init.
# Works as root and, where subordinate ids are set up, as a plain user. Exit code 77: it can't be made
# on this machine, and a line says why.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

say() {
	printf 'vm: %s\n' "$*" >&2
}

cant() {
	say "$*"
	exit 77
}

# sources_of_this_system - lines for sources.list: the archives of the distribution, no third party's
sources_of_this_system() {
	# shellcheck source=/dev/null # of the system
	. /etc/os-release
	# shellcheck disable=SC2016 # they are apt's
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' | awk -v id="$ID" 'tolower($1) == id && NF == 4 && !seen[$0]++ {
			print "deb", $2, $3, $4
		}'
}

# kernel_package - the smallest kernel for virtual machines that this distribution has
kernel_package() {
	for package in "linux-image-cloud-$(dpkg --print-architecture)" linux-image-virtual; do
		if apt-cache show "$package" >/dev/null 2>&1; then
			echo "$package"
			return
		fi
	done
}

# pack ROOT DIR - what a finished tree gives; a hook of mmdebstrap, so that owners are right
pack() {
	root=$1
	out=$2
	version=$(basename "$(echo "$root"/lib/modules/*)")
	cp "$root/boot/vmlinuz-$version" "$out/vmlinuz"
	chmod 644 "$out/vmlinuz"

	initramfs=$(mktemp -d)
	mkdir -p "$initramfs/bin" "$initramfs/modules"
	cp "$root/bin/busybox" "$initramfs/bin/busybox"
	cp "$here/init" "$initramfs/init"
	chmod 755 "$initramfs/init"
	modules=$root/lib/modules/$version
	# What a module needs stands to its right in modules.dep, what that needs further right.
	for name in virtio_pci virtio_blk ext4; do
		sed -n "s,^\(\S*/$name\.ko[.a-z]*\):,\1,p" "$modules/modules.dep" | tr ' ' '\n' | tac
	done | awk 'NF && !seen[$0]++' >"$initramfs/paths"
	while read -r path; do
		file=$(basename "$path")
		case $file in
		*.xz) xz -dc "$modules/$path" >"$initramfs/modules/${file%.xz}" ;;
		*.zst) zstd -qdc "$modules/$path" >"$initramfs/modules/${file%.zst}" ;;
		*) cp "$modules/$path" "$initramfs/modules/$file" ;;
		esac
		file=${file%.xz}
		echo "${file%.zst}"
	done <"$initramfs/paths" >"$initramfs/modules/order"
	rm "$initramfs/paths"
	(cd "$initramfs" && find . | "$root/bin/busybox" cpio -o -H newc 2>/dev/null) >"$out/initrd"
	rm -rf "$initramfs"

	rm -rf "${root:?}"/boot/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
	# Seen through a second mount, the tree has no /proc and /sys of this machine below it.
	plain=$(mktemp -d)
	mount --bind "$root" "$plain"
	mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0 -d "$plain" "$out/root.img" 6G
	umount "$plain"
	rmdir "$plain"
}

# The archives' clocks and proxies are the machine's own affair: apt in the tree goes by its settings.
apt_options() {
	apt-config dump | grep -E '^Acquire::(https?|ftp)::|^Acquire::Check-' || :
	echo 'Acquire::http::Timeout "20";'
	echo 'Acquire::https::Timeout "20";'
	echo 'Acquire::Retries "2";'
	echo 'APT::Install-Recommends "false";'
}

# make DIR PACKAGE...
make() {
	dir=$1
	shift
	scratch=$(mktemp -d /var/tmp/boxtop-vm.XXXXXX)
	trap 'rm -rf "$scratch"' EXIT
	trap 'exit 1' INT TERM HUP
	chmod 777 "$scratch"
	sources_of_this_system >"$scratch/sources.list"
	if [ ! -s "$scratch/sources.list" ] && [ "$(id -u)" -eq 0 ]; then
		timeout 120 apt-get update -q -o Acquire::http::Timeout=20 >/dev/null 2>&1 || :
		sources_of_this_system >"$scratch/sources.list"
	fi
	[ -s "$scratch/sources.list" ] ||
		cant "apt knows no archive of this distribution: run apt-get update"
	kernel=$(kernel_package)
	[ -n "$kernel" ] || cant "there is no kernel package for a virtual machine here"
	apt_options >"$scratch/apt.conf"

	include=$(echo "$kernel" "$@" | tr -s ' \t\n' ',')
	say "making the guest, which takes a few minutes and is done once ($dir)"
	mkdir "$scratch/out"
	chmod 777 "$scratch/out"
	# The hook may run as a subordinate user, who sees no home directory of ours.
	cp "$here/image.sh" "$here/init" "$scratch"
	TMPDIR=$scratch timeout -k 10 700 mmdebstrap --variant=minbase --include="${include%,}" \
		--aptopt="$scratch/apt.conf" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io \
		--customize-hook="sh '$scratch/image.sh' pack \"\$1\" '$scratch/out'" \
		'' /dev/null "$scratch/sources.list" </dev/null >"$scratch/log" 2>&1 || {
		tail -n 5 "$scratch/log" >&2
		cant "the guest's packages can't be had or installed (see above)"
	}
	mkdir -p "$dir.new"
	# The kernel comes last: a directory with one is whole.
	for file in root.img initrd vmlinuz; do
		cp --sparse=always "$scratch/out/$file" "$dir.new/$file"
	done
	mv -T "$dir.new" "$dir"
}

command=$1
shift
"$command" "$@"
