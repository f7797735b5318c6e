/* SPDX-License-Identifier: MIT */
/* Processes by libproc2 and by the task iterator, over the real /proc with children that burn, map, exec and end. */
#include "rig.h"

#include <spawn.h>
#include <sys/mman.h>
#include <time.h>

#include "base/dir.h"
#include "base/parse.h"
#include "collectors/procs.h"
#include "collectors/tasks.h"

#define ALL_SOURCES                                                                                \
	(SOURCE_PROCS | SOURCE_PROCS_STATUS | SOURCE_PROCS_CMDLINE | SOURCE_PROCS_IO |             \
	 SOURCE_PROCS_MORE)

/* The second time all is told by the task iterator, where there is one. */
static struct tasks *iterator;

/* struct scene - a rig with the collector in it */
struct scene {
	struct rig rig;
	void *procs;
	void *pids;
};

static void scene_open(struct scene *scene)
{
	rig_open(&scene->rig, "/");
	scene->procs = rig_start(&scene->rig, &collector_procs);
	scene->pids = rig_start(&scene->rig, &collector_pids);
}

static void scene_view(struct scene *scene, const pid_t *pids, size_t n)
{
	scene->rig.demand.view_pids = pids;
	scene->rig.demand.view_pids_len = n;
}

static const struct snapshot *scene_pass(struct scene *scene, unsigned int sources)
{
	rig_begin(&scene->rig, sources);
	if (iterator)
		assert_int_equal(tasks_read(iterator, NULL), 0);
	scene->rig.pass.tasks = iterator;
	if (sources & SOURCE_NS)
		rig_sample(&scene->rig, &collector_pids, scene->pids);
	rig_sample(&scene->rig, &collector_procs, scene->procs);
	return scene->rig.pass.snapshot;
}

static void scene_close(struct scene *scene)
{
	collector_procs.stop(scene->procs);
	collector_pids.stop(scene->pids);
	rig_close(&scene->rig);
}

static const struct process *find(const struct snapshot *snapshot, pid_t pid)
{
	const struct process *process = snapshot_find_process(snapshot, pid);

	assert_non_null(process);
	return process;
}

static void assert_known(struct metric metric)
{
	assert_int_equal(metric.state, METRIC_KNOWN);
}

static void assert_why(struct metric metric, enum metric_state state, enum metric_why why)
{
	assert_int_equal(metric.state, state);
	assert_int_equal(metric.why, why);
}

/* What has a file of its own is not asked for; the iterator tells it all the same. */
static void assert_not_paid_for(struct metric metric)
{
	if (iterator)
		assert_known(metric);
	else
		assert_why(metric, METRIC_UNSAMPLED, WHY_NOT_ASKED);
}

/* ---- What is read of every process ---- */

static void a_row_says_what_the_kernel_says(void **state)
{
	_cleanup_(strbuf_finish)
	struct strbuf buf = STRBUF_INIT;
	const struct process *self;
	struct parse_stat stat;
	struct scene scene;

	(void)state;
	prctl(PR_SET_NAME, "a row");
	scene_open(&scene);
	self = find(scene_pass(&scene, SOURCE_PROCS), getpid());
	assert_int_equal(dir_read(AT_FDCWD, "/proc/self/stat", &buf, NULL), 0);
	assert_int_equal(parse_proc_stat(strbuf_span(&buf), &stat, NULL), 0);
	assert_int_equal(self->ppid, stat.ppid);
	assert_int_equal(self->pgrp, stat.pgrp);
	assert_int_equal(self->session, stat.session);
	assert_int_equal(self->nice, stat.nice);
	assert_int_equal(self->threads, stat.threads);
	assert_int_equal(self->start_ticks, stat.start_ticks);
	assert_int_equal(self->uid, geteuid());
	assert_int_equal(self->state, 'R');
	assert_false(self->kernel_thread);
	assert_true(self->processor >= 0);
	assert_true(self->minor_faults.value > 0);
	assert_known(self->virtual_bytes);
	assert_known(self->user_usec);
	assert_true(self->at_usec >= scene.rig.pass.snapshot->monotonic_usec);
	assert_true(self->at_usec <= clock_monotonic_usec());
	assert_string_equal(self->comm, "a row");
	assert_non_null(self->user);
	assert_int_equal(self->cgroup, INDEX_NONE);
	assert_int_equal(self->container, INDEX_NONE);
	scene_close(&scene);
}

