/* SPDX-License-Identifier: MIT */
/*
 * Bars and sparklines from shares and values. Without colours each part of a bar has a character of its
 * own, since its colour can't tell what it is; with colours they are all alike, which is calmer.
 */
#include "ui/graph.h"

#include <math.h>

#include "base/text.h"

#define BAR_MIN 8 /* below this there is no room for brackets */
#define BRAILLE 0x2800

/* --- bars --- */

static uint32_t part_character(const struct canvas *canvas, uint16_t style)
{
	static const char characters[STYLE_ROLES] = {
		[STYLE_BAR_LOW] = ':',	[STYLE_BAR_USER] = '|',	 [STYLE_BAR_SYSTEM] = '#',
		[STYLE_BAR_WAIT] = '*', [STYLE_BAR_STEAL] = '@',
	};
	unsigned int role = STYLE_ROLE(style);

	if (!canvas->mono || role >= STYLE_ROLES || !characters[role])
		return '|';
	return (uint32_t)(unsigned char)characters[role];
}

static double share_of(const struct graph_part *part)
{
	return part->share > 0 ? fmin(part->share, 1) : 0; /* NAN is not greater */
}

/* The column after the part that brings the running total to @sum. Rounding the total and not each
 * part, errors don't add up. */
static int column_of(struct rect room, double sum)
{
	return room.x + (int)lround(fmin(sum, 1) * room.width);
}

static void draw_parts(struct canvas *canvas, struct rect room, const struct graph_bar *bar)
{
	double sum = 0;
	int x = room.x;

	for (size_t i = 0; i < bar->parts_len; i++) {
		const struct graph_part *part = &bar->parts[i];

		sum += share_of(part);
		int end = column_of(room, sum);

		canvas_fill(canvas, (struct rect) {x, room.y, end - x, 1},
			    part_character(canvas, part->style), part->style);
		x = end;
	}
}

static uint16_t style_at(struct rect room, const struct graph_bar *bar, int x)
{
	double sum = 0;

	for (size_t i = 0; i < bar->parts_len; i++) {
		sum += share_of(&bar->parts[i]);
		if (x < column_of(room, sum))
			return bar->parts[i].style;
	}
	return STYLE_DIM;
}

/* The end of the text says most (the total, the unit), so its front is cut. */
static struct span fitting_end(struct span text, int columns)
{
	uint32_t ch;

	while (text.len > 0 && (int)text_width(text) > columns)
		text_next(&text, &ch, NULL);
	return text;
}

/* Every character takes the colour of the part that it covers, so that the bar can still be read. */
static void draw_text_over(struct canvas *canvas, struct rect room, const struct graph_bar *bar)
{
	struct span text = fitting_end(bar->text, room.width);
	int x = room.x + room.width - (int)text_width(text);

	while (text.len > 0) {
		struct span rest = text;
		int columns;
		uint32_t ch;

		text_next(&rest, &ch, &columns);
		canvas_text(canvas, x, room.y, style_at(room, bar, x),
			    (struct span) {text.p, text.len - rest.len}, -1);
		x += columns;
		text = rest;
	}
}

void graph_bar_draw(struct canvas *canvas, struct rect rect, const struct graph_bar *bar)
{
	int label = canvas_text(canvas, rect.x, rect.y, STYLE_LABEL, bar->label, rect.width);
	struct rect room = {rect.x + label + 1, rect.y, rect.width - label - 2, 1};

	if (rect.width < BAR_MIN || room.width < 1) {
		room.width = rect.width - label - 1;
		if (room.width > 0)
			canvas_text(canvas, room.x, room.y, STYLE_NORMAL, bar->text, room.width);
		return;
	}
	canvas_text(canvas, room.x - 1, rect.y, STYLE_BAR_FRAME, SPAN("["), -1);
	canvas_text(canvas, room.x + room.width, rect.y, STYLE_BAR_FRAME, SPAN("]"), -1);
	draw_parts(canvas, room, bar);
	draw_text_over(canvas, room, bar);
}

/* --- values over time --- */

/* struct resolution - what one kind of marks can show */
struct resolution {
	int per_column, per_line; /* values beside, levels above each other in a character */
};

static const struct resolution pens[] = {
	[GRAPH_BRAILLE] = {2, 4},
	[GRAPH_BLOCKS] = {1, 8},
	[GRAPH_ASCII] = {1, 3},
};

