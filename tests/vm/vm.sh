#!/bin/sh
# Boots a Debian of its own under QEMU and runs the tests inside, on the layouts of cgroups that this
# machine doesn't have. usage: vm.sh COMMAND [ARGS], through ./dev vm
#
#   build                    make the guest, unless there is one of the same packages
#   test [SHAPE...]          boot each shape and run the tests that belong there
#   run SHAPE [PATTERN...]   boot one and run the tests whose names match
#   capture [SHAPE...]       boot each and write tests/fixtures/captured/SHAPE.tar.gz anew
#   shell [SHAPE]            a console; poweroff or C-a x ends it
#
# Shapes: light (no systemd, v2 only), v2, hybrid, v1 (systemd).
#
# The guest is cached in $XDG_CACHE_HOME/boxtop-vm by the list of its packages, and made anew after
# 30 days; what a boot writes to it is thrown away. The project goes in on a disk image and the results
# come out on it. BOXTOP_VM_LIBRARIES says what the programs link with, BOXTOP_VM_BUILD where they are,
# BOXTOP_VM_QEMU gives options to qemu. BOXTOP_VM_SECONDS is how long the tests of a shape may take together
# (900); what is not done by then has failed. A shape that was booted under the same BOXTOP_VM_RUN is not
# booted again: what came of it is told again.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
build=${BOXTOP_VM_BUILD:-$source/build/bench}
seconds=${BOXTOP_VM_SECONDS:-900}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/boxtop-vm
shapes="light v2 hybrid v1"
work=
qemu=

say() {
	printf 'vm: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null || :
	[ -z "$work" ] || rm -rf "$work"
}

scratch() {
	[ -n "$work" ] || work=$(mktemp -d /var/tmp/boxtop-vm.XXXXXX)
	trap cleanup EXIT
	trap 'exit 1' INT TERM HUP
}

# ---- The guest ----

packages() {
	# shellcheck disable=SC2086 # words
	{
		sed 's/#.*//' "$here/packages"
		echo ${BOXTOP_VM_LIBRARIES:-}
	} | tr -s ' \t\n' '\n' | sed '/^$/d' | sort -u
}

# image_dir - where the guest of these packages is, or will be
image_dir() {
	key=$({
		packages
		cat "$here/image.sh" "$here/init" /etc/os-release
	} | sha256sum | cut -c 1-16)
	echo "$cache/$key"
}

# image - make it if it must be made; sets $image. Several callers wait for one.
image() {
	image=$(image_dir)
	[ "$(uname -m)" = x86_64 ] || {
		say "skipped: the guest is for x86-64 only"
		exit 77
	}
	for tool in qemu-system-x86_64 mmdebstrap mke2fs debugfs; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || {
			say "skipped: there is no $tool here, and it can't be installed"
			exit 77
		}
	done
	mkdir -p "$cache"
	exec 8>"$cache/lock"
	flock 8
	if [ -n "$(find "$image" -name vmlinuz -mtime +30 2>/dev/null)" ]; then
		mv -T "$image" "$image.old"
	fi
	if [ ! -f "$image/vmlinuz" ]; then
		rm -rf "$image" "$image.new"
		# shellcheck disable=SC2046 # words
		image_tried_lately
		sh "$here/image.sh" make "$image" $(packages) 8>&- || image_failed $?
	fi
	# One that nobody booted for so long belongs to a checkout of the past.
	touch "$image"
	find "$cache" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} +
	rm -rf "$image.old"
	exec 8>&-
}

# image_tried_lately - three boots need not each wait for an archive that does not answer
image_tried_lately() {
	[ -z "$(find "$image.failed" -mmin -10 2>/dev/null)" ] || {
		say "skipped: no guest; a few minutes ago it could not be made"
		exit 77
	}
}

# image_failed STATUS - an old one is better than none
image_failed() {
	if [ -d "$image.old" ]; then
		say "the guest of 30 days ago goes on being used"
		mv -T "$image.old" "$image"
		touch "$image/vmlinuz"
		return
	fi
	[ "$1" -ne 77 ] || {
		touch "$image.failed"
		say "skipped: no guest"
	}
	exit "$1"
}

# ---- Booting ----

