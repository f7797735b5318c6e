/* SPDX-License-Identifier: MIT */
/* Limits hold from the first instruction on: groups made by cg_create(), entered by launch(). */
#include "launch_rig.h"

#include "runtime/cg.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

static void limit(struct limit_set *set, enum limit_id id, const char *text)
{
	struct err err = ERR_INIT;

	if (limit_parse(id, span_of(text), &set->values[id], &err) < 0)
		fail_msg("%s", err.text);
}

/* Run a line in groups with @set and remove them again. Skips where this host lets us make none. */
static const char *limited_sh(struct rig *rig, const struct limit_set *set, const char *line)
{
	struct cg cg;
	char name[48];
	static int made;
	const struct cg_request request = {.name = name, .limits = set};

	/* We stay in the scope that systemd made for the one before, which so outlives its sandbox. */
	snprintf(name, sizeof(name), "boxtop-test-launch-%d-%d", getpid(), made++);
	if (geteuid() != 0)
		skip();
	rig->err = ERR_INIT;
	if (cg_create(&request, &cg, &rig->err) < 0)
		fail_msg("make groups: %s", rig->err.text);
	if (cg.manager == CG_NONE || cg.notes_len > 0) {
		cg_remove(&cg, &rig->err);
		cg_finish(&cg);
		skip();
	}
	rig_args(rig, (const char *const[]) {"/bin/sh", "-c", line, NULL});
	if (rig_run_cg(rig, &cg) < 0)
		print_error("launch: %s\n", rig->err.text);
	if (cg_remove(&cg, &rig->err) < 0)
		fail_msg("remove groups: %s", rig->err.text);
	cg_finish(&cg);
	return rig->said;
}

static void the_command_is_in_its_groups_and_sees_none_above(void **state)
{
	struct limit_set set = {0};

	limit(&set, LIMIT_PIDS, "30");
	limited_sh(*state, &set,
		   "grep -v -e name= -e devices -e misc -e rdma -e hugetlb -e net_ -e perf "
		   "-e debug /proc/self/cgroup | sed s/.*:// | grep -v -x -c /");
	assert_string_equal(((struct rig *)*state)->said, "0\n");
}

static void more_processes_than_allowed_are_not_made(void **state)
{
	struct rig *rig = *state;
	struct limit_set set = {0};

	limit(&set, LIMIT_PIDS, "10");
	limited_sh(rig, &set,
		   "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1000 & done; echo unreached");
	assert_non_null(strstr(rig->said, "fork"));
}

static void more_memory_than_allowed_ends_what_took_it(void **state)
{
	struct rig *rig = *state;
	struct limit_set set = {0};

	limit(&set, LIMIT_MEMORY, "16M");
	/* a variable that doubles; the shell above it lives */
	limited_sh(rig, &set, "sh -c 'a=0123456789abcdef; while :; do a=$a$a; done'; echo code $?");
	assert_string_equal(rig->said[0] == 'K' ? strstr(rig->said, "code") : rig->said,
			    "code 137\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_command_is_in_its_groups_and_sees_none_above),
		TEST(more_processes_than_allowed_are_not_made),
		TEST(more_memory_than_allowed_ends_what_took_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
