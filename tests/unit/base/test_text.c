/* SPDX-License-Identifier: MIT */
/* The sanitizer against what a name can do to a terminal, and widths of what is left. */
#include "base_test.h"

#include <unistr.h>

#include "base/text.h"

struct pair {
	struct span in;
	const char *out;
};

/* clean() - the sanitized text, allocated; from memory that ends where the input ends */
static char *clean(struct span in)
{
	struct span copy = exact_copy(in);
	struct strbuf out = STRBUF_INIT;

	strbuf_adds(&out, "");
	text_sanitize(copy, &out);
	assert_int_equal(text_is_clean(copy),
			 out.len == in.len && (in.len == 0 || memcmp(out.data, in.p, in.len) == 0));
	free((void *)copy.p);
	return out.data;
}

static void check(const struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_(cleanup_free)
		char *out = clean(pairs[i].in);
		_cleanup_(cleanup_free)
		char *again = clean(span_of(out));

		assert_string_equal(out, pairs[i].out);
		assert_string_equal(again, out);
	}
}

static void what_is_harmless_stays_as_it_is(void **state)
{
	static const struct pair pairs[] = {
		{SPAN(""), ""},
		{SPAN("web-1.scope ~!@"), "web-1.scope ~!@"},
		{SPAN("größe"), "größe"},
		{SPAN("容器"), "容器"},
		{SPAN("e\u0301"), "e\u0301"},
		{SPAN("🐳 whale"), "🐳 whale"},
		{SPAN("Ω\u00a0x"), "Ω\u00a0x"},
		{SPAN("שלום"), "שלום"},
		{SPAN("\uFFFD"), "\uFFFD"}, /* the real one, not a byte that failed to decode */
	};

	(void)state;
	check(pairs, ARRAY_LEN(pairs));
}

static void controls_become_question_marks_and_blanks(void **state)
{
	static const struct pair pairs[] = {
		{SPAN("a\x1b[31mred"), "a?[31mred"},
		{SPAN("\x1b]0;title\x07"), "?]0;title?"},
		{SPAN("a\tb\nc\rd"), "a b c?d"},
		{SPAN("a\0b"), "a?b"},
		{SPAN("\x7f"), "?"},
		{SPAN("\xc2\x9b"
		      "31m"),
		 "?31m"}, /* CSI of C1, encoded */
		{SPAN("\x9b"
		      "31m"),
		 "?31m"},		 /* and as a byte */
		{SPAN("\xc2\x85"), "?"}, /* next line */
		{SPAN("\xe2\x80\xa8\xe2\x80\xa9"), "??"},
	};

	(void)state;
	check(pairs, ARRAY_LEN(pairs));
}

static void what_shows_nothing_or_turns_text_around_is_replaced(void **state)
{
	static const struct pair pairs[] = {
		{SPAN("\u202Etxt.exe"), "?txt.exe"}, /* right-to-left override */
		{SPAN("\u2066a\u2069"), "?a?"},
		{SPAN("\u200E\u200F\u061C"), "???"},
		{SPAN("web\u200B"), "web?"}, /* zero width space */
		{SPAN("web\u200D\u200C\u2060"), "web???"},
		{SPAN("\uFEFFx"), "?x"},
		{SPAN("a\u00AD"), "a?"},		/* soft hyphen */
		{SPAN("x\U000E0041\U000E007F"), "x??"}, /* tags */
		{SPAN("x\uFE0F"), "x?"},		/* variation selector */
		{SPAN("x\U000E0100"), "x?"},
		{SPAN("\u3164\uFFA0\u115F\u1160"), "????"}, /* Hangul fillers */
		{SPAN("\u034F"), "?"},			    /* grapheme joiner */
		{SPAN("\u180E"), "?"},
		{SPAN("\uE000\U000F0000"), "??"},	 /* private use */
		{SPAN("\uFDD0\uFFFE\U0001FFFF"), "???"}, /* no characters */
		{SPAN("\u0378"), "?"},			 /* not assigned */
	};

	(void)state;
	check(pairs, ARRAY_LEN(pairs));
}

