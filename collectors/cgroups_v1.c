/* SPDX-License-Identifier: MIT */
/*
 * The files of cgroup v1, as a table: file, controller, parser, and for each value where it goes and
 * which source asks for it. Owns nothing and reads nothing itself. Values come out in the units and on
 * the scales of v2. Kernel source: kernel/cgroup/legacy_freezer.c, mm/memcontrol-v1.c,
 * kernel/sched/cpuacct.c, block/blk-throttle.c; Documentation/admin-guide/cgroup-v1/.
 */
#include <errno.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "collectors/cgroups_files.h"

/* -1 is no quota. */
static int parse_quota(const struct cgroup_file *file, struct span text,
		       struct cgroup_reading *reading, struct err *err)
{
	int64_t quota;

	if (!parse_i64(span_trim(text), &quota))
		return err_setx(err, EBADMSG, "malformed quota");
	cgroup_output_set(&file->outputs[0], reading,
			  quota < 0 ? METRIC_NO_LIMIT : (uint64_t)quota);
	return 0;
}

static int parse_io(const struct cgroup_file *file, struct span text,
		    struct cgroup_reading *reading, struct err *err)
{
	uint64_t reads, writes;
	int r = parse_blkio(text, &reads, &writes, err);

	if (r < 0)
		return r;
	cgroup_output_set(&file->outputs[0], reading, reads);
	cgroup_output_set(&file->outputs[1], reading, writes);
	return 0;
}

/* FREEZING may last for ever if a task can't be stopped, and then nothing is frozen yet. */
static int parse_freezer(const struct cgroup_file *file, struct span text,
			 struct cgroup_reading *reading, struct err *err)
{
	struct span state = span_trim(text);

	if (!span_eq(state, SPAN("FROZEN")) && !span_eq(state, SPAN("FREEZING")) &&
	    !span_eq(state, SPAN("THAWED")))
		return err_setx(err, EBADMSG, "malformed freezer state");
	cgroup_output_set(&file->outputs[0], reading, span_eq(state, SPAN("FROZEN")));
	return 0;
}

