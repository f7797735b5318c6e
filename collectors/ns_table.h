/* SPDX-License-Identifier: MIT */
/*
 * The namespaces of one pass in the making: a growing array with an index by (type, inode), filled by
 * namespaces.c from the processes, by ns_owners.c from the kernel's answers about them, and by
 * ns_holders.c from what else keeps them.
 */
#ifndef BOXTOP_COLLECTORS_NS_TABLE_H
#define BOXTOP_COLLECTORS_NS_TABLE_H

#include "base/arena.h"
#include "base/str.h"
#include "collectors/collector.h"
#include "model/namespace.h"

/** struct ns_table - in the arena of the snapshot; init with {.arena = ...} */
struct ns_table {
	struct arena *arena;
	struct ns *rows;
	size_t len, cap;
	uint32_t *slots;  /* open addressing: index in rows + 1, 0 is empty */
	size_t slots_len; /* a power of two, more than twice cap */
};

/**
 * ns_table_add() - the row of a namespace, made if it is new
 * @id: never 0
 * Return: its index in rows; pointers to rows are valid until the next add only.
 */
size_t ns_table_add(struct ns_table *table, enum ns_type type, uint64_t id);

/** ns_table_has() - whether there is a row for it */
bool ns_table_has(const struct ns_table *table, enum ns_type type, uint64_t id);

/** ns_parse_link() - "net:[4026531840]" to type and inode; false on anything else */
bool ns_parse_link(struct span link, enum ns_type *out_type, uint64_t *out_id);

/** ns_owners_fill() - owner, parent, and the ancestors that no process is in, of every row that has
 *  a process */
void ns_owners_fill(struct ns_table *table, const struct pass *pass);
/** ns_owners_learn() - the same of one row, by a path that was seen to lead to its namespace */
void ns_owners_learn(struct ns_table *table, size_t index, int dirfd, const char *path);

struct ns_holders; /* what the last passes found: open descriptors */

/** ns_holders_new() - nothing found yet; ns_holders_free() takes NULL */
struct ns_holders *ns_holders_new(void);
void ns_holders_free(struct ns_holders *holders);

/** ns_mounts_add() - namespaces that are bind-mounted in any mount namespace of the table */
void ns_mounts_add(struct ns_table *table, const struct pass *pass, struct strbuf *buf);

/**
 * ns_holders_add() - namespaces that processes hold open or have set aside for their children
 *
 * Without iterators it looks at as many processes as the demand's budget allows, after those that the
 * last pass looked at, and once more at everything that it found before.
 * Return: whether every process had its turn.
 */
bool ns_holders_add(struct ns_holders *holders, struct ns_table *table, const struct pass *pass);

#endif
