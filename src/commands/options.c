/* SPDX-License-Identifier: MIT */
/*
 * Option tables to getopt_long(3) and to help texts. Knows no option by name but the two that every
 * command takes; prints nothing itself.
 */
#include "commands/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/units.h"
#include "commands/suggest.h"

#define LONG_BASE      256 /* what getopt_long() returns for the first long option */
#define DELAY_MIN_USEC 100000
#define DELAY_MAX_USEC 3600000000u

const struct option_spec options_common[] = {
	{"help", 'h', 0, NULL, "show this help", NULL},
	{"version", 'V', 0, NULL, "show the version", NULL},
	{0},
};

/** struct parser - one command's options and the common ones, as getopt_long() wants them */
struct parser {
	const struct option_spec **specs; /* specs_len of them */
	size_t specs_len;
	struct option *longs; /* ends with zeroes */
	struct strbuf letters;
};

static void parser_add(struct parser *parser, const struct option_spec *spec)
{
	bool argument = spec->flags & OPTION_ARGUMENT;

	parser->longs[parser->specs_len] =
		(struct option) {spec->name, argument ? required_argument : no_argument, NULL,
				 LONG_BASE + (int)parser->specs_len};
	parser->specs[parser->specs_len++] = spec;
	if (!spec->letter)
		return;
	strbuf_addc(&parser->letters, spec->letter);
	if (argument)
		strbuf_addc(&parser->letters, ':');
}

static size_t count_options(const struct option_spec *specs)
{
	size_t n = 0;

	while (specs && specs[n].name)
		n++;
	return n;
}

static void parser_init(struct parser *parser, const struct command *command)
{
	size_t n = count_options(command->options) + count_options(options_common);

	*parser = (struct parser) {
		.specs = xcalloc(n, sizeof(parser->specs[0])),
		.longs = xcalloc(n + 1, sizeof(parser->longs[0])),
	};
	strbuf_adds(&parser->letters, command->runs_another ? "+:" : ":");
	for (const struct option_spec *spec = command->options; spec && spec->name; spec++)
		parser_add(parser, spec);
	for (const struct option_spec *spec = options_common; spec->name; spec++)
		parser_add(parser, spec);
}

static void parser_finish(struct parser *parser)
{
	free(parser->specs);
	free(parser->longs);
	strbuf_finish(&parser->letters);
}

/* The option that getopt_long() returned or left in optopt; NULL: there is none. */
static const struct option_spec *parser_find(const struct parser *parser, int code)
{
	if (code >= LONG_BASE && code < LONG_BASE + (int)parser->specs_len)
		return parser->specs[code - LONG_BASE];
	for (size_t i = 0; i < parser->specs_len; i++) {
		if (parser->specs[i]->letter && parser->specs[i]->letter == code)
			return parser->specs[i];
	}
	return NULL;
}

/* How many long options start with the @len characters at @name. */
static size_t count_prefix(const struct parser *parser, const char *name, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < parser->specs_len; i++)
		n += strncmp(parser->specs[i]->name, name, len) == 0;
	return n;
}

/* @word is a long option that getopt_long() refused. */
static int refuse_long(const struct parser *parser, const char *word, struct err *err)
{
	const char *name = word + strspn(word, "-");
	size_t len = strcspn(name, "=");
	struct suggestion suggestion = suggestion_for((struct span) {name, len});

	if (count_prefix(parser, name, len) > 1)
		return err_setx(err, EINVAL, "option '%s' is ambiguous", word);
	for (size_t i = 0; i < parser->specs_len; i++)
		suggestion_consider(&suggestion, parser->specs[i]->name);
	if (suggestion_get(&suggestion))
		return err_setx(err, EINVAL, "unknown option '%s': did you mean --%s?", word,
				suggestion_get(&suggestion));
	return err_setx(err, EINVAL, "unknown option '%s'", word);
}

/* getopt_long() returned '?' or ':'; @word is the one before optind. optopt is 0 for a long option that
 * is unknown or ambiguous, else it says which option it is about. */
