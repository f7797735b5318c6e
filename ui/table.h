/* SPDX-License-Identifier: MIT */
/*
 * The one list and tree widget. A table owns its question (a struct query), the answer (a struct
 * row_list), the columns and what the user did to the view: selection, scrolling, tags, folds, search.
 * It owns no snapshot but those of rows that are gone: the rest borrow from the one last given, which must
 * live until the next is.
 *
 * The cursor sticks to a row by its key, not to a line: rows may move below it. A row that leaves the
 * view, or that ends, hands the cursor to what stands at its place; while following, the view goes with
 * the row instead. Until the user moves, and after Home, the cursor stays on the first line, whatever
 * stands there. Moving ends following.
 *
 * Functions that return "ask again" changed the question: call table_update() before drawing.
 */
#ifndef BOXTOP_UI_TABLE_H
#define BOXTOP_UI_TABLE_H

#include "base/pattern.h"
#include "model/query.h"
#include "ui/canvas.h"
#include "ui/key_set.h"

#define TABLE_COLUMNS_MAX 64

/** struct table_look - how a cell is to look; prefilled by the table, changed by the owner */
struct table_look {
	uint16_t style;	  /* enum style with flags */
	const char *mark; /* clean text put right behind the cell's text, e.g. "*"; one character,
			      * in the gap, behind numbers; NULL: none */
	uint16_t mark_style; /* STYLE_DIM unless changed */
};

/**
 * struct table_painter - the owner's say in the looks
 * @row:  once per line in view, before its cells: @look->style is what the whole line starts from
 *        (paused, kernel thread, shown only for a descendant); @look->mark goes behind the name
 *        (an unconfirmed container). May be NULL
 * @cell: once per cell in view; starts from the line's style, or STYLE_DIM where the value is unknown
 *        or zero. May be NULL
 */
struct table_painter {
	void *data;
	void (*row)(void *data, const struct row_line *line, struct table_look *look);
	void (*cell)(void *data, const struct row_line *line, const struct field *field,
		     const struct value *value, struct table_look *look);
};

/** struct table_column - a column and where the last drawing put it */
struct table_column {
	const struct field *field;
	int x, width; /* on the canvas; width 0: not in view */
};

enum table_flags {
	TABLE_FOLLOW = 1 << 0,	 /* the view goes with the selected row */
	TABLE_INACTIVE = 1 << 1, /* has no focus: the cursor is underlined only */
	TABLE_NO_HEADER = 1 << 2,
	TABLE_SHOW_GONE = 1 << 4, /* rows that end in view stay there for some seconds */
	TABLE_PINNED = 1 << 3,	  /* stay on the first line; set by table_init() and table_home() */
};

/** struct table - init with table_init(). Members without "private" may be set by the owner */
struct table {
	struct query
		query; /* filter, uid, pids, container, max_depth, flags; folds are the table's */
	unsigned int flags; /* enum table_flags */
	struct table_painter painter;
	const struct field *cell; /* the cell cursor's column; NULL: none */
	const char *empty_text;	  /* what stands there instead of rows; clean text */
	size_t fixed;		  /* leading columns that horizontal scrolling leaves alone */
	/* private */
	struct row_list rows, spare;
	struct table_column columns[TABLE_COLUMNS_MAX];
	size_t columns_len;
	struct row_key selected; /* kind 0: none */
	size_t line;		 /* its index in rows; 0 in an empty table */
	size_t top;		 /* first line in view */
	size_t scroll_columns;	 /* columns after the fixed ones scrolled out */
	size_t scroll_text;	 /* then: characters of the stretch column scrolled out */
	bool more_right;	 /* the last drawing had no room for all columns */
	bool more_text;		 /* ... or cut the text of the stretch column */
	bool reveal;		 /* the next rows: bring the selected one into view */
	struct key_set tagged, folded;
	struct gone_row *gone; /* that are shown still, in the order of their places */
	size_t gone_len;
	struct pattern search; /* empty: no search */
	struct strbuf scratch;
	struct rect rect; /* of the last drawing; its body is one line shorter with a header */
};

void table_init(struct table *table, enum row_kind kind);
void table_finish(struct table *table);

/** table_set_columns() - copy a NULL-terminated list; scrolls back to the left */
void table_set_columns(struct table *table, const struct field *const *list);
/** table_has_column() - whether @field is one of them, in view or not */
bool table_has_column(const struct table *table, const struct field *field);

/** table_update() - ask table.query of @snapshot and take the answer; forgets tags and folds of rows
 *  that ended */
