/* SPDX-License-Identifier: MIT */
/* The schemes: complete, findable, and never telling a state by colour alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/colors.h"
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

/* ---- More than sixteen colours ---- */

/* luminance() - of the WCAG, roughly: squares in place of the sRGB curve */
static double luminance(uint32_t rgb)
{
	double r = (rgb >> 16) / 255.0, g = (rgb >> 8 & 0xff) / 255.0, b = (rgb & 0xff) / 255.0;
	return 0.2126 * r * r + 0.7152 * g * g + 0.0722 * b * b;
}

static double contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a), y = luminance(b);
	return ((x > y ? x : y) + 0.05) / ((x > y ? y : x) + 0.05);
}

static void every_text_can_be_told_from_what_is_behind_it(void **state)
{
	(void)state;
	for (int i = 0; i < themes_len; i++) {
		const struct theme *theme = &themes[i];
		if (!theme->palette)
			continue;
		for (int role = 0; role < STYLE_ROLES; role++) {
			struct look look = theme->looks[role];
			uint32_t own_fg = theme->light ? 0x000000 : 0xd0d0d0;
			uint32_t own_bg = theme->light ? 0xffffff : 0x101010;
			uint32_t fg = look.fg < 0 ? own_fg : theme->palette[look.fg];
			uint32_t bg = look.bg < 0 ? own_bg : theme->palette[look.bg];
			if (contrast(fg, bg) < 3.0)
				fail_msg("%s: role %c: %.1f", theme->name,
					 style_letter((uint16_t)role), contrast(fg, bg));
		}
	}
}

static void the_nearest_of_256_is_found(void **state)
{
	(void)state;
	assert_int_equal(colors_nearest(0x000000), 16);
	assert_int_equal(colors_nearest(0xffffff), 231);
	assert_int_equal(colors_nearest(0xff0000), 196);
	assert_int_equal(colors_nearest(0x5f87af), 67);
	assert_int_equal(colors_nearest(0x080808), 232);
	assert_int_equal(colors_nearest(0x777777), 243);
}

static void colours_of_a_scheme_are_spelled_out_and_nothing_else_is_touched(void **state)
{
	(void)state;
	uint32_t palette[16] = {0x123456, 0xabcdef};
	struct color_map map;
	char in[256], out[256];
	_cleanup_(strbuf_finish)
	struct strbuf spelled = STRBUF_INIT;
	color_map_init(&map, palette);
	snprintf(in, sizeof(in),
		 "a\033[38;5;%dmb\033[48;5;%dm\033[38;5;200m\033[1mc\033[38;5;%d\033[38;5;",
		 map.nearest[0], map.nearest[1], map.nearest[0]);
	snprintf(out, sizeof(out),
		 "a\033[38;2;18;52;86mb\033[48;2;171;205;239m\033[38;5;200m\033[1mc\033[38;5;%d"
		 "\033[38;5;",
		 map.nearest[0]);
	color_map_spell_out(&map, span_of(in), &spelled);
	assert_string_equal(strbuf_cstr(&spelled), out);
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
		cmocka_unit_test(every_text_can_be_told_from_what_is_behind_it),
		cmocka_unit_test(the_nearest_of_256_is_found),
		cmocka_unit_test(colours_of_a_scheme_are_spelled_out_and_nothing_else_is_touched),
		cmocka_unit_test(flags_are_added_and_reverse_turns_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
