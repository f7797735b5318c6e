/* SPDX-License-Identifier: MIT */
/*
 * The log of events, and the comparison of two snapshots that fills it. Owns the events and a snapshot
 * of its own that holds them, so that queries and tables show them like other rows. Reads no clock: the
 * times are those of the snapshots.
 */
#include "model/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/units.h"
#include "model/snapshot.h"

/* A start that is told this much earlier than the snapshot before was a container found late. */
#define FOUND_LATE_USEC 2000000u
/* The same alarm of the same container is not news again before this. */
#define ALARM_REST_USEC 60000000u

/* Forks refused this long after the last ones are another event. */
#define REFUSED_REST_USEC 60000000u

/* struct match - a container of one snapshot, to be found by its key */
struct match {
	uint64_t key;
	uint32_t index;
};

struct matches {
	struct match *items; /* ascending key */
	size_t len, cap;
};

struct event_log {
	struct snapshot *snapshot; /* its events are ours */
	size_t cap;
	uint64_t added; /* since the beginning: the number of the newest */
	struct matches before, now;
};

static const char *const kind_texts[EVENT_KINDS] = {
	[EVENT_START] = "start",   [EVENT_END] = "end",		[EVENT_EMPTY] = "empty",
	[EVENT_FREEZE] = "freeze", [EVENT_THAW] = "thaw",	[EVENT_LIMIT] = "limit",
	[EVENT_OOM] = "OOM kill",  [EVENT_REFUSED] = "refused", [EVENT_ALARM] = "alarm",
	[EVENT_ACT] = "done",
};

const char *event_kind_text(enum event_kind kind)
{
	return (unsigned int)kind < EVENT_KINDS ? kind_texts[kind] : "unknown";
}

struct event_log *event_log_new(void)
{
	struct event_log *log = xcalloc(1, sizeof(*log));

	log->snapshot = snapshot_new();
	log->snapshot->sources = SOURCE_ALL;
	log->snapshot->rated = true;
	return log;
}

void event_log_free(struct event_log *log)
{
	if (!log)
		return;
	free(log->snapshot->events);
	snapshot_unref(log->snapshot);
	free(log->before.items);
	free(log->now.items);
	free(log);
}

const struct snapshot *event_log_snapshot(const struct event_log *log)
{
	return log->snapshot;
}

void event_log_touch(struct event_log *log, uint64_t realtime_usec)
{
	log->snapshot->realtime_usec = realtime_usec;
}

/* ---- Adding ---- */

static void make_room(struct event_log *log)
{
	struct snapshot *snapshot = log->snapshot;

	if (snapshot->events_len < log->cap)
		return;
	if (log->cap < EVENTS_MAX) {
		log->cap = log->cap ? 2 * log->cap : 32;
		snapshot->events =
			xreallocarray(snapshot->events, log->cap, sizeof(*snapshot->events));
		return;
	}
	/* A quarter at once: moving all for each one would be wasteful. */
	size_t dropped = EVENTS_MAX / 4;

	snapshot->events_len -= dropped;
	memmove(snapshot->events, snapshot->events + dropped,
		snapshot->events_len * sizeof(*snapshot->events));
}

static void copy(char *to, size_t cap, const char *from)
{
	snprintf(to, cap, "%s", from ? from : "");
}

/* The time of day, from "2026-05-01T02:14:07.000000Z". */
static void write_clock(struct container_event *event)
{
	char iso[32];

	clock_format_iso(event->realtime_usec, iso);
	if (strlen(iso) >= 19)
		snprintf(event->clock, sizeof(event->clock), "%.8s", iso + 11);
}

static struct container_event *add(struct event_log *log, uint64_t realtime_usec,
				   enum event_kind kind, enum alarm_level level)
{
	make_room(log);
	struct container_event *event = &log->snapshot->events[log->snapshot->events_len++];

	*event = (struct container_event) {
		.number = ++log->added,
		.realtime_usec = realtime_usec,
		.kind = kind,
		.level = level,
		.alarm = ALARM_KINDS,
	};
	write_clock(event);
	return event;
}

