/* SPDX-License-Identifier: MIT */
/*
 * The filter language: alternatives of conjunctions of parts. A part is a word looked for in the row's
 * texts, or a comparison of one field. Owns what filter_parse() made.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "base/pattern.h"
#include "base/text.h"
#include "base/units.h"
#include "model/query.h"

enum filter_op {
	OP_WORD = 0, /* in any of the row's texts */
	OP_CONTAINS,
	OP_REGEX,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
};

/* struct part - one condition */
struct part {
	enum filter_op op;
	bool negated;
	bool ends_alternative; /* the last of its conjunction */
	const struct field *field;
	char *text;		/* the value, as written; NULL for a word */
	struct pattern pattern; /* what the text has to hold: words, OP_CONTAINS, OP_REGEX */
	double number;		/* the value for a comparison of numbers, in the field's unit */
};

struct filter {
	enum row_kind kind;
	struct part *parts;
	size_t len, cap;
	const struct field *words[16]; /* what a plain word is looked for in, NULL-terminated */
};

static const struct {
	struct span text;
	enum filter_op op;
} ops[] = {
	/* the longer ones first */
	{SPAN("<="), OP_LE}, {SPAN(">="), OP_GE}, {SPAN("!="), OP_NE}, {SPAN("=~"), OP_REGEX},
	{SPAN("="), OP_EQ},  {SPAN("<"), OP_LT},  {SPAN(">"), OP_GT},  {SPAN("~"), OP_CONTAINS},
};

/* The texts that a plain word is looked for in, where the kind of row has them. */
static const char *const word_fields[] = {
	"name",	   "command", "comm", "container", "engine", "image", "pod", "project",
	"service", "user",    "path", "cgroup",	   "id",     "type",  "pid",
};

static void find_words(struct filter *filter)
{
	size_t n = 0;

	_Static_assert(ARRAY_LEN(word_fields) < ARRAY_LEN(filter->words), "room for the NULL");
	for (size_t i = 0; i < ARRAY_LEN(word_fields); i++) {
		const struct field *field = field_find(span_of(word_fields[i]), filter->kind);

		if (field)
			filter->words[n++] = field;
	}
}

/* What of a text is quoted in an error. */
static int text_len(struct span text)
{
	return (int)(text.len < 40 ? text.len : 40);
}

/* Cuts "FIELD OP VALUE" apart; false if it does not look like one. */
static bool split_comparison(struct span text, struct span *id, enum filter_op *op,
			     struct span *value)
{
	size_t at = 0;

	while (at < text.len && ((text.p[at] >= 'a' && text.p[at] <= 'z') ||
				 (text.p[at] >= '0' && text.p[at] <= '9') || text.p[at] == '_'))
		at++;
	if (at == 0)
		return false;
	*id = (struct span) {text.p, at};
	text = span_trim((struct span) {text.p + at, text.len - at});
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		if (!span_starts(text, ops[i].text))
			continue;
		*op = ops[i].op;
		*value = span_trim(
			(struct span) {text.p + ops[i].text.len, text.len - ops[i].text.len});
		return true;
	}
	return false;
}

/* "12", "-3", "1.5", "50%", "20k", "1M": decimal, as the screen shows it. */
static int parse_plain(struct span text, double *out, struct err *err)
{
	static const struct {
		char suffix;
		double factor;
	} suffixes[] = {{'%', 1}, {'k', 1e3}, {'M', 1e6}, {'G', 1e9}};
	struct span digits = text;
	double factor = 1;
	char buf[64], *end;

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (text.len && text.p[text.len - 1] == suffixes[i].suffix) {
			factor = suffixes[i].factor;
			digits.len = text.len - 1;
		}
	/* strtod() would take hexadecimals, infinities and blanks too */
	if (!span_copy(digits, buf, sizeof(buf)) || !buf[0] ||
	    buf[strspn(buf, "-0123456789.")] != '\0')
		return err_setx(err, EINVAL, "not a number: \"%.*s\"", text_len(text), text.p);
	*out = strtod(buf, &end) * factor;
	if (*end)
		return err_setx(err, EINVAL, "not a number: \"%.*s\"", text_len(text), text.p);
	return 0;
}

