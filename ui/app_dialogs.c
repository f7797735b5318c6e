/* SPDX-License-Identifier: MIT */
/*
 * What the screen program asks: filter, search, delay, column to sort by, user. Each question opens a
 * dialog and names the function that takes the answers. Never draws.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/units.h"
#include "ui/app_private.h"

#define DELAY_MIN_USEC 100000u
#define DELAY_MAX_USEC 3600000000u

static void note(struct app *app, const char *text)
{
	/* The prompt says already what it is about. */
	if (strncmp(text, "filter: ", 8) == 0)
		text += 8;
	strbuf_reset(&app->dialog.note);
	strbuf_adds(&app->dialog.note, text);
}

/* pass_on() - moving about goes on while a prompt is open */
static void pass_on(struct app *app, uint32_t key)
{
	enum action action = keys_action(key, app_place(app));
	if (action >= ACTION_UP && action <= ACTION_END)
		app_act(app, action);
}

/* ---- Filter ---- */

static void answer_filter(struct app *app, enum dialog_result result, uint32_t key)
{
	struct view *view = app_view(app);
	struct err err = ERR_INIT;
	switch (result) {
	case DIALOG_OPEN:
		break;
	case DIALOG_CHANGED:
		note(app, view_set_filter(view, strbuf_span(&app->dialog.text), &err) < 0 ? err.text
											  : "");
		break;
	case DIALOG_DONE:
		if (view_set_filter(view, strbuf_span(&app->dialog.text), &err) < 0)
			app_say(app, STYLE_ERROR, "Not filtered: %s", err.text);
		break;
	case DIALOG_CANCELLED:
		view_set_filter(view, SPAN(""), NULL);
		break;
	case DIALOG_NOT_MINE:
		pass_on(app, key);
		break;
	}
}

void app_ask_filter(struct app *app)
{
	dialog_open_prompt(&app->dialog, "Filter", strbuf_span(&app_view(app)->filter_text));
	app->dialog.footer.items[1].label = "Clear";
	app->answer = answer_filter;
}

/* ---- Search ---- */

static void find(struct app *app)
{
	struct table *table = view_table(app_view(app));
	struct err err = ERR_INIT;
	enum table_found found = table_search(table, strbuf_span(&app->dialog.text), &err);
	note(app, found == TABLE_FOUND ? "" : found == TABLE_NOT_FOUND ? "not found" : err.text);
}

/* An empty prompt and "next": what was searched for last. */
static void find_next(struct app *app, int step)
{
	if (app->dialog.text.len == 0) {
		dialog_set_text(&app->dialog, strbuf_span(&app->last_search));
		find(app);
	}
	if (app->dialog.text.len > 0)
		table_search_next(view_table(app_view(app)), step);
}

static void answer_search(struct app *app, enum dialog_result result, uint32_t key)
{
	switch (result) {
	case DIALOG_OPEN:
		break;
	case DIALOG_CHANGED:
		find(app);
		break;
	case DIALOG_DONE:
	case DIALOG_CANCELLED:
		if (app->dialog.text.len > 0) {
			strbuf_reset(&app->last_search);
			strbuf_adds(&app->last_search, strbuf_cstr(&app->dialog.text));
		}
		table_search(view_table(app_view(app)), SPAN(""), NULL);
		break;
	case DIALOG_NOT_MINE:
		if (key == KEY_CODE_F3)
			find_next(app, 1);
		else if (key == KEY_CODE_SHIFT_F3)
			find_next(app, -1);
		else
			pass_on(app, key);
		break;
	}
}

void app_search_again(struct app *app, int step)
{
	struct table *table = view_table(app_view(app));
	if (app->last_search.len == 0) {
		app_ask_search(app, 1);
		return;
	}
	/* Where the cursor stands now is where it goes on from. */
	size_t line = table->line;
	bool found = table_search(table, strbuf_span(&app->last_search), NULL) == TABLE_FOUND;
	if (found) {
		table_select_line(table, line);
		table_search_next(table, step);
	}
	table_search(table, SPAN(""), NULL);
	app_say(app, found ? STYLE_DIM : STYLE_WARN, "%s: %s", found ? "Search" : "Not found",
		strbuf_cstr(&app->last_search));
}

bool app_is_searching(const struct app *app)
{
	return app->dialog.kind == DIALOG_PROMPT && app->answer == answer_search;
}

void app_ask_search(struct app *app, int step)
{
	dialog_open_prompt(&app->dialog, "Search", SPAN(""));
	app->dialog.footer = (struct footer) {0};
	footer_add(&app->dialog.footer, KEY_CODE_F3, "Next");
	footer_add(&app->dialog.footer, KEY_CODE_SHIFT_F3, "Prev");
	footer_add(&app->dialog.footer, KEY_CODE_ESC, "Done");
	app->answer = answer_search;
	if (step < 0)
		find_next(app, step);
}

/* ---- Delay ---- */

static int parse_delay(const struct strbuf *text, uint64_t *out, struct err *err)
{
	int r = units_parse_duration(span_trim(strbuf_span(text)), out, err);
	if (r < 0)
		return r;
	if (*out < DELAY_MIN_USEC || *out > DELAY_MAX_USEC)
		return err_setx(err, 0, "0.1 to 3600 seconds");
	return 0;
}

