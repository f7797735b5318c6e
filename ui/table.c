/* SPDX-License-Identifier: MIT */
/*
 * What a table remembers between snapshots, and what keys and clicks do to it. Owns the lines of the
 * last answer, tags, folds and the search. Draws nothing (table_draw.c does) and decides nothing about
 * rows: the question goes to model/query.
 */
#include "ui/table.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "ui/table_layout.h"

#define TEXT_STEP 8 /* columns that one step of horizontal scrolling moves a text */

void table_init(struct table *table, enum row_kind kind)
{
	*table = (struct table) {
		.query = {.kind = kind, .uid = (uid_t)-1},
		.flags = TABLE_PINNED,
		.empty_text = "nothing to show",
	};
}

void table_finish(struct table *table)
{
	table_finish_gone(table);
	row_list_finish(&table->rows);
	row_list_finish(&table->spare);
	key_set_finish(&table->tagged);
	key_set_finish(&table->folded);
	pattern_finish(&table->search);
	strbuf_finish(&table->scratch);
	*table = (struct table) {.flags = TABLE_PINNED};
}

void table_set_columns(struct table *table, const struct field *const *list)
{
	table->columns_len = 0;
	for (; *list && table->columns_len < TABLE_COLUMNS_MAX; list++)
		table->columns[table->columns_len++] = (struct table_column) {.field = *list};
	table_scroll_home(table);
	if (table->cell && !table_has_column(table, table->cell))
		table_start_cell(table);
}

bool table_has_column(const struct table *table, const struct field *field)
{
	for (size_t i = 0; i < table->columns_len; i++) {
		if (table->columns[i].field == field)
			return true;
	}
	return false;
}

/* --- the cursor --- */

static size_t last_line(const struct table *table)
{
	return table->rows.len > 0 ? table->rows.len - 1 : 0;
}

static size_t page_lines(const struct table *table)
{
	int page = table_page(table);

	return page > 0 ? (size_t)page : 0;
}

void table_keep_in_view(struct table *table)
{
	size_t page = page_lines(table);

	if (page == 0)
		return;
	if (table->line < table->top)
		table->top = table->line;
	if (table->line >= table->top + page)
		table->top = table->line - page + 1;
	if (table->top + page > table->rows.len)
		table->top = table->rows.len > page ? table->rows.len - page : 0;
}

/* Put the cursor on a line without ending anything. */
static void put_cursor(struct table *table, size_t line)
{
	table->line = line < table->rows.len ? line : last_line(table);
	if (table->rows.len > 0)
		table->selected = row_key(&table->rows.lines[table->line].row);
	table_keep_in_view(table);
}

/* The user moved. */
static void move_to(struct table *table, size_t line)
{
	table->flags &= ~(unsigned int)(TABLE_PINNED | TABLE_FOLLOW);
	put_cursor(table, line);
}

const struct row_line *table_selected(const struct table *table)
{
	if (table->rows.len == 0 || table->rows.lines[table->line].gone)
		return NULL;
	return &table->rows.lines[table->line];
}

bool table_is_on_gone(const struct table *table)
{
	return table->rows.len > 0 && table->rows.lines[table->line].gone;
}

size_t table_living(const struct table *table)
{
	return table->rows.len - (table->rows.len < table->gone_len ? 0 : table->gone_len);
}

bool table_select(struct table *table, struct row_key key)
{
	ssize_t line = row_list_find(&table->rows, key);

	if (line < 0)
		return false;
	move_to(table, (size_t)line);
	return true;
}

void table_select_line(struct table *table, size_t line)
{
	move_to(table, line);
}

void table_move(struct table *table, int lines)
{
	size_t by = lines < 0 ? 0 - (size_t)lines : (size_t)lines;

	if (lines >= 0)
		move_to(table,
			by > last_line(table) - table->line ? last_line(table) : table->line + by);
	else
		move_to(table, by > table->line ? 0 : table->line - by);
}

void table_move_pages(struct table *table, int pages)
{
	int page = table_page(table) > 1 ? table_page(table) : 1;
	size_t top = table->top;

	table_move(table, pages * page);
	/* The view turns by whole pages too, so that the cursor keeps its height on the screen. */
	if (pages > 0)
		table->top = top + (size_t)(pages * page);
	else
		table->top = top > (size_t)(-pages * page) ? top - (size_t)(-pages * page) : 0;
	table_keep_in_view(table);
}

void table_home(struct table *table)
{
	move_to(table, 0);
	table->flags |= TABLE_PINNED;
}

void table_end(struct table *table)
{
	move_to(table, last_line(table));
}

void table_wheel(struct table *table, int lines)
{
	size_t page = page_lines(table);
	size_t by = lines < 0 ? 0 - (size_t)lines : (size_t)lines;
	size_t lowest_top = table->rows.len > page ? table->rows.len - page : 0;
	size_t line = table->line;

	if (page == 0)
		return;
	if (lines < 0)
		table->top = by > table->top ? 0 : table->top - by;
	else
		table->top = table->top + by > lowest_top ? lowest_top : table->top + by;
	if (line < table->top)
		line = table->top;
	if (line >= table->top + page)
		line = table->top + page - 1;
	move_to(table, line);
}

