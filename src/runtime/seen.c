/* SPDX-License-Identifier: MIT */
/* Sets of processes: hot. Owns nothing; the memory was reserved by seen_room.c, and never grows. */
#include "runtime/seen.h"

#include <string.h>

/* A pid has 22 bits at the most; ticks since boot have the rest. Never 0: there is no pid 0. */
static uint64_t seen_key(pid_t pid, uint64_t start_ticks)
{
	return start_ticks << 22 | (uint64_t)pid;
}

/* Where @key is, or the free place for it; cap if there is neither. */
static size_t seen_slot(const struct seen *seen, uint64_t key)
{
	uint64_t hash = key * 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < seen->cap; i++) {
		size_t at = (size_t)(hash >> 20) + i;

		at &= seen->cap - 1;
		if (seen->slots[at] == 0 || seen->slots[at] == key)
			return at;
	}
	return seen->cap;
}

bool seen_add(struct seen *seen, pid_t pid, uint64_t start_ticks)
{
	uint64_t key = seen_key(pid, start_ticks);
	size_t at = seen_slot(seen, key);

	if (at < seen->cap && seen->slots[at] == key)
		return false;
	/* Searches in a set that is nearly full would take for ever. */
	if (at >= seen->cap || seen->len >= seen->cap / 4 * 3) {
		seen->lost++;
		return true;
	}
	seen->slots[at] = key;
	seen->len++;
	return true;
}

bool seen_has(const struct seen *seen, pid_t pid, uint64_t start_ticks)
{
	uint64_t key = seen_key(pid, start_ticks);
	size_t at = seen_slot(seen, key);

	return at < seen->cap && seen->slots[at] == key;
}

void seen_clear(struct seen *seen)
{
	if (seen->len > 0)
		memset(seen->slots, 0, seen->cap * sizeof(seen->slots[0]));
	seen->len = seen->lost = 0;
}
