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
	return view->type->kinds[view->shape];
}

/* ---- Looks ---- */

/* number_of() - what an alarm compares; false if there is none */
static bool number_of(const struct value *value, double *out)
{
	if (value->state != METRIC_KNOWN)
		return false;
	switch (value->type) {
	case FIELD_PCT:
	case FIELD_PER_SEC:
	case FIELD_BYTES_PER_SEC:
		*out = value->f64;
		return true;
	case FIELD_TEXT:
	case FIELD_BOOL:
		return false;
	default:
		*out = (double)value->u64;
		return value->u64 != METRIC_NO_LIMIT;
	}
}

static void paint_row(void *data, const struct row_line *line, struct table_look *look)
{
	const struct view *view = data;
	if (view->type->paint_row)
		view->type->paint_row(view, line, look);
}

static void paint_cell(void *data, const struct row_line *line, const struct field *field,
		       const struct value *value, struct table_look *look)
{
	const struct view *view = data;
	double number;
	if (number_of(value, &number)) {
		for (const struct view_alarm *alarm = view->type->alarms; alarm->field; alarm++) {
			if (number < alarm->warn || strcmp(alarm->field, field->id) != 0)
				continue;
			look->style = number >= alarm->alarm ? STYLE_ALARM : STYLE_WARN;
			if (number >= alarm->alarm) {
				look->mark = "!";
				look->mark_style = STYLE_ALARM;
			}
			return;
		}
	}
	if (view->type->paint_cell)
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

static int set_columns(struct view *view, enum view_shape shape, const char *ids, struct err *err)
{
	const struct field *list[TABLE_COLUMNS_MAX + 1] = {NULL};
	struct span rest = span_of(ids), part;
	size_t n = 0;
	while (span_next_part(&rest, ',', &part)) {
		part = span_trim(part);
		const struct field *field = field_find(part, view->type->kinds[shape]);
		if (!field)
			return err_setx(err, EINVAL, "no column '%.*s' here", (int)part.len,
					part.p);
		if (n == TABLE_COLUMNS_MAX)
			return err_setx(err, EINVAL, "more than %d columns", TABLE_COLUMNS_MAX);
		list[n++] = field;
	}
	table_set_columns(&view->tables[shape], list);
	return 0;
}

static void sort_first(struct table *table, const struct field *field)
{
	if (!field)
		return;
	table->query.sort = NULL;
	table_sort(table, field);
}

static int init_table(struct view *view, enum view_shape shape, bool mine, struct err *err)
{
	const struct view_type *type = view->type;
	const struct app_options *options = view->options;
	struct table *table = &view->tables[shape];
	table_init(table, type->kinds[shape]);
	table->painter = (struct table_painter) {view, paint_row, paint_cell};
	table->fixed = type->fixed[shape];
	table->query.uid = (uid_t)-1;
	if (shape == VIEW_TREE)
		table->query.flags |= QUERY_TREE;
	table->query.max_depth = options->max_depth;
	if (options->all)
		table->query.flags |= QUERY_ALL_UNITS;
	if (type->kinds[shape] == ROW_PROCESS) {
		table->query.uid = options->uid;
		table->query.pids = options->pids;
		table->query.pids_len = options->pids_len;
		if (options->hide_kernel_threads)
			table->query.flags |= QUERY_HIDE_KERNEL_THREADS;
	}
	table_set_columns(table, field_preset(type->presets[shape]));
	sort_first(table, field_find(span_of(type->sorts[shape]), type->kinds[shape]));
	if (!mine || shape != view->shape)
		return 0;
	if (options->sort) {
		const struct field *field = field_find(span_of(options->sort), type->kinds[shape]);
		if (!field)
			return err_setx(err, EINVAL, "no column '%s' here", options->sort);
		sort_first(table, field);
	}
	return options->columns ? set_columns(view, shape, options->columns, err) : 0;
}

int view_init(struct view *view, const struct view_type *type, const struct app_options *options,
	      bool mine, struct err *err)
{
	*view = (struct view) {
		.type = type,
		.options = options,
		.shape = mine && options->tree ? VIEW_TREE : VIEW_LIST,
	};
	int r = 0;
	for (int shape = 0; shape < VIEW_SHAPES; shape++) {
		int one = init_table(view, (enum view_shape)shape, mine, err);
		r = r < 0 ? r : one;
	}
	update_empty_text(view);
	if (r >= 0 && mine && options->filter)
		r = err_wrap(err, view_set_filter(view, span_of(options->filter), err), "filter");
	return r;
}

void view_finish(struct view *view)
{
	for (int shape = 0; shape < VIEW_SHAPES; shape++)
		table_finish(&view->tables[shape]);
	filter_free(view->filter);
	strbuf_finish(&view->filter_text);
	strbuf_finish(&view->zoom_name);
	strbuf_finish(&view->empty_text);
}

/* ---- Changes ---- */

void view_update(struct view *view, const struct snapshot *snapshot)
{
	if (snapshot)
		view->snapshot = snapshot;
	if (view->snapshot)
		table_update(view_table(view), view->snapshot);
	update_empty_text(view);
}

static void share_filter(struct view *view)
{
	for (int shape = 0; shape < VIEW_SHAPES; shape++)
		view->tables[shape].query.filter = shape == (int)view->shape ? view->filter : NULL;
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

/* counterpart() - the row of the other shape that stands for the same thing; kind 0: none */
static struct row_key counterpart(const struct row_line *line, enum row_kind kind)
{
	if (!line)
		return (struct row_key) {0};
	const struct row *row = &line->row;
	if (row->kind == kind)
		return row_key(row);
	uint32_t index = row->kind == ROW_CONTAINER ? row_container(row)->cgroup
						    : row_cgroup(row)->container;
	if (index == INDEX_NONE)
		return (struct row_key) {0};
	return row_key(&(struct row) {row->snapshot, kind, index});
}

static void copy_keys(struct key_set *to, const struct key_set *from)
{
	key_set_clear(to);
	key_set_add_all(to, from->keys, from->len);
}

int view_set_shape(struct view *view, enum view_shape shape, struct err *err)
{
	if (shape == view->shape)
		return 0;
	struct table *old = view_table(view);
	enum row_kind kind = view->type->kinds[shape];
	struct row_key selected = counterpart(table_selected(old), kind);
	bool pinned = old->flags & TABLE_PINNED;
	view->shape = shape;
	struct table *new = view_table(view);
	if (old->query.kind == kind) {
		copy_keys(&new->tagged, &old->tagged);
		new->query.sort = old->query.sort;
		new->query.flags = (old->query.flags & ~(unsigned int)QUERY_TREE) |
				   (shape == VIEW_TREE ? QUERY_TREE : 0);
	}
	int r = view_set_filter(view, strbuf_span(&view->filter_text), err);
	if (r < 0)
		view_set_filter(view, SPAN(""), NULL);
	view_update(view, NULL);
	if (!pinned && selected.kind != 0)
		table_select(new, selected);
	return r;
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
			const struct field *field =
				field_find(span_of(sort->fields[i]), view_kind(view));
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
	const unsigned int expensive = SOURCE_PROCS_IO | SOURCE_PROCS_MORE;
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

uint16_t view_say_selected(const struct view *view, struct strbuf *out)
{
	const struct table *table = view_table_const(view);
	const struct row_line *line = table_selected(table);
	if (!line)
		return STYLE_DIM;
	if (add_reason(table->query.sort, line, out))
		return STYLE_WARN;
	_cleanup_(strbuf_finish)
	struct strbuf raw = STRBUF_INIT;
	view->type->describe(line, &raw);
	text_sanitize(strbuf_span(&raw), out);
	return STYLE_DIM;
}
