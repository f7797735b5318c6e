/* SPDX-License-Identifier: MIT */
/* The static helper: its bytes, a sealed memfd of them, and a process that runs it. Internal. */
#ifndef BOXTOP_RUNTIME_HELPER_H
#define BOXTOP_RUNTIME_HELPER_H

#include <sys/types.h>

#include "base/err.h"

/** helper_start() - run the helper with one end of a socket as its descriptor 3
 *  @out_socket_fd: the other end, ours; 0; -errno with @err */
int helper_start(pid_t *out_pid, int *out_socket_fd, struct err *err);

/** helper_forget() - in a child of fork() that closes what it doesn't know: the memfd is gone there */
void helper_forget(void);

#endif
