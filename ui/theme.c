/* SPDX-License-Identifier: MIT */
/*
 * The schemes, as data: one look per role. Nothing here knows how a terminal or a picture shows a
 * look, and nothing decides which scheme is used (the options and NO_COLOR do that elsewhere).
 *
 * A state is never told by colour alone: what alarms is bold or reversed too, what is selected or found
 * has a background; where only the colour differs, a word or a mark says the same (paused, tagged).
 */
#include "ui/theme.h"

#include <stddef.h>

#define BOLD	  STYLE_FLAG_BOLD
#define UNDERLINE STYLE_FLAG_UNDERLINE
#define REVERSE	  STYLE_FLAG_REVERSE
#define DIM	  STYLE_FLAG_DIM

enum color {
	TERMINAL = -1, /* whatever the terminal has */
	BLACK,
	RED,
	GREEN,
	YELLOW,
	BLUE,
	MAGENTA,
	CYAN,
	WHITE,
	GRAY,
	BRIGHT_RED,
	BRIGHT_GREEN,
	BRIGHT_YELLOW,
	BRIGHT_BLUE,
	BRIGHT_MAGENTA,
	BRIGHT_CYAN,
	BRIGHT_WHITE,
};

/* Dark enough to be read on white, and backgrounds light enough for what stands on them. */
static const uint32_t light_palette[] = {
	0x1f2328, 0xb3261e, 0x1a6e2e, 0xffd866, 0x1f4fa3, 0x8a2a86, 0x1f8a99, 0xd0d7de,
	0x5f6873, 0xb3261e, 0x1a6e2e, 0x8a6100, 0x1f4fa3, 0x8a2a86, 0x0f6f7c, 0xffffff,
};

/* Blues, oranges and greys that differ in brightness too (after Okabe and Ito). */
static const uint32_t blind_palette[] = {
	0x101418, 0xd55e00, 0x56b4e9, 0xe69f00, 0x005a94, 0xcc79a7, 0x7fb2cf, 0xc8ced6,
	0x8a939e, 0xd55e00, 0x9ad7f5, 0xf0e442, 0x56b4e9, 0xcc79a7, 0xa6dcf5, 0xffffff,
};

