/* SPDX-License-Identifier: MIT */
/* The key table: it is whole, it has no contradictions, and htop's users find what they know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/app_private.h"

static void every_key_does_something(void **state)
{
	(void)state;
	for (size_t i = 0; i < keys_len; i++) {
		assert_true(app_has_action(keys[i].action));
		assert_true(keys[i].codes[0] != 0);
		assert_true(keys[i].screens != 0);
		assert_true(keys[i].group < KEY_GROUPS);
		assert_non_null(keys[i].help);
	}
}

static void every_action_has_a_key(void **state)
{
	(void)state;
	for (int action = ACTION_NONE + 1; action < ACTIONS; action++) {
		size_t found = 0;
		for (size_t i = 0; i < keys_len; i++)
			found += keys[i].action == (enum action)action;
		assert_int_equal(found, 1);
	}
}

static size_t count_meanings(uint32_t code, int screen)
{
	size_t n = 0;
	for (size_t i = 0; i < keys_len; i++)
		for (size_t j = 0; j < KEY_CODES_MAX; j++)
			n += keys[i].codes[j] == code && (keys[i].screens & 1u << screen);
	return n;
}

static void no_key_means_two_things_on_a_screen(void **state)
{
	(void)state;
	for (int screen = 0; screen < SCREENS; screen++)
		for (size_t i = 0; i < keys_len; i++)
			for (size_t j = 0; j < KEY_CODES_MAX && keys[i].codes[j]; j++)
				assert_in_range(count_meanings(keys[i].codes[j], screen), 0, 1);
}

static void every_function_key_has_a_twin_on_every_keyboard(void **state)
{
	(void)state;
	for (size_t i = 0; i < keys_len; i++) {
		uint32_t code = keys[i].codes[0];
		if (code >= KEY_CODE_F1 && code <= KEY_CODE_F12)
			assert_true(keys[i].codes[1] != 0 && keys[i].codes[1] < KEY_CODE_BASE);
	}
}

static void htops_keys_keep_their_meaning(void **state)
{
	(void)state;
	static const struct {
		uint32_t code;
		enum action action;
	} rows[] = {
		{KEY_CODE_F1, ACTION_HELP},
		{'?', ACTION_HELP},
		{'h', ACTION_HELP},
		{KEY_CODE_F3, ACTION_SEARCH},
		{'/', ACTION_SEARCH},
		{KEY_CODE_SHIFT_F3, ACTION_SEARCH_PREVIOUS},
		{KEY_CODE_F4, ACTION_FILTER},
		{'\\', ACTION_FILTER},
		{KEY_CODE_F5, ACTION_TREE},
		{'t', ACTION_TREE},
		{KEY_CODE_F6, ACTION_SORT},
		{'>', ACTION_SORT},
		{'<', ACTION_SORT},
		{'.', ACTION_SORT},
		{',', ACTION_SORT},
		{KEY_CODE_F10, ACTION_QUIT},
		{'q', ACTION_QUIT},
		{' ', ACTION_TAG},
		{'c', ACTION_TAG_CHILDREN},
		{'U', ACTION_UNTAG},
		{'u', ACTION_USER},
		{'F', ACTION_FOLLOW},
		{'Z', ACTION_PAUSE},
		{'H', ACTION_USER_THREADS},
		{'K', ACTION_KERNEL_THREADS},
		{'I', ACTION_INVERT},
		{'P', ACTION_SORT_CPU},
		{'M', ACTION_SORT_MEMORY},
		{'T', ACTION_SORT_TIME},
		{'N', ACTION_SORT_PID},
		{'+', ACTION_FOLD},
		{'-', ACTION_FOLD},
		{'=', ACTION_FOLD},
		{'*', ACTION_FOLD_ALL},
		{KEY_CODE_TAB, ACTION_NEXT_SCREEN},
		{KEY_CODE_BACKTAB, ACTION_PREVIOUS_SCREEN},
		{KEY_CODE_BACKSPACE, ACTION_FOLD_PARENT},
		{'l' & 0x1f, ACTION_REDRAW},
		{KEY_MOD_ALT | 'j', ACTION_DOWN},
		{KEY_MOD_ALT | 'k', ACTION_UP},
		{'p' & 0x1f, ACTION_UP},
		{'n' & 0x1f, ACTION_DOWN},
		{'#', ACTION_METERS},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(keys_action(rows[i].code, SCREEN_PROCESSES), rows[i].action);
}

static void keys_of_one_screen_do_nothing_on_the_other(void **state)
{
	(void)state;
	assert_int_equal(keys_action('A', SCREEN_CONTAINERS), ACTION_ALL_UNITS);
	assert_int_equal(keys_action('A', SCREEN_PROCESSES), ACTION_NONE);
	assert_int_equal(keys_action('K', SCREEN_CONTAINERS), ACTION_NONE);
}

static void a_name_leads_back_to_its_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < keys_len; i++) {
		for (size_t j = 0; j < KEY_CODES_MAX && keys[i].codes[j]; j++) {
			char name[KEY_NAME_MAX];
			uint32_t code = 0;
			key_name(keys[i].codes[j], name);
			struct key_script script = {span_of(name), false};
			assert_int_equal(key_script_next(&script, &code, NULL), 1);
			assert_int_equal(code, keys[i].codes[j]);
			assert_int_equal(key_script_next(&script, &code, NULL), 0);
		}
	}
}

static void a_script_is_names_and_quoted_text(void **state)
{
	(void)state;
	static const uint32_t wanted[] = {'t',
					  KEY_CODE_DOWN,
					  '\\',
					  'w',
					  ' ',
					  0xe9,
					  KEY_CODE_ENTER,
					  'l' & 0x1f,
					  KEY_MOD_ALT | 'j',
					  KEY_CODE_SHIFT_F3};
	struct key_script script = {span_of("t  down \\ 'w \xc3\xa9' Enter ctrl-l Alt-j shift-f3 "),
				    false};
	uint32_t code;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		assert_int_equal(key_script_next(&script, &code, NULL), 1);
		assert_int_equal(code, wanted[i]);
	}
	assert_int_equal(key_script_next(&script, &code, NULL), 0);
}

static void a_script_with_an_unknown_name_says_which(void **state)
{
	(void)state;
	static const char *const bad[] = {"Dwon", "Ctrl-", "Ctrl-1", "F13"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct key_script script = {span_of(bad[i]), false};
		struct err err = ERR_INIT;
		uint32_t code;
		assert_true(key_script_next(&script, &code, &err) < 0);
		assert_non_null(strstr(err.text, bad[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_does_something),
		cmocka_unit_test(every_action_has_a_key),
		cmocka_unit_test(no_key_means_two_things_on_a_screen),
		cmocka_unit_test(every_function_key_has_a_twin_on_every_keyboard),
		cmocka_unit_test(htops_keys_keep_their_meaning),
		cmocka_unit_test(keys_of_one_screen_do_nothing_on_the_other),
		cmocka_unit_test(a_name_leads_back_to_its_key),
		cmocka_unit_test(a_script_is_names_and_quoted_text),
		cmocka_unit_test(a_script_with_an_unknown_name_says_which),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
