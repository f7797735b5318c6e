/* SPDX-License-Identifier: MIT */
/*
 * From one screen to another: by number, by Tab, and into what a row holds. The selection goes along: to
 * the cgroup of a container, to the container of a process. Never draws.
 */
#include "ui/app_private.h"
#include "ui/link.h"

const struct snapshot *app_rows_of(const struct app *app, enum app_screen screen)
{
	if (screen == SCREEN_EVENTS && app->snapshot)
		return event_log_snapshot(app->events);
	return app->snapshot;
}

/* ---- The selection goes along ---- */

static bool is_selected(const struct view *view, struct row_key key)
{
	const struct row_line *line = table_selected(view_table_const(view));
	return line && row_key_eq(row_key(&line->row), key);
}

/* belongs() - whether what is selected there already belongs to @row: then it stays */
static bool belongs(const struct app *app, const struct view *view, const struct row *row)
{
	const struct row_line *line = table_selected(view_table_const(view));
	if (!line)
		return false;
	struct row_key back =
		link_row(&line->row, row->kind, app->snapshot, event_log_snapshot(app->events));
	return row_key_eq(back, row_key(row));
}

void app_carry_selection(struct app *app)
{
	struct view *view = &app->views[app->screen];
	const struct snapshot *events = event_log_snapshot(app->events);
	struct row row;
	if (!app->carry.kind || !app->snapshot)
		return;
	if (!link_find(app->carry, app->carry.kind == ROW_EVENT ? events : app->snapshot, &row))
		return;
	bool pinned = view_table(view)->flags & TABLE_PINNED;
	if (!pinned && belongs(app, view, &row)) {
		app->carry.kind = 0;
		return;
	}
	struct row_key key = link_row(&row, view_kind(view), app->snapshot, events);
	if (key.kind && table_select(view_table(view), key))
		app->carry.kind = 0;
}

/* note_selection() - where the cursor is, if the user put it there */
static void note_selection(struct app *app)
{
	const struct table *table = view_table(&app->views[app->screen]);
	const struct row_line *line = table_selected(table);
	app->carry = (struct row_key) {0};
	if (line && !(table->flags & TABLE_PINNED))
		app->carry = row_key(&line->row);
}

/* The hidden view's rows may be of a snapshot that is gone: ask anew before anything looks at them. */
void app_show_screen(struct app *app, enum app_screen screen)
{
	struct view *view = &app->views[screen];
	struct row_key shown = app->detail.key;
	bool from_detail = app_close_detail(app);
	if (screen != app->screen && !from_detail)
		note_selection(app);
	/* What was looked into stays selected. */
	if (from_detail)
		app->carry = shown;
	app->screen = screen;
	view_update(view, app_rows_of(app, screen));
	if (!is_selected(view, app->carry))
		app_carry_selection(app);
	if ((app->flags & APP_PAUSED) && app->snapshot &&
	    (view->type->sources & ~app->snapshot->sources))
		app_say(app, STYLE_WARN, "Paused before this was read: Z goes on");
}

/* ---- By number and by Tab ---- */

void app_next_screen(struct app *app)
{
	if (detail_is_open(&app->detail))
		app_next_section(app, 1);
	else
		app_show_screen(app, (enum app_screen)((app->screen + 1) % SCREENS));
}

void app_previous_screen(struct app *app)
{
	if (detail_is_open(&app->detail))
		app_next_section(app, -1);
	else
		app_show_screen(app, (enum app_screen)((app->screen + SCREENS - 1) % SCREENS));
}

void app_show_containers(struct app *app)
{
	app_show_screen(app, SCREEN_CONTAINERS);
}

void app_show_cgroups(struct app *app)
{
	app_show_screen(app, SCREEN_CGROUPS);
}

void app_show_namespaces(struct app *app)
{
	app_show_screen(app, SCREEN_NAMESPACES);
}

void app_show_events(struct app *app)
{
	app_show_screen(app, SCREEN_EVENTS);
}

