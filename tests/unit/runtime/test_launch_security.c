/* SPDX-License-Identifier: MIT */
/* What hostile images and programs have done to other runtimes, and what comes of it here. */
#include "launch_rig.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

static void put_probe(struct rig *rig)
{
	char command[512];

	snprintf(command, sizeof(command), "cp '%s' %s/bin/probe", TEST_PROBE, rig->root);
	assert_int_equal(system(command), 0);
}

static void calls_into_the_kernels_surface_are_refused(void **state)
{
	struct rig *rig = *state;

	put_probe(rig);
	assert_string_equal(
		rig_sh(rig, "/bin/probe"),
		"unshare EPERM\nclone EPERM\nclone3 ENOSYS\nsetns EPERM\nmount EPERM\n"
		"umount EPERM\nopen_tree ENOSYS\nfsopen ENOSYS\nkeyctl EPERM\nbpf EPERM\n"
		"perf_event_open EPERM\nuserfaultfd EPERM\nio_uring_setup ENOSYS\n"
		"tiocsti EPERM\ntiocsti64 EPERM\ntioclinux EPERM\nmknod EPERM\n"
		"swapon EPERM\nreboot EPERM\nlater ENOSYS\ngetpid allowed\n");
}

static void without_a_filter_it_is_the_namespaces_that_refuse(void **state)
{
	struct rig *rig = *state;

	put_probe(rig);
	rig->spec.seccomp = SPEC_SECCOMP_NONE;
	rig_sh(rig, "/bin/probe");
	assert_null(strstr(rig->said, "mount allowed"));
	assert_null(strstr(rig->said, "mknod allowed"));
	assert_null(strstr(rig->said, "reboot allowed"));
	assert_non_null(strstr(rig->said, "unshare allowed"));
}

static void refuse_image_link(struct rig *rig, const char *name, const char *target)
{
	tree_add(rig->root, name, target);
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	assert_true(rig_run_cg(rig, NULL) < 0);
	assert_non_null(strstr(rig->err.text, name));
	assert_non_null(strstr(rig->err.text, "the image has no directory there"));
}

static void an_image_whose_proc_is_a_link_is_refused(void **state)
{
	refuse_image_link(*state, "proc", "-> /tmp");
}

static void an_image_whose_sys_is_a_link_is_refused(void **state)
{
	refuse_image_link(*state, "sys", "-> /tmp");
}

static void an_image_whose_dev_is_a_link_gets_its_devices_inside_the_root(void **state)
{
	struct rig *rig = *state;
	char outside[64], line[160], path[160];

	tree_make(outside, NULL, 0);
	snprintf(line, sizeof(line), "-> %s", outside);
	tree_add(rig->root, "dev", line);
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	rig_run_cg(rig, NULL);
	snprintf(path, sizeof(path), "%s/null", outside);
	assert_int_equal(access(path, F_OK), -1);
	tree_remove(outside);
}

static void a_bind_through_a_link_of_the_image_stays_in_the_root(void **state)
{
	struct rig *rig = *state;
	struct spec_mount mount = {.destination = arena_strdup(&rig->spec.arena, "/link/sub"),
				   .type = arena_strdup(&rig->spec.arena, "bind"),
				   .source = arena_strdup(&rig->spec.arena, "/etc")};
	char outside[64], line[160], path[160];

	tree_make(outside, NULL, 0);
	snprintf(line, sizeof(line), "-> %s", outside);
	tree_add(rig->root, "link", line);
	rig->spec.mounts = &mount;
	rig->spec.mounts_len = 1;
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	rig_run_cg(rig, NULL);
	snprintf(path, sizeof(path), "%s/sub", outside);
	assert_int_equal(access(path, F_OK), -1);
	tree_remove(outside);
	rig->spec.mounts = NULL;
	rig->spec.mounts_len = 0;
}

static void a_bind_of_another_kind_of_file_is_refused_in_words(void **state)
{
	static const struct {
		const char *source, *destination, *says;
	} cases[] = {
		{"/etc/passwd", "/bin", "mount a file on /bin: the root has a directory there"},
		{"/etc", "/file", "mount a directory on /file: the root has a file there"},
	};
	struct rig *rig = *state;

	tree_add(rig->root, "file", "");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena = &rig->spec.arena;
		struct spec_mount mount = {.destination = arena_strdup(arena, cases[i].destination),
					   .type = arena_strdup(arena, "bind"),
					   .source = arena_strdup(arena, cases[i].source)};

		rig->spec.mounts = &mount;
		rig->spec.mounts_len = 1;
		rig_args(rig, (const char *const[]) {"/bin/true", NULL});
		assert_true(rig_run_cg(rig, NULL) < 0);
		assert_non_null(strstr(rig->err.text, cases[i].says));
	}
	rig->spec.mounts = NULL;
	rig->spec.mounts_len = 0;
}

