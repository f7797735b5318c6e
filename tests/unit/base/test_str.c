/* SPDX-License-Identifier: MIT */
/* Spans and the growing string. */
#include "base_test.h"

#include "base/str.h"

static void spans_compare_bytes_and_not_strings(void **state)
{
	(void)state;
	assert_true(span_eq(SPAN("a\0b"), SPAN("a\0b")));
	assert_false(span_eq(SPAN("a\0b"), SPAN("a\0c")));
	assert_false(span_eq(SPAN("a"), SPAN("ab")));
	assert_true(span_eq(SPAN(""), span_of(NULL)));
	assert_true(span_starts(SPAN("memory.max"), SPAN("memory.")));
	assert_true(span_starts(SPAN("a"), span_of(NULL)));
	assert_false(span_starts(SPAN("mem"), SPAN("memory")));
	assert_true(span_ends(SPAN("web.scope"), SPAN(".scope")));
	assert_true(span_ends(SPAN("web.scope"), SPAN("")));
	assert_false(span_ends(SPAN("scope"), SPAN(".scope")));
}

static void trimming_takes_blanks_off_both_ends_only(void **state)
{
	(void)state;
	assert_span(span_trim(SPAN(" \t\r\n\v\fa b\n\n")), "a b");
	assert_span(span_trim(SPAN(" \n ")), "");
	assert_span(span_trim(SPAN("")), "");
	assert_span(span_trim(span_of(NULL)), "");
	/* What UTF-8 calls a blank is none here, and no byte above 127 is. */
	assert_span(span_trim(SPAN("\xc2\xa0x\x85")), "\xc2\xa0x\x85");
}

static void lines_end_at_a_newline_or_the_end(void **state)
{
	struct span rest = SPAN("one\n\ntwo\nlast");
	struct span line;

	(void)state;
	assert_true(span_next_line(&rest, &line));
	assert_span(line, "one");
	assert_true(span_next_line(&rest, &line));
	assert_span(line, "");
	assert_true(span_next_line(&rest, &line));
	assert_span(line, "two");
	assert_true(span_next_line(&rest, &line));
	assert_span(line, "last");
	assert_false(span_next_line(&rest, &line));
	assert_false(span_next_line(&rest, &line));
	rest = SPAN("x\n");
	assert_true(span_next_line(&rest, &line));
	assert_false(span_next_line(&rest, &line));
	rest = span_of(NULL);
	assert_false(span_next_line(&rest, &line));
}

static void words_are_what_blanks_leave(void **state)
{
	struct span rest = SPAN("  8:0\trbytes=1  \n wbytes=2 ");
	struct span word;

	(void)state;
	assert_true(span_next_word(&rest, &word));
	assert_span(word, "8:0");
	assert_true(span_next_word(&rest, &word));
	assert_span(word, "rbytes=1");
	assert_true(span_next_word(&rest, &word));
	assert_span(word, "wbytes=2");
	assert_false(span_next_word(&rest, &word));
	rest = span_of(NULL);
	assert_false(span_next_word(&rest, &word));
}

/* struct parts - a text, and its parts with '|' between them */
struct parts {
	const char *text;
	const char *joined;
	unsigned int n;
};

static void parts_may_be_empty(void **state)
{
	static const struct parts cases[] = {
		{"a,b", "a|b|", 2}, {"a", "a|", 1},   {"", "|", 1},	    {",", "||", 2},
		{"a,", "a||", 2},   {",a", "|a|", 2}, {"a,,b", "a||b|", 3},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(span_of(cases[i].text)), rest = copy, part;
		_cleanup_(strbuf_finish)
		struct strbuf joined = STRBUF_INIT;
		unsigned int n = 0;

		while (span_next_part(&rest, ',', &part)) {
			strbuf_add(&joined, part.p, part.len);
			strbuf_addc(&joined, '|');
			assert_true(++n < 10);
		}
		assert_string_equal(strbuf_cstr(&joined), cases[i].joined);
		assert_int_equal(n, cases[i].n);
		assert_false(span_next_part(&rest, ',', &part));
		free((void *)copy.p);
	}
}

static void nothing_has_no_parts(void **state)
{
	struct span rest = span_of(NULL), part;

	(void)state;
	assert_false(span_next_part(&rest, ',', &part));
}

