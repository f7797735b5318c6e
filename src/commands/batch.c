/* SPDX-License-Identifier: MIT */
/* A pass of the collectors now and then. Owns the collectors and the last sample; prints nothing. */
#include "commands/batch.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "commands/source.h"
#include "model/rates.h"

/* What nobody could guess from the one file that was missed first. */
static int explain(int r, struct err *err)
{
	if (r < 0 && access("/proc/self", F_OK) < 0)
		return err_setx(err, ENOENT,
				"there are no processes in /proc: mount -t proc proc /proc");
	return r;
}

int batch_init(struct batch *batch, unsigned int sources, unsigned int flags, struct err *err)
{
	const struct collect_options options = source_collect_options(flags & BATCH_LASTING);

	*batch = (struct batch) {.demand = {.sources = sources}};
	if (flags & BATCH_EXPENSIVE)
		batch->demand.view_pids_len = SIZE_MAX;
	return explain(collect_new(&options, &batch->collect, err), err);
}

void batch_finish(struct batch *batch)
{
	snapshot_unref(batch->before);
	collect_free(batch->collect);
	*batch = (struct batch) {0};
}

void batch_wait(struct batch *batch, uint64_t usec)
{
	uint64_t now = clock_monotonic_usec();

	/* Even times, but none made up for: a pass that took longer than the delay moves the rest. */
	batch->due_usec = (batch->due_usec ? batch->due_usec : now) + usec;
	if (batch->due_usec < now)
		batch->due_usec = now;
}

static void sleep_until(uint64_t usec)
{
	struct timespec at = {.tv_sec = (time_t)(usec / 1000000),
			      .tv_nsec = (long)(usec % 1000000) * 1000};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

int batch_sample(struct batch *batch, const struct snapshot **out, struct err *err)
{
	struct snapshot *now = NULL;
	int r;

	if (batch->due_usec > 0)
		sleep_until(batch->due_usec);
	r = collect_pass(batch->collect, &batch->demand, &now, err);
	if (r < 0)
		return explain(r, err);
	rates(batch->before, now);
	snapshot_unref(batch->before);
	batch->before = now;
	*out = now;
	return 0;
}
