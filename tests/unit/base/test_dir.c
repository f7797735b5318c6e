/* SPDX-License-Identifier: MIT */
/* Reading below a directory: real processes and cgroups that end, and files that mean harm. */
#include "base_test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/dir.h"

/* struct place - a temporary directory, and a buffer */
struct place {
	char path[64];
	int fd;
	struct strbuf buf;
	struct err err;
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (!place)
		return -1;
	strcpy(place->path, "/tmp/boxtop-test-dir-XXXXXX");
	if (!mkdtemp(place->path))
		return -1;
	place->fd = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = place;
	return place->fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;
	char command[96];

	close(place->fd);
	snprintf(command, sizeof(command), "rm -rf %s", place->path);
	strbuf_finish(&place->buf);
	free(place);
	return system(command);
}

static void put(const struct place *place, const char *name, const char *text, size_t len)
{
	_cleanup_(cleanup_close)
	int fd = openat(place->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
}

/* in_child() - what @check returns as the user nobody, or in whatever it makes of itself */
static int in_child(int (*check)(struct place *), struct place *place)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(check(place));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static pid_t start_sleeper(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		pause();
		_exit(0);
	}
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void files_of_every_length_are_read_whole(void **state)
{
	static const size_t sizes[] = {0,    1,	   6,	 7,	8,     13,    14,     4095,
				       4096, 4097, 8192, 12287, 12288, 65536, 1000000};
	struct place *place = *state;
	char *text = malloc(1000000);

	assert_non_null(text);
	for (size_t i = 0; i < 1000000; i++)
		text[i] = (char)(i * 31 % 251);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		put(place, "f", text, sizes[i]);
		assert_int_equal(dir_read(place->fd, "f", &place->buf, &place->err), READ_OK);
		assert_int_equal(place->buf.len, sizes[i]);
		assert_memory_equal(strbuf_cstr(&place->buf), text, sizes[i]);
		assert_int_equal(strbuf_cstr(&place->buf)[sizes[i]], '\0');
		assert_int_equal(dir_read_flags(place->fd, "f", DIR_ONE_RECORD, DIR_FILE_MAX_BYTES,
						&place->buf, &place->err),
				 READ_OK);
		assert_int_equal(place->buf.len, sizes[i]);
		assert_memory_equal(strbuf_cstr(&place->buf), text, sizes[i]);
	}
	free(text);
}

