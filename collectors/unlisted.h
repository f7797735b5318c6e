/* SPDX-License-Identifier: MIT */
/* Processes that no cgroup.procs lists: zombies, and who was born while the groups were read. */
#ifndef BOXTOP_COLLECTORS_UNLISTED_H
#define BOXTOP_COLLECTORS_UNLISTED_H

#include "collectors/collector.h"

/** unlisted_place() - find the cgroup of every process of the snapshot that has none, by
 *  /proc/PID/cgroup; at most 256 in one pass */
void unlisted_place(const struct pass *pass);

#endif
