/* SPDX-License-Identifier: MIT */
/*
 * The loop: waits for keys, signals and snapshots, and draws at most once for whatever came together.
 * Owns the app and the snapshot that is shown. Never waits for a pass, never collects.
 */
#include "ui/app.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/alarm.h"
#include "ui/app_private.h"

/* How long a frame without a terminal waits for what is read from the inside of a container. */
#define INSIDE_WAIT_MSEC 2000

/* What failed before a shell ran has one of these; any other code is that of its last command. */
#define EXIT_NO_SHELL_FIRST 125
#define EXIT_NO_SHELL_LAST  127

static const struct view_type *const view_types[SCREENS] = {
	[SCREEN_CONTAINERS] = &view_type_containers, [SCREEN_CGROUPS] = &view_type_cgroups,
	[SCREEN_PROCESSES] = &view_type_processes,   [SCREEN_NAMESPACES] = &view_type_namespaces,
	[SCREEN_EVENTS] = &view_type_events,
};

void app_ignore_answer(struct app *app, enum dialog_result result, uint32_t key)
{
	(void)app;
	(void)result;
	(void)key;
}

int app_new(const struct app_options *options, struct app **out, struct err *err)
{
	struct app *app = xcalloc(1, sizeof(*app));
	int r = 0;
	app->own = *options;
	app->options = &app->own;
	app->screen = options->screen;
	app->delay_usec = options->delay_usec;
	app->history = history_new();
	app->events = event_log_new();
	app->answer = app_ignore_answer;
	for (int screen = 0; screen < SCREENS; screen++) {
		int one = view_init(&app->views[screen], view_types[screen], app->options,
				    (enum app_screen)screen, err);
		r = r < 0 ? r : one;
	}
	detail_init(&app->detail, app->options, app->history);
	if (r < 0) {
		app_free(app);
		return r;
	}
	*out = app;
	return 0;
}

void app_free(struct app *app)
{
	if (!app)
		return;
	for (int screen = 0; screen < SCREENS; screen++)
		view_finish(&app->views[screen]);
	app_acting_finish(app);
	detail_finish(&app->detail);
	dialog_finish(&app->dialog);
	setup_finish(&app->setup);
	arena_finish(&app->dialog_texts);
	strbuf_finish(&app->message);
	strbuf_finish(&app->banner.text);
	strbuf_finish(&app->last_search);
	strbuf_finish(&app->copy);
	strbuf_finish(&app->seen_issue);
	history_free(app->history);
	event_log_free(app->events);
	snapshot_unref(app->snapshot);
	free(app->view_pids);
	free(app);
}

void app_take_snapshot(struct app *app, struct snapshot *snapshot)
{
	struct snapshot *old = app->snapshot;
	event_log_compare(app->events, old, snapshot);
	app->snapshot = snapshot;
	for (int screen = 0; screen < SCREENS; screen++)
		if (screen != (int)app->screen)
			view_replace_snapshot(&app->views[screen],
					      app_rows_of(app, (enum app_screen)screen));
	history_add(app->history, snapshot);
	view_update(&app->views[app->screen], app_rows_of(app, app->screen));
	detail_update(&app->detail, snapshot, event_log_snapshot(app->events));
	app_carry_selection(app);
	app_update_banner(app);
	app_acting_update(app);
	app->seen++;
	snapshot_unref(old);
}

bool app_is_done(const struct app *app)
{
	uint64_t iterations = app->options->iterations;
	return (app->flags & APP_DONE) || (iterations > 0 && app->seen >= iterations);
}

/* alarm_demand() - what alarms are found by, in view or not. Where nothing of cgroups is shown, only what
 * tells of a fork bomb: reading all of it would cost as much as another screen */
static unsigned int alarm_demand(const struct app *app)
{
	if (app->screen == SCREEN_PROCESSES || app->screen == SCREEN_NAMESPACES)
		return SOURCE_CGROUP_PIDS | SOURCE_IDENTITY;
	return alarm_sources() & ~(unsigned int)SOURCE_CGROUP_PRESSURE;
}

