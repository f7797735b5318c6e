/* SPDX-License-Identifier: MIT */
/* The collector thread, with a source that is as slow, broken or choosy as a test needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "commands/sampler.h"

#define SECOND	     1000000u
#define FOREVER_USEC (3600ull * SECOND)
#define PATIENCE_MS  10000 /* how long a test waits for something that must happen */

/* struct fake - makes empty snapshots and writes down what was asked for */
struct fake {
	atomic_uint passes;
	atomic_uint sources; /* of the last pass */
	atomic_size_t pids;
	atomic_bool hold; /* the next pass blocks until this is false again */
	atomic_bool holding;
	atomic_bool fail;
	atomic_bool freed;
	uint64_t sequence;
	uint64_t step_usec; /* between two snapshots, as they tell; 0: as it is */
};

static int fake_pass(void *data, const struct demand *demand, struct snapshot **out,
		     struct err *err)
{
	struct fake *fake = data;
	while (atomic_load(&fake->hold)) {
		atomic_store(&fake->holding, true);
		usleep(1000);
	}
	atomic_store(&fake->holding, false);
	atomic_store(&fake->sources, demand->sources);
	atomic_store(&fake->pids, demand->view_pids_len);
	atomic_fetch_add(&fake->passes, 1);
	if (atomic_load(&fake->fail))
		return err_set(err, EIO, "read /proc");
	struct snapshot *snapshot = snapshot_new();
	snapshot->sequence = ++fake->sequence;
	snapshot->monotonic_usec = fake->step_usec ? SECOND + fake->sequence * fake->step_usec
						   : clock_monotonic_usec();
	snapshot->host.at_usec = snapshot->monotonic_usec;
	snapshot->host.all.user = fake->sequence;
	snapshot->host.all.idle = fake->sequence * 3;
	snapshot->sources = demand->sources;
	*out = snapshot;
	return 0;
}

static void fake_free(void *data)
{
	struct fake *fake = data;
	atomic_store(&fake->freed, true);
}

static struct sampler *start(struct fake *fake)
{
	struct sampler *sampler = NULL;
	struct err err = ERR_INIT;
	const struct sampler_source callbacks = {fake, fake_pass, fake_free};
	assert_int_equal(sampler_new(&callbacks, &sampler, &err), 0);
	return sampler;
}

static void demand(struct sampler *sampler, struct feed_demand what)
{
	struct feed *feed = sampler_feed(sampler);
	feed->demand(feed, &what);
}

static bool wakes(struct sampler *sampler, int ms)
{
	struct pollfd fd = {.fd = sampler_feed(sampler)->wake_fd, .events = POLLIN};
	return poll(&fd, 1, ms) == 1;
}

/* next() - wait for news and take them */
static struct snapshot *next(struct sampler *sampler, struct err *err)
{
	assert_true(wakes(sampler, PATIENCE_MS));
	struct feed *feed = sampler_feed(sampler);
	return feed->latest(feed, err);
}

static void wait_for_hold(struct fake *fake)
{
	for (int ms = 0; !atomic_load(&fake->holding); ms++) {
		assert_true(ms < PATIENCE_MS);
		usleep(1000);
	}
}

static void no_pass_is_made_before_the_first_demand(void **state)
{
	(void)state;
	struct fake fake = {0};
	struct sampler *sampler = start(&fake);
	assert_false(wakes(sampler, 50));
	sampler_free(sampler);
	assert_int_equal(atomic_load(&fake.passes), 0);
	assert_true(atomic_load(&fake.freed));
}

static void the_first_pass_comes_at_once_and_the_second_soon(void **state)
{
	(void)state;
	struct fake fake = {0};
	struct sampler *sampler = start(&fake);
	struct err err = ERR_INIT;
	demand(sampler, (struct feed_demand) {.sources = SOURCE_HOST, .delay_usec = FOREVER_USEC});
	/* With a delay of an hour nothing else could bring the second, which gives the rates. */
	for (uint64_t sequence = 1; sequence <= 2; sequence++) {
		struct snapshot *snapshot = next(sampler, &err);
		assert_non_null(snapshot);
		assert_int_equal(snapshot->sequence, sequence);
		assert_true(snapshot->rated);
		snapshot_unref(snapshot);
	}
	assert_false(wakes(sampler, 50));
	sampler_free(sampler);
}

