/* SPDX-License-Identifier: MIT */
/* How long the dying are waited for. */
#include "runtime_test.h"

#include "runtime/patience.h"

static void nobody_ends_and_the_deadline_holds(void **state)
{
	struct patience patience;

	(void)state;
	patience_begin(&patience, 1000, 100);
	patience_count(&patience, 1010, 7);
	patience_count(&patience, 1050, 7);
	assert_false(patience_is_over(&patience, 1099));
	assert_true(patience_is_over(&patience, 1100));
}

static void who_ends_gives_the_others_the_time_anew(void **state)
{
	struct patience patience;

	(void)state;
	patience_begin(&patience, 1000, 100);
	patience_count(&patience, 1010, 7);
	patience_count(&patience, 1090, 6);
	assert_false(patience_is_over(&patience, 1189));
	assert_true(patience_is_over(&patience, 1190));
}

static void more_than_before_is_no_end(void **state)
{
	struct patience patience;

	(void)state;
	patience_begin(&patience, 1000, 100);
	patience_count(&patience, 1010, 7);
	patience_count(&patience, 1090, 9);
	assert_true(patience_is_over(&patience, 1100));
}

static void all_patience_has_an_end(void **state)
{
	struct patience patience;
	uint64_t now = 1000, left = 1000;

	(void)state;
	patience_begin(&patience, now, 100);
	while (!patience_is_over(&patience, now)) {
		now += 50;
		patience_count(&patience, now, left--);
		assert_true(left > 0);
	}
	assert_int_equal(now, 1000 + PATIENCE_TIMES * 100);
}

static void counting_is_asked_for_four_times_a_deadline(void **state)
{
	struct patience patience;

	(void)state;
	patience_begin(&patience, 1000, 100);
	assert_false(patience_wants_count(&patience, 1024));
	assert_true(patience_wants_count(&patience, 1025));
	patience_count(&patience, 1030, 7);
	assert_false(patience_wants_count(&patience, 1054));
	assert_true(patience_wants_count(&patience, 1055));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_ends_and_the_deadline_holds),
		cmocka_unit_test(who_ends_gives_the_others_the_time_anew),
		cmocka_unit_test(more_than_before_is_no_end),
		cmocka_unit_test(all_patience_has_an_end),
		cmocka_unit_test(counting_is_asked_for_four_times_a_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
