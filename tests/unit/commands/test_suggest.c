/* SPDX-License-Identifier: MIT */
/* Distances between words, and which of them is still near enough to be meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "commands/suggest.h"

static void distances_count_slips(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{"", "", 0},
		{"a", "", 1},
		{"", "abc", 3},
		{"list", "list", 0},
		{"lst", "list", 1},
		{"liist", "list", 1},
		{"lisp", "list", 1},
		{"lsit", "list", 1},
		{"tsil", "list", 3},
		{"stats", "tree", 4},
		{"inpsect", "inspect", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span a = span_of(cases[i].a), b = span_of(cases[i].b);

		assert_int_equal(edit_distance(a, b), cases[i].distance);
		assert_int_equal(edit_distance(b, a), cases[i].distance);
	}
}

static void words_too_long_to_be_meant_are_infinitely_far(void **state)
{
	char word[66] = "";

	(void)state;
	for (size_t i = 0; i < 65; i++)
		word[i] = 'x';
	assert_true(edit_distance(span_of(word), SPAN("x")) == SIZE_MAX);
	assert_true(edit_distance(SPAN("x"), span_of(word)) == SIZE_MAX);
	assert_int_equal(edit_distance((struct span) {word, 64}, SPAN("x")), 63);
}

static void only_a_near_word_is_suggested(void **state)
{
	static const char *const known[] = {"list", "stats", "ps", "ns", "tree", "inspect"};
	static const struct {
		const char *word;
		const char *meant;
	} cases[] = {
		{"lsit", "list"}, {"lst", "list"},	 {"tre", "tree"}, {"stast", "stats"},
		{"pss", "ps"},	  {"inspct", "inspect"}, {"qqqq", NULL},  {"", NULL},
		{"xy", NULL},	  {"containers", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct suggestion suggestion = suggestion_for(span_of(cases[i].word));

		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			suggestion_consider(&suggestion, known[k]);
		if (cases[i].meant)
			assert_string_equal(suggestion_get(&suggestion), cases[i].meant);
		else
			assert_null(suggestion_get(&suggestion));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_count_slips),
		cmocka_unit_test(words_too_long_to_be_meant_are_infinitely_far),
		cmocka_unit_test(only_a_near_word_is_suggested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
