/* SPDX-License-Identifier: MIT */
/*
 * The table of settings and the text that they are kept as. Owns constant tables only. Every value is
 * checked when it is read, names of columns too, so that the screen never meets one that is wrong.
 */
#include "ui/settings.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/units.h"
#include "model/fields.h"
#include "ui/table.h"
#include "ui/theme.h"

#define DELAY_MIN_USEC 100000u
#define DELAY_MAX_USEC 3600000000u
#define OPTION(member) offsetof(struct app_options, member)

/* clang-format off */
const struct setting settings[] = {
	{"theme", "Colours", "default follows the terminal's own sixteen; light is for light backgrounds",
	 SETTING_THEME, OPTION(theme)},
	{"graph", "Graphs", "values over time in braille, blocks or ASCII", SETTING_GRAPH, OPTION(graph)},
	{"unicode", "Unicode", "frames, guides and graphs with more than ASCII characters", SETTING_NO_YES,
	 OPTION(ascii)},
	{"meters", "Meters", "CPU, memory and pressure of the host above the rows", SETTING_NO_YES,
	 OPTION(hide_meters)},
	{"delay", "Delay", "time between updates: 500ms, 1.5s", SETTING_DELAY, OPTION(delay_usec)},
	{"changes", "Changes", "show what is new, and what is gone, for a few seconds", SETTING_YES_NO,
	 OPTION(highlight)},
	{"kernel_threads", "Kernel threads", "show them among the processes", SETTING_NO_YES,
	 OPTION(hide_kernel_threads)},
	{"all", "All units", "systemd units, pods and monitors among the containers", SETTING_YES_NO,
	 OPTION(all)},
	{"mouse", "Mouse", "clicks and the wheel are for boxtop, not for the terminal", SETTING_YES_NO,
	 OPTION(mouse)},
	{"vi_keys", "vi keys", "letters move as in vi: j k h l g G; n and N search on", SETTING_YES_NO,
	 OPTION(vi_keys)},
	{"screen", NULL, "the screen to start with", SETTING_SCREEN, OPTION(screen)},
};
/* clang-format on */
const size_t settings_len = ARRAY_LEN(settings);

/* ---- Screens by name ---- */

static const struct {
	const char *name;
	enum row_kind kind;
} screens[SCREENS] = {
	[SCREEN_CONTAINERS] = {"containers", ROW_CONTAINER},
	[SCREEN_CGROUPS] = {"cgroups", ROW_CGROUP},
	[SCREEN_PROCESSES] = {"processes", ROW_PROCESS},
	[SCREEN_NAMESPACES] = {"namespaces", ROW_NS},
	[SCREEN_EVENTS] = {"events", ROW_EVENT},
};

const char *app_screen_name(enum app_screen screen)
{
	return screens[screen].name;
}

enum app_screen app_screen_find(struct span name)
{
	int screen = 0;
	while (screen < SCREENS && !span_eq(span_of(screens[screen].name), name))
		screen++;
	return (enum app_screen)screen;
}

enum row_kind app_screen_kind(enum app_screen screen)
{
	return screens[screen].kind;
}

/* ---- Values that are one of several names ---- */

static const char *const graph_names[] = {
	[GRAPH_BRAILLE] = "braille", [GRAPH_BLOCKS] = "blocks", [GRAPH_ASCII] = "ascii"};

static void *member(const struct setting *setting, const struct app_options *options)
{
	return (char *)(uintptr_t)options + setting->offset;
}

/* choice() - the name of one of a setting's values; NULL: it has no more */
static const char *choice(enum setting_type type, int i)
{
	static const char *const yes_no[] = {"no", "yes"};
	switch (type) {
	case SETTING_THEME:
		return i < themes_len ? themes[i].name : NULL;
	case SETTING_GRAPH:
		return i < (int)ARRAY_LEN(graph_names) ? graph_names[i] : NULL;
	case SETTING_SCREEN:
		return i < SCREENS ? screens[i].name : NULL;
	case SETTING_YES_NO:
	case SETTING_NO_YES:
		return i < 2 ? yes_no[i] : NULL;
	case SETTING_DELAY:
		break;
	}
	return NULL;
}