static void a_kept_file_is_read_from_its_start_each_time(void **state)
{
	struct place *place = *state;
	_cleanup_(cleanup_close)
	int fd = -1;

	put(place, "f", "first reading", 13);
	assert_int_equal(file_open(place->fd, "f", &fd, &place->err), READ_OK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(file_read(fd, "f", &place->buf, &place->err), READ_OK);
	assert_string_equal(strbuf_cstr(&place->buf), "first reading");
	put(place, "f", "2nd", 3);
	assert_int_equal(file_read(fd, "f", &place->buf, &place->err), READ_OK);
	assert_string_equal(strbuf_cstr(&place->buf), "2nd");
	assert_int_equal(file_read_record(fd, "f", &place->buf, &place->err), READ_OK);
	assert_string_equal(strbuf_cstr(&place->buf), "2nd");
}

static unsigned int count_lines(const struct strbuf *buf)
{
	struct span rest = strbuf_span(buf), line;
	unsigned int n = 0;

	while (span_next_line(&rest, &line))
		n++;
	return n;
}

/* The kernel returns mountinfo and maps a page at a time, in whole records. The maps are those of a
 * process that sleeps: our own change while we read them. */
static void a_kernel_file_of_many_records_is_read_to_its_end(void **state)
{
	struct place *place = *state;
	char path[32], *line = NULL;
	unsigned int lines = 0;
	void *maps[400];
	size_t cap = 0;
	FILE *f;
	pid_t pid;

	for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
		/* Neighbours of one kind become one record: every second is of another. */
		maps[i] = mmap(NULL, 4096, i % 2 ? PROT_READ : PROT_NONE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		assert_true(maps[i] != MAP_FAILED);
	}
	pid = start_sleeper();
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		munmap(maps[i], 4096);
	usleep(20000); /* so that it sleeps */
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (getline(&line, &cap, f) >= 0)
		lines++;
	fclose(f);
	free(line);
	assert_int_equal(dir_read(AT_FDCWD, path, &place->buf, &place->err), READ_OK);
	stop(pid);
	assert_true(place->buf.len > 3 * 4096);
	assert_int_equal(count_lines(&place->buf), lines);
}

static void one_record_files_of_the_kernel_are_whole_after_a_short_read(void **state)
{
	static const char *const names[] = {"stat", "statm", "status"};
	struct place *place = *state;
	_cleanup_(strbuf_finish)
	struct strbuf whole = STRBUF_INIT;
	char path[32];
	pid_t pid = start_sleeper();

	usleep(20000); /* so that it sleeps, and its figures stand still */
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		_cleanup_(cleanup_close)
		int fd = -1;

		snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[i]);
		assert_int_equal(file_open(AT_FDCWD, path, &fd, NULL), READ_OK);
		assert_int_equal(file_read(fd, path, &whole, NULL), READ_OK);
		assert_int_equal(file_read_record(fd, path, &place->buf, NULL), READ_OK);
		assert_true(whole.len > 0);
		assert_int_equal(place->buf.len, whole.len);
		assert_int_equal(place->buf.data[place->buf.len - 1], '\n');
	}
	stop(pid);
}

static void a_process_that_ended_is_gone_however_it_is_read(void **state)
{
	struct place *place = *state;
	pid_t pid = start_sleeper();
	_cleanup_(cleanup_close)
	int dir = -1, file = -1, proc = -1;
	char path[32], relative[32], link[64];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	snprintf(relative, sizeof(relative), "%d/stat", pid);
	assert_int_equal(dir_open(AT_FDCWD, "/proc", &proc, &place->err), READ_OK);
	assert_int_equal(dir_open(AT_FDCWD, path, &dir, &place->err), READ_OK);
	assert_int_equal(file_open(dir, "stat", &file, &place->err), READ_OK);
	assert_int_equal(dir_read(dir, "stat", &place->buf, &place->err), READ_OK);
	assert_int_equal(dir_read(dir, "no_such_file", &place->buf, &place->err), READ_ABSENT);
	stop(pid);
	assert_int_equal(dir_read(dir, "stat", &place->buf, &place->err), READ_GONE);
	assert_int_equal(place->buf.len, 0);
	assert_int_equal(file_read(file, "stat", &place->buf, &place->err), READ_GONE);
	assert_int_equal(file_read_record(file, "stat", &place->buf, &place->err), READ_GONE);
	assert_int_equal(dir_read(proc, relative, &place->buf, &place->err), READ_GONE);
	assert_int_equal(dir_readlink(dir, "ns/net", link, sizeof(link), &place->err), READ_GONE);
	assert_int_equal(dir_open(proc, path + 6, &dir, &place->err), READ_ABSENT);
	/* Daily life is no error. */
	assert_int_equal(place->err.code, 0);
}

static void a_directory_removed_under_us_is_gone_and_not_absent(void **state)
{
	struct place *place = *state;
	_cleanup_(cleanup_close)
	int dir = -1;

	assert_int_equal(mkdirat(place->fd, "cg", 0755), 0);
	assert_int_equal(dir_open(place->fd, "cg", &dir, &place->err), READ_OK);
	assert_int_equal(dir_read(dir, "memory.peak", &place->buf, &place->err), READ_ABSENT);
	assert_int_equal(unlinkat(place->fd, "cg", AT_REMOVEDIR), 0);
	assert_int_equal(dir_read(dir, "memory.peak", &place->buf, &place->err), READ_GONE);
}

