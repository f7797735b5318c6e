/* SPDX-License-Identifier: MIT */
/* Namespaces that this test makes, on the real kernel: by processes, mounts, descriptors, descent. */
#include "rig.h"

#include <dirent.h>
#include <sys/mman.h>
#include <sys/mount.h>

/* struct scene - a rig with the collectors in it */
struct scene {
	struct rig rig;
	void *pids, *namespaces;
};

static void scene_open(struct scene *scene)
{
	rig_open(&scene->rig, "/");
	scene->pids = rig_start(&scene->rig, &collector_pids);
	scene->namespaces = rig_start(&scene->rig, &collector_namespaces);
}

static const struct snapshot *scene_pass(struct scene *scene, unsigned int sources)
{
	rig_begin(&scene->rig, sources);
	rig_sample(&scene->rig, &collector_pids, scene->pids);
	rig_sample(&scene->rig, &collector_namespaces, scene->namespaces);
	return scene->rig.pass.snapshot;
}

static void scene_close(struct scene *scene)
{
	collector_pids.stop(scene->pids);
	collector_namespaces.stop(scene->namespaces);
	rig_close(&scene->rig);
}

static const struct ns *find(const struct snapshot *snapshot, enum ns_type type, uint64_t id)
{
	for (size_t i = 0; i < snapshot->namespaces_len; i++)
		if (snapshot->namespaces[i].type == type && snapshot->namespaces[i].id == id)
			return &snapshot->namespaces[i];
	return NULL;
}

static void assert_metric(struct metric metric, uint64_t value)
{
	assert_int_equal(metric.state, METRIC_KNOWN);
	assert_int_equal(metric.value, value);
}

static void assert_why(struct metric metric, enum metric_state state, enum metric_why why)
{
	assert_int_equal(metric.state, state);
	assert_int_equal(metric.why, why);
}

/* ---- By processes ---- */

static void the_hosts_namespaces_are_there_and_marked(void **state)
{
	const struct snapshot *snapshot;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_NS);
	for (enum ns_type type = 0; type < NS_TYPES; type++) {
		uint64_t id = pids_host_ns(scene.rig.pass.pids)[type];
		const struct ns *ns = find(snapshot, type, id);

		if (id == 0) /* a kernel without this kind */
			continue;
		assert_non_null(ns);
		assert_true(ns->is_host);
		assert_true(ns->processes > 0);
		assert_true(ns->held & NS_HELD_PROCESS);
		assert_int_equal(ns->container, INDEX_NONE);
		assert_non_null(ns->command);
		assert_why(ns->owner_ns, METRIC_UNSAMPLED, WHY_NOT_ASKED);
	}
	for (size_t i = 1; i < snapshot->namespaces_len; i++) {
		const struct ns *a = &snapshot->namespaces[i - 1], *b = a + 1;

		assert_true(a->type < b->type || (a->type == b->type && a->id < b->id));
	}
	scene_close(&scene);
}

static void a_namespace_counts_its_processes_and_names_the_first(void **state)
{
	int flags = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWNS;
	static const enum ns_type types[] = {NS_UTS, NS_IPC, NS_NET, NS_CGROUP, NS_MNT};
	struct child child;
	const struct snapshot *snapshot;
	struct scene scene;

	(void)state;
	child = child_start(act_unshare, &flags);
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct ns *ns =
			find(snapshot, types[i], ns_inode(child.pid, ns_type_text(types[i])));

		assert_non_null(ns);
		assert_int_equal(ns->processes, 1);
		assert_int_equal(ns->first_pid, child.pid);
		assert_false(ns->is_host);
		assert_int_equal(ns->held, NS_HELD_PROCESS);
		assert_metric(ns->owner_ns, ns_inode(child.pid, "user"));
		assert_why(ns->parent_ns, METRIC_ABSENT, WHY_NOT_APPLICABLE);
	}
	scene_close(&scene);
	child_kill(&child);
}

