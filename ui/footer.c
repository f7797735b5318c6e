/* SPDX-License-Identifier: MIT */
/*
 * The bottom line. Owns only where its items stand, so that clicks can be told; never runs what a key
 * means.
 */
#include "ui/footer.h"

#include "base/text.h"
#include "ui/keys.h"

/* Labels are padded to this, so that the line does not move when one changes (Tree, List). */
#define LABEL_COLUMNS 4
#define LABEL_GAP     1 /* else the next key seems to belong to the label */

void footer_add(struct footer *footer, uint32_t code, const char *label)
{
	if (footer->len == FOOTER_ITEMS_MAX)
		return;
	footer->items[footer->len] = (struct footer_item) {code, label};
	footer->rects[footer->len] = (struct rect) {0, 0, 0, 0};
	footer->len++;
}

static int item_columns(const struct footer_item *item, bool last)
{
	char name[KEY_NAME_MAX];
	int key = (int)text_width(span_of(key_name(item->code, name)));
	int label = (int)text_width(span_of(item->label));

	if (last)
		return key + label;
	return key + (label < LABEL_COLUMNS ? LABEL_COLUMNS : label) + LABEL_GAP;
}

static void item_draw(struct footer *footer, size_t i, struct canvas *canvas, struct rect rect)
{
	char name[KEY_NAME_MAX];
	const struct footer_item *item = &footer->items[i];
	int key = canvas_text(canvas, rect.x, rect.y, STYLE_FOOTER_KEY,
			      span_of(key_name(item->code, name)), rect.width);
	canvas_fill(canvas, (struct rect) {rect.x + key, rect.y, rect.width - key, 1}, ' ',
		    STYLE_FOOTER_TEXT);
	canvas_text(canvas, rect.x + key, rect.y, STYLE_FOOTER_TEXT, span_of(item->label),
		    rect.width - key);
	footer->rects[i] = rect;
}

int footer_draw(struct footer *footer, struct canvas *canvas, struct rect rect)
{
	for (size_t i = 0; i < footer->len; i++)
		footer->rects[i].width = 0;
	if (footer->len == 0)
		return 0;
	size_t last = footer->len - 1;
	int last_columns = item_columns(&footer->items[last], true);
	int x = 0;
	for (size_t i = 0; i < last; i++) {
		int columns = item_columns(&footer->items[i], false);
		if (x + columns + last_columns > rect.width)
			break;
		item_draw(footer, i, canvas, (struct rect) {rect.x + x, rect.y, columns, 1});
		x += columns;
	}
	if (last_columns > rect.width)
		last_columns = rect.width;
	item_draw(footer, last, canvas, (struct rect) {rect.x + x, rect.y, last_columns, 1});
	return x + last_columns;
}

uint32_t footer_hit(const struct footer *footer, int x, int y)
{
	for (size_t i = 0; i < footer->len; i++) {
		const struct rect *rect = &footer->rects[i];
		if (y == rect->y && x >= rect->x && x < rect->x + rect->width)
			return footer->items[i].code;
	}
	return 0;
}
