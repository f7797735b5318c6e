/* SPDX-License-Identifier: MIT */
/*
 * A bump allocator: everything that belongs to one snapshot is allocated here and freed at once.
 * Memory is zeroed. Running out of memory is not survivable for a table of a few megabytes, so
 * these never return NULL: they abort after a line on stderr. Not thread-safe: one owner at a time.
 */
#ifndef BOXTOP_BASE_ARENA_H
#define BOXTOP_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/** struct arena - init with ARENA_INIT; free with arena_finish() */
struct arena {
	struct arena_block *blocks; /* newest first; grown by doubling from 64 KiB */
	size_t used_bytes;	    /* handed out since init or reset */
};

#define ARENA_INIT ((struct arena) {NULL, 0})

/** arena_alloc() - @size zeroed bytes aligned to 16; valid until reset or finish */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/** arena_array() - @n zeroed elements of @size bytes; overflow of the product aborts */
void *arena_array(struct arena *arena, size_t n, size_t size) __attribute__((returns_nonnull));

/** arena_strdup() - a copy of @s, or NULL for NULL */
char *arena_strdup(struct arena *arena, const char *s);

/** arena_strndup() - a terminated copy of the first @n bytes of @s */
char *arena_strndup(struct arena *arena, const char *s, size_t n);

/** arena_printf() - formatted text in the arena */
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** arena_reset() - forget everything, keep the largest block for the next use */
void arena_reset(struct arena *arena);

/** arena_finish() - free every block; large ones wait for a while for the next arena, of any thread */
void arena_finish(struct arena *arena);

/** xmalloc(), xcalloc(), xrealloc(), xstrdup() - as the C library's, but abort instead of NULL */
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xreallocarray(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));

#endif
