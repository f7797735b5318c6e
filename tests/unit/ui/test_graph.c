/* SPDX-License-Identifier: MIT */
/* Bars and sparklines as text. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/graph.h"

static void assert_frame(const struct canvas *canvas, enum canvas_format format,
			 const char *expected)
{
	struct strbuf out = STRBUF_INIT;

	canvas_write(canvas, &themes[0], format, &out);
	assert_string_equal(strbuf_cstr(&out), expected);
	strbuf_finish(&out);
}

#define PARTS(...)                                                                                 \
	(struct graph_part[]) {__VA_ARGS__}, ARRAY_LEN(((struct graph_part[]) {__VA_ARGS__}))

static const struct {
	const char *name;
	int width;
	bool mono;
	struct graph_bar bar;
	const char *text, *styles;
} bars[] = {
	{"empty",
	 14,
	 false,
	 {SPAN("Mem"), SPAN("0"), PARTS({0, STYLE_BAR_USER})},
	 "Mem[        0]\n",
	 "LLLb........db\n"},
	{"half",
	 14,
	 false,
	 {SPAN("Mem"), SPAN(""), PARTS({0.5, STYLE_BAR_USER})},
	 "Mem[|||||    ]\n",
	 "LLLbuuuuu....b\n"},
	{"parts",
	 14,
	 false,
	 {SPAN("CPU"), SPAN("80%"),
	  PARTS({0.4, STYLE_BAR_USER}, {0.2, STYLE_BAR_SYSTEM}, {0.2, STYLE_BAR_WAIT})},
	 "CPU[||||||80%]\n",
	 "LLLbuuuuywwddb\n"},
	{"without colours",
	 14,
	 true,
	 {SPAN("CPU"), SPAN(""),
	  PARTS({0.4, STYLE_BAR_USER}, {0.2, STYLE_BAR_SYSTEM}, {0.2, STYLE_BAR_WAIT})},
	 "CPU[||||#**  ]\n",
	 "LLLbuuuuyww..b\n"},
	{"more than all",
	 14,
	 false,
	 {SPAN("CPU"), SPAN(""), PARTS({0.8, STYLE_BAR_USER}, {7, STYLE_BAR_SYSTEM})},
	 "CPU[|||||||||]\n",
	 "LLLbuuuuuuuyyb\n"},
	{"no number",
	 14,
	 false,
	 {SPAN("CPU"), SPAN("?"), PARTS({NAN, STYLE_BAR_USER}, {-1, STYLE_BAR_USER})},
	 "CPU[        ?]\n",
	 "LLLb........db\n"},
	{"the end of a text too long",
	 10,
	 false,
	 {SPAN("Mem"), SPAN("12.3G/15.6G"), PARTS({0, STYLE_BAR_USER})},
	 "Mem[15.6G]\n",
	 "LLLbdddddb\n"},
	{"no room for a bar",
	 7,
	 false,
	 {SPAN("Mem"), SPAN("12.3G/15.6G"), PARTS({0.5, STYLE_BAR_USER})},
	 "Mem 12.\n",
	 "LLL....\n"},
	{"no room at all",
	 2,
	 false,
	 {SPAN("Mem"), SPAN("12.3G"), PARTS({0.5, STYLE_BAR_USER})},
	 "Me\n",
	 "LL\n"},
};

static void a_bar_shows_shares(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bars); i++) {
		struct canvas canvas;
		struct strbuf expected = STRBUF_INIT;

		print_message("%s\n", bars[i].name);
		canvas_init(&canvas, bars[i].width, 1, false);
		canvas.mono = bars[i].mono;
		graph_bar_draw(&canvas, (struct rect) {0, 0, bars[i].width, 1}, &bars[i].bar);
		strbuf_addf(&expected, "%s\n%s", bars[i].text, bars[i].styles);
		assert_frame(&canvas, CANVAS_STYLED, strbuf_cstr(&expected));
		strbuf_finish(&expected);
		canvas_finish(&canvas);
	}
}

static void a_sparkline_ends_at_the_right(void **state)
{
	static const double values[] = {0, 1, 2, 3, 4, 4, NAN, 0.01};
	struct graph_spark spark = {values, ARRAY_LEN(values), 4, STYLE_OK, GRAPH_BRAILLE, 0,
				    false};
	struct canvas canvas;

	(void)state;
	canvas_init(&canvas, 6, 1, false);
	graph_spark_draw(&canvas, (struct rect) {0, 0, 6, 1}, &spark);
	assert_frame(&canvas, CANVAS_TEXT, "  ⢀⣴⣿⢀\n");
	canvas_clear(&canvas);
	graph_spark_draw(&canvas, (struct rect) {4, 0, 2, 1}, &spark);
	assert_frame(&canvas, CANVAS_TEXT, "    ⣿⢀\n");
	canvas_finish(&canvas);
}

static void a_high_sparkline_has_four_levels_a_line(void **state)
{
	static const double values[] = {1, 2, 3, 4, 5, 6, 7, 8};
	struct graph_spark spark = {values, ARRAY_LEN(values), 0, STYLE_OK, GRAPH_BRAILLE, 0,
				    false};
	struct canvas canvas;

	(void)state;
	canvas_init(&canvas, 4, 2, false);
	graph_spark_draw(&canvas, (struct rect) {0, 0, 4, 2}, &spark);
	assert_frame(&canvas, CANVAS_TEXT, "  ⣠⣾\n⣠⣾⣿⣿\n");
	canvas_finish(&canvas);
}

static void nothing_to_show_shows_nothing(void **state)
{
	static const double unknown[] = {NAN, NAN, 0};
	struct graph_spark none = {NULL, 0, 0, STYLE_OK, GRAPH_BRAILLE, 0, false};
	struct graph_spark unknowns = {unknown, ARRAY_LEN(unknown), 0, STYLE_OK, GRAPH_BRAILLE, 0,
				       false};
	struct canvas canvas;

	(void)state;
	canvas_init(&canvas, 4, 1, false);
	graph_spark_draw(&canvas, (struct rect) {0, 0, 4, 1}, &none);
	graph_spark_draw(&canvas, (struct rect) {0, 0, 4, 1}, &unknowns);
	graph_spark_draw(&canvas, (struct rect) {0, 0, 0, 0}, &unknowns);
	assert_frame(&canvas, CANVAS_TEXT, "\n");
	assert_int_equal(graph_samples(&canvas, GRAPH_BRAILLE, -1), 0);
	assert_int_equal(graph_samples(&canvas, GRAPH_BRAILLE, 4), 8);
	canvas_finish(&canvas);
}

static void other_marks_show_one_value_a_column(void **state)
{
	static const double values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
	struct graph_spark spark = {values, ARRAY_LEN(values), 8, STYLE_OK, GRAPH_BLOCKS, 0, false};
	struct canvas canvas;

	(void)state;
	canvas_init(&canvas, 9, 1, false);
	graph_spark_draw(&canvas, (struct rect) {0, 0, 9, 1}, &spark);
	assert_frame(&canvas, CANVAS_TEXT, " ▁▂▃▄▅▆▇█\n");
	assert_int_equal(graph_samples(&canvas, GRAPH_BLOCKS, 9), 9);
	canvas_finish(&canvas);
	/* An ASCII canvas has no other marks than its own. */
	canvas_init(&canvas, 9, 2, true);
	graph_spark_draw(&canvas, (struct rect) {0, 0, 9, 2}, &spark);
	assert_frame(&canvas, CANVAS_TEXT, "     .::|\n .::|||||\n");
	assert_int_equal(graph_samples(&canvas, GRAPH_BRAILLE, 9), 9);
	canvas_finish(&canvas);
}

static void zero_is_ground_and_unknown_is_a_gap(void **state)
{
	static const double values[] = {0, NAN, 0, 8};
	struct graph_spark spark = {values, ARRAY_LEN(values), 8, STYLE_OK, GRAPH_ASCII, 8, true};
	struct canvas canvas;

	(void)state;
	canvas_init(&canvas, 4, 1, true);
	graph_spark_draw(&canvas, (struct rect) {0, 0, 4, 1}, &spark);
	assert_frame(&canvas, CANVAS_STYLED, "_ _|\n\ndod*\n");
	canvas_finish(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bar_shows_shares),
		cmocka_unit_test(a_sparkline_ends_at_the_right),
		cmocka_unit_test(a_high_sparkline_has_four_levels_a_line),
		cmocka_unit_test(nothing_to_show_shows_nothing),
		cmocka_unit_test(other_marks_show_one_value_a_column),
		cmocka_unit_test(zero_is_ground_and_unknown_is_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