static void rows_come_by_ascending_pid(void **state)
{
	const struct snapshot *snapshot;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_PROCS);
	assert_true(snapshot->processes_len > 1);
	for (size_t i = 1; i < snapshot->processes_len; i++) {
		assert_true(snapshot->processes[i - 1].pid < snapshot->processes[i].pid);
		assert_true(snapshot->processes[i - 1].at_usec <= snapshot->processes[i].at_usec);
	}
	scene_close(&scene);
}

static int act_burn(void *data)
{
	struct timespec used;

	do {
		for (volatile int i = 0; i < 100000; i++)
			;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	} while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < *(int *)data);
	return 0;
}

static void cpu_time_is_in_microseconds(void **state)
{
	int msec = 300;
	struct child child = child_start(act_burn, &msec);
	const struct process *row;
	struct scene scene;
	uint64_t usec;

	(void)state;
	scene_open(&scene);
	row = find(scene_pass(&scene, SOURCE_PROCS), child.pid);
	usec = row->user_usec.value + row->system_usec.value;
	assert_true(usec >= 250000 && usec <= 600000);
	scene_close(&scene);
	child_kill(&child);
}

#define MAPPED (32u << 20)

static int act_map(void *data)
{
	void *private =
		mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *shared =
		mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)data;
	if (private == MAP_FAILED || shared == MAP_FAILED)
		return -errno;
	memset(private, 1, MAPPED);
	memset(shared, 1, MAPPED);
	return 0;
}

static void memory_is_what_a_process_touched(void **state)
{
	struct child child = child_start(act_map, NULL);
	const struct process *row;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	row = find(scene_pass(&scene, SOURCE_PROCS), child.pid);
	assert_true(row->rss_bytes.value >= 2 * MAPPED - (2u << 20));
	assert_not_paid_for(row->shared_bytes);
	row = find(scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_STATUS), child.pid);
	assert_true(row->rss_bytes.value >= 2 * MAPPED);
	assert_true(row->rss_bytes.value < 2 * MAPPED + (512u << 20));
	assert_known(row->shared_bytes);
	assert_true(row->shared_bytes.value >= MAPPED);
	assert_true(row->shared_bytes.value < row->rss_bytes.value);
	assert_true(row->virtual_bytes.value >= row->rss_bytes.value);
	scene_close(&scene);
	child_kill(&child);
}

static void a_kernel_thread_has_no_memory_of_its_own(void **state)
{
	const struct process *row;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	scene_view(&scene, NULL, SIZE_MAX);
	row = snapshot_find_process(scene_pass(&scene, ALL_SOURCES), 2);
	if (!row || strcmp(row->comm, "kthreadd") != 0) {
		scene_close(&scene);
		skip();
	}
	assert_true(row->kernel_thread);
	assert_why(row->rss_bytes, METRIC_ABSENT, WHY_KERNEL_THREAD);
	assert_why(row->virtual_bytes, METRIC_ABSENT, WHY_KERNEL_THREAD);
	assert_why(row->shared_bytes, METRIC_ABSENT, WHY_KERNEL_THREAD);
	assert_why(row->swap_bytes, METRIC_ABSENT, WHY_KERNEL_THREAD);
	assert_why(row->oom_score, METRIC_ABSENT, WHY_KERNEL_THREAD);
	assert_string_equal(row->cmdline, "[kthreadd]");
	scene_close(&scene);
}

static int act_zombie(void *data)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	*(pid_t *)data = pid;
	return pid < 0 ? -errno : 0;
}

static void a_zombie_is_a_row_without_memory(void **state)
{
	pid_t *zombie = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct child child = child_start(act_zombie, zombie);
	const struct process *row;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	scene_view(&scene, NULL, SIZE_MAX);
	do
		row = find(scene_pass(&scene, ALL_SOURCES), *zombie);
	while (row->state != 'Z');
	assert_int_equal(row->ppid, child.pid);
	assert_int_equal(row->rss_bytes.value, 0);
	assert_non_null(row->cmdline);
	assert_int_equal(row->cmdline[0], '[');
	scene_close(&scene);
	child_kill(&child);
	munmap(zombie, 4096);
}

static int act_name(void *data)
{
	return prctl(PR_SET_NAME, data) < 0 ? -errno : 0;
}

