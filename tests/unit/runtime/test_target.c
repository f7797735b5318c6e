/* SPDX-License-Identifier: MIT */
/* Holding a target: what is held, what is refused, what is noticed. On the kernel of this machine. */
#include "cg_rig.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/dir.h"
#include "base/parse.h"
#include "runtime/target_private.h"

static void assert_says(const struct err *err, const char *words)
{
	if (!strstr(err->text, words))
		print_error("'%s' does not say '%s'\n", err->text, words);
	assert_non_null(strstr(err->text, words));
}

static uint64_t start_ticks_of(pid_t pid)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct parse_stat stat;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	assert_int_equal(dir_read(AT_FDCWD, path, &text, NULL), 0);
	assert_int_equal(parse_proc_stat(strbuf_span(&text), &stat, NULL), 0);
	return stat.start_ticks;
}

static void a_target_is_held_in_every_hierarchy(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	_cleanup_(cleanup_target)
	struct target *target = NULL;
	struct err err = ERR_INIT;

	rig_need_root();
	rig_make(rig, "");
	assert_fine(target_hold(&request, &target, &err), err);
	assert_int_equal(target->places_len, rig->hierarchies.len);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		enum cgroup_controller controller = (enum cgroup_controller)c;
		const struct target_place *place = target_place_of(target, controller);

		assert_int_equal(place != NULL, rig_has(rig, controller));
		assert_true(!place || place->v2 == rig_is_v2(rig, controller));
	}
	assert_string_equal(target_name(target), "test");
}

static void processes_count_once_however_many_hierarchies_and_levels(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	_cleanup_(cleanup_target)
	struct target *target = NULL;
	struct err err = ERR_INIT;
	uint64_t n = 99;

	rig_need_root();
	rig_make(rig, "");
	rig_make(rig, "/below");
	rig_make(rig, "/below/deeper");
	assert_fine(target_hold(&request, &target, &err), err);
	assert_fine(target_count(target, &n, &err), err);
	assert_int_equal(n, 0);
	assert_false(target_is_populated(target));
	rig_spawn(rig, "/below/deeper", NULL, NULL);
	assert_fine(target_count(target, &n, &err), err);
	assert_int_equal(n, 1);
	assert_true(target_is_populated(target));
	rig_spawn(rig, "/below/deeper", NULL, NULL);
	rig_spawn(rig, "/below", NULL, NULL);
	assert_fine(target_count(target, &n, &err), err);
	assert_int_equal(n, 3);
}

static void a_path_that_another_group_has_now_is_stale(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	struct target *target = NULL;
	struct err err = ERR_INIT;

	rig_need_root();
	rig_make(rig, "");
	assert_fine(target_hold(&request, &target, &err), err);
	request.inode = target_place_of(target, request.primary)->inode;
	target_free(target);
	assert_fine(target_hold(&request, &target, &err), err);
	target_free(target);
	rig_remove(rig, "");
	rig_make(rig, "");
	assert_int_equal(target_hold(&request, &target, &err), -ESTALE);
	assert_null(target);
	assert_says(&err, "another one is called so now");
}

static void a_group_that_is_gone_is_not_held(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	struct target *target = NULL;
	struct err err = ERR_INIT;

	if (rig->hierarchies.len == 0)
		skip();
	assert_int_equal(target_hold(&request, &target, &err), -ENOENT);
	assert_says(&err, "is gone");
}

static void a_removed_group_is_empty_and_counts_nothing(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	_cleanup_(cleanup_target)
	struct target *target = NULL;
	struct err err = ERR_INIT;
	uint64_t n = 99;

	rig_need_root();
	rig_make(rig, "");
	assert_fine(target_hold(&request, &target, &err), err);
	rig_remove(rig, "");
	assert_false(target_is_populated(target));
	assert_fine(target_count(target, &n, &err), err);
	assert_int_equal(n, 0);
}

static void paths_that_lead_elsewhere_are_not_followed(void **state)
{
	static const char *const paths[] = {"/../..", "/..", "/x/../../../etc", "../../etc"};
	struct rig *rig = *state;

	if (rig->hierarchies.len == 0)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct target_request request = rig_request(rig);
		struct target *target = NULL;
		struct err err = ERR_INIT;

		for (int c = 0; c < CGROUP_CONTROLLERS; c++)
			request.paths[c] = request.paths[c] ? paths[i] : NULL;
		assert_true(target_hold(&request, &target, &err) < 0);
		assert_null(target);
	}
}

/* ---- Refusals ---- */

static void the_root_is_refused(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	struct target *target = NULL;
	struct err err = ERR_INIT;

	if (rig->hierarchies.len == 0)
		skip();
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		request.paths[c] = request.paths[c] ? "/" : NULL;
	assert_int_equal(target_hold(&request, &target, &err), -EPERM);
	assert_says(&err, "refused");
	request.paths[request.primary] = "//";
	assert_int_equal(target_hold(&request, &target, &err), -EPERM);
}

static void init_scope_is_refused(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	struct target *target = NULL;
	struct err err = ERR_INIT;
	char path[128];

	rig_need_root();
	rig_make(rig, "");
	rig_make(rig, "/init.scope");
	snprintf(path, sizeof(path), "%s/init.scope", rig->path);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		request.paths[c] = request.paths[c] ? path : NULL;
	assert_int_equal(target_hold(&request, &target, &err), -EPERM);
	assert_says(&err, "holds systemd");
}

