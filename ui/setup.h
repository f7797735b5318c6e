/* SPDX-License-Identifier: MIT */
/*
 * The setup: a page of options and a page of columns for each screen. What is changed there holds at
 * once. Owns the list that is shown; the options and views are the app's. Asks and saves nothing: that
 * is its owner's business.
 */
#ifndef BOXTOP_UI_SETUP_H
#define BOXTOP_UI_SETUP_H

#include "ui/app.h"
#include "ui/footer.h"
#include "ui/term.h"
#include "ui/view.h"

#define SETUP_PAGES (1 + SCREENS) /* options, then the columns of each screen */

/** enum setup_result - what a key did */
enum setup_result {
	SETUP_OPEN = 0, /* nothing to act on */
	SETUP_CHANGED,	/* an option has another value */
	SETUP_COLUMNS,	/* a screen has other columns */
	SETUP_PRESETS,	/* the user wants to choose a set of columns */
	SETUP_SAVE,
	SETUP_CLOSED,
};

/** struct setup - all zero: closed. setup_finish() in the end */
struct setup {
	bool open;
	struct app_options *options; /* borrowed, as the views */
	struct view *views;
	int page;
	size_t chosen, top;
	/* of a page of columns: those that are shown in their order, then the others */
	const struct field **list;
	size_t list_len, shown;
	/* where the last drawing put things */
	struct rect rect; /* the lines */
	struct rect tabs[SETUP_PAGES];
	struct footer footer;
};

/** struct column_set - columns that go together */
struct column_set {
	const char *name;
	const char *help;
	const char *ids; /* comma separated; empty: the screen's usual ones */
};

/** column_sets() - those for a kind of row; ends with {NULL}; the first are the usual ones */
const struct column_set *column_sets(enum row_kind kind);

/** setup_open() - with the page that was open last */
void setup_open(struct setup *setup, struct app_options *options, struct view *views);
void setup_finish(struct setup *setup);
/** setup_screen() - whose columns the page is about; SCREENS: it is about options */
enum app_screen setup_screen(const struct setup *setup);
/** setup_set_columns() - of the page's screen; comma separated ids, empty: the usual ones */
void setup_set_columns(struct setup *setup, const char *ids);
/** setup_event() - a key or mouse event */
enum setup_result setup_event(struct setup *setup, const struct event *event);
/** setup_draw() - all over @rect */
void setup_draw(struct setup *setup, struct canvas *canvas, struct rect rect);

#endif
