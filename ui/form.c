/* SPDX-License-Identifier: MIT */
/*
 * Fields to fill in: moving between them, editing one, drawing all. Owns the texts; what they mean is
 * their owner's.
 */
#include "ui/form.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define CTRL(c)		 ((uint32_t)((c) - 'a' + 1))
#define VALUE_COLUMNS	 10 /* the least room for what is typed, before anything beside it goes */
#define TEXT_COLUMNS	 48 /* of the window, so that notes can be read */
#define TITLES_MIN_LINES 6
#define ARROW		 " \xe2\x86\x92 "
#define ARROW_COLUMNS	 3

void form_set_len(struct form *form, size_t len)
{
	for (size_t i = 0; i < FORM_FIELDS_MAX; i++) {
		struct form_field *field = &form->fields[i];
		struct strbuf text = field->text, before = field->before;
		*field = (struct form_field) {.text = text, .before = before};
		strbuf_reset(&field->text);
		strbuf_reset(&field->before);
	}
	form->len = len;
	form->chosen = form->top = 0;
	form->below = form->below_title = NULL;
	memset(form->side, 0, sizeof(form->side));
}

void form_finish(struct form *form)
{
	for (size_t i = 0; i < FORM_FIELDS_MAX; i++) {
		strbuf_finish(&form->fields[i].text);
		strbuf_finish(&form->fields[i].before);
	}
}

static void copy(struct strbuf *to, struct span from)
{
	strbuf_reset(to);
	strbuf_add(to, from.p, from.len);
}

void form_set(struct form_field *field, struct span text)
{
	copy(&field->text, text);
	copy(&field->before, text);
}

struct span form_text(const struct dialog *dialog, size_t field)
{
	const struct form *form = dialog->form;
	return strbuf_span(field == form->chosen ? &dialog->text : &form->fields[field].text);
}

void form_type(struct dialog *dialog, size_t field, struct span text)
{
	if (field == dialog->form->chosen)
		dialog_set_text(dialog, text);
	else
		copy(&dialog->form->fields[field].text, text);
}

bool form_is_changed(const struct dialog *dialog, size_t field)
{
	return !span_eq(form_text(dialog, field), strbuf_span(&dialog->form->fields[field].before));
}

void form_begin(struct dialog *dialog)
{
	dialog_set_text(dialog, strbuf_span(&dialog->form->fields[dialog->form->chosen].text));
}

/* ---- Keys ---- */

static enum dialog_result move_to(struct dialog *dialog, size_t field)
{
	struct form *form = dialog->form;
	copy(&form->fields[form->chosen].text, strbuf_span(&dialog->text));
	form->chosen = field;
	form_begin(dialog);
	return DIALOG_CHANGED;
}

static enum dialog_result click(struct dialog *dialog, const struct event *event)
{
	const struct rect *rect = &dialog->rect;
	struct form *form = dialog->form;
	int line = event->y - rect->y - 1 - form->titled;
	if (event->x <= rect->x || event->x >= rect->x + rect->width - 1 || line < 0 ||
	    line >= (int)dialog->page || form->top + (size_t)line >= form->len)
		return DIALOG_OPEN;
	return move_to(dialog, form->top + (size_t)line);
}

static enum dialog_result step(struct dialog *dialog, uint32_t key)
{
	const struct form *form = dialog->form;
	bool down = key == KEY_CODE_DOWN || key == KEY_CODE_TAB || key == CTRL('n') ||
		    key == KEY_CODE_PGDN;
	size_t by = down ? 1 : form->len - 1;
	return move_to(dialog, (form->chosen + by) % form->len);
}

static bool is_step(uint32_t key)
{
	static const uint32_t keys[] = {KEY_CODE_DOWN, KEY_CODE_UP,	 KEY_CODE_TAB,
					CTRL('n'),     KEY_CODE_BACKTAB, CTRL('p'),
					KEY_CODE_PGUP, KEY_CODE_PGDN};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i] == key)
			return true;
	return false;
}