# accelerator - kvm where it runs a kernel, tcg where not; found out once per boot of this machine
accelerator() {
	if [ ! -w /dev/kvm ]; then
		echo tcg
		return
	fi
	verdict=$cache/kvm-$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -s "$verdict" ]; then
		rm -f "$cache"/kvm-*
		timeout -k 1 20 qemu-system-x86_64 -accel kvm -cpu host -m 256 -nodefaults -display none \
			-no-reboot -serial stdio -kernel "$image/vmlinuz" -initrd "$image/initrd" \
			-append "console=ttyS0 quiet panic=-1 boxtop.probe" >"$work/probe" 2>&1 </dev/null || :
		if grep -q 'boxtop-vm: alive' "$work/probe"; then
			echo kvm
		else
			say "/dev/kvm doesn't run a kernel here: emulating"
			echo tcg
		fi >"$verdict"
	fi
	cat "$verdict"
}

# kernel_words SHAPE
kernel_words() {
	printf '%s' "console=ttyS0 quiet panic=-1 psi=1 mitigations=off root=none "
	printf '%s' "systemd.show_status=0 boxtop.shape=$1 "
	case $1 in
	light) ;;
	v2) echo "systemd.unified_cgroup_hierarchy=1" ;;
	hybrid) echo "apparmor=0 systemd.unified_cgroup_hierarchy=0" ;;
	v1) echo "apparmor=0 systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1" ;;
	*) die "there is no shape '$1': $shapes" ;;
	esac
}

# boot SECONDS SHAPE QEMU_OPTION... - until it powers off, or that long
boot() {
	longest=$1
	shape=$2
	shift 2
	accel=$(accelerator)
	case $accel in
	kvm) cpu=host ;;
	*) cpu=max,la57=off ;;
	esac
	# shellcheck disable=SC2086 # words
	timeout --foreground -k 5 "$longest" nice -n 5 qemu-system-x86_64 -accel "$accel" -cpu "$cpu" -smp 2 \
		-m 2048 -nodefaults -display none -no-reboot "$@" \
		-drive "file=$image/root.img,format=raw,if=virtio,snapshot=on" \
		-drive "file=$work/$shape.img,format=raw,if=virtio,cache=unsafe" \
		-device virtio-rng-pci \
		-kernel "$image/vmlinuz" -initrd "$image/initrd" -append "$(kernel_words "$shape")" \
		${BOXTOP_VM_QEMU:-}
}

# ---- What goes in, and what comes out ----

# tests - the unit tests that were built, less those that see no kernel; runner.sh chooses of them
tests() {
	for program in "$build"/tests/runtime_test_* "$build"/tests/collectors_test_*_kernel \
		"$build"/tests/collectors_test_by_namespace "$build"/tests/collectors_test_namespaces \
		"$build"/tests/collectors_test_tasks "$build"/tests/collectors_test_procs; do
		case $program in
		*_chunk7 | *'*' | *_archive | *_spec | *_spec_json | *_elf) continue ;;
		esac
		[ -x "$program" ] && echo "$program"
	done
}

# pack SHAPE PATTERN... - the project as a disk, with the same paths as here
pack() {
	shape=$1
	shift
	rm -rf "$work/in"
	mkdir -p "$work/in/tree" "$work/in/out" "$work/in/build/tests"
	tar -C "$source" --exclude=./build --exclude=./.git -cf - . | tar -C "$work/in/tree" -xf -
	[ -x "$build/boxtop" ] || die "$build/boxtop isn't built: ./dev vm builds it"
	cp "$build/boxtop" "$work/in/build"
	for helper in e2e_helper bomb churn interrupt test_probe rootfs; do
		cp -r "$build/tests/$helper" "$work/in/build/tests"
	done
	tests | while read -r program; do
		cp "$program" "$work/in/build/tests"
	done
	echo "$source" >"$work/in/source"
	echo "$build" >"$work/in/build_path"
	echo "$*" >"$work/in/patterns"
	echo "$seconds" >"$work/in/seconds"
	rm -f "$work/$shape.img"
	mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0 -d "$work/in" "$work/$shape.img" 1G \
		>/dev/null
	rm -rf "$work/in"
}

