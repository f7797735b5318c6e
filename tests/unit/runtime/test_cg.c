/* SPDX-License-Identifier: MIT */
/* The groups of a sandbox: made, entered, found again, removed. On the kernel of this machine. */
#include "cg_rig.h"

#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>

#include "base/dir.h"
#include "base/str.h"
#include "runtime/cg.h"
#include "runtime/systemd.h"

#define NOBODY 65534

/* struct made - a name of our own, and its groups */
struct made {
	struct rig *rig; /* hierarchies, and a parent where one is needed */
	char name[64];
	struct cg cg;
};

static int setup(void **state)
{
	static unsigned int n;
	struct made *made = calloc(1, sizeof(*made));
	int r = rig_open((void **)&made->rig);

	snprintf(made->name, sizeof(made->name), "boxtop-test-%d-cg%u", (int)getpid(), ++n);
	made->cg.unified_fd = -1;
	*state = made;
	return r;
}

static int teardown(void **state)
{
	struct made *made = *state;

	while (made->rig->children_len > 0)
		rig_end(made->rig, made->rig->children[0]);
	cg_remove(&made->cg, NULL);
	cg_finish(&made->cg);
	rig_close((void **)&made->rig);
	free(made);
	return 0;
}

static void need_cgroups(const struct made *made)
{
	rig_need_root();
	if (made->rig->hierarchies.len == 0 ||
	    faccessat(made->rig->hierarchies.items[0].fd, ".", W_OK, AT_EACCESS) < 0) {
		print_message("skipped: no cgroup can be made here\n");
		skip();
	}
}

static struct limit_set limits_of(enum limit_id id, const char *text)
{
	struct limit_set set = {0};
	struct err err = ERR_INIT;

	assert_fine(limit_parse(id, span_of(text), &set.values[id], &err), err);
	return set;
}

static void add_limit(struct limit_set *set, enum limit_id id, const char *text)
{
	struct err err = ERR_INIT;

	assert_fine(limit_parse(id, span_of(text), &set->values[id], &err), err);
}

static int cg_make(const char *name, const char *parent, const struct limit_set *set,
		   struct cg *out, struct err *err)
{
	struct cg_request request = {.name = name, .parent = parent, .limits = set};

	return cg_create(&request, out, err);
}

static bool has_note(const struct cg *cg, const char *words)
{
	for (size_t i = 0; i < cg->notes_len; i++)
		if (strstr(cg->notes[i], words))
			return true;
	return false;
}

/* A file of the group, trimmed; false where there is none. */
static bool read_of(const struct cg *cg, enum cgroup_controller controller, const char *file,
		    char *buf, size_t cap)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	char path[512];

	assert_non_null(cg->paths[controller]);
	snprintf(path, sizeof(path), "%s/%s", cg->paths[controller] + 1, file);
	if (dir_read(cg->hierarchies.items[cg->hierarchies.of[controller]].fd, path, &text, NULL))
		return false;
	return span_copy(span_trim(strbuf_span(&text)), buf, cap);
}

/* Whether systemd runs this host: then the groups are in a scope, where it has one. */
static bool in_scope(const struct made *made)
{
	return made->cg.manager == CG_SYSTEMD;
}

static bool is_there(const struct hierarchy *hierarchy, const char *path)
{
	return faccessat(hierarchy->fd, path, F_OK, 0) == 0;
}

static void assert_nothing_left(const struct made *made, const char *parent)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", parent, made->name);
	for (size_t h = 0; h < made->rig->hierarchies.len; h++)
		assert_false(is_there(&made->rig->hierarchies.items[h], path));
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		if (made->cg.paths[c])
			assert_false(
				is_there(&made->cg.hierarchies.items[made->cg.hierarchies.of[c]],
					 made->cg.paths[c] + 1));
}

static void groups_are_made_in_every_hierarchy(void **state)
{
	struct made *made = *state;
	struct err err = ERR_INIT;
	char expected[128];

	need_cgroups(made);
	assert_fine(cg_make(made->name, NULL, NULL, &made->cg, &err), err);
	assert_int_equal(made->cg.manager, systemd_is_running() ? CG_SYSTEMD : CG_DIRECT);
	snprintf(expected, sizeof(expected), "/boxtop/%s", made->name);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		if (!rig_has(made->rig, (enum cgroup_controller)c))
			assert_null(made->cg.paths[c]);
		else if (!in_scope(made))
			assert_string_equal(made->cg.paths[c], expected);
		else
			assert_non_null(strstr(made->cg.paths[c], made->name));
	}
	assert_int_equal(made->cg.notes_len, 0);
	assert_int_not_equal(made->cg.inode, 0);
	assert_int_equal(made->cg.unified_fd >= 0, rig_has(made->rig, CGROUP_UNIFIED));
}