/* A link to where something is mounted is no device that a bundle has bound. */
static void a_link_in_the_place_of_a_device_is_covered(void **state)
{
	struct rig *rig = *state;
	char outside[64];
	struct spec_mount mount = {.destination = arena_strdup(&rig->spec.arena, "/dev"),
				   .type = arena_strdup(&rig->spec.arena, "bind")};

	tree_make(outside, (const struct tree_file[]) {{"zero", "-> /proc"}}, 1);
	mount.source = arena_strdup(&rig->spec.arena, outside);
	rig->spec.mounts = &mount;
	rig->spec.mounts_len = 1;
	assert_string_equal(rig_sh(rig, "stat -c %t:%T /dev/zero"), "1:5\n");
	tree_remove(outside);
	rig->spec.mounts = NULL;
	rig->spec.mounts_len = 0;
}

static unsigned int count_mounts(void)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	unsigned int lines = 0;

	assert_non_null(file);
	for (int c; (c = fgetc(file)) != EOF;)
		lines += c == '\n';
	fclose(file);
	return lines;
}

/* struct racer - exchanges a directory and a link to the host while mounts are made through them */
struct racer {
	char a[128], b[128];
	atomic_bool stop;
};

static void *race(void *data)
{
	struct racer *racer = data;

	while (!racer->stop)
		syscall(SYS_renameat2, AT_FDCWD, racer->a, AT_FDCWD, racer->b,
			2 /* RENAME_EXCHANGE */);
	return NULL;
}

static void a_racing_image_gets_nothing_mounted_on_the_host(void **state)
{
	struct rig *rig = *state;
	struct spec_mount mount = {.destination = arena_strdup(&rig->spec.arena, "/a/made-by-race"),
				   .type = arena_strdup(&rig->spec.arena, "tmpfs"),
				   .source = arena_strdup(&rig->spec.arena, "tmpfs")};
	struct racer racer = {.stop = false};
	char outside[64], line[160], path[160];
	pthread_t thread;
	unsigned int before;

	rig_own_mounts(rig);
	before = count_mounts();
	tree_make(outside, NULL, 0);
	snprintf(line, sizeof(line), "-> %s", outside);
	tree_add(rig->root, "a/x", "");
	tree_add(rig->root, "b", line);
	snprintf(racer.a, sizeof(racer.a), "%s/a", rig->root);
	snprintf(racer.b, sizeof(racer.b), "%s/b", rig->root);
	rig->spec.mounts = &mount;
	rig->spec.mounts_len = 1;
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	assert_int_equal(pthread_create(&thread, NULL, race, &racer), 0);
	for (int i = 0; i < 500; i++)
		rig_run_cg(rig, NULL);
	racer.stop = true;
	pthread_join(thread, NULL);
	assert_int_equal(count_mounts(), before);
	snprintf(path, sizeof(path), "%s/made-by-race", outside);
	assert_int_equal(access(path, F_OK), -1);
	tree_remove(outside);
	rig->spec.mounts = NULL;
	rig->spec.mounts_len = 0;
}

static void our_own_binary_is_not_what_runs_inside(void **state)
{
	struct rig *rig = *state;

	/* An interpreter of "/proc/self/exe" runs whatever the launcher is: here, no file at all. */
	tree_add(rig->root, "bin/evil", "#!/proc/self/exe\n");
	rig_sh(rig, "busybox chmod +x /bin/evil; /bin/evil 2>/dev/null; readlink /proc/1/exe || "
		    "echo hidden; "
		    "echo x 2>/dev/null > /proc/1/exe || echo refused");
	assert_string_equal(rig->said, "hidden\nrefused\n");
}

static void release_agents_and_v1_hierarchies_are_out_of_reach(void **state)
{
	struct rig *rig = *state;

	/* CAP_SYS_ADMIN of the sandbox's own namespace does not help as long as the filter stands. */
	rig->spec.process.caps |= 1ull << 21;
	rig_sh(rig, "busybox mkdir /tmp/c; "
		    "mount -t cgroup -o memory none /tmp/c 2>/dev/null && echo mounted; "
		    "busybox unshare -Urm mount -t cgroup -o memory none /tmp/c 2>/dev/null && "
		    "echo nested; "
		    "busybox find / -name release_agent -o -name notify_on_release 2>/dev/null");
	assert_string_equal(rig->said, "");
}

