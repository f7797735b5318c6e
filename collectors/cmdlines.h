/* SPDX-License-Identifier: MIT */
/* Command lines of the few processes that a container's row names, kept by (pid, start time). */
#ifndef BOXTOP_COLLECTORS_CMDLINES_H
#define BOXTOP_COLLECTORS_CMDLINES_H

#include <stdint.h>

#include "collectors/pids.h"

struct cmdlines;

struct cmdlines *cmdlines_new(void);
void cmdlines_free(struct cmdlines *cmdlines);
/** cmdlines_begin() - a new pass, reading below @proc_fd: invalidates what was lent out, forgets what
 *  the pass before did not ask for */
void cmdlines_begin(struct cmdlines *cmdlines, int proc_fd, uint64_t now_usec);
/** cmdlines_get() - arguments joined by spaces, raw; NULL if it has none or can't be read. Read again
 *  after some seconds, because a process may exec or rename itself */
const char *cmdlines_get(struct cmdlines *cmdlines, const struct pid_entry *entry);

#endif
