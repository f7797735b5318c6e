/* SPDX-License-Identifier: MIT */
/* Freezing and thawing, proved by what processes do meanwhile: nothing. On the kernel of this machine. */
#include "cg_rig.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "runtime/target_private.h"

/* struct frozen - a group, and a counter that its processes count up */
struct frozen {
	struct rig *rig;
	struct target *target;
	volatile unsigned long *counter; /* shared with the processes */
};

static int setup(void **state)
{
	struct frozen *frozen = calloc(1, sizeof(*frozen));
	int r = rig_open((void **)&frozen->rig);

	frozen->counter =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*state = frozen;
	return r;
}

static int teardown(void **state)
{
	struct frozen *frozen = *state;

	/* A frozen process of v1 would not die. */
	if (frozen->target)
		target_thaw(frozen->target, NULL);
	target_free(frozen->target);
	rig_close((void **)&frozen->rig);
	munmap((void *)frozen->counter, 4096);
	free(frozen);
	return 0;
}

static void hold(struct frozen *frozen)
{
	struct target_request request = rig_request(frozen->rig);
	struct err err = ERR_INIT;
	int r;

	rig_need_root();
	rig_make(frozen->rig, "");
	assert_fine(target_hold(&request, &frozen->target, &err), err);
	r = target_is_frozen(frozen->target, &err);
	if (r == -EOPNOTSUPP) {
		print_message("skipped: %s\n", err.text);
		skip();
	}
	assert_int_equal(r, 0);
}

static int count_up(void *context)
{
	struct frozen *frozen = context;

	for (;;) {
		(*frozen->counter)++;
		nanosleep(&(struct timespec) {.tv_nsec = 100000}, NULL);
	}
	return 0;
}

/* struct mark - what the counter was */
struct mark {
	struct frozen *frozen;
	unsigned long was;
};

static bool went_on(void *context)
{
	struct mark *mark = context;

	return *mark->frozen->counter > mark->was + 3;
}

static void assert_runs(struct frozen *frozen)
{
	struct mark mark = {frozen, *frozen->counter};

	assert_true(until(went_on, &mark));
}

/* The kernel said that it is frozen: from then on the counter stands. It would count to 300 meanwhile. */
static void assert_stands(struct frozen *frozen)
{
	unsigned long was = *frozen->counter;

	nanosleep(&(struct timespec) {.tv_nsec = 50000000}, NULL);
	assert_int_equal(*frozen->counter, was);
}

static void a_group_freezes_and_goes_on(void **state)
{
	struct frozen *frozen = *state;
	struct err err = ERR_INIT;

	hold(frozen);
	rig_spawn(frozen->rig, "", count_up, frozen);
	assert_runs(frozen);
	assert_fine(target_freeze(frozen->target, &err), err);
	assert_int_equal(target_is_frozen(frozen->target, &err), 1);
	assert_stands(frozen);
	assert_fine(target_thaw(frozen->target, &err), err);
	assert_int_equal(target_is_frozen(frozen->target, &err), 0);
	assert_runs(frozen);
}

static void groups_below_freeze_with_it(void **state)
{
	struct frozen *frozen = *state;
	struct err err = ERR_INIT;

	hold(frozen);
	rig_make(frozen->rig, "/a");
	rig_make(frozen->rig, "/a/b");
	rig_spawn(frozen->rig, "/a/b", count_up, frozen);
	rig_spawn(frozen->rig, "/a", count_up, frozen);
	assert_runs(frozen);
	assert_fine(target_freeze(frozen->target, &err), err);
	assert_stands(frozen);
	assert_fine(target_thaw(frozen->target, &err), err);
	assert_runs(frozen);
}

static void twice_is_as_good_as_once(void **state)
{
	struct frozen *frozen = *state;
	struct err err = ERR_INIT;

	hold(frozen);
	rig_spawn(frozen->rig, "", count_up, frozen);
	assert_fine(target_freeze(frozen->target, &err), err);
	assert_fine(target_freeze(frozen->target, &err), err);
	assert_stands(frozen);
	assert_fine(target_thaw(frozen->target, &err), err);
	assert_fine(target_thaw(frozen->target, &err), err);
	assert_runs(frozen);
}

static void an_empty_group_freezes_too(void **state)
{
	struct frozen *frozen = *state;
	struct err err = ERR_INIT;

	hold(frozen);
	assert_fine(target_freeze(frozen->target, &err), err);
	assert_int_equal(target_is_frozen(frozen->target, &err), 1);
	assert_fine(target_thaw(frozen->target, &err), err);
	assert_int_equal(target_is_frozen(frozen->target, &err), 0);
}

/* Where v2 is there its way is taken: what is frozen so dies when it is killed. */
static void a_frozen_process_dies_when_killed_where_there_is_v2(void **state)
{
	struct frozen *frozen = *state;
	struct err err = ERR_INIT;
	int status;
	pid_t pid;

	hold(frozen);
	if (!rig_has(frozen->rig, CGROUP_UNIFIED))
		skip();
	pid = rig_spawn(frozen->rig, "", count_up, frozen);
	assert_fine(target_freeze(frozen->target, &err), err);
	kill(pid, SIGKILL);
	status = rig_wait(frozen->rig, pid);
	assert_true(WIFSIGNALED(status));
}