/* In a process that is in the group: tries to hold it. Returns the errno of the refusal. */
static int hold_own(void *context)
{
	struct target *target = NULL;
	struct err err = ERR_INIT;
	int r = target_hold(context, &target, &err);

	target_free(target);
	return r == -EPERM && strstr(err.text, "boxtop itself is in") ? EPERM : 0;
}

static void our_own_group_and_those_above_it_are_refused(void **state)
{
	static const char *const below[] = {"", "/x", "/x/y"};
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);

	rig_need_root();
	for (size_t i = 0; i < ARRAY_LEN(below); i++)
		rig_make(rig, below[i]);
	for (size_t i = 0; i < ARRAY_LEN(below); i++) {
		pid_t pid = rig_spawn(rig, below[i], hold_own, &request);
		int status = rig_wait(rig, pid);

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EPERM);
	}
}

static int hold_below_x(void *context)
{
	struct target *target = NULL;
	struct err err = ERR_INIT;
	int r = target_hold(context, &target, &err);

	target_free(target);
	return r == 0 ? 7 : 0;
}

static void a_group_beside_or_below_our_own_is_not_refused(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	char path[128];
	int status;

	rig_need_root();
	rig_make(rig, "");
	rig_make(rig, "/x");
	rig_make(rig, "/xy");
	snprintf(path, sizeof(path), "%s/x", rig->path);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		request.paths[c] = request.paths[c] ? path : NULL;
	status = rig_wait(rig, rig_spawn(rig, "", hold_below_x, &request));
	assert_int_equal(WEXITSTATUS(status), 7);
	/* "/xy" is not below "/x", though its text starts so. */
	status = rig_wait(rig, rig_spawn(rig, "/xy", hold_below_x, &request));
	assert_int_equal(WEXITSTATUS(status), 7);
}

static void pid_1_is_refused_as_leader(void **state)
{
	struct target_request request = {.name = "all", .leader = 1};
	struct target *target = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(target_hold(&request, &target, &err), -EPERM);
	assert_says(&err, "PID 1");
}

static void we_and_our_ancestors_are_refused_as_leader(void **state)
{
	pid_t pids[] = {getpid(), getppid()};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		struct target_request request = {.name = "us", .leader = pids[i]};
		struct target *target = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(target_hold(&request, &target, &err), -EPERM);
		assert_says(&err, "refused");
	}
}

/* ---- The leader ---- */

static void a_leader_is_held_by_pidfd_and_start_time(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	_cleanup_(cleanup_target)
	struct target *target = NULL;
	struct pollfd ended;
	struct err err = ERR_INIT;

	rig_need_root();
	rig_make(rig, "");
	request.leader = rig_spawn(rig, "", NULL, NULL);
	request.leader_start_ticks = start_ticks_of(request.leader);
	assert_fine(target_hold(&request, &target, &err), err);
	assert_int_equal(target->leader, request.leader);
	ended = (struct pollfd) {.fd = target->pidfd, .events = POLLIN};
	assert_int_equal(poll(&ended, 1, 0), 0);
	rig_end(rig, request.leader);
	assert_int_equal(poll(&ended, 1, 60000), 1);
}

static void a_pid_used_anew_is_no_leader(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	_cleanup_(cleanup_target)
	struct target *target = NULL;
	struct err err = ERR_INIT;

	rig_need_root();
	rig_make(rig, "");
	request.leader = rig_spawn(rig, "", NULL, NULL);
	request.leader_start_ticks = start_ticks_of(request.leader) + 1;
	assert_fine(target_hold(&request, &target, &err), err);
	assert_int_equal(target->leader, 0);
	assert_int_equal(target->pidfd, -1);
}

static void without_cgroup_the_leader_is_all_there_is(void **state)
{
	struct rig *rig = *state;
	struct target_request request = {.name = "bare"};
	struct target *target = NULL;
	struct err err = ERR_INIT;
	uint64_t n;
	pid_t pid = fork();

	(void)rig;
	if (pid == 0)
		for (;;)
			pause();
	request.leader = pid;
	request.leader_start_ticks = start_ticks_of(pid);
	assert_fine(target_hold(&request, &target, &err), err);
	assert_true(target_is_populated(target));
	assert_int_equal(target_count(target, &n, &err), -EOPNOTSUPP);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_false(target_is_populated(target));
	target_free(target);
	assert_int_equal(target_hold(&request, &target, &err), -ENOENT);
}

#define ON_KERNEL(test) cmocka_unit_test_setup_teardown(test, rig_open, rig_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_KERNEL(a_target_is_held_in_every_hierarchy),
		ON_KERNEL(processes_count_once_however_many_hierarchies_and_levels),
		ON_KERNEL(a_path_that_another_group_has_now_is_stale),
		ON_KERNEL(a_group_that_is_gone_is_not_held),
		ON_KERNEL(a_removed_group_is_empty_and_counts_nothing),
		ON_KERNEL(paths_that_lead_elsewhere_are_not_followed),
		ON_KERNEL(the_root_is_refused),
		ON_KERNEL(init_scope_is_refused),
		ON_KERNEL(our_own_group_and_those_above_it_are_refused),
		ON_KERNEL(a_group_beside_or_below_our_own_is_not_refused),
		ON_KERNEL(pid_1_is_refused_as_leader),
		ON_KERNEL(we_and_our_ancestors_are_refused_as_leader),
		ON_KERNEL(a_leader_is_held_by_pidfd_and_start_time),
		ON_KERNEL(a_pid_used_anew_is_no_leader),
		ON_KERNEL(without_cgroup_the_leader_is_all_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
