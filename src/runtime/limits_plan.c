/* SPDX-License-Identifier: MIT */
/*
 * Plans the writes for a set of limits: every file and text is known, and what would undo it, before the
 * first one is written. Reads; limits_write.c writes.
 */
#include "runtime/limits_plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"

void limit_plan_finish(struct limit_plan *plan)
{
	for (size_t i = 0; i < plan->len; i++)
		free(plan->steps[i].undo);
	free(plan->steps);
	plan->steps = NULL;
	plan->len = plan->cap = 0;
}

void limit_plan_add_undo(struct limit_plan *plan, struct limit_step step, const char *undo)
{
	if (plan->len == plan->cap) {
		plan->cap = plan->cap ? plan->cap * 2 : 16;
		plan->steps = xreallocarray(plan->steps, plan->cap, sizeof(plan->steps[0]));
	}
	step.dirfd = plan->dirs->fds[limits[step.id].controller];
	step.undo = xstrdup(undo);
	plan->steps[plan->len++] = step;
}

struct limit_step limit_step(enum limit_id id, const char *file, const char *fmt, ...)
{
	struct limit_step step = {.id = id, .file = file};
	va_list args;

	va_start(args, fmt);
	vsnprintf(step.text, sizeof(step.text), fmt, args);
	va_end(args);
	return step;
}

int limit_plan_add(struct limit_plan *plan, struct limit_step step, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf now = STRBUF_INIT;
	int r = limit_read_text(plan->dirs, step.id, step.file, &now, err);

	if (r > 0)
		return err_setx(err, EACCES, "%s: %s can't be read", limits[step.id].name,
				step.file);
	if (r == 0)
		limit_plan_add_undo(plan, step, strbuf_cstr(&now));
	return r;
}

/* ---- v2 ---- */

static int plan_number(struct limit_plan *plan, enum limit_id id, const struct limit_value *value,
		       struct err *err)
{
	if (value->number == LIMIT_NONE)
		return limit_plan_add(plan, limit_step(id, limits[id].v2_file, "max"), err);
	return limit_plan_add(plan, limit_step(id, limits[id].v2_file, "%" PRIu64, value->number),
			      err);
}

static int plan_cpu_max(struct limit_plan *plan, const struct limit_value *value, struct err *err)
{
	if (value->number == LIMIT_NONE)
		return limit_plan_add(
			plan, limit_step(LIMIT_CPUS, "cpu.max", "max %d", CPU_PERIOD_USEC), err);
	return limit_plan_add(plan,
			      limit_step(LIMIT_CPUS, "cpu.max", "%" PRIu64 " %d",
					 value->number * CPU_PERIOD_USEC / 1000000,
					 CPU_PERIOD_USEC),
			      err);
}

/* The file of a weight has lines for single disks too: only the first is ours to put back. */
static int plan_io_weight(struct limit_plan *plan, const struct limit_value *value, struct err *err)
{
	const char *file = limit_weight_file(plan->dirs);
	uint64_t number = value->number;
	int r;

	if (strstr(file, "bfq"))
		number = limit_bfq_of_weight(number);
	r = limit_plan_add(plan, limit_step(LIMIT_IO_WEIGHT, file, "%" PRIu64, number), err);
	if (r == 0) {
		char *undo = plan->steps[plan->len - 1].undo;

		undo[strcspn(undo, "\n")] = '\0';
	}
	return r;
}

/* One disk a write: what it says now, or no limit at all, undoes it. */
static int plan_rule(struct limit_plan *plan, const struct io_rule *rule,
		     const struct io_rules *now, struct err *err)
{
	const struct io_rule *before = io_rules_find(now, rule->dev_major, rule->dev_minor);
	struct limit_step step = {.id = LIMIT_IO_MAX, .file = limits[LIMIT_IO_MAX].v2_file};
	struct io_rules one = {.len = 1, .items = {*rule}}, old = {.len = 1, .items = {*rule}};
	char undo[LIMIT_TEXT_MAX];
	int r;

	for (int key = 0; key < IO_KEYS; key++)
		old.items[0].values[key] = before ? before->values[key] : LIMIT_NONE;
	r = io_rules_print(&one, 0, step.text, err);
	if (r == 0)
		r = io_rules_print(&old, 0, undo, err);
	if (r == 0)
		limit_plan_add_undo(plan, step, undo);
	return r;
}

int limit_plan_rules(const struct limit_dirs *dirs, const struct limit_value *value,
		     struct io_rules *out_wanted, struct io_rules *out_now, struct err *err)
{
	int r = limit_read_rules(dirs, out_now, err);

	out_wanted->len = 0;
	if (r > 0)
		return err_setx(err, EACCES, "io-max: the rules that are set can't be read");
	if (r == 0 && value->number != LIMIT_NONE)
		return io_rules_parse(span_of(value->text), out_wanted, err);
	/* "max": whatever disks have a rule lose it. */
	for (size_t i = 0; r == 0 && i < out_now->len; i++)
		for (int key = 0; r == 0 && key < IO_KEYS; key++)
			r = io_rules_set(out_wanted, &out_now->items[i], (enum io_key)key,
					 LIMIT_NONE, err);
	return r;
}

static int plan_rules(struct limit_plan *plan, const struct limit_value *value, struct err *err)
{
	struct io_rules wanted, now;
	int r = limit_plan_rules(plan->dirs, value, &wanted, &now, err);

	for (size_t i = 0; r == 0 && i < wanted.len; i++)
		r = plan_rule(plan, &wanted.items[i], &now, err);
	return r;
}

static int plan_v2(struct limit_plan *plan, const struct limit_set *wanted, enum limit_id id,
		   struct err *err)
{
	const struct limit_value *value = &wanted->values[id];

	if (!value->set)
		return 0;
	switch (id) {
	case LIMIT_CPUS:
		return plan_cpu_max(plan, value, err);
	case LIMIT_CPUSET:
	case LIMIT_CPUSET_MEMS:
		return limit_plan_add(plan, limit_step(id, limits[id].v2_file, "%s", value->text),
				      err);
	case LIMIT_IO_MAX:
		return plan_rules(plan, value, err);
	case LIMIT_IO_WEIGHT:
		return plan_io_weight(plan, value, err);
	default:
		return plan_number(plan, id, value, err);
	}
}

/* ---- Both ---- */

/* What can be set is set in the order of the table; memory before swap, but see limit_plan_v1(). */
int limit_plan_make(struct limit_plan *plan, const struct limit_set *wanted, struct err *err)
{
	int r = 0;

	for (int i = 0; r == 0 && i < LIMITS; i++) {
		enum limit_id id = (enum limit_id)i;

		if (wanted->values[i].set)
			r = limits_check(plan->dirs, id, err);
		if (r == 0 && plan->dirs->v2[limits[id].controller])
			r = plan_v2(plan, wanted, id, err);
		else if (r == 0)
			r = limit_plan_v1(plan, wanted, id, err);
	}
	return r;
}
