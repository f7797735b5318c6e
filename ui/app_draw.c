/* SPDX-License-Identifier: MIT */
/*
 * Puts a frame together: header, tab line, table, message line, footer, and what is open above them.
 * Divides the lines so that on a small terminal the rows are the last thing to go. Changes nothing but
 * what is remembered about where things stand.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/units.h"
#include "ui/app_private.h"
#include "ui/graph.h"
#include "ui/header.h"

#define TABS_MIN_LINES	  6 /* of the terminal, for a tab line */
#define BANNER_MIN_LINES  8
#define FOOTER_MIN_LINES  4
#define MESSAGE_MIN_LINES 12 /* for a message line that is always there */
#define TREND_COLUMNS	  16 /* of the sparkline of the selected container */
#define TREND_MIN_COLUMNS 70 /* of the terminal */

/** struct layout - which lines belong to what; 0 lines high: not there */
struct layout {
	struct rect header, tabs, banner, body, message, footer;
};

/* Where the banner has no line of its own, it takes that of messages. */
static bool banner_needs_message(const struct app *app, int height)
{
	return app->banner.text.len > 0 && height < BANNER_MIN_LINES && height >= TABS_MIN_LINES;
}

static bool wants_message(struct app *app, int height)
{
	/* After w it is what the line tells that is looked for. */
	return height >= MESSAGE_MIN_LINES || app->message.len > 0 ||
	       view_table(app_view(app))->cell || banner_needs_message(app, height);
}

static struct layout layout_of(struct app *app, int width, int height)
{
	bool footer = height >= FOOTER_MIN_LINES || app->dialog.kind == DIALOG_PROMPT ||
		      app->dialog.kind == DIALOG_PALETTE;
	bool detail = detail_is_open(&app->detail);
	bool meters = !detail && !app->options->hide_meters;
	int header = meters ? header_lines(app->snapshot, width, height) : 0;
	int tabs = !detail && height >= TABS_MIN_LINES;
	int message = height >= FOOTER_MIN_LINES && wants_message(app, height);
	int banner = height >= BANNER_MIN_LINES && app->banner.text.len > 0;
	int body = height - header - tabs - banner - message - footer;
	int top = header + tabs + banner;
	return (struct layout) {
		.header = {0, 0, width, header},
		.tabs = {0, header, width, tabs},
		.banner = {0, header + tabs, width, banner},
		.body = {0, top, width, body},
		.message = {0, top + body, width, message},
		.footer = {0, height - footer, width, footer},
	};
}

/* ---- Tab line ---- */

/** enum tab_size - how much of the tabs there is room for */
enum tab_size {
	TAB_FULL = 0,
	TAB_BRIEF,  /* shorter names of the others */
	TAB_NUMBER, /* no names of the others */
	TAB_ALONE,  /* not even the others */
	TAB_SIZES,
};

static const char *tab_text(const struct app *app, int screen, enum tab_size size,
			    struct strbuf *out)
{
	const struct view *view = &app->views[screen];
	bool active = screen == (int)app->screen;
	strbuf_reset(out);
	if (size == TAB_ALONE && !active)
		return "";
	strbuf_addf(out, " %d ", screen + 1);
	if (active || size <= TAB_BRIEF)
		strbuf_addf(out, "%s ",
			    active || size == TAB_FULL ? view->type->title : view->type->brief);
	if (view->zoom.kind && (active || size == TAB_FULL))
		strbuf_addf(out, "of %s ", strbuf_cstr(&view->zoom_name));
	return strbuf_cstr(out);
}

static int tabs_columns(const struct app *app, enum tab_size size, struct strbuf *text)
{
	size_t columns = 0;
	for (int screen = 0; screen < SCREENS; screen++)
		columns += text_width(span_of(tab_text(app, screen, size, text)));
	return (int)columns;
}

/** struct flag - a word about how things are shown, at the right of the tab line */
struct flag {
	uint16_t style;
	char text[64];
};

#define FLAGS_MAX 12

/** struct flag_list - the most important one first */
struct flag_list {
	struct flag flags[FLAGS_MAX];
	size_t len;
};

