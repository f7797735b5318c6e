/* SPDX-License-Identifier: MIT */
/*
 * What all screens share. Owns the two tables of a view, its filter and what it is narrowed down to. The
 * differences between screens are data in their struct view_type.
 */
#include "ui/view.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/alarm.h"

struct table *view_table(struct view *view)
{
	return &view->tables[view->shape];
}

const struct table *view_table_const(const struct view *view)
{
	return &view->tables[view->shape];
}

enum row_kind view_kind(const struct view *view)
{
	return view->type->kind;
}

/* ---- Looks ---- */

bool view_has_alarm(const struct row_line *line)
{
	const struct usage *usage = row_usage(&line->row);
	return usage && alarm_worst(usage).level == ALARM_ALARM;
}

/* paint_alarm() - false if the cell has none */
static bool paint_alarm(enum alarm_level level, struct table_look *look)
{
	if (level == ALARM_NONE)
		return false;
	look->style = STYLE_WARN;
	if (level == ALARM_ALARM) {
		look->style = look->mark_style = STYLE_ALARM;
		look->mark = "!";
	}
	return true;
}

static void paint_row(void *data, const struct row_line *line, struct table_look *look)
{
	const struct view *view = data;
	if (line->gone) {
		*look = (struct table_look) {STYLE_DIM, " gone", STYLE_DIM};
		return;
	}
	view->type->paint_row(view, line, look);
	if (view_has_alarm(line)) {
		look->mark = "!";
		look->mark_style = STYLE_ALARM;
	}
}

static void paint_cell(void *data, const struct row_line *line, const struct field *field,
		       const struct value *value, struct table_look *look)
{
	const struct view *view = data;
	const struct usage *usage = row_usage(&line->row);
	if (line->gone)
		return;
	if (usage && value->state == METRIC_KNOWN &&
	    paint_alarm(alarm_of_field(field->id, usage), look))
		return;
	view->type->paint_cell(line, field, value, look);
}

/* ---- What an empty table says ---- */

static void update_empty_text(struct view *view)
{
	struct strbuf *text = &view->empty_text;
	strbuf_reset(text);
	if (!view->snapshot)
		strbuf_adds(text, "Reading ...");
	else if (view->filter)
		strbuf_adds(text, "No row matches the filter (F4, Esc: show all)");
	else
		view->type->empty(view, text);
	view_table(view)->empty_text = strbuf_cstr(text);
}

/* ---- Start and end ---- */

const struct field *view_field(const struct view *view, const struct field *field)
{
	const struct field *const *own = view->type->own_fields;
	for (; own && *own && field; own++)
		if (((*own)->kinds & field->kinds) && strcmp((*own)->id, field->id) == 0)
			return *own;
	return field;
}

static const struct field *find_column(const struct view *view, struct span id)
{
	return view_field(view, field_find(id, view->type->kind));
}

/* parse_columns() - ids separated by commas to fields */
static int parse_columns(const struct view *view, const char *ids, const struct field **list,
			 struct err *err)
{
	struct span rest = span_of(ids), part;
	size_t n = 0;
	while (span_next_part(&rest, ',', &part)) {
		part = span_trim(part);
		const struct field *field = find_column(view, part);
		if (!field)
			return err_setx(err, EINVAL, "no column '%.*s' here", (int)part.len,
					part.p);
		if (n == TABLE_COLUMNS_MAX)
			return err_setx(err, EINVAL, "more than %d columns", TABLE_COLUMNS_MAX);
		list[n++] = field;
	}
	list[n] = NULL;
	return 0;
}

static void preset_columns(const struct view *view, const struct field **list)
{
	const struct field *const *preset = field_preset(view->type->preset);
	size_t n = 0;
	for (; n < TABLE_COLUMNS_MAX && preset[n]; n++)
		list[n] = view_field(view, preset[n]);
	list[n] = NULL;
}

size_t view_columns(const struct view *view, const struct field **list)
{
	size_t n = 0;
	if (view->own_columns.len == 0 ||
	    parse_columns(view, strbuf_cstr(&view->own_columns), list, NULL) < 0)
		preset_columns(view, list);
	while (list[n])
		n++;
	return n;
}

