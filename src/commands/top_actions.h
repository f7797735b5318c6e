/* SPDX-License-Identifier: MIT */
/* What the screen does to containers and processes: struct actions on workers of its own. */
#ifndef BOXTOP_COMMANDS_TOP_ACTIONS_H
#define BOXTOP_COMMANDS_TOP_ACTIONS_H

#include "base/err.h"
#include "ui/actions.h"

/** top_actions_new() - start the workers. 0; -errno with @err */
int top_actions_new(struct actions **out, struct err *err);
/** top_actions_free() - NULL allowed. A deed that is going on is waited for half a second */
void top_actions_free(struct actions *actions);

#endif
