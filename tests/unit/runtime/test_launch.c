/* SPDX-License-Identifier: MIT */
/* A command in namespaces of its own: what it sees, what it may, how it ends, and how launching fails. */
#include "launch_rig.h"

#include <sys/prctl.h>

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

static void assert_says(struct rig *rig, const char *line, const char *expected)
{
	assert_string_equal(rig_sh(rig, line), expected);
}

static void a_command_runs_and_its_exit_code_comes_back(void **state)
{
	struct rig *rig = *state;

	assert_says(rig, "echo hello; exit 7", "hello\n");
	assert_int_equal(rig->code, 7);
}

static void a_command_that_dies_of_a_signal_gives_128_and_its_number(void **state)
{
	struct rig *rig = *state;

	rig_sh(rig, "kill -9 $$");
	assert_int_equal(rig->code, 128 + SIGKILL);
}

static void what_is_not_there_is_127_and_what_is_no_program_126(void **state)
{
	struct rig *rig = *state;

	rig_args(rig, (const char *const[]) {"no-such-program", NULL});
	assert_true(rig_run_cg(rig, NULL) < 0);
	assert_int_equal(rig->code, -127);
	assert_non_null(strstr(rig->err.text, "no-such-program"));
	rig_args(rig, (const char *const[]) {"/etc/passwd", NULL});
	assert_true(rig_run_cg(rig, NULL) < 0);
	assert_int_equal(rig->code, -126);
}

static void a_program_without_its_loader_is_told_from_one_that_is_not_there(void **state)
{
	struct rig *rig = *state;
	char path[128];

	tree_add(rig->root, "bin/script", "#!/bin/nothing\n");
	snprintf(path, sizeof(path), "%s/bin/script", rig->root);
	assert_int_equal(chmod(path, 0755), 0);
	rig_args(rig, (const char *const[]) {"/bin/script", NULL});
	assert_true(rig_run_cg(rig, NULL) < 0);
	assert_int_equal(rig->code, -127);
	assert_non_null(strstr(rig->err.text, "it is there, but its interpreter"));
}

static void nothing_of_the_host_is_in_its_root(void **state)
{
	struct rig *rig = *state;

	assert_says(rig, "ls /", "bin\ndev\netc\nproc\nrun\nsys\ntmp\n");
	assert_says(rig, "wc -l < /proc/self/mountinfo | grep -c .", "1\n");
	assert_says(rig, "grep -c -e /home -e /boxtop-test- /proc/self/mountinfo | sed s/[01]/few/",
		    "few\n");
}

static void it_is_alone_with_its_init(void **state)
{
	struct rig *rig = *state;

	assert_says(rig, "cat /proc/1/comm; set -- /proc/[0-9]*; echo $#", "boxtop-init\n2\n");
	/* init keeps nothing open; it lets go of the launch while the command begins already */
	assert_says(
		rig,
		"n=0; while [ $(ls /proc/1/fd 2>/dev/null | wc -l) != 0 ] && [ $n -lt 5000 ]; do "
		"n=$((n + 1)); done; ls /proc/1/fd 2>/dev/null | wc -l",
		"0\n");
}

static void every_namespace_is_its_own(void **state)
{
	static const char *const names[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"};
	struct rig *rig = *state;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char line[64], path[64], host[64];
		ssize_t n;

		snprintf(line, sizeof(line), "readlink /proc/self/ns/%s", names[i]);
		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		n = readlink(path, host, sizeof(host) - 2);
		assert_true(n > 0);
		snprintf(host + n, 2, "\n");
		assert_string_not_equal(rig_sh(rig, line), host);
		assert_non_null(strstr(rig->said, names[i]));
	}
}

static void each_namespace_can_be_the_hosts(void **state)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} shared[] = {{SPEC_NS_PID, "pid"}, {SPEC_NS_NET, "net"},	{SPEC_NS_IPC, "ipc"},
		      {SPEC_NS_UTS, "uts"}, {SPEC_NS_CGROUP, "cgroup"}, {SPEC_NS_USER, "user"}};
	struct rig *rig = *state;
	unsigned int all = rig->spec.namespaces;

	for (size_t i = 0; i < ARRAY_LEN(shared); i++) {
		char path[64], line[96], here[64], expected[80];
		ssize_t n;

		/* Without a user namespace of its own it takes root. */
		if (shared[i].bit == SPEC_NS_USER && geteuid() != 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/ns/%s", shared[i].name);
		n = readlink(path, here, sizeof(here) - 1);
		assert_true(n > 0);
		snprintf(line, sizeof(line), "readlink %s", path);
		snprintf(expected, sizeof(expected), "%.*s\n", (int)n, here);
		rig->spec.namespaces = all & ~shared[i].bit;
		assert_says(rig, line, expected);
	}
}