void view_set_columns(struct view *view, struct span ids)
{
	const struct field *list[TABLE_COLUMNS_MAX + 1];
	strbuf_reset(&view->own_columns);
	strbuf_add(&view->own_columns, ids.p, ids.len);
	view_columns(view, list);
	for (int shape = 0; shape < VIEW_SHAPES; shape++) {
		view->columns[shape] = NULL; /* fitted anew by the next drawing */
		table_set_columns(&view->tables[shape], list);
	}
}

/* fit_columns() - those for a terminal of @width columns, unless others are asked for */
static void fit_columns(struct view *view, int width)
{
	const struct field *list[TABLE_COLUMNS_MAX + 1];
	const struct view_columns *narrow = view->type->narrow[view->shape];
	if (view->own_columns.len > 0)
		return;
	while (narrow->max_width && width > narrow->max_width)
		narrow++;
	const char *ids = narrow->max_width ? narrow->ids : NULL;
	if (ids == view->columns[view->shape])
		return;
	view->columns[view->shape] = ids;
	if (!ids || parse_columns(view, ids, list, NULL) < 0)
		preset_columns(view, list);
	table_set_columns(view_table(view), list);
}

static void sort_first(struct table *table, const struct field *field)
{
	if (!field)
		return;
	table->query.sort = NULL;
	table_sort(table, field);
}

static bool is_mine(const struct view *view)
{
	return view->screen == view->options->screen;
}

/* saved() - what the settings say of this screen; nothing of a view that is none */
static const struct app_screen_options *saved(const struct view *view)
{
	static const struct app_screen_options none;
	return view->screen < SCREENS ? &view->options->screens[view->screen] : &none;
}

static int init_columns(struct view *view, struct err *err)
{
	const struct field *list[TABLE_COLUMNS_MAX + 1];
	const char *own = is_mine(view) && view->options->columns ? view->options->columns
								  : saved(view)->columns;
	int r = own[0] ? parse_columns(view, own, list, err) : 0;
	view_set_columns(view, r < 0 ? SPAN("") : span_of(own));
	return r;
}

static int init_sort(struct view *view, enum view_shape shape, struct err *err)
{
	const char *own = is_mine(view) ? view->options->sort : NULL;
	enum app_direction direction =
		own ? view->options->sort_direction : saved(view)->sort_direction;
	const char *id = own ? own : saved(view)->sort[0] ? saved(view)->sort : view->type->sort;
	const struct field *field = find_column(view, span_of(id));
	sort_first(&view->tables[shape], field);
	if (direction == APP_DESCENDING)
		view->tables[shape].query.flags |= QUERY_DESCENDING;
	else if (direction == APP_ASCENDING)
		view->tables[shape].query.flags &= ~(unsigned int)QUERY_DESCENDING;
	return field ? 0 : err_setx(err, EINVAL, "no column '%s' here", id);
}

static enum view_shape first_shape(const struct view *view)
{
	if ((is_mine(view) && view->options->tree) || saved(view)->shape == APP_TREE)
		return VIEW_TREE;
	return saved(view)->shape == APP_LIST ? VIEW_LIST : view->type->first;
}

static int init_table(struct view *view, enum view_shape shape, struct err *err)
{
	const struct view_type *type = view->type;
	const struct app_options *options = view->options;
	struct table *table = &view->tables[shape];
	table_init(table, type->kind);
	table->painter = (struct table_painter) {view, paint_row, paint_cell};
	table->fixed = 1;
	table->query.uid = (uid_t)-1;
	if (shape == VIEW_TREE)
		table->query.flags |= QUERY_TREE;
	table->query.max_depth = options->max_depth;
	if (options->all)
		table->query.flags |= QUERY_ALL_UNITS;
	if (type->kind == ROW_PROCESS) {
		table->query.uid = options->uid;
		table->query.pids = options->pids;
		table->query.pids_len = options->pids_len;
		if (options->hide_kernel_threads)
			table->query.flags |= QUERY_HIDE_KERNEL_THREADS;
	}
	return init_sort(view, shape, err);
}

int view_init(struct view *view, const struct view_type *type, const struct app_options *options,
	      enum app_screen screen, struct err *err)
{
	*view = (struct view) {.type = type, .options = options, .screen = screen};
	int r = 0;
	view->shape = first_shape(view);
	for (int shape = 0; shape < VIEW_SHAPES; shape++) {
		int one = init_table(view, (enum view_shape)shape, err);
		r = r < 0 ? r : one;
	}
	int columns = init_columns(view, r < 0 ? NULL : err);
	r = r < 0 ? r : columns;
	update_empty_text(view);
	if (r >= 0 && is_mine(view) && options->filter)
		r = view_set_filter(view, span_of(options->filter), err);
	return r;
}

