/* SPDX-License-Identifier: MIT */
/*
 * Options to a query and its columns. Owns the question and the last answer; reads no kernel file and
 * prints nothing.
 */
#include "commands/report.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "commands/stdout.h"

/* ---- Options ---- */

int report_set_format(void *target, const char *value, struct err *err)
{
	struct report_options *options = target;

	return output_format_find(value, &options->format, err);
}

int report_set_json(void *target, const char *value, struct err *err)
{
	struct report_options *options = target;

	(void)value;
	(void)err;
	options->format = OUTPUT_JSON;
	return 0;
}

int report_set_columns(void *target, const char *value, struct err *err)
{
	struct report_options *options = target;

	(void)err;
	options->columns = value;
	return 0;
}

int report_set_sort(void *target, const char *value, struct err *err)
{
	struct report_options *options = target;

	(void)err;
	options->sort = value;
	return 0;
}

int report_set_filter(void *target, const char *value, struct err *err)
{
	struct report_options *options = target;

	(void)err;
	options->filter = value;
	return 0;
}

static int set_flag(void *target, enum report_flags flag)
{
	struct report_options *options = target;

	options->flags |= flag;
	return 0;
}

int report_set_reverse(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	return set_flag(target, REPORT_REVERSE);
}

int report_set_all(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	return set_flag(target, REPORT_ALL);
}

int report_set_no_header(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	return set_flag(target, REPORT_NO_HEADER);
}

int report_set_depth(void *target, const char *value, struct err *err)
{
	struct report_options *options = target;
	uint64_t depth;
	int r = units_parse_u64(span_of(value), 1, UINT32_MAX, &depth, err);

	if (r == 0)
		options->depth = (uint32_t)depth;
	return r;
}

bool report_wants_help(const struct report_options *options)
{
	return (options->columns && strcmp(options->columns, "help") == 0) ||
	       (options->sort && strcmp(options->sort, "help") == 0);
}

/* ---- The question ---- */

static void add_text_columns(struct report *report)
{
	const struct report_type *type = report->type;

	const char *const *text = type->text;

	if (type->text_all && report->options->flags & REPORT_ALL)
		text = type->text_all;
	if (text) {
		columns_add_ids(&report->columns, text, type->kind);
		return;
	}
	for (const struct field *const *field = field_preset(type->preset); *field; field++)
		columns_add(&report->columns, *field);
}

/* People get a few, programs get all that cost little. */
static void default_columns(struct report *report)
{
	const struct report_type *type = report->type;

	if (report->options->format == OUTPUT_TEXT) {
		add_text_columns(report);
		return;
	}
	for (size_t i = 0; i < fields_len; i++) {
		const struct field *field = &fields[i];

		if ((field->kinds & type->kind) && !(field->flags & FIELD_EXPENSIVE) &&
		    !(type->no_rates && (field->flags & FIELD_RATE)))
			columns_add(&report->columns, field);
	}
	add_text_columns(report);
}

/* "-FIELD": largest first, "+FIELD": smallest first, "FIELD": as the field is best sorted. */
static int set_sort(struct report *report, struct err *err)
{
	const char *text = report->options->sort ? report->options->sort : report->type->sort;
	struct query *query = &report->query;
	char sign = '\0';

	if (text) {
		if (text[0] == '-' || text[0] == '+')
			sign = *text++;
		query->sort = columns_find(span_of(text), query->kind, err);
		if (!query->sort)
			return err_wrap(err, -EINVAL, "--sort");
		if (sign == '-' || (!sign && (query->sort->flags & FIELD_DESCENDING)))
			query->flags |= QUERY_DESCENDING;
	}
	if (report->options->flags & REPORT_REVERSE)
		query->flags ^= QUERY_DESCENDING;
	return 0;
}

static int set_filter(struct report *report, struct err *err)
{
	if (!report->options->filter)
		return 0;
	int r = filter_parse(report->options->filter, report->type->kind, &report->filter, err);

	report->query.filter = report->filter;
	return r;
}

/* Whether the filter may look at @field. */
static bool is_filtered_by(const struct report *report, const struct field *field)
{
	return report->filter && strstr(report->options->filter, field->id);
}

/* Whether @field is shown, sorted by or filtered by. */
static bool is_used(const struct report *report, const struct field *field)
{
	if (field == report->query.sort || is_filtered_by(report, field))
		return true;
	for (size_t i = 0; i < report->columns.len; i++) {
		if (report->columns.fields[i] == field)
			return true;
	}
	return false;
}

static unsigned int find_output_flags(const struct report *report)
{
	unsigned int flags = 0;

	if (!(report->options->flags & REPORT_NO_HEADER))
		flags |= OUTPUT_HEADER;
	if (report->query.flags & QUERY_TREE)
		flags |= OUTPUT_TREE;
	/* In a pipe a name keeps its bytes: whoever reads them may know better. */
	if (!text_is_utf8_locale())
		flags |= stdout_width() > 0 ? OUTPUT_ASCII | OUTPUT_ASCII_NAMES : OUTPUT_ASCII;
	return flags;
}

static void find_demand(struct report *report)
{
	report->sources = report->type->sources | fields_sources(report->columns.fields);
	if (report->query.sort)
		report->sources |= report->query.sort->sources;
	if (report->filter)
		report->sources |= filter_sources(report->filter);
	if (report->options->format == OUTPUT_JSON)
		report->sources |= SOURCE_HOST;
	for (size_t i = 0; i < fields_len; i++) {
		if (!(fields[i].kinds & report->type->kind) || !is_used(report, &fields[i]))
			continue;
		report->expensive |= fields[i].flags & FIELD_EXPENSIVE;
		report->needs_rates |= fields[i].flags & FIELD_RATE;
	}
}

int report_init(struct report *report, const struct report_type *type,
		const struct report_options *options, struct err *err)
{
	int r;

	*report = (struct report) {
		.type = type,
		.options = options,
		.query = {.kind = type->kind, .flags = type->query_flags, .uid = (uid_t)-1},
		.rows = ROW_LIST_INIT,
	};
	report->query.max_depth = options->depth;
	if (options->flags & REPORT_ALL) {
		report->query.flags |= QUERY_ALL_UNITS;
		report->query.flags &= ~(unsigned int)QUERY_HIDE_KERNEL_THREADS;
	}
	default_columns(report);
	if (options->columns) {
		r = columns_parse(&report->columns, options->columns, type->kind, err);
		if (r < 0)
			return err_wrap(err, r, "--columns");
	}
	r = set_sort(report, err);
	if (r == 0)
		r = set_filter(report, err);
	if (r == 0)
		find_demand(report);
	report->output_flags = find_output_flags(report);
	return r;
}

void report_finish(struct report *report)
{
	columns_finish(&report->columns);
	filter_free(report->filter);
	row_list_finish(&report->rows);
}

/* ---- The answer ---- */

void report_ask(struct report *report, const struct snapshot *snapshot)
{
	query_run(&report->query, snapshot, &report->rows);
}

struct output report_output(const struct report *report, const struct snapshot *snapshot)
{
	return (struct output) {
		.snapshot = snapshot,
		.columns = report->columns.fields,
		.lines = report->rows.lines,
		.lines_len = report->rows.len,
		.key = report->type->key,
		.flags = report->output_flags,
		.width = stdout_width(),
	};
}
