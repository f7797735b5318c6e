/* SPDX-License-Identifier: MIT */
/* cpu.max, io.stat, blkio and pressure, as kernels print them and as they never should. */
#include "base_test.h"

#include <errno.h>

#include "base/parse.h"

static void cpu_max_is_a_quota_and_a_period(void **state)
{
	static const struct {
		struct span text;
		int r;
		uint64_t quota, period;
	} cases[] = {
		{SPAN("max 100000\n"), 0, PARSE_MAX, 100000},
		{SPAN("50000 100000\n"), 0, 50000, 100000},
		{SPAN("150000 50000"), 0, 150000, 50000},
		{SPAN("max\n"), -EBADMSG, 0, 0},
		{SPAN("50000\n"), -EBADMSG, 0, 0},
		{SPAN("50000 0\n"), -EBADMSG, 0, 0}, /* somebody divides by it */
		{SPAN("50000 max\n"), -EBADMSG, 0, 0},
		{SPAN("-1 100000\n"), -EBADMSG, 0, 0},
		{SPAN("1 2 3\n"), -EBADMSG, 0, 0},
		{SPAN("max max\n"), -EBADMSG, 0, 0},
		{SPAN(""), -EBADMSG, 0, 0},
		{SPAN("99999999999999999999 1\n"), -EBADMSG, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i].text);
		uint64_t quota = 4711, period = 4711;

		if (parse_cpu_max(copy, &quota, &period, NULL) != cases[i].r)
			fail_msg("case %zu", i);
		assert_true(quota == (cases[i].r ? 4711 : cases[i].quota));
		assert_true(period == (cases[i].r ? 4711 : cases[i].period));
		free((void *)copy.p);
	}
}

struct io_case {
	struct span text;
	int r;
	struct parse_io io; /* read and written bytes, reads and writes */
};

static void io_stat_is_summed_over_devices(void **state)
{
	static const struct io_case cases[] = {
		{SPAN(""), 0, {0, 0, 0, 0}},
		{SPAN("8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n"), 0, {1, 2, 3, 4}},
		{SPAN("8:0 rbytes=1 wbytes=2 rios=3 wios=4\n"
		      "253:16 rbytes=10 wbytes=20 rios=30 wios=40\n"),
		 0,
		 {11, 22, 33, 44}},
		/* a device without figures; and as kernels before 5.18 print it */
		{SPAN("7:0\n8:0 rbytes=1 wbytes=2 rios=3 wios=4\n"), 0, {1, 2, 3, 4}},
		{SPAN("7:0 \n"), 0, {0, 0, 0, 0}},
		{SPAN("7:1 7:0 8:0 rbytes=1 wbytes=2 rios=3 wios=4\n"), 0, {1, 2, 3, 4}},
		{SPAN("(unknown) rbytes=1 wbytes=2 rios=3 wios=4\n"), 0, {1, 2, 3, 4}},
		/* io.cost, io.latency, and whatever comes next */
		{SPAN("8:0 rbytes=1 cost.usage=7 use_delay=0 depth=max new=word,word\n"),
		 0,
		 {1, 0, 0, 0}},
		{SPAN("8:0 rbytes=18446744073709551615\n"), 0, {UINT64_MAX, 0, 0, 0}},
		{SPAN("8:0 rbytes=18446744073709551616\n"), -EBADMSG, {0}},
		{SPAN("8:0 rbytes=-1\n"), -EBADMSG, {0}},
		{SPAN("8:0 rbytes=\n"), -EBADMSG, {0}},
		{SPAN("8:0 rbytes=1=2\n"), -EBADMSG, {0}},
		{SPAN("8:0 rbytes\n"), -EBADMSG, {0}},
		{SPAN("8:x rbytes=1\n"), -EBADMSG, {0}},
		{SPAN("garbage\n"), -EBADMSG, {0}},
		{SPAN("8:0 rbytes=1\0\n"), -EBADMSG, {0}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i].text);
		const struct parse_io kept = {4711, 4711, 4711, 4711};
		struct parse_io io = kept;

		if (parse_io_stat(copy, &io, NULL) != cases[i].r)
			fail_msg("case %zu", i);
		assert_memory_equal(&io, cases[i].r ? &kept : &cases[i].io, sizeof(io));
		free((void *)copy.p);
	}
}

static void blkio_is_summed_over_devices(void **state)
{
	static const struct {
		struct span text;
		int r;
		uint64_t read, write;
	} cases[] = {
		{SPAN(""), 0, 0, 0},
		{SPAN("Total 0\n"), 0, 0, 0},
		{SPAN("8:0 Read 100\n8:0 Write 200\n8:0 Sync 300\n8:0 Async 0\n8:0 Discard 5\n"
		      "8:0 Total 305\n253:0 Read 1\n253:0 Write 2\n253:0 Total 3\nTotal 308\n"),
		 0, 101, 202},
		{SPAN("8:0 Read\n"), -EBADMSG, 0, 0},
		{SPAN("8:0 Read x\n"), -EBADMSG, 0, 0},
		{SPAN("8:0 Read 1 2\n"), -EBADMSG, 0, 0},
		{SPAN("sda Read 1\n"), -EBADMSG, 0, 0},
		{SPAN("Total\n"), -EBADMSG, 0, 0},
		{SPAN("Total x\n"), -EBADMSG, 0, 0},
		{SPAN("8:0 5\n"), -EBADMSG, 0, 0},
		{SPAN("8:0 Read 99999999999999999999\n"), -EBADMSG, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i].text);
		uint64_t read = 4711, write = 4711;

		if (parse_blkio(copy, &read, &write, NULL) != cases[i].r)
			fail_msg("case %zu", i);
		assert_int_equal(read, cases[i].r ? 4711 : cases[i].read);
		assert_int_equal(write, cases[i].r ? 4711 : cases[i].write);
		free((void *)copy.p);
	}
}

