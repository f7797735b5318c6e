/* SPDX-License-Identifier: MIT */
/*
 * Settings as text: lines of "name = value", where "containers.columns" and the like are of one screen.
 * What is no setting of ours is never lost: a file that is written again keeps it where it stood.
 */
#include <errno.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "model/fields.h"
#include "ui/settings.h"
#include "ui/table.h"

/* ---- Of one screen ---- */

/** struct screen_setting - what a screen is told; the part of the name behind the dot */
struct screen_setting {
	const char *name;
	int (*parse)(struct span value, enum row_kind kind, struct app_screen_options *out,
		     struct err *err);
	void (*add)(const struct app_screen_options *options, struct strbuf *out);
};

static int parse_columns(struct span value, enum row_kind kind, struct app_screen_options *out,
			 struct err *err)
{
	struct span rest = value, part;
	size_t n = 0;
	while (span_next_part(&rest, ',', &part)) {
		part = span_trim(part);
		if (!field_find(part, kind))
			return err_setx(err, EINVAL, "no column is called '%.*s'", (int)part.len,
					part.p);
		if (++n > TABLE_COLUMNS_MAX)
			return err_setx(err, EINVAL, "more than %d columns", TABLE_COLUMNS_MAX);
	}
	if (value.len >= sizeof(out->columns))
		return err_setx(err, EINVAL, "more columns than there is room for");
	span_copy(value, out->columns, sizeof(out->columns));
	return 0;
}

static void add_columns(const struct app_screen_options *options, struct strbuf *out)
{
	strbuf_adds(out, options->columns);
}

static int parse_sort(struct span value, enum row_kind kind, struct app_screen_options *out,
		      struct err *err)
{
	enum app_direction direction = APP_FIRST_DIRECTION;
	struct span id = value;
	if (id.len > 0 && (*id.p == '-' || *id.p == '+')) {
		direction = *id.p == '-' ? APP_DESCENDING : APP_ASCENDING;
		id = (struct span) {id.p + 1, id.len - 1};
	}
	const struct field *field = field_find(id, kind);
	if (!field)
		return err_setx(err, EINVAL, "no column is called '%.*s'", (int)id.len, id.p);
	snprintf(out->sort, sizeof(out->sort), "%s", field->id);
	out->sort_direction = direction;
	return 0;
}

static void add_sort(const struct app_screen_options *options, struct strbuf *out)
{
	if (options->sort[0] && options->sort_direction != APP_FIRST_DIRECTION)
		strbuf_addc(out, options->sort_direction == APP_DESCENDING ? '-' : '+');
	strbuf_adds(out, options->sort);
}

static int parse_shape(struct span value, enum row_kind kind, struct app_screen_options *out,
		       struct err *err)
{
	(void)kind;
	if (!span_eq(value, SPAN("list")) && !span_eq(value, SPAN("tree")))
		return err_setx(err, EINVAL, "'%.*s' is neither list nor tree", (int)value.len,
				value.p);
	out->shape = span_eq(value, SPAN("list")) ? APP_LIST : APP_TREE;
	return 0;
}

static void add_shape(const struct app_screen_options *options, struct strbuf *out)
{
	static const char *const texts[] = {
		[APP_FIRST_SHAPE] = "", [APP_LIST] = "list", [APP_TREE] = "tree"};
	strbuf_adds(out, texts[options->shape]);
}

static const struct screen_setting screen_settings[] = {
	{"columns", parse_columns, add_columns},
	{"sort", parse_sort, add_sort},
	{"shape", parse_shape, add_shape},
};

/* ---- Names ---- */

/** struct named - what a name means: a setting, or one of a screen; both NULL: nothing */
struct named {
	const struct setting *setting;
	const struct screen_setting *of_screen;
	enum app_screen screen;
};

static struct named find_name(struct span name)
{
	struct span screen, part;
	struct named found = {.screen = SCREENS};
	for (size_t i = 0; i < settings_len; i++)
		if (span_eq(span_of(settings[i].name), name))
			found.setting = &settings[i];
	if (!span_split_at(name, '.', &screen, &part))
		return found;
	found.screen = app_screen_find(screen);
	for (size_t i = 0; i < ARRAY_LEN(screen_settings) && found.screen != SCREENS; i++)
		if (span_eq(span_of(screen_settings[i].name), part))
			found.of_screen = &screen_settings[i];
	return found;
}

