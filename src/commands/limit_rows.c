/* SPDX-License-Identifier: MIT */
/* The limits of a target beside what it uses of them. Reads its files and a sample; changes nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/units.h"
#include "commands/grid.h"
#include "commands/limit.h"
#include "commands/stdout.h"

static void take_metric(struct limit_row *row, const struct metric *metric)
{
	row->used_known = metric_is_known(*metric);
	row->used = row->used_known ? (double)metric->value : 0;
}

static void take_peak(struct limit_row *row, const struct metric *metric)
{
	row->peak_known = metric_is_known(*metric);
	row->peak = row->peak_known ? (double)metric->value : 0;
}

static void take_usage(const struct usage *usage, struct limit_row rows[LIMITS])
{
	take_metric(&rows[LIMIT_MEMORY], &usage->memory.current_bytes);
	take_metric(&rows[LIMIT_MEMORY_HIGH], &usage->memory.current_bytes);
	take_metric(&rows[LIMIT_SWAP], &usage->memory.swap_bytes);
	take_metric(&rows[LIMIT_PIDS], &usage->pids.current);
	take_peak(&rows[LIMIT_MEMORY], &usage->memory.peak_bytes);
	take_peak(&rows[LIMIT_MEMORY_HIGH], &usage->memory.peak_bytes);
	take_peak(&rows[LIMIT_PIDS], &usage->pids.peak);
	rows[LIMIT_CPUS].used_known = usage->cpu.pct.state == METRIC_KNOWN;
	rows[LIMIT_CPUS].used = rows[LIMIT_CPUS].used_known ? usage->cpu.pct.value / 100 : 0;
}

/** struct inherited - what holds of a limit, and whose it is */
struct inherited {
	enum limit_id id;
	uint32_t from; /* index of the cgroup, or INDEX_NONE */
	const struct metric *effective;
};

/* "512M by /docker above": a cgroup above allows less. */
static void note_inherited(const struct snapshot *snapshot, const struct inherited *inherited,
			   struct limit_row *row)
{
	struct limit_value value = {.set = true, .number = inherited->effective->value};
	char text[LIMIT_TEXT_MAX];

	snprintf(row->note, sizeof(row->note), "%s by %.200s above",
		 limit_format(inherited->id, &value, text),
		 snapshot->cgroups[inherited->from].path);
}

static void note_all_inherited(const struct snapshot *snapshot, uint32_t index,
			       struct limit_row rows[LIMITS])
{
	const struct cgroup *cgroup = &snapshot->cgroups[index];
	const struct inherited all[] = {
		{LIMIT_MEMORY, cgroup->limit_from_memory, &cgroup->usage.memory.effective_bytes},
		{LIMIT_CPUS, cgroup->limit_from_cpu, &cgroup->usage.cpu.effective_microcpus},
		{LIMIT_PIDS, cgroup->limit_from_pids, &cgroup->usage.pids.effective_limit},
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i].from != INDEX_NONE && all[i].from != index &&
		    metric_is_known(*all[i].effective))
			note_inherited(snapshot, &all[i], &rows[all[i].id]);
}

/* "memory-high: there is no such limit on cgroup v1" without its name, which stands beside it. */
static void note_why_not(const struct target *target, enum limit_id id, struct limit_row *row)
{
	struct err why = ERR_INIT;
	const char *text = why.text;
	size_t len = strlen(limits[id].name);

	row->settable = target_check_limit(target, id, &why) == 0;
	if (row->settable)
		return;
	if (strncmp(text, limits[id].name, len) == 0 && strncmp(text + len, ": ", 2) == 0)
		text += len + 2;
	snprintf(row->note, sizeof(row->note), "%s", text);
}

int limit_rows_gather(const struct limit_subject *subject, struct limit_row rows[LIMITS],
		      struct err *err)
{
	struct limit_set set;
	int r = target_read_limits(subject->target, &set, err);

	if (r < 0)
		return r;
	memset(rows, 0, LIMITS * sizeof(rows[0]));
	for (int i = 0; i < LIMITS; i++)
		rows[i].value = set.values[i];
	if (subject->cgroup != INDEX_NONE) {
		take_usage(&subject->snapshot->cgroups[subject->cgroup].usage, rows);
		note_all_inherited(subject->snapshot, subject->cgroup, rows);
	}
	for (int i = 0; i < LIMITS; i++)
		note_why_not(subject->target, (enum limit_id)i, &rows[i]);
	return 0;
}

static void add_used(enum limit_id id, const struct limit_row *row, struct grid *grid)
{
	char text[UNITS_TEXT_MAX] = "-";

	if (row->used_known && limits[id].unit == LIMIT_BYTES)
		units_format_bytes((uint64_t)row->used, text);
	else if (row->used_known && limits[id].unit == LIMIT_MICROCPUS)
		snprintf(text, sizeof(text), "%.2f", row->used);
	else if (row->used_known)
		snprintf(text, sizeof(text), "%.0f", row->used);
	else if (id == LIMIT_CPU_WEIGHT || id == LIMIT_IO_WEIGHT || limits[id].unit == LIMIT_LIST ||
		 limits[id].unit == LIMIT_IO_RULES)
		text[0] = '\0';
	grid_add(grid, span_of(text));
}

static void add_row(enum limit_id id, const struct limit_row *row, struct grid *grid)
{
	_cleanup_(strbuf_finish)
	struct strbuf note = STRBUF_INIT;
	char text[LIMIT_TEXT_MAX];

	grid_add(grid, span_of(limits[id].name));
	grid_add(grid, span_of(limit_format(id, &row->value, text)));
	add_used(id, row, grid);
	text_sanitize(span_of(row->note), &note);
	grid_add(grid, strbuf_span(&note));
}

void limit_rows_write(const struct limit_row rows[LIMITS], struct strbuf *out)
{
	static const struct grid_column columns[] = {
		{0, 0}, {GRID_RIGHT, 0}, {GRID_RIGHT, 0}, {GRID_SHRINK, 20}};
	static const char *const titles[] = {"LIMIT", "VALUE", "IN USE", ""};
	_cleanup_(grid_finish)
	struct grid grid;

	grid_init(&grid, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		grid_add(&grid, span_of(titles[i]));
	for (int i = 0; i < LIMITS; i++)
		add_row((enum limit_id)i, &rows[i], &grid);
	grid_write(&grid, 2, stdout_width(), out);
}
