/* SPDX-License-Identifier: MIT */
/* The nearest known word by Damerau-Levenshtein distance. Owns nothing. */
#include "commands/suggest.h"

#include <stdint.h>

#define WORD_MAX 64

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t edit_distance(struct span a, struct span b)
{
	size_t rows[3][WORD_MAX + 1]; /* of the table of prefixes: the last three */

	if (a.len > WORD_MAX || b.len > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t replace = above[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			row[j] = least(replace, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				row[j] = least(row[j], above2[j - 2] + 1);
		}
	}
	return rows[a.len % 3][b.len];
}

struct suggestion suggestion_for(struct span word)
{
	return (struct suggestion) {.word = word, .distance = SIZE_MAX};
}

void suggestion_consider(struct suggestion *suggestion, const char *known)
{
	size_t distance = edit_distance(suggestion->word, span_of(known));

	if (distance < suggestion->distance) {
		suggestion->distance = distance;
		suggestion->nearest = known;
	}
}

const char *suggestion_get(const struct suggestion *suggestion)
{
	/* One slip in a short word, one in every three letters of a longer one. */
	size_t allowed = suggestion->word.len < 6 ? 1 : suggestion->word.len / 3;

	if (suggestion->word.len > 3 && allowed < 2)
		allowed = 2;
	return suggestion->nearest && suggestion->distance <= allowed ? suggestion->nearest : NULL;
}
