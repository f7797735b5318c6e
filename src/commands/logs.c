/* SPDX-License-Identifier: MIT */
/* boxtop logs: what a sandbox in the background said. */
#include <unistd.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "commands/command.h"
#include "runtime/runtime.h"

/** struct logs_options - of the command line */
struct logs_options {
	bool follow;
	uint64_t tail; /* 0: all */
};

static int set_follow(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct logs_options *)target)->follow = true;
	return 0;
}

static int set_tail(void *target, const char *value, struct err *err)
{
	return units_parse_u64(span_of(value), 1, UINT32_MAX,
			       &((struct logs_options *)target)->tail, err);
}

static int logs_run(const struct command *command, int argc, char **argv)
{
	struct logs_options options = {0};
	struct err err = ERR_INIT;
	int code = command_begin(command, &options, &argc, &argv);

	if (code != COMMAND_GO_ON)
		return code;
	if (sandbox_logs(argv[0], STDOUT_FILENO, options.follow, options.tail, &err) < 0)
		return command_fail(command, &err);
	return EXIT_FINE;
}

static const struct option_spec logs_options[] = {
	{"follow", 'f', 0, NULL, "go on until it ends", set_follow},
	{"tail", 'n', OPTION_ARGUMENT, "LINES", "only so many lines from the end", set_tail},
	{0},
};

const struct command command_logs = {
	.name = "logs",
	.operands = "NAME",
	.operands_min = 1,
	.operands_max = 1,
	.help = "print what a sandbox in the background said",
	.details =
		"The newest 4 to 8 MiB of its standard output and error are kept, as they came.\n"
		"What was seen on a terminal before it was left is not among it.",
	.options = logs_options,
	.run = logs_run,
};
