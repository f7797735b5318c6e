#!/bin/sh
# The structure holds: arrows between parts point one way, curses stays in one file, functions, files
# and parameter lists stay small. usage: structure.sh SOURCE_DIR
#
# tests/structure.exceptions lists what is allowed to be larger, with the size it has now. An entry
# may only shrink: one that is too low fails, and so does one that is higher than it need be.
set -u
cd "${1:?usage: structure.sh SOURCE_DIR}" || exit 1
exceptions=tests/structure.exceptions
failed=0
command -v ctags >/dev/null || {
	echo "universal-ctags is needed to measure functions: install it"
	exit 1
}

fail() {
	printf '%s\n' "$*"
	failed=1
}

# forbid FOLDER PATTERN WHY - no file in FOLDER includes what PATTERN matches
forbid() {
	hits=$(grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*$2" "$1" --include='*.[ch]' \
		2>/dev/null)
	[ -z "$hits" ] || fail "$3:
$hits"
}

forbid src/base '"(model|collectors|runtime|ui|commands)/' "base sees no other part"
forbid src/model '"(collectors|runtime|ui|commands)/' "model sees base only"
forbid src/model '<(curses|ncurses|dirent|fcntl|sys/stat|time)' "model does no I/O and reads no clock"
forbid collectors '"(runtime|ui|commands)/' "collectors see base and model only"
forbid ui '"(collectors|runtime|commands)/' "ui sees base and model only"
[ ! -d src/runtime ] ||
	forbid src/runtime '"(model|collectors|ui|commands)/' "runtime sees base only"
forbid src/commands '"runtime/([a-qs-z]|r[a-tv-z]|ro|run[a-su-z])' "commands see runtime/runtime.h only"
hits=$(grep -rlE '#[[:space:]]*include[[:space:]]*<(ncurses|curses|ncursesw/)' src ui collectors \
	--include='*.[ch]' | grep -vE '^ui/term(_keys)?\.c$')
[ -z "$hits" ] || fail "only ui/term.c and ui/term_keys.c include ncurses: $hits"
hits=$(grep -rnE '(^|[^_])typedef[[:space:]]+struct[^(]*$' src ui collectors --include='*.[ch]')
[ -z "$hits" ] || fail "no typedefs of structs:
$hits"

sources=$(find src ui collectors -name '*.[ch]' | sort)

# measured: lines of "KIND NAME SIZE LIMIT" for everything over its limit
measured=$(
	for file in $sources; do
		lines=$(wc -l <"$file")
		case $file in
		*.h) limit=200 ;;
		*) limit=600 ;;
		esac
		[ "$lines" -le "$limit" ] || echo "file $file $lines $limit"
		# The licence comes first, in every file.
		head -n 1 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
			echo "spdx $file 1 0"
	done
	# shellcheck disable=SC2086
	ctags -x --c-kinds=f --_xformat='%{end} %{line} %F %N %{signature}' $sources |
		awk '{
			size = $1 - $2 + 1
			if (size > 60)
				print "function", $3 ":" $4, size, 60
			signature = $0
			sub(/^[^(]*/, "", signature)
			gsub(/\([^()]*\)\(/, "", signature)
			parameters = gsub(/,/, ",", signature) + 1
			if (parameters > 5)
				print "parameters", $3 ":" $4, parameters, 5
		}'
)

allowed() {
	awk -v kind="$1" -v name="$2" '$1 == kind && $2 == name { print $3 }' "$exceptions" 2>/dev/null
}

while read -r kind name size limit; do
	[ -n "$kind" ] || continue
	ceiling=$(allowed "$kind" "$name")
	if [ -z "$ceiling" ]; then
		fail "$kind $name: $size, the limit is $limit"
	elif [ "$size" -gt "$ceiling" ]; then
		fail "$kind $name: $size, it grew past its exception of $ceiling"
	elif [ "$size" -lt "$ceiling" ]; then
		fail "$kind $name: $size now, lower its exception from $ceiling"
	fi
done <<END
$measured
END

# An exception for something that is small now, or gone, has to go too.
[ ! -f "$exceptions" ] || grep -v '^#' "$exceptions" | while read -r kind name ceiling; do
	[ -n "$kind" ] || continue
	printf '%s\n' "$measured" | grep -q "^$kind $name " || echo "$kind $name $ceiling"
done >"${TMPDIR:-/tmp}/boxtop-structure.$$"
stale=$(cat "${TMPDIR:-/tmp}/boxtop-structure.$$" 2>/dev/null)
rm -f "${TMPDIR:-/tmp}/boxtop-structure.$$"
[ -z "$stale" ] || fail "no longer needed in $exceptions:
$stale"

[ "$failed" -eq 0 ] && echo "the structure holds: $(echo "$sources" | wc -l) files"
exit "$failed"
