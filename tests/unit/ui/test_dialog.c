/* SPDX-License-Identifier: MIT */
/* Prompt, menu and box: what keys and clicks do to them, and what they look like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/dialog.h"

#define CTRL(c) ((uint32_t)((c)&0x1f))

static enum dialog_result press(struct dialog *dialog, uint32_t key)
{
	return dialog_event(dialog, &(struct event) {.key = key});
}

static enum dialog_result click(struct dialog *dialog, int x, int y, enum mouse_button button)
{
	return dialog_event(dialog, &(struct event) {KEY_CODE_MOUSE, x, y, button});
}

static void type(struct dialog *dialog, const char *text)
{
	for (; *text; text++)
		assert_int_equal(press(dialog, (uint32_t)*text), DIALOG_CHANGED);
}

/* has_line() - whether a line of the drawn canvas holds @text */
static bool draws(struct dialog *dialog, int width, int height, const char *text)
{
	struct canvas canvas;
	_cleanup_(strbuf_finish)
	struct strbuf out = STRBUF_INIT;
	canvas_init(&canvas, width, height, true);
	dialog_draw(dialog, &canvas, (struct rect) {0, 0, width, height});
	canvas_write(&canvas, theme_find(SPAN("default")), CANVAS_TEXT, &out);
	canvas_finish(&canvas);
	return strstr(strbuf_cstr(&out), text) != NULL;
}

static void what_is_typed_stands_in_the_prompt(void **state)
{
	(void)state;
	struct dialog dialog = {0};
	dialog_open_prompt(&dialog, "Filter", SPAN("web"));
	type(&dialog, "|db");
	assert_string_equal(strbuf_cstr(&dialog.text), "web|db");
	assert_true(draws(&dialog, 80, 24, "Filter: web|db"));
	assert_int_equal(press(&dialog, KEY_CODE_ENTER), DIALOG_DONE);
	assert_int_equal(dialog.kind, DIALOG_NONE);
	assert_string_equal(strbuf_cstr(&dialog.text), "web|db");
	dialog_finish(&dialog);
}

static void the_prompt_is_edited_as_a_line_is(void **state)
{
	(void)state;
	static const struct {
		const char *start;
		uint32_t keys[4];
		const char *text;
		size_t cursor;
	} rows[] = {
		{"abc", {KEY_CODE_BACKSPACE}, "ab", 2},
		{"abc", {KEY_CODE_LEFT, KEY_CODE_BACKSPACE}, "ac", 1},
		{"abc", {KEY_CODE_HOME, KEY_CODE_DELETE}, "bc", 0},
		{"abc", {CTRL('a'), 'x'}, "xabc", 1},
		{"abc", {CTRL('a'), KEY_CODE_RIGHT, 'x'}, "axbc", 2},
		{"abc", {CTRL('a'), CTRL('e'), 'x'}, "abcx", 4},
		{"a bc", {CTRL('w')}, "a ", 2},
		{"a bc  ", {CTRL('w')}, "a ", 2},
		{"abc", {KEY_CODE_LEFT, CTRL('u')}, "c", 0},
		{"", {KEY_CODE_BACKSPACE, KEY_CODE_DELETE, KEY_CODE_LEFT, KEY_CODE_RIGHT}, "", 0},
		{"\xc3\xa9\xe2\x82\xac", {KEY_CODE_BACKSPACE}, "\xc3\xa9", 2},
		{"\xc3\xa9\xe2\x82\xac", {KEY_CODE_HOME, KEY_CODE_DELETE}, "\xe2\x82\xac", 0},
		{"", {0x20ac}, "\xe2\x82\xac", 3},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dialog dialog = {0};
		dialog_open_prompt(&dialog, "x", span_of(rows[i].start));
		for (size_t j = 0; j < 4 && rows[i].keys[j]; j++)
			press(&dialog, rows[i].keys[j]);
		assert_string_equal(strbuf_cstr(&dialog.text), rows[i].text);
		assert_int_equal(dialog.cursor, rows[i].cursor);
		dialog_finish(&dialog);
	}
}

static void controls_and_hostile_characters_are_not_typed(void **state)
{
	(void)state;
	static const uint32_t keys[] = {0x202e, 0x85, 0x200b, 0xd800};
	struct dialog dialog = {0};
	dialog_open_prompt(&dialog, "x", SPAN(""));
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		assert_int_equal(press(&dialog, keys[i]), DIALOG_OPEN);
	assert_int_equal(dialog.text.len, 0);
	dialog_finish(&dialog);
}

