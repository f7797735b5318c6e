/* SPDX-License-Identifier: MIT */
/* Quantities: known texts, the width of every magnitude, and the way back. */
#include "base_test.h"

#include <errno.h>
#include <locale.h>
#include <math.h>

#include "base/units.h"

#define K   ((uint64_t)1 << 10)
#define M   ((uint64_t)1 << 20)
#define G   ((uint64_t)1 << 30)
#define SEC ((uint64_t)1000000)
#define DAY (86400 * SEC)

struct shown {
	uint64_t value;
	const char *text;
};

static void check_shown(const struct shown *cases, size_t n, char *(*format)(uint64_t, char *))
{
	for (size_t i = 0; i < n; i++) {
		char buf[UNITS_TEXT_MAX];

		assert_ptr_equal(format(cases[i].value, buf), buf);
		assert_string_equal(buf, cases[i].text);
	}
}

static void bytes_are_shown_in_binary_units(void **state)
{
	static const struct shown cases[] = {
		{0, "0"},
		{1, "1B"},
		{1023, "1023B"},
		{K, "1.0K"},
		{K + 51, "1.0K"},
		{K + 52, "1.1K"},
		{10199, "10.0K"}, /* 9.96 */
		{10137, "9.9K"},
		{102348, "99.9K"},
		{102349, "100K"}, /* 99.95 */
		{999 * K, "999K"},
		{1023 * K + 482, "1023K"}, /* 1023.47: not rounded twice */
		{1023 * K + 511, "1023K"},
		{1023 * K + 512, "1.0M"},
		{1023 * K + 973, "1.0M"}, /* 1023.95 */
		{M, "1.0M"},
		{M * 123 / 10, "12.3M"},
		{G + G / 2, "1.5G"},
		{999 * G, "999G"},
		{1023 * G, "1023G"},
		{UINT64_MAX, "16.0E"},
	};

	(void)state;
	check_shown(cases, ARRAY_LEN(cases), units_format_bytes);
}

static void counts_are_shown_in_decimal_units(void **state)
{
	static const struct shown cases[] = {
		{0, "0"},
		{12345, "12345"},
		{99999, "99999"},
		{100000, "100k"},
		{123499, "123k"},
		{123500, "124k"},
		{999470, "999k"},
		{999499, "999k"},
		{999500, "1.0M"},
		{12345678, "12.3M"},
		{99949999, "99.9M"},
		{99950000, "100M"},
		{999499999, "999M"},
		{999500000, "1.0G"},
		{UINT64_MAX, "18.4E"},
	};

	(void)state;
	check_shown(cases, ARRAY_LEN(cases), units_format_count);
}

static void percentages_keep_a_decimal_while_there_is_room(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{0, "0.0"},	    {-0.0, "0.0"},  {-3, "0.0"},	{0.04, "0.0"},
		{0.05, "0.1"},	    {9.96, "10.0"}, {12.34, "12.3"},	{99.94, "99.9"},
		{99.96, "100"},	    {150, "150"},   {12345.4, "12345"}, {99999.4, "99999"},
		{99999.6, "100k"},  {1e9, "1.0G"},  {1e300, "huge"},	{INFINITY, "huge"},
		{-INFINITY, "0.0"}, {NAN, "-"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char buf[UNITS_TEXT_MAX];

		assert_string_equal(units_format_pct(cases[i].value, buf), cases[i].text);
	}
}

static void durations_are_cut_and_never_rounded_up(void **state)
{
	static const struct shown cases[] = {
		{0, "0.0s"},
		{12345678, "12.3s"},
		{59999999, "59.9s"},
		{60 * SEC, "1m00s"},
		{303 * SEC, "5m03s"},
		{3600 * SEC - 1, "59m59s"},
		{3600 * SEC, "1h00m"},
		{11520 * SEC, "3h12m"},
		{DAY - 1, "23h59m"},
		{DAY, "1d00h"},
		{12 * DAY + 3 * 3600 * SEC, "12d03h"},
	};

	(void)state;
	check_shown(cases, ARRAY_LEN(cases), units_format_duration);
}

static void cpu_time_looks_like_htops(void **state)
{
	static const struct shown cases[] = {
		{0, "0:00.00"},
		{1234567, "0:01.23"},
		{(12 * 60 + 34) * SEC + 560000, "12:34.56"},
		{3600 * SEC - 1, "59:59.99"},
		{3 * 3600 * SEC + 754 * SEC, "3h12:34"},
		{DAY, "1d00h"},
	};

	(void)state;
	check_shown(cases, ARRAY_LEN(cases), units_format_cpu_time);
}

struct width {
	const char *name;
	char *(*format)(uint64_t, char *);
	size_t columns;
};

static const struct width widths[] = {
	{"bytes", units_format_bytes, 5},
	{"count", units_format_count, 5},
	{"duration", units_format_duration, 8},
	{"cpu time", units_format_cpu_time, 8},
};

