/* SPDX-License-Identifier: MIT */
/*
 * The events screen: what happened to containers since the program started, the newest first. Its rows
 * come from the log, not from a pass. Only says what is special about these rows.
 */
#include <limits.h>

#include "model/fields_get.h"
#include "ui/view.h"

/* An event this young stands out. */
#define NEW_USEC 5000000u

static void paint_row(const struct view *view, const struct row_line *line, struct table_look *look)
{
	const struct container_event *event = row_event(&line->row);
	uint64_t now = view->snapshot->realtime_usec;
	if (event->level == ALARM_ALARM) {
		look->mark = "!";
		look->mark_style = STYLE_ALARM;
	}
	if (now < event->realtime_usec + NEW_USEC)
		look->style = STYLE_OK;
}

static uint16_t kind_style(const struct container_event *event)
{
	static const uint16_t styles[EVENT_KINDS] = {
		[EVENT_START] = STYLE_OK,    [EVENT_END] = STYLE_DIM,
		[EVENT_EMPTY] = STYLE_DIM,   [EVENT_FREEZE] = STYLE_PAUSED,
		[EVENT_THAW] = STYLE_OK,     [EVENT_LIMIT] = STYLE_STRONG,
		[EVENT_OOM] = STYLE_ALARM,   [EVENT_REFUSED] = STYLE_WARN,
		[EVENT_ALARM] = STYLE_ALARM, [EVENT_ACT] = STYLE_STRONG,
	};
	return styles[event->kind];
}

static void paint_cell(const struct row_line *line, const struct field *field,
		       const struct value *value, struct table_look *look)
{
	if (value->state != METRIC_KNOWN)
		return;
	if (strcmp(field->id, "event") == 0)
		look->style = kind_style(row_event(&line->row));
	else if (strcmp(field->id, "name") == 0)
		look->style = STYLE_STRONG;
	else if (strcmp(field->id, "engine") == 0)
		look->style = STYLE_ENGINE;
}

static void empty(const struct view *view, struct strbuf *out)
{
	(void)view;
	strbuf_adds(out, "Nothing happened since boxtop started");
}

static void describe(const struct row_line *line, struct strbuf *out)
{
	const struct container_event *event = row_event(&line->row);
	strbuf_addf(out, "%s UTC  %s  %s  %s", event->clock, event_kind_text(event->kind),
		    event->name, event->text);
}

static const struct view_sort sort_keys[] = {
	{ACTION_SORT_TIME, {"age_usec"}},
	{ACTION_NONE, {NULL}},
};

/* As in the field table, but the name gives way where room is scarce. */
static const struct field name_field = {
	.id = "name",
	.title = "CONTAINER",
	.help = "The container that it happened to",
	.type = FIELD_TEXT,
	.kinds = ROW_EVENT,
	.flags = FIELD_TREE,
	.width = 20,
	.get = get_event_text,
	.offset = offsetof(struct container_event, name),
};

static const struct field *const own_fields[] = {&name_field, NULL};

static const struct view_columns narrow[] = {
	{34, "event,name"},
	{58, "age_usec,event,name,text"},
	{90, "age_usec,event,name,text"},
	{0, NULL},
};

const struct view_type view_type_events = {
	.title = "Events",
	.brief = "Events",
	.kind = ROW_EVENT,
	.preset = PRESET_EVENTS,
	.narrow = {narrow, narrow},
	.sort = "age_usec",
	.sources = SOURCE_IDENTITY,
	.own_fields = own_fields,
	.sort_keys = sort_keys,
	.paint_row = paint_row,
	.paint_cell = paint_cell,
	.empty = empty,
	.describe = describe,
};

/* Of one container its name says nothing. */
static const struct view_columns inside_columns[] = {
	{34, "event,text"},
	{100, "age_usec,event,text"},
	{INT_MAX, "clock,age_usec,event,text"},
	{0, NULL},
};

const struct view_type view_type_events_inside = {
	.title = "Events",
	.brief = "Events",
	.kind = ROW_EVENT,
	.preset = PRESET_EVENTS,
	.narrow = {inside_columns, inside_columns},
	.sort = "age_usec",
	.sources = SOURCE_IDENTITY,
	.own_fields = own_fields,
	.sort_keys = sort_keys,
	.paint_row = paint_row,
	.paint_cell = paint_cell,
	.empty = empty,
	.describe = describe,
};
