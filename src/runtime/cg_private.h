/* SPDX-License-Identifier: MIT */
/* The making of a sandbox's groups, internal to cg*.c. */
#ifndef BOXTOP_RUNTIME_CG_PRIVATE_H
#define BOXTOP_RUNTIME_CG_PRIVATE_H

#include "runtime/cg.h"
#include "runtime/limits_files.h"

/** CG_PARENT - the group that ours are made below, where no other parent is asked for */
#define CG_PARENT "boxtop"

/** struct cg_seat - the group of a hierarchy that ours are made below; it is not ours */
struct cg_seat {
	int fd;	       /* -1: none */
	char *path;    /* "" for the root, "/a/b" */
	bool is_scope; /* given to us by systemd: ours are right below it */
};

/** struct cg_making - a group in the making */
struct cg_making {
	struct cg *cg;
	const char *name;
	const char *parent;		/* below each seat: CG_PARENT, or what was asked for */
	bool parent_is_ours;		/* CG_PARENT: what it lacks we may give it */
	const struct limit_set *limits; /* what is asked for */
	struct cg_seat seats[HIERARCHIES_MAX];
	int fds[HIERARCHIES_MAX];		    /* the directories made; -1 */
	char *paths[HIERARCHIES_MAX];		    /* of them; in the arena of @cg */
	unsigned int parents_made[HIERARCHIES_MAX]; /* bits: which components of @parent were not
						     * there before */
	bool library_asked;
};

/**
 * cg_seat_find() - where groups can be made in a hierarchy
 * @wanted: bits 1 << enum cgroup_controller that should be had there
 *
 * As root that is the root of the hierarchy, else a group above our own that was given to us.
 * Return: 0; -EACCES with @err saying what would help.
 */
int cg_seat_find(const struct hierarchy *hierarchy, unsigned int wanted, struct cg_seat *out,
		 struct err *err);
void cg_seat_finish(struct cg_seat *seat);

/** cg_find_seats() - in every hierarchy; notes where there is none */
void cg_find_seats(struct cg_making *making);
/** cg_make_directories() - in every hierarchy that has a seat; notes where it may not be. What was made
 *  when it failed is in @making */
int cg_make_directories(struct cg_making *making, struct err *err);
/** cg_open_directories() - those that are there */
void cg_open_directories(struct cg_making *making);
/** cg_unmake_directories() - what was made so far */
void cg_unmake_directories(struct cg_making *making);

/** cg_enable_controllers() - for the groups below one that is ours: all that it has itself */
void cg_enable_controllers(int fd);

/** cg_scope_is_for() - whether systemd is to be asked */
bool cg_scope_is_for(const struct cg_making *making);
/**
 * cg_scope_start() - get a scope, and the seats in it
 * @init: what it holds at first; 0: the caller
 *
 * Return: 0, with a note where systemd gives none; -EEXIST; -errno with @err.
 */
int cg_scope_start(struct cg_making *making, pid_t init, struct err *err);
/** cg_scope_settle() - once the groups are made: @init into them, or the caller beside them, so that they
 *  can be given controllers; 0; -errno with @err */
int cg_scope_settle(struct cg_making *making, pid_t init, struct err *err);
/** cg_scope_unit() - of a path below a scope of ours; NULL */
char *cg_scope_unit(struct arena *arena, const char *path);

/** cg_set_limits() - what can't be set becomes a note; 0; -errno with @err */
int cg_set_limits(struct cg_making *making, struct err *err);

/** cg_note() - remember what can't be had */
void cg_note(struct cg *cg, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
