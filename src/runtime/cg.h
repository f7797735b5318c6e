/* SPDX-License-Identifier: MIT */
/*
 * The cgroups of a sandbox, internal to the runtime: which directory in which hierarchy, made with their
 * limits before the first process enters, removed deepest first. Decides per controller where it lives,
 * never per host; on hybrid a twin in the v2 tree carries kill, freeze, events and pressure. Never enables
 * a controller for, or changes, a group that isn't ours.
 */
#ifndef BOXTOP_RUNTIME_CG_H
#define BOXTOP_RUNTIME_CG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hierarchy.h"
#include "runtime/limits.h"

enum cg_manager {
	CG_NONE = 0, /* no group could be made: see notes */
	CG_DIRECT,   /* directories that we made */
	CG_SYSTEMD,  /* a delegated scope */
};

/** struct cg - a sandbox's groups; zeroed is none; finish with cg_finish() */
struct cg {
	enum cg_manager manager;
	struct hierarchies hierarchies;
	char *paths
		[CGROUP_CONTROLLERS]; /* below each controller's mount; NULL: none there. Controllers
					  * that share a hierarchy share the text */
	uint64_t inode;		      /* of the directory in @primary */
	enum cgroup_controller primary;
	char *unit;	/* systemd scope; NULL */
	int unified_fd; /* the v2 directory, for CLONE_INTO_CGROUP; -1 */
	int task_fds
		[HIERARCHIES_MAX]; /* v1 "tasks" files, opened for writing: the child, while it has one
					* thread, writes "0" into each. Unlike cgroup.procs that waits for
					* no grace period (0.1 ms instead of 12) */
	size_t task_fds_len;
	struct arena arena;
	char **notes; /* limits that can't be had, and why; ends with NULL */
	size_t notes_len;
};

/** struct cg_request - the groups to be; borrowed */
struct cg_request {
	const char *name;
	const char
		*parent; /* asked for; NULL: boxtop where we may write, below a group that was given
			     * to this user, or where systemd runs the host a scope of its own */
	const struct limit_set *limits; /* what is .set in it; NULL: none */
	pid_t init; /* a process for systemd's scope to hold at first; it ends in the group. 0: the
		     * caller, which moves into the scope, beside the group */
};

/**
 * cg_create() - make the groups of a sandbox and set its limits
 *
 * What can't be had becomes a note, "memory: why"; also for a limit that was asked for, and the caller
 * decides. Undone on failure.
 * Return: 0; -EEXIST; other -errno with @err.
 */
int cg_create(const struct cg_request *request, struct cg *out, struct err *err);

/**
 * cg_find() - what cg_create() of that name and parent makes, as far as it is there
 *
 * For who cleans up after a creator that was killed before it could say what it had made. Of those in a
 * systemd scope nothing is left without a process.
 * Return: 0, with manager CG_NONE where there is nothing; -errno with @err.
 */
int cg_find(const char *name, const char *parent, struct cg *out, struct err *err);

/** cg_open() - the groups of an earlier cg_create() from what the state says; gone ones are left out */
int cg_open(enum cg_manager manager, const char *const paths[CGROUP_CONTROLLERS], struct cg *out,
	    struct err *err);

/** cg_reach() - before a process is started in groups that others made: a plain user's is let out of its
 *  login session only by systemd, into the scope. 0; -errno with @err */
int cg_reach(const struct cg *cg, struct err *err);

/** cg_remove() - rmdir, deepest first, retrying EBUSY for a moment; they must be empty. Gone is fine */
int cg_remove(struct cg *cg, struct err *err);

/** cg_finish() - close and free; the groups stay */
void cg_finish(struct cg *cg);

#endif
