/* SPDX-License-Identifier: MIT */
/* Alarms: what is at a limit or runs away, and how bad it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/alarm.h"
#include "model/fields.h"
#include "support/make_snapshot.h"

static struct usage quiet_usage(void)
{
	return usage_absent(WHY_NO_CONTROLLER);
}

static void what_is_not_known_raises_nothing(void **state)
{
	struct usage usage = quiet_usage();

	(void)state;
	for (int kind = 0; kind < ALARM_KINDS; kind++)
		assert_int_equal(alarm_level((enum alarm_kind)kind, &usage), ALARM_NONE);
	assert_int_equal(alarm_worst(&usage).level, ALARM_NONE);
}

static void a_value_near_its_limit_warns_and_at_it_alarms(void **state)
{
	struct usage usage = quiet_usage();

	(void)state;
	usage.memory.limit_pct = rate_known(79.9);
	assert_int_equal(alarm_level(ALARM_MEMORY, &usage), ALARM_NONE);
	usage.memory.limit_pct = rate_known(80);
	assert_int_equal(alarm_level(ALARM_MEMORY, &usage), ALARM_WARN);
	usage.memory.limit_pct = rate_known(90);
	assert_int_equal(alarm_level(ALARM_MEMORY, &usage), ALARM_ALARM);
	assert_int_equal(alarm_of_field("memory_limit_pct", &usage), ALARM_ALARM);
	assert_int_equal(alarm_of_field("memory_working_set_bytes", &usage), ALARM_ALARM);
	assert_int_equal(alarm_of_field("pids_current", &usage), ALARM_NONE);
	assert_int_equal(alarm_of_field("name", &usage), ALARM_NONE);
}

/* A few more every second matter where there is room for a few only. */
static void growth_alarms_by_its_speed_or_by_the_time_that_is_left(void **state)
{
	struct usage usage = quiet_usage();

	(void)state;
	usage.pids.current = metric_known(50);
	usage.pids.effective_limit = metric_known(64);
	usage.pids.growth_per_sec = rate_known(5);
	assert_int_equal(alarm_level(ALARM_GROWTH, &usage), ALARM_ALARM);
	usage.pids.effective_limit = metric_known(640);
	assert_int_equal(alarm_level(ALARM_GROWTH, &usage), ALARM_NONE);
	usage.pids.effective_limit = metric_known(METRIC_NO_LIMIT);
	usage.pids.growth_per_sec = rate_known(10);
	assert_int_equal(alarm_level(ALARM_GROWTH, &usage), ALARM_WARN);
	usage.pids.growth_per_sec = rate_known(50);
	assert_int_equal(alarm_level(ALARM_GROWTH, &usage), ALARM_ALARM);
	usage.pids.growth_per_sec = rate_known(-50);
	assert_int_equal(alarm_level(ALARM_GROWTH, &usage), ALARM_NONE);
	/* One task more below a limit is no bomb. */
	usage.pids.effective_limit = metric_known(51);
	usage.pids.growth_per_sec = rate_known(1);
	assert_int_equal(alarm_level(ALARM_GROWTH, &usage), ALARM_NONE);
}

static void the_worst_is_the_most_urgent_at_the_highest_level(void **state)
{
	struct usage usage = quiet_usage();

	(void)state;
	usage.pressure.cpu_some_pct = rate_known(99);
	assert_int_equal(alarm_worst(&usage).kind, ALARM_CPU_PRESSURE);
	usage.pids.growth_per_sec = rate_known(10);
	assert_int_equal(alarm_worst(&usage).kind, ALARM_CPU_PRESSURE);
	usage.pids.growth_per_sec = rate_known(100);
	assert_int_equal(alarm_worst(&usage).kind, ALARM_GROWTH);
	assert_int_equal(alarm_worst(&usage).level, ALARM_ALARM);
}

static void every_kind_says_what_and_how_much(void **state)
{
	struct snapshot *snapshot = make_snapshot_rated(1);
	const struct usage *usage =
		&snapshot->containers[make_find_container(snapshot, "db-1")].usage;

	(void)state;
	for (int kind = 0; kind < ALARM_KINDS; kind++) {
		_cleanup_(strbuf_finish)
		struct strbuf text = STRBUF_INIT;

		alarm_say((enum alarm_kind)kind, usage, &text);
		assert_true(text.len > 10);
		assert_true(strlen(alarm_text((enum alarm_kind)kind)) < 16);
	}
	snapshot_unref(snapshot);
}

/* The columns that show a rule exist, and what has to be read for them is what alarms ask for. */
static void what_alarms_look_at_is_read(void **state)
{
	static const char *const ids[] = {
		"pids_growth_per_sec",	 "oom_kills_new",	 "pids_limit_pct",
		"memory_limit_pct",	 "cpu_throttled_pct",	 "pressure_memory_some_pct",
		"pressure_cpu_some_pct", "pressure_io_some_pct",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const struct field *field = field_find(span_of(ids[i]), ROW_CONTAINER);

		assert_non_null(field);
		assert_int_equal(field->sources & ~alarm_sources(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_known_raises_nothing),
		cmocka_unit_test(a_value_near_its_limit_warns_and_at_it_alarms),
		cmocka_unit_test(growth_alarms_by_its_speed_or_by_the_time_that_is_left),
		cmocka_unit_test(the_worst_is_the_most_urgent_at_the_highest_level),
		cmocka_unit_test(every_kind_says_what_and_how_much),
		cmocka_unit_test(what_alarms_look_at_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
