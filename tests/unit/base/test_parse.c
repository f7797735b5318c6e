/* SPDX-License-Identifier: MIT */
/* Numbers, key and value, lists of CPUs; and how a hostile line is quoted. */
#include "base_test.h"

#include <errno.h>

#include "base/parse.h"

struct number {
	struct span text;
	bool ok;
	uint64_t value;
};

static void check_numbers(const struct number *cases, size_t n,
			  bool (*parse)(struct span, uint64_t *))
{
	for (size_t i = 0; i < n; i++) {
		struct span copy = exact_copy(cases[i].text);
		uint64_t value = 4711;

		if (parse(copy, &value) != cases[i].ok ||
		    value != (cases[i].ok ? cases[i].value : 4711))
			fail_msg("case %zu: %llu", i, (unsigned long long)value);
		free((void *)copy.p);
	}
}

static void a_number_is_digits_and_nothing_else(void **state)
{
	static const struct number cases[] = {
		{SPAN("0"), true, 0},
		{SPAN("42"), true, 42},
		{SPAN("0042"), true, 42},
		{SPAN("9999999999999999999"), true, 9999999999999999999u},
		{SPAN("18446744073709551615"), true, UINT64_MAX},
		{SPAN("18446744073709551616"), false, 0},
		{SPAN("18446744073709551620"), false, 0},
		{SPAN("99999999999999999999"), false, 0},
		{SPAN("184467440737095516150"), false, 0},
		{SPAN("99999999999999999999999999999999999999999999"), false, 0},
		{SPAN("000000000000000000000000000000042"), true, 42},
		{SPAN(""), false, 0},
		{SPAN("-1"), false, 0},
		{SPAN("+1"), false, 0},
		{SPAN(" 1"), false, 0},
		{SPAN("1\n"), false, 0},
		{SPAN("1\0"), false, 0},
		{SPAN("1.0"), false, 0},
		{SPAN("0x1"), false, 0},
		{SPAN("max"), false, 0},
		{SPAN("\xd9\xa1"), false, 0}, /* an Arabic digit */
		{SPAN("/"), false, 0},
		{SPAN(":"), false, 0},
	};

	(void)state;
	check_numbers(cases, ARRAY_LEN(cases), parse_u64);
}

static void a_hexadecimal_number_has_sixteen_digits_at_most(void **state)
{
	static const struct number cases[] = {
		{SPAN("0"), true, 0},
		{SPAN("dEaDbeef"), true, 0xdeadbeef},
		{SPAN("ffffffffffffffff"), true, UINT64_MAX},
		{SPAN("10000000000000000"), false, 0},
		{SPAN("0000000000000000001"), true, 1},
		{SPAN(""), false, 0},
		{SPAN("0x1"), false, 0},
		{SPAN("g"), false, 0},
		{SPAN("-1"), false, 0},
	};

	(void)state;
	check_numbers(cases, ARRAY_LEN(cases), parse_hex);
}

static void a_signed_number_reaches_both_its_ends(void **state)
{
	static const struct {
		struct span text;
		bool ok;
		int64_t value;
	} cases[] = {
		{SPAN("0"), true, 0},
		{SPAN("-0"), true, 0},
		{SPAN("-1"), true, -1},
		{SPAN("9223372036854775807"), true, INT64_MAX},
		{SPAN("9223372036854775808"), false, 0},
		{SPAN("-9223372036854775808"), true, INT64_MIN},
		{SPAN("-9223372036854775809"), false, 0},
		{SPAN("18446744073709551615"), false, 0},
		{SPAN("-18446744073709551615"), false, 0},
		{SPAN("-"), false, 0},
		{SPAN("--1"), false, 0},
		{SPAN(""), false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i].text);
		int64_t value = 4711;

		assert_int_equal(parse_i64(copy, &value), cases[i].ok);
		assert_true(value == (cases[i].ok ? cases[i].value : 4711));
		free((void *)copy.p);
	}
}

