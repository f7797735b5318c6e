/* SPDX-License-Identifier: MIT */
/*
 * The bump allocator. Owns its blocks; never frees a single object, never returns NULL, never runs
 * destructors.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_FIRST_BYTES (64u << 10)
#define ARENA_GROW_MAX	  (8u << 20)
#define ARENA_ALIGN	  16u

/* struct arena_block - one piece of memory; its bytes follow it */
struct arena_block {
	struct arena_block *next; /* older */
	size_t size;		  /* of data */
	size_t used;		  /* of data */
	size_t dirty;		  /* of data; the rest is still zero as calloc() gave it */
	_Alignas(16) unsigned char data[];
};

static __attribute__((noreturn)) void out_of_memory(size_t size)
{
	fprintf(stderr, "boxtop: out of memory: could not allocate %zu bytes\n", size);
	abort();
}

static struct arena_block *block_new(size_t size)
{
	struct arena_block *block = calloc(1, sizeof(*block) + size);

	if (!block)
		out_of_memory(size);
	block->size = size;
	return block;
}

/* Doubles from block to block up to a bound, so that a large snapshot wastes little. */
static struct arena_block *grow(struct arena *arena, size_t size)
{
	size_t want = arena->blocks ? arena->blocks->size * 2 : ARENA_FIRST_BYTES;
	struct arena_block *block;

	if (want > ARENA_GROW_MAX)
		want = ARENA_GROW_MAX;
	block = block_new(size > want ? size : want);
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t rounded = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	struct arena_block *block = arena->blocks;
	unsigned char *p;

	if (rounded < size || rounded > SIZE_MAX / 2)
		out_of_memory(size);
	if (!block || block->size - block->used < rounded)
		block = grow(arena, rounded);
	p = block->data + block->used;
	if (block->used < block->dirty)
		memset(p, 0,
		       rounded < block->dirty - block->used ? rounded : block->dirty - block->used);
	block->used += rounded;
	if (block->dirty < block->used)
		block->dirty = block->used;
	arena->used_bytes += rounded;
	return p;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory(SIZE_MAX);
	return arena_alloc(arena, bytes);
}

char *arena_strndup(struct arena *arena, const char *s, size_t n)
{
	char *copy = arena_alloc(arena, n + 1);

	if (n)
		memcpy(copy, s, n);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return s ? arena_strndup(arena, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	text = arena_alloc(arena, (size_t)(n < 0 ? 0 : n) + 1);
	if (n > 0) {
		va_start(args, fmt);
		vsnprintf(text, (size_t)n + 1, fmt, args);
		va_end(args);
	}
	return text;
}

void arena_reset(struct arena *arena)
{
	struct arena_block *keep = arena->blocks, *block, *next;

	for (block = arena->blocks; block; block = block->next)
		if (block->size > keep->size)
			keep = block;
	for (block = arena->blocks; block; block = next) {
		next = block->next;
		if (block != keep)
			free(block);
	}
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
	}
	arena->blocks = keep;
	arena->used_bytes = 0;
}

void arena_finish(struct arena *arena)
{
	struct arena_block *block, *next;

	for (block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	*arena = ARENA_INIT;
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory(size);
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory(size);
	return p;
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	void *q = reallocarray(p, n ? n : 1, size ? size : 1);

	if (!q)
		out_of_memory(size);
	return q;
}

char *xstrdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		out_of_memory(strlen(s) + 1);
	return copy;
}
