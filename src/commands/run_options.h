/* SPDX-License-Identifier: MIT */
/* The options of boxtop run, and the launch spec that they make. */
#ifndef BOXTOP_COMMANDS_RUN_OPTIONS_H
#define BOXTOP_COMMANDS_RUN_OPTIONS_H

#include "commands/command.h"
#include "runtime/runtime.h"

/** struct run_options - of the command line */
struct run_options {
	struct spec spec;
	const char *bundle; /* NULL */
	bool strict;
	bool terminal_said; /* -t, -i or -T: nothing is guessed */
};

extern const struct option_spec run_options[];

/**
 * run_options_take() - options and operands to a spec that is ready to be run
 * @options: zeroed; spec_finish() its spec afterwards, whatever came
 *
 * What a bundle says is changed by the options beside it.
 * Return: COMMAND_GO_ON; else the exit code to leave with.
 */
int run_options_take(const struct command *command, struct run_options *options, int argc,
		     char **argv);

/** run_usage_code() - the exit code of wrong usage for commands that give another command's own */
int run_usage_code(int code);

/** run_guess_terminal() - a person at a terminal who @said nothing of it wants one, and wants to be heard
 *  by the one that is asked for */
void run_guess_terminal(bool said, bool *terminal, bool *interactive);

#endif
