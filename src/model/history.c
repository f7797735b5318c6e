/* SPDX-License-Identifier: MIT */
/*
 * Rings of past values, one per container and one for the host. Owns them; forgets a container that was
 * gone for as long as a ring is.
 */
#include "model/history.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * struct series - the past of one number. Most containers are idle most of the time: what did not change for as
 * long as a ring is needs none, and of 5,000 of them that makes tens of MiB.
 */
struct series {
	float *values;	/* at sample number % HISTORY_LEN; NULL: all are @newest */
	float newest;	/* of sample number ring.last */
	uint64_t known; /* sample number of the first that was not NAN; 0: none yet */
	uint64_t same;	/* sample number since which it is @newest */
};

/* struct ring - the past of one container */
struct ring {
	uint64_t key;
	uint64_t first; /* sample number of its first value */
	uint64_t last;	/* sample number of its newest value */
	struct series series[HISTORY_SERIES];
};

struct history {
	struct ring **rings; /* ascending key */
	size_t len, cap;
	uint64_t samples;		  /* taken so far; the newest has this number */
	uint64_t times_usec[HISTORY_LEN]; /* monotonic, at sample number % HISTORY_LEN */
	uint64_t watched;		  /* cgroup.id; 0: none */
};

struct history *history_new(void)
{
	return xcalloc(1, sizeof(struct history));
}

static void ring_free(struct ring *ring)
{
	for (size_t s = 0; s < HISTORY_SERIES; s++)
		free(ring->series[s].values);
	free(ring);
}

void history_free(struct history *history)
{
	if (!history)
		return;
	for (size_t i = 0; i < history->len; i++)
		ring_free(history->rings[i]);
	free(history->rings);
	free(history);
}

