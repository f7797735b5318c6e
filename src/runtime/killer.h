/* SPDX-License-Identifier: MIT */
/*
 * What killer_new() reserves and killer_run() works on, internal to the runtime. killer.c prepares;
 * killer_run.c and killer_sweep.c are hot.
 */
#ifndef BOXTOP_RUNTIME_KILLER_H
#define BOXTOP_RUNTIME_KILLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/guard.h"
#include "runtime/hot_walk.h"
#include "runtime/kill.h"
#include "runtime/seen.h"
#include "runtime/target_private.h"

struct killer {
	struct target *target;
	int proc_fd;
	int kill_fd;	/* cgroup.kill of the v2 group, or of the twin; -1 */
	int events_fd;	/* its cgroup.events; -1 */
	int freezer_fd; /* freezer.state of the v1 group; -1 */
	struct guard *guard;
	size_t pids_brake, freezer_brake; /* numbers in @guard; SIZE_MAX: none */
	struct seen ended;		  /* whom it signalled or counted, by pid alone */
	struct seen visited;		  /* in this round, by pid alone */
	struct hot_walk walk;
	struct hot_members members;
	bool locked; /* steady_lock_memory() */
};

/** enum sweep_deed - what is done to every process of a place */
enum sweep_deed {
	SWEEP_LOOK,   /* nothing but counting it */
	SWEEP_COUNT,  /* add it to killer.ended */
	SWEEP_SIGNAL, /* send a signal */
	SWEEP_NAME,   /* add it to the report */
};

/** struct sweep - one visit of all groups of a place and below, and what came of it */
struct sweep {
	enum sweep_deed deed;
	int signal;
	bool frozen; /* nobody in it can end or be replaced meanwhile: members need no second look */
	struct kill_report *report;
	uint64_t members, fresh, denied;
};

/** killer_sweep() - hot: do the deed to each member of @place and of all below it that this round has
 *  not visited; a round begins with killer.visited cleared */
void killer_sweep(struct killer *killer, const struct target_place *place, struct sweep *sweep);

/** killer_end() - hot: end everything in the target. What is left at the deadline is in @report;
 *  @out_denied: how many processes we may not signal */
void killer_end(struct killer *killer, uint64_t deadline_usec, struct kill_report *report,
		uint64_t *out_denied);

/** killer_place_is_empty() - hot: whether no process is in it or below */
bool killer_place_is_empty(struct killer *killer, const struct target_place *place);

#endif
