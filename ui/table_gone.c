/* SPDX-License-Identifier: MIT */
/*
 * Rows that ended while they were in view stay at their place for a few seconds. Owns copies of their
 * lines, and a reference to the snapshot that each was seen in last. They are looked at only: none of
 * them is ever the selected one for anybody who acts.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "ui/table_layout.h"

#define GONE_USEC 4000000u

/* Of a page, so that a host where much ends still shows what lives. */
#define GONE_SHARE 3

/** struct gone_row - one of them */
struct gone_row {
	struct row_line line; /* its snapshot is referenced */
	size_t place;	      /* the line that it had */
	uint64_t since_usec;  /* boot time of the first pass without it */
};

static void drop(struct gone_row *gone)
{
	snapshot_unref((struct snapshot *)(uintptr_t)gone->line.row.snapshot);
}

void table_forget_gone(struct table *table)
{
	for (size_t i = 0; i < table->gone_len; i++)
		drop(&table->gone[i]);
	table->gone_len = 0;
}

void table_finish_gone(struct table *table)
{
	table_forget_gone(table);
	free(table->gone);
	table->gone = NULL;
}

static void add_gone(struct table *table, size_t place, uint64_t now_usec)
{
	struct row_line line = table->rows.lines[place];

	table->gone = xreallocarray(table->gone, table->gone_len + 1, sizeof(table->gone[0]));
	line.gone = true;
	snapshot_ref((struct snapshot *)(uintptr_t)line.row.snapshot);
	table->gone[table->gone_len++] = (struct gone_row) {line, place, now_usec};
}

/* forget_some() - their time is over, or they are back */
static void forget_some(struct table *table, const struct key_set *living, uint64_t now_usec)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->gone_len; i++) {
		struct gone_row *gone = &table->gone[i];

		if (now_usec < gone->since_usec + GONE_USEC &&
		    !key_set_has(living, row_key(&gone->line.row)))
			table->gone[kept++] = *gone;
		else
			drop(gone);
	}
	table->gone_len = kept;
}

/* add_ended() - those in view that are not among the living, filtered or not */
static void add_ended(struct table *table, const struct key_set *living, uint64_t now_usec)
{
	size_t first, lines = table_view(table, &first);

	for (size_t i = first; i < first + lines; i++) {
		const struct row_line *line = &table->rows.lines[i];

		if (!line->gone && !key_set_has(living, row_key(&line->row)))
			add_gone(table, i, now_usec);
	}
}

/* find_oldest() - gone_len: none but the one under the cursor, where no other row may take its place */
static size_t find_oldest(const struct table *table)
{
	size_t oldest = table->gone_len;

	for (size_t i = 0; i < table->gone_len; i++) {
		const struct gone_row *gone = &table->gone[i];

		if (!row_key_eq(row_key(&gone->line.row), table->selected) &&
		    (oldest == table->gone_len ||
		     gone->since_usec <= table->gone[oldest].since_usec))
			oldest = i;
	}
	return oldest;
}

/* keep_newest() - what ended first is what has been seen longest */
static void keep_newest(struct table *table, size_t most)
{
	while (table->gone_len > most) {
		size_t oldest = find_oldest(table);

		if (oldest == table->gone_len)
			return;
		drop(&table->gone[oldest]);
		memmove(&table->gone[oldest], &table->gone[oldest + 1],
			(--table->gone_len - oldest) * sizeof(table->gone[0]));
	}
}

void table_note_gone(struct table *table, const struct snapshot *snapshot)
{
	size_t first, lines = table_view(table, &first);
	_cleanup_(key_set_finish)
	struct key_set living = KEY_SET_INIT;

	if (!(table->flags & TABLE_SHOW_GONE)) {
		table_forget_gone(table);
		return;
	}
	for (size_t i = first; i < first + lines; i++)
		key_set_add(&living, row_key(&table->rows.lines[i].row));
	for (size_t i = 0; i < table->gone_len; i++)
		key_set_add(&living, row_key(&table->gone[i].line.row));
	key_set_keep_living(&living, table->query.kind, snapshot);
	forget_some(table, &living, snapshot->boottime_usec);
	add_ended(table, &living, snapshot->boottime_usec);
	keep_newest(table, ((size_t)table_page(table) + GONE_SHARE - 1) / GONE_SHARE);
}

static int compare_places(const void *a, const void *b)
{
	const struct gone_row *left = a, *right = b;

	return (left->place > right->place) - (left->place < right->place);
}

void table_insert_gone(struct table *table, struct row_list *rows)
{
	if (table->gone_len == 0)
		return;
	if (rows->len + table->gone_len > rows->cap) {
		rows->cap = rows->len + table->gone_len;
		rows->lines = xreallocarray(rows->lines, rows->cap, sizeof(rows->lines[0]));
	}
	qsort(table->gone, table->gone_len, sizeof(table->gone[0]), compare_places);
	for (size_t i = 0; i < table->gone_len; i++) {
		struct gone_row *gone = &table->gone[i];
		size_t place = gone->place < rows->len ? gone->place : rows->len;

		for (size_t at = rows->len++; at > place; at--)
			rows->lines[at] = rows->lines[at - 1];
		rows->lines[place] = gone->line;
	}
}
