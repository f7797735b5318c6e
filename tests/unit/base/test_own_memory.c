/* SPDX-License-Identifier: MIT */
/* Our own memory limit, from trees of both versions. */
#include "base/own_memory.h"

#include <fcntl.h>

#include "base_test.h"
#include "support/tree.h"

static uint64_t limit_of(const struct tree_file *files, size_t n)
{
	char root[64];
	uint64_t limit;
	int fd;

	tree_make(root, files, n);
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	limit = own_memory_limit(fd);
	close(fd);
	tree_remove(root);
	return limit;
}

#define V2_MOUNT "30 21 0:30 / /cg rw - cgroup2 none rw\n"
#define V1_MOUNT "30 21 0:30 / /cg/memory rw - cgroup none rw,memory\n"

static void test_lowest_of_ancestors(void **state)
{
	const struct tree_file v2[] = {
		{"proc/self/mountinfo", V2_MOUNT},
		{"proc/self/cgroup", "0::/a/b\n"},
		{"cg/cgroup.controllers", "memory pids\n"},
		{"cg/a/memory.max", "10485760\n"},
		{"cg/a/b/memory.max", "max\n"},
	};
	const struct tree_file v1[] = {
		{"proc/self/mountinfo", V1_MOUNT},
		{"proc/self/cgroup", "4:memory:/a/b\n"},
		{"cg/memory/memory.limit_in_bytes", "9223372036854771712\n"},
		{"cg/memory/a/memory.limit_in_bytes", "9223372036854771712\n"},
		{"cg/memory/a/b/memory.limit_in_bytes", "8192\n"},
	};

	(void)state;
	assert_int_equal(limit_of(v2, ARRAY_LEN(v2)), 10485760);
	assert_int_equal(limit_of(v1, ARRAY_LEN(v1)), 8192);
}

static void test_none(void **state)
{
	const struct tree_file unlimited[] = {
		{"proc/self/mountinfo", V2_MOUNT},
		{"proc/self/cgroup", "0::/\n"},
		{"cg/cgroup.controllers", "memory\n"},
	};
	const struct tree_file no_cgroups[] = {
		{"proc/self/mountinfo", ""},
		{"proc/self/cgroup", ""},
	};
	const struct tree_file elsewhere[] = {
		{"proc/self/mountinfo", "30 21 0:30 /b /cg rw - cgroup2 none rw\n"},
		{"proc/self/cgroup", "0::/a\n"},
		{"cg/cgroup.controllers", "memory\n"},
		{"cg/memory.max", "4096\n"},
	};

	(void)state;
	assert_true(limit_of(unlimited, ARRAY_LEN(unlimited)) == UINT64_MAX);
	assert_true(limit_of(no_cgroups, ARRAY_LEN(no_cgroups)) == UINT64_MAX);
	assert_true(limit_of(elsewhere, ARRAY_LEN(elsewhere)) == UINT64_MAX);
	assert_true(limit_of(NULL, 0) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lowest_of_ancestors),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