static void a_text_has_an_end(void **state)
{
	(void)state;
	struct dialog dialog = {0};
	dialog_open_prompt(&dialog, "x", SPAN(""));
	for (int i = 0; i < 10000; i++)
		press(&dialog, 'a');
	assert_in_range(dialog.text.len, 100, 1000);
	dialog_finish(&dialog);
}

static void keys_that_are_not_for_typing_are_handed_back(void **state)
{
	(void)state;
	struct dialog dialog = {0};
	dialog_open_prompt(&dialog, "x", SPAN(""));
	assert_int_equal(press(&dialog, KEY_CODE_F3), DIALOG_NOT_MINE);
	assert_int_equal(press(&dialog, KEY_CODE_DOWN), DIALOG_NOT_MINE);
	assert_int_equal(dialog.kind, DIALOG_PROMPT);
	dialog_finish(&dialog);
}

static void the_cursor_stays_in_view_in_a_long_text(void **state)
{
	(void)state;
	struct dialog dialog = {0};
	struct canvas canvas;
	dialog_open_prompt(&dialog, "Filter", SPAN("0123456789012345678901234567890123456789end"));
	assert_true(draws(&dialog, 20, 5, "end"));
	canvas_init(&canvas, 20, 5, true);
	dialog_draw(&dialog, &canvas, (struct rect) {0, 0, 20, 5});
	assert_int_equal(canvas.cursor_y, 4);
	assert_in_range(canvas.cursor_x, 8, 19);
	press(&dialog, KEY_CODE_HOME);
	dialog_draw(&dialog, &canvas, (struct rect) {0, 0, 20, 5});
	assert_int_equal(canvas.cursor_x, 8);
	canvas_finish(&canvas);
	dialog_finish(&dialog);
}

static void a_note_says_what_is_wrong_with_the_text(void **state)
{
	(void)state;
	struct dialog dialog = {0};
	dialog_open_prompt(&dialog, "Filter", SPAN("cpu>"));
	strbuf_adds(&dialog.note, "no field is called 'cpu'");
	assert_true(draws(&dialog, 80, 24, "no field is called 'cpu'"));
	assert_true(draws(&dialog, 80, 24, "cpu>"));
	assert_true(draws(&dialog, 20, 5, "cpu>"));
	dialog_finish(&dialog);
}

static const struct dialog_choice choices[] = {
	{"Alpha", "the first"}, {"Beta", NULL},	  {"Gamma", NULL},
	{"Delta", "the last"},	{"beta 2", NULL},
};

static void a_menu_moves_and_chooses(void **state)
{
	(void)state;
	static const struct {
		uint32_t key;
		size_t chosen;
	} rows[] = {
		{KEY_CODE_DOWN, 1}, {KEY_CODE_DOWN, 2}, {KEY_CODE_UP, 1}, {KEY_CODE_END, 4},
		{KEY_CODE_DOWN, 4}, {KEY_CODE_HOME, 0}, {KEY_CODE_UP, 0}, {'b', 1},
		{'b', 4},	    {'B', 1},		{'z', 1},
	};
	struct dialog dialog = {0};
	dialog_open_menu(&dialog, "Sort by", choices, ARRAY_LEN(choices), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		press(&dialog, rows[i].key);
		assert_int_equal(dialog.chosen, rows[i].chosen);
	}
	assert_int_equal(press(&dialog, KEY_CODE_ENTER), DIALOG_DONE);
	assert_int_equal(dialog.chosen, 1);
	dialog_finish(&dialog);
}

static void a_menu_is_cancelled(void **state)
{
	(void)state;
	static const uint32_t keys[] = {KEY_CODE_ESC, CTRL('c'), CTRL('g')};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct dialog dialog = {0};
		dialog_open_menu(&dialog, "Sort by", choices, ARRAY_LEN(choices), 0);
		assert_int_equal(press(&dialog, keys[i]), DIALOG_CANCELLED);
		assert_int_equal(dialog.kind, DIALOG_NONE);
		dialog_finish(&dialog);
	}
}

static void a_menu_shows_the_help_of_its_choice(void **state)
{
	(void)state;
	struct dialog dialog = {0};
	dialog_open_menu(&dialog, "Sort by", choices, ARRAY_LEN(choices), 3);
	assert_true(draws(&dialog, 80, 24, "the last"));
	press(&dialog, KEY_CODE_HOME);
	assert_true(draws(&dialog, 80, 24, "the first"));
	dialog_finish(&dialog);
}

static void a_menu_in_a_small_window_scrolls_to_its_choice(void **state)
{
	(void)state;
	struct dialog dialog = {0};
	dialog_open_menu(&dialog, "Sort by", choices, ARRAY_LEN(choices), 0);
	assert_true(draws(&dialog, 20, 5, "Alpha"));
	assert_false(draws(&dialog, 20, 5, "Delta"));
	press(&dialog, KEY_CODE_END);
	assert_true(draws(&dialog, 20, 5, "beta 2"));
	dialog_finish(&dialog);
}

