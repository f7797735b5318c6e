/* SPDX-License-Identifier: MIT */
/* What the screen does to containers and processes: struct actions on workers of its own. */
#ifndef BOXTOP_COMMANDS_TOP_ACTIONS_H
#define BOXTOP_COMMANDS_TOP_ACTIONS_H

#include "base/err.h"
#include "ui/actions.h"

/** enum top_actions_power - what it may do */
enum top_actions_power {
	TOP_ACTIONS_ALL = 0,
	TOP_ACTIONS_LOOK, /* hold and read: for a frame, whose keys must change nothing */
};

/** top_actions_new() - start the workers. 0; -errno with @err */
int top_actions_new(enum top_actions_power power, struct actions **out, struct err *err);
/** top_actions_free() - NULL allowed. A deed that is going on is waited for half a second */
void top_actions_free(struct actions *actions);

#endif
