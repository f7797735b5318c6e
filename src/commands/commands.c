/* SPDX-License-Identifier: MIT */
/*
 * The table of commands, and what every one of them starts and ends with: finding it, its options, its
 * failures. Knows nothing of containers.
 */
#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/text.h"
#include "commands/options.h"
#include "commands/source.h"
#include "commands/stdout.h"
#include "commands/suggest.h"

const struct command *const commands[] = {
	&command_top,	     &command_list,    &command_stats,	&command_ps,	&command_ns,
	&command_tree,	     &command_inspect, &command_run,	&command_exec,	&command_logs,
	&command_wait,	     &command_stop,    &command_rm,	&command_limit, &command_freeze,
	&command_thaw,	     &command_kill,    &command_rootfs, &command_demo,	&command_help,
	&command_completion,
};
const size_t commands_len = ARRAY_LEN(commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < commands_len; i++) {
		const char *alias = commands[i]->alias;

		if (strcmp(commands[i]->name, name) == 0 || (alias && strcmp(alias, name) == 0))
			return commands[i];
	}
	return NULL;
}

/* One line on stderr. Names in it are as hostile as anywhere. */
static void complain(const struct command *command, const char *text, const char *hint)
{
	_cleanup_(strbuf_finish)
	struct strbuf line = STRBUF_INIT;

	strbuf_adds(&line, "boxtop: ");
	if (command)
		strbuf_addf(&line, "%s: ", command->name);
	text_sanitize(span_of(text), &line);
	strbuf_addf(&line, "%s\n", hint);
	fwrite(line.data, 1, line.len, stderr);
}

int command_fail(const struct command *command, const struct err *err)
{
	/* Whoever closed the pipe has seen enough, and knows. */
	if (err->code != EPIPE)
		complain(command, err->text, "");
	return EXIT_FAILED;
}

int command_fail_usage(const struct command *command, const struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf hint = STRBUF_INIT;

	strbuf_addf(&hint, " (see boxtop %s --help)", command->name);
	complain(command, err->text, strbuf_cstr(&hint));
	return EXIT_USAGE;
}

void command_warn(const struct command *command, const char *text)
{
	complain(command, text, "");
}

static int check_operands(const struct command *command, int n, char **operands, struct err *err)
{
	if (n < command->operands_min)
		return err_setx(err, EINVAL, "missing operand: %s", command->operands);
	if (command->operands_max != OPERANDS_ANY && n > command->operands_max)
		return err_setx(err, EINVAL, "unexpected operand '%s'",
				operands[command->operands_max]);
	return 0;
}

static void describe_program(struct strbuf *out)
{
	strbuf_adds(out, "boxtop " BOXTOP_VERSION "\n");
	source_describe(out);
}

/* --help and --version: an answer on stdout. */
static int answer(const struct command *command, int question)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;

	if (question == OPTIONS_VERSION)
		describe_program(&text);
	else
		options_help(command, &text);
	if (stdout_write(strbuf_span(&text), &err) < 0)
		return command_fail(command, &err);
	return EXIT_FINE;
}

int command_begin(const struct command *command, void *target, int *argc, char ***argv)
{
	struct err err = ERR_INIT;
	int r = options_parse(command, target, argc, argv, &err);

	if (r > 0)
		return answer(command, r);
	if (r == 0)
		r = check_operands(command, *argc, *argv, &err);
	return r < 0 ? command_fail_usage(command, &err) : COMMAND_GO_ON;
}

static int refuse_command(const char *name)
{
	struct suggestion suggestion = suggestion_for(span_of(name));
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < commands_len; i++)
		suggestion_consider(&suggestion, commands[i]->name);
	strbuf_addf(&text, "unknown command '%s'", name);
	if (suggestion_get(&suggestion))
		strbuf_addf(&text, ": did you mean %s?", suggestion_get(&suggestion));
	complain(NULL, strbuf_cstr(&text), " (boxtop --help lists them)");
	return EXIT_USAGE;
}

/*
 * A closed standard descriptor would be handed out again by the next open(), and what is written to
 * stdout would end in some other file. Each is filled with a file that fails in the direction that
 * is used, so that the loss is noticed.
 */
static void fill_standard_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int commands_run(int argc, char **argv)
{
	const struct command *command = commands[0];
	struct err err = ERR_INIT;
	int code;

	if (argc < 1)
		return EXIT_USAGE;
	fill_standard_fds();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE,
	       SIG_IGN); /* a closed pipe is an error of write(2), with its own exit code */
	if (argc > 1 && is_help(argv[1]))
		return command_help.run(&command_help, 1, argv);
	if (argc > 1 && argv[1][0] != '-') {
		command = command_find(argv[1]);
		if (!command)
			return refuse_command(argv[1]);
		argc--;
		argv++;
	}
	code = command->run(command, argc, argv);
	if (stdout_close(&err) < 0 && code == EXIT_FINE)
		code = command_fail(command, &err);
	return code;
}
