/* SPDX-License-Identifier: MIT */
/* What follows from the tree of groups: the limits that bind, where they come from, and totals. */
#include "model_test.h"

#include "model/cgroup.h"

#define MIB	    ((uint64_t)MAKE_MIB)
#define HOST_MEMORY (16384 * MIB)
#define CPU	    1000000u

/* /, /a, /a/b, /a/b/c, /d */
static struct snapshot *three_levels(void)
{
	struct snapshot *snapshot = make_empty(0);

	make_cgroup(snapshot, "/a");
	make_cgroup(snapshot, "/a/b");
	make_cgroup(snapshot, "/a/b/c");
	make_cgroup(snapshot, "/d");
	return snapshot;
}

enum {
	ROOT = 0,
	A,
	B,
	C,
	D,
	GROUPS
};

/* struct limit_case - limits of a, b and c; the one that binds c, and who sets it */
struct limit_case {
	const char *name;
	uint64_t a, b, c;
	uint64_t effective;
	uint32_t from;
};

static const struct limit_case limit_cases[] = {
	{"nobody limits: the host does", METRIC_NO_LIMIT, METRIC_NO_LIMIT, METRIC_NO_LIMIT,
	 HOST_MEMORY, INDEX_NONE},
	{"its own", METRIC_NO_LIMIT, METRIC_NO_LIMIT, 5 * MIB, 5 * MIB, C},
	{"the parent's", METRIC_NO_LIMIT, 5 * MIB, METRIC_NO_LIMIT, 5 * MIB, B},
	{"the grandparent's", 5 * MIB, METRIC_NO_LIMIT, METRIC_NO_LIMIT, 5 * MIB, A},
	{"the least of three is in the middle", 9 * MIB, 4 * MIB, 7 * MIB, 4 * MIB, B},
	{"the least of three is on top", 3 * MIB, 4 * MIB, 7 * MIB, 3 * MIB, A},
	{"of equals the outermost", 4 * MIB, 4 * MIB, 4 * MIB, 4 * MIB, A},
	{"more than the host has is no limit", METRIC_NO_LIMIT, METRIC_NO_LIMIT, HOST_MEMORY + 1,
	 HOST_MEMORY, INDEX_NONE},
	{"zero binds too", METRIC_NO_LIMIT, 0, 7 * MIB, 0, B},
};

static void the_least_limit_of_itself_its_ancestors_and_the_host_binds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(limit_cases); i++) {
		const struct limit_case *test = &limit_cases[i];
		struct snapshot *snapshot = three_levels();
		struct cgroup *cg = snapshot->cgroups;

		cg[A].usage.memory.limit_bytes = metric_known(test->a);
		cg[B].usage.memory.limit_bytes = metric_known(test->b);
		cg[C].usage.memory.limit_bytes = metric_known(test->c);
		make_finish(snapshot);
		check_metric(cg[C].usage.memory.effective_bytes, test->effective);
		assert_int_equal(cg[C].limit_from_memory, test->from);
		check_metric(cg[D].usage.memory.effective_bytes, HOST_MEMORY);
		assert_int_equal(cg[D].limit_from_memory, INDEX_NONE);
		snapshot_unref(snapshot);
	}
}

static void cpu_and_pids_are_capped_by_the_host(void **state)
{
	struct snapshot *snapshot = three_levels();
	struct cgroup *cg = snapshot->cgroups;

	(void)state;
	cg[B].usage.cpu.limit_microcpus = metric_known(CPU / 2);
	cg[D].usage.cpu.limit_microcpus = metric_known(64 * CPU);
	cg[A].usage.pids.limit = metric_known(100);
	make_finish(snapshot);
	check_metric(cg[A].usage.cpu.effective_microcpus, 4 * CPU);
	check_metric(cg[C].usage.cpu.effective_microcpus, CPU / 2);
	assert_int_equal(cg[C].limit_from_cpu, B);
	check_metric(cg[D].usage.cpu.effective_microcpus, 4 * CPU);
	assert_int_equal(cg[D].limit_from_cpu, INDEX_NONE);
	check_metric(cg[C].usage.pids.effective_limit, 100);
	assert_int_equal(cg[C].limit_from_pids, A);
	check_metric(cg[D].usage.pids.effective_limit, 127000); /* threads-max is under pid_max */
	snapshot_unref(snapshot);
}