static void check_width(uint64_t value)
{
	char buf[UNITS_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
		size_t len = strlen(widths[i].format(value, buf));

		if (len == 0 || len > widths[i].columns)
			fail_msg("%s of %llu is \"%s\"", widths[i].name, (unsigned long long)value,
				 buf);
	}
}

/* Around every power of two, of ten and of 1.01, where rounding carries into another column. */
static void nothing_is_ever_wider_than_promised(void **state)
{
	(void)state;
	for (unsigned int shift = 0; shift < 64; shift++)
		for (int64_t off = -600; off <= 600; off++)
			check_width(((uint64_t)1 << shift) + (uint64_t)off);
	for (uint64_t ten = 1; ten <= UINT64_MAX / 10; ten *= 10)
		for (uint64_t digit = 1; digit < 10; digit++)
			for (int64_t off = -600; off <= 600; off++)
				check_width(ten * digit + (uint64_t)off);
	for (double value = 1; value < 1.8e19; value *= 1.0007)
		check_width((uint64_t)value);
	/* The last thousandths before each unit: 9.95, 99.95, 999.5, 1023.95 of it. */
	for (uint64_t unit = K; unit <= (uint64_t)1 << 50; unit *= K)
		for (uint64_t part = 0; part <= 1100000; part += 7)
			check_width(unit / 1000 * part);
}

static void percentages_are_never_wider_than_five(void **state)
{
	char buf[UNITS_TEXT_MAX];

	(void)state;
	for (double pct = 1e-6; pct < 1e20; pct *= 1.0003) {
		units_format_pct(pct, buf);
		assert_in_range(strlen(buf), 1, 5);
	}
	for (unsigned int i = 0; i < 2000000; i++) {
		units_format_pct(i / 1000.0, buf);
		assert_in_range(strlen(buf), 1, 5);
	}
}

/* A screen sets the locale; a number must not care. */
static void the_locale_changes_no_number(void **state)
{
	char buf[UNITS_TEXT_MAX];
	uint64_t value;

	(void)state;
	if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
		skip();
	assert_string_equal(localeconv()->decimal_point, ",");
	assert_string_equal(units_format_pct(12.34, buf), "12.3");
	assert_string_equal(units_format_bytes(G + G / 2, buf), "1.5G");
	assert_int_equal(units_parse_bytes(SPAN("1.5G"), &value, NULL), 0);
	assert_int_equal(value, G + G / 2);
	setlocale(LC_ALL, "C");
}

struct parsed {
	const char *text;
	int r;
	uint64_t value;
};

static void check_parsed(const struct parsed *cases, size_t n,
			 int (*parse)(struct span, uint64_t *, struct err *))
{
	for (size_t i = 0; i < n; i++) {
		struct span copy = exact_copy(span_of(cases[i].text));
		struct err err = ERR_INIT;
		uint64_t value = 4711;
		int r = parse(copy, &value, &err);

		if (r != cases[i].r || value != (r ? 4711 : cases[i].value))
			fail_msg("\"%s\": %d, %llu", cases[i].text, r, (unsigned long long)value);
		assert_int_equal(err.code, -r);
		assert_true((r != 0) == (err.text[0] != '\0'));
		assert_int_equal(parse(copy, &value, NULL), r);
		free((void *)copy.p);
	}
}

static void sizes_are_parsed_in_powers_of_1024(void **state)
{
	static const struct parsed cases[] = {
		{"0", 0, 0},
		{"1024", 0, 1024},
		{"5B", 0, 5},
		{"256M", 0, 256 * M},
		{"256m", 0, 256 * M},
		{"256MB", 0, 256 * M},
		{"2GiB", 0, 2 * G},
		{"2gIb", 0, 2 * G},
		{"1.5G", 0, G + G / 2},
		{"1.1G", 0, 1181116006},
		{"0.5K", 0, 512},
		{"3T", 0, 3 * K * G},
		{"2P", 0, 2 * M * G},
		{"max", 0, UINT64_MAX},
		{"18446744073709551614", 0, UINT64_MAX - 1},
		/* that number is what "max" means */
		{"18446744073709551615", -ERANGE, 0},
		{"18446744073709551616", -ERANGE, 0},
		{"99999999999999999999999999", -ERANGE, 0},
		{"16E", -ERANGE, 0},
		{"16384P", -ERANGE, 0},
		{"1.5", -EINVAL, 0},
		{"", -EINVAL, 0},
		{"M", -EINVAL, 0},
		{".5G", -EINVAL, 0},
		{"5.G", -EINVAL, 0},
		{"1.2.3G", -EINVAL, 0},
		{"1,5G", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"1 ", -EINVAL, 0},
		{"1 G", -EINVAL, 0},
		{"1iB", -EINVAL, 0},
		{"1BB", -EINVAL, 0},
		{"1KiBs", -EINVAL, 0},
		{"1X", -EINVAL, 0},
		{"0x10", -EINVAL, 0},
		{"infinity", -EINVAL, 0},
		{"maximum", -EINVAL, 0},
	};

	(void)state;
	check_parsed(cases, ARRAY_LEN(cases), units_parse_bytes);
}