void view_finish(struct view *view)
{
	for (int shape = 0; shape < VIEW_SHAPES; shape++)
		table_finish(&view->tables[shape]);
	filter_free(view->filter);
	strbuf_finish(&view->filter_text);
	strbuf_finish(&view->own_columns);
	strbuf_finish(&view->zoom_name);
	strbuf_finish(&view->empty_text);
}

/* ---- Changes ---- */

void view_replace_snapshot(struct view *view, const struct snapshot *snapshot)
{
	view->snapshot = snapshot;
	for (int shape = 0; shape < VIEW_SHAPES; shape++)
		table_forget_rows(&view->tables[shape]);
}

bool view_shows_changes(const struct view *view)
{
	enum row_kind kind = view_kind(view);
	/* A container more or less is news; of the rest there is too much of it, unless asked for. */
	return kind == ROW_CONTAINER ||
	       (view->options->highlight && (kind == ROW_CGROUP || kind == ROW_PROCESS));
}

/* What is read piece by piece comes and goes without having ended. */
static void set_gone(struct view *view)
{
	struct table *table = view_table(view);
	table->flags &= ~(unsigned int)TABLE_SHOW_GONE;
	if (view_shows_changes(view) && !view->zoom.kind)
		table->flags |= TABLE_SHOW_GONE;
}

void view_update(struct view *view, const struct snapshot *snapshot)
{
	if (snapshot && snapshot != view->snapshot)
		table_forget_rows(&view->tables[view->shape == VIEW_LIST ? VIEW_TREE : VIEW_LIST]);
	if (snapshot)
		view->snapshot = snapshot;
	set_gone(view);
	if (view->snapshot)
		table_update(view_table(view), view->snapshot);
	update_empty_text(view);
}

static void share_filter(struct view *view)
{
	for (int shape = 0; shape < VIEW_SHAPES; shape++)
		view->tables[shape].query.filter = view->filter;
}

int view_set_filter(struct view *view, struct span text, struct err *err)
{
	struct filter *filter = NULL;
	text = span_trim(text);
	if (text.len > 0) {
		_cleanup_(strbuf_finish)
		struct strbuf copy = STRBUF_INIT;
		strbuf_add(&copy, text.p, text.len);
		int r = filter_parse(strbuf_cstr(&copy), view_kind(view), &filter, err);
		if (r < 0)
			return r;
	}
	filter_free(view->filter);
	view->filter = filter;
	if (text.p != view->filter_text.data) {
		strbuf_reset(&view->filter_text);
		strbuf_add(&view->filter_text, text.p, text.len);
	}
	share_filter(view);
	view_update(view, NULL);
	return 0;
}

static void copy_keys(struct key_set *to, const struct key_set *from)
{
	key_set_clear(to);
	key_set_add_all(to, from->keys, from->len);
}

void view_set_shape(struct view *view, enum view_shape shape)
{
	if (shape == view->shape)
		return;
	struct table *old = view_table(view);
	const struct row_line *line = table_selected(old);
	struct row_key selected = line ? row_key(&line->row) : (struct row_key) {0};
	bool pinned = old->flags & TABLE_PINNED;
	view->shape = shape;
	struct table *new = view_table(view);
	copy_keys(&new->tagged, &old->tagged);
	new->cell = old->cell;
	old->cell = NULL;
	new->query.sort = old->query.sort;
	new->query.flags = (old->query.flags & ~(unsigned int)QUERY_TREE) |
			   (shape == VIEW_TREE ? QUERY_TREE : 0);
	view_update(view, NULL);
	if (!pinned && selected.kind != 0)
		table_select(new, selected);
}

void view_set_zoom(struct view *view, struct row_key key, struct span name)
{
	view->zoom = key;
	strbuf_reset(&view->zoom_name);
	text_sanitize(name, &view->zoom_name);
	for (int shape = 0; shape < VIEW_SHAPES; shape++) {
		view->tables[shape].query.container = key;
		table_home(&view->tables[shape]);
	}
	view_update(view, NULL);
}

