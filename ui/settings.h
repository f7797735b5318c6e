/* SPDX-License-Identifier: MIT */
/*
 * What is remembered between runs, as text: the table of settings, from lines of "name = value" to the
 * options of the screen and back. Touches no file: the program reads and writes it.
 */
#ifndef BOXTOP_UI_SETTINGS_H
#define BOXTOP_UI_SETTINGS_H

#include "base/str.h"
#include "ui/app.h"

/** enum setting_type - what a value is */
enum setting_type {
	SETTING_YES_NO,
	SETTING_NO_YES, /* the option says the opposite of the setting */
	SETTING_THEME,
	SETTING_GRAPH,
	SETTING_DELAY,
	SETTING_SCREEN,
};

/** struct setting - one row of the table */
struct setting {
	const char *name;  /* in the file */
	const char *label; /* in the setup; NULL: not there */
	const char *help;  /* one line for setup and man */
	enum setting_type type;
	size_t offset; /* of its member in struct app_options */
};

extern const struct setting settings[];
extern const size_t settings_len;

/** setting_add_value() - as the file has it, appended to @out */
void setting_add_value(const struct setting *setting, const struct app_options *options,
		       struct strbuf *out);
/** setting_add_values() - all that there are, as text for people */
void setting_add_values(const struct setting *setting, struct strbuf *out);
/** setting_parse() - 0; -EINVAL with @err: @options is as it was */
int setting_parse(const struct setting *setting, struct span value, struct app_options *options,
		  struct err *err);
/** setting_step() - the next (@by 1) or previous (-1) value there is, around the end */
void setting_step(const struct setting *setting, int by, struct app_options *options);

/** app_screen_name() - "containers"; in settings and options */
const char *app_screen_name(enum app_screen screen);
/** app_screen_find() - by name; SCREENS: there is none */
enum app_screen app_screen_find(struct span name);
enum row_kind app_screen_kind(enum app_screen screen);

/** struct settings_problem - what is wrong with a file */
struct settings_problem {
	unsigned int line; /* the first that is wrong; 0: all is well */
	size_t more;	   /* lines that are wrong too */
	struct err err;	   /* of the first */
};

/**
 * settings_apply() - take every line of @text into @options
 *
 * A line that is wrong leaves the option as it was and is told in @problem; the others count.
 */
void settings_apply(struct span text, struct app_options *options,
		    struct settings_problem *problem);

/**
 * settings_write() - the text to keep, appended to @out
 * @old:      the text there was: what is no setting of ours stays in it, comments too
 * @now:      what is to be remembered
 * @defaults: what needs no line
 */
void settings_write(struct span old, const struct app_options *now,
		    const struct app_options *defaults, struct strbuf *out);

#endif
