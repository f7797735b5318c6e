#!/bin/sh
# Each option of boxtop run does what its help says, as root and, where that makes sense, as a plain user, on
# the real kernel. An option that no check here names fails the test. usage: test_run_options.sh BOXTOP
# shellcheck disable=SC2016 # what the shells inside expand
set -u
boxtop=${1:?usage: test_run_options.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || skip "needs root"
name=$prefix-option
jail=$work/jail
checked=
plain=

# The plain user's copy: the build may be where only root gets.
chmod 755 "$work" && cp "$boxtop" "$work/boxtop" && chmod 755 "$work/boxtop"
mkdir -m 700 "$work/runtime" && chown 65534:65534 "$work/runtime"
as_plain() {
	setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$work/runtime" \
		XDG_RUNTIME_DIR="$work/runtime" "$work/boxtop" "$@"
}

# in_sandbox ARGS... - of the user of now
in_sandbox() {
	if [ -n "$plain" ]; then as_plain run "$@"; else "$boxtop" run "$@"; fi </dev/null 2>"$work/err"
}

# option EXPECTED --OPTION [MORE...] -- COMMAND... - what the command says, with newlines as spaces
option() {
	expected=$1
	shift
	checked="$checked $1"
	got=$(in_sandbox --rm --name "$name" "$@" | tr '\n' ' ' | sed 's/ $//')
	is "${plain:+plain user: }run $* ($(head -c 300 "$work/err"))" "$expected" "$got"
}

# both ... - the same as root and as a plain user
both() {
	option "$@"
	[ -z "$can_plain" ] || {
		plain=yes
		option "$@"
		plain=
	}
}

can_plain=yes
as_plain run --rm -- true </dev/null 2>"$work/err" || {
	grep -q "user namespace" "$work/err" || fail "as a plain user: $(cat "$work/err")"
	echo "not as a plain user: $(cat "$work/err")"
	can_plain=
}
"$boxtop" rootfs "$jail" sh ls cat touch stat grep sed sleep id hostname readlink tr mkdir wc true \
	>/dev/null || fail "no root to start from"
chmod -R go+rX "$jail"

# ---- Its root ----

both "bin" --rootfs "$jail" -- sh -c 'ls -d /bin /media 2>/dev/null | sed s,/,,'
tar -C "$jail" -cf "$work/root.tar" . && chmod 644 "$work/root.tar"
both "bin" --rootfs "$work/root.tar" -- sh -c 'ls -d /bin /media 2>/dev/null | sed s,/,,'
both "$(sed -n 's/^ID=//p' /etc/os-release) 0" --host-root -- \
	sh -c 'sed -n s/^ID=//p /etc/os-release; wc -c </etc/shadow'
both "refused refused" --read-only -- \
	sh -c 'touch /x 2>/dev/null || echo refused; touch /etc/x 2>/dev/null || echo refused; touch /tmp/x'
option "" --keep "$work/kept" --rootfs "$jail" -- sh -c 'echo kept >/kept'
is "--keep" kept "$(cat "$work/kept/upper/kept")"
[ ! -e "$jail/kept" ] || fail "--keep changed the root itself"
option "" --in-place --rootfs "$jail" -- touch /in-place
[ -e "$jail/in-place" ] || fail "--in-place changed nothing"
both refused --read-only --rootfs "$jail" -- sh -c 'touch /x 2>/dev/null || echo refused'
mkdir -m 777 "$work/shown" && echo bound >"$work/shown/file"
both "bound" --bind "$work/shown:/shown" --rootfs "$jail" -- sh -c 'cat /shown/file; touch /shown/new'
[ -e "$work/shown/new" ] || fail "--bind can't be written"
both "bound refused" --bind "$work/shown:/shown:ro" --rootfs "$jail" -- \
	sh -c 'cat /shown/file; touch /shown/no 2>/dev/null || echo refused'
both "1024k" --tmpfs /memory:1M --rootfs "$jail" -- \
	sed -n 's,.* /memory .*tmpfs .*size=\([0-9a-z]*\).*,\1,p' /proc/self/mountinfo
mkdir "$work/bundle" && cp -r "$jail" "$work/bundle/rootfs"
cat >"$work/bundle/config.json" <<'END'
{"ociVersion": "1.0.2", "root": {"path": "rootfs"}, "hostname": "of-bundle",
 "process": {"user": {"uid": 0, "gid": 0}, "cwd": "/", "args": ["hostname"], "env": ["PATH=/bin:/usr/bin"]},
 "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
 "linux": {"namespaces": [{"type": "mount"}, {"type": "uts"}, {"type": "pid"}, {"type": "ipc"},
  {"type": "network"}]}}
END
option "of-bundle" --bundle "$work/bundle"

# ---- What it is and sees ----

option "$name" --name "$name" --rootfs "$jail" -- hostname
both "inside" --hostname inside --rootfs "$jail" -- hostname
both "lo" --net none --rootfs "$jail" -- sh -c 'sed -n "s/ *\([a-z0-9]*\):.*/\1/p" /proc/net/dev'
both "$(readlink /proc/self/ns/net)" --net host --rootfs "$jail" -- readlink /proc/self/ns/net
for ns in pid net ipc uts cgroup; do
	both "$(readlink /proc/self/ns/$ns)" --share $ns --rootfs "$jail" -- readlink /proc/self/ns/$ns
done
option "$(readlink /proc/self/ns/user)" --share user --rootfs "$jail" -- readlink /proc/self/ns/user
option "own" --unshare time --rootfs "$jail" -- \
	sh -c "[ \$(readlink /proc/self/ns/time) = '$(readlink /proc/self/ns/time)' ] || echo own"
option "1234:1235" --user 1234:1235 --rootfs "$jail" -- sh -c 'echo $(id -u):$(id -g)'
both "0:0" --user 0:0 --rootfs "$jail" -- sh -c 'echo $(id -u):$(id -g)'
both "/tmp" --workdir /tmp --rootfs "$jail" -- sh -c pwd
export FROM_HERE=here
both "b here" --env A=b --env FROM_HERE --rootfs "$jail" -- sh -c 'echo $A $FROM_HERE'
both "through" --interactive --rootfs "$jail" -- sh -c 'cat; echo through'
is "--interactive" piped "$(echo piped | "$boxtop" run --rm -i --rootfs "$jail" -- cat)"
is "without --interactive" "" "$(echo piped | "$boxtop" run --rm --rootfs "$jail" -- cat)"

# ids OPTIONS... - which ids of the host are those inside, where one user has some
ids() {
	unshare -m sh -c 'mount --bind "$1" /etc/subuid && mount --bind "$1" /etc/subgid && shift && exec "$@"' \
		sh "$work/subids" "$boxtop" run --rm --name "$name" "$@" --rootfs "$jail" -- cat /proc/self/uid_map \
		</dev/null | tr -s ' ' | sed 's/^ //'
}
echo "daemon:300000:65536" >"$work/subids"
checked="$checked --subids"
if [ -e /etc/subuid ] && [ -e /etc/subgid ]; then
	is "--subids of a user" "0 300000 65536" "$(ids --subids daemon)"
	is "--subids none" "$(tr -s ' ' </proc/self/uid_map | sed 's/^ //')" "$(ids --subids none)"
	is "without --subids" "$(ids --subids none)" "$(ids)"
fi
"$boxtop" run --rm --name "$name" --subids mail --rootfs "$jail" -- true </dev/null 2>"$work/err" &&
	fail "--subids of a user without ids is taken"
grep -q "mail has no ids in /etc/subuid" "$work/err" || fail "--subids of a user without ids: $(cat "$work/err")"

# ---- What it may ----

# bit NUMBER OPTIONS... - of the bounding set
bit() {
	number=$1
	shift
	"$boxtop" run --rm "$@" --rootfs "$jail" -- sed -n 's/^CapBnd:.//p' /proc/self/status </dev/null |
		{ read -r set && echo $((0x$set >> number & 1)); }
}
checked="$checked --cap-add --cap-drop"
is "CAP_SYS_TIME as it is" 0 "$(bit 25)"
is "--cap-add" 1 "$(bit 25 --cap-add SYS_TIME)"
is "CAP_CHOWN as it is" 1 "$(bit 0)"
is "--cap-drop" 0 "$(bit 0 --cap-drop chown)"
is "--cap-drop ALL --cap-add" 1 "$(bit 0 --cap-drop ALL --cap-add CAP_CHOWN)"
both "0000000000000000" --cap-drop ALL --rootfs "$jail" -- sed -n 's/^CapBnd:.//p' /proc/self/status
both 2 --seccomp default --rootfs "$jail" -- sed -n 's/^Seccomp:.//p' /proc/self/status
both 0 --seccomp none --rootfs "$jail" -- sed -n 's/^Seccomp:.//p' /proc/self/status
cat >"$work/list.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}
END
chmod 644 "$work/list.json"
both "refused" --seccomp "$work/list.json" --rootfs "$jail" -- \
	sh -c 'mkdir /tmp/x 2>/dev/null || echo refused'
both "77" --rlimit nofile=77 --rootfs "$jail" -- sh -c 'ulimit -n'
both "55 66" --rlimit nofile=55:66 --rootfs "$jail" -- sh -c 'ulimit -Sn; ulimit -Hn'

# ---- Limits ----

# limited KEY VALUE EXPECTED [OPTIONS...] - it is set, as who asks for it later sees it; or it was said why not
limited() {
	key=$1 value=$2 expected=$3
	shift 3
	checked="$checked --$key"
	"$boxtop" run -d --name "$name" "--$key" "$value" "$@" --rootfs "$jail" -- sleep 1000 \
		>/dev/null 2>"$work/err" </dev/null || fail "run --$key $value: $(cat "$work/err")"
	got=$("$boxtop" limit "$name" --format json | jq -r ".limits[\"$key\"].value")
	case $(cat "$work/err"):$key in
	*"goes on without this limit: $key"*) ;;
	# v1 has a scale of its own.
	*-weight) near "--$key $value" "$expected" "$got" 1 0 ;;
	*) is "--$key $value" "$expected" "$got" ;;
	esac
	"$boxtop" rm -f "$name" || fail "it can't be removed"
}
limited memory 64M 67108864
limited memory-high 32M 33554432
limited swap 16M 16777216 --memory 64M
limited cpus 0.5 0.5
limited cpu-weight 250 250
limited cpuset 0 0
limited cpuset-mems 0 0
limited pids 40 40
limited io-weight 300 300
disk=$(for block in /sys/block/*; do
	[ "$(cat "$block/size")" -eq 0 ] || [ ! -b "/dev/${block##*/}" ] || echo "${block##*/}"
done | head -n 1)
if [ -n "$disk" ]; then
	limited io-max "/dev/$disk:rbps=1M" "$(cat "/sys/block/$disk/dev") rbps=1048576"
