/* SPDX-License-Identifier: MIT */
/*
 * The cgroups collector on the kernel of this machine, with groups and processes that the tests make and
 * remove: with members from cgroup.procs, then from the task iterator, where it can be had. A test is skipped where it may not make any, or where the machine lacks what it is about.
 */
#include "cgroups_test.h"

#include <sys/mount.h>
#include <time.h>

#include "base/dir.h"

#define DIRS_MAX 64

/* struct kernel - the collector over "/", and what a test made */
struct kernel {
	struct cgroups_rig cg;
	struct hierarchies hierarchies;
	char name[64]; /* "/bt-cgroups-PID": a prefix of our own in every hierarchy */
	struct {
		int fd; /* its hierarchy's mount point, borrowed */
		char path[160];
	} dirs[DIRS_MAX];
	size_t dirs_len;
	struct child children[8];
	size_t children_len;
};

static bool by_tasks; /* the second round */

static int kernel_open(void **state)
{
	struct kernel *kernel = xcalloc(1, sizeof(*kernel));
	struct err err = ERR_INIT;
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (hierarchies_find(root, &kernel->hierarchies, &err) < 0)
		return -1;
	close(root);
	snprintf(kernel->name, sizeof(kernel->name), "/bt-cgroups-%d", (int)getpid());
	cgroups_open(&kernel->cg, "/");
	if (by_tasks && tasks_open(kernel->cg.rig.pass.proc_fd, &kernel->cg.tasks, &err) < 0)
		return -1;
	*state = kernel;
	return 0;
}

static void dir_remove_slowly(int fd, const char *path)
{
	/* A killed process leaves its groups a little later than it is reaped. */
	for (int tries = 0; tries < 500 && unlinkat(fd, path, AT_REMOVEDIR) < 0; tries++) {
		if (errno != EBUSY)
			break;
		usleep(5000);
	}
}

static int kernel_close(void **state)
{
	struct kernel *kernel = *state;

	for (size_t i = 0; i < kernel->children_len; i++)
		child_kill(&kernel->children[i]);
	while (kernel->dirs_len-- > 0)
		dir_remove_slowly(kernel->dirs[kernel->dirs_len].fd,
				  kernel->dirs[kernel->dirs_len].path);
	cgroups_close(&kernel->cg);
	tasks_free(kernel->cg.tasks);
	hierarchies_finish(&kernel->hierarchies);
	free(kernel);
	return 0;
}

/* The mount point of a controller; skips the test where there is none. */
static int mount_of(const struct kernel *kernel, enum cgroup_controller controller)
{
	uint8_t h = kernel->hierarchies.of[controller];

	if (h == HIERARCHY_NONE)
		skip();
	return kernel->hierarchies.items[h].fd;
}

/* A group below our prefix in the hierarchy of @controller; @path gets the path of its row */
static void group_make(struct kernel *kernel, enum cgroup_controller controller, const char *below,
		       char path[160])
{
	int fd = mount_of(kernel, controller);

	snprintf(path, 160, "%s%s", kernel->name, below);
	assert_true(kernel->dirs_len < DIRS_MAX);
	if (mkdirat(fd, path + 1, 0755) < 0) {
		if (errno == EEXIST)
			return;
		if (errno == EACCES || errno == EPERM || errno == EROFS)
			skip();
		fail_msg("mkdir %s: %s", path, strerror(errno));
	}
	kernel->dirs[kernel->dirs_len].fd = fd;
	snprintf(kernel->dirs[kernel->dirs_len++].path, 160, "%s", path + 1);
}

