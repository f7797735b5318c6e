/* SPDX-License-Identifier: MIT */
/*
 * What libcgroup is asked for: to make the one group that all of ours are in, in the v1 hierarchies, once
 * on a host. Why not more of it (libcgroup 2.0.2, Linux 6.18, nine hierarchies):
 *
 * - Each sandbox's own groups are made on the way to its start, where 4 to 5 ms are all there is: 0.5 ms
 *   for cgroup_init() and 1.7 ms to create, against 0.3 ms for mkdir(2), the limits and their opening.
 *   Removing takes 0.4 ms, against 0.15 ms.
 * - On v2 creating a group enables controllers in groups that are not ours, and a tree without controllers,
 *   as hybrid hosts have, is invisible to it.
 * - Limits are set on groups held by descriptor; it goes by path, where another group may be by now.
 * - Deleting moves the processes that are left to the group above; ours has to fail.
 *
 * Whether it works is seen from what is there afterwards, not from its version: whatever it leaves out is
 * made without it.
 */
#include "runtime/cg_libcgroup.h"

#include <libcgroup.h>
#include <pthread.h>

/* The library keeps its table of mounts in globals without a lock. */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static bool make(const char *path, const char *const *controllers)
{
	struct cgroup *group;
	bool fine = true;

	if (cgroup_init() != 0)
		return false;
	group = cgroup_new_cgroup(path);
	if (!group)
		return false;
	for (; *controllers; controllers++)
		fine &= cgroup_add_controller(group, *controllers) != NULL;
	fine = fine && cgroup_create_cgroup(group, 0) == 0;
	cgroup_free(&group);
	return fine;
}

bool cg_library_make(const char *path, const char *const *controllers)
{
	bool fine;

	pthread_mutex_lock(&one_at_a_time);
	fine = make(path, controllers);
	pthread_mutex_unlock(&one_at_a_time);
	return fine;
}
