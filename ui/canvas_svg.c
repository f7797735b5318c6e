/* SPDX-License-Identifier: MIT */
/*
 * A canvas as an SVG picture that needs nothing else: colours are fixed, the font is any monospace
 * one. Alignment does not depend on the viewer's font: every piece of text says where it starts and how
 * long it is, and lines, blocks and dots are drawn as shapes, so that they meet without gaps.
 */
#include "ui/canvas_write.h"

#include <stdio.h>

#include "base/cleanup.h"

/* In tenths of a pixel, so that there are no fractions to write. */
#define CELL_WIDTH  80
#define CELL_HEIGHT 170
#define BASELINE    126
#define MARGIN	    140
#define LINE	    10
#define FONT_SIZE   133 /* 0.602 em, the advance of most monospace fonts, is then one cell */

/** struct palette - the sixteen colours and what the terminal would have by itself */
struct palette {
	const char *fg, *bg, *border;
	const char *colors[16];
};

static const struct palette dark = {
	"#d5d9e0",
	"#15181e",
	"#2c313a",
	{"#12151a", "#e5534b", "#57ab5a", "#d6a331", "#2f6fd0", "#9a6ee0", "#39a9b8", "#b4bcc8",
	 "#6f7a88", "#ff7b72", "#6bc46d", "#f0cc60", "#6cb0f5", "#d2a8ff", "#56d4dd", "#f4f6f9"},
};

static const struct palette light = {
	"#1f2328",
	"#fbfbfa",
	"#d5d9de",
	{"#1f2328", "#c5202c", "#1a7f37", "#e3b341", "#0b60c4", "#8250df", "#1b7c83", "#d0d7de",
	 "#757e89", "#e5534b", "#2da44e", "#bf8700", "#3b8eea", "#a475f9", "#3192aa", "#ffffff"},
};

/** struct svg - the picture being written */
struct svg {
	const struct canvas *canvas;
	const struct theme *theme;
	const struct palette *palette;
	char colors[16][8]; /* "#rrggbb" */
	struct strbuf *out;
};

/** struct ink - how a cell's characters are drawn */
struct ink {
	const char *fg, *bg;	 /* bg: NULL for the picture's own */
	unsigned int attributes; /* STYLE_FLAG_* */
};

static struct ink ink_of(const struct svg *svg, uint16_t style)
{
	const struct palette *palette = svg->palette;
	struct look look = theme_look(svg->theme, style);
	const char *fg = look.fg < 0 ? palette->fg : svg->colors[look.fg];
	const char *bg = look.bg < 0 ? NULL : svg->colors[look.bg];

	if (look.attributes & STYLE_FLAG_REVERSE)
		return (struct ink) {bg ? bg : palette->bg, fg, look.attributes};
	return (struct ink) {fg, bg, look.attributes};
}

static const struct cell *cell_at(const struct svg *svg, int x, int y)
{
	return &svg->canvas->cells[(size_t)y * (size_t)svg->canvas->width + (size_t)x];
}

static int left_of(int x)
{
	return MARGIN + x * CELL_WIDTH;
}

static int top_of(int y)
{
	return MARGIN + y * CELL_HEIGHT;
}

/* Shapes: lines, blocks and dots, added to the data of a path. */

/** struct arms - a box drawing character: which way its lines go from the middle */
struct arms {
	uint32_t ch;
	bool up, right, down, left;
};

static const struct arms box_arms[] = {
	{0x2500, 0, 1, 0, 1}, {0x2502, 1, 0, 1, 0}, {0x250c, 0, 1, 1, 0}, {0x2510, 0, 0, 1, 1},
	{0x2514, 1, 1, 0, 0}, {0x2518, 1, 0, 0, 1}, {0x251c, 1, 1, 1, 0}, {0x2524, 1, 0, 1, 1},
	{0x252c, 0, 1, 1, 1}, {0x2534, 1, 1, 0, 1}, {0x253c, 1, 1, 1, 1},
};

static const struct arms *find_arms(uint32_t ch)
{
	for (size_t i = 0; i < ARRAY_LEN(box_arms); i++) {
		if (box_arms[i].ch == ch)
			return &box_arms[i];
	}
	return NULL;
}

static void add_rect(struct strbuf *out, struct rect rect)
{
	strbuf_addf(out, "M%d %dh%dv%dh%dz", rect.x, rect.y, rect.width, rect.height, -rect.width);
}