static int group_write(const struct kernel *kernel, enum cgroup_controller controller,
		       const char *group, const char *file, const char *text)
{
	char path[256];
	int r = 0, fd;

	snprintf(path, sizeof(path), "./%s/%s", group + 1, file);
	fd = openat(mount_of(kernel, controller), path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static uint64_t group_read(const struct kernel *kernel, enum cgroup_controller controller,
			   const char *group, const char *file)
{
	struct strbuf buf = STRBUF_INIT;
	char path[256];
	unsigned long long value = 0;

	snprintf(path, sizeof(path), "./%s/%s", group + 1, file);
	assert_int_equal(dir_read(mount_of(kernel, controller), path, &buf, NULL), 0);
	/* The first number: files of one value, and "key value" where the first key is meant. */
	sscanf(strbuf_cstr(&buf), "%*[^0-9]%llu", &value);
	if (value == 0)
		sscanf(strbuf_cstr(&buf), "%llu", &value);
	strbuf_finish(&buf);
	return value;
}

static void enter(const struct kernel *kernel, enum cgroup_controller controller, const char *group,
		  pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	assert_int_equal(group_write(kernel, controller, group, "cgroup.procs", text), 0);
}

static struct child *child_new(struct kernel *kernel, int (*act)(void *), void *data)
{
	assert_true(kernel->children_len < ARRAY_LEN(kernel->children));
	kernel->children[kernel->children_len] = child_start(act, data);
	return &kernel->children[kernel->children_len++];
}

static bool is_v2(const struct kernel *kernel, enum cgroup_controller controller)
{
	return kernel->hierarchies.items[kernel->hierarchies.of[controller]].v2;
}

/* ---- What is there ---- */

static void a_group_has_what_its_hierarchies_have(void **state)
{
	struct kernel *kernel = *state;
	const struct cgroup *cgroup;
	struct child *child = child_new(kernel, NULL, NULL);
	char path[160];

	group_make(kernel, CGROUP_PIDS, "", path);
	if (is_v2(kernel, CGROUP_PIDS))
		skip();
	enter(kernel, CGROUP_PIDS, path, child->pid);
	cgroup = cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path);
	assert_known(cgroup->usage.pids.current, 1);
	assert_known(cgroup->usage.pids.limit, METRIC_NO_LIMIT);
	assert_known(cgroup->usage.populated, 1);
	assert_known(cgroup->own_processes, 1);
	assert_string_equal(cgroup->paths[CGROUP_PIDS], path);
	assert_null(cgroup->paths[CGROUP_MEMORY]);
	if (kernel->hierarchies.of[CGROUP_MEMORY] != HIERARCHY_NONE)
		assert_absent(cgroup->usage.memory.current_bytes, WHY_NO_CONTROLLER);
	assert_member(&kernel->cg.rig.pass, child->pid, path);
	assert_non_null(member_path(&kernel->cg.rig.pass, getpid()));
}

static int act_burn(void *data)
{
	struct timespec used = {0, 0};

	while (used.tv_nsec < *(long *)data)
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return 0;
}

static void cpu_time_is_that_of_the_kernel(void **state)
{
	struct kernel *kernel = *state;
	bool v1 = kernel->hierarchies.of[CGROUP_CPUACCT] != HIERARCHY_NONE;
	enum cgroup_controller controller = v1 ? CGROUP_CPUACCT : CGROUP_UNIFIED;
	const char *file = v1 ? "cpuacct.usage" : "cpu.stat";
	const struct cgroup *cgroup;
	uint64_t before, after;
	long nsec = 50000000;
	char path[160], self[16] = "0";

	group_make(kernel, controller, "", path);
	if (group_write(kernel, controller, path, "cgroup.procs", self) < 0)
		skip();
	child_new(kernel, act_burn, &nsec);
	assert_int_equal(group_write(kernel, controller, "/", "cgroup.procs", self), 0);
	before = group_read(kernel, controller, path, file) / (v1 ? 1000 : 1);
	cgroup = cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path);
	after = group_read(kernel, controller, path, file) / (v1 ? 1000 : 1);
	assert_int_equal(cgroup->usage.cpu.usage_usec.state, METRIC_KNOWN);
	assert_in_range(cgroup->usage.cpu.usage_usec.value, before, after);
	assert_true(before >= 40000);
}

static void memory_and_its_limit_are_those_of_the_kernel(void **state)
{
	struct kernel *kernel = *state;
	const struct cgroup *cgroup;
	bool v1;
	char path[160];

	group_make(kernel, CGROUP_MEMORY, "", path);
	v1 = !is_v2(kernel, CGROUP_MEMORY);
	if (group_write(kernel, CGROUP_MEMORY, path, v1 ? "memory.limit_in_bytes" : "memory.max",
			"67108864") < 0)
		skip();
	for (int pass = 0; pass < 3; pass++) {
		cgroup = cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path);
		assert_known(cgroup->usage.memory.limit_bytes, 67108864);
		assert_known(cgroup->usage.memory.current_bytes, 0);
		assert_known(cgroup->usage.memory.working_set_bytes, 0);
		assert_known(cgroup->usage.memory.oom_kills, 0);
	}
	/* Nothing ran in it; that someone wrote to it shows all the same. */
	assert_int_equal(group_write(kernel, CGROUP_MEMORY, path,
				     v1 ? "memory.limit_in_bytes" : "memory.max", "134217728"),
			 0);
	cgroup = cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path);
	assert_known(cgroup->usage.memory.limit_bytes, 134217728);
}

