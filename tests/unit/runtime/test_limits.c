/* SPDX-License-Identifier: MIT */
/* The table of limits, and their values from and to text. */
#include "runtime_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runtime/io_rules.h"
#include "runtime/limits.h"
#include "runtime/number_list.h"

static void every_row_of_the_table_is_whole(void **state)
{
	(void)state;
	for (int i = 0; i < LIMITS; i++) {
		const struct limit *limit = &limits[i];

		assert_non_null(limit->name);
		assert_non_null(limit->title);
		assert_non_null(limit->help);
		assert_null(strchr(limit->name, '='));
		assert_true(limit->v2_file || limit->v1_file);
		assert_true(limit->min <= limit->max);
		assert_true(limit->controller < CGROUP_CONTROLLERS);
		assert_true(limit->systemd_property || i == LIMIT_IO_MAX);
	}
}

static void a_limit_is_found_by_name_and_by_kernel_file(void **state)
{
	(void)state;
	for (int i = 0; i < LIMITS; i++) {
		assert_int_equal(limit_find(span_of(limits[i].name)), i);
		if (limits[i].v2_file)
			assert_int_equal(limit_find(span_of(limits[i].v2_file)), i);
		if (limits[i].v1_file)
			assert_int_equal(limit_find(span_of(limits[i].v1_file)), i);
	}
	assert_int_equal(limit_find(SPAN("memory.current")), LIMITS);
	assert_int_equal(limit_find(SPAN("")), LIMITS);
	assert_int_equal(limit_find(SPAN("mem")), LIMITS);
}

/* "64M" is 67108864 and comes out as "64M" again. */
static const struct {
	enum limit_id id;
	const char *text;
	uint64_t number;
	const char *formatted;
} numbers[] = {
	{LIMIT_MEMORY, "256M", 268435456, "256M"},
	{LIMIT_MEMORY, "1.5G", 1610612736, "1536M"},
	{LIMIT_MEMORY, "4097", 4097, "4097"},
	{LIMIT_MEMORY, " 4K ", 4096, "4K"},
	{LIMIT_MEMORY, "1023P", UINT64_C(1023) << 50, "1023P"},
	{LIMIT_MEMORY, "max", LIMIT_NONE, "max"},
	{LIMIT_MEMORY_HIGH, "1G", 1073741824, "1G"},
	{LIMIT_SWAP, "0", 0, "0"},
	{LIMIT_CPUS, "0.5", 500000, "0.5"},
	{LIMIT_CPUS, "50%", 500000, "0.5"},
	{LIMIT_CPUS, "2", 2000000, "2"},
	{LIMIT_CPUS, "10", 10000000, "10"},
	{LIMIT_CPUS, "0.333333", 333333, "0.333333"},
	{LIMIT_CPUS, "max", LIMIT_NONE, "max"},
	{LIMIT_CPU_WEIGHT, "100", 100, "100"},
	{LIMIT_PIDS, "64", 64, "64"},
	{LIMIT_PIDS, "max", LIMIT_NONE, "max"},
	{LIMIT_IO_WEIGHT, "10000", 10000, "10000"},
};

static void numbers_are_parsed_and_come_out_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct limit_value value = {.set = false}, again = {.set = false};
		char buf[LIMIT_TEXT_MAX];
		struct err err = ERR_INIT;

		assert_fine(limit_parse(numbers[i].id, span_of(numbers[i].text), &value, &err),
			    err);
		assert_true(value.set);
		assert_int_equal(value.number, numbers[i].number);
		assert_string_equal(limit_format(numbers[i].id, &value, buf), numbers[i].formatted);
		assert_fine(limit_parse(numbers[i].id, span_of(buf), &again, &err), err);
		assert_int_equal(again.number, value.number);
	}
}

