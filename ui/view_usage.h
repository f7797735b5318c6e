/* SPDX-License-Identifier: MIT */
/* What the screens of containers and of cgroups share. Members of a struct view_type. */
#ifndef BOXTOP_UI_VIEW_USAGE_H
#define BOXTOP_UI_VIEW_USAGE_H

#include "ui/view.h"

/** view_usage_container() - the container that a row is; NULL for a cgroup that is not the top of one */
const struct container *view_usage_container(const struct row *row);

void view_usage_paint_row(const struct view *view, const struct row_line *line,
			  struct table_look *look);
void view_usage_paint_cell(const struct row_line *line, const struct field *field,
			   const struct value *value, struct table_look *look);
void view_usage_describe(const struct row_line *line, struct strbuf *out);
extern const struct view_sort view_usage_sort_keys[];

#endif
