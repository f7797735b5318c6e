/* SPDX-License-Identifier: MIT */
/* The command line of the screen: htop's options mean what they mean there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "commands/options.h"
#include "commands/top_options.h"

#define ARGS_MAX 8

static int parse(struct top_options *options, char *const *args, struct err *err)
{
	char *argv_of_main[ARGS_MAX + 2] = {(char *)"top"};
	char **argv = argv_of_main;
	int argc = 1;
	for (; args[argc - 1]; argc++)
		argv[argc] = args[argc - 1];
	top_options_init(options);
	int r = options_parse(&command_top, options, &argc, &argv, err);
	return r == 0 ? top_options_resolve(options, err) : r;
}

/* with() - the options that these arguments give; they must be fine */
static struct top_options with(char *const *args)
{
	struct top_options options;
	struct err err = ERR_INIT;
	if (parse(&options, args, &err) != 0)
		fail_msg("%s", err.text);
	return options;
}

#define WITH(...) with((char *[]) {__VA_ARGS__, NULL})

static void without_options_it_is_as_htop(void **state)
{
	(void)state;
	struct top_options options = with((char *[]) {NULL});
	assert_int_equal(options.app.screen, SCREEN_CONTAINERS);
	assert_int_equal(options.app.delay_usec, 1500000);
	assert_true(options.app.mouse);
	assert_true(options.app.color);
	assert_true(options.app.hide_kernel_threads);
	assert_true(options.app.uid == (uid_t)-1);
	top_options_finish(&options);
}

static void the_delay_is_in_tenths_of_a_second(void **state)
{
	(void)state;
	assert_int_equal(WITH("-d", "20").app.delay_usec, 2000000);
	assert_int_equal(WITH("--delay=500ms").app.delay_usec, 500000);
}

static void processes_asked_for_are_shown_on_their_screen(void **state)
{
	(void)state;
	struct top_options options = WITH("-u", "root");
	assert_int_equal(options.app.uid, 0);
	assert_int_equal(options.app.screen, SCREEN_PROCESSES);
	options = WITH("-u", "12345");
	assert_int_equal(options.app.uid, 12345);
	options = WITH("-u", "0", "--screen", "containers");
	assert_int_equal(options.app.screen, SCREEN_CONTAINERS);
}

static void pids_are_sorted_and_may_be_kernel_threads(void **state)
{
	(void)state;
	struct top_options options = WITH("-p", "30,2", "-p", "7");
	assert_int_equal(options.app.pids_len, 3);
	assert_int_equal(options.app.pids[0], 2);
	assert_int_equal(options.app.pids[1], 7);
	assert_int_equal(options.app.pids[2], 30);
	assert_false(options.app.hide_kernel_threads);
	assert_int_equal(options.app.screen, SCREEN_PROCESSES);
	top_options_finish(&options);
}

static void a_column_may_be_named_by_its_title(void **state)
{
	(void)state;
	struct top_options options = WITH("-s", "pids", "-o", "NAME,cpu%");
	assert_string_equal(options.app.sort, "pids_current");
	assert_int_equal(options.app.sort_direction, APP_FIRST_DIRECTION);
	assert_string_equal(options.app.columns, "name,cpu_pct");
	top_options_finish(&options);
}

static void a_sign_gives_the_order_a_direction(void **state)
{
	(void)state;
	assert_int_equal(WITH("-s", "+cpu_pct").app.sort_direction, APP_ASCENDING);
	assert_int_equal(WITH("-s", "-name").app.sort_direction, APP_DESCENDING);
}

static void columns_may_be_added_to_those_of_the_screen(void **state)
{
	(void)state;
	struct top_options options = WITH("--screen", "processes", "-o", "+open_files");
	assert_true(strncmp(options.app.columns, "pid,", 4) == 0);
	assert_non_null(strstr(options.app.columns, ",open_files"));
	top_options_finish(&options);
}

static void no_color_in_the_environment_is_outdone_by_a_theme(void **state)
{
	(void)state;
	setenv("NO_COLOR", "1", 1);
	assert_false(WITH("-t").app.color);
	assert_true(WITH("--theme", "light").app.color);
	setenv("NO_COLOR", "", 1);
	assert_true(WITH("-t").app.color);
	unsetenv("NO_COLOR");
	assert_false(WITH("-C").app.color);
}

static void a_frame_has_a_size(void **state)
{
	(void)state;
	struct top_options options = WITH("--dump-frame", "80x24", "--keys", "t", "-f", "svg");
	assert_int_equal(options.dump_width, 80);
	assert_int_equal(options.dump_height, 24);
	assert_int_equal(options.format, CANVAS_SVG);
	assert_string_equal(options.keys, "t");
}

static void what_makes_no_sense_is_refused_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *args[3];
		const char *part;
	} rows[] = {
		{{"-d", "0"}, "delay"},
		{{"-d", "soon"}, "soon"},
		{{"-u", "nobody-is-called-so"}, "nobody-is-called-so"},
		{{"-p", "1,x"}, "x"},
		{{"-p", "0"}, "0"},
		{{"-n", "0"}, "0"},
		{{"-s", "nope"}, "nope"},
		{{"-o", "name,nope"}, "nope"},
		{{"--screen", "kitchen"}, "kitchen"},
		{{"--theme", "nope"}, "there are default"},
		{{"--dump-frame", "80"}, "80x24"},
		{{"--dump-frame", "0x5"}, "0x5"},
		{{"--dump-frame", "80x99999"}, "80x99999"},
		{{"--format", "gif"}, "gif"},
		{{"--keys", "t"}, "--dump-frame"},
		{{"--depth", "-1"}, "depth"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct top_options options;
		struct err err = ERR_INIT;
		if (parse(&options, (char *const *)rows[i].args, &err) >= 0)
			fail_msg("%s %s was not refused", rows[i].args[0], rows[i].args[1]);
		if (!strstr(err.text, rows[i].part))
			fail_msg("\"%s\" is not in: %s", rows[i].part, err.text);
		top_options_finish(&options);
	}
}

static void batch_refuses_what_only_a_screen_has(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct top_options options = WITH("-b", "-n", "2");
	assert_int_equal(top_options_check_batch(&options, &err), 0);
	options = WITH("-b", "-u", "0");
	assert_true(top_options_check_batch(&options, &err) < 0);
	assert_non_null(strstr(err.text, "boxtop ps"));
	options = WITH("-b", "-t");
	assert_true(top_options_check_batch(&options, &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_options_it_is_as_htop),
		cmocka_unit_test(the_delay_is_in_tenths_of_a_second),
		cmocka_unit_test(processes_asked_for_are_shown_on_their_screen),
		cmocka_unit_test(pids_are_sorted_and_may_be_kernel_threads),
		cmocka_unit_test(a_column_may_be_named_by_its_title),
		cmocka_unit_test(a_sign_gives_the_order_a_direction),
		cmocka_unit_test(columns_may_be_added_to_those_of_the_screen),
		cmocka_unit_test(no_color_in_the_environment_is_outdone_by_a_theme),
		cmocka_unit_test(a_frame_has_a_size),
		cmocka_unit_test(what_makes_no_sense_is_refused_by_name),
		cmocka_unit_test(batch_refuses_what_only_a_screen_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