static void __attribute__((format(printf, 3, 4)))
flag_add(struct flag_list *list, uint16_t style, const char *fmt, ...)
{
	if (list->len == FLAGS_MAX)
		return;
	struct flag *flag = &list->flags[list->len++];
	va_list args;
	va_start(args, fmt);
	vsnprintf(flag->text, sizeof(flag->text), fmt, args);
	va_end(args);
	flag->style = style;
}

static bool in_view(const struct table *table, const struct field *field)
{
	for (size_t i = 0; i < table->columns_len; i++)
		if (table->columns[i].field == field)
			return table->columns[i].width > 0;
	return !field;
}

static struct flag_list flags_of(struct app *app)
{
	struct flag_list list = {.len = 0};
	const struct view *view = app_view(app);
	const struct table *table = view_table_const(view);
	if (app->flags & APP_PAUSED)
		flag_add(&list, STYLE_PAUSED, "PAUSED");
	if (table->flags & TABLE_FOLLOW)
		flag_add(&list, STYLE_SELECTED_FOLLOW, "follow");
	if (view->filter) {
		struct span text = text_cut(strbuf_span(&view->filter_text), 24, NULL);
		flag_add(&list, STYLE_WARN, "filter: %.*s", (int)text.len, text.p);
	}
	if (app->snapshot)
		flag_add(&list, STYLE_NORMAL, "%zu %s", table_living(table),
			 view->filter ? "match" : "rows");
	if (table->query.uid != (uid_t)-1)
		flag_add(&list, STYLE_WARN, "uid %" PRIu32, (uint32_t)table->query.uid);
	if (table->tagged.len > 0)
		flag_add(&list, STYLE_TAGGED, "%zu tagged", table->tagged.len);
	if (app->snapshot && app->snapshot->issues_len > 0)
		flag_add(&list, STYLE_WARN, "%zu issue%s", app->snapshot->issues_len,
			 app->snapshot->issues_len > 1 ? "s" : "");
	if (app->snapshot && app->snapshot->ns_partial)
		flag_add(&list, STYLE_DIM, "scanning");
	if (!in_view(table, table->query.sort))
		flag_add(&list, STYLE_NORMAL, "by %s", table->query.sort->title);
	if (app->options->readonly)
		flag_add(&list, STYLE_DIM, "read-only");
	flag_add(&list, STYLE_DIM, "every %gs", (double)app->delay_usec / 1e6);
	return list;
}

/* What the first @n flags need, with the gaps before them */
static int flags_columns(const struct flag_list *list, size_t n)
{
	size_t columns = 0;
	for (size_t i = 0; i < n; i++)
		columns += text_width(span_of(list->flags[i].text)) + 2;
	return (int)columns;
}

/* pick_tab_size() - the largest that leaves room for the words about the screen that is shown, but for the
 * least important of them where names are short already */
static enum tab_size pick_tab_size(const struct app *app, int width, const struct flag_list *flags,
				   struct strbuf *text)
{
	const int rest[TAB_SIZES] = {
		[TAB_FULL] = flags_columns(flags, flags->len),
		[TAB_BRIEF] = flags_columns(flags, flags->len - 1),
	};
	int size = TAB_FULL;
	while (size < TAB_ALONE &&
	       tabs_columns(app, (enum tab_size)size, text) + rest[size] > width)
		size++;
	return (enum tab_size)size;
}

static int draw_tabs(struct app *app, struct canvas *canvas, struct rect rect,
		     const struct flag_list *flags)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	enum tab_size size = pick_tab_size(app, rect.width, flags, &text);
	int x = rect.x;
	for (int screen = 0; screen < SCREENS; screen++) {
		bool active = screen == (int)app->screen;
		int columns = canvas_text(canvas, x, rect.y, active ? STYLE_TAB_ACTIVE : STYLE_TAB,
					  span_of(tab_text(app, screen, size, &text)),
					  rect.x + rect.width - x);
		app->tabs[screen] = (struct rect) {x, rect.y, columns, 1};
		x += columns;
	}
	return x;
}

static void draw_flags(const struct flag_list *list, struct canvas *canvas, struct rect rect)
{
	int x = rect.x + rect.width;
	for (size_t i = 0; i < list->len; i++) {
		struct span text = span_of(list->flags[i].text);
		int columns = (int)text_width(text);
		if (x - columns < rect.x)
			break;
		x -= columns;
		canvas_text(canvas, x, rect.y, list->flags[i].style, text, columns);
		x -= 2;
	}
}

