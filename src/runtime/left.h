/* SPDX-License-Identifier: MIT */
/* What is left of a sandbox and has to go, internal to the runtime: used by who supervised it, and by who
 * comes next when that one died. */
#ifndef BOXTOP_RUNTIME_LEFT_H
#define BOXTOP_RUNTIME_LEFT_H

#include "runtime/state.h"

/** left_kill() - everything in it, by its groups and by its init; 0 also when nothing was there; -EBUSY
 *  what can't be ended now; -errno with @err */
int left_kill(const struct state *state, struct err *err);
/** left_remove_groups() - those that the state names, or that its name would have; what is in them is
 *  killed. 0; -errno with @err */
int left_remove_groups(const struct state *state, struct err *err);
/** left_remove_opened() - the same of groups that are at hand */
int left_remove_opened(struct cg *cg, const char *name, struct err *err);
/** left_settle() - ended and cleaned up: what is to be known of it stays, or (@keep false) nothing */
int left_settle(struct state_dir *dir, struct state *state, bool keep, struct err *err);

/** left_sweep() - what dead supervisors left of all sandboxes in @root_fd; the first failure is told, the
 *  others are cleaned up all the same. 0; -errno with @err */
int left_sweep(int root_fd, struct err *err);
/** left_sweep_one() - the same of one. 1: it goes on, abandoned; 0; -errno with @err */
int left_sweep_one(struct state_dir *dir, struct err *err);

#endif
