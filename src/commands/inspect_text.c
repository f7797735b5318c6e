/* SPDX-License-Identifier: MIT */
/* An inspection as sections of text. Owns nothing. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "commands/grid.h"
#include "commands/inspection.h"

#define NS_PREFIX   "ns_"
#define INDENT	    2
#define EXACT_BYTES 1024 /* from here on the units round */

/** struct section - the fields whose ids start so */
struct section {
	const char *prefix;
	const char *title;
};

/* clang-format off */
static const struct section sections[] = {
	{"cpu_", "CPU"},
	{"memory_", "Memory"},
	{"oom_", "Memory"},
	{"pids_", "Tasks"},
	{"processes", "Tasks"},
	{"io_", "I/O"},
	{"pressure_", "Pressure"},
	{"frozen", "State"},
	{"populated", "State"},
	{"net_", "Network"},
	{NS_PREFIX, "Namespaces"},
};
/* clang-format on */

static const char *section_of(const struct field *field)
{
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		if (span_starts(span_of(field->id), span_of(sections[i].prefix)))
			return sections[i].title;
	}
	return "Identity";
}

static void add_cell(struct grid *grid, const char *raw)
{
	_cleanup_(strbuf_finish)
	struct strbuf cell = STRBUF_INIT;

	text_sanitize(span_of(raw), &cell);
	grid_add(grid, strbuf_span(&cell));
}

static void start_grid(const struct inspection *inspection, struct grid *grid,
		       const struct grid_column *columns, size_t n)
{
	grid_init(grid, columns, n);
	grid->ascii = inspection->output_flags & OUTPUT_ASCII_NAMES;
}

static void end_grid(const struct inspection *inspection, struct grid *grid, const char *title,
		     struct strbuf *out)
{
	if (grid->len > 0) {
		strbuf_addf(out, "\n%s\n", title);
		grid_write(grid, INDENT, inspection->width, out);
	}
	grid_clear(grid);
}

/* A value at length: exact, or with the reason why it is not known. */
static void add_value(const struct inspection *inspection, const struct field *field,
		      struct grid *grid)
{
	struct row row = {inspection->snapshot, ROW_CONTAINER, inspection->index};
	struct value value = field_get(field, &row);
	_cleanup_(strbuf_finish)
	struct strbuf cell = STRBUF_INIT;

	value_format(&value, inspection->output_flags & OUTPUT_ASCII, &cell);
	if (value.state != METRIC_KNOWN)
		strbuf_addf(&cell, " (%s)", metric_why_text((enum metric_why)value.why));
	else if (value.type == FIELD_BYTES && value.u64 >= EXACT_BYTES &&
		 !value_is_unlimited(&value))
		strbuf_addf(&cell, " (%" PRIu64 ")", value.u64);
	grid_add(grid, strbuf_span(&cell));
}

static void add_fields(const struct inspection *inspection, struct strbuf *out)
{
	static const struct grid_column columns[] = {{0, 0}, {GRID_SHRINK, 20}};
	_cleanup_(grid_finish)
	struct grid grid;
	const char *title = NULL;

	start_grid(inspection, &grid, columns, ARRAY_LEN(columns));
	for (const struct field *const *field = inspection->columns; *field; field++) {
		const char *next = section_of(*field);

		/* They have a section that says more. */
		if (inspection->whole && span_starts(span_of((*field)->id), SPAN(NS_PREFIX)))
			continue;
		if (title && next != title)
			end_grid(inspection, &grid, title, out);
		title = next;
		grid_add(&grid, span_of((*field)->id));
		add_value(inspection, *field, &grid);
	}
	if (title)
		end_grid(inspection, &grid, title, out);
}

static void add_paths(const struct inspection *inspection, struct strbuf *out)
{
	static const struct grid_column columns[] = {{0, 0}, {GRID_SHRINK, 20}};
	const struct snapshot *snapshot = inspection->snapshot;
	uint32_t cgroup = snapshot->containers[inspection->index].cgroup;
	_cleanup_(grid_finish)
	struct grid grid;

	start_grid(inspection, &grid, columns, ARRAY_LEN(columns));
	for (int i = 0; cgroup != INDEX_NONE && i < CGROUP_CONTROLLERS; i++) {
		const char *path = snapshot->cgroups[cgroup].paths[i];

		if (!path)
			continue;
		add_cell(&grid, cgroup_controller_text((enum cgroup_controller)i));
		add_cell(&grid, path);
	}
	end_grid(inspection, &grid, "Cgroup paths", out);
}

