/* SPDX-License-Identifier: MIT */
/* The signals that a program on a terminal has to answer, through a pipe; the terminal is restored
 * before any other signal that would end the program. */
#ifndef BOXTOP_UI_TERM_SIGNALS_H
#define BOXTOP_UI_TERM_SIGNALS_H

#include "base/err.h"

/** term_signals_install() - after tty_open(). Signals that were ignored stay so. 0; -errno */
int term_signals_install(struct err *err);
/** term_signals_remove() - put the old actions back; may be called twice */
void term_signals_remove(void);
/** term_signals_fd() - readable when term_signals_take() has one */
int term_signals_fd(void);
/**
 * term_signals_take() - the next of SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH; 0: none
 *
 * One of the first three that comes again before it was taken ends the program at once: the loop does
 * not seem to turn any more.
 */
int term_signals_take(void);
/** term_signals_stop() - stop the program as Ctrl-Z does; returns when it goes on */
void term_signals_stop(void);

#endif
