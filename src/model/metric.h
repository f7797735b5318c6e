/* SPDX-License-Identifier: MIT */
/*
 * One measured number and whether we have it. Unknown is never 0: a value is known, absent, denied
 * or not yet sampled, and says why. A zeroed struct is "not sampled yet".
 */
#ifndef BOXTOP_MODEL_METRIC_H
#define BOXTOP_MODEL_METRIC_H

#include <stdbool.h>
#include <stdint.h>

enum metric_state {
	METRIC_UNSAMPLED = 0, /* nobody read it (yet) */
	METRIC_KNOWN,
	METRIC_ABSENT, /* the kernel, the controller or the object has no such value */
	METRIC_DENIED, /* it exists, we may not read it */
};

/** enum metric_why - the reason beside a state other than METRIC_KNOWN; texts in metric_why_text() */
enum metric_why {
	WHY_NOT_SAMPLED = 0, /* "not sampled yet" */
	WHY_NOT_ASKED,	     /* "no visible column needs it" */
	WHY_SECOND_SAMPLE,   /* "a rate needs a second sample" */
	WHY_RESTARTED,	     /* "the counter restarted" */
	WHY_NO_FILE,	     /* "this kernel has no such file" */
	WHY_NO_CONTROLLER,   /* "the controller is not enabled for this cgroup" */
	WHY_NO_HIERARCHY,    /* "the controller is in no mounted hierarchy" */
	WHY_NO_PSI,	     /* "the kernel keeps no pressure figures (boot with psi=1)" */
	WHY_ROOT_CGROUP,     /* "the root cgroup has no such value" */
	WHY_NO_CGROUP,	     /* "the container has no cgroup of its own" */
	WHY_NO_LIMIT,	     /* "no limit is set" (for a percentage of a limit) */
	WHY_NO_PROCESS,	     /* "no live process to read it from" */
	WHY_PERMISSION,	     /* "permission denied: run as root, or as its owner" */
	WHY_GONE,	     /* "it ended while it was read" */
	WHY_MALFORMED,	     /* "the kernel file could not be understood" */
	WHY_NOT_CONFIRMED,   /* "the state on disk does not tell" */
	WHY_KERNEL_THREAD,   /* "a kernel thread has none" */
	WHY_NOT_APPLICABLE,  /* "this kind of row has no such value" */
	WHY_SHARED_HOST,     /* "it shares the host's network namespace" */
	WHY_NONE,	     /* "it has none" */
	WHY_NO_CONTAINER,    /* "it belongs to no container" */
	WHY_COUNT_,
};

/** struct metric - an integral value; its unit stands in the name of the member that holds it */
struct metric {
	uint64_t value; /* METRIC_NO_LIMIT for a limit of "max" */
	uint8_t state;	/* enum metric_state */
	uint8_t why;	/* enum metric_why */
};

/** struct rate - a value derived from two samples, or a kernel average */
struct rate {
	double value;
	uint8_t state;
	uint8_t why;
};

/** METRIC_NO_LIMIT - the known value "max" */
#define METRIC_NO_LIMIT UINT64_MAX

static inline struct metric metric_known(uint64_t value)
{
	return (struct metric) {value, METRIC_KNOWN, 0};
}

static inline struct metric metric_unknown(enum metric_state state, enum metric_why why)
{
	return (struct metric) {0, (uint8_t)state, (uint8_t)why};
}

static inline struct rate rate_known(double value)
{
	return (struct rate) {value, METRIC_KNOWN, 0};
}

static inline struct rate rate_unknown(enum metric_state state, enum metric_why why)
{
	return (struct rate) {0, (uint8_t)state, (uint8_t)why};
}

static inline bool metric_is_known(struct metric m)
{
	return m.state == METRIC_KNOWN;
}

static inline bool rate_is_known(struct rate r)
{
	return r.state == METRIC_KNOWN;
}

/** metric_state_text() - "known", "absent", "denied", "not sampled"; static */
const char *metric_state_text(enum metric_state state);
/** metric_why_text() - one short clause for a person; static; never NULL */
const char *metric_why_text(enum metric_why why);

/** metric_min() - the smaller of two limits; an unknown one gives way to a known one */
struct metric metric_min(struct metric a, struct metric b);
/** metric_add() - a sum; unknown if either is (the state of the first unknown one) */
struct metric metric_add(struct metric a, struct metric b);
/** metric_sub_clamped() - a - b, 0 where b > a; unknown if either is */
struct metric metric_sub_clamped(struct metric a, struct metric b);
/** metric_pct() - 100 * part / whole; WHY_NO_LIMIT where whole is METRIC_NO_LIMIT or 0 */
struct rate metric_pct(struct metric part, struct metric whole);

#endif
