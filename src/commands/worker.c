/* SPDX-License-Identifier: MIT */
/*
 * The worker's thread and its two queues. What both threads touch is guarded by one mutex, which is held
 * for a few instructions only; a job runs without it.
 */
#include "commands/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"

#define STOP_WAIT_USEC 500000u

/** struct queue - jobs in their order */
struct queue {
	struct job *first, **end; /* @end: where the next one is linked */
};

/** struct worker - shared by its owner and its thread */
struct worker {
	pthread_t thread;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t changed;
	struct queue waiting, done;
	int wake_fd;
	bool stop, ended;
	int refs; /* owner and thread */
};

static void queue_init(struct queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void queue_add(struct queue *queue, struct job *job)
{
	job->next = NULL;
	*queue->end = job;
	queue->end = &job->next;
}

static struct job *queue_take(struct queue *queue)
{
	struct job *job = queue->first;

	if (!job)
		return NULL;
	queue->first = job->next;
	if (!queue->first)
		queue->end = &queue->first;
	return job;
}

static void queue_finish(struct queue *queue)
{
	struct job *job;

	while ((job = queue_take(queue)))
		job->free(job);
}

static void unref(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	bool gone = --worker->refs == 0;

	pthread_mutex_unlock(&worker->lock);
	if (!gone)
		return;
	queue_finish(&worker->waiting);
	queue_finish(&worker->done);
	close(worker->wake_fd);
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

static void wake(int fd)
{
	uint64_t one = 1;

	while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
}

static void *worker_main(void *data)
{
	struct worker *worker = data;

	pthread_mutex_lock(&worker->lock);
	while (!worker->stop) {
		struct job *job = queue_take(&worker->waiting);

		if (!job) {
			pthread_cond_wait(&worker->changed, &worker->lock);
			continue;
		}
		pthread_mutex_unlock(&worker->lock);
		job->run(job);
		pthread_mutex_lock(&worker->lock);
		queue_add(&worker->done, job);
		wake(worker->wake_fd);
	}
	worker->ended = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	unref(worker);
	return NULL;
}

void worker_add(struct worker *worker, struct job *job)
{
	pthread_mutex_lock(&worker->lock);
	queue_add(&worker->waiting, job);
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

struct job *worker_take(struct worker *worker)
{
	uint64_t wakes;

	pthread_mutex_lock(&worker->lock);
	struct job *job = queue_take(&worker->done);

	while (!worker->done.first && read(worker->wake_fd, &wakes, sizeof(wakes)) < 0 &&
	       errno == EINTR)
		continue;
	pthread_mutex_unlock(&worker->lock);
	return job;
}

int worker_wake_fd(const struct worker *worker)
{
	return worker->wake_fd;
}

static void init_lock(struct worker *worker)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&worker->lock, NULL);
}

/* Every signal is blocked there: they are the screen's. */
static int start_thread(struct worker *worker)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int code = pthread_create(&worker->thread, NULL, worker_main, worker);

	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return code;
}

int worker_new(struct worker **out, struct err *err)
{
	int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (wake_fd < 0)
		return err_set(err, errno, "make an eventfd");
	struct worker *worker = xcalloc(1, sizeof(*worker));

	worker->wake_fd = wake_fd;
	worker->refs = 2;
	queue_init(&worker->waiting);
	queue_init(&worker->done);
	init_lock(worker);
	int code = start_thread(worker);

	if (code != 0) {
		worker->refs = 1;
		unref(worker);
		return err_set(err, code, "start a worker thread");
	}
	*out = worker;
	return 0;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	uint64_t until_usec = clock_monotonic_usec() + STOP_WAIT_USEC;
	struct timespec until = {(time_t)(until_usec / 1000000),
				 (long)(until_usec % 1000000) * 1000};
	int r = 0;

	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_broadcast(&worker->changed);
	while (!worker->ended && r == 0)
		r = pthread_cond_timedwait(&worker->changed, &worker->lock, &until);
	bool ended = worker->ended;
	pthread_t thread = worker->thread;

	pthread_mutex_unlock(&worker->lock);
	if (ended)
		pthread_join(thread, NULL);
	else
		pthread_detach(thread);
	unref(worker);
}
