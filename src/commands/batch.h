/* SPDX-License-Identifier: MIT */
/* Samples for commands without a screen: one after the other, each with its rates, at even times. */
#ifndef BOXTOP_COMMANDS_BATCH_H
#define BOXTOP_COMMANDS_BATCH_H

#include "base/err.h"
#include "collectors/collector.h"
#include "model/snapshot.h"

/* BATCH_PRIME_USEC - between a first sample and one that only gives it rates. A whole number of the
 * kernel's quota periods of 100 ms: a part of one would see a throttled cgroup run, or wait, only */
#define BATCH_PRIME_USEC 500000

enum batch_flags {
	BATCH_EXPENSIVE = 1 << 0, /* read the expensive fields of every process too */
	BATCH_LASTING = 1 << 1,	  /* many samples are to come */
};

/** struct batch - batch_init(), batch_finish() */
struct batch {
	struct collect *collect;
	struct demand demand;
	struct snapshot *before; /* the last sample; NULL: none yet */
	uint64_t due_usec;	 /* monotonic: when the next sample is due; 0: at once */
};

/**
 * batch_init() - take hold of the kernel's files
 * @sources: what each sample reads (enum source bits)
 * @flags:   enum batch_flags
 *
 * Return: 0; -errno with @err ("open /proc: ...").
 */
int batch_init(struct batch *batch, unsigned int sources, unsigned int flags, struct err *err);
void batch_finish(struct batch *batch);

/** batch_wait() - let the next batch_sample() wait until @usec after the last one was due */
void batch_wait(struct batch *batch, uint64_t usec);

/**
 * batch_sample() - wait if there is something to wait for, then take a sample with its rates
 * @out: borrowed until the next call
 *
 * Return: 0; -errno with @err only if /proc itself can't be read.
 */
int batch_sample(struct batch *batch, const struct snapshot **out, struct err *err);

#endif