/* libproc2 makes names printable by the locale's rules; ours are raw: the sanitizer decides. */
static void a_name_is_raw_whatever_it_holds(void **state)
{
	static const char *const names[] = {
		"h\xc3\xa9t\xc3\xa9", "a\x1b[31mred", "a) R (b", "\xff\xfe", "what?", "two words",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char name[16];
		struct child child;
		struct scene scene;

		snprintf(name, sizeof(name), "%s", names[i]);
		child = child_start(act_name, name);
		scene_open(&scene);
		for (int pass = 0; pass < 2; pass++) { /* the second time from the cache */
			const char *comm = find(scene_pass(&scene, SOURCE_PROCS), child.pid)->comm;

			if (strchr(name, 0x1b) && !strchr(comm, 0x1b))
				assert_string_equal(comm, "a.[31mred"); /* the C locale's dot */
			else
				assert_string_equal(comm, name);
		}
		scene_close(&scene);
		child_kill(&child);
	}
}

/* ---- In view ---- */

static void what_is_expensive_is_read_in_view_only(void **state)
{
	struct child seen = child_start(NULL, NULL), unseen = child_start(NULL, NULL);
	const struct snapshot *snapshot;
	const struct process *row;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	scene_view(&scene, &seen.pid, 1);
	snapshot = scene_pass(&scene, ALL_SOURCES);
	row = find(snapshot, seen.pid);
	assert_known(row->swap_bytes);
	assert_known(row->oom_score);
	assert_known(row->open_files);
	assert_true(row->io_read_bytes.state == METRIC_KNOWN ||
		    row->io_read_bytes.state == METRIC_ABSENT); /* a kernel without accounting */
	row = find(snapshot, unseen.pid);
	assert_not_paid_for(row->swap_bytes);
	assert_why(row->oom_score, METRIC_UNSAMPLED, WHY_NOT_ASKED);
	assert_why(row->open_files, METRIC_UNSAMPLED, WHY_NOT_ASKED);
	if (!iterator)
		assert_why(row->io_read_bytes, METRIC_UNSAMPLED, WHY_NOT_ASKED);
	scene_view(&scene, NULL, SIZE_MAX);
	row = find(scene_pass(&scene, ALL_SOURCES), unseen.pid);
	assert_known(row->swap_bytes);
	assert_known(row->open_files);
	row = find(scene_pass(&scene, SOURCE_PROCS), unseen.pid);
	assert_not_paid_for(row->swap_bytes);
	assert_null(row->cmdline);
	scene_close(&scene);
	child_kill(&seen);
	child_kill(&unseen);
}

/* More than libproc2 takes at once, with pids in between that nobody has */
static void a_long_view_is_read_to_its_end(void **state)
{
	struct child child = child_start(NULL, NULL);
	struct scene scene;
	pid_t *view = NULL;
	size_t n = 0;

	(void)state;
	view = calloc(600, sizeof(*view));
	assert_non_null(view);
	for (pid_t pid = child.pid - 599; pid <= child.pid; pid++)
		if (pid > 0)
			view[n++] = pid;
	scene_open(&scene);
	scene_view(&scene, view, n);
	assert_known(find(scene_pass(&scene, SOURCE_PROCS_STATUS), child.pid)->swap_bytes);
	scene_close(&scene);
	child_kill(&child);
	free(view);
}

static int act_open_files(void *data)
{
	(void)data;
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0 && fd > 2)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	for (int i = 0; i < 20; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			return -errno;
	return 0;
}

static void open_descriptors_are_counted(void **state)
{
	struct child plain = child_start(NULL, NULL), more = child_start(act_open_files, NULL);
	const pid_t view[] = {plain.pid, more.pid};
	const struct snapshot *snapshot;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	scene_view(&scene, view, 2);
	snapshot = scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_MORE);
	assert_int_equal(find(snapshot, more.pid)->open_files.value,
			 find(snapshot, plain.pid)->open_files.value + 20);
	scene_close(&scene);
	child_kill(&plain);
	child_kill(&more);
}

/* ---- Command lines ---- */

/* A child that execs @argv when a byte comes through @order */
static struct child start_execing(char *const *argv, int *out_order)
{
	int fds[2];
	struct child child;
	char byte;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	child.pid = fork();
	assert_true(child.pid >= 0);
	if (child.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* What the shell reads from never ends: both ends of a pipe are its own. */
		if (read(fds[0], &byte, 1) == 1 && pipe(fds) == 0 && dup2(fds[0], 0) == 0)
			execv(argv[0], argv);
		_exit(1);
	}
	close(fds[0]);
	*out_order = fds[1];
	return child;
}

