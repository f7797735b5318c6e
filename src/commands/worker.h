/* SPDX-License-Identifier: MIT */
/*
 * A thread that does one job after the other for the screen, which never waits for it: what is read from
 * the inside of a container, and what is done to one. Knows nothing of what the jobs are.
 */
#ifndef BOXTOP_COMMANDS_WORKER_H
#define BOXTOP_COMMANDS_WORKER_H

#include "base/err.h"

/** struct job - something to do; the first member of what the owner knows of it */
struct job {
	void (*run)(struct job *job);  /* on the worker's thread */
	void (*free)(struct job *job); /* on whichever thread has it last */
	struct job *next;	       /* the worker's */
};

struct worker;

/** worker_new() - start the thread. 0; -errno with @err */
int worker_new(struct worker **out, struct err *err);
/** worker_add() - a job to be done after those that wait already; owned until it is taken */
void worker_add(struct worker *worker, struct job *job);
/** worker_take() - the oldest that is done, owned by the caller from now on; NULL: none */
struct job *worker_take(struct worker *worker);
/** worker_wake_fd() - readable while there may be one to take; drained by worker_take() */
int worker_wake_fd(const struct worker *worker);

/**
 * worker_free() - stop; NULL allowed
 *
 * Jobs that wait are dropped. One that is going on is waited for half a second at the most, and left
 * behind if it takes longer: the thread frees it and everything else when it is through.
 */
void worker_free(struct worker *worker);

#endif
