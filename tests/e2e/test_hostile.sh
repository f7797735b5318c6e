#!/bin/sh
# A host that is against its watcher: cgroups that come and go a thousand a second under names made to
# mislead, processes that change name and cgroup without pause, thousands of nested groups, a /proc that
# hides others, another root of the cgroups, none at all, a disk that is full, a home that can't be
# written, and no memory. What can't be had is said; nothing dies, nothing lies.
# usage: test_hostile.sh BOXTOP
set -u
boxtop=${1:?usage: test_hostile.sh BOXTOP}
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=screen.sh
. "$(dirname "$0")/screen.sh"
[ -x "${E2E_CHURN:-}" ] || skip "no churn: set E2E_CHURN"
command -v jq >/dev/null || skip "jq is not installed"
need_controllers
# shellcheck disable=SC2317 # called by the trap
cleanup_all() {
	screen_stop
	mountpoint -q "$work/full" && umount "$work/full"
	rest
	cleanup
}
churners=
trap cleanup_all EXIT

# churn DEED N DIRECTORY... - at work there; its pid is in $pid
churn() {
	begin "$E2E_CHURN" "$@"
	churners="$churners $pid"
}

# rest - no churn any more, and nothing of it left
rest() {
	for process in $churners; do
		kill -TERM "$process" 2>/dev/null && wait "$process"
	done
	churners=
}

# answers ARGS... - code 0, something on stdout, and no byte of it that a terminal would act on
answers() {
	timeout 60 "$boxtop" "$@" >"$work/out" 2>"$work/err"
	is "boxtop $*: exit code" 0 $?
	[ -s "$work/out" ] || fail "boxtop $* says nothing"
	for output in "$work/out" "$work/err"; do
		LC_ALL=C tr -d '\n\040-\176\200-\377' <"$output" >"$work/bytes"
		[ ! -s "$work/bytes" ] || fail "boxtop $*: control bytes: $(od -An -c "$work/bytes" | head -n 2)"
	done
}

# every_screen - each of them, looked through
every_screen() {
	for key in 1 2 3 4 5; do
		press "$key"
		expect "every .*s +[0-9]+ row" "screen $key $1"
		press End
		press t
		press Enter
		expect 'F10|Overview|Esc' "what Enter opens on screen $key $1"
		press Escape
		sleep 0.3
		press Home
		must_live "screen $key $1"
	done
}

make_group churn
make_group churn/shift
screen_start 120 40 || skip "tmux is not here, or does not start"

echo "names that mislead, a thousand new groups a second, and processes that shift"
# shellcheck disable=SC2046 # directories of ours, without blanks
churn groups 1000 $(directories churn)
groups_churner=$pid
# shellcheck disable=SC2046
churn shift 20 $(directories churn/shift)
start -d 1
every_screen "under churn"
for command in 'list --columns all' 'ps --columns all' tree ns 'stats -n 2 -d 1'; do
	# shellcheck disable=SC2086 # words
	answers $command
done
for command in list ps tree; do
	timeout 60 "$boxtop" $command --json 2>"$work/err" | jq -s . >/dev/null ||
		fail "boxtop $command --json is none: $(cat "$work/err")"
done
# Twenty processes change their names all the time: now and then this one is nobody's.
shows_newline() {
	"$boxtop" ps --columns comm --no-header >"$work/names"
	grep -qx 'a b) R 1 1' "$work/names"
}
until_ 10 shows_newline || fail "the newline in a process's name: $(cat "$work/names")"
title=$(tmux_ display-message -p -t main '#{pane_title}')
[ "$title" != owned ] || fail "a cgroup's name has set the title of the terminal"
kill -0 "$groups_churner" 2>/dev/null || fail "the churn did not last"
press q
must_restore "q under churn"
must_exit 0 "q under churn"
rest

echo "thousands of groups, side by side and fifty deep"
make_group many
churn hold 5000 "$(mount_of pids)/$prefix-many"
answers tree "/$prefix-many" --columns path
is "rows of the tree" 5001 "$(($(wc -l <"$work/out") - 1))"
grep -q "/$prefix-many/wide99/deep0/.*/deep48\$" "$work/out" || fail "the deepest group is missing"
start -d 5 --screen cgroups
expect '50[0-9][0-9] rows|[6-9][0-9]{3} rows' "5,000 groups"
press End
press Home
press 1
expect "every .*s +[0-9]+ row" "containers beside 5,000 groups"
must_live "with 5,000 groups"
press q
must_restore "q with 5,000 groups"
rest

