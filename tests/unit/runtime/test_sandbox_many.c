/* SPDX-License-Identifier: MIT */
/* Sandboxes one after the other and all at once: what a process that starts them holds, and what is on the
 * machine, is the same afterwards. */
#include "launch_rig.h"

#include <dirent.h>
#include <glob.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include "runtime/sandbox.h"
#include "runtime/systemd.h"

#define TEST(name)  cmocka_unit_test_setup_teardown(name, many_setup, many_teardown)
#define ONE_BY_ONE  1000
#define AT_ONCE	    100
#define NAME_PREFIX "boxtop-test-many"

/* Mounts are counted, and the machine's are everybody's: in a mount namespace of the test's own. What
 * becomes an orphan is seen, too. */
static int many_setup(void **state)
{
	rig_setup(state);
	if (geteuid() != 0)
		return 0;
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	return 0;
}

static int many_teardown(void **state)
{
	return rig_teardown(state);
}

/* So many, or fewer where BOXTOP_TEST_RUNS says so, as on an emulated machine. */
static int runs(int most)
{
	const char *text = getenv("BOXTOP_TEST_RUNS");
	long n = text ? strtol(text, NULL, 10) : most;

	return n > 0 && n < most ? (int)n : most;
}

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

/* ---- Counting ---- */

static size_t count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t lines = 0;

	assert_non_null(file);
	for (int c; (c = fgetc(file)) != EOF;)
		lines += c == '\n';
	fclose(file);
	return lines;
}

static size_t count_entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static size_t count_matches(const char *pattern)
{
	glob_t found;
	size_t n = 0;

	if (glob(pattern, 0, NULL, &found) == 0)
		n = found.gl_pathc;
	globfree(&found);
	return n;
}

/* Groups and state of sandboxes whose names match */
static size_t count_traces(const char *name)
{
	static const char *const where[] = {"/sys/fs/cgroup/%s/boxtop/%s",
					    "/sys/fs/cgroup%s/boxtop/%s",
					    "/sys/fs/cgroup%s/boxtop-%s.scope", "/run/boxtop%s/%s"};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(where); i++) {
		char pattern[160];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(pattern, sizeof(pattern), where[i], i == 0 ? "*" : "", name);
#pragma GCC diagnostic pop
		n += count_matches(pattern);
	}
	return n;
}