/* As lsns counts: every process whose link can be read is in one namespace of each kind. */
static void counts_agree_with_the_links_of_proc(void **state)
{
	struct child crowd[20];
	int flags = CLONE_NEWUTS;
	const struct snapshot *snapshot;
	struct scene scene;
	const struct ns *ns;
	uint64_t own = ns_inode(getpid(), "uts");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
		crowd[i] = child_start(i % 4 ? NULL : act_unshare, &flags);
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_NS);
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
		ns = find(snapshot, NS_UTS, ns_inode(crowd[i].pid, "uts"));
		assert_non_null(ns);
		if (i % 4 == 0)
			assert_int_equal(ns->processes, 1);
		else
			assert_int_equal(ns->id, own);
	}
	ns = find(snapshot, NS_UTS, own);
	assert_true(ns->processes >= 16);
	assert_true(ns->first_pid < getpid() || ns->first_pid == getpid());
	scene_close(&scene);
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
		child_kill(&crowd[i]);
}

static void a_namespace_belongs_to_the_container_of_its_first_member_that_has_one(void **state)
{
	int flags = CLONE_NEWUTS;
	struct child child = child_start(act_unshare, &flags);
	const struct snapshot *snapshot;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	rig_begin(&scene.rig, SOURCE_NS);
	rig_sample(&scene.rig, &collector_pids, scene.pids);
	pids_find(scene.rig.pass.pids, child.pid)->container = 5;
	rig_sample(&scene.rig, &collector_namespaces, scene.namespaces);
	snapshot = scene.rig.pass.snapshot;
	assert_int_equal(find(snapshot, NS_UTS, ns_inode(child.pid, "uts"))->container, 5);
	/* It uses the host's network, which is nobody's. */
	assert_int_equal(
		find(snapshot, NS_NET, pids_host_ns(scene.rig.pass.pids)[NS_NET])->container,
		INDEX_NONE);
	scene_close(&scene);
	child_kill(&child);
}

/* ---- Owners and ancestors ---- */

static bool write_file(const char *path, const char *text)
{
	_cleanup_(cleanup_close)
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static int act_nested_users(void *data)
{
	char uids[32], gids[32];

	(void)data;
	snprintf(uids, sizeof(uids), "0 %u 1", geteuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getegid());
	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	if (!write_file("/proc/self/setgroups", "deny") ||
	    !write_file("/proc/self/uid_map", uids) || !write_file("/proc/self/gid_map", gids))
		return -errno;
	/* The first one is left behind: no process is in it, and yet it lives. */
	return unshare(CLONE_NEWUSER | CLONE_NEWUTS) < 0 ? -errno : 0;
}

static void an_ancestor_without_processes_is_there_because_of_its_child(void **state)
{
	struct child child = child_start(act_nested_users, NULL);
	const struct ns *inner, *middle, *uts;
	const struct snapshot *snapshot;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);
	inner = find(snapshot, NS_USER, ns_inode(child.pid, "user"));
	assert_non_null(inner);
	assert_int_equal(inner->processes, 1);
	assert_int_equal(inner->parent_ns.state, METRIC_KNOWN);
	middle = find(snapshot, NS_USER, inner->parent_ns.value);
	assert_non_null(middle);
	assert_int_equal(middle->processes, 0);
	assert_int_equal(middle->first_pid, 0);
	assert_int_equal(middle->held, NS_HELD_CHILD);
	assert_null(middle->command);
	assert_metric(middle->parent_ns, ns_inode(getpid(), "user"));
	assert_metric(middle->owner_uid, geteuid());
	assert_metric(inner->owner_uid, geteuid());
	uts = find(snapshot, NS_UTS, ns_inode(child.pid, "uts"));
	assert_non_null(uts);
	assert_metric(uts->owner_ns, inner->id);
	assert_metric(uts->owner_uid, geteuid());
	scene_close(&scene);
	child_kill(&child);
}

