/* SPDX-License-Identifier: MIT */
/*
 * What is known of each cgroup between passes: who it belongs to, by path, and what the state on disk
 * said. An unchanged cgroup costs one look-up in a pass; the state behind its name is looked at again
 * every few seconds, so that a renamed container shows.
 */
#ifndef BOXTOP_COLLECTORS_CLAIMS_H
#define BOXTOP_COLLECTORS_CLAIMS_H

#include "collectors/engines/engine.h"
#include "model/cgroup.h"

struct claims;

/** struct known - one cgroup; lent out until claims_end() */
struct known {
	struct known *next; /* in its bucket */
	uint64_t cgroup_id;
	uint64_t key;	     /* of the container that it may be: never 0 */
	uint64_t paths_hash; /* of every path that was looked at */
	char *path;
	enum path_verdict verdict;
	const struct engine *engine;
	struct claim claim; /* with verdict PATH_CLAIMED; its texts point into @texts */
	char *texts;
	size_t texts_len;
	char *denied;	    /* the state that would have confirmed it, but was denied; NULL */
	bool nested;	    /* as it was when the state was looked at */
	bool settled;	    /* no state could change it */
	bool had_processes; /* when that was last known */
	uint64_t first_usec, looked_usec, due_usec;
	uint64_t seen; /* pass */
};

struct claims *claims_new(void);
void claims_free(struct claims *claims);
/** claims_find() - what is known of @cgroup; made from its paths if it is new */
struct known *claims_find(struct claims *claims, const struct cgroup *cgroup, uint64_t pass);
/** claims_is_due() - whether the state of @known should be looked at (again) */
bool claims_is_due(const struct known *known, uint64_t now_usec, bool nested);
/**
 * claims_look() - ask every engine that claims one of the paths for its state
 * @io: NULL: only the paths are asked
 */
void claims_look(struct claims *claims, struct known *known, const struct cgroup *cgroup,
		 const struct engine_io *io, uint64_t now_usec);
/** claims_end() - forget cgroups that this pass did not find */
void claims_end(struct claims *claims, uint64_t pass);

/** container_key() - a container's key, never 0: what it is called to whoever made it, and the kernel
 *  object that it is: a cgroup's or a namespace's inode */
uint64_t container_key(const char *name, uint64_t object);

/** claim_copy() - @known's claim with its texts in @arena */
struct claim claim_copy(const struct known *known, struct arena *arena);

#endif