void table_scroll_right(struct table *table, int steps)
{
	for (; steps > 0; steps--) {
		if (table->more_right)
			table->scroll_columns++;
		else if (table->more_text)
			table->scroll_text += TEXT_STEP;
	}
	for (; steps < 0; steps++) {
		if (table->scroll_text > 0)
			table->scroll_text -= TEXT_STEP;
		else if (table->scroll_columns > 0)
			table->scroll_columns--;
	}
}

void table_scroll_home(struct table *table)
{
	table->scroll_columns = 0;
	table->scroll_text = 0;
}

void table_start_cell(struct table *table)
{
	table->cell = table_has_column(table, table->query.sort) ? table->query.sort
		      : table->columns_len > 0			 ? table->columns[0].field
								 : NULL;
}

void table_move_cell(struct table *table, int columns)
{
	long at = 0, last = (long)table->columns_len - 1;

	while (at < last && table->columns[at].field != table->cell)
		at++;
	at += columns;
	at = at < 0 ? 0 : at > last ? last : at;
	if (last >= 0)
		table->cell = table->columns[at].field;
}

/* --- new rows --- */

/* The line of the selected row among new rows; -1 if it ended, or left the view unfollowed. */
static ssize_t line_to_stay_on(struct table *table)
{
	ssize_t found = row_list_find(&table->rows, table->selected);
	size_t page = page_lines(table);

	if (found < 0) {
		table->flags &= ~(unsigned int)TABLE_FOLLOW;
		return -1;
	}
	if (table->reveal || page == 0 || (table->flags & TABLE_FOLLOW))
		return found;
	return (size_t)found >= table->top && (size_t)found < table->top + page ? found : -1;
}

void table_set_rows(struct table *table, struct row_list *rows)
{
	struct row_list old = table->rows;
	size_t line = table->line;

	table->rows = *rows;
	*rows = old;
	if (table->rows.len == 0) {
		/* The selected key stays: a filter may be taken back. */
		table->line = 0;
		table->top = 0;
		return;
	}
	if (table->flags & TABLE_PINNED) {
		line = 0;
	} else if (table->selected.kind != 0) {
		ssize_t stay = line_to_stay_on(table);

		if (stay >= 0)
			line = (size_t)stay;
	}
	table->reveal = false;
	put_cursor(table, line);
}

void table_update(struct table *table, const struct snapshot *snapshot)
{
	key_set_keep_living(&table->tagged, table->query.kind, snapshot);
	key_set_keep_living(&table->folded, table->query.kind, snapshot);
	table->query.folded = table->folded.keys;
	table->query.folded_len = table->folded.len;
	table_note_gone(table, snapshot);
	query_run(&table->query, snapshot, &table->spare);
	table_insert_gone(table, &table->spare);
	table_set_rows(table, &table->spare);
}

void table_forget_rows(struct table *table)
{
	table_forget_gone(table);
	table->rows.len = 0;
	table->line = 0;
	table->top = 0;
	table->reveal = true;
}

void table_sort(struct table *table, const struct field *field)
{
	if (table->query.sort == field) {
		table->query.flags ^= QUERY_DESCENDING;
		return;
	}
	table->query.sort = field;
	table->query.flags &= ~(unsigned int)QUERY_DESCENDING;
	if (field->flags & FIELD_DESCENDING)
		table->query.flags |= QUERY_DESCENDING;
}

/* --- tags --- */

static struct row_key key_at(const struct table *table, size_t line)
{
	return row_key(&table->rows.lines[line].row);
}

/* The line after the last one below @line. */
static size_t subtree_end(const struct row_list *rows, size_t line)
{
	size_t end = line + 1;

	while (end < rows->len && rows->lines[end].depth > rows->lines[line].depth)
		end++;
	return end;
}

static void tag_lines(struct table *table, const struct row_list *rows, size_t from, size_t to)
{
	_cleanup_(cleanup_free)
	struct row_key *keys = xcalloc(to - from, sizeof(keys[0]));

	size_t len = 0;

	for (size_t i = from; i < to; i++)
		if (!rows->lines[i].gone)
			keys[len++] = row_key(&rows->lines[i].row);
	key_set_add_all(&table->tagged, keys, len);
}

/* Some of the lines below are folded away: ask for the tree with nothing folded. */
static void tag_hidden_too(struct table *table)
{
	_cleanup_(row_list_finish)
	struct row_list rows = ROW_LIST_INIT;
	struct query query = table->query;

	query.folded_len = 0;
	query.max_depth = 0;
	query_run(&query, table_selected(table)->row.snapshot, &rows);
	ssize_t line = row_list_find(&rows, table->selected);

	if (line >= 0)
		tag_lines(table, &rows, (size_t)line, subtree_end(&rows, (size_t)line));
}

void table_tag(struct table *table)
{
	if (!table_selected(table))
		return;
	if (!key_set_remove(&table->tagged, table->selected))
		key_set_add(&table->tagged, table->selected);
	table_move(table, 1);
}

