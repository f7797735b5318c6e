/* SPDX-License-Identifier: MIT */
/* Where roots come from: directories, archives that are unpacked once and shared, changes that are kept. */
#include "runtime_test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/rmtree.h"
#include "runtime/roots.h"
#include "runtime/roots_trees.h"
#include "support/tree.h"

/* struct rig - a directory with an archive, one of trees, and one of sandboxes' state */
struct rig {
	char dir[64], archive[96];
	int dir_fd, trees_fd, sandbox_fds[2];
	struct id_maps maps;
	struct spec spec;
	struct launch_layers layers;
	struct err err;
};

static int open_in(const struct rig *rig, const char *path)
{
	return openat(rig->dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void make_archive(const struct rig *rig, const char *text)
{
	char command[256];

	tree_add(rig->dir, "content/etc/name", text);
	snprintf(command, sizeof(command), "tar -C %s/content -cf %s .", rig->dir, rig->archive);
	assert_int_equal(system(command), 0);
}

static int set_up(void **state)
{
	static const struct tree_file files[] = {
		{"trees", NULL}, {"state/one", NULL}, {"state/two", NULL}, {"content/bin", NULL}};
	struct rig *rig = calloc(1, sizeof(*rig));

	if (!rig)
		return -1;
	tree_make(rig->dir, files, ARRAY_LEN(files));
	rig->dir_fd = open(rig->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rig->trees_fd = open_in(rig, "trees");
	rig->sandbox_fds[0] = open_in(rig, "state/one");
	rig->sandbox_fds[1] = open_in(rig, "state/two");
	rig->layers = (struct launch_layers) {-1, -1};
	snprintf(rig->archive, sizeof(rig->archive), "%s/root.tar", rig->dir);
	make_archive(rig, "first");
	spec_init(&rig->spec);
	*state = rig;
	return id_map_choose(&rig->spec, &rig->maps, &rig->err);
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	cleanup_close(&rig->layers.root_fd);
	cleanup_close(&rig->layers.changes_fd);
	for (size_t i = 0; i < 2; i++)
		close(rig->sandbox_fds[i]);
	/* Files of subordinate ids take more than rm. */
	rmtree(rig->dir_fd, "trees", &rig->maps, NULL);
	close(rig->trees_fd);
	close(rig->dir_fd);
	spec_finish(&rig->spec);
	tree_remove(rig->dir);
	free(rig);
	return 0;
}

/* take() - the tree for sandbox @i; where the machine can't, there is nothing to test */
static int take(struct rig *rig, size_t i)
{
	const struct trees_request request = {rig->archive, &rig->maps, rig->sandbox_fds[i]};
	int fd = -1;
	int r = trees_take(rig->trees_fd, &request, &fd, &rig->err);

	if (r == -ENOTSUP || strstr(rig->err.text, "user namespace"))
		skip();
	return r < 0 ? r : fd;
}

static int taken(struct rig *rig, size_t i)
{
	int fd = take(rig, i);

	assert_fine(fd < 0 ? fd : 0, rig->err);
	return fd;
}

static bool is_text(int dir_fd, const char *path, const char *text)
{
	_cleanup_(cleanup_close)
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	char buf[64] = "";

	return fd >= 0 && read(fd, buf, sizeof(buf) - 1) >= 0 && strcmp(buf, text) == 0;
}

static ino_t inode(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

/* count() - of what is in the directory of trees, so much matches */
static unsigned int count(const struct rig *rig, const char *pattern)
{
	char command[192], line[16] = "";
	FILE *out;

	snprintf(command, sizeof(command),
		 "find %s/trees -mindepth 1 -maxdepth 1 -name '%s' | wc -l", rig->dir, pattern);
	out = popen(command, "r");
	assert_non_null(out);
	assert_non_null(fgets(line, sizeof(line), out));
	pclose(out);
	return (unsigned int)atoi(line);
}

static void sweep(struct rig *rig, uint64_t idle_usec)
{
	assert_fine(trees_sweep(rig->trees_fd, -1, &rig->maps, idle_usec, &rig->err), rig->err);
}

static void one_tree_serves_all(void **state)
{
	struct rig *rig = *state;
	int first = taken(rig, 0), second = taken(rig, 1);

	assert_true(is_text(first, "etc/name", "first"));
	assert_int_equal(inode(first), inode(second));
	close(first);
	close(second);
}

static void another_archive_of_the_same_name_is_another_tree(void **state)
{
	struct rig *rig = *state;
	int first = taken(rig, 0), second;

	make_archive(rig, "second, and longer");
	second = taken(rig, 1);
	assert_true(is_text(first, "etc/name", "first"));
	assert_true(is_text(second, "etc/name", "second, and longer"));
	close(first);
	close(second);
}

static void a_tree_stays_while_a_sandbox_uses_it(void **state)
{
	struct rig *rig = *state;

	close(taken(rig, 0));
	close(taken(rig, 1));
	sweep(rig, 0);
	assert_int_equal(count(rig, "*"), 3);
	assert_int_equal(unlinkat(rig->sandbox_fds[0], TREES_LINK, 0), 0);
	sweep(rig, 0);
	assert_int_equal(count(rig, "*"), 3);
	/* The whole state of the other one goes, as when it is removed. */
	assert_int_equal(unlinkat(rig->sandbox_fds[1], TREES_LINK, 0), 0);
	sweep(rig, 3600000000ull);
	assert_int_equal(count(rig, "*"), 3);
	sweep(rig, 0);
	assert_int_equal(count(rig, "*"), 0);
}

static void a_use_that_was_not_noted_counts_where_it_is_asked_for(void **state)
{
	struct rig *rig = *state;
	char command[128];
	_cleanup_(cleanup_close)
	int state_fd = open_in(rig, "state");

	close(taken(rig, 0));
	snprintf(command, sizeof(command), "rm %s/trees/*.in-*", rig->dir);
	assert_int_equal(system(command), 0);
	assert_fine(trees_sweep(rig->trees_fd, state_fd, &rig->maps, 0, &rig->err), rig->err);
	assert_int_equal(count(rig, "*"), 2);
	sweep(rig, 0);
	assert_int_equal(count(rig, "*"), 0);
}

static void a_sandbox_may_be_renamed(void **state)
{
	struct rig *rig = *state;

	close(taken(rig, 0));
	assert_int_equal(renameat(rig->dir_fd, "state/one", rig->dir_fd, "state/three"), 0);
	sweep(rig, 0);
	assert_int_equal(count(rig, "*.lock"), 1);
}

static void what_a_dead_unpacker_left_is_removed(void **state)
{
	struct rig *rig = *state;
	char name[300], key[200] = "";
	ssize_t n;

	close(taken(rig, 0));
	n = readlinkat(rig->sandbox_fds[0], TREES_LINK, key, sizeof(key) - 1);
	assert_true(n > 0);
	snprintf(name, sizeof(name), "%s.new", key);
	assert_int_equal(renameat(rig->trees_fd, key, rig->trees_fd, name), 0);
	close(taken(rig, 0));
	assert_int_equal(count(rig, "*.new"), 0);
	snprintf(name, sizeof(name), "trees/%s.new/deep/er", key);
	tree_add(rig->dir, name, "left over");
	sweep(rig, 3600000000ull);
	assert_int_equal(count(rig, "*.new"), 0);
	assert_int_equal(count(rig, "*.lock"), 1);
}

static void a_failure_leaves_nothing_but_a_lock(void **state)
{
	struct rig *rig = *state;
	char command[192];
	int r;

	snprintf(command, sizeof(command), "head -c 5000 /dev/zero | tr '\\0' x >%s", rig->archive);
	assert_int_equal(system(command), 0);
	r = take(rig, 0);
	assert_true(r < 0);
	assert_non_null(strstr(rig->err.text, rig->archive));
	assert_int_equal(count(rig, "*"), 1);
	assert_int_equal(faccessat(rig->sandbox_fds[0], TREES_LINK, F_OK, AT_SYMLINK_NOFOLLOW), -1);
	sweep(rig, 0);
	assert_int_equal(count(rig, "*"), 0);
}

static void an_image_of_layers_is_no_root(void **state)
{
	struct rig *rig = *state;
	char command[512];

	snprintf(command, sizeof(command),
		 "rm -r %s/content/*; echo '{}' >%s/content/manifest.json; "
		 "tar -C %s/content -cf %s .",
		 rig->dir, rig->dir, rig->dir, rig->archive);
	assert_int_equal(system(command), 0);
	assert_true(take(rig, 0) < 0);
	assert_non_null(strstr(rig->err.text, "export"));
}

/* Both start at once: one unpacks, the other waits, and both have the same whole tree. */
static void two_at_once_unpack_once(void **state)
{
	struct rig *rig = *state;
	pid_t pids[6];
	int fd = -1;

	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			const struct trees_request request = {rig->archive, &rig->maps,
							      rig->sandbox_fds[i % 2]};
			int r = trees_take(rig->trees_fd, &request, &fd, &rig->err);

			_exit(r == 0 && is_text(fd, "etc/name", "first")		 ? 0
			      : r == -ENOTSUP || strstr(rig->err.text, "user namespace") ? 77
											 : 1);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		int status = 0;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
	}
	close(taken(rig, 0));
	assert_int_equal(count(rig, "*.lock"), 1);
}

static void a_tree_that_is_being_unpacked_is_not_swept(void **state)
{
	struct rig *rig = *state;
	_cleanup_(cleanup_close)
	int lock = openat(rig->trees_fd, "key.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	tree_add(rig->dir, "trees/key.new/file", "half");
	assert_int_equal(flock(lock, LOCK_EX), 0);
	sweep(rig, 0);
	assert_int_equal(count(rig, "key.new"), 1);
	assert_int_equal(flock(lock, LOCK_UN), 0);
	sweep(rig, 0);
	assert_int_equal(count(rig, "*"), 0);
}

static void removing_a_tree_follows_no_link(void **state)
{
	struct rig *rig = *state;
	static const struct tree_file files[] = {{"victim/file", "stays"}};

	tree_add(rig->dir, files[0].path, files[0].text);
	tree_add(rig->dir, "trees/x/a/out", "-> ../../../victim");
	tree_add(rig->dir, "trees/x/a/closed/file", "x");
	assert_int_equal(fchmodat(rig->dir_fd, "trees/x/a/closed", 0, 0), 0);
	assert_fine(rmtree(rig->trees_fd, "x", &rig->maps, &rig->err), rig->err);
	assert_int_equal(count(rig, "*"), 0);
	assert_true(is_text(rig->dir_fd, "victim/file", "stays"));
	assert_fine(rmtree(rig->trees_fd, "not-there", &rig->maps, &rig->err), rig->err);
}

static int prepare(struct rig *rig)
{
	cleanup_close(&rig->layers.root_fd);
	cleanup_close(&rig->layers.changes_fd);
	rig->err = ERR_INIT;
	return root_prepare(&rig->spec, rig->sandbox_fds[0], &rig->layers, &rig->err);
}

static void set_root(struct rig *rig, const char *path)
{
	rig->spec.root.kind = SPEC_ROOT_DIR;
	rig->spec.root.path = arena_printf(&rig->spec.arena, "%s/%s", rig->dir, path);
}

static void the_host_and_a_directory_are_opened(void **state)
{
	struct rig *rig = *state;
	struct stat st, other;

	assert_fine(prepare(rig), rig->err);
	assert_int_equal(rig->layers.changes_fd, -1);
	assert_int_equal(fstat(rig->layers.root_fd, &st), 0);
	assert_int_equal(stat("/", &other), 0);
	assert_int_equal(st.st_ino, other.st_ino);
	set_root(rig, "content");
	assert_fine(prepare(rig), rig->err);
	assert_true(is_text(rig->layers.root_fd, "etc/name", "first"));
	assert_int_equal(fcntl(rig->layers.root_fd, F_GETFD), FD_CLOEXEC);
	set_root(rig, "nowhere");
	assert_int_equal(prepare(rig), -ENOENT);
	assert_non_null(strstr(rig->err.text, "nowhere"));
	assert_int_equal(rig->layers.root_fd, -1);
	set_root(rig, "root.tar");
	assert_int_equal(prepare(rig), -ENOTDIR);
}

static void keep(struct rig *rig, const char *path)
{
	set_root(rig, "content");
	rig->spec.root.ephemeral = false;
	rig->spec.root.keep = arena_printf(&rig->spec.arena, "%s/%s", rig->dir, path);
}

static void changes_are_kept_in_a_directory_of_their_own(void **state)
{
	struct rig *rig = *state;

	keep(rig, "kept");
	assert_fine(prepare(rig), rig->err);
	assert_int_equal(faccessat(rig->layers.changes_fd, "upper", F_OK, 0), 0);
	assert_int_equal(faccessat(rig->layers.changes_fd, "work", F_OK, 0), 0);
	tree_add(rig->dir, "kept/upper/changed", "x");
	assert_fine(prepare(rig), rig->err);
	assert_true(is_text(rig->layers.changes_fd, "upper/changed", "x"));
}

static void a_directory_of_other_things_takes_no_changes(void **state)
{
	struct rig *rig = *state;

	tree_add(rig->dir, "photos/one.jpg", "x");
	keep(rig, "photos");
	assert_int_equal(prepare(rig), -ENOTEMPTY);
	assert_non_null(strstr(rig->err.text, "one.jpg"));
	assert_int_equal(rig->layers.root_fd, -1);
	assert_int_equal(faccessat(rig->dir_fd, "photos/upper", F_OK, 0), -1);
	tree_add(rig->dir, "linked/upper", "-> ../photos");
	keep(rig, "linked");
	assert_int_equal(prepare(rig), -ENOTDIR);
	assert_int_equal(faccessat(rig->dir_fd, "linked/work", F_OK, 0), -1);
	keep(rig, "no/such/parent");
	assert_int_equal(prepare(rig), -ENOENT);
}

static void a_directory_of_someone_else_takes_no_changes(void **state)
{
	struct rig *rig = *state;

	if (geteuid() != 0)
		skip();
	tree_add(rig->dir, "theirs", NULL);
	assert_int_equal(fchownat(rig->dir_fd, "theirs", 65534, 65534, 0), 0);
	keep(rig, "theirs");
	assert_int_equal(prepare(rig), -EPERM);
}

#define RIGGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGGED(one_tree_serves_all),
		RIGGED(another_archive_of_the_same_name_is_another_tree),
		RIGGED(a_tree_stays_while_a_sandbox_uses_it),
		RIGGED(a_use_that_was_not_noted_counts_where_it_is_asked_for),
		RIGGED(a_sandbox_may_be_renamed),
		RIGGED(what_a_dead_unpacker_left_is_removed),
		RIGGED(a_failure_leaves_nothing_but_a_lock),
		RIGGED(an_image_of_layers_is_no_root),
		RIGGED(two_at_once_unpack_once),
		RIGGED(a_tree_that_is_being_unpacked_is_not_swept),
		RIGGED(removing_a_tree_follows_no_link),
		RIGGED(the_host_and_a_directory_are_opened),
		RIGGED(changes_are_kept_in_a_directory_of_their_own),
		RIGGED(a_directory_of_other_things_takes_no_changes),
		RIGGED(a_directory_of_someone_else_takes_no_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
