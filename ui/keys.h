/* SPDX-License-Identifier: MIT */
/*
 * The key table: every key there is, defined once. Dispatch, footer, help box and man page read it.
 * Names of keys ("Ctrl-L", "Shift-F3") to codes and back live here too. Runs no action itself.
 */
#ifndef BOXTOP_UI_KEYS_H
#define BOXTOP_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "ui/app.h"

/** enum action - what a key does; ui/app_actions.c has one function for each */
enum action {
	ACTION_NONE = 0,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_LEFT,
	ACTION_RIGHT,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_HALF_PAGE_UP,
	ACTION_HALF_PAGE_DOWN,
	ACTION_HOME,
	ACTION_END,
	ACTION_FIRST_COLUMN,
	ACTION_NEXT_SCREEN,
	ACTION_PREVIOUS_SCREEN,
	ACTION_CONTAINERS,
	ACTION_CGROUPS,
	ACTION_PROCESSES,
	ACTION_NAMESPACES,
	ACTION_EVENTS,
	ACTION_ENTER,
	ACTION_ZOOM,
	ACTION_ALARM,
	ACTION_BACK,
	ACTION_SEARCH,
	ACTION_SEARCH_PREVIOUS,
	ACTION_SEARCH_AGAIN,
	ACTION_SEARCH_AGAIN_BACK,
	ACTION_FILTER,
	ACTION_FOLLOW,
	ACTION_SORT,
	ACTION_SORT_CPU,
	ACTION_SORT_MEMORY,
	ACTION_SORT_TIME,
	ACTION_SORT_PID,
	ACTION_INVERT,
	ACTION_TREE,
	ACTION_FOLD,
	ACTION_FOLD_ALL,
	ACTION_FOLD_PARENT,
	ACTION_TAG,
	ACTION_TAG_CHILDREN,
	ACTION_UNTAG,
	ACTION_COPY,
	ACTION_WHY,
	ACTION_USER,
	ACTION_KERNEL_THREADS,
	ACTION_USER_THREADS,
	ACTION_ALL_UNITS,
	ACTION_PAUSE,
	ACTION_DELAY,
	ACTION_METERS,
	ACTION_REDRAW,
	ACTION_PALETTE,
	ACTION_SETUP,
	ACTION_KILL, /* from here on to ACTION_LOG: keys that act */
	ACTION_SIGNAL,
	ACTION_FREEZE,
	ACTION_LIMITS,
	ACTION_NICE_LOWER,
	ACTION_NICE_HIGHER,
	ACTION_NEW,
	ACTION_REMOVE,
	ACTION_SHELL,
	ACTION_LOG,
	ACTION_HELP,
	ACTION_QUIT,
	ACTIONS,
};

/** enum key_group - under which heading help and man list a key */
enum key_group {
	KEY_GROUP_MOVE = 0,
	KEY_GROUP_SCREEN,
	KEY_GROUP_FIND,
	KEY_GROUP_SORT,
	KEY_GROUP_TREE,
	KEY_GROUP_TAG,
	KEY_GROUP_ACT,
	KEY_GROUP_SHOW,
	KEY_GROUP_PROGRAM,
	KEY_GROUPS,
};

/** enum key_state - what the footer has to know of the screen */
enum key_state {
	KEY_STATE_TREE = 1 << 0,
	KEY_STATE_FILTERED = 1 << 1,
	KEY_STATE_ZOOMED = 1 << 2, /* only one container's processes */
	KEY_STATE_PAUSED = 1 << 3,
	KEY_STATE_DETAIL = 1 << 4,
};

#define KEY_CODES_MAX 5

/** struct key - one row of the table */
struct key {
	enum action action;
	uint32_t codes
		[KEY_CODES_MAX]; /* enum key_code or characters; the first stands in the footer */
	unsigned int screens;	 /* 1 << enum app_screen, SCREEN_DETAIL included */
	enum key_group group;
	const char *help;      /* one short line for help and man */
	const char *footer;    /* label; NULL: not in the footer */
	const char *footer_on; /* label while @state is set; NULL: as @footer */
	unsigned int state;    /* enum key_state bit for @footer_on */
	bool only;	       /* in the footer only while @state is set */
};

/** keys[] - every key, in the order of footer and help */
extern const struct key keys[];
extern const size_t keys_len;

/** key_group_text() - the heading of a group: "Moving", ... */
const char *key_group_text(enum key_group group);

/** keys_action() - what @code does on @screen; ACTION_NONE if nothing */
enum action keys_action(uint32_t code, enum app_screen screen);

/** struct vi_key - what a key does instead while vi's keys are on */
struct vi_key {
	uint32_t code;
	enum action action;
};

extern const struct vi_key vi_keys[];
extern const size_t vi_keys_len;
/** keys_vi_action() - ACTION_NONE: what it does without them */
enum action keys_vi_action(uint32_t code);

#define KEY_NAME_MAX 24

/** key_name() - "F1", "Ctrl-L", "Alt-j", "Space", "a"; returns @buf */
char *key_name(uint32_t code, char buf[KEY_NAME_MAX]);
/** key_names() - all names of a key, blank separated, appended to @out: "F1 h ?" */
void key_names(const struct key *key, struct strbuf *out);

/** struct key_script - keys to press, written down: "t Down 'web' Enter". Init with {text, false} */
struct key_script {
	struct span rest; /* not parsed yet */
	bool quoted;	  /* between single quotes, where each character is a key */
};

/**
 * key_script_next() - the next key of a script
 * @code: gets it
 *
 * Names are those of key_name(), the longer ones in any case. Return: 1 with a code; 0 at the end;
 * -EINVAL with @err naming the word.
 */
int key_script_next(struct key_script *script, uint32_t *code, struct err *err);

#endif
