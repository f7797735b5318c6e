/* SPDX-License-Identifier: MIT */
/* boxtop stats: what containers use, sample after sample, each with real rates from the first on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/units.h"
#include "commands/batch.h"
#include "commands/options.h"
#include "commands/report.h"
#include "commands/scope.h"
#include "commands/stdout.h"

#define DEFAULT_DELAY_USEC 1000000

const struct report_type report_type_stats = {
	.kind = ROW_CONTAINER,
	.key = "containers",
	.preset = PRESET_CONTAINERS,
	.sort = "cpu_pct",
	.sources = SOURCE_IDENTITY,
};

/** struct stats_options - from the command line */
struct stats_options {
	struct report_options report;
	uint64_t samples; /* 0: no end */
	uint64_t delay_usec;
};

/** struct stats - one run of the command */
struct stats {
	const struct command *command;
	const struct stats_options *options;
	int operands_len;
	char **operands;
	struct report report;
	struct batch batch;
};

static int set_samples(void *target, const char *value, struct err *err)
{
	struct stats_options *options = target;

	return units_parse_u64(span_of(value), 1, UINT64_MAX, &options->samples, err);
}

static int set_delay(void *target, const char *value, struct err *err)
{
	struct stats_options *options = target;

	return options_parse_delay(value, &options->delay_usec, err);
}

/* Only the containers that were asked for. One that has ended is missing; all of them is an error. */
static int keep_operands(struct stats *stats, const struct snapshot *snapshot, struct err *err)
{
	_cleanup_(cleanup_free)
	bool *wanted = xcalloc(snapshot->containers_len + 1, sizeof(wanted[0]));
	struct row_list *rows = &stats->report.rows;
	size_t kept = 0;
	int found = 0;

	for (int i = 0; i < stats->operands_len; i++) {
		uint32_t index;

		if (scope_find_container(snapshot, stats->operands[i], &index, NULL) < 0)
			continue;
		wanted[index] = true;
		found++;
	}
	if (found == 0)
		return err_setx(err, ESRCH, "%s",
				stats->operands_len > 1 ? "the containers have ended"
							: "the container has ended");
	for (size_t i = 0; i < rows->len; i++) {
		if (wanted[rows->lines[i].row.index])
			rows->lines[kept++] = rows->lines[i];
	}
	rows->len = kept;
	return 0;
}

/* Every operand has to mean a container at the beginning. */
static int check_operands(const struct stats *stats, const struct snapshot *snapshot,
			  struct err *err)
{
	uint32_t index;
	int r = 0;

	for (int i = 0; i < stats->operands_len && r == 0; i++)
		r = scope_find_container(snapshot, stats->operands[i], &index, err);
	return r;
}

static int print_sample(struct stats *stats, const struct snapshot *snapshot, bool first,
			struct err *err)
{
	enum output_format format = stats->options->report.format;
	struct report *report = &stats->report;
	int r = 0;

	report_ask(report, snapshot);
	if (stats->operands_len > 0)
		r = keep_operands(stats, snapshot, err);
	if (r == 0 && format == OUTPUT_TEXT && !first)
		r = stdout_write(SPAN("\n"), err);
	/* A file of CSV has one header. */
	if (format == OUTPUT_CSV && !first)
		report->output_flags &= ~(unsigned int)OUTPUT_HEADER;
	if (r == 0)
		r = report_print(stats->command, report, snapshot, err);
	return r;
}

static int stream(struct stats *stats, struct err *err)
{
	const struct stats_options *options = stats->options;
	uint64_t prime =
		options->delay_usec < BATCH_PRIME_USEC ? options->delay_usec : BATCH_PRIME_USEC;
	const struct snapshot *snapshot;
	int r = batch_sample(&stats->batch, &snapshot, err);

	if (r == 0)
		r = check_operands(stats, snapshot, err);
	for (uint64_t n = 0; r == 0 && (options->samples == 0 || n < options->samples); n++) {
		batch_wait(&stats->batch, n == 0 ? prime : options->delay_usec);
		r = batch_sample(&stats->batch, &snapshot, err);
		if (r == 0)
			r = print_sample(stats, snapshot, n == 0, err);
	}
	return r;
}

static int stats_run(const struct command *command, int argc, char **argv)
{
	struct stats_options options = {.delay_usec = DEFAULT_DELAY_USEC};
	struct stats stats = {.command = command, .options = &options};
	struct err err = ERR_INIT;
	int code = command_begin(command, &options, &argc, &argv);
	int r;

	if (code != COMMAND_GO_ON)
		return code;
	if (report_wants_help(&options.report))
		return report_print_help(command, &report_type_stats);
	stats.operands_len = argc;
	stats.operands = argv;
	if (argc > 0)
		options.report.flags |= REPORT_ALL;
	r = report_init(&stats.report, &report_type_stats, &options.report, &err);
	if (r < 0) {
		report_finish(&stats.report);
		return command_fail_usage(command, &err);
	}
	stats.report.output_flags |= OUTPUT_TIMED;
	r = batch_init(&stats.batch, stats.report.sources | scope_sources(argc, argv),
		       BATCH_LASTING, &err);
	if (r == 0)
		r = stream(&stats, &err);
	batch_finish(&stats.batch);
	report_finish(&stats.report);
	return r < 0 ? command_fail(command, &err) : EXIT_FINE;
}

static const struct option_spec stats_options[] = {
	{"iterations", 'n', OPTION_ARGUMENT, "COUNT", "end after so many samples", set_samples},
	{"delay", 'd', OPTION_ARGUMENT, "TENTHS",
	 "time between samples in tenths of a second; 500ms and 2s say their unit (10)", set_delay},
	{"all", 'a', 0, NULL, "systemd units, pods and engines' helpers too", report_set_all},
	REPORT_OPTIONS,
	{0},
};

const struct command command_stats = {
	.name = "stats",
	.operands = "[CONTAINER...]",
	.operands_max = OPERANDS_ANY,
	.help = "stream what containers use, sample after sample",
	.details =
		"JSON is one object per line and sample. The first sample comes half a second\n"
		"after the start, or after a shorter delay, and has rates. CONTAINER is a name, "
		"an\n"
		"id or its start, a pid, or the path of a cgroup; when all that were given have\n"
		"ended, so does stats.",
	.options = stats_options,
	.run = stats_run,
};
