/* SPDX-License-Identifier: MIT */
/* What libcgroup is asked for. Its struct cgroup_controller and our enum can't be seen together. */
#ifndef BOXTOP_RUNTIME_CG_LIBCGROUP_H
#define BOXTOP_RUNTIME_CG_LIBCGROUP_H

#include <stdbool.h>

/** cg_library_make() - make the group @path in the v1 hierarchies of @controllers, which ends with NULL.
 *  Whether it could; where it could not, part of it may be there */
bool cg_library_make(const char *path, const char *const *controllers);

#endif
