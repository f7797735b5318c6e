/* SPDX-License-Identifier: MIT */
/* A cgroup directory and all below it, by descriptors: walked, its processes listed, removed. */
#ifndef BOXTOP_RUNTIME_CG_TREE_H
#define BOXTOP_RUNTIME_CG_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/** CG_TREE_DEPTH_MAX - levels that are walked; what is deeper fails with -ELOOP */
#define CG_TREE_DEPTH_MAX 64

/** cg_tree_visit_fn - one directory, open at @fd; not 0 ends the walk */
typedef int cg_tree_visit_fn(int fd, void *context, struct err *err);

/**
 * cg_tree_walk() - visit @fd and every directory below it, parents first
 *
 * Directories that vanish meanwhile are left out.
 * Return: 0; what @visit returned if not 0; -errno with @err.
 */
int cg_tree_walk(int fd, cg_tree_visit_fn *visit, void *context, struct err *err);

/** struct cg_pids - processes; init with CG_PIDS_INIT */
struct cg_pids {
	pid_t *items;
	size_t len, cap;
};

#define CG_PIDS_INIT ((struct cg_pids) {NULL, 0, 0})

/** cg_pids_add_tree() - append the members of @fd and all below it; 0; -errno with @err */
int cg_pids_add_tree(struct cg_pids *pids, int fd, struct err *err);
/** cg_pids_sort() - ascending, each once */
void cg_pids_sort(struct cg_pids *pids);
bool cg_pids_has(const struct cg_pids *pids, pid_t pid);
void cg_pids_finish(struct cg_pids *pids);

/**
 * cg_tree_remove() - rmdir @name below @parent_fd and all below it, the deepest first
 *
 * A killed process leaves its groups a moment after it was reaped: EBUSY is tried again for
 * @patience_usec. Not there is fine.
 * Return: 0; -EBUSY, other -errno with @err.
 */
int cg_tree_remove(int parent_fd, const char *name, unsigned int patience_usec, struct err *err);

#endif
