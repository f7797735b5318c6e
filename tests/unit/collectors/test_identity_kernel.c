// SPDX-License-Identifier: MIT
/* Sandboxes made by hand on the running kernel: the recipes of tutorials must show as containers. */
#include "engine_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "collectors/collector.h"

#define COMM "bt-sandboxed"

/** struct sandbox - a process in namespaces and a root of its own, and the one that opened them */
struct sandbox {
	pid_t outer, inner;
	char root[64];
	char cgroup[256]; /* directory that we made; "" for none */
};

static struct collect *collect;
static struct snapshot *snapshot;

static int setup(void **state)
{
	const struct collect_options options = {.root_fd = AT_FDCWD, .state_dirs = true};

	(void)state;
	return collect_new(&options, &collect, NULL);
}

static int teardown(void **state)
{
	(void)state;
	snapshot_unref(snapshot);
	collect_free(collect);
	return 0;
}

static void take_pass(void)
{
	const struct demand demand = {.sources = SOURCE_IDENTITY};

	snapshot_unref(snapshot);
	assert_int_equal(collect_pass(collect, &demand, &snapshot, NULL), 0);
}

/* ---- Making one ---- */

static void inner_main(const char *root, int ready_fd)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (root[0] && (chroot(root) < 0 || chdir("/") < 0))
		_exit(1);
	prctl(PR_SET_NAME, COMM);
	if (write(ready_fd, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void outer_main(const struct sandbox *sandbox, int flags, int pid_fd, int ready_fd)
{
	char file[300];
	pid_t inner;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sandbox->cgroup[0]) {
		snprintf(file, sizeof(file), "%s/cgroup.procs", sandbox->cgroup);
		fd = open(file, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1)
			_exit(1);
	}
	if (unshare(flags) < 0)
		_exit(1);
	inner = fork();
	if (inner == 0)
		inner_main(sandbox->root, ready_fd);
	if (write(pid_fd, &inner, sizeof(inner)) != sizeof(inner))
		_exit(1);
	for (;;)
		pause();
}

/* The inner pid is told by the outer one, because the inner one sees another. */
static bool sandbox_start(struct sandbox *sandbox, int flags)
{
	int pid_pipe[2], ready_pipe[2];
	char ready;
	bool ok;

	assert_int_equal(pipe2(pid_pipe, O_CLOEXEC), 0);
	assert_int_equal(pipe2(ready_pipe, O_CLOEXEC), 0);
	sandbox->outer = fork();
	assert_true(sandbox->outer >= 0);
	if (sandbox->outer == 0)
		outer_main(sandbox, flags, pid_pipe[1], ready_pipe[1]);
	close(pid_pipe[1]);
	close(ready_pipe[1]);
	ok = read(pid_pipe[0], &sandbox->inner, sizeof(pid_t)) == sizeof(pid_t) &&
	     read(ready_pipe[0], &ready, 1) == 1;
	close(pid_pipe[0]);
	close(ready_pipe[0]);
	return ok;
}

static void sandbox_stop(struct sandbox *sandbox)
{
	if (sandbox->outer > 0) {
		kill(sandbox->outer, SIGKILL);
		waitpid(sandbox->outer, NULL, 0);
	}
	if (sandbox->root[0])
		rmdir(sandbox->root);
	/* the inner one dies with its parent, a moment later */
	for (int i = 0; sandbox->cgroup[0] && i < 200 && rmdir(sandbox->cgroup) < 0; i++)
		usleep(10000);
}

static struct sandbox sandbox_new(bool own_root)
{
	struct sandbox sandbox = {.outer = -1};

	if (own_root) {
		strcpy(sandbox.root, "/tmp/bt-root-XXXXXX");
		assert_non_null(mkdtemp(sandbox.root));
	}
	return sandbox;
}

/* ---- Finding it ---- */

/* A process is looked at again while it is young: some passes, until its row is there. */
static const struct container *find_row(pid_t leader)
{
	for (int i = 0; i < 20; i++) {
		take_pass();
		for (size_t c = 0; c < snapshot->containers_len; c++)
			if (snapshot->containers[c].leader == leader)
				return &snapshot->containers[c];
		usleep(50000);
	}
	return NULL;
}

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

/* A plain user may do the same in a user namespace, where the kernel lets it. */
static void unshare_and_chroot_show_as_a_container(void **state)
{
	int flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS;
	struct sandbox sandbox = sandbox_new(true);
	const struct container *row;
	char name[128];

	(void)state;
	if (!sandbox_start(&sandbox, geteuid() ? flags | CLONE_NEWUSER : flags)) {
		sandbox_stop(&sandbox);
		assert_int_not_equal(geteuid(), 0);
		skip();
	}
	row = find_row(sandbox.inner);
	assert_non_null(row);
	snprintf(name, sizeof(name), COMM "@%s", sandbox.root);
	assert_string_equal(row->name, name);
	assert_string_equal(row->engine, "unshare");
	assert_string_equal(row->root_path, sandbox.root);
	assert_int_equal(row->kind, CONTAINER_CONTAINER);
	assert_true(row->by_namespace);
	assert_true(row->confirmed);
	assert_int_equal(row->ns_shared_with_host & (1u << NS_PID | 1u << NS_MNT | 1u << NS_UTS),
			 0);
	assert_true(row->ns_shared_with_host & 1u << NS_NET);
	assert_non_null(row->command);
	sandbox_stop(&sandbox);
}

static void chroot_alone_shows_as_a_container(void **state)
{
	struct sandbox sandbox;
	const struct container *row;

	(void)state;
	need_root();
	sandbox = sandbox_new(true);
	assert_true(sandbox_start(&sandbox, 0));
	row = find_row(sandbox.inner);
	assert_non_null(row);
	assert_string_equal(row->engine, "chroot");
	assert_string_equal(row->root_path, sandbox.root);
	sandbox_stop(&sandbox);
}

static void a_network_namespace_alone_shows_as_none(void **state)
{
	struct sandbox sandbox;

	(void)state;
	need_root();
	sandbox = sandbox_new(false);
	assert_true(sandbox_start(&sandbox, CLONE_NEWNET));
	take_pass();
	usleep(100000);
	take_pass();
	for (size_t c = 0; c < snapshot->containers_len; c++) {
		assert_int_not_equal(snapshot->containers[c].leader, sandbox.inner);
		assert_int_not_equal(snapshot->containers[c].leader, sandbox.outer);
	}
	sandbox_stop(&sandbox);
}

/* At the top of v1's memory hierarchy, or of the unified one; false where we may not */
static bool make_cgroup(struct sandbox *sandbox)
{
	static const char *const mounts[] = {"/sys/fs/cgroup/memory", "/sys/fs/cgroup"};

	for (size_t i = 0; i < ARRAY_LEN(mounts); i++) {
		snprintf(sandbox->cgroup, sizeof(sandbox->cgroup), "%s/bt-engines-%d", mounts[i],
			 getpid());
		if (mkdir(sandbox->cgroup, 0755) == 0)
			return true;
	}
	sandbox->cgroup[0] = '\0';
	return false;
}

static void a_cgroup_by_hand_is_the_container_that_fills_it(void **state)
{
	struct sandbox sandbox;
	const struct container *row;
	char name[64];

	(void)state;
	need_root();
	sandbox = sandbox_new(true);
	if (!make_cgroup(&sandbox)) {
		sandbox_stop(&sandbox);
		skip();
	}
	assert_true(sandbox_start(&sandbox, CLONE_NEWPID | CLONE_NEWNS));
	row = find_row(sandbox.inner);
	assert_non_null(row);
	snprintf(name, sizeof(name), "bt-engines-%d", getpid());
	assert_string_equal(row->name, name);
	assert_string_equal(row->engine, "unshare");
	assert_int_equal(row->kind, CONTAINER_CONTAINER);
	assert_false(row->by_namespace);
	assert_string_equal(snapshot->cgroups[row->cgroup].name, name);
	sandbox_stop(&sandbox);
}

static void a_look_alike_below_it_is_marked(void **state)
{
	struct sandbox sandbox;
	const struct container *row;
	char above[256];

	(void)state;
	need_root();
	sandbox = sandbox_new(false);
	if (!make_cgroup(&sandbox))
		skip();
	strcpy(above, sandbox.cgroup);
	strcat(sandbox.cgroup, "/docker-" ID("a1") ".scope");
	assert_int_equal(mkdir(sandbox.cgroup, 0755), 0);
	assert_true(sandbox_start(&sandbox, 0));
	row = find_row(sandbox.outer);
	assert_non_null(row);
	assert_string_equal(row->engine, "docker");
	assert_string_equal(row->name, SHORT("a1"));
	assert_false(row->confirmed);
	sandbox_stop(&sandbox);
	rmdir(above);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unshare_and_chroot_show_as_a_container),
		cmocka_unit_test(chroot_alone_shows_as_a_container),
		cmocka_unit_test(a_network_namespace_alone_shows_as_none),
		cmocka_unit_test(a_cgroup_by_hand_is_the_container_that_fills_it),
		cmocka_unit_test(a_look_alike_below_it_is_marked),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
