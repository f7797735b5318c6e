/* SPDX-License-Identifier: MIT */
/* boxtop help: the commands, one command, the fields, the keys; and the manual page's tables. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "commands/columns.h"
#include "commands/command.h"
#include "commands/grid.h"
#include "commands/mdoc.h"
#include "commands/options.h"
#include "commands/stdout.h"
#include "runtime/runtime.h"
#include "ui/keys.h"

/** struct topic - what help knows beside the commands */
struct topic {
	const char *name;
	const char *help; /* one line */
	void (*add)(size_t width, struct strbuf *out);
};

static const struct grid_column pair_columns[] = {{0, 0}, {GRID_SHRINK, 20}};

static void add_pair(struct grid *grid, const char *left, const char *right)
{
	grid_add(grid, span_of(left));
	grid_add(grid, span_of(right));
}

static void add_fields(size_t width, struct strbuf *out)
{
	static const struct {
		enum row_kind kind;
		const char *title;
	} kinds[] = {
		{ROW_CONTAINER, "Containers: list, stats, inspect"},
		{ROW_CGROUP, "Cgroups: tree"},
		{ROW_PROCESS, "Processes: ps"},
		{ROW_NS, "Namespaces: ns"},
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		strbuf_addf(out, "%s%s\n\n", i > 0 ? "\n" : "", kinds[i].title);
		columns_help(kinds[i].kind, width, out);
	}
}

static void add_keys(size_t width, struct strbuf *out)
{
	for (int group = 0; group < KEY_GROUPS; group++) {
		_cleanup_(grid_finish)
		struct grid grid;

		grid_init(&grid, pair_columns, ARRAY_LEN(pair_columns));
		for (size_t i = 0; i < keys_len; i++) {
			_cleanup_(strbuf_finish)
			struct strbuf names = STRBUF_INIT;

			if (keys[i].group != (enum key_group)group)
				continue;
			key_names(&keys[i], &names);
			add_pair(&grid, strbuf_cstr(&names), keys[i].help);
		}
		strbuf_addf(out, "%s%s\n", group > 0 ? "\n" : "",
			    key_group_text((enum key_group)group));
		grid_write(&grid, 2, width, out);
	}
}

static void add_limits(size_t width, struct strbuf *out)
{
	_cleanup_(grid_finish)
	struct grid grid;

	grid_init(&grid, pair_columns, ARRAY_LEN(pair_columns));
	for (int i = 0; i < LIMITS; i++)
		add_pair(&grid, limits[i].name, limits[i].help);
	grid_write(&grid, 2, width, out);
}

static const struct topic topics[] = {
	{"fields", "every field for --columns, --sort and --filter", add_fields},
	{"keys", "every key of the screen", add_keys},
	{"limits", "every limit for boxtop limit", add_limits},
};

static void add_overview(size_t width, struct strbuf *out)
{
	_cleanup_(grid_finish)
	struct grid grid;

	grid_init(&grid, pair_columns, ARRAY_LEN(pair_columns));
	strbuf_adds(out, "Usage: boxtop [OPTIONS]\n"
			 "       boxtop COMMAND [OPTIONS] [OPERANDS]\n\n"
			 "Watch every container, cgroup and process of this host.\n\nCommands:\n");
	for (size_t i = 0; i < commands_len; i++) {
		if (!commands[i]->hidden)
			add_pair(&grid, commands[i]->name, commands[i]->help);
	}
	grid_write(&grid, 2, width, out);
	grid_clear(&grid);
	strbuf_adds(out, "\nMore help:\n");
	add_pair(&grid, "boxtop COMMAND --help", "the options of a command");
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		_cleanup_(strbuf_finish)
		struct strbuf left = STRBUF_INIT;

		strbuf_addf(&left, "boxtop help %s", topics[i].name);
		add_pair(&grid, strbuf_cstr(&left), topics[i].help);
	}
	add_pair(&grid, "man boxtop", "everything");
	grid_write(&grid, 2, width, out);
}

/* 0, or -EINVAL with @err. */
static int add_topic(const char *name, size_t width, struct strbuf *out, struct err *err)
{
	const struct command *command = command_find(name);

	if (command) {
		options_help(command, out);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		if (strcmp(topics[i].name, name) == 0) {
			topics[i].add(width, out);
			return 0;
		}
	}
	return err_setx(err, EINVAL, "no command or topic '%s'", name);
}

static int set_mdoc(void *target, const char *value, struct err *err)
{
	const char **section = target;

	(void)err;
	*section = value;
	return 0;
}

static int help_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	const char *mdoc = NULL;
	struct err err = ERR_INIT;
	int code = command_begin(command, &mdoc, &argc, &argv);
	int r = 0;

	if (code != COMMAND_GO_ON)
		return code;
	if (mdoc)
		r = mdoc_section(mdoc, &text, &err);
	else if (argc > 0)
		r = add_topic(argv[0], stdout_width(), &text, &err);
	else
		add_overview(stdout_width(), &text);
	if (r < 0)
		return command_fail_usage(command, &err);
	if (stdout_write(strbuf_span(&text), &err) < 0)
		return command_fail(command, &err);
	return EXIT_FINE;
}

static const struct option_spec help_options[] = {
	{"mdoc", 0, OPTION_ARGUMENT | OPTION_HIDDEN, "SECTION", "a table of the manual page",
	 set_mdoc},
	{0},
};

const struct command command_help = {
	.name = "help",
	.operands = "[COMMAND|fields|keys|limits]",
	.operands_max = 1,
	.help = "say what there is, or explain one command, the fields, keys or limits",
	.options = help_options,
	.run = help_run,
};
