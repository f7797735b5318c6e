/* SPDX-License-Identifier: MIT */
/*
 * Ending things: a whole container or cgroup, or a chosen set of processes (a fork bomb with no cgroup
 * of its own). The machine may have nothing left to give: what is needed is opened and reserved by the
 * *_prepare() functions, and from killer_run() and bomb_kill() on there is no fork, exec, allocation,
 * stdio or lock.
 */
#ifndef BOXTOP_RUNTIME_KILL_H
#define BOXTOP_RUNTIME_KILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "runtime/target.h"

#define KILL_SURVIVORS_MAX 16

/** KILL_DEADLINE_USEC - unless the options say another. It counts from the last one's end, so that a machine
 *  which is slow at dying is waited for, though no longer than twelve deadlines in all */
#define KILL_DEADLINE_USEC 5000000u

/** struct kill_survivor - a process that is still there past the deadline */
struct kill_survivor {
	pid_t pid, parent;
	char state; /* D: uninterruptible, Z: a zombie that its parent has not reaped */
	char comm[16];
	char wchan[32]; /* where in the kernel it waits; "" */
};

/** struct kill_report - what came of it */
struct kill_report {
	uint64_t killed;	/* processes that ended, zombies that nobody reaps among them */
	uint64_t duration_usec; /* from the call to the last one's end */
	uint64_t remaining;	/* still there at the deadline: alive, or zombies */
	uint64_t unreaped; /* zombies that an init has adopted and will reap: not among those */
	unsigned int survivors_len;
	struct kill_survivor survivors[KILL_SURVIVORS_MAX]; /* of those */
	const char *method; /* "cgroup.kill", "freezer", "brake and signals", "signals" */
};

/** struct kill_options - zero is a whole kill with the default deadline */
struct kill_options {
	uint64_t deadline_usec; /* 0: KILL_DEADLINE_USEC */
	bool remove;		/* rmdir the groups afterwards */
};

/* ---- A container or cgroup ---- */

/** target_kill() - end everything in @target: pids.max=0, cgroup.kill (v2 or the twin on hybrid), else
 *  the v1 freezer and signals, init of the pid namespace, until unpopulated. What needs room first, as a
 *  guard over the brake, is done without where there is none: see killer_new() for doing that earlier.
 *  Return: 0 nothing is left; -EBUSY survivors, in @out; -errno with @err. */
int target_kill(struct target *target, const struct kill_options *options, struct kill_report *out,
		struct err *err);

/** target_signal() - one signal to the leader, or (@all) to every process of the target, each through a
 *  pidfd; 0; -ESRCH there is none; -errno with @err */
int target_signal(struct target *target, int signal, bool all, struct err *err);

struct killer;

/** killer_new() - open and reserve what ending @target needs; borrows it. 0; -errno with @err */
int killer_new(struct target *target, struct killer **out, struct err *err);
/** killer_run() - as target_kill(), with all that is ready */
int killer_run(struct killer *killer, const struct kill_options *options, struct kill_report *out,
	       struct err *err);
void killer_free(struct killer *killer);

/* ---- A bomb without a cgroup of its own ---- */

/** enum bomb_by - how the processes of a bomb are chosen */
enum bomb_by {
	BOMB_TREE = 0, /* a pid and its descendants, and what they left behind when they ended */
	BOMB_SESSION,
	BOMB_GROUP, /* a process group: a job of a shell */
	BOMB_USER,  /* by real and saved user: all that this user may signal */
	BOMB_EXE,   /* by inode of /proc/PID/exe; never by comm */
	BOMB_NS,    /* a namespace of any type, by inode */
};

/** struct bomb_query - which processes */
struct bomb_query {
	enum bomb_by by;
	uint64_t number;  /* pid, session, process group, uid, namespace inode */
	const char *path; /* of the executable, for BOMB_EXE */
};

/** enum bomb_spared - why a process that fits is left out */
enum bomb_spared {
	SPARED_NOT = 0,
	SPARED_SELF,	 /* we, and what we started for this */
	SPARED_ANCESTOR, /* our parent, its parent, ... */
	SPARED_INIT,
	SPARED_KERNEL,
	SPARED_LEADER, /* the session's leader: the user's shell */
	SPARED_DENIED, /* we may not signal it */
};

/** struct bomb_member - a process that fits */
struct bomb_member {
	pid_t pid;
	uint64_t start_ticks;
	enum bomb_spared why; /* of those left out */
	char comm[16];
};

struct bomb;

/**
 * bomb_prepare() - choose, open and reserve: what bomb_kill() would end, without ending it
 *
 * Left out are we, our ancestors, PID 1, kernel threads and, of a session, its leader, if it has a terminal
 * or runs another program than the rest.
 *
 * What a tree's members leave behind when they end is adopted by an ancestor of the tree's root. It is
 * taken for the tree's if it started no earlier than the root, is in the same cgroups and runs the same
 * program as a member, and is either a copy of a member and of no ancestor (made by fork alone: the kernel
 * placed its stack at the same random address) or in the root's session and process group.
 *
 * Return: 0; -ESRCH nothing fits; -EPERM what must not be chosen; other -errno, always with @err.
 */
int bomb_prepare(const struct bomb_query *query, struct bomb **out, struct err *err);

/** bomb_count() - processes chosen when it was prepared */
uint64_t bomb_count(const struct bomb *bomb);
/** bomb_members() - those, ascending; bomb_left_out() - what fits and is left out */
const struct bomb_member *bomb_members(const struct bomb *bomb, size_t *out_len);
const struct bomb_member *bomb_left_out(const struct bomb *bomb, size_t *out_len);
/** bomb_spared_text() - "the session's leader" */
const char *bomb_spared_text(enum bomb_spared why);

/** bomb_kill() - brake the groups that hold it, kill exactly the chosen and what they forked meanwhile,
 *  release the brakes. 0; -EBUSY survivors; -errno with @err */
int bomb_kill(struct bomb *bomb, const struct kill_options *options, struct kill_report *out,
	      struct err *err);
void bomb_free(struct bomb *bomb);

#endif
