/* SPDX-License-Identifier: MIT */
/* Acting from the screen: which keys ask whom to do what, and what is said of it. Nothing is done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "support/fake_actions.h"
#include "unit/ui/app_rig.h"

static struct fake_actions fake;

static void hear(struct rig *rig)
{
	struct act_news *news;
	while ((news = fake.actions.take(&fake.actions)))
		app_take_news(rig->app, news);
	draw(rig);
}

static void begin(struct rig *rig, struct app_options options)
{
	fake_actions_init(&fake);
	start(rig, options);
	app_set_actions(rig->app, &fake.actions);
	next_snapshot(rig);
	/* Off the first line, which stays whatever stands there. */
	press(rig, "Down Up");
}

static void end(struct rig *rig)
{
	finish(rig);
	fake_actions_finish(&fake);
}

/* Keys, with the answers to each before the next. */
static void type(struct rig *rig, const char *keys_text)
{
	struct key_script script = {span_of(keys_text), false};
	struct event event = {0};
	while (key_script_next(&script, &event.key, NULL) > 0) {
		app_event(rig->app, &event);
		hear(rig);
	}
}

static void assert_asked(const char *text)
{
	assert_string_equal(strbuf_cstr(&fake.asked), text);
	strbuf_reset(&fake.asked);
}

static void x_and_enter_end_the_container(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "X");
	assert_shows(&rig, "web-1 (docker): 12 processes");
	assert_shows(&rig, "cgroup /docker/0");
	assert_asked("hold kill web-1 (docker)\n");
	type(&rig, "Enter");
	assert_asked("go kill\n");
	assert_shows(&rig, "ended 12 processes in 1.2 ms");
	end(&rig);
}

static void any_other_key_keeps_it(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "X Esc");
	assert_asked("hold kill web-1 (docker)\ndrop\n");
	type(&rig, "X y");
	assert_asked("hold kill web-1 (docker)\ndrop\n");
	end(&rig);
}

static void enter_need_not_wait_for_what_is_looked_up(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	fake.silent = true;
	type(&rig, "X Enter");
	assert_asked("hold kill web-1 (docker)\ngo kill\n");
	end(&rig);
}

static void what_vanishes_while_it_is_asked_about_is_said_and_left_alone(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "X");
	fake.gone = true;
	next_snapshot(&rig);
	hear(&rig);
	assert_shows(&rig, "web-1 (docker): it is gone");
	assert_shows(&rig, "There is nothing to end");
	strbuf_reset(&fake.asked);
	type(&rig, "Enter");
	assert_asked("drop\n");
	assert_shows(&rig, "Nothing was ended: web-1 (docker): it is gone");
	end(&rig);
}

static void rows_move_below_a_question_and_its_target_stays(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	press(&rig, "X");
	hear(&rig);
	strbuf_reset(&fake.asked);
	app_act(rig.app, ACTION_INVERT);
	next_snapshot(&rig);
	hear(&rig);
	assert_shows(&rig, "web-1 (docker): 12 processes");
	type(&rig, "Enter");
	assert_asked("go kill\n");
	end(&rig);
}

/* Until something is done the cursor stays on the first line. */
static void what_was_asked_about_keeps_the_cursor(void **state)
{
	struct rig rig;
	(void)state;
	fake_actions_init(&fake);
	start(&rig, plain_options);
	app_set_actions(rig.app, &fake.actions);
	next_snapshot(&rig);
	type(&rig, "L");
	assert_asked("hold limits web-1 (docker)\n");
	type(&rig, "Esc");
	strbuf_reset(&fake.asked);
	app_act(rig.app, ACTION_INVERT);
	next_snapshot(&rig);
	assert_string_equal(selected_name(&rig), "web-1");
	type(&rig, "X");
	assert_asked("hold kill web-1 (docker)\n");
	end(&rig);
}

