#!/bin/sh
# A minimal root made of programs: they run in it, nothing else is in it, and a failure leaves nothing.
# usage: test_rootfs.sh BOXTOP
set -u
boxtop=${1:?usage: test_rootfs.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
programs=${E2E_ROOTFS:?}
jail=$work/jail

# make ARGS... - boxtop rootfs must succeed
make() {
	"$boxtop" rootfs "$@" >"$work/out" 2>"$work/err" || fail "rootfs $*: $(cat "$work/err")"
}

# refuses TEXT ARGS... - it must fail, say so in one line, and say TEXT
refuses() {
	text=$1
	shift
	if "$boxtop" rootfs "$@" >"$work/out" 2>"$work/err"; then
		fail "rootfs $*: succeeded"
	fi
	is "rootfs $*: lines of error" 1 "$(wc -l <"$work/err")"
	grep -qF -e "$text" "$work/err" || fail "rootfs $*: no '$text' in: $(cat "$work/err")"
}

# inside COMMAND... - in the root, with a /proc of its own and nothing of this environment
inside() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin TERM=vt100 LC_ALL=C.UTF-8 \
		unshare -mpf --kill-child sh -c 'mount -t proc proc "$1/proc" || exit 99
			exec chroot "$@"' sh "$jail" "$@"
}

can_enter() {
	[ "$(id -u)" -eq 0 ] && unshare -mpf --kill-child sh -c 'mount -t proc proc /proc' 2>/dev/null
}

# --- What was asked for runs, by name and by path
make "$jail" bash ls cat ps
for path in /tmp /root /dev /proc /sys /run /etc/passwd /etc/group /etc/nsswitch.conf /bin/sh; do
	[ -e "$jail$path" ] || fail "the root lacks $path"
done
is "the mode of /tmp" 1777 "$(stat -c %a "$jail/tmp")"
if can_enter; then
	is "bash" 5 "$(inside bash -c 'echo $((2 + 3))')"
	is "sh" ok "$(inside /bin/sh -c 'echo ok')"
	is "ls and cat" root "$(inside bash -c 'ls -d root | cat')"
	inside bash -c 'ls -l /etc/passwd' | grep -q ' root root ' || fail "names of users: $(inside ls -l /etc/passwd)"
	is "the home of root" /root "$(inside bash -c 'echo ~root')"
	is "ps" 1 "$(inside ps -o pid= -p 1 | tr -d ' ')"
fi

# --- The report says what there is
"$boxtop" rootfs --json "$work/json" cat >"$work/out" 2>"$work/err" || fail "--json: $(cat "$work/err")"
is "programs" 1 "$(jq .programs "$work/out")"
is "the program" '"program"' "$(jq '[.entries[] | select(.path | endswith("/cat"))][0].kind' "$work/out")"
jq -r '.entries[].path' "$work/out" | while read -r path; do
	[ -e "$work/json$path" ] || [ -h "$work/json$path" ] || echo "the report invents $path"
done >"$work/invented"
[ ! -s "$work/invented" ] || fail "$(cat "$work/invented")"
is "bytes" "$(jq '[.entries[].bytes] | add' "$work/out")" "$(jq .bytes "$work/out")"
is "--quiet" 1 "$("$boxtop" rootfs --quiet "$work/quiet" cat | wc -l)"

# --- More is added to a root that was made before, and what is there is left alone
before=$(stat -c %i "$jail/usr/bin/bash" 2>/dev/null || stat -Lc %i "$jail/bin/bash")
make "$jail" env bash
is "bash is copied again" "$before" "$(stat -c %i "$jail/usr/bin/bash" 2>/dev/null || stat -Lc %i "$jail/bin/bash")"
grep -q '^program' "$work/out" || fail "env was not added: $(cat "$work/out")"

# --- Scripts bring their interpreters
mkdir "$work/bin"
printf '#!/bin/bash\necho plain\n' >"$work/bin/plain"
printf '#!/usr/bin/env -S sort -n\n1\n' >"$work/bin/by-env"
printf '#!%s/bin/plain\n' "$work" >"$work/bin/nested"
printf 'echo no interpreter\n' >"$work/bin/none"
printf '#!/nowhere/sh\n' >"$work/bin/lost"
chmod +x "$work/bin/"*
make "$work/scripts" "$work/bin/plain" "$work/bin/by-env" "$work/bin/nested"
for path in bash env sort; do
	[ -e "$work/scripts/usr/bin/$path" ] || [ -e "$work/scripts/bin/$path" ] ||
		fail "the interpreter $path is missing"
