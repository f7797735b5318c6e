/* SPDX-License-Identifier: MIT */
/* What an operand means in the made-up world, and the words in which it is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "commands/scope.h"
#include "support/make_snapshot.h"

static void cleanup_snapshot(struct snapshot **snapshot)
{
	snapshot_unref(*snapshot);
}

static void expect_container(const struct snapshot *snapshot, const char *operand, const char *name)
{
	struct err err = ERR_INIT;
	uint32_t index = INDEX_NONE;

	if (scope_find_container(snapshot, operand, &index, &err) != 0)
		fail_msg("'%s': %s", operand, err.text);
	assert_string_equal(snapshot->containers[index].name, name);
}

static void expect_refusal(const struct snapshot *snapshot, const char *operand, int code,
			   const char *text)
{
	struct err err = ERR_INIT;
	uint32_t index;

	assert_int_equal(scope_find_container(snapshot, operand, &index, &err), -code);
	assert_string_equal(err.text, text);
}

static void a_container_has_many_names(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot_rated(1);
	const struct container *web = &snapshot->containers[make_find_container(snapshot, "web-1")];
	const char *path = snapshot->cgroups[web->cgroup].path;
	static const char *const mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/memory"};

	(void)state;
	expect_container(snapshot, "web-1", "web-1");
	expect_container(snapshot, web->id, "web-1");
	expect_container(snapshot, "aa11", "web-1");
	expect_container(snapshot, "1200", "web-1"); /* its leader */
	expect_container(snapshot, path, "web-1");
	for (size_t i = 0; i < ARRAY_LEN(mounts); i++) {
		_cleanup_(strbuf_finish)
		struct strbuf long_path = STRBUF_INIT;

		strbuf_addf(&long_path, "%s%s/", mounts[i], path);
		expect_container(snapshot, strbuf_cstr(&long_path), "web-1");
	}
	/* Any process of it, and the innermost of nested ones. */
	expect_container(snapshot, "1750", "nested");
	/* What is below its cgroup belongs to it. */
	const struct cgroup *group =
		&snapshot->cgroups[snapshot->containers[make_find_container(snapshot,
									    MAKE_NAME_WIDE)]
					   .cgroup];

	assert_true(group->subtree_end > (uint32_t)(group - snapshot->cgroups) + 1);
	expect_container(snapshot, group[1].path, MAKE_NAME_WIDE);
}

static void a_hostile_name_may_be_typed_as_it_is_shown(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot_rated(1);

	(void)state;
	expect_container(snapshot, MAKE_NAME_HOSTILE, MAKE_NAME_HOSTILE);
	expect_container(snapshot, "evil?[31m name", MAKE_NAME_HOSTILE);
}

static void nothing_fits_says_what_was_looked_for(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot_rated(1);

	(void)state;
	expect_refusal(snapshot, "web-2", ENOENT, "no container 'web-2': did you mean web-1?");
	expect_refusal(snapshot, "zzzzzz", ENOENT,
		       "no container 'zzzzzz' (boxtop list --all shows them)");
	expect_refusal(snapshot, "", ENOENT, "no container '' (boxtop list --all shows them)");
	expect_refusal(snapshot, "1", ENOENT, "process 1 is in no container");
	expect_refusal(snapshot, "99999999", ENOENT,
		       "no container '99999999' (boxtop list --all shows them)");
	expect_refusal(snapshot, "/nowhere", ENOENT, "no cgroup '/nowhere'");
	expect_refusal(snapshot, "/", ENOENT, "no container in the cgroup '/'");
}

/* Two containers called "twin", of different engines. */
static struct snapshot *make_twins(bool unit)
{
	struct snapshot *snapshot = make_empty(0);
	struct container *twin;

	make_cgroup(snapshot, "/a");
	make_cgroup(snapshot, "/b");
	make_cgroup(snapshot, "/c");
	twin = make_container(snapshot, "docker", "twin", "/a");
	twin->id = "abcdef0123456789abcdef0123456789";
	twin = make_container(snapshot, "podman", "twin", "/b");
	twin->id = "abcd000000000000abcdef0123456789";
	if (unit)
		twin->kind = CONTAINER_SERVICE;
	twin = make_container(snapshot, "lxc", "other", "/c");
	twin->id = "twin";
	make_finish(snapshot);
	return snapshot;
}

