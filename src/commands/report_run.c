/* SPDX-License-Identifier: MIT */
/*
 * A report from the command line to stdout. A second sample is taken only where something that is asked
 * for is a rate.
 */
#include "base/cleanup.h"
#include "commands/batch.h"
#include "commands/report.h"
#include "commands/scope.h"
#include "commands/stdout.h"

int report_print_help(const struct command *command, const struct report_type *type)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;

	columns_help(type->kind, stdout_width(), &text);
	if (stdout_write(strbuf_span(&text), &err) < 0)
		return command_fail(command, &err);
	return EXIT_FINE;
}

int report_print(const struct command *command, const struct report *report,
		 const struct snapshot *snapshot, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct output output = report_output(report, snapshot);
	int r;

	r = output_write(&output, report->options->format, &text, err);
	if (r == 0)
		r = stdout_write(strbuf_span(&text), err);
	/* JSON has them in the object. */
	if (r < 0 || report->options->format == OUTPUT_JSON)
		return r;
	for (size_t i = 0; i < snapshot->issues_len; i++)
		command_warn(command, snapshot->issues[i].text);
	return 0;
}

/* The rows from one sample; or from two, where the first has no rates yet. */
static int ask(struct report *report, struct batch *batch, const char *operand,
	       const struct snapshot **out, struct err *err)
{
	int r = batch_sample(batch, out, err);

	if (r == 0 && operand)
		r = report->type->scope(*out, operand, &report->query.container, err);
	if (r < 0)
		return r;
	if (report->needs_rates) {
		batch_wait(batch, BATCH_PRIME_USEC);
		r = batch_sample(batch, out, err);
	}
	if (r == 0)
		report_ask(report, *out);
	return r;
}

static int answer(const struct command *command, struct report *report, int n, char **operands)
{
	_cleanup_(batch_finish)
	struct batch batch = {0};
	const struct snapshot *snapshot;
	struct err err = ERR_INIT;
	int r = batch_init(&batch, report->sources | scope_sources(n, operands),
			   report->expensive ? BATCH_EXPENSIVE : 0, &err);

	if (r == 0)
		r = ask(report, &batch, n > 0 ? operands[0] : NULL, &snapshot, &err);
	if (r == 0)
		r = report_print(command, report, snapshot, &err);
	return r < 0 ? command_fail(command, &err) : EXIT_FINE;
}

int report_run(const struct command *command, const struct report_type *type, int argc, char **argv)
{
	_cleanup_(report_finish)
	struct report report = {0};
	struct report_options options = {0};
	struct err err = ERR_INIT;
	int code = command_begin(command, &options, &argc, &argv);

	if (code != COMMAND_GO_ON)
		return code;
	if (report_wants_help(&options))
		return report_print_help(command, type);
	if (report_init(&report, type, &options, &err) < 0)
		return command_fail_usage(command, &err);
	return answer(command, &report, argc, argv);
}