#define SOME "some avg10=1.25 avg60=0.50 avg300=0.07 total=123456\n"
#define FULL "full avg10=100.00 avg60=3.10 avg300=0.00 total=99\n"

static void pressure_has_some_and_mostly_full(void **state)
{
	struct parse_psi psi;

	(void)state;
	assert_int_equal(parse_pressure(SPAN(SOME FULL), &psi, NULL), 0);
	assert_float_equal(psi.some_avg10, 1.25, 1e-6);
	assert_float_equal(psi.some_avg60, 0.5, 1e-6);
	assert_float_equal(psi.some_avg300, 0.07, 1e-6);
	assert_int_equal(psi.some_total_usec, 123456);
	assert_true(psi.has_full);
	assert_float_equal(psi.full_avg10, 100, 1e-6);
	assert_float_equal(psi.full_avg60, 3.1, 1e-6);
	assert_int_equal(psi.full_total_usec, 99);
}

/* The CPU's, before 5.13. */
static void pressure_without_a_full_line_has_none(void **state)
{
	struct parse_psi psi;

	(void)state;
	memset(&psi, 0xff, sizeof(psi));
	assert_int_equal(parse_pressure(SPAN(SOME), &psi, NULL), 0);
	assert_false(psi.has_full);
	assert_float_equal(psi.full_avg10, 0, 0);
	assert_float_equal(psi.full_avg300, 0, 0);
	assert_int_equal(psi.full_total_usec, 0);
	assert_int_equal(psi.some_total_usec, 123456);
}

static void pressure_that_is_not_understood_is_refused(void **state)
{
	static const struct {
		struct span text;
		int r;
	} cases[] = {
		{SPAN(SOME "other avg10=x\n"), 0}, /* a kind of tomorrow */
		{SPAN("some avg10=1 avg60=2 avg300=3 total=4 new=x\n"), 0},
		{SPAN(""), -EBADMSG},
		{SPAN("\n"), -EBADMSG},
		{SPAN(FULL), -EBADMSG},
		{SPAN("some\n"), -EBADMSG},
		{SPAN("some avg10=1.25 avg60=0.50 avg300=0.07 tot"), -EBADMSG},
		{SPAN("some avg10=1.25 avg60=0.50\n"), -EBADMSG},
		{SPAN("some avg10=1,25 avg60=0.50 avg300=0.07 total=1\n"), -EBADMSG},
		{SPAN("some avg10=nan avg60=0.50 avg300=0.07 total=1\n"), -EBADMSG},
		{SPAN("some avg10=-1.00 avg60=0.50 avg300=0.07 total=1\n"), -EBADMSG},
		{SPAN("some avg10=1. avg60=0.50 avg300=0.07 total=1\n"), -EBADMSG},
		{SPAN("some avg10=.5 avg60=0.50 avg300=0.07 total=1\n"), -EBADMSG},
		{SPAN("some avg10=0.0000000000001 avg60=0 avg300=0 total=1\n"), -EBADMSG},
		{SPAN("some avg10=1e5 avg60=0.50 avg300=0.07 total=1\n"), -EBADMSG},
		{SPAN(SOME "full avg10=0.00\n"), -EBADMSG},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i].text);
		struct parse_psi psi, kept;

		memset(&psi, 0x55, sizeof(psi));
		kept = psi;
		if (parse_pressure(copy, &psi, NULL) != cases[i].r)
			fail_msg("case %zu", i);
		if (cases[i].r)
			assert_memory_equal(&psi, &kept, sizeof(psi));
		free((void *)copy.p);
	}
}

/* A file cut anywhere is understood or refused, but nothing is read behind its end. */
static void a_file_cut_anywhere_is_survived(void **state)
{
	static const char io[] = "8:0 rbytes=1 wbytes=2 rios=3 wios=4\n253:16 rbytes=10 wbytes=2\n";
	static const char blkio[] = "8:0 Read 100\n8:0 Write 200\n8:0 Total 300\nTotal 300\n";

	(void)state;
	for (size_t len = 0; len < sizeof(SOME FULL); len++) {
		struct span a = exact_copy((struct span) {SOME FULL, len});
		struct span b = exact_copy((struct span) {io, len < sizeof(io) ? len : 0});
		struct span c = exact_copy((struct span) {blkio, len < sizeof(blkio) ? len : 0});
		struct parse_psi psi;
		struct parse_io sums;
		uint64_t read, write;
		int r;

		r = parse_pressure(a, &psi, NULL);
		assert_true(r == 0 || r == -EBADMSG);
		r = parse_io_stat(b, &sums, NULL);
		assert_true(r == 0 || r == -EBADMSG);
		r = parse_blkio(c, &read, &write, NULL);
		assert_true(r == 0 || r == -EBADMSG);
		free((void *)a.p);
		free((void *)b.p);
		free((void *)c.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_max_is_a_quota_and_a_period),
		cmocka_unit_test(io_stat_is_summed_over_devices),
		cmocka_unit_test(blkio_is_summed_over_devices),
		cmocka_unit_test(pressure_has_some_and_mostly_full),
		cmocka_unit_test(pressure_without_a_full_line_has_none),
		cmocka_unit_test(pressure_that_is_not_understood_is_refused),
		cmocka_unit_test(a_file_cut_anywhere_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
