/* SPDX-License-Identifier: MIT */
/* Lines of text in columns: built from raw texts, cut and padded by columns of the screen. */
#include "ui/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define WRAP_MIN 8 /* columns of a piece of wrapped text, however narrow it is */

void lines_reset(struct lines *lines)
{
	arena_reset(&lines->arena);
	lines->list = NULL;
	lines->len = lines->cap = 0;
}

void lines_finish(struct lines *lines)
{
	arena_finish(&lines->arena);
	*lines = (struct lines) {0};
}

struct dialog_line *lines_add(struct lines *lines)
{
	if (lines->len == lines->cap) {
		size_t cap = lines->cap ? 2 * lines->cap : 32;
		struct dialog_line *list = arena_array(&lines->arena, cap, sizeof(*list));
		if (lines->len > 0)
			memcpy(list, lines->list, lines->len * sizeof(*list));
		lines->list = list;
		lines->cap = cap;
	}
	return &lines->list[lines->len++];
}

void lines_part(struct lines *lines, struct dialog_line *line, uint16_t style, const char *raw,
		size_t columns)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	size_t used, part = 0;
	while (part < DIALOG_PARTS_MAX && line->parts[part].text)
		part++;
	if (part == DIALOG_PARTS_MAX)
		return;
	text_sanitize(span_of(raw), &text);
	used = text_width(strbuf_span(&text));
	if (columns > 0 && used > columns) {
		struct span cut = text_cut(strbuf_span(&text), columns - 1, &used);
		text.len = cut.len;
		text.data[cut.len] = '\0';
		strbuf_adds(&text, "\xe2\x80\xa6");
		used++;
	}
	for (; used < columns; used++)
		strbuf_addc(&text, ' ');
	line->parts[part] =
		(struct dialog_part) {style, arena_strdup(&lines->arena, strbuf_cstr(&text))};
}

void lines_partf(struct lines *lines, struct dialog_line *line, uint16_t style, const char *fmt,
		 ...)
{
	char text[512];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	lines_part(lines, line, style, text, 0);
}

static size_t columns_of(const struct dialog_line *line)
{
	size_t columns = 0;
	for (size_t i = 0; i < DIALOG_PARTS_MAX && line->parts[i].text; i++)
		columns += text_width(span_of(line->parts[i].text));
	return columns;
}

/* Behind a separator, so that paths and options stay readable; in a long word anywhere. */
static struct span cut_line(struct span text, size_t columns)
{
	struct span piece = text_cut(text, columns, NULL);
	if (piece.len == text.len)
		return piece;
	for (size_t len = piece.len; len > piece.len / 2; len--)
		if (strchr(",:/; ", text.p[len - 1]))
			return (struct span) {text.p, len};
	return piece;
}

void lines_wrap(struct lines *lines, uint16_t style, const char *raw, size_t indent, size_t width)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct dialog_line *line = lines->len > 0 ? &lines->list[lines->len - 1] : lines_add(lines);
	size_t used = columns_of(line);
	text_sanitize(span_of(raw), &text);
	struct span rest = strbuf_span(&text);
	do {
		size_t room = width > used + WRAP_MIN ? width - used : WRAP_MIN;
		struct span piece = cut_line(rest, room);
		lines_part(lines, line, style, arena_strndup(&lines->arena, piece.p, piece.len), 0);
		rest = (struct span) {rest.p + piece.len, rest.len - piece.len};
		if (rest.len == 0)
			break;
		line = lines_add(lines);
		used = indent;
		lines_part(lines, line, style, "", indent);
	} while (true);
}

void lines_scroll(struct lines *lines, long by)
{
	long most = lines->len > lines->page ? (long)(lines->len - lines->page) : 0;
	long top = (long)lines->top + by;
	lines->top = top < 0 ? 0 : top > most ? (size_t)most : (size_t)top;
}

static void draw_line(const struct dialog_line *line, struct canvas *canvas, struct rect rect)
{
	int x = rect.x + 1, right = rect.x + rect.width;
	for (int n = 0; n < DIALOG_PARTS_MAX && line->parts[n].text && x < right; n++) {
		struct span text = span_of(line->parts[n].text);
		bool cut = (int)text_width(text) > right - x;
		x += canvas_text(canvas, x, rect.y, line->parts[n].style, text, right - x - cut);
		if (cut)
			x += canvas_text(canvas, x, rect.y, line->parts[n].style,
					 SPAN("\xe2\x80\xa6"), 1);
	}
}

void lines_draw(struct lines *lines, struct canvas *canvas, struct rect rect)
{
	lines->page = rect.height > 0 ? (size_t)rect.height : 0;
	lines_scroll(lines, 0);
	for (size_t i = 0; i < lines->page && lines->top + i < lines->len; i++)
		draw_line(&lines->list[lines->top + i], canvas,
			  (struct rect) {rect.x, rect.y + (int)i, rect.width, 1});
	size_t below = lines->len - lines->top;
	if (below <= lines->page || rect.width < 16)
		return;
	canvas_textf(canvas, rect.x + rect.width - 12, rect.y + rect.height - 1, STYLE_BOX_TITLE,
		     " %4zu more ", below - lines->page);
}