static int parse_bool(struct span text, double *out, struct err *err)
{
	static const struct {
		struct span text;
		bool value;
	} words[] = {{SPAN("yes"), true},    {SPAN("no"), false}, {SPAN("true"), true},
		     {SPAN("false"), false}, {SPAN("1"), true},	  {SPAN("0"), false}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (span_eq(text, words[i].text)) {
			*out = words[i].value;
			return 0;
		}
	return err_setx(err, EINVAL, "neither yes nor no: \"%.*s\"", text_len(text), text.p);
}

/* A value as written to the number that the field's getter gives. */
static int parse_number(const struct field *field, struct span text, double *out, struct err *err)
{
	uint64_t number = METRIC_NO_LIMIT;
	int r = 0;

	switch (field->type) {
	case FIELD_BOOL:
		return parse_bool(text, out, err);
	case FIELD_BYTES:
	case FIELD_BYTES_PER_SEC:
		r = units_parse_bytes(text, &number, err);
		break;
	case FIELD_CPUS:
		r = units_parse_cpus(text, &number, err);
		break;
	case FIELD_CPU_TIME:
	case FIELD_DURATION:
		r = units_parse_duration(text, &number, err);
		break;
	case FIELD_COUNT:
		if (!span_eq(text, SPAN("max")))
			return parse_plain(text, out, err);
		break;
	default:
		return parse_plain(text, out, err);
	}
	*out = (double)number;
	return r;
}

/* parse_pattern() - @sign: what stands in front of a pattern of this kind */
static int parse_pattern(struct part *part, const char *sign, struct span text, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf signed_text = STRBUF_INIT;

	strbuf_adds(&signed_text, sign);
	strbuf_add(&signed_text, text.p, text.len);
	int r = pattern_parse(&part->pattern, strbuf_span(&signed_text), err);

	return err_wrap(err, r, "filter");
}

static int fill_comparison(struct part *part, enum row_kind kind, struct span id, struct span value,
			   struct err *err)
{
	part->field = field_find(id, kind);
	if (!part->field)
		return err_setx(err, EINVAL, "filter: there is no field \"%.*s\" here",
				text_len(id), id.p);
	if (part->op == OP_REGEX)
		return parse_pattern(part, "~", value, err);
	if (part->op == OP_CONTAINS)
		return parse_pattern(part, "", value, err);
	part->text = xmalloc(value.len + 1);
	span_copy(value, part->text, value.len + 1);
	if (part->field->type == FIELD_TEXT)
		return 0;
	return err_wrap(err, parse_number(part->field, value, &part->number, err), "filter: %s",
			part->field->id);
}

static int add_part(struct filter *filter, struct span text, struct err *err)
{
	struct span id, value;
	struct part *part;
	bool negated = false;

	text = span_trim(text);
	if (text.len && text.p[0] == '!') {
		negated = true;
		text = span_trim((struct span) {text.p + 1, text.len - 1});
	}
	/* Nothing there (yet): while it is typed, "a|" and "a&!" are still "a". */
	if (text.len == 0)
		return 0;
	if (filter->len == filter->cap) {
		filter->cap = filter->cap ? filter->cap * 2 : 4;
		filter->parts = xreallocarray(filter->parts, filter->cap, sizeof(*filter->parts));
	}
	part = &filter->parts[filter->len++];
	*part = (struct part) {.negated = negated};
	if (split_comparison(text, &id, &part->op, &value))
		return fill_comparison(part, filter->kind, id, value, err);
	part->op = OP_WORD;
	return parse_pattern(part, "", text, err);
}

/* ---- Cutting it apart ---- */

/* is_regex() - whether the part that a text starts with is a regular expression */
static bool is_regex(struct span text)
{
	struct span id, value;
	enum filter_op op;

	text = span_trim(text);
	while (text.len && text.p[0] == '!')
		text = span_trim((struct span) {text.p + 1, text.len - 1});
	if (text.len && text.p[0] == '~')
		return true;
	return split_comparison(text, &id, &op, &value) && op == OP_REGEX;
}

/* regex_len() - up to the next sign that is not within brackets of any kind, or escaped */
static size_t regex_len(struct span text)
{
	size_t depth = 0, set = 0; /* where a [set] started, plus one */

	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (set) {
			if (c == ']' && i > set && !(i == set + 1 && text.p[set] == '^'))
				set = 0;
		} else if (c == '\\') {
			i++;
		} else if (c == '[') {
			set = i + 1;
		} else if (c == '(') {
			depth++;
		} else if (c == ')') {
			depth -= depth > 0;
		} else if (depth == 0 && (c == '|' || c == '&')) {
			return i;
		}
	}
	return text.len;
}

