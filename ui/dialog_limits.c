/* SPDX-License-Identifier: MIT */
/*
 * The limits editor: a line for each limit with what is in use and the peak beside it. What is typed is
 * judged as it is typed, by the same parser that the command line has; + and - step through numbers. All
 * changes are made together or none is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "ui/app_private.h"

#define VALUE_COLUMNS 22
#define MIB	      UINT64_C(1048576)
#define TENTH_CPU     UINT64_C(100000)

/** enum side - the columns beside what is typed */
enum side {
	SIDE_USED = 0,
	SIDE_PEAK,
	SIDE_BAR, /* how much of the limit is in use */
};

#define BAR_COLUMNS 10

static char *format(struct app *app, size_t i, const struct act_value *value)
{
	char text[ACT_TEXT_MAX];
	app->acting.actions->format_limit(i, value, text);
	return arena_strdup(&app->dialog_texts, text);
}

static const char *number_text(struct app *app, enum act_unit unit, uint64_t number)
{
	char text[UNITS_TEXT_MAX];
	if (unit == ACT_BYTES)
		return arena_strdup(&app->dialog_texts, units_format_bytes(number, text));
	if (unit == ACT_MICROCPUS)
		return arena_printf(&app->dialog_texts, "%.2f", (double)number / 1e6);
	return arena_printf(&app->dialog_texts, "%" PRIu64, number);
}

static int parse(const struct app *app, size_t i, struct act_value *out, struct err *err)
{
	return app->acting.actions->parse_limit(i, span_trim(form_text(&app->dialog, i)), out, err);
}

/* ---- What is said of a field ---- */

static void note(struct form_field *field, uint16_t style, const char *text)
{
	field->note = text;
	field->note_style = style;
}

static bool is_memory(const struct act_limit *limit)
{
	return strcmp(limit->name, "memory") == 0;
}

/* What happens to those that use more than they are to have. */
static void warn_below(struct app *app, const struct act_limit *limit, struct form_field *field)
{
	const char *used = number_text(app, limit->unit, limit->used);
	if (is_memory(limit))
		note(field, STYLE_ALARM,
		     arena_printf(
			     &app->dialog_texts,
			     "%s are in use: what can't be taken back costs processes their life",
			     used));
	else if (limit->unit == ACT_COUNT)
		note(field, STYLE_WARN,
		     arena_printf(&app->dialog_texts,
				  "%s are there: none ends for it, but no new one can start",
				  used));
	else
		note(field, STYLE_WARN,
		     arena_printf(&app->dialog_texts, "%s are in use: it will be held back", used));
}

static void judge(struct app *app, size_t i)
{
	const struct act_limit *limit = &app->acting.held->limits[i];
	struct form_field *field = &app->acting.form.fields[i];
	struct act_value value = {.set = false};
	struct err err = ERR_INIT;
	if (limit->why_not)
		note(field, STYLE_WARN, app_clean(app, limit->why_not));
	else if (form_is_changed(&app->dialog, i) && parse(app, i, &value, &err) < 0)
		note(field, STYLE_ERROR, app_clean(app, err.text));
	else if (form_is_changed(&app->dialog, i) && limit->used_known && limit->unit != ACT_TEXT &&
		 value.number < limit->used)
		warn_below(app, limit, field);
	else if (limit->note && limit->note[0])
		note(field, STYLE_BOX, app_clean(app, limit->note));
	else
		note(field, STYLE_DIM, limit->help);
}

/* ---- The fields ---- */

/* What has no peak in the kernel has one in what was seen so far. */
static bool peak_of(const struct app *app, const struct act_limit *limit, uint64_t *out)
{
	double values[HISTORY_LEN], peak = 0;
	*out = limit->peak;
	if (limit->peak_known || limit->unit != ACT_MICROCPUS || app->acting.history_key == 0)
		return limit->peak_known;
	size_t len = history_get(app->history, app->acting.history_key, HISTORY_CPU_PCT, values,
				 HISTORY_LEN);
	for (size_t i = 0; i < len; i++)
		if (values[i] > peak)
			peak = values[i];
	*out = (uint64_t)(peak * 10000);
	return len > 0;
}

