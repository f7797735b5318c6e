/* SPDX-License-Identifier: MIT */
/* Which ids a sandbox's user namespace gets, and how they are written. Internal to the runtime. */
#ifndef BOXTOP_RUNTIME_IDMAP_H
#define BOXTOP_RUNTIME_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"
#include "runtime/spec.h"

/** struct id_maps - both maps of one user namespace */
struct id_maps {
	struct spec_id_map uids[SPEC_ID_MAPS_MAX], gids[SPEC_ID_MAPS_MAX];
	size_t uids_len, gids_len;
	bool by_helpers; /* newuidmap and newgidmap have to write them: we may not */
	bool setgroups;	 /* may be called inside */
};

/**
 * id_map_choose() - the maps of @spec
 *
 * Those that the spec names; else for root every id that we have ourselves, so that files have the owners
 * that they seem to have, while capabilities end at the namespace; else for a plain user the subordinate
 * ids of /etc/subuid and /etc/subgid above one's own as 0; else one's own id as 0, and no groups.
 * Return: 0; -errno with @err.
 */
int id_map_choose(const struct spec *spec, struct id_maps *out, struct err *err);

/**
 * id_map_subordinate() - for root: ids that are nobody's, from 0 inside
 *
 * Of the user that the spec names, or of root, or of a user called boxtop, in /etc/subuid and /etc/subgid.
 * The files of the root then need an idmapped mount.
 * Return: 0; -ENOENT with @err saying why there are none; -EINVAL: the user that was named has none.
 */
int id_map_subordinate(const struct spec *spec, struct id_maps *out, struct err *err);

/** id_map_text() - lines of uid_map */
void id_map_text(const struct spec_id_map *maps, size_t len, struct strbuf *out);

/** id_map_write() - for the process @pid, which waits in its new user namespace. 0; -errno with @err */
int id_map_write(const struct id_maps *maps, pid_t pid, struct err *err);

#endif
