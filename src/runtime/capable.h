/* SPDX-License-Identifier: MIT */
/* Which capabilities we have ourselves. Root in a container has few of them. */
#ifndef BOXTOP_RUNTIME_CAPABLE_H
#define BOXTOP_RUNTIME_CAPABLE_H

#include <stdbool.h>
#include <sys/capability.h>

/** is_capable() - whether @capability is in our effective set (capget(2)); false where that can't be told */
bool is_capable(cap_value_t capability);

#endif
