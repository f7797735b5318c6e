// SPDX-License-Identifier: MIT
/*
 * Taking facts out of state files. JSON is parsed by jansson; the document lives for the length of
 * one call. Owns a set of facts (one array, one pool of text). Never does I/O, never trusts a type:
 * what a file says is as hostile as any name.
 */
#include "collectors/engines/facts.h"

#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/parse.h"

/** struct build - a set in the making: offsets + 1 into the text, 0 for none, as it may move */
struct build {
	struct strbuf text;
	size_t (*items)[FACTS];
	size_t len, cap;
};

static size_t *build_add_item(struct build *build)
{
	if (build->len == build->cap) {
		build->cap = build->cap ? build->cap * 2 : 1;
		build->items = xreallocarray(build->items, build->cap, sizeof(*build->items));
	}
	memset(build->items[build->len], 0, sizeof(*build->items));
	return build->items[build->len++];
}

static void build_set(struct build *build, size_t *item, enum fact fact, struct span text)
{
	if (item[fact] || !text.len || memchr(text.p, '\0', text.len))
		return;
	if (text.len > FACT_TEXT_MAX)
		text.len = FACT_TEXT_MAX;
	item[fact] = build->text.len + 1;
	strbuf_add(&build->text, text.p, text.len);
	strbuf_add(&build->text, "", 1);
}

static int compare_ids(const void *a, const void *b)
{
	const struct facts *left = a, *right = b;

	return strcmp(left->text[FACT_ID], right->text[FACT_ID]);
}

/* Offsets become pointers once the text has stopped moving. */
static void build_finish(struct build *build, struct facts_set *set)
{
	set->pool = build->text.data;
	set->len = build->len;
	set->items = xcalloc(build->len ? build->len : 1, sizeof(*set->items));
	for (size_t i = 0; i < build->len; i++)
		for (size_t fact = 0; fact < FACTS; fact++)
			if (build->items[i][fact])
				set->items[i].text[fact] = set->pool + build->items[i][fact] - 1;
	free(build->items);
}

/* ---- JSON ---- */

static json_t *parse_json(const char *bytes, size_t len)
{
	return json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
}

static void json_cleanup(json_t **json)
{
	json_decref(*json);
}

static void build_set_json(struct build *build, size_t *item, enum fact fact, const json_t *value)
{
	char number[32];

	if (json_is_string(value)) {
		build_set(build, item, fact,
			  (struct span) {json_string_value(value), json_string_length(value)});
	} else if (json_is_integer(value)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
		build_set(build, item, fact, span_of(number));
	} else if (fact == FACT_OOM_KILLED && json_is_true(value)) {
		build_set(build, item, fact, SPAN("true"));
	}
}

/* Follow @keys from @object; podman keeps an object inside of a text. */
static void take_fact(struct build *build, size_t *item, const struct fact_key *key, json_t *object)
{
	_cleanup_(json_cleanup)
	json_t *inner = NULL;
	json_t *value = object;

	for (size_t depth = 0; depth < FACT_KEY_DEPTH && key->keys[depth]; depth++) {
		if (json_is_string(value) && !inner)
			value = inner =
				parse_json(json_string_value(value), json_string_length(value));
		value = json_object_get(value, key->keys[depth]);
	}
	/* "names": the first of several is the one to show */
	if (json_is_array(value))
		value = json_array_get(value, 0);
	build_set_json(build, item, key->fact, value);
}

static void take_object(struct build *build, const struct facts_source *source, json_t *object)
{
	size_t *item = build_add_item(build);

	for (size_t i = 0; i < source->keys_len; i++)
		take_fact(build, item, &source->keys[i], object);
}

static bool build_json(struct build *build, const struct facts_source *source, struct span file)
{
	_cleanup_(json_cleanup)
	json_t *json = parse_json(file.p, file.len);
	size_t i;
	json_t *element;

	if (source->format == FACTS_JSON) {
		if (!json_is_object(json))
			return false;
		take_object(build, source, json);
		return true;
	}
	if (!json_is_array(json))
		return false;
	json_array_foreach(json, i, element)
	{
		take_object(build, source, element);
		if (!build->items[build->len - 1][FACT_ID])
			build->len--;
	}
	return true;
}

/* ---- Lines ---- */

static struct span unquote(struct span s)
{
	if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
		return (struct span) {s.p + 1, s.len - 2};
	return s;
}

