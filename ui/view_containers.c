/* SPDX-License-Identifier: MIT */
/*
 * The containers screen: a flat list of containers, or the cgroup tree with totals, where a cgroup that
 * is a container shows its name and engine. Only says what is special about these rows.
 */
#include "base/text.h"
#include "ui/view.h"

/* Something this young is new, for --highlight-changes. */
#define NEW_USEC 5000000u

static bool is_new(const struct view *view, const struct container *container)
{
	uint64_t now = view->snapshot->realtime_usec;
	return view->options->highlight && container->created_usec &&
	       now < container->created_usec + NEW_USEC;
}

/* container_of_row() - what a row is about; NULL for a cgroup that is not the top of a container */
static const struct container *container_of_row(const struct row *row)
{
	const struct container *container = row_container(row);
	if (container)
		return container;
	const struct cgroup *cgroup = row_cgroup(row);
	if (cgroup->container == INDEX_NONE)
		return NULL;
	container = &row->snapshot->containers[cgroup->container];
	return container->cgroup == row->index ? container : NULL;
}

/* cgroup_title() - the container's name where the cgroup is its top, so that the tree can be read; one
 * made by hand has no other name than its path, which the tree shows already */
static struct value cgroup_title(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);
	const struct container *container = container_of_row(row);
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

static void paint_row(const struct view *view, const struct row_line *line, struct table_look *look)
{
	const struct container *container = container_of_row(&line->row);
	const struct usage *usage = row_usage(&line->row);
	if (!line->matched || (metric_is_known(usage->populated) && usage->populated.value == 0))
		look->style = STYLE_DIM;
	else if (metric_is_known(usage->frozen) && usage->frozen.value == 1)
		look->style = STYLE_PAUSED;
	else if (container && is_new(view, container))
		look->style = STYLE_OK;
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
};

static void paint_cell(const struct row_line *line, const struct field *field,
		       const struct value *value, struct table_look *look)
{
	const struct container *container = container_of_row(&line->row);
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
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(field->id, "state") == 0 && strcmp(value->text, states[i].text) == 0)
			look->style = states[i].style;
}

static void empty(const struct view *view, struct strbuf *out)
{
	if (view->shape == VIEW_TREE) {
		strbuf_adds(out, "No cgroup hierarchy is mounted here");
		return;
	}
	strbuf_adds(out, "No containers here. A: systemd units too, t: the cgroup tree");
	if (view->options->plain_user)
		strbuf_adds(out, ". Root may see more");
}

static void describe_container(const struct container *container, struct strbuf *out)
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

static void describe(const struct row_line *line, struct strbuf *out)
{
	const struct container *container = container_of_row(&line->row);
	const struct cgroup *cgroup = row_cgroup(&line->row);
	if (container) {
		describe_container(container, out);
		cgroup = container->cgroup != INDEX_NONE
				 ? &line->row.snapshot->cgroups[container->cgroup]
				 : NULL;
	}
	if (cgroup)
		strbuf_addf(out, "%s%s", out->len > 0 ? "  " : "", cgroup->path);
}

static const struct view_sort sort_keys[] = {
	{ACTION_SORT_CPU, {"cpu_pct"}},
	{ACTION_SORT_MEMORY, {"memory_working_set_bytes", "memory_current_bytes"}},
	{ACTION_SORT_TIME, {"cpu_usage_usec"}},
	{ACTION_SORT_PID, {"pid"}},
	{ACTION_NONE, {NULL}},
};

#define RATE(member) offsetof(struct usage, member)

static const struct view_alarm alarms[] = {
	{"memory_limit_pct", RATE(memory.limit_pct), 80, 90},
	{"memory_working_set_bytes", RATE(memory.limit_pct), 80, 90},
	{"pids_limit_pct", RATE(pids.limit_pct), 80, 90},
	{"pids_current", RATE(pids.limit_pct), 80, 90},
	{"cpu_throttled_pct", RATE(cpu.throttled_pct), 5, 25},
	{"oom_kills", RATE(memory.oom_kills_new), 1, 1},
	{"oom_kills_new", RATE(memory.oom_kills_new), 1, 1},
	{"pressure_cpu_some_pct", RATE(pressure.cpu_some_pct), 10, 40},
	{"pressure_memory_some_pct", RATE(pressure.memory_some_pct), 10, 40},
	{"pressure_io_some_pct", RATE(pressure.io_some_pct), 10, 40},
	{NULL, 0, 0, 0},
};

static const struct view_columns narrow_list[] = {
	{58,
	 "name,cpu_pct,memory_working_set_bytes,memory_limit_pct,pids_current,cpu_throttled_pct,"
	 "oom_kills,engine,state"},
	{0, NULL},
};

static const struct view_columns narrow_tree[] = {
	{58,
	 "name,cpu_pct,memory_working_set_bytes,memory_limit_pct,pids_current,cpu_throttled_pct,"
	 "oom_kills,engine,state,processes"},
	{76,
	 "name,cpu_pct,cpu_throttled_pct,memory_working_set_bytes,memory_limit_pct,pids_current,"
	 "oom_kills,engine,state,processes"},
	{0, NULL},
};

const struct view_type view_type_containers = {
	.title = "Containers",
	.kinds = {ROW_CONTAINER, ROW_CGROUP},
	.presets = {PRESET_CONTAINERS, PRESET_CGROUPS},
	.narrow = {narrow_list, narrow_tree},
	.sorts = {"cpu_pct", "cpu_pct"},
	.fixed = {1, 1},
	.sources = SOURCE_IDENTITY,
	.own_fields = own_fields,
	.sort_keys = sort_keys,
	.alarms = alarms,
	.paint_row = paint_row,
	.paint_cell = paint_cell,
	.empty = empty,
	.describe = describe,
};