static void add_value(const struct named *named, const struct app_options *options,
		      struct strbuf *out)
{
	if (named->setting)
		setting_add_value(named->setting, options, out);
	else
		named->of_screen->add(&options->screens[named->screen], out);
}

/* ---- Reading ---- */

/* cut_line() - "name = value" into halves; false: a comment, or nothing */
static bool cut_line(struct span line, struct span *name, struct span *value)
{
	line = span_trim(line);
	if (line.len == 0 || line.p[0] == '#')
		return false;
	*name = line;
	*value = (struct span) {line.p + line.len, 0};
	if (span_split_at(line, '=', name, value)) {
		*name = span_trim(*name);
		*value = span_trim(*value);
	}
	return true;
}

static int apply_line(struct span name, struct span value, struct app_options *options,
		      struct err *err)
{
	struct named named = find_name(name);
	if (named.setting)
		return setting_parse(named.setting, value, options, err);
	if (!named.of_screen)
		return err_setx(err, EINVAL, "no setting is called '%.*s'",
				name.len < 64 ? (int)name.len : 64, name.p);
	int r = named.of_screen->parse(value, app_screen_kind(named.screen),
				       &options->screens[named.screen], err);
	return err_wrap(err, r, "%.*s", (int)name.len, name.p);
}

void settings_apply(struct span text, struct app_options *options, struct settings_problem *problem)
{
	struct span line, name, value;
	*problem = (struct settings_problem) {.err = ERR_INIT};
	for (unsigned int number = 1; span_next_line(&text, &line); number++) {
		struct err err = ERR_INIT;
		if (!cut_line(line, &name, &value) || apply_line(name, value, options, &err) >= 0)
			continue;
		problem->more += problem->line != 0;
		if (problem->line)
			continue;
		problem->line = number;
		problem->err = err;
	}
}

/* ---- Writing ---- */

#define NAMES_MAX 64

/** struct writer - a text on its way */
struct writer {
	const struct app_options *now, *defaults;
	struct strbuf *out;
	struct strbuf value, usual;
};

/* write_line() - nothing where the value is the usual one */
static void write_line(struct writer *writer, const char *name, const struct named *named)
{
	strbuf_reset(&writer->value);
	strbuf_reset(&writer->usual);
	add_value(named, writer->now, &writer->value);
	add_value(named, writer->defaults, &writer->usual);
	if (!span_eq(strbuf_span(&writer->value), strbuf_span(&writer->usual)))
		strbuf_addf(writer->out, "%s = %s\n", name, strbuf_cstr(&writer->value));
}

/* is_told() - whether a name stands in a text */
static bool is_told(struct span text, const char *wanted)
{
	struct span line, name, value;
	while (span_next_line(&text, &line))
		if (cut_line(line, &name, &value) && span_eq(name, span_of(wanted)))
			return true;
	return false;
}

/* rewrite() - the lines there were, with the values of now; told twice, a setting stays where it was last */
static void rewrite(struct writer *writer, struct span old)
{
	struct span line, name, value;
	while (span_next_line(&old, &line)) {
		char text[NAMES_MAX];
		struct named named = {NULL, NULL, SCREENS};
		if (cut_line(line, &name, &value))
			named = find_name(name);
		if (!named.setting && !named.of_screen) {
			strbuf_add(writer->out, line.p, line.len);
			strbuf_addc(writer->out, '\n');
		} else if (span_copy(name, text, sizeof(text)) && !is_told(old, text)) {
			write_line(writer, text, &named);
		}
	}
}

static void append(struct writer *writer, struct span old, const char *name)
{
	struct named named = find_name(span_of(name));
	if (!is_told(old, name))
		write_line(writer, name, &named);
}

void settings_write(struct span old, const struct app_options *now,
		    const struct app_options *defaults, struct strbuf *out)
{
	struct writer writer = {now, defaults, out, STRBUF_INIT, STRBUF_INIT};
	if (old.len == 0)
		strbuf_adds(out, "# boxtop's settings: man boxtop has them all\n");
	rewrite(&writer, old);
	for (size_t i = 0; i < settings_len; i++)
		append(&writer, old, settings[i].name);
	for (int screen = 0; screen < SCREENS; screen++) {
		for (size_t i = 0; i < ARRAY_LEN(screen_settings); i++) {
			char name[NAMES_MAX];
			snprintf(name, sizeof(name), "%s.%s",
				 app_screen_name((enum app_screen)screen), screen_settings[i].name);
			append(&writer, old, name);
		}
	}
	strbuf_finish(&writer.value);
	strbuf_finish(&writer.usual);
}