static int refuse(const struct parser *parser, int code, const char *word, struct err *err)
{
	const struct option_spec *spec = parser_find(parser, optopt);

	if (spec && code == ':')
		return err_setx(err, EINVAL, "option --%s needs an argument: %s", spec->name,
				spec->argument);
	if (spec)
		return err_setx(err, EINVAL, "option --%s takes no argument", spec->name);
	if (optopt == 0)
		return refuse_long(parser, word, err);
	return err_setx(err, EINVAL, "unknown option '-%c'", optopt);
}

static int take(const struct option_spec *spec, void *target, struct err *err)
{
	if (spec == &options_common[0])
		return OPTIONS_HELP;
	if (spec == &options_common[1])
		return OPTIONS_VERSION;
	return err_wrap(err, spec->set(target, spec->flags & OPTION_ARGUMENT ? optarg : NULL, err),
			"option --%s", spec->name);
}

int options_parse(const struct command *command, void *target, int *argc, char ***argv,
		  struct err *err)
{
	_cleanup_(parser_finish)
	struct parser parser;
	int r = OPTIONS_TAKEN;
	int code;

	parser_init(&parser, command);
	opterr = 0;
	optind = 0; /* glibc: forget an earlier scan */
	while (r == OPTIONS_TAKEN) {
		code = getopt_long(*argc, *argv, strbuf_cstr(&parser.letters), parser.longs, NULL);
		if (code == -1)
			break;
		if (code == '?' || code == ':')
			return refuse(&parser, code, (*argv)[optind - 1], err);
		r = take(parser_find(&parser, code), target, err);
	}
	if (r == OPTIONS_TAKEN) {
		*argc -= optind;
		*argv += optind;
	}
	return r;
}

/* ---- Help ---- */

static void add_option_line(const struct option_spec *spec, struct strbuf *out)
{
	_cleanup_(strbuf_finish)
	struct strbuf left = STRBUF_INIT;

	if (spec->flags & OPTION_HIDDEN)
		return;
	if (spec->letter)
		strbuf_addf(&left, "-%c, ", spec->letter);
	else
		strbuf_adds(&left, "    ");
	strbuf_addf(&left, "--%s", spec->name);
	if (spec->argument)
		strbuf_addf(&left, " %s", spec->argument);
	strbuf_addf(out, "  %-26s  %s\n", strbuf_cstr(&left), spec->help);
}

void options_usage(const struct command *command, struct strbuf *out)
{
	strbuf_addf(out, "boxtop %s", command->name);
	if (command->options)
		strbuf_adds(out, " [OPTIONS]");
	if (command->operands && command->operands[0])
		strbuf_addf(out, " %s", command->operands);
}

void options_help(const struct command *command, struct strbuf *out)
{
	strbuf_adds(out, "Usage: ");
	options_usage(command, out);
	strbuf_addf(out, "\n\n%c%s.\n", toupper((unsigned char)command->help[0]),
		    command->help + 1);
	if (command->details)
		strbuf_addf(out, "\n%s\n", command->details);
	strbuf_adds(out, "\nOptions:\n");
	for (const struct option_spec *spec = command->options; spec && spec->name; spec++)
		add_option_line(spec, out);
	for (const struct option_spec *spec = options_common; spec->name; spec++)
		add_option_line(spec, out);
}

/* ---- Arguments of more than one command ---- */

int options_parse_delay(const char *text, uint64_t *out_usec, struct err *err)
{
	uint64_t usec;

	if (units_parse_duration(span_of(text), &usec, NULL) < 0)
		return err_setx(err, EINVAL,
				"'%s' is no delay: tenths of a second, or 500ms, 2s, 1m", text);
	/* The unit of a bare number is the tenth of a second, not the second. */
	if (text[strspn(text, "0123456789.")] == '\0')
		usec /= 10;
	if (usec < DELAY_MIN_USEC || usec > DELAY_MAX_USEC)
		return err_setx(err, EINVAL, "'%s' is not between 0.1 seconds and an hour", text);
	*out_usec = usec;
	return 0;
}