static void limits_stand_before_anything_enters(void **state)
{
	struct made *made = *state;
	struct limit_set set = limits_of(LIMIT_MEMORY, "64M");
	bool v2 = rig_is_v2(made->rig, CGROUP_MEMORY);
	struct err err = ERR_INIT;
	char text[64];

	need_cgroups(made);
	add_limit(&set, LIMIT_PIDS, "32");
	add_limit(&set, LIMIT_CPUS, "0.5");
	add_limit(&set, LIMIT_CPUSET, "0");
	assert_fine(cg_make(made->name, NULL, &set, &made->cg, &err), err);
	if (made->cg.notes_len > 0) {
		print_message("skipped: %s\n", made->cg.notes[0]);
		skip();
	}
	assert_true(read_of(&made->cg, CGROUP_MEMORY, v2 ? "memory.max" : "memory.limit_in_bytes",
			    text, sizeof(text)));
	assert_string_equal(text, "67108864");
	assert_true(read_of(&made->cg, CGROUP_PIDS, "pids.max", text, sizeof(text)));
	assert_string_equal(text, "32");
	v2 = rig_is_v2(made->rig, CGROUP_CPU);
	assert_true(read_of(&made->cg, CGROUP_CPU, v2 ? "cpu.max" : "cpu.cfs_quota_us", text,
			    sizeof(text)));
	assert_string_equal(text, v2 ? "50000 100000" : "50000");
	assert_true(read_of(&made->cg, CGROUP_CPUSET, "cpuset.cpus", text, sizeof(text)));
	assert_string_equal(text, "0");
}

