/* SPDX-License-Identifier: MIT */
/*
 * Whole containers, ended in every way that a layout may leave us: by the kernel, by the v1 freezer, by
 * a brake and signals, by init. Each way is made by holding the target without what the better ones need.
 */
#include "bomb_rig.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ptrace.h>

#include "runtime/target_private.h"

#define LIMIT 200
#define MANY  2000

/* As long as a loaded machine may need. */
static const struct kill_options patient = {.deadline_usec = 60000000};

/* enum way - what is held of the group */
enum way {
	WAY_ALL,	/* every hierarchy */
	WAY_NO_TWIN,	/* v1 only, as on a legacy host; nothing on a host with v2 alone */
	WAY_NO_FREEZER, /* only where the pids controller is: brake and signals on v1 */
	WAYS,
};

static bool is_left_out(const struct rig *rig, enum way way, int c)
{
	if (way == WAY_NO_TWIN)
		return c == CGROUP_UNIFIED;
	return way == WAY_NO_FREEZER && rig->hierarchies.of[c] != rig->hierarchies.of[CGROUP_PIDS];
}

static struct target *hold(const struct bombs *bombs, enum way way)
{
	struct target_request request = rig_request(bombs->rig);
	struct target *target = NULL;
	struct err err = ERR_INIT;

	/* On v2 there is but one hierarchy, and all ways are the same. */
	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		if (bombs->rig->hierarchies.layout != CGROUP_LAYOUT_UNIFIED &&
		    is_left_out(bombs->rig, way, c))
			request.paths[c] = NULL;
	}
	if (!request.paths[request.primary])
		request.primary = CGROUP_PIDS;
	assert_fine(target_hold(&request, &target, &err), err);
	return target;
}

static const char *method_of(const struct bombs *bombs, const struct target *target)
{
	const struct target_place *unified = target_place_of(target, CGROUP_UNIFIED);

	(void)bombs;
	if (unified && faccessat(unified->fd, "cgroup.kill", F_OK, 0) == 0)
		return "cgroup.kill";
	return target_place_of(target, CGROUP_FREEZER) ? "freezer" : "brake and signals";
}

static struct kill_report end(struct bombs *bombs, enum way way)
{
	_cleanup_(cleanup_target)
	struct target *target = hold(bombs, way);
	struct kill_report report;
	struct err err = ERR_INIT;

	assert_fine(target_kill(target, &patient, &report, &err), err);
	assert_int_equal(report.remaining, 0);
	assert_string_equal(report.method, method_of(bombs, target));
	assert_false(target_is_populated(target));
	return report;
}

static void every_kind_ends_in_every_way(void **state)
{
	struct bombs *bombs = *state;

	bombs_make(bombs, LIMIT);
	for (int i = 0; i < BOMB_KINDS * WAYS; i++) {
		struct bomb_start start = {
			.bombs = bombs, .kind = bomb_kinds[i % BOMB_KINDS], .width = 3};

		bombs_start(&start);
		bombs_grow(bombs, strcmp(start.kind, "stay") == 0 ? LIMIT / 2 : 1);
		assert_true(end(bombs, (enum way)(i / BOMB_KINDS)).killed > 0);
		assert_int_equal(bombs_count(bombs, ""), 0);
		assert_true(bombs_limit_is(bombs, "200"));
	}
}

static void two_thousand_are_gone_and_the_count_at_zero(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "stay"};
	char current[16];

	bombs_make(bombs, MANY);
	for (int way = 0; way < WAYS; way++) {
		bombs_start(&start);
		bombs_grow(bombs, MANY);
		/* More, where some fork on while they are not yet frozen. */
		assert_true(end(bombs, (enum way)way).killed >= MANY);
		assert_int_equal(bombs_count(bombs, ""), 0);
		/* A zombie is counted until it is reaped. */
		assert_true(becomes((
			rig_read(bombs->rig, CGROUP_PIDS, "pids.current", current, sizeof(current)),
			strcmp(current, "0") == 0)));
	}
}

