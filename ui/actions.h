/* SPDX-License-Identifier: MIT */
/*
 * What the screen can do to what it shows. The screen says what and to which rows; whoever fills in a
 * struct actions does it on threads of its own, and tells by messages how it went. Every member function
 * returns at once.
 *
 * What is asked about first is held from then on: hold() opens it, look() looks whether it is still the
 * same and still there, go() does the deed to what was held, drop() lets go of it.
 */
#ifndef BOXTOP_UI_ACTIONS_H
#define BOXTOP_UI_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/fields.h"

#define ACT_LIMITS_MAX 16
#define ACT_TEXT_MAX   256
#define ACT_NO_LIMIT   UINT64_MAX

/** enum act_kind - what is done */
enum act_kind {
	ACT_NONE = 0,
	ACT_KILL,   /* end all of it: a container, a cgroup, or the tree of a process */
	ACT_SIGNAL, /* one signal to a process, or to those of a container */
	ACT_FREEZE, /* freeze; what is frozen is thawed */
	ACT_RENICE, /* processes only */
	ACT_LIMITS, /* change limits, all or nothing */
	ACT_STOP,   /* a sandbox of our own: ask it to end, end it after a while */
	ACT_REMOVE, /* a sandbox of our own: end it and forget it */
};

/** struct act_value - what a limit is to be, or is */
struct act_value {
	bool set;	 /* asked for; or known */
	uint64_t number; /* bytes, microcpus, a count; ACT_NO_LIMIT */
	char text[ACT_TEXT_MAX];
};

/** struct act_deed - what is done, in full */
struct act_deed {
	enum act_kind kind;
	int signal;			/* ACT_SIGNAL */
	bool all;			/* ACT_SIGNAL: every process of a container */
	int nice;			/* ACT_RENICE: added to the nice value */
	const struct act_value *limits; /* ACT_LIMITS: ACT_LIMITS_MAX of them; copied */
};

/** enum act_unit - of a limit */
enum act_unit {
	ACT_BYTES = 0,
	ACT_MICROCPUS,
	ACT_COUNT,
	ACT_TEXT, /* lists and rules: no number */
};

/** struct act_limit - one limit of what is held. Texts live in the message or are constant */
struct act_limit {
	const char *name, *title, *help; /* constant */
	enum act_unit unit;
	uint64_t min, max; /* of a number */
	struct act_value value;
	bool used_known, peak_known;
	uint64_t used, peak; /* in the unit */
	const char *why_not; /* raw: why it can't be set; NULL: it can */
	const char *note;    /* raw: what else holds; "" */
};

/** struct act_item - one of those that are held */
struct act_item {
	const char *name;  /* raw: "web-1 (docker)", "the tree of 4711 (bomb)" */
	const char *where; /* raw: its cgroup, its unit, who is left out; "" */
	bool counted;
	uint64_t processes; /* that it has now */
	bool is_process;    /* or a tree of them, or a namespace; else a container or cgroup */
	const char *why;    /* raw: why nothing can be done to it, or that it is gone; NULL */
};

enum act_news_kind {
	ACT_NEWS_HELD = 0, /* after hold() and look(): items, limits */
	ACT_NEWS_DONE,	   /* the deed is done, or failed; nothing is held any more */
	ACT_NEWS_LOG,	   /* what a sandbox said */
	ACT_NEWS_STARTED,  /* a sandbox was started: select it; or it failed */
};

/** struct act_news - a message; act_news_free() */
struct act_news {
	enum act_news_kind kind;
	uint64_t ticket;
	struct arena arena; /* owns everything below */
	struct act_item *items;
	size_t items_len;
	struct act_limit *limits; /* of the first item, if it was held for that */
	size_t limits_len;
	bool failed;
	const char *text; /* raw, one line: how it went; of a log, all of it. Or NULL */
	const char *name; /* raw: of the sandbox that was started or that said something; NULL */
};

struct act_news *act_news_new(enum act_news_kind kind, uint64_t ticket);
/** act_news_free() - NULL allowed */
void act_news_free(struct act_news *news);

/** struct act_rows - what something is done to: containers, cgroups, processes or namespaces. Borrowed
 *  for the call */
struct act_rows {
	struct snapshot *snapshot; /* that has them */
	const struct row *rows;
	size_t len;
};

/** struct actions - whoever does it. Numbers that name something are tickets, never 0 */
struct actions {
	void *data;
	int wake_fd; /* readable while there may be news */
	/* the oldest news, owned by the caller from now on; NULL: none */
	struct act_news *(*take)(struct actions *actions);

	/* hold for a deed; answered by ACT_NEWS_HELD */
	uint64_t (*hold)(struct actions *actions, enum act_kind kind, const struct act_rows *rows);
	/* at what is still there, with the figures of a newer snapshot; answered by ACT_NEWS_HELD again */
	void (*look)(struct actions *actions, uint64_t ticket, struct snapshot *snapshot);
	/* answered by ACT_NEWS_DONE; the ticket ends. Asks the machine for nothing on the way */
	void (*go)(struct actions *actions, uint64_t ticket, const struct act_deed *deed);
	/* let go; no answer */
	void (*drop)(struct actions *actions, uint64_t ticket);
	/* hold, do and let go; answered by ACT_NEWS_DONE */
	void (*at_once)(struct actions *actions, const struct act_deed *deed,
			const struct act_rows *rows);

	/* what is typed for a limit, by its place in act_news.limits; pure. 0; -errno with @err */
	int (*parse_limit)(size_t limit, struct span text, struct act_value *out, struct err *err);
	/* for a person and for parse_limit(); pure; returns @buf */
	char *(*format_limit)(size_t limit, const struct act_value *value, char buf[ACT_TEXT_MAX]);

	/* start a sandbox: boxtop with these arguments ("run", "--detach", ...; NULL at the end; copied);
	 * answered by ACT_NEWS_STARTED */
	void (*launch)(struct actions *actions, const char *const *args);
	/* the last lines that a sandbox said; answered by ACT_NEWS_LOG */
	void (*log)(struct actions *actions, const char *name, uint64_t lines);
	/* the one that waits: a shell inside, on the terminal that the screen has given back. The exit
	 * code of the shell, or -errno with @err */
	int (*shell)(struct actions *actions, const struct act_rows *row, struct err *err);
};

#endif
