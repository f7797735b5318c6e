/* SPDX-License-Identifier: MIT */
/*
 * Acting from inside the screen program, for ui/app*.c and ui/dialog_*.c only: app_act.c finds the rows and
 * takes the answers, the dialogs ask.
 */
#ifndef BOXTOP_UI_APP_ACT_H
#define BOXTOP_UI_APP_ACT_H

#include "ui/actions.h"
#include "ui/form.h"

struct app;

/** struct acting - what is being done, and what is held for the question that is open */
struct acting {
	struct actions *actions; /* borrowed; NULL: nothing can be done */
	uint64_t ticket;	 /* of the question; 0: none */
	struct act_deed deed;	 /* that it asks about */
	struct act_news *held;	 /* the last answer about it; NULL: none yet */
	uint64_t history_key;	 /* of the first of those; 0: none */
	bool looking;		 /* asked whether it is still there */
	struct form form;	 /* limits, or a launch */
	struct strbuf launch[8]; /* what was launched last (enum launch_field) */
	bool launched;
	struct strbuf log_name;	   /* of the log that is shown; empty: none */
	struct strbuf select;	   /* name of a sandbox to select once it is a row */
	unsigned int select_tries; /* snapshots that it is waited for */
	struct act_rows shell;	   /* where a shell is wanted, by the loop; len 0: nowhere */
	struct row shell_row;
};

/* ---- Keys: app_act.c, dialog_kill.c, dialog_limits.c, dialog_launch.c ---- */
void app_end(struct app *app);
void app_signal(struct app *app);
void app_freeze(struct app *app);
void app_nice_lower(struct app *app);
void app_nice_higher(struct app *app);
void app_ask_limits(struct app *app);
void app_ask_launch(struct app *app);
void app_ask_remove(struct app *app);
void app_shell(struct app *app);
void app_show_log(struct app *app);
/** app_may_act() - else says why not */
bool app_may_act(struct app *app);
/** app_hold() - hold what a key is about, for a question; false: there is nothing, and it is said */
bool app_hold(struct app *app, enum act_kind kind);
/** app_go() - what was asked is to be done */
void app_go(struct app *app, const struct act_deed *deed);
/** app_drop() - it is not */
void app_drop(struct app *app);
/** app_held_what() - "web-1 (docker)", "3 rows"; clean, in the arena of the dialog */
const char *app_held_what(struct app *app);
/** app_clean() - a raw text, sanitized, in the arena of the dialog */
const char *app_clean(struct app *app, const char *raw);
/** app_container_of_key() - the sandbox of ours that a key is about; NULL: none, and it is said */
const struct container *app_container_of_key(struct app *app);
/** app_acting_sources() - what has to be read for the question that is open */
unsigned int app_acting_sources(const struct app *app);
/** app_acting_update() - a new snapshot came */
void app_acting_update(struct app *app);
void app_acting_finish(struct app *app);
/** app_rebuild_*() - the open question, after an answer about what is held */
void app_rebuild_kill(struct app *app);
void app_rebuild_signal(struct app *app);
void app_rebuild_limits(struct app *app);
void app_rebuild_remove(struct app *app);
void app_rebuild_log(struct app *app, const struct act_news *news);

#endif