static void limits_stay_no_limit_where_the_host_is_unknown(void **state)
{
	struct snapshot *snapshot = three_levels();
	struct cgroup *cg = snapshot->cgroups;

	(void)state;
	snapshot->host.memory_total_bytes = (struct metric) {0};
	snapshot->host.pid_max = snapshot->host.threads_max = (struct metric) {0};
	snapshot->host.cpus_len = 0;
	cg[B].usage.pids.limit = metric_known(64);
	make_finish(snapshot);
	check_metric(cg[C].usage.memory.effective_bytes, METRIC_NO_LIMIT);
	check_metric(cg[C].usage.cpu.effective_microcpus, METRIC_NO_LIMIT);
	check_metric(cg[C].usage.pids.effective_limit, 64);
	snapshot_unref(snapshot);
}

static void a_limit_that_may_not_be_read_hides_what_binds_below(void **state)
{
	struct snapshot *snapshot = three_levels();
	struct cgroup *cg = snapshot->cgroups;

	(void)state;
	cg[B].usage.memory.limit_bytes = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	cg[C].usage.memory.limit_bytes = metric_known(5 * MIB);
	make_finish(snapshot);
	check_metric(cg[A].usage.memory.effective_bytes, HOST_MEMORY);
	check_metric_unknown(cg[B].usage.memory.effective_bytes, METRIC_DENIED, WHY_PERMISSION);
	check_metric_unknown(cg[C].usage.memory.effective_bytes, METRIC_DENIED, WHY_PERMISSION);
	check_metric(cg[D].usage.memory.effective_bytes, HOST_MEMORY);
	snapshot_unref(snapshot);
}

static void a_group_without_the_controller_passes_on_what_binds_above(void **state)
{
	struct snapshot *snapshot = three_levels();
	struct cgroup *cg = snapshot->cgroups;

	(void)state;
	cg[A].usage.pids.limit = metric_known(50);
	cg[B].usage.pids.limit = metric_unknown(METRIC_ABSENT, WHY_NO_CONTROLLER);
	make_finish(snapshot);
	check_metric(cg[B].usage.pids.effective_limit, 50);
	check_metric(cg[C].usage.pids.effective_limit, 50);
	assert_int_equal(cg[C].limit_from_pids, A);
	snapshot_unref(snapshot);
}

static void limits_that_were_not_asked_for_leave_effective_ones_unsampled(void **state)
{
	struct snapshot *snapshot = three_levels();
	struct metric not_asked = metric_unknown(METRIC_UNSAMPLED, WHY_NOT_ASKED);

	(void)state;
	for (size_t i = 0; i < GROUPS; i++)
		snapshot->cgroups[i].usage.memory.limit_bytes = not_asked;
	make_finish(snapshot);
	check_metric_unknown(snapshot->cgroups[C].usage.memory.effective_bytes, METRIC_UNSAMPLED,
			     WHY_NOT_ASKED);
	snapshot_unref(snapshot);
}

static void a_subtree_has_its_own_processes_and_those_below(void **state)
{
	static const uint64_t own[GROUPS] = {1, 2, 0, 4, 8};
	static const uint64_t totals[GROUPS] = {15, 6, 4, 4, 8};
	struct snapshot *snapshot = three_levels();

	(void)state;
	for (size_t i = 0; i < GROUPS; i++)
		snapshot->cgroups[i].own_processes = metric_known(own[i]);
	make_finish(snapshot);
	for (size_t i = 0; i < GROUPS; i++)
		check_metric(snapshot->cgroups[i].usage.pids.processes, totals[i]);
	snapshot_unref(snapshot);
}

