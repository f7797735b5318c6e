/* SPDX-License-Identifier: MIT */
/*
 * The rules. Most compare one rate with two thresholds; the growth of tasks also asks how long the limit
 * will hold, because that is how long there is to act. Pure.
 */
#include "model/alarm.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "model/snapshot.h"

#define GROWTH_FEW    2.0 /* tasks per second; below this a limit is nothing to run into */
#define SECONDS_ALARM 10.0
#define FIELDS_MAX    3

/* struct rule - one kind of alarm */
struct rule {
	const char *text;
	size_t offset; /* in struct usage: the struct rate that tells */
	double warn, alarm;
	const char *fields[FIELDS_MAX]; /* ids of the columns that show it */
};

#define RATE(member) offsetof(struct usage, member)

/* clang-format off */
static const struct rule rules[ALARM_KINDS] = {
	[ALARM_GROWTH] = {"growing", RATE(pids.growth_per_sec), 10, 50,
			  {"pids_growth_per_sec", "pids_current"}},
	[ALARM_OOM] = {"OOM kill", RATE(memory.oom_kills_new), 1, 1, {"oom_kills", "oom_kills_new"}},
	[ALARM_PIDS] = {"tasks", RATE(pids.limit_pct), 80, 90, {"pids_limit_pct", "pids_current"}},
	[ALARM_MEMORY] = {"memory", RATE(memory.limit_pct), 80, 90,
			  {"memory_limit_pct", "memory_working_set_bytes"}},
	[ALARM_MEMORY_PRESSURE] = {"memory pressure", RATE(pressure.memory_some_pct), 10, 40,
				   {"pressure_memory_some_pct"}},
	[ALARM_THROTTLE] = {"throttled", RATE(cpu.throttled_pct), 5, 25, {"cpu_throttled_pct"}},
	[ALARM_IO_PRESSURE] = {"I/O pressure", RATE(pressure.io_some_pct), 10, 40,
			       {"pressure_io_some_pct"}},
	[ALARM_CPU_PRESSURE] = {"CPU pressure", RATE(pressure.cpu_some_pct), 10, 40,
				{"pressure_cpu_some_pct"}},
};
/* clang-format on */

static struct rate rate_of(enum alarm_kind kind, const struct usage *usage)
{
	struct rate rate;

	memcpy(&rate, (const char *)usage + rules[kind].offset, sizeof(rate));
	return rate;
}

/* How long its tasks can go on growing as they do; 0: they don't, or there is no limit. */
static double seconds_left(const struct usage_pids *pids)
{
	if (!metric_is_known(pids->effective_limit) || !metric_is_known(pids->current) ||
	    pids->effective_limit.value == METRIC_NO_LIMIT ||
	    pids->effective_limit.value <= pids->current.value ||
	    !(pids->growth_per_sec.value >= GROWTH_FEW))
		return 0;
	return (double)(pids->effective_limit.value - pids->current.value) /
	       pids->growth_per_sec.value;
}

enum alarm_level alarm_level(enum alarm_kind kind, const struct usage *usage)
{
	struct rate rate = rate_of(kind, usage);

	if (!rate_is_known(rate))
		return ALARM_NONE;
	if (kind == ALARM_GROWTH) {
		double left = seconds_left(&usage->pids);

		if (left > 0 && left < SECONDS_ALARM)
			return ALARM_ALARM;
	}
	if (rate.value >= rules[kind].alarm)
		return ALARM_ALARM;
	return rate.value >= rules[kind].warn ? ALARM_WARN : ALARM_NONE;
}

bool alarm_before(struct alarm a, struct alarm b)
{
	return a.level != b.level ? a.level > b.level : a.kind < b.kind;
}

struct alarm alarm_worst(const struct usage *usage)
{
	struct alarm worst = {ALARM_NONE, ALARM_KINDS};