static void unzoom(struct app *app)
{
	view_set_zoom(&app->views[SCREEN_PROCESSES], (struct row_key) {0}, SPAN(""));
}

/* The key of the screen that is shown already: all processes again. */
void app_show_processes(struct app *app)
{
	bool again = app->screen == SCREEN_PROCESSES;
	app_show_screen(app, SCREEN_PROCESSES);
	if (again && app_view(app)->zoom.kind)
		unzoom(app);
}

/* ---- Into a row, and out again ---- */

static void zoom_name(const struct row *row, struct strbuf *out)
{
	if (row->kind == ROW_CONTAINER)
		strbuf_adds(out, row_container(row)->name);
	else if (row->kind == ROW_CGROUP)
		strbuf_adds(out, row_cgroup(row)->path);
	else
		strbuf_addf(out, "%s:%llu", ns_type_text(row_ns(row)->type),
			    (unsigned long long)row_ns(row)->id);
}

static void zoom(struct app *app, const struct row *row)
{
	struct strbuf name = STRBUF_INIT;
	struct row_key key = row_key(row);
	zoom_name(row, &name);
	if (app->screen != SCREEN_PROCESSES)
		app->zoomed_from = app->screen;
	app_show_screen(app, SCREEN_PROCESSES);
	view_set_zoom(app_view(app), key, strbuf_span(&name));
	strbuf_finish(&name);
}

static const struct row *selected_row(struct app *app)
{
	struct table *table = view_table(app_view(app));
	const struct row_line *line = app_has_rows(app) ? table_selected(table) : NULL;
	/* Who is gone into stays selected, wherever the row moves meanwhile. */
	if (line)
		table_select(table, row_key(&line->row));
	return line ? &line->row : NULL;
}

/* Where a key leads depends on what the row is: a namespace is its processes, the rest has a detail. */
void app_enter(struct app *app)
{
	const struct row *row = selected_row(app);
	if (!row || detail_is_open(&app->detail))
		return;
	if (row->kind == ROW_NS)
		zoom(app, row);
	else if (!app_open_detail(app, row,
				  row->kind == ROW_PROCESS ? DETAIL_PROCESSES
				  : row->kind == ROW_EVENT ? DETAIL_EVENTS
							   : DETAIL_OVERVIEW))
		app_say(app, STYLE_WARN, "Its container is not there any more");
}

void app_zoom(struct app *app)
{
	const struct row *row = detail_is_open(&app->detail) ? &app->detail.row : selected_row(app);
	struct row around;
	struct row_key key;
	if (!row || !row->kind)
		return;
	if (row->kind == ROW_PROCESS || row->kind == ROW_EVENT) {
		key = link_row(row, ROW_CONTAINER, app->snapshot, event_log_snapshot(app->events));
		if (!key.kind && row->kind == ROW_PROCESS)
			key = link_row(row, ROW_CGROUP, app->snapshot, app->snapshot);
		if (!key.kind || !link_find(key, app->snapshot, &around)) {
			app_say(app, STYLE_WARN, "It belongs to nothing that could be shown alone");
			return;
		}
		row = &around;
	}
	zoom(app, row);
}

bool app_leave_zoom(struct app *app)
{
	if (app->screen != SCREEN_PROCESSES || !app_view(app)->zoom.kind)
		return false;
	unzoom(app);
	app_show_screen(app, app->zoomed_from);
	app->carry.kind = 0;
	return true;
}

void app_leave(struct app *app)
{
	if (!app_close_detail(app))
		app_leave_zoom(app);
}

void app_back(struct app *app)
{
	struct table *table = view_table(app_view(app));
	if (app_has_rows(app) && (table->flags & TABLE_FOLLOW))
		table->flags &= ~(unsigned int)TABLE_FOLLOW;
	else if (app_has_rows(app) && table->cell)
		table->cell = NULL;
	else
		app_leave(app);
}
