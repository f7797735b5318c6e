/* SPDX-License-Identifier: MIT */
/*
 * The setup's pages: what keys and clicks do to them. Changes options and columns, never looks at the
 * terminal; setup_draw.c draws.
 */
#include "ui/setup.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "ui/settings.h"

#define CTRL(c)	    ((uint32_t)((c) - 'a' + 1))
#define WHEEL_LINES 3
#define BOX_COLUMNS 4 /* where "[x] " can be clicked */

enum app_screen setup_screen(const struct setup *setup)
{
	return setup->page == 0 ? SCREENS : (enum app_screen)(setup->page - 1);
}

static struct view *page_view(const struct setup *setup)
{
	return &setup->views[setup_screen(setup)];
}

/* options_len() - how many settings have a line */
static size_t options_len(void)
{
	size_t n = 0;
	while (n < settings_len && settings[n].label)
		n++;
	return n;
}

static size_t lines_len(const struct setup *setup)
{
	return setup->page == 0 ? options_len() : setup->list_len;
}

static void put_cursor(struct setup *setup, long line)
{
	long last = (long)lines_len(setup) - 1;
	setup->chosen = line < 0 || last < 0 ? 0 : (size_t)(line > last ? last : line);
}

/* ---- Columns ---- */

static bool is_listed(const struct setup *setup, const struct field *field)
{
	for (size_t i = 0; i < setup->shown; i++)
		if (setup->list[i] == field)
			return true;
	return false;
}

/* fill_list() - those in view in their order, then the rest in the order of the field table */
static void fill_list(struct setup *setup)
{
	struct view *view = page_view(setup);
	size_t cap = fields_len + TABLE_COLUMNS_MAX + 1;
	setup->list = xreallocarray(setup->list, cap, sizeof(setup->list[0]));
	setup->shown = view_columns(view, setup->list);
	setup->list_len = setup->shown;
	for (size_t i = 0; i < fields_len; i++) {
		const struct field *field = view_field(view, &fields[i]);
		if ((field->kinds & view_kind(view)) && !is_listed(setup, field))
			setup->list[setup->list_len++] = field;
	}
}

static enum setup_result apply_columns(struct setup *setup)
{
	_cleanup_(strbuf_finish)
	struct strbuf ids = STRBUF_INIT;
	for (size_t i = 0; i < setup->shown; i++)
		strbuf_addf(&ids, "%s%s", i ? "," : "", setup->list[i]->id);
	view_set_columns(page_view(setup), strbuf_span(&ids));
	return SETUP_COLUMNS;
}

void setup_set_columns(struct setup *setup, const char *ids)
{
	view_set_columns(page_view(setup), span_of(ids));
	fill_list(setup);
	put_cursor(setup, 0);
	setup->top = 0;
}

/* move_field() - from one place of the list to another */
static void move_field(struct setup *setup, size_t from, size_t to)
{
	const struct field *field = setup->list[from];
	for (; from < to; from++)
		setup->list[from] = setup->list[from + 1];
	for (; from > to; from--)
		setup->list[from] = setup->list[from - 1];
	setup->list[to] = field;
}

/* What takes the width that is left stays the last one. */
static size_t shown_place(const struct setup *setup)
{
	size_t last = setup->shown;
	return last > 1 && (setup->list[last - 1]->flags & FIELD_STRETCH) ? last - 1 : last;
}

static enum setup_result toggle_column(struct setup *setup)
{
	size_t at = setup->chosen;
	if (at < setup->shown && setup->shown == 1)
		return SETUP_OPEN; /* a table without columns shows nothing at all */
	if (at >= setup->shown && setup->shown == TABLE_COLUMNS_MAX)
		return SETUP_OPEN;
	if (at < setup->shown) {
		/* The first of those that are not shown: taken back as easily. */
		move_field(setup, at, --setup->shown);
	} else {
		move_field(setup, at, shown_place(setup));
		setup->shown++;
		/* On to the next one, as with tags. */
		put_cursor(setup, (long)at + 1);
	}
	return apply_columns(setup);
}

static enum setup_result shift_column(struct setup *setup, int by)
{
	size_t at = setup->chosen;
	if (setup->page == 0 || at >= setup->shown || (by < 0 && at == 0) ||
	    (by > 0 && at + 1 == setup->shown))
		return SETUP_OPEN;
	setup->chosen = by < 0 ? at - 1 : at + 1;
	move_field(setup, at, setup->chosen);
	return apply_columns(setup);
}

/* ---- Keys ---- */