static void assert_childless(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* ---- One after the other ---- */

static int run(struct rig *rig, const char *const *args, bool detach)
{
	int code = -1;

	rig_args(rig, args);
	rig->spec.detach = detach;
	rig->err = ERR_INIT;
	if (sandbox_run(&rig->spec, &code, &rig->err) < 0 && code == SANDBOX_EXIT_FAILED)
		fail_msg("run: %s", rig->err.text);
	return code;
}

/* In the background, entered, ended, waited for, removed. */
static void live_through(struct rig *rig)
{
	char *args[] = {"/bin/sh", "-c", "exit 5", NULL};
	struct sandbox_exec inside = {.args = {args, 3}};
	struct sandbox_end end;
	int code;

	rig->spec.remove = false;
	run(rig, (const char *const[]) {"/bin/sleep", "1000", NULL}, true);
	if (sandbox_exec(rig->spec.name, &inside, &code, &rig->err) < 0)
		fail_msg("exec: %s", rig->err.text);
	assert_int_equal(code, 5);
	if (sandbox_stop(rig->spec.name, 0, &rig->err) < 0 ||
	    sandbox_wait(rig->spec.name, &end, &rig->err) < 0 ||
	    sandbox_remove(rig->spec.name, false, &rig->err) < 0)
		fail_msg("end: %s", rig->err.text);
	assert_int_equal(end.exit_code, 128 + SIGKILL);
	rig->spec.remove = true;
}

/* Where systemd gives a scope, who runs one in the foreground stays in it, and its name is taken as long. */
static void name_number(struct rig *rig, const char *name, int i)
{
	if (!systemd_is_running())
		rig->spec.name = arena_strdup(&rig->spec.arena, name);
	else
		rig->spec.name = arena_printf(&rig->spec.arena, "%s-%d", name, i);
}

static void run_number(struct rig *rig, const char *name, int i)
{
	name_number(rig, name, i);
	switch (i % 10) {
	case 0:
		assert_int_equal(run(rig, (const char *const[]) {"no-such", NULL}, false), 127);
		break;
	case 1:
		live_through(rig);
		break;
	default:
		assert_int_equal(run(rig, (const char *const[]) {"/bin/true", NULL}, false), 0);
	}
}

/* Its supervisor is an orphan that may take a moment to leave. */
static void reap_all(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_childless();
}

static void many_runs_leave_nothing_behind(void **state)
{
	struct rig *rig = *state;
	size_t fds, mounts;
	char name[64];

	need_root();
	snprintf(name, sizeof(name), NAME_PREFIX "-%d", getpid());
	rig->spec.remove = true;
	/* The first of each kind opens what is kept for later ones. */
	for (int i = 0; i < 10; i++)
		run_number(rig, name, i);
	fds = count_entries("/proc/self/fd");
	mounts = count_lines("/proc/self/mountinfo");
	for (int i = 0; i < runs(ONE_BY_ONE); i++)
		run_number(rig, name, i);
	assert_int_equal(count_entries("/proc/self/fd"), fds);
	assert_int_equal(count_lines("/proc/self/mountinfo"), mounts);
	strcat(name, "*");
	assert_int_equal(count_traces(name), 0);
	reap_all();
	rig->spec.name = NULL;
}

/* ---- All at once ---- */

/* struct told - what each of them says once its command runs */
struct told {
	char name[64];
};

static void tell(void *data, const char *name)
{
	struct told told = {""};

	snprintf(told.name, sizeof(told.name), "%s", name);
	assert_int_equal(write(*(int *)data, &told, sizeof(told)), sizeof(told));
}

static pid_t start_one(struct rig *rig, int fds[2])
{
	struct sandbox_caller caller = {.data = &fds[1], .started = tell};
	int code = -1;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	/* A test that fails waits for nobody. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (sandbox_run_for(&rig->spec, &caller, &code, &rig->err) < 0)
		fprintf(stderr, "%s\n", rig->err.text);
	_exit(code);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct told *)a)->name, ((const struct told *)b)->name);
}

static void assert_all_named(struct told *told, int n_told)
{
	struct arena arena = ARENA_INIT;
	struct spec_list names;
	struct err err = ERR_INIT;

	qsort(told, (size_t)n_told, sizeof(*told), compare);
	for (int i = 1; i < n_told; i++)
		assert_string_not_equal(told[i - 1].name, told[i].name);
	assert_int_equal(sandbox_names(&arena, &names, &err), 0);
	for (int i = 0; i < n_told; i++) {
		size_t n = 0;

		while (n < names.len && strcmp(names.items[n], told[i].name) != 0)
			n++;
		assert_true(n < names.len);
	}
	arena_finish(&arena);
}

/* Each waits for a byte of the gate, so that all of them live at the same time. */
static int make_gate(struct rig *rig)
{
	char path[128];
	int gate;

	snprintf(path, sizeof(path), "%s/gate", rig->root);
	assert_int_equal(mkfifo(path, 0666), 0);
	assert_int_equal(chmod(path, 0666), 0);
	gate = open(path, O_RDWR | O_CLOEXEC);
	assert_true(gate >= 0);
	return gate;
}

static void all_at_once_live_and_leave_nothing_behind(void **state)
{
	static struct told told[AT_ONCE];
	struct rig *rig = *state;
	const int n = runs(AT_ONCE);
	size_t mounts;
	int fds[2], gate;

	need_root();
	gate = make_gate(rig);
	/* Through a layer it would be a pipe of its own. */
	rig->spec.root.ephemeral = false;
	mounts = count_lines("/proc/self/mountinfo");
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	rig->spec.name = NULL;
	rig_args(rig, (const char *const[]) {"/bin/busybox", "dd", "bs=1", "count=1", "if=/gate",
					     "of=/dev/null", "status=none", NULL});
	for (int i = 0; i < n; i++)
		assert_true(start_one(rig, fds) > 0);
	close(fds[1]);
	/* One that fails says nothing, and the last one closes the pipe. */
	for (int i = 0; i < n; i++)
		assert_int_equal(read(fds[0], &told[i], sizeof(told[i])), sizeof(told[i]));
	assert_all_named(told, n);
	for (int i = 0; i < n; i++)
		assert_int_equal(write(gate, "", 1), 1);
	for (int i = 0, status; i < n; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_childless();
	for (int i = 0; i < n; i++)
		assert_int_equal(count_traces(told[i].name), 0);
	assert_int_equal(count_lines("/proc/self/mountinfo"), mounts);
	close(fds[0]);
	close(gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(many_runs_leave_nothing_behind),
		TEST(all_at_once_live_and_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