static void tagged_rows_end_together(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "Space Down Space X");
	assert_shows(&rig, "End all of them");
	type(&rig, "Enter");
	assert_non_null(strstr(strbuf_cstr(&fake.asked), "web-1 (docker)"));
	assert_non_null(strstr(strbuf_cstr(&fake.asked), "db-1 (docker)"));
	end(&rig);
}

static void a_process_of_a_container_stands_for_it(void **state)
{
	struct rig rig;
	struct app_options options = plain_options;
	(void)state;
	options.screen = SCREEN_PROCESSES;
	begin(&rig, options);
	type(&rig, "/ 'nginx' Esc X Esc");
	assert_asked("hold kill web-1 (docker)\ndrop\n");
	type(&rig, "f");
	assert_asked("at once freeze web-1 (docker)\n");
	end(&rig);
}

static void one_of_no_container_ends_with_its_tree_and_freezes_not(void **state)
{
	struct rig rig;
	struct app_options options = plain_options;
	(void)state;
	options.screen = SCREEN_PROCESSES;
	begin(&rig, options);
	type(&rig, "/ 'sshd' Esc");
	type(&rig, "X Esc");
	assert_non_null(strstr(strbuf_cstr(&fake.asked), "(sshd)\n"));
	strbuf_reset(&fake.asked);
	type(&rig, "f");
	assert_asked("");
	assert_shows(&rig, "It is in no container");
	end(&rig);
}

static void a_signal_is_chosen_from_a_menu(void **state)
{
	struct rig rig;
	struct app_options options = plain_options;
	(void)state;
	options.screen = SCREEN_PROCESSES;
	begin(&rig, options);
	type(&rig, "/ 'nginx' Esc F9");
	assert_shows(&rig, "Signal to");
	type(&rig, "Enter");
	assert_non_null(strstr(strbuf_cstr(&fake.asked), "go signal 15\n"));
	strbuf_reset(&fake.asked);
	type(&rig, "k h Enter");
	assert_non_null(strstr(strbuf_cstr(&fake.asked), "go signal 1\n"));
	end(&rig);
}

static void tab_sends_a_signal_to_all_of_a_container(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "k");
	assert_shows(&rig, "the first process of web-1");
	type(&rig, "Tab");
	assert_shows(&rig, "all processes of web-1");
	type(&rig, "Enter");
	assert_asked("hold signal web-1 (docker)\ngo signal 15 all\n");
	end(&rig);
}

static void nice_values_go_down_and_up(void **state)
{
	struct rig rig;
	struct app_options options = plain_options;
	(void)state;
	options.screen = SCREEN_PROCESSES;
	begin(&rig, options);
	type(&rig, "F7 ] F8 [");
	const char *asked = strbuf_cstr(&fake.asked);
	assert_non_null(strstr(asked, "nice -1\nat once renice"));
	assert_non_null(strstr(asked, "nice +1\nat once renice"));
	end(&rig);
}

static void in_a_detail_its_container_is_meant(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "Enter f");
	assert_asked("at once freeze web-1 (docker)\n");
	type(&rig, "Tab Down k Esc");
	assert_null(strstr(strbuf_cstr(&fake.asked), "web-1"));
	end(&rig);
}

static void in_a_detail_of_what_is_gone_there_is_nothing_to_act_on(void **state)
{
	static const char *const acting_keys[] = {"X", "L", "f", "k", "x", "o", "R"};
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "Enter");
	struct snapshot *empty = make_empty(9);
	make_finish(empty);
	app_take_snapshot(rig.app, empty);
	draw(&rig);
	for (size_t i = 0; i < ARRAY_LEN(acting_keys); i++) {
		type(&rig, acting_keys[i]);
		assert_shows(&rig, "There is nothing to do that to");
	}
	assert_asked("");
	end(&rig);
}