static void what_v1_froze_is_thawed_too(void **state)
{
	struct frozen *frozen = *state;
	struct err err = ERR_INIT;
	char text[64];

	hold(frozen);
	if (!rig_has(frozen->rig, CGROUP_FREEZER) || rig_is_v2(frozen->rig, CGROUP_FREEZER))
		skip();
	rig_spawn(frozen->rig, "", count_up, frozen);
	assert_int_equal(rig_write(frozen->rig, CGROUP_FREEZER, "freezer.state", "FROZEN"), 0);
	do
		rig_read(frozen->rig, CGROUP_FREEZER, "freezer.state", text, sizeof(text));
	while (strcmp(text, "FROZEN") != 0);
	assert_int_equal(target_is_frozen(frozen->target, &err), 1);
	assert_fine(target_thaw(frozen->target, &err), err);
	assert_int_equal(target_is_frozen(frozen->target, &err), 0);
	assert_runs(frozen);
}

/* Held without its v2 place, as on a host that has none. */
static void hold_v1_only(struct frozen *frozen, const char *below)
{
	struct target_request request = rig_request(frozen->rig);
	static char path[160];
	struct err err = ERR_INIT;

	snprintf(path, sizeof(path), "%s%s", frozen->rig->path, below);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		request.paths[c] = request.paths[c] ? path : NULL;
	request.paths[CGROUP_UNIFIED] = NULL;
	target_free(frozen->target);
	assert_fine(target_hold(&request, &frozen->target, &err), err);
}

static void v1_alone_freezes_with_its_own_freezer(void **state)
{
	struct frozen *frozen = *state;
	struct err err = ERR_INIT;
	char text[64];

	hold(frozen);
	if (!rig_has(frozen->rig, CGROUP_FREEZER) || rig_is_v2(frozen->rig, CGROUP_FREEZER))
		skip();
	hold_v1_only(frozen, "");
	rig_make(frozen->rig, "/below");
	rig_spawn(frozen->rig, "/below", count_up, frozen);
	assert_fine(target_freeze(frozen->target, &err), err);
	rig_read(frozen->rig, CGROUP_FREEZER, "freezer.state", text, sizeof(text));
	assert_string_equal(text, "FROZEN");
	assert_stands(frozen);
	assert_fine(target_thaw(frozen->target, &err), err);
	assert_runs(frozen);
}

static void what_is_frozen_from_above_says_so(void **state)
{
	struct frozen *frozen = *state;
	struct target *above = NULL;
	struct target_request request = rig_request(frozen->rig);
	struct err err = ERR_INIT;
	char path[160];
	int r;

	hold(frozen);
	above = frozen->target;
	rig_make(frozen->rig, "/x");
	snprintf(path, sizeof(path), "%s/x", frozen->rig->path);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		request.paths[c] = request.paths[c] ? path : NULL;
	assert_fine(target_hold(&request, &frozen->target, &err), err);
	rig_spawn(frozen->rig, "/x", count_up, frozen);
	assert_fine(target_freeze(above, &err), err);
	r = target_thaw(frozen->target, &err);
	assert_fine(target_thaw(above, NULL), err);
	target_free(above);
	assert_int_equal(r, -EBUSY);
	assert_non_null(strstr(err.text, "a cgroup above it is frozen"));
	assert_runs(frozen);
}

/* A process that is in the twin of no hierarchy but the freezer's: v2 alone would miss it. */
static void a_twin_that_lacks_a_process_is_not_relied_upon(void **state)
{
	struct frozen *frozen = *state;
	const struct hierarchies *all = &frozen->rig->hierarchies;
	struct err err = ERR_INIT;
	pid_t pid;
	int fd;

	hold(frozen);
	if (!rig_has(frozen->rig, CGROUP_FREEZER) || rig_is_v2(frozen->rig, CGROUP_FREEZER) ||
	    !rig_has(frozen->rig, CGROUP_UNIFIED))
		skip();
	pid = rig_spawn(frozen->rig, "", count_up, frozen);
	fd = openat(all->items[all->of[CGROUP_UNIFIED]].fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	assert_true(dprintf(fd, "%d", (int)pid) > 0);
	close(fd);
	assert_fine(target_freeze(frozen->target, &err), err);
	assert_stands(frozen);
	assert_fine(target_thaw(frozen->target, &err), err);
	assert_runs(frozen);
}

static void without_a_cgroup_there_is_nothing_to_freeze(void **state)
{
	struct frozen *frozen = *state;
	struct target_request request = {.name = "bare"};
	struct err err = ERR_INIT;

	request.leader = fork();
	if (request.leader == 0)
		for (;;)
			pause();
	frozen->rig->children[frozen->rig->children_len++] = request.leader;
	assert_fine(target_hold(&request, &frozen->target, &err), err);
	assert_int_equal(target_freeze(frozen->target, &err), -EOPNOTSUPP);
	assert_int_equal(target_thaw(frozen->target, &err), -EOPNOTSUPP);
	assert_int_equal(target_is_frozen(frozen->target, &err), -EOPNOTSUPP);
}

#define ON_KERNEL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_KERNEL(a_group_freezes_and_goes_on),
		ON_KERNEL(groups_below_freeze_with_it),
		ON_KERNEL(twice_is_as_good_as_once),
		ON_KERNEL(an_empty_group_freezes_too),
		ON_KERNEL(a_frozen_process_dies_when_killed_where_there_is_v2),
		ON_KERNEL(what_v1_froze_is_thawed_too),
		ON_KERNEL(v1_alone_freezes_with_its_own_freezer),
		ON_KERNEL(what_is_frozen_from_above_says_so),
		ON_KERNEL(a_twin_that_lacks_a_process_is_not_relied_upon),
		ON_KERNEL(without_a_cgroup_there_is_nothing_to_freeze),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
