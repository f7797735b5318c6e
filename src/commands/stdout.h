/* SPDX-License-Identifier: MIT */
/* Standard output as the commands use it: whole answers, written at once, and every failure noticed. */
#ifndef BOXTOP_COMMANDS_STDOUT_H
#define BOXTOP_COMMANDS_STDOUT_H

#include "base/err.h"
#include "base/str.h"

/** stdout_write() - all of @text; 0 or -errno with @err (EPIPE: the reader has gone) */
int stdout_write(struct span text, struct err *err);

/** stdout_close() - the last chance of a file system to say that it lost something; 0 or -errno */
int stdout_close(struct err *err);

/** stdout_width() - columns of the terminal that stdout is; 0 if it is none */
size_t stdout_width(void);

#endif
