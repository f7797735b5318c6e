/* SPDX-License-Identifier: MIT */
/*
 * The table of limits, and their values from and to text. Knows names, units and ranges; what the kernel
 * makes of a value is for limits_files.c.
 */
#include "runtime/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "runtime/io_rules.h"
#include "runtime/number_list.h"

#define EXBIBYTE (UINT64_C(1) << 60)

const struct limit limits[LIMITS] = {
	[LIMIT_MEMORY] =
		{
			.name = "memory",
			.title = "Memory",
			.help = "bytes of memory; what needs more is ended by the kernel",
			.unit = LIMIT_BYTES,
			.controller = CGROUP_MEMORY,
			.v2_file = "memory.max",
			.v1_file = "memory.limit_in_bytes",
			.systemd_property = "MemoryMax",
			.min = 4096,
			.max = EXBIBYTE,
		},
	[LIMIT_MEMORY_HIGH] =
		{
			.name = "memory-high",
			.title = "Memory, high",
			.help = "bytes of memory above which it is slowed down and reclaimed from",
			.unit = LIMIT_BYTES,
			.controller = CGROUP_MEMORY,
			.v2_file = "memory.high",
			.systemd_property = "MemoryHigh",
			.min = 4096,
			.max = EXBIBYTE,
		},
	[LIMIT_SWAP] =
		{
			.name = "swap",
			.title = "Swap",
			.help = "bytes of swap, beside the memory; 0 for none",
			.unit = LIMIT_BYTES,
			.controller = CGROUP_MEMORY,
			.v2_file = "memory.swap.max",
			.v1_file = "memory.memsw.limit_in_bytes",
			.systemd_property = "MemorySwapMax",
			.min = 0,
			.max = EXBIBYTE,
		},
	[LIMIT_CPUS] =
		{
			.name = "cpus",
			.title = "CPUs",
			.help = "CPU time per time: 0.5 or 50% is half of one CPU",
			.unit = LIMIT_MICROCPUS,
			.controller = CGROUP_CPU,
			.v2_file = "cpu.max",
			.v1_file = "cpu.cfs_quota_us",
			.systemd_property = "CPUQuotaPerSecUSec",
			.min = 10000,
			.max = UINT64_C(8192000000),
		},
	[LIMIT_CPU_WEIGHT] =
		{
			.name = "cpu-weight",
			.title = "CPU weight",
			.help = "share of the CPUs when they are short, 100 is usual",
			.unit = LIMIT_COUNT,
			.controller = CGROUP_CPU,
			.v2_file = "cpu.weight",
			.v1_file = "cpu.shares",
			.systemd_property = "CPUWeight",
			.min = 1,
			.max = 10000,
		},
	[LIMIT_CPUSET] =
		{
			.name = "cpuset",
			.title = "CPU set",
			.help = "the CPUs that it may run on, as 0-1,4",
			.unit = LIMIT_LIST,
			.controller = CGROUP_CPUSET,
			.v2_file = "cpuset.cpus",
			.v1_file = "cpuset.cpus",
			.systemd_property = "AllowedCPUs",
			.max = NUMBER_LIST_MAX,
		},
	[LIMIT_CPUSET_MEMS] =
		{
			.name = "cpuset-mems",
			.title = "Memory nodes",
			.help = "the NUMA nodes that it may take memory of, as 0,1",
			.unit = LIMIT_LIST,
			.controller = CGROUP_CPUSET,
			.v2_file = "cpuset.mems",
			.v1_file = "cpuset.mems",
			.systemd_property = "AllowedMemoryNodes",
			.max = NUMBER_LIST_MAX,
		},
	[LIMIT_PIDS] =
		{
			.name = "pids",
			.title = "Tasks",
			.help = "processes and threads; a fork above it fails",
			.unit = LIMIT_COUNT,
			.controller = CGROUP_PIDS,
			.v2_file = "pids.max",
			.v1_file = "pids.max",
			.systemd_property = "TasksMax",
			.min = 1,
			.max = 4194304,
		},
	[LIMIT_IO_MAX] =
		{
			.name = "io-max",
			.title = "I/O",
			.help = "bytes and operations per second of a disk: "
				"/dev/sda:rbps=1M,wiops=100",
			.unit = LIMIT_IO_RULES,
			.controller = CGROUP_IO,
			.v2_file = "io.max",
			.v1_file = "blkio.throttle.read_bps_device",
		},
	[LIMIT_IO_WEIGHT] =
		{
			.name = "io-weight",
			.title = "I/O weight",
			.help = "share of the disks when they are short, 100 is usual",
			.unit = LIMIT_COUNT,
			.controller = CGROUP_IO,
			.v2_file = "io.weight",
			.v1_file = "blkio.weight",
			.systemd_property = "IOWeight",
			.min = 1,
			.max = 10000,
		},
};

enum limit_id limit_find(struct span name)
{
	for (int i = 0; i < LIMITS; i++) {
		const struct limit *limit = &limits[i];

		if (span_eq(name, span_of(limit->name)) ||
		    (limit->v2_file && span_eq(name, span_of(limit->v2_file))) ||
		    (limit->v1_file && span_eq(name, span_of(limit->v1_file))))
			return (enum limit_id)i;
	}
	return LIMITS;
}

static bool is_weight(enum limit_id id)
{
	return id == LIMIT_CPU_WEIGHT || id == LIMIT_IO_WEIGHT;
}

