/* SPDX-License-Identifier: MIT */
/* Rules that no image, bundle, caller or process inside gets around; each of these fails without its rule. */
#include "enter_rig.h"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
#define FORGED	   "a file of the image"

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

/* As a bundle says it: these mounts and no others. @mounts lives as long as the spec */
static void only_mounts(struct rig *rig, struct spec_mount *mounts, size_t len)
{
	rig->spec.only_mounts = true;
	rig->spec.mounts = mounts;
	rig->spec.mounts_len = len;
}

static struct spec_mount mount_of(struct rig *rig, const char *destination, const char *type,
				  const char *source)
{
	struct arena *arena = &rig->spec.arena;

	return (struct spec_mount) {.destination = arena_strdup(arena, destination),
				    .type = arena_strdup(arena, type),
				    .source = arena_strdup(arena, source)};
}

static void assert_refused(struct rig *rig, const char *words)
{
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	assert_true(rig_run_cg(rig, NULL) < 0);
	if (!strstr(rig->err.text, words))
		fail_msg("'%s' does not say '%s'", rig->err.text, words);
}

/* The file below the root or elsewhere still says what it said. */
static void assert_untouched(const char *dir, const char *path)
{
	char full[256], text[64] = "";
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	file = fopen(full, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	assert_string_equal(text, FORGED);
	fclose(file);
}

/* ---- False devices ---- */

static void a_forged_null_of_a_bundles_image_is_covered(void **state)
{
	struct rig *rig = *state;
	struct spec_mount mounts[] = {mount_of(rig, "/proc", "proc", "proc")};

	only_mounts(rig, mounts, 1);
	tree_add(rig->root, "dev/null", FORGED);
	assert_string_equal(rig_sh(rig, "stat -c %t:%T /dev/null; cat /proc/interrupts"), "1:3\n");
}

static void a_null_that_is_a_link_of_the_image_leads_nowhere(void **state)
{
	struct rig *rig = *state;
	struct spec_mount mounts[] = {mount_of(rig, "/proc", "proc", "proc")};

	only_mounts(rig, mounts, 1);
	/* A file that the host has, too. */
	tree_add(rig->root, "dev/null", "-> /etc/passwd");
	rig_args(rig, (const char *const[]) {
			      "/bin/sh", "-c",
			      "stat -Lc %t:%T /dev/null; cat /dev/null /proc/interrupts", NULL});
	/* A kernel may not be willing to mount on a link. */
	if (rig_run_cg(rig, NULL) < 0)
		assert_non_null(strstr(rig->err.text, "/dev/null"));
	else
		assert_string_equal(rig->said, "1:3\n");
}

static void a_forged_null_of_a_bundle_masks_nothing(void **state)
{
	struct rig *rig = *state;
	struct spec_mount mounts[] = {mount_of(rig, "/proc", "proc", "proc"),
				      mount_of(rig, "/dev/null", "bind", "/etc/passwd")};

	only_mounts(rig, mounts, 2);
	assert_refused(rig, "1:3");
}

/* ---- A false /proc ---- */

static void a_false_proc_of_the_image_is_not_written(void **state)
{
	struct rig *rig = *state;

	only_mounts(rig, NULL, 0);
	rig->spec.root.ephemeral = false;
	rig->spec.masked_paths.len = rig->spec.readonly_paths.len = 0;
	tree_add(rig->root, "proc/self/oom_score_adj", FORGED);
	tree_add(rig->root, "proc/sys/net/ipv4/ip_forward", FORGED);
	rig->spec.process.oom_score_adj = 500;
	rig->spec.process.oom_score_adj_set = true;
	assert_refused(rig, "not the kernel's");
	rig->spec.process.oom_score_adj_set = false;
	spec_list_add(&rig->spec, &rig->spec.sysctls, "net.ipv4.ip_forward=1");
	assert_refused(rig, "not the kernel's");
	assert_untouched(rig->root, "proc/self/oom_score_adj");
	assert_untouched(rig->root, "proc/sys/net/ipv4/ip_forward");
}

static void what_is_mounted_in_proc_is_not_written(void **state)
{
	struct rig *rig = *state;
	char outside[64];
	struct spec_mount mounts[2];

	tree_make(outside, (const struct tree_file[]) {{"ipv4/ip_forward", FORGED}}, 1);
	assert_int_equal(chmod(outside, 0777), 0);
	mounts[0] = mount_of(rig, "/proc", "proc", "proc");
	mounts[1] = mount_of(rig, "/proc/sys/net", "bind", outside);
	only_mounts(rig, mounts, 2);
	rig->spec.masked_paths.len = rig->spec.readonly_paths.len = 0;
	spec_list_add(&rig->spec, &rig->spec.sysctls, "net.ipv4.ip_forward=1");
	assert_refused(rig, "ip_forward");
	assert_untouched(outside, "ipv4/ip_forward");
	tree_remove(outside);
}

/* ---- The terminal ---- */

#define NAMES 64

/* A terminal of somebody else stands under every name that the new one's other end could have. */
static void terminal_of_another(struct rig *rig, struct spec_mount *mounts, const char *dir,
				const char *other)
{
	mounts[0] = mount_of(rig, "/proc", "proc", "proc");
	mounts[1] = mount_of(rig, "/dev/pts", "bind", dir);
	mounts[2] = mount_of(rig, "/dev/pts/ptmx", "bind", "/dev/pts/ptmx");
	tree_add(dir, "ptmx", "");
	for (int i = 0; i < NAMES; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/dev/pts/%d", i);
		tree_add(dir, path + strlen("/dev/pts/"), "");
		mounts[3 + i] = mount_of(rig, path, "bind", other);
	}
	only_mounts(rig, mounts, 3 + NAMES);
}

static void nothing_goes_to_a_terminal_that_has_the_name_of_ours(void **state)
{
	struct rig *rig = *state;
	const struct launch_request request = {.spec = &rig->spec, .layers = &rig->layers};
	struct spec_mount mounts[3 + NAMES];
	struct launched launched;
	char dir[64], said[64];
	int other = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), peer;

	need_root();
	assert_true(other >= 0 && unlockpt(other) == 0);
	peer = open(ptsname(other), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(peer >= 0);
	tree_make(dir, NULL, 0);
	terminal_of_another(rig, mounts, dir, ptsname(other));
	rig->spec.namespaces &= ~(unsigned int)SPEC_NS_USER;
	rig->spec.process.terminal = true;
	rig_args(rig, (const char *const[]) {"/bin/echo", "secret", NULL});
	/* The kernel may find that there is no other end, which is as good. */
	if (launch(&request, &launched, &rig->err) == 0) {
		rig_reap(launched.pid);
		close(launched.console_fd);
		close(launched.pidfd);
	}
	assert_int_equal(fcntl(other, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(read(other, said, sizeof(said)), -1);
	close(peer);
	close(other);
	tree_remove(dir);
}

/* ---- What the caller has ---- */

/* In a child that has changed itself by @change; what the line says in a sandbox, and to who enters it */
static void assert_inside_of(struct rig *rig, void (*change)(void), const char *line,
			     const char *expected)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct live live;

		change();
		if (strcmp(rig_sh(rig, line), expected) != 0) {
			print_error("in a sandbox: %s\n", rig->said);
			_exit(1);
		}
		live_start(rig, &live);
		enter_sh(rig, &live, line);
		live_end(&live);
		if (strcmp(rig->said, expected) != 0)
			print_error("who enters: %s\n", rig->said);
		_exit(strcmp(rig->said, expected) != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void take_groups(void)
{
	const gid_t groups[] = {0, 44, 1000};

	if (setgroups(ARRAY_LEN(groups), groups) < 0)
		_exit(97);
}

static void groups_of_the_caller_do_not_come_along(void **state)
{
	struct rig *rig = *state;

	need_root();
	assert_inside_of(rig, take_groups, "id -G", "0\n");
	rig->spec.namespaces &= ~(unsigned int)SPEC_NS_USER;
	assert_inside_of(rig, take_groups, "id -G", "0\n");
}

static void take_inheritable(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		_exit(97);
	data[0].inheritable = data[0].permitted;
	data[1].inheritable = data[1].permitted;
	if (syscall(SYS_capset, &head, data) < 0 ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0) < 0)
		_exit(97);
}

static void inheritable_capabilities_of_the_caller_do_not_come_along(void **state)
{
	static const char line[] = "grep -e CapInh -e CapAmb /proc/self/status";
	static const char none[] = "CapInh:\t0000000000000000\nCapAmb:\t0000000000000000\n";
	struct rig *rig = *state;

	need_root();
	assert_inside_of(rig, take_inheritable, line, none);
	rig->spec.namespaces &= ~(unsigned int)SPEC_NS_USER;
	assert_inside_of(rig, take_inheritable, line, none);
}

/* ---- Those who enter ---- */

static void no_descriptor_leads_out_for_who_enters(void **state)
{
	struct rig *rig = *state;
	char path[64];
	struct live live;

	live_start(rig, &live);
	/* As a careless caller has them. */
	for (int i = 0; i < 8; i++)
		assert_true(open("/", O_RDONLY | O_DIRECTORY) >= 0);
	for (int fd = 3; fd < 40; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		rig->spec.process.cwd = arena_strdup(&rig->spec.arena, path);
		rig_args(rig, (const char *const[]) {"/bin/true", NULL});
		assert_true(enter(rig, &live) < 0);
		rig->spec.process.cwd = NULL;
		snprintf(path, sizeof(path), "/proc/self/fd/%d/bin/busybox", fd);
		rig_args(rig, (const char *const[]) {path, "true", NULL});
		assert_true(enter(rig, &live) < 0);
	}
	live_end(&live);
}

/* Whoever is root inside, with all capabilities and no filter, looks into all that come in. */
static void who_enters_can_not_be_looked_into(void **state)
{
	struct rig *rig = *state;
	struct live live;
	struct launch_request request = {.spec = &rig->spec, .layers = &rig->layers};
	char command[512], said[4096] = "";
	size_t len = 0;
	int fds[2];
	ssize_t n;

	snprintf(command, sizeof(command), "cp '%s' %s/bin/probe", TEST_PROBE, rig->root);
	assert_int_equal(system(command), 0);
	rig->spec.seccomp = SPEC_SECCOMP_NONE;
	rig->spec.process.caps = (1ull << 41) - 1;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	request.stdio[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	request.stdio[1] = request.stdio[2] = fds[1];
	rig_args(rig, (const char *const[]) {"/bin/probe", "hunt", NULL});
	if (launch(&request, &live.launched, &rig->err) < 0)
		fail_msg("launch: %s", rig->err.text);
	close(fds[1]);
	assert_int_equal(read(fds[0], said, 6), 6);
	for (int i = 0; i < 60; i++)
		enter_sh(rig, &live, "true");
	live_end(&live);
	while (len < sizeof(said) - 1 && (n = read(fds[0], said + len, sizeof(said) - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = '\0';
	assert_string_equal(said, "");
	close(fds[0]);
	close(request.stdio[0]);
}

static void the_program_of_a_launch_can_be_neither_written_nor_read(void **state)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	struct rig *rig = *state;
	unsigned int found = 0;

	rig_sh(rig, "true");
	for (int fd = 3; fd < 64; fd++) {
		char path[64], link[64];
		struct stat st;
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, link, sizeof(link) - 1);
		link[n < 0 ? 0 : n] = '\0';
		if (strncmp(link, "/memfd:boxtop-inside", 20) != 0)
			continue;
		found++;
		assert_int_equal(fcntl(fd, F_GET_SEALS) & seals, seals);
		assert_int_equal(pwrite(fd, "x", 1, 0), -1);
		/* The kernel lets nobody look into who runs what can't be read. */
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0111);
	}
	assert_int_equal(found, 1);
}

/* ---- Namespaces that are given ---- */

/* A user namespace with a network namespace in it, of a plain user; its pid. Ends with us */
static pid_t hold_namespaces(void)
{
	int fds[2];
	char byte;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		_exit(97);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 || write(fds[1], "x", 1) != 1)
			_exit(97);
		for (;;)
			pause();
	}
	close(fds[1]);
	if (read(fds[0], &byte, 1) != 1)
		_exit(96);
	close(fds[0]);
	return pid;
}

static void map_root(pid_t pid)
{
	const struct {
		const char *file, *text;
	} files[] = {{"setgroups", "deny"}, {"uid_map", "0 65534 1"}, {"gid_map", "0 65534 1"}};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i].file);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, files[i].text, strlen(files[i].text)) < 0)
			_exit(95);
		close(fd);
	}
}

