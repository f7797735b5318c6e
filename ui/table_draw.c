/* SPDX-License-Identifier: MIT */
/*
 * A table on a canvas: header, lines in view, guides, marks; and what is where, for clicks. Looks at no
 * row that is not in view, so that drawing costs the same for ten rows and for ten thousand.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "ui/table_layout.h"

#define CUT	   "\xe2\x80\xa6" /* … */
#define TAG	   "\xe2\x80\xa2" /* • */
#define SORT_DOWN  "\xe2\x96\xbd" /* ▽ */
#define SORT_UP	   "\xe2\x96\xb3" /* △ */
#define MORE_LEFT  "\xc2\xab"	  /* « */
#define MORE_RIGHT "\xc2\xbb"	  /* » */
#define SUFFIX_MAX 32

/** struct line_context - the line being drawn */
struct line_context {
	struct table *table;
	struct canvas *canvas;
	const struct row_line *line;
	struct table_look look; /* of the whole line */
	int y;
	bool selected;
};

static int header_lines(const struct table *table)
{
	return table->flags & TABLE_NO_HEADER ? 0 : 1;
}

int table_page(const struct table *table)
{
	int lines = table->rect.height - header_lines(table);

	return lines > 0 ? lines : 0;
}

size_t table_view(const struct table *table, size_t *out_first)
{
	size_t page = (size_t)table_page(table);
	size_t rest = table->rows.len > table->top ? table->rows.len - table->top : 0;

	*out_first = table->top;
	return rest < page ? rest : page;
}

static int compare_pids(const void *left, const void *right)
{
	pid_t a = *(const pid_t *)left;
	pid_t b = *(const pid_t *)right;

	return (a > b) - (a < b);
}

size_t table_view_pids(const struct table *table, pid_t *out, size_t cap)
{
	size_t first;
	size_t lines = table_view(table, &first);
	size_t len = 0;

	for (size_t i = 0; i < lines && len < cap; i++) {
		const struct row_line *line = &table->rows.lines[first + i];
		const struct process *process = row_process(&line->row);

		if (process && !line->gone)
			out[len++] = process->pid;
	}
	if (len > 0)
		qsort(out, len, sizeof(out[0]), compare_pids);
	return len;
}

/* --- header --- */

static void draw_title(const struct table *table, struct canvas *canvas, size_t i)
{
	const struct table_column *column = &table->columns[i];
	struct span title = span_of(column->field->title);
	bool sorted = table->query.sort == column->field;
	uint16_t style = sorted ? STYLE_HEADER_SORT : STYLE_HEADER;
	int columns = (int)text_width(title);
	int x = column->x;

	if (columns > column->width)
		columns = column->width;
	if (column->field->flags & FIELD_RIGHT)
		x += column->width - columns;
	canvas_text(canvas, x, table->rect.y, style, title, columns);
	if (!sorted)
		return;
	/* The mark stands in the gap behind the title, or on its end where there is no gap. */
	if (x + columns >= table->rect.x + table->rect.width - table->more_right)
		x--;
	canvas_text(canvas, x + columns, table->rect.y, style,
		    span_of(table->query.flags & QUERY_DESCENDING ? SORT_DOWN : SORT_UP), 1);
}

static void draw_header(const struct table *table, struct canvas *canvas)
{
	struct rect rect = {table->rect.x, table->rect.y, table->rect.width, 1};

	canvas_fill(canvas, rect, ' ', STYLE_HEADER);
	for (size_t i = 0; i < table->columns_len; i++) {
		if (table->columns[i].width > 0)
			draw_title(table, canvas, i);
	}
	if (table->scroll_columns > 0 || table->scroll_text > 0)
		canvas_text(canvas, rect.x, rect.y, STYLE_HEADER, span_of(MORE_LEFT), 1);
	if (table->more_right)
		canvas_text(canvas, rect.x + rect.width - 1, rect.y, STYLE_HEADER,
			    span_of(MORE_RIGHT), 1);
}

/* --- looks --- */

/* Under the cursor the line has one style, but a cell keeps its flags. */
static uint16_t line_style(const struct line_context *ctx, uint16_t style)
{
	uint16_t flags = (uint16_t)(style & ~0xffu);

	if (!ctx->selected)
		return style;
	if (ctx->table->flags & TABLE_INACTIVE)
		return style | STYLE_FLAG_UNDERLINE;
	if (ctx->table->flags & TABLE_FOLLOW)
		return STYLE_SELECTED_FOLLOW | flags;
	return STYLE_SELECTED | flags;
}

/* A number or name that was cut says so. */
static void draw_cut(const struct line_context *ctx, int x, uint16_t style)
{
	canvas_text(ctx->canvas, x, ctx->y, style, ctx->canvas->ascii ? SPAN("~") : span_of(CUT),
		    1);
}

/* --- guides --- */