/* Until the program is another one */
static void let_it_exec(pid_t pid, int order)
{
	char path[64], target[256];

	assert_int_equal(write(order, "x", 1), 1);
	close(order);
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	for (int i = 0; i < 5000; i++) {
		ssize_t n = readlink(path, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		if (!strstr(target, "test_procs"))
			return;
		usleep(1000);
	}
	fail_msg("the child did not exec");
}

/* Until it has its arguments as well: in the middle of an exec there are none */
static void await_arguments(pid_t pid)
{
	char path[64], text[8];

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	for (int i = 0; i < 5000; i++) {
		_cleanup_(cleanup_close)
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd >= 0 && read(fd, text, sizeof(text)) > 0)
			return;
		usleep(1000);
	}
	fail_msg("the child has no arguments");
}

static void a_command_line_follows_an_exec_out_of_view(void **state)
{
	char *const argv[] = {"/bin/sh", "-c", "read x; : exec", NULL};
	int order;
	struct child child = start_execing(argv, &order);
	const struct process *row;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	row = find(scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_CMDLINE), child.pid);
	assert_non_null(strstr(row->cmdline, "test_procs"));
	let_it_exec(child.pid, order);
	/* In the middle of the exec it has a new name and no arguments yet. */
	for (int pass = 0; pass < 100; pass++) {
		row = find(scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_CMDLINE), child.pid);
		if (strcmp(row->cmdline, "[sh]") != 0)
			break;
	}
	assert_string_equal(row->cmdline, "/bin/sh -c read x; : exec");
	scene_close(&scene);
	child_kill(&child);
}

static void arguments_are_joined_by_spaces(void **state)
{
	char *const argv[] = {"/bin/sh", "-c", "read x; : $0", "a\nb", "", "c d", NULL};
	int order;
	struct child child = start_execing(argv, &order);
	const struct process *row;
	struct scene scene;

	(void)state;
	let_it_exec(child.pid, order);
	await_arguments(child.pid);
	scene_open(&scene);
	row = find(scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_CMDLINE), child.pid);
	assert_string_equal(row->cmdline, "/bin/sh -c read x; : $0 a\nb  c d");
	scene_close(&scene);
	child_kill(&child);
}

static void a_very_long_command_line_is_cut(void **state)
{
	static char argument[100000];
	char *const argv[] = {"/bin/sh", "-c", "read x; :", argument, NULL};
	int order;
	struct child child;
	const struct process *row;
	struct scene scene;

	(void)state;
	memset(argument, 'y', sizeof(argument) - 1);
	child = start_execing(argv, &order);
	let_it_exec(child.pid, order);
	await_arguments(child.pid);
	scene_open(&scene);
	row = find(scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_CMDLINE), child.pid);
	assert_int_equal(strlen(row->cmdline), PROCS_CMDLINE_MAX);
	assert_true(strncmp(row->cmdline, "/bin/sh -c read x; : yyyy", 25) == 0);
	scene_close(&scene);
	child_kill(&child);
}

/* ---- With the pid table ---- */

static void namespaces_come_from_the_pid_table(void **state)
{
	int flags = CLONE_NEWUTS;
	struct child child = child_start(act_unshare, &flags);
	const struct process *row;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	row = find(scene_pass(&scene, SOURCE_PROCS | SOURCE_NS), child.pid);
	assert_int_equal(row->inner_pid, child.pid);
	assert_int_equal(row->ns[NS_UTS], ns_inode(child.pid, "uts"));
	assert_int_equal(row->ns[NS_NET], ns_inode(getpid(), "net"));
	/* An entry of another process with this pid says nothing. */
	rig_begin(&scene.rig, SOURCE_PROCS | SOURCE_NS);
	rig_sample(&scene.rig, &collector_pids, scene.pids);
	pids_find(scene.rig.pass.pids, child.pid)->start_ticks++;
	rig_sample(&scene.rig, &collector_procs, scene.procs);
	row = find(scene.rig.pass.snapshot, child.pid);
	assert_int_equal(row->inner_pid, 0);
	assert_int_equal(row->ns[NS_UTS], 0);
	scene_close(&scene);
	child_kill(&child);
}

