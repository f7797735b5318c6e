/* SPDX-License-Identifier: MIT */
/* What follows from knowing the containers: membership, parents, usage, state, limits inside. */
#include "model_test.h"

#include "model/container.h"
#include "model/fields.h"

#define CPU 1000000u

/* /outer, /outer/inner, /outer/inner/deep, /other */
static struct snapshot *nested(void)
{
	struct snapshot *snapshot = make_empty(0);

	make_cgroup(snapshot, "/outer");
	make_cgroup(snapshot, "/outer/inner");
	make_cgroup(snapshot, "/outer/inner/deep");
	make_cgroup(snapshot, "/other");
	return snapshot;
}

enum {
	ROOT = 0,
	OUTER,
	INNER,
	DEEP,
	OTHER
};

static void a_cgroup_belongs_to_the_innermost_container(void **state)
{
	struct snapshot *snapshot = nested();

	(void)state;
	/* the order of the containers says nothing about their nesting */
	make_container(snapshot, "docker", "in", "/outer/inner");
	make_container(snapshot, "lxc", "out", "/outer");
	make_finish(snapshot);
	assert_int_equal(snapshot->cgroups[ROOT].container, INDEX_NONE);
	assert_int_equal(snapshot->cgroups[OUTER].container, 1);
	assert_int_equal(snapshot->cgroups[INNER].container, 0);
	assert_int_equal(snapshot->cgroups[DEEP].container, 0);
	assert_int_equal(snapshot->cgroups[OTHER].container, INDEX_NONE);
	assert_int_equal(snapshot->containers[0].parent, 1);
	assert_int_equal(snapshot->containers[1].parent, INDEX_NONE);
	snapshot_unref(snapshot);
}

static void a_parent_that_the_collectors_found_stays(void **state)
{
	struct snapshot *snapshot = nested();

	(void)state;
	make_container(snapshot, "lxc", "out", "/outer");
	make_container(snapshot, "lxc", "other", "/other");
	make_container(snapshot, "docker", "in", "/outer/inner")->parent = 1;
	make_finish(snapshot);
	assert_int_equal(snapshot->containers[2].parent, 1);
	snapshot_unref(snapshot);
}

static void processes_follow_their_cgroup_unless_placed_already(void **state)
{
	struct snapshot *snapshot = nested();

	(void)state;
	make_container(snapshot, "docker", "in", "/outer/inner");
	make_container(snapshot, "chroot", "jail", NULL);
	make_process(snapshot, 10, 1, "a", "/outer/inner/deep");
	make_process(snapshot, 11, 1, "b", "/outer");
	make_process(snapshot, 12, 1, "c", "/outer")->container = 1;
	make_process(snapshot, 13, 1, "d", NULL);
	make_finish(snapshot);
	assert_int_equal(snapshot->processes[0].container, 0);
	assert_int_equal(snapshot->processes[1].container, INDEX_NONE);
	assert_int_equal(snapshot->processes[2].container, 1);
	assert_int_equal(snapshot->processes[3].container, INDEX_NONE);
	snapshot_unref(snapshot);
}

static void usage_is_that_of_the_cgroup_and_net_is_its_own(void **state)
{
	struct snapshot *snapshot = nested();
	struct container *container;

	(void)state;
	snapshot->cgroups[OTHER].usage.memory.current_bytes = metric_known(4096);
	snapshot->cgroups[OTHER].usage.cpu.usage_usec = metric_known(77);
	container = make_container(snapshot, "docker", "x", "/other");
	container->usage.net.rx_bytes = metric_known(123);
	make_finish(snapshot);
	check_metric(container->usage.memory.current_bytes, 4096);
	check_metric(container->usage.cpu.usage_usec, 77);
	check_metric(container->usage.net.rx_bytes, 123);
	assert_int_equal(container->usage.cpu.at_usec, snapshot->cgroups[OTHER].usage.cpu.at_usec);
	snapshot_unref(snapshot);
}

/* It may say in which cgroup it lives: a login session, say, that is not its own. */
static void one_found_by_namespace_takes_no_cgroup(void **state)
{
	struct snapshot *snapshot = nested();
	struct container *jail;

	(void)state;
	make_container(snapshot, "systemd", "session", "/outer");
	jail = make_container(snapshot, "chroot", "jail", NULL);
	jail->cgroup = OUTER;
	make_process(snapshot, 10, 1, "sh", "/outer")->container = 1;
	snapshot->processes[0].rss_bytes = metric_known(8192);
	make_finish(snapshot);
	assert_int_equal(snapshot->cgroups[OUTER].container, 0);
	assert_int_equal(snapshot->cgroups[DEEP].container, 0);
	check_metric(jail->usage.memory.current_bytes, 8192);
	check_metric_unknown(jail->usage.memory.limit_bytes, METRIC_ABSENT, WHY_NO_CGROUP);
	assert_int_equal(jail->state, CONTAINER_RUNNING);
	snapshot_unref(snapshot);
}

