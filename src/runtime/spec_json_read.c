/* SPDX-License-Identifier: MIT */
/*
 * The pieces that config.json is read with: objects by a table of their keys, arrays, texts, numbers.
 * Keeps the full name of the key that is being read, for the one error that comes of it. Knows no key.
 */
#include "runtime/spec_json.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The first double past the last uint64_t: what 18446744073709551615 ("unlimited") is as a double. */
#define TWO_POW_64 18446744073709551616.0

int spec_refuse(struct spec_reader *reader, const char *fmt, ...)
{
	char text[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return err_setx(reader->err, EINVAL, "config.json: %s%s%s", reader->path,
			reader->path_len ? ": " : "", text);
}

/* push() - go down into @name; the old length is what pop() wants. A name that doesn't fit is cut. */
static size_t push(struct spec_reader *reader, const char *name)
{
	size_t old = reader->path_len;
	int n = snprintf(reader->path + old, sizeof(reader->path) - old, "%s%.64s",
			 old && name[0] != '[' ? "." : "", name);

	reader->path_len += n < 0 ? 0 : (size_t)n;
	if (reader->path_len >= sizeof(reader->path))
		reader->path_len = sizeof(reader->path) - 1;
	return old;
}

static void pop(struct spec_reader *reader, size_t old)
{
	reader->path_len = old;
	reader->path[old] = '\0';
}

static int read_key(struct spec_reader *reader, const struct spec_key *keys, const char *name,
		    json_t *value)
{
	for (; keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys->read(reader, value);
	return spec_refuse(reader, "is not supported; without it the bundle may run");
}

int spec_read_object(struct spec_reader *reader, json_t *object, const struct spec_key *keys)
{
	const char *name;
	json_t *value;
	int r = 0;

	if (!json_is_object(object))
		return spec_refuse(reader, "must be an object");
	json_object_foreach(object, name, value)
	{
		size_t old = push(reader, name);

		if (!json_is_null(value))
			r = read_key(reader, keys, name, value);
		if (r < 0)
			return r;
		pop(reader, old);
	}
	return 0;
}

int spec_read_each(struct spec_reader *reader, json_t *array,
		   int (*read)(struct spec_reader *reader, json_t *value))
{
	char name[32];
	json_t *value;
	size_t i;

	if (!json_is_array(array))
		return spec_refuse(reader, "must be an array");
	json_array_foreach(array, i, value)
	{
		size_t old;
		int r;

		snprintf(name, sizeof(name), "[%zu]", i);
		old = push(reader, name);
		r = read(reader, value);
		if (r < 0)
			return r;
		pop(reader, old);
	}
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* {"hex": "..."}: bytes that no JSON text can hold, as spec_json_text() writes them. */
static int read_hex(struct spec_reader *reader, json_t *value, char **out)
{
	const char *hex = json_string_value(json_object_get(value, "hex"));
	size_t len = hex ? strlen(hex) : 1;
	char *text;

	if (len % 2 || json_object_size(value) != 1)
		return spec_refuse(reader, "must be a text");
	text = arena_alloc(&reader->spec->arena, len / 2 + 1);
	for (size_t i = 0; i < len / 2; i++) {
		int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0 || (high == 0 && low == 0))
			return spec_refuse(reader, "must be a text");
		text[i] = (char)(high << 4 | low);
	}
	*out = text;
	return 0;
}

int spec_read_text(struct spec_reader *reader, json_t *value, char **out)
{
	if (json_is_object(value))
		return read_hex(reader, value, out);
	if (!json_is_string(value))
		return spec_refuse(reader, "must be a text");
	*out = arena_strdup(&reader->spec->arena, json_string_value(value));
	return 0;
}

int spec_read_list(struct spec_reader *reader, json_t *array, struct spec_list *out)
{
	json_t *value;
	size_t i;

	*out = (struct spec_list) {NULL, 0};
	if (!json_is_array(array))
		return spec_refuse(reader, "must be an array of texts");
	json_array_foreach(array, i, value)
	{
		char *text;
		int r = spec_read_text(reader, value, &text);

		if (r < 0)
			return r;
		spec_list_add(reader->spec, out, text);
	}
	return 0;
}

int spec_read_pairs(struct spec_reader *reader, json_t *object, struct spec_list *out)
{
	const char *name;
	json_t *value;

	*out = (struct spec_list) {NULL, 0};
	if (!json_is_object(object))
		return spec_refuse(reader, "must be an object of texts");
	json_object_foreach(object, name, value)
	{
		size_t old = push(reader, name);
		char *text;
		int r = spec_read_text(reader, value, &text);

		if (r < 0)
			return r;
		if (name[0] == '\0' || strchr(name, '='))
			return spec_refuse(reader, "must be a name without '='");
		spec_list_add(reader->spec, out,
			      arena_printf(&reader->spec->arena, "%s=%s", name, text));
		pop(reader, old);
	}
	return 0;
}

int spec_read_bool(struct spec_reader *reader, json_t *value, bool *out)
{
	if (!json_is_boolean(value))
		return spec_refuse(reader, "must be true or false");
	*out = json_is_true(value);
	return 0;
}

int spec_read_number(struct spec_reader *reader, json_t *value, int64_t min, int64_t max,
		     int64_t *out)
{
	int64_t number;

	if (json_is_integer(value)) {
		number = json_integer_value(value);
	} else if (json_is_real(value) && json_real_value(value) > -0x1p63 &&
		   json_real_value(value) < 0x1p63 &&
		   json_real_value(value) == (double)(int64_t)json_real_value(value)) {
		/* A file with a number that JSON's library can't hold is read with all as doubles. */
		number = (int64_t)json_real_value(value);
	} else {
		return spec_refuse(reader, "must be a whole number from %jd to %jd", (intmax_t)min,
				   (intmax_t)max);
	}
	if (number < min || number > max)
		return spec_refuse(reader, "%jd is not from %jd to %jd", (intmax_t)number,
				   (intmax_t)min, (intmax_t)max);
	*out = number;
	return 0;
}

int spec_read_u64(struct spec_reader *reader, json_t *value, uint64_t *out)
{
	double real = json_is_real(value) ? json_real_value(value) : 0;
	int64_t number = 0;
	int r;

	if (real == TWO_POW_64) {
		*out = UINT64_MAX;
		return 0;
	}
	if (real >= 0x1p63 && real < TWO_POW_64) {
		*out = (uint64_t)real;
		return 0;
	}
	r = spec_read_number(reader, value, 0, INT64_MAX, &number);
	*out = (uint64_t)number;
	return r;
}

int spec_read_u32(struct spec_reader *reader, json_t *value, uint32_t *out)
{
	int64_t number = 0;
	int r = spec_read_number(reader, value, 0, UINT32_MAX, &number);

	*out = (uint32_t)number;
	return r;
}

int spec_read_harmless(struct spec_reader *reader, json_t *value)
{
	(void)reader;
	(void)value;
	return 0;
}

static bool asks_for_nothing(json_t *value)
{
	const char *name;
	json_t *inner;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		json_object_foreach(value, name, inner)
		{
			if (!asks_for_nothing(inner))
				return false;
		}
		return true;
	case JSON_ARRAY:
		json_array_foreach(value, i, inner)
		{
			if (!asks_for_nothing(inner))
				return false;
		}
		return true;
	case JSON_STRING:
		return json_string_length(value) == 0;
	case JSON_INTEGER:
		return json_integer_value(value) == 0 || json_integer_value(value) == -1;
	case JSON_REAL:
		return json_real_value(value) == 0 || json_real_value(value) == -1;
	default:
		return !json_is_true(value);
	}
}

int spec_read_nothing(struct spec_reader *reader, json_t *value)
{
	return asks_for_nothing(value) ? 0 : spec_refuse(reader, "is not supported");
}