static const char *path_of(struct rig *rig, pid_t pid, const char *ns)
{
	return arena_printf(&rig->spec.arena, "/proc/%d/ns/%s", pid, ns);
}

/* Its network namespace may be entered by who is root in its user namespace, and by no plain user else. */
static void join_as_plain_user(struct rig *rig)
{
	char there[64];
	ssize_t n;
	pid_t pid;

	if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
		_exit(99);
	prctl(PR_SET_DUMPABLE, 1);
	pid = hold_namespaces();
	map_root(pid);
	rig->spec.root.ephemeral = true;
	rig->spec.namespaces &= ~(unsigned int)(SPEC_NS_USER | SPEC_NS_NET);
	rig->spec.ns_paths[0] = (char *)(uintptr_t)path_of(rig, pid, "user");
	rig->spec.ns_paths[3] = (char *)(uintptr_t)path_of(rig, pid, "net");
	n = readlink(rig->spec.ns_paths[3], there, sizeof(there) - 2);
	snprintf(there + (n > 0 ? n : 0), 2, "\n");
	_exit(strcmp(rig_sh(rig, "readlink /proc/self/ns/net"), there) != 0);
}

static void a_given_user_namespace_is_joined_before_the_others(void **state)
{
	int status;
	pid_t pid;

	need_root();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		join_as_plain_user(*state);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_forged_null_of_a_bundles_image_is_covered),
		TEST(a_null_that_is_a_link_of_the_image_leads_nowhere),
		TEST(a_forged_null_of_a_bundle_masks_nothing),
		TEST(a_false_proc_of_the_image_is_not_written),
		TEST(what_is_mounted_in_proc_is_not_written),
		TEST(nothing_goes_to_a_terminal_that_has_the_name_of_ours),
		TEST(groups_of_the_caller_do_not_come_along),
		TEST(inheritable_capabilities_of_the_caller_do_not_come_along),
		TEST(no_descriptor_leads_out_for_who_enters),
		TEST(who_enters_can_not_be_looked_into),
		TEST(the_program_of_a_launch_can_be_neither_written_nor_read),
		TEST(a_given_user_namespace_is_joined_before_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