static void draw_tab_line(struct app *app, struct canvas *canvas, struct rect rect)
{
	memset(app->tabs, 0, sizeof(app->tabs));
	if (rect.height == 0)
		return;
	const struct flag_list flags = flags_of(app);
	int x = draw_tabs(app, canvas, rect, &flags);
	draw_flags(&flags, canvas, (struct rect) {x + 1, rect.y, rect.width - x - 1, 1});
}

/* ---- Banner ---- */

static void draw_banner(struct app *app, struct canvas *canvas, struct rect line)
{
	static const char key[] = " ! goes there ";
	app->banner.rect = line;
	if (line.height == 0)
		return;
	canvas_fill(canvas, line, ' ', STYLE_ERROR);
	int room = line.width - 3;
	bool has_key = line.width >= 50;
	if (has_key)
		room -= (int)sizeof(key);
	int x = line.x + canvas_text(canvas, line.x, line.y, STYLE_ERROR, SPAN(" ! "), line.width);
	struct span text = strbuf_span(&app->banner.text);
	bool cut = (int)text_width(text) > room;
	x += canvas_text(canvas, x, line.y, STYLE_ERROR, text, room - cut);
	if (cut)
		canvas_text(canvas, x, line.y, STYLE_ERROR, SPAN("\xe2\x80\xa6"), 1);
	if (has_key)
		canvas_text(canvas, line.x + line.width - (int)sizeof(key) + 1, line.y,
			    STYLE_ERROR | STYLE_FLAG_REVERSE, span_of(key), -1);
}

/* ---- Message line ---- */

/* add_issues() - what the pass found wrong; false: nothing */
static bool add_issues(const struct snapshot *snapshot, struct strbuf *out)
{
	if (!snapshot || snapshot->issues_len == 0)
		return false;
	text_sanitize(span_of(snapshot->issues[0].text), out);
	if (snapshot->issues_len > 1)
		strbuf_addf(out, " (and %zu more)", snapshot->issues_len - 1);
	return true;
}

/* message_text() - the most urgent line: an answer to a key, a failure, the selected row */
static uint16_t message_text(struct app *app, struct strbuf *out)
{
	if (app->message.len > 0) {
		strbuf_adds(out, strbuf_cstr(&app->message));
		return app->message_style;
	}
	if (banner_needs_message(app, app->height)) {
		strbuf_addf(out, "! %s", strbuf_cstr(&app->banner.text));
		return STYLE_ERROR;
	}
	if (app->collect_err.code) {
		text_sanitize(span_of(app->collect_err.text), out);
		return STYLE_ERROR;
	}
	/* News of what could not be read, until a key is pressed; the help box keeps them. */
	if (app_has_news(app) && add_issues(app->snapshot, out))
		return STYLE_WARN;
	return app_has_rows(app) ? view_say_selected(app_view(app), out) : STYLE_DIM;
}

/* draw_trend() - the CPU of the selected container over the last samples; returns the columns used */
static int draw_trend(struct app *app, struct canvas *canvas, struct rect line)
{
	const struct row_line *selected = table_selected(view_table(app_view(app)));
	const struct container *container = selected ? row_container(&selected->row) : NULL;
	if (!container || detail_is_open(&app->detail) || line.width < TREND_MIN_COLUMNS)
		return 0;
	double values[2 * TREND_COLUMNS];
	size_t want = graph_samples(canvas, app->options->graph, TREND_COLUMNS);
	size_t len = history_get(app->history, container->key, HISTORY_CPU_PCT, values,
				 want < ARRAY_LEN(values) ? want : ARRAY_LEN(values));
	if (len < 2)
		return 0;
	int x = line.x + line.width - TREND_COLUMNS;
	canvas_text(canvas, x - 4, line.y, STYLE_LABEL, SPAN("CPU"), 3);
	graph_spark_draw(canvas, (struct rect) {x, line.y, TREND_COLUMNS, 1},
			 &(struct graph_spark) {.values = values,
						.len = len,
						.style = STYLE_BAR_USER,
						.marks = app->options->graph});
	return TREND_COLUMNS + 5;
}

