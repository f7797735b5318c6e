/* SPDX-License-Identifier: MIT */
/* The screen program without a terminal: keys, clicks and snapshots go in, frames and demands come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app_rig.h"
#include "base/cleanup.h"

/* ---- Frames ---- */

static void the_first_frame_needs_no_snapshot(void **state)
{
	(void)state;
	struct rig rig;
	start(&rig, plain_options);
	assert_shows(&rig, "Reading ...");
	assert_shows(&rig, "1 Containers");
	assert_shows(&rig, "F10Quit");
	next_snapshot(&rig);
	assert_hides(&rig, "Reading ...");
	assert_shows(&rig, "web-1");
	finish(&rig);
}

static void alarms_stand_in_the_cell_and_at_the_name(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	assert_shows(&rig, "db-1!");
	assert_shows(&rig, "98.2!");
	/* Where the columns are out of view the name tells. */
	resize(&rig, 20, 5);
	assert_shows(&rig, "db-1!");
	assert_hides(&rig, "98.2!");
	finish(&rig);
}

static void the_reason_for_an_empty_cell_is_told(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "M F3 'rootless' Enter");
	assert_string_equal(selected_name(&rig), "rootless");
	assert_shows(&rig, "WSET: permission denied: run as root, or as its owner");
	press(&rig, "Home");
	assert_hides(&rig, "WSET:");
	assert_shows(&rig, "docker container");
	finish(&rig);
}

static void the_cell_under_the_cursor_says_what_it_is_or_why_it_is_empty(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "F3 'rootless' Enter w");
	assert_shows(&rig, "CPU% ");
	assert_shows(&rig, "cpu_pct: CPU used");
	press(&rig, "Right Right");
	assert_shows(&rig, "WSET is not known: permission denied");
	/* What is out of view comes into it, to both sides. */
	for (int i = 0; i < 30; i++)
		press(&rig, "Right");
	assert_shows(&rig, "IMAGE is not known");
	assert_shows(&rig, "IMAGE");
	for (int i = 0; i < 30; i++)
		press(&rig, "Left");
	assert_shows(&rig, "NAME rootless  name:");
	assert_shows(&rig, "ENGINE");
	press(&rig, "Esc");
	assert_hides(&rig, "NAME rootless  name");
	/* Without it the keys scroll. */
	press(&rig, "Right");
	assert_hides(&rig, "ENGINE");
	finish(&rig);
}

static void a_bad_pattern_is_told_while_it_is_typed(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "/ '~^(db'");
	assert_shows(&rig, "Unmatched ( or \\(");
	press(&rig, "'|api)-?[0-9]*$'");
	assert_hides(&rig, "Unmatched");
	assert_string_equal(selected_name(&rig), "db-1");
	press(&rig, "F3");
	assert_string_equal(selected_name(&rig), "api");
	press(&rig, "Enter Alt-n");
	assert_string_equal(selected_name(&rig), "db-1");
	assert_shows(&rig, "Search: ~^(db|api)");
	press(&rig, "F4 '~[a'");
	assert_shows(&rig, "Unmatched [");
	assert_shows(&rig, "web-1"); /* what was shown before still is */
	press(&rig, "'-c]pi|engine=~^l' Enter");
	assert_shows(&rig, "builder");
	assert_hides(&rig, "web-1 ");
	finish(&rig);
}

static void the_palette_does_what_is_typed(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, ": 'sort mem'");
	assert_shows(&rig, "sort by memory");
	assert_hides(&rig, "sort by pid");
	press(&rig, "Enter");
	assert_string_equal(view_table(app_view(rig.app))->query.sort->id,
			    "memory_working_set_bytes");
	/* The name of a key is the key, letters are enough where nothing is nearer. */
	press(&rig, ": 'T' Enter");
	assert_string_equal(view_table(app_view(rig.app))->query.sort->id, "cpu_usage_usec");
	press(&rig, ": 'sbmem' Enter");
	assert_string_equal(view_table(app_view(rig.app))->query.sort->id,
			    "memory_working_set_bytes");
	press(&rig, ": 'no such thing at all'");
	assert_shows(&rig, "nothing is called so");
	press(&rig, "Enter");
	assert_int_equal(rig.app->dialog.kind, DIALOG_NONE);
	/* It may open another question. */
	press(&rig, ": 'filter as' Enter 'web-1'");
	assert_shows(&rig, "Filter: web-1");
	press(&rig, "Esc");
	finish(&rig);
}

static void the_palette_is_chosen_from_by_arrows_and_mouse(void **state)
{
	(void)state;
	struct rig rig;
	int x, y;
	start_shown(&rig, plain_options);
	press(&rig, ": 'sort by' Down Up Tab Tab Enter");
	assert_string_equal(view_table(app_view(rig.app))->query.sort->id,
			    "memory_working_set_bytes");
	press(&rig, ": 'sort by'");
	find(&rig, "sort by CPU time", &x, &y);
	mouse(&rig, x, y, MOUSE_LEFT);
	assert_string_equal(view_table(app_view(rig.app))->query.sort->id, "cpu_usage_usec");
	press(&rig, ": 'sort'");
	mouse(&rig, x, y, MOUSE_WHEEL_DOWN);
	assert_int_equal(rig.app->dialog.chosen, 1);
	mouse(&rig, 79, 0, MOUSE_LEFT); /* beside it */
	assert_int_equal(rig.app->dialog.kind, DIALOG_NONE);
	/* Where there are no rows, nothing about rows is offered. */
	press(&rig, ": 'tag'");
	assert_shows(&rig, "untag all");
	press(&rig, "Esc Enter : 'tag'");
	assert_hides(&rig, "untag all");
	finish(&rig);
}

static void a_search_turned_around_finds_who_has_it_not(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "Home / '!docker'");
	assert_non_null(strstr(selected_name(&rig), "evil"));
	finish(&rig);
}

