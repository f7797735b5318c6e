/* SPDX-License-Identifier: MIT */
/*
 * A sorted array of row keys. Owns its memory, nothing of the rows: a key outlives the row it names,
 * which is why tags and folds are kept this way.
 */
#include "ui/key_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_keys(const void *left, const void *right)
{
	const struct row_key *a = left;
	const struct row_key *b = right;
	int order = compare_numbers(a->kind, b->kind);

	if (order == 0)
		order = compare_numbers(a->a, b->a);
	return order ? order : compare_numbers(a->b, b->b);
}

/* Where @key is, or where it belongs. */
static size_t place_of(const struct key_set *set, struct row_key key)
{
	size_t low = 0;
	size_t high = set->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_keys(&set->keys[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct key_set *set, size_t place, struct row_key key)
{
	return place < set->len && compare_keys(&set->keys[place], &key) == 0;
}

static void reserve(struct key_set *set, size_t more)
{
	if (set->len + more <= set->cap)
		return;
	set->cap = set->len + more + set->cap / 2 + 16;
	set->keys = xreallocarray(set->keys, set->cap, sizeof(set->keys[0]));
}

static void remove_repeats(struct key_set *set)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->len; i++) {
		if (kept == 0 || compare_keys(&set->keys[kept - 1], &set->keys[i]) != 0)
			set->keys[kept++] = set->keys[i];
	}
	set->len = kept;
}

bool key_set_has(const struct key_set *set, struct row_key key)
{
	return set->len > 0 && is_at(set, place_of(set, key), key);
}

bool key_set_add(struct key_set *set, struct row_key key)
{
	size_t place = place_of(set, key);

	if (key.kind == 0 || is_at(set, place, key))
		return false;
	reserve(set, 1);
	memmove(&set->keys[place + 1], &set->keys[place],
		(set->len - place) * sizeof(set->keys[0]));
	set->keys[place] = key;
	set->len++;
	return true;
}

void key_set_add_all(struct key_set *set, const struct row_key *keys, size_t len)
{
	reserve(set, len);
	for (size_t i = 0; i < len; i++) {
		if (keys[i].kind != 0)
			set->keys[set->len++] = keys[i];
	}
	if (set->len > 0)
		qsort(set->keys, set->len, sizeof(set->keys[0]), compare_keys);
	remove_repeats(set);
}

bool key_set_remove(struct key_set *set, struct row_key key)
{
	size_t place = place_of(set, key);

	if (!is_at(set, place, key))
		return false;
	set->len--;
	memmove(&set->keys[place], &set->keys[place + 1],
		(set->len - place) * sizeof(set->keys[0]));
	return true;
}

void key_set_clear(struct key_set *set)
{
	set->len = 0;
}

void key_set_keep_living(struct key_set *set, enum row_kind kind, const struct snapshot *snapshot)
{
	size_t rows = rows_len(snapshot, kind);
	size_t kept = 0;

	if (set->len == 0)
		return;
	bool *alive = xcalloc(set->len, sizeof(alive[0]));

	for (size_t i = 0; i < rows; i++) {
		struct row_key key = row_key(&(struct row) {snapshot, kind, (uint32_t)i});
		size_t place = place_of(set, key);

		if (is_at(set, place, key))
			alive[place] = true;
	}
	for (size_t i = 0; i < set->len; i++) {
		if (alive[i] || set->keys[i].kind != kind)
			set->keys[kept++] = set->keys[i];
	}
	set->len = kept;
	free(alive);
}

void key_set_finish(struct key_set *set)
{
	free(set->keys);
	*set = KEY_SET_INIT;
}
