# shellcheck shell=sh
# What the tests inside the guest share. They expect $BOXTOP and $SHAPE, and the containers that
# engines.sh started.
world=/run/world
failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

skip() {
	echo "skipped: $*"
	exit 77
}

fail() {
	echo "FAILED: $*"
	failed=1
}

# is WHAT EXPECTED GOT
is() {
	if [ "$2" = "$3" ]; then
		echo "ok: $1: $2"
	else
		fail "$1: expected '$2', got '$3'"
	fi
}

# near WHAT EXPECTED GOT PERCENT SLACK - within so many percent, or within an absolute slack
near() {
	if awk -v e="$2" -v g="$3" -v p="$4" -v s="$5" 'BEGIN {
		d = e > g ? e - g : g - e
		exit !(g != "" && g != "null" && (d <= e * p / 100 || d <= s))
	}'; then
		echo "ok: $1: $2, $3"
	else
		fail "$1: expected about $2, got '$3'"
	fi
}

# until_ SECONDS COMMAND... - wait until it succeeds
until_() {
	tries=$(($1 * 5))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.2
	done
}

need_engines() {
	until_ 400 test -f $world/ready || {
		echo "FAILED: the engines did not come up"
		exit 1
	}
}

as_alice() {
	runuser -u alice -- sh $world/alice "$@"
}

# value ROW KEY - what an engine says of a container of its own
value() {
	sed -n "s/^$2 //p" "$world/rows/$1"
}

# flat FILE ARRAY - JSON rows as lines of "INDEX KEY VALUE", which are cheap to ask again and again
flat() {
	jq -r --arg array "$2" '.[$array] | to_entries[] | .key as $i | .value | to_entries[] |
		select(.value | type != "object") | "\($i) \(.key) \(.value)"' "$1"
}

# rows FLAT KEY VALUE - indexes of the rows where it is so
rows() {
	awk -v key="$2" -v value="$3" '$2 == key && substr($0, length($1 $2) + 3) == value { print $1 }' "$1"
}

# field FLAT INDEX KEY
field() {
	awk -v i="$2" -v key="$3" '$1 == i && $2 == key { print substr($0, length($1 $2) + 3); exit }' "$1"
}

done_() {
	exit "$failed"
}