static void vi_keys_move_and_search_where_they_are_on(void **state)
{
	(void)state;
	struct rig rig;
	struct app_options options = plain_options;
	start_shown(&rig, plain_options);
	press(&rig, "j");
	assert_shows(&rig, "j does nothing here");
	finish(&rig);
	options.vi_keys = true;
	start_shown(&rig, options);
	press(&rig, "j j k");
	assert_int_equal(view_table(app_view(rig.app))->line, 1);
	press(&rig, "G g l h");
	assert_int_equal(view_table(app_view(rig.app))->line, 0);
	press(&rig, "Ctrl-D");
	assert_int_equal(view_table(app_view(rig.app))->line,
			 table_page(view_table(app_view(rig.app))) / 2);
	press(&rig, "Ctrl-U / '~-1$' Enter n");
	assert_string_equal(selected_name(&rig), "db-1");
	press(&rig, "N");
	assert_string_equal(selected_name(&rig), "web-1");
	press(&rig, "F1");
	assert_shows(&rig, "vi keys are on");
	finish(&rig);
}

static void issues_are_news_until_a_key_is_pressed(void **state)
{
	(void)state;
	struct rig rig;
	struct snapshot *snapshot = make_empty(1);
	start(&rig, plain_options);
	make_finish(snapshot);
	snapshot_add_issue(snapshot, "no memory hierarchy\x1b[31m");
	app_take_snapshot(rig.app, snapshot_ref(snapshot));
	draw(&rig);
	assert_shows(&rig, "no memory hierarchy?[31m");
	assert_shows(&rig, "1 issue");
	press(&rig, "Down");
	assert_hides(&rig, "no memory hierarchy");
	assert_shows(&rig, "1 issue");
	press(&rig, "F1");
	assert_shows(&rig, "no memory hierarchy?[31m");
	snapshot_unref(snapshot);
	finish(&rig);
}

static void a_failing_collector_is_told(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	err_set(&rig.app->collect_err, EACCES, "read /proc");
	draw(&rig);
	assert_shows(&rig, "read /proc: Permission denied");
	finish(&rig);
}

/* ---- Screens ---- */

static void screens_are_switched_by_name_and_in_turn(void **state)
{
	(void)state;
	static const struct {
		const char *keys;
		enum app_screen screen;
	} rows[] = {
		{"3", SCREEN_PROCESSES}, {"3", SCREEN_PROCESSES},    {"1", SCREEN_CONTAINERS},
		{"Tab", SCREEN_CGROUPS}, {"Tab", SCREEN_PROCESSES},  {"Tab", SCREEN_NAMESPACES},
		{"Tab", SCREEN_EVENTS},	 {"Tab", SCREEN_CONTAINERS}, {"Shift-Tab", SCREEN_EVENTS},
		{"2", SCREEN_CGROUPS},	 {"4", SCREEN_NAMESPACES},   {"5", SCREEN_EVENTS},
	};
	struct rig rig;
	start_shown(&rig, plain_options);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		press(&rig, rows[i].keys);
		assert_int_equal(rig.app->screen, rows[i].screen);
	}
	finish(&rig);
}

static void zoom_shows_the_processes_of_a_container_and_esc_comes_back(void **state)
{
	(void)state;
	static const char *const ways_back[] = {"Esc", "Backspace"};
	for (size_t i = 0; i < ARRAY_LEN(ways_back); i++) {
		struct rig rig;
		start_shown(&rig, plain_options);
		press(&rig, "Down Down");
		assert_string_equal(selected_name(&rig), "db-1");
		struct row_key before = selected(&rig);
		press(&rig, "z");
		assert_shows(&rig, "Processes of db-1");
		assert_shows(&rig, "postgres");
		assert_hides(&rig, "nginx");
		assert_shows(&rig, "EscBack");
		next_snapshot(&rig);
		press(&rig, "End");
		press(&rig, ways_back[i]);
		assert_int_equal(rig.app->screen, SCREEN_CONTAINERS);
		assert_true(row_key_eq(selected(&rig), before));
		press(&rig, "3");
		assert_shows(&rig, "nginx");
		finish(&rig);
	}
}

static void zoom_on_a_cgroup_shows_all_that_is_below_it(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "2 Home Down");
	assert_string_equal(selected_name(&rig), "system.slice");
	press(&rig, "z");
	assert_shows(&rig, "Processes of /system.slice");
	assert_shows(&rig, "nginx");
	assert_shows(&rig, "postgres");
	assert_hides(&rig, "bomb");
	/* The key of the screen that is shown already: all processes again. */
	press(&rig, "3");
	assert_hides(&rig, "Processes of");
	finish(&rig);
}

static void the_container_that_is_looked_into_may_end(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "z");
	struct snapshot *snapshot = make_empty(2);
	make_finish(snapshot);
	app_take_snapshot(rig.app, snapshot);
	draw(&rig);
	assert_shows(&rig, "web-1 has no processes (Esc: back)");
	press(&rig, "Esc");
	assert_shows(&rig, "No containers here");
	finish(&rig);
}

static void the_tree_keeps_the_selected_row(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "Down Down");
	assert_string_equal(selected_name(&rig), "db-1");
	press(&rig, "t");
	assert_shows(&rig, "F5List");
	assert_string_equal(selected_name(&rig), "db-1");
	press(&rig, "t");
	assert_string_equal(selected_name(&rig), "db-1");
	finish(&rig);
}

static const struct row *selected_row(struct rig *rig)
{
	const struct row_line *line = table_selected(view_table(app_view(rig->app)));
	assert_non_null(line);
	return &line->row;
}

