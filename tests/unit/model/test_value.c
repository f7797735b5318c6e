/* SPDX-License-Identifier: MIT */
/* Values on their own: their order, and their text in bounded width. */
#include "model_test.h"

#include "base/text.h"
#include "model/fields.h"

static struct value number(enum field_type type, uint64_t u64)
{
	struct value value = {.type = type, .state = METRIC_KNOWN};

	value.u64 = u64;
	return value;
}

static struct value real(enum field_type type, double f64)
{
	struct value value = {.type = type, .state = METRIC_KNOWN};

	value.f64 = f64;
	return value;
}

static struct value text(const char *s)
{
	struct value value = {.type = FIELD_TEXT, .state = METRIC_KNOWN};

	value.text = s;
	return value;
}

static struct value boolean(bool yes)
{
	struct value value = {.type = FIELD_BOOL, .state = METRIC_KNOWN};

	value.boolean = yes;
	return value;
}

static struct value unknown(enum field_type type, enum metric_state state)
{
	return (struct value) {.type = type, .state = (uint8_t)state};
}

/* ---- Order ---- */

static void check_ascending(struct value a, struct value b)
{
	assert_true(value_compare(&a, &b, false) < 0);
	assert_true(value_compare(&b, &a, false) > 0);
	assert_true(value_compare(&a, &b, true) > 0);
	assert_true(value_compare(&b, &a, true) < 0);
	assert_int_equal(value_compare(&a, &a, false), 0);
	assert_int_equal(value_compare(&b, &b, true), 0);
}

static void values_are_ordered_by_what_they_are(void **state)
{
	(void)state;
	check_ascending(number(FIELD_BYTES, 9), number(FIELD_BYTES, 10));
	check_ascending(number(FIELD_COUNT, 10), number(FIELD_COUNT, METRIC_NO_LIMIT));
	check_ascending(number(FIELD_SIGNED, (uint64_t)-20), number(FIELD_SIGNED, 0));
	check_ascending(number(FIELD_SIGNED, 0), number(FIELD_SIGNED, 19));
	check_ascending(real(FIELD_PCT, 0.1), real(FIELD_PCT, 0.2));
	check_ascending(real(FIELD_PER_SEC, -3), real(FIELD_PER_SEC, 2));
	check_ascending(real(FIELD_BYTES_PER_SEC, 9), real(FIELD_BYTES_PER_SEC, 10));
	check_ascending(boolean(false), boolean(true));
	check_ascending(text(""), text("a"));
}

static void text_is_ordered_by_bytes_and_its_numbers_by_size(void **state)
{
	(void)state;
	check_ascending(text("web-9"), text("web-10"));
	check_ascending(text("B"), text("a"));
	check_ascending(text("a"), text("a1"));
	check_ascending(text("z"), text("ö"));
	check_ascending(text("node2-rack10"), text("node10-rack2"));
}

static void what_is_unknown_comes_last_in_both_directions(void **state)
{
	struct value known = number(FIELD_BYTES, 0);

	(void)state;
	for (int i = METRIC_UNSAMPLED; i <= METRIC_DENIED; i++) {
		struct value other = unknown(FIELD_BYTES, (enum metric_state)i);

		if (i == METRIC_KNOWN)
			continue;
		assert_true(value_compare(&known, &other, false) < 0);
		assert_true(value_compare(&known, &other, true) < 0);
		assert_true(value_compare(&other, &known, false) > 0);
		assert_true(value_compare(&other, &known, true) > 0);
		for (int j = METRIC_UNSAMPLED; j <= METRIC_DENIED; j++) {
			struct value third = unknown(FIELD_BYTES, (enum metric_state)j);

			if (j != METRIC_KNOWN)
				assert_int_equal(value_compare(&other, &third, true), 0);
		}
	}
}

/* ---- Text ---- */

static void check_text(struct value value, const char *expected)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_adds(&out, "<");
	value_format(&value, false, &out);
	assert_string_equal(strbuf_cstr(&out) + 1, expected);
	strbuf_finish(&out);
}

static void each_type_has_its_text(void **state)
{
	(void)state;
	check_text(text("nginx:1.25"), "nginx:1.25");
	check_text(boolean(true), "yes");
	check_text(boolean(false), "no");
	check_text(number(FIELD_COUNT, 12345), "12345");
	check_text(number(FIELD_COUNT, 123456), "123k");
	check_text(number(FIELD_ID, 4026531840), "4026531840");
	check_text(number(FIELD_ID, UINT64_MAX), "18446744073709551615");
	check_text(number(FIELD_SIGNED, (uint64_t)-20), "-20");
	check_text(number(FIELD_BYTES, 0), "0");
	check_text(number(FIELD_BYTES, 1536), "1.5K");
	check_text(real(FIELD_BYTES_PER_SEC, 1536.4), "1.5K");
	check_text(real(FIELD_PER_SEC, 0), "0.0");
	check_text(real(FIELD_PER_SEC, -0.25), "-0.2");
	check_text(real(FIELD_PER_SEC, 9.96), "10");
	check_text(real(FIELD_PER_SEC, -1234.5), "-1235");
	check_text(real(FIELD_PCT, 12.34), "12.3");
	check_text(number(FIELD_CPUS, 500000), "0.50");
	check_text(number(FIELD_CPUS, 1500000), "1.50");
	check_text(number(FIELD_CPUS, 128000000), "128");
	check_text(number(FIELD_CPU_TIME, 95950000), "1:35.95");
	check_text(number(FIELD_DURATION, 303000000), "5m03s");
	check_text(number(FIELD_TIME, 1767268800000000u), "2026-01-01 12:00");
}