static void a_file_that_its_directory_lacks_is_absent(void **state)
{
	static const char *const paths[] = {"none", "none/at/all", "f/below", "./none", "a//none"};
	struct place *place = *state;
	char link[8];
	int fd = -1;

	put(place, "f", "x", 1);
	assert_int_equal(mkdirat(place->fd, "a", 0755), 0);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		assert_int_equal(dir_read(place->fd, paths[i], &place->buf, &place->err),
				 READ_ABSENT);
		assert_int_equal(file_open(place->fd, paths[i], &fd, &place->err), READ_ABSENT);
		assert_int_equal(dir_open(place->fd, paths[i], &fd, &place->err), READ_ABSENT);
		assert_int_equal(dir_readlink(place->fd, paths[i], link, sizeof(link), &place->err),
				 READ_ABSENT);
	}
	assert_int_equal(fd, -1);
	assert_int_equal(dir_read(AT_FDCWD, "/no/such/file", &place->buf, NULL), READ_ABSENT);
	assert_int_equal(dir_read(place->fd, "", &place->buf, NULL), READ_ABSENT);
	assert_int_equal(place->err.code, 0);
}

static int read_as_nobody(struct place *place)
{
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 99;
	return dir_read(place->fd, "secret", &place->buf, &place->err);
}

static int read_below_as_nobody(struct place *place)
{
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 99;
	return dir_read(place->fd, "closed/none", &place->buf, &place->err);
}

static int read_env_of_parent_as_nobody(struct place *place)
{
	char path[32], link[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", getppid());
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 99;
	return dir_readlink(AT_FDCWD, path, link, sizeof(link), &place->err);
}

static void what_may_not_be_read_is_denied(void **state)
{
	struct place *place = *state;

	if (getuid() != 0)
		skip();
	put(place, "secret", "x", 1);
	assert_int_equal(fchmodat(place->fd, "secret", 0600, 0), 0);
	assert_int_equal(mkdirat(place->fd, "closed", 0700), 0);
	assert_int_equal(fchmod(place->fd, 0755), 0);
	assert_int_equal(in_child(read_as_nobody, place), READ_DENIED);
	assert_int_equal(in_child(read_below_as_nobody, place), READ_DENIED);
	assert_int_equal(in_child(read_env_of_parent_as_nobody, place), READ_DENIED);
}

static void a_fifo_is_refused_and_never_waited_for(void **state)
{
	struct place *place = *state;

	assert_int_equal(mkfifoat(place->fd, "fifo", 0600), 0);
	alarm(10); /* a reader that waits for a writer ends here */
	assert_int_equal(
		dir_read_flags(place->fd, "fifo", DIR_REGULAR, 100, &place->buf, &place->err),
		-EINVAL);
	assert_string_equal(place->err.text, "read fifo: not a regular file");
	assert_int_equal(dir_read(place->fd, "fifo", &place->buf, &place->err), -ESPIPE);
	assert_int_equal(place->buf.len, 0);
	alarm(0);
	assert_int_equal(
		dir_read_flags(AT_FDCWD, "/dev/zero", DIR_REGULAR, 100, &place->buf, &place->err),
		-EINVAL);
	assert_int_equal(dir_read_flags(place->fd, ".", DIR_REGULAR, 100, &place->buf, &place->err),
			 -EINVAL);
}

static void no_component_may_be_a_link_when_links_are_refused(void **state)
{
	struct place *place = *state;
	const unsigned int flags = DIR_NOFOLLOW | DIR_REGULAR;

	put(place, "f", "text", 4);
	assert_int_equal(mkdirat(place->fd, "d", 0755), 0);
	put(place, "d/f", "below", 5);
	assert_int_equal(symlinkat("f", place->fd, "link"), 0);
	assert_int_equal(symlinkat("d", place->fd, "dlink"), 0);
	assert_int_equal(dir_read_flags(place->fd, "f", flags, 100, &place->buf, &place->err), 0);
	assert_int_equal(dir_read_flags(place->fd, "d/f", flags, 100, &place->buf, &place->err), 0);
	assert_string_equal(strbuf_cstr(&place->buf), "below");
	assert_int_equal(dir_read_flags(place->fd, "link", flags, 100, &place->buf, &place->err),
			 -ELOOP);
	assert_int_equal(place->buf.len, 0);
	assert_int_equal(dir_read_flags(place->fd, "dlink/f", flags, 100, &place->buf, &place->err),
			 -ELOOP);
	/* Only the flag makes the difference. */
	assert_int_equal(
		dir_read_flags(place->fd, "dlink/f", DIR_REGULAR, 100, &place->buf, &place->err),
		0);
	assert_int_equal(dir_read_flags(place->fd, "none", flags, 100, &place->buf, &place->err),
			 READ_ABSENT);
}

struct escape {
	const char *target;
	int r;
};

/* A container's files, in which every link was made by the container. */
static void a_directory_taken_for_the_root_holds_every_link(void **state)
{
	static const struct escape cases[] = {
		{"inside", 0},
		{"/inside", 0},
		{"../../../../../../inside", 0},
		{"/../inside", 0},
		{"../secret", READ_ABSENT},
		{"/etc/passwd", READ_ABSENT},
		{"../../../../../../../etc/passwd", READ_ABSENT},
		{"/proc/self/environ", READ_ABSENT},
	};
	struct place *place = *state;
	_cleanup_(cleanup_close)
	int root = -1;

	put(place, "secret", "secret", 6);
	assert_int_equal(mkdirat(place->fd, "root", 0755), 0);
	put(place, "root/inside", "inside", 6);
	assert_int_equal(dir_open(place->fd, "root", &root, &place->err), READ_OK);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unlinkat(root, "link", 0);
		assert_int_equal(symlinkat(cases[i].target, root, "link"), 0);
		assert_int_equal(dir_read_flags(root, "link", DIR_BENEATH | DIR_REGULAR, 100,
						&place->buf, &place->err),
				 cases[i].r);
		assert_string_equal(strbuf_cstr(&place->buf), cases[i].r ? "" : "inside");
		assert_int_equal(dir_read_flags(root, cases[i].target, DIR_BENEATH, 100,
						&place->buf, &place->err),
				 cases[i].r);
	}
}