static size_t part_len(struct span text)
{
	size_t n = 0;

	if (is_regex(text))
		return regex_len(text);
	while (n < text.len && text.p[n] != '|' && text.p[n] != '&')
		n++;
	return n;
}

/* add_parts() - the rest of a filter, part by part */
static int add_parts(struct filter *filter, struct span rest, struct err *err)
{
	size_t started = 0; /* with which part the alternative did */
	int r = 0;

	while (r == 0) {
		size_t len = part_len(rest);
		bool ends = len == rest.len || rest.p[len] == '|';

		r = add_part(filter, (struct span) {rest.p, len}, err);
		if (r == 0 && ends && filter->len > started) {
			filter->parts[filter->len - 1].ends_alternative = true;
			started = filter->len;
		}
		if (len == rest.len)
			break;
		rest = (struct span) {rest.p + len + 1, rest.len - len - 1};
	}
	return r;
}

int filter_parse(const char *text, enum row_kind kind, struct filter **out, struct err *err)
{
	struct filter *filter = xcalloc(1, sizeof(*filter));

	filter->kind = kind;
	find_words(filter);
	if (add_parts(filter, span_of(text), err) < 0) {
		filter_free(filter);
		return -EINVAL;
	}
	*out = filter;
	return 0;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	for (size_t i = 0; i < filter->len; i++) {
		free(filter->parts[i].text);
		pattern_finish(&filter->parts[i].pattern);
	}
	free(filter->parts);
	free(filter);
}

static bool value_holds(const struct value *value, const struct pattern *pattern)
{
	_cleanup_(strbuf_finish)
	struct strbuf buf = STRBUF_INIT;

	if (value->state != METRIC_KNOWN)
		return false;
	if (value->type == FIELD_TEXT)
		return pattern_find(pattern, span_of(value->text), NULL);
	const char *text = strbuf_cstr(&pattern->text);

	if (value->type == FIELD_ID && !pattern->is_regex && text[strspn(text, "0123456789")])
		return false;
	value_format(value, true, &buf);
	return pattern_find(pattern, strbuf_span(&buf), NULL);
}

static bool match_word(const struct filter *filter, const struct part *part, const struct row *row)
{
	for (const struct field *const *field = filter->words; *field; field++) {
		struct value value = field_get(*field, row);

		if (value_holds(&value, &part->pattern))
			return true;
	}
	return false;
}

static bool holds(enum filter_op op, int order)
{
	switch (op) {
	case OP_EQ:
		return order == 0;
	case OP_NE:
		return order != 0;
	case OP_LT:
		return order < 0;
	case OP_LE:
		return order <= 0;
	case OP_GT:
		return order > 0;
	case OP_GE:
		return order >= 0;
	default:
		return false;
	}
}

static double as_number(const struct value *value)
{
	switch (value->type) {
	case FIELD_PCT:
	case FIELD_PER_SEC:
	case FIELD_BYTES_PER_SEC:
		return value->f64;
	case FIELD_SIGNED:
		return (double)(int64_t)value->u64;
	case FIELD_BOOL:
		return value->boolean;
	default:
		return (double)value->u64;
	}
}

static bool match_comparison(const struct part *part, const struct row *row)
{
	struct value value = field_get(part->field, row);
	double number;

	if (value.state != METRIC_KNOWN)
		return false;
	if (part->op == OP_CONTAINS || part->op == OP_REGEX)
		return value_holds(&value, &part->pattern);
	if (value.type == FIELD_TEXT)
		return holds(part->op, strcasecmp(value.text, part->text));
	number = as_number(&value);
	return holds(part->op, (number > part->number) - (number < part->number));
}

bool filter_match(const struct filter *filter, const struct row *row)
{
	bool all = true;

	if (filter->len == 0)
		return true;
	for (size_t i = 0; i < filter->len; i++) {
		const struct part *part = &filter->parts[i];

		if (all)
			all = (part->op == OP_WORD ? match_word(filter, part, row)
						   : match_comparison(part, row)) != part->negated;
		if (!part->ends_alternative)
			continue;
		if (all)
			return true;
		all = true;
	}
	return false;
}

unsigned int filter_sources(const struct filter *filter)
{
	unsigned int sources = 0;

	for (size_t i = 0; filter && i < filter->len; i++)
		if (filter->parts[i].field)
			sources |= filter->parts[i].field->sources;
		else
			sources |= fields_sources(filter->words);
	return sources;
}
