/* SPDX-License-Identifier: MIT */
/*
 * The files of cgroup v2, as a table: file, controller, parser, and for each value where it goes and
 * which source asks for it. Owns nothing and reads nothing itself. Kernel source: kernel/cgroup/,
 * mm/memcontrol.c, kernel/sched/, block/blk-cgroup.c; Documentation/admin-guide/cgroup-v2.rst.
 */
#include "base/cleanup.h"
#include "base/parse.h"
#include "collectors/cgroups_files.h"

static int parse_max(const struct cgroup_file *file, struct span text,
		     struct cgroup_reading *reading, struct err *err)
{
	uint64_t quota, period;
	int r = parse_cpu_max(text, &quota, &period, err);

	if (r < 0)
		return r;
	if (quota != PARSE_MAX)
		quota = (uint64_t)((__uint128_t)quota * 1000000 / period);
	cgroup_output_set(&file->outputs[0], reading, quota);
	return 0;
}

static int parse_io(const struct cgroup_file *file, struct span text,
		    struct cgroup_reading *reading, struct err *err)
{
	struct parse_io io;
	int r = parse_io_stat(text, &io, err);

	if (r < 0)
		return r;
	cgroup_output_set(&file->outputs[0], reading, io.read_bytes);
	cgroup_output_set(&file->outputs[1], reading, io.write_bytes);
	cgroup_output_set(&file->outputs[2], reading, io.read_ops);
	cgroup_output_set(&file->outputs[3], reading, io.write_ops);
	return 0;
}

/* Outputs: some, then full where it makes sense. */
static int parse_psi(const struct cgroup_file *file, struct span text,
		     struct cgroup_reading *reading, struct err *err)
{
	struct parse_psi psi;
	int r = parse_pressure(text, &psi, err);

	if (r < 0)
		return r;
	*(struct rate *)((char *)reading + file->outputs[0].offset) = rate_known(psi.some_avg10);
	if (file->outputs[1].sources)
		*(struct rate *)((char *)reading + file->outputs[1].offset) =
			psi.has_full ? rate_known(psi.full_avg10)
				     : rate_unknown(METRIC_ABSENT, WHY_NO_FILE);
	return 0;
}

#define THROTTLING(name, member)                                                                   \
	{                                                                                          \
		.key = {(name), sizeof(name) - 1}, .offset = READING(usage.cpu.member),            \
		.missing_why = WHY_NO_CONTROLLER, .sources = SOURCE_CGROUP_CPU                     \
	}

