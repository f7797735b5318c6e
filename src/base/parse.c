/* SPDX-License-Identifier: MIT */
/*
 * Numbers, and the simplest files: one number, key and value, lists of CPUs.
 * Works on spans, allocates nothing, keeps nothing, never accepts half a number
 * and never reads past the span.
 */
#include "base/parse.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#define QUOTE_MAX 60
/* No CPU has a larger number: what claims so is no list of CPUs. */
#define CPU_MAX 65535

/* quote() - on one line and without escape codes, whatever the file held */
static void quote(struct span line, char out[QUOTE_MAX * 4 + 4])
{
	size_t n = line.len < QUOTE_MAX ? line.len : QUOTE_MAX;
	char *at = out;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if (c >= 0x20 && c < 0x7f)
			*at++ = (char)c;
		else
			at += sprintf(at, "\\x%02x", c);
	}
	memcpy(at, n < line.len ? "..." : "\0\0\0", 4);
}

int parse_refuse(struct err *err, const char *what, struct span line)
{
	char quoted[QUOTE_MAX * 4 + 4];

	if (!err)
		return -EBADMSG;
	quote(line, quoted);
	return err_setx(err, EBADMSG, "malformed %s: \"%s\"", what, quoted);
}

bool parse_u64(struct span s, uint64_t *out)
{
	uint64_t value = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned int digit = (unsigned int)(unsigned char)s.p[i] - '0';

		if (digit > 9)
			return false;
		/* 19 digits always fit: only longer numbers pay for the check. */
		if (i < 19)
			value = value * 10 + digit;
		else if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
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

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int digit = hex_digit(s.p[i]);

		if (digit < 0 || value >> 60)
			return false;
		value = value << 4 | (uint64_t)digit;
	}
	*out = value;
	return true;
}

int parse_single(struct span file, uint64_t *out, struct err *err)
{
	struct span word = span_trim(file);

	if (span_eq(word, SPAN("max"))) {
		*out = PARSE_MAX;
		return 0;
	}
	return parse_u64(word, out) ? 0 : parse_refuse(err, "number", word);
}

/*
 * find_key() - the key of that name, or @n. Kernel files keep their order and
 * callers list keys in it, so the search begins after the last hit: a wanted
 * line costs one comparison.
 */
static size_t find_key(const struct parse_key *keys, size_t n, size_t first, struct span name)
{
	for (size_t i = first; i < n; i++) {
		if (span_eq(keys[i].key, name))
			return i;
	}
	for (size_t i = 0; i < first; i++) {
		if (span_eq(keys[i].key, name))
			return i;
	}
	return n;
}

int parse_flat_keyed(struct span file, const struct parse_key *keys, size_t n, struct err *err)
{
	struct span line, rest, name, value;
	size_t next = 0;

	while (span_next_line(&file, &line)) {
		size_t at;

		rest = line;
		if (!span_next_word(&rest, &name))
			continue;
		if (name.p[name.len - 1] == ':')
			name.len--;
		at = find_key(keys, n, next, name);
		if (at == n)
			continue;
		if (!span_next_word(&rest, &value) || !parse_u64(value, keys[at].out))
			return parse_refuse(err, "line", line);
		if (keys[at].found)
			*keys[at].found = true;
		next = at + 1 < n ? at + 1 : 0;
	}
	return 0;
}

/* count_range() - CPUs in "3" or "0-3"; false if it is neither */
static bool count_range(struct span range, uint64_t *out_count)
{
	struct span low, high;
	uint64_t from, to;

	if (!span_split_at(range, '-', &low, &high)) {
		*out_count = 1;
		return parse_u64(range, &from) && from <= CPU_MAX;
	}
	if (!parse_u64(low, &from) || !parse_u64(high, &to) || to < from || to > CPU_MAX)
		return false;
	*out_count = to - from + 1;
	return true;
}

int parse_cpulist(struct span file, unsigned int *out_count, struct err *err)
{
	struct span rest = span_trim(file);
	struct span range;
	uint64_t total = 0, count;

	*out_count = 0;
	if (rest.len == 0)
		return 0;
	while (span_next_part(&rest, ',', &range)) {
		if (!count_range(range, &count))
			return parse_refuse(err, "list of CPUs", file);
		total += count;
		if (total > UINT_MAX)
			return parse_refuse(err, "list of CPUs", file);
	}
	*out_count = (unsigned int)total;
	return 0;
}