static void groups_below_are_emptied_too(void **state)
{
	static const char *const below[] = {"/a", "/a/b", "/a/b/c", "/d"};
	struct bombs *bombs = *state;

	bombs_make(bombs, LIMIT);
	for (size_t i = 0; i < ARRAY_LEN(below); i++)
		rig_make(bombs->rig, below[i]);
	for (int way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < ARRAY_LEN(below); i++) {
			struct bomb_start start = {
				.bombs = bombs, .kind = "still", .width = 4, .below = below[i]};

			bombs_start(&start);
		}
		assert_int_equal(end(bombs, (enum way)way).killed, 20);
		for (size_t i = 0; i < ARRAY_LEN(below); i++)
			assert_int_equal(bombs_count(bombs, below[i]), 0);
	}
}

static bool is_there(const struct bombs *bombs, size_t hierarchy)
{
	return faccessat(bombs->rig->hierarchies.items[hierarchy].fd, bombs->rig->path + 1, F_OK,
			 0) == 0;
}

static void groups_are_removed_if_that_is_wanted(void **state)
{
	struct kill_options options = {.deadline_usec = patient.deadline_usec, .remove = true};
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "stay", .below = "/a/b"};
	struct kill_report report;
	struct err err = ERR_INIT;

	bombs_make(bombs, LIMIT);
	rig_make(bombs->rig, "/a");
	rig_make(bombs->rig, "/a/b");
	_cleanup_(cleanup_target)
	struct target *target = hold(bombs, WAY_ALL);

	bombs_start(&start);
	assert_fine(target_kill(target, &options, &report, &err), err);
	for (size_t i = 0; i < bombs->rig->hierarchies.len; i++)
		assert_false(is_there(bombs, i));
	/* And again: of what is gone nothing is left. */
	assert_fine(target_kill(target, &options, &report, &err), err);
	assert_int_equal(report.killed, 0);
	bombs->rig->made = false;
}

/* ---- Frozen ---- */

static bool says(const struct bombs *bombs, enum cgroup_controller controller, const char *file,
		 const char *words)
{
	char text[128];

	rig_read(bombs->rig, controller, file, text, sizeof(text));
	return strstr(text, words);
}

static void a_frozen_v1_group_ends(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "still", .width = 5};

	bombs_make(bombs, LIMIT);
	if (!rig_has(bombs->rig, CGROUP_FREEZER) || rig_is_v2(bombs->rig, CGROUP_FREEZER)) {
		print_message("skipped: there is no v1 freezer here\n");
		skip();
	}
	for (int way = WAY_ALL; way <= WAY_NO_TWIN; way++) {
		bombs_start(&start);
		rig_write(bombs->rig, CGROUP_FREEZER, "freezer.state", "FROZEN");
		assert_true(becomes(says(bombs, CGROUP_FREEZER, "freezer.state", "FROZEN")));
		assert_int_equal(end(bombs, (enum way)way).killed, 6);
		assert_true(says(bombs, CGROUP_FREEZER, "freezer.state", "THAWED"));
	}
}

static void a_frozen_v2_group_ends(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "still", .width = 5};

	bombs_make(bombs, LIMIT);
	if (!rig_has(bombs->rig, CGROUP_UNIFIED)) {
		print_message("skipped: there is no v2 tree here\n");
		skip();
	}
	for (int way = 0; way < WAYS; way++) {
		bombs_start(&start);
		rig_write(bombs->rig, CGROUP_UNIFIED, "cgroup.freeze", "1");
		assert_true(becomes(says(bombs, CGROUP_UNIFIED, "cgroup.events", "frozen 1")));
		assert_int_equal(end(bombs, (enum way)way).killed, 6);
		rig_write(bombs->rig, CGROUP_UNIFIED, "cgroup.freeze", "0");
	}
}

/* ---- Where the groups are not all ---- */

static void enter_but_unified(const struct bombs *bombs)
{
	const struct hierarchies *hierarchies = &bombs->rig->hierarchies;

	for (size_t i = 0; i < hierarchies->len; i++) {
		char path[160];
		int fd;

		if (hierarchies->items[i].v2)
			continue;
		snprintf(path, sizeof(path), "%s/cgroup.procs", bombs->rig->path + 1);
		fd = openat(hierarchies->items[i].fd, path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1)
			_exit(125);
		close(fd);
	}
}

