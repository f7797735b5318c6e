/* SPDX-License-Identifier: MIT */
/* Which columns an output has: --columns, --sort and the lists of fields that help shows. */
#ifndef BOXTOP_COMMANDS_COLUMNS_H
#define BOXTOP_COMMANDS_COLUMNS_H

#include "base/err.h"
#include "model/fields.h"

/** struct columns - a list of fields; zeroed to start with; columns_finish() */
struct columns {
	const struct field **fields; /* ends with NULL */
	size_t len;
};

/** columns_add() - append one; a field that is in the list already is not added again */
void columns_add(struct columns *columns, const struct field *field);
/** columns_add_ids() - append by id, NULL-terminated; the ids are known to be fields of @kind */
void columns_add_ids(struct columns *columns, const char *const *ids, enum row_kind kind);
/** columns_add_all() - every field of @kind */
void columns_add_all(struct columns *columns, enum row_kind kind);

/**
 * columns_parse() - the argument of --columns: ids by commas, or "all"; a leading "+" keeps what is
 * in @columns already and appends
 *
 * Return: 0; -EINVAL with @err naming the id that is none, and the nearest that is one.
 */
int columns_parse(struct columns *columns, const char *text, enum row_kind kind, struct err *err);
void columns_finish(struct columns *columns);

/** columns_find() - the field of @kind with this id, or else with this title in any case; NULL with
 *  @err, which suggests the nearest id */
const struct field *columns_find(struct span id, enum row_kind kind, struct err *err);

/** columns_help() - every field of @kind with its title and help as text, appended to @out; cut at
 *  @width columns if that isn't 0 */
void columns_help(enum row_kind kind, size_t width, struct strbuf *out);

#endif