static void a_frozen_group_says_so(void **state)
{
	struct kernel *kernel = *state;
	bool v1 = kernel->hierarchies.of[CGROUP_FREEZER] != HIERARCHY_NONE;
	enum cgroup_controller controller = v1 ? CGROUP_FREEZER : CGROUP_UNIFIED;
	const char *file = v1 ? "freezer.state" : "cgroup.freeze";
	struct child *child = child_new(kernel, NULL, NULL);
	char path[160];

	group_make(kernel, controller, "", path);
	enter(kernel, controller, path, child->pid);
	for (int pass = 0; pass < 3; pass++)
		assert_known(cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path)->usage.frozen,
			     0);
	assert_int_equal(group_write(kernel, controller, path, file, v1 ? "FROZEN" : "1"), 0);
	for (int tries = 0; tries < 100; tries++) {
		if (cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path)->usage.frozen.value)
			break;
		usleep(10000);
	}
	assert_known(cgroup_of(kernel->cg.rig.pass.snapshot, path)->usage.frozen, 1);
	assert_int_equal(group_write(kernel, controller, path, file, v1 ? "THAWED" : "0"), 0);
	usleep(20000);
	assert_known(cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path)->usage.frozen, 0);
}

static void a_threaded_group_has_no_processes_of_its_own(void **state)
{
	struct kernel *kernel = *state;
	struct child *child = child_new(kernel, NULL, NULL);
	const struct snapshot *snapshot;
	char domain[160], threads[160];

	group_make(kernel, CGROUP_UNIFIED, "", domain);
	group_make(kernel, CGROUP_UNIFIED, "/threads", threads);
	if (group_write(kernel, CGROUP_UNIFIED, threads, "cgroup.type", "threaded") < 0)
		skip();
	enter(kernel, CGROUP_UNIFIED, domain, child->pid);
	enter(kernel, CGROUP_UNIFIED, threads, child->pid);
	for (int pass = 0; pass < 3; pass++) {
		snapshot = cgroups_sample(&kernel->cg, SOURCE_ALL);
		assert_known(cgroup_of(snapshot, domain)->own_processes, 1);
		assert_known(cgroup_of(snapshot, threads)->own_processes, 0);
		assert_member(&kernel->cg.rig.pass, child->pid, domain);
	}
}

/** struct move - who goes where while a pass is under way */
struct move {
	const struct kernel *kernel;
	const char *to;
	pid_t pid;
};

static void move_now(void *data)
{
	const struct move *move = data;

	enter(move->kernel, CGROUP_PIDS, move->to, move->pid);
}

/* As a sandbox's first process is while it is launched, many times a second on a busy host. */
static void a_process_that_moves_meanwhile_takes_nobody_along(void **state)
{
	struct kernel *kernel = *state;
	char top[160], from[160], to[160];
	struct child *children[3];
	struct move move;

	group_make(kernel, CGROUP_PIDS, "", top);
	group_make(kernel, CGROUP_PIDS, "/from", from);
	group_make(kernel, CGROUP_PIDS, "/to", to);
	for (size_t i = 0; i < ARRAY_LEN(children); i++) {
		children[i] = child_new(kernel, NULL, NULL);
		enter(kernel, CGROUP_PIDS, from, children[i]->pid);
	}
	move = (struct move) {kernel, to, children[2]->pid};
	kernel->cg.meanwhile = move_now;
	kernel->cg.meanwhile_data = &move;
	/* Which sets of groups are looked at again goes by turns. */
	for (int pass = 0; pass < 50; pass++) {
		cgroups_sample(&kernel->cg, SOURCE_ALL);
		assert_member(&kernel->cg.rig.pass, children[0]->pid, from);
		assert_member(&kernel->cg.rig.pass, children[1]->pid, from);
		enter(kernel, CGROUP_PIDS, from, children[2]->pid);
	}
	kernel->cg.meanwhile = NULL;
	kernel->cg.meanwhile_data = NULL;
}