static const struct cgroup_file files[] = {
	{
		.names = {"cpuacct.usage"},
		.controller = CGROUP_CPUACCT,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIVE,
		.stamp = READING(usage.cpu.at_usec),
		.outputs = {OUT_SCALED(usage.cpu.usage_usec, SCALE_NSEC, SOURCE_CGROUP_CPU)},
	},
	{
		.names = {"cpuacct.stat"},
		.controller = CGROUP_CPUACCT,
		.parse = cgroup_parse_keyed,
		.outputs = {{.key = {"user", 4},
			     .offset = READING(usage.cpu.user_usec),
			     .scale = SCALE_TICKS,
			     .sources = SOURCE_CGROUP_CPU},
			    {.key = {"system", 6},
			     .offset = READING(usage.cpu.system_usec),
			     .scale = SCALE_TICKS,
			     .sources = SOURCE_CGROUP_CPU}},
	},
	{
		.names = {"cpu.stat"},
		.controller = CGROUP_CPU,
		.parse = cgroup_parse_keyed,
		.outputs = {OUT_KEY("nr_periods", usage.cpu.nr_periods, SOURCE_CGROUP_CPU),
			    OUT_KEY("nr_throttled", usage.cpu.nr_throttled, SOURCE_CGROUP_CPU),
			    {.key = {"throttled_time", 14},
			     .offset = READING(usage.cpu.throttled_usec),
			     .scale = SCALE_NSEC,
			     .sources = SOURCE_CGROUP_CPU}},
	},
	{
		.names = {"cpu.cfs_quota_us"},
		.controller = CGROUP_CPU,
		.parse = parse_quota,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT(raw.quota_usec, SOURCE_CGROUP_LIMITS)},
	},
	{
		.names = {"cpu.cfs_period_us"},
		.controller = CGROUP_CPU,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT(raw.period_usec, SOURCE_CGROUP_LIMITS)},
	},
	{
		.names = {"cpu.shares"},
		.controller = CGROUP_CPU,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT_SCALED(usage.cpu.weight, SCALE_SHARES, SOURCE_CGROUP_LIMITS)},
	},
	{
		/* The working set and the part of memsw that is swap need it too. */
		.names = {"memory.usage_in_bytes"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIVE,
		.outputs = {OUT(usage.memory.current_bytes, SOURCE_CGROUP_MEMORY |
								    SOURCE_CGROUP_MEMORY_STAT |
								    SOURCE_CGROUP_MEMORY_MORE)},
	},
	{
		/* The total_ keys count descendants as v2 does; the plain ones don't. */
		.names = {"memory.stat"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_keyed,
		.flags = CGROUP_FILE_DRIFTS,
		.outputs = {OUT_KEY("total_cache", usage.memory.file_bytes,
				    SOURCE_CGROUP_MEMORY_STAT),
			    OUT_KEY("total_rss", usage.memory.anon_bytes,
				    SOURCE_CGROUP_MEMORY_STAT),
			    OUT_KEY("total_shmem", usage.memory.shmem_bytes,
				    SOURCE_CGROUP_MEMORY_STAT),
			    OUT_KEY("total_inactive_file", usage.memory.inactive_file_bytes,
				    SOURCE_CGROUP_MEMORY_STAT)},
	},
	{
		.names = {"memory.kmem.usage_in_bytes"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.outputs = {OUT(usage.memory.slab_bytes, SOURCE_CGROUP_MEMORY_STAT)},
	},
	{
		.names = {"memory.memsw.usage_in_bytes"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.outputs = {OUT(raw.memsw_bytes, SOURCE_CGROUP_MEMORY_MORE)},
	},
	{
		.names = {"memory.max_usage_in_bytes"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.outputs = {OUT(usage.memory.peak_bytes,
				SOURCE_CGROUP_MEMORY_MORE | SOURCE_CGROUP_LIMITS)},
	},
	{
		/* oom_kill since Linux 4.13; it counts this group's own only. */
		.names = {"memory.oom_control"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_keyed,
		.outputs = {OUT_KEY("oom_kill", usage.memory.oom_kills, SOURCE_CGROUP_MEMORY_MORE)},
	},
	{
		.names = {"memory.limit_in_bytes"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT_SCALED(usage.memory.limit_bytes, SCALE_PAGES,
				       SOURCE_CGROUP_LIMITS)},
	},
	{
		.names = {"memory.memsw.limit_in_bytes"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT_SCALED(raw.memsw_limit, SCALE_PAGES, SOURCE_CGROUP_LIMITS)},
	},
	{
		/* v1 has no such limit: soft_limit_in_bytes is another thing. */
		.names = {NULL},
		.controller = CGROUP_MEMORY,
		.absent_why = WHY_NO_FILE,
		.outputs = {OUT(usage.memory.high_bytes, SOURCE_CGROUP_LIMITS)},
	},
	{
		.names = {"pids.current"},
		.controller = CGROUP_PIDS,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIVE,
		.stamp = READING(usage.pids.at_usec),
		.outputs = {OUT(usage.pids.current, SOURCE_CGROUP_PIDS)},
	},
	{
		.names = {"pids.events"},
		.controller = CGROUP_PIDS,
		.parse = cgroup_parse_keyed,
		.outputs = {OUT_KEY("max", usage.pids.limit_events, SOURCE_CGROUP_PIDS)},
	},
	{
		.names = {"pids.max"},
		.controller = CGROUP_PIDS,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT(usage.pids.limit, SOURCE_CGROUP_LIMITS)},
	},
	{
		.names = {"pids.peak"}, /* since Linux 6.1 */
		.controller = CGROUP_PIDS,
		.parse = cgroup_parse_number,
		.outputs = {OUT(usage.pids.peak, SOURCE_CGROUP_LIMITS)},
	},
	{
		.names = {"blkio.throttle.io_service_bytes_recursive",
			  "blkio.throttle.io_service_bytes"},
		.controller = CGROUP_IO,
		.parse = parse_io,
		.stamp = READING(usage.io.at_usec),
		.outputs = {OUT(usage.io.read_bytes, SOURCE_CGROUP_IO),
			    OUT(usage.io.write_bytes, SOURCE_CGROUP_IO)},
	},
	{
		.names = {"blkio.throttle.io_serviced_recursive", "blkio.throttle.io_serviced"},
		.controller = CGROUP_IO,
		.parse = parse_io,
		.outputs = {OUT(usage.io.read_ops, SOURCE_CGROUP_IO),
			    OUT(usage.io.write_ops, SOURCE_CGROUP_IO)},
	},
	{
		.names = {"freezer.state"},
		.controller = CGROUP_FREEZER,
		.parse = parse_freezer,
		.outputs = {OUT(raw.frozen_v1, SOURCE_CGROUP_STATE)},
	},
};

/* The least limit counts; where memory and swap together are not limited, swap isn't. */
static struct metric derive_swap_limit(const struct cgroup_reading *reading)
{
	struct metric both = reading->raw.memsw_limit;

	if (metric_is_known(both) && both.value == METRIC_NO_LIMIT)
		return both;
	return metric_sub_clamped(both, reading->usage.memory.limit_bytes);
}

static struct metric derive_swap(const struct cgroup_reading *reading)
{
	return metric_sub_clamped(reading->raw.memsw_bytes, reading->usage.memory.current_bytes);
}

static struct metric derive_cpu_limit(const struct cgroup_reading *reading)
{
	struct metric quota = reading->raw.quota_usec, period = reading->raw.period_usec;

	if (!metric_is_known(quota) || quota.value == METRIC_NO_LIMIT)
		return quota;
	if (!metric_is_known(period))
		return period;
	if (period.value == 0)
		return metric_unknown(METRIC_ABSENT, WHY_MALFORMED);
	return metric_known((uint64_t)((__uint128_t)quota.value * 1000000 / period.value));
}

static const struct cgroup_derived derived[] = {
	{CGROUP_CPU, SOURCE_CGROUP_LIMITS, READING(usage.cpu.limit_microcpus), derive_cpu_limit},
	{CGROUP_MEMORY, SOURCE_CGROUP_MEMORY_STAT, READING(usage.memory.working_set_bytes),
	 cgroup_derive_working_set},
	{CGROUP_MEMORY, SOURCE_CGROUP_MEMORY_MORE, READING(usage.memory.swap_bytes), derive_swap},
	{CGROUP_MEMORY, SOURCE_CGROUP_LIMITS, READING(usage.memory.swap_limit_bytes),
	 derive_swap_limit},
	{CGROUP_FREEZER, SOURCE_CGROUP_STATE, READING(usage.frozen), cgroup_derive_frozen},
};

const struct cgroup_table cgroup_table_v1 = {
	files,
	ARRAY_LEN(files),
	derived,
	ARRAY_LEN(derived),
};