/** struct guides - what the lines of a tree are made of */
struct guides {
	uint32_t pass, branch, last, line, open, folded;
};

static const struct guides guides_utf8 = {0x2502, 0x251c, 0x2514, 0x2500, 0x25be, 0x25b8};
static const struct guides guides_ascii = {'|', '|', '`', '-', '-', '+'};

/*
 * The character in column @column of the guides. Each level takes two, the last two are the fold mark,
 * which stands above the branches of the children, and a blank.
 */
static uint32_t guide_at(const struct guides *guides, const struct row_line *line, uint32_t column)
{
	uint32_t level = column / 2 + 1; /* the depth that this column is about */
	bool first = column % 2 == 0;

	if (level > line->depth + 1)
		return ' ';
	if (level == line->depth + 1) {
		if (!first)
			return ' ';
		if (line->descendants > 0)
			return line->folded ? guides->folded : guides->open;
		return line->depth > 0 ? guides->line : ' ';
	}
	if (level == line->depth) {
		if (!first)
			return guides->line;
		return line->last ? guides->last : guides->branch;
	}
	return first && level < 64 && (line->guides >> level & 1) ? guides->pass : ' ';
}

/* The guides before a name; returns how many columns they take. */
static int draw_guides(const struct line_context *ctx, const struct table_column *column)
{
	const struct row_line *line = ctx->line;
	const struct guides *guides = ctx->canvas->ascii ? &guides_ascii : &guides_utf8;
	int columns = table_guides_width(ctx->table, line, column->width);
	/* Where there is no room for all, the deepest levels are shown. */
	uint32_t skipped = 2 * line->depth + 2 - (uint32_t)columns;
	uint16_t style = line_style(ctx, STYLE_DIM);

	for (int i = 0; i < columns; i++) {
		uint32_t ch = guide_at(guides, line, skipped + (uint32_t)i);

		canvas_fill(ctx->canvas, (struct rect) {column->x + i, ctx->y, 1, 1}, ch, style);
	}
	if (columns > 0 && skipped > 0)
		draw_cut(ctx, column->x, style);
	return columns;
}

/* --- matches --- */

/* Highlight what the search found in @text, whose first column is at @x; nothing outside @bounds. */
static void draw_matches(const struct line_context *ctx, const struct field *field,
			 struct span text, int x, struct rect bounds)
{
	const struct pattern *pattern = &ctx->table->search;
	struct rect old = canvas_clip(ctx->canvas, bounds);
	struct span found;

	if (field->type == FIELD_ID && !pattern->is_regex)
		text.len = span_starts(text, strbuf_span(&pattern->text)) ? pattern->text.len : 0;
	while (text.len > 0 && x < bounds.x + bounds.width && pattern_find(pattern, text, &found) &&
	       found.len > 0) {
		size_t before = (size_t)(found.p - text.p);
		int columns = (int)text_width(found);

		x += (int)text_width((struct span) {text.p, before});
		canvas_restyle(ctx->canvas, (struct rect) {x, ctx->y, columns, 1}, STYLE_MATCH);
		x += columns;
		text = (struct span) {found.p + found.len, text.len - before - found.len};
	}
	canvas_clip(ctx->canvas, old);
}

static bool is_searched(const struct line_context *ctx, const struct field *field)
{
	return !pattern_is_empty(&ctx->table->search) && !ctx->table->search.negated &&
	       (field->type == FIELD_TEXT || field->type == FIELD_ID);
}

/* --- one cell --- */

static bool is_name(const struct table *table, const struct table_column *column)
{
	if (column->field->flags & FIELD_TREE)
		return true;
	for (size_t i = 0; i < table->columns_len; i++) {
		if (table->columns[i].field->flags & FIELD_TREE)
			return false;
	}
	return column == table->columns;
}

static bool is_worth_a_look(const struct value *value)
{
	if (value->state != METRIC_KNOWN)
		return false;
	switch (value->type) {
	case FIELD_PCT:
	case FIELD_PER_SEC:
	case FIELD_BYTES_PER_SEC:
		return value->f64 >= 0.05 || value->f64 <= -0.05;
	case FIELD_TEXT:
		return true;
	case FIELD_BOOL:
		return value->boolean;
	default:
		return value->u64 != 0;
	}
}

static struct table_look cell_look(const struct line_context *ctx,
				   const struct table_column *column, const struct value *value)
{
	const struct table_painter *painter = &ctx->table->painter;
	struct table_look look = {ctx->look.style, NULL, ctx->look.mark_style};

	if (look.style == STYLE_NORMAL && !is_worth_a_look(value))
		look.style = STYLE_DIM;
	if (is_name(ctx->table, column))
		look.mark = ctx->look.mark;
	if (painter->cell)
		painter->cell(painter->data, ctx->line, column->field, value, &look);
	return look;
}

