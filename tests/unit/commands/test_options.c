/* SPDX-License-Identifier: MIT */
/* Option tables: what is taken, what is refused and with which words, and what help says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "commands/options.h"

#define WORDS_MAX 8

/* struct taken - what the options of the test fill */
struct taken {
	const char *format;
	const char *columns;
	unsigned int flags;
};

static int set_format(void *target, const char *value, struct err *err)
{
	if (strcmp(value, "bad") == 0)
		return err_setx(err, EINVAL, "'bad' is no format");
	((struct taken *)target)->format = value;
	return 0;
}

static int set_columns(void *target, const char *value, struct err *err)
{
	(void)err;
	((struct taken *)target)->columns = value;
	return 0;
}

static int set_all(void *target, const char *value, struct err *err)
{
	(void)err;
	assert_null(value);
	((struct taken *)target)->flags |= 1;
	return 0;
}

static int set_quiet(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct taken *)target)->flags |= 2;
	return 0;
}

static const struct option_spec specs[] = {
	{"format", 'f', OPTION_ARGUMENT, "FORMAT", "text or json", set_format},
	{"columns", 0, OPTION_ARGUMENT, "LIST", "some columns", set_columns},
	{"colour", 0, 0, NULL, "colours", set_quiet},
	{"all", 'a', 0, NULL, "everything", set_all},
	{"quiet", 'q', OPTION_HIDDEN, NULL, "say less", set_quiet},
	{0},
};

static const struct command command = {
	.name = "test",
	.operands = "[THING...]",
	.help = "test the parser",
	.options = specs,
};

/* struct parsed - the result of one command line */
struct parsed {
	char *words[WORDS_MAX + 2];
	char **argv;
	int argc;
	int r;
	struct taken taken;
	struct err err;
};

static void parse(struct parsed *parsed, const char *const *words)
{
	*parsed = (struct parsed) {.argc = 1, .err = ERR_INIT};
	parsed->words[0] = (char *)(uintptr_t) "test";
	for (; *words; words++)
		parsed->words[parsed->argc++] = (char *)(uintptr_t)*words;
	parsed->argv = parsed->words;
	parsed->r =
		options_parse(&command, &parsed->taken, &parsed->argc, &parsed->argv, &parsed->err);
}

static void options_and_operands_are_told_apart(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *format, *columns;
		unsigned int flags;
		const char *operands[WORDS_MAX];
	} cases[] = {
		{{NULL}, NULL, NULL, 0, {NULL}},
		{{"x", "y"}, NULL, NULL, 0, {"x", "y"}},
		{{"-f", "json"}, "json", NULL, 0, {NULL}},
		{{"-fjson"}, "json", NULL, 0, {NULL}},
		{{"--format=json"}, "json", NULL, 0, {NULL}},
		{{"--format", "json"}, "json", NULL, 0, {NULL}},
		{{"--form", "json"}, "json", NULL, 0, {NULL}},		 /* abbreviated */
		{{"-f", "text", "-f", "json"}, "json", NULL, 0, {NULL}}, /* the last one wins */
		{{"x", "-a", "y"}, NULL, NULL, 1, {"x", "y"}},		 /* in any order */
		{{"-aq"}, NULL, NULL, 3, {NULL}},
		{{"-aqfjson"}, "json", NULL, 3, {NULL}},
		{{"-a", "--", "-q"}, NULL, NULL, 1, {"-q"}},
		{{"--columns", "-id"}, NULL, "-id", 0, {NULL}}, /* an argument may look like one */
		{{"--columns="}, NULL, "", 0, {NULL}},
		{{"-"}, NULL, NULL, 0, {"-"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct parsed p;
		int n = 0;

		parse(&p, cases[i].words);
		assert_int_equal(p.r, OPTIONS_TAKEN);
		assert_int_equal(p.taken.flags, cases[i].flags);
		if (cases[i].format)
			assert_string_equal(p.taken.format, cases[i].format);
		else
			assert_null(p.taken.format);
		if (cases[i].columns)
			assert_string_equal(p.taken.columns, cases[i].columns);
		else
			assert_null(p.taken.columns);
		for (; cases[i].operands[n]; n++)
			assert_string_equal(p.argv[n], cases[i].operands[n]);
		assert_int_equal(p.argc, n);
	}
}

static void a_wrong_option_is_named(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *text;
	} cases[] = {
		{{"--fromat", "json"}, "unknown option '--fromat': did you mean --format?"},
		{{"--fromat=json"}, "unknown option '--fromat=json': did you mean --format?"},
		{{"--xyzzy"}, "unknown option '--xyzzy'"},
		{{"--col"}, "option '--col' is ambiguous"},
		{{"-z"}, "unknown option '-z'"},
		{{"-az"}, "unknown option '-z'"},
		{{"-az", "--all"}, "unknown option '-z'"},
		{{"-f"}, "option --format needs an argument: FORMAT"},
		{{"--format"}, "option --format needs an argument: FORMAT"},
		{{"-a", "--columns"}, "option --columns needs an argument: LIST"},
		{{"--all=yes"}, "option --all takes no argument"},
		{{"-f", "bad"}, "option --format: 'bad' is no format"},
		{{"x", "--nope", "y"}, "unknown option '--nope'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct parsed p;

		parse(&p, cases[i].words);
		assert_int_equal(p.r, -EINVAL);
		assert_string_equal(p.err.text, cases[i].text);
	}
}

static void help_and_version_are_known_everywhere(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, (const char *const[]) {"-h", NULL});
	assert_int_equal(p.r, OPTIONS_HELP);
	parse(&p, (const char *const[]) {"x", "--help", NULL});
	assert_int_equal(p.r, OPTIONS_HELP);
	parse(&p, (const char *const[]) {"-V", NULL});
	assert_int_equal(p.r, OPTIONS_VERSION);
	/* What stands before is still checked, what stands behind is not looked at. */
	parse(&p, (const char *const[]) {"--nope", "--help", NULL});
	assert_int_equal(p.r, -EINVAL);
	parse(&p, (const char *const[]) {"--help", "--nope", NULL});
	assert_int_equal(p.r, OPTIONS_HELP);
}

