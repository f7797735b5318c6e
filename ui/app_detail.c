/* SPDX-License-Identifier: MIT */
/* The detail within the program: which row it opens for, how it closes, and what is read for it. */
#include "ui/app_private.h"
#include "ui/link.h"

bool app_open_detail(struct app *app, const struct row *row, enum detail_section section)
{
	const struct snapshot *world = app->snapshot;
	const struct snapshot *events = event_log_snapshot(app->events);
	struct row subject;
	struct row_key process = row->kind == ROW_PROCESS ? row_key(row) : (struct row_key) {0};
	struct row_key key = row->kind == ROW_CGROUP && !link_is_container(row)
				     ? row_key(row)
				     : link_row(row, ROW_CONTAINER, world, events);
	if (!key.kind)
		key = link_row(row, ROW_CGROUP, world, events);
	if (!key.kind || !link_find(key, world, &subject))
		return false;
	detail_open(&app->detail, &subject, section);
	detail_update(&app->detail, world, events);
	if (process.kind)
		table_select(view_table(&app->detail.processes), process);
	return true;
}

bool app_close_detail(struct app *app)
{
	if (!detail_is_open(&app->detail))
		return false;
	detail_close(&app->detail);
	view_update(&app->views[app->screen], app_rows_of(app, app->screen));
	return true;
}

void app_next_section(struct app *app, int by)
{
	int section = ((int)app->detail.section + by + DETAIL_SECTIONS) % DETAIL_SECTIONS;
	detail_show(&app->detail, (enum detail_section)section);
}

void app_ask_inside(struct app *app, struct insides *insides)
{
	pid_t pid;
	uint64_t start_ticks;
	if (detail_asks(&app->detail, &pid, &start_ticks))
		insides->ask(insides, pid, start_ticks);
}