static void the_selection_goes_along_from_screen_to_screen(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "Down Down");
	assert_string_equal(selected_name(&rig), "db-1");
	press(&rig, "2");
	assert_non_null(strstr(row_cgroup(selected_row(&rig))->path, "docker-db00"));
	press(&rig, "3");
	assert_int_equal(row_process(selected_row(&rig))->pid, 1300);
	press(&rig, "4");
	const struct ns *ns = row_ns(selected_row(&rig));
	assert_false(ns->is_host);
	assert_string_equal(rig.app->snapshot->containers[ns->container].name, "db-1");
	press(&rig, "Down Up 1");
	assert_string_equal(selected_name(&rig), "db-1");
	/* What belongs to it already stays selected. */
	press(&rig, "3 / 'checkpointer' Enter 1 3");
	assert_int_equal(row_process(selected_row(&rig))->pid, 1301);
	finish(&rig);
}

static void the_selection_waits_for_rows_that_are_not_read_yet(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "Down Down");
	struct snapshot *snapshot = make_snapshot_rated(++rig.second);
	snapshot->processes_len = 0;
	app_take_snapshot(rig.app, snapshot);
	press(&rig, "3");
	assert_null(table_selected(view_table(app_view(rig.app))));
	next_snapshot(&rig);
	assert_int_equal(row_process(selected_row(&rig))->pid, 1300);
	finish(&rig);
}

static void a_cursor_that_nobody_moved_takes_nothing_along(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "3");
	assert_int_equal(view_table(app_view(rig.app))->line, 0);
	finish(&rig);
}

static void the_process_tree_keeps_tags_and_order(void **state)
{
	(void)state;
	struct app_options options = plain_options;
	struct rig rig;
	options.screen = SCREEN_PROCESSES;
	start_shown(&rig, options);
	press(&rig, "M Space Space");
	assert_shows(&rig, "2 tagged");
	press(&rig, "t");
	assert_shows(&rig, "2 tagged");
	assert_string_equal(view_table(app_view(rig.app))->query.sort->id, "memory_pct");
	press(&rig, "t U");
	assert_hides(&rig, "tagged");
	finish(&rig);
}

static void hidden_views_outlive_their_snapshot(void **state)
{
	(void)state;
	static const char *const steps[] = {"t", "3", "t", "1",	      "t", "Enter", "Esc", "3",
					    "t", "c", "1", "t",	      "*", "4",	    "t",   "5",
					    "2", "t", "3", "u Enter", "5", "1"};
	struct rig rig;
	start_shown(&rig, plain_options);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		press(&rig, steps[i]);
		next_snapshot(&rig);
		next_snapshot(&rig);
	}
	finish(&rig);
}

/* ---- Order, filter, search ---- */

static void keys_sort_by_what_htop_sorts_by(void **state)
{
	(void)state;
	static const struct {
		const char *keys;
		const char *containers, *processes;
	} rows[] = {
		{"P", "cpu_pct", "cpu_pct"},
		{"M", "memory_working_set_bytes", "memory_pct"},
		{"T", "cpu_usage_usec", "cpu_time_usec"},
		{"N", "pid", "pid"},
	};
	struct rig rig;
	start_shown(&rig, plain_options);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		press(&rig, "1");
		press(&rig, rows[i].keys);
		assert_string_equal(view_table(app_view(rig.app))->query.sort->id,
				    rows[i].containers);
		press(&rig, "3");
		press(&rig, rows[i].keys);
		assert_string_equal(view_table(app_view(rig.app))->query.sort->id,
				    rows[i].processes);
	}
	finish(&rig);
}

static void the_same_sort_key_again_does_not_turn_the_order(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "P P");
	assert_string_equal(selected_name(&rig), "web-1");
	press(&rig, "I Home");
	assert_string_not_equal(selected_name(&rig), "web-1");
	press(&rig, "P Home");
	assert_string_equal(selected_name(&rig), "web-1");
	finish(&rig);
}

static void the_sort_menu_offers_columns_out_of_view_too(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "F6 End Enter");
	assert_string_equal(view_table(app_view(rig.app))->query.sort->id, "image");
	assert_shows(&rig, "by IMAGE");
	finish(&rig);
}

static void a_filter_works_while_it_is_typed(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "F4 'db'");
	assert_shows(&rig, "1 match");
	assert_hides(&rig, "web-1");
	press(&rig, "'|web'");
	assert_shows(&rig, "2 match");
	press(&rig, "Enter");
	assert_shows(&rig, "filter: db|web");
	assert_shows(&rig, "F4FILTER");
	next_snapshot(&rig);
	assert_shows(&rig, "2 match");
	press(&rig, "F4 Esc");
	assert_shows(&rig, "13 rows");
	finish(&rig);
}

static void a_wrong_filter_says_why_and_changes_nothing(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "F4 'db' Enter F4 '&cpu>1'");
	assert_shows(&rig, "there is no field \"cpu\" here");
	press(&rig, "Enter");
	assert_shows(&rig, "Not filtered: ");
	assert_shows(&rig, "filter: db");
	finish(&rig);
}

static void a_filter_holds_for_list_and_tree(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "F4 'image~nginx' Enter t");
	assert_shows(&rig, "F4FILTER");
	assert_shows(&rig, "web-1");
	assert_hides(&rig, "db-1");
	finish(&rig);
}

static void a_search_moves_as_it_is_typed_and_is_remembered(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "/ 'e'");
	const char *first = selected_name(&rig);
	press(&rig, "F3");
	assert_string_not_equal(selected_name(&rig), first);
	press(&rig, "Shift-F3");
	assert_string_equal(selected_name(&rig), first);
	press(&rig, "'zzz'");
	assert_shows(&rig, "not found");
	press(&rig, "Backspace Backspace Backspace Esc");
	assert_hides(&rig, "Search:");
	press(&rig, "Home F3 F3");
	assert_shows(&rig, "Search: e");
	press(&rig, "Enter");
	finish(&rig);
}

