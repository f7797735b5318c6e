/* SPDX-License-Identifier: MIT */
/* What every test of the model includes: cmocka with what it needs before it, and checks of values. */
#ifndef BOXTOP_TESTS_MODEL_TEST_H
#define BOXTOP_TESTS_MODEL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/metric.h"
#include "support/make_snapshot.h"

static inline void check_metric(struct metric metric, uint64_t value)
{
	assert_int_equal(metric.state, METRIC_KNOWN);
	assert_int_equal(metric.value, value);
}

static inline void check_metric_unknown(struct metric metric, enum metric_state state,
					enum metric_why why)
{
	assert_int_equal(metric.state, state);
	assert_int_equal(metric.why, why);
}

static inline void check_rate(struct rate rate, double value)
{
	assert_int_equal(rate.state, METRIC_KNOWN);
	assert_true(fabs(rate.value - value) < 1e-6 * (1 + fabs(value)));
}

static inline void check_rate_unknown(struct rate rate, enum metric_state state,
				      enum metric_why why)
{
	assert_int_equal(rate.state, state);
	assert_int_equal(rate.why, why);
}

#endif
