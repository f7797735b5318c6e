/* SPDX-License-Identifier: MIT */
/*
 * The screen program from inside, for ui/app*.c only: app.c runs the loop, app_actions.c does what keys
 * say, app_screens.c goes from one to another, app_dialogs.c asks, app_help.c explains, app_draw.c puts the frame together.
 */
#ifndef BOXTOP_UI_APP_PRIVATE_H
#define BOXTOP_UI_APP_PRIVATE_H

#include "base/arena.h"
#include "ui/app.h"
#include "ui/app_act.h"
#include "ui/detail.h"
#include "ui/dialog.h"
#include "ui/footer.h"
#include "ui/keys.h"
#include "ui/setup.h"
#include "ui/term.h"
#include "ui/view.h"

enum app_flags {
	APP_DONE = 1 << 0,
	APP_PAUSED = 1 << 1,
	APP_LOOKS = 1 << 2,  /* colours, mouse or marks are to be set anew */
	APP_REDRAW = 1 << 3, /* the terminal may show something else than we think (Ctrl-L) */
};

/** struct banner - what should not wait */
struct banner {
	struct strbuf text; /* clean; empty: nothing */
	struct row_key key; /* the container that it is about; kind 0: the host */
	struct rect rect;   /* of the last drawing */
};

/** struct app - the screen program */
struct app {
	const struct app_options *options; /* &own, which only the setup changes */
	struct app_options own;
	struct snapshot *snapshot; /* that is shown; NULL: none yet */
	struct history *history;
	struct event_log *events;
	struct view views[SCREENS];
	enum app_screen screen;
	struct detail detail;	     /* in place of the screen while it is open */
	enum app_screen zoomed_from; /* where a zoom of the processes started */
	struct row_key carry; /* select what belongs to this on the screen that is shown; kind 0 */
	unsigned int flags;   /* enum app_flags */
	uint64_t delay_usec;
	uint64_t seen;		/* snapshots */
	struct err collect_err; /* of the collector thread; code 0: it is well */

	/* one line for the user, until the next key */
	struct strbuf message;
	uint16_t message_style;

	struct banner banner;
	struct strbuf seen_issue; /* that the user saw before the last key */

	/* what is open, if anything, and who gets its results */
	struct dialog dialog;
	void (*answer)(struct app *app, enum dialog_result result, uint32_t key);
	struct arena dialog_texts; /* what the open dialog shows */
	const struct field **menu_fields;
	enum action *menu_actions;
	const char **menu_texts;
	struct strbuf copy; /* on its way to the terminal's clipboard; empty: nothing */
	uid_t *menu_uids;
	struct strbuf last_search;

	struct setup setup;	      /* over the screen while it is open */
	struct settings_store *store; /* NULL: none */
	struct acting acting;

	/* where the last drawing put things */
	struct footer footer;
	struct rect tabs[SCREENS];
	pid_t *view_pids;
	size_t view_pids_len, view_pids_cap;
	int width, height;
};

/** app_view() - that takes the keys */
struct view *app_view(struct app *app);
/** app_place() - for the key table: the screen, or SCREEN_DETAIL */
enum app_screen app_place(const struct app *app);
/** app_has_rows() - whether what is shown is a table; else lines of text */
bool app_has_rows(struct app *app);
/** app_has_news() - whether the pass found something wrong that the user has not seen yet */
bool app_has_news(const struct app *app);
/** app_act() - what a key of the table says */
void app_act(struct app *app, enum action action);
/** app_is_about_rows() - it means nothing where there is only text */
bool app_is_about_rows(enum action action);
/** app_key() - a key that no dialog took */
void app_key(struct app *app, uint32_t code);
/** app_has_action() - whether app_act() knows it (a test holds it against the key table) */
bool app_has_action(enum action action);
/** app_show_screen() - with the newest rows; the selection goes along to what belongs to it */
void app_show_screen(struct app *app, enum app_screen screen);
/** app_rows_of() - the snapshot that has the rows of a screen; NULL: none yet */
const struct snapshot *app_rows_of(const struct app *app, enum app_screen screen);
/** app_carry_selection() - select what belongs to app->carry, once there are rows */
void app_carry_selection(struct app *app);

/* Screens (app_screens.c) */
void app_next_screen(struct app *app);
void app_previous_screen(struct app *app);
void app_show_containers(struct app *app);
void app_show_cgroups(struct app *app);
void app_show_processes(struct app *app);
void app_show_namespaces(struct app *app);
void app_show_events(struct app *app);
void app_enter(struct app *app);
void app_zoom(struct app *app);

/* The banner (app_banner.c) */
void app_update_banner(struct app *app);
void app_go_to_alarm(struct app *app);

/* The detail (app_detail.c) */
/** app_open_detail() - of what a row of any kind is or belongs to; false: of nothing */
bool app_open_detail(struct app *app, const struct row *row, enum detail_section section);
/** app_close_detail() - false: it is not open */
bool app_close_detail(struct app *app);
void app_next_section(struct app *app, int by);
void app_ask_inside(struct app *app, struct insides *insides);
void app_back(struct app *app);
/** app_leave_zoom() - back to where it started; false: there is none */
bool app_leave_zoom(struct app *app);
/** app_leave() - a detail, or else a zoom */
void app_leave(struct app *app);
/** app_say() - a message line, until the next key */
void app_say(struct app *app, uint16_t style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The setup (app_setup.c) */
void app_open_setup(struct app *app);
void app_setup_event(struct app *app, const struct event *event);
/* Dialogs: each opens one and sets app->answer */
void app_ask_filter(struct app *app);
void app_ask_search(struct app *app, int step);
/** app_search_again() - the next (1) or previous (-1) match of the last search, without a prompt */
void app_search_again(struct app *app, int step);
/** app_is_searching() - whether the search prompt is open */
bool app_is_searching(const struct app *app);
void app_ask_delay(struct app *app);
void app_ask_sort(struct app *app);
void app_ask_user(struct app *app);
void app_ask_palette(struct app *app);
void app_ask_copy(struct app *app);
void app_show_help(struct app *app);
/** app_ignore_answer() - for a box that is only read */
void app_ignore_answer(struct app *app, enum dialog_result result, uint32_t key);

#endif
