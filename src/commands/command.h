/* SPDX-License-Identifier: MIT */
/*
 * A command is a table entry: name, usage, options, run. The options[] table feeds the parser, --help,
 * the completion and the manual page.
 */
#ifndef BOXTOP_COMMANDS_COMMAND_H
#define BOXTOP_COMMANDS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum exit_code {
	EXIT_FINE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

enum option_flags {
	OPTION_ARGUMENT = 1 << 0, /* takes one */
	OPTION_REPEAT = 1 << 1,	  /* each one given counts; of others the last one wins */
	OPTION_HIDDEN = 1 << 2,	  /* not in --help */
};

/** struct option_spec - one option of a command; a list ends with {0} */
struct option_spec {
	const char *name;     /* long name without dashes */
	char letter;	      /* 0: none */
	unsigned int flags;   /* enum option_flags */
	const char *argument; /* "SECONDS" for --help */
	const char *help;     /* one line */
	/* set(): take @value (NULL without an argument) into @target; -EINVAL with @err */
	int (*set)(void *target, const char *value, struct err *err);
};

#define OPERANDS_ANY (-1)

/** struct command - one command; commands[] lists them */
struct command {
	const char *name;
	const char *alias;		   /* NULL */
	const char *operands;		   /* "[CONTAINER]" for --help; "" for none */
	const char *help;		   /* one line */
	const char *details;		   /* a paragraph for --help; NULL */
	const struct option_spec *options; /* ends with {0}; NULL: none of its own */
	int operands_min;
	int operands_max; /* OPERANDS_ANY: no bound */
	bool hidden;	  /* not in --help */
	bool runs_another; /* the first operand ends the options: what follows is another command's */
	/* run(): @argv[0] is the command's name as for main(), then options and operands, for
	 * command_begin(); returns an exit code */
	int (*run)(const struct command *command, int argc, char **argv);
};

/** commands[] - every command; the first is what runs when none is named */
extern const struct command *const commands[];
extern const size_t commands_len;

extern const struct command command_top; /* the screen */
extern const struct command command_list, command_stats, command_ps, command_ns, command_tree,
	command_inspect, command_run, command_exec, command_logs, command_wait, command_stop,
	command_rm, command_limit, command_freeze, command_thaw, command_kill, command_rootfs,
	command_demo, command_help, command_completion;

/** command_find() - by name or alias; NULL */
const struct command *command_find(const char *name);

/** commands_run() - the whole program: find the command in @argv and run it; an exit code */
int commands_run(int argc, char **argv);

/** COMMAND_GO_ON - command_begin() took the options: the command goes on with its operands */
#define COMMAND_GO_ON (-1)

/**
 * command_begin() - take the options and check the number of operands
 * @target: what the set() of the options fills
 * @argc:   of run(); afterwards the number of operands
 * @argv:   of run(); afterwards the operands
 *
 * --help and --version are answered here, errors are printed here.
 * Return: COMMAND_GO_ON; else the exit code to leave with.
 */
int command_begin(const struct command *command, void *target, int *argc, char ***argv);

/** command_fail() - print "boxtop: NAME: text" on stderr, made safe to show; returns EXIT_FAILED */
int command_fail(const struct command *command, const struct err *err);
/** command_fail_usage() - the same with a word about --help; returns EXIT_USAGE */
int command_fail_usage(const struct command *command, const struct err *err);
/** command_warn() - print "boxtop: NAME: text" on stderr and go on */
void command_warn(const struct command *command, const char *text);

#endif