static void one_may_move_while_a_prompt_is_open(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "F4 Down Down");
	assert_string_equal(selected_name(&rig), "db-1");
	assert_int_equal(rig.app->dialog.kind, DIALOG_PROMPT);
	finish(&rig);
}

/* ---- What is shown ---- */

static void units_kernel_threads_and_users_are_chosen(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	assert_hides(&rig, "session-3.scope");
	press(&rig, "A");
	assert_shows(&rig, "session-3.scope");
	press(&rig, "A");
	assert_hides(&rig, "session-3.scope");
	press(&rig, "3 End");
	assert_shows(&rig, "77 rows");
	press(&rig, "K");
	assert_shows(&rig, "73 rows");
	press(&rig, "K u 'a' Down Up");
	assert_shows(&rig, "Processes of");
	press(&rig, "Enter");
	assert_shows(&rig, "uid 1000");
	assert_hides(&rig, "nginx");
	press(&rig, "u Home Enter");
	assert_shows(&rig, "77 rows");
	finish(&rig);
}

static void a_followed_row_is_let_go_by_esc(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "Down F");
	assert_shows(&rig, "follow");
	struct row_key key = selected(&rig);
	press(&rig, "I");
	assert_true(row_key_eq(selected(&rig), key));
	press(&rig, "Esc");
	assert_hides(&rig, "follow");
	finish(&rig);
}

static void a_key_without_a_meaning_says_so(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "F12");
	assert_shows(&rig, "F12 does nothing here");
	press(&rig, "Down");
	assert_hides(&rig, "does nothing here");
	finish(&rig);
}

static void the_trend_of_the_selected_container_is_drawn(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	rig.canvas.ascii = false;
	next_snapshot(&rig);
	next_snapshot(&rig);
	/* Dots of Braille. */
	assert_true(shows(&rig, "\xe2\xa2") || shows(&rig, "\xe2\xa3"));
	finish(&rig);
}

/* make_two() - a young container, an old one, and @third unless it is NULL; one process for each */
static struct snapshot *make_two(unsigned int second, const char *third)
{
	struct snapshot *snapshot = make_empty(second);
	const char *const names[] = {"brand-new", "grown-old", third};
	for (int i = 0; i < 3 && names[i]; i++) {
		char path[32];
		snprintf(path, sizeof(path), "/c%d", i);
		make_cgroup(snapshot, path);
		make_container(snapshot, "docker", names[i], path)->created_usec =
			snapshot->realtime_usec - (i ? 60 : 1) * MAKE_SEC;
		make_process(snapshot, 100 + i, 1, names[i], path);
	}
	make_finish(snapshot);
	return snapshot;
}

static void what_is_new_is_marked(void **state)
{
	(void)state;
	struct rig rig;
	start(&rig, plain_options);
	app_take_snapshot(rig.app, make_two(1, NULL));
	draw(&rig);
	assert_shows(&rig, "brand-new new");
	assert_hides(&rig, "grown-old new");
	/* Of cgroups there are many: only if asked for. */
	press(&rig, "2");
	assert_hides(&rig, " new");
	finish(&rig);
	struct app_options options = plain_options;
	options.highlight = true;
	start(&rig, options);
	app_take_snapshot(rig.app, make_two(1, NULL));
	press(&rig, "2");
	assert_shows(&rig, "brand-new new");
	finish(&rig);
}

static void what_is_gone_stays_for_a_while_and_is_never_acted_on(void **state)
{
	(void)state;
	struct rig rig;
	start(&rig, plain_options);
	app_take_snapshot(rig.app, make_two(1, "doomed"));
	press(&rig, "F3 'doomed' Enter");
	size_t line = view_table(app_view(rig.app))->line;
	app_take_snapshot(rig.app, make_two(2, NULL));
	draw(&rig);
	assert_shows(&rig, "doomed gone");
	assert_shows(&rig, "2 rows");
	assert_shows(&rig, "It is gone");
	/* The cursor stays on it, and no key takes another row for it. */
	assert_int_equal(view_table(app_view(rig.app))->line, line);
	assert_null(table_selected(view_table(app_view(rig.app))));
	press(&rig, "Enter z Space c y");
	assert_int_equal(rig.app->screen, SCREEN_CONTAINERS);
	assert_false(detail_is_open(&rig.app->detail));
	assert_int_equal(view_table(app_view(rig.app))->tagged.len, 0);
	assert_shows(&rig, "There is no row to copy from");
	/* Other rows can be reached around it, and sorting does not bring it back to life. */
	press(&rig, "Home Down Up I I");
	assert_shows(&rig, "doomed gone");
	app_take_snapshot(rig.app, make_two(5, NULL));
	draw(&rig);
	assert_shows(&rig, "doomed gone");
	app_take_snapshot(rig.app, make_two(6, NULL));
	draw(&rig);
	assert_hides(&rig, "doomed");
	finish(&rig);
}

/* make_many() - containers c-FROM to c-(FROM+15), as many as a page has lines */
static struct snapshot *make_many(unsigned int second, int from)
{
	struct snapshot *snapshot = make_empty(second);
	for (int i = from; i < from + 16; i++) {
		char path[32], name[32];
		snprintf(path, sizeof(path), "/c-%02d", i);
		snprintf(name, sizeof(name), "c-%02d", i);
		make_cgroup(snapshot, path);
		make_container(snapshot, "docker", name, path)->created_usec =
			snapshot->realtime_usec - 60 * MAKE_SEC;
	}
	make_finish(snapshot);
	return snapshot;
}

static int count_gone(struct rig *rig, int from)
{
	int n = 0;
	for (int i = from; i < from + 16; i++) {
		char text[32];
		snprintf(text, sizeof(text), "c-%02d gone", i);
		n += shows(rig, text);
	}
	return n;
}

