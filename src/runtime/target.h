/* SPDX-License-Identifier: MIT */
/*
 * A target: a container or cgroup that something is done to. It is held from the moment the question is
 * asked: its directories by descriptor and inode in every hierarchy, its leader by pidfd, so that rows
 * may move and paths may be reused and the deed still hits what was chosen, or nothing.
 */
#ifndef BOXTOP_RUNTIME_TARGET_H
#define BOXTOP_RUNTIME_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/hierarchy.h"
#include "runtime/limits.h"

/** struct target_request - what the caller knows of it, from a row or from the state of a sandbox.
 *  Strings are borrowed */
struct target_request {
	const char *name;		       /* for messages: "web-1 (docker)" */
	const char *paths[CGROUP_CONTROLLERS]; /* below each controller's mount; NULL: none there */
	uint64_t inode; /* of the directory that names the row; 0: take what is there */
	enum cgroup_controller primary; /* in which hierarchy @inode and the row's path are */
	pid_t leader;			/* its first process; 0: none known */
	uint64_t leader_start_ticks;	/* 0: not known */
	bool pid_namespace;		/* the leader is init of a pid namespace of its own */
};

struct target;

/**
 * target_hold() - open everything that acting on it needs
 *
 * Refuses what must never be acted on: the root of a hierarchy, init.scope, our own cgroup and its
 * ancestors, PID 1 as leader.
 * Return: 0; -ESTALE when the inode is another one now; -ENOENT when it is gone; -EPERM refused;
 * other -errno, always with @err.
 */
int target_hold(const struct target_request *request, struct target **out, struct err *err);
void target_free(struct target *target);
const char *target_name(const struct target *target);

/** target_unit() - the systemd unit that owns its group ("docker-….scope"); NULL: none */
const char *target_unit(const struct target *target);

/** target_count() - processes in it and below, now; -errno with @err */
int target_count(const struct target *target, uint64_t *out, struct err *err);

/** target_is_there() - whether it is still what was held: none of its groups was removed, or, without one,
 *  its first process lives. Opens nothing, asks for no memory */
bool target_is_there(const struct target *target);

/** target_is_populated() - whether anything is left in it or below */
bool target_is_populated(const struct target *target);

/** TARGET_CROWD_MIN - processes of one process group that are a crowd */
#define TARGET_CROWD_MIN 32

/** target_crowd() - the process group (a shell's job) that more than half of its processes are in, if they
 *  are a crowd and others of its session, as the shell, are in the target too; 0: there is none, or we may
 *  not know. Reads /proc/PID/stat of all of them */
pid_t target_crowd(const struct target *target);

/** target_read_limits() - what its own files say now; values not .set where the kernel has no such file */
int target_read_limits(const struct target *target, struct limit_set *out, struct err *err);

/** target_check_limit() - whether a limit can be set on it at all; 0; -EOPNOTSUPP, -EACCES, -EROFS with
 *  @err saying why and what helps */
int target_check_limit(const struct target *target, enum limit_id id, struct err *err);

/**
 * target_set_limits() - set what is .set in @wanted, all or nothing
 * @out_now: what the kernel says afterwards, or NULL
 *
 * Through systemd (SetUnitProperties, runtime) where it owns the unit, else by writing. Orders the writes
 * as v1 needs them (memsw before memory when raising). What was written is read back; when one fails, the
 * ones before it are put back.
 * Return: 0; -errno with @err naming the limit and the file.
 */
int target_set_limits(struct target *target, const struct limit_set *wanted,
		      struct limit_set *out_now, struct err *err);

/** target_freeze(), target_thaw() - the whole subtree; waits until the kernel says so.
 *  v2 cgroup.freeze, also on hybrid through the twin; v1 freezer else. 0; -ETIMEDOUT; -errno */
int target_freeze(struct target *target, struct err *err);
int target_thaw(struct target *target, struct err *err);
/** target_is_frozen() - 1, 0, or -errno */
int target_is_frozen(const struct target *target, struct err *err);

#endif