static void different_paths_of_the_same_processes_are_one_row(void **state)
{
	struct kernel *kernel = *state;
	struct child *child = child_new(kernel, NULL, NULL), *other = child_new(kernel, NULL, NULL);
	const struct snapshot *snapshot;
	const struct cgroup *cgroup;
	char named[160], apart[160];

	mount_of(kernel, CGROUP_SYSTEMD);
	group_make(kernel, CGROUP_SYSTEMD, "", named);
	group_make(kernel, CGROUP_SYSTEMD, "/unit.scope", named);
	group_make(kernel, CGROUP_PIDS, "-apart", apart);
	enter(kernel, CGROUP_SYSTEMD, named, child->pid);
	enter(kernel, CGROUP_PIDS, apart, child->pid);
	for (int pass = 0; pass < 3; pass++) {
		snapshot = cgroups_sample(&kernel->cg, SOURCE_ALL);
		cgroup = cgroup_of(snapshot, named);
		assert_null(cgroup_at(snapshot, apart));
		assert_string_equal(cgroup->paths[CGROUP_PIDS], apart);
		assert_known(cgroup->usage.pids.current, 1);
		assert_known(cgroup->own_processes, 1);
	}
	/* A second process that is in the one but not in the other: they are two groups. */
	enter(kernel, CGROUP_PIDS, apart, other->pid);
	for (int pass = 0; pass < 2 * CGROUP_RETRY_PASSES; pass++) {
		snapshot = cgroups_sample(&kernel->cg, SOURCE_ALL);
		if (cgroup_at(snapshot, apart))
			break;
	}
	assert_known(cgroup_of(snapshot, apart)->usage.pids.current, 2);
	assert_null(cgroup_of(snapshot, named)->paths[CGROUP_PIDS]);
}

static void who_shares_a_larger_group_elsewhere_is_not_linked_to_it(void **state)
{
	struct kernel *kernel = *state;
	struct child *one = child_new(kernel, NULL, NULL), *two = child_new(kernel, NULL, NULL);
	const struct snapshot *snapshot;
	char large[160], small[160];

	mount_of(kernel, CGROUP_SYSTEMD);
	group_make(kernel, CGROUP_SYSTEMD, "-large", large);
	group_make(kernel, CGROUP_PIDS, "-small", small);
	enter(kernel, CGROUP_SYSTEMD, large, one->pid);
	enter(kernel, CGROUP_SYSTEMD, large, two->pid);
	enter(kernel, CGROUP_PIDS, small, one->pid);
	for (int pass = 0; pass < 3; pass++) {
		snapshot = cgroups_sample(&kernel->cg, SOURCE_ALL);
		assert_known(cgroup_of(snapshot, small)->usage.pids.current, 1);
		assert_absent(cgroup_of(snapshot, large)->usage.pids.current, WHY_NO_CONTROLLER);
		assert_member(&kernel->cg.rig.pass, one->pid, small);
		assert_member(&kernel->cg.rig.pass, two->pid, large);
	}
}

/* v1 remembers lists of processes for a second, for those who read them through the same descriptor. */
static void who_enters_is_seen_however_often_one_looks(void **state)
{
	struct kernel *kernel = *state;
	struct child *one = child_new(kernel, NULL, NULL), *two = child_new(kernel, NULL, NULL);
	char path[160];

	group_make(kernel, CGROUP_PIDS, "", path);
	enter(kernel, CGROUP_PIDS, path, one->pid);
	for (int pass = 0; pass < 4; pass++)
		cgroups_sample(&kernel->cg, SOURCE_CGROUP_PROCS);
	enter(kernel, CGROUP_PIDS, path, two->pid);
	cgroups_sample(&kernel->cg, SOURCE_CGROUP_PROCS);
	assert_member(&kernel->cg.rig.pass, two->pid, path);
	child_kill(one);
	usleep(20000);
	cgroups_sample(&kernel->cg, SOURCE_CGROUP_PROCS);
	assert_null(member_path(&kernel->cg.rig.pass, one->pid));
}

