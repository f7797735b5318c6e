/* SPDX-License-Identifier: MIT */
/*
 * Tables to mdoc(7): commands with their options, fields, the host's figures, keys. Only the tables
 * speak here; what a page says around them is written by hand.
 */
#include "commands/mdoc.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "commands/command.h"
#include "commands/host_json.h"
#include "commands/options.h"
#include "model/fields.h"
#include "runtime/runtime.h"
#include "ui/keys.h"
#include "ui/settings.h"

#define LINE_MAX_COLUMNS 78

/* A word of running text, where @at_start is the start of a line, at which dots mean macros. */
static void add_word(struct span word, bool at_start, struct strbuf *out)
{
	if (at_start && (word.p[0] == '.' || word.p[0] == '\''))
		strbuf_adds(out, "\\&");
	for (size_t i = 0; i < word.len; i++) {
		if (word.p[i] == '\\')
			strbuf_adds(out, "\\e");
		else if (word.p[i] == '-')
			strbuf_adds(out, "\\-");
		else
			strbuf_addc(out, word.p[i]);
	}
}

/* Running text: lines of some width, and each sentence starts one. */
static void add_text(const char *text, struct strbuf *out)
{
	struct span rest = span_of(text);
	struct span word;
	size_t used = 0;

	while (span_next_word(&rest, &word)) {
		if (used > 0)
			strbuf_addc(out, used + 1 + word.len > LINE_MAX_COLUMNS ? '\n' : ' ');
		if (used + 1 + word.len > LINE_MAX_COLUMNS)
			used = 0;
		add_word(word, used == 0, out);
		used += word.len + 1;
		if (rest.len > 0 && span_ends(word, SPAN(".")) && !span_ends(word, SPAN(".."))) {
			strbuf_addc(out, '\n');
			used = 0;
		}
	}
}

/* A clause of a table as a sentence, with its capital and its full stop. */
static void add_sentence(const char *clause, struct strbuf *out)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	strbuf_adds(&text, clause);
	if (text.len == 0)
		return;
	text.data[0] = (char)toupper((unsigned char)text.data[0]);
	if (!span_ends(strbuf_span(&text), SPAN(".")))
		strbuf_addc(&text, '.');
	add_text(strbuf_cstr(&text), out);
	strbuf_addc(out, '\n');
}

/* One argument of a macro: quoted, so that no word of it is taken for another macro. */
static void add_argument(const char *text, struct strbuf *out)
{
	char last = ' ';

	strbuf_adds(out, " \"");
	for (; *text; text++) {
		if (*text == '"')
			strbuf_adds(out, "\\(dq");
		else if (*text == '\\')
			strbuf_adds(out, "\\e");
		else
			strbuf_addc(out, *text);
		last = *text;
	}
	/* A delimiter at the end would be set outside of the macro. */
	if (strchr(".,:;!?)", last))
		strbuf_adds(out, "\\&");
	strbuf_addc(out, '"');
}

/* ---- Commands ---- */

static void add_option(const struct option_spec *spec, struct strbuf *out)
{
	if (spec->flags & OPTION_HIDDEN)
		return;
	strbuf_adds(out, ".It");
	if (spec->letter)
		strbuf_addf(out, " Fl %c ,", spec->letter);
	strbuf_addf(out, " Fl -%s", spec->name);
	if (spec->argument)
		strbuf_addf(out, " Ar %s", spec->argument);
	strbuf_addc(out, '\n');
	add_sentence(spec->help, out);
}

static bool has_visible(const struct option_spec *spec)
{
	for (; spec && spec->name; spec++) {
		if (!(spec->flags & OPTION_HIDDEN))
			return true;
	}
	return false;
}

static void add_options(const struct option_spec *spec, struct strbuf *out)
{
	if (!has_visible(spec))
		return;
	strbuf_adds(out, ".Bl -tag -width Ds\n");
	for (; spec->name; spec++)
		add_option(spec, out);
	strbuf_adds(out, ".El\n");
}

/* Paragraphs of --help have a blank line between them. */
static void add_paragraphs(const char *details, struct strbuf *out)
{
	while (details) {
		const char *end = strstr(details, "\n\n");
		char *paragraph =
			end ? strndup(details, (size_t)(end - details)) : xstrdup(details);

		add_sentence(paragraph, out);
		free(paragraph);
		details = end ? end + 2 : NULL;
		if (details)
			strbuf_adds(out, ".Pp\n");
	}
}

static void add_command(const struct command *command, struct strbuf *out)
{
	strbuf_addf(out, ".Ss %s\n.Nm Cm %s\n", command->name, command->name);
	if (has_visible(command->options))
		strbuf_adds(out, ".Op Ar OPTIONS\n");
	if (command->operands && command->operands[0]) {
		strbuf_adds(out, ".Ar");
		add_argument(command->operands, out);
		strbuf_addc(out, '\n');
	}
	strbuf_adds(out, ".Pp\n");
	add_sentence(command->help, out);
	if (command->alias)
		strbuf_addf(out, "It may be called\n.Cm %s\ntoo.\n", command->alias);
	add_paragraphs(command->details, out);
	add_options(command->options, out);
}

static void add_commands(struct strbuf *out)
{
	for (size_t i = 0; i < commands_len; i++) {
		if (!commands[i]->hidden)
			add_command(commands[i], out);
	}
	strbuf_adds(out, ".Ss Every command\n");
	add_options(options_common, out);
}

/* ---- Fields ---- */

