/* SPDX-License-Identifier: MIT */
/*
 * The same limits on v1, which has other scales and rules of its own: memory and swap have one limit
 * together that may never be below that of memory alone, a cpuset is never empty, and what a disk may do
 * is four files.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "runtime/limits_plan.h"

#define CPU_QUOTA_MIN_USEC 1000 /* the kernel refuses less */

static uint64_t whole_pages(uint64_t bytes)
{
	return bytes == LIMIT_NONE ? bytes : bytes - bytes % (uint64_t)sysconf(_SC_PAGESIZE);
}

static int add_bytes(struct limit_plan *plan, enum limit_id id, uint64_t bytes, struct err *err)
{
	if (bytes == LIMIT_NONE)
		return limit_plan_add(plan, limit_step(id, limits[id].v1_file, "-1"), err);
	return limit_plan_add(plan, limit_step(id, limits[id].v1_file, "%" PRIu64, bytes), err);
}

/** struct memory_now - the two limits of v1, and what they are to become */
struct memory_now {
	uint64_t memory, both;		     /* now */
	uint64_t wanted_memory, wanted_both; /* then */
};

/* Swap stays what it is when only memory changes; without a limit for memory it can have none. */
static int memory_wanted(struct memory_now *now, const struct limit_value *memory,
			 const struct limit_value *swap, struct err *err)
{
	uint64_t swap_bytes = LIMIT_NONE;

	now->wanted_memory = memory->set ? whole_pages(memory->number) : now->memory;
	if (swap->set)
		swap_bytes = whole_pages(swap->number);
	else if (now->both != LIMIT_NONE && now->memory != LIMIT_NONE)
		swap_bytes = now->both > now->memory ? now->both - now->memory : 0;
	if (now->wanted_memory == LIMIT_NONE && swap->set && swap_bytes != LIMIT_NONE)
		return err_setx(err, EINVAL,
				"swap: cgroup v1 counts it together with memory: set "
				"a memory limit too");
	now->wanted_both = now->wanted_memory == LIMIT_NONE || swap_bytes == LIMIT_NONE
				   ? LIMIT_NONE
				   : now->wanted_memory + swap_bytes;
	return 0;
}

/* Neither write may leave the limit of both below that of memory alone. */
static int plan_both(struct limit_plan *plan, const struct memory_now *now, struct err *err)
{
	bool raise_first = now->wanted_memory > now->both;
	int r = 0;

	if (raise_first)
		r = add_bytes(plan, LIMIT_SWAP, now->wanted_both, err);
	if (r == 0 && now->wanted_memory != now->memory)
		r = add_bytes(plan, LIMIT_MEMORY, now->wanted_memory, err);
	if (r == 0 && !raise_first && now->wanted_both != now->both)
		r = add_bytes(plan, LIMIT_SWAP, now->wanted_both, err);
	return r;
}

static int plan_memory(struct limit_plan *plan, const struct limit_set *wanted, struct err *err)
{
	const struct limit_value *memory = &wanted->values[LIMIT_MEMORY];
	const struct limit_value *swap = &wanted->values[LIMIT_SWAP];
	struct memory_now now;
	int r;

	/* Without swap accounting there is no limit of both, and memory is a limit like any other. */
	if (!limit_has_file(plan->dirs, LIMIT_SWAP, limits[LIMIT_SWAP].v1_file))
		return memory->set ? add_bytes(plan, LIMIT_MEMORY, memory->number, err) : 0;
	r = limit_read_number(plan->dirs, LIMIT_MEMORY, limits[LIMIT_MEMORY].v1_file, &now.memory,
			      err);
	if (r == 0)
		r = limit_read_number(plan->dirs, LIMIT_SWAP, limits[LIMIT_SWAP].v1_file, &now.both,
				      err);
	if (r > 0)
		return err_setx(err, EACCES, "memory: the limits that are set can't be read");
	if (r == 0)
		r = memory_wanted(&now, memory, swap, err);
	return r < 0 ? r : plan_both(plan, &now, err);
}

/* The period that is there stays, unless the quota in it were smaller than the kernel allows. */
static int plan_quota(struct limit_plan *plan, const struct limit_value *value, struct err *err)
{
	uint64_t period, quota;
	int r;

	if (value->number == LIMIT_NONE)
		return limit_plan_add(plan, limit_step(LIMIT_CPUS, "cpu.cfs_quota_us", "-1"), err);
	r = limit_read_number(plan->dirs, LIMIT_CPUS, "cpu.cfs_period_us", &period, err);
	if (r != 0)
		return r < 0 ? r : err_setx(err, EACCES, "cpus: cpu.cfs_period_us can't be read");
	quota = (uint64_t)((unsigned __int128)value->number * period / 1000000);
	if (quota < CPU_QUOTA_MIN_USEC) {
		quota = value->number * CPU_PERIOD_USEC / 1000000;
		r = limit_plan_add(
			plan, limit_step(LIMIT_CPUS, "cpu.cfs_period_us", "%d", CPU_PERIOD_USEC),
			err);
	}
	if (r == 0)
		r = limit_plan_add(
			plan, limit_step(LIMIT_CPUS, "cpu.cfs_quota_us", "%" PRIu64, quota), err);
	return r;
}