static void what_fits_several_is_refused_and_they_are_named(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_twins(false);

	(void)state;
	expect_refusal(snapshot, "twin", EINVAL,
		       "'twin' may be twin (docker abcdef012345), twin (podman abcd00000000)");
	expect_refusal(snapshot, "abcd", EINVAL,
		       "'abcd' may be twin (docker abcdef012345), twin (podman abcd00000000)");
	expect_container(snapshot, "abcde", "twin");
	expect_container(snapshot, "/c", "other");
}

static void a_container_wins_over_a_unit_of_the_same_name(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_twins(true);
	struct err err = ERR_INIT;
	uint32_t index = INDEX_NONE;

	(void)state;
	assert_int_equal(scope_find_container(snapshot, "twin", &index, &err), 0);
	assert_string_equal(snapshot->containers[index].engine, "docker");
}

static void many_candidates_are_counted(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_empty(0);
	struct err err = ERR_INIT;
	uint32_t index;

	(void)state;
	for (int i = 0; i < 9; i++) {
		char path[8] = {'/', (char)('a' + i), '\0'};

		make_cgroup(snapshot, path);
	}
	for (int i = 0; i < 9; i++) {
		char path[8] = {'/', (char)('a' + i), '\0'};

		make_container(snapshot, "cgroup", "same", path);
	}
	make_finish(snapshot);
	assert_int_equal(scope_find_container(snapshot, "same", &index, &err), -EINVAL);
	assert_string_equal(err.text, "'same' may be same (cgroup /a), same (cgroup /b), "
				      "same (cgroup /c), same (cgroup /d) and 5 more");
}

static void a_cgroup_is_a_path_or_a_container(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot_rated(1);
	static const struct {
		const char *operand, *path;
	} cases[] = {
		{"/", "/"},
		{"/system.slice", "/system.slice"},
		{"/system.slice/", "/system.slice"},
		{"/sys/fs/cgroup", "/"},
		{"/sys/fs/cgroup/unified", "/"},
		{"/sys/fs/cgroup/pids/system.slice", "/system.slice"},
		{"builder", "/lxc.payload.builder"},
	};
	struct err err = ERR_INIT;
	uint32_t index;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(scope_find_cgroup(snapshot, cases[i].operand, &index, &err), 0);
		assert_string_equal(snapshot->cgroups[index].path, cases[i].path);
	}
	assert_int_equal(scope_find_cgroup(snapshot, "/nowhere", &index, &err), -ENOENT);
	assert_string_equal(err.text, "no cgroup '/nowhere'");
	assert_int_equal(scope_find_cgroup(snapshot, "make@/srv/build", &index, &err), -ENOENT);
	assert_string_equal(err.text, "container 'make@/srv/build' has no cgroup of its own");
}

static void only_a_pid_makes_processes_be_read(void **state)
{
	char *name[] = {(char *)(uintptr_t) "web-1"};
	char *pid[] = {(char *)(uintptr_t) "web-1", (char *)(uintptr_t) "1200"};

	(void)state;
	assert_int_equal(scope_sources(0, NULL), 0);
	assert_int_equal(scope_sources(1, name), SOURCE_IDENTITY);
	assert_int_equal(scope_sources(2, pid), SOURCE_IDENTITY | SOURCE_PROCS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_container_has_many_names),
		cmocka_unit_test(a_hostile_name_may_be_typed_as_it_is_shown),
		cmocka_unit_test(nothing_fits_says_what_was_looked_for),
		cmocka_unit_test(what_fits_several_is_refused_and_they_are_named),
		cmocka_unit_test(a_container_wins_over_a_unit_of_the_same_name),
		cmocka_unit_test(many_candidates_are_counted),
		cmocka_unit_test(a_cgroup_is_a_path_or_a_container),
		cmocka_unit_test(only_a_pid_makes_processes_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
