/* SPDX-License-Identifier: MIT */
/*
 * The screen program under a storm: keys, clicks, sizes, snapshots and answers in any order, from a seed
 * that is said, so that what fails can be had again. BOXTOP_RANDOM_SECONDS and BOXTOP_RANDOM_SEED say
 * otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "support/fake_actions.h"
#include "unit/ui/app_rig.h"

#define SECONDS	   10
#define SEED	   20251
#define LAST_KEYS  64
#define WORLD_KEYS 400 /* events between two apps */

/* struct storm - one run of it */
struct storm {
	struct rig rig;
	struct fake_actions fake;
	uint64_t random;	  /* xorshift */
	uint32_t keys[LAST_KEYS]; /* the last ones, in a ring */
	size_t events;
};

static uint32_t roll(struct storm *storm, uint32_t below)
{
	storm->random ^= storm->random << 13;
	storm->random ^= storm->random >> 7;
	storm->random ^= storm->random << 17;
	return (uint32_t)(storm->random >> 33) % below;
}

static uint64_t number_of(const char *name, uint64_t usual)
{
	const char *text = getenv(name);
	return text && *text ? strtoull(text, NULL, 10) : usual;
}

/* ---- What happens ---- */

static uint32_t any_key(struct storm *storm)
{
	static const uint32_t others[] = {
		KEY_CODE_ENTER,	    KEY_CODE_ENTER,   KEY_CODE_ESC,    KEY_CODE_TAB,
		KEY_CODE_BACKSPACE, KEY_CODE_UP,      KEY_CODE_DOWN,   KEY_CODE_LEFT,
		KEY_CODE_RIGHT,	    KEY_CODE_PGUP,    KEY_CODE_PGDN,   KEY_CODE_HOME,
		KEY_CODE_END,	    KEY_CODE_BACKTAB, KEY_CODE_DELETE, KEY_CODE_INSERT,
		KEY_CODE_SHIFT_F3,  0x6f22,	      0x301,	       0x1f600,
	};
	switch (roll(storm, 8)) {
	case 0:
	case 1:
		return others[roll(storm, ARRAY_LEN(others))];
	case 2: {
		/* What is in the table, on this screen or not. */
		const struct key *key = &keys[roll(storm, (uint32_t)keys_len)];
		return key->codes[0];
	}
	case 3:
		return KEY_CODE_F1 + roll(storm, 12);
	case 4:
		return (roll(storm, 2) ? (uint32_t)KEY_MOD_ALT : 0) | ('a' + roll(storm, 26));
	case 5:
		return 1 + roll(storm, 26);
	case 6:
		return (unsigned char)"!~|&()[]{}^$\\/.*<>=0123456789"[roll(storm, 29)];
	default:
		return ' ' + roll(storm, 95);
	}
}

static struct event any_event(struct storm *storm)
{
	struct event event = {.key = any_key(storm)};
	if (roll(storm, 6) == 0)
		event = (struct event) {KEY_CODE_MOUSE, (int)roll(storm, 170) - 2,
					(int)roll(storm, 60) - 2,
					(enum mouse_button)roll(storm, MOUSE_DOUBLE + 1)};
	/* The way out is taken at the end. */
	if (event.key == KEY_CODE_RESIZE || event.key == KEY_CODE_HANGUP)
		event.key = KEY_CODE_NONE;
	return event;
}

static void any_snapshot(struct storm *storm)
{
	struct rig *rig = &storm->rig;
	struct snapshot *snapshot;
	rig->second += 1 + roll(storm, 3);
	switch (roll(storm, 5)) {
	case 0:
		snapshot = make_empty(rig->second);
		make_finish(snapshot);
		break;
	case 1:
		snapshot = make_crowd(1 + roll(storm, 60), roll(storm, 300), rig->second);
		break;
	default:
		snapshot = make_snapshot_rated(rig->second);
	}
	storm->fake.gone = roll(storm, 4) == 0;
	app_take_snapshot(rig->app, snapshot);
}