static void what_is_gone_leaves_room_for_what_lives(void **state)
{
	(void)state;
	struct rig rig;
	start(&rig, plain_options);
	app_take_snapshot(rig.app, make_many(1, 0));
	press(&rig, "F3 'c-15' Enter");
	app_take_snapshot(rig.app, make_many(2, 16));
	draw(&rig);
	int most = (table_page(view_table(app_view(rig.app))) + 2) / 3;
	assert_int_equal(count_gone(&rig, 0), most);
	/* The one under the cursor stays, though it ended with the first of them. */
	app_take_snapshot(rig.app, make_many(3, 32));
	draw(&rig);
	assert_shows(&rig, "c-15 gone");
	assert_in_range(count_gone(&rig, 0) + count_gone(&rig, 16), 2, most);
	assert_shows(&rig, "It is gone");
	finish(&rig);
}

static void what_comes_back_is_not_gone(void **state)
{
	(void)state;
	struct rig rig;
	start(&rig, plain_options);
	app_take_snapshot(rig.app, make_two(1, "doomed"));
	draw(&rig);
	app_take_snapshot(rig.app, make_two(2, NULL));
	draw(&rig);
	assert_shows(&rig, "doomed gone");
	app_take_snapshot(rig.app, make_two(3, "doomed"));
	draw(&rig);
	assert_hides(&rig, " gone");
	assert_shows(&rig, "3 rows");
	finish(&rig);
}

static void what_is_filtered_out_or_on_another_screen_is_not_gone(void **state)
{
	(void)state;
	struct rig rig;
	start(&rig, plain_options);
	app_take_snapshot(rig.app, make_two(1, "doomed"));
	press(&rig, "F4 'new' Enter");
	app_take_snapshot(rig.app, make_two(2, "doomed"));
	draw(&rig);
	assert_hides(&rig, " gone");
	press(&rig, "F4 Esc 3 1");
	app_take_snapshot(rig.app, make_two(3, "doomed"));
	press(&rig, "2");
	app_take_snapshot(rig.app, make_two(4, NULL));
	press(&rig, "1");
	assert_hides(&rig, " gone");
	finish(&rig);
}

static void what_a_row_is_called_is_copied(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "/ 'evil' Enter y");
	assert_shows(&rig, "name       evil?[31m name");
	press(&rig, "Enter");
	/* As it is shown, not as it is: it will be pasted into a shell. */
	assert_string_equal(strbuf_cstr(&rig.app->copy), "evil?[31m name");
	assert_shows(&rig, "Copied: evil?[31m name");
	press(&rig, "/ 'db-1' Enter y 'c' Enter");
	assert_non_null(strstr(strbuf_cstr(&rig.app->copy), "/docker-db00"));
	press(&rig, "3 y Enter");
	assert_string_equal(strbuf_cstr(&rig.app->copy), "1300");
	press(&rig, "2 y Esc 4 y Enter 5 y");
	finish(&rig);
}

/* ---- Demand ---- */

static void only_what_is_in_view_is_asked_for(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	unsigned int sources = demand(&rig).sources;
	assert_true(sources & SOURCE_IDENTITY);
	assert_true(sources & SOURCE_HOST);
	assert_true(sources & SOURCE_CGROUP_CPU);
	assert_false(sources & (SOURCE_PROCS | SOURCE_NET | SOURCE_CGROUP_IO));
	press(&rig, "Right Right Right Right Right Right");
	assert_true(demand(&rig).sources & (SOURCE_NET | SOURCE_CGROUP_IO));
	resize(&rig, 20, 5);
	assert_false(demand(&rig).sources & (SOURCE_NET | SOURCE_CGROUP_IO));
	finish(&rig);
}

static void the_first_frame_waits_for_its_rows_alone(void **state)
{
	static const struct {
		struct app_options options;
		bool alone;
	} rows[] = {
		{{.screen = SCREEN_PROCESSES}, true},
		{{.screen = SCREEN_PROCESSES, .sort = "rss_bytes"}, true},
		/* What is not read could not be shown, or not in its order. */
		{{.screen = SCREEN_CONTAINERS}, false},
		{{.screen = SCREEN_PROCESSES, .filter = "container~web"}, false},
		{{.screen = SCREEN_PROCESSES, .sort = "container"}, false},
		{{.screen = SCREEN_PROCESSES, .iterations = 1}, false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct app_options options = rows[i].options;
		struct rig rig;
		options.delay_usec = 1000000;
		start(&rig, options);
		draw(&rig);
		unsigned int first = demand(&rig).sources;
		assert_true(first & SOURCE_HOST);
		assert_int_equal(!(first & SOURCE_IDENTITY), rows[i].alone);
		next_snapshot(&rig);
		draw(&rig);
		assert_true(demand(&rig).sources & SOURCE_IDENTITY);
		finish(&rig);
	}
}

/* A fork bomb has to be noticed wherever one looks. */
static void what_tells_of_a_runaway_is_asked_for_on_every_screen(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	for (int screen = 0; screen < SCREENS; screen++) {
		unsigned int sources = demand(&rig).sources;
		assert_true(sources & SOURCE_CGROUP_PIDS);
		assert_true(sources & SOURCE_IDENTITY);
		assert_true(sources & SOURCE_HOST);
		press(&rig, "Tab");
	}
	finish(&rig);
}

static void the_banner_names_what_grows_and_the_key_goes_there(void **state)
{
	(void)state;
	static const char *const screens_keys[] = {"1", "2", "3", "4", "5", "1 Down Down Enter"};
	for (size_t i = 0; i < ARRAY_LEN(screens_keys); i++) {
		struct rig rig;
		start_shown(&rig, plain_options);
		press(&rig, screens_keys[i]);
		assert_shows(&rig, "! evil?[31m name: 5 more tasks every second");
		assert_shows(&rig, "! goes there");
		press(&rig, "!");
		assert_int_equal(rig.app->screen, SCREEN_CONTAINERS);
		assert_false(detail_is_open(&rig.app->detail));
		assert_string_equal(selected_name(&rig), MAKE_NAME_HOSTILE);
		/* There already: the next one that has an alarm. */
		press(&rig, "!");
		assert_string_equal(selected_name(&rig), "db-1");
		finish(&rig);
	}
}

static void a_click_on_the_banner_goes_there_too(void **state)
{
	(void)state;
	struct rig rig;
	int x, y;
	start_shown(&rig, plain_options);
	find(&rig, "! goes there", &x, &y);
	mouse(&rig, x, y, MOUSE_LEFT);
	assert_string_equal(selected_name(&rig), MAKE_NAME_HOSTILE);
	finish(&rig);
}

static void what_hides_a_runaway_is_taken_away(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "F4 'web' Enter !");
	assert_string_equal(selected_name(&rig), MAKE_NAME_HOSTILE);
	assert_shows(&rig, "The filter hid it");
	/* A unit, which is hidden as long as nothing is wrong with it. */
	struct snapshot *snapshot = make_snapshot_rated(++rig.second);
	uint32_t sshd = make_find_container(snapshot, "sshd.service");
	snapshot->containers[sshd].usage.pids.growth_per_sec = rate_known(300);
	app_take_snapshot(rig.app, snapshot);
	draw(&rig);
	assert_shows(&rig, "! sshd.service: 300 more tasks every second");
	press(&rig, "!");
	assert_string_equal(selected_name(&rig), "sshd.service");
	assert_shows(&rig, "systemd units are shown too");
	finish(&rig);
}

