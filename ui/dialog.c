/* SPDX-License-Identifier: MIT */
/*
 * Prompt, menu and box. Owns the text that is typed, the cursor and the scrolling; never knows what it
 * is asked for. Colours and frames come from the canvas.
 */
#include "ui/dialog.h"

#include <stdlib.h>
#include <unistr.h>

#include "base/arena.h"
#include "base/text.h"
#include "ui/form.h"

#define CTRL(c)		((uint32_t)((c) - 'a' + 1))
#define TEXT_MAX	256u /* bytes; a filter is a line, not a book */
#define WHEEL_LINES	3
#define PALETTE_COLUMNS 76
#define NOTE_COLUMNS	12 /* the least room that the typed text keeps beside a note */
#define PROMPT_COLUMNS	8  /* the least room for what is typed, before the title is cut */

void dialog_close(struct dialog *dialog)
{
	dialog->kind = DIALOG_NONE;
	dialog->footer = (struct footer) {0};
	strbuf_reset(&dialog->note);
}

void dialog_finish(struct dialog *dialog)
{
	dialog_close(dialog);
	strbuf_finish(&dialog->text);
	strbuf_finish(&dialog->note);
}

static void open_as(struct dialog *dialog, enum dialog_kind kind, const char *title)
{
	dialog_close(dialog);
	dialog->kind = kind;
	dialog->title = title;
	dialog->top = 0;
	dialog->page = 1;
}

void dialog_set_text(struct dialog *dialog, struct span text)
{
	strbuf_reset(&dialog->text);
	strbuf_add(&dialog->text, text.p, text.len < TEXT_MAX ? text.len : TEXT_MAX);
	dialog->cursor = dialog->text.len;
}

void dialog_open_prompt(struct dialog *dialog, const char *title, struct span text)
{
	open_as(dialog, DIALOG_PROMPT, title);
	dialog_set_text(dialog, text);
	footer_add(&dialog->footer, KEY_CODE_ENTER, "Done");
	footer_add(&dialog->footer, KEY_CODE_ESC, "Cancel");
}

void dialog_open_menu(struct dialog *dialog, const char *title, const struct dialog_choice *choices,
		      size_t len, size_t chosen)
{
	open_as(dialog, DIALOG_MENU, title);
	dialog->choices = choices;
	dialog->choices_len = len;
	dialog->chosen = chosen < len ? chosen : 0;
	footer_add(&dialog->footer, KEY_CODE_ENTER, "Choose");
	footer_add(&dialog->footer, KEY_CODE_ESC, "Cancel");
}

void dialog_open_palette(struct dialog *dialog, const char *title)
{
	dialog_open_prompt(dialog, title, SPAN(""));
	dialog->kind = DIALOG_PALETTE;
	dialog->footer.items[0].label = "Do it";
	dialog_set_choices(dialog, NULL, 0);
}

void dialog_set_choices(struct dialog *dialog, const struct dialog_choice *choices, size_t len)
{
	dialog->choices = choices;
	dialog->choices_len = len;
	dialog->chosen = dialog->top = 0;
}

void dialog_open_box(struct dialog *dialog, const char *title, const struct dialog_line *lines,
		     size_t len)
{
	open_as(dialog, DIALOG_BOX, title);
	dialog->lines = lines;
	dialog->lines_len = len;
	footer_add(&dialog->footer, KEY_CODE_UP, "Scroll");
	footer_add(&dialog->footer, KEY_CODE_ESC, "Close");
}

void dialog_open_form(struct dialog *dialog, const char *title, struct form *form)
{
	open_as(dialog, DIALOG_FORM, title);
	dialog->form = form;
	form_begin(dialog);
	footer_add(&dialog->footer, KEY_CODE_ENTER, "Done");
	footer_add(&dialog->footer, KEY_CODE_ESC, "Cancel");
}

void dialog_set_lines(struct dialog *dialog, const struct dialog_line *lines, size_t len)
{
	dialog->lines = lines;
	dialog->lines_len = len;
}

/* ---- Prompt ---- */

/* before(), after() - the character boundaries around the cursor */
static size_t before(const struct dialog *dialog)
{
	size_t i = dialog->cursor;
	while (i > 0 && ((unsigned char)dialog->text.data[--i] & 0xc0) == 0x80)
		continue;
	return i;
}

static size_t after(const struct dialog *dialog)
{
	size_t i = dialog->cursor;
	if (i == dialog->text.len)
		return i;
	for (i++; i < dialog->text.len && ((unsigned char)dialog->text.data[i] & 0xc0) == 0x80;)
		i++;
	return i;
}

