/* SPDX-License-Identifier: MIT */
/*
 * Lines of text in columns, to be read and scrolled: the sections of a detail that are no tables. Owns the
 * texts. Built anew whenever what they say changes; the scrolling stays.
 */
#ifndef BOXTOP_UI_LINES_H
#define BOXTOP_UI_LINES_H

#include "base/arena.h"
#include "ui/canvas.h"
#include "ui/dialog.h"

/** struct lines - all zero to start with; lines_finish() */
struct lines {
	struct arena arena;
	struct dialog_line *list;
	size_t len, cap;
	size_t top;  /* first line in view */
	size_t page; /* lines that the last drawing had room for */
};

/** lines_reset() - no lines; the scrolling stays */
void lines_reset(struct lines *lines);
void lines_finish(struct lines *lines);
/** lines_add() - an empty line; valid until the next is added */
struct dialog_line *lines_add(struct lines *lines);
/** lines_part() - append a piece to a line: @raw text is sanitized, and padded or cut to @columns
 *  (0: as it is) */
void lines_part(struct lines *lines, struct dialog_line *line, uint16_t style, const char *raw,
		size_t columns);
void lines_partf(struct lines *lines, struct dialog_line *line, uint16_t style, const char *fmt,
		 ...) __attribute__((format(printf, 4, 5)));
/** lines_wrap() - append all of @raw to the last line, going on in lines of their own, @indent columns in,
 *  where it does not fit @width */
void lines_wrap(struct lines *lines, uint16_t style, const char *raw, size_t indent, size_t width);
/** lines_scroll() - by so many lines, within the text */
void lines_scroll(struct lines *lines, long by);
/** lines_draw() - those in view; the last line says how much is out of view */
void lines_draw(struct lines *lines, struct canvas *canvas, struct rect rect);

#endif
