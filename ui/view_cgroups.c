/* SPDX-License-Identifier: MIT */
/*
 * The cgroups screen: the tree with totals, or a list. A cgroup that is a container shows its name and
 * engine. Only says what is special about these rows.
 */
#include "base/text.h"
#include "ui/view_usage.h"

/* cgroup_title() - the container's name where the cgroup is its top, so that the tree can be read; one
 * made by hand has no other name than its path, which the tree shows already */
static struct value cgroup_title(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);
	const struct container *container = view_usage_container(row);
	bool named = container && container->kind != CONTAINER_CGROUP;
	(void)field;
	return (struct value) {
		.type = FIELD_TEXT,
		.state = METRIC_KNOWN,
		.text = named ? container->name : cgroup->name,
	};
}

static const struct field title_field = {
	.id = "name",
	.title = "CGROUP",
	.help = "Last component of its path, or the name of the container that it is",
	.type = FIELD_TEXT,
	.kinds = ROW_CGROUP,
	.flags = FIELD_TREE,
	.width = 30,
	.sources = SOURCE_IDENTITY,
	.get = cgroup_title,
};

static const struct field *const own_fields[] = {&title_field, NULL};

static void empty(const struct view *view, struct strbuf *out)
{
	(void)view;
	strbuf_adds(out, "No cgroup hierarchy is mounted here");
}

static const struct view_columns narrow[] = {
	{58,
	 "name,cpu_pct,memory_working_set_bytes,memory_limit_pct,pids_current,cpu_throttled_pct,"
	 "oom_kills,engine,state,processes"},
	{76,
	 "name,cpu_pct,cpu_throttled_pct,memory_working_set_bytes,memory_limit_pct,pids_current,"
	 "oom_kills,engine,state,processes"},
	{0, NULL},
};

const struct view_type view_type_cgroups = {
	.title = "Cgroups",
	.brief = "Cgroups",
	.kind = ROW_CGROUP,
	.preset = PRESET_CGROUPS,
	.first = VIEW_TREE,
	.narrow = {narrow, narrow},
	.sort = "cpu_pct",
	.sources = SOURCE_IDENTITY,
	.own_fields = own_fields,
	.sort_keys = view_usage_sort_keys,
	.paint_row = view_usage_paint_row,
	.paint_cell = view_usage_paint_cell,
	.empty = empty,
	.describe = view_usage_describe,
};
