/* SPDX-License-Identifier: MIT */
/* Settings as text: what is read holds, what is wrong is named, what is written is read the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/settings.h"

static const struct app_options defaults = {
	.delay_usec = 1500000, .mouse = true, .hide_kernel_threads = true, .uid = (uid_t)-1};

static struct app_options read_all(const char *text, struct settings_problem *problem)
{
	struct app_options options = defaults;
	settings_apply(span_of(text), &options, problem);
	return options;
}

static void every_setting_is_read(void **state)
{
	(void)state;
	struct settings_problem problem;
	struct app_options options =
		read_all("# mine\n\n theme=light\ngraph = blocks\nunicode = no\n"
			 "meters = no\ndelay = 500ms\nchanges = yes\n"
			 "kernel_threads = yes\nall = yes\nmouse = no\n"
			 "vi_keys = yes\nscreen = processes\n"
			 "containers.columns = name, cpu_pct\n"
			 "processes.sort = +pid\ncgroups.shape = list\n",
			 &problem);
	assert_int_equal(problem.line, 0);
	assert_string_equal(options.theme, "light");
	assert_int_equal(options.graph, GRAPH_BLOCKS);
	assert_true(options.ascii && options.hide_meters && options.highlight && options.all);
	assert_true(options.vi_keys && !options.mouse && !options.hide_kernel_threads);
	assert_int_equal(options.delay_usec, 500000);
	assert_int_equal(options.screen, SCREEN_PROCESSES);
	assert_string_equal(options.screens[SCREEN_CONTAINERS].columns, "name, cpu_pct");
	assert_string_equal(options.screens[SCREEN_PROCESSES].sort, "pid");
	assert_int_equal(options.screens[SCREEN_PROCESSES].sort_direction, APP_ASCENDING);
	assert_int_equal(options.screens[SCREEN_CGROUPS].shape, APP_LIST);
}

static void what_is_wrong_is_named_by_its_line_and_changes_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *line, *text;
	} rows[] = {
		{"theme = mauve", "theme is 'mauve', which is not default,"},
		{"theme", "theme is '', which"},
		{"= light", "no setting is called ''"},
		{"mouse = maybe", "mouse is 'maybe', which is not no or yes"},
		{"delay = 1ms", "delay is '1ms', which is not between"},
		{"delay = soon", "delay"},
		{"colour = red", "no setting is called 'colour'"},
		{"containers.colour = red", "no setting is called 'containers.colour'"},
		{"pods.columns = name", "no setting is called 'pods.columns'"},
		{"containers.columns = name,nmae",
		 "containers.columns: no column is called 'nmae'"},
		{"containers.columns =", "no column is called ''"},
		{"processes.sort = -image", "processes.sort: no column is called 'image'"},
		{"cgroups.shape = forest", "'forest' is neither list nor tree"},
		{"\xff\x01 = \x1b[31m", "no setting is called"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct settings_problem problem;
		_cleanup_(strbuf_finish)
		struct strbuf text = STRBUF_INIT;
		strbuf_addf(&text, "vi_keys = yes\n%s\ngraph = ascii\nx = y\n", rows[i].line);
		struct app_options options = read_all(strbuf_cstr(&text), &problem);
		assert_int_equal(problem.line, 2);
		assert_int_equal(problem.more, 1);
		if (!strstr(problem.err.text, rows[i].text))
			fail_msg("%s: %s", rows[i].line, problem.err.text);
		/* The lines around it count. */
		assert_true(options.vi_keys);
		options.vi_keys = false;
		assert_int_equal(options.graph, GRAPH_ASCII);
		options.graph = GRAPH_BRAILLE;
		assert_memory_equal(&options, &defaults, sizeof(options));
	}
}

static void only_what_differs_is_written_and_it_is_read_the_same(void **state)
{
	(void)state;
	struct settings_problem problem;
	struct app_options now = read_all("theme = colour-blind\ndelay = 2.5s\nmouse = no\n"
					  "events.columns = clock,text\nevents.sort = -clock\n",
					  &problem);
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	settings_write(SPAN(""), &now, &defaults, &text);
	assert_string_equal(strbuf_cstr(&text),
			    "# boxtop's settings: man boxtop has them all\n"
			    "theme = colour-blind\ndelay = 2.5s\nmouse = no\n"
			    "events.columns = clock,text\nevents.sort = -clock\n");
	struct app_options again = read_all(strbuf_cstr(&text), &problem);
	assert_int_equal(problem.line, 0);
	assert_memory_equal(&again, &now, sizeof(now));
}

static void what_is_not_ours_stays_where_it_stood(void **state)
{
	(void)state;
	static const char old[] = "# mine\ntheme = light\n\nfuture = 7 # of a later version\n"
				  "mouse = no\nmouse = no\ngraph = blocks";
	struct settings_problem problem;
	struct app_options now = read_all(old, &problem);
	assert_int_equal(problem.line, 4);
	now.theme = NULL;
	now.vi_keys = true;
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	settings_write(span_of(old), &now, &defaults, &text);
	assert_string_equal(strbuf_cstr(&text), "# mine\n\nfuture = 7 # of a later version\n"
						"mouse = no\ngraph = blocks\nvi_keys = yes\n");
}

static void every_setting_steps_through_all_its_values_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < settings_len; i++) {
		struct app_options options = defaults;
		_cleanup_(strbuf_finish)
		struct strbuf first = STRBUF_INIT;
		_cleanup_(strbuf_finish)
		struct strbuf value = STRBUF_INIT;
		setting_add_value(&settings[i], &options, &first);
		int steps = 0;
		do {
			setting_step(&settings[i], 1, &options);
			strbuf_reset(&value);
			setting_add_value(&settings[i], &options, &value);
			/* Every value that can be stepped to can be read. */
			struct app_options copy = options;
			assert_int_equal(
				setting_parse(&settings[i], strbuf_span(&value), &copy, NULL), 0);
		} while (strcmp(strbuf_cstr(&value), strbuf_cstr(&first)) != 0 && ++steps < 50);
		assert_in_range(steps, 1, 49);
		setting_step(&settings[i], 1, &options);
		setting_step(&settings[i], -1, &options);
		strbuf_reset(&value);
		setting_add_value(&settings[i], &options, &value);
		assert_string_equal(strbuf_cstr(&value), strbuf_cstr(&first));
	}
}

static void not_even_a_nul_is_lost(void **state)
{
	(void)state;
	static const char old[] = "theme \0=\0 x\nmouse = no\n";
	struct settings_problem problem;
	struct app_options now = defaults;
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	settings_apply(SPAN(old), &now, &problem);
	settings_write(SPAN(old), &now, &defaults, &text);
	assert_true(span_eq(strbuf_span(&text), SPAN(old)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_is_read),
		cmocka_unit_test(what_is_wrong_is_named_by_its_line_and_changes_nothing),
		cmocka_unit_test(only_what_differs_is_written_and_it_is_read_the_same),
		cmocka_unit_test(what_is_not_ours_stays_where_it_stood),
		cmocka_unit_test(not_even_a_nul_is_lost),
		cmocka_unit_test(every_setting_steps_through_all_its_values_and_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
