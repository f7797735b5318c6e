/* SPDX-License-Identifier: MIT */
/* What the command line of boxtop says about the screen. */
#ifndef BOXTOP_COMMANDS_TOP_OPTIONS_H
#define BOXTOP_COMMANDS_TOP_OPTIONS_H

#include "commands/command.h"
#include "ui/app.h"
#include "ui/canvas.h"

/** struct top_options - filled by top_options[]; init with top_options_init() */
struct top_options {
	struct app_options app;
	bool screen_set;	     /* a screen was named */
	bool batch;		     /* text on stdout, by the stats command */
	int dump_width, dump_height; /* --dump-frame; 0: the real screen */
	enum canvas_format format;
	const char *keys;      /* to press before the frame is written; NULL: none */
	struct strbuf columns; /* ids, where --columns gave some; app.columns points here */
	const char *delay;     /* as given, for the stats command; NULL: not given */
};

/** top_option_specs[] - the options table of the command; ends with {0} */
extern const struct option_spec top_option_specs[];

/** top_options_init() - the defaults, from the environment where it has a say */
void top_options_init(struct top_options *options);
/** top_options_want_help() - --columns or --sort is "help" */
bool top_options_want_help(const struct top_options *options);
/** top_options_check_batch() - -EINVAL with @err if something is asked for that only a screen has */
int top_options_check_batch(const struct top_options *options, struct err *err);
/**
 * top_options_resolve() - what can only be told when all options are known: which screen, and the
 * names of columns, which may be titles
 *
 * Return: 0; -EINVAL with @err.
 */
int top_options_resolve(struct top_options *options, struct err *err);
void top_options_finish(struct top_options *options);

/** top_options_kind() - what the rows of the first screen are */
enum row_kind top_options_kind(const struct top_options *options);

#endif
