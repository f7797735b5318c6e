/* SPDX-License-Identifier: MIT */
/*
 * Scalars, flat-keyed files and the files of a cgroup. Works on spans, allocates nothing, keeps
 * nothing, and never reads past the span.
 */
#include "base/parse.h"

#include <errno.h>

#define QUOTE_MAX 60

/* bad() - refuse with the line quoted */
static int bad(struct err *err, const char *what, struct span line)
{
	int n = (int)(line.len < QUOTE_MAX ? line.len : QUOTE_MAX);

	return err_setx(err, EBADMSG, "malformed %s: \"%.*s\"", what, n, n ? line.p : "");
}

bool parse_u64(struct span s, uint64_t *out)
{
	uint64_t value = 0;

	if (s.len == 0 || s.len > 20)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned int digit = (unsigned int)(unsigned char)s.p[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(value, (uint64_t)10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)digit, &value))
			return false;
	}
	*out = value;
	return true;
}

bool parse_i64(struct span s, int64_t *out)
{
	bool negative = s.len && s.p[0] == '-';
	uint64_t magnitude;

	if (negative) {
		s.p++;
		s.len--;
	}
	if (!parse_u64(s, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool parse_hex(struct span s, uint64_t *out)
{
	uint64_t value = 0;

	if (s.len == 0 || s.len > 16)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int digit = hex_digit(s.p[i]);

		if (digit < 0)
			return false;
		value = value << 4 | (uint64_t)digit;
	}
	*out = value;
	return true;
}

static bool parse_u64_or_max(struct span s, uint64_t *out)
{
	if (span_eq(s, SPAN("max"))) {
		*out = PARSE_MAX;
		return true;
	}
	return parse_u64(s, out);
}

int parse_single(struct span file, uint64_t *out, struct err *err)
{
	struct span word = span_trim(file);

	return parse_u64_or_max(word, out) ? 0 : bad(err, "number", word);
}

int parse_flat_keyed(struct span file, const struct parse_key *keys, size_t n, struct err *err)
{
	struct span rest = file, line, key, word;
	size_t next = 0;

	while (span_next_line(&rest, &line)) {
		struct span fields = line;

		if (!span_next_word(&fields, &key))
			continue;
		if (key.p[key.len - 1] == ':')
			key.len--;
		/* Keys are mostly asked for in the order of the file: go on from the last hit. */
		for (size_t i = 0; i < n; i++) {
			const struct parse_key *want = &keys[(next + i) % n];

			if (!span_eq(key, want->key))
				continue;
			if (!span_next_word(&fields, &word) || !parse_u64(word, want->out))
				return bad(err, "line", line);
			if (want->found)
				*want->found = true;
			next = (next + i + 1) % n;
			break;
		}
	}
	return 0;
}

int parse_cpu_max(struct span file, uint64_t *out_quota_usec, uint64_t *out_period_usec,
		  struct err *err)
{
	struct span rest = span_trim(file), quota, period;

	if (!span_next_word(&rest, &quota) || !span_next_word(&rest, &period) ||
	    !parse_u64_or_max(quota, out_quota_usec) || !parse_u64(period, out_period_usec) ||
	    *out_period_usec == 0)
		return bad(err, "cpu.max", span_trim(file));
	return 0;
}

int parse_io_stat(struct span file, struct parse_io *out, struct err *err)
{
	const struct {
		struct span key;
		uint64_t *sum;
	} sums[] = {
		{SPAN("rbytes"), &out->read_bytes},
		{SPAN("wbytes"), &out->write_bytes},
		{SPAN("rios"), &out->read_ops},
		{SPAN("wios"), &out->write_ops},
	};
	struct span line, word, key, value;

	*out = (struct parse_io) {0, 0, 0, 0};
	while (span_next_line(&file, &line)) {
		struct span rest = line;

		/* A device without figures is a line with its number only; kernels before 5.18 even
		 * run such lines together: "7:0 8:0 rbytes=...". Words without '=' are skipped. */
		while (span_next_word(&rest, &word)) {
			if (!span_split_at(word, '=', &key, &value))
				continue;
			for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
				uint64_t number;

				if (!span_eq(key, sums[i].key))
					continue;
				if (!parse_u64(value, &number))
					return bad(err, "io.stat", line);
				*sums[i].sum += number;
			}
		}
	}
	return 0;
}

int parse_blkio(struct span file, uint64_t *out_read, uint64_t *out_write, struct err *err)
{
	struct span line, device, what, value;

	*out_read = 0;
	*out_write = 0;
	while (span_next_line(&file, &line)) {
		struct span rest = line;
		uint64_t number;

		if (!span_next_word(&rest, &device) || span_eq(device, SPAN("Total")))
			continue;
		if (!span_next_word(&rest, &what) || !span_next_word(&rest, &value) ||
		    !parse_u64(value, &number))
			return bad(err, "blkio line", line);
		if (span_eq(what, SPAN("Read")))
			*out_read += number;
		else if (span_eq(what, SPAN("Write")))
			*out_write += number;
	}
	return 0;
}

/* "12.34": what the kernel prints, without strtod() and its locale */
static bool parse_fixed(struct span s, double *out)
{
	struct span whole = s, fraction = {NULL, 0};
	uint64_t units, parts = 0;
	double scale = 1;

	if (span_split_at(s, '.', &whole, &fraction) &&
	    (fraction.len > 9 || !parse_u64(fraction, &parts)))
		return false;
	if (!parse_u64(whole, &units))
		return false;
	for (size_t i = 0; i < fraction.len; i++)
		scale *= 10;
	*out = (double)units + (double)parts / scale;
	return true;
}

static bool parse_psi_line(struct span rest, double avg[3], uint64_t *total)
{
	static const struct span keys[] = {SPAN("avg10"), SPAN("avg60"), SPAN("avg300")};
	struct span word, key, value;
	unsigned int found = 0;

	while (span_next_word(&rest, &word)) {
		if (!span_split_at(word, '=', &key, &value))
			return false;
		for (unsigned int i = 0; i < 3; i++)
			if (span_eq(key, keys[i])) {
				if (!parse_fixed(value, &avg[i]))
					return false;
				found |= 1u << i;
			}
		if (span_eq(key, SPAN("total"))) {
			if (!parse_u64(value, total))
				return false;
			found |= 8;
		}
	}
	return found == 15;
}

int parse_pressure(struct span file, struct parse_psi *out, struct err *err)
{
	double some[3] = {0, 0, 0}, full[3] = {0, 0, 0};
	struct span line, kind;
	bool has_some = false;

	*out = (struct parse_psi) {0};
	while (span_next_line(&file, &line)) {
		struct span rest = line;
		bool ok = true;

		if (!span_next_word(&rest, &kind))
			continue;
		if (span_eq(kind, SPAN("some"))) {
			ok = parse_psi_line(rest, some, &out->some_total_usec);
			has_some = true;
		} else if (span_eq(kind, SPAN("full"))) {
			ok = parse_psi_line(rest, full, &out->full_total_usec);
			out->has_full = true;
		}
		if (!ok)
			return bad(err, "pressure", line);
	}
	if (!has_some)
		return bad(err, "pressure", file);
	out->some_avg10 = some[0];
	out->some_avg60 = some[1];
	out->some_avg300 = some[2];
	out->full_avg10 = full[0];
	out->full_avg60 = full[1];
	out->full_avg300 = full[2];
	return 0;
}

int parse_cpulist(struct span file, unsigned int *out_count, struct err *err)
{
	struct span rest = span_trim(file), part, from, to;
	unsigned int count = 0;

	*out_count = 0;
	if (rest.len == 0)
		return 0;
	while (span_next_part(&rest, ',', &part)) {
		uint64_t first, last;

		if (!span_split_at(part, '-', &from, &to))
			from = to = part;
		if (!parse_u64(from, &first) || !parse_u64(to, &last) || last < first ||
		    last > 65535)
			return bad(err, "CPU list", span_trim(file));
		count += (unsigned int)(last - first + 1);
	}
	*out_count = count;
	return 0;
}