/* A magic link of /proc jumps anywhere, whatever its text says. */
static void a_magic_link_leads_out_of_no_root(void **state)
{
	struct place *place = *state;
	_cleanup_(cleanup_close)
	int self = -1;
	int r;

	assert_int_equal(dir_open(AT_FDCWD, "/proc/self", &self, &place->err), READ_OK);
	assert_int_equal(dir_read(self, "root/proc/version", &place->buf, &place->err), READ_OK);
	r = dir_read_flags(self, "root/proc/version", DIR_BENEATH, 1000, &place->buf, &place->err);
	assert_int_equal(r, -ELOOP);
	assert_int_equal(place->buf.len, 0);
}

static void a_file_above_its_cap_is_refused_whole(void **state)
{
	struct place *place = *state;
	char text[100];

	memset(text, 'x', sizeof(text));
	for (size_t size = 1; size <= sizeof(text); size += 3) {
		put(place, "f", text, size);
		for (size_t cap = 0; cap < sizeof(text); cap += 7) {
			int r = dir_read_flags(place->fd, "f", DIR_REGULAR, cap, &place->buf,
					       &place->err);

			assert_int_equal(r, size > cap ? -EFBIG : 0);
			assert_int_equal(place->buf.len, size > cap ? 0 : size);
		}
	}
}

static void a_file_without_end_is_given_up(void **state)
{
	struct place *place = *state;

	assert_int_equal(dir_read_flags(AT_FDCWD, "/dev/zero", 0, 100000, &place->buf, &place->err),
			 -EFBIG);
	assert_int_equal(place->buf.len, 0);
	assert_string_equal(place->err.text, "read /dev/zero: larger than 100000 bytes");
}

