/* SPDX-License-Identifier: MIT */
/*
 * A terminal for tests: a pty whose other end is the test. The program under test runs in a child that
 * is a job of a little shell of its own, so that it can be stopped and continued as with Ctrl-Z.
 */
#ifndef BOXTOP_TESTS_SUPPORT_TERMINAL_H
#define BOXTOP_TESTS_SUPPORT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include "base/str.h"

/** struct terminal - init with terminal_start() */
struct terminal {
	int fd;	       /* what the person sees and types */
	int slave;     /* kept open, so that what was written can be read after the program ended */
	int status_fd; /* the shell's: one int per change of state of its job, as from waitpid() */
	int report_fd; /* what the program says beside the terminal */
	pid_t shell, job;
	struct termios before;
	struct strbuf output; /* everything written so far */
};

/** terminal_start() - run @program(@data, @report_fd) as a job on a new terminal of 80x24. TERM is set
 *  to @kind (NULL: unset) */
void terminal_start(struct terminal *terminal, const char *kind,
		    void (*program)(void *data, int report_fd), void *data);
/** terminal_type() - press keys */
void terminal_type(struct terminal *terminal, struct span keys);
/** terminal_expect() - read until @needle was written after @from; false after five seconds */
bool terminal_expect(struct terminal *terminal, size_t from, struct span needle);
/** terminal_drain() - read what there is until nothing comes for @msec */
void terminal_drain(struct terminal *terminal, int msec);
/** terminal_status() - the next change of state of the job, reading output meanwhile; -1 after ten
 *  seconds */
int terminal_status(struct terminal *terminal);
/** terminal_report() - the next @len bytes that the program reported; false after five seconds */
bool terminal_report(struct terminal *terminal, void *data, size_t len);
/** terminal_modes_equal() - are the modes of the line as they were before */
bool terminal_modes_equal(const struct terminal *terminal);
/** terminal_count() - how often @needle is in the output */
size_t terminal_count(const struct terminal *terminal, struct span needle);
/** terminal_resize() - as a window does */
void terminal_resize(struct terminal *terminal, int width, int height);
void terminal_finish(struct terminal *terminal);

#endif
