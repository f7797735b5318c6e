/* SPDX-License-Identifier: MIT */
/* Processes that /proc shows and the task iterator does not: a kernel may keep some from programs. */
#ifndef BOXTOP_COLLECTORS_TASKS_HIDDEN_H
#define BOXTOP_COLLECTORS_TASKS_HIDDEN_H

#include "collectors/tasks.h"

struct tasks_hidden;

struct tasks_hidden *tasks_hidden_new(void);
void tasks_hidden_free(struct tasks_hidden *hidden);

/**
 * tasks_hidden_add() - put facts of hidden processes into @tasks, which was just read
 *
 * PID 1 is looked for at once. Any other is found within 64 reads of @tasks, once it is a second old.
 */
void tasks_hidden_add(struct tasks_hidden *hidden, struct tasks *tasks, int proc_fd);

#endif