/* A child enters as the launch does: into v2 by clone, into v1 by "0" to each tasks file. */
static pid_t enter(struct made *made)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	int ready[2];
	char byte;
	pid_t pid;

	if (made->cg.unified_fd >= 0) {
		args.flags = CLONE_INTO_CGROUP;
		args.cgroup = (unsigned int)made->cg.unified_fd;
	}
	assert_int_equal(pipe(ready), 0);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0) {
		for (size_t i = 0; i < made->cg.task_fds_len; i++)
			if (write(made->cg.task_fds[i], "0", 1) != 1)
				_exit(99);
		if (write(ready[1], "", 1) != 1)
			_exit(98);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	close(ready[1]);
	made->rig->children[made->rig->children_len++] = pid;
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

/* Whether the only process in that group is @pid. */
static bool holds_only(const struct cg *cg, enum cgroup_controller controller, pid_t pid)
{
	char text[64], expected[32];

	snprintf(expected, sizeof(expected), "%d", (int)pid);
	return read_of(cg, controller, "cgroup.procs", text, sizeof(text)) &&
	       strcmp(text, expected) == 0;
}

static void a_child_enters_every_one_of_them(void **state)
{
	struct made *made = *state;
	struct err err = ERR_INIT;
	pid_t pid;

	need_cgroups(made);
	assert_fine(cg_make(made->name, NULL, NULL, &made->cg, &err), err);
	pid = enter(made);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		if (rig_has(made->rig, (enum cgroup_controller)c))
			assert_true(holds_only(&made->cg, (enum cgroup_controller)c, pid));
}

static void a_name_that_is_taken_is_refused_and_left_alone(void **state)
{
	struct made *made = *state;
	struct limit_set set = limits_of(LIMIT_PIDS, "7");
	struct limit_set other = limits_of(LIMIT_PIDS, "9");
	struct err err = ERR_INIT;
	struct cg again;
	char text[128];

	need_cgroups(made);
	assert_fine(cg_make(made->name, NULL, &set, &made->cg, &err), err);
	assert_int_equal(cg_make(made->name, NULL, &other, &again, &err), -EEXIST);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		if (made->cg.paths[c])
			assert_true(read_of(&made->cg, (enum cgroup_controller)c, "cgroup.procs",
					    text, sizeof(text)));
	if (made->cg.notes_len == 0) {
		assert_true(read_of(&made->cg, CGROUP_PIDS, "pids.max", text, sizeof(text)));
		assert_string_equal(text, "7");
	}
}

static void a_limit_that_the_kernel_refuses_undoes_everything(void **state)
{
	struct made *made = *state;
	struct limit_set set = limits_of(LIMIT_PIDS, "7");
	struct err err = ERR_INIT;

	need_cgroups(made);
	add_limit(&set, LIMIT_CPUSET, "8000-8001");
	if (cg_make(made->name, NULL, &set, &made->cg, &err) == 0) {
		/* v2 takes a list of CPUs that are not there, or lacks the controller. */
		assert_true(rig_is_v2(made->rig, CGROUP_CPUSET) || made->cg.notes_len > 0);
		skip();
	}
	assert_non_null(strstr(err.text, "cpuset limit"));
	assert_non_null(strstr(err.text, "8000-8001"));
	assert_nothing_left(made, "boxtop");
}

static void what_a_layout_lacks_is_a_note_and_no_failure(void **state)
{
	struct made *made = *state;
	struct limit_set set = limits_of(LIMIT_MEMORY_HIGH, "64M");
	struct err err = ERR_INIT;

	need_cgroups(made);
	if (rig_is_v2(made->rig, CGROUP_MEMORY))
		skip();
	assert_fine(cg_make(made->name, NULL, &set, &made->cg, &err), err);
	assert_true(has_note(&made->cg, "memory-high: "));
	assert_null(made->cg.notes[made->cg.notes_len]);
}

static void groups_are_made_below_an_asked_for_parent(void **state)
{
	struct made *made = *state;
	struct err err = ERR_INIT;
	char parent[128], expected[256];

	need_cgroups(made);
	rig_make(made->rig, "");
	snprintf(parent, sizeof(parent), "%s/new/deep", made->rig->path);
	assert_fine(cg_make(made->name, parent, NULL, &made->cg, &err), err);
	snprintf(expected, sizeof(expected), "%s/%s", parent, made->name);
	assert_string_equal(made->cg.paths[made->cg.primary], expected);
	enter(made);
}

static void a_parent_that_was_made_for_it_goes_with_a_failure(void **state)
{
	struct made *made = *state;
	struct limit_set set = limits_of(LIMIT_CPUSET, "8000");
	struct err err = ERR_INIT;
	char parent[128], path[256];

	need_cgroups(made);
	if (!rig_has(made->rig, CGROUP_CPUSET) || rig_is_v2(made->rig, CGROUP_CPUSET))
		skip();
	rig_make(made->rig, "");
	snprintf(parent, sizeof(parent), "%s/new/deep", made->rig->path);
	snprintf(path, sizeof(path), "%s/new", made->rig->path + 1);
	assert_true(cg_make(made->name, parent, &set, &made->cg, &err) < 0);
	for (size_t h = 0; h < made->rig->hierarchies.len; h++) {
		assert_false(is_there(&made->rig->hierarchies.items[h], path));
		assert_true(is_there(&made->rig->hierarchies.items[h], made->rig->path + 1));
	}
}

/* Several processes at once below a parent that none of them finds. */
static void launches_at_once_don_t_trip_each_other(void **state)
{
	struct made *made = *state;
	char parent[128];
	pid_t pids[12];

	need_cgroups(made);
	rig_make(made->rig, "");
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			char name[128];
			struct err err = ERR_INIT;
			struct cg cg;
			int r;

			snprintf(parent, sizeof(parent), "%s/p", made->rig->path);
			snprintf(name, sizeof(name), "%s-%zu", made->name, i);
			r = cg_make(name, parent, NULL, &cg, &err);
			if (r < 0) {
				fprintf(stderr, "%s\n", err.text);
				_exit(1);
			}
			for (size_t t = 0; t < cg.task_fds_len; t++)
				if (write(cg.task_fds[t], "0", 1) != 1)
					_exit(2);
			_exit(0);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		int status = 0;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
}

static void groups_are_found_again_by_their_paths(void **state)
{
	struct made *made = *state;
	struct err err = ERR_INIT;
	struct cg again;

	need_cgroups(made);
	assert_fine(cg_make(made->name, NULL, NULL, &made->cg, &err), err);
	assert_fine(cg_open(made->cg.manager, (const char *const *)made->cg.paths, &again, &err),
		    err);
	assert_int_equal(again.manager, made->cg.manager);
	assert_int_equal(again.inode, made->cg.inode);
	assert_int_equal(again.primary, made->cg.primary);
	assert_int_equal(again.task_fds_len, made->cg.task_fds_len);
	assert_int_equal(again.unified_fd >= 0, made->cg.unified_fd >= 0);
	assert_int_equal(again.unit != NULL, in_scope(made));
	if (again.unit)
		assert_string_equal(again.unit, made->cg.unit);
	cg_finish(&again);
}

static void groups_are_found_again_by_name_alone(void **state)
{
	struct made *made = *state;
	struct err err = ERR_INIT;
	struct cg again;

	need_cgroups(made);
	assert_fine(cg_make(made->name, NULL, NULL, &made->cg, &err), err);
	/* Of a scope systemd takes care. */
	if (in_scope(made))
		skip();
	assert_fine(cg_find(made->name, NULL, &again, &err), err);
	assert_int_equal(again.manager, CG_DIRECT);
	assert_int_equal(again.inode, made->cg.inode);
	assert_fine(cg_remove(&again, &err), err);
	cg_finish(&again);
	assert_nothing_left(made, "boxtop");
	assert_fine(cg_find(made->name, NULL, &again, &err), err);
	assert_int_equal(again.manager, CG_NONE);
	cg_finish(&again);
}

static void groups_that_are_gone_are_left_out_and_removed_twice(void **state)
{
	struct made *made = *state;
	struct err err = ERR_INIT;
	struct cg again;

	need_cgroups(made);
	assert_fine(cg_make(made->name, NULL, NULL, &made->cg, &err), err);
	assert_fine(cg_remove(&made->cg, &err), err);
	assert_nothing_left(made, "boxtop");
	assert_fine(cg_remove(&made->cg, &err), err);
	assert_fine(cg_open(CG_DIRECT, (const char *const *)made->cg.paths, &again, &err), err);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		assert_null(again.paths[c]);
	assert_int_equal(again.task_fds_len, 0);
	assert_int_equal(again.unified_fd, -1);
	cg_finish(&again);
}

static void a_group_with_a_process_is_not_removed(void **state)
{
	struct made *made = *state;
	struct err err = ERR_INIT;
	pid_t pid;

	need_cgroups(made);
	assert_fine(cg_make(made->name, NULL, NULL, &made->cg, &err), err);
	pid = enter(made);
	assert_int_equal(cg_remove(&made->cg, &err), -EBUSY);
	assert_non_null(strstr(err.text, "remove the cgroup"));
	rig_end(made->rig, pid);
	assert_fine(cg_remove(&made->cg, &err), err);
	assert_nothing_left(made, "boxtop");
}

static void groups_made_inside_are_removed_too(void **state)
{
	struct made *made = *state;
	struct err err = ERR_INIT;
	char path[256];

	need_cgroups(made);
	assert_fine(cg_make(made->name, NULL, NULL, &made->cg, &err), err);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		int fd;

		if (!made->cg.paths[c])
			continue;
		fd = made->cg.hierarchies.items[made->cg.hierarchies.of[c]].fd;
		snprintf(path, sizeof(path), "%s/a", made->cg.paths[c] + 1);
		if (mkdirat(fd, path, 0755) < 0)
			assert_int_equal(errno, EEXIST); /* controllers that share a hierarchy */
		snprintf(path, sizeof(path), "%s/a/.b", made->cg.paths[c] + 1);
		if (mkdirat(fd, path, 0755) < 0)
			assert_int_equal(errno, EEXIST);
	}
	assert_fine(cg_remove(&made->cg, &err), err);
	assert_nothing_left(made, "boxtop");
}

