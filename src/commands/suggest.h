/* SPDX-License-Identifier: MIT */
/* "Did you mean": the known word that is nearest to a mistyped one. */
#ifndef BOXTOP_COMMANDS_SUGGEST_H
#define BOXTOP_COMMANDS_SUGGEST_H

#include <stddef.h>

#include "base/str.h"

/** struct suggestion - start with suggestion_for(), show it every known word, ask suggestion_get() */
struct suggestion {
	struct span word;
	const char *nearest; /* borrowed */
	size_t distance;
};

struct suggestion suggestion_for(struct span word);
void suggestion_consider(struct suggestion *suggestion, const char *known);
/** suggestion_get() - the nearest word; NULL where none is near enough to be meant */
const char *suggestion_get(const struct suggestion *suggestion);

/** edit_distance() - insertions, deletions, replacements and swaps of neighbours from @a to @b;
 *  SIZE_MAX for words longer than 64 bytes */
size_t edit_distance(struct span a, struct span b);

#endif