/* The order of the themes is the order in which the setup offers them. */
const struct theme
	themes[] =
		{
			{
				.name = "default",
				.looks =
					{
						[STYLE_NORMAL] = {TERMINAL, TERMINAL, 0},
						[STYLE_DIM] = {GRAY, TERMINAL, 0},
						[STYLE_STRONG] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_HEADER] = {BLACK, GREEN, 0},
						[STYLE_HEADER_SORT] = {BLACK, CYAN, 0},
						[STYLE_SELECTED] = {BLACK, CYAN, 0},
						[STYLE_SELECTED_FOLLOW] = {BLACK, YELLOW, 0},
						[STYLE_TAGGED] = {YELLOW, TERMINAL, BOLD},
						[STYLE_MATCH] = {BRIGHT_WHITE, MAGENTA, BOLD},
						[STYLE_FOOTER_KEY] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_FOOTER_TEXT] = {BLACK, CYAN, 0},
						[STYLE_TAB] = {WHITE, TERMINAL, 0},
						[STYLE_TAB_ACTIVE] = {BLACK, GREEN, BOLD},
						[STYLE_LABEL] = {CYAN, TERMINAL, 0},
						[STYLE_BAR_FRAME] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_BAR_LOW] = {BRIGHT_BLUE, TERMINAL, 0},
						[STYLE_BAR_USER] = {GREEN, TERMINAL, 0},
						[STYLE_BAR_SYSTEM] = {RED, TERMINAL, 0},
						[STYLE_BAR_WAIT] = {YELLOW, TERMINAL, 0},
						[STYLE_BAR_STEAL] = {MAGENTA, TERMINAL, 0},
						[STYLE_OK] = {GREEN, TERMINAL, 0},
						[STYLE_WARN] = {YELLOW, TERMINAL, 0},
						[STYLE_ALARM] = {BRIGHT_RED, TERMINAL, BOLD},
						[STYLE_PAUSED] = {BRIGHT_CYAN, TERMINAL, 0},
						[STYLE_ENGINE] = {BRIGHT_BLUE, TERMINAL, 0},
						[STYLE_KERNEL] = {GRAY, TERMINAL, 0},
						[STYLE_BOX] = {WHITE, TERMINAL, 0},
						[STYLE_BOX_TITLE] = {BLACK, GREEN, BOLD},
						[STYLE_INPUT] = {BRIGHT_WHITE, BLUE, 0},
						[STYLE_ERROR] = {BRIGHT_WHITE, RED, BOLD},
					},
			},
			{
				.name = "monochrome",
				.looks =
					{
						[STYLE_NORMAL] = {TERMINAL, TERMINAL, 0},
						[STYLE_DIM] = {TERMINAL, TERMINAL, DIM},
						[STYLE_STRONG] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_HEADER] = {TERMINAL, TERMINAL, REVERSE},
						[STYLE_HEADER_SORT] = {TERMINAL, TERMINAL,
								       REVERSE | BOLD},
						[STYLE_SELECTED] = {TERMINAL, TERMINAL, REVERSE},
						[STYLE_SELECTED_FOLLOW] = {TERMINAL, TERMINAL,
									   REVERSE | UNDERLINE},
						[STYLE_TAGGED] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_MATCH] = {TERMINAL, TERMINAL,
								 BOLD | UNDERLINE},
						[STYLE_FOOTER_KEY] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_FOOTER_TEXT] = {TERMINAL, TERMINAL, REVERSE},
						[STYLE_TAB] = {TERMINAL, TERMINAL, 0},
						[STYLE_TAB_ACTIVE] = {TERMINAL, TERMINAL,
								      REVERSE | BOLD},
						[STYLE_LABEL] = {TERMINAL, TERMINAL, 0},
						[STYLE_BAR_FRAME] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_BAR_LOW] = {TERMINAL, TERMINAL, 0},
						[STYLE_BAR_USER] = {TERMINAL, TERMINAL, 0},
						[STYLE_BAR_SYSTEM] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_BAR_WAIT] = {TERMINAL, TERMINAL, 0},
						[STYLE_BAR_STEAL] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_OK] = {TERMINAL, TERMINAL, 0},
						[STYLE_WARN] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_ALARM] = {TERMINAL, TERMINAL,
								 REVERSE | BOLD},
						[STYLE_PAUSED] = {TERMINAL, TERMINAL, UNDERLINE},
						[STYLE_ENGINE] = {TERMINAL, TERMINAL, 0},
						[STYLE_KERNEL] = {TERMINAL, TERMINAL, DIM},
						[STYLE_BOX] = {TERMINAL, TERMINAL, 0},
						[STYLE_BOX_TITLE] = {TERMINAL, TERMINAL,
								     REVERSE | BOLD},
						[STYLE_INPUT] = {TERMINAL, TERMINAL, UNDERLINE},
						[STYLE_ERROR] = {TERMINAL, TERMINAL,
								 REVERSE | BOLD},
					},
			},
			{
				.name = "light",
				.light = true,
				.palette = light_palette,
				.looks =
					{
						[STYLE_NORMAL] = {TERMINAL, TERMINAL, 0},
						[STYLE_DIM] = {GRAY, TERMINAL, 0},
						[STYLE_STRONG] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_HEADER] = {BRIGHT_WHITE, BLUE, 0},
						[STYLE_HEADER_SORT] = {BRIGHT_WHITE, MAGENTA, BOLD},
						[STYLE_SELECTED] = {BRIGHT_WHITE, MAGENTA, 0},
						[STYLE_SELECTED_FOLLOW] = {BRIGHT_WHITE, RED, 0},
						[STYLE_TAGGED] = {RED, TERMINAL, BOLD},
						[STYLE_MATCH] = {BLACK, YELLOW, BOLD},
						[STYLE_FOOTER_KEY] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_FOOTER_TEXT] = {BRIGHT_WHITE, BLUE, 0},
						[STYLE_TAB] = {TERMINAL, TERMINAL, 0},
						[STYLE_TAB_ACTIVE] = {BRIGHT_WHITE, BLUE, BOLD},
						[STYLE_LABEL] = {BLUE, TERMINAL, 0},
						[STYLE_BAR_FRAME] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_BAR_LOW] = {BLUE, TERMINAL, 0},
						[STYLE_BAR_USER] = {GREEN, TERMINAL, 0},
						[STYLE_BAR_SYSTEM] = {RED, TERMINAL, 0},
						[STYLE_BAR_WAIT] = {MAGENTA, TERMINAL, 0},
						[STYLE_BAR_STEAL] = {CYAN, TERMINAL, 0},
						[STYLE_OK] = {GREEN, TERMINAL, 0},
						[STYLE_WARN] = {MAGENTA, TERMINAL, 0},
						[STYLE_ALARM] = {RED, TERMINAL, BOLD},
						[STYLE_PAUSED] = {BLUE, TERMINAL, 0},
						[STYLE_ENGINE] = {BLUE, TERMINAL, 0},
						[STYLE_KERNEL] = {GRAY, TERMINAL, 0},
						[STYLE_BOX] = {TERMINAL, TERMINAL, 0},
						[STYLE_BOX_TITLE] = {BRIGHT_WHITE, BLUE, BOLD},
						[STYLE_INPUT] = {BLACK, CYAN, 0},
						[STYLE_ERROR] = {BRIGHT_WHITE, RED, BOLD},
					},
			},
			{
				/* Blue against yellow, which all common kinds of colour blindness tell apart; red and
		 * green mean nothing here. */
				.name = "colour-blind",
				.palette = blind_palette,
				.looks =
					{
						[STYLE_NORMAL] = {TERMINAL, TERMINAL, 0},
						[STYLE_DIM] = {GRAY, TERMINAL, 0},
						[STYLE_STRONG] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_HEADER] = {BRIGHT_WHITE, BLUE, 0},
						[STYLE_HEADER_SORT] = {BLACK, YELLOW, 0},
						[STYLE_SELECTED] = {BLACK, WHITE, 0},
						[STYLE_SELECTED_FOLLOW] = {BLACK, YELLOW, 0},
						[STYLE_TAGGED] = {BRIGHT_YELLOW, TERMINAL, BOLD},
						[STYLE_MATCH] = {BLACK, BRIGHT_CYAN, BOLD},
						[STYLE_FOOTER_KEY] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_FOOTER_TEXT] = {BRIGHT_WHITE, BLUE, 0},
						[STYLE_TAB] = {WHITE, TERMINAL, 0},
						[STYLE_TAB_ACTIVE] = {BRIGHT_WHITE, BLUE, BOLD},
						[STYLE_LABEL] = {BRIGHT_CYAN, TERMINAL, 0},
						[STYLE_BAR_FRAME] = {TERMINAL, TERMINAL, BOLD},
						[STYLE_BAR_LOW] = {CYAN, TERMINAL, 0},
						[STYLE_BAR_USER] = {BRIGHT_BLUE, TERMINAL, 0},
						[STYLE_BAR_SYSTEM] = {BRIGHT_YELLOW, TERMINAL, 0},
						[STYLE_BAR_WAIT] = {GRAY, TERMINAL, 0},
						[STYLE_BAR_STEAL] = {BRIGHT_WHITE, TERMINAL, 0},
						[STYLE_OK] = {BRIGHT_BLUE, TERMINAL, 0},
						[STYLE_WARN] = {YELLOW, TERMINAL, 0},
						[STYLE_ALARM] = {BRIGHT_YELLOW, TERMINAL,
								 BOLD | REVERSE},
						[STYLE_PAUSED] = {BRIGHT_CYAN, TERMINAL, 0},
						[STYLE_ENGINE] = {CYAN, TERMINAL, 0},
						[STYLE_KERNEL] = {GRAY, TERMINAL, 0},
						[STYLE_BOX] = {WHITE, TERMINAL, 0},
						[STYLE_BOX_TITLE] = {BRIGHT_WHITE, BLUE, BOLD},
						[STYLE_INPUT] = {BRIGHT_WHITE, BLUE, UNDERLINE},
						[STYLE_ERROR] = {BLACK, BRIGHT_YELLOW, BOLD},
					},
			},
};

