/* SPDX-License-Identifier: MIT */
/* boxtop completion: the option tables as a completion script for bash. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "commands/command.h"
#include "commands/options.h"
#include "commands/stdout.h"
#include "runtime/runtime.h"

/* Words stand on lines of their own: names of containers may hold anything else. */
static void add_words(const struct option_spec *spec, struct strbuf *out)
{
	for (; spec && spec->name; spec++) {
		if (!(spec->flags & OPTION_HIDDEN))
			strbuf_addf(out, "--%s\\n", spec->name);
	}
}

static void add_options(const struct command *command, struct strbuf *out)
{
	strbuf_adds(out, "options=$'");
	add_words(command->options, out);
	add_words(options_common, out);
	strbuf_adds(out, "'");
}

/* One branch: which options and operands follow a command. */
static void add_command(const struct command *command, struct strbuf *out)
{
	bool names = command->operands && strstr(command->operands, "CONTAINER");

	strbuf_addf(out, "\t%s", command->name);
	if (command->alias)
		strbuf_addf(out, "|%s", command->alias);
	strbuf_adds(out, ") ");
	add_options(command, out);
	strbuf_addf(out, "%s ;;\n", names ? " operands=$(boxtop list -o name --no-header)" : "");
}

/* What is behind the container of boxtop limit: limits, which go on with a value. */
static void add_limits(struct strbuf *out)
{
	strbuf_adds(out, "\t[[ $command != limit || $COMP_CWORD -lt 3 ]] || {\n\t\toperands=$'");
	for (int i = 0; i < LIMITS; i++)
		strbuf_addf(out, "%s=\\n", limits[i].name);
	strbuf_adds(out, "'\n\t\tcompopt -o nospace 2>/dev/null\n\t}\n");
}

static void add_first_words(struct strbuf *out)
{
	strbuf_adds(out, "\t[[ $COMP_CWORD -gt 1 ]] || operands=$'");
	for (size_t i = 0; i < commands_len; i++) {
		if (!commands[i]->hidden)
			strbuf_addf(out, "%s\\n", commands[i]->name);
	}
	strbuf_adds(out, "'\n");
}

/* No compgen -W: it expands its words, and a container may be called $(reboot). */
static void add_bash(struct strbuf *out)
{
	strbuf_adds(out, "# bash completion for boxtop: eval \"$(boxtop completion bash)\"\n"
			 "_boxtop() {\n"
			 "\tlocal word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]}\n"
			 "\tlocal command=${COMP_WORDS[1]} options= operands= words line\n"
			 "\tcase $command in\n");
	for (size_t i = 0; i < commands_len; i++)
		add_command(commands[i], out);
	strbuf_adds(out, "\t*) command=top ");
	add_options(commands[0], out);
	strbuf_adds(out, " ;;\n\tesac 2>/dev/null\n");
	add_first_words(out);
	add_limits(out);
	strbuf_adds(
		out,
		"\tcase $last,$word in\n"
		"\t--format,*) words=$'text\\njson\\ncsv' ;;\n"
		"\t--columns,*|--sort,*) words=$(boxtop \"$command\" --sort help 2>/dev/null |\n"
		"\t\tawk 'NR > 1 { print $1 }') ;;\n"
		"\t*,-*) words=$options ;;\n"
		"\t*) words=$operands ;;\n"
		"\tesac\n"
		"\tCOMPREPLY=()\n"
		"\twhile read -r line; do\n"
		"\t\t[[ -z $line || $line != \"$word\"* ]] ||\n"
		"\t\t\tCOMPREPLY+=(\"$(printf %q \"$line\")\")\n"
		"\tdone <<<\"$words\"\n"
		"}\n"
		"complete -F _boxtop boxtop\n");
}

static int completion_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;
	int code = command_begin(command, NULL, &argc, &argv);

	if (code != COMMAND_GO_ON)
		return code;
	if (strcmp(argv[0], "bash") != 0) {
		err_setx(&err, EINVAL, "'%s' is no shell that there is a completion for: bash",
			 argv[0]);
		return command_fail_usage(command, &err);
	}
	add_bash(&text);
	if (stdout_write(strbuf_span(&text), &err) < 0)
		return command_fail(command, &err);
	return EXIT_FINE;
}

const struct command command_completion = {
	.name = "completion",
	.operands = "bash",
	.operands_min = 1,
	.operands_max = 1,
	.help = "print a completion script for bash",
	.run = completion_run,
};
