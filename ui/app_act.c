/* SPDX-License-Identifier: MIT */
/*
 * Acting: which rows a key is about, what is held for a question, what is done at once, and what the
 * answers say. The deeds themselves are done by whoever fills in struct actions; nothing here waits.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "ui/app_private.h"
#include "ui/link.h"

#define ROWS_MAX	 256 /* tagged rows that act together */
#define SELECT_SNAPSHOTS 10  /* that a new sandbox is waited for */

/** struct chosen - rows that a key is about */
struct chosen {
	struct row rows[ROWS_MAX];
	size_t len;
	size_t left_out; /* that belong to nothing that it can be done to */
	bool too_many;
};

/* ---- Which rows ---- */

/* A unit of systemd is a container's peer on the screen, but no part of what a process belongs to. */
static uint32_t own_container(const struct row *row, const struct snapshot *world)
{
	uint32_t index = link_container(row, world);
	return index < world->containers_len && !container_is_unit(&world->containers[index])
		       ? index
		       : INDEX_NONE;
}

static bool is_about_processes(enum act_kind kind)
{
	return kind == ACT_SIGNAL || kind == ACT_RENICE;
}

/* subject_of() - what is acted on where a row is chosen; false: nothing */
static bool subject_of(const struct row *row, const struct snapshot *world, enum act_kind kind,
		       struct row *out)
{
	*out = *row;
	if (row->kind == ROW_CONTAINER || row->kind == ROW_CGROUP)
		return true;
	if (row->kind == ROW_PROCESS && is_about_processes(kind))
		return true;
	uint32_t container = own_container(row, world);
	if (container != INDEX_NONE) {
		*out = (struct row) {world, ROW_CONTAINER, container};
		return true;
	}
	if (kind != ACT_KILL)
		return false;
	return row->kind == ROW_PROCESS || (row->kind == ROW_NS && !row_ns(row)->is_host);
}

static void choose(struct chosen *chosen, const struct row *row, const struct snapshot *world,
		   enum act_kind kind)
{
	struct row subject;
	if (!subject_of(row, world, kind, &subject)) {
		chosen->left_out++;
		return;
	}
	for (size_t i = 0; i < chosen->len; i++)
		if (row_key_eq(row_key(&chosen->rows[i]), row_key(&subject)))
			return;
	if (chosen->len == ROWS_MAX)
		chosen->too_many = true;
	else
		chosen->rows[chosen->len++] = subject;
}

/* In a detail it is the container, unless one of its processes is meant. */
static bool is_about_detail(struct app *app, enum act_kind kind)
{
	return detail_is_open(&app->detail) && !(is_about_processes(kind) && app_has_rows(app) &&
						 view_kind(app_view(app)) == ROW_PROCESS);
}

static void choose_rows(struct app *app, enum act_kind kind, struct chosen *chosen)
{
	struct table *table = view_table(app_view(app));
	const struct row_line *line = table_selected(table);
	struct row row;
	*chosen = (struct chosen) {.len = 0};
	if (is_about_detail(app, kind)) {
		if (app->detail.row.kind)
			choose(chosen, &app->detail.row, app->snapshot, kind);
		return;
	}
	const struct snapshot *rows = app_rows_of(app, app->screen);
	for (size_t i = 0; i < table->tagged.len; i++)
		if (link_find(table->tagged.keys[i], rows, &row))
			choose(chosen, &row, app->snapshot, kind);
	if (table->tagged.len > 0 || !line)
		return;
	choose(chosen, &line->row, app->snapshot, kind);
	/* From here on the cursor means this row, not whatever comes to stand on its line: what is done next
	 * is done to the same. */
	table_select(table, row_key(&line->row));
}

bool app_may_act(struct app *app)
{
	if (app->options->readonly)
		app_say(app, STYLE_WARN, "Read-only: nothing is changed here (--readonly)");
	else if (!app->acting.actions)
		app_say(app, STYLE_WARN, "Nothing can be done here: this is only a picture");
	else if (!app->snapshot)
		app_say(app, STYLE_DIM, "Nothing is read yet");
	else
		return true;
	return false;
}