/* ---- Vanishing ---- */

static int act_churn(void *data)
{
	(void)data;
	for (int i = 0; i < 4; i++) {
		if (fork() != 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			pid_t pid = fork();

			if (pid == 0) {
				if (fork() == 0)
					usleep(300);
				_exit(0);
			}
			waitpid(pid, NULL, 0);
		}
	}
	return 0;
}

/* Each file of a process is read when it may just have ended: a row is whole, or says what it lacks. */
static void processes_that_vanish_while_they_are_read_are_whole_or_say_so(void **state)
{
	struct child churn = child_start(act_churn, NULL);
	uint64_t until = clock_monotonic_usec() + 2000000;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	while (clock_monotonic_usec() < until) {
		const struct snapshot *snapshot;

		scene_view(&scene, NULL, SIZE_MAX);
		snapshot = scene_pass(&scene, ALL_SOURCES | SOURCE_NS);
		assert_non_null(find(snapshot, getpid()));
		for (size_t i = 0; i < snapshot->processes_len; i++) {
			const struct process *row = &snapshot->processes[i];

			assert_non_null(row->comm);
			assert_true(row->start_ticks > 0 || row->pid <= 2 || row->kernel_thread);
			if (row->kernel_thread || row->virtual_bytes.value == 0)
				continue;
			/* It had memory: then this is known, or it is gone. It may be 0: the kernel adds
			 * it up per CPU, and one that has just started is below what it rounds by. */
			if (metric_is_known(row->shared_bytes))
				assert_true(metric_is_known(row->rss_bytes) || row->state == 'Z');
			else
				assert_int_equal(row->shared_bytes.why, WHY_GONE);
			if (!metric_is_known(row->io_read_bytes))
				assert_true(row->io_read_bytes.why == WHY_GONE ||
					    row->io_read_bytes.why == WHY_PERMISSION ||
					    row->io_read_bytes.why == WHY_NO_FILE);
		}
	}
	scene_close(&scene);
	child_kill(&churn);
}

static void half_a_crowd_that_is_killed_before_each_pass_is_not_there(void **state)
{
	struct child crowd[64];
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
		crowd[i] = child_start(NULL, NULL);
	scene_open(&scene);
	for (int pass = 0; pass < 8; pass++) {
		const struct snapshot *snapshot;

		for (size_t i = 0; i < ARRAY_LEN(crowd) && pass % 2; i += 2)
			child_kill(&crowd[i]);
		snapshot = scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_CMDLINE);
		for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
			if (crowd[i].pid > 0)
				assert_string_equal(find(snapshot, crowd[i].pid)->cmdline,
						    find(snapshot, getpid())->cmdline);
			else
				crowd[i] = child_start(NULL, NULL);
		}
	}
	scene_close(&scene);
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
		child_kill(&crowd[i]);
}

static size_t count_unread(const struct snapshot *snapshot, const pid_t *crowd, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += !find(snapshot, crowd[i])->cmdline;
	return n;
}

/* Nothing of them is in view: a pass does not wait for all of their command lines. */
static void a_crowd_gets_its_command_lines_in_a_few_passes(void **state)
{
	static pid_t crowd[CMDLINES_PER_PASS + 100];
	char *argv[] = {(char[]) {"sleep"}, (char[]) {"100"}, NULL};
	struct scene scene;
	size_t unread;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
		assert_int_equal(posix_spawn(&crowd[i], "/bin/sleep", NULL, NULL, argv, argv + 2),
				 0);
	scene_open(&scene);
	scene.rig.demand.view_pids_len = 0;
	unread = count_unread(scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_CMDLINE), crowd,
			      ARRAY_LEN(crowd));
	assert_in_range(unread, 100, ARRAY_LEN(crowd));
	for (int pass = 0; unread > 0 && pass < 30; pass++)
		unread = count_unread(scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_CMDLINE),
				      crowd, ARRAY_LEN(crowd));
	assert_int_equal(unread, 0);
	/* Who asks for all gets all at once. */
	scene_close(&scene);
	scene_open(&scene);
	scene.rig.demand.view_pids_len = SIZE_MAX;
	assert_int_equal(count_unread(scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_CMDLINE),
				      crowd, ARRAY_LEN(crowd)),
			 0);
	scene_close(&scene);
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
		kill(crowd[i], SIGKILL);
		waitpid(crowd[i], NULL, 0);
	}
}

