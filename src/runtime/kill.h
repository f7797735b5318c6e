/* SPDX-License-Identifier: MIT */
/*
 * Ending things: a whole container or cgroup, or a chosen set of processes (a fork bomb with no cgroup
 * of its own). From the call on there is no fork, exec, allocation, stdio or lock: the machine may have
 * nothing left to give. What is needed is opened and reserved by *_prepare().
 */
#ifndef BOXTOP_RUNTIME_KILL_H
#define BOXTOP_RUNTIME_KILL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "runtime/target.h"

#define KILL_SURVIVORS_MAX 16

/** struct kill_survivor - a process that is still there past the deadline */
struct kill_survivor {
	pid_t pid;
	char state; /* D: uninterruptible, Z: zombie that its parent has not reaped */
	char comm[16];
	char wchan[32]; /* where in the kernel it waits; "" */
};

/** struct kill_report - what came of it */
struct kill_report {
	uint64_t killed;	/* processes that ended */
	uint64_t duration_usec; /* from the call to the last one's end */
	uint64_t remaining;	/* still there at the deadline */
	unsigned int survivors_len;
	struct kill_survivor survivors[KILL_SURVIVORS_MAX];
	const char *method; /* "cgroup.kill", "freezer", "brake and signals" */
};

/** struct kill_options - zero is a whole kill with the default deadline */
struct kill_options {
	uint64_t deadline_usec; /* 0: 5 seconds */
	bool remove;		/* rmdir the groups afterwards */
};

/** target_kill() - end everything in @target: pids.max=0, cgroup.kill (v2 or the twin on hybrid), else
 *  the v1 freezer and signals, init of the pid namespace, until unpopulated.
 *  Return: 0 nothing is left; -EBUSY survivors, in @out; -errno with @err. */
int target_kill(struct target *target, const struct kill_options *options, struct kill_report *out,
		struct err *err);

/** target_signal() - one signal to the leader, or (@all) to every process of the target, each through a
 *  pidfd; 0; -errno with @err */
int target_signal(struct target *target, int signal, bool all, struct err *err);

/** enum bomb_by - how the processes of a bomb are chosen */
enum bomb_by {
	BOMB_TREE = 0, /* a pid and its descendants, and what they orphaned (by session and exe) */
	BOMB_SESSION,
	BOMB_USER,
	BOMB_EXE, /* by inode of /proc/PID/exe; never by comm */
	BOMB_NS,
};

/** struct bomb_query - which processes */
struct bomb_query {
	enum bomb_by by;
	uint64_t number;  /* pid, session, uid, namespace inode */
	const char *path; /* of the executable, for BOMB_EXE */
};

struct bomb;

/** bomb_prepare() - choose, open and reserve: what bomb_kill() would end, without ending it. We, our
 *  ancestors, PID 1, kernel threads and the session's leader with its login shell are left out.
 *  0; -ESRCH nothing fits; -EPERM; -errno with @err */
int bomb_prepare(const struct bomb_query *query, struct bomb **out, struct err *err);
/** bomb_count() - processes chosen when it was prepared */
uint64_t bomb_count(const struct bomb *bomb);
/** bomb_kill() - brake the groups that hold it, kill exactly the chosen and what they forked meanwhile,
 *  release the brakes. 0; -EBUSY survivors; -errno with @err */
int bomb_kill(struct bomb *bomb, const struct kill_options *options, struct kill_report *out,
	      struct err *err);
void bomb_free(struct bomb *bomb);

#endif
