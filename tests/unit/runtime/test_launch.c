/* SPDX-License-Identifier: MIT */
/* A command in namespaces of its own: what it sees, what it may, how it ends, and how launching fails. */
#include "launch_rig.h"

static void a_command_runs_and_its_exit_code_comes_back(void **state)
{
	struct rig *rig = *state;

	assert_string_equal(rig_sh(rig, "echo hello; exit 7"), "hello\n");
	assert_int_equal(rig->code, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_command_runs_and_its_exit_code_comes_back,
						rig_setup, rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