else
	checked="$checked --io-max"
fi

checked="$checked --strict --cgroup-parent"
if "$boxtop" run --rm --memory-high 1G --rootfs "$jail" -- true 2>&1 </dev/null | grep -q "goes on without"; then
	"$boxtop" run --rm --strict --memory-high 1G --rootfs "$jail" -- true 2>/dev/null </dev/null
	is "--strict: exit code" 125 $?
fi
make_group parent
got=$("$boxtop" run --rm --cgroup-parent "/$prefix-parent" --name "$name" --share cgroup --rootfs "$jail" -- \
	sed -n "s,.*:\(.*$prefix-parent/.*\),\1,p" /proc/self/cgroup </dev/null | sort -u)
is "--cgroup-parent" "/$prefix-parent/$name" "$got"

# ---- The terminal ----

both "none" --no-terminal --rootfs "$jail" -- sh -c '[ -t 0 ] || [ -t 1 ] || echo none'
checked="$checked --terminal"
is "--terminal" "/dev/pts/0 yes" "$(script -qec "'$boxtop' run --rm -t --rootfs '$jail' -- \
	sh -c 'readlink /proc/self/fd/0; [ -t 1 ] && echo yes'" /dev/null </dev/null | grep -o '/dev/pts/0\|yes\|no' | xargs)"
