/* SPDX-License-Identifier: MIT */
/*
 * What a detail is about, which section is shown, and its frame: name and sections. Owns two views (its
 * processes, its events) and the lines of the other sections. The figures are drawn in
 * detail_overview.c, the lines built in detail_lines.c.
 */
#include "ui/detail.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/units.h"
#include "model/alarm.h"
#include "ui/link.h"
#include "ui/view_usage.h"

#define TABS_MIN_LINES 6 /* of the whole, for the names of the sections */

static const char *const section_names[DETAIL_SECTIONS] = {
	[DETAIL_OVERVIEW] = "Overview", [DETAIL_PROCESSES] = "Processes",
	[DETAIL_LIMITS] = "Limits",	[DETAIL_NAMESPACES] = "Namespaces",
	[DETAIL_MOUNTS] = "Mounts",	[DETAIL_ENVIRONMENT] = "Environment",
	[DETAIL_EVENTS] = "Events",
};

void detail_init(struct detail *detail, const struct app_options *options, struct history *history)
{
	*detail = (struct detail) {.options = options, .history = history};
	view_init(&detail->processes, &view_type_inside, options, SCREENS, NULL);
	view_init(&detail->events, &view_type_events, options, SCREENS, NULL);
	for (int shape = 0; shape < VIEW_SHAPES; shape++) {
		/* The options choose rows of the processes screen; here all of them belong. */
		struct query *query = &detail->processes.tables[shape].query;
		query->uid = (uid_t)-1;
		query->pids = NULL;
		detail->events.tables[shape].query.flags |= QUERY_ALL_UNITS;
	}
}

void detail_finish(struct detail *detail)
{
	detail_close(detail);
	view_finish(&detail->processes);
	view_finish(&detail->events);
	lines_finish(&detail->lines);
	strbuf_finish(&detail->name);
	strbuf_finish(&detail->about);
}

/* ---- What it is about ---- */

const struct usage *detail_usage(const struct detail *detail)
{
	return detail->row.kind ? row_usage(&detail->row) : NULL;
}

const struct cgroup *detail_cgroup(const struct detail *detail)
{
	const struct container *container;
	if (!detail->row.kind)
		return NULL;
	if (detail->row.kind == ROW_CGROUP)
		return row_cgroup(&detail->row);
	container = row_container(&detail->row);
	uint32_t index =
		container->inner_cgroup != INDEX_NONE ? container->inner_cgroup : container->cgroup;
	return index < detail->row.snapshot->cgroups_len ? &detail->row.snapshot->cgroups[index]
							 : NULL;
}

const struct process *detail_process(const struct detail *detail)
{
	struct row row;
	if (!detail->row.kind)
		return NULL;
	struct row_key key =
		link_row(&detail->row, ROW_PROCESS, detail->row.snapshot, detail->row.snapshot);
	return key.kind && link_find(key, detail->row.snapshot, &row) ? row_process(&row) : NULL;
}

static void say_about(struct detail *detail)
{
	const struct container *container = row_container(&detail->row);
	_cleanup_(strbuf_finish)
	struct strbuf raw = STRBUF_INIT;
	char age[UNITS_TEXT_MAX];
	strbuf_reset(&detail->about);
	if (container) {
		uint64_t now = detail->row.snapshot->realtime_usec;
		if (container->kind == CONTAINER_CGROUP)
			strbuf_adds(&raw, "cgroup made by hand");
		else
			strbuf_addf(&raw, "%s %s", container->engine,
				    container_kind_text(container->kind));
		strbuf_addf(&raw, "  %s", container_state_text(container->state));
		if (container->created_usec && container->created_usec < now)
			strbuf_addf(&raw, "  %s old",
				    units_format_duration(now - container->created_usec, age));
		if (container->image)
			strbuf_addf(&raw, "  %s", container->image);
		if (container->owner)
			strbuf_addf(&raw, "  of %s", container->owner);
	} else {
		const struct cgroup *cgroup = row_cgroup(&detail->row);
		strbuf_adds(&raw, "cgroup");
		if (metric_is_known(cgroup->usage.pids.processes))
			strbuf_addf(&raw, "  %llu processes",
				    (unsigned long long)cgroup->usage.pids.processes.value);
		if (cgroup->container != INDEX_NONE)
			strbuf_addf(&raw, "  in %s",
				    detail->row.snapshot->containers[cgroup->container].name);
	}
	text_sanitize(strbuf_span(&raw), &detail->about);
}

/* ---- Open, update, close ---- */

static void ask_again(struct detail *detail)
{
	detail->wants_inside =
		detail->section == DETAIL_MOUNTS || detail->section == DETAIL_ENVIRONMENT;
}

