/* SPDX-License-Identifier: MIT */
/*
 * A cgroup directory, all below it, and the processes in them, on the way to a kill, internal to the
 * runtime. Hot: what cg_tree does elsewhere, without memory of its own.
 */
#ifndef BOXTOP_RUNTIME_HOT_WALK_H
#define BOXTOP_RUNTIME_HOT_WALK_H

#include <stdbool.h>
#include <sys/types.h>

#include "runtime/hot.h"

/** HOT_WALK_DEPTH - levels; each is an open descriptor. What is deeper is not seen */
#define HOT_WALK_DEPTH 256

/** struct hot_walk - a walk; hot_walk_start(), then hot_walk_next() until it is -1 */
struct hot_walk {
	int fds[HOT_WALK_DEPTH];      /* from the top down; the last one is where we are */
	int64_t next[HOT_WALK_DEPTH]; /* where its listing goes on */
	int depth;
	bool first;
	struct hot_dir dir;
};

/** hot_walk_start() - walk @fd, the caller's, and every directory below it, parents first */
void hot_walk_start(struct hot_walk *walk, int fd);
/** hot_walk_next() - the next directory, borrowed; -1 at the end. Those that vanish are left out */
int hot_walk_next(struct hot_walk *walk);
/** hot_walk_end() - end it before its end */
void hot_walk_end(struct hot_walk *walk);

/** struct hot_members - the processes of one group, as its cgroup.procs lists them */
struct hot_members {
	int fd;
	size_t at, len;
	char buf[4096];
};

/** hot_members_start() - of the group whose directory is @fd; hot_members_next(): 0 at the end, which
 *  closes it */
void hot_members_start(struct hot_members *members, int fd);
pid_t hot_members_next(struct hot_members *members);
void hot_members_end(struct hot_members *members);

#endif
