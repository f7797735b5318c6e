/* SPDX-License-Identifier: MIT */
/*
 * What limit, freeze, thaw, kill and stop act on: operands to held targets. All of them are understood
 * and held before anything is done to the first.
 */
#ifndef BOXTOP_COMMANDS_TARGETS_H
#define BOXTOP_COMMANDS_TARGETS_H

#include "base/err.h"
#include "commands/batch.h"
#include "model/snapshot.h"
#include "runtime/runtime.h"

/** struct target_item - one of them */
struct target_item {
	const char *operand; /* as it was typed; borrowed */
	char *label;	     /* raw: "web (docker)", or the path of a cgroup */
	uint32_t container;  /* index in the snapshot, or INDEX_NONE */
	uint32_t cgroup;     /* index in the snapshot, or INDEX_NONE */
	struct target *target;
};

/** struct targets - targets_hold(), targets_finish() */
struct targets {
	struct batch batch;
	const struct snapshot *snapshot; /* in which they were found; of the last sample */
	struct target_item *items;
	size_t len;
};

/** TARGETS_SOURCES - what a sample has to read so that an operand can be held */
#define TARGETS_SOURCES (SOURCE_IDENTITY | SOURCE_PROCS | SOURCE_NS | SOURCE_CGROUP_PROCS)

/**
 * targets_hold() - find and hold what each operand means: a container by name, id, the start of its id,
 * the pid of a process in it or a cgroup of it; or any cgroup by its path
 * @sources: to be sampled beside TARGETS_SOURCES
 *
 * What is named twice is there once.
 * Return: 0; -ENOENT, -EINVAL (it may be several), -EPERM (refused), other -errno with @err. Finish it
 * anyway.
 */
int targets_hold(struct targets *targets, int n, char *const *operands, unsigned int sources,
		 struct err *err);
void targets_finish(struct targets *targets);

/** targets_sample() - another sample half a second later, with rates; the items keep what is held, and
 *  their indices are those of the new snapshot, INDEX_NONE for what is gone */
int targets_sample(struct targets *targets, struct err *err);

/** target_request_of_container() - how to hold the row of a container; borrows from @snapshot but for
 *  .name, which is not set */
struct target_request target_request_of_container(const struct snapshot *snapshot, uint32_t index);
/** target_request_of_cgroup() - the same of a cgroup */
struct target_request target_request_of_cgroup(const struct snapshot *snapshot, uint32_t index);

#endif
