/* SPDX-License-Identifier: MIT */
/*
 * Brakes, and a guard over them, internal to the runtime. A brake is a kernel file with another value
 * for a short while: pids.max at 0, so that a group can't fork; a frozen v1 freezer; kernel.threads-max
 * at 1. The guard is a process of its own, started before anything is braked, that gives every file its
 * value back when we die in any way, SIGKILL included, or when a brake lasts too long. Without a guard
 * nothing is braked.
 */
#ifndef BOXTOP_RUNTIME_GUARD_H
#define BOXTOP_RUNTIME_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct guard;

/** struct guard_file - a file that can be braked */
struct guard_file {
	int fd;		     /* open for reading and writing; taken */
	const char *braked;  /* what is written: "0", "FROZEN" */
	const char *value;   /* what is given back; NULL: what it says when it is braked */
	uint64_t limit_usec; /* for how long at the most */
};

/** guard_new() - room for @files brakes; never fails but for memory */
struct guard *guard_new(size_t files);

/** guard_add() - a brake, off; its number. Before guard_start() */
size_t guard_add(struct guard *guard, const struct guard_file *file);

/** guard_start() - start the process; tries again for @patience_usec where the host can't fork.
 *  0; -errno with @err: then guard_brake() refuses */
int guard_start(struct guard *guard, uint64_t patience_usec, struct err *err);

/** guard_pid() - its process, which must not be killed with the others; 0: none */
pid_t guard_pid(const struct guard *guard);

/** guard_free() - release what is braked, end the process */
void guard_free(struct guard *guard);

/* ---- Hot: no fork, no allocation, no lock ---- */

/** guard_files() - how many brakes there are */
size_t guard_files(const struct guard *guard);

/**
 * guard_brake() - write the brake's value, after the guard knows
 *
 * A file that has this value already is somebody else's brake, or meant to be so: it is left alone,
 * and is nothing to give back.
 * Return: 1 braked by us; 0 it was so already; -ESRCH no guard; other -errno.
 */
int guard_brake(struct guard *guard, size_t file);

/** guard_holds() - whether it is braked by us and not given back, by us or by the guard */
bool guard_holds(const struct guard *guard, size_t file);

/** guard_release() - give the value back, unless somebody has set another one meanwhile; 0 or -errno */
int guard_release(struct guard *guard, size_t file);
void guard_release_all(struct guard *guard);

#endif
