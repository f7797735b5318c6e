/* SPDX-License-Identifier: MIT */
/* Colours as numbers: the nearest of 256, and the exact ones in place of them where a terminal has all. */
#ifndef BOXTOP_UI_COLORS_H
#define BOXTOP_UI_COLORS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/** colors_nearest() - the nearest of 16..255 of xterm's palette to 0xRRGGBB; the first 16 are the user's */
int colors_nearest(uint32_t rgb);
/** colors_are_exact() - the terminal says that it shows 24 bits, and nothing is known to stand between */
bool colors_are_exact(void);
/** struct color_map - sixteen colours, and which of the 256 stand for them */
struct color_map {
	uint32_t rgb[16]; /* 0xRRGGBB */
	int nearest[16];
};

void color_map_init(struct color_map *map, const uint32_t *palette);
/** color_map_spell_out() - the colours of @map as 24 bits in what is written to a terminal: @bytes with one
 *  colour in each SGR sequence, as terminfo has them; appended to @out */
void color_map_spell_out(const struct color_map *map, struct span bytes, struct strbuf *out);

#endif