static void the_first_namespaces_have_no_parent(void **state)
{
	const struct snapshot *snapshot;
	struct scene scene;
	const struct ns *user, *pid;

	(void)state;
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);
	user = find(snapshot, NS_USER, 0xEFFFFFFDu);
	pid = find(snapshot, NS_PID, 0xEFFFFFFCu);
	if (user) {
		assert_why(user->parent_ns, METRIC_ABSENT, WHY_NOT_APPLICABLE);
		assert_why(user->owner_ns, METRIC_ABSENT, WHY_NOT_APPLICABLE);
		assert_metric(user->owner_uid, 0);
	}
	if (pid) {
		assert_why(pid->parent_ns, METRIC_ABSENT, WHY_NOT_APPLICABLE);
		assert_metric(pid->owner_ns, 0xEFFFFFFDu);
	}
	scene_close(&scene);
	if (!user && !pid)
		skip(); /* we are in a container ourselves */
}

/* ---- By descriptors ---- */

static int act_hold_and_return(void *data)
{
	int own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC), *held = data;

	if (own < 0 || unshare(CLONE_NEWUTS) < 0)
		return -errno;
	*held = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	if (*held < 0 || setns(own, CLONE_NEWUTS) < 0)
		return -errno;
	return 0;
}

/* What the link of a descriptor of another process leads to */
static uint64_t inode_of_fd(pid_t pid, int fd)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static int *shared_int(void)
{
	static int *shared;

	if (!shared) {
		int fd = memfd_create("shared", MFD_CLOEXEC);

		assert_int_equal(ftruncate(fd, 4096), 0);
		shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
	}
	*shared = -1;
	return shared;
}

static void a_namespace_that_only_a_descriptor_holds_is_found(void **state)
{
	int *fd = shared_int();
	struct child child = child_start(act_hold_and_return, fd);
	const struct snapshot *snapshot;
	struct scene scene;
	const struct ns *ns;
	uint64_t id = inode_of_fd(child.pid, *fd);
	char path[64];

	(void)state;
	assert_true(id != 0);
	scene_open(&scene);
	/* Cheaper passes don't look. */
	assert_null(find(scene_pass(&scene, SOURCE_NS), NS_UTS, id));
	for (int pass = 0; pass < 3; pass++) {
		snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);
		ns = find(snapshot, NS_UTS, id);
		assert_non_null(ns);
		assert_int_equal(ns->held, NS_HELD_FD);
		assert_int_equal(ns->processes, 0);
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", child.pid, *fd);
		assert_string_equal(ns->held_path, path);
		assert_metric(ns->owner_ns, ns_inode(child.pid, "user"));
	}
	child_kill(&child);
	assert_null(find(scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE), NS_UTS, id));
	scene_close(&scene);
}

static int act_hold_often(void *data)
{
	int r = act_hold_and_return(data);

	for (int i = 0; i < 500 && r == 0; i++)
		if (fcntl(*(int *)data, F_DUPFD_CLOEXEC, 0) < 0)
			r = -errno;
	return r;
}

static void a_namespace_that_is_held_often_is_one_row(void **state)
{
	int *fd = shared_int();
	struct child child = child_start(act_hold_often, fd);
	const struct snapshot *snapshot;
	struct scene scene;
	uint64_t id = inode_of_fd(child.pid, *fd);
	size_t rows = 0;

	(void)state;
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);
	for (size_t i = 0; i < snapshot->namespaces_len; i++)
		rows += snapshot->namespaces[i].id == id;
	assert_int_equal(rows, 1);
	scene_close(&scene);
	child_kill(&child);
}