/* chosen() - which one an option has */
static int chosen(const struct setting *setting, const struct app_options *options)
{
	const void *at = member(setting, options);
	const char *theme;
	switch (setting->type) {
	case SETTING_THEME:
		theme = *(const char *const *)at;
		for (int i = 0; theme && i < themes_len; i++)
			if (strcmp(themes[i].name, theme) == 0)
				return i;
		return 0;
	case SETTING_GRAPH:
		return (int)*(const enum graph_marks *)at;
	case SETTING_SCREEN:
		return (int)*(const enum app_screen *)at;
	case SETTING_YES_NO:
		return *(const bool *)at;
	case SETTING_NO_YES:
		return !*(const bool *)at;
	case SETTING_DELAY:
		break;
	}
	return 0;
}

static void choose(const struct setting *setting, int i, struct app_options *options)
{
	void *at = member(setting, options);
	switch (setting->type) {
	case SETTING_THEME:
		*(const char **)at = themes[i].name;
		break;
	case SETTING_GRAPH:
		*(enum graph_marks *)at = (enum graph_marks)i;
		break;
	case SETTING_SCREEN:
		*(enum app_screen *)at = (enum app_screen)i;
		break;
	case SETTING_YES_NO:
		*(bool *)at = i;
		break;
	case SETTING_NO_YES:
		*(bool *)at = !i;
		break;
	case SETTING_DELAY:
		break;
	}
}

void setting_add_values(const struct setting *setting, struct strbuf *out)
{
	const char *name = choice(setting->type, 0);
	if (!name)
		strbuf_adds(out, "0.1s to 1h");
	for (int i = 1; name; i++) {
		const char *next = choice(setting->type, i);
		strbuf_addf(out, "%s%s", i == 1 ? "" : next ? ", " : " or ", name);
		name = next;
	}
}

static int parse_choice(const struct setting *setting, struct span value,
			struct app_options *options, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf names = STRBUF_INIT;
	const char *name;
	for (int i = 0; (name = choice(setting->type, i)) != NULL; i++) {
		if (span_eq(value, span_of(name))) {
			choose(setting, i, options);
			return 0;
		}
	}
	setting_add_values(setting, &names);
	return err_setx(err, EINVAL, "%s is '%.*s', which is not %s", setting->name,
			value.len < 64 ? (int)value.len : 64, value.p, strbuf_cstr(&names));
}

/* ---- Delay ---- */

static int parse_delay(const struct setting *setting, struct span value,
		       struct app_options *options, struct err *err)
{
	uint64_t usec;
	int r = units_parse_duration(value, &usec, err);
	if (r < 0)
		return err_wrap(err, r, "%s", setting->name);
	if (usec < DELAY_MIN_USEC || usec > DELAY_MAX_USEC)
		return err_setx(err, EINVAL, "%s is '%.*s', which is not between 0.1s and 1h",
				setting->name, (int)value.len, value.p);
	*(uint64_t *)member(setting, options) = usec;
	return 0;
}

static void step_delay(uint64_t *usec, int by)
{
	static const uint64_t steps[] = {100000,  250000,  500000,   1000000,  1500000,
					 2000000, 5000000, 10000000, 30000000, 60000000};
	size_t len = ARRAY_LEN(steps), at = 0;
	while (at < len - 1 && steps[at] < *usec)
		at++;
	if (steps[at] == *usec || by < 0)
		at = (at + len + (size_t)(by < 0 ? -1 : 1)) % len;
	*usec = steps[at];
}

/* ---- One setting ---- */

void setting_add_value(const struct setting *setting, const struct app_options *options,
		       struct strbuf *out)
{
	if (setting->type == SETTING_DELAY)
		strbuf_addf(out, "%gs", (double)*(const uint64_t *)member(setting, options) / 1e6);
	else
		strbuf_adds(out, choice(setting->type, chosen(setting, options)));
}

int setting_parse(const struct setting *setting, struct span value, struct app_options *options,
		  struct err *err)
{
	return setting->type == SETTING_DELAY ? parse_delay(setting, value, options, err)
					      : parse_choice(setting, value, options, err);
}

void setting_step(const struct setting *setting, int by, struct app_options *options)
{
	int len = 0;
	if (setting->type == SETTING_DELAY) {
		step_delay(member(setting, options), by);
		return;
	}
	while (choice(setting->type, len))
		len++;
	choose(setting, (chosen(setting, options) + by + len) % len, options);
}
