// SPDX-License-Identifier: MIT
/* The table of a pass's namespaces: an array and a hash index over it. Owns nothing: it lives in the
 * snapshot's arena, where the array becomes snapshot.namespaces. */
#include "collectors/ns_table.h"

#include "base/cleanup.h"
#include "base/parse.h"
#include "model/cgroup.h"

static size_t ns_table_slot(const struct ns_table *table, enum ns_type type, uint64_t id)
{
	uint64_t hash = (id * NS_TYPES + (uint64_t)type) * 0x9e3779b97f4a7c15u;
	size_t slot = (size_t)(hash >> 32) & (table->slots_len - 1);

	while (table->slots[slot] != 0) {
		const struct ns *row = &table->rows[table->slots[slot] - 1];

		if (row->id == id && row->type == type)
			break;
		slot = (slot + 1) & (table->slots_len - 1);
	}
	return slot;
}

/* What is left behind stays in the arena: the sizes double, so that is as much again at most. */
static void ns_table_grow(struct ns_table *table)
{
	size_t cap = table->cap ? table->cap * 2 : 64;
	struct ns *rows = arena_array(table->arena, cap, sizeof(*rows));

	if (table->len > 0)
		memcpy(rows, table->rows, table->len * sizeof(*rows));
	table->rows = rows;
	table->cap = cap;
	table->slots_len = cap * 4;
	table->slots = arena_array(table->arena, table->slots_len, sizeof(*table->slots));
	for (size_t i = 0; i < table->len; i++)
		table->slots[ns_table_slot(table, rows[i].type, rows[i].id)] = (uint32_t)i + 1;
}

size_t ns_table_add(struct ns_table *table, enum ns_type type, uint64_t id)
{
	size_t slot;

	if (table->len == table->cap)
		ns_table_grow(table);
	slot = ns_table_slot(table, type, id);
	if (table->slots[slot] == 0) {
		table->rows[table->len] =
			(struct ns) {.id = id, .type = type, .container = INDEX_NONE};
		table->slots[slot] = (uint32_t)++table->len;
	}
	return table->slots[slot] - 1;
}

bool ns_table_has(const struct ns_table *table, enum ns_type type, uint64_t id)
{
	return table->len > 0 && table->slots[ns_table_slot(table, type, id)] != 0;
}

bool ns_parse_link(struct span link, enum ns_type *out_type, uint64_t *out_id)
{
	struct span name, rest;

	if (!span_split_at(link, ':', &name, &rest) || !parse_ns_link(link, out_id) || *out_id == 0)
		return false;
	for (enum ns_type type = 0; type < NS_TYPES; type++) {
		if (span_eq(name, span_of(ns_type_text(type)))) {
			*out_type = type;
			return true;
		}
	}
	return false;
}