void view_show_all_units(struct view *view, bool all)
{
	for (int shape = 0; shape < VIEW_SHAPES; shape++) {
		struct query *query = &view->tables[shape].query;
		query->flags &= ~(unsigned int)QUERY_ALL_UNITS;
		query->flags |= all ? QUERY_ALL_UNITS : 0;
	}
	view_update(view, NULL);
}

void view_sort(struct view *view, const struct field *field)
{
	sort_first(view_table(view), field);
	view_update(view, NULL);
}

const struct field *view_sort_field(const struct view *view, enum action action)
{
	for (const struct view_sort *sort = view->type->sort_keys; sort->action; sort++) {
		if (sort->action != action)
			continue;
		for (size_t i = 0; i < ARRAY_LEN(sort->fields) && sort->fields[i]; i++) {
			const struct field *field = find_column(view, span_of(sort->fields[i]));
			if (field)
				return field;
		}
	}
	return NULL;
}

/* ---- What has to be read ---- */

unsigned int view_sources(const struct view *view)
{
	const struct table *table = view_table_const(view);
	unsigned int sources = view->type->sources;
	for (size_t i = 0; i < table->columns_len; i++)
		if (table->columns[i].width > 0)
			sources |= table->columns[i].field->sources;
	if (table->query.sort)
		sources |= table->query.sort->sources;
	if (view->filter)
		sources |= filter_sources(view->filter);
	if (view->zoom.kind)
		sources |= SOURCE_IDENTITY | SOURCE_CGROUP_PROCS;
	return sources;
}

enum view_detail view_detail(const struct view *view)
{
	const unsigned int expensive = SOURCE_PROCS_CMDLINE | SOURCE_PROCS_IO | SOURCE_PROCS_MORE;
	const struct table *table = view_table_const(view);
	if (table->query.kind != ROW_PROCESS)
		return VIEW_DETAIL_NONE;
	if (table->query.sort && (table->query.sort->flags & FIELD_EXPENSIVE))
		return VIEW_DETAIL_ALL;
	if (view->filter && (filter_sources(view->filter) & expensive))
		return VIEW_DETAIL_ALL;
	for (size_t i = 0; i < table->columns_len; i++)
		if (table->columns[i].width > 0 &&
		    (table->columns[i].field->flags & FIELD_EXPENSIVE))
			return VIEW_DETAIL_IN_VIEW;
	return VIEW_DETAIL_NONE;
}

/* ---- Drawing ---- */

void view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	fit_columns(view, rect.width);
	table_draw(view_table(view), canvas, rect);
}

static bool add_reason(const struct field *field, const struct row_line *line, struct strbuf *out)
{
	if (!field)
		return false;
	struct value value = field_get(field, &line->row);
	if (value.state == METRIC_KNOWN || value.why == WHY_NOT_ASKED)
		return false;
	strbuf_addf(out, "%s: %s", field->title, metric_why_text((enum metric_why)value.why));
	return true;
}

/* say_cell() - what the cell under the cursor is, or why it is empty */
static uint16_t say_cell(const struct field *field, const struct row_line *line, struct strbuf *out)
{
	struct value value = field_get(field, &line->row);
	bool known = value.state == METRIC_KNOWN;
	strbuf_addf(out, "%s ", field->title);
	if (!known) {
		strbuf_addf(out, "is not known: %s", metric_why_text((enum metric_why)value.why));
		return STYLE_WARN;
	}
	value_format(&value, false, out);
	strbuf_addf(out, "  %s: %s", field->id, field->help);
	return STYLE_NORMAL;
}

uint16_t view_say_selected(const struct view *view, struct strbuf *out)
{
	const struct table *table = view_table_const(view);
	const struct row_line *line = table_selected(table);
	if (table_is_on_gone(table))
		strbuf_adds(out, "It is gone: what is shown is from before");
	if (!line)
		return STYLE_DIM;
	if (table->cell)
		return say_cell(table->cell, line, out);
	if (add_reason(table->query.sort, line, out))
		return STYLE_WARN;
	_cleanup_(strbuf_finish)
	struct strbuf raw = STRBUF_INIT;
	view->type->describe(line, &raw);
	text_sanitize(strbuf_span(&raw), out);
	return STYLE_DIM;
}
