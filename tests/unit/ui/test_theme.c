/* SPDX-License-Identifier: MIT */
/* The schemes: complete, findable, and never telling a state by colour alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/theme.h"

static bool same_look(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

static void schemes_are_found_by_name(void **state)
{
	static const char *const names[] = {"default", "monochrome", "light", "colour-blind"};

	(void)state;
	assert_int_equal(themes_len, ARRAY_LEN(names));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_ptr_equal(theme_find(span_of(names[i])), &themes[i]);
	assert_null(theme_find(SPAN("defaul")));
	assert_null(theme_find(SPAN("")));
}

static void colours_are_of_the_sixteen(void **state)
{
	(void)state;
	for (int i = 0; i < themes_len; i++) {
		for (int role = 0; role < STYLE_ROLES; role++) {
			struct look look = themes[i].looks[role];

			assert_in_range(look.fg + 1, 0, 16);
			assert_in_range(look.bg + 1, 0, 16);
			assert_true(look.fg < 0 || look.fg != look.bg);
		}
	}
}

static void only_the_monochrome_one_has_no_colours(void **state)
{
	(void)state;
	for (int i = 0; i < themes_len; i++)
		assert_int_equal(theme_is_mono(&themes[i]),
				 strcmp(themes[i].name, "monochrome") == 0);
}

/* A person who sees no colours at all must see these. */
static void states_differ_in_more_than_the_foreground(void **state)
{
	static const enum style told_apart[] = {
		STYLE_HEADER,	   STYLE_SELECTED, STYLE_SELECTED_FOLLOW, STYLE_MATCH,
		STYLE_FOOTER_TEXT, STYLE_ALARM,	   STYLE_TAB_ACTIVE,	  STYLE_BOX_TITLE,
		STYLE_INPUT,	   STYLE_ERROR,
	};

	(void)state;
	for (int i = 0; i < themes_len; i++) {
		struct look normal = themes[i].looks[STYLE_NORMAL];

		for (size_t j = 0; j < ARRAY_LEN(told_apart); j++) {
			struct look look = themes[i].looks[told_apart[j]];

			look.fg = normal.fg;
			if (same_look(look, normal))
				fail_msg("%s: role %d differs by its colour only", themes[i].name,
					 told_apart[j]);
		}
	}
}

static void the_cursor_and_what_is_found_under_it_differ(void **state)
{
	(void)state;
	for (int i = 0; i < themes_len; i++) {
		const struct look *looks = themes[i].looks;

		assert_false(same_look(looks[STYLE_SELECTED], looks[STYLE_MATCH]));
		assert_false(same_look(looks[STYLE_SELECTED], looks[STYLE_SELECTED_FOLLOW]));
		assert_false(same_look(looks[STYLE_HEADER], looks[STYLE_HEADER_SORT]));
		assert_false(same_look(looks[STYLE_TAB], looks[STYLE_TAB_ACTIVE]));
	}
}

static void every_role_has_a_letter_of_its_own(void **state)
{
	bool seen[128] = {false};

	(void)state;
	assert_int_equal(style_letter(STYLE_NORMAL), '.');
	for (uint16_t role = 0; role < STYLE_ROLES; role++) {
		char letter = style_letter(role);

		assert_true(letter > ' ' && letter <= '~');
		assert_false(seen[(unsigned char)letter]);
		seen[(unsigned char)letter] = true;
		assert_int_equal(style_letter(role | STYLE_FLAG_BOLD), letter);
	}
}

static void flags_are_added_and_reverse_turns_around(void **state)
{
	const struct theme *mono = theme_find(SPAN("monochrome"));

	(void)state;
	assert_int_equal(theme_look(mono, STYLE_NORMAL | STYLE_FLAG_UNDERLINE).attributes,
			 STYLE_FLAG_UNDERLINE);
	assert_int_equal(theme_look(mono, STYLE_NORMAL | STYLE_FLAG_REVERSE).attributes,
			 STYLE_FLAG_REVERSE);
	assert_int_equal(theme_look(mono, STYLE_SELECTED | STYLE_FLAG_REVERSE).attributes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schemes_are_found_by_name),
		cmocka_unit_test(colours_are_of_the_sixteen),
		cmocka_unit_test(only_the_monochrome_one_has_no_colours),
		cmocka_unit_test(states_differ_in_more_than_the_foreground),
		cmocka_unit_test(the_cursor_and_what_is_found_under_it_differ),
		cmocka_unit_test(every_role_has_a_letter_of_its_own),
		cmocka_unit_test(flags_are_added_and_reverse_turns_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