/* As much of @text as fits @rect, with a mark where it was cut; returns the columns used. */
static int draw_fitting(const struct line_context *ctx, struct rect rect, struct span text,
			const struct table_look *look, bool right)
{
	uint16_t style = line_style(ctx, look->style);
	size_t columns;
	struct span fitting = text_cut(text, (size_t)rect.width, &columns);
	int x = rect.x;

	if (fitting.len < text.len) {
		fitting = text_cut(text, (size_t)rect.width - 1, &columns);
		draw_cut(ctx, x + (int)columns, style);
		canvas_text(ctx->canvas, x, ctx->y, style, fitting, -1);
		return (int)columns + 1;
	}
	if (right)
		x += rect.width - (int)columns;
	canvas_text(ctx->canvas, x, ctx->y, style, fitting, -1);
	return right ? rect.width : (int)columns;
}

/* The text of a stretch column may be scrolled: drop its first columns. */
static struct span scrolled(const struct line_context *ctx, const struct field *field,
			    struct span text)
{
	if (!(field->flags & FIELD_STRETCH) || ctx->table->scroll_text == 0)
		return text;
	struct span hidden = text_cut(text, ctx->table->scroll_text, NULL);

	return (struct span) {text.p + hidden.len, text.len - hidden.len};
}

/* What stands behind a cell's text: the owner's mark, and how many rows are folded away. */
static void suffix_of(const struct line_context *ctx, const struct table_column *column,
		      const struct table_look *look, char buf[SUFFIX_MAX])
{
	bool counted = ctx->line->folded && (column->field->flags & FIELD_TREE);

	buf[0] = '\0';
	if (look->mark && counted)
		snprintf(buf, SUFFIX_MAX, "%s +%" PRIu32, look->mark, ctx->line->descendants);
	else if (counted)
		snprintf(buf, SUFFIX_MAX, " +%" PRIu32, ctx->line->descendants);
	else if (look->mark)
		snprintf(buf, SUFFIX_MAX, "%s", look->mark);
}

/* Behind a number the mark stands in the gap, so that digits stay below digits. */
static void draw_number_mark(const struct line_context *ctx, struct rect room,
			     const struct table_look *look)
{
	const struct rect *whole = &ctx->table->rect;
	int x = room.x + room.width;

	if (x >= whole->x + whole->width)
		x--;
	canvas_text(ctx->canvas, x, ctx->y, line_style(ctx, look->mark_style), span_of(look->mark),
		    1);
}

/* Text, suffix and matches of a cell, in what the guides left of it. */
static void draw_content(const struct line_context *ctx, const struct table_column *column,
			 struct rect room, const struct table_look *look)
{
	struct span text = scrolled(ctx, column->field, strbuf_span(&ctx->table->scratch));
	bool right = column->field->flags & FIELD_RIGHT;
	char suffix[SUFFIX_MAX] = "";

	if (!right)
		suffix_of(ctx, column, look, suffix);
	int suffix_columns = (int)text_width(span_of(suffix));

	if (suffix_columns * 2 > room.width)
		suffix_columns = 0;
	struct rect text_room = {room.x, room.y, room.width - suffix_columns, 1};

	if (text_room.width <= 0)
		return;
	int used = draw_fitting(ctx, text_room, text, look, right);

	if (column->field->flags & FIELD_STRETCH)
		ctx->table->more_text |=
			text_cut(text, (size_t)text_room.width, NULL).len < text.len;
	if (suffix_columns > 0)
		canvas_text(ctx->canvas, room.x + used, ctx->y, line_style(ctx, look->mark_style),
			    span_of(suffix), suffix_columns);
	if (right && look->mark)
		draw_number_mark(ctx, room, look);
	if (is_searched(ctx, column->field))
		draw_matches(ctx, column->field, text,
			     right ? text_room.x + text_room.width - (int)text_width(text)
				   : text_room.x,
			     text_room);
}

static void draw_cell(const struct line_context *ctx, const struct table_column *column)
{
	struct table *table = ctx->table;
	struct value value = field_get(column->field, &ctx->line->row);
	struct table_look look = cell_look(ctx, column, &value);
	struct rect room = {column->x, ctx->y, column->width, 1};

	strbuf_reset(&table->scratch);
	value_format(&value, ctx->canvas->ascii, &table->scratch);
	if (column->field->flags & FIELD_TREE) {
		int guides = draw_guides(ctx, column);

		room.x += guides;
		room.width -= guides;
	}
	draw_content(ctx, column, room, &look);
}

/* --- lines --- */

static void draw_cell_cursor(const struct line_context *ctx)
{
	const struct table *table = ctx->table;

	for (size_t i = 0; i < table->columns_len; i++) {
		const struct table_column *column = &table->columns[i];

		if (column->field == table->cell && column->width > 0)
			canvas_restyle(ctx->canvas,
				       (struct rect) {column->x, ctx->y, column->width, 1},
				       STYLE_SELECTED | STYLE_FLAG_REVERSE | STYLE_FLAG_BOLD |
					       STYLE_FLAG_UNDERLINE);
	}
}