static struct snapshot *calm_snapshot(struct rig *rig)
{
	struct snapshot *snapshot = make_snapshot_rated(++rig->second);
	uint32_t evil = make_find_container(snapshot, MAKE_NAME_HOSTILE);
	snapshot->containers[evil].usage.pids.growth_per_sec = rate_known(0);
	return snapshot;
}

static void a_bomb_in_no_container_is_the_hosts(void **state)
{
	(void)state;
	struct rig rig;
	start(&rig, plain_options);
	struct snapshot *snapshot = calm_snapshot(&rig);
	snapshot->host.threads_growth_per_sec = rate_known(800);
	app_take_snapshot(rig.app, snapshot);
	draw(&rig);
	assert_shows(&rig, "! the host has 800 more tasks every second");
	press(&rig, "!");
	assert_int_equal(rig.app->screen, SCREEN_PROCESSES);
	assert_string_equal(view_table(app_view(rig.app))->query.sort->id, "age_usec");
	finish(&rig);
}

static void an_alarm_is_news_for_a_while_only(void **state)
{
	(void)state;
	struct rig rig;
	start(&rig, plain_options);
	app_take_snapshot(rig.app, calm_snapshot(&rig));
	struct snapshot *snapshot = calm_snapshot(&rig);
	uint32_t api = make_find_container(snapshot, "api");
	snapshot->containers[api].usage.memory.limit_pct = rate_known(99);
	uint64_t now = snapshot->realtime_usec;
	/* The database is killed from every second; that is older news here. */
	snapshot->containers[make_find_container(snapshot, "db-1")].usage.memory.oom_kills =
		metric_known(0);
	app_take_snapshot(rig.app, snapshot);
	draw(&rig);
	assert_shows(&rig, "! api: memory at 99% of the limit");
	snapshot = calm_snapshot(&rig);
	snapshot->realtime_usec = now + 60 * MAKE_SEC;
	snapshot->containers[make_find_container(snapshot, "db-1")].usage.memory.oom_kills =
		metric_known(0);
	app_take_snapshot(rig.app, snapshot);
	draw(&rig);
	assert_hides(&rig, "! api");
	finish(&rig);
}

static void nothing_at_a_limit_says_so(void **state)
{
	(void)state;
	struct rig rig;
	start(&rig, plain_options);
	struct snapshot *snapshot = make_empty(1);
	make_finish(snapshot);
	app_take_snapshot(rig.app, snapshot);
	press(&rig, "!");
	assert_shows(&rig, "Nothing is at a limit");
	finish(&rig);
}

static void what_is_sorted_and_filtered_by_is_asked_for(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "F4 'net_rx_bytes>1' Enter");
	assert_true(demand(&rig).sources & SOURCE_NET);
	press(&rig, "F4 Esc");
	assert_false(demand(&rig).sources & SOURCE_NET);
	press(&rig, "F6 End Up Enter");
	assert_true(demand(&rig).sources & SOURCE_CGROUP_PRESSURE);
	finish(&rig);
}

static void expensive_fields_are_asked_for_the_processes_in_view(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	assert_int_equal(demand(&rig).view_pids_len, 0);
	press(&rig, "3");
	struct feed_demand wanted = demand(&rig);
	assert_int_equal(wanted.view_pids_len, table_page(view_table(app_view(rig.app))));
	for (size_t i = 1; i < wanted.view_pids_len; i++)
		assert_true(wanted.view_pids[i - 1] < wanted.view_pids[i]);
	finish(&rig);
}

static void sorting_and_searching_ask_for_all_processes(void **state)
{
	(void)state;
	static const char *const keys_texts[] = {"F6 End Enter", "F4 'nginx' Enter", "F3 'nginx'"};
	for (size_t i = 0; i < ARRAY_LEN(keys_texts); i++) {
		struct app_options options = plain_options;
		struct rig rig;
		options.screen = SCREEN_PROCESSES;
		start_shown(&rig, options);
		press(&rig, keys_texts[i]);
		assert_true(demand(&rig).view_pids_len == SIZE_MAX);
		press(&rig, "F4 Esc");
		press(&rig, "P Esc");
		assert_true(demand(&rig).view_pids_len < SIZE_MAX);
		finish(&rig);
	}
}