static void latest_gives_the_same_snapshot_until_there_is_a_newer_one(void **state)
{
	(void)state;
	struct fake fake = {0};
	struct sampler *sampler = start(&fake);
	struct feed *feed = sampler_feed(sampler);
	struct err err = ERR_INIT;
	assert_null(feed->latest(feed, &err));
	demand(sampler, (struct feed_demand) {.sources = SOURCE_HOST, .delay_usec = FOREVER_USEC});
	struct snapshot *a = next(sampler, &err);
	struct snapshot *b = feed->latest(feed, &err);
	assert_ptr_equal(a, b);
	snapshot_unref(a);
	snapshot_unref(b);
	sampler_free(sampler);
}

static void what_is_newly_needed_is_read_at_once(void **state)
{
	(void)state;
	struct fake fake = {0};
	struct sampler *sampler = start(&fake);
	struct err err = ERR_INIT;
	demand(sampler, (struct feed_demand) {.sources = SOURCE_HOST, .delay_usec = FOREVER_USEC});
	snapshot_unref(next(sampler, &err));
	snapshot_unref(next(sampler, &err));
	demand(sampler, (struct feed_demand) {.sources = SOURCE_HOST | SOURCE_PROCS,
					      .delay_usec = FOREVER_USEC});
	struct snapshot *snapshot = next(sampler, &err);
	assert_int_equal(snapshot->sources, SOURCE_HOST | SOURCE_PROCS);
	snapshot_unref(snapshot);
	sampler_free(sampler);
}

/* The first frame may wait for a part only: the pass with the rest follows at once. */
static void rates_of_a_few_milliseconds_are_none(void **state)
{
	static const struct {
		uint64_t step_usec;
		enum metric_state state;
	} rows[] = {{1000, METRIC_UNSAMPLED}, {300000, METRIC_KNOWN}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake fake = {.step_usec = rows[i].step_usec};
		struct sampler *sampler = start(&fake);
		struct err err = ERR_INIT;
		demand(sampler,
		       (struct feed_demand) {.sources = SOURCE_HOST, .delay_usec = FOREVER_USEC});
		snapshot_unref(next(sampler, &err));
		demand(sampler, (struct feed_demand) {.sources = SOURCE_HOST | SOURCE_PROCS,
						      .delay_usec = FOREVER_USEC});
		struct snapshot *second = next(sampler, &err);
		assert_int_equal(second->sequence, 2);
		assert_int_equal(second->host.all.busy_pct.state, rows[i].state);
		snapshot_unref(second);
		sampler_free(sampler);
	}
}

static void what_is_no_longer_needed_brings_no_pass(void **state)
{
	(void)state;
	struct fake fake = {0};
	struct sampler *sampler = start(&fake);
	struct err err = ERR_INIT;
	demand(sampler, (struct feed_demand) {.sources = SOURCE_HOST | SOURCE_PROCS,
					      .delay_usec = FOREVER_USEC});
	snapshot_unref(next(sampler, &err));
	snapshot_unref(next(sampler, &err));
	demand(sampler, (struct feed_demand) {.sources = SOURCE_HOST, .delay_usec = FOREVER_USEC});
	assert_false(wakes(sampler, 50));
	sampler_free(sampler);
}

static void processes_that_come_into_view_are_read_soon(void **state)
{
	(void)state;
	struct fake fake = {0};
	struct sampler *sampler = start(&fake);
	struct err err = ERR_INIT;
	pid_t pids[] = {1, 5, 9};
	struct feed_demand what = {.sources = SOURCE_PROCS_IO,
				   .view_pids = pids,
				   .view_pids_len = 2,
				   .delay_usec = FOREVER_USEC};
	demand(sampler, what);
	snapshot_unref(next(sampler, &err));
	snapshot_unref(next(sampler, &err));
	/* Fewer of the same: nothing to read. */
	what.view_pids_len = 1;
	demand(sampler, what);
	assert_false(wakes(sampler, 300));
	what.view_pids_len = 3;
	demand(sampler, what);
	snapshot_unref(next(sampler, &err));
	assert_int_equal(atomic_load(&fake.pids), 3);
	what.view_pids_len = SIZE_MAX;
	what.view_pids = NULL;
	demand(sampler, what);
	snapshot_unref(next(sampler, &err));
	assert_true(atomic_load(&fake.pids) == SIZE_MAX);
	sampler_free(sampler);
}

static void a_pause_makes_no_passes_and_ends(void **state)
{
	(void)state;
	struct fake fake = {0};
	struct sampler *sampler = start(&fake);
	struct err err = ERR_INIT;
	struct feed_demand what = {.sources = SOURCE_HOST, .delay_usec = 1000};
	demand(sampler, what);
	snapshot_unref(next(sampler, &err));
	what.paused = true;
	demand(sampler, what);
	/* A pass may have been going on. */
	if (wakes(sampler, 50))
		snapshot_unref(next(sampler, &err));
	assert_false(wakes(sampler, 100));
	what.paused = false;
	demand(sampler, what);
	snapshot_unref(next(sampler, &err));
	sampler_free(sampler);
}

