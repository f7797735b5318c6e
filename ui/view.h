/* SPDX-License-Identifier: MIT */
/*
 * A screen: a list and a tree of rows on the table widget, with a filter and a question of its own. What
 * the screens differ in stands in a struct view_type, one file each; view.c is what they share. A view
 * draws below the header and above the footer, and knows neither keys nor the terminal.
 */
#ifndef BOXTOP_UI_VIEW_H
#define BOXTOP_UI_VIEW_H

#include "base/err.h"
#include "model/fields.h"
#include "model/query.h"
#include "ui/app.h"
#include "ui/keys.h"
#include "ui/table.h"

/** enum view_shape - which of a view's tables is shown */
enum view_shape {
	VIEW_LIST = 0,
	VIEW_TREE,
	VIEW_SHAPES,
};

struct view;

/** struct view_columns - which columns fit a narrow terminal */
struct view_columns {
	int max_width;	 /* of the terminal; 0: none, ends the list */
	const char *ids; /* comma separated */
};

/** struct view_sort - the columns that a key sorts by; the first that the kind of row has */
struct view_sort {
	enum action action;
	const char *fields[3]; /* ids */
};

/** struct view_type - what makes a screen */
struct view_type {
	const char *title; /* in the tab line */
	const char *brief; /* the same where room is scarce */
	enum row_kind kind;
	enum field_preset preset;			/* the columns, where there is room */
	enum view_shape first;				/* shown at first */
	const struct view_columns *narrow[VIEW_SHAPES]; /* where there is not; narrowest first */
	const char *sort;				/* id of the field sorted by at first */
	unsigned int sources;				/* needed whatever the columns are */
	/* what it shows in place of fields of the field table with the same id; ends with NULL, or NULL */
	const struct field *const *own_fields;
	const struct view_sort *sort_keys; /* ends with action ACTION_NONE */
	/* the look of a line; as struct table_painter */
	void (*paint_row)(const struct view *view, const struct row_line *line,
			  struct table_look *look);
	/* the look of a cell that no alarm applies to; NULL: none */
	void (*paint_cell)(const struct row_line *line, const struct field *field,
			   const struct value *value, struct table_look *look);
	/* why there are no rows though nothing is filtered; appended to @out */
	void (*empty)(const struct view *view, struct strbuf *out);
	/* who the selected row is, at length; appended raw to @out */
	void (*describe)(const struct row_line *line, struct strbuf *out);
};

extern const struct view_type view_type_containers;
extern const struct view_type view_type_cgroups;
extern const struct view_type view_type_processes;
extern const struct view_type view_type_namespaces;
extern const struct view_type view_type_events;
/** view_type_inside - the processes of one container, in its detail */
extern const struct view_type view_type_inside;
/** view_type_events_inside - the events of one container, in its detail */
extern const struct view_type view_type_events_inside;

/** struct view - one screen; view_init(), view_finish() */
struct view {
	const struct view_type *type;
	const struct app_options *options;
	enum view_shape shape;
	enum app_screen screen;
	struct strbuf own_columns; /* ids that were asked for; empty: the preset */
	struct table tables[VIEW_SHAPES];
	struct strbuf filter_text;	 /* empty: no filter */
	struct filter *filter;		 /* of @filter_text */
	const struct snapshot *snapshot; /* of the last update; borrowed */
	const char
		*columns[VIEW_SHAPES]; /* ids, because the terminal is narrow; NULL: the preset */
	struct row_key zoom;	       /* only rows of this container, cgroup or namespace; kind 0:
				* all */
	struct strbuf zoom_name;       /* clean */
	struct strbuf empty_text;
};

/**
 * view_init() - @screen: which settings are its own, and whether the command line means it; SCREENS: none
 * Return: 0; -EINVAL with @err naming the column or the part of the filter (finish it anyway).
 */
int view_init(struct view *view, const struct view_type *type, const struct app_options *options,
	      enum app_screen screen, struct err *err);
void view_finish(struct view *view);

/** view_table() - the table that is shown */
struct table *view_table(struct view *view);
const struct table *view_table_const(const struct view *view);
enum row_kind view_kind(const struct view *view);

/** view_update() - ask anew: of @snapshot, or of the last one if that is NULL */
void view_update(struct view *view, const struct snapshot *snapshot);
/** view_replace_snapshot() - of a view that is not shown: its rows go away with the old snapshot, and
 *  view_update() has to be called before it is shown again */
void view_replace_snapshot(struct view *view, const struct snapshot *snapshot);
/** view_set_shape() - list or tree; the selected row stays selected */
void view_set_shape(struct view *view, enum view_shape shape);
/** view_set_filter() - empty: none. 0; -EINVAL with @err and the old filter still there */
int view_set_filter(struct view *view, struct span text, struct err *err);
/** view_set_zoom() - only the rows of this container, cgroup or namespace; a key of kind 0: all again */
void view_set_zoom(struct view *view, struct row_key key, struct span name);
/** view_show_all_units() - systemd units, pods and monitors too, or not */
void view_show_all_units(struct view *view, bool all);
/** view_sort() - by @field, in its own first direction even if it was sorted by already */
void view_sort(struct view *view, const struct field *field);
/** view_columns() - all that the shape has where there is room; NULL-terminated into @list, which has
 *  room for TABLE_COLUMNS_MAX + 1; returns how many */
size_t view_columns(const struct view *view, const struct field **list);
/** view_set_columns() - show these: comma separated ids that are known to be columns; empty: the preset */
void view_set_columns(struct view *view, struct span ids);
/** view_field() - what stands in the table for a field of the field table */
const struct field *view_field(const struct view *view, const struct field *field);
/** view_has_alarm() - whether anything about a row is at a limit, in a column in view or not */
bool view_has_alarm(const struct row_line *line);
/** view_sort_field() - what a key like M sorts by here; NULL: nothing */
const struct field *view_sort_field(const struct view *view, enum action action);
/** view_shows_changes() - whether what is new or gone is marked */
bool view_shows_changes(const struct view *view);
/** view_sources() - what has to be read for what the last drawing showed */
unsigned int view_sources(const struct view *view);
/** enum view_detail - for which processes it needs the fields that are expensive to read */
enum view_detail {
	VIEW_DETAIL_NONE,
	VIEW_DETAIL_IN_VIEW,
	VIEW_DETAIL_ALL, /* sorted or filtered by one */
};
enum view_detail view_detail(const struct view *view);
/** view_draw() - the table */
void view_draw(struct view *view, struct canvas *canvas, struct rect rect);

/**
 * view_say_selected() - one line about the selected row, appended to @out: why the value that is sorted
 * by is not known; else who it is, at length
 *
 * Return: STYLE_WARN for a reason, STYLE_DIM for the rest.
 */
uint16_t view_say_selected(const struct view *view, struct strbuf *out);

#endif
