#!/bin/sh
# On the way to a kill nothing may fork, allocate, lock or use stdio: the objects that it is made of need
# no symbol but those listed here. usage: kill_path.sh NM LIBRARY
set -u
nm=${1:?usage: kill_path.sh NM LIBRARY}
library=${2:?usage: kill_path.sh NM LIBRARY}

hot="hot hot_walk seen guard_brake steady survivors bomb_fits bomb_tree bomb_kill killer_run killer_sweep"

# System calls, and copying of memory.
allowed="close fstatat getpid lseek mlockall munlockall nanosleep openat poll pread pwrite read recv
	sched_getparam sched_getscheduler sched_setscheduler send syscall __errno_location
	memcpy memmove memrchr memset strlen"
# Of base: parsers, which allocate nothing, and the clock.
allowed="$allowed clock_monotonic_usec hierarchies_of_line hierarchy_visible_path parse_cgroup_line
	parse_flat_keyed parse_i64 parse_proc_stat parse_u64 span_eq span_next_line span_next_word span_starts"
# Words for what came of it, once it is over.
allowed="$allowed survivors_words"
# What compilers add.
added='^(__asan_|__ubsan_|__sanitizer_|__gcov_|__llvm_|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__tls_get_addr)'

failed=0
defined=$(for object in $hot; do
	"$nm" -A --defined-only "$library" | awk -v o=":$object.c.o:" 'index($0, o) { print $NF }'
done)
[ -n "$defined" ] || {
	echo "$library has none of these objects: $hot"
	exit 1
}

for object in $hot; do
	needed=$("$nm" -A -u "$library" | awk -v o=":$object.c.o:" 'index($0, o) { print $NF }')
	[ -n "$needed" ] || {
		echo "$object.c is gone: name the objects of the kill path in $0"
		failed=1
	}
	for symbol in $needed; do
		printf '%s\n' "$symbol" | grep -qE "$added" && continue
		printf '%s\n' $allowed $defined | grep -qxF "$symbol" && continue
		echo "$object.c needs $symbol, which is not for the way to a kill"
		failed=1
	done
done
exit "$failed"
