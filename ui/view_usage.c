/* SPDX-License-Identifier: MIT */
/*
 * What rows of containers and of cgroups have in common on the screen: how they are painted, and what is
 * said of the container that a row is.
 */
#include "ui/view_usage.h"

#include "base/cleanup.h"

/* Something this young is new. */
#define NEW_USEC 5000000u

static bool is_new(const struct view *view, const struct container *container)
{
	uint64_t now = view->snapshot->realtime_usec;
	return view_shows_changes(view) && container->created_usec &&
	       now < container->created_usec + NEW_USEC;
}

const struct container *view_usage_container(const struct row *row)
{
	const struct container *container = row_container(row);
	const struct cgroup *cgroup = row_cgroup(row);
	if (container || !cgroup || cgroup->container == INDEX_NONE)
		return container;
	container = &row->snapshot->containers[cgroup->container];
	return container->cgroup == row->index ? container : NULL;
}

void view_usage_paint_row(const struct view *view, const struct row_line *line,
			  struct table_look *look)
{
	const struct container *container = view_usage_container(&line->row);
	const struct usage *usage = row_usage(&line->row);
	if (!line->matched || (container && container->state == CONTAINER_STOPPED) ||
	    (metric_is_known(usage->populated) && usage->populated.value == 0))
		look->style = STYLE_DIM;
	else if (metric_is_known(usage->frozen) && usage->frozen.value == 1)
		look->style = STYLE_PAUSED;
	else if (container && is_new(view, container)) {
		look->style = STYLE_OK;
		look->mark = " new";
		look->mark_style = STYLE_OK;
	}
	if (container && !container->confirmed && !container_is_unit(container) &&
	    container->kind != CONTAINER_CGROUP)
		look->mark = "*";
}

static const struct {
	const char *text;
	uint16_t style;
} states[] = {
	{"running", STYLE_OK},
	{"paused", STYLE_PAUSED},
	{"empty", STYLE_DIM},
	{"stopped", STYLE_DIM},
};

void view_usage_paint_cell(const struct row_line *line, const struct field *field,
			   const struct value *value, struct table_look *look)
{
	const struct container *container = view_usage_container(&line->row);
	if (value->state != METRIC_KNOWN || field->type != FIELD_TEXT ||
	    look->style != STYLE_NORMAL)
		return;
	if ((field->flags & FIELD_TREE) || strcmp(field->id, "name") == 0) {
		if (container)
			look->style = STYLE_STRONG;
		return;
	}
	if (strcmp(field->id, "engine") == 0)
		look->style = STYLE_ENGINE;
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(field->id, "state") == 0 && strcmp(value->text, states[i].text) == 0)
			look->style = states[i].style;
}

static void say_container(const struct container *container, struct strbuf *out)
{
	if (container->kind == CONTAINER_CGROUP) {
		strbuf_adds(out, "cgroup made by hand");
		return;
	}
	strbuf_addf(out, "%s  %s %s", container->name, container->engine,
		    container_kind_text(container->kind));
	if (!container->confirmed && !container_is_unit(container))
		strbuf_adds(out, " (name not confirmed)");
	if (container->id && strcmp(container->id, container->name) != 0)
		strbuf_addf(out, "  %.12s", container->id);
	if (container->image)
		strbuf_addf(out, "  %s", container->image);
}

void view_usage_describe(const struct row_line *line, struct strbuf *out)
{
	const struct container *container = view_usage_container(&line->row);
	const struct cgroup *cgroup = row_cgroup(&line->row);
	if (container) {
		say_container(container, out);
		cgroup = container->cgroup != INDEX_NONE
				 ? &line->row.snapshot->cgroups[container->cgroup]
				 : NULL;
	}
	if (cgroup)
		strbuf_addf(out, "%s%s", out->len > 0 ? "  " : "", cgroup->path);
}

const struct view_sort view_usage_sort_keys[] = {
	{ACTION_SORT_CPU, {"cpu_pct"}},
	{ACTION_SORT_MEMORY, {"memory_working_set_bytes", "memory_current_bytes"}},
	{ACTION_SORT_TIME, {"cpu_usage_usec"}},
	{ACTION_SORT_PID, {"pid"}},
	{ACTION_NONE, {NULL}},
};
