/* SPDX-License-Identifier: MIT */
/* What a metric says when its file could not be read. Header only. */
#ifndef BOXTOP_COLLECTORS_UNKNOWN_H
#define BOXTOP_COLLECTORS_UNKNOWN_H

#include "base/dir.h"
#include "model/metric.h"

/**
 * metric_of_result() - the metric of a file whose read or parse gave @r, which is not READ_OK
 * @r: an enum read_result, or -errno (-EBADMSG from a parser)
 */
static inline struct metric metric_of_result(int r)
{
	switch (r) {
	case READ_GONE:
		return metric_unknown(METRIC_ABSENT, WHY_GONE);
	case READ_ABSENT:
		return metric_unknown(METRIC_ABSENT, WHY_NO_FILE);
	case READ_DENIED:
		return metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	default:
		return metric_unknown(METRIC_ABSENT, WHY_MALFORMED);
	}
}

/** rate_of_result() - the same for a rate that the kernel averages itself */
static inline struct rate rate_of_result(int r)
{
	struct metric m = metric_of_result(r);

	return rate_unknown((enum metric_state)m.state, (enum metric_why)m.why);
}

#endif
