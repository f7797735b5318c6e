/* SPDX-License-Identifier: MIT */
/*
 * Which ASCII character looks like another one: box drawing, blocks, braille, arrows and the
 * punctuation that the screens use, and letters without their accents. One character for one, so that
 * nothing moves. It is no transliteration: what has no look-alike is a question mark.
 */
#include "ui/ascii.h"

#include <stddef.h>

#include "base/cleanup.h"

#define BRAILLE_FIRST 0x2800
#define BRAILLE_LAST  0x28ff

/** struct lookalike - the characters from @first on, one for one */
struct lookalike {
	uint32_t first;
	const char *ascii;
};

/* Ascending; a blank in a string stands for "none" except where the character is a space. */
static const struct lookalike lookalikes[] = {
	{0x00a1, "!cL Y|S\"Ca<~-R-o+23'uP.,1o>"}, /* ¡ to » */
	{0x00bf, "?AAAAAAACEEEEIIIIDNOOOOOxOUUUUYPsaaaaaaaceeeeiiiidnooooo/ouuuuypy"}, /* ¿ to ÿ */
	{0x0100, "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi"}, /* Ā to ı */
	{0x0134, "JjKkkLlLlLlLlLlNnNnNnnNnOoOoOo"},			/* Ĵ to ő */
	{0x0154, "RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"},	/* Ŕ to ſ */
	{0x2010, "------|_''`'\"\"\"\""},				/* dashes, quotes */
	{0x2020, "++*>..~.."},						/* daggers, bullets */
	{0x2032, "'\"'`\"`^<>"},					/* primes */
	{0x2190, "<^>v-|\\/\\/"},					/* arrows */
	{0x2212, "--+/\\*oo"},						/* minus, operators */
	{0x2264, "<>"},							/* less or equal */
	{0x2500,
	 "--||--||--||++++++++++++++++++++++++++++++++++++++++++++++++++++"
	 "++++++++++++--||=|+++++++++++++++++++++++++++++++/\\X-|-|-|-|-|-|"}, /* box drawing */
	{0x2580, "\"__.:-=+####|||||.:#-|##########"},			       /* blocks */
	{0x25a0, "#o#########o==||=-^^^^>>>>>>vvvv<<<<<<*o**ooooo*"},	       /* shapes */
	{0x2713, "++xxxx"},						       /* check marks */
	{0x276e, "<>"}, /* ornamental brackets */
};

/* More dots, more ink. */
static char braille_lookalike(uint32_t ch)
{
	static const char ink[] = " ..::*##@";

	return ink[__builtin_popcount(ch & 0xff)];
}

char ascii_lookalike(uint32_t ch)
{
	if (ch >= ' ' && ch <= '~')
		return (char)ch;
	if (ch == 0xa0)
		return ' ';
	if (ch >= BRAILLE_FIRST && ch <= BRAILLE_LAST)
		return braille_lookalike(ch);
	for (size_t i = ARRAY_LEN(lookalikes); i-- > 0;) {
		if (ch < lookalikes[i].first)
			continue;
		/* An offset past the end lands on the terminator of a string or beyond it. */
		uint32_t offset = ch - lookalikes[i].first;

		for (const char *p = lookalikes[i].ascii; *p; p++) {
			if (offset-- == 0)
				return *p == ' ' ? '?' : *p;
		}
		return '?';
	}
	return '?';
}

bool ascii_console_has(uint32_t ch)
{
	/* Besides Latin-1: what all of its usual fonts took from the character set of the PC. */
	static const uint32_t has[] = {
		0x2022, 0x2190, 0x2191, 0x2192, 0x2193, 0x2500, 0x2502, 0x250c, 0x2510, 0x2514,
		0x2518, 0x251c, 0x2524, 0x252c, 0x2534, 0x253c, 0x2580, 0x2584, 0x2588, 0x258c,
		0x2590, 0x2591, 0x2592, 0x2593, 0x25a0, 0x25b2, 0x25ba, 0x25bc, 0x25c4,
	};

	for (size_t i = 0; i < ARRAY_LEN(has); i++) {
		if (has[i] == ch)
			return true;
	}
	return ch <= 0xff;
}
