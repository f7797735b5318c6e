/* SPDX-License-Identifier: MIT */
/*
 * The questions before something ends: the whole of it, by one signal, or a sandbox of our own for good.
 * Each shows what is held and how many processes that is by now, and says so when it is gone meanwhile.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/app_private.h"

#define ITEMS_MAX   12 /* named in a question */
#define SIGNALS_MAX 31

/** struct question - the lines of a box while they are made */
struct question {
	struct app *app;
	struct dialog_line *lines;
	size_t len, cap;
};

static void add_line(struct question *question, uint16_t style, const char *text)
{
	if (question->len < question->cap)
		question->lines[question->len++].parts[0] = (struct dialog_part) {style, text};
}

/* Each line of a raw text on a line of its own. */
static void add_where(struct question *question, const char *where)
{
	struct arena *arena = &question->app->dialog_texts;
	struct span rest = span_of(where), line;
	while (span_next_line(&rest, &line)) {
		const char *clean =
			app_clean(question->app, arena_strndup(arena, line.p, line.len));
		add_line(question, STYLE_BOX, arena_printf(arena, "  %s", clean));
	}
}

static void add_item(struct question *question, const struct act_item *item)
{
	struct arena *arena = &question->app->dialog_texts;
	const char *name = app_clean(question->app, item->name);
	if (item->why) {
		/* It names the object already. */
		add_line(question, STYLE_WARN, app_clean(question->app, item->why));
		return;
	}
	if (item->counted)
		name = arena_printf(arena, "%s: %" PRIu64 " %s", name, item->processes,
				    item->processes == 1 ? "process" : "processes");
	add_line(question, STYLE_STRONG, name);
	add_where(question, item->where);
}

/* count_left() - how many something can be done to */
static size_t count_left(const struct act_news *held)
{
	size_t left = 0;
	for (size_t i = 0; i < held->items_len; i++)
		left += !held->items[i].why;
	return left;
}

static void add_items(struct question *question, const struct act_news *held)
{
	for (size_t i = 0; i < held->items_len && i < ITEMS_MAX; i++)
		add_item(question, &held->items[i]);
	if (held->items_len > ITEMS_MAX)
		add_line(question, STYLE_BOX,
			 arena_printf(&question->app->dialog_texts, "and %zu more",
				      held->items_len - ITEMS_MAX));
}

static struct question question_begin(struct app *app)
{
	struct question question = {app, NULL, 0, 6 * ITEMS_MAX + 4};
	arena_reset(&app->dialog_texts);
	question.lines = arena_array(&app->dialog_texts, question.cap, sizeof(question.lines[0]));
	return question;
}

/* ---- All of it ---- */

void app_rebuild_kill(struct app *app)
{
	const struct act_news *held = app->acting.held;
	struct question question = question_begin(app);
	if (!held) {
		add_line(&question, STYLE_DIM, "Looking for what it is\xe2\x80\xa6");
	} else {
		add_items(&question, held);
		add_line(&question, STYLE_BOX, "");
		add_line(&question, STYLE_BOX,
			 count_left(held) == 0 ? "There is nothing to end."
			 : held->items_len > 1 ? "End all of them, at once?"
					       : "End all of it, at once?");
	}
	dialog_set_lines(&app->dialog, question.lines, question.len);
}

/* Enter before the answer is there is for what is held by then: the deed comes after the holding. */
static void answer_kill(struct app *app, enum dialog_result result, uint32_t key)
{
	const struct act_news *held = app->acting.held;
	(void)key;
	if (result == DIALOG_CANCELLED) {
		app_drop(app);
	} else if (result == DIALOG_DONE && held && count_left(held) == 0) {
		app_say(app, STYLE_WARN, "Nothing was ended: %s",
			held->items_len > 0 ? app_clean(app, held->items[0].why) : "it is gone");
		app_drop(app);
	} else if (result == DIALOG_DONE) {
		app_go(app, &app->acting.deed);
		app_say(app, STYLE_STRONG, "Ending it\xe2\x80\xa6");
	}
}

void app_end(struct app *app)
{
	if (!app_hold(app, ACT_KILL))
		return;
	dialog_open_box(&app->dialog, "End", NULL, 0);
	app->dialog.footer = (struct footer) {0};
	footer_add(&app->dialog.footer, KEY_CODE_ENTER, "End");
	footer_add(&app->dialog.footer, KEY_CODE_ESC, "Cancel");
	app->answer = answer_kill;
	app_rebuild_kill(app);
}

/* ---- One signal ---- */

static bool is_of_container(const struct act_news *held)
{
	return held && held->items_len > 0 && !held->items[0].is_process;
}

void app_rebuild_signal(struct app *app)
{
	const struct act_news *held = app->acting.held;
	struct arena *arena = &app->dialog_texts;
	struct dialog_choice *choices;
	arena_reset(arena);
	choices = arena_array(arena, SIGNALS_MAX, sizeof(*choices));
	for (int i = 0; i < SIGNALS_MAX; i++) {
		choices[i].label = arena_printf(arena, "%-6s %2d", sigabbrev_np(i + 1), i + 1);
		choices[i].help = sigdescr_np(i + 1);
	}
	app->dialog.choices = choices;
	if (held && held->items_len > 0 && count_left(held) == 0)
		app->dialog.title = app_clean(app, held->items[0].why);
	else if (is_of_container(held))
		app->dialog.title =
			arena_printf(arena, "Signal to %s of %s",
				     app->acting.deed.all ? "all processes" : "the first process",
				     app_held_what(app));
	else
		app->dialog.title = arena_printf(arena, "Signal to %s", app_held_what(app));
}