/* fill_bar() - "[||||      ]": what is in use of what is typed */
static void fill_bar(struct app *app, size_t i)
{
	const struct act_limit *limit = &app->acting.held->limits[i];
	char bar[BAR_COLUMNS + 1];
	struct act_value value;
	app->acting.form.fields[i].side[SIDE_BAR] = "";
	if (limit->unit == ACT_TEXT || !limit->used_known || parse(app, i, &value, NULL) < 0 ||
	    value.number == ACT_NO_LIMIT || value.number == 0)
		return;
	double share = (double)limit->used / (double)value.number;
	size_t full = share >= 1 ? BAR_COLUMNS : (size_t)(share * BAR_COLUMNS + 0.5);
	memset(bar, ' ', BAR_COLUMNS);
	memset(bar, '|', full);
	bar[BAR_COLUMNS] = '\0';
	app->acting.form.fields[i].side[SIDE_BAR] = arena_printf(&app->dialog_texts, "[%s]", bar);
}

static void fill_sides(struct app *app, size_t i)
{
	const struct act_limit *limit = &app->acting.held->limits[i];
	struct form_field *field = &app->acting.form.fields[i];
	field->side[SIDE_USED] =
		limit->used_known ? number_text(app, limit->unit, limit->used) : "";
	uint64_t peak;
	bool known = peak_of(app, limit, &peak);
	field->side[SIDE_PEAK] = known ? number_text(app, limit->unit, peak) : "";
	fill_bar(app, i);
}

/* What the kernel says anew is taken where nothing was typed. */
static void fill_value(struct app *app, size_t i)
{
	const struct act_limit *limit = &app->acting.held->limits[i];
	struct form_field *field = &app->acting.form.fields[i];
	bool typed = form_is_changed(&app->dialog, i);
	struct span now = span_of(format(app, i, &limit->value));
	strbuf_reset(&field->before);
	strbuf_add(&field->before, now.p, now.len);
	if (!typed && !span_eq(form_text(&app->dialog, i), now))
		form_type(&app->dialog, i, now);
}

/* Over several, or one that is gone: a line instead of fields. */
static const char *below_text(struct app *app)
{
	const struct act_news *held = app->acting.held;
	size_t gone = 0;
	for (size_t i = 0; i < held->items_len; i++)
		gone += held->items[i].why != NULL;
	if (gone > 0 && held->items_len == 1)
		return app_clean(app, held->items[0].why);
	if (held->items_len > 1)
		return arena_printf(&app->dialog_texts,
				    "What is changed is changed in all %zu of them.",
				    held->items_len);
	return NULL;
}

void app_rebuild_limits(struct app *app)
{
	struct acting *acting = &app->acting;
	struct form *form = &acting->form;
	arena_reset(&app->dialog_texts);
	app->dialog.title = arena_printf(&app->dialog_texts, "Limits of %s", app_held_what(app));
	if (acting->held->limits_len == 0) {
		form_set_len(form, 1);
		form->columns = VALUE_COLUMNS;
		form->fields[0].label = "";
		form->fields[0].locked = true;
		form->below = below_text(app);
		return;
	}
	if (form->len != acting->held->limits_len) {
		form_set_len(form, acting->held->limits_len);
		form_begin(&app->dialog);
	}
	form->columns = VALUE_COLUMNS;
	form->below = below_text(app);
	form->side[SIDE_USED] = "in use";
	form->side[SIDE_PEAK] = "peak";
	form->side[SIDE_BAR] = "of the limit";
	for (size_t i = 0; i < form->len; i++) {
		const struct act_limit *limit = &acting->held->limits[i];
		struct form_field *field = &form->fields[i];
		field->label = limit->title;
		field->locked = limit->why_not != NULL;
		field->steps = !field->locked && limit->unit != ACT_TEXT;
		fill_value(app, i);
		fill_sides(app, i);
	}
	for (size_t i = 0; i < form->len; i++)
		judge(app, i);
}

/* ---- Steps ---- */

/* An eighth, as a power of two: steps that grow with the number and come out even. */
static uint64_t step_of(const struct act_limit *limit, uint64_t number)
{
	uint64_t least = limit->unit == ACT_BYTES	? MIB
			 : limit->unit == ACT_MICROCPUS ? TENTH_CPU
							: 1;
	uint64_t step = least;
	if (limit->unit == ACT_MICROCPUS)
		return number < 2000000 ? step : 5 * step;
	while (step * 16 <= number)
		step *= 2;
	return step;
}

