/* SPDX-License-Identifier: MIT */
/*
 * The screen program without a terminal: keys, clicks and snapshots go in, frames and demands come out.
 * For the tests that drive it; include after cmocka.h.
 */
#ifndef BOXTOP_TESTS_UI_APP_RIG_H
#define BOXTOP_TESTS_UI_APP_RIG_H

#include "support/make_snapshot.h"
#include "ui/app_private.h"

#define RIG __attribute__((unused)) /* not every test needs every one */

/* struct rig - an app, what it drew last, and what it is shown */
struct rig {
	struct app_options options;
	struct app *app;
	struct canvas canvas;
	struct strbuf text;  /* of the last drawing */
	unsigned int second; /* of the last snapshot */
};

static const struct app_options plain_options = {
	.delay_usec = 1500000, .color = true, .uid = (uid_t)-1};

static RIG const char *draw(struct rig *rig)
{
	strbuf_reset(&rig->text);
	app_draw(rig->app, &rig->canvas);
	canvas_write(&rig->canvas, app_theme(&rig->options), CANVAS_TEXT, &rig->text);
	return strbuf_cstr(&rig->text);
}

static RIG void resize(struct rig *rig, int width, int height)
{
	canvas_resize(&rig->canvas, width, height);
	app_event(rig->app, &(struct event) {.key = KEY_CODE_RESIZE});
	draw(rig);
}

static RIG void next_snapshot(struct rig *rig)
{
	app_take_snapshot(rig->app, make_snapshot_rated(++rig->second));
	draw(rig);
}

static RIG void start(struct rig *rig, struct app_options options)
{
	struct err err = ERR_INIT;
	*rig = (struct rig) {.options = options};
	if (app_new(&rig->options, &rig->app, &err) < 0)
		fail_msg("%s", err.text);
	canvas_init(&rig->canvas, 80, 24, true);
	draw(rig);
}

static RIG void start_shown(struct rig *rig, struct app_options options)
{
	start(rig, options);
	next_snapshot(rig);
}

static RIG void finish(struct rig *rig)
{
	app_free(rig->app);
	canvas_finish(&rig->canvas);
	strbuf_finish(&rig->text);
}

/* press() - a script of keys, drawing after each */
static RIG void press(struct rig *rig, const char *keys_text)
{
	struct key_script script = {span_of(keys_text), false};
	struct event event = {0};
	while (key_script_next(&script, &event.key, NULL) > 0) {
		app_event(rig->app, &event);
		draw(rig);
	}
}

static RIG void mouse(struct rig *rig, int x, int y, enum mouse_button button)
{
	app_event(rig->app, &(struct event) {KEY_CODE_MOUSE, x, y, button});
	draw(rig);
}

static RIG struct feed_demand demand(struct rig *rig)
{
	struct feed_demand wanted;
	app_get_demand(rig->app, &wanted);
	return wanted;
}

static RIG bool shows(struct rig *rig, const char *part)
{
	return strstr(strbuf_cstr(&rig->text), part) != NULL;
}

static RIG void assert_shows(struct rig *rig, const char *part)
{
	if (!shows(rig, part))
		fail_msg("\"%s\" is not in:\n%s", part, strbuf_cstr(&rig->text));
}

static RIG void assert_hides(struct rig *rig, const char *part)
{
	if (shows(rig, part))
		fail_msg("\"%s\" is in:\n%s", part, strbuf_cstr(&rig->text));
}

/* find() - the cell where @text starts in the last drawing */
static RIG void find(struct rig *rig, const char *text, int *x, int *y)
{
	const char *at = strstr(strbuf_cstr(&rig->text), text);
	if (!at)
		fail_msg("\"%s\" is not in:\n%s", text, strbuf_cstr(&rig->text));
	*y = 0;
	const char *line = strbuf_cstr(&rig->text);
	for (const char *p = line; p < at; p++) {
		if (*p != '\n')
			continue;
		++*y;
		line = p + 1;
	}
	*x = (int)(at - line);
}

static RIG struct row_key selected(struct rig *rig)
{
	const struct row_line *line = table_selected(view_table(app_view(rig->app)));
	assert_non_null(line);
	return row_key(&line->row);
}

static RIG const char *selected_name(struct rig *rig)
{
	const struct row_line *line = table_selected(view_table(app_view(rig->app)));
	assert_non_null(line);
	const struct container *container = row_container(&line->row);
	return container ? container->name : row_cgroup(&line->row)->name;
}

#endif
