/* SPDX-License-Identifier: MIT */
/* The pid table, over the real /proc with children that do what processes do, and over small trees. */
#include "rig.h"

#include <sys/mount.h>

/* ---- The real /proc ---- */

/* struct table - a rig over the real system with a pid table in it */
struct table {
	struct rig rig;
	void *pids;
};

static void table_open(struct table *table)
{
	rig_open(&table->rig, "/");
	table->pids = rig_start(&table->rig, &collector_pids);
}

static struct pids *table_pass(struct table *table)
{
	rig_begin(&table->rig, SOURCE_NS);
	rig_sample(&table->rig, &collector_pids, table->pids);
	return table->rig.pass.pids;
}

static void table_close(struct table *table)
{
	collector_pids.stop(table->pids);
	rig_close(&table->rig);
}

static void every_process_has_an_entry_in_ascending_order(void **state)
{
	struct child child = child_start(NULL, NULL);
	struct table table;
	struct pids *pids;

	(void)state;
	table_open(&table);
	pids = table_pass(&table);
	assert_true(pids_complete(pids));
	assert_false(table.rig.pass.snapshot->ns_partial);
	assert_non_null(pids_find(pids, child.pid));
	assert_non_null(pids_find(pids, getpid()));
	assert_null(pids_find(pids, 0));
	assert_null(pids_find(pids, INT32_MAX));
	for (size_t i = 1; i < pids_count(pids); i++)
		assert_true(pids_at(pids, i - 1)->pid < pids_at(pids, i)->pid);
	for (size_t i = 0; i < pids_count(pids); i++)
		assert_ptr_equal(pids_find(pids, pids_at(pids, i)->pid), pids_at(pids, i));
	table_close(&table);
	child_kill(&child);
}

static void an_entry_says_what_the_kernel_says(void **state)
{
	struct table table;
	const struct pid_entry *entry;
	char comm[32] = "";

	(void)state;
	prctl(PR_SET_NAME, "a) (b");
	table_open(&table);
	entry = pids_find(table_pass(&table), getpid());
	assert_non_null(entry);
	assert_int_equal(entry->ppid, getppid());
	assert_int_equal(entry->uid, geteuid());
	assert_int_equal(entry->inner_pid, getpid());
	assert_true(entry->start_ticks > 0);
	assert_true(entry->flags & PID_NS_READ);
	assert_true(entry->flags & PID_ROOT_READ);
	assert_false(entry->flags & (PID_NS_DENIED | PID_KERNEL_THREAD));
	assert_null(entry->root);
	assert_true(entry->root_inode != 0);
	for (enum ns_type type = 0; type < NS_TYPES; type++)
		assert_int_equal(entry->ns[type], ns_inode(getpid(), ns_type_text(type)));
	prctl(PR_GET_NAME, comm);
	assert_string_equal(entry->comm, comm);
	assert_int_equal(entry->cgroup, INDEX_NONE);
	assert_int_equal(entry->container, INDEX_NONE);
	table_close(&table);
}

static void a_kernel_thread_is_told_from_a_process(void **state)
{
	struct table table;
	const struct pid_entry *entry;

	(void)state;
	table_open(&table);
	entry = pids_find(table_pass(&table), 2);
	if (!entry || strcmp(entry->comm, "kthreadd") != 0) {
		table_close(&table);
		skip();
	}
	assert_true(entry->flags & PID_KERNEL_THREAD);
	table_close(&table);
}

static void a_process_goes_to_the_cgroup_that_lists_it(void **state)
{
	struct child a = child_start(NULL, NULL), b = child_start(NULL, NULL);
	struct child between = child_start(NULL, NULL);
	struct member members[] = {{a.pid, 4}, {b.pid, 7}};
	struct table table;
	struct pids *pids;

	(void)state;
	if (a.pid > b.pid) { /* pids went around */
		members[0] = (struct member) {b.pid, 7};
		members[1] = (struct member) {a.pid, 4};
	}
	table_open(&table);
	rig_begin(&table.rig, SOURCE_NS);
	table.rig.pass.members = members;
	table.rig.pass.members_len = ARRAY_LEN(members);
	rig_sample(&table.rig, &collector_pids, table.pids);
	pids = table.rig.pass.pids;
	assert_int_equal(pids_find(pids, a.pid)->cgroup, 4);
	assert_int_equal(pids_find(pids, b.pid)->cgroup, 7);
	assert_int_equal(pids_find(pids, between.pid)->cgroup, INDEX_NONE);
	/* Where it was in the last pass is no answer in this one. */
	pids = table_pass(&table);
	assert_int_equal(pids_find(pids, a.pid)->cgroup, INDEX_NONE);
	table_close(&table);
	child_kill(&a);
	child_kill(&b);
	child_kill(&between);
}