static void nobody_waits_for_a_pass_that_hangs(void **state)
{
	(void)state;
	struct fake fake = {0};
	struct sampler *sampler = start(&fake);
	struct feed *feed = sampler_feed(sampler);
	struct err err = ERR_INIT;
	atomic_store(&fake.hold, true);
	demand(sampler, (struct feed_demand) {.sources = SOURCE_HOST, .delay_usec = FOREVER_USEC});
	wait_for_hold(&fake);
	/* These return although the pass does not: the test would hang otherwise. */
	assert_null(feed->latest(feed, &err));
	demand(sampler, (struct feed_demand) {.sources = SOURCE_PROCS, .delay_usec = FOREVER_USEC});
	assert_true(atomic_load(&fake.holding));
	atomic_store(&fake.hold, false);
	snapshot_unref(next(sampler, &err));
	sampler_free(sampler);
}

static void a_pass_that_hangs_is_left_behind_and_cleans_up_itself(void **state)
{
	(void)state;
	static struct fake fake;
	struct sampler *sampler = start(&fake);
	atomic_store(&fake.hold, true);
	demand(sampler, (struct feed_demand) {.sources = SOURCE_HOST, .delay_usec = FOREVER_USEC});
	wait_for_hold(&fake);
	sampler_free(sampler);
	assert_false(atomic_load(&fake.freed));
	atomic_store(&fake.hold, false);
	for (int ms = 0; !atomic_load(&fake.freed); ms++) {
		assert_true(ms < PATIENCE_MS);
		usleep(1000);
	}
}

static void a_failed_pass_is_told_and_keeps_the_old_snapshot(void **state)
{
	(void)state;
	struct fake fake = {0};
	struct sampler *sampler = start(&fake);
	struct err err = ERR_INIT;
	struct feed_demand what = {.sources = SOURCE_HOST, .delay_usec = 1000};
	demand(sampler, what);
	struct snapshot *snapshot = next(sampler, &err);
	snapshot_unref(snapshot);
	assert_int_equal(err.code, 0);
	atomic_store(&fake.fail, true);
	for (int i = 0; i < 100 && err.code == 0; i++) {
		snapshot = next(sampler, &err);
		assert_non_null(snapshot);
		snapshot_unref(snapshot);
	}
	assert_int_equal(err.code, EIO);
	assert_string_equal(err.text, "read /proc: Input/output error");
	atomic_store(&fake.fail, false);
	for (int i = 0; i < 100 && err.code != 0; i++) {
		err = ERR_INIT;
		snapshot_unref(next(sampler, &err));
	}
	assert_int_equal(err.code, 0);
	sampler_free(sampler);
}

static void a_slow_pass_leaves_half_of_the_time_to_others(void **state)
{
	(void)state;
	struct fake fake = {0};
	struct sampler *sampler = start(&fake);
	struct err err = ERR_INIT;
	atomic_store(&fake.hold, true);
	demand(sampler, (struct feed_demand) {.sources = SOURCE_HOST, .delay_usec = 1000});
	wait_for_hold(&fake);
	usleep(300000);
	atomic_store(&fake.hold, false);
	uint64_t end = clock_monotonic_usec();
	snapshot_unref(next(sampler, &err));
	snapshot_unref(next(sampler, &err));
	/* The second may not start before the first's length has gone by once more. */
	assert_true(clock_monotonic_usec() - end >= 300000);
	sampler_free(sampler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_pass_is_made_before_the_first_demand),
		cmocka_unit_test(the_first_pass_comes_at_once_and_the_second_soon),
		cmocka_unit_test(latest_gives_the_same_snapshot_until_there_is_a_newer_one),
		cmocka_unit_test(what_is_newly_needed_is_read_at_once),
		cmocka_unit_test(rates_of_a_few_milliseconds_are_none),
		cmocka_unit_test(what_is_no_longer_needed_brings_no_pass),
		cmocka_unit_test(processes_that_come_into_view_are_read_soon),
		cmocka_unit_test(a_pause_makes_no_passes_and_ends),
		cmocka_unit_test(nobody_waits_for_a_pass_that_hangs),
		cmocka_unit_test(a_pass_that_hangs_is_left_behind_and_cleans_up_itself),
		cmocka_unit_test(a_failed_pass_is_told_and_keeps_the_old_snapshot),
		cmocka_unit_test(a_slow_pass_leaves_half_of_the_time_to_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
