/* SPDX-License-Identifier: MIT */
/* Directories of sandboxes: names, locks, what state.json may hold, and what is made of a broken one. */
#include "runtime_test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/left.h"
#include "runtime/state.h"
#include "support/tree.h"

/* struct rig - a directory of sandboxes */
struct rig {
	char dir[64];
	int root_fd;
	struct state_dir made;
	struct err err;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	if (!rig)
		return -1;
	tree_make(rig->dir, NULL, 0);
	rig->root_fd = open(rig->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rig->made = STATE_DIR_INIT;
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	state_dir_finish(&rig->made);
	close(rig->root_fd);
	tree_remove(rig->dir);
	free(rig);
	return 0;
}

static void make(struct rig *rig, const char *name)
{
	assert_fine(state_create(rig->root_fd, name, &rig->made, &rig->err), rig->err);
}

static void put(struct rig *rig, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/state.json", name);
	tree_add(rig->dir, path, text);
}

static int load(struct rig *rig, const char *name, struct state *out)
{
	struct state_dir dir;
	int r = state_open(rig->root_fd, name, &dir, &rig->err);

	*out = (struct state) {.info.arena = ARENA_INIT};
	if (r == 0)
		r = state_load(&dir, out, &rig->err);
	state_dir_finish(&dir);
	return r;
}

/* ---- Names ---- */

static void a_name_is_claimed_once(void **state)
{
	struct rig *rig = *state;
	struct state_dir other;

	make(rig, "web");
	assert_string_equal(rig->made.name, "web");
	assert_int_equal(state_create(rig->root_fd, "web", &other, &rig->err), -EEXIST);
	assert_non_null(strstr(rig->err.text, "boxtop rm web"));
	/* and nothing of the attempt stays */
	state_dir_finish(&rig->made);
	assert_int_equal(faccessat(rig->root_fd, "web/lock", F_OK, 0), 0);
	state_discard_unborn(rig->root_fd);
	assert_int_equal(faccessat(rig->root_fd, ".new-0-0", F_OK, 0), -1);
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const bad[] = {"",	    ".",   "..",  "../up", "a/b", "/etc",
					  ".new-1", "-rf", "a b", "a\nb",  "\xff"};
	struct rig *rig = *state;
	struct state_dir dir;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(state_create(rig->root_fd, bad[i], &dir, &rig->err), -EINVAL);
		assert_int_equal(state_open(rig->root_fd, bad[i], &dir, &rig->err), -EINVAL);
	}
}

static void a_link_in_the_place_of_a_sandbox_is_not_followed(void **state)
{
	struct rig *rig = *state;
	struct state_dir dir;

	tree_add(rig->dir, "real", NULL);
	tree_add(rig->dir, "link", "-> real");
	assert_true(state_open(rig->root_fd, "link", &dir, &rig->err) < 0);
	assert_int_equal(state_open(rig->root_fd, "real", &dir, &rig->err), 0);
	state_dir_finish(&dir);
}

static void names_are_listed_in_order_and_nothing_else(void **state)
{
	struct rig *rig = *state;
	struct arena arena = ARENA_INIT;
	struct spec_list names;

	tree_add(rig->dir, "b", NULL);
	tree_add(rig->dir, "a", NULL);
	tree_add(rig->dir, ".new-7-0", NULL);
	tree_add(rig->dir, "c d", NULL);
	assert_fine(state_names(rig->root_fd, &arena, &names, &rig->err), rig->err);
	assert_int_equal(names.len, 2);
	assert_string_equal(names.items[0], "a");
	assert_string_equal(names.items[1], "b");
	arena_finish(&arena);
}

