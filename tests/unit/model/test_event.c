/* SPDX-License-Identifier: MIT */
/* Events: what two snapshots tell of what happened between them, and what the log keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/query.h"
#include "support/make_snapshot.h"

/* struct rig - a log and the two snapshots that it compares */
struct rig {
	struct event_log *log;
	struct snapshot *before, *now;
};

static void start(struct rig *rig)
{
	*rig = (struct rig) {event_log_new(), make_snapshot_rated(1), make_snapshot_rated(2)};
	/* What goes on in the made-up world all the time. */
	event_log_compare(rig->log, rig->before, rig->now);
	event_log_free(rig->log);
	rig->log = event_log_new();
	snapshot_unref(rig->now);
	rig->now = snapshot_ref(rig->before);
}

static void finish(struct rig *rig)
{
	event_log_free(rig->log);
	snapshot_unref(rig->before);
	snapshot_unref(rig->now);
}

static struct container *find(struct snapshot *snapshot, const char *name)
{
	uint32_t index = make_find_container(snapshot, name);

	assert_true(index != INDEX_NONE);
	return &snapshot->containers[index];
}

/* A snapshot of the same second that may be changed. */
static struct snapshot *other(struct rig *rig)
{
	snapshot_unref(rig->now);
	rig->now = make_snapshot_rated(1);
	return rig->now;
}

static const struct container_event *only_event(struct rig *rig)
{
	size_t added = event_log_compare(rig->log, rig->before, rig->now);
	const struct snapshot *events = event_log_snapshot(rig->log);

	assert_int_equal(added, 1);
	return &events->events[events->events_len - 1];
}

static void the_same_snapshot_twice_is_no_event(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig);
	assert_int_equal(event_log_compare(rig.log, rig.before, other(&rig)), 0);
	assert_int_equal(event_log_compare(rig.log, NULL, rig.now), 0);
	finish(&rig);
}

static void a_new_container_started_and_a_missing_one_ended(void **state)
{
	struct rig rig;
	const struct container_event *event;

	(void)state;
	start(&rig);
	other(&rig)->containers_len--;
	event = only_event(&rig);
	assert_int_equal(event->kind, EVENT_END);
	assert_true(event->unit); /* the last one of the made-up world is a slice */
	struct snapshot *now = rig.now;

	/* Created just now; its creation says so. */
	now->containers[now->containers_len] = *find(now, "web-1");
	now->containers[now->containers_len].key = 1;
	now->containers[now->containers_len++].created_usec = now->realtime_usec;
	event_log_compare(rig.log, rig.before, now);
	const struct snapshot *events = event_log_snapshot(rig.log);
	bool started = false;

	for (size_t i = 0; i < events->events_len; i++)
		started |= events->events[i].kind == EVENT_START &&
			   strcmp(events->events[i].name, "web-1") == 0 &&
			   strstr(events->events[i].text, "nginx:1.25");
	assert_true(started);
	finish(&rig);
}

static void one_that_was_found_late_did_not_start(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig);
	find(other(&rig), "web-1")->key = 1;
	/* The one that was there is gone, the other one is a day old. */
	assert_int_equal(only_event(&rig)->kind, EVENT_END);
	finish(&rig);
}

static void what_was_not_read_did_not_end(void **state)
{
	struct rig rig;
	struct snapshot *now;

	(void)state;
	start(&rig);
	now = other(&rig);
	now->sources &= ~(unsigned int)SOURCE_IDENTITY;
	now->containers_len = 0;
	assert_int_equal(event_log_compare(rig.log, rig.before, now), 0);
	finish(&rig);
}

static void freezing_thawing_and_running_empty_are_told(void **state)
{
	static const struct {
		enum container_state before, now;
		int kind;
	} rows[] = {
		{CONTAINER_RUNNING, CONTAINER_PAUSED, EVENT_FREEZE},
		{CONTAINER_PAUSED, CONTAINER_RUNNING, EVENT_THAW},
		{CONTAINER_RUNNING, CONTAINER_EMPTY, EVENT_EMPTY},
		{CONTAINER_EMPTY, CONTAINER_RUNNING, EVENT_START},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rig rig;

		start(&rig);
		find(rig.before, "web-1")->state = rows[i].before;
		find(other(&rig), "web-1")->state = rows[i].now;
		const struct container_event *event = only_event(&rig);

		assert_int_equal(event->kind, rows[i].kind);
		assert_string_equal(event->name, "web-1");
		assert_string_equal(event->engine, "docker");
		finish(&rig);
	}
}

static void a_changed_limit_says_from_what_to_what(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig);
	find(other(&rig), "web-1")->usage.memory.limit_bytes = metric_known(METRIC_NO_LIMIT);
	const struct container_event *event = only_event(&rig);

	assert_int_equal(event->kind, EVENT_LIMIT);
	assert_string_equal(event->text, "memory: 1.0G -> max");
	/* One that can't be read any more did not change. */
	find(other(&rig), "web-1")->usage.memory.limit_bytes =
		metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	assert_int_equal(event_log_compare(rig.log, rig.before, rig.now), 0);
	finish(&rig);
}

