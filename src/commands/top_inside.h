/* SPDX-License-Identifier: MIT */
/* The inside of a container for the screen: mounts and environment, read by a worker. */
#ifndef BOXTOP_COMMANDS_TOP_INSIDE_H
#define BOXTOP_COMMANDS_TOP_INSIDE_H

#include "base/err.h"
#include "ui/inside.h"

/** top_inside_new() - 0; -errno with @err */
int top_inside_new(struct insides **out, struct err *err);
/** top_inside_free() - NULL allowed */
void top_inside_free(struct insides *insides);

#endif
