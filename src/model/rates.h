/* SPDX-License-Identifier: MIT */
/* Two snapshots to rates. Rows are matched by identity: cgroup inode, (pid, start), container key. */
#ifndef BOXTOP_MODEL_RATES_H
#define BOXTOP_MODEL_RATES_H

#include "model/snapshot.h"

/**
 * rates() - fill every rate of @now
 * @before: the previous snapshot, or NULL; a row without a match there gets WHY_SECOND_SAMPLE
 *
 * A process that started after @before was taken is rated over its own life so far.
 */
void rates(const struct snapshot *before, struct snapshot *now);

#endif
