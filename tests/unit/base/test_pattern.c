/* SPDX-License-Identifier: MIT */
/* Patterns: what is found where, in which case, and what is refused before it costs anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/pattern.h"

static void a_pattern_is_found_where_it_should_be(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *in, *found; /* NULL: not */
		bool negated;
	} rows[] = {
		{"web", "my-WEB-1", "WEB", false},
		{"WEB", "my-web-1", "web", false},
		{"größe", "x GRÖßE", "GRÖßE", false},
		{"web.", "web-1", NULL, false},
		{"!web", "web-1", "web", true},
		{"! web", "db", NULL, true},
		{"~^web-[0-9]+$", "web-12", "web-12", false},
		{"~^web-[0-9]+$", "my-web-12", NULL, false},
		{"~(db|web)-1", "my-WEB-1", "WEB-1", false},
		{"~Web", "web Web", "Web", false},
		{"~\\W", "a b", " ", false}, /* what is escaped stands for no upper-case letter */
		{"~\\Wb", "a B", " B", false},
		{"!~^web", "web", "web", true},
		{"~x*", "aaxx", "xx", false}, /* not the nothing before it */
		{"~^a*", "baa", "", false},
		{"~$", "abc", "", false},
		{"~a{2,3}", "baaaa", "aaa", false},
		{"~^[a-z]+-[a-z]+-[a-z]+-[0-9]+-[0-9]+-[0-9]+$", "a-b-c-1-2-3", "a-b-c-1-2-3",
		 false},
		{"~[](){9999}]+x", "a(){9999}x", "(){9999}x", false},
		{"", "abc", "", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		_cleanup_(pattern_finish)
		struct pattern pattern = {0};
		struct span found = {NULL, 0};
		struct err err = ERR_INIT;
		if (pattern_parse(&pattern, span_of(rows[i].pattern), &err) < 0)
			fail_msg("%s: %s", rows[i].pattern, err.text);
		assert_int_equal(pattern.negated, rows[i].negated);
		bool is = pattern_find(&pattern, span_of(rows[i].in), &found);
		if (is != !!rows[i].found || (is && !span_eq(found, span_of(rows[i].found))))
			fail_msg("%s in %s: '%.*s'", rows[i].pattern, rows[i].in, (int)found.len,
				 found.p);
	}
}

static void what_is_wrong_is_told_and_what_would_cost_too_much_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *text;
	} rows[] = {
		{"~(a", "Unmatched ( or \\("},
		{"~[a", "Unmatched [, [^, [:, [., or [="},
		{"~*", "Invalid preceding regular expression"},
		{"~a{2001}", "too many repeats"},
		{"~((a{100}){100}){100}", "too many repeats"},
		{"~(a{1,}){0,99999999999999999999}", "too many repeats"},
		{"~a++++++++++++++++++++++", "too many repeats"},
		{"~((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+", "too many repeats"},
		{"~((((((((((((((((((((((((((((((((a", "too many repeats"},
		{"~(a)\\1", "back-references"},
		{"~a\\", "Trailing backslash"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		_cleanup_(pattern_finish)
		struct pattern pattern = {0};
		struct err err = ERR_INIT;
		int r = pattern_parse(&pattern, span_of(rows[i].pattern), &err);
		assert_true(r < 0);
		if (!strstr(err.text, rows[i].text))
			fail_msg("%s: %s", rows[i].pattern, err.text);
		assert_true(pattern_is_empty(&pattern));
	}
}

static void what_is_half_typed_looks_for_nothing(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "!", "~", "!~", "! ~ "};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		_cleanup_(pattern_finish)
		struct pattern pattern = {0};
		assert_int_equal(pattern_parse(&pattern, span_of(texts[i]), NULL), 0);
		assert_true(pattern_is_empty(&pattern));
	}
}

static void a_hostile_text_is_not_read_beyond_its_end(void **state)
{
	(void)state;
	static const char text[] = {'w', 'e', 'b', '\xf0', '\x9f', 'b'};
	_cleanup_(pattern_finish)
	struct pattern pattern = {0};
	struct span found;
	assert_int_equal(pattern_parse(&pattern, SPAN("b.*$"), NULL), 0);
	assert_false(pattern_find(&pattern, (struct span) {text, sizeof(text)}, &found));
	assert_int_equal(pattern_parse(&pattern, SPAN("~b.?.?$"), NULL), 0);
	pattern_find(&pattern, (struct span) {text, sizeof(text)}, &found);
	assert_int_equal(pattern_parse(&pattern,
				       SPAN("\xf0\x9f"
					    "b"),
				       NULL),
			 0);
	assert_true(pattern_find(&pattern, (struct span) {text, sizeof(text)}, &found));
	assert_true(found.p + found.len <= text + sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pattern_is_found_where_it_should_be),
		cmocka_unit_test(what_is_wrong_is_told_and_what_would_cost_too_much_is_refused),
		cmocka_unit_test(what_is_half_typed_looks_for_nothing),
		cmocka_unit_test(a_hostile_text_is_not_read_beyond_its_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
