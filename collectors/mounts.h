/* SPDX-License-Identifier: MIT */
/* What one process sees mounted. No part of a pass: read when somebody asks about one container. */
#ifndef BOXTOP_COLLECTORS_MOUNTS_H
#define BOXTOP_COLLECTORS_MOUNTS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/** struct mount_point - one line of mountinfo; raw, octal escapes undone */
struct mount_point {
	const char *target; /* as the process sees it */
	const char *source; /* device or name */
	const char *
		root; /* what of the file system is mounted: "/" or a directory, for a bind mount */
	const char *fstype;
	const char *options; /* of the mount: "rw,nosuid" */
};

/** struct mounts - mounts_read() fills it, mounts_finish() */
struct mounts {
	struct arena arena; /* of everything here */
	struct mount_point *list;
	size_t len;
};

#define MOUNTS_INIT ((struct mounts) {ARENA_INIT, NULL, 0})

/**
 * mounts_read() - the mounts of a process, in the order in which they were made
 * @root_fd:	 the directory that stands for "/", or AT_FDCWD
 * @start_ticks: of the process that is meant: its pid may have gone to another one
 *
 * Source: /proc/PID/mountinfo.
 * Return: 0; READ_GONE; READ_DENIED; -errno with @err.
 */
int mounts_read(int root_fd, pid_t pid, uint64_t start_ticks, struct mounts *out, struct err *err);
void mounts_finish(struct mounts *mounts);

#endif
