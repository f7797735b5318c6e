/* SPDX-License-Identifier: MIT */
/* Dates, and clocks that go forward. */
#include "base_test.h"

#include <time.h>

#include "base/clock.h"

static void dates_are_utc_with_microseconds(void **state)
{
	static const struct {
		uint64_t usec;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000000Z"},
		{1, "1970-01-01T00:00:00.000001Z"},
		{1777636800123456, "2026-05-01T12:00:00.123456Z"},
		{951782400000000, "2000-02-29T00:00:00.000000Z"},
		{253402300799999999, "9999-12-31T23:59:59.999999Z"},
		{253402300800000000, "-"},
		{UINT64_MAX, "-"},
	};

	(void)state;
	setenv("TZ", "Pacific/Kiritimati", 1);
	tzset();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char buf[32];

		assert_ptr_equal(clock_format_iso(cases[i].usec, buf), buf);
		assert_string_equal(buf, cases[i].text);
	}
}

static void clocks_are_in_microseconds_and_go_forward(void **state)
{
	uint64_t monotonic = clock_monotonic_usec(), boottime = clock_boottime_usec();
	const struct timespec pause = {0, 20000000};
	uint64_t passed;

	(void)state;
	assert_in_range(clock_realtime_usec() / 1000000, time(NULL) - 1, time(NULL) + 1);
	nanosleep(&pause, NULL);
	passed = clock_monotonic_usec() - monotonic;
	assert_in_range(passed, 20000, 20000000);
	assert_in_range(clock_boottime_usec() - boottime, 20000, 20000000);
	/* Suspended time counts in the one and not in the other. */
	assert_true(clock_boottime_usec() >= monotonic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_utc_with_microseconds),
		cmocka_unit_test(clocks_are_in_microseconds_and_go_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
