/* SPDX-License-Identifier: MIT */
/* Naming who is still there past the deadline, internal to the runtime. Hot. */
#ifndef BOXTOP_RUNTIME_SURVIVORS_H
#define BOXTOP_RUNTIME_SURVIVORS_H

#include "runtime/hot.h"
#include "runtime/kill.h"

/** survivor_add() - name a process in @report, if there is room; @fd from hot_process_open() */
void survivor_add(struct kill_report *report, int fd, const struct hot_stat *stat);

/** survivors_words() - -EBUSY and the first of them in words. Not hot */
int survivors_words(const struct kill_report *report, struct err *err);

#endif
