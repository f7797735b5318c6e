/* SPDX-License-Identifier: MIT */
/* Which writer writes, and what the three agree on. Owns nothing. */
#include "commands/output.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const char *const format_names[OUTPUT_FORMATS] = {"text", "json", "csv"};

int output_format_find(const char *text, enum output_format *out, struct err *err)
{
	for (int i = 0; i < OUTPUT_FORMATS; i++) {
		if (strcmp(format_names[i], text) == 0) {
			*out = (enum output_format)i;
			return 0;
		}
	}
	return err_setx(err, EINVAL, "'%s' is no format: text, json or csv", text);
}

bool value_is_unlimited(const struct value *value)
{
	switch (value->type) {
	case FIELD_COUNT:
	case FIELD_BYTES:
	case FIELD_CPUS:
		return value->state == METRIC_KNOWN && value->u64 == METRIC_NO_LIMIT;
	default:
		return false;
	}
}

double number_round(double number)
{
	return round(number * 1000) / 1000;
}

int output_write(const struct output *output, enum output_format format, struct strbuf *out,
		 struct err *err)
{
	switch (format) {
	case OUTPUT_JSON:
		return output_write_json(output, out, err);
	case OUTPUT_CSV:
		output_write_csv(output, out);
		return 0;
	default:
		output_write_text(output, out);
		return 0;
	}
}
