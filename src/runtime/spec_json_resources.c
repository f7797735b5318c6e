/* SPDX-License-Identifier: MIT */
/*
 * "linux.resources" of config.json: into the table of limits, whatever generation of cgroups the names
 * come from. Ratios keep their meaning: 1024 shares and a weight of 100 are both what everyone has.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "runtime/spec_json.h"

#define DEFAULT_PERIOD_USEC 100000
#define DEFAULT_SHARES	    1024
#define DEFAULT_WEIGHT	    100
#define MICROCPUS	    1000000

static struct limit_value *value_of(struct spec_reader *reader, enum limit_id id)
{
	return &reader->spec->limits.values[id];
}

/* A limit that is more than any machine has is none: some write the largest number for that. */
static void set_number(struct spec_reader *reader, enum limit_id id, uint64_t number)
{
	if (number > limits[id].max)
		number = LIMIT_NONE;
	*value_of(reader, id) = (struct limit_value) {.set = true, .number = number};
}

/* set_text() - as a person would write it */
static int set_text(struct spec_reader *reader, enum limit_id id, struct span text)
{
	struct err err = ERR_INIT;
	int r = limit_parse(id, text, value_of(reader, id), &err);

	return r < 0 ? spec_refuse(reader, "%.120s", err.text) : 0;
}

/* read_bound() - a number of which -1 is none at all */
static int read_bound(struct spec_reader *reader, json_t *value, uint64_t *out)
{
	int64_t number = 0;
	int r = spec_read_number(reader, value, -1, INT64_MAX, &number);

	*out = number < 0 ? LIMIT_NONE : (uint64_t)number;
	return r;
}

static int read_memory_limit(struct spec_reader *reader, json_t *value)
{
	uint64_t bytes = 0;
	int r = read_bound(reader, value, &bytes);

	/* 0 is what a writer leaves behind who meant nothing. */
	if (r == 0 && bytes > 0)
		set_number(reader, LIMIT_MEMORY, bytes);
	return r;
}

/* OCI counts memory and swap together; here swap stands alone. Needs the limit: read in read_memory(). */
static int read_swap(struct spec_reader *reader, json_t *value)
{
	const struct limit_value *memory = value_of(reader, LIMIT_MEMORY);
	uint64_t both = 0;
	int r = read_bound(reader, value, &both);

	if (r < 0 || both == 0)
		return r;
	if (both != LIMIT_NONE && (!memory->set || memory->number > both))
		return spec_refuse(reader, "counts memory and swap together, so it needs a limit "
					   "of memory that is no larger");
	set_number(reader, LIMIT_SWAP, both == LIMIT_NONE ? LIMIT_NONE : both - memory->number);
	return 0;
}

static int read_memory(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"limit", spec_read_harmless}, /* read before the others */
		{"swap", read_swap},
		{"kernel", spec_read_nothing},
		{"kernelTCP", spec_read_nothing},
		{"disableOOMKiller", spec_read_nothing},
		/* A hint for reclaim under pressure: it bounds nothing. */
		{"reservation", spec_read_harmless},
		/* The kernel knows no other way any more. */
		{"useHierarchy", spec_read_harmless},
		/* Is about changing a limit later. */
		{"checkBeforeUpdate", spec_read_harmless},
		{0},
	};
	json_t *limit = json_object_get(value, "limit");
	int r = limit && !json_is_null(limit) ? read_memory_limit(reader, limit) : 0;

	return r < 0 ? r : spec_read_object(reader, value, keys);
}

static int read_shares(struct spec_reader *reader, json_t *value)
{
	int64_t shares = 0;
	int r = spec_read_number(reader, value, 0, 262144, &shares);
	uint64_t weight = ((uint64_t)shares * DEFAULT_WEIGHT + DEFAULT_SHARES / 2) / DEFAULT_SHARES;

	if (r < 0 || shares == 0)
		return r;
	if (weight < limits[LIMIT_CPU_WEIGHT].min)
		weight = limits[LIMIT_CPU_WEIGHT].min;
	if (weight > limits[LIMIT_CPU_WEIGHT].max)
		weight = limits[LIMIT_CPU_WEIGHT].max;
	set_number(reader, LIMIT_CPU_WEIGHT, weight);
	return 0;
}

