/* SPDX-License-Identifier: MIT */
/*
 * What happened: starts and ends, limits changed, freezes, OOM kills, alarms. Found by comparing two
 * snapshots, remembered in a log of bounded length, and shown like every other row.
 */
#ifndef BOXTOP_MODEL_EVENT_H
#define BOXTOP_MODEL_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/alarm.h"

struct snapshot;

/** enum event_kind - in words by event_kind_text() */
enum event_kind {
	EVENT_START = 0,
	EVENT_END,
	EVENT_EMPTY, /* its last process ended, its cgroup is still there */
	EVENT_FREEZE,
	EVENT_THAW,
	EVENT_LIMIT, /* a limit was changed */
	EVENT_OOM,
	EVENT_REFUSED, /* forks failed at the limit of tasks */
	EVENT_ALARM,   /* a value reached its alarm */
	EVENT_ACT,     /* something was done from the screen */
	EVENT_KINDS,
};

#define EVENTS_MAX     512 /* that a log remembers */
#define EVENT_NAME_MAX 128
#define EVENT_TEXT_MAX 192

/** struct container_event - one. Its texts are copies: what it is about may be gone. Raw: sanitize to show */
struct container_event {
	uint64_t number; /* counts from 1: its name */
	uint64_t realtime_usec;
	enum event_kind kind;
	enum alarm_level level;
	enum alarm_kind alarm; /* of EVENT_ALARM */
	uint64_t count;	       /* of EVENT_REFUSED: forks */
	uint64_t first_usec;   /* of EVENT_REFUSED: realtime of the first ones */
	uint64_t container;    /* container.key; 0: none */
	bool unit;	       /* of what is hidden unless all is shown */
	char clock[16];	       /* "02:14:07", UTC */
	char engine[16];
	char name[EVENT_NAME_MAX];
	char text[EVENT_TEXT_MAX];
};

const char *event_kind_text(enum event_kind kind);

struct event_log;

struct event_log *event_log_new(void);
void event_log_free(struct event_log *log);

/**
 * event_log_compare() - add what happened between two snapshots of the same host
 * @before: NULL for the first one: nothing is known to have happened
 *
 * Only what both have read is compared. A container that was merely found late, because its creation is
 * older than @before, did not start.
 * Return: how many events were added.
 */
size_t event_log_compare(struct event_log *log, const struct snapshot *before,
			 const struct snapshot *now);

/** event_log_act() - add one that the user caused. @name and @text are copied */
void event_log_act(struct event_log *log, uint64_t realtime_usec, uint64_t container,
		   const char *name, const char *text);

/** event_log_snapshot() - a snapshot that holds nothing but the events, for queries and tables; borrowed,
 *  changed by the next addition */
const struct snapshot *event_log_snapshot(const struct event_log *log);

/** event_log_touch() - what time it is now, for the ages of events */
void event_log_touch(struct event_log *log, uint64_t realtime_usec);

#endif
