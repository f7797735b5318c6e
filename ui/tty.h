/* SPDX-License-Identifier: MIT */
/*
 * The terminal as a device: modes, size, and writing that never hangs. Knows no escape codes: what
 * gives the screen back is prepared by term and kept here, where a signal handler can reach it.
 */
#ifndef BOXTOP_UI_TTY_H
#define BOXTOP_UI_TTY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/** tty_open() - get hold of the terminal, change nothing. -ENOTTY: stdin or stdout is none; -errno */
int tty_open(struct err *err);
/** tty_close() - tty_restore(), and let go */
void tty_close(void);
/** tty_set_restore() - the bytes that give the screen back; cut at 512 */
void tty_set_restore(struct span bytes);
/** tty_take() - raw keys, but for the keys that make signals; from now on tty_restore() has an effect */
void tty_take(void);
/** tty_restore() - write the bytes, put the modes back; once. Async-signal-safe, gives up after a
 *  second if nobody reads */
void tty_restore(void);
/** tty_write() - write, and keep what the terminal does not take for now */
void tty_write(struct span bytes);
/** tty_flush() - try again; true when nothing is left */
bool tty_flush(void);
/** tty_size() - in cells; false where the terminal does not know */
bool tty_size(int *width, int *height);
/** tty_poll_fd() - readable when there is input, or when tty_flush() may get on */
int tty_poll_fd(void);
/** tty_forget_input() - tty_poll_fd() is not woken by input any more, since none will come */
void tty_forget_input(void);
/** tty_is_gone() - hung up */
bool tty_is_gone(void);

#endif