/* Quota and period make one number, of CPUs. */
static int read_quota(struct spec_reader *reader, json_t *cpu)
{
	json_t *quota_value = json_object_get(cpu, "quota");
	json_t *period_value = json_object_get(cpu, "period");
	int64_t quota = 0, period = 0;
	int r = 0;

	if (quota_value && !json_is_null(quota_value))
		r = spec_read_number(reader, quota_value, -1, INT64_MAX / MICROCPUS, &quota);
	if (r == 0 && period_value && !json_is_null(period_value))
		r = spec_read_number(reader, period_value, 0, MICROCPUS, &period);
	if (r < 0 || quota == 0)
		return r;
	if (period == 0)
		period = DEFAULT_PERIOD_USEC;
	set_number(reader, LIMIT_CPUS,
		   quota < 0 ? LIMIT_NONE : (uint64_t)quota * MICROCPUS / (uint64_t)period);
	return 0;
}

static int read_list(struct spec_reader *reader, json_t *value, enum limit_id id)
{
	if (!json_is_string(value))
		return spec_refuse(reader, "must be a text");
	return json_string_length(value) == 0
		       ? 0
		       : set_text(reader, id, span_of(json_string_value(value)));
}

static int read_cpus(struct spec_reader *reader, json_t *value)
{
	return read_list(reader, value, LIMIT_CPUSET);
}

static int read_mems(struct spec_reader *reader, json_t *value)
{
	return read_list(reader, value, LIMIT_CPUSET_MEMS);
}

static int read_cpu(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"shares", read_shares},
		{"quota", spec_read_harmless}, /* both make one number: read_quota() */
		{"period", spec_read_harmless},
		{"cpus", read_cpus},
		{"mems", read_mems},
		{"burst", spec_read_nothing},
		{"idle", spec_read_nothing},
		{"realtimeRuntime", spec_read_nothing},
		{"realtimePeriod", spec_read_nothing},
		{0},
	};
	int r = spec_read_object(reader, value, keys);

	return r < 0 ? r : read_quota(reader, value);
}

static int read_pids_limit(struct spec_reader *reader, json_t *value)
{
	int64_t number = 0;
	int r = spec_read_number(reader, value, INT64_MIN, INT64_MAX, &number);

	if (r == 0)
		set_number(reader, LIMIT_PIDS, number <= 0 ? LIMIT_NONE : (uint64_t)number);
	return r;
}

static int read_pids(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {{"limit", read_pids_limit}, {0}};

	return spec_read_object(reader, value, keys);
}

static int read_io_weight(struct spec_reader *reader, json_t *value)
{
	int64_t number = 0;
	int r = spec_read_number(reader, value, 0, 1000, &number);

	if (r == 0 && number > 0)
		set_number(reader, LIMIT_IO_WEIGHT, (uint64_t)number);
	return r;
}

/* read_throttle() - one device's rate, as a rule that is @name of io.max */
static int read_throttle(struct spec_reader *reader, json_t *value, const char *name)
{
	int64_t numbers[2] = {0};
	static const char *const keys[] = {"major", "minor"};
	uint64_t rate = 0;
	char rule[96];
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(keys); i++)
		r = spec_read_number(reader, json_object_get(value, keys[i]), 0, 1 << 20,
				     &numbers[i]);
	if (r == 0)
		r = spec_read_u64(reader, json_object_get(value, "rate"), &rate);
	if (r < 0)
		return r;
	if (json_object_size(value) != 3)
		return spec_refuse(reader, "must be major, minor and rate alone");
	snprintf(rule, sizeof(rule), "%jd:%jd %s=%ju", (intmax_t)numbers[0], (intmax_t)numbers[1],
		 name, (uintmax_t)rate);
	return set_text(reader, LIMIT_IO_MAX, span_of(rule));
}

static int read_rbps(struct spec_reader *reader, json_t *value)
{
	return read_throttle(reader, value, "rbps");
}

