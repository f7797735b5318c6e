/* SPDX-License-Identifier: MIT */
/*
 * A canvas as text: plain, with its styles as letters (golden frames), or with colours as escape
 * codes. Writes into a string, never to a terminal.
 */
#include <string.h>

#include "ui/canvas.h"
#include "ui/canvas_write.h"

static const struct cell *line_of(const struct canvas *canvas, int y)
{
	return &canvas->cells[(size_t)y * (size_t)canvas->width];
}

static void add_char(struct strbuf *out, uint32_t ch)
{
	char utf8[4];
	size_t len = 0;

	if (ch < 0x80) {
		utf8[len++] = (char)ch;
	} else if (ch < 0x800) {
		utf8[len++] = (char)(0xc0 | (ch >> 6));
	} else if (ch < 0x10000) {
		utf8[len++] = (char)(0xe0 | (ch >> 12));
		utf8[len++] = (char)(0x80 | ((ch >> 6) & 0x3f));
	} else {
		utf8[len++] = (char)(0xf0 | (ch >> 18));
		utf8[len++] = (char)(0x80 | ((ch >> 12) & 0x3f));
		utf8[len++] = (char)(0x80 | ((ch >> 6) & 0x3f));
	}
	if (ch >= 0x80)
		utf8[len++] = (char)(0x80 | (ch & 0x3f));
	strbuf_add(out, utf8, len);
}

void canvas_write_cell(const struct cell *cell, struct strbuf *out)
{
	if (cell->ch == 0)
		return;
	add_char(out, cell->ch);
	for (int i = 0; i < CELL_COMBINING && cell->combining[i]; i++)
		add_char(out, cell->combining[i]);
}

static void write_text(const struct canvas *canvas, struct strbuf *out)
{
	for (int y = 0; y < canvas->height; y++) {
		const struct cell *line = line_of(canvas, y);
		int len = canvas->width;

		while (len > 0 && line[len - 1].ch == ' ' && !line[len - 1].combining[0])
			len--;
		for (int x = 0; x < len; x++)
			canvas_write_cell(&line[x], out);
		strbuf_addc(out, '\n');
	}
}

static void write_styles(const struct canvas *canvas, struct strbuf *out)
{
	for (int y = 0; y < canvas->height; y++) {
		const struct cell *line = line_of(canvas, y);

		for (int x = 0; x < canvas->width; x++)
			strbuf_addc(out, style_letter(line[x].style));
		strbuf_addc(out, '\n');
	}
}

static void add_color(struct strbuf *out, int color, int base)
{
	if (color >= 8)
		strbuf_addf(out, ";%d", base + 60 + color - 8);
	else if (color >= 0)
		strbuf_addf(out, ";%d", base + color);
}

static void write_sgr(const struct theme *theme, uint16_t style, struct strbuf *out)
{
	static const struct {
		uint16_t flag;
		const char *code;
	} attributes[] = {
		{STYLE_FLAG_BOLD, ";1"},
		{STYLE_FLAG_DIM, ";2"},
		{STYLE_FLAG_UNDERLINE, ";4"},
		{STYLE_FLAG_REVERSE, ";7"},
	};
	struct look look = theme_look(theme, style);

	strbuf_adds(out, "\033[0");
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (look.attributes & attributes[i].flag)
			strbuf_adds(out, attributes[i].code);
	}
	add_color(out, look.fg, 30);
	add_color(out, look.bg, 40);
	strbuf_addc(out, 'm');
}

static void write_ansi(const struct canvas *canvas, const struct theme *theme, struct strbuf *out)
{
	for (int y = 0; y < canvas->height; y++) {
		const struct cell *line = line_of(canvas, y);

		for (int x = 0; x < canvas->width; x++) {
			if (x == 0 || line[x].style != line[x - 1].style)
				write_sgr(theme, line[x].style, out);
			canvas_write_cell(&line[x], out);
		}
		strbuf_adds(out, "\033[0m\n");
	}
}

void canvas_write(const struct canvas *canvas, const struct theme *theme, enum canvas_format format,
		  struct strbuf *out)
{
	switch (format) {
	case CANVAS_STYLED:
		write_text(canvas, out);
		strbuf_addc(out, '\n');
		write_styles(canvas, out);
		break;
	case CANVAS_TEXT:
		write_text(canvas, out);
		break;
	case CANVAS_ANSI:
		write_ansi(canvas, theme, out);
		break;
	case CANVAS_SVG:
		canvas_write_svg(canvas, theme, out);
		break;
	}
}
