/* SPDX-License-Identifier: MIT */
/*
 * The bump allocator. Owns its blocks, and those that wait for the next arena; never frees a single object,
 * never returns NULL, never runs destructors.
 */
#include "base/arena.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, len)   ((void)(p), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(p, len) ((void)(p), (void)(len))
#endif

#define ARENA_FIRST_BYTES (64u << 10)
#define ARENA_GROW_MAX	  (8u << 20)
#define ARENA_ALIGN	  16u

/* struct arena_block - one piece of memory; its bytes follow it */
struct arena_block {
	struct arena_block *next; /* older */
	size_t size;		  /* of data */
	size_t used;		  /* of data */
	size_t dirty;		  /* of data; the rest is zero */
	unsigned int age;	  /* as a spare one: arenas that ended without a use for it */
	_Alignas(16) unsigned char data[];
};

static __attribute__((noreturn)) void out_of_memory(size_t size)
{
	fprintf(stderr, "boxtop: out of memory: could not allocate %zu bytes\n", size);
	abort();
}

/* ---- Spare blocks ---- */

/*
 * A snapshot ends as a whole, and the next one wants as much. By way of the kernel that is a page fault for
 * each 4 KiB: of a pass over 10,000 processes they took from a tenth of the time to, in a virtual machine
 * without nested paging, more than half. So large blocks of an arena that ends are kept for the next, and
 * given back when a few others ended without a use for them.
 */
#define SPARE_MIN_BYTES (256u << 10)
#define SPARE_AGE_MAX	3

static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;
static struct arena_block *spare_blocks;

static void free_blocks(struct arena_block *blocks)
{
	while (blocks) {
		struct arena_block *next = blocks->next;

		free(blocks);
		blocks = next;
	}
}

/* Never waits: the child of a fork() may find the lock taken for ever. NULL: there is none. */
static struct arena_block *spare_take(size_t size)
{
	struct arena_block *found = NULL;

	if (size < SPARE_MIN_BYTES || pthread_mutex_trylock(&spare_lock) != 0)
		return NULL;
	for (struct arena_block **at = &spare_blocks; *at; at = &(*at)->next)
		if ((*at)->size >= size && (*at)->size / 2 <= size) {
			found = *at;
			*at = found->next;
			break;
		}
	pthread_mutex_unlock(&spare_lock);
	if (found)
		ASAN_UNPOISON_MEMORY_REGION(found->data, found->size);
	return found;
}

/* Return: those that nobody had a use for */
static struct arena_block *spare_grow_older(void)
{
	struct arena_block *old = NULL, *block;

	for (struct arena_block **at = &spare_blocks; (block = *at);) {
		if (block->age++ < SPARE_AGE_MAX) {
			at = &block->next;
			continue;
		}
		*at = block->next;
		block->next = old;
		old = block;
	}
	return old;
}

/* Takes the blocks of an arena that ended. */
static void spare_give(struct arena_block *blocks)
{
	struct arena_block *old, *next;

	if (!blocks || pthread_mutex_trylock(&spare_lock) != 0) {
		free_blocks(blocks);
		return;
	}
	old = spare_grow_older();
	for (; blocks; blocks = next) {
		next = blocks->next;
		blocks->used = blocks->age = 0;
		blocks->next = spare_blocks;
		spare_blocks = blocks;
		ASAN_POISON_MEMORY_REGION(blocks->data, blocks->size);
	}
	pthread_mutex_unlock(&spare_lock);
	free_blocks(old);
}

/* ---- Arenas ---- */

/* Large ones come from the kernel as zeros. Of a small one the part that is never used is not touched. */
static struct arena_block *block_new(size_t size)
{
	struct arena_block *block = spare_take(size);
	bool is_zero = size >= SPARE_MIN_BYTES;

	if (block)
		return block;
	block = is_zero ? calloc(1, sizeof(*block) + size) : malloc(sizeof(*block) + size);
	if (!block)
		out_of_memory(size);
	block->next = NULL;
	block->size = size;
	block->used = block->age = 0;
	block->dirty = is_zero ? 0 : size;
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
	struct arena_block *block, *next, *large = NULL;

	for (block = arena->blocks; block; block = next) {
		next = block->next;
		if (block->size < SPARE_MIN_BYTES) {
			free(block);
			continue;
		}
		block->next = large;
		large = block;
	}
	spare_give(large);
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