/* erase() - what stands between two places; the cursor ends up at the first */
static bool erase(struct dialog *dialog, size_t from, size_t to)
{
	if (from == to)
		return false;
	struct strbuf *text = &dialog->text;
	memmove(text->data + from, text->data + to, text->len - to + 1);
	text->len -= to - from;
	dialog->cursor = from;
	return true;
}

static bool insert(struct dialog *dialog, uint32_t c)
{
	uint8_t utf8[8];
	int len = c >= ' ' && c < KEY_CODE_BASE ? u8_uctomb(utf8, c, sizeof(utf8)) : -1;
	/* Only what the sanitizer lets pass is drawn as it was typed. */
	if (len <= 0 || !text_is_clean((struct span) {(const char *)utf8, (size_t)len}))
		return false;
	struct strbuf *text = &dialog->text;
	if (text->len + (size_t)len > TEXT_MAX)
		return false;
	strbuf_add(text, (const char *)utf8, (size_t)len);
	char *at = text->data + dialog->cursor;
	memmove(at + len, at, text->len - (size_t)len - dialog->cursor);
	memcpy(at, utf8, (size_t)len);
	dialog->cursor += (size_t)len;
	return true;
}

static size_t word_start(const struct dialog *dialog)
{
	size_t i = dialog->cursor;
	while (i > 0 && dialog->text.data[i - 1] == ' ')
		i--;
	while (i > 0 && dialog->text.data[i - 1] != ' ')
		i--;
	return i;
}

static enum dialog_result move_cursor(struct dialog *dialog, size_t to)
{
	dialog->cursor = to;
	return DIALOG_OPEN;
}

enum dialog_result dialog_edit(struct dialog *dialog, uint32_t key)
{
	bool changed = false;
	switch (key) {
	case KEY_CODE_LEFT:
		return move_cursor(dialog, before(dialog));
	case KEY_CODE_RIGHT:
		return move_cursor(dialog, after(dialog));
	case KEY_CODE_HOME:
	case CTRL('a'):
		return move_cursor(dialog, 0);
	case KEY_CODE_END:
	case CTRL('e'):
		return move_cursor(dialog, dialog->text.len);
	case KEY_CODE_BACKSPACE:
		changed = erase(dialog, before(dialog), dialog->cursor);
		break;
	case KEY_CODE_DELETE:
		changed = erase(dialog, dialog->cursor, after(dialog));
		break;
	case CTRL('u'):
		changed = erase(dialog, 0, dialog->cursor);
		break;
	case CTRL('w'):
		changed = erase(dialog, word_start(dialog), dialog->cursor);
		break;
	default:
		if (key < ' ' || key >= KEY_CODE_BASE)
			return DIALOG_NOT_MINE;
		changed = insert(dialog, key);
	}
	return changed ? DIALOG_CHANGED : DIALOG_OPEN;
}

/* prompt_scroll() - the text from where on the cursor fits @columns */
static struct span prompt_scroll(const struct dialog *dialog, int columns, int *cursor_column)
{
	struct span left = {strbuf_cstr(&dialog->text), dialog->cursor};
	uint32_t c;
	while ((int)text_width(left) >= columns && text_next(&left, &c, NULL))
		continue;
	*cursor_column = (int)text_width(left);
	return (struct span) {left.p, left.len + dialog->text.len - dialog->cursor};
}

void dialog_draw_text(const struct dialog *dialog, struct canvas *canvas, struct rect line)
{
	int cursor;
	struct span shown = prompt_scroll(dialog, line.width, &cursor);
	canvas_text(canvas, line.x, line.y, STYLE_INPUT, shown, line.width);
	canvas->cursor_x = line.x + cursor;
	canvas->cursor_y = line.y;
}

/* Of a title, "Seconds between updates: ", no more than leaves room for what is typed. */
static int prompt_title(const struct dialog *dialog, struct canvas *canvas, struct rect line)
{
	uint16_t style = STYLE_INPUT | STYLE_FLAG_BOLD;
	struct span title = span_of(dialog->title);
	int room = line.width - PROMPT_COLUMNS;
	if ((int)text_width(title) + 2 <= room)
		return canvas_textf(canvas, line.x, line.y, style, "%s: ", dialog->title);
	int x = line.x + canvas_text(canvas, line.x, line.y, style, title, room > 3 ? room - 3 : 0);
	x += canvas_text(canvas, x, line.y, style, SPAN("\xe2\x80\xa6: "), room > 3 ? 3 : 0);
	return x - line.x;
}

