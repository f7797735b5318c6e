/* SPDX-License-Identifier: MIT */
/* The caller's own terminal while a sandbox has it, internal to the runtime: raw, and given back. */
#ifndef BOXTOP_RUNTIME_TTY_H
#define BOXTOP_RUNTIME_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "base/str.h"

/** struct outer_tty - init with OUTER_TTY_INIT; finish with outer_tty_restore() */
struct outer_tty {
	int fd; /* borrowed; -1: there is none */
	bool raw;
	struct termios saved;
	unsigned int
		modes;	/* what programs inside switched on and not off: bits by a table of ours */
	size_t matched; /* of an escape sequence at the end of what was seen last */
	char sequence[16];
};

#define OUTER_TTY_INIT ((struct outer_tty) {.fd = -1})

/** outer_tty_take() - the terminal that stdin, stdout or stderr is; with @keys those of stdin, if it is one,
 *  come raw from now on */
void outer_tty_take(struct outer_tty *tty, bool keys);
/** outer_tty_release() - its modes as they were, for a while */
void outer_tty_release(struct outer_tty *tty);
/** outer_tty_watch() - look through output for modes that outlast the program which set them: the
 *  alternate screen, a hidden cursor, the mouse, bracketed paste */
void outer_tty_watch(struct outer_tty *tty, const char *data, size_t len);
/** outer_tty_restore() - its modes as they were, and what outer_tty_watch() saw left on switched off */
void outer_tty_restore(struct outer_tty *tty);
/** outer_tty_copy_size() - the size of the terminal to another one, which tells who is in it */
void outer_tty_copy_size(const struct outer_tty *tty, int console_fd);

/** struct detach_keys - Ctrl-P Ctrl-Q among the keys that go in */
struct detach_keys {
	bool held; /* the first one came, and was kept back */
	bool seen; /* both came */
};

/** detach_keys_sift() - for struct flow */
size_t detach_keys_sift(void *data, char *buf, size_t len);

#endif