static void each_invalid_byte_becomes_one_question_mark(void **state)
{
	static const struct pair pairs[] = {
		{SPAN("\xff\xfe"), "??"},
		{SPAN("a\x80z"), "a?z"},
		{SPAN("\xc3"), "?"}, /* cut off */
		{SPAN("\xe2\x82"), "??"},
		{SPAN("\xf0\x9f\x90"), "???"},
		{SPAN("\xc0\xaf"), "??"}, /* overlong '/' */
		{SPAN("\xe0\x80\xaf"), "???"},
		{SPAN("\xc1\x9b"), "??"}, /* overlong ESC's neighbour */
		{SPAN("\xf0\x80\x80\x9b"), "????"},
		{SPAN("\xed\xa0\x80"), "???"}, /* surrogates */
		{SPAN("\xed\xa0\xbd\xed\xb0\xb3"), "??????"},
		{SPAN("\xf4\x90\x80\x80"), "????"}, /* above U+10FFFF */
		{SPAN("\xf8\x88\x80\x80\x80"), "?????"},
		{SPAN("\xc3(\xc3\xa9"), "?(é"},
		{SPAN("\xe2\x1b[0m"), "??[0m"}, /* an escape hidden as a continuation */
	};

	(void)state;
	check(pairs, ARRAY_LEN(pairs));
}

static void different_names_stay_different_in_length(void **state)
{
	_cleanup_(cleanup_free)
	char *with = clean(SPAN("web\u200B"));
	_cleanup_(cleanup_free)
	char *without = clean(SPAN("web"));

	(void)state;
	assert_string_not_equal(with, without);
}

static void sanitizing_appends(void **state)
{
	_cleanup_(strbuf_finish)
	struct strbuf out = STRBUF_INIT;

	(void)state;
	strbuf_adds(&out, "<");
	text_sanitize(SPAN("\x1b"), &out);
	text_sanitize(SPAN(">"), &out);
	assert_string_equal(out.data, "<?>");
}

/* Every character there is: out comes valid UTF-8, clean, and of the width that is promised. */
static void no_character_at_all_gets_through_as_a_control(void **state)
{
	(void)state;
	for (ucs4_t c = 0; c <= 0x10ffff; c++) {
		uint8_t encoded[6];
		_cleanup_(strbuf_finish)
		struct strbuf out = STRBUF_INIT;
		int n = u8_uctomb(encoded, c, sizeof(encoded));
		size_t width;

		if (n < 0)
			continue; /* surrogates have no encoding */
		text_sanitize((struct span) {(char *)encoded, (size_t)n}, &out);
		assert_null(u8_check((const uint8_t *)out.data, out.len));
		assert_true(text_is_clean(strbuf_span(&out)));
		width = text_width(strbuf_span(&out));
		assert_true(width <= 2);
		assert_true((unsigned char)out.data[0] >= 0x20);
		assert_true(out.data[0] != 0x7f);
		assert_false((unsigned char)out.data[0] == 0xc2 &&
			     (unsigned char)out.data[1] < 0xa0);
		/* What was replaced is one column of '?', or a blank. */
		if (out.len != (size_t)n || memcmp(out.data, encoded, out.len) != 0)
			assert_true(out.len == 1 && (out.data[0] == '?' || out.data[0] == ' '));
	}
}

static void every_pair_of_bytes_comes_out_clean(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 65536; i++) {
		const char in[3] = {(char)(i >> 8), (char)i, 'x'};
		_cleanup_(strbuf_finish)
		struct strbuf out = STRBUF_INIT;

		text_sanitize((struct span) {in, 3}, &out);
		assert_true(text_is_clean(strbuf_span(&out)));
		assert_int_equal(out.data[out.len - 1], 'x');
		for (const char *p = out.data; *p; p++)
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
	}
}

struct measured {
	struct span text;
	size_t columns;
};

