/* SPDX-License-Identifier: MIT */
/*
 * Copying what a row is called: a menu of its names, and what was chosen to the terminal's clipboard, as
 * clean text: it will be pasted into a shell. Whether the terminal has a clipboard, the loop finds out.
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "ui/app_private.h"

#define COPIES_MAX 6

/** struct copies - which fields of a kind of row are worth copying, the likeliest first */
struct copies {
	enum row_kind kind;
	const char *fields[COPIES_MAX + 1];
};

static const struct copies copies[] = {
	{ROW_CONTAINER, {"name", "id", "cgroup", "image", "pid", NULL}},
	{ROW_CGROUP, {"path", "name", "id", NULL}},
	{ROW_PROCESS, {"pid", "command", "container", "cgroup", NULL}},
	{ROW_NS, {"id", "type", "container", "command", NULL}},
	{ROW_EVENT, {"text", "name", NULL}},
};

static const char *const *fields_of(enum row_kind kind)
{
	size_t i = 0;
	while (copies[i].kind != kind)
		i++;
	return copies[i].fields;
}

/* text_of() - a field of a row as clean text; NULL: it is not known */
static const char *text_of(const struct field *field, const struct row *row, struct arena *arena)
{
	_cleanup_(strbuf_finish)
	struct strbuf clean = STRBUF_INIT;
	struct value value = field_get(field, row);
	if (value.state != METRIC_KNOWN)
		return NULL;
	if (value.type != FIELD_TEXT)
		return arena_printf(arena, "%" PRIu64, value.u64);
	if (!value.text || !value.text[0])
		return NULL;
	text_sanitize(span_of(value.text), &clean);
	return arena_strdup(arena, strbuf_cstr(&clean));
}

static void answer_copy(struct app *app, enum dialog_result result, uint32_t key)
{
	(void)key;
	if (result != DIALOG_DONE)
		return;
	strbuf_reset(&app->copy);
	strbuf_adds(&app->copy, app->menu_texts[app->dialog.chosen]);
	app_say(app, STYLE_OK, "Copied: %s", strbuf_cstr(&app->copy));
}

void app_ask_copy(struct app *app)
{
	const struct row_line *line = table_selected(view_table(app_view(app)));
	struct arena *arena = &app->dialog_texts;
	size_t len = 0;
	if (!line) {
		app_say(app, STYLE_DIM, "There is no row to copy from");
		return;
	}
	arena_reset(arena);
	struct dialog_choice *choices = arena_array(arena, COPIES_MAX, sizeof(*choices));
	app->menu_texts = arena_array(arena, COPIES_MAX, sizeof(char *));
	for (const char *const *id = fields_of(line->row.kind); *id; id++) {
		const struct field *field = field_find(span_of(*id), line->row.kind);
		const char *text = field ? text_of(field, &line->row, arena) : NULL;
		if (!text)
			continue;
		app->menu_texts[len] = text;
		choices[len++] = (struct dialog_choice) {arena_printf(arena, "%-10s %s", *id, text),
							 field->help};
	}
	dialog_open_menu(&app->dialog, "Copy", choices, len, 0);
	app->answer = answer_copy;
}