static void help_lists_what_is_not_hidden(void **state)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	(void)state;
	options_help(&command, &text);
	assert_string_equal(strbuf_cstr(&text), "Usage: boxtop test [OPTIONS] [THING...]\n"
						"\n"
						"Test the parser.\n"
						"\n"
						"Options:\n"
						"  -f, --format FORMAT         text or json\n"
						"      --columns LIST          some columns\n"
						"      --colour                colours\n"
						"  -a, --all                   everything\n"
						"  -h, --help                  show this help\n"
						"  -V, --version               show the version\n");
}

static void a_delay_is_tenths_of_a_second_or_says_its_unit(void **state)
{
	static const struct {
		const char *text;
		uint64_t usec; /* 0: refused */
	} cases[] = {
		{"10", 1000000},
		{"15", 1500000},
		{"1", 100000},
		{"2.5", 250000},
		{"500ms", 500000},
		{"2s", 2000000},
		{"1.5s", 1500000},
		{"1m", 60000000},
		{"1h", 3600000000},
		{"0", 0},
		{"0.5", 0},
		{"50ms", 0},
		{"2h", 0},
		{"", 0},
		{"fast", 0},
		{"-1", 0},
		{"1x", 0},
		{"10 ", 0},
		{"99999999999999999999", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = ERR_INIT;
		uint64_t usec = 0;
		int r = options_parse_delay(cases[i].text, &usec, &err);

		if (cases[i].usec == 0) {
			assert_int_equal(r, -EINVAL);
			assert_non_null(strstr(err.text, cases[i].text));
		} else {
			assert_int_equal(r, 0);
			assert_int_equal(usec, cases[i].usec);
		}
	}
}

/* What --help, the completion and the manual page rely on. */
static void every_command_is_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < commands_len; i++) {
		const struct option_spec *a = commands[i]->options;

		assert_ptr_equal(command_find(commands[i]->name), commands[i]);
		assert_non_null(commands[i]->operands);
		assert_true(commands[i]->help[strlen(commands[i]->help) - 1] != '.');
		for (; a && a->name; a++) {
			assert_non_null(a->help);
			assert_non_null(a->set);
			assert_true(!(a->flags & OPTION_ARGUMENT) == !a->argument);
			for (const struct option_spec *b = a + 1; b->name; b++) {
				assert_string_not_equal(a->name, b->name);
				assert_true(!a->letter || a->letter != b->letter);
			}
			for (const struct option_spec *b = options_common; b->name; b++) {
				assert_string_not_equal(a->name, b->name);
				assert_true(a->letter != b->letter);
			}
		}
	}
	assert_ptr_equal(command_find("ls"), &command_list);
	assert_null(command_find("nope"));
	assert_null(command_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_operands_are_told_apart),
		cmocka_unit_test(a_wrong_option_is_named),
		cmocka_unit_test(help_and_version_are_known_everywhere),
		cmocka_unit_test(help_lists_what_is_not_hidden),
		cmocka_unit_test(a_delay_is_tenths_of_a_second_or_says_its_unit),
		cmocka_unit_test(every_command_is_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