static void on_hybrid_who_is_not_in_the_twin_ends_too(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "still", .width = 3};
	pid_t outside;

	bombs_make(bombs, LIMIT);
	if (bombs->rig->hierarchies.layout != CGROUP_LAYOUT_HYBRID) {
		print_message("skipped: this host is not hybrid\n");
		skip();
	}
	bombs_start(&start);
	outside = fork();
	if (outside == 0) {
		enter_but_unified(bombs);
		for (;;)
			pause();
	}
	bombs_grow(bombs, 5);
	assert_int_equal(end(bombs, WAY_ALL).killed, 5);
	assert_false(is_alive(outside));
}

/* Its init forks a child that leaves the group for the one above. */
static int be_init(void *context)
{
	const struct bombs *bombs = context;

	if (fork() == 0) {
		for (size_t i = 0; i < bombs->rig->hierarchies.len; i++) {
			int fd = openat(bombs->rig->hierarchies.items[i].fd, "cgroup.procs",
					O_WRONLY | O_CLOEXEC);

			if (fd < 0 || write(fd, "0", 1) != 1)
				_exit(125);
			close(fd);
		}
		for (;;)
			pause();
	}
	for (;;)
		pause();
}

/* struct init_plan - a process with a pid namespace for its children */
static int start_init(void *context)
{
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0)
		return 1;
	pid = fork();
	if (pid == 0)
		return be_init(context);
	return pid < 0;
}

static pid_t only_member(const struct bombs *bombs)
{
	char text[32];

	rig_read(bombs->rig, CGROUP_PIDS, "cgroup.procs", text, sizeof(text));
	return (pid_t)strtol(text, NULL, 10);
}

static pid_t pid_of_ns(const struct bombs *bombs, pid_t init)
{
	char path[64];
	FILE *file;
	pid_t child = 0;

	(void)bombs;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)init, (int)init);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%d", &child) != 1)
		child = 0;
	cleanup_fclose(&file);
	return child;
}

/* Init alone is in it, once who started it has ended and the child has gone. Its starter is alone, too, before it
 * forks: what is read first has to hold at the end. */
static bool is_init_alone(const struct bombs *bombs, pid_t *out_init, pid_t *out_child)
{
	*out_init = only_member(bombs);
	*out_child = pid_of_ns(bombs, *out_init);
	return *out_child > 0 && bombs_count(bombs, "") == 1 && only_member(bombs) == *out_init;
}

static void with_init_goes_who_left_the_group(void **state)
{
	struct bombs *bombs = *state;
	struct target_request request;
	_cleanup_(cleanup_target)
	struct target *target = NULL;
	struct kill_report report;
	struct err err = ERR_INIT;
	pid_t init = 0, child = 0;

	bombs_make(bombs, LIMIT);
	rig_spawn(bombs->rig, "", start_init, bombs);
	assert_true(becomes(is_init_alone(bombs, &init, &child)));
	request = rig_request(bombs->rig);
	request.leader = init;
	request.pid_namespace = true;
	assert_fine(target_hold(&request, &target, &err), err);
	assert_fine(target_kill(target, &patient, &report, &err), err);
	assert_false(is_alive(request.leader));
	assert_false(is_alive(child));
	/* Without any group init is all there is to end it by. */
	assert_int_equal(report.remaining, 0);
}

static void a_target_without_groups_ends_by_its_init(void **state)
{
	struct bombs *bombs = *state;
	struct target_request request = {.name = "made by hand", .pid_namespace = true};
	_cleanup_(cleanup_target)
	struct target *target = NULL;
	struct kill_report report;
	struct err err = ERR_INIT;
	pid_t init = 0, child = 0;

	bombs_make(bombs, LIMIT);
	rig_spawn(bombs->rig, "", start_init, bombs);
	assert_true(becomes(is_init_alone(bombs, &init, &child)));
	request.leader = init;
	assert_fine(target_hold(&request, &target, &err), err);
	assert_fine(target_kill(target, &patient, &report, &err), err);
	assert_int_equal(report.killed, 1);
	assert_false(is_alive(child));
}

static void a_target_with_neither_is_refused(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "still", .anywhere = true};
	struct target_request request = {.name = "made by hand"};
	_cleanup_(cleanup_target)
	struct target *target = NULL;
	struct kill_report report;
	struct err err = ERR_INIT;

	request.leader = bombs_start(&start);
	assert_fine(target_hold(&request, &target, &err), err);
	assert_int_equal(target_kill(target, &patient, &report, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "boxtop kill --tree"));
	assert_true(is_alive(request.leader));
	kill(request.leader, SIGKILL);
}

