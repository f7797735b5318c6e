/* SPDX-License-Identifier: MIT */
/*
 * Staying alive while a machine dies: memory that is not paged out, not the first
 * choice of the OOM killer, and on the CPU before a thousand spinning processes. Each is had where it is
 * allowed, and undone; none of it is needed for the result to be right.
 */
#ifndef BOXTOP_RUNTIME_STEADY_H
#define BOXTOP_RUNTIME_STEADY_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * steady_stay() - for a program that people look at meanwhile, as long as it runs: all of it, but no
 * priority above everything else. Before its other threads are started
 */
void steady_stay(void);
/** steady_undo_in_child() - between fork and exec of a program that is to have nothing of that */
void steady_undo_in_child(void);

/* ---- For the runtime ---- */

#define STEADY_OOM_SCORE_ADJ "/proc/self/oom_score_adj"

/** struct steady - what was before */
struct steady {
	int policy; /* of the calling thread; -1: unchanged */
	struct sched_param param;
	char oom_score_adj[16]; /* "": unchanged */
};

/**
 * steady_lock_memory() - lock what is resident, and what gets so; counted: undo each once
 * @more_flags: for mlockall(2), MCL_FUTURE or 0
 *
 * Nothing where our memory limit is tight.
 */
void steady_lock_memory(int more_flags);
void steady_unlock_memory(void);

/** steady_lower_oom_score() - true if it is another one now, with what it was in @before */
bool steady_lower_oom_score(char *before, size_t size);

/** steady_for_life() - all of it, for a process that does nothing else */
void steady_for_life(void);

/** steady_begin() - hot: before the kill; steady_end() after it */
void steady_begin(struct steady *steady);
void steady_end(struct steady *steady);

#endif
