/* SPDX-License-Identifier: MIT */
/*
 * Who a cgroup belongs to. One file per engine; engines[] in engines.c lists them in the order in
 * which they are asked. An engine first claims a path component (pure: no I/O), then may confirm the
 * claim and enrich it from its state on disk. A path alone is never proof: a container's root can make
 * look-alike directories. State files are opened without following symlinks, capped in size, cached by
 * (path, inode, mtime); what they hold is as hostile as any name.
 */
#ifndef BOXTOP_COLLECTORS_ENGINE_H
#define BOXTOP_COLLECTORS_ENGINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/container.h"

struct state_cache; /* state.h: parsed state files by (path, inode, mtime) */
struct sandboxes;   /* sandboxes.h: our own state, wherever it is */

/** struct claim - what is known of one candidate. Strings are in @arena or NULL */
struct claim {
	struct arena *arena; /* the snapshot's */
	enum container_kind kind;
	const char *engine;
	const char *id;
	const char *name;
	const char *image;
	const char *pod;
	const char *pod_namespace;
	const char *project;
	const char *service;
	const char *owner;
	const char *root_path;
	uid_t uid;    /* the user whose engine it is; 0 for root's */
	pid_t leader; /* from the state on disk; 0 unknown */
	uint64_t leader_start_ticks;
	uint64_t created_usec;
	bool confirmed;
	bool weak; /* the path alone says nothing: no claim at all unless it is confirmed */
};

/** struct claim_path - what an engine is shown: one component and where it stands */
struct claim_path {
	struct span component; /* with systemd's escapes as they are */
	struct span unescaped; /* with \xNN undone */
	struct span parent;    /* the path above it, no trailing slash; empty for the root */
	struct span path;      /* the whole path up to and including the component */
	uid_t uid;	       /* from user-N.slice or user@N.service above it; 0 otherwise */
};

/** struct engine_monitor - a process that started a container and stays outside of it */
struct engine_monitor {
	const char *comm;
	const char *command; /* arguments, joined by spaces */
	uid_t uid;
};

/** struct engine_io - what confirming may use */
struct engine_io {
	int root_fd;
	struct state_cache *cache;
	const struct sandboxes *sandboxes; /* NULL: none */
	/* start time of a live pid in ticks since boot; 0 if it is gone */
	uint64_t (*start_ticks)(void *data, pid_t pid);
	/* whether a live pid is in the claimed cgroup's subtree */
	bool (*is_member)(void *data, pid_t pid);
	/* home directory of a user, without the leading slash; NULL if unknown */
	const char *(*home)(void *data, uid_t uid);
	void *data;
	bool nested; /* below another container's cgroup: whoever is root there may have made it */
};

/** struct engine - one row of engines[] */
struct engine {
	const char *name;
	/** claim() - true when @path is this engine's; fills kind, engine, id and what the path tells */
	bool (*claim)(const struct claim_path *path, struct claim *out);
	/** confirm() - enrich from the state on disk; NULL where there is none. 0 also when the state
	 *  is missing, denied or doesn't agree: then claim.confirmed stays false */
	int (*confirm)(const struct engine_io *io, struct claim *claim, struct err *err);
	/** claim_monitored() - the same as claim() for a container without a cgroup of its own, from
	 *  who started it; holds only if it is confirmed. NULL where no engine of that kind is known */
	bool (*claim_monitored)(const struct engine_monitor *monitor, struct claim *out);
};

extern const struct engine *const engines[];
extern const size_t engines_len;

/** enum path_verdict - what a path component is */
enum path_verdict {
	PATH_CLAIMED,	  /* an engine's: @out is filled */
	PATH_TRANSPARENT, /* no identity of its own: payload, supervisor, container, *.mount, ... */
	PATH_UNKNOWN,	  /* no rule knows it */
};

/** engine_identify() - ask every engine about the last component of @path (as in /proc/PID/cgroup) */
enum path_verdict engine_identify(const char *path, struct claim *out,
				  const struct engine **out_engine);

/** engine_ask() - one engine's claim on the last component of @path; false if it has none */
bool engine_ask(const struct engine *engine, const char *path, struct arena *arena,
		struct claim *out);

/** struct engine_claim - one engine's answer */
struct engine_claim {
	const struct engine *engine;
	struct claim claim;
};

#define ENGINE_CLAIMS_MAX 8

/**
 * engine_claims() - every claim on the last component of @path, weak ones last
 * @arena: for their strings
 *
 * The first one that its engine confirms is right; without one, the first that is not weak stands,
 * unconfirmed.
 * Return: how many were written to @out.
 */
size_t engine_claims(const char *path, struct arena *arena,
		     struct engine_claim out[ENGINE_CLAIMS_MAX]);

#endif
