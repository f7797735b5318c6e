/* SPDX-License-Identifier: MIT */
/*
 * What keys and clicks do: one small function per action, and the table that finds it. Changes the state
 * of the app and of its views; never draws.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "ui/app_private.h"

#define WHEEL_LINES 3

struct view *app_view(struct app *app)
{
	struct view *view = detail_is_open(&app->detail) ? detail_view(&app->detail) : NULL;
	return view ? view : &app->views[app->screen];
}

enum app_screen app_place(const struct app *app)
{
	return detail_is_open(&app->detail) ? SCREEN_DETAIL : app->screen;
}

bool app_has_rows(struct app *app)
{
	return !detail_is_open(&app->detail) || detail_view(&app->detail);
}

static struct table *app_table(struct app *app)
{
	return view_table(app_view(app));
}

void app_say(struct app *app, uint16_t style, const char *fmt, ...)
{
	char text[512];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	strbuf_reset(&app->message);
	strbuf_adds(&app->message, text);
	app->message_style = style;
}

/* ---- Moving ---- */

/* move_by() - the cursor, or the text where there is none */
static void move_by(struct app *app, int lines)
{
	if (app_has_rows(app))
		table_move(app_table(app), lines);
	else
		detail_scroll(&app->detail, lines);
}

static void move_pages(struct app *app, int pages)
{
	if (app_has_rows(app))
		table_move_pages(app_table(app), pages);
	else
		detail_scroll(&app->detail, pages * (long)detail_page(&app->detail));
}

static void move_up(struct app *app)
{
	move_by(app, -1);
}

static void move_down(struct app *app)
{
	move_by(app, 1);
}

static void page_up(struct app *app)
{
	move_pages(app, -1);
}

static void page_down(struct app *app)
{
	move_pages(app, 1);
}

static void half_page(struct app *app, int by)
{
	int page = app_has_rows(app) ? table_page(app_table(app)) : (int)detail_page(&app->detail);
	move_by(app, by * (page > 1 ? page / 2 : 1));
}

static void half_page_up(struct app *app)
{
	half_page(app, -1);
}

static void half_page_down(struct app *app)
{
	half_page(app, 1);
}

static bool has_cell(struct app *app)
{
	return app_has_rows(app) && app_table(app)->cell;
}

/* In a detail the sections lie beside each other. */
static void move_sideways(struct app *app, int by)
{
	if (has_cell(app))
		table_move_cell(app_table(app), by);
	else if (detail_is_open(&app->detail))
		app_next_section(app, by);
	else
		table_scroll_right(app_table(app), by);
}

static void move_left(struct app *app)
{
	move_sideways(app, -1);
}

static void move_right(struct app *app)
{
	move_sideways(app, 1);
}

static void move_home(struct app *app)
{
	if (app_has_rows(app))
		table_home(app_table(app));
	else
		detail_scroll(&app->detail, LONG_MIN / 2);
}

static void move_end(struct app *app)
{
	if (app_has_rows(app))
		table_end(app_table(app));
	else
		detail_scroll(&app->detail, LONG_MAX / 2);
}

static void first_column(struct app *app)
{
	table_scroll_home(app_table(app));
	if (has_cell(app))
		table_move_cell(app_table(app), -TABLE_COLUMNS_MAX);
}

static void follow(struct app *app)
{
	struct table *table = app_table(app);
	if (!table_selected(table))
		return;
	table->flags ^= TABLE_FOLLOW;
	if (table->flags & TABLE_FOLLOW)
		table->flags &= ~(unsigned int)TABLE_PINNED;
}

/* ---- Finding ---- */

static void search(struct app *app)
{
	app_ask_search(app, 1);
}

static void search_previous(struct app *app)
{
	app_ask_search(app, -1);
}

static void search_again(struct app *app)
{
	app_search_again(app, 1);
}

static void search_again_back(struct app *app)
{
	app_search_again(app, -1);
}

/* ---- Order ---- */

static void sort_by(struct app *app, enum action action)
{
	const struct field *field = view_sort_field(app_view(app), action);
	if (field)
		view_sort(app_view(app), field);
	else
		app_say(app, STYLE_WARN, "These rows have no such column to sort by");
}

static void sort_cpu(struct app *app)
{
	sort_by(app, ACTION_SORT_CPU);
}

static void sort_memory(struct app *app)
{
	sort_by(app, ACTION_SORT_MEMORY);
}

static void sort_time(struct app *app)
{
	sort_by(app, ACTION_SORT_TIME);
}

static void sort_pid(struct app *app)
{
	sort_by(app, ACTION_SORT_PID);
}

static void invert(struct app *app)
{
	app_table(app)->query.flags ^= QUERY_DESCENDING;
	view_update(app_view(app), NULL);
}

/* ---- Tree ---- */

static void toggle_tree(struct app *app)
{
	struct view *view = app_view(app);
	view_set_shape(view, view->shape == VIEW_TREE ? VIEW_LIST : VIEW_TREE);
}

