/* SPDX-License-Identifier: MIT */
/*
 * What follows from the tree of groups: totals of processes, and the limits that really bind: the least
 * over a group, all its ancestors and the host. Relies on preorder; reads nothing.
 */
#include "model/cgroup.h"

#include <stdbool.h>

#include "model/snapshot.h"

/* struct host_caps - what binds even where no group sets a limit */
struct host_caps {
	struct metric memory_bytes;
	struct metric microcpus;
	struct metric pids;
};

static struct host_caps caps_of(const struct host *host)
{
	struct metric none = metric_unknown(METRIC_ABSENT, WHY_NOT_ASKED);
	struct host_caps caps = {.memory_bytes = none, .microcpus = none, .pids = none};
	struct metric pids = metric_min(host->pid_max, host->threads_max);

	if (metric_is_known(host->memory_total_bytes))
		caps.memory_bytes = host->memory_total_bytes;
	if (metric_is_known(pids))
		caps.pids = pids;
	if (host->cpus_len)
		caps.microcpus = metric_known((uint64_t)host->cpus_len * 1000000);
	return caps;
}

/* Not read, or not readable: then nobody knows what binds below either. */
static bool is_hidden(struct metric limit)
{
	return limit.state == METRIC_UNSAMPLED || limit.state == METRIC_DENIED;
}

/* A limit as it binds: @own where it is lower than what binds above, else that. A group without the
 * controller, or without a limit, leaves what binds above. */
static struct metric bind(struct metric own, struct metric above, uint32_t self, uint32_t *from)
{
	if (is_hidden(own))
		return own;
	if (is_hidden(above))
		return above;
	if (!metric_is_known(own) || own.value == METRIC_NO_LIMIT)
		return metric_is_known(above) ? above : own;
	if (metric_is_known(above) && above.value <= own.value)
		return above;
	*from = self;
	return own;
}

static void resolve_limits(struct snapshot *snapshot, uint32_t i, const struct host_caps *caps)
{
	struct cgroup *cg = &snapshot->cgroups[i];
	const struct cgroup *up = cg->parent != INDEX_NONE ? &snapshot->cgroups[cg->parent] : NULL;
	struct usage *usage = &cg->usage;

	cg->limit_from_memory = up ? up->limit_from_memory : INDEX_NONE;
	cg->limit_from_cpu = up ? up->limit_from_cpu : INDEX_NONE;
	cg->limit_from_pids = up ? up->limit_from_pids : INDEX_NONE;
	usage->memory.effective_bytes =
		bind(usage->memory.limit_bytes,
		     up ? up->usage.memory.effective_bytes : caps->memory_bytes, i,
		     &cg->limit_from_memory);
	usage->cpu.effective_microcpus = bind(
		usage->cpu.limit_microcpus,
		up ? up->usage.cpu.effective_microcpus : caps->microcpus, i, &cg->limit_from_cpu);
	usage->pids.effective_limit =
		bind(usage->pids.limit, up ? up->usage.pids.effective_limit : caps->pids, i,
		     &cg->limit_from_pids);
}

/* A group that vanished while it was read, or that can have none, adds nothing; one that may not be
 * read makes the total unknown. */
static struct metric add_processes(struct metric a, struct metric b)
{
	if (b.state == METRIC_ABSENT)
		return a;
	return a.state == METRIC_ABSENT ? b : metric_add(a, b);
}

/* Children come after their parent, so adding from the end up makes totals of subtrees. */
static void resolve_processes(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->cgroups_len; i++)
		snapshot->cgroups[i].usage.pids.processes = snapshot->cgroups[i].own_processes;
	for (size_t i = snapshot->cgroups_len; i-- > 0;) {
		struct cgroup *cg = &snapshot->cgroups[i];
		struct metric *total = &cg->usage.pids.processes, *above;

		if (metric_is_known(*total))
			*total = metric_sub_clamped(*total, metric_known(cg->counted_again));
		if (cg->parent == INDEX_NONE)
			continue;
		above = &snapshot->cgroups[cg->parent].usage.pids.processes;
		*above = add_processes(*above, *total);
	}
}

void cgroup_resolve(struct snapshot *snapshot)
{
	struct host_caps caps = caps_of(&snapshot->host);

	resolve_processes(snapshot);
	for (uint32_t i = 0; i < snapshot->cgroups_len; i++)
		resolve_limits(snapshot, i, &caps);
}