static void draw_line(const struct line_context *ctx)
{
	const struct table *table = ctx->table;
	struct rect whole = {table->rect.x, ctx->y, table->rect.width, 1};

	canvas_fill(ctx->canvas, whole, ' ', line_style(ctx, STYLE_NORMAL));
	if (table->tagged.len > 0 && key_set_has(&table->tagged, row_key(&ctx->line->row)))
		canvas_text(ctx->canvas, whole.x, ctx->y, line_style(ctx, STYLE_TAGGED),
			    ctx->canvas->ascii ? SPAN("+") : span_of(TAG), 1);
	for (size_t i = 0; i < table->columns_len; i++) {
		if (table->columns[i].width > 0)
			draw_cell(ctx, &table->columns[i]);
	}
	if (ctx->selected && table->cell)
		draw_cell_cursor(ctx);
}

static struct table_look line_look(struct table *table, const struct row_line *line)
{
	struct table_look look = {STYLE_NORMAL, NULL, STYLE_DIM};

	if (!line->matched)
		look.style = STYLE_DIM;
	if (key_set_has(&table->tagged, row_key(&line->row)))
		look.style = STYLE_TAGGED;
	if (table->painter.row)
		table->painter.row(table->painter.data, line, &look);
	return look;
}

static void draw_lines(struct table *table, struct canvas *canvas)
{
	size_t first;
	size_t lines = table_view(table, &first);

	for (size_t i = 0; i < lines; i++) {
		const struct row_line *line = &table->rows.lines[first + i];
		struct line_context ctx = {
			.table = table,
			.canvas = canvas,
			.line = line,
			.look = line_look(table, line),
			.y = table->rect.y + header_lines(table) + (int)i,
			.selected = first + i == table->line,
		};

		draw_line(&ctx);
	}
}

void table_draw(struct table *table, struct canvas *canvas, struct rect rect)
{
	struct rect old = canvas_clip(canvas, rect);

	table->rect = rect;
	table->more_text = false;
	table_keep_in_view(table);
	table_layout(table, rect);
	if (table->cell)
		table_reveal_cell(table, rect);
	if (header_lines(table))
		draw_header(table, canvas);
	draw_lines(table, canvas);
	if (table->rows.len == 0)
		canvas_text(canvas, rect.x + 1, rect.y + header_lines(table), STYLE_DIM,
			    span_of(table->empty_text), rect.width - 1);
	canvas_clip(canvas, old);
}

/* --- clicks --- */

static const struct table_column *column_at(const struct table *table, int x)
{
	for (size_t i = 0; i < table->columns_len; i++) {
		const struct table_column *column = &table->columns[i];

		/* The gap belongs to the column before it: the sort mark stands there. */
		if (column->width > 0 && x >= column->x && x <= column->x + column->width)
			return column;
	}
	return NULL;
}

static enum table_hit hit_line(const struct table *table, const struct table_column *column, int x,
			       size_t line)
{
	const struct row_line *row_line = &table->rows.lines[line];

	if (!column || !(column->field->flags & FIELD_TREE) || row_line->descendants == 0)
		return TABLE_HIT_ROW;
	return x < column->x + table_guides_width(table, row_line, column->width) ? TABLE_HIT_FOLD
										  : TABLE_HIT_ROW;
}

enum table_hit table_hit(const struct table *table, int x, int y, size_t *out_line,
			 const struct field **out_field)
{
	const struct rect *rect = &table->rect;
	const struct table_column *column = column_at(table, x);
	size_t first;
	size_t lines = table_view(table, &first);

	if (x < rect->x || x >= rect->x + rect->width || y < rect->y || y >= rect->y + rect->height)
		return TABLE_HIT_NONE;
	*out_field = column ? column->field : NULL;
	y -= rect->y + header_lines(table);
	if (y < 0)
		return column ? TABLE_HIT_HEADER : TABLE_HIT_NONE;
	if ((size_t)y >= lines)
		return TABLE_HIT_NONE;
	*out_line = first + (size_t)y;
	return hit_line(table, column, x, *out_line);
}

enum table_hit table_click(struct table *table, int x, int y)
{
	const struct field *field = NULL;
	size_t line = 0;
	enum table_hit hit = table_hit(table, x, y, &line, &field);

	if (hit == TABLE_HIT_HEADER) {
		table_sort(table, field);
	} else if (hit != TABLE_HIT_NONE) {
		table_select_line(table, line);
		if (hit == TABLE_HIT_FOLD)
			table_fold(table, TABLE_FOLD_TOGGLE);
	}
	return hit;
}