	for (int kind = 0; kind < ALARM_KINDS; kind++) {
		struct alarm alarm = {alarm_level((enum alarm_kind)kind, usage),
				      (enum alarm_kind)kind};

		if (alarm.level != ALARM_NONE && alarm_before(alarm, worst))
			worst = alarm;
	}
	return worst;
}

enum alarm_level alarm_of_field(const char *id, const struct usage *usage)
{
	enum alarm_level worst = ALARM_NONE;

	for (int kind = 0; kind < ALARM_KINDS; kind++) {
		for (size_t i = 0; i < FIELDS_MAX && rules[kind].fields[i]; i++) {
			if (strcmp(rules[kind].fields[i], id) != 0)
				continue;
			enum alarm_level level = alarm_level((enum alarm_kind)kind, usage);

			worst = level > worst ? level : worst;
		}
	}
	return worst;
}

const char *alarm_text(enum alarm_kind kind)
{
	return rules[kind].text;
}

static void say_growth(const struct usage_pids *pids, struct strbuf *out)
{
	double left = seconds_left(pids);

	strbuf_addf(out, "%.0f more tasks every second", pids->growth_per_sec.value);
	if (left > 0)
		strbuf_addf(out, ", its limit is reached in %.0f s", left);
	else if (metric_is_known(pids->current))
		strbuf_addf(out, ", %llu now", (unsigned long long)pids->current.value);
}

static void say_share(const char *of, double pct, const char *now, const char *limit,
		      struct strbuf *out)
{
	strbuf_addf(out, "%s at %.0f%% of the limit: %s of %s", of, pct, now, limit);
}

static void say_memory(const struct usage_memory *memory, struct strbuf *out)
{
	char now[UNITS_TEXT_MAX], limit[UNITS_TEXT_MAX];

	say_share("memory", memory->limit_pct.value,
		  units_format_bytes(memory->working_set_bytes.value, now),
		  units_format_bytes(memory->effective_bytes.value, limit), out);
}

static void say_pids(const struct usage_pids *pids, struct strbuf *out)
{
	char now[UNITS_TEXT_MAX], limit[UNITS_TEXT_MAX];

	say_share("tasks", pids->limit_pct.value, units_format_count(pids->current.value, now),
		  units_format_count(pids->effective_limit.value, limit), out);
}

void alarm_say(enum alarm_kind kind, const struct usage *usage, struct strbuf *out)
{
	double value = rate_of(kind, usage).value;

	switch (kind) {
	case ALARM_GROWTH:
		say_growth(&usage->pids, out);
		break;
	case ALARM_OOM:
		strbuf_addf(out, "%.0f killed for lack of memory", value);
		break;
	case ALARM_PIDS:
		say_pids(&usage->pids, out);
		break;
	case ALARM_MEMORY:
		say_memory(&usage->memory, out);
		break;
	case ALARM_THROTTLE:
		strbuf_addf(out, "throttled in %.0f%% of its CPU periods", value);
		break;
	case ALARM_MEMORY_PRESSURE:
		strbuf_addf(out, "waits for memory %.0f%% of the time", value);
		break;
	case ALARM_IO_PRESSURE:
		strbuf_addf(out, "waits for I/O %.0f%% of the time", value);
		break;
	case ALARM_CPU_PRESSURE:
		strbuf_addf(out, "waits for a CPU %.0f%% of the time", value);
		break;
	case ALARM_KINDS:
		break;
	}
}

unsigned int alarm_sources(void)
{
	return SOURCE_HOST | SOURCE_CGROUP_CPU | SOURCE_CGROUP_MEMORY | SOURCE_CGROUP_MEMORY_STAT |
	       SOURCE_CGROUP_MEMORY_MORE | SOURCE_CGROUP_PIDS | SOURCE_CGROUP_PRESSURE |
	       SOURCE_CGROUP_STATE | SOURCE_CGROUP_LIMITS | SOURCE_IDENTITY;
}