static void its_devices_are_six_and_real(void **state)
{
	struct rig *rig = *state;

	assert_says(
		rig,
		"stat -c '%n %t:%T' /dev/null /dev/zero /dev/full /dev/random /dev/urandom "
		"/dev/tty",
		"/dev/null 1:3\n/dev/zero 1:5\n/dev/full 1:7\n/dev/random 1:8\n/dev/urandom 1:9\n"
		"/dev/tty 5:0\n");
	assert_says(
		rig, "echo $(ls /dev)",
		"fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero\n");
}

static void a_forged_device_of_the_image_is_not_used(void **state)
{
	struct rig *rig = *state;

	tree_add(rig->root, "dev/null", "not a device");
	assert_says(rig, "stat -c %t:%T /dev/null; echo x > /dev/null; wc -c < /dev/null",
		    "1:3\n0\n");
}

static void loopback_is_up_and_alone(void **state)
{
	struct rig *rig = *state;

	assert_says(rig, "ip -o link | grep -c .; ip -o link | grep -c 'lo: <LOOPBACK,UP'",
		    "1\n1\n");
}

static void it_has_the_host_name_that_was_asked_for(void **state)
{
	struct rig *rig = *state;

	rig->spec.hostname = arena_strdup(&rig->spec.arena, "inside-1");
	assert_says(rig, "hostname", "inside-1\n");
}

static void a_long_name_makes_a_host_name_that_the_kernel_takes(void **state)
{
	struct rig *rig = *state;
	char names[2][SPEC_NAME_MAX + 1], said[2][80];

	for (int i = 0; i < 2; i++) {
		memset(names[i], 'n', SPEC_NAME_MAX);
		names[i][SPEC_NAME_MAX - 1] = (char)('0' + i);
		names[i][SPEC_NAME_MAX] = '\0';
		rig->spec.name = names[i];
		snprintf(said[i], sizeof(said[i]), "%.70s", rig_sh(rig, "hostname"));
		assert_int_equal(strlen(said[i]), SPEC_HOSTNAME_MAX + 1);
		assert_memory_equal(said[i], names[i], 50);
	}
	assert_string_not_equal(said[0], said[1]);
	rig->spec.name = NULL;
}

static void what_it_may_is_little(void **state)
{
	struct rig *rig = *state;

	assert_says(rig, "grep -e CapInh -e CapAmb -e NoNewPrivs -e Seccomp: /proc/self/status",
		    "CapInh:\t0000000000000000\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:"
		    "\t2\n");
	rig_sh(rig, "grep CapBnd /proc/self/status");
	assert_int_equal(strtoull(rig->said + 8, NULL, 16), rig->spec.process.caps);
	rig_sh(rig, "grep CapEff /proc/self/status");
	assert_int_equal(strtoull(rig->said + 8, NULL, 16), rig->spec.process.caps);
}

static void what_tells_of_the_host_is_masked(void **state)
{
	struct rig *rig = *state;

	assert_says(rig, "wc -c < /proc/interrupts", "0\n");
	assert_says(
		rig, "echo 1 2>&1 > /proc/sys/kernel/panic || echo refused",
		"/bin/sh: can't create /proc/sys/kernel/panic: Read-only file system\nrefused\n");
	assert_says(rig, "touch /sys/x 2>/dev/null || echo refused", "refused\n");
}

static void a_user_is_found_in_the_root_with_its_groups(void **state)
{
	struct rig *rig = *state;

	if (geteuid() != 0)
		skip();
	rig->spec.process.user = arena_strdup(&rig->spec.arena, "kim");
	assert_says(rig, "id -u; id -g; id -G; grep CapEff /proc/self/status",
		    "1234\n1235\n1235 44\nCapEff:\t0000000000000000\n");
	rig->spec.process.user = arena_strdup(&rig->spec.arena, "nobody-here");
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	assert_true(rig_run_cg(rig, NULL) < 0);
	assert_non_null(strstr(rig->err.text, "nobody-here"));
}

static void no_descriptor_of_the_caller_leaks(void **state)
{
	struct rig *rig = *state;
	int fds[16];

	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = open("/",
			      O_RDONLY | O_DIRECTORY); /* without CLOEXEC, as a careless caller */
	assert_says(rig, "ls /proc/self/fd", "0\n1\n2\n3\n");
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
}

static void a_working_directory_outside_is_refused(void **state)
{
	struct rig *rig = *state;
	int fd = open("/", O_RDONLY | O_DIRECTORY);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rig->spec.process.cwd = arena_strdup(&rig->spec.arena, path);
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	assert_true(rig_run_cg(rig, NULL) < 0);
	assert_non_null(strstr(rig->err.text, "working directory"));
	close(fd);
}

