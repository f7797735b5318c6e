/* SPDX-License-Identifier: MIT */
/*
 * The setup as it is seen: pages in the first line, then the lines of one, what the chosen line means,
 * and the keys. Changes nothing but what is remembered about where things stand.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "ui/settings.h"
#include "ui/setup.h"

#define HELP_MIN_LINES 6  /* of the terminal, for a line of help */
#define LABEL_COLUMNS  17 /* of an option's name */
#define TITLE_COLUMNS  10
#define ID_COLUMNS     30
#define WIDE_COLUMNS   70 /* of the terminal, for the help of every column beside it */

static const char *page_title(const struct setup *setup, int page)
{
	return page == 0 ? "Options" : setup->views[page - 1].type->title;
}

static bool pages_fit(const struct setup *setup, int width)
{
	size_t columns = 0;
	for (int page = 0; page < SETUP_PAGES; page++)
		columns += text_width(span_of(page_title(setup, page))) + 2;
	return (int)columns <= width;
}

/* draw_pages() - where not all have room, the one that is shown between arrows */
static void draw_pages(struct setup *setup, struct canvas *canvas, struct rect line)
{
	bool all = pages_fit(setup, line.width);
	int x = line.x;
	canvas_fill(canvas, line, ' ', STYLE_TAB);
	for (int page = 0; page < SETUP_PAGES; page++) {
		bool active = page == setup->page;
		setup->tabs[page] = (struct rect) {x, line.y, 0, 1};
		if (!all && !active)
			continue;
		int columns = canvas_textf(canvas, x, line.y, active ? STYLE_TAB_ACTIVE : STYLE_TAB,
					   all ? " %s " : "< %s >", page_title(setup, page));
		setup->tabs[page].width = columns;
		x += columns;
	}
	if (!all && line.width - x > 6)
		canvas_textf(canvas, x + 1, line.y, STYLE_DIM, "%d/%d", setup->page + 1,
			     SETUP_PAGES);
}

/* ---- Lines ---- */

static void draw_option(const struct setup *setup, size_t i, struct canvas *canvas,
			struct rect line)
{
	_cleanup_(strbuf_finish)
	struct strbuf value = STRBUF_INIT;
	setting_add_value(&settings[i], setup->options, &value);
	canvas_text(canvas, line.x + 1, line.y, STYLE_NORMAL, span_of(settings[i].label),
		    line.width - 1);
	int x = line.width >= 2 * LABEL_COLUMNS ? LABEL_COLUMNS : line.width / 2;
	canvas_text(canvas, line.x + x, line.y, STYLE_STRONG, strbuf_span(&value), line.width - x);
}

static void draw_column(const struct setup *setup, size_t i, struct canvas *canvas,
			struct rect line)
{
	const struct field *field = setup->list[i];
	bool shown = i < setup->shown;
	int right = line.x + line.width;
	canvas_text(canvas, line.x, line.y, shown ? STYLE_OK : STYLE_DIM,
		    span_of(shown ? "[x] " : "[ ] "), line.width);
	int x = line.x + 4;
	canvas_text(canvas, x, line.y, shown ? STYLE_STRONG : STYLE_NORMAL, span_of(field->title),
		    right - x);
	x += TITLE_COLUMNS;
	if (x < right)
		canvas_text(canvas, x, line.y, shown ? STYLE_NORMAL : STYLE_DIM, span_of(field->id),
			    right - x);
	x += ID_COLUMNS;
	if (line.width >= WIDE_COLUMNS)
		canvas_text(canvas, x, line.y, STYLE_DIM, span_of(field->help), right - x);
}

static void keep_in_view(struct setup *setup, size_t len)
{
	size_t page = setup->rect.height > 0 ? (size_t)setup->rect.height : 1;
	if (setup->chosen < setup->top)
		setup->top = setup->chosen;
	if (setup->chosen >= setup->top + page)
		setup->top = setup->chosen - page + 1;
	if (setup->top + page > len)
		setup->top = len > page ? len - page : 0;
}

static size_t count_lines(const struct setup *setup)
{
	size_t n = 0;
	if (setup->page > 0)
		return setup->list_len;
	while (n < settings_len && settings[n].label)
		n++;
	return n;
}

static void draw_lines(struct setup *setup, struct canvas *canvas)
{
	size_t len = count_lines(setup);
	keep_in_view(setup, len);
	for (int y = 0; y < setup->rect.height && setup->top + (size_t)y < len; y++) {
		size_t i = setup->top + (size_t)y;
		struct rect line = {setup->rect.x, setup->rect.y + y, setup->rect.width, 1};
		if (setup->page == 0)
			draw_option(setup, i, canvas, line);
		else
			draw_column(setup, i, canvas, line);
		if (i == setup->chosen)
			canvas_restyle(canvas, line, STYLE_SELECTED);
	}
}

/* ---- Below them ---- */

static void draw_help(const struct setup *setup, struct canvas *canvas, struct rect line)
{
	const char *help =
		setup->page == 0 ? settings[setup->chosen].help : setup->list[setup->chosen]->help;
	canvas_text(canvas, line.x, line.y, STYLE_DIM, span_of(help), line.width);
}

static void draw_footer(struct setup *setup, struct canvas *canvas, struct rect line)
{
	struct footer *footer = &setup->footer;
	*footer = (struct footer) {0};
	footer_add(footer, ' ', setup->page == 0 ? "Change" : "Show");
	if (setup->page > 0) {
		footer_add(footer, KEY_CODE_F7, "Up");
		footer_add(footer, KEY_CODE_F8, "Down");
		footer_add(footer, KEY_CODE_F5, "Preset");
	}
	footer_add(footer, KEY_CODE_TAB, "Page");
	footer_add(footer, 's', "Save");
	footer_add(footer, KEY_CODE_ESC, "Done");
	canvas_fill(canvas, line, ' ', STYLE_FOOTER_TEXT);
	footer_draw(footer, canvas, line);
}

void setup_draw(struct setup *setup, struct canvas *canvas, struct rect rect)
{
	int help = rect.height >= HELP_MIN_LINES;
	struct rect line = {rect.x, rect.y, rect.width, 1};
	setup->rect = (struct rect) {rect.x, rect.y + 1, rect.width, rect.height - 2 - help};
	canvas_fill(canvas, rect, ' ', STYLE_NORMAL);
	draw_pages(setup, canvas, line);
	draw_lines(setup, canvas);
	line.y = rect.y + rect.height - 2;
	if (help)
		draw_help(setup, canvas, line);
	line.y++;
	draw_footer(setup, canvas, line);
}
