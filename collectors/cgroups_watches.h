/* SPDX-License-Identifier: MIT */
/* What changed in the tree of groups since the last pass, for cgroups_tree.c. */
#ifndef BOXTOP_COLLECTORS_CGROUPS_WATCHES_H
#define BOXTOP_COLLECTORS_CGROUPS_WATCHES_H

#include "collectors/cgroups.h"

/** cgroup_watch_add() - of a directory that has no watch; none where the budget ends */
void cgroup_watch_add(struct cgroup_tree *tree, struct cgroup_dir *dir);
/** cgroup_watch_forget() - of one that leaves the tree */
void cgroup_watch_forget(struct cgroup_tree *tree, struct cgroup_dir *dir);
/** cgroup_watches_take() - mark what changed since the last time */
void cgroup_watches_take(struct cgroup_tree *tree);

#endif
