/* SPDX-License-Identifier: MIT */
/* Brakes come off whatever happens. A plain file stands for the kernel's: what is written there stays. */
#include "runtime_test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/guard.h"

#define LONG_USEC 600000000u
#define ROUNDS	  60

/* struct world - a file that says "5", and is braked with "1" */
struct world {
	char path[40];
};

static int world_open(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	int fd;

	strcpy(world->path, "/tmp/boxtop-test-XXXXXX");
	fd = mkstemp(world->path);
	assert_true(fd >= 0 && write(fd, "5", 1) == 1);
	close(fd);
	*state = world;
	return 0;
}

static int world_close(void **state)
{
	struct world *world = *state;

	unlink(world->path);
	free(world);
	return 0;
}

static char says(const struct world *world)
{
	_cleanup_(cleanup_close)
	int fd = open(world->path, O_RDONLY | O_CLOEXEC);
	char byte = 0;

	assert_int_equal(read(fd, &byte, 1), 1);
	return byte;
}

static void set(const struct world *world, char byte)
{
	_cleanup_(cleanup_close)
	int fd = open(world->path, O_WRONLY | O_CLOEXEC);

	assert_int_equal(write(fd, &byte, 1), 1);
}

/* No time is asserted: only that it comes true at all. */
static bool says_at_last(const struct world *world, char byte)
{
	for (int i = 0; i < 12000 && says(world) != byte; i++)
		usleep(5000);
	return says(world) == byte;
}

static struct guard *guard_over(const struct world *world, uint64_t limit_usec, bool start)
{
	struct guard *guard = guard_new(1);
	struct guard_file file = {.braked = "1", .limit_usec = limit_usec};
	struct err err = ERR_INIT;

	file.fd = open(world->path, O_RDWR | O_CLOEXEC);
	assert_int_equal(guard_add(guard, &file), 0);
	if (start)
		assert_fine(guard_start(guard, 0, &err), err);
	return guard;
}

static void a_brake_is_on_and_off_again(void **state)
{
	struct guard *guard = guard_over(*state, LONG_USEC, true);

	assert_int_equal(guard_brake(guard, 0), 1);
	assert_int_equal(says(*state), '1');
	assert_true(guard_holds(guard, 0));
	assert_int_equal(guard_release(guard, 0), 0);
	assert_int_equal(says(*state), '5');
	assert_false(guard_holds(guard, 0));
	assert_int_equal(guard_brake(guard, 0), 1);
	guard_free(guard);
	assert_int_equal(says(*state), '5');
}

static void without_a_guard_nothing_is_braked(void **state)
{
	struct guard *guard = guard_over(*state, LONG_USEC, false);

	assert_int_equal(guard_brake(guard, 0), -ESRCH);
	assert_int_equal(says(*state), '5');
	guard_free(guard);
}

static void a_guard_that_was_killed_brakes_nothing(void **state)
{
	struct guard *guard = guard_over(*state, LONG_USEC, true);

	kill(guard_pid(guard), SIGKILL);
	waitpid(guard_pid(guard), NULL, 0);
	assert_int_equal(guard_brake(guard, 0), -ESRCH);
	assert_int_equal(says(*state), '5');
	guard_free(guard);
}

static void what_is_braked_already_is_left_alone(void **state)
{
	struct guard *guard = guard_over(*state, LONG_USEC, true);

	set(*state, '1');
	assert_int_equal(guard_brake(guard, 0), 0);
	assert_false(guard_holds(guard, 0));
	guard_free(guard);
	assert_int_equal(says(*state), '1');
}

static void what_somebody_else_set_meanwhile_stays(void **state)
{
	struct guard *guard = guard_over(*state, LONG_USEC, true);

	assert_int_equal(guard_brake(guard, 0), 1);
	set(*state, '7');
	guard_free(guard);
	assert_int_equal(says(*state), '7');
}

static void a_value_that_was_given_is_given_back(void **state)
{
	struct guard *guard = guard_new(1);
	struct guard_file file = {.braked = "1", .value = "9", .limit_usec = LONG_USEC};
	struct world *world = *state;

	file.fd = open(world->path, O_RDWR | O_CLOEXEC);
	guard_add(guard, &file);
	assert_int_equal(guard_start(guard, 0, NULL), 0);
	assert_int_equal(guard_brake(guard, 0), 1);
	guard_free(guard);
	assert_int_equal(says(world), '9');
}

