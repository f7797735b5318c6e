/* SPDX-License-Identifier: MIT */
/* Archives: what is in them comes out, and what means harm stays in. */
#include "runtime_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runtime/archive.h"
#include "support/tree.h"

#define BLOCK 512

/* struct rig - an archive that is written by hand, and where it is to go: a directory in one that must
 * stay as it is */
struct rig {
	char dir[64];
	int outside_fd, inside_fd, tar_fd;
	struct id_maps maps;
	struct archive_bounds bounds;
	struct err err;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct spec spec;
	int r;

	if (!rig)
		return -1;
	tree_make(rig->dir, (const struct tree_file[]) {{"secret", "as it was"}, {"in", NULL}}, 2);
	rig->outside_fd = open(rig->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rig->inside_fd = openat(rig->outside_fd, "in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rig->tar_fd = memfd_create("tar", MFD_CLOEXEC);
	spec_init(&spec);
	r = id_map_choose(&spec, &rig->maps, &rig->err);
	spec_finish(&spec);
	*state = rig;
	return r;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	close(rig->inside_fd);
	close(rig->outside_fd);
	close(rig->tar_fd);
	tree_remove(rig->dir);
	free(rig);
	return 0;
}

/* struct member - one file of the archive */
struct member {
	const char *name, *link, *data;
	char type; /* '0' file, '1' hard link, '2' link, '3' and '4' devices, '5' directory */
	unsigned int mode, uid;
	uint64_t size; /* instead of data's: zeros that nobody wrote */
};

static void put(int fd, const void *data, size_t len)
{
	assert_int_equal(write(fd, data, len), len);
}

static void add(struct rig *rig, struct member member)
{
	char block[BLOCK] = "";
	size_t len = member.data ? strlen(member.data) : 0;
	unsigned int sum = 0;

	snprintf(block, 100, "%s", member.name);
	snprintf(block + 100, 8, "%07o", (member.mode ? member.mode : 0644) & 07777777);
	snprintf(block + 108, 8, "%07o", member.uid & 07777777);
	snprintf(block + 116, 8, "%07o", member.uid & 07777777);
	snprintf(block + 124, 12, "%011jo", (uintmax_t)(member.size ? member.size : len));
	snprintf(block + 136, 12, "%011o", 1000000000);
	memset(block + 148, ' ', 8);
	block[156] = member.type;
	snprintf(block + 157, 100, "%s", member.link ? member.link : "");
	memcpy(block + 257, "ustar\00000", 8);
	snprintf(block + 329, 8, "%07o", 1);
	snprintf(block + 337, 8, "%07o", 3);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	put(rig->tar_fd, block, BLOCK);
	if (len) {
		memset(block, 0, sizeof(block));
		memcpy(block, member.data, len);
		put(rig->tar_fd, block, BLOCK);
	}
}

static int unpack(struct rig *rig)
{
	static const char end[2 * BLOCK];

	put(rig->tar_fd, end, sizeof(end));
	lseek(rig->tar_fd, 0, SEEK_SET);
	return archive_unpack(rig->tar_fd, rig->inside_fd, &rig->maps, &rig->bounds, &rig->err);
}

/* Where the machine can't, there is nothing to test. */
static void taken(struct rig *rig)
{
	int r = unpack(rig);

	if (r == -ENOTSUP || strstr(rig->err.text, "user namespace")) {
		print_message("skipped: %s\n", rig->err.text);
		skip();
	}
	assert_fine(r, rig->err);
}

static void refused(struct rig *rig, const char *words)
{
	int r = unpack(rig);

	if (r == -ENOTSUP || strstr(rig->err.text, "user namespace")) {
		print_message("skipped: %s\n", rig->err.text);
		skip();
	}
	assert_true(r < 0);
	if (!strstr(rig->err.text, words))
		fail_msg("'%s' does not say '%s'", rig->err.text, words);
	assert_null(strchr(rig->err.text, '\n'));
}

static void is_text(int dir_fd, const char *path, const char *text)
{
	_cleanup_(cleanup_close)
	int fd = openat(dir_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char buf[64] = "";

	if (fd < 0)
		fail_msg("%s: %s", path, strerror(errno));
	assert_true(read(fd, buf, sizeof(buf) - 1) >= 0);
	assert_string_equal(buf, text);
}

static void nothing_outside_changed(const struct rig *rig)
{
	char command[256];

	is_text(rig->outside_fd, "secret", "as it was");
	snprintf(command, sizeof(command), "test \"$(ls -A %s | tr '\\n' ' ')\" = 'in secret '",
		 rig->dir);
	assert_int_equal(system(command), 0);
}

static bool is_there(const struct rig *rig, const char *path)
{
	return faccessat(rig->inside_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void what_is_in_it_comes_out(void **state)
{
	struct rig *rig = *state;
	struct stat st, other;

	add(rig, (struct member) {.name = "./", .type = '5', .mode = 0751});
	add(rig, (struct member) {.name = "bin/", .type = '5', .mode = 0755});
	add(rig, (struct member) {.name = "bin/run", .type = '0', .mode = 04755, .data = "hello"});
	add(rig, (struct member) {.name = "bin/again", .type = '1', .link = "bin/run"});
	add(rig, (struct member) {.name = "link", .type = '2', .link = "/bin/run"});
	add(rig, (struct member) {.name = "n\xc3\xa4me \xff", .type = '0', .data = "bytes"});
	add(rig, (struct member) {.name = "deep/er/file", .type = '0', .data = "below"});
	add(rig, (struct member) {.name = "pipe", .type = '6'});
	taken(rig);
	is_text(rig->inside_fd, "bin/run", "hello");
	is_text(rig->inside_fd, "n\xc3\xa4me \xff", "bytes");
	is_text(rig->inside_fd, "deep/er/file", "below");
	assert_int_equal(fstatat(rig->inside_fd, "bin/run", &st, 0), 0);
	assert_int_equal(fstatat(rig->inside_fd, "bin/again", &other, 0), 0);
	assert_int_equal(st.st_ino, other.st_ino);
	assert_int_equal(st.st_mode & 07777, 04755);
	assert_int_equal(st.st_mtim.tv_sec, 1000000000);
	assert_int_equal(fstatat(rig->inside_fd, "pipe", &st, 0), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(fstat(rig->inside_fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0751);
}

static void owners_are_those_of_the_archive(void **state)
{
	struct rig *rig = *state;
	struct stat st;

	if (geteuid() != 0)
		skip();
	add(rig, (struct member) {.name = "mine", .type = '0', .uid = 0, .data = "x"});
	add(rig, (struct member) {.name = "theirs", .type = '0', .uid = 1234, .data = "x"});
	taken(rig);
	assert_int_equal(fstatat(rig->inside_fd, "theirs", &st, 0), 0);
	assert_int_equal(st.st_uid, 1234);
	assert_int_equal(st.st_gid, 1234);
}

static void devices_are_left_out(void **state)
{
	struct rig *rig = *state;

	add(rig, (struct member) {.name = "null", .type = '3', .mode = 0666});
	add(rig, (struct member) {.name = "disk", .type = '4', .mode = 0666});
	add(rig, (struct member) {.name = "file", .type = '0', .data = "x"});
	taken(rig);
	assert_false(is_there(rig, "null") || is_there(rig, "disk"));
	assert_true(is_there(rig, "file"));
}

static void a_path_that_climbs_is_refused(void **state)
{
	struct rig *rig = *state;

	add(rig, (struct member) {.name = "a/../../secret", .type = '0', .data = "written"});
	refused(rig, "a/../../secret");
	nothing_outside_changed(rig);
}

static void an_absolute_path_is_refused(void **state)
{
	struct rig *rig = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/secret", rig->dir);
	add(rig, (struct member) {.name = path, .type = '0', .data = "written"});
	refused(rig, "secret");
	nothing_outside_changed(rig);
}

static void nothing_is_written_through_a_link_of_the_archive(void **state)
{
	struct rig *rig = *state;

	add(rig, (struct member) {.name = "out", .type = '2', .link = ".."});
	add(rig, (struct member) {.name = "out/secret", .type = '0', .data = "written"});
	unpack(rig);
	nothing_outside_changed(rig);
	assert_false(is_there(rig, "secret"));
}

static void a_link_is_replaced_not_followed(void **state)
{
	struct rig *rig = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/secret", rig->dir);
	add(rig, (struct member) {.name = "file", .type = '2', .link = path});
	add(rig, (struct member) {.name = "file", .type = '0', .data = "written"});
	taken(rig);
	nothing_outside_changed(rig);
	is_text(rig->inside_fd, "file", "written");
}

static void a_hard_link_leads_nowhere_outside(void **state)
{
	struct rig *rig = *state;

	add(rig, (struct member) {.name = "stolen", .type = '1', .link = "../secret"});
	add(rig, (struct member) {.name = "stolen", .type = '0', .data = "written"});
	refused(rig, "stolen");
	nothing_outside_changed(rig);
}

static void a_hard_link_to_a_link_that_leads_out_is_no_way(void **state)
{
	struct rig *rig = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/secret", rig->dir);
	add(rig, (struct member) {.name = "a", .type = '2', .link = path});
	add(rig, (struct member) {.name = "b", .type = '1', .link = "a"});
	add(rig, (struct member) {.name = "b", .type = '0', .data = "written"});
	unpack(rig);
	nothing_outside_changed(rig);
}

static void more_bytes_than_allowed_are_refused(void **state)
{
	struct rig *rig = *state;

	rig->bounds.bytes = 8;
	add(rig, (struct member) {.name = "a", .type = '0', .data = "12345"});
	add(rig, (struct member) {.name = "b", .type = '0', .data = "12345"});
	refused(rig, "more than 8 bytes");
}

static void a_file_that_says_it_is_huge_is_refused_before_it_is_read(void **state)
{
	struct rig *rig = *state;

	rig->bounds.bytes = 1u << 20;
	add(rig, (struct member) {.name = "huge", .type = '0', .size = 8ull << 30});
	refused(rig, "huge");
	assert_false(is_there(rig, "huge"));
}

static void more_files_than_allowed_are_refused(void **state)
{
	struct rig *rig = *state;

	rig->bounds.entries = 2;
	for (int i = 0; i < 3; i++) {
		char name[2] = {(char)('a' + i), '\0'};

		add(rig, (struct member) {.name = name, .type = '5', .mode = 0755});
	}
	refused(rig, "more than 2 files");
}

static void an_archive_that_is_none_says_so(void **state)
{
	struct rig *rig = *state;
	char noise[4 * BLOCK];

	memset(noise, '#', sizeof(noise));
	put(rig->tar_fd, noise, sizeof(noise));
	refused(rig, "nrecognized");
}

static void an_empty_archive_says_so(void **state)
{
	refused(*state, "empty");
}

static void an_archive_that_is_cut_short_is_refused(void **state)
{
	struct rig *rig = *state;

	add(rig, (struct member) {.name = "a", .type = '0', .size = 1u << 20});
	refused(rig, "a: ");
}

/* compress() - the archive through a program; false: there is none */
static bool compress(struct rig *rig, const char *program)
{
	static const char end[2 * BLOCK];
	char command[256];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", program);
	if (system(command) != 0)
		return false;
	put(rig->tar_fd, end, sizeof(end));
	snprintf(command, sizeof(command), "%s -c </proc/%d/fd/%d >%s/packed", program, getpid(),
		 rig->tar_fd, rig->dir);
	assert_int_equal(system(command), 0);
	close(rig->tar_fd);
	rig->tar_fd = openat(rig->outside_fd, "packed", O_RDWR | O_CLOEXEC);
	assert_true(rig->tar_fd >= 0);
	return true;
}

static void compressed_archives_are_archives(void **state)
{
	static const char *const programs[] = {"gzip", "bzip2", "xz", "zstd", "lz4"};
	struct rig *rig = *state;

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		int r;

		close(rig->tar_fd);
		rig->tar_fd = memfd_create("tar", MFD_CLOEXEC);
		add(rig, (struct member) {.name = programs[i], .type = '0', .data = programs[i]});
		if (!compress(rig, programs[i]))
			continue;
		r = archive_unpack(rig->tar_fd, rig->inside_fd, &rig->maps, NULL, &rig->err);
		if (r == -ENOTSUP || strstr(rig->err.text, "user namespace"))
			skip();
		assert_fine(r, rig->err);
		is_text(rig->inside_fd, programs[i], programs[i]);
	}
}

/* 512 MiB of nothing are 500 KB for gzip: a thousand bytes for each. */
static void an_archive_that_blows_up_is_refused(void **state)
{
	struct rig *rig = *state;
	char command[256];
	int r;

	if (system("command -v gzip >/dev/null 2>&1") != 0)
		skip();
	add(rig, (struct member) {.name = "zeros", .type = '0', .size = 512u << 20});
	snprintf(command, sizeof(command),
		 "{ cat /proc/%d/fd/%d; head -c 536870912 /dev/zero; } | gzip -1 >%s/packed",
		 getpid(), rig->tar_fd, rig->dir);
	assert_int_equal(system(command), 0);
	close(rig->tar_fd);
	rig->tar_fd = openat(rig->outside_fd, "packed", O_RDONLY | O_CLOEXEC);
	r = archive_unpack(rig->tar_fd, rig->inside_fd, &rig->maps, NULL, &rig->err);
	if (r == -ENOTSUP || strstr(rig->err.text, "user namespace"))
		skip();
	assert_int_equal(r, -E2BIG);
	assert_non_null(strstr(rig->err.text, "blows up"));
}

static void nobody_but_us_holds_what_was_opened(void **state)
{
	struct rig *rig = *state;
	int before = dup(0), after;

	add(rig, (struct member) {.name = "file", .type = '0', .data = "x"});
	taken(rig);
	after = dup(0);
	assert_int_equal(before + 1, after);
	close(before);
	close(after);
}

#define RIGGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGGED(what_is_in_it_comes_out),
		RIGGED(owners_are_those_of_the_archive),
		RIGGED(devices_are_left_out),
		RIGGED(a_path_that_climbs_is_refused),
		RIGGED(an_absolute_path_is_refused),
		RIGGED(nothing_is_written_through_a_link_of_the_archive),
		RIGGED(a_link_is_replaced_not_followed),
		RIGGED(a_hard_link_leads_nowhere_outside),
		RIGGED(a_hard_link_to_a_link_that_leads_out_is_no_way),
		RIGGED(more_bytes_than_allowed_are_refused),
		RIGGED(a_file_that_says_it_is_huge_is_refused_before_it_is_read),
		RIGGED(more_files_than_allowed_are_refused),
		RIGGED(an_archive_that_is_none_says_so),
		RIGGED(an_empty_archive_says_so),
		RIGGED(an_archive_that_is_cut_short_is_refused),
		RIGGED(compressed_archives_are_archives),
		RIGGED(an_archive_that_blows_up_is_refused),
		RIGGED(nobody_but_us_holds_what_was_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
