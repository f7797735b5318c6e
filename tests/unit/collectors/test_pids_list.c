/* SPDX-License-Identifier: MIT */
/* The list of processes: following the cgroups gives what listing /proc gives. */
#include "rig.h"

#include <dirent.h>

#include "collectors/pids_list.h"

/* struct scene - a list that follows, and the members that stand for what the cgroups say */
struct scene {
	struct rig rig;
	struct pids_list list;
	struct member members[65536];
};

static struct scene *scene_new(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	rig_open(&scene->rig, "/");
	scene->list.own_ns = true;
	return scene;
}

static bool is_zombie(pid_t pid)
{
	char path[32], state = 'Z';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f) {
		if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			state = '?';
		fclose(f);
	}
	return state == 'Z';
}

/* Who is alive, as the cgroups would say */
static void scene_find_members(struct scene *scene)
{
	_cleanup_(cleanup_closedir)
	DIR *dir = opendir("/proc");
	size_t n = 0;

	assert_non_null(dir);
	for (struct dirent *d; (d = readdir(dir)) && n < ARRAY_LEN(scene->members);) {
		pid_t pid = atoi(d->d_name);

		if (pid > 0 && !is_zombie(pid))
			scene->members[n++] = (struct member) {pid, 0};
	}
	scene->rig.pass.members = scene->members;
	scene->rig.pass.members_len = n;
}

static const struct listed *scene_pass(struct scene *scene, pid_t pid)
{
	struct err err = ERR_INIT;

	rig_begin(&scene->rig, SOURCE_NS);
	scene_find_members(scene);
	if (pids_list_update(&scene->list, &scene->rig.pass, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < scene->list.len; i++)
		if (scene->list.items[i].pid == pid)
			return &scene->list.items[i];
	return NULL;
}

static void scene_free(struct scene *scene)
{
	pids_list_finish(&scene->list);
	rig_close(&scene->rig);
	free(scene);
}

static void a_list_that_follows_sees_births_and_deaths(void **state)
{
	struct child crowd[40] = {0};
	struct scene *scene = scene_new();
	unsigned int followed = 0, listed = 0;

	(void)state;
	scene_pass(scene, 1);
	for (int pass = 0; pass < 40 || (pass < 200 && followed < 20); pass++) {
		for (size_t i = (size_t)pass % 3; i < ARRAY_LEN(crowd); i += 3) {
			if (crowd[i].pid)
				child_kill(&crowd[i]);
			else
				crowd[i] = child_start(NULL, NULL);
		}
		assert_non_null(scene_pass(scene, getpid()));
		followed += scene->list.followed > 0;
		listed += scene->list.followed == 0;
		for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
			char path[32];
			struct stat st;
			const struct listed *found = NULL;

			for (size_t k = 0; k < scene->list.len && crowd[i].pid; k++)
				if (scene->list.items[k].pid == crowd[i].pid)
					found = &scene->list.items[k];
			if (crowd[i].pid == 0)
				continue;
			assert_non_null(found);
			snprintf(path, sizeof(path), "/proc/%d", crowd[i].pid);
			assert_int_equal(stat(path, &st), 0);
			assert_int_equal(found->inode, st.st_ino);
		}
		for (size_t k = 1; k < scene->list.len; k++)
			assert_true(scene->list.items[k - 1].pid < scene->list.items[k].pid);
	}
	/* /proc is listed now and then all the same. */
	assert_true(listed > 0);
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
		child_kill(&crowd[i]);
	scene_free(scene);
	if (followed == 0) /* somebody forks so fast that nothing can be followed */
		skip();
}

static void a_process_that_ended_is_not_followed(void **state)
{
	struct child child = child_start(NULL, NULL);
	pid_t pid = child.pid;
	struct scene *scene = scene_new();

	(void)state;
	assert_non_null(scene_pass(scene, pid));
	assert_non_null(scene_pass(scene, pid));
	kill(pid, SIGKILL);
	while (!is_zombie(pid))
		usleep(1000);
	/* A zombie is in no cgroup, and still there. */
	assert_non_null(scene_pass(scene, pid));
	child_kill(&child);
	assert_null(scene_pass(scene, pid));
	scene_free(scene);
}

static bool set_last_pid(pid_t pid)
{
	_cleanup_(cleanup_close)
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	return fd >= 0 && write(fd, text, strlen(text)) > 0;
}