/* "e" is a suffix: what is written like an exponent must not pass for one exabyte and a bit. */
static void an_exponent_is_no_size(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(units_parse_bytes(SPAN("1e3"), &value, NULL), -EINVAL);
	assert_int_equal(units_parse_bytes(SPAN("1e"), &value, NULL), 0);
	assert_int_equal(value, (uint64_t)1 << 60);
}

static void cpus_are_parsed_exactly(void **state)
{
	static const struct parsed cases[] = {
		{"0.5", 0, 500000},
		{"1.5", 0, 1500000},
		{"2", 0, 2000000},
		{"50%", 0, 500000},
		{"12.5%", 0, 125000},
		{"0.000001", 0, 1},
		{"max", 0, UINT64_MAX},
		{"0.0000001", -EINVAL, 0},
		{"0.00001%", -EINVAL, 0},
		{"0.5000000000", 0, 500000},
		{"18446744073710", -ERANGE, 0},
		{"1 CPU", -EINVAL, 0},
		{"%", -EINVAL, 0},
		{"", -EINVAL, 0},
		{"-0.5", -EINVAL, 0},
	};

	(void)state;
	check_parsed(cases, ARRAY_LEN(cases), units_parse_cpus);
}

static void times_are_parsed_exactly(void **state)
{
	static const struct parsed cases[] = {
		{"500ms", 0, 500000},  {"1.5s", 0, 1500000},
		{"2m", 0, 120 * SEC},  {"1h", 0, 3600 * SEC},
		{"3", 0, 3 * SEC},     {"0.25", 0, 250000},
		{"7us", 0, 7},	       {"1d", 0, DAY},
		{"0.5us", -EINVAL, 0}, {"2M", -EINVAL, 0}, /* minutes? mebi? */
		{"1y", -EINVAL, 0},    {"s", -EINVAL, 0},
		{"max", -EINVAL, 0},   {"999999999999d", -ERANGE, 0},
	};

	(void)state;
	check_parsed(cases, ARRAY_LEN(cases), units_parse_duration);
}

static void whole_numbers_are_strict_and_bounded(void **state)
{
	static const struct parsed cases[] = {
		{"1", 0, 1},	    {"10000", 0, 10000},   {"007", 0, 7},
		{"0", -ERANGE, 0},  {"10001", -ERANGE, 0}, {"", -EINVAL, 0},
		{" 5", -EINVAL, 0}, {"5 ", -EINVAL, 0},	   {"-5", -EINVAL, 0},
		{"+5", -EINVAL, 0}, {"5.0", -EINVAL, 0},   {"0x5", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = ERR_INIT;
		uint64_t value = 0;

		assert_int_equal(units_parse_u64(span_of(cases[i].text), 1, 10000, &value, &err),
				 cases[i].r);
		assert_int_equal(value, cases[i].value);
	}
}

static void a_hostile_text_is_refused_in_a_clean_one(void **state)
{
	struct err err = ERR_INIT;
	uint64_t value;

	(void)state;
	assert_int_equal(units_parse_bytes(SPAN("\x1b]0;x\x07\n\xff"), &value, &err), -EINVAL);
	for (const char *p = err.text; *p; p++)
		assert_in_range(*p, 0x20, 0x7e);
}

/* What was shown and is typed back is within half of the last digit shown. */
static void what_is_shown_can_be_typed_back(void **state)
{
	(void)state;
	for (double value = 1; value < 1.7e19; value *= 1.003) {
		uint64_t bytes = (uint64_t)value, back = 0;
		char buf[UNITS_TEXT_MAX];

		units_format_bytes(bytes, buf);
		assert_int_equal(units_parse_bytes(span_of(buf), &back, NULL), 0);
		assert_true(fabs((double)back - (double)bytes) <= 0.051 * (double)bytes);
	}
	for (uint64_t power = 1; power < (uint64_t)1 << 60; power *= 2) {
		char buf[UNITS_TEXT_MAX];
		uint64_t back = 0;

		units_parse_bytes(span_of(units_format_bytes(power, buf)), &back, NULL);
		assert_int_equal(back, power);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_shown_in_binary_units),
		cmocka_unit_test(counts_are_shown_in_decimal_units),
		cmocka_unit_test(percentages_keep_a_decimal_while_there_is_room),
		cmocka_unit_test(durations_are_cut_and_never_rounded_up),
		cmocka_unit_test(cpu_time_looks_like_htops),
		cmocka_unit_test(nothing_is_ever_wider_than_promised),
		cmocka_unit_test(percentages_are_never_wider_than_five),
		cmocka_unit_test(the_locale_changes_no_number),
		cmocka_unit_test(sizes_are_parsed_in_powers_of_1024),
		cmocka_unit_test(an_exponent_is_no_size),
		cmocka_unit_test(cpus_are_parsed_exactly),
		cmocka_unit_test(times_are_parsed_exactly),
		cmocka_unit_test(whole_numbers_are_strict_and_bounded),
		cmocka_unit_test(a_hostile_text_is_refused_in_a_clean_one),
		cmocka_unit_test(what_is_shown_can_be_typed_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
