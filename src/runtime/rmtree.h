/* SPDX-License-Identifier: MIT */
/* A directory with all that is in it, removed by descriptors. Internal to the runtime. */
#ifndef BOXTOP_RUNTIME_RMTREE_H
#define BOXTOP_RUNTIME_RMTREE_H

#include "base/err.h"
#include "runtime/idmap.h"

/**
 * rmtree() - @name in @parent_fd and everything below; links are removed, never followed
 * @maps: whose ids the files may belong to; NULL: only one's own
 *
 * A plain user can't remove what belongs to his subordinate ids: then a child in a user namespace does it.
 * Return: 0, also when it isn't there; -errno with @err naming the first that stayed.
 */
int rmtree(int parent_fd, const char *name, const struct id_maps *maps, struct err *err);

#endif
