/* SPDX-License-Identifier: MIT */
/*
 * Programs that the screen starts: with nothing of what keeps the screen alive, and no descriptor of its
 * own. Never on the way to a kill.
 */
#ifndef BOXTOP_COMMANDS_TOP_CHILD_H
#define BOXTOP_COMMANDS_TOP_CHILD_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/** top_child_exists() - whether a program is found in PATH */
bool top_child_exists(const char *name);

/**
 * top_child_capture() - run a program and wait for its end; no input
 * @path:     the executable
 * @args:     NULL-terminated, the first is its name
 * @out_text: what it printed; @out_said: what it said on stderr; both appended
 *
 * Return: its exit code, 128+n for a signal; -errno with @err.
 */
int top_child_capture(const char *path, const char *const *args, struct strbuf *out_text,
		      struct strbuf *out_said, struct err *err);

/** top_child_run() - a program from PATH on this terminal, until it ends; the same results */
int top_child_run(const char *const *args, struct err *err);

#endif
