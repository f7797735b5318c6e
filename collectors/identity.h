/* SPDX-License-Identifier: MIT */
/*
 * Inside the identity collector: one pass in the making. Rows are put together as drafts, from the
 * cgroup tree first and from namespaces then, and become snapshot.containers at the end.
 */
#ifndef BOXTOP_COLLECTORS_IDENTITY_H
#define BOXTOP_COLLECTORS_IDENTITY_H

#include "collectors/claims.h"
#include "collectors/cmdlines.h"
#include "collectors/pids.h"
#include "collectors/users.h"

/** struct draft - a row in the making */
struct draft {
	struct claim claim; /* texts in the snapshot's arena */
	uint32_t cgroup;    /* top of its subtree, or INDEX_NONE */
	uint32_t parent;    /* enclosing draft, or INDEX_NONE */
	uint64_t key;
	const struct pid_entry *leader; /* NULL: none is alive, or it is a row without one */
	uint32_t members;		/* processes of which it is the innermost row */
	bool by_namespace;
	const struct facts *ended; /* what is known of one that ended; NULL */
};

/** struct identity_pass - what the steps of a pass work on */
struct identity_pass {
	struct pass *pass;
	struct snapshot *snapshot;
	struct pid_entry **entries; /* ascending pid; empty without a pid table */
	size_t entries_len;
	uint64_t host_ns[NS_TYPES]; /* 0 unknown */
	uint64_t host_root_dev, host_root_inode;
	struct draft *drafts;
	size_t drafts_len, drafts_cap;
	struct cmdlines *cmdlines;
	struct users *users;
	struct state_cache *state;	   /* NULL: engines' state is not to be looked at */
	const struct sandboxes *sandboxes; /* NULL: none */
	int root_fd;
	const char *denied; /* a state that would have named a row, lent by its claim; NULL */
	bool hidden;	    /* /proc does not show all processes (hidepid) */
};

/** identity_add() - a new draft, zeroed but for what stands for "none"; earlier ones may move */
struct draft *identity_add(struct identity_pass *ip);
/** identity_entry() - by pid; NULL */
struct pid_entry *identity_entry(const struct identity_pass *ip, pid_t pid);
/** identity_is_container() - whether whatever is below a row of that kind is inside of it: containers,
 *  virtual machines and apps of an engine, but not units, pods and groups made by hand */
bool identity_is_container(enum container_kind kind);
/** identity_leads() - whether @a is rather the first process than @b: the older one; with @inside, of
 *  two in different pid namespaces the one with the lower pid in its own */
bool identity_leads(const struct pid_entry *a, const struct pid_entry *b, bool inside);

/**
 * by_namespace() - add the containers that have no cgroup of their own
 *
 * Needs the drafts of all cgroups, with leaders; sets pid_entry.container of their members.
 */
void by_namespace(struct identity_pass *ip);

#endif
