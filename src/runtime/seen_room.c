/* SPDX-License-Identifier: MIT */
/* The memory of sets of processes: all of it at once, before anything is killed. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "runtime/seen.h"

/* A host that has few processes now has many in a moment, if it is a bomb. */
#define SEEN_MIN 32768

void seen_reserve(struct seen *seen, size_t processes)
{
	size_t cap = SEEN_MIN;

	while (cap < 4 * processes)
		cap *= 2;
	*seen = (struct seen) {.slots = xmalloc(cap * sizeof(seen->slots[0])), .cap = cap};
	/* Written to, so that the pages are there when there may be none left. */
	memset(seen->slots, 0, cap * sizeof(seen->slots[0]));
}

void seen_finish(struct seen *seen)
{
	free(seen->slots);
	*seen = (struct seen) {.cap = 0};
}