const int themes_len = sizeof(themes) / sizeof(themes[0]);

/* How golden frames name the roles. */
static const char letters[STYLE_ROLES] = {
	[STYLE_NORMAL] = '.',
	[STYLE_DIM] = 'd',
	[STYLE_STRONG] = 's',
	[STYLE_HEADER] = 'H',
	[STYLE_HEADER_SORT] = 'h',
	[STYLE_SELECTED] = 'C',
	[STYLE_SELECTED_FOLLOW] = 'F',
	[STYLE_TAGGED] = 't',
	[STYLE_MATCH] = 'm',
	[STYLE_FOOTER_KEY] = 'K',
	[STYLE_FOOTER_TEXT] = 'f',
	[STYLE_TAB] = 'T',
	[STYLE_TAB_ACTIVE] = 'A',
	[STYLE_LABEL] = 'L',
	[STYLE_BAR_FRAME] = 'b',
	[STYLE_BAR_LOW] = 'l',
	[STYLE_BAR_USER] = 'u',
	[STYLE_BAR_SYSTEM] = 'y',
	[STYLE_BAR_WAIT] = 'w',
	[STYLE_BAR_STEAL] = 'x',
	[STYLE_OK] = 'o',
	[STYLE_WARN] = '!',
	[STYLE_ALARM] = '*',
	[STYLE_PAUSED] = 'p',
	[STYLE_ENGINE] = 'e',
	[STYLE_KERNEL] = 'k',
	[STYLE_BOX] = 'B',
	[STYLE_BOX_TITLE] = 'D',
	[STYLE_INPUT] = 'I',
	[STYLE_ERROR] = 'E',
};

const struct theme *theme_find(struct span name)
{
	for (int i = 0; i < themes_len; i++) {
		if (span_eq(span_of(themes[i].name), name))
			return &themes[i];
	}
	return NULL;
}

struct look theme_look(const struct theme *theme, uint16_t style)
{
	unsigned int role = STYLE_ROLE(style);
	struct look look = theme->looks[role < STYLE_ROLES ? role : STYLE_NORMAL];

	look.attributes |= style & (BOLD | UNDERLINE | DIM);
	look.attributes ^= style & REVERSE;
	return look;
}

bool theme_is_mono(const struct theme *theme)
{
	for (int i = 0; i < STYLE_ROLES; i++) {
		if (theme->looks[i].fg != TERMINAL || theme->looks[i].bg != TERMINAL)
			return false;
	}
	return true;
}

char style_letter(uint16_t style)
{
	unsigned int role = STYLE_ROLE(style);

	return role < STYLE_ROLES ? letters[role] : '?';
}