static void a_sleeping_group_that_is_left_or_entered_shows_it(void **state)
{
	struct kernel *kernel = *state;
	enum cgroup_controller cpu = kernel->hierarchies.of[CGROUP_CPUACCT] != HIERARCHY_NONE
					     ? CGROUP_CPUACCT
					     : CGROUP_UNIFIED;
	char top[160], down[160], self[16] = "0";
	const struct snapshot *snapshot;
	struct child *child;
	long nsec = 2000000;

	group_make(kernel, cpu, "", top);
	group_make(kernel, CGROUP_PIDS, "", top);
	group_make(kernel, cpu, "/down", down);
	group_make(kernel, CGROUP_PIDS, "/down", down);
	if (group_write(kernel, cpu, top, "cgroup.procs", self) < 0)
		skip();
	child = child_new(kernel, act_burn, &nsec);
	assert_int_equal(group_write(kernel, cpu, "/", "cgroup.procs", self), 0);
	enter(kernel, CGROUP_PIDS, top, child->pid);
	for (int pass = 0; pass < 4; pass++) {
		snapshot = cgroups_sample(&kernel->cg, SOURCE_ALL);
		assert_known(cgroup_of(snapshot, top)->own_processes, 1);
		assert_member(&kernel->cg.rig.pass, child->pid, top);
	}
	enter(kernel, CGROUP_PIDS, down, child->pid);
	snapshot = cgroups_sample(&kernel->cg, SOURCE_ALL);
	assert_member(&kernel->cg.rig.pass, child->pid, down);
	assert_int_equal(group_write(kernel, CGROUP_PIDS, top, "pids.max", "33"), 0);
	assert_known(cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), top)->usage.pids.limit, 33);
}

static void fork_now(int signo)
{
	(void)signo;
	if (fork() == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static int act_fork_on_signal(void *data)
{
	(void)data;
	signal(SIGUSR1, fork_now);
	return 0;
}

/* Made by hand: the group is in cpuacct too, but nobody put its processes there. */
static void a_cpu_counter_of_others_proves_nothing(void **state)
{
	struct kernel *kernel = *state;
	struct child *child = child_new(kernel, act_fork_on_signal, NULL);
	char path[160];

	mount_of(kernel, CGROUP_CPUACCT);
	mount_of(kernel, CGROUP_FREEZER);
	group_make(kernel, CGROUP_CPUACCT, "", path);
	group_make(kernel, CGROUP_FREEZER, "", path);
	enter(kernel, CGROUP_FREEZER, path, child->pid);
	for (int pass = 0; pass < 3; pass++)
		assert_known(
			cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path)->own_processes, 1);
	kill(child->pid, SIGUSR1);
	usleep(50000);
	assert_known(cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path)->own_processes, 2);
}

/* ---- What goes away ---- */

static void a_removed_group_comes_back_as_another(void **state)
{
	struct kernel *kernel = *state;
	char path[160];
	uint64_t before;

	group_make(kernel, CGROUP_PIDS, "", path);
	for (int pass = 0; pass < 3; pass++)
		cgroups_sample(&kernel->cg, SOURCE_ALL);
	before = cgroup_of(kernel->cg.rig.pass.snapshot, path)->id;
	assert_int_equal(unlinkat(mount_of(kernel, CGROUP_PIDS), path + 1, AT_REMOVEDIR), 0);
	assert_null(cgroup_at(cgroups_sample(&kernel->cg, SOURCE_ALL), path));
	assert_int_equal(mkdirat(mount_of(kernel, CGROUP_PIDS), path + 1, 0755), 0);
	assert_int_not_equal(cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path)->id, before);
	/* Away and back between two passes */
	before = cgroup_of(kernel->cg.rig.pass.snapshot, path)->id;
	assert_int_equal(unlinkat(mount_of(kernel, CGROUP_PIDS), path + 1, AT_REMOVEDIR), 0);
	assert_int_equal(mkdirat(mount_of(kernel, CGROUP_PIDS), path + 1, 0755), 0);
	assert_int_not_equal(cgroup_of(cgroups_sample(&kernel->cg, SOURCE_ALL), path)->id, before);
}