/* Where @key is, or where it belongs. */
static size_t position(const struct history *history, uint64_t key)
{
	size_t low = 0, high = history->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (history->rings[middle]->key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct ring *find(const struct history *history, uint64_t key)
{
	size_t at = position(history, key);

	return at < history->len && history->rings[at]->key == key ? history->rings[at] : NULL;
}

static struct ring *find_or_add(struct history *history, uint64_t key)
{
	size_t at = position(history, key);
	struct ring *ring;

	if (at < history->len && history->rings[at]->key == key)
		return history->rings[at];
	if (history->len == history->cap) {
		history->cap = history->cap ? history->cap * 2 : 16;
		history->rings =
			xreallocarray(history->rings, history->cap, sizeof(*history->rings));
	}
	ring = xcalloc(1, sizeof(*ring));
	ring->key = key;
	ring->first = history->samples;
	memmove(&history->rings[at + 1], &history->rings[at],
		(history->len - at) * sizeof(*history->rings));
	history->rings[at] = ring;
	history->len++;
	return ring;
}

static float known_or_nan(struct rate rate)
{
	return rate_is_known(rate) ? (float)rate.value : NAN;
}

static float metric_or_nan(struct metric metric)
{
	return metric_is_known(metric) ? (float)metric.value : NAN;
}

static float sum_or_nan(struct rate a, struct rate b)
{
	return rate_is_known(a) && rate_is_known(b) ? (float)(a.value + b.value) : NAN;
}

/* The greatest that is known. */
static float worst_pressure(const struct usage_pressure *pressure)
{
	return fmaxf(fmaxf(known_or_nan(pressure->cpu_some_pct),
			   known_or_nan(pressure->memory_some_pct)),
		     known_or_nan(pressure->io_some_pct));
}

static bool is_same(float a, float b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* From here on values differ: those until now are written down. */
static void unfold(struct series *series)
{
	series->values = xreallocarray(NULL, HISTORY_LEN, sizeof(float));
	for (size_t i = 0; i < HISTORY_LEN; i++)
		series->values[i] = series->newest;
}

static void series_append(struct series *series, uint64_t sample, float value)
{
	bool same = is_same(series->newest, value);

	if (!series->known) {
		/* What comes before the first that is known is not kept at all. */
		series->known = isnan(value) ? 0 : sample;
		series->newest = value;
		series->same = sample;
		return;
	}
	if (!series->values && !same)
		unfold(series);
	if (series->values)
		series->values[sample % HISTORY_LEN] = value;
	if (!same)
		series->same = sample;
	series->newest = value;
	if (sample - series->same >= HISTORY_LEN) {
		free(series->values);
		series->values = NULL;
	}
}

static float series_at(const struct series *series, uint64_t sample)
{
	if (!series->known || sample < series->known)
		return NAN;
	return series->values ? series->values[sample % HISTORY_LEN] : series->newest;
}

static void append(struct history *history, uint64_t key, const float values[HISTORY_SERIES])
{
	struct ring *ring = find_or_add(history, key);

	for (size_t s = 0; s < HISTORY_SERIES; s++) {
		/* Samples that it was not there for are gaps, not what the ring held a round ago. */
		for (uint64_t missed = ring->last + 1;
		     ring->last && missed < history->samples && missed < ring->last + HISTORY_LEN;
		     missed++)
			series_append(&ring->series[s], missed, NAN);
		series_append(&ring->series[s], history->samples, values[s]);
	}
	ring->last = history->samples;
}

static void append_usage(struct history *history, uint64_t key, const struct usage *usage)
{
	const float values[HISTORY_SERIES] = {
		[HISTORY_CPU_PCT] = known_or_nan(usage->cpu.pct),
		[HISTORY_MEMORY_BYTES] = metric_is_known(usage->memory.working_set_bytes)
						 ? metric_or_nan(usage->memory.working_set_bytes)
						 : metric_or_nan(usage->memory.current_bytes),
		[HISTORY_PIDS] = metric_or_nan(usage->pids.current),
		[HISTORY_IO_BYTES] =
			sum_or_nan(usage->io.read_bytes_per_sec, usage->io.write_bytes_per_sec),
		[HISTORY_NET_BYTES] =
			sum_or_nan(usage->net.rx_bytes_per_sec, usage->net.tx_bytes_per_sec),
		[HISTORY_PRESSURE] = worst_pressure(&usage->pressure),
	};

	append(history, key, values);
}

static void append_host(struct history *history, const struct host *host)
{
	const float values[HISTORY_SERIES] = {
		[HISTORY_CPU_PCT] = known_or_nan(host->all.busy_pct),
		[HISTORY_MEMORY_BYTES] = metric_or_nan(host->memory_used_bytes),
		[HISTORY_PIDS] = metric_or_nan(host->threads),
		[HISTORY_IO_BYTES] = NAN,
		[HISTORY_NET_BYTES] = NAN,
		[HISTORY_PRESSURE] = worst_pressure(&host->pressure),
	};

	append(history, 0, values);
}

static void append_watched(struct history *history, const struct snapshot *snapshot)
{
	for (size_t i = 0; history->watched && i < snapshot->cgroups_len; i++) {
		const struct cgroup *cgroup = &snapshot->cgroups[i];

		if (cgroup->id == history->watched)
			append_usage(history, history_cgroup(cgroup->id), &cgroup->usage);
	}
}

static void forget_gone(struct history *history)
{
	size_t kept = 0;

	for (size_t i = 0; i < history->len; i++) {
		if (history->samples - history->rings[i]->last >= HISTORY_LEN)
			ring_free(history->rings[i]);
		else
			history->rings[kept++] = history->rings[i];
	}
	history->len = kept;
}

void history_add(struct history *history, const struct snapshot *snapshot)
{
	history->samples++;
	history->times_usec[history->samples % HISTORY_LEN] = snapshot->monotonic_usec;
	append_host(history, &snapshot->host);
	for (size_t i = 0; i < snapshot->containers_len; i++)
		append_usage(history, snapshot->containers[i].key, &snapshot->containers[i].usage);
	append_watched(history, snapshot);
	forget_gone(history);
}

/* Far from the small numbers of inodes: keys of containers are hashes. */
uint64_t history_cgroup(uint64_t cgroup_id)
{
	return cgroup_id ^ 0x6367726f75702121u;
}

static void forget(struct history *history, uint64_t key)
{
	size_t at = position(history, key);

	if (at == history->len || history->rings[at]->key != key)
		return;
	ring_free(history->rings[at]);
	history->len--;
	memmove(&history->rings[at], &history->rings[at + 1],
		(history->len - at) * sizeof(*history->rings));
}

void history_watch(struct history *history, uint64_t cgroup_id)
{
	if (history->watched == cgroup_id)
		return;
	if (history->watched)
		forget(history, history_cgroup(history->watched));
	history->watched = cgroup_id;
}

uint64_t history_span_usec(const struct history *history, size_t n)
{
	if (n < 2 || n > HISTORY_LEN || n > history->samples)
		return 0;
	return history->times_usec[history->samples % HISTORY_LEN] -
	       history->times_usec[(history->samples - n + 1) % HISTORY_LEN];
}

size_t history_get(const struct history *history, uint64_t key, enum history_series series,
		   double *out, size_t n)
{
	const struct ring *ring = find(history, key);
	uint64_t have;

	if (!ring)
		return 0;
	have = ring->last - ring->first + 1;
	if (have > HISTORY_LEN)
		have = HISTORY_LEN;
	if (n > have)
		n = (size_t)have;
	for (size_t i = 0; i < n; i++)
		out[i] = (double)series_at(&ring->series[series], ring->last - n + 1 + i);
	return n;
}
