/* SPDX-License-Identifier: MIT */
/* boxtop wait: until sandboxes end, and how they did. */
#include <stdio.h>

#include "base/cleanup.h"
#include "commands/command.h"
#include "commands/stdout.h"
#include "runtime/runtime.h"

static int wait_for(const struct command *command, const char *name, struct err *err)
{
	struct sandbox_end end;
	char text[SPEC_NAME_MAX + 80];
	int r = sandbox_wait(name, &end, err);

	if (r < 0)
		return r;
	if (end.oom_killed) {
		snprintf(text, sizeof(text),
			 "%s: the kernel killed processes of it for want of memory", name);
		command_warn(command, text);
	}
	snprintf(text, sizeof(text), "%d\n", end.exit_code);
	return stdout_write(span_of(text), err);
}

static int wait_run(const struct command *command, int argc, char **argv)
{
	int code = command_begin(command, NULL, &argc, &argv);

	if (code != COMMAND_GO_ON)
		return code;
	code = EXIT_FINE;
	for (int i = 0; i < argc; i++) {
		struct err err = ERR_INIT;

		if (wait_for(command, argv[i], &err) < 0)
			code = command_fail(command, &err);
	}
	return code;
}

const struct command command_wait = {
	.name = "wait",
	.operands = "NAME...",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.help = "wait until sandboxes end, and print their exit codes",
	.details = "The exit codes are printed one a line, in the order of the operands. The exit "
		   "code of\n"
		   "wait itself is 0.",
	.run = wait_run,
};