static void changes_of_an_ephemeral_root_vanish(void **state)
{
	struct rig *rig = *state;
	char path[128];

	rig->spec.root.ephemeral = true;
	assert_says(rig, "echo new > /file && cat /file", "new\n");
	snprintf(path, sizeof(path), "%s/file", rig->root);
	assert_int_equal(access(path, F_OK), -1);
}

static void a_read_only_root_takes_no_writes(void **state)
{
	struct rig *rig = *state;

	rig->spec.root.readonly = true;
	assert_says(rig, "touch /file 2>/dev/null || echo refused; touch /tmp/file && echo fine",
		    "refused\nfine\n");
}

static void the_root_of_the_host_can_be_used_and_stays_as_it_is(void **state)
{
	struct rig *rig = *state;

	close(rig->layers.root_fd);
	rig->layers.root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	rig->spec.root.kind = SPEC_ROOT_HOST;
	spec_mask_host_secrets(&rig->spec, "/root");
	assert_says(
		rig,
		"echo x > /etc/boxtop-test-file && cat /etc/boxtop-test-file; wc -c < /etc/shadow",
		"x\n0\n");
	assert_int_equal(access("/etc/boxtop-test-file", F_OK), -1);
}

static int as_plain_user(void (*body)(void **), void **state)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct rig *rig = *state;

		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(99);
		prctl(PR_SET_DUMPABLE, 1);
		body(state);
		(void)rig;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void plain_dir(void **state)
{
	rig_sh(*state,
	       "id -u; ls / | wc -l; cat /proc/self/setgroups; grep CapBnd /proc/self/status");
	printf("%s", ((struct rig *)*state)->said);
	if (strncmp(((struct rig *)*state)->said, "0\n7\ndeny\n", 9) != 0)
		_exit(1);
}

static void plain_host(void **state)
{
	struct rig *rig = *state;

	close(rig->layers.root_fd);
	rig->layers.root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	rig->spec.root.kind = SPEC_ROOT_HOST;
	rig_sh(rig,
	       "echo x > /etc/boxtop-test-file; cat /etc/boxtop-test-file; ls /usr | grep -c bin");
	printf("%s", rig->said);
	if (strcmp(rig->said, "x\n2\n") != 0)
		_exit(1);
}

static void a_plain_user_gets_all_of_it(void **state)
{
	struct rig *rig = *state;

	if (geteuid() != 0)
		skip();
	rig->spec.root.ephemeral = true;
	assert_int_equal(as_plain_user(plain_dir, state), 0);
	assert_int_equal(as_plain_user(plain_host, state), 0);
}

static unsigned int count_fds(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static unsigned int count_mounts(void)
{
	_cleanup_(cleanup_fclose)
	FILE *f = fopen("/proc/self/mountinfo", "re");
	unsigned int n = 0;
	int c;

	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		n += c == '\n';
	return n;
}

static void a_hundred_launches_leave_nothing_behind(void **state)
{
	struct rig *rig = *state;
	unsigned int fds, mounts;

	rig_own_mounts(rig);
	mounts = count_mounts();
	rig->spec.root.ephemeral = true;
	rig_sh(rig, "true");
	fds = count_fds();
	for (int i = 0; i < 100; i++) {
		rig_args(rig, (const char *const[]) {i % 2 ? "/bin/true" : "/no/such", NULL});
		rig_run_cg(rig, NULL);
	}
	assert_int_equal(count_fds(), fds);
	assert_int_equal(count_mounts(), mounts);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_command_runs_and_its_exit_code_comes_back),
		TEST(a_command_that_dies_of_a_signal_gives_128_and_its_number),
		TEST(what_is_not_there_is_127_and_what_is_no_program_126),
		TEST(a_program_without_its_loader_is_told_from_one_that_is_not_there),
		TEST(nothing_of_the_host_is_in_its_root),
		TEST(it_is_alone_with_its_init),
		TEST(every_namespace_is_its_own),
		TEST(each_namespace_can_be_the_hosts),
		TEST(its_devices_are_six_and_real),
		TEST(a_forged_device_of_the_image_is_not_used),
		TEST(loopback_is_up_and_alone),
		TEST(it_has_the_host_name_that_was_asked_for),
		TEST(a_long_name_makes_a_host_name_that_the_kernel_takes),
		TEST(what_it_may_is_little),
		TEST(what_tells_of_the_host_is_masked),
		TEST(a_user_is_found_in_the_root_with_its_groups),
		TEST(no_descriptor_of_the_caller_leaks),
		TEST(a_working_directory_outside_is_refused),
		TEST(changes_of_an_ephemeral_root_vanish),
		TEST(a_read_only_root_takes_no_writes),
		TEST(the_root_of_the_host_can_be_used_and_stays_as_it_is),
		TEST(a_plain_user_gets_all_of_it),
		TEST(a_hundred_launches_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
