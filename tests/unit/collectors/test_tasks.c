/* SPDX-License-Identifier: MIT */
/*
 * The task iterator beside /proc, process by process, on the real kernel. What changes all the time is
 * looked at in /proc before and after: what the iterator told between has to lie between. Skipped where
 * the iterator can't be had.
 */
#include "rig.h"

#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#include "collectors/bpf/fact.h"
#include "collectors/iterators.h"
#include "collectors/tasks.h"

#define SOURCES                                                                                    \
	(SOURCE_NS | SOURCE_PROCS | SOURCE_PROCS_STATUS | SOURCE_PROCS_CMDLINE | SOURCE_PROCS_IO | \
	 SOURCE_PROCS_MORE | SOURCE_HOST)
#define TICK_USEC 10000u /* as rough as /proc tells CPU time */
#define TRIES	  20
#define STANDING  4096

/** struct difference - of one try; one that is no change of the machine is there in every try */
struct difference {
	pid_t pid;
	const char *what; /* a literal */
};

/* struct both - the collectors over each source, with caches of their own */
struct both {
	struct rig rig;
	struct tasks *tasks;
	void *host;
	struct {
		void *pids, *procs;
	} by_proc, by_tasks;
	struct snapshot *before, *between, *after;
	struct pid_entry *proc_entries; /* of the pass before */
	size_t proc_entries_len;
	char wrong[512]; /* the first difference that was there in every try */
	struct difference standing[2][STANDING];
	size_t standing_len[2]; /* those of the try before, and of this one */
	bool first_try;
};

static struct tasks *tasks_or_skip(void)
{
	struct tasks *tasks = NULL;
	struct err err = ERR_INIT;
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = tasks_open(fd, &tasks, &err);

	if (r < 0) {
		print_message("no task iterator here: %s\n", err.text);
		close(fd);
		skip();
	}
	return tasks; /* the descriptor stays: tasks borrow it */
}

static int both_open(void **state)
{
	struct both *both = calloc(1, sizeof(*both));

	assert_non_null(both);
	*state = both;
	rig_open(&both->rig, "/");
	both->host = rig_start(&both->rig, &collector_host);
	both->by_proc.pids = rig_start(&both->rig, &collector_pids);
	both->by_proc.procs = rig_start(&both->rig, &collector_procs);
	both->by_tasks.pids = rig_start(&both->rig, &collector_pids);
	both->by_tasks.procs = rig_start(&both->rig, &collector_procs);
	return 0;
}

static int both_close(void **state)
{
	struct both *both = *state;

	snapshot_unref(both->before);
	snapshot_unref(both->between);
	snapshot_unref(both->after);
	collector_host.stop(both->host);
	collector_pids.stop(both->by_proc.pids);
	collector_procs.stop(both->by_proc.procs);
	collector_pids.stop(both->by_tasks.pids);
	collector_procs.stop(both->by_tasks.procs);
	tasks_free(both->tasks);
	free(both->proc_entries);
	rig_close(&both->rig);
	free(both);
	return 0;
}

/* One pass over one source, all in view. The snapshot is the caller's. */
static struct snapshot *pass_over(struct both *both, const struct tasks *tasks)
{
	struct rig *rig = &both->rig;

	rig_begin(rig, SOURCES);
	rig->demand.view_pids = NULL;
	rig->demand.view_pids_len = SIZE_MAX;
	rig->pass.tasks = tasks;
	rig_sample(rig, &collector_host, both->host);
	rig_sample(rig, &collector_pids, tasks ? both->by_tasks.pids : both->by_proc.pids);
	rig_sample(rig, &collector_procs, tasks ? both->by_tasks.procs : both->by_proc.procs);
	return snapshot_ref(rig->pass.snapshot);
}

static void pass_over_tasks(struct both *both)
{
	struct err err = ERR_INIT;

	if (tasks_read(both->tasks, &err) < 0)
		fail_msg("%s", err.text);
	snapshot_unref(both->between);
	both->between = pass_over(both, both->tasks);
}

/* Entries are the table's until its next pass: what is compared is kept. */
static void keep_proc_entries(struct both *both)
{
	struct pids *pids = both->rig.pass.pids;
	size_t n = pids_count(pids);

	both->proc_entries = realloc(both->proc_entries, (n + 1) * sizeof(struct pid_entry));
	assert_non_null(both->proc_entries);
	for (size_t i = 0; i < n; i++)
		both->proc_entries[i] = *pids_at(pids, i);
	both->proc_entries_len = n;
}

/* ---- Comparing ---- */

