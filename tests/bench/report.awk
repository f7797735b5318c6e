# Lines "CROWD PROGRAM NAME=VALUE..." of several rounds to Markdown tables: medians, least and greatest, and
# what part of htop's that is. CROWD is PROCESSES:CGROUPS:HOW.
{
	key = $1 SUBSEP $2
	if (!($1 in seen_crowd)) {
		seen_crowd[$1] = 1
		crowds[++crowds_len] = $1
	}
	if (!(key in seen)) {
		seen[key] = 1
		programs[$1, ++programs_len[$1]] = $2
	}
	for (i = 3; i <= NF; i++) {
		split($i, pair, "=")
		n = ++count[key, pair[1]]
		value[key, pair[1], n] = pair[2] + 0
	}
}

# sort the values of one figure in place; the number of them
function sorted(key, name, n, i, j, v) {
	n = count[key, name]
	for (i = 2; i <= n; i++) {
		v = value[key, name, i]
		for (j = i - 1; j >= 1 && value[key, name, j] > v; j--)
			value[key, name, j + 1] = value[key, name, j]
		value[key, name, j + 1] = v
	}
	return n
}

function median(key, name, n) {
	n = sorted(key, name)
	if (n == 0)
		return -1
	return n % 2 ? value[key, name, (n + 1) / 2] : (value[key, name, n / 2] + value[key, name, n / 2 + 1]) / 2
}

function cell(v, format) {
	return v < 0 ? "–" : sprintf(format, v)
}

function ratio(v, base) {
	return v < 0 || base <= 0 ? "–" : sprintf("%.3f", v / base)
}

function spread(key, name, n) {
	n = sorted(key, name)
	return n == 0 ? "–" : sprintf("%.1f–%.1f", value[key, name, 1], value[key, name, n])
}

function row(crowd, program, key, htop, cpu, rss) {
	key = crowd SUBSEP program
	htop = crowd SUBSEP "htop"
	cpu = median(key, "cpu")
	rss = median(key, "rss")
	printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s / %s | %s |\n", program, cell(cpu, "%.1f"),
		spread(key, "cpu"), ratio(cpu, median(htop, "cpu")), cell(median(key, "wall"), "%.1f"),
		cell(rss < 0 ? rss : rss / 1024, "%.1f"), ratio(rss, median(htop, "rss")),
		cell(median(key, "frame"), "%.0f"), cell(median(key, "key50"), "%.1f"),
		cell(median(key, "key99"), "%.1f"),
		cell(median(key, "bytes") < 0 ? -1 : median(key, "bytes") * 60 / 1024, "%.1f")
}

function floors(crowd, key, least) {
	key = crowd SUBSEP "floor"
	printf "\nThe floor: a bare task iterator takes %s ms of CPU, bare reads of all /proc/PID/stat %s, bare reads of the cgroups' files %s.\n",
		cell(median(key, "iterator"), "%.2f"), cell(median(key, "proc"), "%.1f"),
		cell(median(key, "groups"), "%.2f")
	least = median(key, "iterator") + median(key, "groups")
	if (median(key, "iterator") > 0)
		printf "Distance from iterator and cgroups together (%.1f): processes %s×, containers %s×; from /proc/PID/stat: processes without BPF %s×.\n",
			least, ratio(median(crowd SUBSEP "boxtop-processes", "cpu"), least),
			ratio(median(crowd SUBSEP "boxtop-containers", "cpu"), least),
			ratio(median(crowd SUBSEP "boxtop-proc", "cpu"), median(key, "proc"))
}

END {
	for (c = 1; c <= crowds_len; c++) {
		crowd = crowds[c]
		split(crowd, part, ":")
		printf "\n### Screens: %s %s processes in %s cgroups\n\n", part[1], part[3], part[2]
		print "CPU and wall are milliseconds in a second of standing open, one refresh a second; wall is CPU and waiting for it."
		print ""
		print "| program | CPU ms | least–greatest | of htop | wall ms | resident MiB | of htop | first frame ms | key to frame p50 / p99 ms | written KiB a minute |"
		print "|---|---|---|---|---|---|---|---|---|---|"
		for (p = 1; p <= programs_len[crowd]; p++)
			if (programs[crowd, p] != "floor")
				row(crowd, programs[crowd, p])
		floors(crowd)
	}
}