static void answer_signal(struct app *app, enum dialog_result result, uint32_t key)
{
	struct act_deed *deed = &app->acting.deed;
	if (result == DIALOG_NOT_MINE && key == KEY_CODE_TAB) {
		deed->all = !deed->all;
		app_rebuild_signal(app);
	} else if (result == DIALOG_CANCELLED) {
		app_drop(app);
	} else if (result == DIALOG_DONE) {
		deed->signal = (int)app->dialog.chosen + 1;
		app_go(app, deed);
	}
}

void app_signal(struct app *app)
{
	if (!app_hold(app, ACT_SIGNAL))
		return;
	dialog_open_menu(&app->dialog, "Signal", NULL, SIGNALS_MAX, SIGTERM - 1);
	app->dialog.footer = (struct footer) {0};
	footer_add(&app->dialog.footer, KEY_CODE_ENTER, "Send");
	footer_add(&app->dialog.footer, KEY_CODE_TAB, "First/all");
	footer_add(&app->dialog.footer, KEY_CODE_ESC, "Cancel");
	app->answer = answer_signal;
	app_rebuild_signal(app);
}

/* ---- A sandbox of our own ---- */

static const struct dialog_choice removals[] = {
	{"Stop it", "SIGTERM to its command; after ten seconds all of it is ended"},
	{"Remove it, with its log", "all of it is ended, and forgotten"},
};

void app_rebuild_remove(struct app *app)
{
	const struct act_news *held = app->acting.held;
	arena_reset(&app->dialog_texts);
	app->dialog.choices = removals;
	app->dialog.title =
		held && held->items_len > 0 && count_left(held) == 0
			? app_clean(app, held->items[0].why)
			: arena_printf(&app->dialog_texts, "Sandbox %s", app_held_what(app));
}

static void answer_remove(struct app *app, enum dialog_result result, uint32_t key)
{
	struct act_deed *deed = &app->acting.deed;
	(void)key;
	if (result == DIALOG_CANCELLED) {
		app_drop(app);
	} else if (result == DIALOG_DONE) {
		deed->kind = app->dialog.chosen == 0 ? ACT_STOP : ACT_REMOVE;
		app_go(app, deed);
		app_say(app, STYLE_STRONG, "Stopping it\xe2\x80\xa6");
	}
}

void app_ask_remove(struct app *app)
{
	if (!app_hold(app, ACT_REMOVE))
		return;
	dialog_open_menu(&app->dialog, "Sandbox", removals, ARRAY_LEN(removals), 0);
	app->answer = answer_remove;
	app_rebuild_remove(app);
}

/* ---- What a sandbox said ---- */

#define LOG_LINES 1000

static size_t count_lines(const char *text)
{
	struct span rest = span_of(text), line;
	size_t lines = 0;
	while (span_next_line(&rest, &line))
		lines++;
	return lines;
}

/* The end stays in view as long as the user has not scrolled away from it. */
static void follow_end(struct dialog *dialog, bool at_end)
{
	if (at_end)
		dialog->top =
			dialog->lines_len > dialog->page ? dialog->lines_len - dialog->page : 0;
}

void app_rebuild_log(struct app *app, const struct act_news *news)
{
	struct dialog *dialog = &app->dialog;
	struct arena *arena = &app->dialog_texts;
	if (!news->name || strcmp(news->name, strbuf_cstr(&app->acting.log_name)) != 0)
		return;
	bool at_end = dialog->top + dialog->page >= dialog->lines_len;
	arena_reset(arena);
	size_t n = count_lines(news->text);
	struct dialog_line *lines = arena_array(arena, n + 1, sizeof(*lines));
	struct span rest = span_of(news->text), line;
	for (size_t i = 0; span_next_line(&rest, &line); i++)
		lines[i].parts[0] = (struct dialog_part) {
			news->failed ? STYLE_ERROR : STYLE_BOX,
			app_clean(app, arena_strndup(arena, line.p, line.len))};
	if (n == 0)
		lines[n++].parts[0] = (struct dialog_part) {STYLE_DIM, "It has said nothing yet."};
	dialog_set_lines(dialog, lines, n);
	dialog->title = arena_printf(arena, "Output of %s", app_clean(app, news->name));
	follow_end(dialog, at_end);
}

static void answer_log(struct app *app, enum dialog_result result, uint32_t key)
{
	(void)key;
	if (result == DIALOG_CANCELLED || result == DIALOG_DONE)
		strbuf_reset(&app->acting.log_name);
}

/* Asked anew with every snapshot while it is open. */
static void ask_log(struct app *app)
{
	struct actions *actions = app->acting.actions;
	actions->log(actions, strbuf_cstr(&app->acting.log_name), LOG_LINES);
}

void app_show_log(struct app *app)
{
	static const struct dialog_line reading[] = {{{{STYLE_DIM, "Reading\xe2\x80\xa6"}}}};
	if (app->acting.log_name.len == 0) {
		const struct container *container = app_container_of_key(app);
		if (!container)
			return;
		strbuf_adds(&app->acting.log_name, container->name);
		dialog_open_box(&app->dialog, "Output", reading, 1);
		app->answer = answer_log;
	}
	ask_log(app);
}
