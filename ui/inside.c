/* SPDX-License-Identifier: MIT */
/* The life of an answer about the inside of a container. */
#include "ui/inside.h"

#include <stdlib.h>

struct inside *inside_new(pid_t pid, uint64_t start_ticks)
{
	struct inside *inside = xcalloc(1, sizeof(*inside));
	inside->pid = pid;
	inside->start_ticks = start_ticks;
	return inside;
}

void inside_free(struct inside *inside)
{
	if (!inside)
		return;
	arena_finish(&inside->arena);
	free(inside);
}