static void no_limit_is_max(void **state)
{
	(void)state;
	check_text(number(FIELD_BYTES, METRIC_NO_LIMIT), "max");
	check_text(number(FIELD_COUNT, METRIC_NO_LIMIT), "max");
	check_text(number(FIELD_CPUS, METRIC_NO_LIMIT), "max");
}

static void each_way_of_not_knowing_looks_different(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct value unsampled = unknown(FIELD_PCT, METRIC_UNSAMPLED);

	(void)state;
	check_text(unknown(FIELD_PCT, METRIC_ABSENT), "-");
	check_text(unknown(FIELD_TEXT, METRIC_DENIED), "?");
	check_text(unsampled, "…");
	value_format(&unsampled, true, &out);
	assert_string_equal(strbuf_cstr(&out), ".");
	strbuf_finish(&out);
}

static void hostile_text_is_harmless(void **state)
{
	static const char *const hostile[] = {
		"a\x1b[31mb",
		"a\nb\tc",
		"\xff\xfe",
		"\xe2\x80\xae"
		"gpj",
		"\xc2\x9b"
		"2J",
		"\x7f",
		"\xe2\x80\xa8",
		"\xef\xbb\xbf",
		"\xed\xa0\x80",
		"\xf4\x90\x80\x80",
		"\x01\x02",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		struct strbuf out = STRBUF_INIT;
		struct value value = text(hostile[i]);

		value_format(&value, false, &out);
		assert_true(text_is_clean(strbuf_span(&out)));
		assert_true(out.len > 0);
		strbuf_finish(&out);
	}
}

static size_t width_of(struct value value)
{
	struct strbuf out = STRBUF_INIT;
	size_t width;

	value_format(&value, false, &out);
	width = text_width(strbuf_span(&out));
	strbuf_finish(&out);
	return width;
}

/* Over all magnitudes a machine can have, and some more. */
static size_t widest(enum field_type type)
{
	size_t widest = 0;

	for (unsigned int bit = 0; bit < 64; bit++)
		for (uint64_t i = 0; i < 3; i++) {
			uint64_t u64 = ((uint64_t)1 << bit) * (i == 2 ? 3 : 1) - (i == 1);
			double f64 = (double)u64 * (i == 2 ? 0.999 : 1);
			struct value value = number(type, u64);
			size_t width;

			if (type == FIELD_PCT || type == FIELD_PER_SEC ||
			    type == FIELD_BYTES_PER_SEC)
				value = real(type, f64);
			/* a century of CPU time, a year with five digits */
			if ((type == FIELD_TIME || type == FIELD_DURATION ||
			     type == FIELD_CPU_TIME) &&
			    u64 > 3155760000000000u)
				continue;
			width = width_of(value);
			if (width > widest)
				widest = width;
		}
	return widest;
}

static void every_number_fits_its_column(void **state)
{
	(void)state;
	for (size_t i = 0; i < fields_len; i++) {
		size_t width;

		if (fields[i].type == FIELD_TEXT || fields[i].type == FIELD_BOOL ||
		    fields[i].type == FIELD_ID || fields[i].type == FIELD_SIGNED)
			continue;
		width = widest(fields[i].type);
		if (width > fields[i].width)
			fail_msg("%s has %u columns and needs %zu", fields[i].id, fields[i].width,
				 width);
	}
}

static void pids_inodes_and_uids_fit_their_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < fields_len; i++) {
		if (fields[i].type == FIELD_ID)
			/* those of events are counted by us, and start with 1 */
			assert_true(fields[i].width == 7 || fields[i].width == 10 ||
				    fields[i].kinds == ROW_EVENT);
		if (fields[i].type == FIELD_BOOL)
			assert_true(fields[i].width >= 3);
	}
	assert_in_range(width_of(number(FIELD_SIGNED, (uint64_t)-100)), 1,
			field_find(SPAN("priority"), ROW_PROCESS)->width);
	assert_in_range(width_of(number(FIELD_SIGNED, (uint64_t)-20)), 1,
			field_find(SPAN("nice"), ROW_PROCESS)->width);
	assert_in_range(width_of(real(FIELD_PER_SEC, -99999)), 1,
			field_find(SPAN("pids_growth_per_sec"), ROW_CONTAINER)->width);
}

static void absurd_rates_are_no_trap(void **state)
{
	static const double absurd[] = {INFINITY, -INFINITY, NAN, 1e300, -1e300, -1};
	static const enum field_type types[] = {FIELD_PCT, FIELD_PER_SEC, FIELD_BYTES_PER_SEC};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(absurd); i++)
		for (size_t t = 0; t < ARRAY_LEN(types); t++)
			assert_in_range(width_of(real(types[t], absurd[i])), 1, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_ordered_by_what_they_are),
		cmocka_unit_test(text_is_ordered_by_bytes_and_its_numbers_by_size),
		cmocka_unit_test(what_is_unknown_comes_last_in_both_directions),
		cmocka_unit_test(each_type_has_its_text),
		cmocka_unit_test(no_limit_is_max),
		cmocka_unit_test(each_way_of_not_knowing_looks_different),
		cmocka_unit_test(hostile_text_is_harmless),
		cmocka_unit_test(every_number_fits_its_column),
		cmocka_unit_test(pids_inodes_and_uids_fit_their_columns),
		cmocka_unit_test(absurd_rates_are_no_trap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
