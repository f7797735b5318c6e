/* SPDX-License-Identifier: MIT */
/*
 * The banner: what should not wait, in one line, with the key that leads there. A container whose tasks
 * multiply is told of as long as they do, any other alarm for a while after it began. Who is told of is
 * found anew with every snapshot; the key goes there, to the next one when it is there already.
 */
#include "base/text.h"
#include "model/alarm.h"
#include "ui/app_private.h"
#include "ui/link.h"

#define NEWS_USEC	 20000000u /* how long an alarm that began is told of */
#define HOST_GROWTH	 100.0	   /* tasks per second outside of every container */
#define URGENT_KIND_LAST ALARM_MEMORY

static bool is_urgent(struct alarm alarm)
{
	return alarm.level == ALARM_ALARM && alarm.kind <= URGENT_KIND_LAST;
}

/* grows_faster() - which of two is worse; of two that grow, the one that grows faster */
static bool is_worse(const struct container *a, struct alarm alarm, const struct container *b,
		     struct alarm than)
{
	if (alarm.kind == ALARM_GROWTH && than.kind == ALARM_GROWTH && alarm.level == than.level)
		return a->usage.pids.growth_per_sec.value > b->usage.pids.growth_per_sec.value;
	return alarm_before(alarm, than);
}

/* Whether any cell around it says the same: a pod, a slice. The innermost is the one to blame. */
static bool is_around(const struct snapshot *snapshot, const struct container *outer,
		      const struct container *inner)
{
	uint32_t at = inner->parent;
	for (int depth = 0; at < snapshot->containers_len && depth < 64; depth++) {
		if (&snapshot->containers[at] == outer)
			return true;
		at = snapshot->containers[at].parent;
	}
	return false;
}

/* worst_container() - INDEX_NONE: none has an urgent alarm */
static uint32_t worst_container(const struct snapshot *snapshot, struct alarm *out)
{
	uint32_t worst = INDEX_NONE;
	for (uint32_t i = 0; i < snapshot->containers_len; i++) {
		const struct container *container = &snapshot->containers[i];
		struct alarm alarm = alarm_worst(&container->usage);
		if (!is_urgent(alarm))
			continue;
		const struct container *other =
			worst == INDEX_NONE ? NULL : &snapshot->containers[worst];
		bool inner =
			other && alarm.kind == out->kind && is_around(snapshot, other, container);
		if (other && !inner &&
		    (is_around(snapshot, container, other) ||
		     !is_worse(container, alarm, other, *out)))
			continue;
		worst = i;
		*out = alarm;
	}
	return worst;
}

/* fresh_event() - the newest alarm that began a moment ago, of a container that is still there */
static const struct container_event *fresh_event(const struct app *app)
{
	const struct snapshot *events = event_log_snapshot(app->events);
	uint64_t now = app->snapshot->realtime_usec;
	struct row row;
	for (size_t i = events->events_len; i-- > 0;) {
		const struct container_event *event = &events->events[i];
		struct row_key key = {ROW_CONTAINER, event->container, 0};
		if (event->realtime_usec + NEWS_USEC < now)
			return NULL;
		bool urgent = event->kind == EVENT_OOM ||
			      (event->kind == EVENT_ALARM && event->alarm <= URGENT_KIND_LAST);
		if (urgent && link_find(key, app->snapshot, &row))
			return event;
	}
	return NULL;
}

static void say_container(const struct container *container, struct alarm alarm,
			  struct banner *banner)
{
	struct strbuf raw = STRBUF_INIT;
	strbuf_addf(&raw, "%s: ", container->name);
	alarm_say(alarm.kind, &container->usage, &raw);
	text_sanitize(strbuf_span(&raw), &banner->text);
	strbuf_finish(&raw);
	banner->key = (struct row_key) {ROW_CONTAINER, container->key, 0};
}

static void say_event(const struct container_event *event, struct banner *banner)
{
	struct strbuf raw = STRBUF_INIT;
	strbuf_addf(&raw, "%s: %s", event->name, event->text);
	text_sanitize(strbuf_span(&raw), &banner->text);
	strbuf_finish(&raw);
	banner->key = (struct row_key) {ROW_CONTAINER, event->container, 0};
}