static const char *type_text(enum field_type type)
{
	static const char *const texts[] = {
		[FIELD_TEXT] = "text",
		[FIELD_BOOL] = "true or false",
		[FIELD_COUNT] = "a count",
		[FIELD_ID] = "a number that is a name",
		[FIELD_BYTES] = "bytes",
		[FIELD_BYTES_PER_SEC] = "bytes per second",
		[FIELD_PER_SEC] = "per second",
		[FIELD_PCT] = "percent",
		[FIELD_CPUS] = "CPUs",
		[FIELD_CPU_TIME] = "microseconds",
		[FIELD_DURATION] = "microseconds",
		[FIELD_TIME] = "UTC time, ISO 8601",
		[FIELD_SIGNED] = "an integer",
	};

	return texts[type];
}

static void add_field(const struct field *field, struct strbuf *out)
{
	strbuf_adds(out, ".It Sy");
	add_argument(field->id, out);
	strbuf_adds(out, " Pq");
	add_argument(field->title, out);
	strbuf_addc(out, '\n');
	add_sentence(field->help, out);
	strbuf_addf(out, "In %s.\n", type_text(field->type));
	if (field->flags & FIELD_EXPENSIVE)
		strbuf_adds(out, "It costs time to read.\n");
}

static void add_fields(struct strbuf *out)
{
	static const struct {
		unsigned int kinds;
		const char *title;
	} groups[] = {
		{ROW_CONTAINER, "Of containers (list, stats, inspect)"},
		{ROW_CONTAINER | ROW_CGROUP,
		 "Of containers and cgroups (list, stats, inspect, tree)"},
		{ROW_CGROUP, "Of cgroups (tree)"},
		{ROW_PROCESS, "Of processes (ps)"},
		{ROW_NS, "Of namespaces (ns)"},
		{ROW_EVENT, "Of events (on the screen)"},
	};

	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		strbuf_addf(out, ".Ss %s\n.Bl -tag -width Ds\n", groups[i].title);
		for (size_t j = 0; j < fields_len; j++) {
			if (fields[j].kinds == groups[i].kinds)
				add_field(&fields[j], out);
		}
		strbuf_adds(out, ".El\n");
	}
}

static void add_host(struct strbuf *out)
{
	strbuf_adds(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < host_figures_len; i++) {
		strbuf_adds(out, ".It Sy");
		add_argument(host_figures[i].id, out);
		strbuf_addc(out, '\n');
		add_sentence(host_figures[i].help, out);
	}
	strbuf_adds(out, ".El\n");
}

/* Why a value may not be known. */
static void add_reasons(struct strbuf *out)
{
	strbuf_adds(out, ".Bl -bullet -compact\n");
	for (int why = 0; why < WHY_COUNT_; why++) {
		strbuf_adds(out, ".It\n");
		add_text(metric_why_text((enum metric_why)why), out);
		strbuf_addc(out, '\n');
	}
	strbuf_adds(out, ".El\n");
}

/* ---- Keys ---- */

static void add_key(const struct key *key, struct strbuf *out)
{
	_cleanup_(strbuf_finish)
	struct strbuf names = STRBUF_INIT;

	key_names(key, &names);
	strbuf_adds(out, ".It Sy");
	add_argument(strbuf_cstr(&names), out);
	strbuf_addc(out, '\n');
	add_sentence(key->help, out);
}

static void add_keys(struct strbuf *out)
{
	for (int group = 0; group < KEY_GROUPS; group++) {
		strbuf_addf(out, ".Ss %s\n.Bl -tag -width Ds\n",
			    key_group_text((enum key_group)group));
		for (size_t i = 0; i < keys_len; i++) {
			if (keys[i].group == (enum key_group)group)
				add_key(&keys[i], out);
		}
		strbuf_adds(out, ".El\n");
	}
}

/* ---- Limits ---- */

static void add_limit(const struct limit *limit, struct strbuf *out)
{
	strbuf_adds(out, ".It Cm");
	add_argument(limit->name, out);
	strbuf_addc(out, '\n');
	add_sentence(limit->help, out);
	strbuf_addf(out, "The kernel's file is\n.Pa %s", limit->v2_file);
	if (!limit->v1_file)
		strbuf_adds(out, " ;\nthere is none on cgroup v1.\n");
	else if (strcmp(limit->v1_file, limit->v2_file) == 0)
		strbuf_adds(out, " .\n");
	else
		strbuf_addf(out, " ,\non cgroup v1\n.Pa %s .\n", limit->v1_file);
}

static void add_limits(struct strbuf *out)
{
	strbuf_adds(out, ".Bl -tag -width Ds\n");
	for (int i = 0; i < LIMITS; i++)
		add_limit(&limits[i], out);
	strbuf_adds(out, ".El\n");
}

/* ---- Settings ---- */

static void add_settings(struct strbuf *out)
{
	strbuf_adds(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < settings_len; i++) {
		strbuf_addf(out, ".It Cm %s\n", settings[i].name);
		setting_add_values(&settings[i], out);
		strbuf_adds(out, ".\n");
		add_sentence(settings[i].help, out);
	}
	strbuf_adds(out, ".El\n");
}

int mdoc_section(const char *name, struct strbuf *out, struct err *err)
{
	static const struct {
		const char *name;
		void (*add)(struct strbuf *out);
	} sections[] = {
		{"commands", add_commands}, {"fields", add_fields}, {"host", add_host},
		{"keys", add_keys},	    {"limits", add_limits}, {"reasons", add_reasons},
		{"settings", add_settings},
	};

	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		if (strcmp(sections[i].name, name) == 0) {
			sections[i].add(out);
			return 0;
		}
	}
	return err_setx(
		err, EINVAL,
		"no section '%s': commands, fields, host, keys, limits, reasons or settings", name);
}