/* ---- A plain user ---- */

/* 0 if it is told so, and does not wait for who will not end */
static int try_foreign(const struct bombs *bombs, pid_t unused)
{
	struct target_request request = rig_request(bombs->rig);
	_cleanup_(cleanup_target)
	struct target *target = NULL;
	struct kill_report report;
	struct err err = ERR_INIT;

	(void)unused;
	if (target_hold(&request, &target, &err) < 0)
		return 2;
	if (target_kill(target, &patient, &report, &err) != -EPERM ||
	    !strstr(err.text, "not yours"))
		return 3;
	return report.duration_usec < patient.deadline_usec && report.remaining == 1 ? 0 : 4;
}

static void what_is_not_yours_is_not_waited_for(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "still"};
	pid_t foreign;

	bombs_make(bombs, LIMIT);
	foreign = bombs_start(&start);
	assert_int_equal(bombs_as_user(bombs, foreign, try_foreign), 0);
	assert_true(is_alive(foreign));
}

/* ---- Survivors ---- */

/* A process that its tracer keeps at the door when it ends: no signal gets it further. */
static pid_t keep_at_the_door(const struct bombs *bombs)
{
	struct bomb_start start = {.bombs = bombs, .kind = "still"};
	pid_t pid = bombs_start(&start);

	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT) < 0) {
		print_message("skipped: no process can be traced here: %s\n", strerror(errno));
		skip();
	}
	return pid;
}

static void who_is_still_there_is_named(void **state)
{
	const struct kill_options hasty = {.deadline_usec = 300000};
	struct bombs *bombs = *state;
	struct kill_report report;
	struct err err = ERR_INIT;
	int status;
	pid_t pid;

	bombs_make(bombs, LIMIT);
	pid = keep_at_the_door(bombs);
	_cleanup_(cleanup_target)
	struct target *target = hold(bombs, WAY_ALL);

	assert_int_equal(target_kill(target, &hasty, &report, &err), -EBUSY);
	assert_int_equal(report.remaining, 1);
	assert_int_equal(report.killed, 0);
	assert_int_equal(report.survivors_len, 1);
	assert_int_equal(report.survivors[0].pid, pid);
	assert_string_equal(report.survivors[0].comm, "bomb");
	assert_int_equal(report.survivors[0].state, 't');
	assert_non_null(strstr(err.text, "test: 1 process is still there"));
	assert_true(bombs_limit_is(bombs, "200"));
	/* Let go it ends. */
	assert_true(waitpid(pid, &status, __WALL) == pid);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	assert_true(becomes(bombs_count(bombs, "") == 0));
}

/* struct ending - target_kill() in a thread of its own: a tracer is one thread */
struct ending {
	struct target *target;
	struct kill_options options;
	struct kill_report report;
	struct err err;
	int r;
};

static void *end_it(void *data)
{
	struct ending *ending = data;

	ending->r = target_kill(ending->target, &ending->options, &ending->report, &ending->err);
	return NULL;
}

static void the_dying_are_waited_for_as_long_as_some_of_them_end(void **state)
{
	struct bombs *bombs = *state;
	pthread_t thread;
	pid_t pids[4];

	bombs_make(bombs, LIMIT);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		pids[i] = keep_at_the_door(bombs);
	_cleanup_(cleanup_target)
	struct target *target = hold(bombs, WAY_ALL);
	struct ending ending = {.target = target, .options = {.deadline_usec = 4000000}};

	assert_int_equal(pthread_create(&thread, NULL, end_it, &ending), 0);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		/* Together longer than the deadline. */
		usleep(1500000);
		assert_int_equal(waitpid(pids[i], NULL, __WALL), pids[i]);
		ptrace(PTRACE_CONT, pids[i], NULL, NULL);
	}
	pthread_join(thread, NULL);
	assert_fine(ending.r, ending.err);
	assert_int_equal(ending.report.remaining, 0);
	assert_true(ending.report.duration_usec > ending.options.deadline_usec);
}

/* ---- One signal ---- */

