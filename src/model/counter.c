/* SPDX-License-Identifier: MIT */
/* Two readings of a counter to a rate. Pure. */
#include "model/counter.h"

/* comparable() - 0 if a rate can be made of the two, with @out untouched */
static bool comparable(struct metric before, struct metric now, struct rate *out)
{
	if (!metric_is_known(now)) {
		*out = rate_unknown(now.state, now.why);
		return false;
	}
	if (!metric_is_known(before)) {
		*out = rate_unknown(METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
		return false;
	}
	return true;
}

struct rate counter_delta(struct metric before, struct metric now)
{
	struct rate out;

	if (!comparable(before, now, &out))
		return out;
	if (now.value < before.value)
		return rate_unknown(METRIC_UNSAMPLED, WHY_RESTARTED);
	return rate_known((double)(now.value - before.value));
}

struct rate counter_rate(struct metric before, struct metric now, double scale, double base)
{
	struct rate delta = counter_delta(before, now);

	if (!rate_is_known(delta))
		return delta;
	if (!(base > 0))
		return rate_unknown(METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	return rate_known(delta.value * scale / base);
}

struct rate gauge_rate(struct metric before, struct metric now, double scale, double base)
{
	struct rate out;

	if (!comparable(before, now, &out))
		return out;
	if (!(base > 0))
		return rate_unknown(METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	return rate_known(((double)now.value - (double)before.value) * scale / base);
}
