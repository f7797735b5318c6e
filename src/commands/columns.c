/* SPDX-License-Identifier: MIT */
/* Lists of fields from ids. Owns the lists, never the fields. */
#include "commands/columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "commands/grid.h"
#include "commands/suggest.h"

static bool has(const struct columns *columns, const struct field *field)
{
	for (size_t i = 0; i < columns->len; i++) {
		if (columns->fields[i] == field)
			return true;
	}
	return false;
}

void columns_add(struct columns *columns, const struct field *field)
{
	if (has(columns, field))
		return;
	columns->fields =
		xreallocarray(columns->fields, columns->len + 2, sizeof(columns->fields[0]));
	columns->fields[columns->len++] = field;
	columns->fields[columns->len] = NULL;
}

void columns_add_ids(struct columns *columns, const char *const *ids, enum row_kind kind)
{
	for (; *ids; ids++)
		columns_add(columns, field_find(span_of(*ids), kind));
}

void columns_add_all(struct columns *columns, enum row_kind kind)
{
	for (size_t i = 0; i < fields_len; i++) {
		if (fields[i].kinds & kind)
			columns_add(columns, &fields[i]);
	}
}

void columns_finish(struct columns *columns)
{
	free(columns->fields);
	*columns = (struct columns) {0};
}

static bool is_title(const struct field *field, struct span text)
{
	return strlen(field->title) == text.len && strncasecmp(field->title, text.p, text.len) == 0;
}

const struct field *columns_find(struct span id, enum row_kind kind, struct err *err)
{
	const struct field *field = field_find(id, kind);
	struct suggestion suggestion = suggestion_for(id);

	for (size_t i = 0; !field && i < fields_len; i++) {
		if ((fields[i].kinds & kind) && is_title(&fields[i], id))
			field = &fields[i];
	}
	if (field)
		return field;
	for (size_t i = 0; i < fields_len; i++) {
		if (fields[i].kinds & kind)
			suggestion_consider(&suggestion, fields[i].id);
	}
	if (suggestion_get(&suggestion))
		err_setx(err, EINVAL, "no field '%.*s' here: did you mean %s?", (int)id.len, id.p,
			 suggestion_get(&suggestion));
	else
		err_setx(err, EINVAL, "no field '%.*s' here: --columns help lists them",
			 (int)id.len, id.p);
	return NULL;
}

int columns_parse(struct columns *columns, const char *text, enum row_kind kind, struct err *err)
{
	struct span rest = span_of(text);
	struct span id;

	if (rest.len > 0 && rest.p[0] == '+') {
		rest.p++;
		rest.len--;
	} else {
		columns_finish(columns);
	}
	while (span_next_part(&rest, ',', &id)) {
		const struct field *field;

		id = span_trim(id);
		if (span_eq(id, SPAN("all"))) {
			columns_add_all(columns, kind);
			continue;
		}
		field = columns_find(id, kind, err);
		if (!field)
			return -EINVAL;
		columns_add(columns, field);
	}
	if (columns->len == 0)
		return err_setx(err, EINVAL, "no column is named");
	return 0;
}

void columns_help(enum row_kind kind, size_t width, struct strbuf *out)
{
	static const struct grid_column layout[] = {{0, 0}, {0, 0}, {GRID_SHRINK, 20}};
	_cleanup_(grid_finish)
	struct grid grid;

	grid_init(&grid, layout, ARRAY_LEN(layout));
	grid_add(&grid, SPAN("FIELD"));
	grid_add(&grid, SPAN("TITLE"));
	grid_add(&grid, SPAN("WHAT IT IS"));
	for (size_t i = 0; i < fields_len; i++) {
		if (!(fields[i].kinds & kind))
			continue;
		grid_add(&grid, span_of(fields[i].id));
		grid_add(&grid, span_of(fields[i].title));
		grid_add(&grid, span_of(fields[i].help));
	}
	grid_write(&grid, 0, width, out);
}