/* host_grows() - tasks multiply, and no container accounts for at least half of it */
static bool host_grows(const struct snapshot *snapshot)
{
	struct rate growth = snapshot->host.threads_growth_per_sec;
	if (!rate_is_known(growth) || growth.value < HOST_GROWTH)
		return false;
	for (size_t i = 0; i < snapshot->containers_len; i++) {
		struct rate rate = snapshot->containers[i].usage.pids.growth_per_sec;
		if (rate_is_known(rate) && rate.value * 2 > growth.value)
			return false;
	}
	return true;
}

void app_update_banner(struct app *app)
{
	struct banner *banner = &app->banner;
	const struct snapshot *snapshot = app->snapshot;
	struct alarm alarm = {ALARM_NONE, ALARM_KINDS};
	strbuf_reset(&banner->text);
	banner->key = (struct row_key) {0};
	if (!snapshot)
		return;
	uint32_t worst = worst_container(snapshot, &alarm);
	const struct container_event *event = fresh_event(app);
	if (worst != INDEX_NONE && alarm.kind == ALARM_GROWTH)
		say_container(&snapshot->containers[worst], alarm, banner);
	else if (host_grows(snapshot))
		strbuf_addf(&banner->text,
			    "the host has %.0f more tasks every second, and no container has them",
			    snapshot->host.threads_growth_per_sec.value);
	else if (event)
		say_event(event, banner);
}

/* ---- Going there ---- */

/* next_alarm() - the next container after the selected one that has an alarm, around the end; kind 0 */
static struct row_key next_alarm(struct app *app)
{
	const struct table *table = view_table(&app->views[SCREEN_CONTAINERS]);
	for (size_t i = 1; i <= table->rows.len; i++) {
		const struct row_line *line =
			&table->rows.lines[(table->line + i) % table->rows.len];
		if (!line->gone && view_has_alarm(line))
			return row_key(&line->row);
	}
	return (struct row_key) {0};
}

static bool is_there(struct app *app, struct row_key key)
{
	const struct row_line *line = table_selected(view_table(app_view(app)));
	return app->screen == SCREEN_CONTAINERS && !detail_is_open(&app->detail) && line &&
	       row_key_eq(row_key(&line->row), key);
}

/* reveal() - select it, whatever hides it: a filter, or that it is a unit */
static void reveal(struct app *app, struct row_key key)
{
	struct view *view = &app->views[SCREEN_CONTAINERS];
	if (table_select(view_table(view), key))
		return;
	view_set_filter(view, SPAN(""), NULL);
	if (table_select(view_table(view), key)) {
		app_say(app, STYLE_WARN, "The filter hid it, and is gone");
		return;
	}
	view_show_all_units(view, true);
	if (table_select(view_table(view), key))
		app_say(app, STYLE_WARN, "systemd units are shown too: it is one (A hides them)");
}

static void go_to_newest_processes(struct app *app)
{
	app_show_screen(app, SCREEN_PROCESSES);
	struct view *view = app_view(app);
	const struct field *age = field_find(SPAN("age_usec"), ROW_PROCESS);
	if (view->zoom.kind)
		view_set_zoom(view, (struct row_key) {0}, SPAN(""));
	view_sort(view, age);
	view_table(view)->query.flags &= ~(unsigned int)QUERY_DESCENDING;
	view_update(view, NULL);
	table_home(view_table(view));
	app_say(app, STYLE_WARN, "The youngest processes first");
}

void app_go_to_alarm(struct app *app)
{
	struct row_key key = app->banner.key;
	if (app->banner.text.len > 0 && !key.kind) {
		go_to_newest_processes(app);
		return;
	}
	bool there = key.kind && is_there(app, key);
	app_show_screen(app, SCREEN_CONTAINERS);
	app->carry.kind = 0;
	if (!key.kind || there)
		key = next_alarm(app);
	if (!key.kind) {
		app_say(app, STYLE_DIM, "Nothing is at a limit");
		return;
	}
	reveal(app, key);
}