static void prompt_draw(struct dialog *dialog, struct canvas *canvas, struct rect line)
{
	canvas_fill(canvas, line, ' ', STYLE_INPUT);
	int x = line.x, right = line.x + line.width;
	int title = (int)text_width(span_of(dialog->title)) + 3;
	/* On a narrow terminal what is typed matters more than how to end it. */
	if (line.width >= 60)
		x += footer_draw(&dialog->footer, canvas,
				 (struct rect) {x, line.y, line.width - title, 1}) +
		     1;
	x += prompt_title(dialog, canvas, (struct rect) {x, line.y, right - x, 1});
	int note = (int)text_width(strbuf_span(&dialog->note));
	int room = right - x;
	if (note > 0 && room > NOTE_COLUMNS) {
		int typed = (int)text_width(strbuf_span(&dialog->text)) + 1;
		int least = typed < room / 2 ? typed : room / 2;
		note = note + 2 < room - least ? note + 2 : room - least;
		canvas_text(canvas, right - note + 1, line.y, STYLE_ERROR,
			    strbuf_span(&dialog->note), note - 1);
		room -= note;
	}
	dialog_draw_text(dialog, canvas, (struct rect) {x, line.y, room, 1});
}

/* ---- Menu and box ---- */

static bool has_choices(const struct dialog *dialog)
{
	return dialog->kind == DIALOG_MENU || dialog->kind == DIALOG_PALETTE;
}

static size_t dialog_len(const struct dialog *dialog)
{
	return has_choices(dialog) ? dialog->choices_len : dialog->lines_len;
}

/* step() - how far a key moves: in lines; 0 if it does not */
static long step(const struct dialog *dialog, uint32_t key)
{
	long page = (long)dialog->page;
	switch (key) {
	case KEY_CODE_UP:
	case CTRL('p'):
	case KEY_MOD_ALT | 'k':
		return -1;
	case KEY_CODE_DOWN:
	case CTRL('n'):
	case KEY_MOD_ALT | 'j':
		return 1;
	case KEY_CODE_PGUP:
		return -page;
	case KEY_CODE_PGDN:
	case ' ':
		return page;
	case KEY_CODE_HOME:
		return -(long)dialog_len(dialog) - 1;
	case KEY_CODE_END:
		return (long)dialog_len(dialog) + 1;
	default:
		return 0;
	}
}

static size_t clamp_add(size_t value, long by, size_t max)
{
	long sum = (long)value + by;
	return sum < 0 ? 0 : (size_t)sum > max ? max : (size_t)sum;
}

static void scroll(struct dialog *dialog, long by)
{
	size_t len = dialog_len(dialog);
	dialog->top = clamp_add(dialog->top, by, len > dialog->page ? len - dialog->page : 0);
}

static enum dialog_result choose(struct dialog *dialog, size_t chosen)
{
	if (chosen == dialog->chosen || dialog->choices_len == 0)
		return DIALOG_OPEN;
	dialog->chosen = chosen;
	return DIALOG_CHANGED;
}

/* menu_letter() - the next choice, around the end, that starts with a letter */
static enum dialog_result menu_letter(struct dialog *dialog, uint32_t key)
{
	for (size_t i = 1; i <= dialog->choices_len; i++) {
		size_t at = (dialog->chosen + i) % dialog->choices_len;
		uint32_t c = (unsigned char)dialog->choices[at].label[0];
		if (key < 0x80 && (c | 0x20) == (key | 0x20))
			return choose(dialog, at);
	}
	return DIALOG_OPEN;
}

static enum dialog_result list_key(struct dialog *dialog, uint32_t key)
{
	long by = step(dialog, key);
	if (dialog->kind == DIALOG_BOX) {
		if (by == 0) {
			dialog_close(dialog);
			return DIALOG_CANCELLED;
		}
		scroll(dialog, by);
		return DIALOG_OPEN;
	}
	if (by != 0 && dialog->choices_len > 0)
		return choose(dialog, clamp_add(dialog->chosen, by, dialog->choices_len - 1));
	if (key == KEY_CODE_TAB)
		return DIALOG_NOT_MINE;
	return menu_letter(dialog, key);
}