static void a_file_of_one_number_may_say_max(void **state)
{
	static const struct number cases[] = {
		{SPAN("1048576\n"), true, 1048576},
		{SPAN("max\n"), true, PARSE_MAX},
		{SPAN("0"), true, 0},
		{SPAN("9223372036854771712\n"), true, 9223372036854771712u},
		{SPAN(""), false, 0},
		{SPAN("\n"), false, 0},
		{SPAN("-1\n"), false, 0},
		{SPAN("1 2\n"), false, 0},
		{SPAN("1\n2\n"), false, 0},
		{SPAN("maximum\n"), false, 0},
		{SPAN("1\0\n"), false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = ERR_INIT;
		uint64_t value = 4711;

		assert_int_equal(parse_single(cases[i].text, &value, &err),
				 cases[i].ok ? 0 : -EBADMSG);
		assert_int_equal(err.code, cases[i].ok ? 0 : EBADMSG);
		assert_true(value == (cases[i].ok ? cases[i].value : 4711));
	}
}

/* As Linux 6.8 prints it; shortened in its middle. */
static const char memory_stat[] = "anon 77824\n"
				  "file 1908736\n"
				  "kernel 1036288\n"
				  "kernel_stack 16384\n"
				  "pagetables 53248\n"
				  "sec_pagetables 0\n"
				  "percpu 0\n"
				  "sock 0\n"
				  "vmalloc 0\n"
				  "shmem 0\n"
				  "file_mapped 1216512\n"
				  "inactive_anon 73728\n"
				  "active_anon 4096\n"
				  "inactive_file 1036288\n"
				  "active_file 872448\n"
				  "slab_reclaimable 798200\n"
				  "slab_unreclaimable 154528\n"
				  "slab 952728\n"
				  "workingset_refault_anon 0\n"
				  "pgfault 4216\n"
				  "thp_fault_alloc 0\n";

static const char memory_stat_v1[] = "cache 0\nrss 0\nshmem 0\ninactive_file 0\n"
				     "hierarchical_memory_limit 9223372036854771712\n"
				     "total_cache 2211840\ntotal_rss 540672\n"
				     "total_shmem 135168\ntotal_inactive_file 811008\n";

static void the_keys_of_memory_stat_are_found_in_any_order(void **state)
{
	uint64_t anon = 0, file = 0, slab = 0, inactive = 0, none = 4711;
	bool found[5] = {false};
	const struct parse_key in_order[] = {
		{SPAN("anon"), &anon, &found[0]},
		{SPAN("file"), &file, &found[1]},
		{SPAN("inactive_file"), &inactive, &found[2]},
		{SPAN("slab"), &slab, &found[3]},
		{SPAN("zswap"), &none, &found[4]},
	};
	const struct parse_key backwards[] = {in_order[4], in_order[3], in_order[2], in_order[1],
					      in_order[0]};

	(void)state;
	for (int i = 0; i < 2; i++) {
		anon = file = slab = inactive = 0;
		memset(found, 0, sizeof(found));
		assert_int_equal(
			parse_flat_keyed(span_of(memory_stat), i ? backwards : in_order, 5, NULL),
			0);
		assert_int_equal(anon, 77824);
		assert_int_equal(file, 1908736);
		assert_int_equal(inactive, 1036288);
		assert_int_equal(slab, 952728);
		assert_int_equal(none, 4711);
		assert_true(found[0] && found[1] && found[2] && found[3]);
		assert_false(found[4]);
	}
}

static void a_key_is_not_found_in_a_longer_one(void **state)
{
	uint64_t rss = 0, total = 0;
	const struct parse_key keys[] = {
		{SPAN("total_rss"), &total, NULL},
		{SPAN("rss"), &rss, NULL},
	};

	(void)state;
	assert_int_equal(parse_flat_keyed(span_of(memory_stat_v1), keys, 2, NULL), 0);
	assert_int_equal(total, 540672);
	assert_int_equal(rss, 0);
}

static void meminfo_and_status_have_colons_and_units(void **state)
{
	static const char meminfo[] = "MemTotal:        4029592 kB\nMemFree:          123 kB\n"
				      "HugePages_Total:       2\nDirectMap4k:\t 8 kB\n";
	static const char status[] = "Name:\t1 2 3\nState:\tS (sleeping)\nVmRSS:\t     840 kB\n"
				     "Threads:\t7\n";
	uint64_t total = 0, pages = 0, rss = 0, threads = 0;
	const struct parse_key mem[] = {{SPAN("MemTotal"), &total, NULL},
					{SPAN("HugePages_Total"), &pages, NULL}};
	const struct parse_key proc[] = {{SPAN("Threads"), &threads, NULL},
					 {SPAN("VmRSS"), &rss, NULL}};

	(void)state;
	assert_int_equal(parse_flat_keyed(span_of(meminfo), mem, 2, NULL), 0);
	assert_int_equal(total, 4029592);
	assert_int_equal(pages, 2);
	assert_int_equal(parse_flat_keyed(span_of(status), proc, 2, NULL), 0);
	assert_int_equal(rss, 840);
	assert_int_equal(threads, 7);
}

static void a_wanted_line_without_its_number_is_refused(void **state)
{
	static const struct number cases[] = {
		{SPAN("oom_kill 3\n"), true, 3},
		{SPAN("oom 1\noom_kill 3"), true, 3},
		{SPAN("\n\noom_kill\t3\n\n"), true, 3},
		{SPAN("oom_kill"), false, 0},
		{SPAN("oom_kill \n"), false, 0},
		{SPAN("oom_kill -3\n"), false, 0},
		{SPAN("oom_kill 3x\n"), false, 0},
		{SPAN("oom_kill 99999999999999999999\n"), false, 0},
		{SPAN("oom_kill \x1b[2J\n"), false, 0},
		{SPAN("oom\0_kill 3\n"), true, 4711},
		{SPAN("other nonsense\nno_value\n:\n: 5\n"), true, 4711},
		{SPAN(""), true, 4711},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i].text);
		uint64_t value = 4711;
		bool found = false;
		const struct parse_key key = {SPAN("oom_kill"), &value, &found};
		struct err err = ERR_INIT;

		if (parse_flat_keyed(copy, &key, 1, &err) != (cases[i].ok ? 0 : -EBADMSG))
			fail_msg("case %zu", i);
		assert_int_equal(value, cases[i].ok ? cases[i].value : 4711);
		assert_int_equal(found, cases[i].ok && cases[i].value != 4711);
		assert_int_equal(err.text[0] != '\0', !cases[i].ok);
		free((void *)copy.p);
	}
}