/* first_sources() - what the first frame waits for. On a host with many groups those take longer than
 * all processes: the list of these stands at once, and the pass with the rest follows without delay. Who
 * asked for so many updates gets whole ones */
static unsigned int first_sources(struct app *app)
{
	const unsigned int rows = SOURCE_HOST | SOURCE_PROCS | SOURCE_PROCS_STATUS |
				  SOURCE_PROCS_CMDLINE | SOURCE_PROCS_IO | SOURCE_PROCS_MORE;
	const struct view *view = app_view(app);
	const struct field *sort = view_table_const(view)->query.sort;
	if (app->snapshot || app->options->iterations > 0 || view_kind(view) != ROW_PROCESS ||
	    view->filter || view->zoom.kind || (sort && (sort->sources & ~rows)))
		return SOURCE_ALL;
	return rows;
}

void app_get_demand(struct app *app, struct feed_demand *demand)
{
	const struct view *view = app_view(app);
	bool detail = detail_is_open(&app->detail);
	*demand = (struct feed_demand) {
		.sources = detail ? detail_sources(&app->detail) : view_sources(view),
		.view_pids = app->view_pids,
		.view_pids_len = app->view_pids_len,
		.delay_usec = app->delay_usec,
		.paused = app->flags & APP_PAUSED,
	};
	demand->sources |= SOURCE_HOST | alarm_demand(app) | app_acting_sources(app);
	demand->sources &= first_sources(app);
	/* A search looks at every command line, in view or not. */
	if (view_detail(view) == VIEW_DETAIL_ALL || app_is_searching(app)) {
		demand->view_pids = NULL;
		demand->view_pids_len = SIZE_MAX;
	}
}

/* take_inside() - an answer, if there is one; false: none */
static bool take_inside(struct app *app, struct insides *insides)
{
	struct inside *inside = insides->take(insides);
	if (!inside)
		return false;
	detail_take_inside(&app->detail, inside);
	return true;
}

/* take_news() - all there are; false: there were none */
static bool take_news(struct app *app)
{
	struct actions *actions = app->acting.actions;
	struct act_news *news;
	bool any = false;
	while (actions && (news = actions->take(actions))) {
		app_take_news(app, news);
		any = true;
	}
	return any;
}

/* ---- Without a terminal ---- */

/* What a question is about is looked up by another thread. */
static void await_held(struct app *app)
{
	struct acting *acting = &app->acting;
	take_news(app);
	while (acting->ticket && acting->looking && acting->actions->wake_fd >= 0) {
		struct pollfd pfd = {.fd = acting->actions->wake_fd, .events = POLLIN};
		if (poll(&pfd, 1, INSIDE_WAIT_MSEC) <= 0)
			return;
		take_news(app);
	}
}

static int press_keys(struct app *app, const char *text, struct canvas *canvas, struct err *err)
{
	struct key_script script = {span_of(text), false};
	struct event event = {0};
	int r;
	while ((r = key_script_next(&script, &event.key, err)) > 0) {
		/* Pages and what is in view depend on the last drawing. */
		app_draw(app, canvas);
		app_event(app, &event);
		await_held(app);
	}
	return r;
}

static void cleanup_app(struct app **app)
{
	app_free(*app);
}

static void await_inside(struct app *app, struct insides *insides)
{
	struct pollfd pfd = {.fd = insides->wake_fd, .events = POLLIN};
	if (!app->detail.wants_inside)
		return;
	app_ask_inside(app, insides);
	if (poll(&pfd, 1, INSIDE_WAIT_MSEC) > 0)
		take_inside(app, insides);
}

