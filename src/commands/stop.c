/* SPDX-License-Identifier: MIT */
/* boxtop stop, boxtop rm: sandboxes ended, sandboxes forgotten. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "commands/command.h"
#include "runtime/runtime.h"

#define GRACE_USEC UINT64_C(10000000)

/** struct stop_options - of both command lines */
struct stop_options {
	uint64_t grace_usec;
	bool force, all;
};

static int set_time(void *target, const char *value, struct err *err)
{
	return units_parse_duration(span_of(value), &((struct stop_options *)target)->grace_usec,
				    err);
}

static int set_force(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct stop_options *)target)->force = true;
	return 0;
}

static int set_all(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct stop_options *)target)->all = true;
	return 0;
}

static int stop_run(const struct command *command, int argc, char **argv)
{
	struct stop_options options = {.grace_usec = GRACE_USEC};
	int code = command_begin(command, &options, &argc, &argv);

	if (code != COMMAND_GO_ON)
		return code;
	code = EXIT_FINE;
	for (int i = 0; i < argc; i++) {
		struct err err = ERR_INIT;

		if (sandbox_stop(argv[i], options.grace_usec, &err) < 0)
			code = command_fail(command, &err);
	}
	return code;
}

static const struct option_spec stop_options[] = {
	{"time", 't', OPTION_ARGUMENT, "SECONDS", "wait so long before it is killed (10); 0: don't",
	 set_time},
	{0},
};

const struct command command_stop = {
	.name = "stop",
	.operands = "NAME...",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.help = "ask sandboxes to end, and kill those that don't",
	.details =
		"The command gets SIGTERM, and after a time all that is in the sandbox is killed. "
		"One\n"
		"that is to be started again when it fails is not. One that ended already is fine.",
	.options = stop_options,
	.run = stop_run,
};

/* Those that ended, and with --force the others. */
static int remove_all(const struct command *command, bool force)
{
	_cleanup_(arena_finish)
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct spec_list names;
	int code = EXIT_FINE;

	if (sandbox_names(&arena, &names, &err) < 0)
		return command_fail(command, &err);
	for (size_t i = 0; i < names.len; i++) {
		int r = sandbox_remove(names.items[i], force, &err);

		/* Running ones were not meant, and some may have gone by themselves. */
		if (r < 0 && r != -ENOENT && (r != -EBUSY || force))
			code = command_fail(command, &err);
	}
	return code;
}

static int rm_run(const struct command *command, int argc, char **argv)
{
	struct stop_options options = {0};
	struct err err = ERR_INIT;
	int code = command_begin(command, &options, &argc, &argv);

	if (code != COMMAND_GO_ON)
		return code;
	if (options.all == (argc > 0)) {
		err_setx(&err, EINVAL,
			 options.all ? "--all takes no operand" : "missing operand: NAME...");
		return command_fail_usage(command, &err);
	}
	if (options.all)
		return remove_all(command, options.force);
	code = EXIT_FINE;
	for (int i = 0; i < argc; i++) {
		err = ERR_INIT;
		if (sandbox_remove(argv[i], options.force, &err) < 0)
			code = command_fail(command, &err);
	}
	return code;
}

static const struct option_spec rm_options[] = {
	{"force", 'f', 0, NULL, "kill those that run", set_force},
	{"all", 'a', 0, NULL, "all that ended; with --force all", set_all},
	{0},
};

const struct command command_rm = {
	.name = "rm",
	.operands = "[NAME...]",
	.operands_max = OPERANDS_ANY,
	.help = "forget sandboxes that ended, with their logs",
	.options = rm_options,
	.run = rm_run,
};