static int act_new_pid_ns(void *data)
{
	int flags = CLONE_NEWPID | CLONE_NEWUTS;
	pid_t inner;

	(void)data;
	if (unshare(flags) < 0)
		return -errno;
	inner = fork();
	if (inner == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return inner < 0 ? -errno : 0;
}

static void the_pid_inside_comes_from_the_innermost_namespace(void **state)
{
	struct child child = child_start(act_new_pid_ns, NULL);
	const struct pid_entry *outer, *inner = NULL;
	struct table table;
	struct pids *pids;

	(void)state;
	table_open(&table);
	pids = table_pass(&table);
	outer = pids_find(pids, child.pid);
	for (size_t i = 0; i < pids_count(pids); i++)
		if (pids_at(pids, i)->ppid == child.pid)
			inner = pids_at(pids, i);
	assert_non_null(outer);
	assert_non_null(inner);
	assert_int_equal(outer->inner_pid, outer->pid);
	assert_int_equal(inner->inner_pid, 1);
	assert_true(inner->ns[NS_PID] != outer->ns[NS_PID]);
	assert_int_equal(inner->ns[NS_UTS], outer->ns[NS_UTS]);
	assert_int_equal(inner->ns[NS_PID], ns_inode(inner->pid, "pid"));
	assert_true(outer->ns[NS_UTS] != pids_host_ns(pids)[NS_UTS]);
	assert_int_equal(outer->ns[NS_NET], pids_host_ns(pids)[NS_NET]);
	table_close(&table);
	child_kill(&child);
}

static int act_chroot(void *data)
{
	return chroot(data) < 0 || chdir("/") < 0 ? -errno : 0;
}

static void a_chroot_shows_as_another_root(void **state)
{
	char root[64];
	struct child child;
	struct table table;
	const struct pid_entry *entry;
	struct stat st;

	(void)state;
	tree_make(root, NULL, 0);
	child = child_start(act_chroot, root);
	table_open(&table);
	entry = pids_find(table_pass(&table), child.pid);
	assert_non_null(entry);
	assert_non_null(entry->root);
	assert_string_equal(entry->root, root);
	assert_int_equal(stat(root, &st), 0);
	assert_int_equal(entry->root_inode, st.st_ino);
	assert_int_equal(entry->root_dev, st.st_dev);
	table_close(&table);
	child_kill(&child);
	tree_remove(root);
}

static void a_process_that_ended_has_no_entry(void **state)
{
	struct child child = child_start(NULL, NULL);
	pid_t pid = child.pid;
	struct table table;

	(void)state;
	table_open(&table);
	assert_non_null(pids_find(table_pass(&table), pid));
	child_kill(&child);
	assert_null(pids_find(table_pass(&table), pid));
	table_close(&table);
}

static int act_await_order(void *data)
{
	const int *pipe_fds = data;
	char order;

	/* A second child, so that the first one can be ready while it still waits for its order */
	if (fork() != 0)
		return 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(pipe_fds[0], &order, 1) == 1)
		unshare(CLONE_NEWUTS);
	order = 'd';
	if (write(pipe_fds[3], &order, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static const struct pid_entry *find_child_of(struct pids *pids, pid_t parent)
{
	for (size_t i = 0; i < pids_count(pids); i++)
		if (pids_at(pids, i)->ppid == parent)
			return pids_at(pids, i);
	return NULL;
}

/* As every container begins: fork, unshare, exec. A table that read it before must look again. */
static void a_young_process_that_unshares_is_read_again(void **state)
{
	int fds[4];
	struct child child;
	struct table table;
	const struct pid_entry *entry;
	uint64_t before;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(pipe2(fds + 2, O_CLOEXEC), 0);
	child = child_start(act_await_order, fds);
	table_open(&table);
	entry = find_child_of(table_pass(&table), child.pid);
	assert_non_null(entry);
	before = entry->ns[NS_UTS];
	assert_true(before != 0);
	assert_int_equal(write(fds[1], "g", 1), 1);
	assert_int_equal(read(fds[2], &(char) {0}, 1), 1);
	entry = find_child_of(table_pass(&table), child.pid);
	assert_non_null(entry);
	assert_int_equal(entry->ns[NS_UTS], ns_inode(entry->pid, "uts"));
	if (getuid() == 0)
		assert_true(entry->ns[NS_UTS] != before);
	kill(entry->pid, SIGKILL);
	table_close(&table);
	child_kill(&child);
	for (size_t i = 0; i < 4; i++)
		close(fds[i]);
}

/* Old processes have their turn again, too, however long it takes. */
static void an_old_process_that_unshares_is_found_within_a_round(void **state)
{
	int fds[4];
	struct child child;
	struct table table;
	const struct pid_entry *entry;
	struct pids *pids;
	bool found = false;

	(void)state;
	if (getuid() != 0)
		skip();
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(pipe2(fds + 2, O_CLOEXEC), 0);
	child = child_start(act_await_order, fds);
	sleep(3); /* no longer young */
	table_open(&table);
	pids = table_pass(&table);
	entry = find_child_of(pids, child.pid);
	assert_non_null(entry);
	assert_false(entry->flags & PID_YOUNG);
	assert_int_equal(write(fds[1], "g", 1), 1);
	assert_int_equal(read(fds[2], &(char) {0}, 1), 1);
	for (size_t i = 0; i < pids_count(pids) + 2 && !found; i++) {
		entry = find_child_of(table_pass(&table), child.pid);
		assert_non_null(entry);
		found = entry->ns[NS_UTS] == ns_inode(entry->pid, "uts");
	}
	assert_true(found);
	kill(entry->pid, SIGKILL);
	table_close(&table);
	child_kill(&child);
	for (size_t i = 0; i < 4; i++)
		close(fds[i]);
}

#define REUSED 30

/* A process with this very pid, in a uts namespace of its own; 0 if that can't be had */
static pid_t reuse_pid(pid_t pid)
{
	int ready[2];
	pid_t again;
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	again = fork_as(pid);
	if (again == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWUTS) < 0 || write(ready[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (again > 0 && read(ready[0], &byte, 1) != 1) {
		kill(again, SIGKILL);
		waitpid(again, NULL, 0);
		again = 0;
	}
	close(ready[0]);
	return again > 0 ? again : 0;
}

/* They are old when they are read first, so that nothing but the inode number that readdir gives tells
 * the table that others bear their pids now. */
static void a_reused_pid_is_another_process(void **state)
{
	struct child crowd[REUSED];
	struct table table;
	struct pids *pids;
	size_t reused = 0;

	(void)state;
	for (size_t i = 0; i < REUSED; i++)
		crowd[i] = child_start(NULL, NULL);
	sleep(3);
	table_open(&table);
	pids = table_pass(&table);
	for (size_t i = 0; i < REUSED; i++) {
		pid_t pid = crowd[i].pid;

		assert_int_equal(pids_find(pids, pid)->ns[NS_UTS], ns_inode(getpid(), "uts"));
		child_kill(&crowd[i]);
		crowd[i].pid = reuse_pid(pid);
		reused += crowd[i].pid == pid;
	}
	pids = table_pass(&table);
	for (size_t i = 0; i < REUSED && reused > 0; i++) {
		pid_t pid = crowd[i].pid;

		if (pid == 0)
			continue;
		assert_non_null(pids_find(pids, pid));
		assert_int_equal(pids_find(pids, pid)->ns[NS_UTS], ns_inode(pid, "uts"));
		assert_int_not_equal(ns_inode(pid, "uts"), ns_inode(getpid(), "uts"));
	}
	table_close(&table);
	for (size_t i = 0; i < REUSED; i++)
		child_kill(&crowd[i]);
	if (reused == 0)
		skip();
}

/* ---- Churn ---- */

#define CROWD 120

static void crowd_start(struct child *crowd, size_t n)
{
	for (size_t i = 0; i < n; i++)
		crowd[i] = child_start(NULL, NULL);
}

static void a_crowd_that_dies_and_is_born_again_is_followed(void **state)
{
	struct child crowd[CROWD];
	struct table table;
	struct pids *pids;

	(void)state;
	crowd_start(crowd, CROWD);
	table_open(&table);
	for (int pass = 0; pass < 12; pass++) {
		pids = table_pass(&table);
		for (size_t i = 0; i < CROWD; i++) {
			const struct pid_entry *entry = pids_find(pids, crowd[i].pid);

			assert_non_null(entry);
			assert_int_equal(entry->ppid, getpid());
			assert_true(pid_entry_is_read(entry));
		}
		for (size_t i = (size_t)pass % 2; i < CROWD; i += 2) {
			child_kill(&crowd[i]);
			crowd[i] = child_start(NULL, NULL);
		}
	}
	table_close(&table);
	for (size_t i = 0; i < CROWD; i++)
		child_kill(&crowd[i]);
}

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

/* Processes come and go while they are read, so that each step of a read meets a process that is just
 * gone. What stays in the table is right; nothing fails. */
static void processes_that_vanish_while_they_are_read_leave_no_trace(void **state)
{
	struct child churn = child_start(act_churn, NULL);
	uint64_t until = clock_monotonic_usec() + 2000000;
	struct table table;

	(void)state;
	table_open(&table);
	while (clock_monotonic_usec() < until) {
		struct pids *pids = table_pass(&table);
		const struct pid_entry *self = pids_find(pids, getpid());

		assert_true(pids_complete(pids));
		assert_non_null(self);
		assert_int_equal(self->ns[NS_MNT], ns_inode(getpid(), "mnt"));
		for (size_t i = 0; i < pids_count(pids); i++) {
			const struct pid_entry *entry = pids_at(pids, i);

			assert_true(pid_entry_is_read(entry));
			assert_true(entry->start_ticks > 0 || entry->pid <= 2 ||
				    (entry->flags & PID_KERNEL_THREAD));
			assert_true(i == 0 || pids_at(pids, i - 1)->pid < entry->pid);
		}
	}
	table_close(&table);
	child_kill(&churn);
}

/* ---- Budget ---- */

static size_t count_read(struct pids *pids)
{
	size_t n = 0;

	for (size_t i = 0; i < pids_count(pids); i++)
		n += pid_entry_is_read(pids_at(pids, i));
	return n;
}

static void a_small_budget_reads_a_part_and_gets_through_in_the_end(void **state)
{
	struct child crowd[CROWD];
	struct table table;
	struct pids *pids;
	size_t before = 0;

	(void)state;
	crowd_start(crowd, CROWD);
	table_open(&table);
	table.rig.demand.ns_budget_usec = 1;
	pids = table_pass(&table);
	assert_false(pids_complete(pids));
	assert_true(table.rig.pass.snapshot->ns_partial);
	assert_true(count_read(pids) < pids_count(pids));
	for (int i = 0; i < 5000 && !pids_complete(pids); i++) {
		before = count_read(pids);
		assert_true(before > 0);
		pids = table_pass(&table);
	}
	assert_true(pids_complete(pids));
	assert_false(table.rig.pass.snapshot->ns_partial);
	assert_int_equal(count_read(pids), pids_count(pids));
	for (size_t i = 0; i < CROWD; i++)
		assert_int_equal(pids_find(pids, crowd[i].pid)->ns[NS_NET],
				 ns_inode(getpid(), "net"));
	table_close(&table);
	for (size_t i = 0; i < CROWD; i++)
		child_kill(&crowd[i]);
}

/* ---- Without privilege ---- */

static void look_as_a_plain_user(void)
{
	struct rig rig;
	struct err err = ERR_INIT;
	void *state = NULL;
	const struct pid_entry *self, *parent;

	rig_open(&rig, "/");
	nobody_check(collector_pids.start(&rig.options, &state, &err) == 0);
	for (int i = 0; i < 3; i++) {
		rig_begin(&rig, SOURCE_NS);
		nobody_check(collector_pids.sample(state, &rig.pass, &err) == 0);
	}
	self = pids_find(rig.pass.pids, getpid());
	parent = pids_find(rig.pass.pids, getppid());
	nobody_check(self && parent);
	nobody_check(self->uid == NOBODY && (self->flags & PID_NS_READ));
	nobody_check(self->ns[NS_NET] == ns_inode(getpid(), "net"));
	/* What is not readable is denied and 0, and what is public is there all the same. */
	nobody_check(parent->uid == 0);
	nobody_check((parent->flags & PID_NS_DENIED) && !(parent->flags & PID_NS_READ));
	for (enum ns_type type = 0; type < NS_TYPES; type++)
		nobody_check(parent->ns[type] == 0);
	nobody_check(parent->inner_pid == parent->pid);
	nobody_check(parent->start_ticks > 0 && !parent->root);
	nobody_check(pids_complete(rig.pass.pids));
	nobody_check(pids_host_ns(rig.pass.pids)[NS_NET] != 0);
	collector_pids.stop(state);
	rig_close(&rig);
}

static void a_plain_user_sees_what_is_denied_as_denied(void **state)
{
	(void)state;
	as_nobody(look_as_a_plain_user);
}

static void look_at_a_hidden_proc(void)
{
	struct rig rig;
	struct err err = ERR_INIT;
	void *state = NULL;

	rig_open(&rig, getenv("BOXTOP_TEST_ROOT"));
	nobody_check(collector_pids.start(&rig.options, &state, &err) == 0);
	rig_begin(&rig, SOURCE_NS);
	nobody_check(collector_pids.sample(state, &rig.pass, &err) == 0);
	nobody_check(pids_find(rig.pass.pids, getpid()) != NULL);
	nobody_check(pids_complete(rig.pass.pids));
	for (size_t i = 0; i < pids_count(rig.pass.pids); i++) {
		const struct pid_entry *entry = pids_at(rig.pass.pids, i);

		nobody_check(entry->uid == NOBODY || (entry->flags & PID_NS_DENIED));
	}
	collector_pids.stop(state);
	rig_close(&rig);
}

/* In a mount namespace of its own, since the mount would be everybody's otherwise */
static void check_hidepid(const char *options)
{
	char root[64], path[96];
	int status;
	pid_t pid;

	if (getuid() != 0)
		skip();
	tree_make(root, NULL, 0);
	snprintf(path, sizeof(path), "%s/proc", root);
	assert_int_equal(chmod(root, 0755), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	setenv("BOXTOP_TEST_ROOT", root, 1);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("proc", path, "proc", 0, options) < 0)
			_exit(77);
		if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
			_exit(3);
		prctl(PR_SET_DUMPABLE, 1);
		look_at_a_hidden_proc();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	tree_remove(root);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_proc_that_denies_other_users_processes_is_no_failure(void **state)
{
	(void)state;
	check_hidepid("hidepid=1");
}

static void a_proc_that_hides_other_users_processes_is_no_failure(void **state)
{
	(void)state;
	check_hidepid("hidepid=2");
}

/* ---- Trees ---- */

#define STAT(pid, comm, flags)                                                                     \
#pid " (" comm ") S 1 1 1 0 -1 " #flags " 1 0 0 0 5 6 0 0 20 0 1 0 77 1000 10\n"

static void what_files_say_is_read_whatever_their_order(void **state)
{
	static const struct tree_file files[] = {
		{"proc/1/stat", STAT(1, "init", 4194560)},
		{"proc/1/ns/net", "-> net:[4026531840]"},
		{"proc/1/ns/pid", "-> pid:[4026531836]"},
		{"proc/1/root", "-> /"},
		{"proc/100/stat", STAT(100, "x y) (z", 4194560)},
		{"proc/100/status", "Name:\tx\nNSpid:\t100\t17\t3\nThreads:\t1\n"},
		{"proc/100/ns/net", "-> net:[4026532000]"},
		{"proc/100/ns/pid", "-> pid:[4026532001]"},
		{"proc/100/ns/mnt", "-> nonsense"},
		{"proc/100/root", "-> /srv/no-such-root"},
		{"proc/20/stat", STAT(20, "kworker/0:1-events_freezable_pwr_ef", 2097152)},
		{"proc/20/ns/pid", "-> pid:[4026531836]"},
		{"proc/3/stat", STAT(3, "old", 4194560)},
		{"proc/3/status", "Name:\told\nPid:\t3\n"},
		{"proc/4/stat", "4 (broken"},
		{"proc/5", NULL},
		{"proc/0/stat", STAT(0, "zero", 0)},
		{"proc/12x/stat", STAT(12, "no pid", 0)},
		{"proc/99999999999/stat", STAT(9, "too large", 0)},
		{"proc/sys/kernel/pid_max", "1\n"},
	};
	static const pid_t expected[] = {1, 3, 20, 100};
	struct table table;
	struct pids *pids;
	char root[64];

	(void)state;
	tree_make(root, files, ARRAY_LEN(files));
	rig_open(&table.rig, root);
	table.pids = rig_start(&table.rig, &collector_pids);
	for (int pass = 0; pass < 3; pass++) {
		pids = table_pass(&table);
		assert_int_equal(pids_count(pids), ARRAY_LEN(expected));
		for (size_t i = 0; i < ARRAY_LEN(expected); i++)
			assert_int_equal(pids_at(pids, i)->pid, expected[i]);
		assert_int_equal(pids_host_ns(pids)[NS_NET], 4026531840);
		assert_int_equal(pids_find(pids, 1)->inner_pid, 1);
		assert_null(pids_find(pids, 1)->root);
		assert_int_equal(pids_find(pids, 1)->start_ticks, 77);
		assert_string_equal(pids_find(pids, 100)->comm, "x y) (z");
		assert_int_equal(pids_find(pids, 100)->inner_pid, 3);
		assert_int_equal(pids_find(pids, 100)->ns[NS_NET], 4026532000);
		assert_int_equal(pids_find(pids, 100)->ns[NS_MNT], 0);
		assert_string_equal(pids_find(pids, 100)->root, "/srv/no-such-root");
		assert_string_equal(pids_find(pids, 20)->comm, "kworker/0:1-eve");
		assert_true(pids_find(pids, 20)->flags & PID_KERNEL_THREAD);
		assert_false(pids_find(pids, 1)->flags & PID_KERNEL_THREAD);
		/* A kernel before 4.1 does not tell the pid inside. */
		assert_int_equal(pids_find(pids, 3)->inner_pid, 0);
	}
	table_close(&table);
	tree_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_process_has_an_entry_in_ascending_order),
		cmocka_unit_test(an_entry_says_what_the_kernel_says),
		cmocka_unit_test(a_kernel_thread_is_told_from_a_process),
		cmocka_unit_test(a_process_goes_to_the_cgroup_that_lists_it),
		cmocka_unit_test(the_pid_inside_comes_from_the_innermost_namespace),
		cmocka_unit_test(a_chroot_shows_as_another_root),
		cmocka_unit_test(a_process_that_ended_has_no_entry),
		cmocka_unit_test(a_young_process_that_unshares_is_read_again),
		cmocka_unit_test(an_old_process_that_unshares_is_found_within_a_round),
		cmocka_unit_test(a_reused_pid_is_another_process),
		cmocka_unit_test(a_crowd_that_dies_and_is_born_again_is_followed),
		cmocka_unit_test(processes_that_vanish_while_they_are_read_leave_no_trace),
		cmocka_unit_test(a_small_budget_reads_a_part_and_gets_through_in_the_end),
		cmocka_unit_test(a_plain_user_sees_what_is_denied_as_denied),
		cmocka_unit_test(a_proc_that_denies_other_users_processes_is_no_failure),
		cmocka_unit_test(a_proc_that_hides_other_users_processes_is_no_failure),
		cmocka_unit_test(what_files_say_is_read_whatever_their_order),
	};

	return cmocka_run_group_tests_name("collectors/pids", tests, NULL, NULL);
}
