/* SPDX-License-Identifier: MIT */
/* Quantities to text of bounded width, and text to quantities, exactly or not at all. */
#include "base/units.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/text.h"

static __attribute__((format(printf, 2, 3))) char *put(char *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(buf, UNITS_TEXT_MAX, fmt, args);
	va_end(args);
	return buf;
}

/* scaled() - @value / @unit with one decimal below 100, none above: at most 4 columns and a suffix.
 * Rounding may carry ("99.96" is "100"), so it happens before the decision; and from @value each
 * time, because rounding what was rounded would make 1024K of 1023.47K. */
static char *scaled(uint64_t value, uint64_t unit, char suffix, char *buf)
{
	/* in tenths, rounded half up; the remainder is scaled on its own, so that nothing overflows */
	uint64_t tenths = value / unit * 10 + (value % unit * 10 + unit / 2) / unit;

	if (tenths < 1000)
		return put(buf, "%u.%u%c", (unsigned int)(tenths / 10), (unsigned int)(tenths % 10),
			   suffix);
	return put(buf, "%u%c", (unsigned int)(value / unit + (value % unit >= unit / 2)), suffix);
}

char *units_format_bytes(uint64_t bytes, char buf[UNITS_TEXT_MAX])
{
	static const char suffixes[] = "KMGTPE";
	uint64_t unit = 1024;
	unsigned int i = 0;

	if (bytes == 0)
		return put(buf, "0");
	if (bytes < 1024)
		return put(buf, "%uB", (unsigned int)bytes);
	/* 1023.5K and more rounds up to four digits: that is 1.0M. */
	while (i < 5 && bytes / unit >= 1023 && bytes >= unit * 1024 - unit / 2) {
		unit *= 1024;
		i++;
	}
	return scaled(bytes, unit, suffixes[i], buf);
}

char *units_format_count(uint64_t n, char buf[UNITS_TEXT_MAX])
{
	static const char suffixes[] = "kMGTPE";
	uint64_t unit = 1000;
	unsigned int i = 0;

	if (n < 100000)
		return put(buf, "%u", (unsigned int)n);
	while (i < 5 && n >= unit * 1000 - unit / 2) {
		unit *= 1000;
		i++;
	}
	return scaled(n, unit, suffixes[i], buf);
}

char *units_format_pct(double pct, char buf[UNITS_TEXT_MAX])
{
	unsigned int tenths;

	/* Not a number is not zero: it is something that nobody knows. */
	if (pct != pct)
		return put(buf, "-");
	if (!(pct > 0))
		return put(buf, "0.0");
	if (pct >= 1e15)
		return put(buf, "huge");
	if (pct >= 99999.5)
		return units_format_count((uint64_t)(pct + 0.5), buf);
	/* In integers: printf() would take the locale's decimal point. */
	tenths = (unsigned int)(pct * 10 + 0.5);
	if (tenths < 1000)
		return put(buf, "%u.%u", tenths / 10, tenths % 10);
	return put(buf, "%u", (unsigned int)(pct + 0.5));
}

char *units_format_duration(uint64_t usec, char buf[UNITS_TEXT_MAX])
{
	uint64_t seconds = usec / 1000000;
	uint64_t days = seconds / 86400;

	if (seconds < 60)
		return put(buf, "%u.%us", (unsigned int)seconds,
			   (unsigned int)(usec % 1000000 / 100000));
	if (seconds < 3600)
		return put(buf, "%um%02us", (unsigned int)(seconds / 60),
			   (unsigned int)(seconds % 60));
	if (days == 0)
		return put(buf, "%uh%02um", (unsigned int)(seconds / 3600),
			   (unsigned int)(seconds / 60 % 60));
	if (days < 1000)
		return put(buf, "%ud%02uh", (unsigned int)days,
			   (unsigned int)(seconds / 3600 % 24));
	if (days < 10000000)
		return put(buf, "%ud", (unsigned int)days);
	return put(buf, "%uMd", (unsigned int)(days / 1000000));
}

char *units_format_cpu_time(uint64_t usec, char buf[UNITS_TEXT_MAX])
{
	uint64_t seconds = usec / 1000000;

	if (seconds < 3600)
		return put(buf, "%u:%02u.%02u", (unsigned int)(seconds / 60),
			   (unsigned int)(seconds % 60), (unsigned int)(usec % 1000000 / 10000));
	if (seconds < 86400)
		return put(buf, "%uh%02u:%02u", (unsigned int)(seconds / 3600),
			   (unsigned int)(seconds / 60 % 60), (unsigned int)(seconds % 60));
	return units_format_duration(usec, buf);
}

static int refuse(struct err *err, int code, const char *what, struct span text)
{
	_cleanup_(strbuf_finish)
	struct strbuf shown = STRBUF_INIT;

	text_sanitize((struct span) {text.p, text.len < 60 ? text.len : 60}, &shown);
	return err_setx(err, code, "%s \"%s\"%s", what, strbuf_cstr(&shown),
			code == ERANGE ? ": out of range" : "");
}

/* struct decimal - "12.345": digits without the point, and how many stood behind it */
struct decimal {
	uint64_t digits;
	uint64_t scale; /* a power of ten */
};

