/* SPDX-License-Identifier: MIT */
/*
 * The lives of sandboxes for the screen: started by the same command line that a person would type, read,
 * entered. Each function here makes a job for a worker, but for the shell, which has the terminal.
 */
#ifndef BOXTOP_COMMANDS_TOP_SANDBOXES_H
#define BOXTOP_COMMANDS_TOP_SANDBOXES_H

#include "commands/worker.h"
#include "ui/actions.h"

/** top_launch_job() - boxtop with @args, a NULL-terminated list that is copied */
struct job *top_launch_job(const char *const *args);
/** top_log_job() - the last @lines that a sandbox said */
struct job *top_log_job(const char *name, uint64_t lines);
/** top_sandbox_news() - the answer of one of those two, once it was run; the caller's */
struct act_news *top_sandbox_news(struct job *job);

/** top_shell() - a shell in the container of @row, on this terminal; waits for its end. Its exit code, or
 *  -errno with @err */
int top_shell(const struct act_rows *row, struct err *err);

#endif
