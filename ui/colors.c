/* SPDX-License-Identifier: MIT */
/*
 * ncurses knows the colours that terminfo describes, which are 256 nearly everywhere. Where a terminal
 * shows all of them and says so in COLORTERM, the colours of a scheme are spelled out on the way to it.
 */
#include "ui/colors.h"

#include <stdlib.h>
#include <string.h>

#define CUBE_FIRST 16
#define GREY_FIRST 232
#define GREYS	   24

static int distance(uint32_t a, uint32_t b)
{
	int sum = 0;

	for (int shift = 0; shift < 24; shift += 8) {
		int by = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);

		sum += by * by;
	}
	return sum;
}

static uint32_t rgb_of(int index)
{
	static const uint32_t levels[] = {0, 95, 135, 175, 215, 255};

	if (index >= GREY_FIRST)
		return (uint32_t)(8 + 10 * (index - GREY_FIRST)) * 0x010101u;
	index -= CUBE_FIRST;
	return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
}

int colors_nearest(uint32_t rgb)
{
	int nearest = CUBE_FIRST;

	for (int i = CUBE_FIRST; i < GREY_FIRST + GREYS; i++)
		if (distance(rgb_of(i), rgb) < distance(rgb_of(nearest), rgb))
			nearest = i;
	return nearest;
}

bool colors_are_exact(void)
{
	const char *says = getenv("COLORTERM");

	/* screen hands COLORTERM on, but not the colours. */
	return says && !getenv("STY") &&
	       (strcmp(says, "truecolor") == 0 || strcmp(says, "24bit") == 0);
}

void color_map_init(struct color_map *map, const uint32_t *palette)
{
	for (int i = 0; i < 16; i++) {
		map->rgb[i] = palette[i];
		map->nearest[i] = colors_nearest(palette[i]);
	}
}

/* exact() - the colour that an index stands for; -1: none of them */
static long exact(const struct color_map *map, long index)
{
	for (int i = 0; i < 16; i++)
		if (map->nearest[i] == index)
			return (long)map->rgb[i];
	return -1;
}

/* spell() - one sequence at the start of @rest; false: it is none that names a colour */
static bool spell(const struct color_map *map, struct span *rest, struct strbuf *out)
{
	static const struct span starts[] = {SPAN("\033[38;5;"), SPAN("\033[48;5;")};
	const size_t len = starts[0].len;

	if (!span_starts(*rest, starts[0]) && !span_starts(*rest, starts[1]))
		return false;
	char *end;
	long rgb = exact(map, strtol(rest->p + len, &end, 10));

	if (rgb < 0 || *end != 'm')
		return false;
	strbuf_add(out, rest->p, len - 2);
	strbuf_addf(out, "2;%ld;%ld;%ldm", rgb >> 16, rgb >> 8 & 0xff, rgb & 0xff);
	*rest = (struct span) {end + 1, rest->len - (size_t)(end + 1 - rest->p)};
	return true;
}

void color_map_spell_out(const struct color_map *map, struct span bytes, struct strbuf *out)
{
	while (bytes.len > 0) {
		if (bytes.p[0] == '\033' && spell(map, &bytes, out))
			continue;
		const char *next = memchr(bytes.p + 1, '\033', bytes.len - 1);
		size_t len = next ? (size_t)(next - bytes.p) : bytes.len;

		strbuf_add(out, bytes.p, len);
		bytes = (struct span) {bytes.p + len, bytes.len - len};
	}
}
