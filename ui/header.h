/* SPDX-License-Identifier: MIT */
/*
 * The meters above a screen: CPUs, memory, swap, pressure, tasks, load, uptime, containers. Shrinks with
 * the terminal: a bar per CPU, a bar per group of CPUs, one line, nothing.
 */
#ifndef BOXTOP_UI_HEADER_H
#define BOXTOP_UI_HEADER_H

#include "model/snapshot.h"
#include "ui/canvas.h"

/** header_lines() - how many lines the meters take on a terminal of this size
 *  @snapshot: NULL while there is none yet */
int header_lines(const struct snapshot *snapshot, int width, int height);
/** header_draw() - into @rect, which is header_lines() high, on a terminal of @height lines */
void header_draw(const struct snapshot *snapshot, struct canvas *canvas, struct rect rect,
		 int height);

#endif