static void any_size(struct storm *storm)
{
	static const int sizes[][2] = {{80, 24}, {160, 50}, {40, 10}, {20, 5}, {1, 1}, {500, 200}};
	uint32_t i = roll(storm, 3 * ARRAY_LEN(sizes));
	int width = i < ARRAY_LEN(sizes) ? sizes[i][0] : 1 + (int)roll(storm, 130);
	int height = i < ARRAY_LEN(sizes) ? sizes[i][1] : 1 + (int)roll(storm, 50);
	resize(&storm->rig, width, height);
}

static void hear_all(struct storm *storm)
{
	struct act_news *news;
	while ((news = storm->fake.actions.take(&storm->fake.actions)))
		app_take_news(storm->rig.app, news);
}

/* ---- What always holds ---- */

static void tell(const struct storm *storm, const char *what)
{
	struct strbuf text = STRBUF_INIT;
	char name[KEY_NAME_MAX];
	size_t from = storm->events > LAST_KEYS ? storm->events - LAST_KEYS : 0;
	for (size_t i = from; i < storm->events; i++)
		strbuf_addf(&text, "%s ", key_name(storm->keys[i % LAST_KEYS], name));
	fail_msg("%s after %zu events, the last: %s", what, storm->events, strbuf_cstr(&text));
}

static void check(struct storm *storm)
{
	const struct row_line *line = table_selected(view_table(app_view(storm->rig.app)));
	if (line && line->gone)
		tell(storm, "a row that is gone is selected");
	if (storm->rig.options.readonly && storm->fake.asked.len > 0)
		tell(storm, "something was asked for though nothing may be changed");
	strbuf_reset(&storm->fake.asked);
}

static void step(struct storm *storm)
{
	struct event event = any_event(storm);
	uint32_t what = roll(storm, 20);
	storm->keys[storm->events++ % LAST_KEYS] = event.key;
	if (what == 0)
		any_snapshot(storm);
	else if (what == 1)
		any_size(storm);
	app_event(storm->rig.app, &event);
	if (roll(storm, 3))
		hear_all(storm);
	if (roll(storm, 2))
		draw(&storm->rig);
	struct feed_demand wanted = demand(&storm->rig);
	assert_true(wanted.delay_usec >= 100000);
	check(storm);
}

/* Whatever is open, Esc leads out of it. */
static void leave(struct storm *storm)
{
	struct app *app = storm->rig.app;
	for (int i = 0; i < 8; i++)
		app_event(app, &(struct event) {.key = KEY_CODE_ESC});
	if (app->dialog.kind != DIALOG_NONE || app->setup.open || detail_is_open(&app->detail))
		tell(storm, "Esc does not lead out");
	app_event(app, &(struct event) {.key = KEY_CODE_F10});
	if (!app_is_done(app))
		tell(storm, "F10 does not quit");
}

static void one_world(struct storm *storm)
{
	struct app_options options = plain_options;
	options.vi_keys = roll(storm, 4) == 0;
	options.readonly = roll(storm, 4) == 0;
	options.highlight = roll(storm, 2);
	options.tree = roll(storm, 2);
	options.screen = (enum app_screen)roll(storm, SCREENS);
	fake_actions_init(&storm->fake);
	start(&storm->rig, options);
	app_set_actions(storm->rig.app, &storm->fake.actions);
	if (roll(storm, 4))
		next_snapshot(&storm->rig);
	for (int i = 0; i < WORLD_KEYS; i++)
		step(storm);
	leave(storm);
	finish(&storm->rig);
	fake_actions_finish(&storm->fake);
}

static void it_survives_keys_clicks_sizes_and_snapshots_in_any_order(void **state)
{
	(void)state;
	static struct storm storm;
	uint64_t seed = number_of("BOXTOP_RANDOM_SEED", SEED);
	uint64_t seconds = number_of("BOXTOP_RANDOM_SECONDS", SECONDS);
	uint64_t end = clock_monotonic_usec() + seconds * 1000000;
	storm.random = seed * 0x9e3779b97f4a7c15u + 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	do
		one_world(&storm);
	while (clock_monotonic_usec() < end);
	print_message("%zu events\n", storm.events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_survives_keys_clicks_sizes_and_snapshots_in_any_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
