/* SPDX-License-Identifier: MIT */
/*
 * The launch spec: one struct that says all of a sandbox before anything is made. It is shaped like the
 * OCI runtime configuration, with its names and meanings, and is filled from flags, from a dialog, or from
 * the config.json of a bundle. Plain data in an arena of its own; nothing is opened.
 */
#ifndef BOXTOP_RUNTIME_SPEC_H
#define BOXTOP_RUNTIME_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "runtime/limits.h"
#include "runtime/spec_hooks.h"
#include "runtime/spec_list.h"

/** enum spec_ns - bits; the order is the one in which they are entered */
enum spec_ns {
	SPEC_NS_USER = 1 << 0,
	SPEC_NS_MNT = 1 << 1,
	SPEC_NS_PID = 1 << 2,
	SPEC_NS_NET = 1 << 3,
	SPEC_NS_IPC = 1 << 4,
	SPEC_NS_UTS = 1 << 5,
	SPEC_NS_CGROUP = 1 << 6,
	SPEC_NS_TIME = 1 << 7,
	SPEC_NS_ALL = (1 << 8) - 1,
};
#define SPEC_NS_KINDS 8

enum spec_root_kind {
	SPEC_ROOT_HOST = 0, /* the host's own root as the lower layer; secrets masked */
	SPEC_ROOT_DIR,
	SPEC_ROOT_TAR, /* an archive, unpacked into the state directory first */
};

/** struct spec_root - config.json "root", and where changes go */
struct spec_root {
	enum spec_root_kind kind;
	char *path; /* absolute; NULL for SPEC_ROOT_HOST */
	bool readonly;
	bool ephemeral; /* changes go to a layer that vanishes with the sandbox */
	char *keep;	/* or to this directory, which stays; NULL */
};

/** struct spec_id_map - one line of uid_map or gid_map */
struct spec_id_map {
	uint32_t inside, outside, size;
};
#define SPEC_ID_MAPS_MAX 16

/** struct spec_mount - config.json "mounts[]"; @options as mount(8) has them */
struct spec_mount {
	char *destination; /* absolute inside */
	char *type;	   /* "bind", "tmpfs", "proc", "sysfs", "cgroup", "mqueue", "devpts" */
	char *source;
	struct spec_list options;		 /* "ro", "nosuid", "rbind", "size=64m", ... */
	struct spec_id_map *uid_maps, *gid_maps; /* of a bind: ids on disk to ids inside's owners */
	size_t uid_maps_len, gid_maps_len;	 /* 0: as the root's */
};

/** struct spec_rlimit - config.json "process.rlimits[]" */
struct spec_rlimit {
	int resource; /* RLIMIT_NOFILE, ... */
	uint64_t soft, hard;
};

enum spec_seccomp {
	SPEC_SECCOMP_DEFAULT = 0,
	SPEC_SECCOMP_NONE,
	SPEC_SECCOMP_PROFILE
};
enum spec_restart {
	SPEC_RESTART_NO = 0,
	SPEC_RESTART_ON_FAILURE
};

/** struct spec_process - config.json "process" */
struct spec_process {
	struct spec_list args, env;
	char *cwd; /* absolute inside */
	bool terminal;
	bool interactive; /* keep stdin */
	uint32_t uid, gid;
	uint32_t umask;
	bool umask_set;
	char *user; /* NAME, NAME:GROUP or UID:GROUP, each a name to be looked up in the root's own
		     * /etc/passwd and group, or a number; NULL: uid and gid hold */
	uint32_t *groups;
	size_t groups_len;
	struct spec_rlimit *rlimits;
	size_t rlimits_len;
	uint64_t
		caps; /* bits 1 << CAP_*: bounding, permitted and effective; inheritable and ambient
			* stay empty */
	bool no_new_privileges;
	int oom_score_adj;
	bool oom_score_adj_set;
	unsigned short rows, columns; /* of the terminal; 0: of the caller's */
	char *apparmor_profile;	      /* that is loaded on the host; NULL: as the caller */
};

