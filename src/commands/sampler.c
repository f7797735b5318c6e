/* SPDX-License-Identifier: MIT */
/*
 * The collector thread. Owns the source of snapshots, the previous snapshot (for the rates) and the
 * newest (for whoever asks). What is shared with the screen's thread is in struct shared and only
 * touched under its mutex; a pass runs without it. Never draws, never reads keys.
 */
#include "commands/sampler.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "model/rates.h"

/* Kernel counters tick every 10 ms: a rate over less than this is mostly rounding. */
#define RATE_MIN_USEC 200000u
/* How soon a second pass follows one that read something for the first time, for its rates. */
#define WARM_UP_USEC 250000u
/* How long sampler_free() waits for a pass that is going on. */
#define STOP_WAIT_USEC 500000u
/* What reading the namespaces of new processes may add to one pass. */
#define NS_BUDGET_USEC 100000u

/** struct wish - a demand, with its own copy of the pids */
struct wish {
	struct feed_demand demand;
	pid_t *pids;
	size_t pids_len; /* SIZE_MAX: all, and @pids says nothing */
};

/** struct sampler - shared by its owner and its thread */
struct sampler {
	struct feed feed;
	struct sampler_source source; /* the thread's */
	pthread_t thread;

	pthread_mutex_t lock;  /* guards all below */
	pthread_cond_t wanted; /* a new wish, or stop */
	pthread_cond_t ended_cond;
	struct wish wish;
	bool wished; /* there was a first demand */
	bool stop;
	bool ended;
	int refs; /* owner and thread */
	struct snapshot *newest;
	struct err err; /* of the newest pass; code 0: it went well */
};

/** struct rhythm - what the thread remembers of its passes; only the thread touches it */
struct rhythm {
	unsigned int sources;	       /* of the last pass */
	struct wish done;	       /* that it was made for */
	uint64_t start_usec, end_usec; /* of the last pass; 0: none yet */
	bool warm_up;		       /* it read something for the first time */
	struct snapshot *last;
	struct snapshot *base; /* that @last was rated against; dropped after RATE_MIN_USEC */
};

static void wish_set(struct wish *wish, const struct feed_demand *demand)
{
	size_t len = demand->view_pids_len;
	wish->demand = *demand;
	wish->demand.view_pids = NULL;
	wish->pids_len = len;
	if (len == 0 || len == SIZE_MAX)
		return;
	wish->pids = xreallocarray(wish->pids, len, sizeof(pid_t));
	memcpy(wish->pids, demand->view_pids, len * sizeof(pid_t));
}

/* wish_copy() - of the shared one, for the time of a pass */
static void wish_copy(struct wish *to, const struct wish *from)
{
	struct feed_demand demand = from->demand;
	demand.view_pids = from->pids;
	wish_set(to, &demand);
}

static void sampler_unref(struct sampler *sampler)
{
	pthread_mutex_lock(&sampler->lock);
	bool gone = --sampler->refs == 0;
	pthread_mutex_unlock(&sampler->lock);
	if (!gone)
		return;
	snapshot_unref(sampler->newest);
	free(sampler->wish.pids);
	close(sampler->feed.wake_fd);
	pthread_cond_destroy(&sampler->wanted);
	pthread_cond_destroy(&sampler->ended_cond);
	pthread_mutex_destroy(&sampler->lock);
	free(sampler);
}

/* ---- The thread ---- */

