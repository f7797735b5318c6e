/* SPDX-License-Identifier: MIT */
/*
 * What list, stats, ps, ns and tree have in common: a question from the command line, and its answer
 * from a snapshot as text, JSON or CSV over the field table.
 */
#ifndef BOXTOP_COMMANDS_REPORT_H
#define BOXTOP_COMMANDS_REPORT_H

#include "base/err.h"
#include "commands/columns.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/source.h"
#include "model/query.h"

enum report_flags {
	REPORT_REVERSE = 1 << 0,
	REPORT_ALL = 1 << 1,
	REPORT_NO_HEADER = 1 << 2,
};

/** struct report_options - from the command line; the first member of a command's own options */
struct report_options {
	enum output_format format;
	const char *columns; /* NULL: those of the command */
	const char *sort;    /* NULL: that of the command */
	const char *filter;  /* NULL: none */
	unsigned int flags;  /* enum report_flags */
	uint32_t depth;	     /* of a tree; 0: no bound */
};

int report_set_format(void *target, const char *value, struct err *err);
int report_set_json(void *target, const char *value, struct err *err);
int report_set_columns(void *target, const char *value, struct err *err);
int report_set_sort(void *target, const char *value, struct err *err);
int report_set_reverse(void *target, const char *value, struct err *err);
int report_set_filter(void *target, const char *value, struct err *err);
int report_set_all(void *target, const char *value, struct err *err);
int report_set_no_header(void *target, const char *value, struct err *err);
int report_set_depth(void *target, const char *value, struct err *err);

/* REPORT_OPTIONS - rows for an options[] */
/* clang-format off */
#define REPORT_OPTIONS                                                                            \
	{"format", 'f', OPTION_ARGUMENT, "FORMAT", "text, json or csv", report_set_format},       \
	{"json", 'J', 0, NULL, "the same as --format json", report_set_json},                     \
	{"columns", 'o', OPTION_ARGUMENT, "FIELD,...",                                            \
	 "these columns; +FIELD,... adds some; all; help lists them", report_set_columns},        \
	{"sort", 's', OPTION_ARGUMENT, "FIELD",                                                   \
	 "sort by this field; -FIELD largest first, +FIELD smallest first", report_set_sort},     \
	{"reverse", 'r', 0, NULL, "turn the order round", report_set_reverse},                    \
	{"filter", 'F', OPTION_ARGUMENT, "FILTER",                                                \
	 "rows that hold a text or match FIELD>VALUE; a|b is or, a&b and", report_set_filter},    \
	{"no-header", 0, 0, NULL, "no line of titles", report_set_no_header},                     \
	SOURCE_OPTION
/* clang-format on */

/** struct report_type - what makes a command's report */
struct report_type {
	enum row_kind kind;
	const char *key;	 /* what JSON calls the array of rows */
	const char *const *text; /* ids of the columns of text, ends with NULL; NULL: the preset */
	const char *const *text_all; /* the same with --all; NULL: no others */
	enum field_preset preset;
	const char *sort;	  /* id of the field sorted by; NULL: the snapshot's order */
	bool no_rates;		  /* unless they are asked for: one sample is enough */
	unsigned int query_flags; /* enum query_flags */
	unsigned int sources;	  /* read whatever the columns are */
	/* what an operand means, as a row to stay within; NULL: there are none */
	int (*scope)(const struct snapshot *snapshot, const char *operand, struct row_key *out,
		     struct err *err);
};

/* Each in the file of its command. */
extern const struct report_type report_type_list, report_type_stats, report_type_ps, report_type_ns,
	report_type_tree, report_type_inspect;

/** struct report - report_init(), report_finish() */
struct report {
	const struct report_type *type;
	const struct report_options *options;
	struct columns columns;
	struct filter *filter;
	struct query query;
	struct row_list rows;	   /* of the last report_ask() */
	unsigned int output_flags; /* enum output_flags; commands may change them */
	unsigned int sources;	   /* that a pass has to read for it */
	bool expensive;		   /* a pass has to read the expensive fields of every process */
	bool needs_rates;	   /* something shown, sorted or filtered by needs two samples */
};

/**
 * report_init() - make a question of the options
 * @type, @options: borrowed
 *
 * Return: 0; -EINVAL with @err naming the field or the part of the filter (finish it anyway).
 */
int report_init(struct report *report, const struct report_type *type,
		const struct report_options *options, struct err *err);
void report_finish(struct report *report);

/** report_wants_help() - whether --columns or --sort is "help"; ask before report_init() */
bool report_wants_help(const struct report_options *options);

/** report_ask() - fill report.rows from @snapshot */
void report_ask(struct report *report, const struct snapshot *snapshot);

/** report_output() - the view of it that the writers take */
struct output report_output(const struct report *report, const struct snapshot *snapshot);

/** report_print() - the last answer on stdout, and what went wrong in the pass on stderr */
int report_print(const struct command *command, const struct report *report,
		 const struct snapshot *snapshot, struct err *err);

/** report_print_help() - the list of fields that --columns help shows; an exit code */
int report_print_help(const struct command *command, const struct report_type *type);

/**
 * report_run() - the whole of list, ps, ns and tree: one answer, from one sample or two
 * @argc, @argv: as run() of a command got them
 *
 * Return: an exit code.
 */
int report_run(const struct command *command, const struct report_type *type, int argc,
	       char **argv);

#endif
