/* SPDX-License-Identifier: MIT */
/*
 * Drawing into a grid of cells. Owns the cells; every cell always holds something that can be printed,
 * so control characters stop here at the latest. A wide character is two cells, and whoever overwrites
 * or clips one half of it blanks the other: columns stay straight whatever names hold.
 */
#include "ui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "ui/ascii.h"

#define CANVAS_SIDE_MAX 4096

static const struct cell blank = {.ch = ' ', .style = STYLE_NORMAL};

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static struct cell *cell_at(struct canvas *canvas, int x, int y)
{
	return &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];
}

static bool in_clip(const struct canvas *canvas, int x, int y)
{
	const struct rect *clip = &canvas->clip;

	return x >= clip->x && x < clip->x + clip->width && y >= clip->y &&
	       y < clip->y + clip->height;
}

static struct rect intersect(struct rect a, struct rect b)
{
	int x = a.x > b.x ? a.x : b.x;
	int y = a.y > b.y ? a.y : b.y;
	int right = a.x + a.width < b.x + b.width ? a.x + a.width : b.x + b.width;
	int bottom = a.y + a.height < b.y + b.height ? a.y + a.height : b.y + b.height;

	return (struct rect) {x, y, right > x ? right - x : 0, bottom > y ? bottom - y : 0};
}

/* The half of a wide character that is about to lose its other half at @x. */
static void blank_other_half(struct canvas *canvas, int x, int y)
{
	struct cell *cell = cell_at(canvas, x, y);

	if (cell->ch == 0 && x > 0) {
		cell[-1].ch = ' ';
		memset(cell[-1].combining, 0, sizeof(cell[-1].combining));
	} else if (x + 1 < canvas->width && cell[1].ch == 0) {
		cell[1].ch = ' ';
	}
}

static void put(struct canvas *canvas, int x, int y, struct cell cell)
{
	if (!in_clip(canvas, x, y))
		return;
	blank_other_half(canvas, x, y);
	*cell_at(canvas, x, y) = cell;
}

/* A wide character needs both its cells inside the clip, else the visible half is blank. */
static void put_wide(struct canvas *canvas, int x, int y, struct cell cell)
{
	struct cell half = cell;

	if (!in_clip(canvas, x, y) || !in_clip(canvas, x + 1, y)) {
		half.ch = ' ';
		put(canvas, x, y, half);
		put(canvas, x + 1, y, half);
		return;
	}
	half.ch = 0;
	put(canvas, x, y, cell);
	put(canvas, x + 1, y, cell);
	*cell_at(canvas, x + 1, y) = half;
}

static void combine(struct canvas *canvas, int x, int y, uint32_t mark)
{
	if (canvas->ascii || !in_clip(canvas, x, y))
		return;
	struct cell *cell = cell_at(canvas, x, y);

	if (cell->ch == 0 && x > 0)
		cell--;
	for (int i = 0; i < CELL_COMBINING; i++) {
		if (!cell->combining[i]) {
			cell->combining[i] = mark;
			return;
		}
	}
}

/* Terminals disagree whether these make the character before them wide. */
static bool is_variation_selector(uint32_t ch)
{
	return (ch >= 0xfe00 && ch <= 0xfe0f) || (ch >= 0xe0100 && ch <= 0xe01ef);
}

static uint32_t printable(const struct canvas *canvas, uint32_t ch)
{
	if (ch < ' ' || (ch >= 0x7f && ch < 0xa0))
		return '?';
	return canvas->ascii ? (uint32_t)(unsigned char)ascii_lookalike(ch) : ch;
}

void canvas_init(struct canvas *canvas, int width, int height, bool ascii)
{
	*canvas = (struct canvas) {.ascii = ascii};
	canvas_resize(canvas, width, height);
}

void canvas_finish(struct canvas *canvas)
{
	free(canvas->cells);
	*canvas = (struct canvas) {.cursor_x = -1, .cursor_y = -1};
}

void canvas_resize(struct canvas *canvas, int width, int height)
{
	canvas->width = clamp(width, 1, CANVAS_SIDE_MAX);
	canvas->height = clamp(height, 1, CANVAS_SIDE_MAX);
	free(canvas->cells);
	canvas->cells =
		xcalloc((size_t)canvas->width * (size_t)canvas->height, sizeof(struct cell));
	canvas_clear(canvas);
}

void canvas_clear(struct canvas *canvas)
{
	size_t len = (size_t)canvas->width * (size_t)canvas->height;

	for (size_t i = 0; i < len; i++)
		canvas->cells[i] = blank;
	canvas->clip = (struct rect) {0, 0, canvas->width, canvas->height};
	canvas->cursor_x = canvas->cursor_y = -1;
}