static bool build_lines(struct build *build, const struct facts_source *source, struct span file)
{
	struct span line, key, value, section = SPAN("");
	size_t *item = build_add_item(build);

	while (span_next_line(&file, &line)) {
		line = span_trim(line);
		if (line.len >= 2 && line.p[0] == '[' && line.p[line.len - 1] == ']')
			section = (struct span) {line.p + 1, line.len - 2};
		if (!line.len || line.p[0] == '#' || !span_split_at(line, '=', &key, &value))
			continue;
		for (size_t i = 0; i < source->keys_len; i++)
			if (span_eq(section, span_of(source->keys[i].keys[0])) &&
			    span_eq(span_trim(key), span_of(source->keys[i].keys[1])))
				build_set(build, item, source->keys[i].fact,
					  unquote(span_trim(value)));
	}
	return true;
}

static bool build_value(struct build *build, const struct facts_source *source, struct span file)
{
	struct span line, rest = file;

	if (!span_next_line(&rest, &line))
		return false;
	build_set(build, build_add_item(build), source->keys[0].fact, span_trim(line));
	return true;
}

static bool (*const builders[])(struct build *build, const struct facts_source *source,
				struct span file) = {
	[FACTS_JSON] = build_json,
	[FACTS_LIST] = build_json,
	[FACTS_LINES] = build_lines,
	[FACTS_VALUE] = build_value,
};

/* Of equal ids the one that stands first in the file, and so in the pool, comes first. */
static int compare_places(const void *a, const void *b)
{
	const struct facts *left = a, *right = b;
	int order = compare_ids(a, b);

	return order ? order
		     : (left->text[FACT_ID] > right->text[FACT_ID]) -
			       (left->text[FACT_ID] < right->text[FACT_ID]);
}

static void drop_repeats(struct facts_set *set)
{
	size_t kept = 0;

	qsort(set->items, set->len, sizeof(*set->items), compare_places);
	for (size_t i = 0; i < set->len; i++)
		if (kept == 0 || compare_ids(&set->items[kept - 1], &set->items[i]) != 0)
			set->items[kept++] = set->items[i];
	set->len = kept;
}

bool facts_parse(const struct facts_source *source, struct span file, struct facts_set *set)
{
	struct build build = {.text = STRBUF_INIT};

	if (!builders[source->format](&build, source, file)) {
		strbuf_finish(&build.text);
		free(build.items);
		return false;
	}
	build_finish(&build, set);
	if (source->format == FACTS_LIST)
		drop_repeats(set);
	return true;
}

void facts_finish(struct facts_set *set)
{
	free(set->items);
	free(set->pool);
	*set = (struct facts_set) {NULL, 0, NULL};
}

const struct facts *facts_find(const struct facts_set *set, const char *id)
{
	struct facts wanted = {.text = {[FACT_ID] = id}};

	if (!id)
		return set->len ? &set->items[0] : NULL;
	return set->len ? bsearch(&wanted, set->items, set->len, sizeof(*set->items), compare_ids)
			: NULL;
}

uint64_t facts_u64(const struct facts *facts, enum fact fact)
{
	uint64_t value = 0;

	if (facts->text[fact])
		parse_u64(span_of(facts->text[fact]), &value);
	return value;
}

/* ".123456789" of a second to microseconds; advances @text */
static uint64_t fraction_usec(const char **text)
{
	uint64_t usec = 0, unit = 100000;

	if (**text != '.')
		return 0;
	for ((*text)++; **text >= '0' && **text <= '9'; (*text)++, unit /= 10)
		usec += unit * (uint64_t)(**text - '0');
	return usec;
}

uint64_t facts_usec(const char *text)
{
	struct tm tm = {0};
	uint64_t usec;
	int hours = 0, minutes = 0;
	time_t seconds;
	const char *rest;

	if (!text)
		return 0;
	if (parse_u64(span_of(text), &usec))
		return usec;
	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!rest)
		return 0;
	usec = fraction_usec(&rest);
	if (*rest && *rest != 'Z' && sscanf(rest, "%3d:%2d", &hours, &minutes) != 2)
		return 0;
	seconds =
		timegm(&tm) - (hours * 60 + (hours < 0 || *rest == '-' ? -minutes : minutes)) * 60;
	return seconds > 0 ? (uint64_t)seconds * 1000000 + usec : 0;
}
