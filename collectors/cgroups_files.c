/* SPDX-License-Identifier: MIT */
/*
 * What the tables of cgroups_v1.c and cgroups_v2.c have in common: parsers, units, and values that are
 * made of others. Owns nothing, reads no file. A value that is known is never replaced by a reason why
 * another file doesn't have it.
 */
#include "collectors/cgroups_files.h"

#include <unistd.h>

#include "base/parse.h"

#define USEC_PER_SEC 1000000u
/* PAGE_COUNTER_MAX of the kernel is LONG_MAX rounded down to whole pages, of 4 KiB to 256 KiB: what is
 * less than a MiB below LONG_MAX is no limit. */
#define PAGES_NO_LIMIT ((uint64_t)INT64_MAX - (1u << 20))

const struct cgroup_file cgroup_procs_file = {
	.names = {"cgroup.procs"},
	.controller = CGROUP_UNIFIED,
	/* v2 lets threads of one process be in several groups; such a group has no processes of its
	 * own, they belong to the domain above it. */
	.absent_why = WHY_NOT_APPLICABLE,
};

struct metric *cgroup_reading_metric(struct cgroup_reading *reading, uint16_t offset)
{
	return (struct metric *)((char *)reading + offset);
}

static struct rate *reading_rate(struct cgroup_reading *reading, uint16_t offset)
{
	return (struct rate *)((char *)reading + offset);
}

/* cpu.weight as the kernel itself relates it to cpu.shares: 1024 shares are a weight of 100. Not the
 * formula of OCI runtimes, which map the ends of both scales on each other and so 1024 to 39. */
static uint64_t weight_of_shares(uint64_t shares)
{
	uint64_t weight = shares > UINT64_MAX / 200 ? 10000 : (shares * 100 + 512) / 1024;

	return weight < 1 ? 1 : weight > 10000 ? 10000 : weight;
}

static uint64_t usec_of_ticks(uint64_t ticks)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);

	return ticks / hz * USEC_PER_SEC + ticks % hz * USEC_PER_SEC / hz;
}

static uint64_t scale(enum cgroup_scale how, uint64_t value)
{
	switch (how) {
	case SCALE_NSEC:
		return value / 1000;
	case SCALE_TICKS:
		return usec_of_ticks(value);
	case SCALE_PAGES:
		return value >= PAGES_NO_LIMIT ? METRIC_NO_LIMIT : value;
	case SCALE_SHARES:
		return weight_of_shares(value);
	case SCALE_ONE:
		break;
	}
	return value;
}

void cgroup_output_set(const struct cgroup_output *output, struct cgroup_reading *reading,
		       uint64_t value)
{
	struct metric *metric = cgroup_reading_metric(reading, output->offset);

	if (!metric_is_known(*metric))
		*metric = metric_known(scale((enum cgroup_scale)output->scale, value));
}

void cgroup_output_unknown(const struct cgroup_output *output, struct cgroup_reading *reading,
			   struct metric reason)
{
	struct metric *metric = cgroup_reading_metric(reading, output->offset);
	struct rate *rate = reading_rate(reading, output->offset);
	enum metric_state state = (enum metric_state)reason.state;
	enum metric_why why = (enum metric_why)reason.why;

	if (output->is_rate && !rate_is_known(*rate))
		*rate = rate_unknown(state, why);
	else if (!output->is_rate && !metric_is_known(*metric))
		*metric = metric_unknown(state, why);
}

int cgroup_parse_number(const struct cgroup_file *file, struct span text,
			struct cgroup_reading *reading, struct err *err)
{
	uint64_t value;
	int r = parse_single(text, &value, err);

	if (r == 0)
		cgroup_output_set(&file->outputs[0], reading, value);
	return r;
}

static struct metric missing_line(const struct cgroup_output *output,
				  const struct cgroup_reading *reading)
{
	enum metric_why why = WHY_NO_FILE;

	if (reading->raw.at_true_root)
		why = WHY_ROOT_CGROUP;
	else if (output->missing_why)
		why = (enum metric_why)output->missing_why;
	return metric_unknown(METRIC_ABSENT, why);
}

int cgroup_parse_keyed(const struct cgroup_file *file, struct span text,
		       struct cgroup_reading *reading, struct err *err)
{
	struct parse_key keys[CGROUP_OUTPUTS_MAX];
	uint64_t values[CGROUP_OUTPUTS_MAX];
	bool found[CGROUP_OUTPUTS_MAX] = {false};
	size_t n = 0;
	int r;

	for (; n < CGROUP_OUTPUTS_MAX && file->outputs[n].sources; n++)
		keys[n] = (struct parse_key) {file->outputs[n].key, &values[n], &found[n]};
	r = parse_flat_keyed(text, keys, n, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (found[i])
			cgroup_output_set(&file->outputs[i], reading, values[i]);
		else
			cgroup_output_unknown(&file->outputs[i], reading,
					      missing_line(&file->outputs[i], reading));
	return r;
}

struct metric cgroup_derive_working_set(const struct cgroup_reading *reading)
{
	return metric_sub_clamped(reading->usage.memory.current_bytes,
				  reading->usage.memory.inactive_file_bytes);
}

struct metric cgroup_derive_frozen(const struct cgroup_reading *reading)
{
	struct metric v1 = reading->raw.frozen_v1, v2 = reading->raw.frozen_v2;

	if (metric_is_known(v1) && metric_is_known(v2))
		return metric_known(v1.value | v2.value);
	if (metric_is_known(v1) || (!metric_is_known(v2) && v2.why == WHY_NO_HIERARCHY))
		return v1;
	return v2;
}
