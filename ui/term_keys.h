/* SPDX-License-Identifier: MIT */
/* The part of term that reads keys and the mouse: see term_event() for the way in. */
#ifndef BOXTOP_UI_TERM_KEYS_H
#define BOXTOP_UI_TERM_KEYS_H

#include "ui/term.h"

/** term_keys_start() - after the screen is open */
void term_keys_start(void);
/** term_keys_start_mouse() - ask for clicks and the wheel; false if the terminal has no mouse */
bool term_keys_start_mouse(void);
/** term_keys_next() - the next key or mouse event; false: none */
bool term_keys_next(struct event *event);
void term_keys_stop(void);

#endif
