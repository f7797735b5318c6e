#!/bin/sh
# Runs every fuzz target for so many seconds, from a corpus that is kept and seeded by the fixtures.
# usage: run.sh BUILD_DIR [SECONDS]
set -u
build=${1:?usage: run.sh BUILD_DIR [SECONDS]}
seconds=${2:-60}
here=$(dirname "$0")
failed=0

# Every file of the fixture machines is a seed: they are what the parsers read.
seeds=$build/seeds
captured=$build/captured
mkdir -p "$seeds" "$captured"
for archive in "$here"/../fixtures/captured/*.tar.gz; do
	tar -C "$captured" --no-same-owner -xzf "$archive"
done
find "$here/../fixtures" "$captured" -type f -size -64k ! -name '*.gz' | while read -r file; do
	cp "$file" "$seeds/$(cksum <"$file" | tr ' ' '-')"
done
# And a program, for what reads programs.
cp /bin/true "$seeds/true"

for target in "$build"/tests/fuzz/fuzz_*; do
	[ -x "$target" ] && [ -f "$target" ] || continue
	name=$(basename "$target")
	corpus=$build/corpus/$name
	findings=$build/findings/$name
	mkdir -p "$corpus" "$findings"
	# Names and lines are short; long ones only make a fuzzer slow.
	case $name in
	fuzz_text | fuzz_settings) longest=1024 ;;
	*) longest=65536 ;;
	esac
	echo "$name: $seconds s"
	"$target" -max_total_time="$seconds" -max_len=$longest -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$findings/" -print_final_stats=1 "$corpus" "$seeds" \
		>"$findings/log" 2>&1 || {
		echo "$name: a finding, see $findings"
		tail -n 30 "$findings/log"
		failed=1
	}
	grep -E 'stat::number_of_executed_units' "$findings/log"
done
exit "$failed"
