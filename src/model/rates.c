/* SPDX-License-Identifier: MIT */
/*
 * Matches the rows of two snapshots by identity and fills the rates of the later one. Processes ascend
 * by pid in both, so they are merged; cgroups and containers go through a small hash. Owns the hash for
 * the length of a call.
 */
#include "model/rates.h"

#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "model/counter.h"

#define USEC_PER_SEC 1e6

/* struct index - identity to position: open addressing, a power of two of slots, half empty */
struct index {
	uint64_t *keys;
	uint32_t *values; /* INDEX_NONE: free */
	size_t mask;
};

static size_t slot_of(const struct index *index, uint64_t key)
{
	size_t slot = (size_t)(key * 0x9e3779b97f4a7c15u >> 17) & index->mask;

	while (index->values[slot] != INDEX_NONE && index->keys[slot] != key)
		slot = (slot + 1) & index->mask;
	return slot;
}

static struct index index_new(size_t n)
{
	struct index index;
	size_t slots = 16;

	while (slots < n * 2)
		slots *= 2;
	index.keys = xmalloc(slots * sizeof(*index.keys));
	index.values = xmalloc(slots * sizeof(*index.values));
	index.mask = slots - 1;
	for (size_t i = 0; i < slots; i++)
		index.values[i] = INDEX_NONE;
	return index;
}

static void index_free(struct index *index)
{
	free(index->keys);
	free(index->values);
}

static void index_put(struct index *index, uint64_t key, uint32_t value)
{
	size_t slot = slot_of(index, key);

	index->keys[slot] = key;
	index->values[slot] = value;
}

static uint32_t index_get(const struct index *index, uint64_t key)
{
	return index->values[slot_of(index, key)];
}

static void cgroup_rates(const struct snapshot *before, struct snapshot *now)
{
	struct index index = index_new(before ? before->cgroups_len : 0);

	for (uint32_t i = 0; before && i < before->cgroups_len; i++)
		index_put(&index, before->cgroups[i].id, i);
	for (size_t i = 0; i < now->cgroups_len; i++) {
		uint32_t match = index_get(&index, now->cgroups[i].id);

		usage_rates(match != INDEX_NONE ? &before->cgroups[match].usage : NULL,
			    &now->cgroups[i].usage);
	}
	index_free(&index);
}

static void container_rates(const struct snapshot *before, struct snapshot *now)
{
	struct index index = index_new(before ? before->containers_len : 0);

	for (uint32_t i = 0; before && i < before->containers_len; i++)
		index_put(&index, before->containers[i].key, i);
	for (size_t i = 0; i < now->containers_len; i++) {
		uint32_t match = index_get(&index, now->containers[i].key);

		usage_rates(match != INDEX_NONE ? &before->containers[match].usage : NULL,
			    &now->containers[i].usage);
	}
	index_free(&index);
}

static double tick_usec(const struct snapshot *snapshot)
{
	return snapshot->tick_hz ? USEC_PER_SEC / snapshot->tick_hz : 0;
}

/* Microseconds since boot; start times are rounded down to ticks. */
static double started_usec(const struct snapshot *now, const struct process *process)
{
	return (double)process->start_ticks * tick_usec(now);
}

/* Whether a process that @before does not have started since: it may as well have been overlooked, or
 * processes may not have been read. */
static bool is_newborn(const struct snapshot *before, const struct snapshot *now,
		       const struct process *process)
{
	if (!before || !(before->sources & SOURCE_PROCS) || !before->boottime_usec ||
	    !process->start_ticks || !now->tick_hz)
		return false;
	return started_usec(now, process) + tick_usec(now) > (double)before->boottime_usec;
}

/* Its age when its counters were read, a little after the pass began; a tick is the shortest life. */
static double life_usec(const struct snapshot *now, const struct process *process)
{
	double read = (double)now->boottime_usec;

	if (process->at_usec > now->monotonic_usec)
		read += (double)(process->at_usec - now->monotonic_usec);
	return fmax(read - started_usec(now, process), tick_usec(now));
}

static void process_rates(const struct snapshot *before_all, struct snapshot *now,
			  const struct process *before, struct process *process)
{
	static const struct process unseen;
	static const struct process newborn = {
		.user_usec = {0, METRIC_KNOWN, 0},
		.system_usec = {0, METRIC_KNOWN, 0},
		.io_read_bytes = {0, METRIC_KNOWN, 0},
		.io_write_bytes = {0, METRIC_KNOWN, 0},
	};
	struct metric time = metric_add(process->user_usec, process->system_usec);
	struct metric time_before;
	double usec = 0;

	if (before) {
		usec = process->at_usec > before->at_usec
			       ? (double)(process->at_usec - before->at_usec)
			       : 0;
	} else if (is_newborn(before_all, now, process)) {
		before = &newborn;
		usec = life_usec(now, process);
	} else {
		before = &unseen;
	}
	time_before = metric_add(before->user_usec, before->system_usec);
	process->cpu_pct = counter_rate(time_before, time, 100, usec);
	process->io_read_per_sec =
		counter_rate(before->io_read_bytes, process->io_read_bytes, USEC_PER_SEC, usec);
	process->io_write_per_sec =
		counter_rate(before->io_write_bytes, process->io_write_bytes, USEC_PER_SEC, usec);
	process->memory_pct = metric_pct(process->rss_bytes, now->host.memory_total_bytes);
}

static void processes_rates(const struct snapshot *before, struct snapshot *now)
{
	size_t j = 0, before_len = before ? before->processes_len : 0;

	for (size_t i = 0; i < now->processes_len; i++) {
		struct process *process = &now->processes[i];
		const struct process *match = NULL;

		while (j < before_len && before->processes[j].pid < process->pid)
			j++;
		if (j < before_len && before->processes[j].pid == process->pid &&
		    before->processes[j].start_ticks == process->start_ticks)
			match = &before->processes[j];
		process_rates(before, now, match, process);
	}
}

void rates(const struct snapshot *before, struct snapshot *now)
{
	host_rates(before ? &before->host : NULL, &now->host);
	cgroup_rates(before, now);
	container_rates(before, now);
	processes_rates(before, now);
	now->rated = true;
}
