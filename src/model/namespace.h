/* SPDX-License-Identifier: MIT */
/* A kernel namespace and who holds it. */
#ifndef BOXTOP_MODEL_NAMESPACE_H
#define BOXTOP_MODEL_NAMESPACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/metric.h"

/** enum ns_type - in the order in which they are shown */
enum ns_type {
	NS_MNT = 0,
	NS_UTS,
	NS_IPC,
	NS_NET,
	NS_PID,
	NS_USER,
	NS_CGROUP,
	NS_TIME,
	NS_TYPES,
};

/** enum ns_held - what keeps a namespace alive */
enum ns_held {
	NS_HELD_PROCESS = 1 << 0,
	NS_HELD_MOUNT = 1 << 1, /* a bind mount of its nsfs file */
	NS_HELD_FD = 1 << 2,	/* an open descriptor */
	NS_HELD_CHILD = 1 << 3, /* an ancestor of a namespace that is in use */
};

/** struct ns - one namespace */
struct ns {
	uint64_t id; /* inode in nsfs */
	enum ns_type type;
	unsigned int held;	 /* enum ns_held bits */
	uint32_t processes;	 /* members; 0 when held by a mount or descriptor only */
	pid_t first_pid;	 /* lowest pid in it; 0 none */
	const char *command;	 /* comm of first_pid; raw; NULL */
	struct metric owner_uid; /* uid that created its user namespace (NS_GET_OWNER_UID) */
	struct metric owner_ns;	 /* inode of the owning user namespace (NS_GET_USERNS) */
	struct metric
		parent_ns; /* pid and user: inode of the parent (NS_GET_PARENT); absent: the initial
				  * namespace; denied: outside ours */
	const char *held_path; /* mount point or /proc/PID/fd/N that holds it; raw; NULL */
	uint32_t container;    /* innermost container that uses it, or INDEX_NONE */
	bool is_host;	       /* the namespace of PID 1 (as far as we can see) */
};

/** ns_type_text() - the name under /proc/PID/ns: "mnt", "uts", ... */
const char *ns_type_text(enum ns_type type);

#endif
