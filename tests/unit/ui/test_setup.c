/* SPDX-License-Identifier: MIT */
/* The setup: what is changed there holds at once, and what is kept is what is seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "app_rig.h"
#include "base/cleanup.h"
#include "ui/settings.h"

static struct app_options kept;
static int keep_result;

static int keep(struct settings_store *store, const struct app_options *now, struct err *err)
{
	(void)store;
	kept = *now;
	return keep_result ? err_set(err, keep_result, "write /home/me/config") : 0;
}

static struct settings_store store = {NULL, "~/config", NULL, keep};

static void start_setup(struct rig *rig)
{
	start_shown(rig, plain_options);
	rig->app->store = &store;
	keep_result = 0;
	press(rig, "F2");
}

static const char *columns_of(struct rig *rig, int screen)
{
	return strbuf_cstr(&rig->app->views[screen].own_columns);
}

static void options_are_changed_and_hold_at_once(void **state)
{
	(void)state;
	struct rig rig;
	start_setup(&rig);
	assert_shows(&rig, "Options");
	assert_shows(&rig, "Meters          yes");
	press(&rig, "Down Down Down Space");
	assert_shows(&rig, "Meters          no");
	assert_true(rig.app->flags & APP_LOOKS);
	press(&rig, "Esc");
	assert_hides(&rig, "Mem[");
	press(&rig, "#");
	assert_shows(&rig, "Mem[");
	press(&rig, "S");
	assert_shows(&rig, "Meters          yes");
	finish(&rig);
}

static void what_keys_changed_is_seen_and_not_undone(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	press(&rig, "A 3 K S");
	assert_shows(&rig, "All units       yes");
	assert_shows(&rig, "Kernel threads  no");
	press(&rig, "Enter Esc");
	assert_true(view_table(&rig.app->views[SCREEN_CONTAINERS])->query.flags & QUERY_ALL_UNITS);
	assert_true(view_table(&rig.app->views[SCREEN_PROCESSES])->query.flags &
		    QUERY_HIDE_KERNEL_THREADS);
	finish(&rig);
}

static void columns_are_shown_hidden_and_moved(void **state)
{
	(void)state;
	struct rig rig;
	start_setup(&rig);
	press(&rig, "Tab");
	assert_shows(&rig, "[x] NAME");
	assert_shows(&rig, "[ ] ID");
	/* ENGINE away, STATE up to the front. */
	press(&rig, "Down Space [");
	assert_int_equal(strncmp(columns_of(&rig, SCREEN_CONTAINERS), "state,name,cpu_pct,", 19),
			 0);
	press(&rig, "Esc");
	assert_shows(&rig, "STATE");
	assert_hides(&rig, "ENGINE");
	finish(&rig);
}

static void a_column_that_is_added_stands_before_what_takes_the_rest(void **state)
{
	(void)state;
	struct rig rig;
	start_setup(&rig);
	press(&rig, "Tab End Space");
	const char *ids = columns_of(&rig, SCREEN_CONTAINERS);
	assert_non_null(strstr(ids, ",ns_time,image"));
	/* On to the next one: the end of the list is its own next. */
	assert_int_equal(rig.app->setup.chosen, rig.app->setup.list_len - 1);
	finish(&rig);
}

static void the_last_column_stays(void **state)
{
	(void)state;
	struct rig rig;
	start_setup(&rig);
	press(&rig, "Tab");
	for (int i = 0; i < 200; i++)
		press(&rig, "Space Home");
	assert_string_equal(columns_of(&rig, SCREEN_CONTAINERS), "image");
	press(&rig, "Esc");
	assert_shows(&rig, "IMAGE");
	finish(&rig);
}

static void presets_are_sets_of_columns_and_the_usual_ones_come_back(void **state)
{
	(void)state;
	struct rig rig;
	start_setup(&rig);
	press(&rig, "Tab F5 'm' Enter");
	assert_non_null(strstr(columns_of(&rig, SCREEN_CONTAINERS), "memory_slab_bytes"));
	press(&rig, "p Enter");
	assert_string_equal(columns_of(&rig, SCREEN_CONTAINERS), "");
	press(&rig, "Esc");
	assert_shows(&rig, "ENGINE");
	finish(&rig);
}

static void every_set_has_only_columns_that_there_are(void **state)
{
	(void)state;
	for (int screen = 0; screen < SCREENS; screen++) {
		enum row_kind kind = app_screen_kind((enum app_screen)screen);
		for (const struct column_set *set = column_sets(kind); set->name; set++) {
			struct span rest = span_of(set->ids), id;
			while (set->ids[0] && span_next_part(&rest, ',', &id))
				if (!field_find(id, kind))
					fail_msg("%s: %.*s", set->name, (int)id.len, id.p);
		}
	}
}

