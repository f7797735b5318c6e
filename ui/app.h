/* SPDX-License-Identifier: MIT */
/*
 * The screen program: one loop that waits for keys and snapshots. It never collects and never acts by
 * itself: snapshots come from a struct feed, and deeds go through a struct actions, both filled in by commands/top.c.
 */
#ifndef BOXTOP_UI_APP_H
#define BOXTOP_UI_APP_H

#include "base/err.h"
#include "model/history.h"
#include "model/snapshot.h"
#include "ui/canvas.h"
#include "ui/graph.h"

/** struct feed_demand - what the screen needs from now on */
struct feed_demand {
	unsigned int sources;	/* enum source bits */
	const pid_t *view_pids; /* rows in view, ascending; copied by the feed */
	size_t view_pids_len;	/* SIZE_MAX: all processes */
	uint64_t delay_usec;	/* between passes */
	bool paused;		/* make no passes */
};

/** struct feed - where snapshots come from. Every member function returns at once */
struct feed {
	void *data;
	int wake_fd; /* readable when there is a newer snapshot or an error; drained by latest() */
	/* the newest snapshot with its rates, a new reference; NULL if none yet. @err is set if the
	 * collector thread failed */
	struct snapshot *(*latest)(struct feed *feed, struct err *err);
	void (*demand)(struct feed *feed, const struct feed_demand *demand);
};

/** enum app_screen - in the order of their tabs and numbers */
enum app_screen {
	SCREEN_CONTAINERS = 0,
	SCREEN_CGROUPS,
	SCREEN_PROCESSES,
	SCREEN_NAMESPACES,
	SCREEN_EVENTS,
	SCREENS,
	SCREEN_DETAIL = SCREENS, /* for the key table: what takes the place of a screen */
};

/** enum app_direction - of the order that app_options.sort asks for */
enum app_direction {
	APP_FIRST_DIRECTION = 0, /* the field's own */
	APP_DESCENDING,
	APP_ASCENDING,
};

/** enum app_shape - what a screen starts with */
enum app_shape {
	APP_FIRST_SHAPE = 0, /* the screen's own */
	APP_LIST,
	APP_TREE,
};

#define APP_COLUMNS_MAX 2048 /* bytes */

/** struct app_screen_options - what one screen was told to look like, whatever is shown first */
struct app_screen_options {
	char columns[APP_COLUMNS_MAX]; /* comma separated field ids; empty: as usual */
	char sort[64];		       /* field id; empty: as usual */
	enum app_direction sort_direction;
	enum app_shape shape;
};

/** struct app_options - from the command line and the settings */
struct app_options {
	enum app_screen screen;
	uint64_t delay_usec;
	const char *theme; /* NULL: default, or monochrome with NO_COLOR */
	const char *sort;  /* field id or NULL */
	enum app_direction sort_direction;
	const char *filter;  /* text or NULL */
	const char *columns; /* comma separated field ids or NULL */
	bool tree;
	bool all; /* show systemd units too */
	bool ascii;
	enum graph_marks graph;
	bool color;
	bool mouse;
	bool readonly;
	bool hide_kernel_threads;
	bool highlight;	 /* show what is new in the last seconds in another colour */
	bool plain_user; /* not root: some of what is empty may be for lack of permission */
	uid_t uid;	 /* (uid_t)-1: all users */
	pid_t *pids;	 /* ascending; NULL: all processes */
	size_t pids_len;
	uint64_t iterations; /* leave after so many snapshots; 0: never */
	uint32_t max_depth;  /* tree depth; 0: no limit */
	bool vi_keys;
	bool hide_meters;
	struct app_screen_options screens[SCREENS];
};

/** app_theme() - monochrome without colours; else the one that is asked for, or the default */
const struct theme *app_theme(const struct app_options *options);

struct insides; /* ui/inside.h */
struct actions; /* ui/actions.h */

/** struct settings_store - where settings are kept; the file is the program's business */
struct settings_store {
	void *data;
	const char *path; /* to show; NULL: there is no place for them */
	const char *note; /* what was wrong with them; one clean line; NULL: nothing */
	/* keep what @now says; 0; -errno with @err */
	int (*save)(struct settings_store *store, const struct app_options *now, struct err *err);
};

/** struct app_services - what the program does for the screen, each on a thread of its own */
struct app_services {
	struct feed *feed;
	struct insides *insides;      /* NULL: insides of containers are never read */
	struct settings_store *store; /* NULL: settings are not kept */
	struct actions *actions;      /* NULL: nothing can be done to anything (--readonly) */
};

/** app_run() - until the user leaves. 0; -errno with @err; the terminal is restored in any case */
int app_run(const struct app_options *options, const struct app_services *services,
	    struct err *err);

/** struct app_scene - what a frame without a terminal is drawn from (golden frames, --dump-frame) */
struct app_scene {
	struct snapshot *const *snapshots; /* in their order; the last one is shown */
	size_t snapshots_len;
	const char *keys;	 /* names to press first, blank separated ("t Down Down"); NULL */
	struct insides *insides; /* NULL: none */
	struct actions *actions; /* NULL: none */
};

/** app_frame() - draw one frame into @canvas. 0; -EINVAL with @err: options or keys make no sense */
int app_frame(const struct app_options *options, const struct app_scene *scene,
	      struct canvas *canvas, struct err *err);

/* ---- What the loop is made of; the tests of the screens drive it too ---- */

struct app;
struct event; /* ui/term.h */

/** app_new() - 0; -EINVAL with @err naming the column, the filter or the theme. @options is borrowed */
int app_new(const struct app_options *options, struct app **out, struct err *err);
/** app_set_actions() - what its keys act by; borrowed. Without it nothing is done to anything */
void app_set_actions(struct app *app, struct actions *actions);
/** app_take_news() - what became of what was done; owned from now on */
struct act_news;
void app_take_news(struct app *app, struct act_news *news);
void app_free(struct app *app);
/** app_take_snapshot() - show this one from now on; the reference is taken */
void app_take_snapshot(struct app *app, struct snapshot *snapshot);
/** app_event() - one key or mouse event */
void app_event(struct app *app, const struct event *event);
/** app_draw() - the whole frame */
void app_draw(struct app *app, struct canvas *canvas);
/** app_get_demand() - what the last drawing needs; valid until the next drawing */
void app_get_demand(struct app *app, struct feed_demand *demand);
/** app_is_done() - the user wants to leave, or saw as many snapshots as asked for */
bool app_is_done(const struct app *app);

#endif