/* stands() - remember a difference; false if a try before this one had it not */
static bool stands(struct both *both, pid_t pid, const char *what)
{
	bool known = both->first_try;

	for (size_t i = 0; i < both->standing_len[0] && !known; i++)
		known = both->standing[0][i].pid == pid &&
			strcmp(both->standing[0][i].what, what) == 0;
	if (known && both->standing_len[1] < STANDING)
		both->standing[1][both->standing_len[1]++] = (struct difference) {pid, what};
	return known;
}

static void begin_try(struct both *both, bool first)
{
	memcpy(both->standing[0], both->standing[1],
	       both->standing_len[1] * sizeof(both->standing[1][0]));
	both->standing_len[0] = both->standing_len[1];
	both->standing_len[1] = 0;
	both->first_try = first;
	both->wrong[0] = '\0';
}

static void differs(struct both *both, pid_t pid, const char *what, uint64_t proc, uint64_t told)
{
	if (stands(both, pid, what) && !both->wrong[0])
		snprintf(both->wrong, sizeof(both->wrong), "%s of %d: /proc %llu, iterator %llu",
			 what, (int)pid, (unsigned long long)proc, (unsigned long long)told);
}

/* What /proc says the same before and after, the iterator says too. */
static void same(struct both *both, pid_t pid, const char *what, const uint64_t v[3])
{
	if (v[0] == v[2] && v[1] != v[0])
		differs(both, pid, what, v[0], v[1]);
}

static void same_metric(struct both *both, pid_t pid, const char *what, const struct metric m[3])
{
	const uint64_t states[3] = {m[0].state, m[1].state, m[2].state};
	const uint64_t values[3] = {m[0].value, m[1].value, m[2].value};

	same(both, pid, what, states);
	same(both, pid, what, values);
}

static void grows(struct both *both, pid_t pid, const char *what, const struct metric m[3],
		  uint64_t grain)
{
	if (m[1].state != m[0].state)
		differs(both, pid, what, m[0].state, m[1].state);
	else if (m[1].value / grain < m[0].value / grain || m[1].value / grain > m[2].value / grain)
		differs(both, pid, what, m[0].value, m[1].value);
}

static void compare_texts(struct both *both, const struct process *a, const struct process *b,
			  const struct process *c)
{
	static const char *const names[] = {"name", "command line", "user", "terminal"};
	const char *const texts[][3] = {{a->comm, b->comm, c->comm},
					{a->cmdline, b->cmdline, c->cmdline},
					{a->user, b->user, c->user},
					{a->tty, b->tty, c->tty}};

	/* What a worker works on stands in its name, and changes all the time. */
	for (size_t i = strncmp(b->comm, "kworker/", 8) == 0 ? 2 : 0; i < ARRAY_LEN(texts); i++) {
		const char *before = texts[i][0] ? texts[i][0] : "(none)";
		const char *between = texts[i][1] ? texts[i][1] : "(none)";
		const char *after = texts[i][2] ? texts[i][2] : "(none)";

		if (strcmp(before, after) == 0 && strcmp(before, between) != 0 &&
		    stands(both, b->pid, names[i]) && !both->wrong[0])
			snprintf(both->wrong, sizeof(both->wrong), "%s of %d: %.200s, %.200s",
				 names[i], (int)b->pid, before, between);
	}
}

#define SAME(member)                                                                               \
	same(both, b->pid, #member,                                                                \
	     (const uint64_t[]) {(uint64_t)a->member, (uint64_t)b->member, (uint64_t)c->member})
#define SAME_METRIC(member)                                                                        \
	same_metric(both, b->pid, #member,                                                         \
		    (const struct metric[]) {a->member, b->member, c->member})
#define GROWS(member, grain)                                                                       \
	grows(both, b->pid, #member, (const struct metric[]) {a->member, b->member, c->member},    \
	      grain)

static void compare_processes(struct both *both, const struct process *a, const struct process *b,
			      const struct process *c)
{
	SAME(ppid);
	SAME(pgrp);
	SAME(session);
	SAME(inner_pid);
	SAME(state);
	SAME(kernel_thread);
	SAME(uid);
	SAME(nice);
	SAME(priority);
	SAME(threads);
	SAME_METRIC(rss_bytes);
	SAME_METRIC(virtual_bytes);
	SAME_METRIC(shared_bytes);
	SAME_METRIC(swap_bytes);
	SAME_METRIC(oom_score);
	SAME_METRIC(open_files);
	GROWS(user_usec, TICK_USEC);
	GROWS(system_usec, TICK_USEC);
	GROWS(minor_faults, 1);
	GROWS(major_faults, 1);
	GROWS(io_read_bytes, 1);
	GROWS(io_write_bytes, 1);
	for (enum ns_type type = 0; type < NS_TYPES; type++)
		SAME(ns[type]);
	compare_texts(both, a, b, c);
}