static void what_is_kept_is_what_is_seen(void **state)
{
	(void)state;
	struct rig rig;
	start_shown(&rig, plain_options);
	rig.app->store = &store;
	press(&rig, "t I 3 M 2 t 3 F2 Tab Space s");
	assert_shows(&rig, "Kept in ~/config");
	assert_int_equal(kept.screen, SCREEN_PROCESSES);
	assert_int_equal(kept.screens[SCREEN_CONTAINERS].shape, APP_TREE);
	assert_string_equal(kept.screens[SCREEN_CONTAINERS].sort, "cpu_pct");
	assert_int_equal(kept.screens[SCREEN_CONTAINERS].sort_direction, APP_ASCENDING);
	assert_string_equal(kept.screens[SCREEN_PROCESSES].sort, "memory_pct");
	assert_int_equal(kept.screens[SCREEN_PROCESSES].sort_direction, APP_FIRST_DIRECTION);
	assert_int_equal(kept.screens[SCREEN_CGROUPS].shape, APP_LIST);
	assert_int_equal(kept.screens[SCREEN_NAMESPACES].shape, APP_FIRST_SHAPE);
	/* And it starts so. */
	struct rig again;
	start(&again, kept);
	next_snapshot(&again);
	press(&again, "1");
	assert_shows(&again, "F5List");
	assert_int_equal(view_table(app_view(again.app))->query.flags & QUERY_DESCENDING, 0);
	assert_string_equal(columns_of(&again, SCREEN_CONTAINERS),
			    kept.screens[SCREEN_CONTAINERS].columns);
	finish(&again);
	finish(&rig);
}

static void a_failure_to_keep_is_told(void **state)
{
	(void)state;
	struct rig rig;
	start_setup(&rig);
	keep_result = ENOSPC;
	press(&rig, "s");
	assert_shows(&rig, "Not kept: write /home/me/config: No space left on device");
	rig.app->store = NULL;
	press(&rig, "s");
	assert_shows(&rig, "no place to keep settings");
	finish(&rig);
}

static void the_mouse_does_all_of_it(void **state)
{
	(void)state;
	struct rig rig;
	int x, y;
	start_setup(&rig);
	find(&rig, "Cgroups", &x, &y);
	mouse(&rig, x, y, MOUSE_LEFT);
	assert_int_equal(setup_screen(&rig.app->setup), SCREEN_CGROUPS);
	find(&rig, "[x] STATE", &x, &y);
	mouse(&rig, x + 8, y, MOUSE_LEFT);
	assert_string_equal(columns_of(&rig, SCREEN_CGROUPS), "");
	mouse(&rig, x + 1, y, MOUSE_LEFT);
	assert_non_null(strstr(columns_of(&rig, SCREEN_CGROUPS), "name,engine,cpu_pct"));
	mouse(&rig, x, y, MOUSE_WHEEL_DOWN);
	assert_int_equal(rig.app->setup.chosen, 2 + 3);
	find(&rig, "EscDone", &x, &y);
	mouse(&rig, x, y, MOUSE_LEFT);
	assert_false(rig.app->setup.open);
	finish(&rig);
}

static void it_fits_any_terminal(void **state)
{
	(void)state;
	struct rig rig;
	start_setup(&rig);
	for (int width = 1; width < 90; width += 11) {
		for (int height = 1; height < 30; height++) {
			resize(&rig, width, height);
			press(&rig, "Tab Down Space End Space Home F5 Esc s");
		}
	}
	finish(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_changed_and_hold_at_once),
		cmocka_unit_test(what_keys_changed_is_seen_and_not_undone),
		cmocka_unit_test(columns_are_shown_hidden_and_moved),
		cmocka_unit_test(a_column_that_is_added_stands_before_what_takes_the_rest),
		cmocka_unit_test(the_last_column_stays),
		cmocka_unit_test(presets_are_sets_of_columns_and_the_usual_ones_come_back),
		cmocka_unit_test(every_set_has_only_columns_that_there_are),
		cmocka_unit_test(what_is_kept_is_what_is_seen),
		cmocka_unit_test(a_failure_to_keep_is_told),
		cmocka_unit_test(the_mouse_does_all_of_it),
		cmocka_unit_test(it_fits_any_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
