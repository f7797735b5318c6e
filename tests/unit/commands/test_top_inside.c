/* SPDX-License-Identifier: MIT */
/* The inside of a process on the real kernel: our own, one that is gone, another one with the same pid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "commands/top_inside.h"

#define WAIT_MSEC 60000

static uint64_t own_ticks(void)
{
	_cleanup_(strbuf_finish)
	struct strbuf file = STRBUF_INIT;
	struct parse_stat stat;

	assert_int_equal(dir_read(AT_FDCWD, "/proc/self/stat", &file, NULL), 0);
	assert_int_equal(parse_proc_stat(strbuf_span(&file), &stat, NULL), 0);
	return stat.start_ticks;
}

static struct inside *await(struct insides *insides)
{
	struct pollfd pfd = {.fd = insides->wake_fd, .events = POLLIN};
	struct inside *inside = NULL;

	while (!inside) {
		assert_int_equal(poll(&pfd, 1, WAIT_MSEC), 1);
		inside = insides->take(insides);
	}
	return inside;
}

static void mounts_and_environment_of_a_process_are_read(void **state)
{
	struct insides *insides = NULL;
	bool root = false, path = false;

	(void)state;
	assert_int_equal(top_inside_new(&insides, NULL), 0);
	insides->ask(insides, getpid(), own_ticks());
	struct inside *inside = await(insides);

	assert_null(inside->mounts_unknown);
	assert_null(inside->environment_unknown);
	for (size_t i = 0; i < inside->mounts_len; i++)
		root |= strcmp(inside->mounts[i].target, "/") == 0;
	for (size_t i = 0; i < inside->environment_len; i++)
		path |= strncmp(inside->environment[i], "LC_ALL=", 7) == 0;
	assert_true(root);
	assert_true(path);
	inside_free(inside);
	top_inside_free(insides);
}

static void another_process_with_the_same_pid_is_not_read(void **state)
{
	struct insides *insides = NULL;

	(void)state;
	assert_int_equal(top_inside_new(&insides, NULL), 0);
	insides->ask(insides, getpid(), own_ticks() + 1);
	struct inside *inside = await(insides);

	assert_string_equal(inside->mounts_unknown, "it ended while it was read");
	assert_string_equal(inside->environment_unknown, "it ended while it was read");
	assert_int_equal(inside->environment_len, 0);
	inside_free(inside);
	top_inside_free(insides);
}

static void a_process_that_is_gone_says_so(void **state)
{
	struct insides *insides = NULL;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(top_inside_new(&insides, NULL), 0);
	insides->ask(insides, pid, 1);
	struct inside *inside = await(insides);

	assert_string_equal(inside->mounts_unknown, "it ended while it was read");
	inside_free(inside);
	top_inside_free(insides);
	top_inside_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mounts_and_environment_of_a_process_are_read),
		cmocka_unit_test(another_process_with_the_same_pid_is_not_read),
		cmocka_unit_test(a_process_that_is_gone_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
