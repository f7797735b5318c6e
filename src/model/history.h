/* SPDX-License-Identifier: MIT */
/* Rings of past values per container, for graphs and trends; fed once per snapshot. */
#ifndef BOXTOP_MODEL_HISTORY_H
#define BOXTOP_MODEL_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "model/snapshot.h"

#define HISTORY_LEN 300 /* samples kept */

/** enum history_series - what is remembered */
enum history_series {
	HISTORY_CPU_PCT = 0,
	HISTORY_MEMORY_BYTES, /* working set */
	HISTORY_PIDS,
	HISTORY_IO_BYTES,  /* read + write per second */
	HISTORY_NET_BYTES, /* received + sent per second */
	HISTORY_PRESSURE,  /* the greatest of the three "some", percent */
	HISTORY_SERIES,
};

struct history;

struct history *history_new(void);
void history_free(struct history *history);
/** history_add() - append one sample per container; forgets those gone for HISTORY_LEN samples */
void history_add(struct history *history, const struct snapshot *snapshot);
/** history_watch() - remember a cgroup too, as long as it is this one; 0: none. What was remembered of
 *  another one is forgotten */
void history_watch(struct history *history, uint64_t cgroup_id);
/** history_cgroup() - the key of a cgroup that is watched, for history_get() */
uint64_t history_cgroup(uint64_t cgroup_id);
/** history_span_usec() - the time from the @n newest sample to the newest; 0 where there are fewer */
uint64_t history_span_usec(const struct history *history, size_t n);

/**
 * history_get() - the newest @n values of a series, oldest first, NAN where unknown
 * @key: container.key; history_cgroup() of a watched cgroup; 0 for the host
 *
 * Return: how many were written to @out (fewer than @n early on; 0 for an unknown key).
 */
size_t history_get(const struct history *history, uint64_t key, enum history_series series,
		   double *out, size_t n);

#endif
