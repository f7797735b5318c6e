/* SPDX-License-Identifier: MIT */
/*
 * What a held target is made of, for the files of the runtime that act on one. The descriptors stay open
 * from target_hold() to target_free(): what opens files below them needs no path and no lookup.
 */
#ifndef BOXTOP_RUNTIME_TARGET_PRIVATE_H
#define BOXTOP_RUNTIME_TARGET_PRIVATE_H

#include "runtime/target.h"

/** struct target_place - its directory in one hierarchy */
struct target_place {
	uint8_t hierarchy; /* index in target.hierarchies.items */
	bool v2;
	int fd; /* the directory: read, openat() below it */
	uint64_t inode;
	char *path; /* below the mount point; never "/" */
};

/** struct target - see target.h. Not shared between threads */
struct target {
	char *name;
	struct hierarchies hierarchies;
	struct target_place places[HIERARCHIES_MAX]; /* one for each hierarchy that has it */
	size_t places_len;			     /* 0: it is known by its namespaces alone */
	uint8_t of[CGROUP_CONTROLLERS]; /* index in @places of where a controller's files are;
					 * HIERARCHY_NONE */
	enum cgroup_controller primary;
	char *unit;	   /* NULL: no systemd unit */
	bool user_unit;	   /* @unit is the user manager's */
	uint32_t unit_uid; /* of that manager */
	pid_t leader;	   /* 0: none, or gone */
	uint64_t leader_start_ticks;
	int pidfd;	    /* of @leader, whose start time was checked after it was opened; -1 */
	bool pid_namespace; /* @leader is init of a pid namespace */
};

/** target_place_of() - where the files of @controller are; NULL */
static inline const struct target_place *target_place_of(const struct target *target,
							 enum cgroup_controller controller)
{
	uint8_t i = target->of[controller];

	return i == HIERARCHY_NONE ? NULL : &target->places[i];
}

/** target_place_is_there() - whether its path is this group's still: it may be another one's by now */
bool target_place_is_there(const struct target *target, const struct target_place *place);

/** target_open_new() - places at @path that were not there when it was held: systemd makes a unit's group
 *  in a v1 hierarchy when it is told to limit something there */
void target_open_new(struct target *target, const char *path);

/** target_check() - refuse what must never be acted on; 0; -EPERM with @err; other -errno */
int target_check(const struct target *target, struct err *err);

/** target_find_unit() - set @unit where systemd runs the host and the group is a unit's own */
void target_find_unit(struct target *target);

#endif