done
if can_enter; then
	jail=$work/scripts
	is "a script by name" plain "$(inside plain)"
	is "a script by path" plain "$(inside "$work/bin/plain")"
	is "env" 1 "$(inside by-env | tail -n 1)"
	jail=$work/jail
fi
refuses "neither an ELF program nor a script" "$work/none" "$work/bin/none"
refuses "/nowhere/sh" "$work/none" "$work/bin/lost"

# --- Libraries are found as the loader finds them: DT_RUNPATH, the DT_RPATH of who came before
cp -a "$programs" "$work/programs"
mkdir "$work/programs/other"
# One that does not fit is passed over: for another machine, or no library at all.
cp "$programs/lib/librootfs_plain.so" "$work/programs/other/"
printf '\377\376' | dd of="$work/programs/other/librootfs_plain.so" bs=1 seek=18 conv=notrunc 2>/dev/null
echo 'INPUT(-lc)' >"$work/programs/other/librootfs_inner.so"
make "$work/paths" "$work/programs/rootfs_runpath" "$work/programs/rootfs_rpath"
[ ! -e "$work/paths$work/programs/other" ] || fail "a library of another machine was taken"
if can_enter; then
	jail=$work/paths
	is "DT_RUNPATH" 42 "$(inside rootfs_runpath)"
	is "DT_RPATH" 42 "$(inside rootfs_rpath)"
	jail=$work/jail
fi

# --- A library that is missing is named, with who needs it, and nothing is left behind
rm "$work/programs/deep/librootfs_inner.so"
refuses "needs librootfs_inner.so for librootfs_outer.so" "$work/none" "$work/programs/rootfs_runpath"
[ ! -e "$work/none" ] || fail "a failure left $work/none"
find "$jail" | sort >"$work/tree"
refuses "no such program" "$jail" sort no-such-program
find "$jail" | sort | diff "$work/tree" - >"$work/diff" || fail "a failure left $(cat "$work/diff")"

# --- Links are made as they are, also those that climb
mkdir -p "$work/links/a/b"
cp "$(command -v env)" "$work/links/real"
ln -s ../../real "$work/links/a/b/up"
ln -s a/b "$work/links/short"
ln -s loop "$work/links/loop"
make "$work/chain" "$work/links/short/up"
is "a link" a/b "$(readlink "$work/chain$work/links/short")"
is "a link that climbs" ../../real "$(readlink "$work/chain$work/links/a/b/up")"
[ -x "$work/chain$work/links/real" ] || fail "the end of the links is missing"
refuses "loop" "$work/none" "$work/links/loop"

# --- Rights are dropped, and it is said
cp "$(command -v env)" "$work/setuid"
chmod 6755 "$work/setuid"
make "$work/rights" "$work/setuid"
is "the mode of a setuid program" 755 "$(stat -c %a "$work/rights$work/setuid")"
grep -q 'without its setuid' "$work/out" || fail "it is not said: $(cat "$work/out")"

# --- A directory with something in it is not touched
mkdir "$work/full"
echo precious >"$work/full/file"
refuses "neither empty nor a root" "$work/full" cat
is "files" file "$(ls -A "$work/full")"
refuses "Not a directory" "$work/full/file" cat
refuses "No such file or directory" "$work/no/such/parent" cat

# --- A root with links that lead out gets nothing put through them
make "$work/hostile" cat
mkdir "$work/outside"
rm -rf "$work/hostile/usr/local"
ln -s "$work/outside" "$work/hostile/usr/local"
"$boxtop" rootfs "$work/hostile" "$work/setuid" >/dev/null 2>&1
is "files outside" "" "$(ls -A "$work/outside")"

# --- A plain user can, too
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
	mkdir "$work/plain"
	chmod 711 "$work"
	chown 65534:65534 "$work/plain"
	# The program itself may lie where only root gets.
	cp "$boxtop" "$work/boxtop"
	chmod 755 "$work/boxtop"
	setpriv --reuid=65534 --regid=65534 --clear-groups "$work/boxtop" rootfs "$work/plain/jail" cat \
		>"$work/out" 2>&1 || fail "as a plain user: $(cat "$work/out")"
	is "the owner" 65534 "$(stat -c %u "$work/plain/jail/etc/passwd")"
fi

[ "$failed" -eq 0 ] && echo "roots are made of programs"
exit "$failed"