static void draw_box(const struct arms *arms, int x, int y, struct strbuf *out)
{
	int middle_x = x + (CELL_WIDTH - LINE) / 2;
	int middle_y = y + (CELL_HEIGHT - LINE) / 2;

	if (arms->up || arms->down) {
		int from = arms->up ? y : middle_y;
		int to = arms->down ? y + CELL_HEIGHT : middle_y + LINE;

		add_rect(out, (struct rect) {middle_x, from, LINE, to - from});
	}
	if (arms->left || arms->right) {
		int from = arms->left ? x : middle_x;
		int to = arms->right ? x + CELL_WIDTH : middle_x + LINE;

		add_rect(out, (struct rect) {from, middle_y, to - from, LINE});
	}
}

static void draw_block(uint32_t ch, int x, int y, struct strbuf *out)
{
	struct rect rect = {x, y, CELL_WIDTH, CELL_HEIGHT};

	if (ch == 0x2580) {
		rect.height /= 2;
	} else if (ch <= 0x2588) {
		rect.height = CELL_HEIGHT * (int)(ch - 0x2580) / 8;
		rect.y += CELL_HEIGHT - rect.height;
	} else if (ch <= 0x258f) {
		rect.width = CELL_WIDTH * (int)(0x2590 - ch) / 8;
	} else {
		rect.width /= 2;
		rect.x += rect.width;
	}
	add_rect(out, rect);
}

static void draw_braille(uint32_t ch, int x, int y, struct strbuf *out)
{
	/* Bit n of the character is the dot in this column and line. */
	static const struct {
		int column, line;
	} dots[] = {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}};

	for (size_t i = 0; i < ARRAY_LEN(dots); i++) {
		if (ch & (1u << i))
			add_rect(out,
				 (struct rect) {x + 8 + dots[i].column * CELL_WIDTH / 2,
						y + 8 + dots[i].line * CELL_HEIGHT / 4, 24, 27});
	}
}

/* False if it is no shape; draws nothing without @out. */
static bool draw_shape(uint32_t ch, int x, int y, struct strbuf *out)
{
	const struct arms *arms = find_arms(ch);

	if (arms) {
		if (out)
			draw_box(arms, x, y, out);
	} else if (ch >= 0x2580 && ch <= 0x2590) {
		if (out)
			draw_block(ch, x, y, out);
	} else if (ch >= 0x2800 && ch <= 0x28ff) {
		if (out)
			draw_braille(ch, x, y, out);
	} else {
		return false;
	}
	return true;
}

static void write_shapes(const struct svg *svg, int y)
{
	_cleanup_(strbuf_finish)
	struct strbuf path = STRBUF_INIT;
	const char *fill = NULL;

	for (int x = 0; x <= svg->canvas->width; x++) {
		const struct cell *cell = x < svg->canvas->width ? cell_at(svg, x, y) : NULL;
		const char *fg = NULL;

		if (cell && draw_shape(cell->ch, 0, 0, NULL))
			fg = ink_of(svg, cell->style).fg;
		if (path.len > 0 && fg != fill) {
			strbuf_addf(svg->out, "<path fill=\"%s\" d=\"%s\"/>\n", fill,
				    strbuf_cstr(&path));
			strbuf_reset(&path);
		}
		fill = fg;
		if (fg)
			draw_shape(cell->ch, left_of(x), top_of(y), &path);
	}
}

/* Backgrounds: one rectangle for neighbours of the same colour. */

static void write_backgrounds(const struct svg *svg, int y)
{
	int start = 0;

	for (int x = 1; x <= svg->canvas->width; x++) {
		const char *bg = ink_of(svg, cell_at(svg, start, y)->style).bg;

		if (x < svg->canvas->width && ink_of(svg, cell_at(svg, x, y)->style).bg == bg)
			continue;
		if (bg)
			strbuf_addf(svg->out,
				    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
				    "fill=\"%s\"/>\n",
				    left_of(start), top_of(y), (x - start) * CELL_WIDTH,
				    CELL_HEIGHT, bg);
		start = x;
	}
}

/* Text: runs of one look without gaps, each at its own place. */

/* Fonts agree on the width of these; others stand alone. */
static bool is_plain(const struct cell *cell)
{
	return cell->ch >= ' ' && cell->ch < 0x250 && !cell->combining[0];
}

