/* SPDX-License-Identifier: MIT */
/* What things look like: roles to colours and attributes. Colour is never the only sign of a state. */
#ifndef BOXTOP_UI_THEME_H
#define BOXTOP_UI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/** enum style - the role of a cell */
enum style {
	STYLE_NORMAL = 0,
	STYLE_DIM,	       /* units, guides, zeroes, what is unknown */
	STYLE_STRONG,	       /* names */
	STYLE_HEADER,	       /* column titles */
	STYLE_HEADER_SORT,     /* the title sorted by */
	STYLE_SELECTED,	       /* the row under the cursor */
	STYLE_SELECTED_FOLLOW, /* the same while following */
	STYLE_TAGGED,
	STYLE_MATCH, /* what search found */
	STYLE_FOOTER_KEY,
	STYLE_FOOTER_TEXT,
	STYLE_TAB, /* a screen's name in the tab line */
	STYLE_TAB_ACTIVE,
	STYLE_LABEL,	  /* meter labels */
	STYLE_BAR_FRAME,  /* brackets of a bar */
	STYLE_BAR_LOW,	  /* nice */
	STYLE_BAR_USER,	  /* user, used memory */
	STYLE_BAR_SYSTEM, /* system, shared */
	STYLE_BAR_WAIT,	  /* iowait, cache */
	STYLE_BAR_STEAL,
	STYLE_OK,     /* running */
	STYLE_WARN,   /* near a limit */
	STYLE_ALARM,  /* at a limit, OOM-killed, failed */
	STYLE_PAUSED, /* frozen */
	STYLE_ENGINE,
	STYLE_KERNEL, /* kernel threads */
	STYLE_BOX,    /* dialogs */
	STYLE_BOX_TITLE,
	STYLE_INPUT, /* a text field */
	STYLE_ERROR, /* the message line */
	STYLE_ROLES,
};

/** flags that may be or-ed to a style */
#define STYLE_FLAG_BOLD	     0x100
#define STYLE_FLAG_UNDERLINE 0x200
#define STYLE_FLAG_REVERSE   0x400
#define STYLE_ROLE(style)    ((style)&0xff)

/** struct look - what a role is shown with */
struct look {
	int8_t fg, bg;	     /* 0..7, 8..15 bright; -1: the terminal's default */
	uint16_t attributes; /* STYLE_FLAG_* and STYLE_FLAG_DIM below */
};
#define STYLE_FLAG_DIM 0x800

/** struct theme - a scheme: one look per role */
struct theme {
	const char *name; /* "default", "monochrome", "light", "colour-blind" */
	bool light;	  /* made for dark text on a light background */
	/* its sixteen colours, 0xRRGGBB, where the terminal has 256 or more; NULL: the terminal's own */
	const uint32_t *palette;
	struct look looks[STYLE_ROLES];
};

extern const struct theme themes[];
extern const int themes_len;
/** theme_find() - by name; NULL */
const struct theme *theme_find(struct span name);
/** theme_look() - what a cell's @style is shown with, its flags applied */
struct look theme_look(const struct theme *theme, uint16_t style);
/** theme_is_mono() - it has no colours */
bool theme_is_mono(const struct theme *theme);
/** style_letter() - the letter of a role in CANVAS_STYLED dumps; '.' for STYLE_NORMAL */
char style_letter(uint16_t style);

#endif
