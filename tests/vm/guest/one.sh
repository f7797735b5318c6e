#!/bin/sh
# Runs one test of the guest within what is left of the time of all, and says how it went. One that fails
# is run once more, and both are told. usage: one.sh NAME COMMAND...
#
# /boxtop/out/NAME.log is what it printed, NAME.first.log what it printed when it failed at first.
name=$1
shift
out=/boxtop/out
log=$out/$name.log
seconds=${BOXTOP_VM_TEST_SECONDS:-240}

now() {
	cut -d. -f1 /proc/uptime
}

# What it hangs at, while that can still be seen.
watch_it() {
	sleep "$1"
	echo "it runs on and on:"
	ps --ppid 2 -N -o pid,ppid,user,stat,wchan:24,etimes,args --forest | grep -v 'bomb' | cut -c 1-160
}

# attempt COMMAND... - sets $status, and $took
attempt() {
	started=$(now)
	limit=$(($(cat /run/boxtop-deadline) - started))
	took=0
	[ "$limit" -gt 5 ] || {
		echo "not run: the time of all tests is used up" >"$log"
		status=78
		return
	}
	[ "$limit" -lt "$seconds" ] || limit=$seconds
	watch_it $((limit - 2)) >"$log.late" 2>&1 &
	watcher=$!
	timeout -k 5 "$limit" "$@" >"$log" 2>&1 </dev/null
	status=$?
	pkill -P $watcher
	kill $watcher 2>/dev/null
	took=$(($(now) - started))
	if [ $status -eq 124 ] || [ $status -eq 137 ]; then
		cat "$log.late" >>"$log"
		echo "ended after $limit s" >>"$log"
	fi
	rm -f "$log.late"
}

# why LOG - the line that says most
why() {
	{
		grep -m 1 -e '^FAILED' -e '^\[  FAILED' "$1" || grep -v -e '^ok: ' -e '^$' "$1" | tail -n 1
	} | cut -c 1-100
}

# What a boot that hangs was at.
touch "$out/running.$name"
sync -f $out
attempt "$@"
note=
# What hung would hang again.
case $status in
0 | 77 | 78 | 124 | 137) ;;
*)
	mv "$log" "$out/$name.first.log"
	note=", at first, after $took s: $(why "$out/$name.first.log")"
	attempt "$@"
	;;
esac
case $status in
0) word=PASS ;;
77) word=SKIP ;;
*) word=FAIL ;;
esac
[ $word = PASS ] || note=": $(why "$log")$note"
echo "$word $name ($took s)$note" | tee -a $out/summary >/dev/console
rm "$out/running.$name"
sync -f $out