# results SHAPE - show them; whether all is well
results() {
	shape=$1
	out=$source/build/vm/$shape
	rm -rf "$out"
	mkdir -p "$out"
	debugfs -R "rdump /out $work" "$work/$shape.img" >/dev/null 2>&1 || :
	[ ! -d "$work/out" ] || cp -r "$work/out/." "$out"
	rm -rf "$work/out"
	tr -d '\r' <"$work/console" >"$out/console"
	if [ ! -s "$out/summary" ]; then
		tail -n 40 "$out/console"
		echo "vm: $shape: FAILED: the guest said no summary ($out/console)"
		return 1
	fi
	for running in "$out"/running.*; do
		[ ! -e "$running" ] ||
			echo "FAIL ${running##*/running.}: it ran when the guest ended" >>"$out/summary"
	done
	for log in $(sed -n 's/^FAIL \(\S*\).*/\1/p' "$out/summary"); do
		echo "---- $shape: $log ----"
		tail -n 60 "$out/$log.log"
	done
	cat "$out/summary"
	! grep -q '^FAIL' "$out/summary" && grep -q '^vm: .* 0 failed' "$out/summary"
}

# run_shape SHAPE PATTERN...
run_shape() {
	shape=$1
	kernel_words "$shape" >/dev/null
	pack "$@"
	: >"$work/console"
	# One at a time: each takes all of two CPUs.
	exec 7>"$cache/running"
	flock -w 600 7 || say "another virtual machine runs on and on: not waiting for it"
	boot $((seconds + 120)) "$shape" -serial "file:$work/console" </dev/null >"$work/qemu" 2>&1 7>&- &
	qemu=$!
	status=0
	wait "$qemu" || status=$?
	qemu=
	exec 7>&-
	[ "$status" -eq 0 ] || {
		say "$shape: qemu ended with $status"
		tail -n 5 "$work/qemu" >&2
	}
	results "$shape"
}

# ---- Commands ----

cmd_build() {
	image
	echo "$image"
}

# told_before SHAPE - what came of it in this run of all tests, if it was booted in it
told_before() {
	told=$source/build/vm/$1.run
	[ -n "${BOXTOP_VM_RUN:-}" ] && [ "$(head -n 1 "$told" 2>/dev/null)" = "$BOXTOP_VM_RUN" ]
}

# tell_later SHAPE STATUS
tell_later() {
	[ -n "${BOXTOP_VM_RUN:-}" ] || return 0
	mkdir -p "$source/build/vm"
	printf '%s\n%s\n' "$BOXTOP_VM_RUN" "$2" >"$source/build/vm/$1.run"
}

# test_shape SHAPE - once in a run of all tests, however often it is asked for
test_shape() {
	if told_before "$1"; then
		say "$1: not booted again; what it said:"
		cat "$source/build/vm/$1/summary" || :
		return "$(sed -n 2p "$source/build/vm/$1.run")"
	fi
	rm -rf "$source/build/vm/$1"
	# Until it is known better, should this be ended.
	tell_later "$1" 1
	run_shape "$1" || return 1
	tell_later "$1" 0
}

cmd_test() {
	scratch
	image
	[ $# -gt 0 ] || set -- v2 hybrid v1
	failed=
	for shape in "$@"; do
		test_shape "$shape" || failed="$failed $shape"
	done
	[ -z "$failed" ] || die "failed:$failed"
}

cmd_run() {
	[ $# -gt 0 ] || die "usage: ./dev vm run SHAPE [PATTERN...]; shapes: $shapes"
	scratch
	image
	run_shape "$@"
}

# is_scrubbed TAR - no path of the machine that boots the guest got in
is_scrubbed() {
	mkdir "$work/scrub"
	tar -C "$work/scrub" --no-same-owner -xf "$1"
	traces=$(grep -rlF -e "$source" "$work/scrub" || :)
	[ -z "$traces" ] || say "these tell of this machine:
$traces"
	rm -rf "$work/scrub"
	[ -z "$traces" ]
}

cmd_capture() {
	scratch
	image
	[ $# -gt 0 ] || set -- v2 hybrid v1
	for shape in "$@"; do
		run_shape "$shape" capture || die "$shape: not captured"
		captured=$source/build/vm/$shape/captured.tar
		is_scrubbed "$captured" || die "$shape: left out, as it is not clean"
		gzip -9n <"$captured" >"$source/tests/fixtures/captured/$shape.tar.gz"
	done
}

cmd_shell() {
	scratch
	image
	shape=${1:-v2}
	pack "$shape" shell
	say "booting; C-a x ends it"
	boot 86400 "$shape" -serial mon:stdio
}

command=${1:-test}
[ $# -eq 0 ] || shift
case $command in
build | test | run | capture | shell) "cmd_$command" "$@" ;;
*) die "there is no command '$command': build, test, run, capture, shell" ;;
esac
