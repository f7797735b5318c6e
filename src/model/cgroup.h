/* SPDX-License-Identifier: MIT */
/* A control group: one row per group, however many hierarchies it has a directory in. */
#ifndef BOXTOP_MODEL_CGROUP_H
#define BOXTOP_MODEL_CGROUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/hierarchy.h"
#include "model/usage.h"

#define INDEX_NONE UINT32_MAX

/** struct cgroup - one group. Strings are raw bytes in the snapshot's arena: sanitize to show */
struct cgroup {
	uint64_t id;	/* inode of the directory that names it: the v2 cgroup id on a unified host.
			   * Unlike an inode it is unique over all hierarchies of a host */
	uint64_t inode; /* of that directory, in the hierarchy of @naming */
	enum cgroup_controller naming; /* what has it: which of @paths is @path */
	const char *path;	       /* of that directory below its mount; "/" for the root */
	const char *name;	       /* last component of @path; "/" for the root */
	const char
		*paths[CGROUP_CONTROLLERS]; /* its path where that controller lives, NULL if it has
						* no directory there; may differ on v1 */
	uint32_t parent;		    /* index in snapshot.cgroups; INDEX_NONE for the root */
	uint32_t subtree_end;	    /* index after its last descendant (the array is in preorder) */
	uint32_t depth;		    /* 0 for the root */
	uint32_t container;	    /* innermost container that it belongs to, or INDEX_NONE */
	uint32_t limit_from_memory; /* the ancestor (or itself) that sets the effective limit; */
	uint32_t limit_from_cpu;    /* INDEX_NONE where the host does */
	uint32_t limit_from_pids;
	struct metric own_processes; /* members of its own cgroup.procs, without descendants */
	uint32_t
		counted_again; /* processes that several groups below have, in different hierarchies,
				 * and whose innermost common group this is: once for each too many */
	struct usage usage;
};

struct snapshot;

/** cgroup_resolve() - after collecting: subtree process totals, effective limits and where they come
 *  from, host caps. Needs preorder, parents and subtree_end set. */
void cgroup_resolve(struct snapshot *snapshot);

#endif
