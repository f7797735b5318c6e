/* SPDX-License-Identifier: MIT */
/* The environment that a process was started with. No part of a pass: read when somebody asks. */
#ifndef BOXTOP_COLLECTORS_ENVIRONMENT_H
#define BOXTOP_COLLECTORS_ENVIRONMENT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

#define ENVIRONMENT_MAX_BYTES (1u << 20)

/** struct process_id - names a process: its pid may have gone to another one */
struct process_id {
	pid_t pid;
	uint64_t start_ticks;
};

/** struct environment - environment_read() fills it; its strings are raw */
struct environment {
	const char **list; /* "NAME=value" */
	size_t len;
};

/**
 * environment_read() - of one process, as it was when it started
 * @process: whose
 * @root_fd: the directory that stands for "/", or AT_FDCWD
 * @arena:   gets the strings
 *
 * Source: /proc/PID/environ.
 * Return: 0; READ_GONE; READ_DENIED; -EFBIG above ENVIRONMENT_MAX_BYTES; other -errno with @err.
 */
int environment_read(int root_fd, const struct process_id *process, struct arena *arena,
		     struct environment *out, struct err *err);

#endif