static enum setup_result change(struct setup *setup, int by)
{
	if (setup->page > 0)
		return toggle_column(setup);
	setting_step(&settings[setup->chosen], by, setup->options);
	return SETUP_CHANGED;
}

static enum setup_result turn_page(struct setup *setup, int page)
{
	setup->page = (page + SETUP_PAGES) % SETUP_PAGES;
	setup->chosen = setup->top = 0;
	if (setup->page > 0)
		fill_list(setup);
	return SETUP_OPEN;
}

static enum setup_result move_to(struct setup *setup, long line)
{
	put_cursor(setup, line);
	return SETUP_OPEN;
}

static enum setup_result close_setup(struct setup *setup)
{
	setup->open = false;
	return SETUP_CLOSED;
}

static enum setup_result move_key(struct setup *setup, uint32_t key)
{
	long at = (long)setup->chosen, page = setup->rect.height > 1 ? setup->rect.height - 1 : 1;
	switch (key) {
	case KEY_CODE_UP:
	case CTRL('p'):
	case 'k':
		return move_to(setup, at - 1);
	case KEY_CODE_DOWN:
	case CTRL('n'):
	case 'j':
		return move_to(setup, at + 1);
	case KEY_CODE_PGUP:
		return move_to(setup, at - page);
	case KEY_CODE_PGDN:
		return move_to(setup, at + page);
	case KEY_CODE_HOME:
		return move_to(setup, 0);
	case KEY_CODE_END:
		return move_to(setup, (long)lines_len(setup));
	case KEY_CODE_TAB:
	case KEY_CODE_RIGHT:
		return turn_page(setup, setup->page + 1);
	case KEY_CODE_BACKTAB:
	case KEY_CODE_LEFT:
		return turn_page(setup, setup->page - 1);
	default:
		return SETUP_OPEN;
	}
}

static enum setup_result setup_key(struct setup *setup, uint32_t key)
{
	switch (key) {
	case ' ':
	case KEY_CODE_ENTER:
		return change(setup, 1);
	case '+':
		return setup->page == 0 ? change(setup, 1) : SETUP_OPEN;
	case '-':
		return setup->page == 0 ? change(setup, -1) : SETUP_OPEN;
	case KEY_CODE_F7:
	case '[':
		return shift_column(setup, -1);
	case KEY_CODE_F8:
	case ']':
		return shift_column(setup, 1);
	case KEY_CODE_F5:
	case 'p':
		return setup->page > 0 ? SETUP_PRESETS : SETUP_OPEN;
	case 's':
		return SETUP_SAVE;
	case KEY_CODE_F2:
	case KEY_CODE_F10:
	case KEY_CODE_ESC:
	case 'q':
	case CTRL('c'):
		return close_setup(setup);
	default:
		return move_key(setup, key);
	}
}

/* ---- Mouse ---- */

static bool in_rect(const struct rect *rect, const struct event *event)
{
	return event->x >= rect->x && event->x < rect->x + rect->width && event->y >= rect->y &&
	       event->y < rect->y + rect->height;
}

static enum setup_result click(struct setup *setup, const struct event *event)
{
	for (int page = 0; page < SETUP_PAGES; page++)
		if (in_rect(&setup->tabs[page], event))
			return turn_page(setup, page);
	size_t line = setup->top + (size_t)(event->y - setup->rect.y);
	if (!in_rect(&setup->rect, event) || line >= lines_len(setup))
		return SETUP_OPEN;
	put_cursor(setup, (long)line);
	bool on_box = setup->page > 0 && event->x < setup->rect.x + BOX_COLUMNS;
	return on_box || event->button == MOUSE_DOUBLE ? change(setup, 1) : SETUP_OPEN;
}

enum setup_result setup_event(struct setup *setup, const struct event *event)
{
	if (event->key != KEY_CODE_MOUSE)
		return setup_key(setup, event->key);
	if (event->button == MOUSE_WHEEL_UP)
		return move_to(setup, (long)setup->chosen - WHEEL_LINES);
	if (event->button == MOUSE_WHEEL_DOWN)
		return move_to(setup, (long)setup->chosen + WHEEL_LINES);
	uint32_t code = footer_hit(&setup->footer, event->x, event->y);
	return code ? setup_key(setup, code) : click(setup, event);
}

/* ---- Opening ---- */

void setup_open(struct setup *setup, struct app_options *options, struct view *views)
{
	setup->open = true;
	setup->options = options;
	setup->views = views;
	turn_page(setup, setup->page);
}

void setup_finish(struct setup *setup)
{
	free(setup->list);
	*setup = (struct setup) {0};
}
