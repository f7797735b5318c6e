/* SPDX-License-Identifier: MIT */
/* The mounts of a process: from files, and of a live one, which is never taken for another. */
#include "rig.h"

#include "base/dir.h"
#include "base/parse.h"
#include "collectors/mounts.h"

#define STAT                                                                                       \
	"42 (a) b) S 1 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 0 "                             \
	"18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
#define START_TICKS 777

/* struct world - a tree with one process */
struct world {
	char root[64];
	int fd;
};

static void world_make(struct world *world, const char *mountinfo)
{
	tree_make(world->root, NULL, 0);
	tree_add(world->root, "proc/42/stat", STAT);
	if (mountinfo)
		tree_add(world->root, "proc/42/mountinfo", mountinfo);
	world->fd = open(world->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(world->fd >= 0);
}

static void world_remove(struct world *world)
{
	close(world->fd);
	tree_remove(world->root);
}

static void every_mount_is_told_with_its_escapes_undone(void **state)
{
	struct world world;
	struct mounts mounts;
	struct err err = ERR_INIT;

	(void)state;
	world_make(&world,
		   "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
		   "23 22 0:5 /sub\\040dir /mnt/a\\040b\\134c ro,nosuid - tmpfs none rw,size=1k\n");
	assert_int_equal(mounts_read(world.fd, 42, START_TICKS, &mounts, &err), 0);
	assert_int_equal(mounts.len, 2);
	assert_string_equal(mounts.list[0].target, "/");
	assert_string_equal(mounts.list[0].fstype, "ext4");
	assert_string_equal(mounts.list[0].source, "/dev/sda1");
	assert_string_equal(mounts.list[1].target, "/mnt/a b\\c");
	assert_string_equal(mounts.list[1].root, "/sub dir");
	assert_string_equal(mounts.list[1].options, "ro,nosuid");
	mounts_finish(&mounts);
	world_remove(&world);
}

static void another_process_with_the_pid_is_not_the_one_meant(void **state)
{
	struct world world;
	struct mounts mounts;
	struct err err = ERR_INIT;

	(void)state;
	world_make(&world, "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
	assert_int_equal(mounts_read(world.fd, 42, START_TICKS + 1, &mounts, &err), READ_GONE);
	mounts_finish(&mounts);
	assert_int_equal(mounts_read(world.fd, 43, START_TICKS, &mounts, &err), READ_GONE);
	mounts_finish(&mounts);
	world_remove(&world);
}

static void a_missing_or_malformed_file_is_no_list(void **state)
{
	struct world world;
	struct mounts mounts;
	struct err err = ERR_INIT;

	(void)state;
	world_make(&world, NULL);
	assert_int_equal(mounts_read(world.fd, 42, START_TICKS, &mounts, &err), READ_GONE);
	mounts_finish(&mounts);
	world_remove(&world);
	world_make(&world, "22 1 8:1 / / rw - ext4 /dev/sda1 rw\nnonsense\n");
	assert_true(mounts_read(world.fd, 42, START_TICKS, &mounts, &err) < 0);
	assert_non_null(strstr(err.text, "mounts of process 42"));
	mounts_finish(&mounts);
	world_remove(&world);
}

static uint64_t own_start_ticks(void)
{
	_cleanup_(strbuf_finish)
	struct strbuf file = STRBUF_INIT;
	struct parse_stat stat;

	assert_int_equal(dir_read(AT_FDCWD, "/proc/self/stat", &file, NULL), 0);
	assert_int_equal(parse_proc_stat(strbuf_span(&file), &stat, NULL), 0);
	return stat.start_ticks;
}

static void our_own_mounts_hold_proc(void **state)
{
	struct mounts mounts;
	struct err err = ERR_INIT;
	bool found = false;

	(void)state;
	assert_int_equal(mounts_read(AT_FDCWD, getpid(), own_start_ticks(), &mounts, &err), 0);
	for (size_t i = 0; i < mounts.len; i++)
		found |= strcmp(mounts.list[i].target, "/proc") == 0 &&
			 strcmp(mounts.list[i].fstype, "proc") == 0;
	assert_true(found);
	mounts_finish(&mounts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mount_is_told_with_its_escapes_undone),
		cmocka_unit_test(another_process_with_the_pid_is_not_the_one_meant),
		cmocka_unit_test(a_missing_or_malformed_file_is_no_list),
		cmocka_unit_test(our_own_mounts_hold_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
