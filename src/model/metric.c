/* SPDX-License-Identifier: MIT */
/* Arithmetic on numbers that may be unknown: what is unknown stays so, with its reason. */
#include "model/metric.h"

const char *metric_state_text(enum metric_state state)
{
	static const char *const texts[] = {
		[METRIC_UNSAMPLED] = "not sampled",
		[METRIC_KNOWN] = "known",
		[METRIC_ABSENT] = "absent",
		[METRIC_DENIED] = "denied",
	};

	return (unsigned int)state < sizeof(texts) / sizeof(texts[0]) ? texts[state] : "unknown";
}

const char *metric_why_text(enum metric_why why)
{
	static const char *const texts[WHY_COUNT_] = {
		[WHY_NOT_SAMPLED] = "not sampled yet",
		[WHY_NOT_ASKED] = "no visible column needs it",
		[WHY_SECOND_SAMPLE] = "a rate needs a second sample",
		[WHY_RESTARTED] = "the counter restarted",
		[WHY_NO_FILE] = "this kernel has no such file",
		[WHY_NO_CONTROLLER] = "the controller is not enabled for this cgroup",
		[WHY_NO_HIERARCHY] = "the controller is in no mounted hierarchy",
		[WHY_NO_PSI] = "the kernel keeps no pressure figures (boot with psi=1)",
		[WHY_ROOT_CGROUP] = "the root cgroup has no such value",
		[WHY_NO_CGROUP] = "the container has no cgroup of its own",
		[WHY_NO_LIMIT] = "no limit is set",
		[WHY_NO_PROCESS] = "no live process to read it from",
		[WHY_PERMISSION] = "permission denied: run as root, or as its owner",
		[WHY_GONE] = "it ended while it was read",
		[WHY_MALFORMED] = "the kernel file could not be understood",
		[WHY_NOT_CONFIRMED] = "the state on disk does not tell",
		[WHY_KERNEL_THREAD] = "a kernel thread has none",
		[WHY_NOT_APPLICABLE] = "this kind of row has no such value",
		[WHY_SHARED_HOST] = "it shares the host's network namespace",
		[WHY_NONE] = "it has none",
		[WHY_NO_CONTAINER] = "it belongs to no container",
	};

	return (unsigned int)why < WHY_COUNT_ ? texts[why] : "unknown";
}

struct metric metric_min(struct metric a, struct metric b)
{
	if (!metric_is_known(a))
		return metric_is_known(b) ? b : a;
	if (!metric_is_known(b))
		return a;
	return a.value <= b.value ? a : b;
}

struct metric metric_add(struct metric a, struct metric b)
{
	if (!metric_is_known(a))
		return a;
	if (!metric_is_known(b))
		return b;
	if (__builtin_add_overflow(a.value, b.value, &a.value))
		a.value = UINT64_MAX;
	return a;
}

struct metric metric_sub_clamped(struct metric a, struct metric b)
{
	if (!metric_is_known(a))
		return a;
	if (!metric_is_known(b))
		return b;
	a.value = a.value > b.value ? a.value - b.value : 0;
	return a;
}

struct rate metric_pct(struct metric part, struct metric whole)
{
	if (!metric_is_known(part))
		return rate_unknown(part.state, part.why);
	if (!metric_is_known(whole))
		return rate_unknown(whole.state, whole.why);
	if (whole.value == METRIC_NO_LIMIT || whole.value == 0)
		return rate_unknown(METRIC_ABSENT, WHY_NO_LIMIT);
	return rate_known(100.0 * (double)part.value / (double)whole.value);
}