struct rect canvas_clip(struct canvas *canvas, struct rect clip)
{
	struct rect old = canvas->clip;

	canvas->clip = intersect(clip, (struct rect) {0, 0, canvas->width, canvas->height});
	return old;
}

int canvas_text(struct canvas *canvas, int x, int y, uint16_t style, struct span text,
		int max_columns)
{
	struct cell cell = {.style = style};
	int used = 0;
	int last = -1; /* column of the character that marks combine with */
	int columns;
	uint32_t ch;

	while (text_next(&text, &ch, &columns)) {
		if (columns == 0) {
			if (last >= 0 && !is_variation_selector(ch))
				combine(canvas, last, y, ch);
			continue;
		}
		if (max_columns >= 0 && used + columns > max_columns)
			break;
		last = x + used;
		cell.ch = printable(canvas, ch);
		if (columns == 2 && !canvas->ascii)
			put_wide(canvas, last, y, cell);
		else
			for (int i = 0; i < columns; i++)
				put(canvas, last + i, y, cell);
		used += columns;
	}
	return used;
}

int canvas_textf(struct canvas *canvas, int x, int y, uint16_t style, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	int len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len < 0)
		return 0;
	return canvas_text(canvas, x, y, style, span_of(text), -1);
}

void canvas_fill(struct canvas *canvas, struct rect rect, uint32_t ch, uint16_t style)
{
	struct cell cell = {.ch = printable(canvas, ch), .style = style};

	rect = intersect(rect, canvas->clip);
	for (int y = rect.y; y < rect.y + rect.height; y++) {
		for (int x = rect.x; x < rect.x + rect.width; x++)
			put(canvas, x, y, cell);
	}
}

void canvas_restyle(struct canvas *canvas, struct rect rect, uint16_t style)
{
	rect = intersect(rect, canvas->clip);
	for (int y = rect.y; y < rect.y + rect.height; y++) {
		for (int x = rect.x; x < rect.x + rect.width; x++)
			cell_at(canvas, x, y)->style = style;
	}
}

void canvas_box(struct canvas *canvas, struct rect rect, uint16_t style, struct span title)
{
	int right = rect.x + rect.width - 1;
	int bottom = rect.y + rect.height - 1;

	if (rect.width < 2 || rect.height < 2)
		return;
	canvas_fill(canvas, (struct rect) {rect.x, rect.y, rect.width, 1}, 0x2500, style);
	canvas_fill(canvas, (struct rect) {rect.x, bottom, rect.width, 1}, 0x2500, style);
	canvas_fill(canvas, (struct rect) {rect.x, rect.y, 1, rect.height}, 0x2502, style);
	canvas_fill(canvas, (struct rect) {right, rect.y, 1, rect.height}, 0x2502, style);
	canvas_fill(canvas, (struct rect) {rect.x, rect.y, 1, 1}, 0x250c, style);
	canvas_fill(canvas, (struct rect) {right, rect.y, 1, 1}, 0x2510, style);
	canvas_fill(canvas, (struct rect) {rect.x, bottom, 1, 1}, 0x2514, style);
	canvas_fill(canvas, (struct rect) {right, bottom, 1, 1}, 0x2518, style);
	if (title.len == 0 || rect.width < 6)
		return;
	int used = canvas_text(canvas, rect.x + 2, rect.y, STYLE_BOX_TITLE, SPAN(" "), -1);

	used += canvas_text(canvas, rect.x + 2 + used, rect.y, STYLE_BOX_TITLE, title,
			    rect.width - 6);
	canvas_text(canvas, rect.x + 2 + used, rect.y, STYLE_BOX_TITLE, SPAN(" "), -1);
}

bool cell_equal(const struct cell *a, const struct cell *b)
{
	return a->ch == b->ch && a->style == b->style &&
	       memcmp(a->combining, b->combining, sizeof(a->combining)) == 0;
}

bool canvas_equal(const struct canvas *a, const struct canvas *b)
{
	if (a->width != b->width || a->height != b->height || a->cursor_x != b->cursor_x ||
	    a->cursor_y != b->cursor_y)
		return false;
	size_t len = (size_t)a->width * (size_t)a->height;

	for (size_t i = 0; i < len; i++) {
		if (!cell_equal(&a->cells[i], &b->cells[i]))
			return false;
	}
	return true;
}

void canvas_copy(struct canvas *to, const struct canvas *from)
{
	if (to->width != from->width || to->height != from->height)
		canvas_resize(to, from->width, from->height);
	memcpy(to->cells, from->cells,
	       (size_t)from->width * (size_t)from->height * sizeof(from->cells[0]));
	to->cursor_x = from->cursor_x;
	to->cursor_y = from->cursor_y;
}
