/* SPDX-License-Identifier: MIT */
/*
 * Which cgroup hierarchies there are and where they can be read: from /proc/self/mountinfo and
 * /proc/self/cgroup, never by guessing paths. Controllers of v1 may be mounted together; a hierarchy
 * may be mounted several times, hidden under another mount, or show only a part of itself, as inside a
 * container. Hierarchies that hold nothing that we read (devices, net_cls, perf_event, ...) are left out.
 */
#ifndef BOXTOP_BASE_HIERARCHY_H
#define BOXTOP_BASE_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/** enum cgroup_layout - how the host mounts its hierarchies */
enum cgroup_layout {
	CGROUP_LAYOUT_NONE = 0, /* no cgroup file system mounted */
	CGROUP_LAYOUT_UNIFIED,	/* v2 only */
	CGROUP_LAYOUT_HYBRID,	/* v1 controllers, and a v2 tree beside them */
	CGROUP_LAYOUT_LEGACY,	/* v1 only */
};

/** enum cgroup_controller - what may live in a hierarchy of its own */
enum cgroup_controller {
	CGROUP_UNIFIED = 0, /* the v2 tree itself */
	CGROUP_SYSTEMD,	    /* v1 name=systemd: no controller, only membership */
	CGROUP_CPU,
	CGROUP_CPUACCT, /* v1 only; part of cpu on v2 */
	CGROUP_CPUSET,
	CGROUP_MEMORY,
	CGROUP_IO, /* blkio on v1 */
	CGROUP_PIDS,
	CGROUP_FREEZER, /* v1 only; part of the core on v2 */
	CGROUP_CONTROLLERS,
};

/** cgroup_layout_text() - "unified", "hybrid", "legacy", "none" */
const char *cgroup_layout_text(enum cgroup_layout layout);
/** cgroup_controller_text() - "memory", "pids", "name=systemd", "unified", ... (v2 names) */
const char *cgroup_controller_text(enum cgroup_controller controller);

/** HIERARCHIES_MAX - each has a controller of its own, so there can't be more */
#define HIERARCHIES_MAX CGROUP_CONTROLLERS

/** HIERARCHY_NONE - no hierarchy, where an index of one could stand */
#define HIERARCHY_NONE UINT8_MAX

/** struct hierarchy - one, at the mount that shows most of it */
struct hierarchy {
	bool v2;
	unsigned int controllers;	   /* bits 1 << enum cgroup_controller */
	unsigned int dev_major, dev_minor; /* of its file system: the same for all its mounts */
	char *mount_point;		   /* absolute, escapes undone */
	char *root;	 /* the part that the mount shows: "/" for all of it; "/docker/x" inside a
			  * container; "/../.." where it reaches above our cgroup namespace */
	char *self_path; /* our own path in it as /proc/self/cgroup has it, or NULL */
	int fd;		 /* the mount point, opened; -1 */
};

/** struct hierarchies - all of them; init with HIERARCHIES_INIT */
struct hierarchies {
	struct hierarchy items[HIERARCHIES_MAX];
	size_t len;
	enum cgroup_layout layout;
	uint8_t of[CGROUP_CONTROLLERS]; /* index in items of where that controller lives */
	struct err
		trouble; /* what could not be understood or opened: a person should know; code 0 */
};

#define HIERARCHIES_INIT ((struct hierarchies) {.len = 0})

/**
 * hierarchies_find() - read /proc/self/{mountinfo,cgroup} and open the hierarchies
 * @root_fd: the directory that stands for "/"
 * @out:	 replaced; give it to hierarchies_finish()
 *
 * A host without cgroups has the layout CGROUP_LAYOUT_NONE; that is no failure.
 * Return: 0; -errno with @err where mountinfo itself can't be read, or for want of resources.
 */
int hierarchies_find(int root_fd, struct hierarchies *out, struct err *err);

/**
 * hierarchies_parse() - the same from the texts of both files, opening nothing
 *
 * The controllers of the v2 hierarchy are not known before it is open: its only bit is CGROUP_UNIFIED,
 * and layout and of[] are settled by hierarchies_settle().
 */
void hierarchies_parse(struct span mountinfo, struct span self_cgroup, struct hierarchies *out);

/** hierarchies_settle() - layout and of[] from what items hold; drops what the layout has no use for */
void hierarchies_settle(struct hierarchies *hierarchies);

/** hierarchies_equal() - whether both found the same mounts */
bool hierarchies_equal(const struct hierarchies *a, const struct hierarchies *b);

void hierarchies_finish(struct hierarchies *hierarchies);

/**
 * hierarchy_visible_path() - where a path of /proc/PID/cgroup stands below the mount point
 * @out_path: borrows from @path; "/" for the mount point itself
 *
 * Return: false where the mount doesn't show it.
 */
bool hierarchy_visible_path(const struct hierarchy *hierarchy, struct span path,
			    struct span *out_path);

/** hierarchy_controller_bits() - bits 1 << enum cgroup_controller of a list like "cpu,cpuacct" or, in
 *  cgroup.controllers, "cpu io memory"; what we don't read has none */
unsigned int hierarchy_controller_bits(struct span list, char sep);

/** hierarchies_of_line() - index of the hierarchy that a line of /proc/PID/cgroup is about, by its
 *  controllers; HIERARCHY_NONE */
uint8_t hierarchies_of_line(const struct hierarchies *hierarchies, uint64_t hierarchy_id,
			    struct span controllers);

#endif
