/* SPDX-License-Identifier: MIT */
/*
 * The help box: what the signs and bars mean, and every key, from the key table. Owns nothing; the texts
 * live in the arena of the open dialog.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "ui/app_private.h"

#define NAMES_COLUMNS 20 /* of a key's names, in front of its help */
#define ENTRY_COLUMNS 76 /* of a key with its help: two stand side by side where there is room */

static const struct dialog_line legend[] = {
	{{{STYLE_STRONG, "boxtop " BOXTOP_VERSION},
	  {STYLE_BOX, " - every container, cgroup and process of a host"}}},
	{{{0, NULL}}},
	{{{STYLE_BOX, "CPU bar   "},
	  {STYLE_BAR_LOW, "nice "},
	  {STYLE_BAR_USER, "user "},
	  {STYLE_BAR_SYSTEM, "system "},
	  {STYLE_BAR_WAIT, "iowait "},
	  {STYLE_BAR_STEAL, "steal"}}},
	{{{STYLE_BOX, "Mem bar   "},
	  {STYLE_BAR_USER, "used "},
	  {STYLE_BAR_SYSTEM, "shared "},
	  {STYLE_BAR_LOW, "buffers "},
	  {STYLE_BAR_WAIT, "cache"}}},
	{{{STYLE_BOX, "Cells     "},
	  {STYLE_STRONG, "-"},
	  {STYLE_BOX, " there is none  "},
	  {STYLE_STRONG, "?"},
	  {STYLE_BOX, " not permitted  "},
	  {STYLE_STRONG, "\xe2\x80\xa6"},
	  {STYLE_BOX, " not read yet"}}},
	{{{STYLE_BOX, "Marks     "},
	  {STYLE_ALARM, "!"},
	  {STYLE_BOX, " at a limit  "},
	  {STYLE_STRONG, "*"},
	  {STYLE_BOX, " name not confirmed  "},
	  {STYLE_PAUSED, "frozen"}}},
	{{{STYLE_BOX,
	   "w: the line above the keys says why a cell is empty; Left and Right go to others."}}},
};

/* add_entry() - a key's names and what it does, into the first free pair of parts of @line */
static void add_entry(struct app *app, struct dialog_line *line, const struct key *key)
{
	_cleanup_(strbuf_finish)
	struct strbuf names = STRBUF_INIT;
	struct arena *arena = &app->dialog_texts;
	int part = line->parts[0].text ? 2 : 0;
	key_names(key, &names);
	line->parts[part] = (struct dialog_part) {
		STYLE_STRONG, arena_printf(arena, "%*s", NAMES_COLUMNS - 2, strbuf_cstr(&names))};
	size_t columns = text_width(span_of(key->help)) + 2;
	size_t pad = columns + NAMES_COLUMNS < ENTRY_COLUMNS
			     ? ENTRY_COLUMNS - NAMES_COLUMNS - columns
			     : 0;
	line->parts[part + 1] = (struct dialog_part) {
		STYLE_BOX, arena_printf(arena, "  %s%*s", key->help, part == 0 ? (int)pad : 0, "")};
}

static void add_heading(struct dialog_line *line, enum key_group group)
{
	line->parts[0] = (struct dialog_part) {STYLE_LABEL, key_group_text(group)};
}

/* add_group() - heading and keys, @per_line beside each other; returns the lines used */
static size_t add_group(struct app *app, struct dialog_line *lines, enum key_group group,
			size_t per_line)
{
	size_t n = 0;
	add_heading(&lines[0], group);
	for (size_t i = 0; i < keys_len; i++)
		if (keys[i].group == group)
			add_entry(app, &lines[1 + n++ / per_line], &keys[i]);
	return 1 + (n + per_line - 1) / per_line;
}

/* add_vi() - that letters mean something else; returns the lines used */
static size_t add_vi(const struct app *app, struct dialog_line *line)
{
	if (!app->options->vi_keys)
		return 0;
	line->parts[0] = (struct dialog_part) {STYLE_LABEL, "vi keys are on: "};
	line->parts[1] = (struct dialog_part) {
		STYLE_BOX, "j k h l g G move, n N search on; : has what they hide"};
	return 1;
}

/* add_issues() - what the last pass found wrong; returns the lines used */
static size_t add_issues(struct app *app, struct dialog_line *lines)
{
	const struct snapshot *snapshot = app->snapshot;
	if (!snapshot || snapshot->issues_len == 0)
		return 0;
	lines[1].parts[0] = (struct dialog_part) {STYLE_LABEL, "What could not be read"};
	for (size_t i = 0; i < snapshot->issues_len; i++) {
		_cleanup_(strbuf_finish)
		struct strbuf clean = STRBUF_INIT;
		text_sanitize(span_of(snapshot->issues[i].text), &clean);
		lines[2 + i].parts[0] = (struct dialog_part) {
			STYLE_WARN, arena_strdup(&app->dialog_texts, strbuf_cstr(&clean))};
	}
	return 2 + snapshot->issues_len;
}

/* add_source() - where processes come from; returns the lines used */
static size_t add_source(struct app *app, struct dialog_line *line)
{
	const struct snapshot *snapshot = app->snapshot;
	if (!snapshot || !snapshot->process_source)
		return 0;
	line->parts[0] = (struct dialog_part) {STYLE_BOX, arena_printf(&app->dialog_texts,
								       "Processes come from %s.",
								       snapshot->process_source)};
	return 1;
}

void app_show_help(struct app *app)
{
	arena_reset(&app->dialog_texts);
	size_t issues = app->snapshot ? app->snapshot->issues_len : 0;
	size_t max = ARRAY_LEN(legend) + keys_len + 2 * KEY_GROUPS + issues + 5;
	struct dialog_line *lines = arena_array(&app->dialog_texts, max, sizeof(*lines));
	size_t per_line = app->width >= 2 * ENTRY_COLUMNS + 4 ? 2 : 1;
	size_t len = ARRAY_LEN(legend);
	memcpy(lines, legend, sizeof(legend));
	len += add_vi(app, &lines[len]);
	len += add_source(app, &lines[len]);
	len += add_issues(app, &lines[len]);
	for (int group = 0; group < KEY_GROUPS; group++)
		len += 1 + add_group(app, &lines[len + 1], (enum key_group)group, per_line);
	dialog_open_box(&app->dialog, "Help", lines, len);
	app->answer = app_ignore_answer;
}