static size_t compare_rows(struct both *both)
{
	size_t compared = 0;

	for (size_t i = 0; i < both->before->processes_len; i++) {
		const struct process *a = &both->before->processes[i];
		const struct process *c = snapshot_find_process(both->after, a->pid);
		const struct process *b = snapshot_find_process(both->between, a->pid);

		if (!c || c->start_ticks != a->start_ticks)
			continue;
		if (!b || b->start_ticks != a->start_ticks)
			differs(both, a->pid, "start", a->start_ticks, b ? b->start_ticks : 0);
		else
			compare_processes(both, a, b, c);
		compared++;
	}
	return compared;
}

static void compare_entries(struct both *both, struct pids *told)
{
	for (size_t i = 0; i < both->proc_entries_len; i++) {
		const struct pid_entry *a = &both->proc_entries[i];
		const struct pid_entry *b = pids_find(told, a->pid);

		if (!b || b->start_ticks != a->start_ticks)
			continue;
		if (a->root_inode != b->root_inode)
			differs(both, a->pid, "root inode", a->root_inode, b->root_inode);
		if (a->root_dev != b->root_dev)
			differs(both, a->pid, "root device", a->root_dev, b->root_dev);
		if (a->flags & ~b->flags & ~(unsigned int)PID_YOUNG)
			differs(both, a->pid, "flags", a->flags, b->flags);
		if (a->uid != b->uid)
			differs(both, a->pid, "owner", a->uid, b->uid);
		if (a->inner_pid != b->inner_pid)
			differs(both, a->pid, "inner pid", (uint64_t)a->inner_pid,
				(uint64_t)b->inner_pid);
	}
}

/* A machine lives: what is wrong differs every time. */
static void both_agree(struct both *both, const pid_t *pids, size_t n)
{
	if (!both->tasks)
		both->tasks = tasks_or_skip();
	for (int i = 0; i < TRIES; i++) {
		struct pids *told;

		begin_try(both, i == 0);
		snapshot_unref(both->before);
		both->before = pass_over(both, NULL);
		keep_proc_entries(both);
		pass_over_tasks(both);
		told = both->rig.pass.pids;
		compare_entries(both, told);
		snapshot_unref(both->after);
		both->after = pass_over(both, NULL);
		assert_true(compare_rows(both) > n);
		if (!both->wrong[0])
			break;
	}
	if (both->wrong[0])
		fail_msg("%s", both->wrong);
	for (size_t i = 0; i < n; i++)
		assert_non_null(snapshot_find_process(both->between, pids[i]));
}

/* ---- The scenes ---- */

static void every_process_of_this_machine_is_told_the_same(void **state)
{
	both_agree(*state, NULL, 0);
}

static void *burn_and_wait(void *data)
{
	volatile unsigned int sink = 0;
	clock_t until = clock() + CLOCKS_PER_SEC / 20;

	(void)data;
	while (clock() < until)
		sink++;
	return NULL;
}

static void *wait_for_ever(void *data)
{
	burn_and_wait(data);
	for (;;)
		pause();
	return NULL;
}

/* Some threads that stay, some that end, and all of them used CPU. */
static int act_threads(void *data)
{
	pthread_t thread;

	(void)data;
	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread, NULL, burn_and_wait, NULL) ||
		    pthread_join(thread, NULL))
			return -EAGAIN;
	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread, NULL, wait_for_ever, NULL))
			return -EAGAIN;
	usleep(200000);
	return 0;
}

static void threads_are_summed_up_the_same(void **state)
{
	struct child child = child_start(act_threads, NULL);

	both_agree(*state, &child.pid, 1);
	assert_int_equal(
		snapshot_find_process(((struct both *)*state)->between, child.pid)->threads, 4);
	child_kill(&child);
}

static int act_map(void *data)
{
	size_t bytes = 32u << 20;
	char *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)data;
	if (memory == MAP_FAILED || shared == MAP_FAILED)
		return -ENOMEM;
	memset(memory, 1, bytes);
	memset(shared, 1, bytes / 2);
	return 0;
}

static void memory_is_told_the_same_of_large_and_small(void **state)
{
	struct both *both = *state;
	struct child large = child_start(act_map, NULL), small = child_start(NULL, NULL);
	const pid_t pids[] = {large.pid, small.pid};

	both_agree(both, pids, 2);
	assert_true(snapshot_find_process(both->between, large.pid)->rss_bytes.value >= 48u << 20);
	child_kill(&large);
	child_kill(&small);
}

