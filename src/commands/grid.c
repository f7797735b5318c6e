/* SPDX-License-Identifier: MIT */
/* Cells to aligned lines. Owns copies of the cells; knows nothing of what they say. */
#include "commands/grid.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "ui/ascii.h"

#define GAP 2 /* blanks between columns */

/** struct grid_cell - a piece of grid.text */
struct grid_cell {
	size_t at, len;
	size_t width; /* columns it takes */
};

void grid_init(struct grid *grid, const struct grid_column *columns, size_t columns_len)
{
	*grid = (struct grid) {.columns = columns, .columns_len = columns_len};
}

void grid_clear(struct grid *grid)
{
	grid->len = 0;
	strbuf_reset(&grid->text);
}

void grid_finish(struct grid *grid)
{
	free(grid->cells);
	strbuf_finish(&grid->text);
}

static void add_ascii(struct grid *grid, struct span text)
{
	uint32_t ch;
	int columns;

	while (text_next(&text, &ch, &columns)) {
		if (columns > 0)
			strbuf_addc(&grid->text, ascii_lookalike(ch));
	}
}

void grid_add(struct grid *grid, struct span text)
{
	struct grid_cell cell = {.at = grid->text.len};

	if (grid->ascii)
		add_ascii(grid, text);
	else
		strbuf_add(&grid->text, text.p, text.len);
	cell.len = grid->text.len - cell.at;
	cell.width = text_width((struct span) {strbuf_cstr(&grid->text) + cell.at, cell.len});
	if (grid->len == grid->cap) {
		grid->cap = grid->cap ? grid->cap * 2 : 64;
		grid->cells = xreallocarray(grid->cells, grid->cap, sizeof(grid->cells[0]));
	}
	grid->cells[grid->len++] = cell;
}

/* The column that gives way next: the widest that is above its least width; -1: none. */
static ssize_t widest_shrinkable(const struct grid *grid, const size_t *widths)
{
	ssize_t best = -1;

	for (size_t i = 0; i < grid->columns_len; i++) {
		if (!(grid->columns[i].flags & GRID_SHRINK) || widths[i] <= grid->columns[i].least)
			continue;
		if (best < 0 || widths[i] > widths[best])
			best = (ssize_t)i;
	}
	return best;
}

static void layout(const struct grid *grid, size_t width, size_t *widths)
{
	size_t total = grid->columns_len > 0 ? (grid->columns_len - 1) * GAP : 0;

	for (size_t i = 0; i < grid->len; i++) {
		size_t column = i % grid->columns_len;

		if (grid->cells[i].width > widths[column])
			widths[column] = grid->cells[i].width;
	}
	for (size_t i = 0; i < grid->columns_len; i++)
		total += widths[i];
	while (width > 0 && total > width) {
		ssize_t column = widest_shrinkable(grid, widths);

		if (column < 0)
			return;
		widths[column]--;
		total--;
	}
}

static void add_blanks(struct strbuf *out, size_t n)
{
	while (n-- > 0)
		strbuf_addc(out, ' ');
}

static const char *cut_mark(const struct grid *grid)
{
	return grid->ascii ? "~" : "\xe2\x80\xa6";
}

/* One cell in @width columns, with a mark where it had to be cut. */
static void write_cell(const struct grid *grid, size_t index, size_t width, struct strbuf *out)
{
	const struct grid_cell *cell = &grid->cells[index];
	size_t column = index % grid->columns_len;
	struct span text = {strbuf_cstr(&grid->text) + cell->at, cell->len};
	size_t used = cell->width;

	if (used > width) {
		text = text_cut(text, width > 0 ? width - 1 : 0, &used);
		strbuf_add(out, text.p, text.len);
		if (width > 0)
			strbuf_adds(out, cut_mark(grid));
		used += width > 0;
		text.len = 0;
	}
	if (grid->columns[column].flags & GRID_RIGHT)
		add_blanks(out, width - used);
	strbuf_add(out, text.p, text.len);
	if (!(grid->columns[column].flags & GRID_RIGHT))
		add_blanks(out, width - used);
}

/* Without the blanks at its end, and not longer than @width. */
static void add_line(const struct grid *grid, struct span line, size_t width, struct strbuf *out)
{
	bool cut;

	while (line.len > 0 && line.p[line.len - 1] == ' ')
		line.len--;
	cut = width > 0 && text_cut(line, width, NULL).len < line.len;
	if (cut)
		line = text_cut(line, width - 1, NULL);
	strbuf_add(out, line.p, line.len);
	if (cut)
		strbuf_adds(out, cut_mark(grid));
	strbuf_addc(out, '\n');
}

void grid_write(const struct grid *grid, size_t indent, size_t width, struct strbuf *out)
{
	_cleanup_(cleanup_free)
	size_t *widths = xcalloc(grid->columns_len, sizeof(widths[0]));
	_cleanup_(strbuf_finish)
	struct strbuf line = STRBUF_INIT;

	if (grid->len == 0)
		return;
	layout(grid, width > indent ? width - indent : width, widths);
	for (size_t i = 0; i < grid->len; i++) {
		size_t column = i % grid->columns_len;

		add_blanks(&line, column == 0 ? indent : GAP);
		write_cell(grid, i, widths[column], &line);
		if (column + 1 < grid->columns_len)
			continue;
		add_line(grid, strbuf_span(&line), width, out);
		strbuf_reset(&line);
	}
}
