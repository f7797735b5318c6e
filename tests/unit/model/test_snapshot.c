/* SPDX-License-Identifier: MIT */
/* The life of a snapshot, finding processes, and issues. */
#include "model_test.h"

static void a_snapshot_lives_as_long_as_its_last_reference(void **state)
{
	struct snapshot *snapshot = make_empty(0);

	(void)state;
	assert_ptr_equal(snapshot_ref(snapshot), snapshot);
	snapshot_unref(snapshot);
	assert_string_equal(snapshot->host.hostname, "testhost");
	assert_string_equal(snapshot->cgroups[0].path, "/");
	snapshot_unref(snapshot);
	snapshot_unref(NULL);
}

static void a_new_snapshot_is_empty(void **state)
{
	struct snapshot *snapshot = snapshot_new();

	(void)state;
	assert_int_equal(snapshot->cgroups_len, 0);
	assert_int_equal(snapshot->sources, 0);
	assert_false(snapshot->rated);
	assert_null(snapshot_find_process(snapshot, 1));
	snapshot_unref(snapshot);
}

static void processes_are_found_by_pid(void **state)
{
	static const pid_t pids[] = {1, 2, 17, 4194303};
	struct snapshot *snapshot = make_empty(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		make_process(snapshot, pids[i], 0, "p", NULL);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		assert_ptr_equal(snapshot_find_process(snapshot, pids[i]), &snapshot->processes[i]);
	assert_null(snapshot_find_process(snapshot, 0));
	assert_null(snapshot_find_process(snapshot, 16));
	assert_null(snapshot_find_process(snapshot, -1));
	assert_null(snapshot_find_process(snapshot, INT32_MAX));
	snapshot_unref(snapshot);
}

static void issues_are_said_once_and_bounded(void **state)
{
	struct snapshot *snapshot = snapshot_new();

	(void)state;
	snapshot_add_issue(snapshot, "%s: %d", "same", 1);
	snapshot_add_issue(snapshot, "%s: %d", "same", 1);
	assert_int_equal(snapshot->issues_len, 1);
	assert_string_equal(snapshot->issues[0].text, "same: 1");
	for (int i = 0; i < 40; i++)
		snapshot_add_issue(snapshot, "issue %d", i);
	assert_int_equal(snapshot->issues_len, 16);
	assert_string_equal(snapshot->issues[15].text, "issue 14");
	snapshot_unref(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_lives_as_long_as_its_last_reference),
		cmocka_unit_test(a_new_snapshot_is_empty),
		cmocka_unit_test(processes_are_found_by_pid),
		cmocka_unit_test(issues_are_said_once_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