static void fold(struct app *app)
{
	if (table_fold(app_table(app), TABLE_FOLD_TOGGLE))
		view_update(app_view(app), NULL);
}

static void fold_all(struct app *app)
{
	if (table_fold_all(app_table(app), TABLE_FOLD_TOGGLE))
		view_update(app_view(app), NULL);
}

static void fold_parent(struct app *app)
{
	if (table_fold_parent(app_table(app)))
		view_update(app_view(app), NULL);
	else
		app_leave(app);
}

/* ---- Tags ---- */

static void tag(struct app *app)
{
	table_tag(app_table(app));
}

static void tag_children(struct app *app)
{
	table_tag_children(app_table(app));
}

static void untag(struct app *app)
{
	table_untag_all(app_table(app));
}

/* ---- What is shown ---- */

static void toggle_query_flag(struct app *app, unsigned int flag)
{
	struct view *view = app_view(app);
	unsigned int on = ~view_table(view)->query.flags & flag;
	for (int shape = 0; shape < VIEW_SHAPES; shape++) {
		struct query *query = &view->tables[shape].query;
		query->flags = (query->flags & ~flag) | on;
	}
	view_update(view, NULL);
}

static void why(struct app *app)
{
	struct table *table = app_table(app);
	if (table->cell)
		table->cell = NULL;
	else
		table_start_cell(table);
}

static void toggle_kernel_threads(struct app *app)
{
	toggle_query_flag(app, QUERY_HIDE_KERNEL_THREADS);
}

static void tell_user_threads(struct app *app)
{
	app_say(app, STYLE_NORMAL,
		"Threads are not listed: a process is one row (--columns +threads counts them)");
}

static void toggle_all_units(struct app *app)
{
	toggle_query_flag(app, QUERY_ALL_UNITS);
}

static void toggle_pause(struct app *app)
{
	app->flags ^= APP_PAUSED;
}

static void toggle_meters(struct app *app)
{
	app->own.hide_meters = !app->own.hide_meters;
}

static void redraw(struct app *app)
{
	app->flags |= APP_REDRAW;
}

static void quit(struct app *app)
{
	app->flags |= APP_DONE;
}

/* ---- Dispatch ---- */

static void (*const handlers[ACTIONS])(struct app *app) = {
	[ACTION_UP] = move_up,
	[ACTION_DOWN] = move_down,
	[ACTION_LEFT] = move_left,
	[ACTION_RIGHT] = move_right,
	[ACTION_PAGE_UP] = page_up,
	[ACTION_PAGE_DOWN] = page_down,
	[ACTION_HALF_PAGE_UP] = half_page_up,
	[ACTION_HALF_PAGE_DOWN] = half_page_down,
	[ACTION_HOME] = move_home,
	[ACTION_END] = move_end,
	[ACTION_FIRST_COLUMN] = first_column,
	[ACTION_NEXT_SCREEN] = app_next_screen,
	[ACTION_PREVIOUS_SCREEN] = app_previous_screen,
	[ACTION_CONTAINERS] = app_show_containers,
	[ACTION_CGROUPS] = app_show_cgroups,
	[ACTION_PROCESSES] = app_show_processes,
	[ACTION_NAMESPACES] = app_show_namespaces,
	[ACTION_EVENTS] = app_show_events,
	[ACTION_ENTER] = app_enter,
	[ACTION_ZOOM] = app_zoom,
	[ACTION_ALARM] = app_go_to_alarm,
	[ACTION_BACK] = app_back,
	[ACTION_SEARCH] = search,
	[ACTION_SEARCH_PREVIOUS] = search_previous,
	[ACTION_SEARCH_AGAIN] = search_again,
	[ACTION_SEARCH_AGAIN_BACK] = search_again_back,
	[ACTION_FILTER] = app_ask_filter,
	[ACTION_FOLLOW] = follow,
	[ACTION_SORT] = app_ask_sort,
	[ACTION_SORT_CPU] = sort_cpu,
	[ACTION_SORT_MEMORY] = sort_memory,
	[ACTION_SORT_TIME] = sort_time,
	[ACTION_SORT_PID] = sort_pid,
	[ACTION_INVERT] = invert,
	[ACTION_TREE] = toggle_tree,
	[ACTION_FOLD] = fold,
	[ACTION_FOLD_ALL] = fold_all,
	[ACTION_FOLD_PARENT] = fold_parent,
	[ACTION_TAG] = tag,
	[ACTION_TAG_CHILDREN] = tag_children,
	[ACTION_UNTAG] = untag,
	[ACTION_COPY] = app_ask_copy,
	[ACTION_WHY] = why,
	[ACTION_USER] = app_ask_user,
	[ACTION_KERNEL_THREADS] = toggle_kernel_threads,
	[ACTION_USER_THREADS] = tell_user_threads,
	[ACTION_ALL_UNITS] = toggle_all_units,
	[ACTION_PAUSE] = toggle_pause,
	[ACTION_DELAY] = app_ask_delay,
	[ACTION_METERS] = toggle_meters,
	[ACTION_REDRAW] = redraw,
	[ACTION_PALETTE] = app_ask_palette,
	[ACTION_SETUP] = app_open_setup,
	[ACTION_KILL] = app_end,
	[ACTION_SIGNAL] = app_signal,
	[ACTION_FREEZE] = app_freeze,
	[ACTION_LIMITS] = app_ask_limits,
	[ACTION_NICE_LOWER] = app_nice_lower,
	[ACTION_NICE_HIGHER] = app_nice_higher,
	[ACTION_NEW] = app_ask_launch,
	[ACTION_REMOVE] = app_ask_remove,
	[ACTION_SHELL] = app_shell,
	[ACTION_LOG] = app_show_log,
	[ACTION_HELP] = app_show_help,
	[ACTION_QUIT] = quit,
};

