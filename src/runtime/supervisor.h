/* SPDX-License-Identifier: MIT */
/*
 * The life of one sandbox, internal to the runtime: made, run, run again where that is wanted, ended,
 * cleaned up. Who supervises is a process of its own but for a foreground run without a terminal.
 */
#ifndef BOXTOP_RUNTIME_SUPERVISOR_H
#define BOXTOP_RUNTIME_SUPERVISOR_H

#include "runtime/cg.h"
#include "runtime/launch.h"
#include "runtime/relay.h"
#include "runtime/sandbox.h"
#include "runtime/state.h"

/** struct front - whom a supervisor works for */
struct front {
	const struct sandbox_caller *caller; /* in this process; NULL */
	int channel_fd;			     /* or at the other end of this; -1 */
	bool strict;			     /* as in struct sandbox_caller */
	bool stays; /* who is there stays until the end, or says WORD_DETACH */
	struct relay relay;
	struct log_writer log;
};

/** struct life - one sandbox as its supervisor sees it */
struct life {
	struct spec spec; /* the caller's, with its name filled in; borrows all it has */
	struct front *front;
	struct state_dir dir;
	struct state state;
	struct cg cg;
	struct launch_layers layers;
	struct launched launched;
	uint64_t oom_kills;	  /* that were told already */
	uint64_t timeout_at_usec; /* 0: none */
	uint64_t kill_at_usec;	  /* asked to end: ended by force then; 0 */
	bool cg_made;
	bool stopping; /* somebody wants the end: it is not started again */
	bool keep;     /* its state stays when it ended */
	bool alone;    /* this process has no children but what it launches */
};

/** front_note() - tell who is there */
void front_note(struct front *front, const char *text);

/**
 * supervise() - from a checked spec to the end of it all
 *
 * Return: 0 with the command's exit code; -errno with @err, everything undone, and @out_exit is 125, 126
 * or 127.
 */
int supervise(const struct spec *spec, struct front *front, int *out_exit, struct err *err);

/** life_make(), life_unmake() - what there is before the command runs, and after its last run */
int life_make(struct life *life, struct err *err);
int life_unmake(struct life *life, int exit_code, struct err *err);
/** life_stay() - until init ended; its exit code; -errno with @err */
int life_stay(struct life *life, struct err *err);

/** life_count_oom() - processes that the kernel killed for memory in its group, so far */
uint64_t life_count_oom(const struct cg *cg);

#endif
