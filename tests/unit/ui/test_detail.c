/* SPDX-License-Identifier: MIT */
/* The detail of a container: where it opens from, what it shows, what it asks for, and how it is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "app_rig.h"
#include "base/cleanup.h"

static void enter_opens_the_detail_from_every_screen(void **state)
{
	static const struct {
		const char *keys, *name;
		enum detail_section section;
	} rows[] = {
		{"/ 'db-1' Esc Enter", "db-1", DETAIL_OVERVIEW},
		{"2 / 'db-1' Esc Enter", "db-1", DETAIL_OVERVIEW},
		{"2 / 'system.slice' Esc Enter", "system.slice", DETAIL_OVERVIEW},
		{"3 / 'checkpointer' Esc Enter", "db-1", DETAIL_PROCESSES},
		{"3 / 'kthreadd' Esc Enter", "/", DETAIL_PROCESSES},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rig rig;
		struct app_options options = plain_options;
		options.all = true;
		start_shown(&rig, options);
		press(&rig, rows[i].keys);
		assert_true(detail_is_open(&rig.app->detail));
		assert_int_equal(rig.app->detail.section, rows[i].section);
		if (!strstr(strbuf_cstr(&rig.app->detail.name), rows[i].name))
			fail_msg("%s: the detail is of %s", rows[i].keys,
				 strbuf_cstr(&rig.app->detail.name));
		assert_shows(&rig, "Overview");
		assert_shows(&rig, "EscBack");
		finish(&rig);
	}
}

static void the_process_that_it_was_opened_from_is_selected(void **state)
{
	struct rig rig;
	(void)state;
	start_shown(&rig, plain_options);
	press(&rig, "3 / 'checkpointer' Esc Enter");
	const struct row_line *line = table_selected(view_table(app_view(rig.app)));
	assert_int_equal(row_process(&line->row)->pid, 1301);
	assert_hides(&rig, "nginx");
	finish(&rig);
}

static void an_event_leads_to_its_container_unless_that_is_gone(void **state)
{
	struct rig rig;
	(void)state;
	start_shown(&rig, plain_options);
	struct snapshot *snapshot = make_snapshot_rated(++rig.second);
	snapshot->containers[make_find_container(snapshot, "api")].state = CONTAINER_PAUSED;
	app_take_snapshot(rig.app, snapshot);
	press(&rig, "5 / 'freeze' Esc Enter");
	assert_string_equal(strbuf_cstr(&rig.app->detail.name), "api");
	assert_int_equal(rig.app->detail.section, DETAIL_EVENTS);
	assert_shows(&rig, "frozen");
	press(&rig, "Esc");
	snapshot = make_empty(++rig.second);
	make_finish(snapshot);
	app_take_snapshot(rig.app, snapshot);
	press(&rig, "/ 'freeze' Esc Enter");
	assert_false(detail_is_open(&rig.app->detail));
	assert_shows(&rig, "not there any more");
	finish(&rig);
}

static void every_way_back_leaves_the_row_selected(void **state)
{
	static const struct {
		const char *keys;
		enum app_screen screen;
	} ways[] = {
		{"Esc", SCREEN_CONTAINERS}, {"Backspace", SCREEN_CONTAINERS},
		{"1", SCREEN_CONTAINERS},   {"2", SCREEN_CGROUPS},
		{"3", SCREEN_PROCESSES},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct rig rig;
		start_shown(&rig, plain_options);
		press(&rig, "/ 'db-1' Esc Enter");
		next_snapshot(&rig);
		press(&rig, ways[i].keys);
		assert_false(detail_is_open(&rig.app->detail));
		assert_int_equal(rig.app->screen, ways[i].screen);
		const struct row *row = &table_selected(view_table(app_view(rig.app)))->row;
		uint32_t container = row->kind == ROW_CONTAINER ? row->index
				     : row->kind == ROW_CGROUP	? row_cgroup(row)->container
								: row_process(row)->container;
		assert_string_equal(row->snapshot->containers[container].name, "db-1");
		finish(&rig);
	}
}

static void sections_are_beside_each_other(void **state)
{
	struct rig rig;
	(void)state;
	start_shown(&rig, plain_options);
	press(&rig, "Enter");
	for (int i = 1; i <= DETAIL_SECTIONS; i++) {
		press(&rig, i % 2 ? "Tab" : "Right");
		assert_int_equal(rig.app->detail.section, i % DETAIL_SECTIONS);
	}
	press(&rig, "Shift-Tab");
	assert_int_equal(rig.app->detail.section, DETAIL_EVENTS);
	press(&rig, "Left");
	assert_int_equal(rig.app->detail.section, DETAIL_ENVIRONMENT);
	int x, y;
	find(&rig, "Limits", &x, &y);
	mouse(&rig, x, y, MOUSE_LEFT);
	assert_int_equal(rig.app->detail.section, DETAIL_LIMITS);
	finish(&rig);
}

static void keys_of_rows_say_so_where_there_are_none(void **state)
{
	struct rig rig;
	(void)state;
	start_shown(&rig, plain_options);
	press(&rig, "Enter Tab Tab M");
	assert_shows(&rig, "There are no rows here");
	press(&rig, "Shift-Tab M");
	assert_string_equal(view_table(app_view(rig.app))->query.sort->id, "memory_pct");
	finish(&rig);
}

static void limits_say_who_sets_them(void **state)
{
	struct rig rig;
	(void)state;
	start_shown(&rig, plain_options);
	press(&rig, "/ 'api' Esc Enter Tab Tab");
	assert_shows(&rig, "512M");
	assert_shows(&rig, "systemd's kubepods-pod1234.slice");
	press(&rig, "Esc / 'db-1' Esc Enter Tab Tab");
	assert_shows(&rig, "its own, kept by systemd");
	press(&rig, "Esc / 'srv' Esc Enter Tab Tab");
	assert_shows(&rig, "the container has no cgroup of its own");
	finish(&rig);
}

static void namespaces_say_who_shares_them(void **state)
{
	struct rig rig;
	(void)state;
	start_shown(&rig, plain_options);
	press(&rig, "/ 'api' Esc Enter Tab Tab Tab");
	assert_shows(&rig, "shared with POD");
	assert_shows(&rig, "the host's");
	press(&rig, "Esc / 'web-1' Esc Enter Tab Tab Tab");
	assert_shows(&rig, "its own");
	finish(&rig);
}

/* ---- Its inside ---- */

