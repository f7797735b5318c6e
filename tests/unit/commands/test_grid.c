/* SPDX-License-Identifier: MIT */
/* Cells under each other, in as much room as there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "commands/grid.h"

static const struct grid_column columns[] = {{GRID_SHRINK, 4}, {GRID_RIGHT, 0}, {GRID_SHRINK, 6}};

static void fill(struct grid *grid)
{
	static const char *const cells[] = {
		"NAME",	      "N",     "WHAT",
		"short",      "1",     "a thing",
		"größe-漢字", "12345", "a longer thing that is told about",
	};

	grid_init(grid, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		grid_add(grid, span_of(cells[i]));
}

static void check(const struct grid *grid, size_t indent, size_t width, const char *expected)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	grid_write(grid, indent, width, &text);
	assert_string_equal(strbuf_cstr(&text), expected);
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
	_cleanup_(grid_finish)
	struct grid grid;

	(void)state;
	fill(&grid);
	check(&grid, 0, 0,
	      "NAME            N  WHAT\n"
	      "short           1  a thing\n"
	      "größe-漢字  12345  a longer thing that is told about\n");
	check(&grid, 2, 100,
	      "  NAME            N  WHAT\n"
	      "  short           1  a thing\n"
	      "  größe-漢字  12345  a longer thing that is told about\n");
}

static void the_widest_column_gives_way_first(void **state)
{
	_cleanup_(grid_finish)
	struct grid grid;

	(void)state;
	fill(&grid);
	check(&grid, 0, 40,
	      "NAME            N  WHAT\n"
	      "short           1  a thing\n"
	      "größe-漢字  12345  a longer thing that …\n");
	/* Both are as short as they may be; a wide character is never cut in half. */
	check(&grid, 0, 19,
	      "NAME      N  WHAT\n"
	      "sho…      1  a thi…\n"
	      "grö…  12345  a lon…\n");
}

static void no_line_is_wider_than_the_terminal(void **state)
{
	(void)state;
	for (size_t width = 1; width < 60; width++) {
		_cleanup_(grid_finish)
		struct grid grid;
		_cleanup_(strbuf_finish)
		struct strbuf text = STRBUF_INIT;
		struct span rest, line;

		fill(&grid);
		grid_write(&grid, 0, width, &text);
		rest = strbuf_span(&text);
		while (span_next_line(&rest, &line))
			assert_true(text_width(line) <= width);
	}
}

static void ascii_has_look_alikes_and_keeps_the_columns(void **state)
{
	_cleanup_(grid_finish)
	struct grid grid;

	(void)state;
	grid_init(&grid, columns, 2);
	grid.ascii = true;
	grid_add(&grid, SPAN("größe-漢字"));
	grid_add(&grid, SPAN("1"));
	grid_add(&grid, SPAN("x"));
	grid_add(&grid, SPAN("2"));
	check(&grid, 0, 0,
	      "grose-??  1\n"
	      "x         2\n");
}

static void a_grid_without_lines_says_nothing(void **state)
{
	_cleanup_(grid_finish)
	struct grid grid;

	(void)state;
	fill(&grid);
	grid_clear(&grid);
	check(&grid, 0, 80, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(the_widest_column_gives_way_first),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(ascii_has_look_alikes_and_keeps_the_columns),
		cmocka_unit_test(a_grid_without_lines_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