/* What may be asked for, as a person would write it. */
static int refuse_range(enum limit_id id, int code, struct err *err)
{
	struct limit_value min = {.set = true, .number = limits[id].min};
	struct limit_value max = {.set = true, .number = limits[id].max};
	char from[LIMIT_TEXT_MAX], to[LIMIT_TEXT_MAX];

	return err_setx(err, code, "%s may be from %s to %s%s", limits[id].name,
			limit_format(id, &min, from), limit_format(id, &max, to),
			is_weight(id) ? "" : ", or max");
}

static int parse_number(enum limit_id id, struct span text, uint64_t *out, struct err *err)
{
	const struct limit *limit = &limits[id];
	int r;

	if (span_eq(text, SPAN("max"))) {
		*out = LIMIT_NONE;
		return is_weight(id) ? refuse_range(id, EINVAL, err) : 0;
	}
	switch (limit->unit) {
	case LIMIT_BYTES:
		r = units_parse_bytes(text, out, err);
		break;
	case LIMIT_MICROCPUS:
		r = units_parse_cpus(text, out, err);
		break;
	default:
		r = units_parse_u64(text, 0, UINT64_MAX - 1, out, err);
	}
	if (r == 0 && *out != LIMIT_NONE && (*out < limit->min || *out > limit->max))
		return refuse_range(id, ERANGE, err);
	return err_wrap(err, r, "%s", limit->name);
}

static int parse_list(enum limit_id id, struct span text, struct limit_value *out, struct err *err)
{
	if (span_eq(text, SPAN("max"))) {
		out->number = LIMIT_NONE;
		out->text[0] = '\0';
		return 0;
	}
	out->number = 0;
	return err_wrap(err, number_list_parse(text, out->text, err), "%s", limits[id].name);
}

/* A later rule adds to what is there; "max" alone clears every device. */
static int parse_rules(struct span text, struct limit_value *out, struct err *err)
{
	struct io_rules rules = {.len = 0};
	int r = 0;

	if (span_eq(text, SPAN("max"))) {
		*out = (struct limit_value) {.set = true, .number = LIMIT_NONE};
		return 0;
	}
	if (out->set && out->number != LIMIT_NONE)
		r = io_rules_parse(span_of(out->text), &rules, err);
	if (r == 0)
		r = io_rules_parse(text, &rules, err);
	if (r == 0 && rules.len == 0)
		r = err_setx(err, EINVAL, "no rule; one is /dev/sda:rbps=1M");
	if (r == 0)
		r = io_rules_print(&rules, 0, out->text, err);
	out->number = 0;
	return err_wrap(err, r, "io-max");
}

int limit_parse(enum limit_id id, struct span text, struct limit_value *out, struct err *err)
{
	struct limit_value value = *out;
	int r;

	text = span_trim(text);
	switch (limits[id].unit) {
	case LIMIT_LIST:
		r = parse_list(id, text, &value, err);
		break;
	case LIMIT_IO_RULES:
		r = parse_rules(text, &value, err);
		break;
	default:
		value.text[0] = '\0';
		r = parse_number(id, text, &value.number, err);
	}
	if (r < 0)
		return r;
	value.set = true;
	*out = value;
	return 0;
}

/* The largest unit that leaves nothing over, so that what is read back is the same number. */
static void format_bytes(uint64_t bytes, char buf[LIMIT_TEXT_MAX])
{
	static const char *const units[] = {"", "K", "M", "G", "T", "P"};
	size_t unit = 0;

	while (unit + 1 < ARRAY_LEN(units) && bytes > 0 && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	snprintf(buf, LIMIT_TEXT_MAX, "%" PRIu64 "%s", bytes, units[unit]);
}

static void format_cpus(uint64_t microcpus, char buf[LIMIT_TEXT_MAX])
{
	int len = snprintf(buf, LIMIT_TEXT_MAX, "%" PRIu64 ".%06" PRIu64, microcpus / 1000000,
			   microcpus % 1000000);

	while (buf[len - 1] == '0')
		buf[--len] = '\0';
	if (buf[len - 1] == '.')
		buf[--len] = '\0';
}

static void format_rules(const struct limit_value *value, char buf[LIMIT_TEXT_MAX])
{
	struct io_rules rules = {.len = 0};

	if (io_rules_parse(span_of(value->text), &rules, NULL) < 0 ||
	    io_rules_print(&rules, IO_RULES_UNITS, buf, NULL) < 0)
		snprintf(buf, LIMIT_TEXT_MAX, "%s", value->text);
}

char *limit_format(enum limit_id id, const struct limit_value *value, char buf[LIMIT_TEXT_MAX])
{
	if (!value->set || value->number == LIMIT_NONE) {
		snprintf(buf, LIMIT_TEXT_MAX, "%s", value->set ? "max" : "-");
		return buf;
	}
	switch (limits[id].unit) {
	case LIMIT_BYTES:
		format_bytes(value->number, buf);
		break;
	case LIMIT_MICROCPUS:
		format_cpus(value->number, buf);
		break;
	case LIMIT_IO_RULES:
		format_rules(value, buf);
		break;
	case LIMIT_LIST:
		snprintf(buf, LIMIT_TEXT_MAX, "%s", value->text);
		break;
	case LIMIT_COUNT:
		snprintf(buf, LIMIT_TEXT_MAX, "%" PRIu64, value->number);
	}
	return buf;
}
