/* SPDX-License-Identifier: MIT */
/* Sets of processes in memory that was reserved before, for the way to a kill, internal to the runtime. */
#ifndef BOXTOP_RUNTIME_SEEN_H
#define BOXTOP_RUNTIME_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** struct seen - a set of processes, each as start time and pid in one number; never grows */
struct seen {
	uint64_t *slots; /* 0: free */
	size_t cap;	 /* a power of two */
	size_t len;
	size_t lost; /* of those that found no room */
};

/** seen_reserve() - room for @processes and as many as there may come to be; resident */
void seen_reserve(struct seen *seen, size_t processes);
void seen_finish(struct seen *seen);

/** seen_clear() - hot: forget all of them */
void seen_clear(struct seen *seen);
/** seen_add() - hot: whether it is new; a full set takes everything for new */
bool seen_add(struct seen *seen, pid_t pid, uint64_t start_ticks);
/** seen_has() - hot */
bool seen_has(const struct seen *seen, pid_t pid, uint64_t start_ticks);

#endif