static void draw_message(struct app *app, struct canvas *canvas, struct rect line)
{
	if (line.height == 0)
		return;
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	uint16_t style = message_text(app, &text);
	int trend = app->message.len == 0 ? draw_trend(app, canvas, line) : 0;
	int room = line.width - trend;
	bool cut = (int)text_width(strbuf_span(&text)) > room;
	int columns = canvas_text(canvas, line.x, line.y, style, strbuf_span(&text), room - cut);
	if (cut)
		canvas_text(canvas, line.x + columns, line.y, style, SPAN("\xe2\x80\xa6"), 1);
}

/* ---- Footer ---- */

static unsigned int key_states(struct app *app)
{
	const struct view *view = app_view(app);
	return (view->shape == VIEW_TREE ? KEY_STATE_TREE : 0) |
	       (view->filter ? KEY_STATE_FILTERED : 0) | (view->zoom.kind ? KEY_STATE_ZOOMED : 0) |
	       (app->flags & APP_PAUSED ? KEY_STATE_PAUSED : 0) |
	       (detail_is_open(&app->detail) ? KEY_STATE_DETAIL : 0);
}

/* fill_footer() - the keys of this screen; the way out stands last */
static void fill_footer(struct app *app)
{
	unsigned int states = key_states(app);
	app->footer.len = 0;
	for (size_t i = 0; i < keys_len; i++) {
		const struct key *key = &keys[i];
		bool on = key->state && (states & key->state);
		if (app_is_about_rows(key->action) && !app_has_rows(app))
			continue;
		if (key->group == KEY_GROUP_ACT && app->options->readonly)
			continue;
		if (!key->footer || !(key->screens & 1u << app_place(app)) || (key->only && !on))
			continue;
		footer_add(&app->footer, key->codes[0],
			   on && key->footer_on ? key->footer_on : key->footer);
	}
}

static void draw_footer(struct app *app, struct canvas *canvas, struct rect rect)
{
	app->footer.len = 0;
	if (rect.height == 0)
		return;
	fill_footer(app);
	canvas_fill(canvas, rect, ' ', STYLE_FOOTER_TEXT);
	footer_draw(&app->footer, canvas, rect);
}

/* ---- All ---- */

static void remember_view(struct app *app, const struct layout *layout)
{
	app->view_pids_len = 0;
	if (!app_has_rows(app) || view_detail(app_view(app)) != VIEW_DETAIL_IN_VIEW)
		return;
	size_t cap = layout->body.height > 0 ? (size_t)layout->body.height : 0;
	if (cap > app->view_pids_cap) {
		app->view_pids = xreallocarray(app->view_pids, cap, sizeof(pid_t));
		app->view_pids_cap = cap;
	}
	if (cap > 0)
		app->view_pids_len =
			table_view_pids(view_table(app_view(app)), app->view_pids, cap);
}

static void draw_setup(struct app *app, struct canvas *canvas)
{
	struct rect line = {0, canvas->height - 2, canvas->width, 1};
	if (!app->setup.open)
		return;
	setup_draw(&app->setup, canvas, (struct rect) {0, 0, canvas->width, canvas->height});
	if (app->message.len == 0)
		return;
	canvas_fill(canvas, line, ' ', STYLE_NORMAL);
	canvas_text(canvas, line.x, line.y, app->message_style, strbuf_span(&app->message),
		    line.width);
}

void app_draw(struct app *app, struct canvas *canvas)
{
	app->width = canvas->width;
	app->height = canvas->height;
	struct layout layout = layout_of(app, canvas->width, canvas->height);
	canvas_clear(canvas);
	if (layout.header.height > 0)
		header_draw(app->snapshot, canvas, layout.header, canvas->height);
	if (detail_is_open(&app->detail))
		detail_draw(&app->detail, canvas, layout.body);
	else
		view_draw(&app->views[app->screen], canvas, layout.body);
	draw_tab_line(app, canvas, layout.tabs);
	draw_banner(app, canvas, layout.banner);
	draw_message(app, canvas, layout.message);
	draw_footer(app, canvas, layout.footer);
	draw_setup(app, canvas);
	dialog_draw(&app->dialog, canvas, (struct rect) {0, 0, canvas->width, canvas->height});
	remember_view(app, &layout);
}
