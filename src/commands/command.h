/* SPDX-License-Identifier: MIT */
/*
 * A command is a table entry: name, usage, options, run. The options[] table feeds the parser, --help
 * and the test that holds them against the man page.
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
	OPTION_REPEAT = 1 << 1,	  /* may be given more than once */
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

/** struct command - one row of commands[] in commands.c */
struct command {
	const char *name;
	const char *alias;   /* NULL */
	const char *operands; /* "[CONTAINER]" for --help; "" for none */
	const char *help;    /* one line */
	const struct option_spec *options; /* ends with {0}; NULL: none of its own */
	/* run(): operands are argv[0..argc-1]; returns an exit code */
	int (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command commands[];
extern const size_t commands_len;

#endif