static enum graph_marks marks_on(const struct canvas *canvas, enum graph_marks marks)
{
	return canvas->ascii ? GRAPH_ASCII : marks;
}

size_t graph_samples(const struct canvas *canvas, enum graph_marks marks, int width)
{
	return width > 0 ? (size_t)(width * pens[marks_on(canvas, marks)].per_column) : 0;
}

static double greatest(const struct graph_spark *spark)
{
	double max = 0;

	for (size_t i = 0; i < spark->len; i++)
		max = fmax(max, spark->values[i]); /* fmax() takes the number of a number and NAN */
	return max;
}

/* How many levels high @value is. */
static int level_of(double value, double max, int levels)
{
	if (!(value > 0) || !(max > 0))
		return 0;
	int level = (int)lround(fmin(value / max, 1) * levels);

	return level > 0 ? level : 1;
}

/* The dots of half a character whose lowest dot is number @base of a column @level dots high. */
static uint32_t dots_of(int level, int base, int side)
{
	static const uint32_t dots[2][4] = {
		{0x40, 0x04, 0x02, 0x01},
		{0x80, 0x20, 0x10, 0x08},
	};
	uint32_t ch = 0;

	for (int i = 0; i < 4 && base + i < level; i++)
		ch |= dots[side][i];
	return ch;
}

/* struct plot - one drawing */
struct plot {
	const struct graph_spark *spark;
	enum graph_marks marks;
	struct resolution pen;
	double max;
	int levels;
};

/* The value @back samples before the newest; NAN where there is none. */
static double value_at(const struct plot *plot, size_t back)
{
	const struct graph_spark *spark = plot->spark;

	return back < spark->len ? spark->values[spark->len - 1 - back] : NAN;
}

/* The character of one column on the line whose lowest level is number @base; 0: none */
static uint32_t character_at(const struct plot *plot, size_t back, int base)
{
	int level = level_of(value_at(plot, back), plot->max, plot->levels) - base;
	uint32_t ch;

	if (plot->marks == GRAPH_BRAILLE) {
		int left = level_of(value_at(plot, back + 1), plot->max, plot->levels);

		ch = dots_of(left, base, 0) | dots_of(level + base, base, 1);
		return ch ? BRAILLE | ch : 0;
	}
	if (level <= 0)
		return 0;
	if (level > plot->pen.per_line)
		level = plot->pen.per_line;
	return plot->marks == GRAPH_BLOCKS ? 0x2580 + (uint32_t)level
					   : (uint32_t)(unsigned char)" .:|"[level];
}

static bool is_known(const struct plot *plot, size_t back)
{
	bool known = !isnan(value_at(plot, back));

	return known || (plot->pen.per_column > 1 && !isnan(value_at(plot, back + 1)));
}

static uint16_t style_of_column(const struct plot *plot, size_t back)
{
	double value = value_at(plot, back);

	if (plot->pen.per_column > 1)
		value = fmax(value, value_at(plot, back + 1));
	return plot->spark->alarm > 0 && value >= plot->spark->alarm ? STYLE_ALARM
								     : plot->spark->style;
}

static void draw_column(const struct plot *plot, struct canvas *canvas, struct rect rect, int x)
{
	size_t back = (size_t)(rect.width - 1 - x) * (size_t)plot->pen.per_column;
	uint16_t style = style_of_column(plot, back);

	for (int y = 0; y < rect.height; y++) {
		int base = (rect.height - 1 - y) * plot->pen.per_line;
		uint32_t ch = character_at(plot, back, base);
		struct rect cell = {rect.x + x, rect.y + y, 1, 1};

		if (ch || !plot->spark->ground || base > 0 || !is_known(plot, back))
			canvas_fill(canvas, cell, ch ? ch : ' ', style);
		else
			canvas_fill(canvas, cell,
				    plot->marks == GRAPH_BRAILLE ? BRAILLE | 0xc0 : '_', STYLE_DIM);
	}
}

void graph_spark_draw(struct canvas *canvas, struct rect rect, const struct graph_spark *spark)
{
	enum graph_marks marks = marks_on(canvas, spark->marks);
	struct plot plot = {
		.spark = spark,
		.marks = marks,
		.pen = pens[marks],
		.max = spark->max > 0 ? spark->max : greatest(spark),
		.levels = rect.height * pens[marks].per_line,
	};

	for (int x = 0; x < rect.width; x++)
		draw_column(&plot, canvas, rect, x);
}
