#!/bin/sh
# The fork bomb that nothing confines, in a login of a plain user's with her shell beside it: boxtop on a
# terminal names it, one key and Enter end it, and she types on. Then by kill --tree and --user, and in a
# container without a limit of processes. Times are said, beside podman's and a loop of pkill; none is judged.
# shellcheck source=tests/vm/guest/lib.sh
. "$(dirname "$0")/lib.sh"
command -v tmux >/dev/null || skip "no tmux"
bomb=$work/bomb
cp "${E2E_BOMB:?E2E_BOMB is not set}" "$bomb"
chmod 755 "$work" "$bomb"
export TMUX_TMPDIR="$work" TERM=screen-256color
unset TMUX
trap 'tmux kill-server 2>/dev/null; podman rm -f -t 0 bomb-podman >/dev/null 2>&1; rm -rf "$work"' EXIT

pane() {
	tmux capture-pane -p -t "$1"
}

# shows PANE PATTERN
shows() {
	pane "$1" | grep -qE -e "$2"
}

# await PANE PATTERN WHAT - as quickly as it can be seen; without it there is nothing to go on with
await() {
	tries=600
	until shows "$1" "$2"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || {
			fail "$3"
			pane "$1"
			exit 1
		}
		sleep 0.05
	done
}

now() {
	date +%s%3N
}

# log_in - hers, in a session scope of systemd's: sets $shell and $scope
log_in() {
	tmux new-window -d -n hers "login -f alice"
	await hers '\$ *$' "no prompt for alice"
	tmux send-keys -t hers 'exec 2>/dev/null; echo shell is $$' Enter
	await hers 'shell is [0-9]' "alice's shell says nothing"
	shell=$(pane hers | sed -n 's/^shell is //p')
	scope=$(sed -n 's/^0:://p; s/^[0-9]*:pids://p' "/proc/$shell/cgroup" | head -n 1)
	case $scope in
	*/session-*.scope) ;;
	*) fail "alice's shell is in $scope" ;;
	esac
}

# crowd - how many are in her scope, or in the container; one that is gone has nobody
crowd() {
	find "/sys/fs/cgroup$scope" "/sys/fs/cgroup/pids$scope" -name cgroup.procs -exec cat {} + 2>/dev/null | wc -l
}

is_crowd() {
	[ "$(crowd)" -gt "${1:-60}" ]
}

# types_on WHAT - her shell lives, and answers
types_on() {
	kill -0 "$shell" || fail "$1: her shell is gone"
	tmux send-keys -t hers "echo still \$\$" Enter
	await hers "^still $shell" "$1: her shell does not answer"
	[ "$(loginctl show-user -P State alice)" = active ] || fail "$1: her session is gone"
}

# gone WHAT - nothing of it is left but her shell and who logged her in
gone() {
	until_ 30 sh -c "[ \$(ps -u alice -o comm= | grep -cE '^(bomb|bash|sh)\$') -le 1 ]" ||
		fail "$1: left: $(ps -u alice -o pid,stat,comm | tail -n 5)"
}

# by_screen WHAT TYPED - she lets it loose, and somebody else is at the screen
by_screen() {
	await watch ' NAME +ENGINE' "no screen"
	started=$(now)
	tmux send-keys -t hers "$2" Enter
	await watch '^ ! session-[0-9]*.scope.*more tasks every second' "$1: not named"
	named=$(now)
	tmux send-keys -t watch '!'
	tmux send-keys -t watch X
	await watch 'process group [0-9]+ in ' "$1: no question about the crowd"
	asked=$(now)
	pane watch >"$work/question"
	group=$(grep -oE 'process group [0-9]+' "$work/question" | head -n 1)
	tmux send-keys -t watch Enter
	await watch "$group in .*: ended [0-9]+ processes in" "$1: not ended"
	ended=$(now)
	echo "$1: named $((named - started)) ms after she pressed Enter, asked $((asked - named)) ms after ! X," \
		"$(pane watch | grep -oE 'ended [0-9]+ processes in [0-9.]+ ?m?s' | head -n 1);" \
		"seen $((ended - asked)) ms after Enter"
	gone "$1"
	types_on "$1"
}

# ending WHAT COMMAND... - how many there were, and how long it took until all of it was gone
ending() {
	what=$1
	shift
	until_ 60 is_crowd 300 || fail "$what: the bomb does not grow: $(crowd)"
	had=$(crowd)
	started=$(now)
	"$@" >"$work/out" 2>&1 || fail "$what: exit code $?: $(cat "$work/out")"
	until [ "$(crowd)" -le 5 ]; do
		:
	done
	echo "$what: $had processes gone after $(($(now) - started)) ms: $(tr '\n' ' ' <"$work/out")"
}

# pkill_loop - what people try: it kills whom it has seen, and meanwhile the others fork
pkill_loop() {
	timeout -k 1 10 sh -c 'while pgrep -x bomb; do pkill -9 -x bomb; done' >/dev/null
	echo "a loop of pkill -9 left $(crowd) of them after $(($(now) - started)) ms"
	"$BOXTOP" kill -y --user alice >/dev/null
}

podman_ended() {
	[ "$(podman inspect -f '{{.State.Status}}' bomb-podman)" = exited ]
}

tmux -f /dev/null new-session -d -s world -n watch -x 100 -y 30 "$BOXTOP"
log_in
by_screen "one-liner" ':(){ :|:& };:'
by_screen "C program" "$bomb stay 3 99999 spin"
cat "$work/question"
tmux send-keys -t watch q

# ---- By the command ----

slow="$bomb stay 3 99999"
tmux send-keys -t hers clear Enter
tmux send-keys -t hers "$slow & echo bomb is \$!" Enter
await hers 'bomb is [0-9]' "the bomb does not start"
ending "kill --tree" "$BOXTOP" kill -y --tree "$(pane hers | sed -n 's/^bomb is //p' | tail -n 1)"
gone "kill --tree"
types_on "kill --tree"
# Beside what people try. Without a limit the guest would not outlive that.
systemctl set-property --runtime user-1000.slice TasksMax=400
tmux send-keys -t hers "$slow" Enter
ending "kill --pgroup" "$BOXTOP" kill -y --pgroup "$(pgrep -o -x bomb)"
types_on "kill --pgroup"
tmux send-keys -t hers "$slow" Enter
ending "pkill, then kill --user" pkill_loop

# ---- In a container without a limit ----

mkdir -p "$work/tree/bin" "$work/tree/tmp"
cp /bin/busybox "$work/tree/bin/sh"
tar -C "$work/tree" -cf - . | podman import -q - localhost/bomb:1 >/dev/null || fail "podman import"
for way in boxtop podman; do
	podman run -d --name bomb-podman --network none --pids-limit -1 localhost/bomb:1 \
		/bin/sh -c 'b() { b | b & }; b; while :; do sleep 9; done' >/dev/null || fail "podman run"
	scope=$(podman inspect -f '{{.State.CgroupPath}}' bomb-podman)
	case $way in
	boxtop) ending "boxtop kill, of a container" "$BOXTOP" kill -y bomb-podman ;;
	podman) ending "podman kill" podman kill bomb-podman ;;
	esac
	until_ 60 podman_ended || fail "$way: podman says $(podman inspect -f '{{.State.Status}}' bomb-podman)"
	podman rm -f bomb-podman >/dev/null || fail "podman rm"
done
done_