/** struct spec - a sandbox to be; spec_init() gives the defaults of `boxtop run` */
struct spec {
	struct arena arena; /* owns every string and array */
	char *name;	    /* [A-Za-z0-9_][A-Za-z0-9_.-]*; NULL: one is made up */
	char *bundle;	    /* directory of config.json; NULL */
	struct spec_root root;
	struct spec_process process;
	char *hostname; /* NULL: the name */
	struct spec_mount
		*mounts; /* beyond those that every sandbox has; one with the destination of
				    * such a one takes its place */
	size_t mounts_len;
	bool only_mounts;	 /* of a bundle: mounts are all there are, and the nodes in /dev */
	unsigned int namespaces; /* enum spec_ns: new ones; the rest is shared with the host */
	char *ns_paths
		[SPEC_NS_KINDS]; /* join this one, by bit number, and its bit is clear; NULL */
	struct spec_id_map uid_maps[SPEC_ID_MAPS_MAX], gid_maps[SPEC_ID_MAPS_MAX];
	size_t uid_maps_len, gid_maps_len; /* 0: chosen by the rules of id_map_choose() */
	char *subids; /* for root: whose subordinate ids are used; "none"; NULL: root's or boxtop's */
	struct spec_list masked_paths, readonly_paths, sysctls; /* sysctls: "net.x.y=value" */
	enum spec_seccomp seccomp;
	char *seccomp_profile; /* file with "linux.seccomp" of an OCI config; NULL */
	char *cgroups_path;    /* asked-for parent or path; NULL: chosen */
	struct limit_set limits;
	enum spec_restart restart;
	unsigned int restart_max; /* 0: no bound */
	uint64_t timeout_usec;	  /* 0: none */
	bool detach, remove;
	bool outlive;		      /* goes on when its supervisor dies */
	struct spec_list annotations; /* "key=value" */
	struct spec_hooks hooks[SPEC_HOOK_KINDS];
};

/** spec_init() - the defaults: all namespaces but time, host root, small set of capabilities, default
 *  seccomp list, no_new_privileges, masked and read-only paths */
void spec_init(struct spec *spec);
void spec_finish(struct spec *spec);

/** spec_list_add() - append a copy of @text */
void spec_list_add(struct spec *spec, struct spec_list *list, const char *text);

/** spec_mask_host_secrets() - for SPEC_ROOT_HOST: mask keys, password hashes and tokens of the host, and
 *  those below @home (NULL: none). Paths that aren't there mask nothing */
void spec_mask_host_secrets(struct spec *spec, const char *home);

/** spec_set_user() - take "UID", "UID:GID" (a UID alone is its own GID) or names into spec->process.
 *  0; -EINVAL with @err: numbers are whole, unsigned and below 4294967295 */
int spec_set_user(struct spec *spec, const char *text, struct err *err);

/** SPEC_HOSTNAME_MAX - the kernel takes no longer host name */
#define SPEC_HOSTNAME_MAX 64

/** spec_hostname() - the one asked for, or the name; of a name that is too long its beginning and a hash, so that
 *  two of them stay two. NULL: there is neither */
const char *spec_hostname(const struct spec *spec, char buf[SPEC_HOSTNAME_MAX + 1]);

/** SPEC_NAME_MAX - it is a file name, a part of a cgroup's and of a systemd unit's */
#define SPEC_NAME_MAX 128

/** spec_check_name() - of a sandbox: [A-Za-z0-9_][A-Za-z0-9_.-]*, not too long. 0; -EINVAL with @err */
int spec_check_name(const char *name, struct err *err);

/** spec_load_bundle() - fill from DIR/config.json of an OCI bundle. What we can't honour is refused by
 *  name, never skipped. 0; -errno with @err naming the key */
int spec_load_bundle(struct spec *spec, const char *dir, struct err *err);

/** spec_save() - write config.json of the whole spec below @dirfd, so that spec_load_bundle() reads the
 *  same spec again */
int spec_save(const struct spec *spec, int dirfd, const char *file, struct err *err);

/** spec_check() - the whole spec, before anything is made; says the first thing that is wrong with it.
 *  0; -EINVAL with @err */
int spec_check(const struct spec *spec, struct err *err);

#endif