static struct inside *answer(pid_t pid, uint64_t ticks)
{
	static struct inside_mount mounts[] = {{"/data\x1b[31m", "/srv/data", "ext4", "rw"}};
	static const char *environment[] = {"NAME=value", "LONG="
							  "0123456789"
							  "0123456789"};
	struct inside *inside = inside_new(pid, ticks);
	inside->mounts = mounts;
	inside->mounts_len = ARRAY_LEN(mounts);
	inside->environment = environment;
	inside->environment_len = ARRAY_LEN(environment);
	return inside;
}

static void its_inside_is_asked_for_when_somebody_looks(void **state)
{
	struct rig rig;
	pid_t pid = 0;
	uint64_t ticks = 0;
	(void)state;
	start_shown(&rig, plain_options);
	struct detail *detail = &rig.app->detail;
	press(&rig, "/ 'web-1' Esc Enter Tab Tab Tab");
	assert_false(detail_asks(detail, &pid, &ticks));
	press(&rig, "Tab");
	assert_shows(&rig, "Reading ...");
	assert_true(detail_asks(detail, &pid, &ticks));
	assert_int_equal(pid, 1200);
	assert_false(detail_asks(detail, &pid, &ticks)); /* once */
	detail_take_inside(detail, answer(pid, ticks));
	draw(&rig);
	assert_shows(&rig, "/data?[31m");
	press(&rig, "Tab");
	assert_true(detail_asks(detail, &pid, &ticks));
	assert_shows(&rig, "NAME=value");
	resize(&rig, 20, 10);
	assert_shows(&rig, "LONG=0123456789012\n   3456789");
	finish(&rig);
}

static void of_a_sandbox_the_command_is_asked(void **state)
{
	struct rig rig;
	pid_t pid = 0;
	uint64_t ticks = 0;
	(void)state;
	start_shown(&rig, plain_options);
	struct snapshot *snapshot = make_snapshot_rated(++rig.second);
	snapshot->containers[make_find_container(snapshot, "web-1")].engine = "boxtop";
	app_take_snapshot(rig.app, snapshot);
	press(&rig, "/ 'web-1' Esc Enter Shift-Tab Shift-Tab");
	assert_true(detail_asks(&rig.app->detail, &pid, &ticks));
	assert_int_equal(pid, 1201); /* 1200 is its init, and 1202 came later */
	finish(&rig);
}

static void the_bar_of_memory_is_as_full_as_the_limit(void **state)
{
	struct rig rig;
	(void)state;
	start_shown(&rig, plain_options);
	struct snapshot *snapshot = make_snapshot_rated(++rig.second);
	struct usage *usage = &snapshot->containers[make_find_container(snapshot, "web-1")].usage;
	usage->memory.current_bytes = metric_known(32 * MAKE_MIB);
	usage->memory.anon_bytes = metric_known(20 * MAKE_MIB);
	usage->memory.file_bytes = usage->memory.inactive_file_bytes = metric_known(0);
	usage->memory.slab_bytes = usage->memory.shmem_bytes = metric_known(2 * MAKE_MIB);
	app_take_snapshot(rig.app, snapshot);
	press(&rig, "/ 'web-1' Esc Enter");
	assert_shows(&rig, "Mem[|| "); /* 32 MiB of 1 GiB on 75 columns */
	assert_shows(&rig, "other 8.0M");
	assert_shows(&rig, "32.0M/1.0G]");
	finish(&rig);
}

