#!/bin/sh
# Every container is named by its engine, image, state, leader and limits, as its engine knows them.
# shellcheck source=tests/vm/guest/lib.sh
. "$(dirname "$0")/lib.sh"
need_engines

# Who has to be there, so that an engine that did not start is no success.
everywhere="podman-plain podman-in-pod podman-paused rootless docker-plain ctr-plain lxc-plain
	nspawn-plain runc-plain limited.service hers.service
	by-namespace:bwrap by-namespace:unshare by-namespace:chroot"
[ "$SHAPE" = hybrid ] || everywhere="$everywhere crun-plain"

"$BOXTOP" list --all --format json >"$work/json" || fail "list: exit code $?"
flat "$work/json" containers >"$work/list"

# row_of ROW - index in the list; by-namespace:* has no name of its own
row_of() {
	case $1 in
	by-namespace:*)
		rows "$work/list" pid "$(value "$1" pid)" | while read -r i; do
			[ "$(field "$work/list" "$i" by_namespace)" != true ] || echo "$i"
		done
		;;
	*)
		rows "$work/list" name "$1" | while read -r i; do
			[ "$(field "$work/list" "$i" kind)" = monitor ] || echo "$i"
		done
		;;
	esac
}

# check ROW - each of its keys
check() {
	index=$(row_of "$1")
	is "rows of $1" 1 "$(echo "$index" | grep -c .)"
	{
		cat "$world/rows/$1"
		grep -q '^state' "$world/rows/$1" || echo "state running"
		echo "confirmed true"
	} | while read -r key expected; do
		is "$1 $key" "$expected" "$(field "$work/list" "$index" "$key")"
	done >"$work/checked"
	cat "$work/checked"
	! grep -q FAILED "$work/checked" || failed=1
}

for row in $everywhere; do
	if [ -s "$world/rows/$row" ]; then
		check "$row"
	else
		fail "$row did not start: $(tail -n 2 /boxtop/out/engine_*.log)"
	fi
done

# What inspect says of one container is what list says of it.
for name in podman-plain docker-plain rootless lxc-plain; do
	"$BOXTOP" inspect "$name" --format json >"$work/json" || fail "inspect $name: exit code $?"
	flat "$work/json" containers >"$work/inspect"
	index=$(row_of "$name")
	for key in name engine id image pid cgroup memory_limit_bytes; do
		is "inspect $name $key" "$(field "$work/list" "$index" $key)" \
			"$(field "$work/inspect" 0 $key)"
	done
done

# By the beginning of an id and by pid it is the same one.
id=$(value docker-plain id)
is "inspect by id" docker-plain \
	"$("$BOXTOP" inspect "$(echo "$id" | cut -c 1-12)" --format json | jq -r '.containers[0].name')"
is "inspect by pid" docker-plain \
	"$("$BOXTOP" inspect "$(value docker-plain pid)" --format json | jq -r '.containers[0].name')"

# No container is there that nobody started. Those of other tests may have no name yet.
known=" $(echo $everywhere) crun-plain "
strangers() {
	"$BOXTOP" list --all --format json >"$work/json"
	flat "$work/json" containers >"$work/list"
	for index in $(rows "$work/list" kind container); do
		name=$(field "$work/list" "$index" name)
		case $known in
		*" $name "* | act-*) ;;
		*) [ "$(field "$work/list" "$index" by_namespace)" = true ] || echo "$name" ;;
		esac
	done
}
no_strangers() {
	[ -z "$(strangers)" ]
}
until_ 30 no_strangers || fail "nobody started these containers: $(strangers)"
# A rootless podman has no cgroup for its container unless on v2.
by_namespace=3
[ "$SHAPE" = v2 ] || by_namespace=4
is "containers by namespace" $by_namespace "$(rows "$work/list" by_namespace true | wc -l)"
is "groups by hand" "" "$(rows "$work/list" engine cgroup | while read -r i; do
	field "$work/list" "$i" cgroup
done)"
done_