static void a_group_that_a_file_keeps_out_can_not_be_dropped_by_a_plain_user(void **state)
{
	struct rig *rig = *state;
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(99);
		rig->spec.root.ephemeral = true;
		_exit(strcmp(rig_sh(rig, "cat /proc/self/setgroups"), "deny\n") != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void no_socket_of_ours_can_be_reached_by_a_name(void **state)
{
	struct rig *rig = *state;

	rig->spec.namespaces &= ~(unsigned int)SPEC_NS_NET;
	assert_string_equal(rig_sh(rig, "grep -c ' @.*boxtop' /proc/net/unix"), "0\n");
}

static void other_sandboxes_can_not_be_seen_or_signalled(void **state)
{
	struct rig *rig = *state;
	char line[128];

	snprintf(line, sizeof(line),
		 "kill -0 %d 2>/dev/null && echo seen; ls -d /proc/%d 2>/dev/null", getpid(),
		 getpid());
	assert_string_equal(rig_sh(rig, line), "");
}

static void no_program_can_be_run_through_a_descriptor_of_the_launch(void **state)
{
	struct rig *rig = *state;
	char path[64];

	/* The root of the tree, its layers and the host's "/" are all open somewhere on the way in. */
	for (int fd = 3; fd < 40; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d/bin/busybox", fd);
		rig_args(rig, (const char *const[]) {path, "true", NULL});
		assert_true(rig_run_cg(rig, NULL) < 0);
		assert_int_equal(rig->code, -127);
	}
}

/* What is mounted here while a sandbox runs */
static unsigned int launch_and_count(struct rig *rig)
{
	const struct launch_request request = {
		.spec = &rig->spec, .layers = &rig->layers, .stdio = {0, 1, 2}};
	struct launched launched;
	unsigned int mounts;

	if (launch(&request, &launched, &rig->err) < 0)
		_exit(98);
	mounts = count_mounts();
	kill(launched.pid, SIGKILL);
	rig_reap(launched.pid);
	return mounts;
}

/* In a mount namespace of the test's own, for it is the machine's mounts that are shared here. */
static int launch_over_shared_mounts(struct rig *rig)
{
	unsigned int before;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(rig->root, rig->root, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
		return 97;
	close(rig->layers.root_fd);
	rig->layers.root_fd = open(rig->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	before = count_mounts();
	rig_args(rig, (const char *const[]) {"/bin/sleep", "1000", NULL});
	return launch_and_count(rig) != before;
}

/* Without a user namespace of its own no rule of the kernel's helps. */
static void what_is_mounted_inside_does_not_come_out_of_a_shared_mount(void **state)
{
	struct rig *rig = *state;
	unsigned int namespaces = rig->spec.namespaces;

	if (geteuid() != 0)
		skip();
	for (int i = 0; i < 4; i++) {
		int status;
		pid_t pid;

		rig->spec.root.ephemeral = i & 1;
		rig->spec.namespaces =
			i & 2 ? namespaces & ~(unsigned int)SPEC_NS_USER : namespaces;
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			_exit(launch_over_shared_mounts(rig));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status != 0)
			fail_msg("variant %d: status %#x", i, status);
	}
}

static void init_may_signal_and_nothing_else(void **state)
{
	assert_string_equal(rig_sh(*state, "grep -E '^(Cap|NoNewPrivs)' /proc/1/status; "
					   "ls /proc/1/fd 2>/dev/null; cat /proc/1/environ "
					   "2>/dev/null; echo"),
			    "CapInh:\t0000000000000000\nCapPrm:\t0000000000000020\n"
			    "CapEff:\t0000000000000020\nCapBnd:\t0000000000000020\n"
			    "CapAmb:\t0000000000000000\nNoNewPrivs:\t1\n\n");
}

static void a_user_is_a_name_of_the_root_or_a_whole_number_in_range(void **state)
{
	static const char *const refused[] = {
		"-1",	      "+1",	      "1x",
		"0x0",	      " 0",	      "",
		"4294967295", "4294967296",   "18446744073709551616",
		"0:-1",	      "0:4294967295", "0:",
		"minus",      "wide",	      "root:nobody",
	};
	struct rig *rig = *state;

	if (geteuid() != 0)
		skip();
	/* Lines of a hostile image that a lax reader takes for root's or for nobody's. */
	tree_add(rig->root, "etc/passwd",
		 "root:x:0:0::/:/bin/sh\nminus:x:-1:-1::/:\nwide:x:4294967296:0::/:\n");
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		rig->spec.process.user = arena_strdup(&rig->spec.arena, refused[i]);
		rig_args(rig, (const char *const[]) {"/bin/true", NULL});
		if (rig_run_cg(rig, NULL) >= 0)
			fail_msg("user \"%s\" was taken", refused[i]);
	}
	rig->spec.process.user = arena_strdup(&rig->spec.arena, "12:34");
	assert_string_equal(rig_sh(rig, "id -u; id -g; grep CapEff /proc/self/status"),
			    "12\n34\nCapEff:\t0000000000000000\n");
}

/* The mounts of every sandbox: what each must have, and be. */
static const struct wanted_mount {
	const char *point, *options;
	bool may_lack; /* a host without a v2 tree of its own has none */
} wanted_mounts[] = {
	{"/proc", "nosuid nodev noexec", false},
	{"/dev", "nosuid nodev noexec", false},
	{"/dev/pts", "nosuid noexec", false},
	{"/dev/shm", "nosuid nodev noexec", false},
	{"/dev/mqueue", "nosuid nodev noexec", false},
	{"/sys", "ro nosuid nodev noexec", false},
	{"/sys/fs/cgroup", "ro nosuid nodev noexec", true},
	{"/run", "nosuid nodev", false},
	{"/tmp", "nosuid nodev", false},
};

/* The options of the mount that is uppermost there, from lines of "POINT,OPTIONS,"; empty: there is none */
static struct span options_of(const char *said, const char *point)
{
	struct span rest = span_of(said), line, options = {"", 0};

	while (span_next_line(&rest, &line)) {
		size_t len = strlen(point);

		if (line.len > len && strncmp(line.p, point, len) == 0 && line.p[len] == ',')
			options = (struct span) {line.p + len, line.len - len};
	}
	return options;
}

static void assert_options(const char *said, const struct wanted_mount *wanted)
{
	struct span options = options_of(said, wanted->point), rest = span_of(wanted->options),
		    word;

	if (options.len == 0 && wanted->may_lack)
		return;
	while (span_next_part(&rest, ' ', &word)) {
		char option[32];

		snprintf(option, sizeof(option), ",%.*s,", (int)word.len, word.p);
		if (!memmem(options.p, options.len, option, strlen(option)))
			fail_msg("%s lacks %s: %.*s", wanted->point, option, (int)options.len,
				 options.p);
	}
}

static void its_mounts_allow_what_they_are_for(void **state)
{
	static const char *const list = "while read -r device point type options rest; do "
					"echo \"$point,$options,\"; done </proc/self/mounts";
	struct rig *rig = *state;

	rig_sh(rig, list);
	for (size_t i = 0; i < ARRAY_LEN(wanted_mounts); i++)
		assert_options(rig->said, &wanted_mounts[i]);
	/* Where the network is the host's, so is /sys, and it is not to be written to either. */
	rig->spec.namespaces &= ~(unsigned int)SPEC_NS_NET;
	rig_sh(rig, list);
	assert_options(rig->said, &(struct wanted_mount) {"/sys", "ro", false});
	rig_sh(rig, "echo >/sys/kernel/profiling 2>&1");
	assert_non_null(strstr(rig->said, "Read-only file system"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(calls_into_the_kernels_surface_are_refused),
		TEST(without_a_filter_it_is_the_namespaces_that_refuse),
		TEST(an_image_whose_proc_is_a_link_is_refused),
		TEST(an_image_whose_sys_is_a_link_is_refused),
		TEST(an_image_whose_dev_is_a_link_gets_its_devices_inside_the_root),
		TEST(a_bind_through_a_link_of_the_image_stays_in_the_root),
		TEST(a_bind_of_another_kind_of_file_is_refused_in_words),
		TEST(a_link_in_the_place_of_a_device_is_covered),
		TEST(a_racing_image_gets_nothing_mounted_on_the_host),
		TEST(our_own_binary_is_not_what_runs_inside),
		TEST(release_agents_and_v1_hierarchies_are_out_of_reach),
		TEST(a_group_that_a_file_keeps_out_can_not_be_dropped_by_a_plain_user),
		TEST(no_socket_of_ours_can_be_reached_by_a_name),
		TEST(other_sandboxes_can_not_be_seen_or_signalled),
		TEST(no_program_can_be_run_through_a_descriptor_of_the_launch),
		TEST(init_may_signal_and_nothing_else),
		TEST(a_user_is_a_name_of_the_root_or_a_whole_number_in_range),
		TEST(what_is_mounted_inside_does_not_come_out_of_a_shared_mount),
		TEST(its_mounts_allow_what_they_are_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
