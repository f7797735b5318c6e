/* SPDX-License-Identifier: MIT */
/*
 * The collector thread: makes snapshots, rates each against the one before, and publishes the newest
 * through a struct feed. Nobody ever waits for a pass: the feed's functions take a mutex that is held
 * for a few instructions only.
 */
#ifndef BOXTOP_COMMANDS_SAMPLER_H
#define BOXTOP_COMMANDS_SAMPLER_H

#include "base/err.h"
#include "collectors/collector.h"
#include "ui/app.h"

struct sampler;

/** struct sampler_source - what makes the snapshots: the collectors; something else in tests */
struct sampler_source {
	void *data;
	/* as collect_pass(); called by one thread at a time */
	int (*pass)(void *data, const struct demand *demand, struct snapshot **out,
		    struct err *err);
	void (*free)(void *data); /* by the thread, after the last pass */
};

/** sampler_source_take_collect() - snapshots of the live system; @collect is owned from now on */
struct sampler_source sampler_source_take_collect(struct collect *collect);

/**
 * sampler_new() - start the thread; it makes no pass before the feed's first demand
 * @source: is owned by the sampler from now on, also on failure
 *
 * Return: 0; -errno with @err.
 */
int sampler_new(const struct sampler_source *source, struct sampler **out, struct err *err);

/** sampler_feed() - for app_run(); lives as long as the sampler */
struct feed *sampler_feed(struct sampler *sampler);

/**
 * sampler_free() - stop; NULL allowed
 *
 * Waits half a second at the most for a pass that is going on. A longer one is left behind: the thread
 * ends after it and frees the source itself.
 */
void sampler_free(struct sampler *sampler);

#endif
