/* SPDX-License-Identifier: MIT */
/*
 * Fitting columns into a width, from 500 columns down to one. Pure arithmetic on the column list: no
 * row is looked at, so that columns don't jump about as rows change.
 */
#include "ui/table_layout.h"

#define GAP	    1
#define GUTTER_MIN  30 /* a terminal narrower than this has no column to spare for tags */
#define MORE_MARK   1  /* where the header says that there are more columns */
#define ELASTIC_MIN 8

static int least(int a, int b)
{
	return a < b ? a : b;
}

static bool is_stretch(const struct table_column *column)
{
	return column->field->flags & FIELD_STRETCH;
}

static bool is_tree(const struct table_column *column)
{
	return column->field->flags & FIELD_TREE;
}

static bool is_elastic(const struct table_column *column)
{
	return is_stretch(column) || is_tree(column);
}

int table_gutter(const struct table *table, int width)
{
	return width >= GUTTER_MIN || (table->tagged.len > 0 && width > 1) ? 1 : 0;
}

int table_guides_width(const struct table *table, const struct row_line *line, int width)
{
	uint32_t most = (uint32_t)(width > 0 ? width / 2 : 0);

	if (!(table->query.flags & QUERY_TREE))
		return 0;
	return (int)(line->depth >= most / 2 ? most : 2 * line->depth + 2);
}

static int least_width(const struct table_column *column, int available)
{
	int wanted = (int)column->field->width;
	int narrow = available * 2 / 5;

	if (!is_elastic(column))
		return wanted;
	if (narrow < ELASTIC_MIN)
		narrow = ELASTIC_MIN;
	return least(narrow, wanted);
}

/* Give every column that is not scrolled out its least width; returns the sum with the gaps. */
static int place_least(struct table *table, int available)
{
	size_t scrolled = 0;
	int sum = -GAP;

	for (size_t i = 0; i < table->columns_len; i++) {
		struct table_column *column = &table->columns[i];

		column->width = 0;
		if (i >= table->fixed && !is_elastic(column) && scrolled < table->scroll_columns) {
			scrolled++;
			continue;
		}
		column->width = least_width(column, available);
		sum += column->width + GAP;
	}
	/* There were fewer to scroll out than asked for. */
	table->scroll_columns = scrolled;
	return sum;
}

/* How gladly a column is left out; the rightmost of the highest goes first. 0: never. */
static int expendability(const struct table *table, size_t i)
{
	const struct table_column *column = &table->columns[i];

	if (column->width == 0 || is_tree(column))
		return 0;
	if (i < table->fixed)
		return 1;
	return is_stretch(column) ? 3 : 2;
}

static struct table_column *most_expendable(struct table *table)
{
	struct table_column *most = NULL;
	int highest = 1;

	for (size_t i = 0; i < table->columns_len; i++) {
		int value = expendability(table, i);

		if (value >= highest) {
			highest = value;
			most = &table->columns[i];
		}
	}
	return most;
}

static size_t columns_in_view(const struct table *table)
{
	size_t n = 0;

	for (size_t i = 0; i < table->columns_len; i++)
		n += table->columns[i].width > 0;
	return n;
}

/* Leave columns out until the rest takes no more than @available; returns what the rest takes. */
static int drop_columns(struct table *table, int sum, int available)
{
	while (sum > available && columns_in_view(table) > 1) {
		struct table_column *column = most_expendable(table);

		if (!column)
			break;
		sum -= column->width + GAP;
		column->width = 0;
	}
	return sum;
}

/* The column in view that takes what is left, and the one whose names may be longer than it expects. */
static void find_elastic(struct table *table, struct table_column **stretch,
			 struct table_column **tree)
{
	*stretch = *tree = NULL;
	for (size_t i = 0; i < table->columns_len; i++) {
		struct table_column *column = &table->columns[i];

		if (column->width == 0)
			continue;
		if (is_stretch(column))
			*stretch = column;
		else if (is_tree(column) && !*tree)
			*tree = column;
	}
}

static void widen(struct table *table, int spare)
{
	struct table_column *stretch, *tree;

	find_elastic(table, &stretch, &tree);
	if (tree) {
		int wanted = (int)tree->field->width;
		int more = tree->width < wanted ? least(spare, wanted - tree->width) : 0;

		/* Names profit from room before the last column does, within reason. */
		more += stretch ? least((spare - more) / 3, wanted / 2) : spare - more;
		tree->width += more;
		spare -= more;
	}
	if (stretch)
		stretch->width += spare;
}

void table_layout(struct table *table, struct rect rect)
{
	int gutter = table_gutter(table, rect.width);
	int available = rect.width - gutter;
	int sum = place_least(table, available);
	int x = rect.x + gutter;

	table->more_right = sum > available;
	if (table->more_right) {
		available -= MORE_MARK;
		sum = drop_columns(table, sum, available);
	}

	if (sum < available)
		widen(table, available - sum);
	for (size_t i = 0; i < table->columns_len; i++) {
		struct table_column *column = &table->columns[i];

		column->width = least(column->width, rect.x + rect.width - x);
		column->x = x;
		if (column->width > 0)
			x += column->width + GAP;
		else
			column->width = 0;
	}
}

/* cell_column() - the cell cursor's, and how many that can be scrolled out stand before it */
static const struct table_column *cell_column(const struct table *table, size_t *out_before)
{
	*out_before = 0;
	for (size_t i = 0; i < table->columns_len; i++) {
		const struct table_column *column = &table->columns[i];

		if (column->field == table->cell)
			return column;
		*out_before += i >= table->fixed && !is_elastic(column);
	}
	return NULL;
}

void table_reveal_cell(struct table *table, struct rect rect)
{
	size_t before;
	const struct table_column *column = cell_column(table, &before);

	if (!column || column->width > 0)
		return;
	if (table->scroll_columns > before) {
		table->scroll_columns = before;
		table_layout(table, rect);
	}
	while (column->width == 0 && table->scroll_columns < before) {
		size_t scrolled = ++table->scroll_columns;

		table_layout(table, rect);
		if (table->scroll_columns < scrolled)
			break;
	}
}