static void made_up_names_are_free_ones(void **state)
{
	struct rig *rig = *state;
	struct state_dir dirs[40];

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		assert_fine(state_create(rig->root_fd, NULL, &dirs[i], &rig->err), rig->err);
		assert_int_equal(spec_check_name(dirs[i].name, NULL), 0);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(dirs[i].name, dirs[j].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		state_dir_finish(&dirs[i]);
}

/* ---- Where it is ---- */

static void a_directory_that_others_may_write_is_refused(void **state)
{
	struct rig *rig = *state;
	char path[96];
	int fd = -1;

	if (geteuid() != 0)
		skip(); /* needs a user of its own */
	assert_int_equal(setenv("XDG_RUNTIME_DIR", rig->dir, 1), 0);
	assert_int_equal(chmod(rig->dir, 0755), 0);
	snprintf(path, sizeof(path), "%s/boxtop", rig->dir);
	assert_int_equal(seteuid(65534), 0);
	/* not there, and not to be made */
	assert_int_equal(state_root_open(false, &fd, &rig->err), -ENOENT);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(seteuid(65534), 0);
	/* somebody else's */
	assert_int_equal(state_root_open(true, &fd, &rig->err), -EPERM);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(seteuid(65534), 0);
	/* everybody's */
	assert_int_equal(state_root_open(true, &fd, &rig->err), -EPERM);
	assert_int_equal(chmod(path, 0700), 0);
	assert_fine(state_root_open(true, &fd, &rig->err), rig->err);
	close(fd);
	assert_int_equal(seteuid(0), 0);
	/* as it was, for the sanitizer to look into us */
	assert_int_equal(prctl(PR_SET_DUMPABLE, 1), 0);
	assert_int_equal(unsetenv("XDG_RUNTIME_DIR"), 0);
}

/* ---- Locks ---- */

/* A child that holds the lock of "web" until it is told to end, and says how it did. */
static pid_t holder(struct rig *rig, int fd, struct sandbox_end end)
{
	pid_t pid = fork();
	struct state_dir dir;
	char byte;

	if (pid != 0)
		return pid;
	if (state_create(rig->root_fd, "web", &dir, NULL) < 0 || write(fd, "r", 1) != 1 ||
	    read(fd, &byte, 1) != 1)
		_exit(1);
	state_lock_say(&dir, end);
	_exit(0);
}

static void a_lock_tells_who_lives_and_how_it_ended(void **state)
{
	struct rig *rig = *state;
	struct sandbox_end end;
	struct state_dir dir;
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ready), 0);
	pid = holder(rig, ready[1], (struct sandbox_end) {42, true});
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_fine(state_open(rig->root_fd, "web", &dir, &rig->err), rig->err);
	assert_int_equal(state_lock_look(&dir, &rig->err), STATE_HELD);
	assert_int_equal(state_lock_take(&dir, &rig->err), -EAGAIN);
	assert_int_equal(write(ready[0], "g", 1), 1);
	/* waits until it is gone */
	assert_fine(state_lock_wait(&dir, &end, &rig->err), rig->err);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(end.exit_code, 42);
	assert_true(end.oom_killed);
	/* it said so, and did not clean up */
	assert_int_equal(state_lock_look(&dir, &rig->err), STATE_ORPHANED);
	assert_fine(state_lock_take(&dir, &rig->err), rig->err);
	state_lock_end(&dir);
	assert_int_equal(state_lock_look(&dir, &rig->err), STATE_UNLOCKED);
	assert_int_equal(state_lock_take(&dir, &rig->err), -EAGAIN);
	state_dir_finish(&dir);
	close(ready[0]);
	close(ready[1]);
}

static void a_killed_holder_says_nothing(void **state)
{
	struct rig *rig = *state;
	struct sandbox_end end;
	struct state_dir dir;
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ready), 0);
	pid = holder(rig, ready[1], (struct sandbox_end) {42, true});
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_fine(state_open(rig->root_fd, "web", &dir, &rig->err), rig->err);
	kill(pid, SIGKILL);
	assert_fine(state_lock_wait(&dir, &end, &rig->err), rig->err);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(end.exit_code, -1);
	assert_false(end.oom_killed);
	/* of one without state nothing stays */
	assert_fine(left_sweep_one(&dir, &rig->err), rig->err);
	state_dir_finish(&dir);
	assert_int_equal(faccessat(rig->root_fd, "web", F_OK, 0), -1);
	close(ready[0]);
	close(ready[1]);
}

