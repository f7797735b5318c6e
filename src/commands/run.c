/* SPDX-License-Identifier: MIT */
/* boxtop run: a command in a sandbox. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "commands/run_options.h"
#include "commands/stdout.h"

/** struct run - one run of the command */
struct run {
	const struct command *command;
	struct run_options options;
};

static void say_note(void *data, const char *text)
{
	const struct run *run = data;

	command_warn(run->command, text);
}

static void say_started(void *data, const char *name)
{
	const struct run *run = data;
	struct err err = ERR_INIT;

	if (!run->options.spec.detach)
		return;
	if (stdout_write(span_of(name), &err) < 0 || stdout_write(SPAN("\n"), &err) < 0)
		command_fail(run->command, &err);
}

static int run_run(const struct command *command, int argc, char **argv)
{
	struct run run = {.command = command};
	struct sandbox_caller caller = {.data = &run, .note = say_note, .started = say_started};
	struct err err = ERR_INIT;
	int exit_code = SANDBOX_EXIT_FAILED;
	int code = run_options_take(command, &run.options, argc, argv);

	caller.strict = run.options.strict;
	if (code == COMMAND_GO_ON) {
		if (sandbox_run_for(&run.options.spec, &caller, &exit_code, &err) < 0)
			command_fail(command, &err);
		code = exit_code;
	}
	spec_finish(&run.options.spec);
	return code;
}

const struct command command_run = {
	.name = "run",
	.operands = "[--] COMMAND [ARG...]",
	.operands_max = OPERANDS_ANY,
	.runs_another = true,
	.help = "run a command in a sandbox",
	.details = "The sandbox has namespaces, cgroups and a root of its own: without --rootfs or "
		   "--bundle the\n"
		   "host's root, in which changes vanish with it. The first operand ends the "
		   "options. At a\n"
		   "terminal the command gets one, unless -T is given; Ctrl-P Ctrl-Q leaves it "
		   "running.\n"
		   "The exit code is the command's: 128 and the number of a signal that killed it; "
		   "125 "
		   "if\n"
		   "boxtop failed, 126 if the command can't be run, 127 if it isn't there.",
	.options = run_options,
	.run = run_run,
};