enum dialog_result form_event(struct dialog *dialog, const struct event *event)
{
	uint32_t key = event->key;
	const struct form_field *field = &dialog->form->fields[dialog->form->chosen];
	if (key == KEY_CODE_MOUSE) {
		if (event->button == MOUSE_WHEEL_UP || event->button == MOUSE_WHEEL_DOWN)
			return step(dialog,
				    event->button == MOUSE_WHEEL_UP ? KEY_CODE_UP : KEY_CODE_DOWN);
		key = footer_hit(&dialog->footer, event->x, event->y);
		if (key == 0)
			return click(dialog, event);
	}
	if (key == KEY_CODE_ESC || key == CTRL('c') || key == CTRL('g')) {
		dialog_close(dialog);
		return DIALOG_CANCELLED;
	}
	if (key == KEY_CODE_ENTER)
		return DIALOG_DONE;
	if (is_step(key))
		return step(dialog, key);
	if (field->steps && (key == '+' || key == '-' || key == '='))
		return DIALOG_NOT_MINE;
	return field->locked ? DIALOG_OPEN : dialog_edit(dialog, key);
}

/* ---- Drawing ---- */

/** struct form_layout - the columns of one drawing */
struct form_layout {
	int label, value;
	int side[FORM_SIDES]; /* 0: no room, or nothing there */
};

static int width_of(const char *text)
{
	return text ? (int)text_width(span_of(text)) : 0;
}

static int side_columns(const struct form *form, size_t side)
{
	int columns = width_of(form->side[side]);
	for (size_t i = 0; i < form->len; i++)
		if (width_of(form->fields[i].side[side]) > columns)
			columns = width_of(form->fields[i].side[side]);
	return columns;
}

/* What stands beside the fields goes first where room is scarce, the last of it at first. */
static struct form_layout layout_of(const struct form *form, int room)
{
	struct form_layout layout = {.value = form->columns};
	for (size_t i = 0; i < form->len; i++)
		if (width_of(form->fields[i].label) > layout.label)
			layout.label = width_of(form->fields[i].label);
	if (layout.label > room / 2)
		layout.label = room / 2;
	int rest = room - layout.label - 1 - VALUE_COLUMNS;
	for (size_t side = 0; side < FORM_SIDES; side++) {
		int columns = side_columns(form, side);
		if (columns + 2 > rest)
			break;
		layout.side[side] = columns;
		rest -= columns ? columns + 2 : 0;
	}
	if (layout.value > VALUE_COLUMNS + rest)
		layout.value = VALUE_COLUMNS + rest;
	return layout;
}

static int columns_wanted(const struct form *form)
{
	int columns = form->columns + 1, label = 0;
	for (size_t i = 0; i < form->len; i++)
		if (width_of(form->fields[i].label) > label)
			label = width_of(form->fields[i].label);
	for (size_t side = 0; side < FORM_SIDES; side++) {
		int width = side_columns(form, side);
		columns += width ? width + 2 : 0;
	}
	columns += label;
	return columns < TEXT_COLUMNS ? TEXT_COLUMNS : columns;
}

static void draw_sides(const char *const side[FORM_SIDES], const struct form_layout *layout,
		       struct canvas *canvas, int x, int y)
{
	for (size_t i = 0; i < FORM_SIDES; i++) {
		if (layout->side[i] == 0)
			continue;
		x += 2;
		int pad = layout->side[i] - width_of(side[i]);
		if (side[i])
			canvas_text(canvas, x + pad, y, STYLE_BOX, span_of(side[i]),
				    layout->side[i]);
		x += layout->side[i];
	}
}

/* draw_value() - "before -> what is typed" */
static void draw_value(struct dialog *dialog, size_t i, struct canvas *canvas, struct rect line)
{
	const struct form_field *field = &dialog->form->fields[i];
	bool chosen = i == dialog->form->chosen;
	if (field->locked) {
		canvas_text(canvas, line.x, line.y, STYLE_DIM, strbuf_span(&field->before),
			    line.width);
		if (chosen)
			canvas->cursor_x = line.x, canvas->cursor_y = line.y;
		return;
	}
	if (form_is_changed(dialog, i) && field->before.len > 0) {
		int columns =
			canvas_text(canvas, line.x, line.y, STYLE_BOX, strbuf_span(&field->before),
				    (line.width - ARROW_COLUMNS) / 2);
		columns += canvas_text(canvas, line.x + columns, line.y, STYLE_BOX, SPAN(ARROW),
				       ARROW_COLUMNS);
		line.x += columns;
		line.width -= columns;
	}
	canvas_fill(canvas, line, ' ', STYLE_INPUT);
	if (chosen)
		dialog_draw_text(dialog, canvas, line);
	else
		canvas_text(canvas, line.x, line.y, STYLE_INPUT, strbuf_span(&field->text),
			    line.width);
}

