/* SPDX-License-Identifier: MIT */
/* What the files of the table share: which columns and lines are in view, and where. */
#ifndef BOXTOP_UI_TABLE_LAYOUT_H
#define BOXTOP_UI_TABLE_LAYOUT_H

#include "ui/table.h"

/**
 * table_layout() - place the columns of @table into @rect; sets their x and width, and more_right
 *
 * Columns that don't fit are left out, from the right; the fixed ones and the one with the tree stay
 * as long as anything does. What is left over goes to the stretch column.
 */
void table_layout(struct table *table, struct rect rect);

/** table_reveal_cell() - scroll by columns, and place them anew, until the cell cursor's is in view */
void table_reveal_cell(struct table *table, struct rect rect);

/** table_keep_in_view() - scroll by lines until the cursor is in view */
void table_keep_in_view(struct table *table);

/* Rows that are gone (table_gone.c) */
/** table_note_gone() - before new rows are asked for: who of the old ones @snapshot has no more */
void table_note_gone(struct table *table, const struct snapshot *snapshot);
/** table_insert_gone() - put them among the new rows */
void table_insert_gone(struct table *table, struct row_list *rows);
void table_forget_gone(struct table *table);
void table_finish_gone(struct table *table);

/** table_gutter() - columns before the first one, where tags are shown; 0 where room is scarce */
int table_gutter(const struct table *table, int width);

/** table_guides_width() - columns that the tree guides of @line take in a column of @width */
int table_guides_width(const struct table *table, const struct row_line *line, int width);

#endif
