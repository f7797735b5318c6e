/* SPDX-License-Identifier: MIT */
/* Questions before what can't be undone. */
#ifndef BOXTOP_COMMANDS_ASK_H
#define BOXTOP_COMMANDS_ASK_H

#include <stdbool.h>

/** ask_is_possible() - whether somebody sits at a terminal to answer */
bool ask_is_possible(void);

/** ask_yes() - "@question [y/N] " on stderr, the answer from stdin; anything but y and yes is no */
bool ask_yes(const char *question);

#endif
