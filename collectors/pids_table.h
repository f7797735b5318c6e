/* SPDX-License-Identifier: MIT */
/* Inside the pids collector: the table, which is filled from /proc (pids.c) or from facts (pids_facts.c). */
#ifndef BOXTOP_COLLECTORS_PIDS_TABLE_H
#define BOXTOP_COLLECTORS_PIDS_TABLE_H

#include "base/str.h"
#include "collectors/pids.h"
#include "collectors/pids_list.h"

/** struct pids - the table */
struct pids {
	struct pids_list list;	   /* of this pass */
	struct pid_entry *entries; /* ascending pid */
	size_t len, cap;
	uint64_t sequence;			 /* of this pass */
	pid_t first_cursor;			 /* unread entries up to this pid had their turn */
	pid_t young_cursor;			 /* the same for those that were read young */
	pid_t old_cursor;			 /* the same for all others */
	bool complete;				 /* every entry was read */
	bool host_read;				 /* the members below were */
	uint64_t host_ns[NS_TYPES];		 /* of PID 1, or of ourselves */
	uint64_t proc_pid_ns;			 /* pid namespace that /proc shows; 0 unknown */
	uint64_t host_root_dev, host_root_inode; /* of "/" */
	struct strbuf buf;			 /* the file that was read last */
};

/** pids_read_ns() - inode of the namespace that a link leads to, below a process's directory; 0 none */
int pids_read_ns(int dirfd, enum ns_type type, uint64_t *out_inode);
/** pid_entry_read_inner() - its pid in its own namespace, by NSpid where that is another than /proc's */
void pid_entry_read_inner(struct pid_entry *entry, int dirfd, struct pids *pids);
/** pid_entry_read_root() - its root directory */
void pid_entry_read_root(struct pid_entry *entry, int dirfd, const struct pids *pids);
void pid_entry_finish(struct pid_entry *entry);

/** pids_take_facts() - make the table what pass.tasks says */
void pids_take_facts(struct pids *pids, const struct pass *pass);

#endif