static void kills_and_refused_forks_are_counted(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig);
	find(rig.before, "web-1")->usage.memory.oom_kills = metric_known(1);
	find(other(&rig), "web-1")->usage.memory.oom_kills = metric_known(3);
	const struct container_event *event = only_event(&rig);

	assert_int_equal(event->kind, EVENT_OOM);
	assert_int_equal(event->level, ALARM_ALARM);
	assert_string_equal(event->text, "2 processes killed for lack of memory");
	find(rig.before, "web-1")->usage.memory.oom_kills = metric_known(3);
	find(rig.before, "web-1")->usage.pids.limit_events = metric_known(0);
	find(rig.now, "web-1")->usage.pids.limit_events = metric_known(1);
	event = only_event(&rig);
	assert_int_equal(event->kind, EVENT_REFUSED);
	assert_string_equal(event->text, "1 fork refused at its limit of tasks");
	finish(&rig);
}

static void forks_that_go_on_being_refused_are_one_event(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig);
	find(rig.before, "web-1")->usage.pids.limit_events = metric_known(0);
	find(other(&rig), "web-1")->usage.pids.limit_events = metric_known(40);
	uint64_t number = only_event(&rig)->number;

	event_log_act(rig.log, rig.now->realtime_usec, 0, "another", "a deed");
	rig.now->realtime_usec += 30ull * MAKE_SEC;
	assert_int_equal(event_log_compare(rig.log, rig.before, rig.now), 0);
	const struct snapshot *events = event_log_snapshot(rig.log);

	assert_int_equal(events->events_len, 2);
	assert_int_equal(events->events[1].number, number); /* the newest, and still the same row */
	assert_int_equal(events->events[1].realtime_usec, rig.now->realtime_usec);
	assert_string_equal(events->events[1].text,
			    "80 forks refused at its limit of tasks in 30.0s");
	rig.now->realtime_usec += 61ull * MAKE_SEC;
	event_log_compare(rig.log, rig.before, rig.now);
	assert_int_equal(events->events[events->events_len - 1].count, 40); /* another one */
	finish(&rig);
}

static void an_alarm_is_told_when_it_begins_and_not_again_soon(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig);
	find(rig.before, "api")->usage.pids.growth_per_sec = rate_known(0);
	find(other(&rig), "api")->usage.pids.growth_per_sec = rate_known(90);
	const struct container_event *event = only_event(&rig);

	assert_int_equal(event->kind, EVENT_ALARM);
	assert_int_equal(event->alarm, ALARM_GROWTH);
	assert_int_equal(event_log_compare(rig.log, rig.before, rig.now), 0);
	rig.now->realtime_usec += 61ull * MAKE_SEC;
	assert_int_equal(event_log_compare(rig.log, rig.before, rig.now), 1);
	finish(&rig);
}

static void the_log_forgets_the_oldest(void **state)
{
	struct event_log *log = event_log_new();
	const struct snapshot *events = event_log_snapshot(log);

	(void)state;
	for (uint64_t i = 0; i < 3 * EVENTS_MAX; i++)
		event_log_act(log, i, 0, "a name", "a deed");
	assert_in_range(events->events_len, EVENTS_MAX / 2, EVENTS_MAX);
	for (size_t i = 1; i < events->events_len; i++)
		assert_int_equal(events->events[i].number, events->events[i - 1].number + 1);
	assert_int_equal(events->events[events->events_len - 1].number, 3 * EVENTS_MAX);
	event_log_free(log);
}

static void events_are_rows_that_can_be_asked_for(void **state)
{
	struct rig rig;
	struct query query = {.kind = ROW_EVENT, .uid = (uid_t)-1};
	struct row_list list = ROW_LIST_INIT;
	struct filter *filter = NULL;

	(void)state;
	start(&rig);
	find(other(&rig), "web-1")->state = CONTAINER_PAUSED;
	find(rig.now, "sshd.service")->state = CONTAINER_PAUSED;
	event_log_compare(rig.log, rig.before, rig.now);
	query_run(&query, event_log_snapshot(rig.log), &list);
	assert_int_equal(list.len, 1); /* a unit's is hidden */
	query.flags = QUERY_ALL_UNITS;
	query_run(&query, event_log_snapshot(rig.log), &list);
	assert_int_equal(list.len, 2);
	assert_int_equal(filter_parse("event=freeze&name=web-1", ROW_EVENT, &filter, NULL), 0);
	query.filter = filter;
	query_run(&query, event_log_snapshot(rig.log), &list);
	assert_int_equal(list.len, 1);
	query.filter = NULL;
	query.container = (struct row_key) {ROW_CONTAINER, find(rig.now, "sshd.service")->key, 0};
	query_run(&query, event_log_snapshot(rig.log), &list);
	assert_int_equal(list.len, 1);
	for (size_t i = 0; i < fields_len; i++)
		if (fields[i].kinds & ROW_EVENT)
			assert_int_equal(field_get(&fields[i], &list.lines[0].row).state,
					 METRIC_KNOWN);
	row_list_finish(&list);
	filter_free(filter);
	finish(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_snapshot_twice_is_no_event),
		cmocka_unit_test(a_new_container_started_and_a_missing_one_ended),
		cmocka_unit_test(one_that_was_found_late_did_not_start),
		cmocka_unit_test(what_was_not_read_did_not_end),
		cmocka_unit_test(freezing_thawing_and_running_empty_are_told),
		cmocka_unit_test(a_changed_limit_says_from_what_to_what),
		cmocka_unit_test(kills_and_refused_forks_are_counted),
		cmocka_unit_test(forks_that_go_on_being_refused_are_one_event),
		cmocka_unit_test(an_alarm_is_told_when_it_begins_and_not_again_soon),
		cmocka_unit_test(the_log_forgets_the_oldest),
		cmocka_unit_test(events_are_rows_that_can_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
