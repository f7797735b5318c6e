/* SPDX-License-Identifier: MIT */
/*
 * The containers screen: every container in a list, or as a tree of those that run inside others. Only
 * says what is special about these rows.
 */
#include "ui/view_usage.h"

static void empty(const struct view *view, struct strbuf *out)
{
	bool acts = !view->options->readonly;
	strbuf_adds(out, "No containers here");
	if (view->options->plain_user)
		strbuf_adds(out, " (root may see more)");
	strbuf_adds(out, acts ? ". n starts one, boxtop demo starts three"
			      : ". boxtop demo starts three");
	if (!view->options->plain_user)
		strbuf_adds(out, "; A: systemd units");
}

static const struct view_columns narrow_list[] = {
	{58,
	 "name,cpu_pct,memory_working_set_bytes,memory_limit_pct,pids_current,cpu_throttled_pct,"
	 "oom_kills,engine,state"},
	{0, NULL},
};

const struct view_type view_type_containers = {
	.title = "Containers",
	.brief = "Containers",
	.kind = ROW_CONTAINER,
	.preset = PRESET_CONTAINERS,
	.narrow = {narrow_list, narrow_list},
	.sort = "cpu_pct",
	.sources = SOURCE_IDENTITY,
	.sort_keys = view_usage_sort_keys,
	.paint_row = view_usage_paint_row,
	.paint_cell = view_usage_paint_cell,
	.empty = empty,
	.describe = view_usage_describe,
};
