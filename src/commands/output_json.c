/* SPDX-License-Identifier: MIT */
/*
 * Rows as JSON by jansson. Every text in it is valid UTF-8 and holds no character that a terminal could
 * obey; a field has one type, or is null and says why under "unknown". Owns nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "commands/output.h"

#define REPLACEMENT    "\xef\xbf\xbd" /* U+FFFD */
#define NO_LIMIT_TEXT  "no limit is set"
#define REAL_PRECISION 15

/* As with xmalloc(): a table of a few megabytes is not worth a way back. */
static void need(int result)
{
	if (result == 0)
		return;
	fputs("boxtop: out of memory\n", stderr);
	abort();
}

void json_add(json_t *object, const char *key, json_t *value)
{
	need(json_object_set_new(object, key, value));
}

void json_push(json_t *array, json_t *value)
{
	need(json_array_append_new(array, value));
}

json_t *json_text(const char *raw)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct span rest = span_of(raw);
	uint32_t ch;

	if (!raw)
		return json_null();
	for (struct span before = rest; text_next(&rest, &ch, NULL); before = rest) {
		if (ch == 0xfffd)
			strbuf_adds(&text, REPLACEMENT);
		else
			strbuf_add(&text, before.p, before.len - rest.len);
	}
	return json_stringn(strbuf_cstr(&text), text.len);
}

/* jansson has no unsigned integers; beyond them a real is the nearest there is. */
static json_t *json_of_u64(uint64_t number)
{
	return number <= INT64_MAX ? json_integer((json_int_t)number) : json_real((double)number);
}

static json_t *json_of_value(const struct value *value)
{
	char time[32];

	if (value->state != METRIC_KNOWN || value_is_unlimited(value))
		return json_null();
	switch (value->type) {
	case FIELD_TEXT:
		return json_text(value->text);
	case FIELD_BOOL:
		return json_boolean(value->boolean);
	case FIELD_PCT:
	case FIELD_PER_SEC:
	case FIELD_BYTES_PER_SEC:
		return isfinite(value->f64) ? json_real(number_round(value->f64)) : json_null();
	case FIELD_CPUS:
		return json_real((double)value->u64 / 1e6);
	case FIELD_SIGNED:
		return json_integer((json_int_t)value->u64);
	case FIELD_TIME:
		return json_string(clock_format_iso(value->u64, time));
	default:
		return json_of_u64(value->u64);
	}
}

json_t *output_json_row(const struct field *const *columns, const struct row *row)
{
	json_t *object = json_object();
	json_t *unknown = json_object();

	for (; *columns; columns++) {
		struct value value = field_get(*columns, row);

		json_add(object, (*columns)->id, json_of_value(&value));
		if (value_is_unlimited(&value))
			json_add(unknown, (*columns)->id, json_string(NO_LIMIT_TEXT));
		else if (value.state != METRIC_KNOWN)
			json_add(unknown, (*columns)->id,
				 json_string(metric_why_text((enum metric_why)value.why)));
	}
	json_add(object, "unknown", unknown);
	return object;
}

json_t *output_json_envelope(const struct snapshot *snapshot)
{
	json_t *object = json_object();
	char time[32];

	json_add(object, "time", json_string(clock_format_iso(snapshot->realtime_usec, time)));
	json_add(object, "host", host_json(&snapshot->host));
	return object;
}

json_t *output_json_issues(const struct snapshot *snapshot)
{
	json_t *array = json_array();

	for (size_t i = 0; i < snapshot->issues_len; i++)
		json_push(array, json_text(snapshot->issues[i].text));
	return array;
}

/* \u escapes for one character, in two halves where it needs more than 16 bits. */
static void add_escaped(uint32_t ch, struct strbuf *out)
{
	if (ch > 0xffff) {
		ch -= 0x10000;
		strbuf_addf(out, "\\u%04" PRIX32, 0xd800 + (ch >> 10));
		ch = 0xdc00 + (ch & 0x3ff);
	}
	strbuf_addf(out, "\\u%04" PRIX32, ch);
}

/*
 * jansson escapes what the standard demands and leaves DEL, C1 and bidi controls as they are. These can
 * only stand inside strings, so escaping them in the text of the whole object is safe.
 */
static void add_safe_json(const char *json, struct strbuf *out)
{
	struct span rest = span_of(json);
	uint32_t ch;

	if (text_is_clean(rest)) {
		strbuf_add(out, rest.p, rest.len);
		return;
	}
	for (struct span before = rest; text_next(&rest, &ch, NULL); before = rest) {
		struct span piece = {before.p, before.len - rest.len};

		if (text_is_clean(piece))
			strbuf_add(out, piece.p, piece.len);
		else
			add_escaped(ch, out);
	}
}

int output_json_line(json_t *object, struct strbuf *out, struct err *err)
{
	_cleanup_(cleanup_free)
	char *json = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(REAL_PRECISION));

	json_decref(object);
	if (!json)
		return err_set(err, ENOMEM, "write JSON");
	add_safe_json(json, out);
	strbuf_addc(out, '\n');
	return 0;
}

int output_write_json(const struct output *output, struct strbuf *out, struct err *err)
{
	json_t *object = output_json_envelope(output->snapshot);
	json_t *rows = json_array();

	for (size_t i = 0; i < output->lines_len; i++)
		json_push(rows, output_json_row(output->columns, &output->lines[i].row));
	json_add(object, output->key, rows);
	json_add(object, "issues", output_json_issues(output->snapshot));
	return output_json_line(object, out, err);
}
