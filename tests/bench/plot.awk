# The same lines as for report.awk to a picture (SVG): CPU per refresh, a bar for each program and crowd, on
# a logarithmic scale; its least and greatest as a thin line.
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
	name = $2 == "floor" ? "iterator" : "cpu"
	for (i = 3; i <= NF; i++) {
		split($i, pair, "=")
		if (pair[1] != name)
			continue
		v = pair[2] + 0
		value[key, ++count[key]] = v
		if (!(key in least) || v < least[key])
			least[key] = v
		if (v > greatest[key])
			greatest[key] = v
	}
}

function median(key, n, i, j, v) {
	n = count[key]
	for (i = 2; i <= n; i++) {
		v = value[key, i]
		for (j = i - 1; j >= 1 && value[key, j] > v; j--)
			value[key, j + 1] = value[key, j]
		value[key, j + 1] = v
	}
	return n % 2 ? value[key, (n + 1) / 2] : (value[key, n / 2] + value[key, n / 2 + 1]) / 2
}

# 0.1 ms to 10 s
function x_of(msec) {
	if (msec < 0.1)
		msec = 0.1
	return 190 + log(msec / 0.1) / log(10) * 120
}

function bar(program, key, y, colour) {
	colour = program ~ /^boxtop/ ? "#2f9e77" : program == "floor" ? "#999999" : "#c66b3d"
	printf "<text x=\"182\" y=\"%d\" text-anchor=\"end\">%s</text>\n", y + 11, program
	printf "<rect x=\"190\" y=\"%d\" width=\"%.1f\" height=\"13\" fill=\"%s\"/>\n", y, x_of(median(key)) - 190, colour
	printf "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#333\"/>\n", x_of(least[key]), y + 6.5, x_of(greatest[key])
	printf "<text x=\"%.1f\" y=\"%d\">%.1f ms</text>\n", x_of(greatest[key]) + 6, y + 11, median(key)
}

END {
	for (c = 1; c <= crowds_len; c++)
		rows += programs_len[crowds[c]] + 2
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", rows * 18 + 30
	print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
	print "<text x=\"10\" y=\"18\" font-weight=\"bold\">CPU in a second of standing open (milliseconds, logarithmic)</text>"
	for (power = -1; power <= 4; power++)
		printf "<path d=\"M%.1f 26V%d\" stroke=\"#ddd\"/>\n", x_of(10 ^ power), rows * 18 + 22
	y = 30
	for (c = 1; c <= crowds_len; c++) {
		crowd = crowds[c]
		split(crowd, part, ":")
		printf "<text x=\"10\" y=\"%d\" font-weight=\"bold\">%s %s processes, %s cgroups</text>\n", y + 12, part[1], part[3], part[2]
		y += 18
		for (p = 1; p <= programs_len[crowd]; p++)
			if (count[crowd, programs[crowd, p]] > 0) {
				bar(programs[crowd, p], crowd SUBSEP programs[crowd, p], y)
				y += 18
			}
		y += 18
	}
	print "</svg>"
}
