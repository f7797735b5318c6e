/* SPDX-License-Identifier: MIT */
/*
 * Inside the procs collector: one pass in the making, and the two sources that rows come from. A source
 * lists all processes with what is cheap; what is expensive is read of the rows in view, from /proc in
 * either case.
 */
#ifndef BOXTOP_COLLECTORS_PROCS_H
#define BOXTOP_COLLECTORS_PROCS_H

#include "collectors/collector.h"
#include "collectors/procs_texts.h"
#include "collectors/users.h"

/** CMDLINES_PER_PASS - how many command lines out of view are read at most */
#define CMDLINES_PER_PASS 250u

struct procs_pages; /* procs_bpf.c: by how much the pages of a process are told wrong */

/** struct procs_state - kept between passes */
struct procs_state {
	int proc_fd;		  /* the real /proc, which is what libproc2 reads */
	int root_fd;		  /* "/", for the users' names; -1 */
	struct procs_texts texts; /* names and command lines */
	pid_t filled;		  /* the last whose command line was read out of view */
	struct users *users;
	struct procs_pages *pages;
	uint64_t page_bytes;
	struct strbuf buf; /* the file that was read last */
};

/** struct procs_pass - one pass in the making */
struct procs_pass {
	struct procs_state *state;
	struct pass *pass;
	struct arena *arena;
	struct process *rows; /* in the arena, ascending pid */
	size_t len;
	uid_t user_uid; /* of @user: neighbours mostly are of the same user */
	const char *user;
};

/** struct procs_source - where rows come from */
struct procs_source {
	/* fill rows and len. Return: 0; -errno with @err where not even our own process could be read */
	int (*list)(struct procs_pass *p, struct err *err);
	/* SOURCE_PROCS_STATUS of the rows in view, if that isn't all of them */
	void (*view)(struct procs_pass *p);
};

extern const struct procs_source procs_source_procfs, procs_source_bpf;

/** procs_all_in_view() - whether the expensive fields of every process are asked for */
bool procs_all_in_view(const struct demand *demand);
/** procs_find() - the row of @pid; NULL */
struct process *procs_find(const struct procs_pass *p, pid_t pid);
/** procs_user() - the user's @name, in the arena once for many rows */
const char *procs_user(struct procs_pass *p, uid_t uid, const char *name);
/** procs_not_asked() - what is read in view only says so until it is read */
void procs_not_asked(struct process *row);
/** procs_memory() - @bytes of a process; a kernel thread has none, and whose file was empty is gone */
struct metric procs_memory(const struct process *row, uint64_t bytes, bool was_read);

/** procs_procfs_status() - swap and terminal of some rows from /proc/PID/status through libproc2 */
void procs_procfs_status(struct procs_pass *p, const pid_t *pids, size_t n);

/** procs_pages_free() - NULL allowed */
void procs_pages_free(struct procs_pages *pages);

#endif