static int act_other_namespaces(void *data)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP) < 0)
		return -errno;
	return chroot(data) < 0 ? -errno : 0;
}

static void namespaces_and_roots_are_told_the_same(void **state)
{
	struct both *both = *state;
	char root[] = "/tmp/boxtop-test-XXXXXX";
	struct child child;

	assert_non_null(mkdtemp(root));
	child = child_start(act_other_namespaces, root);
	both_agree(both, &child.pid, 1);
	pass_over_tasks(both);
	assert_string_equal(pids_find(both->rig.pass.pids, child.pid)->root, root);
	child_kill(&child);
	rmdir(root);
}

/* In a pid namespace DEPTH levels down there is a process that waits. */
static int go_down(int depth)
{
	pid_t child;

	if (depth == 0)
		return 0;
	if (unshare(CLONE_NEWPID) < 0)
		return -errno;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (go_down(depth - 1) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	return child < 0 ? -errno : 0;
}

static int act_nested(void *data)
{
	int r = go_down(*(int *)data);

	usleep(200000);
	return r;
}

static void the_pid_inside_is_told_however_deep_it_is(void **state)
{
	int depth = 6;
	struct child child = child_start(act_nested, &depth);

	both_agree(*state, &child.pid, 1);
	child_kill(&child);
}

static int act_become_nobody(void *data)
{
	(void)data;
	if (setgid(NOBODY) < 0 || setresuid(0, NOBODY, 0) < 0)
		return -errno;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* another user's was taken away */
	return prctl(PR_SET_NAME, "a) R (b\tc") < 0 ? -errno : 0;
}

static void users_and_odd_names_are_told_the_same(void **state)
{
	struct both *both = *state;
	struct child child = child_start(act_become_nobody, NULL);

	both_agree(both, &child.pid, 1);
	assert_int_equal(snapshot_find_process(both->between, child.pid)->uid, NOBODY);
	assert_string_equal(snapshot_find_process(both->between, child.pid)->comm, "a) R (b\tc");
	child_kill(&child);
}

static void a_zombie_and_a_stopped_process_are_told_the_same(void **state)
{
	struct both *both = *state;
	struct child stopped = child_start(NULL, NULL), zombie = child_start(NULL, NULL);
	const pid_t pids[] = {stopped.pid, zombie.pid};
	siginfo_t info;

	kill(stopped.pid, SIGSTOP);
	kill(zombie.pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)stopped.pid, &info, WSTOPPED | WNOWAIT), 0);
	assert_int_equal(waitid(P_PID, (id_t)zombie.pid, &info, WEXITED | WNOWAIT), 0);
	both_agree(both, pids, 2);
	assert_int_equal(snapshot_find_process(both->between, stopped.pid)->state, 'T');
	assert_int_equal(snapshot_find_process(both->between, zombie.pid)->state, 'Z');
	child_kill(&stopped);
	child_kill(&zombie);
}

static void who_is_born_and_dies_comes_and_goes(void **state)
{
	struct both *both = *state;
	struct child first = child_start(NULL, NULL), second;

	both->tasks = tasks_or_skip();
	pass_over_tasks(both);
	assert_non_null(snapshot_find_process(both->between, first.pid));
	assert_non_null(pids_find(both->rig.pass.pids, first.pid));
	second = child_start(NULL, NULL);
	pid_t gone = first.pid;
	child_kill(&first);
	pass_over_tasks(both);
	assert_null(snapshot_find_process(both->between, gone));
	assert_null(pids_find(both->rig.pass.pids, gone));
	assert_non_null(snapshot_find_process(both->between, second.pid));
	assert_non_null(pids_find(both->rig.pass.pids, second.pid));
	child_kill(&second);
}

static void a_plain_user_is_told_what_is_missing_body(void)
{
	struct tasks *tasks = NULL;
	struct err err = ERR_INIT;
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	nobody_check(tasks_open(fd, &tasks, &err) < 0);
	nobody_check(!tasks && err.text[0]);
	close(fd);
}

static void a_plain_user_is_told_what_is_missing(void **state)
{
	(void)state;
	as_nobody(a_plain_user_is_told_what_is_missing_body);
}

/* ---- Who hands the program over ---- */

