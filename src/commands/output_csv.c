/* SPDX-License-Identifier: MIT */
/* Rows as CSV (RFC 4180). Numbers are as plain as in JSON; an unknown value is an empty cell. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "commands/output.h"

#define LINE_END "\r\n"

/* @raw made safe to show, in quotes where it needs them. */
static void add_text(const char *raw, struct strbuf *out)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	text_sanitize(span_of(raw), &text);
	if (!text.len || !strpbrk(text.data, ",\"")) {
		strbuf_adds(out, strbuf_cstr(&text));
		return;
	}
	strbuf_addc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"')
			strbuf_addc(out, '"');
		strbuf_addc(out, text.data[i]);
	}
	strbuf_addc(out, '"');
}

static void add_real(double number, struct strbuf *out)
{
	if (isfinite(number))
		strbuf_addf(out, "%.15g", number_round(number));
}

static void add_value(const struct value *value, struct strbuf *out)
{
	char time[32];

	if (value->state != METRIC_KNOWN)
		return;
	if (value_is_unlimited(value)) {
		strbuf_adds(out, "max");
		return;
	}
	switch (value->type) {
	case FIELD_TEXT:
		add_text(value->text, out);
		return;
	case FIELD_BOOL:
		strbuf_adds(out, value->boolean ? "true" : "false");
		return;
	case FIELD_PCT:
	case FIELD_PER_SEC:
	case FIELD_BYTES_PER_SEC:
		add_real(value->f64, out);
		return;
	case FIELD_CPUS:
		add_real((double)value->u64 / 1e6, out);
		return;
	case FIELD_SIGNED:
		strbuf_addf(out, "%" PRId64, (int64_t)value->u64);
		return;
	case FIELD_TIME:
		strbuf_adds(out, clock_format_iso(value->u64, time));
		return;
	default:
		strbuf_addf(out, "%" PRIu64, value->u64);
	}
}

static void add_header(const struct output *output, struct strbuf *out)
{
	const char *separator = "";

	if (output->flags & OUTPUT_TIMED) {
		strbuf_adds(out, "time");
		separator = ",";
	}
	for (size_t i = 0; output->columns[i]; i++) {
		strbuf_addf(out, "%s%s", separator, output->columns[i]->id);
		separator = ",";
	}
	strbuf_adds(out, LINE_END);
}

static void add_row(const struct output *output, const struct row *row, struct strbuf *out)
{
	char time[32];

	if (output->flags & OUTPUT_TIMED)
		strbuf_adds(out, clock_format_iso(output->snapshot->realtime_usec, time));
	for (size_t i = 0; output->columns[i]; i++) {
		struct value value = field_get(output->columns[i], row);

		if (i > 0 || (output->flags & OUTPUT_TIMED))
			strbuf_addc(out, ',');
		add_value(&value, out);
	}
	strbuf_adds(out, LINE_END);
}

void output_write_csv(const struct output *output, struct strbuf *out)
{
	if (output->flags & OUTPUT_HEADER)
		add_header(output, out);
	for (size_t i = 0; i < output->lines_len; i++)
		add_row(output, &output->lines[i].row, out);
}
