/* SPDX-License-Identifier: MIT */
/* Entering a running sandbox, terminals, and given namespaces. */
#include "enter_rig.h"

#include <sys/syscall.h>

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

static void who_enters_is_where_the_sandbox_is(void **state)
{
	static const char *const names[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"};
	struct rig *rig = *state;
	struct live live;

	live_start(rig, &live);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char line[64], path[64], there[64];
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/ns/%s", live.launched.pid, names[i]);
		n = readlink(path, there, sizeof(there) - 2);
		assert_true(n > 0);
		snprintf(there + n, 2, "\n");
		snprintf(line, sizeof(line), "readlink /proc/self/ns/%s", names[i]);
		assert_string_equal(enter_sh(rig, &live, line), there);
	}
	assert_string_equal(enter_sh(rig, &live, "cat /proc/1/comm; exit 5"), "boxtop-init\n");
	assert_int_equal(rig->code, 5);
	live_end(&live);
}

static void who_enters_may_no_more_than_the_sandbox(void **state)
{
	struct rig *rig = *state;
	struct live live;

	live_start(rig, &live);
	enter_sh(rig, &live, "grep CapBnd /proc/self/status");
	assert_int_equal(strtoull(rig->said + 8, NULL, 16), rig->spec.process.caps);
	assert_string_equal(
		enter_sh(rig, &live,
			 "grep -e CapInh -e CapAmb -e NoNewPrivs -e Seccomp: /proc/self/status"),
		"CapInh:\t0000000000000000\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\n"
		"Seccomp:\t2\n");
	assert_string_equal(enter_sh(rig, &live, "ls /proc/self/fd"), "0\n1\n2\n3\n");
	live_end(&live);
}

