/* SPDX-License-Identifier: MIT */
/*
 * What bomb_prepare() reserves and bomb_kill() works on, internal to the runtime. Prepared by bomb.c,
 * bomb_facts.c, bomb_tree_facts.c and bomb_brakes.c; the hot half, which allocates nothing, is bomb_fits.c, bomb_tree.c and
 * bomb_kill.c.
 */
#ifndef BOXTOP_RUNTIME_BOMB_H
#define BOXTOP_RUNTIME_BOMB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/guard.h"
#include "runtime/hot.h"
#include "runtime/kill.h"
#include "runtime/seen.h"

/** struct bomb_id - a process that is left out, or that is a reaper */
struct bomb_id {
	pid_t pid;
	uint64_t start_ticks;
	enum bomb_spared why;
	bool certain; /* of a reaper: what it adopted can't be its own child */
};

/** struct file_id - a file, whatever its name */
struct file_id {
	uint64_t dev, ino;
};

#define TREE_FACTS_MAX 64

/** struct tree_row - a process of the host, as the last look at all of them saw it */
struct tree_row {
	pid_t pid, ppid, pgrp, session;
	uint64_t start_ticks, layout;
	unsigned char mark; /* enum tree_mark of bomb_tree.c */
};

/** struct tree - for BOMB_TREE: everything by which a process is known to be of it */
struct tree {
	struct tree_row *rows; /* ascending pid */
	size_t len, cap;
	struct seen known; /* members of earlier looks: they stay members when they are adopted */
	struct hot_stat root;
	struct bomb_id reapers[TREE_FACTS_MAX]; /* who adopts what the tree leaves behind */
	size_t reapers_len;
	uint64_t layouts[TREE_FACTS_MAX]; /* of members: copies have the same */
	size_t layouts_len;
	uint64_t
		strange_layouts[TREE_FACTS_MAX]; /* of ancestors: their copies need be no members */
	size_t strange_layouts_len;
	struct file_id exes[TREE_FACTS_MAX]; /* programs of members */
	size_t exes_len;
	uint64_t cgroups[TREE_FACTS_MAX]; /* hashes of members' /proc/PID/cgroup */
	size_t cgroups_len;
};

/** struct leader - of BOMB_SESSION, and how many of the others run its program, or another */
struct leader {
	bool found;
	struct hot_stat stat;
	struct file_id exe;
	size_t alike, strangers;
};

struct bomb {
	enum bomb_by by;
	uint64_t number;
	struct file_id exe;
	const char *ns_link; /* "ns/pid", for BOMB_NS */
	int proc_fd;
	struct hot_dir dir; /* of proc_fd */
	struct bomb_id *spared;
	size_t spared_len;
	struct tree tree;
	struct leader leader;
	struct seen signalled;
	struct guard *guard;
	size_t host_brake; /* number of threads-max in @guard; SIZE_MAX: none */
	struct {
		pid_t pid; /* a child with the uid of BOMB_USER, for kill(-1); 0: none */
		int fd;	   /* -1 */
	} striker;
	struct bomb_member *members, *left_out;
	size_t members_len, left_out_len;
	size_t processes; /* on the host when it was prepared */
	bool unbraked;	  /* some member is in no group that can be braked */
	bool locked;	  /* steady_lock_memory() */
};

/* ---- Hot ---- */

/** bomb_is_spared() - whether it is left out whatever was chosen */
bool bomb_is_spared(const struct bomb *bomb, const struct hot_stat *stat,
		    enum bomb_spared *out_why);

/** bomb_fits() - whether @stat, whose directory is @fd, is chosen, left out or not */
bool bomb_fits(struct bomb *bomb, int fd, const struct hot_stat *stat);

/** tree_look() - read all processes, mark those of the tree, and learn what its members are known by */
void tree_look(struct bomb *bomb);
bool tree_has(const struct tree *tree, pid_t pid, uint64_t start_ticks);
bool tree_has_row(const struct tree_row *row);

/** tree_add_number() - into a set of TREE_FACTS_MAX, if there is room */
void tree_add_number(uint64_t *numbers, size_t *len, uint64_t number);

/** process_exe() - the file that a process runs; false: we may not know, or it has none */
bool process_exe(int fd, struct file_id *out);
/** process_cgroup_hash() - of the text of its "cgroup"; 0: not known */
uint64_t process_cgroup_hash(int fd);
/** process_is_uid() - whether its real or saved user is @uid: whom that user may signal */
bool process_is_uid(int fd, uint64_t uid);

/* ---- Before the kill ---- */

/** bomb_facts() - what the query means on this host; refuses what must not be chosen */
int bomb_facts(struct bomb *bomb, const struct bomb_query *query, struct err *err);

/** bomb_spare() - leave out a process, if it is there */
void bomb_spare(struct bomb *bomb, pid_t pid, enum bomb_spared why);

/** bomb_compare_leader() - of BOMB_SESSION: count a member by whether it runs the leader's program */
void bomb_compare_leader(struct bomb *bomb, int fd, const struct hot_stat *stat);
/** bomb_spare_leader() - of BOMB_SESSION, once the members are known, if it is to be left out */
void bomb_spare_leader(struct bomb *bomb);

/** tree_prepare() - find the tree of bomb->number and everything by which what it leaves behind is known.
 *  0; -errno with @err */
int tree_prepare(struct bomb *bomb, struct err *err);

/** bomb_brakes() - open the brakes of the groups that hold the members, start the guard */
void bomb_brakes(struct bomb *bomb);

/** bomb_striker_start() - for BOMB_USER as root, if kill(-1) hits nobody that is left out */
void bomb_striker_start(struct bomb *bomb);
void bomb_striker_end(struct bomb *bomb);

#endif
