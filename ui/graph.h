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

/** struct graph_spark - values over time, oldest first, the newest at the right edge */
struct graph_spark {
	const double *values; /* NAN: unknown, a gap */
	size_t len;	      /* more than graph_spark_samples(): the oldest are not shown */
	double max;	      /* full height; 0: the greatest value */
	uint16_t style;
};

/** graph_spark_samples() - how many values fit @width columns (two per column) */
size_t graph_spark_samples(int width);
/** graph_spark_draw() - dots in all of @rect: four levels per line; a value above 0 shows at least one
 *  dot */
void graph_spark_draw(struct canvas *canvas, struct rect rect, const struct graph_spark *spark);

#endif