/* A text over so many lines as there are; returns how many it took. */
static int draw_wrapped(struct canvas *canvas, struct rect rect, uint16_t style, const char *text)
{
	struct span rest = span_of(text);
	int line = 0;
	while (rest.len > 0 && line < rect.height) {
		struct span part = text_cut(rest, (size_t)rect.width, NULL);
		if (part.len == 0)
			break;
		/* Between words, if there are any. */
		size_t at = part.len;
		while (part.len < rest.len && at > 0 && part.p[at - 1] != ' ')
			at--;
		if (at > 0)
			part.len = at;
		canvas_text(canvas, rect.x, rect.y + line++, style, part, rect.width);
		rest.p += part.len;
		rest.len -= part.len;
	}
	return line;
}

static int lines_of(const char *text, int width)
{
	int columns = width_of(text);
	/* Words that do not fit move to the next line: one more than it takes at the least. */
	return columns == 0 ? 0 : columns <= width ? 1 : columns / (width > 0 ? width : 1) + 2;
}

static void reveal(struct form *form, size_t page)
{
	if (form->chosen < form->top)
		form->top = form->chosen;
	else if (page > 0 && form->chosen >= form->top + page)
		form->top = form->chosen - page + 1;
	if (form->top + page > form->len)
		form->top = form->len > page ? form->len - page : 0;
}

/* Below the fields: the note about the chosen one, and the line for all. */
static void draw_below(const struct form *form, struct canvas *canvas, struct rect rect)
{
	const struct form_field *field = &form->fields[form->chosen];
	int used = 0;
	if (field->note)
		used = draw_wrapped(canvas, rect, field->note_style, field->note);
	rect.y += used;
	rect.height -= used;
	if (form->below && rect.height > 0)
		draw_wrapped(canvas, rect, STYLE_BOX, form->below);
}

void form_draw(struct dialog *dialog, struct canvas *canvas, struct rect rect)
{
	struct form *form = dialog->form;
	/* Where little fits, the field under the cursor does. */
	bool titles = form->titled = form->side[0] && rect.height >= TITLES_MIN_LINES;
	int wanted = columns_wanted(form);
	int room = wanted < rect.width - 4 ? wanted : rect.width - 4;
	const char *note = form->fields[form->chosen].note;
	int below = lines_of(note, room) + lines_of(form->below, room);
	/* Two lines at the least, so that the window seldom changes its size. */
	below = below < 2 ? 2 : below;
	int lines = (int)form->len + titles + below;
	if (lines > rect.height - 2)
		lines = rect.height - 2;
	if (below > lines / 2)
		below = lines / 2;
	dialog->rect =
		dialog_window(rect, (size_t)(room > 0 ? room : 0), (size_t)(lines > 0 ? lines : 0));
	dialog->page = lines - titles - below > 0 ? (size_t)(lines - titles - below) : 0;
	reveal(form, dialog->page);
	struct form_layout layout = layout_of(form, dialog->rect.width - 4);
	int x = dialog->rect.x + 2, y = dialog->rect.y + 1;
	canvas_fill(canvas, dialog->rect, ' ', STYLE_BOX);
	canvas_box(canvas, dialog->rect, STYLE_BOX, span_of(dialog->title));
	int value = x + layout.label + 1;
	if (titles)
		draw_sides(form->side, &layout, canvas, value + layout.value, y++);
	for (size_t i = 0; i < dialog->page && form->top + i < form->len; i++, y++) {
		const struct form_field *field = &form->fields[form->top + i];
		bool chosen = form->top + i == form->chosen;
		canvas_text(canvas, x, y, chosen ? STYLE_SELECTED : STYLE_BOX,
			    span_of(field->label), layout.label);
		draw_value(dialog, form->top + i, canvas,
			   (struct rect) {value, y, layout.value, 1});
		draw_sides(field->side, &layout, canvas, value + layout.value, y);
	}
	draw_below(form, canvas,
		   (struct rect) {x, y, dialog->rect.width - 4,
				  dialog->rect.y + dialog->rect.height - 1 - y});
}
