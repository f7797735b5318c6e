/* SPDX-License-Identifier: MIT */
/*
 * The setup within the program: opens it, makes what was changed there hold, and has it kept when the
 * user asks. The file is the program's business; here is only what it is to say.
 */
#include <stdio.h>

#include "ui/app_private.h"
#include "ui/settings.h"

static void set_query_flag(struct app *app, enum app_screen screen, unsigned int flag, bool on)
{
	struct view *view = &app->views[screen];
	for (int shape = 0; shape < VIEW_SHAPES; shape++) {
		struct query *query = &view->tables[shape].query;
		query->flags = (query->flags & ~flag) | (on ? flag : 0);
	}
}

static bool query_flag(const struct app *app, enum app_screen screen, unsigned int flag)
{
	return view_table_const(&app->views[screen])->query.flags & flag;
}

/* What keys have changed meanwhile is shown in the setup too. */
static void take_state(struct app *app)
{
	app->own.delay_usec = app->delay_usec;
	app->own.hide_kernel_threads = query_flag(app, SCREEN_PROCESSES, QUERY_HIDE_KERNEL_THREADS);
	app->own.all = query_flag(app, SCREEN_CONTAINERS, QUERY_ALL_UNITS);
}

static void apply_options(struct app *app)
{
	app->delay_usec = app->own.delay_usec;
	set_query_flag(app, SCREEN_PROCESSES, QUERY_HIDE_KERNEL_THREADS,
		       app->own.hide_kernel_threads);
	set_query_flag(app, SCREEN_CONTAINERS, QUERY_ALL_UNITS, app->own.all);
	app->flags |= APP_LOOKS;
}

void app_open_setup(struct app *app)
{
	take_state(app);
	setup_open(&app->setup, &app->own, app->views);
}

/* ---- Keeping it ---- */

/* take_screen() - what one looks like now */
static void take_screen(const struct view *view, struct app_screen_options *out)
{
	const struct table *table = view_table_const(view);
	bool descending = table->query.flags & QUERY_DESCENDING;
	const struct field *sort = table->query.sort;
	*out = (struct app_screen_options) {.shape = APP_FIRST_SHAPE};
	/* Longer than the room there is: as usual, rather than half of it. */
	if (!span_copy(strbuf_span(&view->own_columns), out->columns, sizeof(out->columns)))
		out->columns[0] = '\0';
	if (view->shape != view->type->first)
		out->shape = view->shape == VIEW_TREE ? APP_TREE : APP_LIST;
	bool first = !sort || descending == !!(sort->flags & FIELD_DESCENDING);
	if (!sort || (first && strcmp(sort->id, view->type->sort) == 0))
		return;
	snprintf(out->sort, sizeof(out->sort), "%s", sort->id);
	if (!first)
		out->sort_direction = descending ? APP_DESCENDING : APP_ASCENDING;
}

static void save(struct app *app)
{
	static struct app_options now;
	struct err err = ERR_INIT;
	if (!app->store || !app->store->path) {
		app_say(app, STYLE_WARN, "There is no place to keep settings: HOME is not set");
		return;
	}
	take_state(app);
	now = app->own;
	now.screen = app->screen;
	for (int screen = 0; screen < SCREENS; screen++)
		take_screen(&app->views[screen], &now.screens[screen]);
	if (app->store->save(app->store, &now, &err) < 0)
		app_say(app, STYLE_ERROR, "Not kept: %s", err.text);
	else
		app_say(app, STYLE_OK, "Kept in %s", app->store->path);
}

/* ---- Presets ---- */

static void answer_set(struct app *app, enum dialog_result result, uint32_t key)
{
	(void)key;
	const struct column_set *sets = column_sets(app_screen_kind(setup_screen(&app->setup)));
	if (result == DIALOG_DONE)
		setup_set_columns(&app->setup, sets[app->dialog.chosen].ids);
}

static void ask_set(struct app *app)
{
	const struct column_set *sets = column_sets(app_screen_kind(setup_screen(&app->setup)));
	size_t len = 0;
	while (sets[len].name)
		len++;
	arena_reset(&app->dialog_texts);
	struct dialog_choice *choices = arena_array(&app->dialog_texts, len, sizeof(*choices));
	for (size_t i = 0; i < len; i++)
		choices[i] = (struct dialog_choice) {sets[i].name, sets[i].help};
	dialog_open_menu(&app->dialog, "Columns", choices, len, 0);
	app->answer = answer_set;
}

void app_setup_event(struct app *app, const struct event *event)
{
	switch (setup_event(&app->setup, event)) {
	case SETUP_CHANGED:
		apply_options(app);
		break;
	case SETUP_PRESETS:
		ask_set(app);
		break;
	case SETUP_SAVE:
		save(app);
		break;
	case SETUP_CLOSED:
		view_update(&app->views[app->screen], app_rows_of(app, app->screen));
		break;
	case SETUP_OPEN:
	case SETUP_COLUMNS:
		break;
	}
}