/* palette_key() - what does not edit the text moves in the list */
static enum dialog_result palette_key(struct dialog *dialog, uint32_t key)
{
	if (key == KEY_CODE_TAB)
		key = KEY_CODE_DOWN;
	if (key == KEY_CODE_BACKTAB)
		key = KEY_CODE_UP;
	bool moves = key == KEY_CODE_UP || key == KEY_CODE_DOWN || key == KEY_CODE_PGUP ||
		     key == KEY_CODE_PGDN || key == CTRL('p') || key == CTRL('n');
	if (!moves)
		return dialog_edit(dialog, key);
	if (dialog->choices_len > 0)
		choose(dialog,
		       clamp_add(dialog->chosen, step(dialog, key), dialog->choices_len - 1));
	return DIALOG_OPEN;
}

static bool in_frame(const struct dialog *dialog, const struct event *event)
{
	const struct rect *rect = &dialog->rect;
	return event->x >= rect->x && event->x < rect->x + rect->width && event->y >= rect->y &&
	       event->y < rect->y + rect->height;
}

/* line_at() - the line of a menu at a place; SIZE_MAX: none */
static size_t line_at(const struct dialog *dialog, const struct event *event)
{
	const struct rect *rect = &dialog->rect;
	int line = event->y - rect->y - 1;
	if (event->x <= rect->x || event->x >= rect->x + rect->width - 1 || line < 0 ||
	    line >= (int)dialog->page || dialog->top + (size_t)line >= dialog->choices_len)
		return SIZE_MAX;
	return dialog->top + (size_t)line;
}

/* list_click() - chooses in a menu, closes a box; beside a menu cancels */
static enum dialog_result list_click(struct dialog *dialog, const struct event *event)
{
	bool menu = has_choices(dialog);
	size_t line = menu ? line_at(dialog, event) : SIZE_MAX;
	if (menu && line == SIZE_MAX && in_frame(dialog, event))
		return DIALOG_OPEN;
	if (line != SIZE_MAX)
		dialog->chosen = line;
	dialog_close(dialog);
	return line != SIZE_MAX ? DIALOG_DONE : DIALOG_CANCELLED;
}

struct rect dialog_window(struct rect rect, size_t columns, size_t lines)
{
	struct rect window = {0, 0, (int)columns + 4, (int)lines + 2};
	if (window.width > rect.width)
		window.width = rect.width;
	if (window.height > rect.height)
		window.height = rect.height;
	window.x = rect.x + (rect.width - window.width) / 2;
	window.y = rect.y + (rect.height - window.height) / 2;
	return window;
}

static void line_draw(const struct dialog *dialog, size_t i, struct canvas *canvas, int y)
{
	int x = dialog->rect.x + 2, right = dialog->rect.x + dialog->rect.width - 2;
	const struct dialog_part *part = dialog->lines[i].parts;
	for (int n = 0; n < DIALOG_PARTS_MAX && part[n].text && x < right; n++)
		x += canvas_text(canvas, x, y, part[n].style, span_of(part[n].text), right - x);
}

static void choice_draw(const struct dialog *dialog, size_t i, struct canvas *canvas, int y)
{
	const struct rect *rect = &dialog->rect;
	canvas_text(canvas, rect->x + 2, y, STYLE_BOX, span_of(dialog->choices[i].label),
		    rect->width - 4);
	if (i == dialog->chosen)
		canvas_restyle(canvas, (struct rect) {rect->x + 1, y, rect->width - 2, 1},
			       STYLE_SELECTED);
}

static size_t list_columns(const struct dialog *dialog)
{
	size_t columns = text_width(span_of(dialog->title)) + 2;
	for (size_t i = 0; i < dialog_len(dialog); i++) {
		size_t width = 0;
		if (dialog->kind == DIALOG_MENU)
			width = text_width(span_of(dialog->choices[i].label));
		else
			for (int n = 0; n < DIALOG_PARTS_MAX && dialog->lines[i].parts[n].text; n++)
				width += text_width(span_of(dialog->lines[i].parts[n].text));
		if (width > columns)
			columns = width;
	}
	return columns;
}

/* reveal() - scroll so far that the choice is in view, and no further than the end */
static void reveal(struct dialog *dialog)
{
	scroll(dialog, 0);
	if (!has_choices(dialog) || dialog->page == 0)
		return;
	if (dialog->chosen < dialog->top)
		dialog->top = dialog->chosen;
	else if (dialog->chosen >= dialog->top + dialog->page)
		dialog->top = dialog->chosen - dialog->page + 1;
}

/* palette_window() - as wide as it may get, so that it does not jump about while it is typed; above
 * the prompt */