/* No list is that of the group above: an empty one would let no process in. */
static int plan_list(struct limit_plan *plan, enum limit_id id, const struct limit_value *value,
		     struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf above = STRBUF_INIT;
	char path[64];
	int r;

	if (value->number != LIMIT_NONE)
		return limit_plan_add(plan, limit_step(id, limits[id].v1_file, "%s", value->text),
				      err);
	snprintf(path, sizeof(path), "../%s", limits[id].v1_file);
	r = limit_read_text(plan->dirs, id, path, &above, err);
	if (r != 0)
		return r < 0 ? r
			     : err_setx(err, EACCES, "%s: %s can't be read", limits[id].name, path);
	if (above.len >= LIMIT_TEXT_MAX)
		return err_setx(err, ERANGE, "%s: the list of the group above is too long",
				limits[id].name);
	return limit_plan_add(plan, limit_step(id, limits[id].v1_file, "%s", above.data), err);
}

/* 0 is no limit, as is no line. */
static uint64_t throttle(uint64_t value)
{
	return value == LIMIT_NONE ? 0 : value;
}

static void plan_throttle(struct limit_plan *plan, const struct io_rule *rule, enum io_key key,
			  const struct io_rule *before)
{
	struct limit_step step = {.id = LIMIT_IO_MAX, .file = limit_throttle_files[key]};
	bool had = before && before->set & 1u << key;
	char undo[64];

	snprintf(step.text, sizeof(step.text), "%u:%u %" PRIu64, rule->dev_major, rule->dev_minor,
		 throttle(rule->values[key]));
	snprintf(undo, sizeof(undo), "%u:%u %" PRIu64, rule->dev_major, rule->dev_minor,
		 had ? throttle(before->values[key]) : 0);
	limit_plan_add_undo(plan, step, undo);
}

static int plan_rules(struct limit_plan *plan, const struct limit_value *value, struct err *err)
{
	struct io_rules wanted, now;
	int r = limit_plan_rules(plan->dirs, value, &wanted, &now, err);

	for (size_t i = 0; r == 0 && i < wanted.len; i++) {
		const struct io_rule *rule = &wanted.items[i];
		const struct io_rule *before =
			io_rules_find(&now, rule->dev_major, rule->dev_minor);

		for (int key = 0; key < IO_KEYS; key++)
			if (rule->set & 1u << key)
				plan_throttle(plan, rule, (enum io_key)key, before);
	}
	return r;
}

static int plan_io_weight(struct limit_plan *plan, const struct limit_value *value, struct err *err)
{
	const char *file = limit_weight_file(plan->dirs);
	uint64_t weight = value->number * 5; /* blkio.weight: 10..1000, 500 is usual */

	if (strstr(file, "bfq"))
		weight = limit_bfq_of_weight(value->number);
	else if (weight > 1000)
		weight = 1000;
	else if (weight < 10)
		weight = 10;
	return limit_plan_add(plan, limit_step(LIMIT_IO_WEIGHT, file, "%" PRIu64, weight), err);
}

int limit_plan_v1(struct limit_plan *plan, const struct limit_set *wanted, enum limit_id id,
		  struct err *err)
{
	const struct limit_value *value = &wanted->values[id];
	bool memory_is_set = wanted->values[LIMIT_MEMORY].set;

	/* Planned once, for both of them. */
	if (id == LIMIT_MEMORY || id == LIMIT_SWAP)
		return value->set && (id == LIMIT_MEMORY || !memory_is_set)
			       ? plan_memory(plan, wanted, err)
			       : 0;
	if (!value->set)
		return 0;
	switch (id) {
	case LIMIT_CPUS:
		return plan_quota(plan, value, err);
	case LIMIT_CPU_WEIGHT:
		return limit_plan_add(plan,
				      limit_step(id, limits[id].v1_file, "%" PRIu64,
						 limit_shares_of_weight(value->number)),
				      err);
	case LIMIT_CPUSET:
	case LIMIT_CPUSET_MEMS:
		return plan_list(plan, id, value, err);
	case LIMIT_IO_MAX:
		return plan_rules(plan, value, err);
	case LIMIT_IO_WEIGHT:
		return plan_io_weight(plan, value, err);
	default:
		if (value->number == LIMIT_NONE)
			return limit_plan_add(plan, limit_step(id, limits[id].v1_file, "max"), err);
		return limit_plan_add(
			plan, limit_step(id, limits[id].v1_file, "%" PRIu64, value->number), err);
	}
}