int app_frame(const struct app_options *options, const struct app_scene *scene,
	      struct canvas *canvas, struct err *err)
{
	_cleanup_(cleanup_app)
	struct app *app = NULL;
	int r = app_new(options, &app, err);
	if (r < 0)
		return r;
	app_set_actions(app, scene->actions);
	for (size_t i = 0; i < scene->snapshots_len; i++)
		app_take_snapshot(app, snapshot_ref(scene->snapshots[i]));
	r = scene->keys ? press_keys(app, scene->keys, canvas, err) : 0;
	if (r < 0)
		return err_wrap(err, r, "keys to press");
	if (scene->insides)
		await_inside(app, scene->insides);
	app_draw(app, canvas);
	return 0;
}

/* ---- With one ---- */

/** struct loop - one run */
struct loop {
	struct app *app;
	struct feed *feed;
	struct insides *insides; /* or NULL */
	struct actions *actions; /* or NULL */
	const struct term_options *term;
	struct canvas canvas;
	struct feed_demand sent; /* the demand that the feed has */
	pid_t *sent_pids;
	bool sent_any;
	bool dirty; /* something changed since the last drawing */
};

static bool same_demand(const struct loop *loop, const struct feed_demand *demand)
{
	const struct feed_demand *sent = &loop->sent;
	if (!loop->sent_any || sent->sources != demand->sources ||
	    sent->delay_usec != demand->delay_usec || sent->paused != demand->paused ||
	    sent->view_pids_len != demand->view_pids_len)
		return false;
	if (demand->view_pids_len == 0 || demand->view_pids_len == SIZE_MAX)
		return true;
	return memcmp(loop->sent_pids, demand->view_pids, demand->view_pids_len * sizeof(pid_t)) ==
	       0;
}

static void send_demand(struct loop *loop)
{
	struct feed_demand demand;
	app_get_demand(loop->app, &demand);
	if (same_demand(loop, &demand))
		return;
	loop->feed->demand(loop->feed, &demand);
	loop->sent = demand;
	loop->sent_any = true;
	if (demand.view_pids_len == 0 || demand.view_pids_len == SIZE_MAX)
		return;
	loop->sent_pids = xreallocarray(loop->sent_pids, demand.view_pids_len, sizeof(pid_t));
	memcpy(loop->sent_pids, demand.view_pids, demand.view_pids_len * sizeof(pid_t));
}

/* set_looks() - colours, marks and mouse as the options say now */
static void set_looks(struct loop *loop)
{
	const struct app_options *options = loop->app->options;
	const struct theme *theme = app_theme(options);
	if (!(loop->app->flags & APP_LOOKS))
		return;
	loop->app->flags &= ~(unsigned int)APP_LOOKS;
	term_set_theme(theme);
	term_set_mouse(options->mouse);
	loop->canvas.ascii = options->ascii;
	loop->canvas.mono = theme_is_mono(theme) || term_is_mono();
}

static void copy(struct app *app)
{
	if (app->copy.len > 0 && !term_copy(strbuf_span(&app->copy)))
		app_say(app, STYLE_WARN, "Not copied: this terminal has no clipboard for programs");
	strbuf_reset(&app->copy);
}

static void draw(struct loop *loop)
{
	if (loop->app->flags & APP_REDRAW) {
		loop->app->flags &= ~(unsigned int)APP_REDRAW;
		term_redraw();
	}
	set_looks(loop);
	copy(loop->app);
	app_draw(loop->app, &loop->canvas);
	term_show(&loop->canvas);
	loop->dirty = false;
	send_demand(loop);
	if (loop->insides)
		app_ask_inside(loop->app, loop->insides);
}

static void fit_canvas(struct loop *loop)
{
	int width, height;
	term_size(&width, &height);
	canvas_resize(&loop->canvas, width, height);
}

static void take_events(struct loop *loop)
{
	struct event event;
	while (term_event(&event)) {
		if (event.key == KEY_CODE_RESIZE)
			fit_canvas(loop);
		app_event(loop->app, &event);
		loop->dirty = true;
	}
}