static void an_answer_about_another_process_is_not_shown(void **state)
{
	struct rig rig;
	pid_t pid = 0;
	uint64_t ticks = 0;
	(void)state;
	start_shown(&rig, plain_options);
	struct detail *detail = &rig.app->detail;
	press(&rig, "/ 'web-1' Esc Enter Tab Tab Tab Tab");
	assert_true(detail_asks(detail, &pid, &ticks));
	detail_take_inside(detail, answer(pid, ticks + 1));
	draw(&rig);
	assert_shows(&rig, "Reading ...");
	press(&rig, "Esc");
	detail_take_inside(detail, answer(pid, ticks));
	assert_null(detail->inside);
	finish(&rig);
}

static void what_could_not_be_read_says_why(void **state)
{
	struct rig rig;
	pid_t pid = 0;
	uint64_t ticks = 0;
	(void)state;
	start_shown(&rig, plain_options);
	press(&rig, "/ 'web-1' Esc Enter Tab Tab Tab Tab");
	detail_asks(&rig.app->detail, &pid, &ticks);
	struct inside *inside = inside_new(pid, ticks);
	inside->mounts_unknown = "permission denied";
	detail_take_inside(&rig.app->detail, inside);
	draw(&rig);
	assert_shows(&rig, "permission denied");
	press(&rig, "Esc / 'leftover' Esc Enter Tab Tab Tab Tab");
	assert_false(detail_asks(&rig.app->detail, &pid, &ticks));
	assert_shows(&rig, "no live process to read it from");
	finish(&rig);
}

/* ---- It ends ---- */

static void a_container_may_end_in_every_section(void **state)
{
	(void)state;
	for (int section = 0; section < DETAIL_SECTIONS; section++) {
		struct rig rig;
		start_shown(&rig, plain_options);
		press(&rig, "/ 'web-1' Esc Enter");
		for (int i = 0; i < section; i++)
			press(&rig, "Tab");
		struct snapshot *snapshot = make_empty(++rig.second);
		make_finish(snapshot);
		app_take_snapshot(rig.app, snapshot);
		draw(&rig);
		assert_shows(&rig, "web-1  is gone");
		press(&rig, "Down PgDn End Home Up Tab Shift-Tab z");
		assert_false(rig.app->screen == SCREEN_PROCESSES);
		next_snapshot(&rig); /* and it may come back */
		assert_hides(&rig, "is gone");
		press(&rig, "Esc");
		assert_shows(&rig, "1 Containers");
		finish(&rig);
	}
}

static void figures_over_time_are_kept_for_a_cgroup_too(void **state)
{
	struct rig rig;
	double values[HISTORY_LEN];
	(void)state;
	start_shown(&rig, plain_options);
	press(&rig, "2 / 'system.slice' Esc Enter");
	for (int i = 0; i < 3; i++)
		next_snapshot(&rig);
	uint64_t key = history_cgroup(rig.app->detail.key.a);
	assert_int_equal(history_get(rig.app->history, key, HISTORY_CPU_PCT, values, 10), 3);
	press(&rig, "Esc");
	assert_int_equal(history_get(rig.app->history, key, HISTORY_CPU_PCT, values, 10), 0);
	finish(&rig);
}

static void what_it_shows_is_asked_for(void **state)
{
	const unsigned int wanted = SOURCE_CGROUP_CPU | SOURCE_CGROUP_MEMORY_STAT |
				    SOURCE_CGROUP_LIMITS | SOURCE_CGROUP_IO | SOURCE_NET |
				    SOURCE_CGROUP_PRESSURE | SOURCE_PROCS | SOURCE_NS;
	struct rig rig;
	(void)state;
	start_shown(&rig, plain_options);
	press(&rig, "Enter");
	assert_int_equal(demand(&rig).sources & wanted, wanted);
	press(&rig, "Tab");
	assert_true(demand(&rig).view_pids_len > 0 && demand(&rig).view_pids_len < 10);
	finish(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enter_opens_the_detail_from_every_screen),
		cmocka_unit_test(the_process_that_it_was_opened_from_is_selected),
		cmocka_unit_test(an_event_leads_to_its_container_unless_that_is_gone),
		cmocka_unit_test(every_way_back_leaves_the_row_selected),
		cmocka_unit_test(sections_are_beside_each_other),
		cmocka_unit_test(keys_of_rows_say_so_where_there_are_none),
		cmocka_unit_test(limits_say_who_sets_them),
		cmocka_unit_test(namespaces_say_who_shares_them),
		cmocka_unit_test(its_inside_is_asked_for_when_somebody_looks),
		cmocka_unit_test(of_a_sandbox_the_command_is_asked),
		cmocka_unit_test(the_bar_of_memory_is_as_full_as_the_limit),
		cmocka_unit_test(an_answer_about_another_process_is_not_shown),
		cmocka_unit_test(what_could_not_be_read_says_why),
		cmocka_unit_test(a_container_may_end_in_every_section),
		cmocka_unit_test(figures_over_time_are_kept_for_a_cgroup_too),
		cmocka_unit_test(what_it_shows_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
