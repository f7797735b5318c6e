/* SPDX-License-Identifier: MIT */
/* The directory of one process in /proc, opened so that it is that process's and no other's. */
#ifndef BOXTOP_COLLECTORS_PROCESS_DIR_H
#define BOXTOP_COLLECTORS_PROCESS_DIR_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/**
 * process_dir_open() - /proc/PID, which no other process can take over while it is open
 * @root_fd:	 the directory that stands for "/", or AT_FDCWD
 * @start_ticks: of the process that is meant: its pid may have gone to another one
 *
 * Return: 0; READ_GONE; READ_DENIED; -errno with @err. The caller closes @out_fd whatever the return.
 */
int process_dir_open(int root_fd, pid_t pid, uint64_t start_ticks, int *out_fd, struct err *err);

#endif