void detail_open(struct detail *detail, const struct row *row, enum detail_section section)
{
	const struct container *container = row_container(row);
	const char *raw = container ? container->name : row_cgroup(row)->path;
	detail_close(detail);
	detail->key = row_key(row);
	detail->row = *row;
	detail->section = section;
	text_sanitize(span_of(raw), &detail->name);
	/* What happens in a cgroup happens to the containers in it. */
	detail->events.type = container ? &view_type_events_inside : &view_type_events;
	view_set_zoom(&detail->processes, detail->key, span_of(raw));
	view_set_zoom(&detail->events, detail->key, span_of(raw));
	if (row->kind == ROW_CGROUP)
		history_watch(detail->history, row_cgroup(row)->id);
	ask_again(detail);
}

void detail_close(struct detail *detail)
{
	if (!detail_is_open(detail))
		return;
	detail->key = (struct row_key) {0};
	detail->row = (struct row) {0};
	/* The snapshot may be gone when it is opened again. */
	view_replace_snapshot(&detail->processes, NULL);
	view_replace_snapshot(&detail->events, NULL);
	detail->asked_pid = 0;
	detail->wants_inside = false;
	strbuf_reset(&detail->name);
	strbuf_reset(&detail->about);
	lines_reset(&detail->lines);
	detail->lines.top = 0;
	inside_free(TAKE(detail->inside));
	history_watch(detail->history, 0);
}

static bool has_lines(const struct detail *detail)
{
	return detail->section == DETAIL_LIMITS || detail->section == DETAIL_NAMESPACES ||
	       detail->section == DETAIL_MOUNTS || detail->section == DETAIL_ENVIRONMENT;
}

static void build_lines(struct detail *detail)
{
	lines_reset(&detail->lines);
	if (has_lines(detail))
		detail_lines_build(detail, detail->section, &detail->lines);
}

void detail_update(struct detail *detail, const struct snapshot *world,
		   const struct snapshot *events)
{
	if (!detail_is_open(detail) || !world)
		return;
	if (!link_find(detail->key, world, &detail->row))
		detail->row = (struct row) {0};
	else
		say_about(detail);
	view_update(&detail->processes, world);
	view_update(&detail->events, events);
	build_lines(detail);
}

void detail_show(struct detail *detail, enum detail_section section)
{
	if (section != detail->section)
		detail->lines.top = 0;
	detail->section = section;
	ask_again(detail);
	build_lines(detail);
}

struct view *detail_view(struct detail *detail)
{
	switch (detail->section) {
	case DETAIL_OVERVIEW:
		return detail->has_processes ? &detail->processes : NULL;
	case DETAIL_PROCESSES:
		return &detail->processes;
	case DETAIL_EVENTS:
		return &detail->events;
	default:
		return NULL;
	}
}

void detail_scroll(struct detail *detail, long by)
{
	lines_scroll(&detail->lines, by);
}

size_t detail_page(const struct detail *detail)
{
	return detail->lines.page > 0 ? detail->lines.page : 1;
}

/* ---- Its inside ---- */

/* init_serves() - the command of a sandbox of ours: its first process keeps neither environment nor
 * arguments of its own, and the command is its first child */
static const struct process *init_serves(const struct detail *detail, const struct process *init)
{
	const struct container *container = row_container(&detail->row);
	const struct snapshot *snapshot = detail->row.snapshot;
	const struct process *command = init;
	if (!container || strcmp(container->engine, "boxtop") != 0)
		return init;
	for (size_t i = 0; i < snapshot->processes_len; i++) {
		const struct process *process = &snapshot->processes[i];
		if (process->ppid == init->pid &&
		    (command == init || process->start_ticks < command->start_ticks ||
		     (process->start_ticks == command->start_ticks &&
		      process->inner_pid < command->inner_pid)))
			command = process;
	}
	return command;
}

bool detail_asks(struct detail *detail, pid_t *out_pid, uint64_t *out_start_ticks)
{
	const struct process *process = detail->wants_inside ? detail_process(detail) : NULL;
	if (!process)
		return false;
	process = init_serves(detail, process);
	detail->wants_inside = false;
	detail->asked_pid = *out_pid = process->pid;
	detail->asked_ticks = *out_start_ticks = process->start_ticks;
	return true;
}

void detail_take_inside(struct detail *detail, struct inside *inside)
{
	if (!detail_is_open(detail) || inside->pid != detail->asked_pid ||
	    inside->start_ticks != detail->asked_ticks) {
		inside_free(inside);
		return;
	}
	inside_free(detail->inside);
	detail->inside = inside;
	build_lines(detail);
}

unsigned int detail_sources(const struct detail *detail)
{
	unsigned int sources = alarm_sources() | SOURCE_CGROUP_IO | SOURCE_NET |
			       SOURCE_CGROUP_PROCS | SOURCE_PROCS | SOURCE_NS;
	if (detail->section == DETAIL_PROCESSES || detail->section == DETAIL_OVERVIEW)
		sources |= view_sources(&detail->processes);
	return sources;
}