static void a_group_that_goes_while_it_is_read_says_so(void **state)
{
	struct kernel *kernel = *state;
	struct cgroup_tree tree;
	struct cgroup_rows rows = {NULL, 0, 0, {0}};
	struct pass *pass = &kernel->cg.rig.pass;
	struct cgroup_round round;
	struct err err = ERR_INIT;
	const struct cgroup *gone;
	char path[160];

	group_make(kernel, CGROUP_PIDS, "", path);
	assert_int_equal(cgroup_tree_open(&tree, kernel->cg.rig.options.root_fd,
					  (struct cgroup_budget) {1000, 1000}, &err),
			 0);
	for (int warm = 0; warm < 3; warm++) {
		rig_begin(&kernel->cg.rig, SOURCE_ALL);
		cgroup_tree_update(&tree);
		while (tree.changed)
			cgroup_rows_build(&tree, &rows);
		cgroup_rows_publish(&tree, &rows, pass->snapshot);
		cgroup_round_start(&tree, SOURCE_ALL, &round);
		if (warm == 2)
			unlinkat(mount_of(kernel, CGROUP_PIDS), path + 1, AT_REMOVEDIR);
		for (size_t i = 0; i < rows.len; i++)
			cgroup_row_read(&tree, &rows.items[i], &round, pass->snapshot,
					&pass->snapshot->cgroups[i]);
		cgroup_members_read(&tree, &rows, pass);
	}
	gone = cgroup_of(pass->snapshot, path);
	assert_absent(gone->usage.pids.current, WHY_GONE);
	assert_absent(gone->usage.pids.limit_events, WHY_GONE);
	cgroup_tree_close(&tree);
	free(rows.items);
}

/* struct churn - what the child does to the hierarchies */
struct churn {
	int fds[2];
	const char *name;
};

/* Makes and removes groups, one in another, until it is killed. */
static int act_churn(void *data)
{
	const struct churn *churn = data;

	if (fork() != 0)
		return 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned int i = 0; i < 4000; i++)
		for (size_t h = 0; h < ARRAY_LEN(churn->fds); h++) {
			char outer[160], inner[200];

			if (churn->fds[h] < 0)
				continue;
			snprintf(outer, sizeof(outer), "%s/%u", churn->name + 1, i % 7);
			snprintf(inner, sizeof(inner), "%s/x", outer);
			mkdirat(churn->fds[h], outer, 0755);
			mkdirat(churn->fds[h], inner, 0755);
			if (i % 3 == 0)
				sched_yield();
			unlinkat(churn->fds[h], inner, AT_REMOVEDIR);
			unlinkat(churn->fds[h], outer, AT_REMOVEDIR);
		}
	_exit(0);
}

static void groups_that_come_and_go_break_no_pass(void **state)
{
	struct kernel *kernel = *state;
	struct churn churn = {{-1, -1}, kernel->name};
	uint64_t until;
	char path[160];

	group_make(kernel, CGROUP_PIDS, "", path);
	churn.fds[0] = mount_of(kernel, CGROUP_PIDS);
	if (kernel->hierarchies.of[CGROUP_MEMORY] != HIERARCHY_NONE &&
	    !is_v2(kernel, CGROUP_MEMORY)) {
		group_make(kernel, CGROUP_MEMORY, "", path);
		churn.fds[1] = mount_of(kernel, CGROUP_MEMORY);
	}
	child_new(kernel, act_churn, &churn);
	until = clock_monotonic_usec() + 700000;
	while (clock_monotonic_usec() < until) {
		const struct snapshot *snapshot = cgroups_sample(&kernel->cg, SOURCE_ALL);

		assert_non_null(cgroup_at(snapshot, path));
		assert_int_equal(snapshot->issues_len, 0);
	}
	child_kill(&kernel->children[0]);
	usleep(50000);
	for (int i = 0; i < 7; i++)
		for (size_t h = 0; h < ARRAY_LEN(churn.fds); h++) {
			char left[200];

			snprintf(left, sizeof(left), "%s/%d/x", kernel->name + 1, i);
			if (churn.fds[h] < 0)
				continue;
			unlinkat(churn.fds[h], left, AT_REMOVEDIR);
			left[strlen(left) - 2] = '\0';
			unlinkat(churn.fds[h], left, AT_REMOVEDIR);
		}
	cgroups_sample(&kernel->cg, SOURCE_ALL);
	assert_int_equal(cgroup_of(kernel->cg.rig.pass.snapshot, path)->subtree_end,
			 cgroup_of(kernel->cg.rig.pass.snapshot, path) -
				 kernel->cg.rig.pass.snapshot->cgroups + 1);
}

