/* SPDX-License-Identifier: MIT */
/* What of the caller or of the host could come along unasked, and does not. */
#include "enter_rig.h"

#include <linux/keyctl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void put_probe(struct rig *rig)
{
	char command[512];

	snprintf(command, sizeof(command), "cp '%s' %s/bin/probe", TEST_PROBE, rig->root);
	assert_int_equal(system(command), 0);
}

/* In a child, since @body changes what can't be changed back */
static void assert_in_child(struct rig *rig, int (*body)(struct rig *rig))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body(rig));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

/* ---- Keys ---- */

static int look_for_key(struct rig *rig)
{
	struct live live;

	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return 77;
	if (syscall(SYS_add_key, "user", "boxtop-test", "secret", 6, KEY_SPEC_SESSION_KEYRING) < 0)
		return 97;
	rig_sh(rig, "/bin/probe key");
	if (strcmp(rig->said, "ENOKEY\n") != 0) {
		print_error("in a sandbox: %s\n", rig->said);
		return 1;
	}
	live_start(rig, &live);
	enter_sh(rig, &live, "/bin/probe key");
	live_end(&live);
	if (strcmp(rig->said, "ENOKEY\n") != 0)
		print_error("who enters: %s\n", rig->said);
	return strcmp(rig->said, "ENOKEY\n") != 0;
}

/* The default filter refuses the calls; many a bundle's allows them. */
static void keys_of_the_caller_do_not_come_along(void **state)
{
	struct rig *rig = *state;

	put_probe(rig);
	rig->spec.seccomp = SPEC_SECCOMP_NONE;
	assert_in_child(rig, look_for_key);
	if (geteuid() == 0) {
		rig->spec.namespaces &= ~(unsigned int)SPEC_NS_USER;
		assert_in_child(rig, look_for_key);
	}
}

/* ---- The terminal of the caller ---- */

/* Who has it as controlling terminal types into it, or reads what is meant for somebody else. */
static int write_to_terminal(struct rig *rig)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	char said[64];

	if (setsid() < 0 || master < 0 || unlockpt(master) < 0)
		return 97;
	slave = open(ptsname(master), O_RDWR | O_CLOEXEC);
	if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) < 0 || fcntl(master, F_SETFL, O_NONBLOCK) < 0)
		return 97;
	rig_sh(rig, "(echo for the terminal >/dev/tty) 2>/dev/null || echo none");
	return strcmp(rig->said, "none\n") != 0 || read(master, said, sizeof(said)) > 0;
}

static void the_terminal_of_the_caller_is_nobodys_inside(void **state)
{
	assert_in_child(*state, write_to_terminal);
}

/* ---- Directories of the caller ---- */

/* What is open as standard input may well be a directory; it is no way out. */
static void standard_input_is_no_way_out(void **state)
{
	struct rig *rig = *state;
	struct launch_request request = {.spec = &rig->spec, .layers = &rig->layers};
	struct launched launched;

	for (int i = 0; i < 3; i++)
		request.stdio[i] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rig->spec.process.cwd = arena_strdup(&rig->spec.arena, "/proc/self/fd/0");
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	assert_true(launch(&request, &launched, &rig->err) < 0);
	assert_non_null(strstr(rig->err.text, "outside of the root"));
	for (int i = 0; i < 3; i++)
		close(request.stdio[i]);
}

/* ---- init ---- */

static void nobody_looks_into_init_while_it_starts(void **state)
{
	struct rig *rig = *state;

	put_probe(rig);
	rig_args(rig, (const char *const[]) {"/bin/probe", "peek", NULL});
	for (int i = 0; i < 50; i++) {
		assert_int_equal(rig_run_cg(rig, NULL), 0);
		assert_string_equal(rig->said, "");
	}
}

/* ---- What is the host's ---- */

/* A file system of the host's own whose network is shared has all that is mounted in it. */
static void cgroups_of_the_host_are_not_in_its_sys(void **state)
{
	struct rig *rig = *state;

	rig->spec.namespaces &= ~(unsigned int)SPEC_NS_NET;
	rig_sh(rig, "ls /sys/class >/dev/null || echo no /sys; "
		    "for file in release_agent notify_on_release cgroup.subtree_control; do "
		    "busybox find /sys/fs/cgroup -name $file; done; ls /sys/fs/pstore /sys/fs/bpf "
		    "2>/dev/null | grep -v ^/sys | grep .");
	assert_string_equal(rig->said, "");
}

/* Of v2 only what is one's own, and only to be read. */
static void no_cgroup_can_be_written_inside(void **state)
{
	static const char line[] =
		"grep -c ' - cgroup ' /proc/self/mountinfo; "
		"grep ' - cgroup2 ' /proc/self/mountinfo | grep -v -c '/sys/fs/cgroup ro,'; "
		"mkdir /sys/fs/cgroup/x 2>/dev/null && echo made";
	struct rig *rig = *state;

	/* As on a v2 host, where it is mounted: with the rights of its root over the file system. */
	rig->spec.process.caps |= 1ull << 21;
	assert_string_equal(rig_sh(rig, line), "0\n0\n");
}

/* In a mount namespace of the test's own, where the host's device is another one. */
static int launch_with_false_device(struct rig *rig)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("/dev/zero", "/dev/full", NULL, MS_BIND, NULL) < 0)
		return 97;
	close(rig->layers.root_fd);
	rig->layers.root_fd = open(rig->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	return rig_run_cg(rig, NULL) >= 0 || !strstr(rig->err.text, "1:7");
}

static void a_device_of_the_host_that_is_another_is_refused(void **state)
{
	need_root();
	assert_in_child(*state, launch_with_false_device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_of_the_caller_do_not_come_along),
		TEST(the_terminal_of_the_caller_is_nobodys_inside),
		TEST(standard_input_is_no_way_out),
		TEST(nobody_looks_into_init_while_it_starts),
		TEST(cgroups_of_the_host_are_not_in_its_sys),
		TEST(no_cgroup_can_be_written_inside),
		TEST(a_device_of_the_host_that_is_another_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