/* Cuts a number off the front of @text: digits, at most one point, at least one digit. */
static int cut_decimal(struct span *text, struct decimal *out)
{
	bool point = false, any = false;

	/* any: a digit, since the point if there was one: neither ".5" nor "5." is a number */
	*out = (struct decimal) {0, 1};
	while (text->len) {
		unsigned int digit = (unsigned int)(unsigned char)text->p[0] - '0';

		if (text->p[0] == '.' && !point && any) {
			point = true;
			any = false;
		} else if (digit <= 9) {
			any = true;
			if (__builtin_mul_overflow(out->digits, (uint64_t)10, &out->digits) ||
			    __builtin_add_overflow(out->digits, (uint64_t)digit, &out->digits) ||
			    (point &&
			     __builtin_mul_overflow(out->scale, (uint64_t)10, &out->scale)))
				return -ERANGE;
		} else {
			break;
		}
		text->p++;
		text->len--;
	}
	return any ? 0 : -EINVAL;
}

/* Multiplies exactly: 128 bits hold any product of two 64-bit numbers. What is finer than the smallest
 * unit is refused, lest 0.0000001 CPUs become none; but see units_parse_bytes(). */
static int scale_decimal(struct decimal number, uint64_t unit, uint64_t *out)
{
	unsigned __int128 product = (unsigned __int128)number.digits * unit;
	unsigned __int128 value = product / number.scale;

	if (product % number.scale != 0)
		return -EINVAL;
	if (value >= UINT64_MAX)
		return -ERANGE;
	*out = (uint64_t)value;
	return 0;
}

/* 1.1G is no whole number of bytes, but nobody means less by it: cut, so that a limit is never above
 * what was asked for. 1.5 bytes stay refused. */
static int scale_bytes(struct decimal number, uint64_t unit, uint64_t *out)
{
	unsigned __int128 value = (unsigned __int128)number.digits * unit / number.scale;

	if (unit == 1)
		return scale_decimal(number, unit, out);
	if (value >= UINT64_MAX)
		return -ERANGE;
	*out = (uint64_t)value;
	return 0;
}

static bool is_word(struct span text, const char *word)
{
	return text.len == strlen(word) && strncasecmp(text.p, word, text.len) == 0;
}

/* "", "B", "K", "KB", "KiB", ... to a factor; 0 for anything else */
static uint64_t byte_unit(struct span suffix)
{
	static const char letters[] = "KMGTPE";
	const char *at;

	if (suffix.len == 0 || is_word(suffix, "B"))
		return 1;
	at = strchr(letters, suffix.p[0] & ~0x20);
	if (!at || !*at)
		return 0;
	suffix.p++;
	suffix.len--;
	if (suffix.len && !is_word(suffix, "B") && !is_word(suffix, "iB"))
		return 0;
	return (uint64_t)1 << (10 * (at - letters + 1));
}

int units_parse_bytes(struct span text, uint64_t *out_bytes, struct err *err)
{
	struct span rest = text;
	struct decimal number;
	uint64_t unit;
	int r;

	if (is_word(text, "max")) {
		*out_bytes = PARSE_MAX;
		return 0;
	}
	r = cut_decimal(&rest, &number);
	unit = byte_unit(rest);
	if (r == 0 && unit)
		r = scale_bytes(number, unit, out_bytes);
	if (r == -ERANGE)
		return refuse(err, ERANGE, "size", text);
	if (r < 0 || unit == 0)
		return refuse(err, EINVAL, "not a size such as 256M, 1.5G or max:", text);
	return 0;
}

int units_parse_cpus(struct span text, uint64_t *out_microcpus, struct err *err)
{
	struct span rest = text;
	struct decimal number;
	int r;

	if (is_word(text, "max")) {
		*out_microcpus = PARSE_MAX;
		return 0;
	}
	r = cut_decimal(&rest, &number);
	if (r == 0 && rest.len == 0)
		r = scale_decimal(number, 1000000, out_microcpus);
	else if (r == 0 && is_word(rest, "%"))
		r = scale_decimal(number, 10000, out_microcpus);
	else if (r == 0)
		r = -EINVAL;
	if (r == -ERANGE)
		return refuse(err, ERANGE, "CPUs", text);
	if (r < 0)
		return refuse(err, EINVAL, "not a number of CPUs such as 0.5, 50% or max:", text);
	return 0;
}

int units_parse_duration(struct span text, uint64_t *out_usec, struct err *err)
{
	static const struct {
		const char *suffix;
		uint64_t usec;
	} units[] = {
		{"", 1000000},	 {"us", 1},	    {"ms", 1000},	{"s", 1000000},
		{"m", 60000000}, {"min", 60000000}, {"h", 3600000000u}, {"d", 86400000000u},
	};
	struct span rest = text;
	struct decimal number;
	int r = cut_decimal(&rest, &number);

	for (size_t i = 0; r == 0 && i < sizeof(units) / sizeof(units[0]); i++) {
		if (!span_eq(rest, span_of(units[i].suffix)))
			continue;
		r = scale_decimal(number, units[i].usec, out_usec);
		if (r == 0)
			return 0;
	}
	if (r == -ERANGE)
		return refuse(err, ERANGE, "duration", text);
	return refuse(err, EINVAL, "not a duration such as 500ms, 1.5s or 2m:", text);
}

int units_parse_u64(struct span text, uint64_t min, uint64_t max, uint64_t *out, struct err *err)
{
	uint64_t value;

	if (!parse_u64(text, &value))
		return refuse(err, EINVAL, "not a whole number:", text);
	if (value < min || value > max)
		return refuse(err, ERANGE, "number", text);
	*out = value;
	return 0;
}
