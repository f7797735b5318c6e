/* SPDX-License-Identifier: MIT */
/*
 * The processes screen: every process, flat or as a tree, or only those of one container, cgroup or
 * namespace. Only says what is special about these rows.
 */
#include <limits.h>

#include "model/fields_get.h"
#include "ui/view.h"

/* A process this young is new, for --highlight-changes. */
#define NEW_SECONDS 5u

static bool is_new(const struct view *view, const struct process *process)
{
	const struct snapshot *snapshot = view->snapshot;
	uint64_t hz = snapshot->tick_hz;
	return view->options->highlight &&
	       snapshot->boottime_usec * hz / 1000000 < process->start_ticks + NEW_SECONDS * hz;
}

static void paint_row(const struct view *view, const struct row_line *line, struct table_look *look)
{
	const struct process *process = row_process(&line->row);
	if (process->kernel_thread)
		look->style = STYLE_KERNEL;
	else if (!line->matched)
		look->style = STYLE_DIM;
	else if (is_new(view, process))
		look->style = STYLE_OK;
}

/* What a state letter is shown in; htop's users know the letters. */
static uint16_t state_style(char state)
{
	static const struct {
		char state;
		uint16_t style;
	} styles[] = {
		{'R', STYLE_OK},     {'D', STYLE_ALARM},  {'Z', STYLE_WARN},
		{'T', STYLE_PAUSED}, {'t', STYLE_PAUSED},
	};
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		if (styles[i].state == state)
			return styles[i].style;
	return STYLE_NORMAL;
}

static void paint_cell(const struct row_line *line, const struct field *field,
		       const struct value *value, struct table_look *look)
{
	if (value->state != METRIC_KNOWN || look->style != STYLE_NORMAL)
		return;
	if (strcmp(field->id, "state") == 0)
		look->style = state_style(row_process(&line->row)->state);
	else if (strcmp(field->id, "container") == 0)
		look->style = STYLE_ENGINE;
}

static void empty(const struct view *view, struct strbuf *out)
{
	if (!(view->snapshot->sources & SOURCE_PROCS))
		strbuf_adds(out, "Reading ...");
	else if (view->zoom.kind)
		strbuf_addf(out, "%s has no processes (Esc: back)", strbuf_cstr(&view->zoom_name));
	else
		strbuf_adds(out, "No processes to show");
	if (view->options->plain_user && (view->snapshot->sources & SOURCE_PROCS))
		strbuf_adds(out, ". Root may see more");
}

static void describe(const struct row_line *line, struct strbuf *out)
{
	const struct process *process = row_process(&line->row);
	const struct snapshot *snapshot = line->row.snapshot;
	strbuf_adds(out, process->cmdline ? process->cmdline : process->comm);
	if (process->cgroup != INDEX_NONE)
		strbuf_addf(out, "  %s", snapshot->cgroups[process->cgroup].path);
}

static const struct view_sort sort_keys[] = {
	{ACTION_SORT_CPU, {"cpu_pct"}},
	{ACTION_SORT_MEMORY, {"memory_pct", "rss_bytes"}},
	{ACTION_SORT_TIME, {"cpu_time_usec"}},
	{ACTION_SORT_PID, {"pid"}},
	{ACTION_NONE, {NULL}},
};

/* As in the field table, but content with less room: the container's name is worth as much. */
static const struct field command_field = {
	.id = "command",
	.title = "COMMAND",
	.help = "Command line; the name for a kernel thread",
	.type = FIELD_TEXT,
	.kinds = ROW_PROCESS,
	.flags = FIELD_TREE | FIELD_STRETCH | FIELD_EXPENSIVE,
	.width = 18,
	.sources = SOURCE_PROCS | SOURCE_PROCS_CMDLINE,
	.get = get_process_command,
};

static const struct field *const own_fields[] = {&command_field, NULL};

/* Whose a process is and what it is called matter more than its priority. */
static const struct view_columns narrow_list[] = {
	{24, "cpu_pct,command,pid"},
	{34, "pid,cpu_pct,command"},
	{46, "pid,cpu_pct,memory_pct,command"},
	{66, "pid,state,cpu_pct,memory_pct,container,command"},
	{104, "pid,user,state,cpu_pct,memory_pct,cpu_time_usec,container,command"},
	{0, NULL},
};

/* A tree takes room that other columns have to give. */
static const struct view_columns narrow_tree[] = {
	{24, "command,cpu_pct,pid"},
	{46, "pid,cpu_pct,command"},
	{66, "pid,state,cpu_pct,memory_pct,command"},
	{104, "pid,user,state,cpu_pct,memory_pct,container,command"},
	{0, NULL},
};

const struct view_type view_type_processes = {
	.title = "Processes",
	.brief = "Procs",
	.kind = ROW_PROCESS,
	.preset = PRESET_PROCESSES,
	.narrow = {narrow_list, narrow_tree},
	.sort = "cpu_pct",
	.sources = SOURCE_PROCS,
	.own_fields = own_fields,
	.sort_keys = sort_keys,
	.paint_row = paint_row,
	.paint_cell = paint_cell,
	.empty = empty,
	.describe = describe,
};

/* Of one container: which pid it has inside says more than whose container it is. */
static const struct view_columns inside_columns[] = {
	{34, "pid,cpu_pct,command"},
	{50, "pid,inner_pid,cpu_pct,command"},
	{76, "pid,inner_pid,state,cpu_pct,memory_pct,command"},
	{INT_MAX,
	 "pid,inner_pid,user,state,threads,cpu_pct,memory_pct,rss_bytes,cpu_time_usec,command"},
	{0, NULL},
};

const struct view_type view_type_inside = {
	.title = "Processes",
	.brief = "Procs",
	.kind = ROW_PROCESS,
	.preset = PRESET_PROCESSES,
	.narrow = {inside_columns, inside_columns},
	.sort = "cpu_pct",
	.sources = SOURCE_PROCS,
	.own_fields = own_fields,
	.sort_keys = sort_keys,
	.paint_row = paint_row,
	.paint_cell = paint_cell,
	.empty = empty,
	.describe = describe,
};
