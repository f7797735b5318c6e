/* SPDX-License-Identifier: MIT */
/* The log of a sandbox in the background: real files, capped, read while they are written and rotated. */
#include "runtime_test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/log.h"
#include "support/tree.h"

/* struct rig - a sandbox's directory, its log with files of a few bytes, and a pipe for what is read */
struct rig {
	char dir[64];
	int dir_fd, pipe[2];
	struct log_writer writer;
	struct err err;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	if (!rig)
		return -1;
	tree_make(rig->dir, NULL, 0);
	rig->dir_fd = open(rig->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_fine(log_writer_open(rig->dir_fd, &rig->writer, &rig->err), rig->err);
	rig->writer.file_bytes = 16;
	assert_int_equal(pipe2(rig->pipe, O_CLOEXEC | O_NONBLOCK), 0);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	log_writer_finish(&rig->writer);
	close(rig->dir_fd);
	close(rig->pipe[0]);
	close(rig->pipe[1]);
	tree_remove(rig->dir);
	free(rig);
	return 0;
}

static void say(struct rig *rig, const char *text)
{
	log_write(&rig->writer, text, strlen(text));
}

/* What came through the pipe since the last call. */
static const char *taken(struct rig *rig)
{
	static char text[4096];
	ssize_t n = read(rig->pipe[0], text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static const char *read_all(struct rig *rig, uint64_t tail)
{
	struct log_reader reader;

	assert_fine(log_reader_open(rig->dir_fd, tail, &reader, &rig->err), rig->err);
	assert_fine(log_copy(&reader, rig->pipe[1], &rig->err), rig->err);
	log_reader_finish(&reader);
	return taken(rig);
}

static off_t size_of(const struct rig *rig, const char *name)
{
	struct stat st;

	return fstatat(rig->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_size : -1;
}

static void what_is_said_is_read(void **state)
{
	struct rig *rig = *state;

	assert_string_equal(read_all(rig, 0), "");
	say(rig, "one\n");
	say(rig, "two\n");
	assert_string_equal(read_all(rig, 0), "one\ntwo\n");
	/* bytes, not text */
	log_write(&rig->writer, "\0\xff", 2);
	assert_int_equal(size_of(rig, "log"), 10);
}

static void a_log_never_grows_beyond_two_files(void **state)
{
	struct rig *rig = *state;
	char line[8];

	for (int i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), "%03d\n", i);
		say(rig, line);
		assert_true(size_of(rig, "log") <= 16);
		assert_true(size_of(rig, "log.1") <= 16);
	}
	/* the newest of it is what stays */
	assert_string_equal(read_all(rig, 0), "992\n993\n994\n995\n996\n997\n998\n999\n");
}

static void what_is_longer_than_a_file_is_cut_where_files_end(void **state)
{
	struct rig *rig = *state;

	say(rig, "0123456789abcdefghijklmnopqrstuvwxyz");
	assert_int_equal(size_of(rig, "log"), 4);
	assert_string_equal(read_all(rig, 0), "ghijklmnopqrstuvwxyz");
}

static void a_writer_goes_on_with_the_log_before(void **state)
{
	struct rig *rig = *state;

	say(rig, "before\n");
	log_writer_finish(&rig->writer);
	assert_fine(log_writer_open(rig->dir_fd, &rig->writer, &rig->err), rig->err);
	rig->writer.file_bytes = 16;
	say(rig, "after\n");
	assert_string_equal(read_all(rig, 0), "before\nafter\n");
	say(rig, "more\n");
	/* what stood there before counts */
	assert_int_equal(size_of(rig, "log"), 2);
	assert_string_equal(read_all(rig, 0), "before\nafter\nmore\n");
}

static void the_last_lines_are_found_over_both_files(void **state)
{
	struct rig *rig = *state;

	say(rig, "a\nbb\nccc\ndddd\neeeee\nf");
	/* "a\nbb\nccc\ndddd\nee" and "eee\nf" */
	assert_string_equal(read_all(rig, 1), "f");
	assert_string_equal(read_all(rig, 2), "eeeee\nf");
	assert_string_equal(read_all(rig, 3), "dddd\neeeee\nf");
	assert_string_equal(read_all(rig, 6), "a\nbb\nccc\ndddd\neeeee\nf");
	assert_string_equal(read_all(rig, 100), "a\nbb\nccc\ndddd\neeeee\nf");
	say(rig, "\n");
	assert_string_equal(read_all(rig, 1), "f\n");
}

static void a_reader_follows_through_rotations(void **state)
{
	struct rig *rig = *state;
	struct log_reader reader;

	assert_fine(log_reader_open(rig->dir_fd, 0, &reader, &rig->err), rig->err);
	say(rig, "first 16 bytes.\n");
	assert_fine(log_copy(&reader, rig->pipe[1], &rig->err), rig->err);
	assert_string_equal(taken(rig), "first 16 bytes.\n");
	/* renamed under the reader, twice at most: it goes on with what is left */
	say(rig, "then others");
	assert_fine(log_copy(&reader, rig->pipe[1], &rig->err), rig->err);
	assert_string_equal(taken(rig), "then others");
	say(rig, " .\nand more and more.\n");
	assert_fine(log_copy(&reader, rig->pipe[1], &rig->err), rig->err);
	assert_string_equal(taken(rig), " .\nand more and more.\n");
	log_reader_finish(&reader);
}

static void a_reader_that_was_overtaken_goes_on_with_what_there_is(void **state)
{
	struct rig *rig = *state;
	struct log_reader reader;

	say(rig, "oldest\n");
	assert_fine(log_reader_open(rig->dir_fd, 0, &reader, &rig->err), rig->err);
	/* ends the first file, fills the second and a third, and begins a fourth */
	say(rig, "012345678"
		 "the second file."
		 "the third, too: ."
		 "end\n");
	assert_fine(log_copy(&reader, rig->pipe[1], &rig->err), rig->err);
	/* the file that it held, then both that are there: nothing twice, the one between is lost */
	assert_string_equal(taken(rig), "oldest\n012345678the third, too: .end\n");
	log_reader_finish(&reader);
}

static void a_reader_that_came_first_reads_what_comes(void **state)
{
	struct rig *rig = *state;
	struct log_reader reader;

	log_writer_finish(&rig->writer);
	assert_int_equal(unlinkat(rig->dir_fd, "log", 0), 0);
	assert_fine(log_reader_open(rig->dir_fd, 10, &reader, &rig->err), rig->err);
	assert_fine(log_copy(&reader, rig->pipe[1], &rig->err), rig->err);
	assert_string_equal(taken(rig), "");
	assert_fine(log_writer_open(rig->dir_fd, &rig->writer, &rig->err), rig->err);
	say(rig, "here\n");
	assert_fine(log_copy(&reader, rig->pipe[1], &rig->err), rig->err);
	assert_string_equal(taken(rig), "here\n");
	log_reader_finish(&reader);
}

/* Who outlives its supervisor writes into the file itself. */
static void a_file_that_others_write_is_cut_and_kept(void **state)
{
	struct rig *rig = *state;
	struct log_reader reader;
	int theirs = dup(rig->writer.fd);

	assert_fine(log_reader_open(rig->dir_fd, 0, &reader, &rig->err), rig->err);
	assert_int_equal(write(theirs, "0123456789abcdefgh\n", 19), 19);
	assert_fine(log_copy(&reader, rig->pipe[1], &rig->err), rig->err);
	assert_string_equal(taken(rig), "0123456789abcdefgh\n");
	log_keep_small(&rig->writer);
	assert_int_equal(size_of(rig, "log"), 0);
	assert_int_equal(size_of(rig, "log.1"), 19);
	assert_int_equal(write(theirs, "more\n", 5), 5);
	assert_fine(log_copy(&reader, rig->pipe[1], &rig->err), rig->err);
	assert_string_equal(taken(rig), "more\n");
	log_reader_finish(&reader);
	assert_string_equal(read_all(rig, 0), "0123456789abcdefgh\nmore\n");
	/* too small to be cut */
	log_keep_small(&rig->writer);
	assert_int_equal(size_of(rig, "log"), 5);
	close(theirs);
}

static void a_full_disk_loses_and_does_not_wait(void **state)
{
	struct rig *rig = *state;
	struct rlimit old, small = {10, RLIM_INFINITY};

	/* a write that is done in part, and the next one not at all */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	say(rig, "0123456789abcde");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(size_of(rig, "log"), 10);
	say(rig, "!");
	assert_string_equal(read_all(rig, 0), "0123456789!");
}

static void a_link_in_the_place_of_a_log_is_not_followed(void **state)
{
	struct rig *rig = *state;
	struct log_writer writer;
	struct log_reader reader;

	log_writer_finish(&rig->writer);
	assert_int_equal(unlinkat(rig->dir_fd, "log", 0), 0);
	assert_int_equal(symlinkat("/etc/hostname", rig->dir_fd, "log"), 0);
	assert_true(log_writer_open(rig->dir_fd, &writer, &rig->err) < 0);
	assert_true(log_reader_open(rig->dir_fd, 0, &reader, &rig->err) < 0);
	assert_non_null(strstr(rig->err.text, "open the log"));
	log_reader_finish(&reader);
	log_writer_finish(&writer);
}

static void who_reads_and_leaves_is_told(void **state)
{
	struct rig *rig = *state;
	struct log_reader reader;

	say(rig, "text\n");
	signal(SIGPIPE, SIG_IGN);
	close(rig->pipe[0]);
	rig->pipe[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_fine(log_reader_open(rig->dir_fd, 0, &reader, &rig->err), rig->err);
	assert_int_equal(log_copy(&reader, rig->pipe[1], &rig->err), -EPIPE);
	assert_non_null(strstr(rig->err.text, "standard output"));
	log_reader_finish(&reader);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_said_is_read),
		TEST(a_log_never_grows_beyond_two_files),
		TEST(what_is_longer_than_a_file_is_cut_where_files_end),
		TEST(a_writer_goes_on_with_the_log_before),
		TEST(the_last_lines_are_found_over_both_files),
		TEST(a_reader_follows_through_rotations),
		TEST(a_reader_that_was_overtaken_goes_on_with_what_there_is),
		TEST(a_reader_that_came_first_reads_what_comes),
		TEST(a_file_that_others_write_is_cut_and_kept),
		TEST(a_full_disk_loses_and_does_not_wait),
		TEST(a_link_in_the_place_of_a_log_is_not_followed),
		TEST(who_reads_and_leaves_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
