/* SPDX-License-Identifier: MIT */
/* Arithmetic on numbers that may be unknown. */
#include "model_test.h"

#include "model/counter.h"

#define DENIED metric_unknown(METRIC_DENIED, WHY_PERMISSION)
#define ABSENT metric_unknown(METRIC_ABSENT, WHY_NO_FILE)
#define MAX    metric_known(METRIC_NO_LIMIT)

static void a_zeroed_metric_is_not_sampled_yet(void **state)
{
	struct metric metric;
	struct rate rate;

	(void)state;
	memset(&metric, 0, sizeof(metric));
	memset(&rate, 0, sizeof(rate));
	assert_false(metric_is_known(metric));
	assert_false(rate_is_known(rate));
	assert_string_equal(metric_state_text((enum metric_state)metric.state), "not sampled");
	assert_string_equal(metric_why_text((enum metric_why)metric.why), "not sampled yet");
}

static void every_reason_has_a_text_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < WHY_COUNT_; i++) {
		const char *text = metric_why_text((enum metric_why)i);

		assert_non_null(text);
		assert_true(strlen(text) > 4);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(text, metric_why_text((enum metric_why)j));
	}
	assert_string_equal(metric_why_text(WHY_COUNT_), "unknown");
	assert_string_equal(metric_state_text((enum metric_state)99), "unknown");
}

static void the_smaller_limit_wins_and_an_unknown_one_gives_way(void **state)
{
	(void)state;
	check_metric(metric_min(metric_known(3), metric_known(5)), 3);
	check_metric(metric_min(metric_known(5), metric_known(3)), 3);
	check_metric(metric_min(MAX, metric_known(7)), 7);
	check_metric(metric_min(MAX, MAX), METRIC_NO_LIMIT);
	check_metric(metric_min(DENIED, metric_known(7)), 7);
	check_metric(metric_min(metric_known(7), DENIED), 7);
	check_metric_unknown(metric_min(DENIED, ABSENT), METRIC_DENIED, WHY_PERMISSION);
}

static void a_sum_is_unknown_if_a_part_is(void **state)
{
	(void)state;
	check_metric(metric_add(metric_known(3), metric_known(5)), 8);
	check_metric_unknown(metric_add(metric_known(3), DENIED), METRIC_DENIED, WHY_PERMISSION);
	check_metric_unknown(metric_add(ABSENT, DENIED), METRIC_ABSENT, WHY_NO_FILE);
	check_metric(metric_add(metric_known(UINT64_MAX - 1), metric_known(5)), UINT64_MAX);
}

static void a_difference_stops_at_zero(void **state)
{
	(void)state;
	check_metric(metric_sub_clamped(metric_known(5), metric_known(3)), 2);
	check_metric(metric_sub_clamped(metric_known(3), metric_known(5)), 0);
	check_metric_unknown(metric_sub_clamped(metric_known(3), ABSENT), METRIC_ABSENT,
			     WHY_NO_FILE);
	check_metric_unknown(metric_sub_clamped(DENIED, metric_known(3)), METRIC_DENIED,
			     WHY_PERMISSION);
}

static void a_share_of_no_limit_is_no_number(void **state)
{
	(void)state;
	check_rate(metric_pct(metric_known(1), metric_known(4)), 25);
	check_rate(metric_pct(metric_known(8), metric_known(4)), 200);
	check_rate_unknown(metric_pct(metric_known(1), MAX), METRIC_ABSENT, WHY_NO_LIMIT);
	check_rate_unknown(metric_pct(metric_known(1), metric_known(0)), METRIC_ABSENT,
			   WHY_NO_LIMIT);
	check_rate_unknown(metric_pct(DENIED, metric_known(4)), METRIC_DENIED, WHY_PERMISSION);
	check_rate_unknown(metric_pct(metric_known(1), ABSENT), METRIC_ABSENT, WHY_NO_FILE);
}

static void a_counter_rates_what_it_grew(void **state)
{
	(void)state;
	check_rate(counter_rate(metric_known(100), metric_known(600), 100, 1000), 50);
	check_rate(counter_rate(metric_known(100), metric_known(100), 100, 1000), 0);
	check_rate(counter_delta(metric_known(3), metric_known(10)), 7);
}

static void a_counter_that_fell_restarts_its_rate(void **state)
{
	(void)state;
	check_rate_unknown(counter_rate(metric_known(600), metric_known(100), 100, 1000),
			   METRIC_UNSAMPLED, WHY_RESTARTED);
	check_rate_unknown(counter_delta(metric_known(1), metric_known(0)), METRIC_UNSAMPLED,
			   WHY_RESTARTED);
}

static void a_rate_needs_two_samples_and_time_between(void **state)
{
	struct metric unsampled = {0};

	(void)state;
	check_rate_unknown(counter_rate(unsampled, metric_known(1), 1, 1), METRIC_UNSAMPLED,
			   WHY_SECOND_SAMPLE);
	check_rate_unknown(counter_rate(DENIED, metric_known(1), 1, 1), METRIC_UNSAMPLED,
			   WHY_SECOND_SAMPLE);
	check_rate_unknown(counter_rate(metric_known(1), DENIED, 1, 1), METRIC_DENIED,
			   WHY_PERMISSION);
	check_rate_unknown(counter_rate(metric_known(1), metric_known(2), 1, 0), METRIC_UNSAMPLED,
			   WHY_SECOND_SAMPLE);
	check_rate_unknown(counter_rate(metric_known(1), metric_known(2), 1, NAN), METRIC_UNSAMPLED,
			   WHY_SECOND_SAMPLE);
}

static void a_gauge_may_fall(void **state)
{
	(void)state;
	check_rate(gauge_rate(metric_known(10), metric_known(4), 1, 2), -3);
	check_rate(gauge_rate(metric_known(4), metric_known(10), 1, 2), 3);
	check_rate_unknown(gauge_rate(metric_known(4), metric_known(10), 1, 0), METRIC_UNSAMPLED,
			   WHY_SECOND_SAMPLE);
	check_rate_unknown(gauge_rate(ABSENT, metric_known(10), 1, 1), METRIC_UNSAMPLED,
			   WHY_SECOND_SAMPLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zeroed_metric_is_not_sampled_yet),
		cmocka_unit_test(every_reason_has_a_text_of_its_own),
		cmocka_unit_test(the_smaller_limit_wins_and_an_unknown_one_gives_way),
		cmocka_unit_test(a_sum_is_unknown_if_a_part_is),
		cmocka_unit_test(a_difference_stops_at_zero),
		cmocka_unit_test(a_share_of_no_limit_is_no_number),
		cmocka_unit_test(a_counter_rates_what_it_grew),
		cmocka_unit_test(a_counter_that_fell_restarts_its_rate),
		cmocka_unit_test(a_rate_needs_two_samples_and_time_between),
		cmocka_unit_test(a_gauge_may_fall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