static struct container_event *add_about(struct event_log *log, const struct snapshot *snapshot,
					 const struct container *container, enum event_kind kind,
					 enum alarm_level level)
{
	struct container_event *event = add(log, snapshot->realtime_usec, kind, level);

	event->container = container->key;
	event->unit = container_is_unit(container);
	copy(event->engine, sizeof(event->engine), container->engine);
	copy(event->name, sizeof(event->name), container->name);
	return event;
}

void event_log_act(struct event_log *log, uint64_t realtime_usec, uint64_t container,
		   const char *name, const char *text)
{
	struct container_event *event = add(log, realtime_usec, EVENT_ACT, ALARM_NONE);

	event->container = container;
	copy(event->name, sizeof(event->name), name);
	copy(event->text, sizeof(event->text), text);
}

/* ---- Comparing one container ---- */

/* struct pair - the same container in two snapshots */
struct pair {
	struct event_log *log;
	const struct snapshot *snapshot; /* the newer one */
	const struct container *before, *now;
};

static uint64_t growth(struct metric before, struct metric now)
{
	if (!metric_is_known(before) || !metric_is_known(now) || now.value <= before.value)
		return 0;
	return now.value - before.value;
}

/* The event that tells of forks refused a moment ago, as the newest one again; NULL: there is none. */
static struct container_event *renew_refused(const struct pair *pair)
{
	struct snapshot *events = pair->log->snapshot;

	for (size_t i = events->events_len; i-- > 0;) {
		struct container_event *event = &events->events[i], renewed = *event;

		if (event->realtime_usec + REFUSED_REST_USEC < pair->snapshot->realtime_usec)
			return NULL;
		if (event->kind != EVENT_REFUSED || event->container != pair->now->key)
			continue;
		renewed.realtime_usec = pair->snapshot->realtime_usec;
		write_clock(&renewed);
		memmove(event, event + 1, (events->events_len - 1 - i) * sizeof(*event));
		events->events[events->events_len - 1] = renewed;
		return &events->events[events->events_len - 1];
	}
	return NULL;
}

/* A bomb at its limit is refused forks without end: one event for all of them leaves room for others. */
static void tell_refused(const struct pair *pair, uint64_t refused)
{
	struct container_event *event = renew_refused(pair);
	char time[UNITS_TEXT_MAX], over[UNITS_TEXT_MAX + 8] = "";

	if (event) {
		snprintf(over, sizeof(over), " in %s",
			 units_format_duration(event->realtime_usec - event->first_usec, time));
	} else {
		event = add_about(pair->log, pair->snapshot, pair->now, EVENT_REFUSED, ALARM_WARN);
		event->first_usec = event->realtime_usec;
	}
	event->count += refused;
	snprintf(event->text, sizeof(event->text),
		 "%" PRIu64 " fork%s refused at its limit of tasks%s", event->count,
		 event->count > 1 ? "s" : "", over);
}

static void compare_kills(const struct pair *pair)
{
	uint64_t kills =
		growth(pair->before->usage.memory.oom_kills, pair->now->usage.memory.oom_kills);
	uint64_t refused =
		growth(pair->before->usage.pids.limit_events, pair->now->usage.pids.limit_events);
	struct container_event *event;

	if (kills > 0) {
		event = add_about(pair->log, pair->snapshot, pair->now, EVENT_OOM, ALARM_ALARM);
		snprintf(event->text, sizeof(event->text),
			 "%" PRIu64 " process%s killed for lack of memory", kills,
			 kills > 1 ? "es" : "");
	}
	if (refused > 0)
		tell_refused(pair, refused);
}

