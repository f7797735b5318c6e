/* SPDX-License-Identifier: MIT */
/* A set of row keys: what is tagged, what is folded. A sorted array, so that asking is cheap. */
#ifndef BOXTOP_UI_KEY_SET_H
#define BOXTOP_UI_KEY_SET_H

#include "model/fields.h"

/** struct key_set - init with KEY_SET_INIT; key_set_finish() */
struct key_set {
	struct row_key *keys; /* ascending, no repeats */
	size_t len, cap;
};

#define KEY_SET_INIT ((struct key_set) {NULL, 0, 0})

bool key_set_has(const struct key_set *set, struct row_key key);
/** key_set_add() - false if it was there, or if @key is no key (kind 0) */
bool key_set_add(struct key_set *set, struct row_key key);
/** key_set_add_all() - many at once, in any order; costs one sort */
void key_set_add_all(struct key_set *set, const struct row_key *keys, size_t len);
/** key_set_remove() - false if it was not there */
bool key_set_remove(struct key_set *set, struct row_key key);
/** key_set_clear() - empty it, keep the memory */
void key_set_clear(struct key_set *set);
/** key_set_keep_living() - drop the keys of @kind that no row of @snapshot has */
void key_set_keep_living(struct key_set *set, enum row_kind kind, const struct snapshot *snapshot);
void key_set_finish(struct key_set *set);

#endif