static void delay_and_pause_are_part_of_the_demand(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	assert_int_equal(demand(&rig).delay_usec, 1500000);
	press(&rig, "d Ctrl-U '0.5' Enter");
	assert_int_equal(demand(&rig).delay_usec, 500000);
	press(&rig, "d Ctrl-U '0' Enter");
	assert_shows(&rig, "Not changed: ");
	assert_int_equal(demand(&rig).delay_usec, 500000);
	press(&rig, "Z");
	assert_true(demand(&rig).paused);
	assert_shows(&rig, "PAUSED");
	press(&rig, "Z");
	assert_false(demand(&rig).paused);
	finish(&rig);
}

/* ---- Mouse ---- */

static void clicks_do_what_they_point_at(void **state)
{
	(void)state;
	struct rig rig;
	int x, y;
	start_shown(&rig, plain_options);
	find(&rig, "builder", &x, &y);
	mouse(&rig, x, y, MOUSE_LEFT);
	assert_string_equal(selected_name(&rig), "builder");
	find(&rig, "WSET", &x, &y);
	mouse(&rig, x, y, MOUSE_LEFT);
	assert_string_equal(view_table(app_view(rig.app))->query.sort->id,
			    "memory_working_set_bytes");
	find(&rig, "3 Procs", &x, &y);
	mouse(&rig, x, y, MOUSE_LEFT);
	assert_int_equal(rig.app->screen, SCREEN_PROCESSES);
	find(&rig, "F1Help", &x, &y);
	mouse(&rig, x, y, MOUSE_LEFT);
	assert_int_equal(rig.app->dialog.kind, DIALOG_BOX);
	mouse(&rig, 0, 0, MOUSE_LEFT);
	find(&rig, "F5Tree", &x, &y);
	mouse(&rig, x + 3, y, MOUSE_LEFT);
	assert_shows(&rig, "F5List");
	find(&rig, "Quit", &x, &y);
	mouse(&rig, x, y, MOUSE_LEFT);
	assert_true(app_is_done(rig.app));
	finish(&rig);
}

static void a_double_click_looks_into_a_container_and_the_wheel_scrolls(void **state)
{
	(void)state;
	struct rig rig;
	int x, y;
	size_t before, after;
	start_shown(&rig, plain_options);
	find(&rig, "db-1", &x, &y);
	mouse(&rig, x, y, MOUSE_DOUBLE);
	assert_shows(&rig, "db-1  docker container  running");
	press(&rig, "Esc 3");
	table_view(view_table(app_view(rig.app)), &before);
	mouse(&rig, x, y, MOUSE_WHEEL_DOWN);
	table_view(view_table(app_view(rig.app)), &after);
	assert_true(after > before);
	finish(&rig);
}

/* ---- The end ---- */

static void every_way_to_leave_leaves(void **state)
{
	(void)state;
	static const uint32_t keys_codes[] = {'q', KEY_CODE_F10, KEY_CODE_HANGUP};
	for (size_t i = 0; i < ARRAY_LEN(keys_codes); i++) {
		struct rig rig;
		start(&rig, plain_options);
		assert_false(app_is_done(rig.app));
		app_event(rig.app, &(struct event) {.key = keys_codes[i]});
		assert_true(app_is_done(rig.app));
		finish(&rig);
	}
}

static void a_hangup_leaves_an_open_dialog_too(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "F4 'q'");
	assert_false(app_is_done(rig.app));
	app_event(rig.app, &(struct event) {.key = KEY_CODE_HANGUP});
	assert_true(app_is_done(rig.app));
	finish(&rig);
}

static void it_leaves_after_so_many_snapshots(void **state)
{
	(void)state;
	struct app_options options = plain_options;
	struct rig rig;
	options.iterations = 2;
	start_shown(&rig, options);
	assert_false(app_is_done(rig.app));
	next_snapshot(&rig);
	assert_true(app_is_done(rig.app));
	finish(&rig);
}