static void a_plain_user_enters_a_sandbox_of_his_own(void **state)
{
	struct rig *rig = *state;
	struct live live;
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	rig->spec.root.ephemeral = true;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(99);
		live_start(rig, &live);
		enter_sh(rig, &live, "cat /proc/1/comm; id -u");
		live_end(&live);
		_exit(strcmp(rig->said, "boxtop-init\n0\n") != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void init_ends_with_its_command_whatever_the_caller_ignores(void **state)
{
	struct rig *rig = *state;
	struct live live;
	struct pollfd poller;

	signal(SIGCHLD, SIG_IGN);
	live_start(rig, &live);
	signal(SIGCHLD, SIG_DFL);
	/* To init, which hands it on. */
	kill(live.launched.pid, SIGTERM);
	poller = (struct pollfd) {.fd = live.launched.pidfd, .events = POLLIN};
	assert_int_equal(poll(&poller, 1, 60000), 1);
	assert_int_equal(rig_reap(live.launched.pid), 128 + SIGTERM);
	close(live.launched.pidfd);
}

static void the_end_of_init_is_the_end_of_who_entered(void **state)
{
	struct rig *rig = *state;
	struct live live;
	struct launched launched;
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct launch_request request = {.spec = &rig->spec, .stdio = {null_fd, null_fd, null_fd}};

	live_start(rig, &live);
	request.pidfd = live.launched.pidfd;
	assert_int_equal(launch_enter(&request, &launched, &rig->err), 0);
	kill(live.launched.pid, SIGKILL);
	/* In this order: an init is not gone before all who were in its namespace are reaped. */
	assert_int_equal(rig_reap(launched.pid), 128 + SIGKILL);
	live_end(&live);
	close(launched.pidfd);
	close(null_fd);
}

static void a_terminal_is_a_terminal_of_the_size_asked_for(void **state)
{
	struct rig *rig = *state;
	const struct launch_request request = {.spec = &rig->spec, .layers = &rig->layers};
	struct launched launched;

	rig->spec.process.terminal = true;
	rig->spec.process.rows = 33;
	rig->spec.process.columns = 101;
	rig_args(rig, (const char *const[]) {
			      "/bin/sh", "-c",
			      "busybox stty size; readlink /proc/self/fd/0; echo > /dev/tty; "
			      "stat -c %t /dev/tty",
			      NULL});
	if (launch(&request, &launched, &rig->err) < 0)
		fail_msg("launch: %s", rig->err.text);
	assert_true(launched.console_fd >= 0);
	rig_listen(rig, launched.console_fd);
	assert_string_equal(rig->said, "33 101\r\n/dev/pts/0\r\n\r\n5\r\n");
	assert_int_equal(rig_reap(launched.pid), 0);
	close(launched.console_fd);
	close(launched.pidfd);
}

static void a_namespace_of_another_sandbox_can_be_joined(void **state)
{
	struct rig *rig = *state;
	struct live live;
	char path[64], there[64];
	ssize_t n;

	if (geteuid() != 0)
		skip();
	rig->spec.namespaces &= ~(unsigned int)SPEC_NS_USER;
	live_start(rig, &live);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", live.launched.pid);
	n = readlink(path, there, sizeof(there) - 2);
	assert_true(n > 0);
	snprintf(there + n, 2, "\n");
	rig->spec.namespaces &= ~(unsigned int)SPEC_NS_NET;
	rig->spec.ns_paths[3] = arena_strdup(&rig->spec.arena, path);
	assert_string_equal(rig_sh(rig, "readlink /proc/self/ns/net"), there);
	live_end(&live);
}

static void a_sandbox_dies_with_who_started_it(void **state)
{
	struct rig *rig = *state;
	struct pollfd wait = {.events = POLLIN};
	int fds[2], pidfd = -1;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct live live;

		live_start(rig, &live);
		if (write(fds[1], &live.launched.pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		pause();
		_exit(0);
	}
	{
		pid_t init;

		assert_int_equal(read(fds[0], &init, sizeof(init)), sizeof(init));
		pidfd = (int)syscall(SYS_pidfd_open, init, 0);
	}
	assert_true(pidfd >= 0);
	kill(pid, SIGKILL);
	assert_int_equal(rig_reap(pid), 128 + SIGKILL);
	wait.fd = pidfd;
	assert_int_equal(poll(&wait, 1, 30000), 1);
	close(pidfd);
	close(fds[0]);
	close(fds[1]);
}

static pid_t enter_and_stay(struct rig *rig, struct live *live)
{
	struct launch_request request = {.spec = &rig->spec, .pidfd = live->launched.pidfd};
	struct launched launched;

	for (int i = 0; i < 3; i++)
		request.stdio[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
	rig_args(rig, (const char *const[]) {"/bin/sleep", "1000", NULL});
	return launch_enter(&request, &launched, &rig->err) < 0 ? -1 : launched.pid;
}

static void who_entered_dies_with_who_let_him_in(void **state)
{
	struct rig *rig = *state;
	struct pollfd wait = {.events = POLLIN};
	struct live live;
	int fds[2];
	pid_t pid, entered;

	live_start(rig, &live);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		entered = enter_and_stay(rig, &live);
		if (write(fds[1], &entered, sizeof(entered)) != sizeof(entered))
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(fds[0], &entered, sizeof(entered)), sizeof(entered));
	assert_true(entered > 0);
	wait.fd = (int)syscall(SYS_pidfd_open, entered, 0);
	assert_true(wait.fd >= 0);
	kill(pid, SIGKILL);
	assert_int_equal(rig_reap(pid), 128 + SIGKILL);
	assert_int_equal(poll(&wait, 1, 60000), 1);
	close(wait.fd);
	close(fds[0]);
	close(fds[1]);
	live_end(&live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_enters_is_where_the_sandbox_is),
		TEST(who_enters_may_no_more_than_the_sandbox),
		TEST(a_plain_user_enters_a_sandbox_of_his_own),
		TEST(init_ends_with_its_command_whatever_the_caller_ignores),
		TEST(the_end_of_init_is_the_end_of_who_entered),
		TEST(a_terminal_is_a_terminal_of_the_size_asked_for),
		TEST(a_namespace_of_another_sandbox_can_be_joined),
		TEST(a_sandbox_dies_with_who_started_it),
		TEST(who_entered_dies_with_who_let_him_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
