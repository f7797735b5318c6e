/* SPDX-License-Identifier: MIT */
/* The bump allocator: zeroed, aligned, apart from each other, reused after a reset. */
#include "base_test.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

static bool is_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Sizes that walk over block borders, and single ones larger than any block. */
static void fill(struct arena *arena, unsigned char byte)
{
	static const size_t sizes[] = {1, 15, 16, 17, 4000, 70000, 64, 300000, 3, 1 << 20};

	for (unsigned int round = 0; round < 20; round++)
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			unsigned char *p = arena_alloc(arena, sizes[i]);

			assert_int_equal((uintptr_t)p % 16, 0);
			assert_true(is_zero(p, sizes[i]));
			memset(p, byte, sizes[i]);
		}
}

static void memory_is_aligned_and_zero_even_after_a_reset(void **state)
{
	_cleanup_(arena_finish)
	struct arena arena = ARENA_INIT;

	(void)state;
	for (unsigned char byte = 1; byte < 5; byte++) {
		fill(&arena, byte);
		assert_true(arena.used_bytes > 0);
		arena_reset(&arena);
		assert_int_equal(arena.used_bytes, 0);
	}
}

static void pieces_do_not_overlap(void **state)
{
	_cleanup_(arena_finish)
	struct arena arena = ARENA_INIT;
	unsigned char *pieces[500];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		pieces[i] = arena_alloc(&arena, i + 1);
		memset(pieces[i], (int)(i & 0xff), i + 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		for (size_t j = 0; j <= i; j++)
			assert_int_equal(pieces[i][j], i & 0xff);
}

static void a_reset_keeps_the_largest_block(void **state)
{
	_cleanup_(arena_finish)
	struct arena arena = ARENA_INIT;
	unsigned char *large;

	(void)state;
	arena_alloc(&arena, 10);
	large = arena_alloc(&arena, 20 << 20);
	arena_alloc(&arena, 4 << 20); /* in a newer, smaller block */
	arena_reset(&arena);
	assert_ptr_equal(arena_alloc(&arena, 20 << 20), large);
}

/* As the memory of one snapshot for the next but one */
static void large_blocks_are_used_again_as_zeros(void **state)
{
	struct arena first = ARENA_INIT, second = ARENA_INIT, third = ARENA_INIT;
	unsigned char *large = arena_alloc(&first, 1 << 20), *again, *other;

	(void)state;
	memset(large, 0xff, 1 << 20);
	arena_finish(&first);
	again = arena_alloc(&second, (1 << 20) - 4096);
	assert_ptr_equal(again, large);
	for (size_t i = 0; i < (1 << 20) - 4096; i++)
		assert_int_equal(again[i], 0);
	/* It belongs to one only. */
	other = arena_alloc(&third, 1 << 20);
	assert_ptr_not_equal(other, again);
	arena_finish(&second);
	arena_finish(&third);
	/* Nothing much smaller gets it. */
	again = arena_alloc(&first, 300 << 10);
	assert_ptr_not_equal(again, large);
	assert_ptr_not_equal(again, other);
	arena_finish(&first);
}

static void resetting_and_finishing_nothing_is_fine(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	arena_reset(&arena);
	arena_finish(&arena);
	arena_finish(&arena);
	assert_null(arena.blocks);
}

static void texts_are_copies(void **state)
{
	_cleanup_(arena_finish)
	struct arena arena = ARENA_INIT;
	char source[] = "abc";
	char *whole = arena_strdup(&arena, source), *part = arena_strndup(&arena, source, 2);

	(void)state;
	source[0] = 'x';
	assert_string_equal(whole, "abc");
	assert_string_equal(part, "ab");
	assert_null(arena_strdup(&arena, NULL));
	assert_string_equal(arena_strndup(&arena, NULL, 0), "");
	assert_memory_equal(arena_strndup(&arena, "a\0b", 3), "a\0b", 4);
	for (int len = 0; len < 600; len++) {
		const char *text = arena_printf(&arena, "%*s|", len, "");

		assert_int_equal(strlen(text), len + 1);
		assert_int_equal(text[len], '|');
	}
}

/* dies() - whether @attempt aborts; its line on stderr and its core dump are not wanted */
static bool dies(void (*attempt)(void))
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		const struct rlimit none = {0, 0};

		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		attempt();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void overflow_product(void)
{
	struct arena arena = ARENA_INIT;

	arena_array(&arena, SIZE_MAX / 8, 16);
}

static void overflow_rounding(void)
{
	struct arena arena = ARENA_INIT;

	arena_alloc(&arena, SIZE_MAX - 3);
}

static void small_array(void)
{
	struct arena arena = ARENA_INIT;

	arena_array(&arena, 3, 8);
	arena_finish(&arena);
}

static void a_size_that_overflows_aborts(void **state)
{
	(void)state;
	assert_true(dies(overflow_product));
	assert_true(dies(overflow_rounding));
	assert_false(dies(small_array));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_blocks_are_used_again_as_zeros),
		cmocka_unit_test(memory_is_aligned_and_zero_even_after_a_reset),
		cmocka_unit_test(pieces_do_not_overlap),
		cmocka_unit_test(a_reset_keeps_the_largest_block),
		cmocka_unit_test(resetting_and_finishing_nothing_is_fine),
		cmocka_unit_test(texts_are_copies),
		cmocka_unit_test(a_size_that_overflows_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