static void nonsense_in_a_lock_is_no_exit_code(void **state)
{
	static const char *const texts[] = {
		"", "x", "-1", "256", "1x", "99999999999999999999", "\n\n", " oom"};
	struct rig *rig = *state;
	struct sandbox_end end;

	make(rig, "web");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_equal(ftruncate(rig->made.lock_fd, 0), 0);
		assert_int_equal(pwrite(rig->made.lock_fd, texts[i], strlen(texts[i]), 0),
				 strlen(texts[i]));
		/* another description than that which holds it would wait */
		close(rig->made.lock_fd);
		rig->made.lock_fd = -1;
		assert_fine(state_lock_wait(&rig->made, &end, &rig->err), rig->err);
		assert_int_equal(end.exit_code, -1);
		assert_fine(state_lock_take(&rig->made, &rig->err), rig->err);
	}
}

/* ---- state.json ---- */

static void what_is_saved_is_loaded(void **state)
{
	struct rig *rig = *state;
	struct state saved = {.info.arena = ARENA_INIT}, loaded;
	struct sandbox_info *info = &saved.info;

	make(rig, "web");
	info->name = rig->made.name;
	info->rootfs = "/srv/\xff\xfe"; /* no UTF-8 */
	info->status = SANDBOX_RUNNING;
	info->pid = 4711;
	info->start_ticks = INT64_MAX;
	info->created_usec = 1714557606000000;
	info->exit_code = 137;
	info->restarts = 3;
	info->oom_killed = info->own_pid_namespace = true;
	info->primary = CGROUP_MEMORY;
	info->cgroup_paths[CGROUP_MEMORY] = "/boxtop/web";
	info->inode = 99;
	state_list_add(&info->arena, &info->args, "sh");
	state_list_add(&info->arena, &info->args, "\"quoted\"\n\x01");
	state_list_add(&info->arena, &info->notes, "cpu limit: no");
	saved.supervisor = 7;
	saved.manager = CG_DIRECT;
	saved.outlive = true;
	state_boot_id(saved.boot_id);
	assert_fine(state_save(&rig->made, &saved, &rig->err), rig->err);
	assert_int_equal(load(rig, "web", &loaded), 0);
	assert_string_equal(loaded.info.name, "web");
	assert_int_equal(loaded.info.status, SANDBOX_RUNNING);
	assert_int_equal(loaded.info.pid, 4711);
	assert_int_equal(loaded.info.start_ticks, INT64_MAX);
	assert_int_equal(loaded.info.created_usec, 1714557606000000);
	assert_int_equal(loaded.info.exit_code, 137);
	assert_int_equal(loaded.info.restarts, 3);
	assert_true(loaded.info.oom_killed && loaded.info.own_pid_namespace && loaded.outlive);
	assert_false(loaded.remove);
	assert_string_equal(loaded.info.cgroup_paths[CGROUP_MEMORY], "/boxtop/web");
	assert_null(loaded.info.cgroup_paths[CGROUP_PIDS]);
	assert_int_equal(loaded.info.args.len, 2);
	assert_string_equal(loaded.info.args.items[1], "\"quoted\"\n\x01");
	assert_string_equal(loaded.info.notes.items[0], "cpu limit: no");
	assert_null(loaded.info.hostname);
	assert_int_equal(loaded.manager, CG_DIRECT);
	assert_true(state_is_this_boot(&loaded));
	state_finish(&loaded);
	info->name = NULL;
	arena_finish(&info->arena);
	/* written beside and renamed: nothing of it stays */
	assert_int_equal(faccessat(rig->made.fd, "state.json.new", F_OK, 0), -1);
}

#define HEAD                                                                                       \
	"\"name\":\"web\",\"status\":\"running\",\"cgroup_manager\":\"none\","                     \
	"\"cgroup_primary\":\"memory\",\"boot_id\":\"b\""