/* "its own", "the host's", "shared with web-1, web-2": raw. */
static void add_whose(const struct inspection *inspection, enum ns_type type, struct strbuf *out)
{
	const struct snapshot *snapshot = inspection->snapshot;
	const struct container *container = &snapshot->containers[inspection->index];
	bool shared = false;

	if (container->ns_shared_with_host >> type & 1) {
		strbuf_adds(out, "the host's");
		return;
	}
	for (uint32_t i = 0; i < snapshot->containers_len; i++) {
		if (!inspection_shares_ns(inspection, type, i))
			continue;
		strbuf_adds(out, shared ? ", " : "shared with ");
		strbuf_adds(out, snapshot->containers[i].name);
		shared = true;
	}
	if (!shared)
		strbuf_adds(out, "its own");
}

static void add_namespaces(const struct inspection *inspection, struct strbuf *out)
{
	static const struct grid_column columns[] = {{0, 0}, {GRID_RIGHT, 0}, {GRID_SHRINK, 20}};
	const struct container *container = &inspection->snapshot->containers[inspection->index];
	_cleanup_(grid_finish)
	struct grid grid;

	start_grid(inspection, &grid, columns, ARRAY_LEN(columns));
	for (int type = 0; type < NS_TYPES; type++) {
		_cleanup_(strbuf_finish)
		struct strbuf id = STRBUF_INIT;
		_cleanup_(strbuf_finish)
		struct strbuf whose = STRBUF_INIT;

		if (!container->ns[type])
			continue;
		strbuf_addf(&id, "%" PRIu64, container->ns[type]);
		add_whose(inspection, (enum ns_type)type, &whose);
		add_cell(&grid, ns_type_text((enum ns_type)type));
		add_cell(&grid, strbuf_cstr(&id));
		add_cell(&grid, strbuf_cstr(&whose));
	}
	end_grid(inspection, &grid, "Namespaces", out);
}

static void add_processes(const struct inspection *inspection, struct strbuf *out)
{
	struct output output = {
		.snapshot = inspection->snapshot,
		.columns = inspection->process_columns,
		.lines = inspection->processes.lines,
		.lines_len = inspection->processes.len,
		.flags = inspection->output_flags | OUTPUT_HEADER,
		.width = inspection->width,
		.indent = INDENT,
	};

	strbuf_adds(out, "\nProcesses\n");
	output_write_text(&output, out);
}

static void add_mounts(const struct inspection *inspection, struct strbuf *out)
{
	static const struct grid_column columns[] = {
		{GRID_SHRINK, 12}, {0, 0}, {GRID_SHRINK, 12}, {GRID_SHRINK, 10}};
	_cleanup_(grid_finish)
	struct grid grid;

	start_grid(inspection, &grid, columns, ARRAY_LEN(columns));
	if (inspection->mounts_unknown) {
		strbuf_addf(out, "\nMounts\n  - (%s)\n", inspection->mounts_unknown);
		return;
	}
	for (size_t i = 0; i < inspection->mounts.len; i++) {
		const struct mount_point *mount = &inspection->mounts.list[i];

		add_cell(&grid, mount->target);
		add_cell(&grid, mount->fstype);
		add_cell(&grid, mount->source);
		add_cell(&grid, mount->options);
	}
	end_grid(inspection, &grid, "Mounts", out);
}

static void add_notes(const struct inspection *inspection, struct strbuf *out)
{
	static const struct grid_column columns[] = {{GRID_SHRINK, 20}};
	const struct spec_list *notes = &inspection->sandbox.notes;
	_cleanup_(grid_finish)
	struct grid grid;

	start_grid(inspection, &grid, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < notes->len; i++)
		add_cell(&grid, notes->items[i]);
	end_grid(inspection, &grid, "Notes", out);
}

void inspection_text(const struct inspection *inspection, struct strbuf *out)
{
	text_sanitize(span_of(inspection->snapshot->containers[inspection->index].name), out);
	strbuf_addc(out, '\n');
	add_fields(inspection, out);
	if (!inspection->whole)
		return;
	add_notes(inspection, out);
	add_paths(inspection, out);
	add_namespaces(inspection, out);
	add_processes(inspection, out);
	add_mounts(inspection, out);
}