static void a_small_budget_finds_descriptors_in_the_end(void **state)
{
	int *fd = shared_int();
	struct child child = child_start(act_hold_and_return, fd);
	struct scene scene;
	uint64_t id = inode_of_fd(child.pid, *fd);
	bool found = false;

	(void)state;
	scene_open(&scene);
	scene.rig.demand.ns_budget_usec = 1;
	for (int pass = 0; pass < 5000 && !found; pass++) {
		const struct snapshot *snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);

		found = find(snapshot, NS_UTS, id) != NULL;
		assert_true(found || snapshot->ns_partial);
	}
	assert_true(found);
	/* And it stays, though the search is elsewhere by now. */
	for (int pass = 0; pass < 10; pass++)
		assert_non_null(find(scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE), NS_UTS, id));
	scene_close(&scene);
	child_kill(&child);
}

static int act_set_aside(void *data)
{
	pid_t init;

	(void)data;
	if (unshare(CLONE_NEWPID) < 0)
		return -errno;
	init = fork();
	if (init == 0)
		_exit(0);
	waitpid(init, NULL, 0);
	return init < 0 ? -errno : 0;
}

static void what_is_set_aside_for_children_is_found(void **state)
{
	struct child child = child_start(act_set_aside, NULL);
	const struct snapshot *snapshot;
	struct scene scene;
	const struct ns *ns;
	uint64_t id = ns_inode(child.pid, "pid_for_children");

	(void)state;
	if (id == 0 || id == ns_inode(child.pid, "pid")) {
		child_kill(&child);
		skip();
	}
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);
	ns = find(snapshot, NS_PID, id);
	assert_non_null(ns);
	assert_int_equal(ns->processes, 0);
	assert_int_equal(ns->held, NS_HELD_PROCESS);
	assert_non_null(strstr(ns->held_path, "pid_for_children"));
	assert_metric(ns->parent_ns, ns_inode(child.pid, "pid"));
	scene_close(&scene);
	child_kill(&child);
}

/* ---- By mounts ---- */

/* In a mount namespace of its own: what is mounted there ends with the child. */
static int act_bind(void *data)
{
	int own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);

	if (own < 0 || unshare(CLONE_NEWUTS | CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("/proc/self/ns/uts", data, NULL, MS_BIND, NULL) < 0 ||
	    setns(own, CLONE_NEWUTS) < 0)
		return -errno;
	close(own);
	return 0;
}

static void a_namespace_that_only_a_mount_elsewhere_holds_is_found(void **state)
{
	static const struct tree_file files[] = {{"a b", ""}};
	char root[64], point[80], path[128];
	struct child child;
	const struct snapshot *snapshot;
	struct scene scene;
	const struct ns *ns;
	struct stat st;

	(void)state;
	tree_make(root, files, ARRAY_LEN(files));
	snprintf(point, sizeof(point), "%s/a b", root);
	child = child_start(act_bind, point);
	snprintf(path, sizeof(path), "/proc/%d/root%s", child.pid, point);
	assert_int_equal(stat(path, &st), 0);
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);
	ns = find(snapshot, NS_UTS, st.st_ino);
	assert_non_null(ns);
	assert_int_equal(ns->held, NS_HELD_MOUNT);
	assert_int_equal(ns->processes, 0);
	assert_string_equal(ns->held_path, path);
	/* It could be asked by that path only, and a path of others is not followed. */
	assert_why(ns->owner_ns, METRIC_ABSENT, WHY_NO_PROCESS);
	scene_close(&scene);
	child_kill(&child);
	tree_remove(root);
}

static void bound_in_our_own_mounts(void)
{
	const struct snapshot *snapshot;
	struct scene scene;
	const struct ns *ns = NULL;
	char *point = getenv("BOXTOP_TEST_ROOT");
	struct stat st;

	nobody_check(act_bind(point) == 0);
	nobody_check(stat(point, &st) == 0);
	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);
	ns = find(snapshot, NS_UTS, st.st_ino);
	nobody_check(ns != NULL);
	nobody_check(ns->held == NS_HELD_MOUNT);
	nobody_check(strcmp(ns->held_path, point) == 0);
	nobody_check(ns->owner_ns.state == METRIC_KNOWN);
	nobody_check(ns->owner_ns.value == ns_inode(getpid(), "user"));
	scene_close(&scene);
}