/* find_rows() - false: there are none, and it is said */
static bool find_rows(struct app *app, enum act_kind kind, struct chosen *chosen)
{
	if (!app_may_act(app))
		return false;
	choose_rows(app, kind, chosen);
	if (chosen->too_many)
		app_say(app, STYLE_WARN, "More than %d rows at once: nothing was done", ROWS_MAX);
	else if (chosen->len == 0 && chosen->left_out > 0)
		app_say(app, STYLE_WARN,
			"It is in no container: that is done to containers and cgroups");
	else if (chosen->len == 0)
		app_say(app, STYLE_WARN, "There is nothing to do that to");
	return chosen->len > 0 && !chosen->too_many;
}

static struct act_rows act_rows_of(const struct app *app, const struct chosen *chosen)
{
	return (struct act_rows) {app->snapshot, chosen->rows, chosen->len};
}

/* ---- Questions ---- */

static uint64_t history_key_of(const struct row *row)
{
	if (row->kind == ROW_CONTAINER)
		return row_container(row)->key;
	return row->kind == ROW_CGROUP ? history_cgroup(row_cgroup(row)->id) : 0;
}

bool app_hold(struct app *app, enum act_kind kind)
{
	struct acting *acting = &app->acting;
	struct chosen chosen;
	if (!find_rows(app, kind, &chosen))
		return false;
	const struct act_rows rows = act_rows_of(app, &chosen);
	app_drop(app);
	acting->deed = (struct act_deed) {.kind = kind};
	acting->history_key = history_key_of(&chosen.rows[0]);
	acting->ticket = acting->actions->hold(acting->actions, kind, &rows);
	acting->looking = true;
	arena_reset(&app->dialog_texts);
	return true;
}

static void forget_held(struct app *app)
{
	act_news_free(TAKE(app->acting.held));
	app->acting.ticket = 0;
}

void app_go(struct app *app, const struct act_deed *deed)
{
	struct acting *acting = &app->acting;
	if (acting->ticket)
		acting->actions->go(acting->actions, acting->ticket, deed);
	forget_held(app);
}

void app_drop(struct app *app)
{
	struct acting *acting = &app->acting;
	if (acting->ticket)
		acting->actions->drop(acting->actions, acting->ticket);
	forget_held(app);
}

const char *app_clean(struct app *app, const char *raw)
{
	_cleanup_(strbuf_finish)
	struct strbuf clean = STRBUF_INIT;
	text_sanitize(span_of(raw ? raw : ""), &clean);
	return arena_strdup(&app->dialog_texts, strbuf_cstr(&clean));
}

const char *app_held_what(struct app *app)
{
	const struct act_news *held = app->acting.held;
	if (!held || held->items_len == 0)
		return "\xe2\x80\xa6";
	if (held->items_len == 1)
		return app_clean(app, held->items[0].name);
	return arena_printf(&app->dialog_texts, "%zu rows", held->items_len);
}

/* ---- At once ---- */

static void act_at_once(struct app *app, const struct act_deed *deed)
{
	struct chosen chosen;
	if (!find_rows(app, deed->kind, &chosen))
		return;
	const struct act_rows rows = act_rows_of(app, &chosen);
	app->acting.actions->at_once(app->acting.actions, deed, &rows);
}

void app_freeze(struct app *app)
{
	act_at_once(app, &(struct act_deed) {.kind = ACT_FREEZE});
}

void app_nice_lower(struct app *app)
{
	act_at_once(app, &(struct act_deed) {.kind = ACT_RENICE, .nice = -1});
}

void app_nice_higher(struct app *app)
{
	act_at_once(app, &(struct act_deed) {.kind = ACT_RENICE, .nice = 1});
}

void app_shell(struct app *app)
{
	struct acting *acting = &app->acting;
	struct chosen chosen;
	if (!find_rows(app, ACT_FREEZE, &chosen))
		return;
	if (chosen.rows[0].kind != ROW_CONTAINER) {
		app_say(app, STYLE_WARN, "A shell is for a container, and this is a bare cgroup");
		return;
	}
	acting->shell_row = chosen.rows[0];
	acting->shell = (struct act_rows) {app->snapshot, &acting->shell_row, 1};
}

const struct container *app_container_of_key(struct app *app)
{
	struct chosen chosen;
	/* Reading is allowed where changing is not, but it is read by the same hands. */
	if (!find_rows(app, ACT_REMOVE, &chosen))
		return NULL;
	const struct container *container = row_container(&chosen.rows[0]);
	if (container && strcmp(container->engine, "boxtop") == 0)
		return container;
	app_say(app, STYLE_WARN,
		"Only what boxtop's own sandboxes say is kept where it can be read");
	return NULL;
}

