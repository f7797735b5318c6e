/* SPDX-License-Identifier: MIT */
/* Children of a process that all orphans below it fall to: waited for, traced call by call, struck. */
#ifndef BOXTOP_TESTS_INTERRUPT_H
#define BOXTOP_TESTS_INTERRUPT_H

#include <stdbool.h>
#include <sys/types.h>

/* pump() - let those that are traced go on until @until has ended; its exit code, 128+n for a signal. With 0:
 * until there is no child at all, 0. -1: not within @msec */
int pump(pid_t until, unsigned int msec);

/* trace_calls() - until @pid, and what it forks, have begun @calls system calls; it is held in the last one.
 * Less when nothing was called for @quiet_msec, or all have ended. How many it were */
unsigned int trace_calls(pid_t pid, unsigned int calls, unsigned int quiet_msec);
/* strike_traced() - a signal to who is held, or to all that are traced; all go on */
void strike_traced(int signal, bool all);
/* strike_a_child() - any of our children, chosen by @which */
void strike_a_child(int signal, unsigned int which);

/* children_text() - "pid (name) state" of each */
const char *children_text(void);
/* end_children() - SIGKILL, and wait */
void end_children(void);

#endif