/* What one iterator tells of a process. */
static bool find_fact(struct iterator *iterator, pid_t pid, struct task_fact *out)
{
	struct err err = ERR_INIT;
	_cleanup_(cleanup_close)
	int fd = iterator_run(iterator, &err);
	static char facts[4 << 20];
	size_t len = 0, at = 0;
	ssize_t n;

	assert_true(fd >= 0);
	while ((n = read(fd, facts + len, sizeof(facts) - len)) > 0)
		len += (size_t)n;
	assert_int_equal(n, 0);
	while (at < len) {
		memcpy(out, facts + at, sizeof(*out));
		if (out->pid == (fact_u32)pid)
			return true;
		at += out->pid == out->tgid ? sizeof(*out) : sizeof(struct thread_fact);
	}
	return false;
}

static void the_kernel_and_the_library_fit_the_program_alike(void **state)
{
	struct iterator *direct = NULL, *library = NULL;
	struct task_fact a, b;
	struct err err = ERR_INIT;
	struct child child;

	(void)state;
	if (iterator_load(ITERATE_TASKS, &direct, &err) < 0)
		skip();
	assert_int_equal(iterator_load_by_library(ITERATE_TASKS, &library, &err), 0);
	child = child_start(NULL, NULL);
	/* It may still be on its way to sleep. */
	for (int i = 0; i < TRIES; i++) {
		assert_true(find_fact(direct, child.pid, &a));
		assert_true(find_fact(library, child.pid, &b));
		if (memcmp(&a, &b, sizeof(a)) == 0)
			break;
	}
	assert_memory_equal(&a, &b, sizeof(a));
	assert_true(a.ns[0] != 0 && a.start_nsec != 0 && a.anon_pages != 0);
	child_kill(&child);
	iterator_free(direct);
	iterator_free(library);
}

/* ---- What facts mean ---- */

static void every_letter_of_a_state_is_found_again(void **state)
{
	(void)state;
	for (const char *letter = "RSDTtXZPI"; *letter; letter++) {
		struct task_fact fact = {0};

		fact_set_state(&fact, *letter);
		assert_int_equal(fact_state(&fact), *letter);
	}
}

static void a_frozen_task_waits_uninterruptibly(void **state)
{
	const struct task_fact frozen = {.state = 0x8000};

	(void)state;
	assert_int_equal(fact_state(&frozen), 'D');
}

static void cpu_time_is_the_schedulers_in_the_ratio_of_the_ticks(void **state)
{
	const struct task_fact fact = {
		.has = FACT_HAS_SCALING,
		.counts = {.user_nsec = 30, .system_nsec = 10, .runtime_nsec = 100}};
	uint64_t user, system;

	(void)state;
	fact_cpu_time(&fact, &user, &system);
	assert_int_equal(user, 75);
	assert_int_equal(system, 25);
}

static void cpu_time_never_goes_back_from_what_proc_told(void **state)
{
	struct task_fact fact = {
		.has = FACT_HAS_SCALING,
		.counts = {.user_nsec = 30, .system_nsec = 10, .runtime_nsec = 100},
		.prev_user_nsec = 20,
		.prev_system_nsec = 60};
	uint64_t user, system;

	(void)state;
	fact_cpu_time(&fact, &user, &system);
	assert_int_equal(user, 40);
	assert_int_equal(system, 60);
	fact.prev_user_nsec = 90;
	fact.prev_system_nsec = 5;
	fact_cpu_time(&fact, &user, &system);
	assert_int_equal(user, 90);
	assert_int_equal(system, 10);
	fact.prev_system_nsec = 20;
	fact_cpu_time(&fact, &user, &system);
	assert_int_equal(user, 90);
	assert_int_equal(system, 20);
}

#define WITH_BOTH(test) cmocka_unit_test_setup_teardown(test, both_open, both_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BOTH(every_process_of_this_machine_is_told_the_same),
		WITH_BOTH(threads_are_summed_up_the_same),
		WITH_BOTH(memory_is_told_the_same_of_large_and_small),
		WITH_BOTH(namespaces_and_roots_are_told_the_same),
		WITH_BOTH(the_pid_inside_is_told_however_deep_it_is),
		WITH_BOTH(users_and_odd_names_are_told_the_same),
		WITH_BOTH(a_zombie_and_a_stopped_process_are_told_the_same),
		WITH_BOTH(who_is_born_and_dies_comes_and_goes),
		cmocka_unit_test(a_plain_user_is_told_what_is_missing),
		cmocka_unit_test(the_kernel_and_the_library_fit_the_program_alike),
		cmocka_unit_test(every_letter_of_a_state_is_found_again),
		cmocka_unit_test(a_frozen_task_waits_uninterruptibly),
		cmocka_unit_test(cpu_time_is_the_schedulers_in_the_ratio_of_the_ticks),
		cmocka_unit_test(cpu_time_never_goes_back_from_what_proc_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