bool app_has_action(enum action action)
{
	return action < ACTIONS && handlers[action];
}

bool app_is_about_rows(enum action action)
{
	return action >= ACTION_SEARCH && action <= ACTION_WHY && action != ACTION_FOLD_PARENT;
}

void app_act(struct app *app, enum action action)
{
	if (app_is_about_rows(action) && !app_has_rows(app))
		app_say(app, STYLE_DIM, "There are no rows here");
	else if (app_has_action(action))
		handlers[action](app);
}

void app_key(struct app *app, uint32_t code)
{
	char name[KEY_NAME_MAX];
	enum action action = app->options->vi_keys ? keys_vi_action(code) : ACTION_NONE;
	if (action == ACTION_NONE)
		action = keys_action(code, app_place(app));
	if (action != ACTION_NONE)
		app_act(app, action);
	else if (code != KEY_CODE_NONE)
		app_say(app, STYLE_DIM, "%s does nothing here (F1 or h: help)",
			key_name(code, name));
}

/* ---- Mouse ---- */

static bool in_rect(const struct rect *rect, int x, int y)
{
	return x >= rect->x && x < rect->x + rect->width && y >= rect->y &&
	       y < rect->y + rect->height;
}

static void click_table(struct app *app, const struct event *event)
{
	enum table_hit hit = table_click(app_table(app), event->x, event->y);
	if (hit == TABLE_HIT_HEADER || hit == TABLE_HIT_FOLD)
		view_update(app_view(app), NULL);
	else if (hit == TABLE_HIT_ROW && event->button == MOUSE_DOUBLE)
		app_enter(app);
}

static void wheel(struct app *app, int lines)
{
	if (app_has_rows(app))
		table_wheel(app_table(app), lines);
	else
		detail_scroll(&app->detail, lines);
}

static void app_mouse(struct app *app, const struct event *event)
{
	if (event->button == MOUSE_WHEEL_UP || event->button == MOUSE_WHEEL_DOWN) {
		wheel(app, event->button == MOUSE_WHEEL_UP ? -WHEEL_LINES : WHEEL_LINES);
		return;
	}
	uint32_t code = footer_hit(&app->footer, event->x, event->y);
	if (code != 0) {
		app_key(app, code);
		return;
	}
	if (in_rect(&app->banner.rect, event->x, event->y)) {
		app_go_to_alarm(app);
		return;
	}
	enum detail_section section = detail_is_open(&app->detail)
					      ? detail_hit(&app->detail, event->x, event->y)
					      : DETAIL_SECTIONS;
	if (section != DETAIL_SECTIONS) {
		detail_show(&app->detail, section);
		return;
	}
	for (int screen = 0; screen < SCREENS; screen++) {
		if (in_rect(&app->tabs[screen], event->x, event->y)) {
			app_show_screen(app, (enum app_screen)screen);
			return;
		}
	}
	if (app_has_rows(app))
		click_table(app, event);
}

static const char *first_issue(const struct app *app)
{
	const struct snapshot *snapshot = app->snapshot;
	return snapshot && snapshot->issues_len > 0 ? snapshot->issues[0].text : "";
}

bool app_has_news(const struct app *app)
{
	return strcmp(first_issue(app), strbuf_cstr(&app->seen_issue)) != 0;
}

void app_event(struct app *app, const struct event *event)
{
	if (event->key == KEY_CODE_RESIZE)
		return;
	if (event->key == KEY_CODE_HANGUP) {
		quit(app);
		return;
	}
	app->carry = (struct row_key) {0};
	strbuf_reset(&app->message);
	strbuf_reset(&app->seen_issue);
	strbuf_adds(&app->seen_issue, first_issue(app));
	if (app->dialog.kind != DIALOG_NONE)
		app->answer(app, dialog_event(&app->dialog, event), event->key);
	else if (app->setup.open)
		app_setup_event(app, event);
	else if (event->key == KEY_CODE_MOUSE)
		app_mouse(app, event);
	else
		app_key(app, event->key);
}