static void compare_state(const struct pair *pair)
{
	enum container_state before = pair->before->state, now = pair->now->state;
	struct container_event *event;

	if (before == now || before == CONTAINER_STATE_UNKNOWN || now == CONTAINER_STATE_UNKNOWN)
		return;
	if (now == CONTAINER_PAUSED) {
		event = add_about(pair->log, pair->snapshot, pair->now, EVENT_FREEZE, ALARM_NONE);
		copy(event->text, sizeof(event->text), "frozen");
	} else if (now == CONTAINER_EMPTY) {
		event = add_about(pair->log, pair->snapshot, pair->now, EVENT_EMPTY, ALARM_NONE);
		copy(event->text, sizeof(event->text), "its last process ended");
	} else if (before == CONTAINER_PAUSED) {
		event = add_about(pair->log, pair->snapshot, pair->now, EVENT_THAW, ALARM_NONE);
		copy(event->text, sizeof(event->text), "runs again");
	} else {
		event = add_about(pair->log, pair->snapshot, pair->now, EVENT_START, ALARM_NONE);
		copy(event->text, sizeof(event->text), "has processes again");
	}
}

enum limit_kind {
	LIMIT_KIND_BYTES,
	LIMIT_KIND_CPUS,
	LIMIT_KIND_COUNT,
};

static const char *say_limit(enum limit_kind kind, uint64_t value, char buf[UNITS_TEXT_MAX])
{
	if (value == METRIC_NO_LIMIT)
		return "max";
	switch (kind) {
	case LIMIT_KIND_BYTES:
		return units_format_bytes(value, buf);
	case LIMIT_KIND_CPUS:
		snprintf(buf, UNITS_TEXT_MAX, "%.4g", (double)value / 1e6);
		return buf;
	default:
		return units_format_count(value, buf);
	}
}

static void compare_limits(const struct pair *pair)
{
	static const struct {
		const char *name;
		size_t offset; /* in struct usage */
		enum limit_kind kind;
	} limits[] = {
		{"memory", offsetof(struct usage, memory.limit_bytes), LIMIT_KIND_BYTES},
		{"memory high", offsetof(struct usage, memory.high_bytes), LIMIT_KIND_BYTES},
		{"swap", offsetof(struct usage, memory.swap_limit_bytes), LIMIT_KIND_BYTES},
		{"CPUs", offsetof(struct usage, cpu.limit_microcpus), LIMIT_KIND_CPUS},
		{"CPU weight", offsetof(struct usage, cpu.weight), LIMIT_KIND_COUNT},
		{"tasks", offsetof(struct usage, pids.limit), LIMIT_KIND_COUNT},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct metric before, now;
		char old[UNITS_TEXT_MAX], new[UNITS_TEXT_MAX];

		memcpy(&before, (const char *)&pair->before->usage + limits[i].offset,
		       sizeof(before));
		memcpy(&now, (const char *)&pair->now->usage + limits[i].offset, sizeof(now));
		if (!metric_is_known(before) || !metric_is_known(now) || before.value == now.value)
			continue;
		struct container_event *event =
			add_about(pair->log, pair->snapshot, pair->now, EVENT_LIMIT, ALARM_NONE);

		snprintf(event->text, sizeof(event->text), "%s: %s -> %s", limits[i].name,
			 say_limit(limits[i].kind, before.value, old),
			 say_limit(limits[i].kind, now.value, new));
	}
}

/* Whether this alarm was told of this container a moment ago. */
static bool was_told(const struct pair *pair, enum alarm_kind kind)
{
	const struct snapshot *events = pair->log->snapshot;

	for (size_t i = events->events_len; i-- > 0;) {
		const struct container_event *event = &events->events[i];

		if (event->realtime_usec + ALARM_REST_USEC < pair->snapshot->realtime_usec)
			return false;
		if (event->kind == EVENT_ALARM && event->alarm == kind &&
		    event->container == pair->now->key)
			return true;
	}
	return false;
}