static void a_click_chooses_in_a_menu(void **state)
{
	(void)state;
	struct dialog dialog = {0};
	dialog_open_menu(&dialog, "Sort by", choices, ARRAY_LEN(choices), 0);
	assert_true(draws(&dialog, 80, 24, "Gamma"));
	int x = dialog.rect.x + 3, y = dialog.rect.y + 1;
	assert_int_equal(click(&dialog, x, dialog.rect.y, MOUSE_LEFT), DIALOG_OPEN);
	assert_int_equal(click(&dialog, x, y + 1, MOUSE_WHEEL_DOWN), DIALOG_CHANGED);
	assert_int_equal(click(&dialog, x, y + 2, MOUSE_LEFT), DIALOG_DONE);
	assert_int_equal(dialog.chosen, 2);
	dialog_open_menu(&dialog, "Sort by", choices, ARRAY_LEN(choices), 0);
	assert_int_equal(click(&dialog, 0, 0, MOUSE_LEFT), DIALOG_CANCELLED);
	dialog_finish(&dialog);
}

static void an_empty_menu_is_harmless(void **state)
{
	(void)state;
	struct dialog dialog = {0};
	dialog_open_menu(&dialog, "Sort by", NULL, 0, 0);
	press(&dialog, KEY_CODE_DOWN);
	press(&dialog, 'x');
	assert_true(draws(&dialog, 80, 24, "Sort by"));
	assert_int_equal(press(&dialog, KEY_CODE_ESC), DIALOG_CANCELLED);
	dialog_finish(&dialog);
}

static void a_box_scrolls_and_any_other_key_closes_it(void **state)
{
	(void)state;
	struct dialog_line lines[40] = {0};
	struct dialog dialog = {0};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		lines[i].parts[0] = (struct dialog_part) {STYLE_BOX, i == 39 ? "the end" : "line"};
	dialog_open_box(&dialog, "Help", lines, ARRAY_LEN(lines));
	assert_false(draws(&dialog, 40, 10, "the end"));
	assert_true(draws(&dialog, 40, 10, "more"));
	assert_int_equal(press(&dialog, KEY_CODE_END), DIALOG_OPEN);
	assert_true(draws(&dialog, 40, 10, "the end"));
	assert_false(draws(&dialog, 40, 10, "more"));
	assert_int_equal(press(&dialog, 'x'), DIALOG_CANCELLED);
	dialog_finish(&dialog);
}

static void dialogs_draw_on_any_size(void **state)
{
	(void)state;
	struct dialog_line line = {{{STYLE_BOX, "some text"}}};
	for (int width = 1; width < 90; width += width < 30 ? 1 : 20) {
		for (int height = 1; height < 30; height += height < 8 ? 1 : 7) {
			struct dialog dialog = {0};
			dialog_open_prompt(&dialog, "Filter", SPAN("some text"));
			strbuf_adds(&dialog.note, "wrong");
			draws(&dialog, width, height, "");
			dialog_open_menu(&dialog, "Sort by", choices, ARRAY_LEN(choices), 4);
			draws(&dialog, width, height, "");
			press(&dialog, KEY_CODE_UP);
			dialog_open_box(&dialog, "Help", &line, 1);
			draws(&dialog, width, height, "");
			press(&dialog, KEY_CODE_DOWN);
			dialog_finish(&dialog);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_stands_in_the_prompt),
		cmocka_unit_test(the_prompt_is_edited_as_a_line_is),
		cmocka_unit_test(controls_and_hostile_characters_are_not_typed),
		cmocka_unit_test(a_text_has_an_end),
		cmocka_unit_test(keys_that_are_not_for_typing_are_handed_back),
		cmocka_unit_test(the_cursor_stays_in_view_in_a_long_text),
		cmocka_unit_test(a_note_says_what_is_wrong_with_the_text),
		cmocka_unit_test(a_menu_moves_and_chooses),
		cmocka_unit_test(a_menu_is_cancelled),
		cmocka_unit_test(a_menu_shows_the_help_of_its_choice),
		cmocka_unit_test(a_menu_in_a_small_window_scrolls_to_its_choice),
		cmocka_unit_test(a_click_chooses_in_a_menu),
		cmocka_unit_test(an_empty_menu_is_harmless),
		cmocka_unit_test(a_box_scrolls_and_any_other_key_closes_it),
		cmocka_unit_test(dialogs_draw_on_any_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