static void names_that_are_no_names_are_refused(void **state)
{
	static const char *const names[] = {"", ".", "..", "a/b", "../x", "a\nb"};
	struct err err = ERR_INIT;
	struct cg cg;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(cg_make(names[i], NULL, NULL, &cg, &err), -EINVAL);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i][0] != 'a' || names[i][1] != '/')
			assert_int_equal(cg_make("boxtop-test-x", names[i], NULL, &cg, &err),
					 -EINVAL);
}

static void no_descriptor_is_left_open(void **state)
{
	struct made *made = *state;
	struct err err = ERR_INIT;
	int before, after;

	need_cgroups(made);
	before = dup(0);
	close(before);
	for (int i = 0; i < 3; i++) {
		char name[80];

		/* Who asked for a scope is in it to the end, so that it is not there to be had again. */
		snprintf(name, sizeof(name), "%s-%d", made->name, i);
		assert_fine(cg_make(name, NULL, NULL, &made->cg, &err), err);
		assert_fine(cg_remove(&made->cg, &err), err);
		cg_finish(&made->cg);
	}
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
}

/* ---- As a plain user ---- */

/* In a child that became nobody. */
static int as_nobody(int (*work)(struct made *), struct made *made)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
			_exit(77);
		_exit(work(made));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int create_without_any(struct made *made)
{
	struct limit_set set = limits_of(LIMIT_MEMORY, "64M");
	struct err err = ERR_INIT;

	if (cg_make(made->name, NULL, &set, &made->cg, &err) != 0)
		return 1;
	if (made->cg.manager != CG_NONE || made->cg.unified_fd != -1)
		return 2;
	return has_note(&made->cg, "belongs to this user") && has_note(&made->cg, "memory: ") ? 0
											      : 3;
}

