/* SPDX-License-Identifier: MIT */
/*
 * Engines' state on disk, read rarely. What was taken out of a file is kept by (path, inode, mtime);
 * a file is looked at again only some seconds after the last look, so that a pass over hundreds of
 * containers costs no system call for most of them.
 */
#ifndef BOXTOP_COLLECTORS_ENGINES_STATE_H
#define BOXTOP_COLLECTORS_ENGINES_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/dir.h"
#include "collectors/engines/facts.h"

#define STATE_LOOK_USEC	  2000000  /* a file is looked at this often at most */
#define STATE_FORGET_USEC 60000000 /* forgotten when nobody asked for so long */

/** STATE_INVALID - beside enum read_result: it is there, but it is no such file: a symlink, a FIFO,
 *  too large, malformed */
#define STATE_INVALID 16

struct state_cache;

/** struct state_path - a file below an engine's directory */
struct state_path {
	const char *base; /* directory below the root, without a leading slash. The administrator's:
			   * symlinks are followed */
	const char *rest; /* below it; no component may be a symlink */
};

/** state_cache_new() - an empty cache for files below @root_fd (borrowed) */
struct state_cache *state_cache_new(int root_fd);
void state_cache_free(struct state_cache *cache);
/** state_cache_begin() - a new pass at @now_usec (monotonic): invalidates what was lent out, forgets
 *  what nobody asked for */
void state_cache_begin(struct state_cache *cache, uint64_t now_usec);
/** state_cache_denied() - the first directory or file that was denied since state_cache_forgive(); NULL
 *  if none was */
const char *state_cache_denied(const struct state_cache *cache);
/** state_cache_forgive() - forget what was denied so far */
void state_cache_forgive(struct state_cache *cache);

/**
 * state_read() - facts of a state file
 * @id:  which element of a FACTS_LIST; NULL otherwise
 * @out: valid until state_cache_begin()
 *
 * Return: READ_OK; READ_ABSENT (also: no such element); READ_DENIED; READ_GONE; STATE_INVALID.
 */
int state_read(struct state_cache *cache, const struct facts_source *source, struct state_path path,
	       const char *id, const struct facts **out);

/** state_exists() - whether a file or directory of that path is there: READ_OK, READ_ABSENT, ... */
int state_exists(struct state_cache *cache, struct state_path path);

#endif
