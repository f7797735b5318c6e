/* SPDX-License-Identifier: MIT */
/* How much memory this process may have: the limits of the cgroups that it is in. */
#ifndef BOXTOP_BASE_OWN_MEMORY_H
#define BOXTOP_BASE_OWN_MEMORY_H

#include <stdint.h>

/** OWN_MEMORY_TIGHT - bytes; with less, nothing is done for speed or safety that takes memory */
#define OWN_MEMORY_TIGHT (48u << 20)

/**
 * own_memory_limit() - the lowest memory.max (v2) or memory.limit_in_bytes (v1) of our own cgroup and of
 * its ancestors, as far as they can be seen
 * @root_fd: the directory that stands for "/"; AT_FDCWD: "/" itself
 *
 * Return: bytes; UINT64_MAX where there is none, or none can be read. What v1 has for "no limit" is as
 * good as none.
 */
uint64_t own_memory_limit(int root_fd);

#endif
