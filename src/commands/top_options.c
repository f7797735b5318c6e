/* SPDX-License-Identifier: MIT */
/*
 * The options of the screen: htop's where htop has them, cgtop's where it has them, and ours. Owns what
 * they were parsed into; opens no terminal and reads nothing of the system but user names.
 */
#include "commands/top_options.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/units.h"
#include "commands/columns.h"
#include "commands/options.h"
#include "commands/source.h"
#include "model/fields.h"
#include "ui/settings.h"
#include "ui/term_name.h"

#define DELAY_USEC 1500000u /* as htop */
#define FRAME_MAX  1000	    /* columns or lines of --dump-frame */
#define DEPTH_MAX  1000
#define PIDS_MAX   4096

/* ---- One function per option ---- */

static int set_delay(void *target, const char *value, struct err *err)
{
	struct top_options *options = target;
	options->delay = value;
	return options_parse_delay(value, &options->app.delay_usec, err);
}

static int set_no_color(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct top_options *)target)->app.color = false;
	return 0;
}

static int set_filter(void *target, const char *value, struct err *err)
{
	(void)err;
	((struct top_options *)target)->app.filter = value;
	return 0;
}

static int set_highlight(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct top_options *)target)->app.highlight = true;
	return 0;
}

static int set_no_mouse(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct top_options *)target)->app.mouse = false;
	return 0;
}

static int set_sort(void *target, const char *value, struct err *err)
{
	(void)err;
	((struct top_options *)target)->app.sort = value;
	return 0;
}

static int set_columns(void *target, const char *value, struct err *err)
{
	(void)err;
	((struct top_options *)target)->app.columns = value;
	return 0;
}

static int set_tree(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct top_options *)target)->app.tree = true;
	return 0;
}

static int set_all(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct top_options *)target)->app.all = true;
	return 0;
}

static int set_ascii(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct top_options *)target)->app.ascii = true;
	return 0;
}

static int set_graph(void *target, const char *value, struct err *err)
{
	static const char *const names[] = {
		[GRAPH_BRAILLE] = "braille", [GRAPH_BLOCKS] = "blocks", [GRAPH_ASCII] = "ascii"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			((struct top_options *)target)->app.graph = (enum graph_marks)i;
			return 0;
		}
	}
	return err_setx(err, EINVAL, "'%s' is none of braille, blocks, ascii", value);
}

static int set_readonly(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct top_options *)target)->app.readonly = true;
	return 0;
}

static int set_batch(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct top_options *)target)->batch = true;
	return 0;
}

static int set_iterations(void *target, const char *value, struct err *err)
{
	struct top_options *options = target;
	return units_parse_u64(span_of(value), 1, UINT64_MAX, &options->app.iterations, err);
}

static int set_once(void *target, const char *value, struct err *err)
{
	(void)value;
	return set_iterations(target, "1", err);
}

static int set_depth(void *target, const char *value, struct err *err)
{
	struct top_options *options = target;
	uint64_t depth;
	int r = units_parse_u64(span_of(value), 1, DEPTH_MAX, &depth, err);
	if (r < 0)
		return r;
	options->app.max_depth = (uint32_t)depth;
	return 0;
}

static int set_user(void *target, const char *value, struct err *err)
{
	struct top_options *options = target;
	const struct passwd *user = getpwnam(value);
	uint64_t uid;
	if (user)
		uid = user->pw_uid;
	else if (units_parse_u64(span_of(value), 0, UINT32_MAX - 1, &uid, NULL) < 0)
		return err_setx(err, EINVAL, "no user is called '%s'", value);
	options->app.uid = (uid_t)uid;
	return 0;
}

static int set_pids(void *target, const char *value, struct err *err)
{
	struct app_options *app = &((struct top_options *)target)->app;
	struct span rest = span_of(value), part;
	while (span_next_part(&rest, ',', &part)) {
		uint64_t pid;
		int r = units_parse_u64(span_trim(part), 1, INT32_MAX, &pid, err);
		if (r < 0)
			return r;
		if (app->pids_len == PIDS_MAX)
			return err_setx(err, EINVAL, "more than %d processes", PIDS_MAX);
		app->pids = xreallocarray(app->pids, app->pids_len + 1, sizeof(pid_t));
		app->pids[app->pids_len++] = (pid_t)pid;
	}
	return 0;
}

static const enum field_preset screen_presets[SCREENS] = {
	[SCREEN_CONTAINERS] = PRESET_CONTAINERS, [SCREEN_CGROUPS] = PRESET_CGROUPS,
	[SCREEN_PROCESSES] = PRESET_PROCESSES,	 [SCREEN_NAMESPACES] = PRESET_NAMESPACES,
	[SCREEN_EVENTS] = PRESET_EVENTS,
};