static struct rect palette_window(struct rect rect, size_t lines)
{
	struct rect window = dialog_window(rect, PALETTE_COLUMNS, lines);
	window.x = rect.x;
	window.y = rect.y + rect.height - window.height;
	return window;
}

static void list_draw(struct dialog *dialog, struct canvas *canvas, struct rect rect)
{
	size_t len = dialog_len(dialog);
	dialog->rect = dialog->kind == DIALOG_PALETTE
			       ? palette_window(rect, len)
			       : dialog_window(rect, list_columns(dialog), len);
	dialog->page = dialog->rect.height > 2 ? (size_t)dialog->rect.height - 2 : 0;
	reveal(dialog);
	canvas_fill(canvas, dialog->rect, ' ', STYLE_BOX);
	canvas_box(canvas, dialog->rect, STYLE_BOX, span_of(dialog->title));
	for (size_t i = 0; i < dialog->page && dialog->top + i < len; i++) {
		int y = dialog->rect.y + 1 + (int)i;
		if (has_choices(dialog))
			choice_draw(dialog, dialog->top + i, canvas, y);
		else
			line_draw(dialog, dialog->top + i, canvas, y);
	}
	if (dialog->top + dialog->page < len && dialog->rect.width >= 10)
		canvas_text(canvas, dialog->rect.x + dialog->rect.width - 8,
			    dialog->rect.y + dialog->rect.height - 1, STYLE_BOX_TITLE,
			    SPAN(" more "), 6);
}

/* footer_line() - the last line while a menu or box is open: its keys, and help on the choice */
static void footer_line(struct dialog *dialog, struct canvas *canvas, struct rect line)
{
	canvas_fill(canvas, line, ' ', STYLE_FOOTER_TEXT);
	int x = footer_draw(&dialog->footer, canvas, line) + 2;
	const char *help = dialog->kind == DIALOG_MENU && dialog->chosen < dialog->choices_len
				   ? dialog->choices[dialog->chosen].help
				   : NULL;
	if (help && x < line.width)
		canvas_text(canvas, line.x + x, line.y, STYLE_FOOTER_TEXT, span_of(help),
			    line.width - x);
}

/* ---- All ---- */

static enum dialog_result list_wheel(struct dialog *dialog, uint32_t key)
{
	return dialog->kind == DIALOG_PALETTE ? palette_key(dialog, key) : list_key(dialog, key);
}

enum dialog_result dialog_event(struct dialog *dialog, const struct event *event)
{
	if (dialog->kind == DIALOG_FORM)
		return form_event(dialog, event);
	uint32_t key = event->key;
	bool list = dialog->kind != DIALOG_PROMPT;
	if (key == KEY_CODE_MOUSE) {
		if (list && event->button == MOUSE_WHEEL_UP)
			return list_wheel(dialog, KEY_CODE_UP);
		if (list && event->button == MOUSE_WHEEL_DOWN)
			return list_wheel(dialog, KEY_CODE_DOWN);
		key = footer_hit(&dialog->footer, event->x, event->y);
		if (key == 0)
			return list ? list_click(dialog, event) : DIALOG_NOT_MINE;
	}
	if (key == KEY_CODE_ESC || key == CTRL('c') || key == CTRL('g')) {
		dialog_close(dialog);
		return DIALOG_CANCELLED;
	}
	if (key == KEY_CODE_ENTER) {
		dialog_close(dialog);
		return DIALOG_DONE;
	}
	if (dialog->kind == DIALOG_PALETTE)
		return palette_key(dialog, key);
	return list ? list_key(dialog, key) : dialog_edit(dialog, key);
}

void dialog_draw(struct dialog *dialog, struct canvas *canvas, struct rect rect)
{
	struct rect last = {rect.x, rect.y + rect.height - 1, rect.width, 1};
	struct rect rest = {rect.x, rect.y, rect.width, rect.height - 1};
	switch (dialog->kind) {
	case DIALOG_NONE:
		break;
	case DIALOG_PROMPT:
		prompt_draw(dialog, canvas, last);
		break;
	case DIALOG_PALETTE:
		list_draw(dialog, canvas, rest);
		prompt_draw(dialog, canvas, last);
		break;
	case DIALOG_MENU:
	case DIALOG_BOX:
		list_draw(dialog, canvas, rest);
		footer_line(dialog, canvas, last);
		break;
	case DIALOG_FORM:
		form_draw(dialog, canvas, rest);
		footer_line(dialog, canvas, last);
		break;
	}
}
