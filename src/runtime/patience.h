/* SPDX-License-Identifier: MIT */
/*
 * How long a kill waits for the dying, internal to the runtime. Hot. On a machine with a load of thousands
 * each takes its time, and who gives up meanwhile leaves the rest of a bomb to grow again: a deadline counts
 * from the last one's end.
 */
#ifndef BOXTOP_RUNTIME_PATIENCE_H
#define BOXTOP_RUNTIME_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

/** PATIENCE_TIMES - how many deadlines it may be in all */
#define PATIENCE_TIMES 12

/** struct patience - all in microseconds of the monotonic clock */
struct patience {
	uint64_t deadline_usec; /* how long nobody may end */
	uint64_t last_usec;	/* when the last one did */
	uint64_t count_usec;	/* when to count again */
	uint64_t end_usec;	/* of all patience */
	uint64_t left;		/* at the last count */
};

static inline void patience_begin(struct patience *patience, uint64_t now, uint64_t deadline_usec)
{
	*patience = (struct patience) {
		.deadline_usec = deadline_usec,
		.last_usec = now,
		.count_usec = now + deadline_usec / 4,
		.end_usec = now + PATIENCE_TIMES * deadline_usec,
	};
}

/** patience_wants_count() - whether it is time for patience_count(), where counting is dear */
static inline bool patience_wants_count(const struct patience *patience, uint64_t now)
{
	return now >= patience->count_usec;
}

/** patience_count() - @left are there now; fewer than before: it goes on */
static inline void patience_count(struct patience *patience, uint64_t now, uint64_t left)
{
	if (left < patience->left)
		patience->last_usec = now;
	patience->left = left;
	patience->count_usec = now + patience->deadline_usec / 4;
}

static inline bool patience_is_over(const struct patience *patience, uint64_t now)
{
	return now >= patience->last_usec + patience->deadline_usec || now >= patience->end_usec;
}

#endif