static const struct {
	enum limit_id id;
	const char *text;
	int code;
	const char *says;
} refused[] = {
	{LIMIT_MEMORY, "", EINVAL, "memory: not a size"},
	{LIMIT_MEMORY, "lots", EINVAL, "memory: not a size"},
	{LIMIT_MEMORY, "-1", EINVAL, "memory: not a size"},
	{LIMIT_MEMORY, "1x", EINVAL, "memory: not a size"},
	{LIMIT_MEMORY, "4095", ERANGE, "memory may be from 4K to 1024P, or max"},
	{LIMIT_MEMORY, "2000P", ERANGE, "memory may be from"},
	{LIMIT_MEMORY, "99999999999999999999", ERANGE, "memory: "},
	{LIMIT_CPUS, "0", ERANGE, "cpus may be from 0.01 to 8192, or max"},
	{LIMIT_CPUS, "0.009", ERANGE, "cpus may be from"},
	{LIMIT_CPUS, "half", EINVAL, "cpus: not a number of CPUs"},
	{LIMIT_CPU_WEIGHT, "0", ERANGE, "cpu-weight may be from 1 to 10000"},
	{LIMIT_CPU_WEIGHT, "10001", ERANGE, "cpu-weight may be from 1 to 10000"},
	{LIMIT_CPU_WEIGHT, "max", EINVAL, "cpu-weight may be from 1 to 10000"},
	{LIMIT_PIDS, "0", ERANGE, "pids may be from 1"},
	{LIMIT_PIDS, "1.5", EINVAL, "pids: not a whole number"},
	{LIMIT_CPUSET, "", EINVAL, "cpuset: an empty list"},
	{LIMIT_CPUSET, "0-", EINVAL, "cpuset: '0-' is no list"},
	{LIMIT_CPUSET, "3-1", EINVAL, "cpuset: '3-1' is no list"},
	{LIMIT_CPUSET, "0,,1", EINVAL, "cpuset: '' is no list"},
	{LIMIT_CPUSET, "8192", EINVAL, "cpuset: '8192' is no list"},
	{LIMIT_CPUSET, "a", EINVAL, "cpuset: 'a' is no list"},
	{LIMIT_IO_MAX, "", EINVAL, ""},
	{LIMIT_IO_MAX, "8:0", EINVAL, "io-max: "},
	{LIMIT_IO_MAX, "8:0 ", EINVAL, "io-max: "},
	{LIMIT_IO_MAX, "8:0 rbps", EINVAL, "'rbps' is none of"},
	{LIMIT_IO_MAX, "8:0 bps=1", EINVAL, "'bps=1' is none of"},
	{LIMIT_IO_MAX, "8:0 rbps=0", ERANGE, "rbps: 0 would stop it"},
	{LIMIT_IO_MAX, "8:0 riops=1M", EINVAL, "riops: not a whole number"},
	{LIMIT_IO_MAX, "sda rbps=1M", EINVAL, "'sda' is no disk"},
	{LIMIT_IO_MAX, "/dev/null rbps=1M", EINVAL, "/dev/null is no disk"},
	{LIMIT_IO_MAX, "/nowhere/sda:rbps=1M", ENOENT, "look at /nowhere/sda"},
};

static void what_is_refused_says_what_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct limit_value value = {.set = true, .number = 42};
		struct err err = ERR_INIT;
		int r;

		if (limits[refused[i].id].unit == LIMIT_IO_RULES)
			value = (struct limit_value) {.set = false, .number = 42};
		r = limit_parse(refused[i].id, span_of(refused[i].text), &value, &err);
		if (r != -refused[i].code || !strstr(err.text, refused[i].says))
			print_error("%s: %d: %s\n", refused[i].text, r, err.text);
		assert_int_equal(r, -refused[i].code);
		assert_non_null(strstr(err.text, refused[i].says));
		assert_int_equal(value.number, 42);
	}
}

static const struct {
	const char *text, *formatted;
} lists[] = {
	{"0", "0"},	      {"0-1", "0-1"},	      {"0,1,2,3", "0-3"},
	{"3,1,2", "1-3"},     {"0-3,2-5,9", "0-5,9"}, {"8191", "8191"},
	{" 0 , 2-2 ", "0,2"},
};

static void lists_come_out_as_the_kernel_says_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct limit_value value = {.set = false};
		char buf[LIMIT_TEXT_MAX];
		struct err err = ERR_INIT;

		assert_fine(limit_parse(LIMIT_CPUSET, span_of(lists[i].text), &value, &err), err);
		assert_string_equal(value.text, lists[i].formatted);
		assert_string_equal(limit_format(LIMIT_CPUSET, &value, buf), lists[i].formatted);
	}
}

static void a_list_that_is_too_long_is_refused_whole(void **state)
{
	struct limit_value value = {.set = false};
	char text[2048] = "";
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 200; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%d", i > 0 ? "," : "",
			 i * 2);
	assert_int_equal(limit_parse(LIMIT_CPUSET, span_of(text), &value, &err), -ERANGE);
	assert_false(value.set);
}

static void max_clears_a_list(void **state)
{
	struct limit_value value = {.set = true, .number = 0, .text = "0-1"};
	char buf[LIMIT_TEXT_MAX];
	struct err err = ERR_INIT;

	(void)state;
	assert_fine(limit_parse(LIMIT_CPUSET, SPAN("max"), &value, &err), err);
	assert_int_equal(value.number, LIMIT_NONE);
	assert_string_equal(value.text, "");
	assert_string_equal(limit_format(LIMIT_CPUSET, &value, buf), "max");
}

static const struct {
	const char *text, *kept, *formatted;
} rules[] = {
	{"8:0 rbps=1M", "8:0 rbps=1048576", "8:0 rbps=1M"},
	{"8:0:rbps=1M,wiops=100", "8:0 rbps=1048576 wiops=100", "8:0 rbps=1M wiops=100"},
	{"8:0  wiops=100\trbps=1M", "8:0 rbps=1048576 wiops=100", "8:0 rbps=1M wiops=100"},
	{"8:0 wbps=max", "8:0 wbps=max", "8:0 wbps=max"},
	{"8:0 max", "8:0 rbps=max wbps=max riops=max wiops=max",
	 "8:0 rbps=max wbps=max riops=max wiops=max"},
	{"8:0:max", "8:0 rbps=max wbps=max riops=max wiops=max",
	 "8:0 rbps=max wbps=max riops=max wiops=max"},
	{"8:0 rbps=1K; 8:16 riops=7;", "8:0 rbps=1024; 8:16 riops=7", "8:0 rbps=1K; 8:16 riops=7"},
	{"8:0 rbps=1 wbps=2 riops=3 wiops=4\n253:1 rbps=5 wbps=max riops=max wiops=max\n",
	 "8:0 rbps=1 wbps=2 riops=3 wiops=4; 253:1 rbps=5 wbps=max riops=max wiops=max",
	 "8:0 rbps=1 wbps=2 riops=3 wiops=4; 253:1 rbps=5 wbps=max riops=max wiops=max"},
	{"8:0 rbps=1M; 8:0 rbps=2M", "8:0 rbps=2097152", "8:0 rbps=2M"},
};

