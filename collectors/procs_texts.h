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

struct procs_text; /* of one process */

/** struct procs_texts - the cache; init with {0}, procs_texts_finish() */
struct procs_texts {
	struct procs_text *now, *before; /* ascending pid; of this pass and of the one before */
	size_t now_len, now_cap;
	size_t before_len, before_cap;
	size_t before_at; /* entries of @before up to here were taken over or are freed */
	struct strbuf buf;
};

/** procs_texts_begin() - a pass begins: what is not entered in it is forgotten at its end */
void procs_texts_begin(struct procs_texts *texts);
void procs_texts_end(struct procs_texts *texts);
void procs_texts_finish(struct procs_texts *texts);

/**
 * procs_texts_enter() - name the next process of this pass
 * @row:       pid and start_ticks are set, its pid is greater than all before; gets comm
 * @printable: its name as libproc2 gives it
 * @proc_fd:   the /proc that it is in
 */
void procs_texts_enter(struct procs_texts *texts, struct process *row, const char *printable,
		       int proc_fd, struct arena *arena);

/**
 * procs_texts_cmdline() - set the command line of a row that was entered in this pass
 * @fresh: read it even if it is known already
 *
 * A kernel thread, and a process that has no arguments (any more), get their name in brackets. It
 * stays NULL where it is denied or the process is gone.
 */
void procs_texts_cmdline(struct procs_texts *texts, struct process *row, bool fresh, int proc_fd,
			 struct arena *arena);

#endif