static void a_missing_key_is_zero_and_an_unknown_one_is_skipped(void **state)
{
	struct rig *rig = *state;
	struct state loaded;

	put(rig, "web", "{" HEAD ",\"from\":\"the future\",\"more\":{\"x\":[1,2]}}");
	assert_int_equal(load(rig, "web", &loaded), 0);
	assert_int_equal(loaded.info.pid, 0);
	assert_null(loaded.info.rootfs);
	assert_int_equal(loaded.info.args.len, 0);
	/* of another boot: its pids mean nothing here */
	assert_false(state_is_this_boot(&loaded));
	loaded.info.pid = getpid();
	loaded.info.start_ticks = state_start_ticks(getpid());
	assert_int_equal(state_init_pidfd(&loaded), -ESRCH);
	state_finish(&loaded);
}

static void a_malformed_state_is_refused_as_a_whole(void **state)
{
	static const char *const texts[] = {
		"",
		"null",
		"[]",
		"{",
		"{}",
		"{" HEAD,
		"{" HEAD "}trailing",
		"{" HEAD ",\"name\":\"web\"}", /* twice */
		"{" HEAD ",\"pid\":\"7\"}",    /* of another type */
		"{" HEAD ",\"pid\":-1}",       /* no pid, but a process group to kill() */
		"{" HEAD ",\"pid\":1.5}",
		"{" HEAD ",\"pid\":99999999999}",
		"{" HEAD ",\"pid\":null}",
		"{" HEAD ",\"start_ticks\":-5}",
		"{" HEAD ",\"args\":\"sh\"}",
		"{" HEAD ",\"args\":[\"sh\",1]}",
		"{" HEAD ",\"outlive\":1}",
		"{" HEAD ",\"rootfs\":[]}",
		"{" HEAD ",\"cgroups\":[]}",
		"{" HEAD ",\"cgroups\":{\"memory\":\"relative\"}}",
		"{" HEAD ",\"cgroups\":{\"memory\":\"/a/../../b\"}}",
		"{" HEAD ",\"cgroups\":{\"memory\":7}}",
		"{" HEAD ",\"cgroups\":{\"nonsense\":\"/a\"}}",
		"{\"name\":\"other\",\"status\":\"running\",\"cgroup_manager\":\"none\","
		"\"cgroup_primary\":\"memory\",\"boot_id\":\"b\"}",
		"{\"name\":\"web\",\"status\":\"sleeping\",\"cgroup_manager\":\"none\","
		"\"cgroup_primary\":\"memory\",\"boot_id\":\"b\"}",
	};
	struct rig *rig = *state;
	struct state loaded;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		put(rig, "web", texts[i]);
		if (load(rig, "web", &loaded) != -EBADMSG)
			print_error("taken: %s\n", texts[i]);
		assert_int_equal(load(rig, "web", &loaded), -EBADMSG);
		assert_non_null(strstr(rig->err.text, "boxtop rm -f web"));
		/* nothing was lent out */
		assert_null(loaded.info.name);
		state_finish(&loaded);
	}
}