static void no_keys_ask_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(parse_flat_keyed(span_of(memory_stat), NULL, 0, NULL), 0);
}

static void cpus_are_counted_in_ranges(void **state)
{
	static const struct number cases[] = {
		{SPAN("0-3,8\n"), true, 5},
		{SPAN("0\n"), true, 1},
		{SPAN("\n"), true, 0},
		{SPAN(""), true, 0},
		{SPAN("0-1023"), true, 1024},
		{SPAN("0,2,4-5"), true, 4},
		{SPAN("3-1"), false, 0},
		{SPAN("0-"), false, 0},
		{SPAN("-3"), false, 0},
		{SPAN("0,"), false, 0},
		{SPAN(",0"), false, 0},
		{SPAN("0 1"), false, 0},
		{SPAN("all"), false, 0},
		{SPAN("0-3:1/2"), false, 0},
		{SPAN("0-4294967295"), false, 0},
		{SPAN("18446744073709551615"), false, 0},
		{SPAN("1-2-3"), false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i].text);
		unsigned int count = 4711;

		if (parse_cpulist(copy, &count, NULL) != (cases[i].ok ? 0 : -EBADMSG))
			fail_msg("case %zu", i);
		if (cases[i].ok)
			assert_int_equal(count, cases[i].value);
		free((void *)copy.p);
	}
}

static void a_hostile_line_is_quoted_in_printable_characters(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(parse_refuse(&err, "line",
				      SPAN("a\x1b[31m\n\0\xff"
					   "b")),
			 -EBADMSG);
	assert_string_equal(err.text, "malformed line: \"a\\x1b[31m\\x0a\\x00\\xffb\"");
	assert_int_equal(parse_refuse(NULL, "line", SPAN("x")), -EBADMSG);
	assert_int_equal(parse_refuse(&err, "line", span_of(NULL)), -EBADMSG);
	assert_string_equal(err.text, "malformed line: \"\"");
}

static void a_quote_is_cut_and_says_so(void **state)
{
	char line[100];

	(void)state;
	for (size_t len = 55; len < 65; len++) {
		struct err err = ERR_INIT;
		char want[100];

		memset(line, 'x', len);
		line[len] = '\0';
		parse_refuse(&err, "line", (struct span) {line, len});
		snprintf(want, sizeof(want), "malformed line: \"%.60s%s\"", line,
			 len > 60 ? "..." : "");
		assert_string_equal(err.text, want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_digits_and_nothing_else),
		cmocka_unit_test(a_hexadecimal_number_has_sixteen_digits_at_most),
		cmocka_unit_test(a_signed_number_reaches_both_its_ends),
		cmocka_unit_test(a_file_of_one_number_may_say_max),
		cmocka_unit_test(the_keys_of_memory_stat_are_found_in_any_order),
		cmocka_unit_test(a_key_is_not_found_in_a_longer_one),
		cmocka_unit_test(meminfo_and_status_have_colons_and_units),
		cmocka_unit_test(a_wanted_line_without_its_number_is_refused),
		cmocka_unit_test(no_keys_ask_for_nothing),
		cmocka_unit_test(cpus_are_counted_in_ranges),
		cmocka_unit_test(a_hostile_line_is_quoted_in_printable_characters),
		cmocka_unit_test(a_quote_is_cut_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
