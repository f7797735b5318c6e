/* SPDX-License-Identifier: MIT */
/*
 * Which processes there are: their pids, and the inode number of each one's /proc directory, which tells
 * a process from a later one with the same pid. Listing /proc tells both, but makes the kernel look at
 * every process: 6 to 8 ms for 10,000. In between, the list follows the cgroups: they were read anyway.
 */
#ifndef BOXTOP_COLLECTORS_PIDS_LIST_H
#define BOXTOP_COLLECTORS_PIDS_LIST_H

#include <dirent.h>

#include "collectors/collector.h"

/** struct listed - one process */
struct listed {
	pid_t pid;
	bool known; /* for the owner of the list; false after an update */
	uint64_t inode;
};

/** struct pids_list - init with {0}, pids_list_finish() */
struct pids_list {
	struct listed *items; /* ascending pid */
	size_t len, cap;
	struct listed *before; /* the items of the last pass, while the list follows */
	size_t before_len, before_cap;
	DIR *proc;	       /* our own open /proc: the offset of pass.proc_fd is not ours */
	bool own_ns;	       /* /proc shows our own pid namespace: set by the owner */
	pid_t newest;	       /* the pid that was given out last; 0 unknown */
	unsigned int followed; /* passes since /proc was listed */
	bool covered;	       /* when it was, the cgroups had nearly all of its processes */
};

/**
 * pids_list_update() - the processes of this pass
 * @pass: with members, where cgroups were read
 *
 * A process that is in no cgroup that we see (yet) may come up to 16 passes late, and so does the
 * news of a pid that was given again on purpose (CRIU). Any other reuse is seen at once.
 * Return: 0; -errno with @err where /proc can't be listed.
 */
int pids_list_update(struct pids_list *list, const struct pass *pass, struct err *err);
void pids_list_finish(struct pids_list *list);

#endif