static void a_state_that_is_no_file_or_too_large_is_refused(void **state)
{
	struct rig *rig = *state;
	struct state loaded;
	char path[96];

	tree_add(rig->dir, "real.json", "{" HEAD "}");
	tree_add(rig->dir, "web/state.json", "-> ../real.json");
	assert_true(load(rig, "web", &loaded) < 0);
	snprintf(path, sizeof(path), "%s/web/state.json", rig->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(load(rig, "web", &loaded) < 0); /* and does not wait for a writer */
	assert_int_equal(unlink(path), 0);
	put(rig, "web", "{" HEAD "}");
	assert_int_equal(load(rig, "web", &loaded), 0);
	state_finish(&loaded);
	assert_int_equal(truncate(path, 2 << 20), 0);
	assert_true(load(rig, "web", &loaded) < 0);
}

/* ---- Processes ---- */

static void a_pid_that_was_given_again_is_another(void **state)
{
	struct state it = {.info.arena = ARENA_INIT};
	int pidfd;

	(void)state;
	state_boot_id(it.boot_id);
	it.info.pid = getpid();
	it.info.start_ticks = state_start_ticks(getpid());
	assert_true(it.info.start_ticks > 0);
	pidfd = state_init_pidfd(&it);
	assert_true(pidfd >= 0);
	close(pidfd);
	it.info.start_ticks++;
	assert_int_equal(state_init_pidfd(&it), -ESRCH);
	/* nobody's, everybody's, and the host's init */
	for (pid_t pid = -1; pid <= 1; pid++) {
		it.info.pid = pid;
		it.info.start_ticks = pid == 1 ? state_start_ticks(1) : 0;
		assert_int_equal(state_init_pidfd(&it), -ESRCH);
	}
}

/* ---- The end ---- */

static void a_removed_sandbox_takes_all_along_and_nothing_else(void **state)
{
	struct rig *rig = *state;
	char path[128];

	tree_add(rig->dir, "outside/file", "stays");
	make(rig, "web");
	tree_add(rig->dir, "web/upper/deep/er/file", "x");
	tree_add(rig->dir, "web/upper/link", "-> ../../outside");
	tree_add(rig->dir, "web/work/work/x", "x");
	snprintf(path, sizeof(path), "%s/web/work/work", rig->dir);
	assert_int_equal(chmod(path, 0), 0);
	assert_fine(state_remove(&rig->made, &rig->err), rig->err);
	assert_int_equal(faccessat(rig->root_fd, "web", F_OK, 0), -1);
	assert_int_equal(faccessat(rig->root_fd, "outside/file", F_OK, 0), 0);
}

static void the_name_of_a_removed_one_may_be_taken_meanwhile(void **state)
{
	struct rig *rig = *state;
	struct state_dir next;

	make(rig, "web");
	assert_int_equal(renameat(rig->root_fd, "web", rig->root_fd, "moved"), 0);
	assert_fine(state_create(rig->root_fd, "web", &next, &rig->err), rig->err);
	state_remove(&rig->made, &rig->err);
	assert_int_equal(faccessat(rig->root_fd, "web/lock", F_OK, 0), 0);
	state_dir_finish(&next);
}

static void what_a_dead_creator_began_is_discarded(void **state)
{
	struct rig *rig = *state;

	tree_add(rig->dir, ".new-1-0/lock", "");
	tree_add(rig->dir, ".new-1-0/state.json", "{");
	make(rig, "web");
	state_discard_unborn(rig->root_fd);
	assert_int_equal(faccessat(rig->root_fd, ".new-1-0", F_OK, 0), -1);
	assert_int_equal(faccessat(rig->root_fd, "web/lock", F_OK, 0), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_name_is_claimed_once),
		TEST(names_that_lead_elsewhere_are_refused),
		TEST(a_link_in_the_place_of_a_sandbox_is_not_followed),
		TEST(names_are_listed_in_order_and_nothing_else),
		TEST(made_up_names_are_free_ones),
		TEST(a_directory_that_others_may_write_is_refused),
		TEST(a_lock_tells_who_lives_and_how_it_ended),
		TEST(a_killed_holder_says_nothing),
		TEST(nonsense_in_a_lock_is_no_exit_code),
		TEST(what_is_saved_is_loaded),
		TEST(a_missing_key_is_zero_and_an_unknown_one_is_skipped),
		TEST(a_malformed_state_is_refused_as_a_whole),
		TEST(a_state_that_is_no_file_or_too_large_is_refused),
		TEST(a_pid_that_was_given_again_is_another),
		TEST(a_removed_sandbox_takes_all_along_and_nothing_else),
		TEST(the_name_of_a_removed_one_may_be_taken_meanwhile),
		TEST(what_a_dead_creator_began_is_discarded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
