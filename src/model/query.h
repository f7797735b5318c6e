/* SPDX-License-Identifier: MIT */
/* Which rows, in which order: filter, sort, tree. Pure: a snapshot and a question give rows. */
#ifndef BOXTOP_MODEL_QUERY_H
#define BOXTOP_MODEL_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/fields.h"

struct filter;

/**
 * filter_parse() - a filter's text to a filter
 * @text: "web|db": rows whose text holds web or db, case-insensitive (htop's filter). A part may be
 *        "FIELD OP VALUE" with OP one of = != ~ (contains) < <= > >= and VALUE with units
 *        ("memory_current_bytes>1G", "engine=docker", "cpu_pct>=50"); "&" binds parts tighter than "|";
 *        a leading "!" negates a part. "~REGEX" and "FIELD=~REGEX" match a POSIX extended expression
 *        (base/pattern), whose own "|" and "&" stand within brackets. Unknown values match no comparison;
 *        negated, they match: "!image=nginx" admits what has no image.
 * @kind: which fields are allowed
 *
 * Return: 0 with a filter for filter_free(); -EINVAL with @err naming the part.
 */
int filter_parse(const char *text, enum row_kind kind, struct filter **out, struct err *err);
void filter_free(struct filter *filter);
bool filter_match(const struct filter *filter, const struct row *row);
/** filter_sources() - what the fields that it compares need */
unsigned int filter_sources(const struct filter *filter);

enum query_flags {
	QUERY_DESCENDING = 1 << 0,
	QUERY_TREE = 1 << 1,
	QUERY_HIDE_KERNEL_THREADS = 1 << 2,
	QUERY_ALL_UNITS = 1 << 3, /* containers: systemd units, pods and monitors too */
};

/** struct query - a question. Borrowed members must outlive the run */
struct query {
	enum row_kind kind;
	unsigned int flags;
	const struct field *sort;    /* NULL: natural order of the snapshot */
	const struct filter *filter; /* NULL: everything */
	struct row_key
		container; /* only processes, cgroups, namespaces, events of this container or
				   * cgroup; only processes of this namespace; kind 0: all */
	uid_t uid;	   /* only this user's processes; (uid_t)-1: all */
	pid_t *pids;	   /* only these processes; NULL: all */
	size_t pids_len;
	const struct row_key *folded; /* tree: rows whose children are hidden */
	size_t folded_len;
	uint32_t max_depth; /* tree: 0 = no limit */
};

/** struct row_line - one line of the answer */
struct row_line {
	struct row row;
	uint32_t depth;	      /* 0 in a flat list */
	uint32_t descendants; /* rows below it in the tree, shown or folded */
	uint64_t guides; /* bit d set: an ancestor at depth d has more siblings below (first 64) */
	bool last;	 /* last child of its parent */
	bool folded;	 /* it has children and they are hidden */
	bool matched;	 /* false: shown only because a descendant matched the filter */
	bool gone;	 /* it ended; never in an answer, a table may keep it for a while */
};

/** struct row_list - the answer; init with ROW_LIST_INIT, reuse, row_list_finish() */
struct row_list {
	struct row_line *lines;
	size_t len, cap;
	size_t total; /* rows there are without the filter */
};
#define ROW_LIST_INIT ((struct row_list) {NULL, 0, 0, 0})

/**
 * query_run() - answer @query from @snapshot into @out, replacing what it held
 *
 * Sorting is stable; equal rows keep their order by key, so that rows don't dance. In a tree,
 * siblings are sorted and a row stays if it or a descendant matches the filter.
 */
void query_run(const struct query *query, const struct snapshot *snapshot, struct row_list *out);
void row_list_finish(struct row_list *list);
/** row_list_find() - the line of a key, or -1 */
ssize_t row_list_find(const struct row_list *list, struct row_key key);

#endif
