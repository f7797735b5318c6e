/* SPDX-License-Identifier: MIT */
/* Whole passes: what is asked for is read, what belongs together is joined, what fails is told. */
#include "rig.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include "base/dir.h"
#include "base/parse.h"

static struct collect *open_collect(int root_fd)
{
	const struct collect_options options = {.root_fd = root_fd, .state_dirs = false};
	struct collect *collect = NULL;
	struct err err = ERR_INIT;

	if (collect_new(&options, &collect, &err) < 0)
		fail_msg("%s", err.text);
	return collect;
}

static struct snapshot *take(struct collect *collect, unsigned int sources)
{
	const struct demand demand = {.sources = sources};
	struct snapshot *snapshot = NULL;
	struct err err = ERR_INIT;

	if (collect_pass(collect, &demand, &snapshot, &err) < 0)
		fail_msg("%s", err.text);
	return snapshot;
}

static void a_source_brings_those_that_it_makes_no_sense_without(void **state)
{
	static const struct {
		unsigned int asked, read;
	} cases[] = {
		{SOURCE_HOST, SOURCE_HOST},
		{SOURCE_NS, SOURCE_NS},
		{SOURCE_NS_MORE, SOURCE_NS_MORE | SOURCE_NS},
		{SOURCE_PROCS, SOURCE_PROCS | SOURCE_HOST},
		{SOURCE_PROCS_IO, SOURCE_PROCS_IO | SOURCE_PROCS | SOURCE_HOST},
		{SOURCE_CGROUP_CPU, SOURCE_CGROUP_CPU},
		{SOURCE_CGROUP_LIMITS, SOURCE_CGROUP_LIMITS | SOURCE_HOST},
		{SOURCE_IDENTITY, SOURCE_IDENTITY | SOURCE_CGROUP_PROCS | SOURCE_NS},
		{SOURCE_NET, SOURCE_NET | SOURCE_IDENTITY | SOURCE_CGROUP_PROCS | SOURCE_NS},
	};
	struct collect *collect = open_collect(AT_FDCWD);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snapshot *snapshot = take(collect, cases[i].asked);

		assert_int_equal(snapshot->sources & cases[i].read, cases[i].read);
		assert_int_equal(snapshot->sequence, i + 1);
		snapshot_unref(snapshot);
	}
	collect_free(collect);
}

static void nothing_is_read_that_is_not_asked_for(void **state)
{
	struct collect *collect = open_collect(AT_FDCWD);
	struct snapshot *snapshot = take(collect, SOURCE_HOST);

	(void)state;
	assert_int_equal(snapshot->sources, SOURCE_HOST);
	assert_true(metric_is_known(snapshot->host.memory_total_bytes));
	assert_int_equal(snapshot->processes_len, 0);
	assert_int_equal(snapshot->cgroups_len, 0);
	assert_int_equal(snapshot->containers_len, 0);
	assert_int_equal(snapshot->namespaces_len, 0);
	assert_int_equal(snapshot->host.tasks.state, METRIC_UNSAMPLED);
	assert_int_equal(snapshot->host.tasks.why, WHY_NOT_ASKED);
	snapshot_unref(snapshot);
	snapshot = take(collect, SOURCE_PROCS);
	assert_int_equal(snapshot->cgroups_len, 0);
	assert_int_equal(snapshot->namespaces_len, 0);
	assert_true(snapshot->processes_len > 0);
	snapshot_unref(snapshot);
	collect_free(collect);
}

static void a_pass_says_when_it_was_and_what_it_took(void **state)
{
	struct collect *collect = open_collect(AT_FDCWD);
	uint64_t before = clock_monotonic_usec();
	struct snapshot *snapshot = take(collect, SOURCE_ALL);

	(void)state;
	assert_true(snapshot->monotonic_usec >= before);
	assert_true(snapshot->monotonic_usec + snapshot->took_usec <= clock_monotonic_usec());
	assert_true(snapshot->took_usec > 0);
	assert_true(snapshot->cpu_usec > 0);
	assert_true(snapshot->realtime_usec > 0);
	assert_true(snapshot->boottime_usec > 0);
	assert_int_equal(snapshot->tick_hz, sysconf(_SC_CLK_TCK));
	assert_false(snapshot->rated);
	snapshot_unref(snapshot);
	collect_free(collect);
}

/* Whether the kernel says that the process is there in one hierarchy at least: on v1 they differ */
static bool is_in_cgroup(pid_t pid, const char *cgroup)
{
	_cleanup_(strbuf_finish)
	struct strbuf buf = STRBUF_INIT;
	struct span rest, line;
	char path[32];
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	assert_int_equal(dir_read(AT_FDCWD, path, &buf, NULL), 0);
	rest = strbuf_span(&buf);
	while (span_next_line(&rest, &line)) {
		struct parse_cgroup_line parsed;

		assert_int_equal(parse_cgroup_line(line, &parsed, NULL), 0);
		found |= span_eq(parsed.path, span_of(cgroup));
	}
	return found;
}