static void a_brake_that_lasts_too_long_is_released(void **state)
{
	struct guard *guard = guard_over(*state, 50000, true);

	assert_int_equal(guard_brake(guard, 0), 1);
	assert_true(says_at_last(*state, '5'));
	guard_release(guard, 0);
	/* And may be put on again. */
	assert_int_equal(guard_brake(guard, 0), 1);
	assert_true(says_at_last(*state, '5'));
	guard_free(guard);
}

static void a_killer_that_is_stopped_does_not_keep_the_brake(void **state)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct guard *guard = guard_over(*state, 50000, true);

		guard_brake(guard, 0);
		raise(SIGSTOP);
		guard_free(guard);
		_exit(says(*state) == '5' ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	assert_true(says_at_last(*state, '5'));
	kill(pid, SIGCONT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static _Noreturn void brake_for_ever(void *state, int ready)
{
	struct guard *guard = guard_over(state, LONG_USEC, true);

	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;) {
		guard_brake(guard, 0);
		guard_release(guard, 0);
	}
}

/* The guard is adopted by us: once we have no child left, it has ended. */
static void wait_for_all(void)
{
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static void the_guard_restores_when_the_killer_is_killed_at_any_moment(void **state)
{
	unsigned int seed = (unsigned int)getpid();
	bool was_braked = false;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < ROUNDS; i++) {
		int ready[2];
		char byte;
		pid_t pid;

		assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
		pid = fork();
		if (pid == 0)
			brake_for_ever(*state, ready[1]);
		close(ready[1]);
		assert_int_equal(read(ready[0], &byte, 1), 1);
		close(ready[0]);
		usleep((useconds_t)(rand_r(&seed) % 3000));
		kill(pid, SIGSTOP);
		was_braked |= says(*state) == '1';
		kill(pid, SIGKILL);
		wait_for_all();
		assert_int_equal(says(*state), '5');
	}
	assert_true(was_braked);
}

static void the_guard_ends_with_us_even_if_nothing_was_braked(void **state)
{
	pid_t pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (pid == 0) {
		guard_over(*state, LONG_USEC, true);
		_exit(0);
	}
	wait_for_all();
	assert_int_equal(says(*state), '5');
}

static void the_guard_keeps_no_descriptor_of_ours(void **state)
{
	struct guard *guard;
	struct pollfd poller;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	guard = guard_over(*state, LONG_USEC, true);
	close(ends[1]);
	poller = (struct pollfd) {.fd = ends[0], .events = POLLIN};
	assert_int_equal(poll(&poller, 1, 60000), 1);
	assert_true(poller.revents & POLLHUP);
	close(ends[0]);
	guard_free(guard);
}

static void a_file_that_can_not_be_written_is_no_brake(void **state)
{
	struct world *world = *state;
	struct guard *guard = guard_new(1);
	struct guard_file file = {.braked = "1", .limit_usec = LONG_USEC};

	file.fd = open(world->path, O_RDONLY | O_CLOEXEC);
	guard_add(guard, &file);
	assert_int_equal(guard_start(guard, 0, NULL), 0);
	assert_int_equal(guard_brake(guard, 0), -EBADF);
	assert_false(guard_holds(guard, 0));
	guard_free(guard);
	assert_int_equal(says(world), '5');
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(a_brake_is_on_and_off_again),
		IN_WORLD(without_a_guard_nothing_is_braked),
		IN_WORLD(a_guard_that_was_killed_brakes_nothing),
		IN_WORLD(what_is_braked_already_is_left_alone),
		IN_WORLD(what_somebody_else_set_meanwhile_stays),
		IN_WORLD(a_value_that_was_given_is_given_back),
		IN_WORLD(a_brake_that_lasts_too_long_is_released),
		IN_WORLD(a_killer_that_is_stopped_does_not_keep_the_brake),
		IN_WORLD(the_guard_restores_when_the_killer_is_killed_at_any_moment),
		IN_WORLD(the_guard_ends_with_us_even_if_nothing_was_braked),
		IN_WORLD(the_guard_keeps_no_descriptor_of_ours),
		IN_WORLD(a_file_that_can_not_be_written_is_no_brake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