static int set_screen(void *target, const char *value, struct err *err)
{
	struct top_options *options = target;
	enum app_screen screen = app_screen_find(span_of(value));
	if (screen != SCREENS) {
		options->app.screen = screen;
		options->screen_set = true;
		return 0;
	}
	_cleanup_(strbuf_finish)
	struct strbuf names = STRBUF_INIT;
	for (int i = 0; i < SCREENS; i++)
		strbuf_addf(&names, "%s%s", i ? ", " : "", app_screen_name((enum app_screen)i));
	return err_setx(err, EINVAL, "no screen is called '%s': there are %s", value,
			strbuf_cstr(&names));
}

static int set_theme(void *target, const char *value, struct err *err)
{
	struct top_options *options = target;
	options->app.theme = value;
	options->app.color = true; /* said on the command line, it outdoes NO_COLOR */
	if (theme_find(span_of(value)))
		return 0;
	_cleanup_(strbuf_finish)
	struct strbuf names = STRBUF_INIT;
	for (int i = 0; i < themes_len; i++)
		strbuf_addf(&names, "%s%s", i ? ", " : "", themes[i].name);
	return err_setx(err, EINVAL, "no theme is called '%s': there are %s", value,
			strbuf_cstr(&names));
}

static int set_dump_frame(void *target, const char *value, struct err *err)
{
	struct top_options *options = target;
	struct span width, height;
	uint64_t columns, lines;
	if (!span_split_at(span_of(value), 'x', &width, &height) ||
	    units_parse_u64(width, 1, FRAME_MAX, &columns, NULL) < 0 ||
	    units_parse_u64(height, 1, FRAME_MAX, &lines, NULL) < 0)
		return err_setx(err, EINVAL, "'%s' is no size like 80x24", value);
	options->dump_width = (int)columns;
	options->dump_height = (int)lines;
	return 0;
}

static int set_format(void *target, const char *value, struct err *err)
{
	static const struct {
		const char *name;
		enum canvas_format format;
	} formats[] = {
		{"text", CANVAS_TEXT},
		{"ansi", CANVAS_ANSI},
		{"svg", CANVAS_SVG},
	};
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (strcmp(value, formats[i].name) == 0) {
			((struct top_options *)target)->format = formats[i].format;
			return 0;
		}
	}
	return err_setx(err, EINVAL, "'%s' is none of text, ansi, svg", value);
}

static int set_keys(void *target, const char *value, struct err *err)
{
	(void)err;
	((struct top_options *)target)->keys = value;
	return 0;
}

/* clang-format off */
const struct option_spec top_option_specs[] = {
	{"delay", 'd', OPTION_ARGUMENT, "TENTHS",
	 "time between updates in tenths of a second; 500ms and 2s say their unit (15)", set_delay},
	{"screen", 0, OPTION_ARGUMENT, "NAME", "start with containers, cgroups, processes, namespaces or events", set_screen},
	{"filter", 'F', OPTION_ARGUMENT, "FILTER", "show only rows that match", set_filter},
	{"sort", 's', OPTION_ARGUMENT, "FIELD",
	 "sort by this field; -FIELD largest first, +FIELD smallest first", set_sort},
	{"sort-key", 0, OPTION_ARGUMENT | OPTION_HIDDEN, "FIELD", "the same, as in htop", set_sort},
	{"columns", 'o', OPTION_ARGUMENT, "FIELD,...",
	 "show these columns; +FIELD,... adds some; all; help lists them", set_columns},
	{"tree", 't', 0, NULL, "start with the tree; of cgroups, unless a screen is named", set_tree},
	{"depth", 0, OPTION_ARGUMENT, "LEVELS", "show so many levels of the tree", set_depth},
	{"all", 'a', 0, NULL, "systemd units, pods and monitors too", set_all},
	{"user", 'u', OPTION_ARGUMENT, "USER", "only the processes of this user", set_user},
	{"pid", 'p', OPTION_ARGUMENT | OPTION_REPEAT, "PIDS", "only these processes, comma separated",
	 set_pids},
	{"highlight-changes", 'H', 0, NULL, "mark what is new, and keep what is gone in view for some seconds",
	 set_highlight},
	{"iterations", 'n', OPTION_ARGUMENT, "COUNT", "leave after so many updates; of --dump-frame, how many it is made of", set_iterations},
	{"once", '1', 0, NULL, "leave after one update", set_once},
	{"batch", 'b', 0, NULL, "print samples as text instead of drawing, as boxtop stats",
	 set_batch},
	SOURCE_OPTION,
	{"readonly", 0, 0, NULL, "take every key away that changes something", set_readonly},
	{"no-color", 'C', 0, NULL, "no colours (NO_COLOR does the same)", set_no_color},
	{"theme", 0, OPTION_ARGUMENT, "NAME", "colours: default, monochrome, light, colour-blind",
	 set_theme},
	{"no-mouse", 'M', 0, NULL, "leave the mouse to the terminal", set_no_mouse},
	{"no-unicode", 'U', 0, NULL, "draw with ASCII characters only", set_ascii},
	{"graph", 0, OPTION_ARGUMENT, "MARKS",
	 "draw values over time in braille, blocks or ascii; ascii on the console", set_graph},
	{"ascii", 0, OPTION_HIDDEN, NULL, "the same", set_ascii},
	{"dump-frame", 0, OPTION_ARGUMENT, "WxH", "write one frame of this size to stdout and leave",
	 set_dump_frame},
	{"format", 'f', OPTION_ARGUMENT, "FORMAT", "of the frame: text, ansi or svg (text)", set_format},
	{"keys", 0, OPTION_ARGUMENT, "KEYS",
	 "press these before the frame is written: \"t Down F4 'web'\"", set_keys},
	{0},
};
/* clang-format on */