/* ---- Answers ---- */

static void rebuild(struct app *app)
{
	switch (app->acting.deed.kind) {
	case ACT_KILL:
		app_rebuild_kill(app);
		break;
	case ACT_SIGNAL:
		app_rebuild_signal(app);
		break;
	case ACT_LIMITS:
		app_rebuild_limits(app);
		break;
	case ACT_REMOVE:
		app_rebuild_remove(app);
		break;
	case ACT_NONE:
	case ACT_FREEZE:
	case ACT_RENICE:
	case ACT_STOP:
		break;
	}
}

/* say_news() - how it went; true if there was anything to say */
static bool say_news(struct app *app, const struct act_news *news, const char *prefix)
{
	_cleanup_(strbuf_finish)
	struct strbuf clean = STRBUF_INIT;
	if (!news->text || !news->text[0])
		return false;
	text_sanitize(span_of(news->text), &clean);
	app_say(app, news->failed ? STYLE_ERROR : STYLE_STRONG, "%s%s", prefix,
		strbuf_cstr(&clean));
	return true;
}

static void take_started(struct app *app, const struct act_news *news)
{
	struct acting *acting = &app->acting;
	if (news->failed) {
		if (!say_news(app, news, "Not started: "))
			app_say(app, STYLE_ERROR, "Not started, and it did not say why");
		return;
	}
	strbuf_reset(&acting->select);
	strbuf_adds(&acting->select, news->name ? news->name : "");
	acting->select_tries = SELECT_SNAPSHOTS;
	if (!say_news(app, news, "Started; "))
		app_say(app, STYLE_STRONG, "Started %s", strbuf_cstr(&acting->select));
}

void app_take_news(struct app *app, struct act_news *news)
{
	struct acting *acting = &app->acting;
	switch (news->kind) {
	case ACT_NEWS_HELD:
		if (!acting->ticket || news->ticket != acting->ticket)
			break;
		act_news_free(acting->held);
		acting->held = TAKE(news);
		acting->looking = false;
		rebuild(app);
		break;
	case ACT_NEWS_DONE:
		say_news(app, news, "");
		break;
	case ACT_NEWS_STARTED:
		take_started(app, news);
		break;
	case ACT_NEWS_LOG:
		app_rebuild_log(app, news);
		break;
	}
	act_news_free(news);
}

/* select_started() - the sandbox that was started last, once it is a row */
static void select_started(struct app *app)
{
	struct acting *acting = &app->acting;
	const struct snapshot *world = app->snapshot;
	if (acting->select_tries == 0)
		return;
	acting->select_tries--;
	for (uint32_t i = 0; i < world->containers_len; i++) {
		const struct container *container = &world->containers[i];
		if (strcmp(container->engine, "boxtop") != 0 ||
		    strcmp(container->name, strbuf_cstr(&acting->select)) != 0)
			continue;
		acting->select_tries = 0;
		app_show_screen(app, SCREEN_CONTAINERS);
		struct table *table = view_table(app_view(app));
		if (table_select(table, (struct row_key) {ROW_CONTAINER, container->key, 0}))
			table->flags |= TABLE_FOLLOW;
		return;
	}
}

void app_acting_update(struct app *app)
{
	struct acting *acting = &app->acting;
	if (!acting->actions)
		return;
	if (acting->ticket && !acting->looking) {
		acting->looking = true;
		acting->actions->look(acting->actions, acting->ticket, app->snapshot);
	}
	if (acting->log_name.len > 0)
		app_show_log(app);
	select_started(app);
}

unsigned int app_acting_sources(const struct app *app)
{
	if (app->acting.ticket && app->acting.deed.kind == ACT_LIMITS)
		return SOURCE_CGROUP_CPU | SOURCE_CGROUP_MEMORY | SOURCE_CGROUP_MEMORY_MORE |
		       SOURCE_CGROUP_PIDS | SOURCE_CGROUP_LIMITS;
	return 0;
}

void app_set_actions(struct app *app, struct actions *actions)
{
	app->acting.actions = actions;
}

void app_acting_finish(struct app *app)
{
	struct acting *acting = &app->acting;
	app_drop(app);
	form_finish(&acting->form);
	for (size_t i = 0; i < ARRAY_LEN(acting->launch); i++)
		strbuf_finish(&acting->launch[i]);
	strbuf_finish(&acting->log_name);
	strbuf_finish(&acting->select);
}