/* From no limit the way down starts above what was ever used. */
static uint64_t first_below_none(const struct act_limit *limit)
{
	uint64_t used = limit->peak_known && limit->peak > limit->used ? limit->peak
			: limit->used_known			       ? limit->used
								       : 0;
	uint64_t step = step_of(limit, 2 * used);
	return (2 * used / step + 1) * step;
}

static uint64_t stepped(const struct act_limit *limit, uint64_t number, bool up)
{
	if (number == ACT_NO_LIMIT)
		return up ? number : first_below_none(limit);
	uint64_t step = step_of(limit, up ? number : number - (number > 0));
	uint64_t next =
		up ? (number / step + 1) * step : (number > 0 ? (number - 1) / step * step : 0);
	if (next < limit->min || (next == 0 && limit->unit != ACT_COUNT))
		next = limit->min > 0 ? limit->min : number;
	return next > limit->max && limit->max > 0 ? limit->max : next;
}

static void step_value(struct app *app, bool up)
{
	size_t i = app->acting.form.chosen;
	const struct act_limit *limit = &app->acting.held->limits[i];
	struct act_value value;
	if (parse(app, i, &value, NULL) < 0)
		value = limit->value;
	value.number = stepped(limit, value.set ? value.number : ACT_NO_LIMIT, up);
	value.set = true;
	form_type(&app->dialog, i, span_of(format(app, i, &value)));
}

/* ---- Answers ---- */

static bool is_ready(const struct app *app)
{
	return app->acting.held && app->acting.held->limits_len > 0;
}

/* apply() - false: something can't be understood, and the cursor is there */
static bool apply(struct app *app)
{
	struct act_value values[ACT_LIMITS_MAX] = {{.set = false}};
	struct act_deed *deed = &app->acting.deed;
	struct err err = ERR_INIT;
	size_t changes = 0;
	for (size_t i = 0; i < app->acting.form.len; i++) {
		if (app->acting.form.fields[i].locked || !form_is_changed(&app->dialog, i))
			continue;
		if (parse(app, i, &values[i], &err) < 0) {
			app_say(app, STYLE_ERROR, "Nothing is changed yet: %s",
				app_clean(app, err.text));
			return false;
		}
		changes++;
	}
	if (changes == 0) {
		app_say(app, STYLE_DIM, "Nothing was changed");
		app_drop(app);
		return true;
	}
	deed->limits = values;
	app_go(app, deed);
	deed->limits = NULL;
	return true;
}

static void answer_limits(struct app *app, enum dialog_result result, uint32_t key)
{
	bool gone = app->acting.held && app->acting.held->limits_len == 0;
	if (result == DIALOG_CANCELLED) {
		app_drop(app);
	} else if (result == DIALOG_DONE && gone) {
		app_say(app, STYLE_WARN, "Nothing was changed: %s",
			app->acting.form.below ? app->acting.form.below : "it is gone");
		dialog_close(&app->dialog);
		app_drop(app);
	} else if (!is_ready(app)) {
		return;
	} else if (result == DIALOG_DONE) {
		if (apply(app))
			dialog_close(&app->dialog);
	} else {
		if (result == DIALOG_NOT_MINE)
			step_value(app, key != '-');
		judge(app, app->acting.form.chosen);
		fill_bar(app, app->acting.form.chosen);
	}
}

void app_ask_limits(struct app *app)
{
	struct form *form = &app->acting.form;
	if (!app_hold(app, ACT_LIMITS))
		return;
	form_set_len(form, 1);
	form->columns = VALUE_COLUMNS;
	form->fields[0].label = "Reading\xe2\x80\xa6";
	form->fields[0].locked = true;
	dialog_open_form(&app->dialog, "Limits", form);
	app->dialog.footer = (struct footer) {0};
	footer_add(&app->dialog.footer, KEY_CODE_ENTER, "Apply");
	footer_add(&app->dialog.footer, '+', "More");
	footer_add(&app->dialog.footer, '-', "Less");
	footer_add(&app->dialog.footer, KEY_CODE_ESC, "Cancel");
	app->answer = answer_limits;
}
