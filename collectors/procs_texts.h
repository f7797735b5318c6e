/* SPDX-License-Identifier: MIT */
/*
 * Names and command lines of processes, cached by (pid, start time). A command line is read once,
 * and again when the name changed (exec) or when it is asked to be fresh.
 */
#ifndef BOXTOP_COLLECTORS_PROCS_TEXTS_H
#define BOXTOP_COLLECTORS_PROCS_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/process.h"

/** PROCS_CMDLINE_MAX - longer command lines are cut: a process may make its own gigabytes long */
#define PROCS_CMDLINE_MAX 4096

/** PROCS_TEXTS_POOL - so many names are looked for before one is copied again */
#define PROCS_TEXTS_POOL 64

struct procs_text; /* of one process */

/** struct procs_texts - the cache; init with {0}, procs_texts_finish() */
struct procs_texts {
	struct procs_text *now, *before; /* ascending pid; of this pass and of the one before */
	size_t now_len, now_cap;
	size_t before_len, before_cap;
	size_t before_at;    /* entries of @before up to here were taken over or are freed */
	int proc_fd;	     /* of this pass; borrowed */
	struct arena *arena; /* that rows get their texts in; borrowed */
	struct strbuf buf;
	const char *pool[PROCS_TEXTS_POOL]; /* of this pass: names by their hash */
};

/** procs_texts_begin() - a pass begins: what is not entered in it is forgotten at its end
 *  @proc_fd: the /proc that is read; @arena: for the texts of rows */
void procs_texts_begin(struct procs_texts *texts, int proc_fd, struct arena *arena);
void procs_texts_end(struct procs_texts *texts);
void procs_texts_finish(struct procs_texts *texts);

/**
 * procs_texts_enter() - name the next process of this pass
 * @row:     pid, start_ticks and kernel_thread are set, its pid is greater than all before; gets comm
 * @name:    its name: printable, with question marks for the rest, or with an exec_id as it is
 * @exec_id: changes with every exec; 0 unknown
 */
void procs_texts_enter(struct procs_texts *texts, struct process *row, const char *name,
		       uint64_t exec_id);

/** procs_texts_worker() - read the name of a thread of the kernel anew, which says what it works on */
void procs_texts_worker(struct procs_texts *texts, struct process *row);

/** procs_texts_known_cmdline() - row.cmdline, if it need not be read for that */
void procs_texts_known_cmdline(struct procs_texts *texts, struct process *row);
/**
 * procs_texts_cmdline() - set the command line of a row that was entered in this pass
 * @fresh: read it even if it is known already
 *
 * A kernel thread, and a process that has no arguments (any more), get their name in brackets. It
 * stays NULL where it is denied or the process is gone.
 */
void procs_texts_cmdline(struct procs_texts *texts, struct process *row, bool fresh);

#endif
