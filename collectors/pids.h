/* SPDX-License-Identifier: MIT */
/*
 * The pid table: for every process, the facts that rarely change and cost much to read (namespace
 * inodes, root directory, pid inside), cached by (pid, start time). A process is known again without
 * reading it by the inode of its /proc directory as readdir gives it; entries are read anew in turns,
 * because setns, unshare, chroot and exec change them.
 */
#ifndef BOXTOP_COLLECTORS_PIDS_H
#define BOXTOP_COLLECTORS_PIDS_H

#include "collectors/collector.h"
#include "model/namespace.h"

enum pid_entry_flags {
	PID_NS_READ = 1 << 0,	/* ns[] was read (some may be 0: gone) */
	PID_NS_DENIED = 1 << 1, /* another user's process: links not readable */
	PID_KERNEL_THREAD = 1 << 2,
	PID_ROOT_READ = 1 << 3, /* root was read */
	PID_YOUNG = 1 << 4,	/* was just born when it was read: read again in the next pass */
};

/** struct pid_entry - one process */
struct pid_entry {
	pid_t pid;
	pid_t ppid;
	pid_t inner_pid;      /* NSpid, last; 0 unknown */
	uint64_t start_ticks; /* 0 until read */
	uint64_t proc_inode;  /* d_ino of /proc/PID */
	unsigned int flags;   /* enum pid_entry_flags */
	uid_t uid;	      /* owner of /proc/PID; (uid_t)-1 unknown */
	uint64_t ns[NS_TYPES];
	char comm[16]; /* raw, terminated */
	char *root;    /* target of /proc/PID/root where it is not "/"; NULL for "/" or unknown */
	uint64_t
		root_inode; /* st_ino of /proc/PID/root (with root_dev), 0 unknown: tells roots apart that */
	uint64_t root_dev; /* read "/" because of another mount namespace */
	uint64_t
		root_fact; /* what the task iterator called it when it was read; 0: it was not asked */
	uint32_t cgroup;    /* of this pass: index in snapshot.cgroups, or INDEX_NONE */
	uint32_t container; /* of this pass: set by the identity collector, or INDEX_NONE */
	uint64_t seen;	    /* sequence of the pass that saw it last */
};

/** pids_count() - entries of this pass */
size_t pids_count(const struct pids *pids);
/** pids_at() - @i'th entry, ascending pid; valid until the next pass */
struct pid_entry *pids_at(struct pids *pids, size_t i);
/** pids_find() - by pid; NULL */
struct pid_entry *pids_find(struct pids *pids, pid_t pid);
/** pids_host_ns() - inodes of PID 1's namespaces; our own where PID 1's can't be read; 0 unknown */
const uint64_t *pids_host_ns(const struct pids *pids);
/** pids_complete() - whether every entry's namespaces were read */
bool pids_complete(const struct pids *pids);
/** pid_entry_is_read() - whether the process was looked at (its links may still be denied) */
static inline bool pid_entry_is_read(const struct pid_entry *entry)
{
	return entry->flags & (PID_NS_READ | PID_NS_DENIED);
}

#endif