static void read_only_takes_every_acting_key_away_and_says_so(void **state)
{
	struct rig rig;
	struct app_options options = plain_options;
	(void)state;
	options.readonly = true;
	begin(&rig, options);
	for (size_t i = 0; i < keys_len; i++) {
		if (keys[i].group != KEY_GROUP_ACT)
			continue;
		press(&rig, keys[i].screens & 1u << SCREEN_CONTAINERS ? "1" : "3");
		app_event(rig.app, &(struct event) {.key = keys[i].codes[0]});
		draw(&rig);
		assert_shows(&rig, "Read-only");
		assert_int_equal(rig.app->dialog.kind, DIALOG_NONE);
	}
	assert_asked("");
	end(&rig);
}

/* ---- Limits ---- */

static void limits_that_are_typed_are_set_together(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "L");
	assert_shows(&rig, "Limits of web-1 (docker)");
	assert_shows(&rig, "48.0M");
	assert_shows(&rig, "60.0M");
	type(&rig, "Ctrl-U '128M' Down Down Ctrl-U '50%'");
	assert_shows(&rig, "64M");
	assert_shows(&rig, "128M");
	type(&rig, "Enter");
	assert_asked("hold limits web-1 (docker)\ngo limits memory=134217728 cpus=500000\n");
	assert_int_equal(rig.app->dialog.kind, DIALOG_NONE);
	end(&rig);
}

static void plus_and_minus_step_through_numbers(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "L - - + Down Down - Down + Down '-5' Enter");
	assert_asked("hold limits web-1 (docker)\n"
		     "go limits memory=62914560 cpus=1400000 pids=104 cpuset=00-3-5\n");
	end(&rig);
}

static void a_limit_below_what_is_in_use_is_warned_of(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "L Ctrl-U '9M'");
	assert_shows(&rig, "48.0M are in use");
	type(&rig, "Down Down Down Ctrl-U '3'");
	assert_shows(&rig, "12 are there: none ends for it");
	end(&rig);
}

static void what_makes_no_sense_is_said_and_nothing_is_set(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "L Ctrl-U '12Q' Enter");
	assert_asked("hold limits web-1 (docker)\n");
	assert_int_equal(rig.app->dialog.kind, DIALOG_FORM);
	assert_shows(&rig, "12Q");
	end(&rig);
}

static void why_a_limit_cannot_be_set_is_said(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "L Up");
	assert_shows(&rig, "there is no io controller on this host");
	type(&rig, "'1' Enter");
	assert_asked("hold limits web-1 (docker)\ndrop\n");
	end(&rig);
}

static void what_is_typed_stays_while_figures_change(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "L Ctrl-U '128M' Down");
	next_snapshot(&rig);
	hear(&rig);
	type(&rig, "Enter");
	assert_asked("hold limits web-1 (docker)\ngo limits memory=134217728\n");
	end(&rig);
}

static void a_container_that_vanishes_below_the_editor_is_said(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "L Ctrl-U '128M'");
	fake.gone = true;
	next_snapshot(&rig);
	hear(&rig);
	assert_shows(&rig, "web-1 (docker): it is gone");
	type(&rig, "Enter");
	assert_asked("hold limits web-1 (docker)\ndrop\n");
	assert_shows(&rig, "Nothing was changed: web-1 (docker): it is gone");
	end(&rig);
}

static void every_dialog_survives_any_size(void **state)
{
	static const char *const dialogs[] = {"X", "k", "L", "n"};
	static const int sizes[][2] = {{40, 10}, {20, 5}, {1, 1}, {3, 2}, {160, 50}, {80, 24}};
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	for (size_t i = 0; i < ARRAY_LEN(dialogs); i++) {
		type(&rig, dialogs[i]);
		for (size_t j = 0; j < ARRAY_LEN(sizes); j++) {
			resize(&rig, sizes[j][0], sizes[j][1]);
			type(&rig, "Down Down");
		}
		type(&rig, "Esc");
		assert_int_equal(rig.app->dialog.kind, DIALOG_NONE);
	}
	end(&rig);
}

/* ---- Sandboxes ---- */