static int read_wbps(struct spec_reader *reader, json_t *value)
{
	return read_throttle(reader, value, "wbps");
}

static int read_riops(struct spec_reader *reader, json_t *value)
{
	return read_throttle(reader, value, "riops");
}

static int read_wiops(struct spec_reader *reader, json_t *value)
{
	return read_throttle(reader, value, "wiops");
}

static int read_all_rbps(struct spec_reader *reader, json_t *value)
{
	return spec_read_each(reader, value, read_rbps);
}

static int read_all_wbps(struct spec_reader *reader, json_t *value)
{
	return spec_read_each(reader, value, read_wbps);
}

static int read_all_riops(struct spec_reader *reader, json_t *value)
{
	return spec_read_each(reader, value, read_riops);
}

static int read_all_wiops(struct spec_reader *reader, json_t *value)
{
	return spec_read_each(reader, value, read_wiops);
}

static int read_block_io(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"weight", read_io_weight},
		{"leafWeight", spec_read_nothing},
		{"weightDevice", spec_read_nothing},
		{"throttleReadBpsDevice", read_all_rbps},
		{"throttleWriteBpsDevice", read_all_wbps},
		{"throttleReadIOPSDevice", read_all_riops},
		{"throttleWriteIOPSDevice", read_all_wiops},
		{0},
	};

	return spec_read_object(reader, value, keys);
}

/* read_cpu_max() - "50000 100000" is the one file of two numbers */
static int read_cpu_max(struct spec_reader *reader, const char *text)
{
	uint64_t quota = 0, period = 0;
	struct err err = ERR_INIT;

	if (parse_cpu_max(span_of(text), &quota, &period, &err) < 0 || period == 0 ||
	    (quota != PARSE_MAX && quota > UINT64_MAX / MICROCPUS))
		return spec_refuse(reader, "'%.40s' is no quota and period", text);
	set_number(reader, LIMIT_CPUS,
		   quota == PARSE_MAX ? LIMIT_NONE : quota * MICROCPUS / period);
	return 0;
}

/* By the names of cgroup v2's files, of which the table of limits knows what can be had. */
static int read_unified(struct spec_reader *reader, json_t *value)
{
	const char *file;
	json_t *item;

	if (!json_is_object(value))
		return spec_refuse(reader, "must be an object of texts");
	json_object_foreach(value, file, item)
	{
		enum limit_id id = limit_find(span_of(file));
		struct span rest = span_of(json_string_value(item)), line;
		int r = 0;

		if (id == LIMITS || !limits[id].v2_file || strcmp(limits[id].v2_file, file) != 0)
			return spec_refuse(reader, "'%.40s' is not supported", file);
		if (!json_is_string(item))
			return spec_refuse(reader, "'%.40s' must be a text", file);
		if (id == LIMIT_CPUS)
			r = read_cpu_max(reader, json_string_value(item));
		else
			while (r == 0 && span_next_line(&rest, &line))
				r = set_text(reader, id, line);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_device_rule(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"allow", spec_read_harmless},	{"type", spec_read_harmless},
		{"major", spec_read_harmless},	{"minor", spec_read_harmless},
		{"access", spec_read_harmless}, {0},
	};
	json_t *allow = json_object_get(value, "allow");

	if (json_is_object(value) && !json_is_boolean(allow))
		return spec_refuse(reader, "must say allow, true or false");
	if (json_is_false(allow))
		reader->restricts_devices = true;
	return spec_read_object(reader, value, keys);
}

static int read_device_rules(struct spec_reader *reader, json_t *value)
{
	return spec_read_each(reader, value, read_device_rule);
}

int spec_read_resources(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"memory", read_memory},
		{"cpu", read_cpu},
		{"pids", read_pids},
		{"blockIO", read_block_io},
		{"unified", read_unified},
		{"devices", read_device_rules},
		{"hugepageLimits", spec_read_nothing},
		{"network", spec_read_nothing},
		{"rdma", spec_read_nothing},
		{0},
	};

	return spec_read_object(reader, value, keys);
}
