/* SPDX-License-Identifier: MIT */
/* Bars and sparklines. Knows numbers and styles, nothing of what they mean. */
#ifndef BOXTOP_UI_GRAPH_H
#define BOXTOP_UI_GRAPH_H

#include "ui/canvas.h"

/** struct graph_part - one piece of a bar, left to right */
struct graph_part {
	double share;	/* of the whole bar, 0..1; NAN and negative count as 0 */
	uint16_t style; /* STYLE_BAR_*; without colours each of them has its own character */
};

/** struct graph_bar - "Mem[|||||||||     3.1G/7.7G]" */
struct graph_bar {
	struct span
		label; /* before the bracket, STYLE_LABEL; padded by the caller so that bars line up */
	struct span text; /* inside, right aligned, over the bar; cut at its front if it must be */
	const struct graph_part *parts;
	size_t parts_len;
};

/** graph_bar_draw() - in the first line of @rect; below 8 columns only label and text are shown */
void graph_bar_draw(struct canvas *canvas, struct rect rect, const struct graph_bar *bar);

/** enum graph_marks - what values over time are drawn with */
enum graph_marks {
	GRAPH_BRAILLE = 0, /* two values a column, four levels a line */
	GRAPH_BLOCKS,	   /* one value a column, eight levels a line */
	GRAPH_ASCII, /* one value a column, three levels a line; always where the canvas is ASCII */
};

/** struct graph_spark - values over time, oldest first, the newest at the right edge */
struct graph_spark {
	const double *values; /* NAN: unknown, a gap */
	size_t len;	      /* more than graph_samples(): the oldest are not shown */
	double max;	      /* full height; 0: the greatest value */
	uint16_t style;
	enum graph_marks marks;
	double alarm; /* values from here on are drawn in STYLE_ALARM; 0: none */
	bool ground;  /* draw what is known to be 0 as a dim line */
};

/** graph_samples() - how many values fit @width columns */
size_t graph_samples(const struct canvas *canvas, enum graph_marks marks, int width);
/** graph_spark_draw() - in all of @rect; a value above 0 shows at least one level */
void graph_spark_draw(struct canvas *canvas, struct rect rect, const struct graph_spark *spark);

#endif