static void answer_delay(struct app *app, enum dialog_result result, uint32_t key)
{
	struct err err = ERR_INIT;
	uint64_t delay_usec;
	if (result == DIALOG_NOT_MINE)
		pass_on(app, key);
	if (result != DIALOG_CHANGED && result != DIALOG_DONE)
		return;
	int r = parse_delay(&app->dialog.text, &delay_usec, &err);
	if (result == DIALOG_CHANGED)
		note(app, r < 0 ? err.text : "");
	else if (r < 0)
		app_say(app, STYLE_ERROR, "Not changed: %s", err.text);
	else
		app->delay_usec = delay_usec;
}

void app_ask_delay(struct app *app)
{
	char text[32];
	snprintf(text, sizeof(text), "%g", (double)app->delay_usec / 1e6);
	dialog_open_prompt(&app->dialog, "Seconds between updates", span_of(text));
	app->answer = answer_delay;
}

/* ---- Sort ---- */

static void answer_sort(struct app *app, enum dialog_result result, uint32_t key)
{
	(void)key;
	if (result == DIALOG_DONE)
		view_sort(app_view(app), app->menu_fields[app->dialog.chosen]);
}

void app_ask_sort(struct app *app)
{
	const struct field *sort = view_table(app_view(app))->query.sort;
	struct arena *arena = &app->dialog_texts;
	size_t chosen = 0;
	arena_reset(arena);
	app->menu_fields = arena_array(arena, TABLE_COLUMNS_MAX + 1, sizeof(struct field *));
	size_t len = view_columns(app_view(app), app->menu_fields);
	struct dialog_choice *choices = arena_array(arena, len + 1, sizeof(*choices));
	for (size_t i = 0; i < len; i++) {
		const struct field *field = app->menu_fields[i];
		choices[i].label = arena_printf(arena, "%-10s %s", field->title, field->id);
		choices[i].help = field->help;
		if (field == sort)
			chosen = i;
	}
	dialog_open_menu(&app->dialog, "Sort by", choices, len, chosen);
	app->answer = answer_sort;
}

/* ---- User ---- */

/** struct user - somebody who has processes */
struct user {
	uid_t uid;
	const char *name; /* raw */
};

static int compare_users(const void *a, const void *b)
{
	return strverscmp(((const struct user *)a)->name, ((const struct user *)b)->name);
}

static bool has_uid(const struct user *users, size_t len, uid_t uid)
{
	for (size_t i = 0; i < len; i++)
		if (users[i].uid == uid)
			return true;
	return false;
}

/* collect_users() - who has processes, by name; into the arena */
static struct user *collect_users(const struct snapshot *snapshot, struct arena *arena, size_t *len)
{
	struct user *users = NULL;
	size_t n = 0, cap = 0;
	for (size_t i = 0; snapshot && i < snapshot->processes_len; i++) {
		const struct process *process = &snapshot->processes[i];
		if (process->uid == (uid_t)-1 || has_uid(users, n, process->uid))
			continue;
		if (n == cap) {
			cap = cap ? 2 * cap : 16;
			users = xreallocarray(users, cap, sizeof(*users));
		}
		char *number = arena_printf(arena, "%" PRIu32, (uint32_t)process->uid);
		users[n++] = (struct user) {process->uid, process->user ? process->user : number};
	}
	if (n > 0)
		qsort(users, n, sizeof(*users), compare_users);
	*len = n;
	return users;
}

static const char *clean_copy(struct arena *arena, const char *raw)
{
	_cleanup_(strbuf_finish)
	struct strbuf clean = STRBUF_INIT;
	text_sanitize(span_of(raw), &clean);
	return arena_strdup(arena, strbuf_cstr(&clean));
}

static void answer_user(struct app *app, enum dialog_result result, uint32_t key)
{
	(void)key;
	struct view *view = app_view(app);
	if (result != DIALOG_DONE)
		return;
	for (int shape = 0; shape < VIEW_SHAPES; shape++)
		view->tables[shape].query.uid = app->menu_uids[app->dialog.chosen];
	view_update(view, NULL);
}

void app_ask_user(struct app *app)
{
	struct arena *arena = &app->dialog_texts;
	uid_t uid = view_table(app_view(app))->query.uid;
	size_t len, chosen = 0;
	arena_reset(arena);
	_cleanup_(cleanup_free)
	struct user *users = collect_users(app->snapshot, arena, &len);
	struct dialog_choice *choices = arena_array(arena, len + 1, sizeof(*choices));
	app->menu_uids = arena_array(arena, len + 1, sizeof(uid_t));
	choices[0] = (struct dialog_choice) {"All users", NULL};
	app->menu_uids[0] = (uid_t)-1;
	for (size_t i = 0; i < len; i++) {
		choices[i + 1].label = clean_copy(arena, users[i].name);
		app->menu_uids[i + 1] = users[i].uid;
		if (users[i].uid == uid)
			chosen = i + 1;
	}
	dialog_open_menu(&app->dialog, "Processes of", choices, len + 1, chosen);
	app->answer = answer_user;
}