static void a_launch_is_the_line_that_is_shown(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "n Ctrl-U 'echo a'");
	assert_shows(&rig, "boxtop run --detach --memory 256M --cpus 1 --pids 100");
	type(&rig, "Ctrl-U");
	for (const char *p = "sh -c 'exit 3'"; *p; p++)
		app_event(rig.app, &(struct event) {.key = (uint32_t)*p});
	type(&rig, "Down 'mine' Down Down Ctrl-U Enter");
	assert_asked("launch [run] [--detach] [--name] [mine] [--cpus] [1] [--pids] [100] "
		     "[--net] [none] [--] [sh] [-c] [exit 3]\n");
	assert_shows(&rig, "Started fresh");
	end(&rig);
}

static void the_last_launch_is_remembered_without_its_name(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "n Ctrl-U 'true' Down 'once' Enter n Enter");
	assert_non_null(strstr(strbuf_cstr(&fake.asked), "[once]"));
	assert_non_null(strstr(strbuf_cstr(&fake.asked),
			       "launch [run] [--detach] [--memory] [256M] [--cpus] [1] [--pids] "
			       "[100] [--net] [none] [--] [true]\n"));
	end(&rig);
}

static void a_launch_that_fails_says_why(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	fake.launch_failure = "run: find sleep: not there";
	type(&rig, "n Enter");
	assert_shows(&rig, "Not started: run: find sleep: not there");
	type(&rig, "n Ctrl-U Enter");
	assert_shows(&rig, "There is no command to run");
	end(&rig);
}

static void only_our_own_sandboxes_have_a_log(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "o");
	assert_asked("");
	assert_shows(&rig, "Only what boxtop's own sandboxes say");
	end(&rig);
}

static void a_shell_is_left_to_the_loop(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig, plain_options);
	type(&rig, "x");
	assert_int_equal(rig.app->acting.shell.len, 1);
	assert_string_equal(row_container(&rig.app->acting.shell.rows[0])->name, "web-1");
	end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x_and_enter_end_the_container),
		cmocka_unit_test(any_other_key_keeps_it),
		cmocka_unit_test(enter_need_not_wait_for_what_is_looked_up),
		cmocka_unit_test(what_vanishes_while_it_is_asked_about_is_said_and_left_alone),
		cmocka_unit_test(rows_move_below_a_question_and_its_target_stays),
		cmocka_unit_test(what_was_asked_about_keeps_the_cursor),
		cmocka_unit_test(tagged_rows_end_together),
		cmocka_unit_test(a_process_of_a_container_stands_for_it),
		cmocka_unit_test(one_of_no_container_ends_with_its_tree_and_freezes_not),
		cmocka_unit_test(a_signal_is_chosen_from_a_menu),
		cmocka_unit_test(tab_sends_a_signal_to_all_of_a_container),
		cmocka_unit_test(nice_values_go_down_and_up),
		cmocka_unit_test(in_a_detail_its_container_is_meant),
		cmocka_unit_test(in_a_detail_of_what_is_gone_there_is_nothing_to_act_on),
		cmocka_unit_test(read_only_takes_every_acting_key_away_and_says_so),
		cmocka_unit_test(limits_that_are_typed_are_set_together),
		cmocka_unit_test(plus_and_minus_step_through_numbers),
		cmocka_unit_test(a_limit_below_what_is_in_use_is_warned_of),
		cmocka_unit_test(what_makes_no_sense_is_said_and_nothing_is_set),
		cmocka_unit_test(why_a_limit_cannot_be_set_is_said),
		cmocka_unit_test(what_is_typed_stays_while_figures_change),
		cmocka_unit_test(a_container_that_vanishes_below_the_editor_is_said),
		cmocka_unit_test(every_dialog_survives_any_size),
		cmocka_unit_test(a_launch_is_the_line_that_is_shown),
		cmocka_unit_test(the_last_launch_is_remembered_without_its_name),
		cmocka_unit_test(a_launch_that_fails_says_why),
		cmocka_unit_test(only_our_own_sandboxes_have_a_log),
		cmocka_unit_test(a_shell_is_left_to_the_loop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