static void who_is_in_several_groups_counts_once(void **state)
{
	static const uint64_t own[GROUPS] = {1, 2, 0, 4, 8};
	static const uint32_t again[GROUPS] = {2, 0, 1, 0, 0};
	static const uint64_t totals[GROUPS] = {12, 5, 3, 4, 8};
	struct snapshot *snapshot = three_levels();

	(void)state;
	for (size_t i = 0; i < GROUPS; i++) {
		snapshot->cgroups[i].own_processes = metric_known(own[i]);
		snapshot->cgroups[i].counted_again = again[i];
	}
	make_finish(snapshot);
	for (size_t i = 0; i < GROUPS; i++)
		check_metric(snapshot->cgroups[i].usage.pids.processes, totals[i]);
	snapshot_unref(snapshot);
}

static void a_group_that_vanished_takes_nothing_from_the_total(void **state)
{
	struct snapshot *snapshot = three_levels();
	struct cgroup *cg = snapshot->cgroups;

	(void)state;
	cg[A].own_processes = metric_unknown(METRIC_ABSENT, WHY_NO_FILE);
	cg[B].own_processes = metric_known(3);
	cg[C].own_processes = metric_unknown(METRIC_ABSENT, WHY_GONE);
	make_finish(snapshot);
	check_metric(cg[B].usage.pids.processes, 3);
	check_metric(cg[A].usage.pids.processes, 3);
	check_metric(cg[ROOT].usage.pids.processes, 3);
	check_metric_unknown(cg[C].usage.pids.processes, METRIC_ABSENT, WHY_GONE);
	snapshot_unref(snapshot);
}

static void a_group_that_may_not_be_read_makes_the_totals_above_unknown(void **state)
{
	struct snapshot *snapshot = three_levels();
	struct cgroup *cg = snapshot->cgroups;

	(void)state;
	cg[B].own_processes = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	cg[C].own_processes = metric_known(3);
	make_finish(snapshot);
	check_metric(cg[C].usage.pids.processes, 3);
	check_metric_unknown(cg[B].usage.pids.processes, METRIC_DENIED, WHY_PERMISSION);
	check_metric_unknown(cg[A].usage.pids.processes, METRIC_DENIED, WHY_PERMISSION);
	check_metric_unknown(cg[ROOT].usage.pids.processes, METRIC_DENIED, WHY_PERMISSION);
	check_metric(cg[D].usage.pids.processes, 0);
	snapshot_unref(snapshot);
}

static void a_host_without_cgroups_is_resolved_too(void **state)
{
	struct snapshot *snapshot = snapshot_new();

	(void)state;
	cgroup_resolve(snapshot);
	snapshot_unref(snapshot);
}

static void layouts_and_controllers_have_names(void **state)
{
	(void)state;
	assert_string_equal(cgroup_layout_text(CGROUP_LAYOUT_UNIFIED), "unified");
	assert_string_equal(cgroup_layout_text(CGROUP_LAYOUT_NONE), "none");
	assert_string_equal(cgroup_layout_text((enum cgroup_layout)99), "unknown");
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		assert_string_not_equal(cgroup_controller_text((enum cgroup_controller)i),
					"unknown");
	assert_string_equal(cgroup_controller_text(CGROUP_SYSTEMD), "name=systemd");
	assert_string_equal(cgroup_controller_text(CGROUP_CONTROLLERS), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_limit_of_itself_its_ancestors_and_the_host_binds),
		cmocka_unit_test(cpu_and_pids_are_capped_by_the_host),
		cmocka_unit_test(limits_stay_no_limit_where_the_host_is_unknown),
		cmocka_unit_test(a_limit_that_may_not_be_read_hides_what_binds_below),
		cmocka_unit_test(a_group_without_the_controller_passes_on_what_binds_above),
		cmocka_unit_test(limits_that_were_not_asked_for_leave_effective_ones_unsampled),
		cmocka_unit_test(a_subtree_has_its_own_processes_and_those_below),
		cmocka_unit_test(who_is_in_several_groups_counts_once),
		cmocka_unit_test(a_group_that_vanished_takes_nothing_from_the_total),
		cmocka_unit_test(a_group_that_may_not_be_read_makes_the_totals_above_unknown),
		cmocka_unit_test(a_host_without_cgroups_is_resolved_too),
		cmocka_unit_test(layouts_and_controllers_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