static void compare_alarms(const struct pair *pair)
{
	for (int i = 0; i < ALARM_KINDS; i++) {
		enum alarm_kind kind = (enum alarm_kind)i;
		struct strbuf text = STRBUF_INIT;

		/* An OOM kill is an event of its own. */
		if (kind == ALARM_OOM || alarm_level(kind, &pair->now->usage) != ALARM_ALARM ||
		    alarm_level(kind, &pair->before->usage) == ALARM_ALARM || was_told(pair, kind))
			continue;
		struct container_event *event =
			add_about(pair->log, pair->snapshot, pair->now, EVENT_ALARM, ALARM_ALARM);

		event->alarm = kind;
		alarm_say(kind, &pair->now->usage, &text);
		copy(event->text, sizeof(event->text), strbuf_cstr(&text));
		strbuf_finish(&text);
	}
}

static void compare_pair(const struct pair *pair)
{
	compare_state(pair);
	compare_limits(pair);
	compare_kills(pair);
	compare_alarms(pair);
}

/* ---- Comparing all ---- */

static int compare_matches(const void *a, const void *b)
{
	uint64_t x = ((const struct match *)a)->key, y = ((const struct match *)b)->key;

	return (x > y) - (x < y);
}

static void match(struct matches *matches, const struct snapshot *snapshot)
{
	if (matches->cap < snapshot->containers_len) {
		matches->cap = snapshot->containers_len + snapshot->containers_len / 2;
		matches->items =
			xreallocarray(matches->items, matches->cap, sizeof(*matches->items));
	}
	matches->len = snapshot->containers_len;
	for (size_t i = 0; i < matches->len; i++)
		matches->items[i] = (struct match) {snapshot->containers[i].key, (uint32_t)i};
	if (matches->len > 0)
		qsort(matches->items, matches->len, sizeof(*matches->items), compare_matches);
}

static void tell_start(struct event_log *log, const struct snapshot *before,
		       const struct snapshot *now, const struct container *container)
{
	if (container->state == CONTAINER_STOPPED)
		return;
	/* What is made by hand is found by and by, as the namespaces are read. */
	if (before->ns_partial && container->by_namespace)
		return;
	if (container->created_usec != 0 &&
	    container->created_usec + FOUND_LATE_USEC < before->realtime_usec)
		return;
	struct container_event *event = add_about(log, now, container, EVENT_START, ALARM_NONE);

	snprintf(event->text, sizeof(event->text), "%s%s%s", container_kind_text(container->kind),
		 container->image ? " of " : "", container->image ? container->image : "");
}

static void tell_end(struct event_log *log, const struct snapshot *now,
		     const struct container *container)
{
	struct container_event *event;

	if (container->state == CONTAINER_STOPPED)
		return;
	event = add_about(log, now, container, EVENT_END, ALARM_NONE);
	if (metric_is_known(container->usage.pids.current))
		snprintf(event->text, sizeof(event->text), "gone; it had %" PRIu64 " tasks",
			 container->usage.pids.current.value);
	else
		copy(event->text, sizeof(event->text), "gone");
}

static bool has_containers(const struct snapshot *snapshot)
{
	return snapshot && (snapshot->sources & SOURCE_IDENTITY);
}

size_t event_log_compare(struct event_log *log, const struct snapshot *before,
			 const struct snapshot *now)
{
	uint64_t added = log->added;
	size_t i = 0, j = 0;

	event_log_touch(log, now->realtime_usec);
	if (!has_containers(before) || !has_containers(now))
		return 0;
	match(&log->before, before);
	match(&log->now, now);
	while (i < log->before.len || j < log->now.len) {
		const struct match *old = i < log->before.len ? &log->before.items[i] : NULL;
		const struct match *new = j < log->now.len ? &log->now.items[j] : NULL;

		if (!new || (old && old->key < new->key)) {
			tell_end(log, now, &before->containers[old->index]);
			i++;
		} else if (!old || new->key < old->key) {
			tell_start(log, before, now, &now->containers[new->index]);
			j++;
		} else {
			compare_pair(&(struct pair) {log, now, &before->containers[old->index],
						     &now->containers[new->index]});
			i++;
			j++;
		}
	}
	return (size_t)(log->added - added);
}
