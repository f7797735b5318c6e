/* SPDX-License-Identifier: MIT */
/* How rows of the made-up world are held, and the words in which operands are refused on the real one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "commands/targets.h"
#include "support/make_snapshot.h"

static void cleanup_snapshot(struct snapshot **snapshot)
{
	snapshot_unref(*snapshot);
}

static void a_cgroup_is_held_where_its_row_has_its_name(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_empty(1);
	struct cgroup *cgroup = make_cgroup(snapshot, "/box");
	struct target_request request;

	(void)state;
	cgroup->naming = CGROUP_MEMORY;
	cgroup->inode = 4711;
	cgroup->paths[CGROUP_MEMORY] = "/box";
	cgroup->paths[CGROUP_CPU] = "/other/box";
	make_finish(snapshot);
	request = target_request_of_cgroup(snapshot, make_find_cgroup(snapshot, "/box"));
	assert_int_equal(request.primary, CGROUP_MEMORY);
	assert_int_equal(request.inode, 4711);
	assert_string_equal(request.paths[CGROUP_MEMORY], "/box");
	assert_string_equal(request.paths[CGROUP_CPU], "/other/box");
	assert_int_equal(request.leader, 0);
}

static void a_container_brings_its_leader(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot(1);
	uint32_t index = make_find_container(snapshot, "web-1");
	const struct container *web = &snapshot->containers[index];
	const struct process *leader = snapshot_find_process(snapshot, web->leader);
	struct target_request request = target_request_of_container(snapshot, index);

	(void)state;
	assert_int_equal(request.leader, web->leader);
	assert_int_equal(request.leader_start_ticks, leader->start_ticks);
	assert_string_equal(request.paths[CGROUP_MEMORY],
			    snapshot->cgroups[web->cgroup].paths[CGROUP_MEMORY]);
}

static void the_first_of_a_pid_namespace_ends_the_others(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_empty(1);
	struct container *container;
	struct process *process;

	(void)state;
	make_cgroup(snapshot, "/box");
	process = make_process(snapshot, 500, 1, "init", "/box");
	process->inner_pid = 1;
	container = make_container(snapshot, "cgroup", "box", "/box");
	container->leader = 500;
	container->ns_shared_with_host = 0;
	make_finish(snapshot);
	assert_true(target_request_of_container(snapshot, 0).pid_namespace);
	/* In the host's namespace it is a process like any other. */
	snapshot->containers[0].ns_shared_with_host = 1u << NS_PID;
	assert_false(target_request_of_container(snapshot, 0).pid_namespace);
	snapshot->containers[0].ns_shared_with_host = 0;
	snapshot->processes[0].inner_pid = 7;
	assert_false(target_request_of_container(snapshot, 0).pid_namespace);
}

static void a_container_without_a_cgroup_is_its_leader(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot(1);
	struct target_request request = {.leader = 0};
	bool found = false;

	(void)state;
	for (uint32_t i = 0; i < snapshot->containers_len; i++) {
		if (snapshot->containers[i].cgroup != INDEX_NONE)
			continue;
		request = target_request_of_container(snapshot, i);
		found = true;
	}
	assert_true(found);
	assert_int_not_equal(request.leader, 0);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		assert_null(request.paths[c]);
}

static void what_is_not_there_is_refused_before_anything_is_held(void **state)
{
	char operand[64];
	char *operands[] = {operand};
	struct targets targets;
	struct err err = ERR_INIT;

	(void)state;
	snprintf(operand, sizeof(operand), "boxtop-test-%d-none", (int)getpid());
	assert_int_equal(targets_hold(&targets, 1, operands, 0, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no container"));
	assert_int_equal(targets.len, 0);
	targets_finish(&targets);
	snprintf(operand, sizeof(operand), "/boxtop-test-%d/none", (int)getpid());
	assert_int_equal(targets_hold(&targets, 1, operands, 0, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no cgroup"));
	targets_finish(&targets);
}

static void the_root_is_refused(void **state)
{
	char root[] = "/";
	char *operands[] = {root};
	struct targets targets;
	struct err err = ERR_INIT;
	int r = targets_hold(&targets, 1, operands, 0, &err);

	(void)state;
	targets_finish(&targets);
	if (r == -ENOENT) {
		print_message("skipped: there are no cgroups here\n");
		skip();
	}
	assert_int_equal(r, -EPERM);
	assert_non_null(strstr(err.text, "refused"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cgroup_is_held_where_its_row_has_its_name),
		cmocka_unit_test(a_container_brings_its_leader),
		cmocka_unit_test(the_first_of_a_pid_namespace_ends_the_others),
		cmocka_unit_test(a_container_without_a_cgroup_is_its_leader),
		cmocka_unit_test(what_is_not_there_is_refused_before_anything_is_held),
		cmocka_unit_test(the_root_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
