/* SPDX-License-Identifier: MIT */
/* Drawing into cells: clipping, wide characters, marks, look-alikes; and the four ways to write it out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/ascii.h"
#include "ui/canvas.h"

static void assert_frame(const struct canvas *canvas, enum canvas_format format,
			 const char *expected)
{
	struct strbuf out = STRBUF_INIT;

	canvas_write(canvas, &themes[0], format, &out);
	assert_string_equal(strbuf_cstr(&out), expected);
	strbuf_finish(&out);
}

/* Draw one text on a canvas of one line, and look at it. */
static void text_on_line_is_drawn_clipped_and_measured(void **state)
{
	static const struct {
		const char *name;
		int width, x;
		const char *text;
		int max;
		int used;
		const char *expected;
	} cases[] = {
		{"plain", 10, 1, "abc", -1, 3, " abc\n"},
		{"cut", 10, 0, "abcdef", 4, 4, "abcd\n"},
		{"out on the right", 5, 3, "abcdef", -1, 6, "   ab\n"},
		{"out on the left", 5, -2, "abcdef", -1, 6, "cdef\n"},
		{"all out", 5, 9, "abc", -1, 3, "\n"},
		{"wide", 10, 0, "a漢字b", -1, 6, "a漢字b\n"},
		{"a wide one is not cut in halves", 10, 0, "a漢字", 4, 3, "a漢\n"},
		{"half of a wide one at the right edge is blank", 4, 0, "abc漢", -1, 5, "abc\n"},
		{"half of a wide one at the left edge is blank", 6, -1, "漢ab", -1, 4, " ab\n"},
		{"marks take no columns", 10, 0, "e\xcc\x81x", -1, 2, "e\xcc\x81x\n"},
		{"marks beyond two are dropped", 10, 0, "e\xcc\x81\xcc\x82\xcc\x83x", -1, 2,
		 "e\xcc\x81\xcc\x82x\n"},
		{"a mark with nothing before it is dropped", 10, 2, "\xcc\x81x", -1, 1, "  x\n"},
		{"a mark on a wide one", 10, 0, "漢\xcc\x81x", -1, 3, "漢\xcc\x81x\n"},
		{"a variation selector is dropped", 10, 0,
		 "a\xef\xb8\x8f"
		 "b",
		 -1, 2, "ab\n"},
		{"control characters don't get in", 20, 0, "\033[31m\t\x7f\xc2\x9b", -1, -1, NULL},
		{"bytes that are no UTF-8", 10, 0,
		 "a\xff"
		 "b",
		 -1, 3,
		 "a\xef\xbf\xbd"
		 "b\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct canvas canvas;

		print_message("%s\n", cases[i].name);
		canvas_init(&canvas, cases[i].width, 1, false);
		int used = canvas_text(&canvas, cases[i].x, 0, STYLE_NORMAL, span_of(cases[i].text),
				       cases[i].max);

		if (cases[i].expected) {
			assert_int_equal(used, cases[i].used);
			assert_frame(&canvas, CANVAS_TEXT, cases[i].expected);
		}
		for (int x = 0; x < canvas.width; x++) {
			uint32_t ch = canvas.cells[x].ch;

			assert_true(ch == 0 || (ch >= ' ' && (ch < 0x7f || ch >= 0xa0)));
			assert_true(ch != 0 || (x > 0 && canvas.cells[x - 1].ch > 0x7f));
		}
		canvas_finish(&canvas);
	}
}

static void overwriting_half_of_a_wide_character_blanks_the_other(void **state)
{
	struct canvas canvas;

	(void)state;
	canvas_init(&canvas, 8, 1, false);
	canvas_text(&canvas, 0, 0, STYLE_NORMAL, SPAN("漢字漢字"), -1);
	canvas_text(&canvas, 1, 0, STYLE_NORMAL, SPAN("x"), -1);
	canvas_text(&canvas, 4, 0, STYLE_NORMAL, SPAN("y"), -1);
	assert_frame(&canvas, CANVAS_TEXT, " x字y 字\n");
	canvas_text(&canvas, 5, 0, STYLE_NORMAL, SPAN("中"), -1);
	assert_frame(&canvas, CANVAS_TEXT, " x字y中\n");
	canvas_finish(&canvas);
}

static void outside_of_the_clip_nothing_changes(void **state)
{
	struct canvas canvas;

	(void)state;
	canvas_init(&canvas, 6, 3, false);
	canvas_fill(&canvas, (struct rect) {0, 0, 6, 3}, '.', STYLE_NORMAL);
	struct rect old = canvas_clip(&canvas, (struct rect) {1, 1, 4, 9});

	assert_int_equal(old.width, 6);
	canvas_text(&canvas, -1, 1, STYLE_NORMAL, SPAN("abcdefghij"), -1);
	canvas_text(&canvas, 0, 0, STYLE_NORMAL, SPAN("abcdef"), -1);
	canvas_fill(&canvas, (struct rect) {-5, 2, 100, 100}, '#', STYLE_NORMAL);
	canvas_restyle(&canvas, (struct rect) {-5, -5, 100, 100}, STYLE_ALARM);
	canvas_clip(&canvas, old);
	assert_frame(&canvas, CANVAS_STYLED,
		     "......\n.cdef.\n.####.\n"
		     "\n"
		     "......\n.****.\n.****.\n");
	canvas_finish(&canvas);
}

static void a_box_has_a_title_if_there_is_room(void **state)
{
	struct canvas canvas;

	(void)state;
	canvas_init(&canvas, 12, 5, false);
	canvas_box(&canvas, (struct rect) {0, 0, 12, 3}, STYLE_BOX, SPAN("a long title"));
	canvas_box(&canvas, (struct rect) {0, 3, 5, 2}, STYLE_BOX, SPAN("no"));
	assert_frame(&canvas, CANVAS_TEXT,
		     "┌─ a long ─┐\n"
		     "│          │\n"
		     "└──────────┘\n"
		     "┌───┐\n"
		     "└───┘\n");
	canvas_finish(&canvas);
}

static void in_ascii_everything_looks_alike(void **state)
{
	struct canvas canvas;

	(void)state;
	canvas_init(&canvas, 30, 4, true);
	canvas_box(&canvas, (struct rect) {0, 0, 8, 3}, STYLE_BOX, SPAN(""));
	canvas_text(&canvas, 9, 0, STYLE_NORMAL, SPAN("Größe 漢 ▽△ ↑↓ « »"), -1);
	canvas_text(&canvas, 9, 1, STYLE_NORMAL, SPAN("▁▂▃▄▅▆▇█ ░▒▓ ⣿⡀⠀"), -1);
	canvas_text(&canvas, 9, 2, STYLE_NORMAL, SPAN("e\xcc\x81 \"…\" – • ✓ ’"), -1);
	assert_frame(&canvas, CANVAS_TEXT,
		     "+------+ Grose ?? v^ ^v < >\n"
		     "|      | __.:-=+# .:# @.\n"
		     "+------+ e \"~\" - * + '\n"
		     "\n");
	canvas_finish(&canvas);
}

static void every_look_alike_can_be_printed(void **state)
{
	(void)state;
	for (uint32_t ch = 0; ch < 0x30000; ch++) {
		char c = ascii_lookalike(ch);

		assert_true(c >= ' ' && c <= '~');
		if (ch >= ' ' && ch <= '~')
			assert_int_equal(c, ch);
	}
}

static void canvases_are_equal_by_cells_and_cursor(void **state)
{
	struct canvas a, b;

	(void)state;
	canvas_init(&a, 5, 2, false);
	canvas_init(&b, 5, 2, false);
	assert_true(canvas_equal(&a, &b));
	canvas_text(&a, 0, 0, STYLE_NORMAL, SPAN("x"), -1);
	assert_false(canvas_equal(&a, &b));
	canvas_text(&b, 0, 0, STYLE_OK, SPAN("x"), -1);
	assert_false(canvas_equal(&a, &b));
	canvas_restyle(&b, (struct rect) {0, 0, 5, 2}, STYLE_NORMAL);
	assert_true(canvas_equal(&a, &b));
	a.cursor_x = a.cursor_y = 1;
	assert_false(canvas_equal(&a, &b));
	canvas_copy(&b, &a);
	assert_true(canvas_equal(&a, &b));
	canvas_resize(&b, 4, 2);
	assert_false(canvas_equal(&a, &b));
	canvas_copy(&b, &a);
	assert_true(canvas_equal(&a, &b));
	canvas_finish(&a);
	canvas_finish(&b);
}

static void no_size_breaks_it(void **state)
{
	static const int sizes[][2] = {{0, 0}, {-3, 5}, {1, 1}, {2, 1}, {500, 200}, {1 << 30, 1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct canvas canvas;

		canvas_init(&canvas, sizes[i][0], sizes[i][1], false);
		assert_true(canvas.width >= 1 && canvas.height >= 1);
		canvas_box(&canvas, (struct rect) {0, 0, canvas.width, canvas.height}, STYLE_BOX,
			   SPAN("title"));
		canvas_text(&canvas, canvas.width - 1, canvas.height - 1, STYLE_NORMAL, SPAN("漢"),
			    -1);
		canvas_textf(&canvas, 0, 0, STYLE_NORMAL, "%d", 1 << 30);
		canvas_finish(&canvas);
	}
}

static void escape_codes_come_from_the_theme(void **state)
{
	struct canvas canvas;

	(void)state;
	canvas_init(&canvas, 4, 1, false);
	canvas_text(&canvas, 0, 0, STYLE_ALARM, SPAN("ab"), -1);
	canvas_text(&canvas, 2, 0, STYLE_SELECTED | STYLE_FLAG_UNDERLINE, SPAN("c"), -1);
	assert_frame(&canvas, CANVAS_ANSI, "\033[0;1;91mab\033[0;4;30;46mc\033[0m \033[0m\n");
	canvas_finish(&canvas);
}

static size_t count(const struct strbuf *out, const char *needle)
{
	size_t n = 0;

	for (const char *p = strbuf_cstr(out); (p = strstr(p, needle)); p++)
		n++;
	return n;
}

static void a_picture_places_every_run_and_draws_lines_as_shapes(void **state)
{
	struct canvas canvas;
	struct strbuf out = STRBUF_INIT;

	(void)state;
	canvas_init(&canvas, 20, 4, false);
	canvas_box(&canvas, (struct rect) {0, 0, 20, 4}, STYLE_BOX, SPAN(""));
	canvas_text(&canvas, 2, 1, STYLE_ALARM, SPAN("a<b & c  漢▄⣿"), -1);
	canvas_write(&canvas, &themes[0], CANVAS_SVG, &out);
	/* One run up to the gap, one wide character; lines, block and dots are no text. */
	assert_int_equal(count(&out, "<text "), 2);
	assert_non_null(strstr(out.data, "textLength=\"560\""));
	assert_non_null(strstr(out.data, "textLength=\"160\""));
	assert_non_null(strstr(out.data, ">a&lt;b &amp; c</text>"));
	assert_non_null(strstr(out.data, ">漢</text>"));
	assert_non_null(strstr(out.data, "font-weight=\"bold\""));
	assert_int_equal(count(&out, "─"), 0);
	assert_true(count(&out, "<path ") >= 4);
	assert_int_equal(strncmp(out.data, "<svg ", 5), 0);
	assert_string_equal(out.data + out.len - 7, "</svg>\n");
	strbuf_finish(&out);
	canvas_finish(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_on_line_is_drawn_clipped_and_measured),
		cmocka_unit_test(overwriting_half_of_a_wide_character_blanks_the_other),
		cmocka_unit_test(outside_of_the_clip_nothing_changes),
		cmocka_unit_test(a_box_has_a_title_if_there_is_room),
		cmocka_unit_test(in_ascii_everything_looks_alike),
		cmocka_unit_test(every_look_alike_can_be_printed),
		cmocka_unit_test(canvases_are_equal_by_cells_and_cursor),
		cmocka_unit_test(no_size_breaks_it),
		cmocka_unit_test(escape_codes_come_from_the_theme),
		cmocka_unit_test(a_picture_places_every_run_and_draws_lines_as_shapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