static bool is_text(const struct cell *cell)
{
	return cell->ch != 0 && !draw_shape(cell->ch, 0, 0, NULL);
}

static bool is_blank(const struct svg *svg, int x, int y)
{
	return x >= svg->canvas->width || cell_at(svg, x, y)->ch == ' ';
}

/* Where the run that starts at @x ends: the column after it. */
static int run_end(const struct svg *svg, int x, int y)
{
	const struct cell *first = cell_at(svg, x, y);
	int end = x + 1;

	if (!is_plain(first)) {
		while (end < svg->canvas->width && cell_at(svg, end, y)->ch == 0)
			end++;
		return end;
	}
	for (; end < svg->canvas->width; end++) {
		const struct cell *cell = cell_at(svg, end, y);

		if (cell->style != first->style || !is_plain(cell))
			break;
		if (cell->ch == ' ' && is_blank(svg, end + 1, y))
			break;
	}
	return end;
}

static void write_escaped(const struct cell *cell, struct strbuf *out)
{
	switch (cell->ch) {
	case '&':
		strbuf_adds(out, "&amp;");
		break;
	case '<':
		strbuf_adds(out, "&lt;");
		break;
	case '>':
		strbuf_adds(out, "&gt;");
		break;
	default:
		canvas_write_cell(cell, out);
	}
}

static void write_run(const struct svg *svg, int x, int y, int end)
{
	struct ink ink = ink_of(svg, cell_at(svg, x, y)->style);

	strbuf_addf(svg->out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"%s\"", left_of(x),
		    top_of(y) + BASELINE, (end - x) * CELL_WIDTH, ink.fg);
	if (ink.attributes & STYLE_FLAG_BOLD)
		strbuf_adds(svg->out, " font-weight=\"bold\"");
	if (ink.attributes & STYLE_FLAG_UNDERLINE)
		strbuf_adds(svg->out, " text-decoration=\"underline\"");
	if (ink.attributes & STYLE_FLAG_DIM)
		strbuf_adds(svg->out, " opacity=\"0.6\"");
	strbuf_addc(svg->out, '>');
	for (; x < end; x++)
		write_escaped(cell_at(svg, x, y), svg->out);
	strbuf_adds(svg->out, "</text>\n");
}

static void write_texts(const struct svg *svg, int y)
{
	int x = 0;

	while (x < svg->canvas->width) {
		if (is_blank(svg, x, y) || !is_text(cell_at(svg, x, y))) {
			x++;
			continue;
		}
		int end = run_end(svg, x, y);

		write_run(svg, x, y, end);
		x = end;
	}
}

static void write_head(const struct svg *svg)
{
	int width = 2 * MARGIN + svg->canvas->width * CELL_WIDTH;
	int height = 2 * MARGIN + svg->canvas->height * CELL_HEIGHT;

	strbuf_addf(svg->out,
		    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		    "viewBox=\"0 0 %d %d\">\n",
		    width / 10, height / 10, width, height);
	strbuf_addf(svg->out,
		    "<rect x=\"5\" y=\"5\" width=\"%d\" height=\"%d\" rx=\"80\" fill=\"%s\" "
		    "stroke=\"%s\" stroke-width=\"10\"/>\n",
		    width - 10, height - 10, svg->palette->bg, svg->palette->border);
	strbuf_addf(svg->out,
		    "<g font-family=\"'DejaVu Sans Mono','Menlo','Consolas','Liberation Mono',"
		    "monospace\" font-size=\"%d\" xml:space=\"preserve\" "
		    "shape-rendering=\"crispEdges\">\n",
		    FONT_SIZE);
}

void canvas_write_svg(const struct canvas *canvas, const struct theme *theme, struct strbuf *out)
{
	const struct palette *palette = theme->light ? &light : &dark;
	struct svg svg = {.canvas = canvas, .theme = theme, .palette = palette, .out = out};

	for (int i = 0; i < 16; i++) {
		if (theme->palette)
			snprintf(svg.colors[i], sizeof(svg.colors[i]), "#%06x",
				 theme->palette[i] & 0xffffff);
		else
			snprintf(svg.colors[i], sizeof(svg.colors[i]), "%s", palette->colors[i]);
	}
	write_head(&svg);
	for (int y = 0; y < canvas->height; y++) {
		write_backgrounds(&svg, y);
		write_shapes(&svg, y);
		write_texts(&svg, y);
	}
	strbuf_adds(out, "</g>\n</svg>\n");
}