static void a_process_is_joined_with_its_cgroup_and_namespaces(void **state)
{
	struct child child = child_start(NULL, NULL);
	struct collect *collect = open_collect(AT_FDCWD);
	struct snapshot *snapshot = take(collect, SOURCE_PROCS | SOURCE_IDENTITY);
	const struct process *process = snapshot_find_process(snapshot, child.pid);

	(void)state;
	assert_non_null(process);
	assert_int_equal(process->inner_pid, child.pid);
	assert_int_equal(process->ns[NS_NET], ns_inode(child.pid, "net"));
	if (snapshot->layout != CGROUP_LAYOUT_NONE) {
		assert_int_not_equal(process->cgroup, INDEX_NONE);
		assert_true(is_in_cgroup(child.pid, snapshot->cgroups[process->cgroup].path));
		assert_int_equal(process->container, snapshot->cgroups[process->cgroup].container);
	}
	snapshot_unref(snapshot);
	collect_free(collect);
	child_kill(&child);
}

/* struct zombie - a child of a child, in a group of v2 that this test makes */
struct zombie {
	char group[192];
	pid_t pid;
};

static bool make_group(char *group, size_t size)
{
	char line[512], mount_point[128], fstype[32];
	_cleanup_(cleanup_fclose)
	FILE *mounts = fopen("/proc/self/mounts", "re");

	while (mounts && fgets(line, sizeof(line), mounts)) {
		if (sscanf(line, "%*s %127s %31s", mount_point, fstype) != 2 ||
		    strcmp(fstype, "cgroup2") != 0)
			continue;
		snprintf(group, size, "%s/boxtop-test-%d", mount_point, getpid());
		return mkdir(group, 0755) == 0;
	}
	return false;
}

static int act_zombie(void *data)
{
	struct zombie *zombie = data;
	char path[256];
	_cleanup_(cleanup_close)
	int fd = -1;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/cgroup.procs", zombie->group);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		return -errno;
	pid = fork();
	if (pid == 0)
		_exit(0);
	zombie->pid = pid;
	return pid < 0 ? -errno : 0;
}

/* cgroup.procs lists it no more, and yet it counts against the limit of pids. */
static void a_zombie_stays_with_its_cgroup(void **state)
{
	struct zombie *zombie = mmap(NULL, sizeof(*zombie), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct process *process, *parent;
	struct snapshot *snapshot = NULL;
	struct collect *collect;
	struct child child;

	(void)state;
	if (!make_group(zombie->group, sizeof(zombie->group)))
		skip();
	child = child_start(act_zombie, zombie);
	collect = open_collect(AT_FDCWD);
	/* In the pass that it becomes one in, it may be in the groups of some hierarchies still. */
	for (int zombies = 0; zombies < 2; zombies += process->state == 'Z') {
		snapshot_unref(snapshot);
		snapshot = take(collect, SOURCE_PROCS | SOURCE_IDENTITY);
		process = snapshot_find_process(snapshot, zombie->pid);
		parent = snapshot_find_process(snapshot, child.pid);
		assert_true(process && parent);
	}
	assert_int_not_equal(parent->cgroup, INDEX_NONE);
	assert_non_null(strstr(snapshot->cgroups[parent->cgroup].path, "/boxtop-test-"));
	assert_int_equal(process->cgroup, parent->cgroup);
	assert_int_equal(process->container, parent->container);
	snapshot_unref(snapshot);
	collect_free(collect);
	child_kill(&child);
	for (int i = 0; i < 100 && rmdir(zombie->group) < 0; i++)
		usleep(10000);
	munmap(zombie, sizeof(*zombie));
}

static void tasks_are_counted_by_whoever_listed_them(void **state)
{
	static const unsigned int lists[] = {SOURCE_NS, SOURCE_PROCS, SOURCE_IDENTITY};
	struct collect *collect = open_collect(AT_FDCWD);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct snapshot *snapshot = take(collect, lists[i]);

		assert_int_equal(snapshot->host.tasks.state, METRIC_KNOWN);
		assert_true(snapshot->host.tasks.value >= 2);
		assert_true(snapshot->processes_len == 0 ||
			    snapshot->host.tasks.value == snapshot->processes_len);
		snapshot_unref(snapshot);
	}
	collect_free(collect);
}

/* No descriptor is left for a collector: the others go on, and the pass says what is missing. */
static void a_collector_that_fails_is_told_and_fails_alone(void **state)
{
	struct collect *collect = open_collect(AT_FDCWD);
	struct rlimit limit, none = {0, 0};
	struct snapshot *snapshot;
	bool told = false;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none.rlim_max = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	snapshot = take(collect, SOURCE_HOST | SOURCE_NS);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (size_t i = 0; i < snapshot->issues_len; i++)
		told |= strcmp(snapshot->issues[i].text, "pids: open /proc: Too many open files") ==
			0;
	assert_true(told);
	assert_int_equal(snapshot->namespaces_len, 0);
	snapshot_unref(snapshot);
	/* And it comes back when it can. */
	snapshot = take(collect, SOURCE_HOST | SOURCE_NS);
	assert_true(snapshot->namespaces_len > 0);
	assert_true(metric_is_known(snapshot->host.uptime_usec));
	assert_int_equal(snapshot->issues_len, 0);
	snapshot_unref(snapshot);
	collect_free(collect);
}