static void a_directory_is_no_file(void **state)
{
	struct place *place = *state;

	strbuf_adds(&place->buf, "old");
	assert_int_equal(dir_read(place->fd, ".", &place->buf, &place->err), -EISDIR);
	assert_string_equal(place->err.text, "read .: Is a directory");
	assert_int_equal(place->buf.len, 0);
}

static void a_link_is_read_whole_or_refused(void **state)
{
	struct place *place = *state;
	char buf[9];

	assert_int_equal(symlinkat("12345678", place->fd, "link"), 0);
	put(place, "f", "x", 1);
	assert_int_equal(dir_readlink(place->fd, "link", buf, 9, &place->err), READ_OK);
	assert_string_equal(buf, "12345678");
	assert_int_equal(dir_readlink(place->fd, "link", buf, 8, &place->err), -ENAMETOOLONG);
	assert_string_equal(buf, "");
	assert_int_equal(dir_readlink(place->fd, "f", buf, 9, &place->err), -EINVAL);
	assert_int_equal(dir_readlink(AT_FDCWD, "/proc/self/ns/net", buf, 9, NULL), -ENAMETOOLONG);
}

static void every_errno_is_sorted(void **state)
{
	(void)state;
	assert_int_equal(read_result_of(0), READ_OK);
	assert_int_equal(read_result_of(ESRCH), READ_GONE);
	assert_int_equal(read_result_of(ENODEV), READ_GONE);
	assert_int_equal(read_result_of(ENOENT), READ_ABSENT);
	assert_int_equal(read_result_of(ENOTDIR), READ_ABSENT);
	assert_int_equal(read_result_of(EOPNOTSUPP), READ_ABSENT);
	assert_int_equal(read_result_of(EACCES), READ_DENIED);
	assert_int_equal(read_result_of(EPERM), READ_DENIED);
	assert_int_equal(read_result_of(EIO), -EIO);
	assert_int_equal(read_result_of(ELOOP), -ELOOP);
}

static unsigned int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void no_descriptor_is_left_open(void **state)
{
	struct place *place = *state;
	unsigned int before = count_fds();

	put(place, "f", "text", 4);
	dir_read(place->fd, "f", &place->buf, NULL);
	dir_read(place->fd, "none/at/all", &place->buf, NULL);
	dir_read(place->fd, ".", &place->buf, NULL);
	dir_read_flags(place->fd, "f", DIR_NOFOLLOW | DIR_REGULAR, 2, &place->buf, NULL);
	dir_read_flags(place->fd, ".", DIR_REGULAR, 2, &place->buf, NULL);
	assert_int_equal(count_fds(), before);
}

#define dir_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		dir_test(files_of_every_length_are_read_whole),
		dir_test(a_kept_file_is_read_from_its_start_each_time),
		dir_test(a_kernel_file_of_many_records_is_read_to_its_end),
		dir_test(one_record_files_of_the_kernel_are_whole_after_a_short_read),
		dir_test(a_process_that_ended_is_gone_however_it_is_read),
		dir_test(a_directory_removed_under_us_is_gone_and_not_absent),
		dir_test(a_file_that_its_directory_lacks_is_absent),
		dir_test(what_may_not_be_read_is_denied),
		dir_test(a_fifo_is_refused_and_never_waited_for),
		dir_test(no_component_may_be_a_link_when_links_are_refused),
		dir_test(a_directory_taken_for_the_root_holds_every_link),
		dir_test(a_magic_link_leads_out_of_no_root),
		dir_test(a_file_above_its_cap_is_refused_whole),
		dir_test(a_file_without_end_is_given_up),
		dir_test(a_directory_is_no_file),
		dir_test(a_link_is_read_whole_or_refused),
		dir_test(every_errno_is_sorted),
		dir_test(no_descriptor_is_left_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
