/* SPDX-License-Identifier: MIT */
/*
 * The plan: what the helper inside is told to do, as one flat piece of memory in a sealed memfd, and the
 * messages over the socket between it and the runtime. Texts are offsets into the plan, 0 for none. Both
 * ends are of one build; the plan is checked all the same when it is taken.
 */
#ifndef BOXTOP_RUNTIME_INSIDE_PLAN_H
#define BOXTOP_RUNTIME_INSIDE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define PLAN_MAGIC     0x706f7462u
#define PLAN_MAX_BYTES (16u << 20)
#define PLAN_FDS_MAX   32

/** struct plan_list - @len offsets of texts, as uint32_t at offset @at */
struct plan_list {
	uint32_t at, len;
};

enum plan_flags {
	PLAN_ENTER = 1 << 0, /* into a running sandbox, instead of making one */
	PLAN_TERMINAL = 1 << 1,
	PLAN_ROOT_READONLY = 1 << 2,
	PLAN_ROOT_LAYER = 1 << 3, /* changes go to a layer over the root */
	PLAN_ROOT_HOST = 1 << 4,  /* the root is the host's own */
	PLAN_PLAIN_USER = 1 << 5, /* the user namespace was made by who isn't root */
	PLAN_NO_NEW_PRIVS = 1 << 6,
	PLAN_OUTLIVE = 1 << 7,
	PLAN_UMASK = 1 << 8,
	PLAN_OOM = 1 << 9,
	PLAN_ONLY_MOUNTS = 1 << 10, /* the mounts of a bundle are all there are */
	PLAN_SETGROUPS = 1 << 11,   /* allowed in this user namespace */
	PLAN_CGROUP2 = 1 << 12,	    /* show the v2 tree inside, read-only */
	PLAN_KEYRING = 1 << 13,	    /* keys can be asked for inside: not the caller's */
	PLAN_HOOKS = 1 << 14,	    /* the runtime has something to run before pivot_root */
};

/** enum plan_fd - what plan.fds[] holds: which of the descriptors that came along, or -1 */
enum plan_fd {
	PLAN_FD_STDIN = 0,
	PLAN_FD_STDOUT,
	PLAN_FD_STDERR,
	PLAN_FD_ROOT,
	PLAN_FD_CHANGES,
	PLAN_FD_CGROUP, /* for CLONE_INTO_CGROUP */
	PLAN_FD_INIT,	/* pidfd of the sandbox to enter */
	PLAN_FD_NS,	/* namespaces to join, 8 of them, in the order of enum spec_ns */
	PLAN_FD_TASKS = PLAN_FD_NS + 8, /* v1 tasks files, up to PLAN_FDS */
	PLAN_FDS = PLAN_FDS_MAX,
};

/** struct plan_mount - as struct spec_mount; @flags and @attributes are of mount_setattr(2) */
struct plan_mount {
	uint32_t destination, type, source;
	uint32_t data;	     /* options that the file system takes, comma separated */
	uint64_t attributes; /* MOUNT_ATTR_* */
	uint32_t bind, recursive;
	uint32_t uid_map, gid_map; /* lines of uid_map: ids of its own for a bind; 0 */
};

struct plan_rlimit {
	uint32_t resource, pad;
	uint64_t soft, hard;
};

/** struct plan - the head; texts and arrays follow */
struct plan {
	uint32_t magic, bytes;
	uint32_t flags;	     /* enum plan_flags */
	uint32_t namespaces; /* enum spec_ns: new ones, or those to enter */
	uint64_t caps;
	int32_t fds[PLAN_FDS];
	uint32_t uid, gid, umask;
	int32_t oom_score_adj;
	uint32_t hostname, cwd, user, apparmor;
	uint32_t rows, columns;
	uint32_t uid_map, gid_map; /* for the mounts of the root and of binds; 0: as they are */
	struct plan_list args, env, masked, readonly, sysctls;
	uint32_t groups_at, groups_len;	  /* uint32_t each */
	uint32_t mounts_at, mounts_len;	  /* struct plan_mount each */
	uint32_t rlimits_at, rlimits_len; /* struct plan_rlimit each */
	uint32_t seccomp_at, seccomp_len; /* struct sock_filter each */
};

/** enum message_kind - what comes over the socket */
enum message_kind {
	MESSAGE_CLONED = 1, /* helper to runtime: pid in @number, its pidfd attached */
	MESSAGE_ENTERED,    /* from what stands between: the same, of the process in the sandbox */
	MESSAGE_UNMAPPED, /* helper to runtime: no mount can have the ids of the plan; @err: why */
	MESSAGE_MAPS,	  /* inside to runtime: write my id maps now */
	MESSAGE_HOOKS,	  /* inside to runtime: all is made but the root: run your hooks now */
	MESSAGE_GO,	  /* runtime to inside: it is done */
	MESSAGE_CONSOLE,  /* inside to runtime: the pty's own side attached */
	MESSAGE_STARTED,  /* inside to runtime: the command runs */
	MESSAGE_FAILED,	  /* to runtime: @err; @number is the exit code to leave with: 125 to 127 */
};

/** struct message - one datagram */
struct message {
	uint32_t kind;
	int32_t number;
	struct err err;
};

static inline const char *plan_text(const struct plan *plan, uint32_t at)
{
	return at ? (const char *)plan + at : NULL;
}

static inline const struct plan_mount *plan_mount_at(const struct plan *plan, uint32_t i)
{
	return (const struct plan_mount *)(const void *)((const char *)plan + plan->mounts_at) + i;
}

static inline const char *plan_item(const struct plan *plan, struct plan_list list, uint32_t i)
{
	return plan_text(plan, ((const uint32_t *)(const void *)((const char *)plan + list.at))[i]);
}

#endif
