/* SPDX-License-Identifier: MIT */
/*
 * The namespaces screen: every namespace of the host, in a list or below the one that it hangs on. Only
 * says what is special about these rows.
 */
#include <inttypes.h>

#include "ui/view.h"

static void paint_row(const struct view *view, const struct row_line *line, struct table_look *look)
{
	const struct ns *ns = row_ns(&line->row);
	(void)view;
	if (!line->matched || ns->is_host)
		look->style = STYLE_DIM;
}

static void paint_cell(const struct row_line *line, const struct field *field,
		       const struct value *value, struct table_look *look)
{
	if (value->state != METRIC_KNOWN || look->style != STYLE_NORMAL)
		return;
	if (strcmp(field->id, "container") == 0)
		look->style = STYLE_ENGINE;
	else if (strcmp(field->id, "type") == 0)
		look->style = STYLE_STRONG;
	else if (strcmp(field->id, "held") == 0 && row_ns(&line->row)->processes == 0)
		look->style = STYLE_WARN;
}

static void empty(const struct view *view, struct strbuf *out)
{
	if (!(view->snapshot->sources & SOURCE_NS))
		strbuf_adds(out, "Reading ...");
	else
		strbuf_adds(out, "No namespaces to show");
}

static void describe(const struct row_line *line, struct strbuf *out)
{
	const struct ns *ns = row_ns(&line->row);
	const struct snapshot *snapshot = line->row.snapshot;
	strbuf_addf(out, "%s:[%" PRIu64 "]", ns_type_text(ns->type), ns->id);
	if (ns->is_host)
		strbuf_adds(out, "  the host's own");
	if (ns->container != INDEX_NONE)
		strbuf_addf(out, "  of %s", snapshot->containers[ns->container].name);
	if (ns->held_path)
		strbuf_addf(out, "  held by %s", ns->held_path);
	if (ns->command)
		strbuf_addf(out, "  %s", ns->command);
}

static const struct view_sort sort_keys[] = {
	{ACTION_SORT_PID, {"pid"}},
	{ACTION_NONE, {NULL}},
};

/* The type is the tree's column, and one with room for the guides. */
static struct value ns_title(const struct field *field, const struct row *row)
{
	(void)field;
	return (struct value) {
		.type = FIELD_TEXT,
		.state = METRIC_KNOWN,
		.text = ns_type_text(row_ns(row)->type),
	};
}

static const struct field title_field = {
	.id = "type",
	.title = "TYPE",
	.help = "mnt, uts, ipc, net, pid, user, cgroup or time",
	.type = FIELD_TEXT,
	.kinds = ROW_NS,
	.flags = FIELD_TREE,
	.width = 12,
	.sources = SOURCE_NS,
	.get = ns_title,
};

static const struct field *const own_fields[] = {&title_field, NULL};

static const struct view_columns narrow[] = {
	{34, "type,id,processes"},
	{58, "type,id,processes,pid,container"},
	{76, "type,id,processes,pid,container,command"},
	{0, NULL},
};

const struct view_type view_type_namespaces = {
	.title = "Namespaces",
	.brief = "NS",
	.kind = ROW_NS,
	.preset = PRESET_NAMESPACES,
	.narrow = {narrow, narrow},
	.sort = "container",
	.sources = SOURCE_NS | SOURCE_IDENTITY,
	.own_fields = own_fields,
	.sort_keys = sort_keys,
	.paint_row = paint_row,
	.paint_cell = paint_cell,
	.empty = empty,
	.describe = describe,
};
