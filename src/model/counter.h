/* SPDX-License-Identifier: MIT */
/* Two readings of a counter to a rate. Shared by the rates of usage, host and processes. */
#ifndef BOXTOP_MODEL_COUNTER_H
#define BOXTOP_MODEL_COUNTER_H

#include "model/metric.h"

/**
 * counter_rate() - growth of a counter
 * @scale: what the growth is multiplied by, before it is divided by @base
 * @base:  what it is a share of: elapsed microseconds, periods, ...; not above 0 gives WHY_SECOND_SAMPLE
 *
 * Unknown where @now is; WHY_SECOND_SAMPLE where @before is; WHY_RESTARTED where it fell.
 */
struct rate counter_rate(struct metric before, struct metric now, double scale, double base);

/** counter_delta() - growth itself, with the same unknowns */
struct rate counter_delta(struct metric before, struct metric now);

/** gauge_rate() - change of a value that may fall, per @base; never WHY_RESTARTED */
struct rate gauge_rate(struct metric before, struct metric now, double scale, double base);

#endif