if unshare -m true 2>/dev/null && command -v setpriv >/dev/null; then
	echo "a /proc that hides others"
	cp "$boxtop" "$work/copy"
	chmod 755 "$work" "$work/copy"
	hidden="mount -t proc -o hidepid=2 proc /proc && ASAN_OPTIONS=detect_leaks=0 exec setpriv --reuid=65534 --regid=65534 --clear-groups $work/copy"
	unshare -m sh -c "$hidden list --json" >"$work/out" 2>"$work/err" || fail "list with hidepid: $(cat "$work/err")"
	jq -e '.issues[] | select(test("hidepid"))' "$work/out" >/dev/null || fail "no word of hidepid: $(jq -c .issues "$work/out")"
	unshare -m sh -c "$hidden ps" >"$work/out" 2>"$work/err" || fail "ps with hidepid: $(cat "$work/err")"
	grep -q hidepid "$work/err" || fail "ps says nothing of hidepid: $(cat "$work/err")"
	is "processes that are seen with hidepid" 1 "$(($(wc -l <"$work/out") - 1))"
	chmod 700 "$work"

	echo "no cgroups at all"
	unshare -m sh -c "umount -l /sys/fs/cgroup; exec $boxtop tree" >"$work/out" 2>"$work/err" || fail "tree without cgroups"
	grep -q 'tree: no cgroup file system is mounted' "$work/err" || fail "no word that there are no cgroups"

	echo "a full disk, and a home that can't be written"
	mkdir "$work/full"
	mount -t tmpfs -o size=8k none "$work/full"
	echo 'theme = light' >"$work/full/settings"
	dd if=/dev/zero of="$work/full/fill" bs=4k count=4 2>/dev/null
	BOXTOPRC=$work/full/settings
	tmux_ set-environment BOXTOPRC "$BOXTOPRC"
	press -l "BOXTOPRC=$BOXTOPRC; export BOXTOPRC"
	press Enter
	start
	press F2
	expect 'Save' "the setup"
	press Down
	press Space
	press s
	expect "Not kept: .*$work/full/settings.*: No space left on device" "a full disk"
	mount -o remount,ro "$work/full"
	press s
	expect "Not kept: .*$work/full.*: Read-only file system" "a read-only disk"
	press Escape
	sleep 0.3
	press q
	must_restore "q after a full disk"
	is "the settings that were there" 'theme = light' "$(cat "$work/full/settings")"
	is "files there" 2 "$(find "$work/full" -mindepth 1 | wc -l)"
fi

if unshare -C true 2>/dev/null; then
	echo "another root of the cgroups"
	make_group root
	inside root unshare -C "$boxtop" list --json >"$work/out" 2>"$work/err"
	is "list in a cgroup namespace: exit code" 0 $?
	jq -e . "$work/out" >/dev/null || fail "list in a cgroup namespace: $(cat "$work/err")"
	inside root unshare -C "$boxtop" kill --yes / >"$work/out" 2>"$work/err"
	is "kill / in a cgroup namespace: exit code" 1 $?
fi

echo "few descriptors, little memory"
# with_descriptors N - how many are enough depends on the number of hierarchies
with_descriptors() {
	(
		# shellcheck disable=SC3045 # every shell that runs this has it
		ulimit -n "$1"
		"$boxtop" list --json
	) >"$work/out" 2>"$work/err" || fail "list with $1 descriptors: $(cat "$work/err")"
	jq -r '.issues[]' "$work/out" >"$work/issues"
	grep -q 'Too many open files' "$work/issues"
}
for descriptors in 14 13 12 11 10; do
	! with_descriptors $descriptors || break
done
grep -q 'Too many open files' "$work/issues" || fail "no word of the descriptors: $(cat "$work/issues")"
grep -q hidepid "$work/issues" && fail "descriptors are taken for a /proc that hides"
# On v2 the kernel's own memory counts. A sanitizer alone takes a hundred times what the program does.
limit=$((8 << 20))
! is_v2 memory || limit=$((16 << 20))
! grep -q __asan_init "$boxtop" || limit=$((192 << 20))
make_group small
echo $limit >"$(group_file small memory memory.max memory.limit_in_bytes)"
for command in list tree ps ns; do
	inside small "$boxtop" $command >"$work/out" 2>"$work/err" || fail "$command with $limit bytes of memory: $? $(cat "$work/err")"
	[ -s "$work/out" ] || fail "$command with $limit bytes of memory says nothing"
done
[ $limit -gt $((48 << 20)) ] || inside small "$boxtop" --version | grep -q 'our memory limit of [0-9.]*M is tight' ||
	fail "no word that memory is tight: $(inside small "$boxtop" --version)"
program=$boxtop
printf '%s\n' "$enter" >"$work/enter"
boxtop="sh $work/enter $work/directories $program"
start -d 1
boxtop=$program
every_screen "with $limit bytes of memory"
press q
must_restore "q with little memory"

screen_verdict || failed=1
exit "$failed"