static void splitting_is_at_the_first_separator_or_not_at_all(void **state)
{
	struct span left = SPAN("kept"), right = SPAN("too");

	(void)state;
	assert_true(span_split_at(SPAN("a:b:c"), ':', &left, &right));
	assert_span(left, "a");
	assert_span(right, "b:c");
	assert_true(span_split_at(SPAN(":"), ':', &left, &right));
	assert_span(left, "");
	assert_span(right, "");
	assert_true(span_split_at(SPAN("x="), '=', &left, &right));
	assert_false(span_split_at(SPAN("abc"), ':', &left, &right));
	assert_span(left, "x");
	assert_span(right, "");
	assert_false(span_split_at(span_of(NULL), ':', &left, &right));
}

static void copying_says_whether_it_was_all(void **state)
{
	char buf[4] = "zzz";

	(void)state;
	assert_true(span_copy(SPAN("abc"), buf, sizeof(buf)));
	assert_string_equal(buf, "abc");
	assert_false(span_copy(SPAN("abcd"), buf, sizeof(buf)));
	assert_string_equal(buf, "abc");
	assert_false(span_copy(SPAN("a\0b"), buf, sizeof(buf)));
	assert_string_equal(buf, "a");
	assert_true(span_copy(span_of(NULL), buf, sizeof(buf)));
	assert_string_equal(buf, "");
	assert_false(span_copy(SPAN("a"), buf, 1));
	assert_string_equal(buf, "");
	buf[0] = 'q';
	assert_false(span_copy(SPAN("a"), buf, 0));
	assert_int_equal(buf[0], 'q');
}

static void a_string_grows_and_stays_terminated(void **state)
{
	_cleanup_(strbuf_finish)
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	assert_string_equal(strbuf_cstr(&sb), "");
	assert_span(strbuf_span(&sb), "");
	for (size_t i = 0; i < 1000; i++) {
		strbuf_addc(&sb, (char)('a' + i % 26));
		assert_int_equal(sb.len, i + 1);
		assert_int_equal(sb.data[sb.len], '\0');
		assert_true(sb.cap > sb.len);
	}
	assert_int_equal(sb.data[27], 'b');
	strbuf_add(&sb, NULL, 0);
	strbuf_add(&sb, "x\0y", 3);
	strbuf_adds(&sb, "end");
	assert_int_equal(sb.len, 1006);
	assert_memory_equal(sb.data + 1000, "x\0yend", 7);
}

static void formatted_text_of_any_length_fits(void **state)
{
	(void)state;
	for (int len = 0; len < 300; len++) {
		_cleanup_(strbuf_finish)
		struct strbuf sb = STRBUF_INIT;

		strbuf_adds(&sb, "<");
		strbuf_addf(&sb, "%s%*s", "", len, "");
		strbuf_addf(&sb, "%s", ">");
		assert_int_equal(sb.len, len + 2);
		assert_int_equal(sb.data[len + 1], '>');
		assert_int_equal(strlen(sb.data), sb.len);
	}
}

static void emptying_keeps_the_memory(void **state)
{
	_cleanup_(strbuf_finish)
	struct strbuf sb = STRBUF_INIT;
	const char *data;
	size_t cap;

	(void)state;
	strbuf_reset(&sb);
	strbuf_reserve(&sb, 5000);
	strbuf_adds(&sb, "abc");
	data = sb.data;
	cap = sb.cap;
	strbuf_reset(&sb);
	assert_string_equal(strbuf_cstr(&sb), "");
	strbuf_reserve(&sb, 5000);
	assert_ptr_equal(sb.data, data);
	assert_int_equal(sb.cap, cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_compare_bytes_and_not_strings),
		cmocka_unit_test(trimming_takes_blanks_off_both_ends_only),
		cmocka_unit_test(lines_end_at_a_newline_or_the_end),
		cmocka_unit_test(words_are_what_blanks_leave),
		cmocka_unit_test(parts_may_be_empty),
		cmocka_unit_test(nothing_has_no_parts),
		cmocka_unit_test(splitting_is_at_the_first_separator_or_not_at_all),
		cmocka_unit_test(copying_says_whether_it_was_all),
		cmocka_unit_test(a_string_grows_and_stays_terminated),
		cmocka_unit_test(formatted_text_of_any_length_fits),
		cmocka_unit_test(emptying_keeps_the_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