static void rules_are_parsed_and_come_out_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct limit_value value = {.set = false}, again = {.set = false};
		char buf[LIMIT_TEXT_MAX];
		struct err err = ERR_INIT;

		assert_fine(limit_parse(LIMIT_IO_MAX, span_of(rules[i].text), &value, &err), err);
		assert_string_equal(value.text, rules[i].kept);
		assert_string_equal(limit_format(LIMIT_IO_MAX, &value, buf), rules[i].formatted);
		assert_fine(limit_parse(LIMIT_IO_MAX, span_of(buf), &again, &err), err);
		assert_string_equal(again.text, value.text);
	}
}

static void rules_add_up_until_max_clears_them(void **state)
{
	struct limit_value value = {.set = false};
	struct err err = ERR_INIT;

	(void)state;
	assert_fine(limit_parse(LIMIT_IO_MAX, SPAN("8:0 rbps=1M"), &value, &err), err);
	assert_fine(limit_parse(LIMIT_IO_MAX, SPAN("8:16 wbps=1M"), &value, &err), err);
	assert_fine(limit_parse(LIMIT_IO_MAX, SPAN("8:0 wiops=5"), &value, &err), err);
	assert_string_equal(value.text, "8:0 rbps=1048576 wiops=5; 8:16 wbps=1048576");
	assert_fine(limit_parse(LIMIT_IO_MAX, SPAN("max"), &value, &err), err);
	assert_int_equal(value.number, LIMIT_NONE);
	assert_string_equal(value.text, "");
	assert_fine(limit_parse(LIMIT_IO_MAX, SPAN("8:0 rbps=1M"), &value, &err), err);
	assert_string_equal(value.text, "8:0 rbps=1048576");
}

static void rules_that_are_too_many_are_refused_whole(void **state)
{
	struct limit_value value = {.set = false}, before;
	struct err err = ERR_INIT;
	int r = 0;

	(void)state;
	for (int i = 0; r == 0 && i < 100; i++) {
		char text[64];

		before = value;
		snprintf(text, sizeof(text), "%d:%d rbps=1000000001", 100000 + i, i);
		r = limit_parse(LIMIT_IO_MAX, span_of(text), &value, &err);
	}
	assert_int_equal(r, -ERANGE);
	assert_memory_equal(&before, &value, sizeof(value));
}

/* The kernel throttles whole disks: a partition's path is its disk. */
static void a_path_is_the_disk_that_it_is_on(void **state)
{
	static const char *const names[] = {"/dev/sda", "/dev/vda", "/dev/nvme0n1", "/dev/loop0"};
	struct limit_value value = {.set = false};
	struct err err = ERR_INIT;
	char text[128], expected[128];
	struct stat st;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (stat(names[i], &st) < 0 || !S_ISBLK(st.st_mode))
			continue;
		snprintf(text, sizeof(text), "%s:rbps=1M", names[i]);
		snprintf(expected, sizeof(expected), "%u:%u rbps=1048576", major(st.st_rdev),
			 minor(st.st_rdev));
		assert_fine(limit_parse(LIMIT_IO_MAX, span_of(text), &value, &err), err);
		assert_string_equal(value.text, expected);
		return;
	}
	print_message("skipped: no disk has a device node here\n");
	skip();
}

static void what_is_not_known_is_no_number(void **state)
{
	struct limit_value unknown = {.set = false, .number = 0};
	char buf[LIMIT_TEXT_MAX];

	(void)state;
	for (int i = 0; i < LIMITS; i++)
		assert_string_equal(limit_format((enum limit_id)i, &unknown, buf), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_of_the_table_is_whole),
		cmocka_unit_test(a_limit_is_found_by_name_and_by_kernel_file),
		cmocka_unit_test(numbers_are_parsed_and_come_out_the_same),
		cmocka_unit_test(what_is_refused_says_what_is_allowed),
		cmocka_unit_test(lists_come_out_as_the_kernel_says_them),
		cmocka_unit_test(a_list_that_is_too_long_is_refused_whole),
		cmocka_unit_test(max_clears_a_list),
		cmocka_unit_test(rules_are_parsed_and_come_out_the_same),
		cmocka_unit_test(rules_add_up_until_max_clears_them),
		cmocka_unit_test(rules_that_are_too_many_are_refused_whole),
		cmocka_unit_test(a_path_is_the_disk_that_it_is_on),
		cmocka_unit_test(what_is_not_known_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