/* ---- All together ---- */

void top_options_init(struct top_options *options)
{
	const char *no_color = getenv("NO_COLOR");
	*options = (struct top_options) {
		.format = CANVAS_TEXT,
		.app =
			{
				.screen = SCREEN_CONTAINERS,
				.delay_usec = DELAY_USEC,
				.color = !no_color || !no_color[0],
				.mouse = true,
				.hide_kernel_threads = true, /* as htop */
				.ascii = !text_is_utf8_locale(),
				/* The console's font has no braille. */
				.graph = term_name_is_console() ? GRAPH_ASCII : GRAPH_BRAILLE,
				.plain_user = geteuid() != 0,
				.uid = (uid_t)-1,
			},
	};
}

enum row_kind top_options_kind(const struct top_options *options)
{
	return app_screen_kind(options->app.screen);
}

/* resolve_sort() - an id or a title, with a sign for the direction, to an id */
static int resolve_sort(struct top_options *options, struct err *err)
{
	struct app_options *app = &options->app;
	if (!app->sort)
		return 0;
	if (app->sort[0] == '-' || app->sort[0] == '+')
		app->sort_direction = *app->sort++ == '-' ? APP_DESCENDING : APP_ASCENDING;
	const struct field *field =
		columns_find(span_of(app->sort), top_options_kind(options), err);
	if (!field)
		return -EINVAL;
	app->sort = field->id;
	return 0;
}

/* resolve_columns() - "+FIELD" and titles to a plain list of ids */
static int resolve_columns(struct top_options *options, struct err *err)
{
	enum row_kind kind = top_options_kind(options);
	const struct field *const *preset = field_preset(screen_presets[options->app.screen]);
	_cleanup_(columns_finish)
	struct columns columns = {0};
	if (!options->app.columns)
		return 0;
	for (; *preset; preset++)
		columns_add(&columns, *preset);
	int r = columns_parse(&columns, options->app.columns, kind, err);
	for (size_t i = 0; r >= 0 && i < columns.len; i++)
		strbuf_addf(&options->columns, "%s%s", i ? "," : "", columns.fields[i]->id);
	options->app.columns = strbuf_cstr(&options->columns);
	return r;
}

static int compare_pids(const void *a, const void *b)
{
	pid_t left = *(const pid_t *)a, right = *(const pid_t *)b;
	return (left > right) - (left < right);
}

static bool is_help(const char *text)
{
	return text && strcmp(text, "help") == 0;
}

/* What is asked for says which screen is meant: one user's rows are processes, a tree is the cgroups'. */
static void pick_screen(struct top_options *options)
{
	if (options->screen_set)
		return;
	if (options->app.uid != (uid_t)-1 || options->app.pids_len > 0)
		options->app.screen = SCREEN_PROCESSES;
	else if (options->app.tree || options->app.max_depth > 0)
		options->app.screen = SCREEN_CGROUPS;
	/* What a column or a filter means may not depend on the screen that was kept. */
	else if (options->batch || options->app.sort || options->app.columns || options->app.filter)
		options->app.screen = SCREEN_CONTAINERS;
}

bool top_options_want_help(const struct top_options *options)
{
	return is_help(options->app.sort) || is_help(options->app.columns);
}

int top_options_check_batch(const struct top_options *options, struct err *err)
{
	const struct app_options *app = &options->app;
	if (app->tree)
		return err_setx(err, EINVAL, "--batch prints a list; boxtop tree prints the tree");
	if (app->uid != (uid_t)-1 || app->pids_len > 0 || app->screen != SCREEN_CONTAINERS)
		return err_setx(err, EINVAL,
				"--batch prints containers; boxtop ps, tree and ns print the rest");
	return 0;
}

int top_options_resolve(struct top_options *options, struct err *err)
{
	pick_screen(options);
	if (options->app.pids_len > 0) {
		options->app.hide_kernel_threads = false;
		qsort(options->app.pids, options->app.pids_len, sizeof(pid_t), compare_pids);
	}
	if (options->keys && options->dump_width == 0)
		return err_setx(err, EINVAL, "--keys is for --dump-frame only");
	if (options->batch || top_options_want_help(options))
		return 0;
	int r = resolve_sort(options, err);
	return r < 0 ? r : resolve_columns(options, err);
}

void top_options_finish(struct top_options *options)
{
	free(options->app.pids);
	strbuf_finish(&options->columns);
}