static void width_counts_columns_and_not_bytes(void **state)
{
	static const struct measured cases[] = {
		{SPAN(""), 0},	    {SPAN("abc"), 3},
		{SPAN("größe"), 5}, {SPAN("e\u0301"), 1},
		{SPAN("容器"), 4},  {SPAN("🐳"), 2},
		{SPAN("a🐳b"), 4},   {SPAN("a\u0301\u0302\u0303"), 1},
		{SPAN("한글"), 4},  {SPAN("ｗｅｂ"), 6},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(text_width(cases[i].text), cases[i].columns);
}

struct cut {
	struct span text;
	size_t columns;
	const char *out;
	size_t used;
};

static void cutting_splits_no_character_and_none_of_its_marks(void **state)
{
	static const struct cut cases[] = {
		{SPAN("abc"), 2, "ab", 2},
		{SPAN("abc"), 3, "abc", 3},
		{SPAN("abc"), 99, "abc", 3},
		{SPAN("abc"), 0, "", 0},
		{SPAN("容器"), 3, "容", 2},
		{SPAN("容器"), 1, "", 0},
		{SPAN("a🐳"), 2, "a", 1},
		{SPAN("e\u0301x"), 1, "e\u0301", 1},
		{SPAN("e\u0301\u0302x"), 1, "e\u0301\u0302", 1},
		{SPAN("ae\u0301"), 1, "a", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t used = 99;
		struct span out = text_cut(cases[i].text, cases[i].columns, &used);

		assert_span(out, cases[i].out);
		assert_int_equal(used, cases[i].used);
		assert_int_equal(text_width(out), used);
		out = text_cut(cases[i].text, cases[i].columns, NULL);
		assert_span(out, cases[i].out);
	}
}

static void characters_come_one_by_one_with_their_columns(void **state)
{
	static const struct {
		uint32_t c;
		int columns;
	} want[] = {{'a', 1}, {0x301, 0}, {0x5bb9, 2}, {0xfffd, 1}, {0x1f433, 2}, {0xfffd, 1}};
	struct span copy = exact_copy(SPAN("a\u0301容\xff🐳\xe2")), rest = copy;
	uint32_t c;
	int columns;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_true(text_next(&rest, &c, &columns));
		assert_int_equal(c, want[i].c);
		assert_int_equal(columns, want[i].columns);
	}
	assert_false(text_next(&rest, &c, &columns));
	assert_int_equal(rest.len, 0);
	rest = SPAN("é");
	assert_true(text_next(&rest, &c, NULL));
	assert_int_equal(c, 0xe9);
	free((void *)copy.p);
}

static void searching_ignores_case_in_every_script(void **state)
{
	static const struct {
		struct span haystack, needle;
		bool found;
	} cases[] = {
		{SPAN("nginx"), SPAN(""), true},
		{SPAN(""), SPAN(""), true},
		{SPAN(""), SPAN("a"), false},
		{SPAN("my-Nginx-1"), SPAN("nGINX"), true},
		{SPAN("nginx"), SPAN("nginxx"), false},
		{SPAN("aaab"), SPAN("aab"), true},
		{SPAN("GRÖSSE"), SPAN("größe"), false}, /* simple folding, on purpose */
		{SPAN("GRÖE"), SPAN("röe"), true},
		{SPAN("ΟΔΥΣΣΕΥΣ"), SPAN("οδυσσευς"), true},
		{SPAN("ПРИВЕТ"), SPAN("вет"), true},
		{SPAN("\u212Aelvin"), SPAN("kelvin"), true},
		{SPAN("a\xff"
		      "b"),
		 SPAN("\xff"), true},
		{SPAN("a\xff"
		      "b"),
		 SPAN("\xfe"), false},
		{SPAN("a\uFFFD"), SPAN("\xff"), false},
		{SPAN("a\xc3"), SPAN("\xc3\xa9"), false},
		{SPAN("é"), SPAN("\xa9"), false}, /* not in the middle of a character */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span haystack = exact_copy(cases[i].haystack);
		struct span needle = exact_copy(cases[i].needle);

		if (text_contains_nocase(haystack, needle) != cases[i].found)
			fail_msg("case %zu", i);
		free((void *)haystack.p);
		free((void *)needle.p);
	}
}

static void the_first_locale_variable_that_is_set_decides(void **state)
{
	static const struct {
		const char *all, *ctype, *lang;
		bool utf8;
	} cases[] = {
		{NULL, NULL, NULL, false},
		{NULL, NULL, "en_US.UTF-8", true},
		{NULL, NULL, "de_DE.utf8@euro", true},
		{NULL, NULL, "C.UTF-8", true},
		{NULL, NULL, "POSIX", false},
		{NULL, NULL, "de_DE.ISO-8859-1", false},
		{"C", NULL, "en_US.UTF-8", false},
		{"", "", "en_US.UTF-8", true},
		{"", "C", "en_US.UTF-8", false},
		{"en_US.UTF-8", "C", "C", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
		const char *const values[] = {cases[i].all, cases[i].ctype, cases[i].lang};

		for (size_t j = 0; j < 3; j++) {
			if (values[j])
				setenv(names[j], values[j], 1);
			else
				unsetenv(names[j]);
		}
		if (text_is_utf8_locale() != cases[i].utf8)
			fail_msg("case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_harmless_stays_as_it_is),
		cmocka_unit_test(controls_become_question_marks_and_blanks),
		cmocka_unit_test(what_shows_nothing_or_turns_text_around_is_replaced),
		cmocka_unit_test(each_invalid_byte_becomes_one_question_mark),
		cmocka_unit_test(different_names_stay_different_in_length),
		cmocka_unit_test(sanitizing_appends),
		cmocka_unit_test(no_character_at_all_gets_through_as_a_control),
		cmocka_unit_test(every_pair_of_bytes_comes_out_clean),
		cmocka_unit_test(width_counts_columns_and_not_bytes),
		cmocka_unit_test(cutting_splits_no_character_and_none_of_its_marks),
		cmocka_unit_test(characters_come_one_by_one_with_their_columns),
		cmocka_unit_test(searching_ignores_case_in_every_script),
		cmocka_unit_test(the_first_locale_variable_that_is_set_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
