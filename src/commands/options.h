/* SPDX-License-Identifier: MIT */
/* The option tables at work: parsing by getopt_long(3), and what --help says. */
#ifndef BOXTOP_COMMANDS_OPTIONS_H
#define BOXTOP_COMMANDS_OPTIONS_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "commands/command.h"

/** options_common[] - what every command takes: --help and --version */
extern const struct option_spec options_common[];

/** enum options_result - of options_parse(); else a negative errno */
enum options_result {
	OPTIONS_TAKEN = 0,
	OPTIONS_HELP = 1,    /* --help was given */
	OPTIONS_VERSION = 2, /* --version was given */
};

/**
 * options_parse() - take the options of @command out of @argv
 * @target: for set() of the options
 * @argc:   as for main(); afterwards the number of operands
 * @argv:   as for main(); afterwards the operands, which are moved behind the options
 *
 * Long options may be abbreviated as long as that is unambiguous; "--" ends the options.
 * Return: enum options_result; -EINVAL with @err naming the option. Only with OPTIONS_TAKEN are there
 * operands.
 */
int options_parse(const struct command *command, void *target, int *argc, char ***argv,
		  struct err *err);

/** options_help() - the text of --help, appended to @out */
void options_help(const struct command *command, struct strbuf *out);

/** options_usage() - "boxtop list [OPTIONS]", appended to @out */
void options_usage(const struct command *command, struct strbuf *out);

/**
 * options_parse_delay() - the time between samples: a bare number is tenths of a second as in htop;
 * "500ms", "2s", "1m" say their unit
 *
 * Return: 0; -EINVAL with @err if it is none, or not from 0.1 seconds to an hour.
 */
int options_parse_delay(const char *text, uint64_t *out_usec, struct err *err);

#endif
