/* SPDX-License-Identifier: MIT */
/* The error type: texts that fit, texts that don't, and words put in front. */
#include "base_test.h"

#include <errno.h>
#include <locale.h>
#include <unistr.h>

#include "base/err.h"

static void says_what_was_attempted_and_why_it_failed(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&err, EACCES, "read %s", "memory.current"), -EACCES);
	assert_int_equal(err.code, EACCES);
	assert_string_equal(err.text, "read memory.current: Permission denied");
}

static void a_failure_without_errno_is_invalid_and_has_no_reason(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&err, 0, "two roots"), -EINVAL);
	assert_int_equal(err.code, EINVAL);
	assert_string_equal(err.text, "two roots");
	assert_int_equal(err_setx(&err, 0, "three"), -EINVAL);
	assert_string_equal(err.text, "three");
}

static void setx_leaves_the_reason_out(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_setx(&err, EFBIG, "read %s: larger than 7 bytes", "a"), -EFBIG);
	assert_string_equal(err.text, "read a: larger than 7 bytes");
}

static void an_errno_without_a_name_is_a_number(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&err, 99999, "x"), -99999);
	assert_string_equal(err.text, "x: error 99999");
}

static void no_place_for_the_error_still_returns_it(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, ENOENT, "x"), -ENOENT);
	assert_int_equal(err_set(NULL, 0, "x"), -EINVAL);
	assert_int_equal(err_setx(NULL, ENOENT, "x"), -ENOENT);
	assert_int_equal(err_wrap(NULL, -ENOENT, "x"), -ENOENT);
}

static void wrapping_puts_words_in_front(void **state)
{
	struct err err = ERR_INIT;
	int r = err_set(&err, ENOENT, "read memory.current");

	(void)state;
	assert_int_equal(err_wrap(&err, r, "sample container %s", "web-1"), -ENOENT);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(
		err.text, "sample container web-1: read memory.current: No such file or directory");
}

static void wrapping_no_failure_changes_nothing(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_wrap(&err, 0, "x"), 0);
	assert_int_equal(err_wrap(&err, 3, "x"), 3);
	assert_int_equal(err.code, 0);
	assert_string_equal(err.text, "");
}

static void wrapping_a_failure_that_said_nothing_names_its_errno(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_wrap(&err, -EIO, "sample"), -EIO);
	assert_int_equal(err.code, EIO);
	assert_string_equal(err.text, "sample: Input/output error");
}

/* Every length around the size of the buffer, with a character of 3 bytes at every offset to its end. */
static void a_text_too_long_is_cut_at_a_character_and_marked(void **state)
{
	(void)state;
	for (size_t ascii = 0; ascii < 300; ascii++) {
		struct err err = ERR_INIT;
		char text[700];
		size_t len;

		memset(text, 'a', ascii);
		text[ascii] = '\0';
		while (strlen(text) + 3 < sizeof(text))
			strcat(text, "€");
		err_set(&err, EIO, "%s", text);
		len = strlen(err.text);
		assert_in_range(len, sizeof(err.text) - 1 - 3, sizeof(err.text) - 1);
		assert_string_equal(err.text + len - 3, "...");
		assert_null(u8_check((const uint8_t *)err.text, len));
	}
}

static void the_reason_is_cut_too_when_the_words_leave_no_room(void **state)
{
	(void)state;
	for (int ascii = 200; ascii < 300; ascii++) {
		struct err err = ERR_INIT;
		char want[400];

		err_set(&err, ENOENT, "%*d", ascii, 1);
		snprintf(want, sizeof(want), "%*d: No such file or directory", ascii, 1);
		if (strlen(want) < sizeof(err.text)) {
			assert_string_equal(err.text, want);
			continue;
		}
		assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
		assert_memory_equal(err.text, want, sizeof(err.text) - 4);
		assert_string_equal(err.text + sizeof(err.text) - 4, "...");
	}
}

static void wrapping_again_and_again_stays_terminated(void **state)
{
	struct err err = ERR_INIT;
	int r = err_set(&err, EIO, "read");

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(err_wrap(&err, r, "layer %d", i), -EIO);
		assert_true(strlen(err.text) < sizeof(err.text));
	}
	assert_memory_equal(err.text, "layer 99: layer 98: ", 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_was_attempted_and_why_it_failed),
		cmocka_unit_test(a_failure_without_errno_is_invalid_and_has_no_reason),
		cmocka_unit_test(setx_leaves_the_reason_out),
		cmocka_unit_test(an_errno_without_a_name_is_a_number),
		cmocka_unit_test(no_place_for_the_error_still_returns_it),
		cmocka_unit_test(wrapping_puts_words_in_front),
		cmocka_unit_test(wrapping_no_failure_changes_nothing),
		cmocka_unit_test(wrapping_a_failure_that_said_nothing_names_its_errno),
		cmocka_unit_test(a_text_too_long_is_cut_at_a_character_and_marked),
		cmocka_unit_test(the_reason_is_cut_too_when_the_words_leave_no_room),
		cmocka_unit_test(wrapping_again_and_again_stays_terminated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