static void a_namespace_that_only_a_mount_here_holds_is_asked_for_its_owner(void **state)
{
	static const struct tree_file files[] = {{"here", ""}};
	char root[64], point[80];
	int status;
	pid_t pid;

	(void)state;
	if (getuid() != 0)
		skip();
	tree_make(root, files, ARRAY_LEN(files));
	snprintf(point, sizeof(point), "%s/here", root);
	setenv("BOXTOP_TEST_ROOT", point, 1);
	pid = fork();
	if (pid == 0) {
		bound_in_our_own_mounts();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	tree_remove(root);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- Without privilege ---- */

static void look_as_a_plain_user(void)
{
	struct scene scene;
	const struct snapshot *snapshot;
	const struct ns *own;

	scene_open(&scene);
	snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);
	own = find(snapshot, NS_NET, ns_inode(getpid(), "net"));
	nobody_check(own && own->processes > 0 && own->is_host);
	nobody_check(own->owner_ns.state == METRIC_KNOWN);
	/* That these are not all is said. */
	nobody_check(snapshot->issues_len == 1 &&
		     strstr(snapshot->issues[0].text, "may not be read: run as root"));
	scene_close(&scene);
}

static void a_plain_user_sees_the_namespaces_of_its_own_processes(void **state)
{
	(void)state;
	as_nobody(look_as_a_plain_user);
}

/* ---- Vanishing ---- */

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
				unshare(CLONE_NEWUTS | CLONE_NEWIPC);
				_exit(0);
			}
			waitpid(pid, NULL, 0);
		}
	}
	return 0;
}

static void namespaces_that_vanish_while_they_are_read_fail_nothing(void **state)
{
	struct child churn = child_start(act_churn, NULL);
	uint64_t until = clock_monotonic_usec() + 1500000;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	while (clock_monotonic_usec() < until) {
		const struct snapshot *snapshot = scene_pass(&scene, SOURCE_NS | SOURCE_NS_MORE);

		assert_non_null(find(snapshot, NS_NET, ns_inode(getpid(), "net")));
		for (size_t i = 0; i < snapshot->namespaces_len; i++) {
			const struct ns *ns = &snapshot->namespaces[i];

			assert_true(ns->held != 0);
			assert_true((ns->processes > 0) == (ns->first_pid > 0));
			assert_true(ns->owner_uid.state != METRIC_UNSAMPLED);
		}
	}
	scene_close(&scene);
	child_kill(&churn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hosts_namespaces_are_there_and_marked),
		cmocka_unit_test(a_namespace_counts_its_processes_and_names_the_first),
		cmocka_unit_test(counts_agree_with_the_links_of_proc),
		cmocka_unit_test(
			a_namespace_belongs_to_the_container_of_its_first_member_that_has_one),
		cmocka_unit_test(an_ancestor_without_processes_is_there_because_of_its_child),
		cmocka_unit_test(the_first_namespaces_have_no_parent),
		cmocka_unit_test(a_namespace_that_only_a_descriptor_holds_is_found),
		cmocka_unit_test(a_namespace_that_is_held_often_is_one_row),
		cmocka_unit_test(a_small_budget_finds_descriptors_in_the_end),
		cmocka_unit_test(what_is_set_aside_for_children_is_found),
		cmocka_unit_test(a_namespace_that_only_a_mount_elsewhere_holds_is_found),
		cmocka_unit_test(a_namespace_that_only_a_mount_here_holds_is_asked_for_its_owner),
		cmocka_unit_test(a_plain_user_sees_the_namespaces_of_its_own_processes),
		cmocka_unit_test(namespaces_that_vanish_while_they_are_read_fail_nothing),
	};

	return cmocka_run_group_tests_name("collectors/namespaces", tests, NULL, NULL);
}