static void a_signal_goes_to_the_first_process_or_to_all(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "still", .width = 3, .below = "/a"};
	struct target_request request;
	_cleanup_(cleanup_target)
	struct target *target = NULL;
	struct err err = ERR_INIT;
	pid_t leader;

	bombs_make(bombs, LIMIT);
	rig_make(bombs->rig, "/a");
	leader = bombs_start(&start);
	request = rig_request(bombs->rig);
	request.leader = leader;
	assert_fine(target_hold(&request, &target, &err), err);
	assert_fine(target_signal(target, SIGTERM, false, &err), err);
	assert_true(becomes(bombs_count(bombs, "/a") == 3));
	assert_false(is_alive(leader));
	assert_int_equal(target_signal(target, SIGTERM, false, &err), -ESRCH);
	assert_fine(target_signal(target, SIGTERM, true, &err), err);
	assert_true(becomes(bombs_count(bombs, "/a") == 0));
	assert_int_equal(target_signal(target, SIGTERM, true, &err), -ESRCH);
	assert_non_null(strstr(err.text, "no process is in it"));
}

static void without_a_first_process_a_signal_says_what_to_do(void **state)
{
	struct bombs *bombs = *state;
	struct err err = ERR_INIT;

	bombs_make(bombs, LIMIT);
	_cleanup_(cleanup_target)
	struct target *target = hold(bombs, WAY_ALL);

	assert_int_equal(target_signal(target, SIGTERM, false, &err), -ESRCH);
	assert_non_null(strstr(err.text, "kill --all"));
}

/* ---- Guarded ---- */

static void when_the_killer_is_killed_nothing_stays_braked_or_frozen(void **state)
{
	struct bombs *bombs = *state;
	unsigned int seed = (unsigned int)getpid();
	bool v1 = rig_has(bombs->rig, CGROUP_FREEZER) && !rig_is_v2(bombs->rig, CGROUP_FREEZER);

	bombs_make(bombs, LIMIT);
	for (int i = 0; i < 24; i++) {
		struct bomb_start start = {.bombs = bombs, .kind = "stay"};
		_cleanup_(cleanup_target)
		struct target *target = hold(bombs, (enum way)(i % WAYS));
		struct killer *killer = NULL;
		struct kill_report report;
		char byte;
		int ready[2];
		pid_t pid;

		bombs_start(&start);
		bombs_grow(bombs, LIMIT / 2);
		assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
		pid = fork();
		if (pid == 0) {
			if (killer_new(target, &killer, NULL) == 0 && write(ready[1], "", 1) == 1)
				killer_run(killer, NULL, &report, NULL);
			for (;;)
				pause();
		}
		close(ready[1]);
		assert_int_equal(read(ready[0], &byte, 1), 1);
		close(ready[0]);
		usleep((useconds_t)(rand_r(&seed) % 6000));
		kill(pid, SIGKILL);
		assert_true(becomes(!is_alive(pid)));
		assert_true(becomes(bombs_limit_is(bombs, "200")));
		if (v1)
			assert_true(
				becomes(says(bombs, CGROUP_FREEZER, "freezer.state", "THAWED")));
		end(bombs, WAY_ALL);
	}
}

#define WITH_BOMBS(test) cmocka_unit_test_setup_teardown(test, bombs_open, bombs_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BOMBS(every_kind_ends_in_every_way),
		WITH_BOMBS(two_thousand_are_gone_and_the_count_at_zero),
		WITH_BOMBS(groups_below_are_emptied_too),
		WITH_BOMBS(groups_are_removed_if_that_is_wanted),
		WITH_BOMBS(a_frozen_v1_group_ends),
		WITH_BOMBS(a_frozen_v2_group_ends),
		WITH_BOMBS(on_hybrid_who_is_not_in_the_twin_ends_too),
		WITH_BOMBS(with_init_goes_who_left_the_group),
		WITH_BOMBS(a_target_without_groups_ends_by_its_init),
		WITH_BOMBS(a_target_with_neither_is_refused),
		WITH_BOMBS(what_is_not_yours_is_not_waited_for),
		WITH_BOMBS(who_is_still_there_is_named),
		WITH_BOMBS(the_dying_are_waited_for_as_long_as_some_of_them_end),
		WITH_BOMBS(a_signal_goes_to_the_first_process_or_to_all),
		WITH_BOMBS(without_a_first_process_a_signal_says_what_to_do),
		WITH_BOMBS(when_the_killer_is_killed_nothing_stays_braked_or_frozen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