static void what_is_wrong_with_the_options_is_named(void **state)
{
	(void)state;
	static const struct {
		struct app_options options;
		const char *part;
	} rows[] = {
		{{.columns = "name,nope"}, "nope"},
		{{.sort = "nope"}, "nope"},
		{{.filter = "nope>1"}, "nope"},
		{{.screen = SCREEN_CGROUPS, .columns = "image"}, "image"},
		{{.screen = SCREEN_PROCESSES, .sort = "image"}, "image"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		struct app *app = NULL;
		assert_true(app_new(&rows[i].options, &app, &err) < 0);
		assert_non_null(strstr(err.text, rows[i].part));
	}
}

static void options_about_columns_are_for_the_first_screen(void **state)
{
	(void)state;
	struct app_options options = plain_options;
	struct rig rig;
	options.columns = "name,pids_current";
	options.sort = "pids_current";
	options.filter = "db";
	start_shown(&rig, options);
	assert_shows(&rig, "1 match");
	assert_hides(&rig, "CPU%");
	assert_shows(&rig, "  31");
	press(&rig, "3");
	assert_shows(&rig, "77 rows");
	assert_shows(&rig, "COMMAND");
	finish(&rig);
	options = plain_options;
	options.screen = SCREEN_PROCESSES;
	options.columns = "pid,open_files,comm";
	start_shown(&rig, options);
	press(&rig, "t");
	assert_shows(&rig, "FDS");
	assert_hides(&rig, "MEM%");
	finish(&rig);
}

/* ---- Anything ---- */

static uint32_t any_key(void)
{
	static const uint32_t texts[] = {'a', 'e', '1', '|', '>', '!', '=', 0xe9, 0x6f22};
	if (rand() % 4 == 0)
		return texts[(size_t)rand() % ARRAY_LEN(texts)];
	const struct key *key = &keys[(size_t)rand() % keys_len];
	uint32_t code = key->codes[(size_t)rand() % KEY_CODES_MAX];
	return key->action == ACTION_QUIT || code == 0 ? KEY_CODE_ENTER : code;
}

static void any_keys_clicks_sizes_and_snapshots_are_survived(void **state)
{
	(void)state;
	struct rig rig;
	srand(1);
	start(&rig, plain_options);
	for (int i = 0; i < 6000; i++) {
		if (i % 50 == 0)
			resize(&rig, 1 + rand() % 120, 1 + rand() % 40);
		if (i % 20 == 0)
			next_snapshot(&rig);
		if (i % 7 == 0)
			mouse(&rig, rand() % 120, rand() % 40, (enum mouse_button)(rand() % 6));
		rig.app->flags &= ~(unsigned int)APP_DONE;
		app_event(rig.app, &(struct event) {.key = any_key()});
		if (i % 3 == 0)
			draw(&rig);
		demand(&rig);
	}
	finish(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_frame_needs_no_snapshot),
		cmocka_unit_test(alarms_stand_in_the_cell_and_at_the_name),
		cmocka_unit_test(the_reason_for_an_empty_cell_is_told),
		cmocka_unit_test(the_cell_under_the_cursor_says_what_it_is_or_why_it_is_empty),
		cmocka_unit_test(a_bad_pattern_is_told_while_it_is_typed),
		cmocka_unit_test(the_palette_does_what_is_typed),
		cmocka_unit_test(the_palette_is_chosen_from_by_arrows_and_mouse),
		cmocka_unit_test(a_search_turned_around_finds_who_has_it_not),
		cmocka_unit_test(vi_keys_move_and_search_where_they_are_on),
		cmocka_unit_test(issues_are_news_until_a_key_is_pressed),
		cmocka_unit_test(a_failing_collector_is_told),
		cmocka_unit_test(screens_are_switched_by_name_and_in_turn),
		cmocka_unit_test(zoom_shows_the_processes_of_a_container_and_esc_comes_back),
		cmocka_unit_test(zoom_on_a_cgroup_shows_all_that_is_below_it),
		cmocka_unit_test(the_container_that_is_looked_into_may_end),
		cmocka_unit_test(the_tree_keeps_the_selected_row),
		cmocka_unit_test(the_selection_goes_along_from_screen_to_screen),
		cmocka_unit_test(the_selection_waits_for_rows_that_are_not_read_yet),
		cmocka_unit_test(a_cursor_that_nobody_moved_takes_nothing_along),
		cmocka_unit_test(the_process_tree_keeps_tags_and_order),
		cmocka_unit_test(hidden_views_outlive_their_snapshot),
		cmocka_unit_test(keys_sort_by_what_htop_sorts_by),
		cmocka_unit_test(the_same_sort_key_again_does_not_turn_the_order),
		cmocka_unit_test(the_sort_menu_offers_columns_out_of_view_too),
		cmocka_unit_test(a_filter_works_while_it_is_typed),
		cmocka_unit_test(a_wrong_filter_says_why_and_changes_nothing),
		cmocka_unit_test(a_filter_holds_for_list_and_tree),
		cmocka_unit_test(a_search_moves_as_it_is_typed_and_is_remembered),
		cmocka_unit_test(one_may_move_while_a_prompt_is_open),
		cmocka_unit_test(units_kernel_threads_and_users_are_chosen),
		cmocka_unit_test(a_followed_row_is_let_go_by_esc),
		cmocka_unit_test(a_key_without_a_meaning_says_so),
		cmocka_unit_test(the_trend_of_the_selected_container_is_drawn),
		cmocka_unit_test(what_is_new_is_marked),
		cmocka_unit_test(what_is_gone_stays_for_a_while_and_is_never_acted_on),
		cmocka_unit_test(what_is_gone_leaves_room_for_what_lives),
		cmocka_unit_test(what_comes_back_is_not_gone),
		cmocka_unit_test(what_is_filtered_out_or_on_another_screen_is_not_gone),
		cmocka_unit_test(what_a_row_is_called_is_copied),
		cmocka_unit_test(only_what_is_in_view_is_asked_for),
		cmocka_unit_test(the_first_frame_waits_for_its_rows_alone),
		cmocka_unit_test(what_tells_of_a_runaway_is_asked_for_on_every_screen),
		cmocka_unit_test(the_banner_names_what_grows_and_the_key_goes_there),
		cmocka_unit_test(a_click_on_the_banner_goes_there_too),
		cmocka_unit_test(what_hides_a_runaway_is_taken_away),
		cmocka_unit_test(a_bomb_in_no_container_is_the_hosts),
		cmocka_unit_test(an_alarm_is_news_for_a_while_only),
		cmocka_unit_test(nothing_at_a_limit_says_so),
		cmocka_unit_test(what_is_sorted_and_filtered_by_is_asked_for),
		cmocka_unit_test(expensive_fields_are_asked_for_the_processes_in_view),
		cmocka_unit_test(sorting_and_searching_ask_for_all_processes),
		cmocka_unit_test(delay_and_pause_are_part_of_the_demand),
		cmocka_unit_test(clicks_do_what_they_point_at),
		cmocka_unit_test(a_double_click_looks_into_a_container_and_the_wheel_scrolls),
		cmocka_unit_test(every_way_to_leave_leaves),
		cmocka_unit_test(a_hangup_leaves_an_open_dialog_too),
		cmocka_unit_test(it_leaves_after_so_many_snapshots),
		cmocka_unit_test(what_is_wrong_with_the_options_is_named),
		cmocka_unit_test(options_about_columns_are_for_the_first_screen),
		cmocka_unit_test(any_keys_clicks_sizes_and_snapshots_are_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
