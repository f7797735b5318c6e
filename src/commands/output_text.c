/* SPDX-License-Identifier: MIT */
/* Rows as aligned text for people: units, sanitized names, guides of the tree. Owns nothing. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "commands/grid.h"
#include "commands/output.h"

#define NAME_LEAST 12 /* what is left of a text where space is short */
#define GUIDES_MAX 64 /* depths that struct row_line has guides for */

/** struct guides - the lines of a tree, two columns per level */
struct guides {
	const char *pass, *none, *branch, *last;
};

static const struct guides guides_utf8 = {"\xe2\x94\x82 ", "  ", "\xe2\x94\x9c\xe2\x94\x80",
					  "\xe2\x94\x94\xe2\x94\x80"};
static const struct guides guides_ascii = {"| ", "  ", "|-", "`-"};

static void add_guides(const struct row_line *line, bool ascii, struct strbuf *out)
{
	const struct guides *guides = ascii ? &guides_ascii : &guides_utf8;

	for (uint32_t depth = 1; depth < line->depth; depth++) {
		bool pass = depth < GUIDES_MAX && (line->guides >> depth & 1);

		strbuf_adds(out, pass ? guides->pass : guides->none);
	}
	if (line->depth > 0)
		strbuf_adds(out, line->last ? guides->last : guides->branch);
}

static void add_row(const struct output *output, const struct row_line *line, struct grid *grid)
{
	_cleanup_(strbuf_finish)
	struct strbuf cell = STRBUF_INIT;
	bool ascii = output->flags & OUTPUT_ASCII;

	for (size_t i = 0; output->columns[i]; i++) {
		struct value value = field_get(output->columns[i], &line->row);

		strbuf_reset(&cell);
		if ((output->flags & OUTPUT_TREE) && (output->columns[i]->flags & FIELD_TREE))
			add_guides(line, ascii, &cell);
		value_format(&value, ascii, &cell);
		grid_add(grid, strbuf_span(&cell));
	}
}

static size_t count_columns(const struct field *const *columns)
{
	size_t n = 0;

	while (columns[n])
		n++;
	return n;
}

static struct grid_column column_of(const struct field *field)
{
	struct grid_column column = {.least =
					     field->width < NAME_LEAST ? field->width : NAME_LEAST};

	if (field->flags & FIELD_RIGHT)
		column.flags |= GRID_RIGHT;
	if (field->type == FIELD_TEXT)
		column.flags |= GRID_SHRINK;
	if (field->flags & FIELD_STRETCH)
		column.least = text_width(span_of(field->title));
	return column;
}

void output_write_text(const struct output *output, struct strbuf *out)
{
	size_t n = count_columns(output->columns);
	_cleanup_(cleanup_free)
	struct grid_column *columns = xcalloc(n, sizeof(columns[0]));
	_cleanup_(grid_finish)
	struct grid grid;

	grid_init(&grid, columns, n);
	grid.ascii = output->flags & OUTPUT_ASCII_NAMES;
	for (size_t i = 0; i < n; i++) {
		columns[i] = column_of(output->columns[i]);
		if (output->flags & OUTPUT_HEADER)
			grid_add(&grid, span_of(output->columns[i]->title));
	}
	for (size_t i = 0; i < output->lines_len; i++)
		add_row(output, &output->lines[i], &grid);
	grid_write(&grid, output->indent, output->width, out);
}
