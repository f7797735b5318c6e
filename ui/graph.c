/* SPDX-License-Identifier: MIT */
/*
 * Bars and sparklines from shares and values. Without colours each part of a bar has a character of its
 * own, since its colour can't tell what it is; with colours they are all alike, which is calmer.
 */
#include "ui/graph.h"

#include <math.h>

#include "base/text.h"

#define BAR_MIN		8 /* below this there is no room for brackets */
#define DOTS_PER_COLUMN 2
#define DOTS_PER_LINE	4
#define BRAILLE		0x2800

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

/* --- sparklines --- */

size_t graph_spark_samples(int width)
{
	return width > 0 ? (size_t)width * DOTS_PER_COLUMN : 0;
}

static double greatest(const struct graph_spark *spark)
{
	double max = 0;

	for (size_t i = 0; i < spark->len; i++)
		max = fmax(max, spark->values[i]); /* fmax() takes the number of a number and NAN */
	return max;
}

/* How many dots high @value is. */
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
	static const uint32_t dots[DOTS_PER_COLUMN][DOTS_PER_LINE] = {
		{0x40, 0x04, 0x02, 0x01},
		{0x80, 0x20, 0x10, 0x08},
	};
	uint32_t ch = 0;

	for (int i = 0; i < DOTS_PER_LINE && base + i < level; i++)
		ch |= dots[side][i];
	return ch;
}

/* The value @back samples before the newest, as a level. */
static int level_at(const struct graph_spark *spark, size_t back, double max, int levels)
{
	return back < spark->len ? level_of(spark->values[spark->len - 1 - back], max, levels) : 0;
}

void graph_spark_draw(struct canvas *canvas, struct rect rect, const struct graph_spark *spark)
{
	double max = spark->max > 0 ? spark->max : greatest(spark);
	int levels = rect.height * DOTS_PER_LINE;

	for (int x = 0; x < rect.width; x++) {
		size_t back = (size_t)(rect.width - 1 - x) * DOTS_PER_COLUMN;
		int left = level_at(spark, back + 1, max, levels);
		int right = level_at(spark, back, max, levels);

		for (int y = 0; y < rect.height; y++) {
			int base = (rect.height - 1 - y) * DOTS_PER_LINE;
			uint32_t ch = dots_of(left, base, 0) | dots_of(right, base, 1);

			canvas_fill(canvas, (struct rect) {rect.x + x, rect.y + y, 1, 1},
				    ch ? BRAILLE | ch : ' ', spark->style);
		}
	}
}