/* ---- Its frame ---- */

static void draw_name(const struct detail *detail, struct canvas *canvas, struct rect line)
{
	int x = line.x, right = line.x + line.width;
	canvas_fill(canvas, line, ' ', STYLE_NORMAL);
	x += canvas_text(canvas, x, line.y, STYLE_TAB_ACTIVE, SPAN(" "), right - x);
	x += canvas_text(canvas, x, line.y, STYLE_TAB_ACTIVE, strbuf_span(&detail->name),
			 right - x - 1);
	x += canvas_text(canvas, x, line.y, STYLE_TAB_ACTIVE, SPAN(" "), right - x) + 1;
	if (!detail->row.kind)
		x += canvas_text(canvas, x, line.y, STYLE_ALARM, SPAN("is gone  "), right - x);
	canvas_text(canvas, x, line.y, STYLE_NORMAL, strbuf_span(&detail->about), right - x);
}

/* names_fit() - whether the names of the sections have room, each but the one shown cut to @columns */
static bool names_fit(const struct detail *detail, int columns, int width)
{
	int sum = 0;
	for (int i = 0; i < DETAIL_SECTIONS; i++) {
		int name = (int)strlen(section_names[i]);
		sum += 2 + (i != (int)detail->section && name > columns ? columns : name);
	}
	return sum <= width;
}

static void draw_sections(struct detail *detail, struct canvas *canvas, struct rect line)
{
	int columns = 12, x = line.x, right = line.x + line.width;
	memset(detail->tabs, 0, sizeof(detail->tabs));
	if (line.height == 0)
		return;
	while (columns > 1 && !names_fit(detail, columns, line.width))
		columns--;
	for (int i = 0; i < DETAIL_SECTIONS; i++) {
		bool active = i == (int)detail->section;
		int start = x;
		struct span name =
			text_cut(span_of(section_names[i]), active ? 12 : (size_t)columns, NULL);
		uint16_t style = active ? STYLE_TAB_ACTIVE : STYLE_TAB;
		x += canvas_text(canvas, x, line.y, style, SPAN(" "), right - x);
		x += canvas_text(canvas, x, line.y, style, name, right - x);
		x += canvas_text(canvas, x, line.y, style, SPAN(" "), right - x);
		detail->tabs[i] = (struct rect) {start, line.y, x - start, 1};
	}
}

enum detail_section detail_hit(const struct detail *detail, int x, int y)
{
	for (int i = 0; i < DETAIL_SECTIONS; i++) {
		const struct rect *rect = &detail->tabs[i];
		if (rect->width > 0 && y == rect->y && x >= rect->x && x < rect->x + rect->width)
			return (enum detail_section)i;
	}
	return DETAIL_SECTIONS;
}

/* draw_span() - how far back the graphs reach, at the end of the line with the sections */
static void draw_span(const struct detail *detail, struct canvas *canvas, struct rect line)
{
	const struct rect *last = &detail->tabs[DETAIL_SECTIONS - 1];
	char time[UNITS_TEXT_MAX], text[UNITS_TEXT_MAX + 8];
	if (detail->span_usec == 0)
		return;
	int columns = snprintf(text, sizeof(text), "last %s",
			       units_format_duration(detail->span_usec, time));
	if (last->x + last->width + columns < line.x + line.width)
		canvas_text(canvas, line.x + line.width - columns, line.y, STYLE_DIM, span_of(text),
			    columns);
}

static void draw_overview(struct detail *detail, struct canvas *canvas, struct rect body, bool tabs)
{
	detail->span_usec = 0;
	detail_overview_draw(detail, canvas, body);
	if (tabs)
		draw_span(detail, canvas, (struct rect) {body.x, body.y - 1, body.width, 1});
}

static void draw_lines(struct detail *detail, struct canvas *canvas, struct rect body)
{
	if (body.width != detail->width) {
		detail->width = body.width;
		build_lines(detail);
	}
	lines_draw(&detail->lines, canvas, body);
}

void detail_draw(struct detail *detail, struct canvas *canvas, struct rect rect)
{
	int tabs = rect.height >= TABS_MIN_LINES;
	struct rect body = {rect.x, rect.y + 1 + tabs, rect.width, rect.height - 1 - tabs};
	struct view *view;
	draw_name(detail, canvas, (struct rect) {rect.x, rect.y, rect.width, 1});
	draw_sections(detail, canvas, (struct rect) {rect.x, rect.y + 1, rect.width, tabs});
	detail->has_processes = false;
	if (body.height <= 0)
		return;
	view = detail_view(detail);
	if (detail->section == DETAIL_OVERVIEW)
		draw_overview(detail, canvas, body, tabs > 0);
	else if (view)
		view_draw(view, canvas, body);
	else
		draw_lines(detail, canvas, body);
}
