#!/bin/sh
# Puts the program's own tables into the manual page: everything between .\" BEGIN X and .\" END X is
# what "boxtop help --mdoc X" says. usage: update.sh BOXTOP [--check]
#
# With --check nothing is written: it fails, and shows the difference, if the page is out of date.
set -eu
boxtop=${1:?usage: update.sh BOXTOP [--check]}
page=$(dirname "$0")/boxtop.1
new=$(mktemp)
trap 'rm -f "$new"' EXIT

while IFS= read -r line; do
	case $line in
	'.\" BEGIN '*)
		section=${line#'.\" BEGIN '}
		printf '%s\n' "$line"
		"$boxtop" help --mdoc "$section" || exit 1
		skip=1
		;;
	'.\" END '*)
		printf '%s\n' "$line"
		skip=
		;;
	*)
		[ -n "${skip:-}" ] || printf '%s\n' "$line"
		;;
	esac
done <"$page" >"$new"

case ${2:-} in
--check)
	diff -u "$page" "$new" || {
		echo "the manual page is out of date: sh man/update.sh BOXTOP"
		exit 1
	}
	;;
*)
	cat "$new" >"$page"
	;;
esac
