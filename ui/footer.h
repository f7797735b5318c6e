/* SPDX-License-Identifier: MIT */
/*
 * The bottom line: keys and what they do, clickable. Screens fill it from the key table, dialogs with
 * their own few keys. Knows no action: a click gives the code of the key.
 */
#ifndef BOXTOP_UI_FOOTER_H
#define BOXTOP_UI_FOOTER_H

#include "ui/canvas.h"

#define FOOTER_ITEMS_MAX 16

/** struct footer_item - one key and its label */
struct footer_item {
	uint32_t code;
	const char *label; /* static */
};

/** struct footer - what is in the line and where the last drawing put it. Zero is empty */
struct footer {
	struct footer_item items[FOOTER_ITEMS_MAX];
	struct rect rects[FOOTER_ITEMS_MAX]; /* width 0: had no room */
	size_t len;
};

/** footer_add() - more than FOOTER_ITEMS_MAX are dropped */
void footer_add(struct footer *footer, uint32_t code, const char *label);
/**
 * footer_draw() - in the first line of @rect; returns the columns used
 *
 * Where there is no room for all, the last one stays (the way out), then the first ones.
 */
int footer_draw(struct footer *footer, struct canvas *canvas, struct rect rect);
/** footer_hit() - the code of the key at a place of the canvas, or 0 */
uint32_t footer_hit(const struct footer *footer, int x, int y);

#endif