static void take_latest(struct loop *loop)
{
	struct app *app = loop->app;
	struct err err = ERR_INIT;
	struct snapshot *snapshot = loop->feed->latest(loop->feed, &err);
	if (err.code != app->collect_err.code || strcmp(err.text, app->collect_err.text) != 0) {
		app->collect_err = err;
		loop->dirty = true;
	}
	if (!snapshot)
		return;
	if (app->snapshot && snapshot->sequence == app->snapshot->sequence) {
		snapshot_unref(snapshot);
		return;
	}
	app_take_snapshot(app, snapshot);
	loop->dirty = true;
}

/* The terminal is the shell's until it ends; what happened meanwhile is shown then. */
static int run_shell(struct loop *loop, struct err *err)
{
	struct app *app = loop->app;
	struct err why = ERR_INIT;
	term_close();
	int code = loop->actions->shell(loop->actions, &app->acting.shell, &why);
	app->acting.shell.len = 0;
	int r = term_open(loop->term, app_theme(app->options), err);
	if (r < 0)
		return r;
	fit_canvas(loop);
	if (code < 0)
		app_say(app, STYLE_ERROR, "No shell: %s", why.text);
	else if (code >= EXIT_NO_SHELL_FIRST && code <= EXIT_NO_SHELL_LAST)
		app_say(app, STYLE_WARN, "There was no shell to run: exit code %d", code);
	else
		app_say(app, STYLE_DIM, "Back from the shell");
	loop->dirty = true;
	return 0;
}

static int await(struct loop *loop, struct err *err)
{
	struct pollfd fds[] = {
		{.fd = term_input_fd(), .events = POLLIN},
		{.fd = term_signal_fd(), .events = POLLIN},
		{.fd = loop->feed->wake_fd, .events = POLLIN},
		{.fd = loop->insides ? loop->insides->wake_fd : -1, .events = POLLIN},
		{.fd = loop->actions ? loop->actions->wake_fd : -1, .events = POLLIN},
	};
	if (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
		return err_set(err, errno, "wait for a key");
	if (fds[0].revents || fds[1].revents)
		take_events(loop);
	if (fds[2].revents & POLLIN)
		take_latest(loop);
	if (fds[3].revents & POLLIN)
		loop->dirty |= take_inside(loop->app, loop->insides);
	if (fds[4].revents & POLLIN)
		loop->dirty |= take_news(loop->app);
	return 0;
}

static int run(struct loop *loop, struct err *err)
{
	int r = 0;
	loop->dirty = true;
	while (r >= 0) {
		if (loop->dirty)
			draw(loop);
		if (app_is_done(loop->app))
			break;
		r = loop->app->acting.shell.len > 0 ? run_shell(loop, err) : await(loop, err);
	}
	return r;
}

const struct theme *app_theme(const struct app_options *options)
{
	const struct theme *theme = options->theme ? theme_find(span_of(options->theme)) : NULL;
	if (!options->color)
		return theme_find(SPAN("monochrome"));
	return theme ? theme : theme_find(SPAN("default"));
}

int app_run(const struct app_options *options, const struct app_services *services, struct err *err)
{
	_cleanup_(cleanup_app)
	struct app *app = NULL;
	const struct theme *theme = app_theme(options);
	int r = app_new(options, &app, err);
	if (r < 0)
		return r;
	struct term_options term = {options->mouse, options->color, true};
	r = term_open(&term, theme, err);
	if (r < 0)
		return r;
	app->store = services->store;
	if (app->store && app->store->note)
		app_say(app, STYLE_WARN, "%s", app->store->note);
	struct loop loop = {.app = app,
			    .feed = services->feed,
			    .insides = services->insides,
			    .actions = services->actions,
			    .term = &term};
	app_set_actions(app, services->actions);
	int width, height;
	term_size(&width, &height);
	canvas_init(&loop.canvas, width, height, options->ascii);
	loop.canvas.mono = theme_is_mono(theme) || term_is_mono();
	r = run(&loop, err);
	term_close();
	canvas_finish(&loop.canvas);
	free(loop.sent_pids);
	return r;
}