static const struct cgroup_file files[] = {
	{
		/* There without the cpu controller; only throttling needs it. */
		.names = {"cpu.stat"},
		.controller = CGROUP_UNIFIED,
		.parse = cgroup_parse_keyed,
		.flags = CGROUP_FILE_SECOND | CGROUP_FILE_LIVE,
		.stamp = READING(usage.cpu.at_usec),
		.outputs = {OUT_KEY("usage_usec", usage.cpu.usage_usec, SOURCE_CGROUP_CPU),
			    OUT_KEY("user_usec", usage.cpu.user_usec, SOURCE_CGROUP_CPU),
			    OUT_KEY("system_usec", usage.cpu.system_usec, SOURCE_CGROUP_CPU),
			    THROTTLING("nr_periods", nr_periods),
			    THROTTLING("nr_throttled", nr_throttled),
			    THROTTLING("throttled_usec", throttled_usec)},
	},
	{
		.names = {"cpu.max"},
		.controller = CGROUP_CPU,
		.parse = parse_max,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT(usage.cpu.limit_microcpus, SOURCE_CGROUP_LIMITS)},
	},
	{
		.names = {"cpu.weight"},
		.controller = CGROUP_CPU,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT(usage.cpu.weight, SOURCE_CGROUP_LIMITS)},
	},
	{
		/* The working set needs it too. */
		.names = {"memory.current"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIVE,
		.outputs = {OUT(usage.memory.current_bytes,
				SOURCE_CGROUP_MEMORY | SOURCE_CGROUP_MEMORY_STAT)},
	},
	{
		.names = {"memory.stat"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_keyed,
		.flags = CGROUP_FILE_DRIFTS,
		.outputs = {OUT_KEY("anon", usage.memory.anon_bytes, SOURCE_CGROUP_MEMORY_STAT),
			    OUT_KEY("file", usage.memory.file_bytes, SOURCE_CGROUP_MEMORY_STAT),
			    OUT_KEY("shmem", usage.memory.shmem_bytes, SOURCE_CGROUP_MEMORY_STAT),
			    OUT_KEY("inactive_file", usage.memory.inactive_file_bytes,
				    SOURCE_CGROUP_MEMORY_STAT),
			    OUT_KEY("slab", usage.memory.slab_bytes, SOURCE_CGROUP_MEMORY_STAT)},
	},
	{
		.names = {"memory.swap.current"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.outputs = {OUT(usage.memory.swap_bytes, SOURCE_CGROUP_MEMORY_MORE)},
	},
	{
		.names = {"memory.peak"}, /* since Linux 5.19 */
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.outputs = {OUT(usage.memory.peak_bytes,
				SOURCE_CGROUP_MEMORY_MORE | SOURCE_CGROUP_LIMITS)},
	},
	{
		/* oom counts how often the limit could not be kept, oom_kill what died of it. */
		.names = {"memory.events"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_keyed,
		.outputs = {OUT_KEY("oom_kill", usage.memory.oom_kills, SOURCE_CGROUP_MEMORY_MORE)},
	},
	{
		.names = {"memory.max"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT(usage.memory.limit_bytes, SOURCE_CGROUP_LIMITS)},
	},
	{
		.names = {"memory.high"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT(usage.memory.high_bytes, SOURCE_CGROUP_LIMITS)},
	},
	{
		.names = {"memory.swap.max"},
		.controller = CGROUP_MEMORY,
		.parse = cgroup_parse_number,
		.flags = CGROUP_FILE_LIMIT,
		.outputs = {OUT(usage.memory.swap_limit_bytes, SOURCE_CGROUP_LIMITS)},
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
		.names = {"io.stat"},
		.controller = CGROUP_IO,
		.parse = parse_io,
		.flags = CGROUP_FILE_LIVE,
		.stamp = READING(usage.io.at_usec),
		.outputs = {OUT(usage.io.read_bytes, SOURCE_CGROUP_IO),
			    OUT(usage.io.write_bytes, SOURCE_CGROUP_IO),
			    OUT(usage.io.read_ops, SOURCE_CGROUP_IO),
			    OUT(usage.io.write_ops, SOURCE_CGROUP_IO)},
	},
	{
		.names = {"cpu.pressure"},
		.controller = CGROUP_UNIFIED,
		.parse = parse_psi,
		.flags = CGROUP_FILE_LIVE,
		.absent_why = WHY_NO_PSI,
		.outputs = {OUT_RATE(usage.pressure.cpu_some_pct, SOURCE_CGROUP_PRESSURE)},
	},
	{
		.names = {"memory.pressure"},
		.controller = CGROUP_UNIFIED,
		.parse = parse_psi,
		.flags = CGROUP_FILE_LIVE,
		.absent_why = WHY_NO_PSI,
		.outputs = {OUT_RATE(usage.pressure.memory_some_pct, SOURCE_CGROUP_PRESSURE),
			    OUT_RATE(usage.pressure.memory_full_pct, SOURCE_CGROUP_PRESSURE)},
	},
	{
		.names = {"io.pressure"},
		.controller = CGROUP_UNIFIED,
		.parse = parse_psi,
		.flags = CGROUP_FILE_LIVE,
		.absent_why = WHY_NO_PSI,
		.outputs = {OUT_RATE(usage.pressure.io_some_pct, SOURCE_CGROUP_PRESSURE),
			    OUT_RATE(usage.pressure.io_full_pct, SOURCE_CGROUP_PRESSURE)},
	},
	{
		/* What is frozen, not what was asked to be: cgroup.freeze says the latter. */
		.names = {"cgroup.events"},
		.controller = CGROUP_UNIFIED,
		.parse = cgroup_parse_keyed,
		.outputs = {OUT_KEY("populated", usage.populated, SOURCE_CGROUP_STATE),
			    OUT_KEY("frozen", raw.frozen_v2, SOURCE_CGROUP_STATE)},
	},
};

static const struct cgroup_derived derived[] = {
	{CGROUP_MEMORY, SOURCE_CGROUP_MEMORY_STAT, READING(usage.memory.working_set_bytes),
	 cgroup_derive_working_set},
	{CGROUP_UNIFIED, SOURCE_CGROUP_STATE, READING(usage.frozen), cgroup_derive_frozen},
};

const struct cgroup_table cgroup_table_v2 = {
	files,
	ARRAY_LEN(files),
	derived,
	ARRAY_LEN(derived),
};
