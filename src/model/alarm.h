/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a container or cgroup, by its rates: the rules with their thresholds, once, for the
 * marks in the rows, the banner and the events.
 */
#ifndef BOXTOP_MODEL_ALARM_H
#define BOXTOP_MODEL_ALARM_H

#include "base/str.h"
#include "model/usage.h"

/** enum alarm_kind - the most urgent first: what ends a host before what slows a container */
enum alarm_kind {
	ALARM_GROWTH = 0, /* tasks multiply: a fork bomb */
	ALARM_OOM,
	ALARM_PIDS,   /* close to the limit of tasks */
	ALARM_MEMORY, /* close to the memory limit */
	ALARM_MEMORY_PRESSURE,
	ALARM_THROTTLE,
	ALARM_IO_PRESSURE,
	ALARM_CPU_PRESSURE,
	ALARM_KINDS,
};

/** enum alarm_level - how bad it is */
enum alarm_level {
	ALARM_NONE = 0,
	ALARM_WARN,  /* coloured */
	ALARM_ALARM, /* coloured, marked with "!", an event */
};

/** struct alarm - what one row suffers from most */
struct alarm {
	enum alarm_level level;
	enum alarm_kind kind;
};

/** alarm_level() - of one rule; ALARM_NONE where the value is not known */
enum alarm_level alarm_level(enum alarm_kind kind, const struct usage *usage);
/** alarm_worst() - the most urgent of those at the highest level */
struct alarm alarm_worst(const struct usage *usage);
/** alarm_before() - whether @a is more urgent than @b */
bool alarm_before(struct alarm a, struct alarm b);
/** alarm_of_field() - the highest of the rules that a column shows, by the field's id */
enum alarm_level alarm_of_field(const char *id, const struct usage *usage);
/** alarm_text() - "memory", "throttled": one word or two; static */
const char *alarm_text(enum alarm_kind kind);
/** alarm_say() - what and how much, appended: "50 of 64 tasks, 5.0 more every second" */
void alarm_say(enum alarm_kind kind, const struct usage *usage, struct strbuf *out);

/** alarm_sources() - what has to be read for all rules */
unsigned int alarm_sources(void);

#endif