static bool is_free(pid_t from, pid_t to)
{
	for (pid_t pid = from; pid <= to; pid++)
		if (kill(pid, 0) == 0 || errno != ESRCH)
			return false;
	return true;
}

/* Children in turn until one gets this pid, as a busy system gets there sooner or later */
static struct child fork_until(pid_t pid)
{
	struct child child = {0};

	for (int i = 0; i < 40 && child.pid != pid; i++) {
		child_kill(&child);
		child = child_start(NULL, NULL);
	}
	return child;
}

/* Whether it could be tried: others on this machine are given pids, too. */
static bool reuse_while_following(struct scene *scene, pid_t base)
{
	pid_t pid = base + 20;
	struct child child = {0};
	const struct listed *found;
	uint64_t inode = 0;
	bool followed = false;

	if (set_last_pid(pid - 1))
		child = child_start(NULL, NULL);
	if (child.pid == pid && set_last_pid(base)) {
		found = scene_pass(scene, pid);
		assert_non_null(found);
		inode = found->inode;
		child_kill(&child);
		child = fork_until(pid);
	}
	if (inode != 0 && child.pid == pid) {
		found = scene_pass(scene, pid);
		followed = scene->list.followed > 0;
		assert_non_null(found);
		assert_int_not_equal(found->inode, inode);
	}
	child_kill(&child);
	return followed;
}

/* Pids have gone round: the next ones that the kernel gives lie below one that is in use. */
static void a_pid_that_comes_round_again_is_another_process(void **state)
{
	struct scene *scene = scene_new();
	pid_t base = getpid() > 3000 ? getpid() - 2500 : getpid() + 2500;
	bool tried = false;

	(void)state;
	for (int i = 0; i < 20 && !tried; i++, base += 41)
		tried = is_free(base, base + 40) && reuse_while_following(scene, base);
	scene_free(scene);
	if (!tried)
		skip();
}

static void a_list_is_made_anew_where_the_cgroups_don_t_tell(void **state)
{
	struct child crowd[40];
	struct scene *scene = scene_new();
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
		crowd[i] = child_start(NULL, NULL);
	for (int pass = 0; pass < 4; pass++) {
		rig_begin(&scene->rig, SOURCE_NS);
		/* As in a container: a cgroup or two can be seen, /proc shows more. */
		scene->members[0] = (struct member) {getpid(), 0};
		scene->rig.pass.members = scene->members;
		scene->rig.pass.members_len = (size_t)pass % 2;
		assert_int_equal(pids_list_update(&scene->list, &scene->rig.pass, &err), 0);
		assert_int_equal(scene->list.followed, 0);
		assert_true(scene->list.len > ARRAY_LEN(crowd));
	}
	for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
		child_kill(&crowd[i]);
	scene_free(scene);
}

/* As with hidepid=2: asking in every pass for thousands that are not shown would cost more. */
static void a_list_is_made_anew_where_proc_hides_what_cgroups_tell(void **state)
{
	struct scene *scene = scene_new();
	struct err err = ERR_INIT;

	(void)state;
	for (int pass = 0; pass < 3; pass++) {
		size_t n;

		rig_begin(&scene->rig, SOURCE_NS);
		scene_find_members(scene);
		n = scene->rig.pass.members_len;
		for (pid_t pid = 5000000; n < ARRAY_LEN(scene->members); pid++)
			scene->members[n++] = (struct member) {pid, 0};
		scene->rig.pass.members_len = n;
		assert_int_equal(pids_list_update(&scene->list, &scene->rig.pass, &err), 0);
		assert_int_equal(scene->list.followed, 0);
	}
	scene_free(scene);
}

static void a_list_is_made_anew_where_proc_shows_another_pid_namespace(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	scene->list.own_ns = false;
	for (int pass = 0; pass < 3; pass++) {
		assert_non_null(scene_pass(scene, getpid()));
		assert_int_equal(scene->list.followed, 0);
	}
	scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_that_follows_sees_births_and_deaths),
		cmocka_unit_test(a_process_that_ended_is_not_followed),
		cmocka_unit_test(a_pid_that_comes_round_again_is_another_process),
		cmocka_unit_test(a_list_is_made_anew_where_the_cgroups_don_t_tell),
		cmocka_unit_test(a_list_is_made_anew_where_proc_hides_what_cgroups_tell),
		cmocka_unit_test(a_list_is_made_anew_where_proc_shows_another_pid_namespace),
	};

	return cmocka_run_group_tests_name("collectors/pids_list", tests, NULL, NULL);
}
