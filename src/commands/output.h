/* SPDX-License-Identifier: MIT */
/*
 * The three writers: rows of a snapshot under a list of columns, as aligned text, as one line of JSON,
 * as CSV. What a writer emits is valid whatever the names of the system hold.
 */
#ifndef BOXTOP_COMMANDS_OUTPUT_H
#define BOXTOP_COMMANDS_OUTPUT_H

#include <jansson.h>

#include "base/err.h"
#include "model/fields.h"
#include "model/query.h"

/** enum output_format */
enum output_format {
	OUTPUT_TEXT = 0,
	OUTPUT_JSON,
	OUTPUT_CSV,
	OUTPUT_FORMATS,
};

/** output_format_find() - "text", "json", "csv"; 0 or -EINVAL with @err */
int output_format_find(const char *text, enum output_format *out, struct err *err);

enum output_flags {
	OUTPUT_HEADER = 1 << 0,	     /* text, CSV: a first line of titles or ids */
	OUTPUT_TIMED = 1 << 1,	     /* CSV: the first column is the time of the sample */
	OUTPUT_ASCII = 1 << 2,	     /* text: our own signs in ASCII */
	OUTPUT_ASCII_NAMES = 1 << 3, /* text: look-alikes for names too */
	OUTPUT_TREE = 1 << 4,	     /* text: guides in the tree column */
};

/** struct output - what to write; everything is borrowed */
struct output {
	const struct snapshot *snapshot;
	const struct field *const *columns; /* ends with NULL */
	const struct row_line *lines;
	size_t lines_len;
	const char *key;    /* JSON: the name of the array */
	unsigned int flags; /* enum output_flags */
	size_t width;	    /* text: of the terminal; 0: no bound */
	size_t indent;	    /* text: blanks before each line */
};

/** output_write() - in @format, appended to @out; 0, or -ENOMEM with @err */
int output_write(const struct output *output, enum output_format format, struct strbuf *out,
		 struct err *err);

void output_write_text(const struct output *output, struct strbuf *out);
void output_write_csv(const struct output *output, struct strbuf *out);
/** output_write_json() - one line: {"time": ..., "host": {...}, KEY: [...], "issues": [...]} */
int output_write_json(const struct output *output, struct strbuf *out, struct err *err);

/* ---- What the JSON of other commands is made of ---- */

/** output_json_row() - a new object: every column by its id, and "unknown" with the reasons of nulls */
json_t *output_json_row(const struct field *const *columns, const struct row *row);
/** output_json_envelope() - a new object with "time" and "host" */
json_t *output_json_envelope(const struct snapshot *snapshot);
/** output_json_issues() - a new array of texts */
json_t *output_json_issues(const struct snapshot *snapshot);
/** output_json_line() - @object (consumed) as one line, appended to @out */
int output_json_line(json_t *object, struct strbuf *out, struct err *err);
/** json_text() - a new string of raw bytes, each that is no UTF-8 replaced by U+FFFD; null for NULL */
json_t *json_text(const char *raw);
/** json_add() - as json_object_set_new(), but aborts without memory */
void json_add(json_t *object, const char *key, json_t *value);
/** json_push() - as json_array_append_new(), but aborts without memory */
void json_push(json_t *array, json_t *value);

/** host_json() - a new object: the figures of the host by their names, and "unknown" */
json_t *host_json(const struct host *host);

/** value_is_unlimited() - whether it is the known value "no limit" */
bool value_is_unlimited(const struct value *value);
/** number_round() - to three decimals, what JSON and CSV say of rates */
double number_round(double number);

#endif
