/* SPDX-License-Identifier: MIT */
/* boxtop exec: one more process in a running sandbox. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "commands/run_options.h"

/** struct exec_options - of the command line */
struct exec_options {
	struct spec spec; /* collects the environment, checks the user */
	struct sandbox_exec exec;
	bool terminal_said;
};

static int set_user(void *target, const char *value, struct err *err)
{
	struct exec_options *options = target;

	options->exec.user = value;
	return spec_set_user(&options->spec, value, err);
}

static int set_workdir(void *target, const char *value, struct err *err)
{
	if (value[0] != '/')
		return err_setx(err, EINVAL, "'%s' is not absolute", value);
	((struct exec_options *)target)->exec.cwd = value;
	return 0;
}

static int set_env(void *target, const char *value, struct err *err)
{
	return spec_set_env(&((struct exec_options *)target)->spec, value, err);
}

static int set_interactive(void *target, const char *value, struct err *err)
{
	struct exec_options *options = target;

	(void)value;
	(void)err;
	options->exec.interactive = options->terminal_said = true;
	return 0;
}

static int set_terminal(void *target, const char *value, struct err *err)
{
	struct exec_options *options = target;

	(void)value;
	(void)err;
	options->exec.terminal = options->terminal_said = true;
	return 0;
}

static int set_no_terminal(void *target, const char *value, struct err *err)
{
	struct exec_options *options = target;

	(void)value;
	(void)err;
	options->exec.terminal = false;
	options->terminal_said = true;
	return 0;
}

static void options_init(struct exec_options *options)
{
	*options = (struct exec_options) {0};
	spec_init(&options->spec);
	options->spec.process.env = (struct spec_list) {NULL, 0};
}

static int exec_run(const struct command *command, int argc, char **argv)
{
	struct exec_options options;
	struct err err = ERR_INIT;
	int exit_code, code;

	options_init(&options);
	code = run_usage_code(command_begin(command, &options, &argc, &argv));
	if (code == COMMAND_GO_ON) {
		run_guess_terminal(options.terminal_said, &options.exec.terminal,
				   &options.exec.interactive);
		if (options.exec.terminal)
			spec_set_env(&options.spec, "TERM", NULL);
		options.exec.env = options.spec.process.env;
		for (int i = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1; i < argc; i++)
			spec_list_add(&options.spec, &options.exec.args, argv[i]);
		if (sandbox_exec(argv[0], &options.exec, &exit_code, &err) < 0)
			command_fail(command, &err);
		code = exit_code;
	}
	spec_finish(&options.spec);
	return code;
}

static const struct option_spec exec_options[] = {
	{"user", 'u', OPTION_ARGUMENT, "UID[:GID]", "run as this user, a number or a name inside",
	 set_user},
	{"workdir", 'w', OPTION_ARGUMENT, "DIR", "start there", set_workdir},
	{"env", 'e', OPTION_ARGUMENT | OPTION_REPEAT, "NAME[=VALUE]",
	 "set a variable; without a value: as it is here", set_env},
	{"interactive", 'i', 0, NULL, "give it our standard input", set_interactive},
	{"terminal", 't', 0, NULL, "give it a terminal; our keys too, if we are on one",
	 set_terminal},
	{"no-terminal", 'T', 0, NULL, "give it none, though we are on one", set_no_terminal},
	{0},
};

const struct command command_exec = {
	.name = "exec",
	.operands = "NAME [--] COMMAND [ARG...]",
	.operands_min = 2,
	.operands_max = OPERANDS_ANY,
	.runs_another = true,
	.help = "run one more command in a sandbox",
	.details = "It is in all namespaces and the cgroup of the sandbox, with its capabilities "
		   "and its\n"
		   "filter of system calls. The first operand ends the options. At a terminal the "
		   "command\n"
		   "gets one, unless -T is given. The exit code is as that of boxtop run.",
	.options = exec_options,
	.run = exec_run,
};
