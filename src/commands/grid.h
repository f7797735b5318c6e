/* SPDX-License-Identifier: MIT */
/*
 * Lines of cells, put under each other: each column as wide as its widest cell, narrowed to a width
 * where one is given. Every text output that has columns is made of this.
 */
#ifndef BOXTOP_COMMANDS_GRID_H
#define BOXTOP_COMMANDS_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum grid_flags {
	GRID_RIGHT = 1 << 0,  /* right aligned */
	GRID_SHRINK = 1 << 1, /* may be cut down to its least width where space is short */
};

/** struct grid_column - one column; an array of these is borrowed by the grid */
struct grid_column {
	unsigned int flags; /* enum grid_flags */
	size_t least;	    /* GRID_SHRINK: not below this width */
};

struct grid_cell;

/** struct grid - grid_init(), grid_add() cell by cell, grid_write(), grid_finish() */
struct grid {
	const struct grid_column *columns;
	size_t columns_len;
	struct grid_cell *cells; /* line by line */
	size_t len, cap;
	struct strbuf text; /* of all cells */
	bool ascii;	    /* look-alikes in place of what is not ASCII */
};

void grid_init(struct grid *grid, const struct grid_column *columns, size_t columns_len);
/** grid_add() - the next cell; @text is clean (text_sanitize()) and copied */
void grid_add(struct grid *grid, struct span text);
/**
 * grid_write() - all lines, appended to @out
 * @indent: blanks before each line
 * @width:  columns that a line may take; 0: no bound
 */
void grid_write(const struct grid *grid, size_t indent, size_t width, struct strbuf *out);
/** grid_clear() - no lines, same columns */
void grid_clear(struct grid *grid);
void grid_finish(struct grid *grid);

#endif
