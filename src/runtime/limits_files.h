/* SPDX-License-Identifier: MIT */
/*
 * Limits in the files of the kernel: read, and written all or nothing. The table says which file; here is
 * what v1 and v2 make of a value: quota and period, shares, memory and swap counted together.
 */
#ifndef BOXTOP_RUNTIME_LIMITS_FILES_H
#define BOXTOP_RUNTIME_LIMITS_FILES_H

#include <stdbool.h>

#include "base/err.h"
#include "base/hierarchy.h"
#include "runtime/limits.h"

/** struct limit_dirs - the directories of one group, borrowed; init with LIMIT_DIRS_INIT */
struct limit_dirs {
	int fds[CGROUP_CONTROLLERS]; /* where that controller's files are; -1: nowhere */
	bool v2[CGROUP_CONTROLLERS];
};

#define LIMIT_DIRS_INIT ((struct limit_dirs) {.fds = {-1, -1, -1, -1, -1, -1, -1, -1, -1}})

/**
 * limits_read() - what the group's own files say
 *
 * A limit that the kernel has no file for, or that may not be read, is not .set.
 * Return: 0; -ENODEV when the group is gone; -EBADMSG, other -errno with @err.
 */
int limits_read(const struct limit_dirs *dirs, struct limit_set *out, struct err *err);

/** limits_read_these() - as limits_read(), of those that are .set in @these */
int limits_read_these(const struct limit_dirs *dirs, const struct limit_set *these,
		      struct limit_set *out, struct err *err);

/** limits_check() - whether a limit can be set there at all; 0; -EOPNOTSUPP, -EACCES, -EROFS with @err
 *  saying why and what helps */
int limits_check(const struct limit_dirs *dirs, enum limit_id id, struct err *err);

/** limits_agree() - whether the kernel took @wanted when it says @now: it rounds to pages, microseconds
 *  and steps of its own */
bool limits_agree(enum limit_id id, const struct limit_value *wanted,
		  const struct limit_value *now);

/** limits_verify() - read back; -EIO with @err naming the limit that the kernel has other than @wanted.
 *  @out_now: what it says, or NULL */
int limits_verify(const struct limit_dirs *dirs, const struct limit_set *wanted,
		  struct limit_set *out_now, struct err *err);

/**
 * limits_write() - set what is .set in @wanted, in the order that the kernel needs
 * @out_now: what it says afterwards, or NULL
 *
 * When one fails, or is read back as another value, the ones before it are put back.
 * Return: 0; -errno with @err naming the limit and the file.
 */
int limits_write(const struct limit_dirs *dirs, const struct limit_set *wanted,
		 struct limit_set *out_now, struct err *err);

#endif