is "--no-terminal on one" "no" "$(script -qec "'$boxtop' run --rm -T --rootfs '$jail' -- \
	sh -c '[ -t 0 ] || echo no'" /dev/null </dev/null | grep -o '/dev/pts/0\|yes\|no' | xargs)"

# ---- Its life ----

checked="$checked --detach --rm --restart --timeout --outlive"
is "--detach says its name" "$name" \
	"$("$boxtop" run --detach --name "$name" --rootfs "$jail" -- sleep 1000 </dev/null)"
"$boxtop" exec "$name" -- true </dev/null || fail "--detach: it does not run"
"$boxtop" rm -f "$name"
"$boxtop" run --name "$name" --rootfs "$jail" -- true </dev/null
"$boxtop" rm "$name" || fail "without --rm there is nothing to remove"
"$boxtop" run --rm --name "$name" --rootfs "$jail" -- true </dev/null
"$boxtop" rm "$name" 2>/dev/null && fail "--rm leaves something to remove"
mkdir "$work/count"
"$boxtop" run --rm --restart on-failure:2 --bind "$work/count:/count" --rootfs "$jail" -- \
	sh -c 'echo x >>/count/runs; exit 3' </dev/null
is "--restart: exit code" 3 $?
is "--restart on-failure:2" 3 "$(wc -l <"$work/count/runs")"
"$boxtop" run --rm --restart no --bind "$work/count:/count" --rootfs "$jail" -- \
	sh -c 'echo x >>/count/once; exit 3' </dev/null
is "--restart no" 1 "$(wc -l <"$work/count/once")"
"$boxtop" run --rm --timeout 200ms --rootfs "$jail" -- sleep 1000 </dev/null 2>/dev/null
is "--timeout: exit code" 143 $?
supervisor_of() {
	sed -n 's/.*"supervisor": *\([0-9]*\).*/\1/p' "/run/boxtop/$name/state.json"
}
for option in "" --outlive; do
	# shellcheck disable=SC2086 # none or one
	"$boxtop" run -d $option --name "$name" --rootfs "$jail" -- sleep 1000 >/dev/null </dev/null
	kill -KILL "$(supervisor_of)"
	if "$boxtop" exec "$name" -- true </dev/null 2>/dev/null; then
		is "it outlives its supervisor" --outlive "$option"
	else
		is "it does not outlive its supervisor" "" "$option"
	fi
	"$boxtop" rm -f "$name" || fail "an abandoned one can't be removed"
done

# ---- All of them ----

options=$("$boxtop" run --help | sed -n 's/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p')
[ "$(echo "$options" | wc -l)" -gt 30 ] || fail "no options in the help: $options"
for option in $options; do
	case " $checked --help --version " in
	*" $option "*) ;;
	*) fail "no check names $option" ;;
	esac
done
exit "$failed"
