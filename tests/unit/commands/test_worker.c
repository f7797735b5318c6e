/* SPDX-License-Identifier: MIT */
/* The worker: jobs in their order, nobody waits, nothing leaks whenever it is stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "commands/worker.h"

#define WAIT_MSEC 60000

/* struct step - a job that counts itself, and waits for a gate to be opened first if it has one */
struct step {
	struct job job;
	int number;
	int gate; /* a pipe; -1: none */
};

static atomic_int ran, freed;

static void run(struct job *job)
{
	const struct step *step = (const struct step *)job;
	char c;

	if (step->gate >= 0)
		(void)!read(step->gate, &c, 1);
	atomic_fetch_add(&ran, 1);
}

static void drop(struct job *job)
{
	struct step *step = (struct step *)job;

	if (step->gate >= 0)
		close(step->gate);
	free(step);
	atomic_fetch_add(&freed, 1);
}

static void add(struct worker *worker, int number, int gate)
{
	struct step *step = xcalloc(1, sizeof(*step));

	*step = (struct step) {{run, drop, NULL}, number, gate};
	worker_add(worker, &step->job);
}

static struct worker *start(void)
{
	struct worker *worker = NULL;
	struct err err = ERR_INIT;

	atomic_store(&ran, 0);
	atomic_store(&freed, 0);
	assert_int_equal(worker_new(&worker, &err), 0);
	return worker;
}

/* The number of the next job that is done. */
static int await(struct worker *worker)
{
	struct pollfd pfd = {.fd = worker_wake_fd(worker), .events = POLLIN};
	struct job *job = NULL;

	while (!job) {
		assert_int_equal(poll(&pfd, 1, WAIT_MSEC), 1);
		job = worker_take(worker);
	}
	int number = ((struct step *)job)->number;

	job->free(job);
	return number;
}

static void jobs_are_done_in_their_order(void **state)
{
	struct worker *worker = start();
	struct pollfd pfd = {.fd = worker_wake_fd(worker), .events = POLLIN};

	(void)state;
	for (int i = 0; i < 100; i++)
		add(worker, i, -1);
	for (int i = 0; i < 100; i++)
		assert_int_equal(await(worker), i);
	assert_null(worker_take(worker));
	assert_int_equal(poll(&pfd, 1, 0), 0);
	worker_free(worker);
	assert_int_equal(atomic_load(&freed), 100);
}

static void jobs_that_nobody_took_are_freed(void **state)
{
	struct worker *worker = start();

	(void)state;
	for (int i = 0; i < 10; i++)
		add(worker, i, -1);
	await(worker);
	worker_free(worker);
	assert_int_equal(atomic_load(&freed), 10);
}

/* A process that is stuck in the kernel holds up the worker, and must not hold up the way out. */
static void a_job_that_does_not_end_is_left_behind(void **state)
{
	struct worker *worker = start();
	int gate[2];

	(void)state;
	assert_int_equal(pipe(gate), 0);
	add(worker, 1, gate[0]);
	add(worker, 2, -1);
	worker_free(worker);
	close(gate[1]);
	for (int i = 0; i < WAIT_MSEC && atomic_load(&freed) < 2; i++)
		usleep(1000);
	assert_int_equal(atomic_load(&freed), 2);
}

static void a_worker_without_jobs_stops(void **state)
{
	(void)state;
	worker_free(start());
	worker_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_are_done_in_their_order),
		cmocka_unit_test(jobs_that_nobody_took_are_freed),
		cmocka_unit_test(a_job_that_does_not_end_is_left_behind),
		cmocka_unit_test(a_worker_without_jobs_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