/* has_new_pids() - a process came into view that the last pass read nothing expensive of */
static bool has_new_pids(const struct wish *wish, const struct wish *done)
{
	if (wish->pids_len == SIZE_MAX || done->pids_len == SIZE_MAX)
		return done->pids_len != SIZE_MAX;
	size_t j = 0;
	for (size_t i = 0; i < wish->pids_len; i++) {
		while (j < done->pids_len && done->pids[j] < wish->pids[i])
			j++;
		if (j == done->pids_len || done->pids[j] != wish->pids[i])
			return true;
	}
	return false;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* next_pass_usec() - when the next pass is due; UINT64_MAX: not before the wish changes */
static uint64_t next_pass_usec(const struct sampler *sampler, const struct rhythm *rhythm)
{
	const struct wish *wish = &sampler->wish;
	if (!sampler->wished || wish->demand.paused)
		return UINT64_MAX;
	if (rhythm->start_usec == 0 || (wish->demand.sources & ~rhythm->sources))
		return 0;
	/* Passes that take longer than the delay must not eat a whole CPU: rest as long as they take. */
	uint64_t took = rhythm->end_usec - rhythm->start_usec;
	uint64_t due =
		max_u64(rhythm->start_usec + wish->demand.delay_usec, rhythm->end_usec + took);
	uint64_t soon = rhythm->end_usec + max_u64(WARM_UP_USEC, took);
	if (rhythm->warm_up)
		due = min_u64(due, soon);
	if (has_new_pids(wish, &rhythm->done))
		due = min_u64(due, soon);
	return due;
}

static struct timespec timespec_of(uint64_t usec)
{
	return (struct timespec) {(time_t)(usec / 1000000), (long)(usec % 1000000) * 1000};
}

/* drop_base() - the old base is of no use once the last snapshot is old enough to rate against */
static uint64_t drop_base(struct rhythm *rhythm, uint64_t now)
{
	if (!rhythm->base)
		return UINT64_MAX;
	uint64_t at = rhythm->start_usec + RATE_MIN_USEC;
	if (now < at)
		return at;
	snapshot_unref(TAKE(rhythm->base));
	return UINT64_MAX;
}

/* await_pass() - with the lock held: sleep until a pass is due; false: stop */
static bool await_pass(struct sampler *sampler, struct rhythm *rhythm)
{
	while (!sampler->stop) {
		uint64_t now = clock_monotonic_usec();
		uint64_t due = next_pass_usec(sampler, rhythm);
		if (due <= now)
			return true;
		due = min_u64(due, drop_base(rhythm, now));
		if (due == UINT64_MAX) {
			pthread_cond_wait(&sampler->wanted, &sampler->lock);
		} else {
			struct timespec until = timespec_of(due);
			pthread_cond_timedwait(&sampler->wanted, &sampler->lock, &until);
		}
	}
	return false;
}

/* rate() - fill the rates of @now against the best snapshot there is, and keep what the next needs */
static void rate(struct rhythm *rhythm, struct snapshot *now)
{
	struct snapshot *before = rhythm->last;
	bool young = before && now->monotonic_usec - before->monotonic_usec < RATE_MIN_USEC;
	if (young && rhythm->base)
		before = rhythm->base;
	/* The second of all may come at once: better no rates yet than those of a few milliseconds. */
	rates(young && !rhythm->base ? NULL : before, now);
	if (before)
		snapshot_ref(before);
	snapshot_unref(rhythm->base);
	rhythm->base = before;
	snapshot_unref(rhythm->last);
	rhythm->last = snapshot_ref(now);
}

/* publish() - hand over what a pass gave; takes @snapshot (NULL with @err set) */
static void publish(struct sampler *sampler, struct snapshot *snapshot, const struct err *err)
{
	pthread_mutex_lock(&sampler->lock);
	struct snapshot *old = NULL;
	if (snapshot) {
		old = sampler->newest;
		sampler->newest = snapshot;
	}
	sampler->err = *err;
	uint64_t one = 1;
	while (write(sampler->feed.wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
	pthread_mutex_unlock(&sampler->lock);
	snapshot_unref(old);
}

static void make_pass(struct sampler *sampler, struct rhythm *rhythm)
{
	const struct wish *wish = &rhythm->done;
	struct demand demand = {
		.sources = wish->demand.sources,
		.view_pids = wish->pids_len == SIZE_MAX ? NULL : wish->pids,
		.view_pids_len = wish->pids_len,
		.ns_budget_usec = NS_BUDGET_USEC,
	};
	struct err err = ERR_INIT;
	struct snapshot *snapshot = NULL;
	rhythm->start_usec = clock_monotonic_usec();
	int r = sampler->source.pass(sampler->source.data, &demand, &snapshot, &err);
	rhythm->warm_up = (demand.sources & ~rhythm->sources) != 0;
	rhythm->sources = demand.sources;
	if (r >= 0) {
		rate(rhythm, snapshot);
		/* Namespaces that the budget left over are worth another look soon. */
		rhythm->warm_up = rhythm->warm_up || snapshot->ns_partial;
	}
	rhythm->end_usec = clock_monotonic_usec();
	publish(sampler, snapshot, &err);
}

static void *sampler_main(void *data)
{
	struct sampler *sampler = data;
	struct rhythm rhythm = {0};
	pthread_mutex_lock(&sampler->lock);
	while (await_pass(sampler, &rhythm)) {
		wish_copy(&rhythm.done, &sampler->wish);
		pthread_mutex_unlock(&sampler->lock);
		make_pass(sampler, &rhythm);
		pthread_mutex_lock(&sampler->lock);
	}
	pthread_mutex_unlock(&sampler->lock);
	snapshot_unref(rhythm.last);
	snapshot_unref(rhythm.base);
	free(rhythm.done.pids);
	sampler->source.free(sampler->source.data);
	pthread_mutex_lock(&sampler->lock);
	sampler->ended = true;
	pthread_cond_signal(&sampler->ended_cond);
	pthread_mutex_unlock(&sampler->lock);
	sampler_unref(sampler);
	return NULL;
}

/* ---- The feed ---- */

static struct snapshot *feed_latest(struct feed *feed, struct err *err)
{
	struct sampler *sampler = feed->data;
	pthread_mutex_lock(&sampler->lock);
	uint64_t wakes = 0;
	while (read(feed->wake_fd, &wakes, sizeof(wakes)) < 0 && errno == EINTR)
		continue;
	struct snapshot *newest = sampler->newest ? snapshot_ref(sampler->newest) : NULL;
	if (sampler->err.code)
		*err = sampler->err;
	pthread_mutex_unlock(&sampler->lock);
	return newest;
}

static void feed_demand(struct feed *feed, const struct feed_demand *demand)
{
	struct sampler *sampler = feed->data;
	pthread_mutex_lock(&sampler->lock);
	wish_set(&sampler->wish, demand);
	sampler->wished = true;
	pthread_cond_signal(&sampler->wanted);
	pthread_mutex_unlock(&sampler->lock);
}

/* ---- Its owner ---- */

static int collect_source_pass(void *data, const struct demand *demand, struct snapshot **out,
			       struct err *err)
{
	return collect_pass(data, demand, out, err);
}

static void collect_source_free(void *data)
{
	collect_free(data);
}

struct sampler_source sampler_source_take_collect(struct collect *collect)
{
	return (struct sampler_source) {collect, collect_source_pass, collect_source_free};
}

static void init_lock(struct sampler *sampler)
{
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&sampler->wanted, &attr);
	pthread_cond_init(&sampler->ended_cond, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&sampler->lock, NULL);
}

/* start_thread() - with every signal blocked there: they are the screen's */
static int start_thread(struct sampler *sampler)
{
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int code = pthread_create(&sampler->thread, NULL, sampler_main, sampler);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return code;
}

int sampler_new(const struct sampler_source *source, struct sampler **out, struct err *err)
{
	int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_fd < 0) {
		int code = errno;
		source->free(source->data);
		return err_set(err, code, "make an eventfd");
	}
	struct sampler *sampler = xcalloc(1, sizeof(*sampler));
	sampler->feed = (struct feed) {sampler, wake_fd, feed_latest, feed_demand};
	sampler->source = *source;
	sampler->refs = 2;
	init_lock(sampler);
	int code = start_thread(sampler);
	if (code != 0) {
		source->free(source->data);
		sampler->refs = 1;
		sampler_unref(sampler);
		return err_set(err, code, "start the collector thread");
	}
	*out = sampler;
	return 0;
}

struct feed *sampler_feed(struct sampler *sampler)
{
	return &sampler->feed;
}

void sampler_free(struct sampler *sampler)
{
	if (!sampler)
		return;
	struct timespec until = timespec_of(clock_monotonic_usec() + STOP_WAIT_USEC);
	pthread_mutex_lock(&sampler->lock);
	sampler->stop = true;
	pthread_cond_signal(&sampler->wanted);
	int r = 0;
	while (!sampler->ended && r == 0)
		r = pthread_cond_timedwait(&sampler->ended_cond, &sampler->lock, &until);
	bool ended = sampler->ended;
	pthread_t thread = sampler->thread;
	pthread_mutex_unlock(&sampler->lock);
	if (ended)
		pthread_join(thread, NULL);
	else
		pthread_detach(thread);
	sampler_unref(sampler);
}