/* struct state_case - what the cgroup says, and what the container is then */
struct state_case {
	struct metric frozen, populated, processes;
	enum container_state state;
};

static void state_is_what_the_cgroup_says(void **state)
{
	const struct metric no = metric_known(0), yes = metric_known(1);
	const struct metric unread = {0}, denied = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	const struct state_case cases[] = {
		{no, yes, yes, CONTAINER_RUNNING},
		{yes, yes, yes, CONTAINER_PAUSED},
		{no, no, no, CONTAINER_EMPTY},
		{unread, unread, yes, CONTAINER_RUNNING},
		{unread, unread, no, CONTAINER_EMPTY},
		{no, denied, yes, CONTAINER_RUNNING},
		{denied, yes, unread, CONTAINER_RUNNING},
		{yes, unread, unread, CONTAINER_PAUSED},
		{unread, unread, unread, CONTAINER_STATE_UNKNOWN},
		{denied, denied, denied, CONTAINER_STATE_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snapshot *snapshot = nested();

		snapshot->cgroups[OTHER].usage.frozen = cases[i].frozen;
		snapshot->cgroups[OTHER].usage.populated = cases[i].populated;
		snapshot->cgroups[OTHER].own_processes = cases[i].processes;
		make_container(snapshot, "docker", "x", "/other");
		make_finish(snapshot);
		assert_int_equal(snapshot->containers[0].state, cases[i].state);
		snapshot_unref(snapshot);
	}
}

/* podman with crun: the quota is on the child that holds the processes */
static void limits_on_an_only_child_are_the_containers(void **state)
{
	struct snapshot *snapshot = nested();
	struct container *container;
	struct usage *inner = &snapshot->cgroups[INNER].usage;

	(void)state;
	inner->cpu.limit_microcpus = metric_known(CPU / 2);
	inner->cpu.nr_periods = metric_known(40);
	inner->cpu.nr_throttled = metric_known(10);
	inner->memory.limit_bytes = metric_known(64 * MAKE_MIB);
	snapshot->cgroups[OUTER].usage.pids.limit = metric_known(100);
	make_process(snapshot, 10, 1, "a", "/outer/inner/deep");
	container = make_container(snapshot, "podman", "x", "/outer");
	make_finish(snapshot);
	check_metric(container->usage.cpu.limit_microcpus, CPU / 2);
	check_metric(container->usage.cpu.effective_microcpus, CPU / 2);
	check_metric(container->usage.cpu.nr_throttled, 10);
	check_metric(container->usage.memory.limit_bytes, 64 * MAKE_MIB);
	check_metric(container->usage.memory.effective_bytes, 64 * MAKE_MIB);
	check_metric(container->usage.pids.limit, 100);
	assert_int_equal(container->inner_cgroup, DEEP);
	snapshot_unref(snapshot);
}

static void one_whose_only_child_is_frozen_is_paused(void **state)
{
	struct snapshot *snapshot = nested();
	struct container *container = make_container(snapshot, "podman", "x", "/outer");

	(void)state;
	snapshot->cgroups[INNER].usage.frozen = metric_known(1);
	make_process(snapshot, 10, 1, "a", "/outer/inner");
	make_finish(snapshot);
	assert_int_equal(container->state, CONTAINER_PAUSED);
	check_metric(snapshot->cgroups[OUTER].usage.frozen, 0);
	snapshot_unref(snapshot);
}

static void limits_of_one_of_several_children_are_not(void **state)
{
	struct snapshot *snapshot = make_empty(0);
	struct container *container;

	(void)state;
	make_cgroup(snapshot, "/box");
	make_cgroup(snapshot, "/box/a")->usage.memory.limit_bytes = metric_known(4096);
	make_cgroup(snapshot, "/box/b");
	container = make_container(snapshot, "docker", "x", "/box");
	make_finish(snapshot);
	check_metric(container->usage.memory.limit_bytes, METRIC_NO_LIMIT);
	assert_int_equal(container->inner_cgroup, 1);
	snapshot_unref(snapshot);
}

static void limits_of_a_nested_container_are_not_those_of_the_outer(void **state)
{
	struct snapshot *snapshot = nested();
	struct container *outer;

	(void)state;
	snapshot->cgroups[INNER].usage.memory.limit_bytes = metric_known(4096);
	make_container(snapshot, "docker", "in", "/outer/inner");
	outer = make_container(snapshot, "lxc", "out", "/outer");
	make_finish(snapshot);
	check_metric(outer->usage.memory.limit_bytes, METRIC_NO_LIMIT);
	check_metric(snapshot->containers[0].usage.memory.limit_bytes, 4096);
	snapshot_unref(snapshot);
}

static void shared_namespaces_are_named(void **state)
{
	struct snapshot *snapshot = nested();

	(void)state;
	make_container(snapshot, "docker", "none", "/outer");
	make_container(snapshot, "docker", "two", "/other")->ns_shared_with_host =
		1u << NS_NET | 1u << NS_USER;
	make_container(snapshot, "chroot", "all", NULL)->ns_shared_with_host = (1u << NS_TYPES) - 1;
	make_finish(snapshot);
	assert_string_equal(snapshot->containers[0].ns_shared, "");
	assert_string_equal(snapshot->containers[1].ns_shared, "net,user");
	assert_string_equal(snapshot->containers[2].ns_shared,
			    "mnt,uts,ipc,net,pid,user,cgroup,time");
	snapshot_unref(snapshot);
}

static void a_container_whose_cgroup_is_gone_is_unknown(void **state)
{
	struct snapshot *snapshot = nested();

	(void)state;
	make_container(snapshot, "docker", "x", "/other")->cgroup = INDEX_NONE;
	snapshot->containers[0].usage = (struct usage) {0};
	make_finish(snapshot);
	assert_int_equal(snapshot->containers[0].state, CONTAINER_STATE_UNKNOWN);
	assert_int_equal(snapshot->containers[0].parent, INDEX_NONE);
	snapshot_unref(snapshot);
}

static void kinds_and_states_have_names(void **state)
{
	static const enum container_kind units[] = {CONTAINER_MONITOR, CONTAINER_SERVICE,
						    CONTAINER_SCOPE, CONTAINER_SLICE,
						    CONTAINER_POD};
	unsigned int hidden = 0;

	(void)state;
	for (int i = 0; i < CONTAINER_KINDS; i++) {
		struct container container = {.kind = (enum container_kind)i};

		assert_string_not_equal(container_kind_text((enum container_kind)i), "unknown");
		hidden += container_is_unit(&container);
	}
	assert_int_equal(hidden, ARRAY_LEN(units));
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		assert_true(container_is_unit(&(struct container) {.kind = units[i]}));
	assert_string_equal(container_kind_text(CONTAINER_KINDS), "unknown");
	assert_string_equal(container_state_text(CONTAINER_PAUSED), "paused");
	assert_string_equal(container_state_text(CONTAINER_STATE_UNKNOWN), "unknown");
}

static void one_that_ended_says_how_and_shows_only_if_asked_for(void **state)
{
	static const struct {
		int code;
		bool oom;
		const char *text;
	} ends[] = {
		{0, false, "exit 0"},
		{3, false, "exit 3"},
		{143, false, "SIGTERM"},
		{137, true, "SIGKILL, out of memory"},
		{1, true, "exit 1, out of memory"},
		{255, false, "exit 255"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct snapshot *snapshot = make_empty(0);
		struct container *container = make_container(snapshot, "boxtop", "box", NULL);
		struct row row = {snapshot, ROW_CONTAINER, 0};
		struct value value;

		container->state = CONTAINER_STOPPED;
		container->exit_code = ends[i].code;
		container->oom_killed = ends[i].oom;
		make_finish(snapshot);
		assert_true(container_is_unit(&snapshot->containers[0]));
		value = field_get(field_find(SPAN("ended"), ROW_CONTAINER), &row);
		assert_string_equal(value.text, ends[i].text);
		value = field_get(field_find(SPAN("state"), ROW_CONTAINER), &row);
		assert_string_equal(value.text, "stopped");
		/* it had a cgroup once, which says nothing now */
		value = field_get(field_find(SPAN("memory_current_bytes"), ROW_CONTAINER), &row);
		assert_int_equal(value.state, METRIC_ABSENT);
		snapshot_unref(snapshot);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cgroup_belongs_to_the_innermost_container),
		cmocka_unit_test(one_that_ended_says_how_and_shows_only_if_asked_for),
		cmocka_unit_test(a_parent_that_the_collectors_found_stays),
		cmocka_unit_test(processes_follow_their_cgroup_unless_placed_already),
		cmocka_unit_test(usage_is_that_of_the_cgroup_and_net_is_its_own),
		cmocka_unit_test(one_found_by_namespace_takes_no_cgroup),
		cmocka_unit_test(state_is_what_the_cgroup_says),
		cmocka_unit_test(limits_on_an_only_child_are_the_containers),
		cmocka_unit_test(one_whose_only_child_is_frozen_is_paused),
		cmocka_unit_test(limits_of_one_of_several_children_are_not),
		cmocka_unit_test(limits_of_a_nested_container_are_not_those_of_the_outer),
		cmocka_unit_test(shared_namespaces_are_named),
		cmocka_unit_test(a_container_whose_cgroup_is_gone_is_unknown),
		cmocka_unit_test(kinds_and_states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