void table_update(struct table *table, const struct snapshot *snapshot);
/** table_set_rows() - take the lines of @rows, which gets the old ones to reuse; the cursor stays with
 *  its row */
void table_set_rows(struct table *table, struct row_list *rows);

/** table_forget_rows() - before its snapshot goes away while it is not shown: it is empty until the next
 *  table_update(), which finds the cursor's row again */
void table_forget_rows(struct table *table);

/** table_sort() - by @field; the same field again turns the order around. Always: ask again */
void table_sort(struct table *table, const struct field *field);

/** table_selected() - the line under the cursor; NULL in an empty table, and on a row that is gone */
const struct row_line *table_selected(const struct table *table);
/** table_is_on_gone() - the cursor stands on a row that is shown, but ended */
bool table_is_on_gone(const struct table *table);
/** table_living() - how many rows there are without those that are gone */
size_t table_living(const struct table *table);
/** table_select() - move the cursor to @key; false if no line has it */
bool table_select(struct table *table, struct row_key key);
void table_select_line(struct table *table, size_t line);

/* Moving. All clamp to the table; @lines and @pages may be negative */
void table_move(struct table *table, int lines);
void table_move_pages(struct table *table, int pages);
void table_home(struct table *table);
void table_end(struct table *table);
/** table_wheel() - scroll the view; the cursor is taken along only when it would leave it */
void table_wheel(struct table *table, int lines);
/** table_scroll_right() - by columns, then within the stretch column; negative: back */
void table_scroll_right(struct table *table, int steps);
/** table_scroll_home() - back to the first column */
void table_scroll_home(struct table *table);

/** table_start_cell() - put a cursor on a cell of the selected line: of the column sorted by, or the first */
void table_start_cell(struct table *table);
/** table_move_cell() - by columns; clamps */
void table_move_cell(struct table *table, int columns);

/** enum table_hit - what is at a place */
enum table_hit {
	TABLE_HIT_NONE = 0,
	TABLE_HIT_HEADER, /* @out_field is set */
	TABLE_HIT_ROW,	  /* @out_line is set; @out_field to the column or NULL */
	TABLE_HIT_FOLD,	  /* the same, on the tree guides of a line that has children */
};
enum table_hit table_hit(const struct table *table, int x, int y, size_t *out_line,
			 const struct field **out_field);
/** table_click() - the usual for a click: select the line, sort by the title, fold at the guides.
 *  After TABLE_HIT_HEADER and TABLE_HIT_FOLD: ask again */
enum table_hit table_click(struct table *table, int x, int y);

/* Tags */
void table_tag(struct table *table);	      /* toggle the selected line, go to the next */
void table_tag_children(struct table *table); /* tag it and everything below it, folded or not */
void table_untag_all(struct table *table);

/** enum table_fold - what table_fold() does to the selected line */
enum table_fold {
	TABLE_FOLD,
	TABLE_UNFOLD,
	TABLE_FOLD_TOGGLE
};
/** table_fold() - true if that changed anything: ask again. So for the next two */
bool table_fold(struct table *table, enum table_fold fold);
/** table_fold_parent() - select the parent and fold it */
bool table_fold_parent(struct table *table);
/** table_fold_all() - every line but a single root; or unfold every one; if @fold is
 *  TABLE_FOLD_TOGGLE, unfold if anything is folded */
bool table_fold_all(struct table *table, enum table_fold fold);

/** enum table_found - what came of a search */
enum table_found {
	TABLE_NOT_FOUND = 0, /* the cursor stays */
	TABLE_FOUND,
	TABLE_BAD_PATTERN, /* @err says what is wrong with it */
};
/** table_search() - highlight @text (a pattern, see base/pattern) and move to the first match from the
 *  cursor on, around the end; empty text ends the search. Ids match from their start, text anywhere;
 *  a negated pattern finds lines without a match */
enum table_found table_search(struct table *table, struct span text, struct err *err);
/** table_search_next() - the next (@step 1) or previous (-1) match, around the end */
bool table_search_next(struct table *table, int step);

/** table_page() - how many lines fit, as last drawn */
int table_page(const struct table *table);
/** table_view() - the lines in view since the last drawing; returns how many */
size_t table_view(const struct table *table, size_t *out_first);
/** table_view_pids() - pids of the process rows in view, ascending; returns how many were written */
size_t table_view_pids(const struct table *table, pid_t *out, size_t cap);

/** table_draw() - the header and the lines in view; touches no others. Works from 1x1 on */
void table_draw(struct table *table, struct canvas *canvas, struct rect rect);

#endif
