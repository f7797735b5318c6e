/* SPDX-License-Identifier: MIT */
/*
 * A grid of cells in memory: views draw here, term shows it, tests and --dump-frame write it out.
 * Knows nothing of a terminal. Clipping is silent: drawing outside is allowed and does nothing.
 */
#ifndef BOXTOP_UI_CANVAS_H
#define BOXTOP_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "ui/theme.h"

#define CELL_COMBINING 2

/** struct cell - one column of one line */
struct cell {
	uint32_t ch;			    /* 0: the second half of a wide character */
	uint32_t combining[CELL_COMBINING]; /* 0: none */
	uint16_t style;			    /* enum style, with STYLE_* flags */
};

/** struct rect - columns and lines, from the top left */
struct rect {
	int x, y, width, height;
};

/** struct canvas - init with canvas_init(); resize keeps nothing */
struct canvas {
	int width, height;
	struct cell *cells;
	bool ascii; /* replace everything above U+007E by look-alikes or '?' */
	bool mono; /* no colours: say by characters what colours would; set from theme_is_mono() and
		     * term_is_mono() */
	struct rect clip;
	int cursor_x, cursor_y; /* where a text field shows the cursor; -1: hidden */
};

void canvas_init(struct canvas *canvas, int width, int height, bool ascii);
void canvas_finish(struct canvas *canvas);
void canvas_resize(struct canvas *canvas, int width, int height);
void canvas_clear(struct canvas *canvas);
/** canvas_clip() - restrict drawing; returns the old rectangle to put back */
struct rect canvas_clip(struct canvas *canvas, struct rect clip);
/** canvas_text() - draw clean UTF-8 text; returns the columns used (cut at @max_columns; -1: none) */
int canvas_text(struct canvas *canvas, int x, int y, uint16_t style, struct span text,
		int max_columns);
int canvas_textf(struct canvas *canvas, int x, int y, uint16_t style, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void canvas_fill(struct canvas *canvas, struct rect rect, uint32_t ch, uint16_t style);
/** canvas_restyle() - give every cell of @rect another style, keep the text (selection bar) */
void canvas_restyle(struct canvas *canvas, struct rect rect, uint16_t style);
/** canvas_box() - a frame with a title; lines by box drawing or + - | in ASCII */
void canvas_box(struct canvas *canvas, struct rect rect, uint16_t style, struct span title);
bool cell_equal(const struct cell *a, const struct cell *b);
/** canvas_equal() - same size, cells and cursor */
bool canvas_equal(const struct canvas *a, const struct canvas *b);

/** canvas_copy() - make the size, cells and cursor of @to those of @from */
void canvas_copy(struct canvas *to, const struct canvas *from);

/** enum canvas_format - how canvas_write() writes a frame */
enum canvas_format {
	CANVAS_TEXT,   /* lines without trailing blanks */
	CANVAS_STYLED, /* text, then the same grid with one letter per style: golden frames */
	CANVAS_ANSI,
	CANVAS_SVG,
};

void canvas_write(const struct canvas *canvas, const struct theme *theme, enum canvas_format format,
		  struct strbuf *out);

#endif