static void a_system_without_proc_is_refused(void **state)
{
	struct collect_options options = {.root_fd = -1};
	struct collect *collect = NULL;
	struct err err = ERR_INIT;
	char root[64];

	(void)state;
	tree_make(root, NULL, 0);
	options.root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(collect_new(&options, &collect, &err), -ENOENT);
	assert_string_equal(err.text, "open /proc: No such file or directory");
	assert_null(collect);
	close(options.root_fd);
	tree_remove(root);
}

static void a_proc_that_goes_away_fails_the_pass(void **state)
{
	static const struct tree_file files[] = {{"proc/stat", "cpu  1 2 3 4\n"}};
	const struct demand demand = {.sources = SOURCE_HOST};
	struct collect *collect;
	struct snapshot *snapshot = NULL;
	struct err err = ERR_INIT;
	char root[64], path[96];
	int root_fd;

	(void)state;
	tree_make(root, files, ARRAY_LEN(files));
	root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	collect = open_collect(root_fd);
	snapshot_unref(take(collect, SOURCE_HOST));
	snprintf(path, sizeof(path), "%s/proc/stat", root);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(collect_pass(collect, &demand, &snapshot, &err), -ENOENT);
	assert_string_equal(err.text, "read /proc/stat: No such file or directory");
	assert_null(snapshot);
	collect_free(collect);
	close(root_fd);
	tree_remove(root);
}

static int act_churn(void *data)
{
	(void)data;
	for (int i = 0; i < 3; i++) {
		if (fork() != 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			pid_t pid = fork();

			if (pid == 0) {
				usleep(500);
				_exit(0);
			}
			waitpid(pid, NULL, 0);
		}
	}
	return 0;
}

static void whole_passes_over_a_system_in_motion_are_consistent(void **state)
{
	struct child churn = child_start(act_churn, NULL);
	struct collect *collect = open_collect(AT_FDCWD);

	(void)state;
	for (int pass = 0; pass < 15; pass++) {
		struct snapshot *snapshot = take(collect, SOURCE_ALL);

		assert_non_null(snapshot_find_process(snapshot, getpid()));
		for (size_t i = 0; i < snapshot->processes_len; i++) {
			const struct process *process = &snapshot->processes[i];

			assert_true(process->cgroup == INDEX_NONE ||
				    process->cgroup < snapshot->cgroups_len);
			assert_true(process->container == INDEX_NONE ||
				    process->container < snapshot->containers_len);
		}
		for (size_t i = 0; i < snapshot->namespaces_len; i++)
			assert_true(snapshot->namespaces[i].container == INDEX_NONE ||
				    snapshot->namespaces[i].container < snapshot->containers_len);
		snapshot_unref(snapshot);
	}
	collect_free(collect);
	child_kill(&churn);
}

static void look_as_a_plain_user(void)
{
	const struct collect_options options = {.root_fd = AT_FDCWD, .state_dirs = true};
	const struct demand demand = {.sources = SOURCE_ALL, .view_pids_len = SIZE_MAX};
	struct collect *collect = NULL;
	struct snapshot *snapshot = NULL;
	struct err err = ERR_INIT;

	nobody_check(collect_new(&options, &collect, &err) == 0);
	for (int i = 0; i < 2; i++) {
		nobody_check(collect_pass(collect, &demand, &snapshot, &err) == 0);
		nobody_check(snapshot_find_process(snapshot, getpid()) != NULL);
		nobody_check(snapshot->host.tasks.state == METRIC_KNOWN);
		snapshot_unref(snapshot);
	}
	collect_free(collect);
}

static void a_plain_user_gets_whole_passes(void **state)
{
	(void)state;
	as_nobody(look_as_a_plain_user);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_brings_those_that_it_makes_no_sense_without),
		cmocka_unit_test(nothing_is_read_that_is_not_asked_for),
		cmocka_unit_test(a_pass_says_when_it_was_and_what_it_took),
		cmocka_unit_test(a_process_is_joined_with_its_cgroup_and_namespaces),
		cmocka_unit_test(a_zombie_stays_with_its_cgroup),
		cmocka_unit_test(tasks_are_counted_by_whoever_listed_them),
		cmocka_unit_test(a_collector_that_fails_is_told_and_fails_alone),
		cmocka_unit_test(a_system_without_proc_is_refused),
		cmocka_unit_test(a_proc_that_goes_away_fails_the_pass),
		cmocka_unit_test(whole_passes_over_a_system_in_motion_are_consistent),
		cmocka_unit_test(a_plain_user_gets_whole_passes),
	};

	return cmocka_run_group_tests_name("collectors/collect", tests, NULL, NULL);
}
