/* SPDX-License-Identifier: MIT */
/*
 * The launch dialog: what a sandbox is made of, and the command line that would make the same. What was
 * launched last is there the next time. The line that is shown is what is run.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "ui/app_private.h"

#define VALUE_COLUMNS 44
#define ARGS_MAX      64
#define CTRL_Y	      25u

/** enum launch_field - in the order of their lines; each has a place in acting.launch */
enum launch_field {
	LAUNCH_COMMAND = 0,
	LAUNCH_NAME,
	LAUNCH_ROOT,
	LAUNCH_MEMORY,
	LAUNCH_CPUS,
	LAUNCH_PIDS,
	LAUNCH_NET,
	LAUNCH_FIELDS,
};

/** struct launch_row - a field: its option of boxtop run, and what it is at first */
struct launch_row {
	const char *label, *option, *first, *help;
};

static const struct launch_row rows[LAUNCH_FIELDS] = {
	[LAUNCH_COMMAND] = {"Command", NULL, "sleep infinity",
			    "what runs inside, with its arguments; '...' keeps blanks together"},
	[LAUNCH_NAME] = {"Name", "--name", "", "empty: a name is made up"},
	[LAUNCH_ROOT] = {"Root", "--rootfs", "",
			 "a directory or an archive; empty: the host's, whose changes vanish"},
	[LAUNCH_MEMORY] = {"Memory", "--memory", "256M", "as 256M or 1.5G; empty: no limit"},
	[LAUNCH_CPUS] = {"CPUs", "--cpus", "1", "as 0.5 or 50%; empty: no limit"},
	[LAUNCH_PIDS] = {"Processes", "--pids", "100", "processes and threads; empty: no limit"},
	[LAUNCH_NET] = {"Network", "--net", "none", "none or host"},
};

/** struct launch_line - the command line of what the form says */
struct launch_line {
	const char *args[ARGS_MAX + 1]; /* "run", ...; NULL-terminated */
	size_t len;
	bool too_long;
};

static void add_arg(struct launch_line *line, const char *arg)
{
	if (line->len == ARGS_MAX)
		line->too_long = true;
	else
		line->args[line->len++] = arg;
}

/* next_word() - as a shell splits, with '...' and "..." only; NULL at the end */
static const char *next_word(struct span *rest, struct arena *arena)
{
	_cleanup_(strbuf_finish)
	struct strbuf word = STRBUF_INIT;
	char quote = 0;
	bool any = false;
	*rest = span_trim(*rest);
	for (; rest->len > 0; rest->p++, rest->len--) {
		char c = *rest->p;
		if (!quote && (c == ' ' || c == '\t'))
			break;
		any = true;
		if (c == quote)
			quote = 0;
		else if (!quote && (c == '\'' || c == '"'))
			quote = c;
		else
			strbuf_addc(&word, c);
	}
	return any ? arena_strdup(arena, strbuf_cstr(&word)) : NULL;
}

static void build(struct app *app, struct launch_line *line)
{
	struct arena *arena = &app->dialog_texts;
	const char *word;
	*line = (struct launch_line) {.len = 0};
	add_arg(line, "run");
	add_arg(line, "--detach");
	for (size_t i = 0; i < LAUNCH_FIELDS; i++) {
		struct span text = span_trim(form_text(&app->dialog, i));
		if (!rows[i].option || text.len == 0)
			continue;
		add_arg(line, rows[i].option);
		add_arg(line, arena_strndup(arena, text.p, text.len));
	}
	add_arg(line, "--");
	struct span rest = form_text(&app->dialog, LAUNCH_COMMAND);
	while ((word = next_word(&rest, arena)))
		add_arg(line, word);
}

static bool is_plain(const char *arg)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789%+,-./:=@_";
	return arg[0] && strspn(arg, plain) == strlen(arg);
}

/* shell_text() - as it can be pasted into a shell */
static void shell_text(const struct launch_line *line, struct strbuf *out)
{
	strbuf_adds(out, "boxtop");
	for (size_t i = 0; i < line->len; i++) {
		strbuf_addc(out, ' ');
		if (is_plain(line->args[i])) {
			strbuf_adds(out, line->args[i]);
			continue;
		}
		strbuf_addc(out, '\'');
		for (const char *p = line->args[i]; *p; p++) {
			if (*p == '\'')
				strbuf_adds(out, "'\\''");
			else
				strbuf_addc(out, *p);
		}
		strbuf_addc(out, '\'');
	}
}

static void refresh(struct app *app)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct launch_line line;
	arena_reset(&app->dialog_texts);
	build(app, &line);
	shell_text(&line, &text);
	app->acting.form.below = app_clean(app, strbuf_cstr(&text));
}

static void launch(struct app *app)
{
	struct actions *actions = app->acting.actions;
	struct launch_line line;
	build(app, &line);
	for (size_t i = 0; i < LAUNCH_FIELDS; i++) {
		struct span text = form_text(&app->dialog, i);
		strbuf_reset(&app->acting.launch[i]);
		strbuf_add(&app->acting.launch[i], text.p, text.len);
	}
	app->acting.launched = true;
	if (line.too_long) {
		app_say(app, STYLE_ERROR, "The command has more words than fit here");
		return;
	}
	actions->launch(actions, line.args);
	dialog_close(&app->dialog);
	app_say(app, STYLE_STRONG, "Starting it\xe2\x80\xa6");
}

/* copy_line() - to the clipboard of the terminal */
static void copy_line(struct app *app)
{
	struct launch_line line;
	build(app, &line);
	strbuf_reset(&app->copy);
	shell_text(&line, &app->copy);
	app_say(app, STYLE_OK, "Copied: the line that starts it");
}

static void answer_launch(struct app *app, enum dialog_result result, uint32_t key)
{
	if (result == DIALOG_CANCELLED)
		return;
	if (result == DIALOG_NOT_MINE && key == CTRL_Y) {
		copy_line(app);
		return;
	}
	if (result != DIALOG_DONE)
		refresh(app);
	else if (span_trim(form_text(&app->dialog, LAUNCH_COMMAND)).len == 0)
		app_say(app, STYLE_ERROR, "There is no command to run");
	else
		launch(app);
}

void app_ask_launch(struct app *app)
{
	struct form *form = &app->acting.form;
	if (!app_may_act(app))
		return;
	form_set_len(form, LAUNCH_FIELDS);
	form->columns = VALUE_COLUMNS;
	for (size_t i = 0; i < LAUNCH_FIELDS; i++) {
		struct form_field *field = &form->fields[i];
		const struct strbuf *last = &app->acting.launch[i];
		/* No two are called the same: a name is for once. */
		bool again = app->acting.launched && i != LAUNCH_NAME;
		field->label = rows[i].label;
		field->note = rows[i].help;
		field->note_style = STYLE_DIM;
		strbuf_adds(&field->text, again ? strbuf_cstr(last) : rows[i].first);
	}
	dialog_open_form(&app->dialog, "New sandbox", form);
	app->dialog.footer = (struct footer) {0};
	footer_add(&app->dialog.footer, KEY_CODE_ENTER, "Start");
	footer_add(&app->dialog.footer, CTRL_Y, "Copy");
	footer_add(&app->dialog.footer, KEY_CODE_ESC, "Cancel");
	app->answer = answer_launch;
	refresh(app);
}