/* They have no command line any more: nothing is read for it, and they take nobody's turn. */
static void a_crowd_of_zombies_takes_no_turn(void **state)
{
	static pid_t crowd[CMDLINES_PER_PASS + 50];
	const struct snapshot *snapshot;
	struct child child;
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
		crowd[i] = fork();
		assert_true(crowd[i] >= 0);
		if (crowd[i] == 0)
			_exit(0);
	}
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
		siginfo_t info;

		assert_int_equal(waitid(P_PID, (id_t)crowd[i], &info, WEXITED | WNOWAIT), 0);
	}
	child = child_start(NULL, NULL);
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_PROCS | SOURCE_PROCS_CMDLINE);
	assert_non_null(find(snapshot, child.pid)->cmdline);
	assert_int_equal(find(snapshot, crowd[0])->cmdline[0], '[');
	scene_close(&scene);
	child_kill(&child);
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
		waitpid(crowd[i], NULL, 0);
}

/* ---- Without privilege ---- */

static void look_as_a_plain_user(void)
{
	struct rig rig;
	struct err err = ERR_INIT;
	const struct process *self, *parent;
	void *state = NULL;

	rig_open(&rig, "/");
	nobody_check(collector_procs.start(&rig.options, &state, &err) == 0);
	rig.demand.view_pids_len = SIZE_MAX;
	rig_begin(&rig, ALL_SOURCES);
	nobody_check(collector_procs.sample(state, &rig.pass, &err) == 0);
	self = snapshot_find_process(rig.pass.snapshot, getpid());
	parent = snapshot_find_process(rig.pass.snapshot, getppid());
	nobody_check(self && parent);
	nobody_check(self->uid == NOBODY && parent->uid == 0);
	nobody_check(parent->rss_bytes.state == METRIC_KNOWN && parent->rss_bytes.value > 0);
	nobody_check(parent->cmdline && strstr(parent->cmdline, "test_procs"));
	nobody_check(parent->io_read_bytes.state == METRIC_DENIED ||
		     parent->io_read_bytes.state == METRIC_ABSENT);
	nobody_check(self->io_read_bytes.state == METRIC_KNOWN ||
		     self->io_read_bytes.state == METRIC_ABSENT);
	nobody_check(self->open_files.state == METRIC_KNOWN);
	collector_procs.stop(state);
	rig_close(&rig);
}

static void a_plain_user_is_told_what_is_denied(void **state)
{
	(void)state;
	as_nobody(look_as_a_plain_user);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_says_what_the_kernel_says),
		cmocka_unit_test(rows_come_by_ascending_pid),
		cmocka_unit_test(cpu_time_is_in_microseconds),
		cmocka_unit_test(memory_is_what_a_process_touched),
		cmocka_unit_test(a_kernel_thread_has_no_memory_of_its_own),
		cmocka_unit_test(a_zombie_is_a_row_without_memory),
		cmocka_unit_test(a_name_is_raw_whatever_it_holds),
		cmocka_unit_test(what_is_expensive_is_read_in_view_only),
		cmocka_unit_test(a_long_view_is_read_to_its_end),
		cmocka_unit_test(open_descriptors_are_counted),
		cmocka_unit_test(a_command_line_follows_an_exec_out_of_view),
		cmocka_unit_test(arguments_are_joined_by_spaces),
		cmocka_unit_test(a_very_long_command_line_is_cut),
		cmocka_unit_test(namespaces_come_from_the_pid_table),
		cmocka_unit_test(processes_that_vanish_while_they_are_read_are_whole_or_say_so),
		cmocka_unit_test(half_a_crowd_that_is_killed_before_each_pass_is_not_there),
		cmocka_unit_test(a_crowd_gets_its_command_lines_in_a_few_passes),
		cmocka_unit_test(a_crowd_of_zombies_takes_no_turn),
		cmocka_unit_test(a_plain_user_is_told_what_is_denied),
	};

	int failed = cmocka_run_group_tests_name("collectors/procs by /proc", tests, NULL, NULL);
	struct err err = ERR_INIT;
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (tasks_open(proc_fd, &iterator, &err) == 0)
		failed += cmocka_run_group_tests_name("collectors/procs by the task iterator",
						      tests, NULL, NULL);
	else
		printf("no task iterator here: %s\n", err.text);
	tasks_free(iterator);
	close(proc_fd);
	return failed;
}
