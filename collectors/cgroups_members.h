/* SPDX-License-Identifier: MIT */
/* Which process is in which group: what cgroups_members.c and cgroups_sets.c share. Internal to them. */
#ifndef BOXTOP_COLLECTORS_CGROUPS_MEMBERS_H
#define BOXTOP_COLLECTORS_CGROUPS_MEMBERS_H

#include "collectors/cgroups.h"

/** struct found - that a process is in the group of a row */
struct found {
	pid_t pid;
	uint32_t row;
	bool named; /* it is of v2 on a unified host, of systemd's tree elsewhere */
};

/** struct run - all that was found of one process, by row: in preorder */
struct run {
	const struct found *items;
	size_t len;
};

/** cgroup_dir_names() - whether a directory of that hierarchy names its row */
bool cgroup_dir_names(const struct cgroup_tree *tree, const struct cgroup_dir *dir);
/** cgroup_run_best() - the row that the process goes to */
uint32_t cgroup_run_best(const struct cgroup_rows *rows, const struct run *run);
/** cgroup_run_count_once() - take away what @processes with this run count again in subtrees */
void cgroup_run_count_once(const struct cgroup_rows *rows, const struct run *run,
			   uint32_t processes, struct cgroup *cgroups);

struct cgroup_sets;

struct cgroup_sets *cgroup_sets_new(void);
void cgroup_sets_free(struct cgroup_sets *sets);
/** cgroup_sets_forget() - the tree changed: directories have to be found again */
void cgroup_sets_forget(struct cgroup_sets *sets);
/**
 * cgroup_sets_read() - members from the facts of the task iterator
 *
 * Return: false: there are none, or a hierarchy isn't shown from its root on: cgroup.procs has to tell.
 */
bool cgroup_sets_read(struct cgroup_sets *sets, struct cgroup_tree *tree, struct cgroup_rows *rows,
		      struct pass *pass);

#endif