/* In a mount namespace of its own: a file system over all hierarchies, then away again. */
static int act_cover(void *data)
{
	struct kernel *kernel = data;
	char top[4096];
	size_t rows;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -EPERM;
	snprintf(top, sizeof(top), "%s", kernel->hierarchies.items[0].mount_point);
	if (kernel->hierarchies.len > 1)
		*strrchr(top, '/') = '\0';
	cgroups_open(&kernel->cg, "/");
	rows = cgroups_sample(&kernel->cg, SOURCE_ALL)->cgroups_len;
	if (rows == 0 || mount("none", top, "tmpfs", 0, NULL) < 0)
		return -EPERM;
	if (cgroups_sample(&kernel->cg, SOURCE_ALL)->cgroups_len != 0)
		return -EEXIST;
	if (umount2(top, MNT_DETACH) < 0)
		return -errno;
	return cgroups_sample(&kernel->cg, SOURCE_ALL)->cgroups_len == 0 ? -ENOENT : 0;
}

static void a_mount_over_the_hierarchies_hides_them_until_it_goes(void **state)
{
	struct kernel *kernel = *state;

	if (kernel->hierarchies.len == 0)
		skip();
	child_new(kernel, act_cover, kernel);
}

/* ---- Who asks ---- */

static void sample_as_nobody(void)
{
	const struct collect_options options = {.root_fd = AT_FDCWD};
	const struct demand demand = {.sources = SOURCE_ALL};
	struct pass pass = {
		.snapshot = snapshot_new(),
		.demand = &demand,
		.options = &options,
		.root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	};
	struct err err = ERR_INIT;
	void *state = NULL;

	nobody_check(collector_cgroups.start(&options, &state, &err) == 0);
	nobody_check(collector_cgroups.sample(state, &pass, &err) == 0);
	nobody_check(pass.snapshot->cgroups_len > 0);
	nobody_check(metric_is_known(pass.snapshot->cgroups[0].usage.cpu.usage_usec));
	nobody_check(metric_is_known(pass.snapshot->cgroups[0].own_processes));
	nobody_check(pass.members_len > 0);
	collector_cgroups.stop(state);
	snapshot_unref(pass.snapshot);
}

static void a_plain_user_sees_the_groups_too(void **state)
{
	struct kernel *kernel = *state;

	if (kernel->hierarchies.len == 0)
		skip();
	as_nobody(sample_as_nobody);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_open, kernel_close)

static bool has_iterator(void)
{
	struct tasks *tasks = NULL;
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	tasks_open(proc_fd, &tasks, NULL);
	close(proc_fd);
	tasks_free(tasks);
	return tasks != NULL;
}

int main(void)
{
	int failed;
	const struct CMUnitTest tests[] = {
		TEST(a_group_has_what_its_hierarchies_have),
		TEST(cpu_time_is_that_of_the_kernel),
		TEST(memory_and_its_limit_are_those_of_the_kernel),
		TEST(a_frozen_group_says_so),
		TEST(a_threaded_group_has_no_processes_of_its_own),
		TEST(a_process_that_moves_meanwhile_takes_nobody_along),
		TEST(different_paths_of_the_same_processes_are_one_row),
		TEST(who_shares_a_larger_group_elsewhere_is_not_linked_to_it),
		TEST(who_enters_is_seen_however_often_one_looks),
		TEST(a_sleeping_group_that_is_left_or_entered_shows_it),
		TEST(a_cpu_counter_of_others_proves_nothing),
		TEST(a_removed_group_comes_back_as_another),
		TEST(a_group_that_goes_while_it_is_read_says_so),
		TEST(groups_that_come_and_go_break_no_pass),
		TEST(a_mount_over_the_hierarchies_hides_them_until_it_goes),
		TEST(a_plain_user_sees_the_groups_too),
	};

	failed = cmocka_run_group_tests_name("by cgroup.procs", tests, NULL, NULL);
	by_tasks = has_iterator();
	if (by_tasks)
		failed += cmocka_run_group_tests_name("by the task iterator", tests, NULL, NULL);
	return failed;
}