static void a_plain_user_without_a_group_gets_notes(void **state)
{
	struct made *made = *state;

	need_cgroups(made);
	assert_int_equal(as_nobody(create_without_any, made), 0);
	assert_nothing_left(made, "boxtop");
}

/* In a group that was given to this user: ours is made in it, with what it hands on. */
static int create_in_delegated(void *context)
{
	struct made *made = context;
	struct limit_set set = limits_of(LIMIT_PIDS, "64");
	struct err err = ERR_INIT;
	char expected[256], text[64];
	int r;

	if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return 77;
	r = cg_make(made->name, NULL, &set, &made->cg, &err);
	if (r != 0 || made->cg.manager != CG_DIRECT) {
		fprintf(stderr, "%d %s\n", r, err.text);
		return 1;
	}
	snprintf(expected, sizeof(expected), "%s/boxtop/%s", made->rig->path, made->name);
	if (strcmp(made->cg.paths[made->cg.primary], expected) != 0)
		return 2;
	/* On v2 the group has a process, so it can't hand on controllers: a note says so. */
	if (rig_is_v2(made->rig, CGROUP_PIDS))
		return has_note(&made->cg, "pids: the pids controller is not enabled") ? 0 : 3;
	if (!read_of(&made->cg, CGROUP_PIDS, "pids.max", text, sizeof(text)))
		return 4;
	enter(made);
	kill(made->rig->children[made->rig->children_len - 1], SIGKILL);
	waitpid(made->rig->children[made->rig->children_len - 1], NULL, 0);
	r = cg_remove(&made->cg, &err);
	return strcmp(text, "64") == 0 ? r : 5;
}

static void give_to_nobody(struct rig *rig)
{
	static const char *const files[] = {".", "cgroup.procs", "tasks", "cgroup.subtree_control"};
	struct err err = ERR_INIT;

	(void)err;
	for (size_t h = 0; h < rig->hierarchies.len; h++)
		for (size_t i = 0; i < ARRAY_LEN(files); i++) {
			char path[256];

			snprintf(path, sizeof(path), "%s/%s", rig->path + 1, files[i]);
			if (fchownat(rig->hierarchies.items[h].fd, path, NOBODY, NOBODY, 0) < 0)
				assert_int_equal(errno, ENOENT);
		}
}

static void a_plain_user_s_group_is_made_in_the_one_that_was_given(void **state)
{
	struct made *made = *state;
	pid_t pid;

	need_cgroups(made);
	rig_make(made->rig, "");
	give_to_nobody(made->rig);
	pid = rig_spawn(made->rig, "", create_in_delegated, made);
	assert_int_equal(rig_wait(made->rig, pid), 0);
}

#define ON_KERNEL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_KERNEL(groups_are_made_in_every_hierarchy),
		ON_KERNEL(limits_stand_before_anything_enters),
		ON_KERNEL(a_child_enters_every_one_of_them),
		ON_KERNEL(a_name_that_is_taken_is_refused_and_left_alone),
		ON_KERNEL(a_limit_that_the_kernel_refuses_undoes_everything),
		ON_KERNEL(what_a_layout_lacks_is_a_note_and_no_failure),
		ON_KERNEL(groups_are_made_below_an_asked_for_parent),
		ON_KERNEL(a_parent_that_was_made_for_it_goes_with_a_failure),
		ON_KERNEL(launches_at_once_don_t_trip_each_other),
		ON_KERNEL(groups_are_found_again_by_their_paths),
		ON_KERNEL(groups_are_found_again_by_name_alone),
		ON_KERNEL(groups_that_are_gone_are_left_out_and_removed_twice),
		ON_KERNEL(a_group_with_a_process_is_not_removed),
		ON_KERNEL(groups_made_inside_are_removed_too),
		ON_KERNEL(names_that_are_no_names_are_refused),
		ON_KERNEL(no_descriptor_is_left_open),
		ON_KERNEL(a_plain_user_without_a_group_gets_notes),
		ON_KERNEL(a_plain_user_s_group_is_made_in_the_one_that_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
