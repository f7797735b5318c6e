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

#include "base/cleanup.h"
#include "base/library.h"

#define FUNCTIONS(X)                                                                               \
	X(init, cgroup_init)                                                                       \
	X(new_group, cgroup_new_cgroup)                                                            \
	X(add_controller, cgroup_add_controller)                                                   \
	X(create, cgroup_create_cgroup)                                                            \
	X(free_group, cgroup_free)

/* struct cgroup_api - loaded when it is asked, which is once on a host: linked, its 2.5 MB of tables would
 * cost each start 0.15 ms */
struct cgroup_api {
#define X(name, function) __typeof__(function) *name;
	FUNCTIONS(X)
#undef X
};

static const struct library_function functions[] = {
#define X(name, function) {#function, offsetof(struct cgroup_api, name)},
	FUNCTIONS(X)
#undef X
};

/* The library keeps its table of mounts in globals without a lock. */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static bool make(const char *path, const char *const *controllers)
{
	struct cgroup_api api;
	struct cgroup *group;
	bool fine = true;

	if (library_load(BOXTOP_LIBCGROUP, functions, ARRAY_LEN(functions), &api, NULL) < 0 ||
	    api.init() != 0)
		return false;
	group = api.new_group(path);
	if (!group)
		return false;
	for (; *controllers; controllers++)
		fine &= api.add_controller(group, *controllers) != NULL;
	fine = fine && api.create(group, 0) == 0;
	api.free_group(&group);
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