void table_tag_children(struct table *table)
{
	const struct row_line *line = table_selected(table);

	if (!line)
		return;
	size_t end = subtree_end(&table->rows, table->line);

	if (end - table->line - 1 < line->descendants)
		tag_hidden_too(table);
	else
		tag_lines(table, &table->rows, table->line, end);
}

void table_untag_all(struct table *table)
{
	key_set_clear(&table->tagged);
}

/* --- folds --- */

/* The line of the parent, or -1. */
static ssize_t parent_of(const struct table *table, size_t line)
{
	uint32_t depth = table->rows.lines[line].depth;

	for (size_t i = line; i-- > 0;) {
		if (table->rows.lines[i].depth < depth)
			return (ssize_t)i;
	}
	return -1;
}

bool table_fold(struct table *table, enum table_fold fold)
{
	const struct row_line *line = table_selected(table);

	if (!line || line->descendants == 0)
		return false;
	table->reveal = true;
	if (fold != TABLE_FOLD && key_set_remove(&table->folded, table->selected))
		return true;
	return fold != TABLE_UNFOLD && key_set_add(&table->folded, table->selected);
}

bool table_fold_parent(struct table *table)
{
	ssize_t parent = table_selected(table) ? parent_of(table, table->line) : -1;

	if (parent < 0)
		return false;
	move_to(table, (size_t)parent);
	return table_fold(table, TABLE_FOLD);
}

static bool has_single_root(const struct table *table)
{
	size_t roots = 0;

	for (size_t i = 0; i < table->rows.len && roots < 2; i++)
		roots += table->rows.lines[i].depth == 0;
	return roots == 1;
}

/* Everything below @depth is about to be hidden: select what stays in view above the cursor. */
static void leave_folded(struct table *table, uint32_t depth)
{
	size_t line = table->line;

	while (table->rows.lines[line].depth > depth && parent_of(table, line) >= 0)
		line = (size_t)parent_of(table, line);
	if (line != table->line)
		move_to(table, line);
}

bool table_fold_all(struct table *table, enum table_fold fold)
{
	uint32_t least_depth = has_single_root(table) ? 1 : 0;
	size_t before = table->folded.len;

	if (!table_selected(table))
		return false;
	table->reveal = true;
	if (fold == TABLE_UNFOLD || (fold == TABLE_FOLD_TOGGLE && before > 0)) {
		key_set_clear(&table->folded);
		return before > 0;
	}
	_cleanup_(cleanup_free)
	struct row_key *keys = xcalloc(table->rows.len, sizeof(keys[0]));
	size_t len = 0;

	for (size_t i = 0; i < table->rows.len; i++) {
		if (table->rows.lines[i].descendants > 0 &&
		    table->rows.lines[i].depth >= least_depth)
			keys[len++] = key_at(table, i);
	}
	key_set_add_all(&table->folded, keys, len);
	leave_folded(table, least_depth);
	return table->folded.len > before;
}

/* --- search --- */

static bool field_matches(const struct field *field, const struct row *row,
			  const struct pattern *pattern)
{
	char digits[24];

	if (field->type != FIELD_TEXT && field->type != FIELD_ID)
		return false;
	struct value value = field_get(field, row);

	if (value.state != METRIC_KNOWN)
		return false;
	if (field->type == FIELD_TEXT)
		return value.text && pattern_find(pattern, span_of(value.text), NULL);
	snprintf(digits, sizeof(digits), "%" PRIu64, value.u64);
	return pattern->is_regex ? pattern_find(pattern, span_of(digits), NULL)
				 : span_starts(span_of(digits), strbuf_span(&pattern->text));
}

static bool line_matches(const struct table *table, size_t line)
{
	const struct pattern *pattern = &table->search;

	for (size_t i = 0; i < table->columns_len; i++) {
		if (field_matches(table->columns[i].field, &table->rows.lines[line].row, pattern))
			return !pattern->negated;
	}
	return pattern->negated;
}

/* Look at every line once, from @from on in the direction of @step. */
static bool search_from(struct table *table, size_t from, int step)
{
	size_t len = table->rows.len;
	size_t stride = step < 0 ? len - 1 : 1;

	for (size_t i = 0, line = from; i < len; i++, line = (line + stride) % len) {
		if (line_matches(table, line)) {
			move_to(table, line);
			return true;
		}
	}
	return false;
}

enum table_found table_search(struct table *table, struct span text, struct err *err)
{
	if (pattern_parse(&table->search, text, err) < 0)
		return TABLE_BAD_PATTERN;
	if (pattern_is_empty(&table->search))
		return TABLE_FOUND;
	return table->rows.len > 0 && search_from(table, table->line, 1) ? TABLE_FOUND
									 : TABLE_NOT_FOUND;
}

bool table_search_next(struct table *table, int step)
{
	size_t len = table->rows.len;

	if (pattern_is_empty(&table->search) || len == 0)
		return false;
	return search_from(table, (table->line + (step < 0 ? len - 1 : 1)) % len, step);
}
