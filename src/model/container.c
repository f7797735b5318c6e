/* SPDX-License-Identifier: MIT */
/*
 * What follows from knowing the containers: which cgroup and process belongs to which, what each uses,
 * and in which state it is. Reads nothing.
 */
#include "model/container.h"

#include <string.h>

#include "model/snapshot.h"

bool container_is_unit(const struct container *container)
{
	switch (container->kind) {
	case CONTAINER_MONITOR:
	case CONTAINER_SERVICE:
	case CONTAINER_SCOPE:
	case CONTAINER_SLICE:
	case CONTAINER_POD:
		return true;
	default:
		return false;
	}
}

const char *container_kind_text(enum container_kind kind)
{
	static const char *const texts[CONTAINER_KINDS] = {
		[CONTAINER_CONTAINER] = "container",
		[CONTAINER_SANDBOX] = "sandbox",
		[CONTAINER_PAUSE] = "pause",
		[CONTAINER_VM] = "vm",
		[CONTAINER_APP] = "app",
		[CONTAINER_CGROUP] = "cgroup",
		[CONTAINER_MONITOR] = "monitor",
		[CONTAINER_SERVICE] = "service",
		[CONTAINER_SCOPE] = "scope",
		[CONTAINER_SLICE] = "slice",
		[CONTAINER_POD] = "pod",
	};

	return (unsigned int)kind < CONTAINER_KINDS ? texts[kind] : "unknown";
}

const char *container_state_text(enum container_state state)
{
	switch (state) {
	case CONTAINER_RUNNING:
		return "running";
	case CONTAINER_PAUSED:
		return "paused";
	case CONTAINER_EMPTY:
		return "empty";
	default:
		return "unknown";
	}
}

/* Every cgroup belongs to the innermost container at or above it; preorder makes that one pass. */
static void resolve_cgroups(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->cgroups_len; i++)
		snapshot->cgroups[i].container = INDEX_NONE;
	for (uint32_t c = 0; c < snapshot->containers_len; c++)
		if (snapshot->containers[c].cgroup < snapshot->cgroups_len)
			snapshot->cgroups[snapshot->containers[c].cgroup].container = c;
	for (size_t i = 0; i < snapshot->cgroups_len; i++) {
		struct cgroup *cg = &snapshot->cgroups[i];

		if (cg->container == INDEX_NONE && cg->parent != INDEX_NONE)
			cg->container = snapshot->cgroups[cg->parent].container;
	}
}

/* The container around one: of the nearest cgroup above its own. */
static void resolve_parent(const struct snapshot *snapshot, struct container *container)
{
	uint32_t up;

	if (container->parent != INDEX_NONE || container->cgroup >= snapshot->cgroups_len)
		return;
	up = snapshot->cgroups[container->cgroup].parent;
	if (up != INDEX_NONE)
		container->parent = snapshot->cgroups[up].container;
}

static void resolve_processes(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->processes_len; i++) {
		struct process *process = &snapshot->processes[i];

		if (process->container == INDEX_NONE && process->cgroup < snapshot->cgroups_len)
			process->container = snapshot->cgroups[process->cgroup].container;
	}
}

/* Adds what one process uses to a sum that starts as known zeroes. Counters of processes that ended
 * leave with them: a sum that fell restarts its rate. */
static void add_process(struct usage *usage, const struct process *process)
{
	struct metric time = metric_add(process->user_usec, process->system_usec);

	usage->cpu.at_usec = process->at_usec;
	usage->cpu.usage_usec = metric_add(usage->cpu.usage_usec, time);
	usage->cpu.user_usec = metric_add(usage->cpu.user_usec, process->user_usec);
	usage->cpu.system_usec = metric_add(usage->cpu.system_usec, process->system_usec);
	usage->memory.current_bytes = metric_add(usage->memory.current_bytes, process->rss_bytes);
	usage->pids.at_usec = process->at_usec;
	usage->pids.current =
		metric_add(usage->pids.current,
			   metric_known((uint64_t)(process->threads > 0 ? process->threads : 1)));
	usage->pids.processes = metric_add(usage->pids.processes, metric_known(1));
}

/* Without a cgroup of its own a container has no counters: everything is absent, and what its
 * processes tell is summed where they were read. */
static void init_summed(struct container *container, bool processes_read)
{
	struct metric absent = metric_unknown(METRIC_ABSENT, WHY_NO_CGROUP);
	struct metric start =
		processes_read ? metric_known(0) : metric_unknown(METRIC_UNSAMPLED, WHY_NOT_ASKED);
	struct rate no_rate = rate_unknown(METRIC_ABSENT, WHY_NO_CGROUP);
	struct usage_net net = container->usage.net;
	struct usage *u = &container->usage;

	*u = (struct usage) {.net = net, .frozen = absent, .populated = absent};
	u->cpu.usage_usec = u->cpu.user_usec = u->cpu.system_usec = start;
	u->cpu.nr_periods = u->cpu.nr_throttled = u->cpu.throttled_usec = absent;
	u->cpu.limit_microcpus = u->cpu.weight = u->cpu.effective_microcpus = absent;
	u->memory = (struct usage_memory) {
		.current_bytes = start,
		.working_set_bytes = absent,
		.anon_bytes = absent,
		.file_bytes = absent,
		.shmem_bytes = absent,
		.slab_bytes = absent,
		.inactive_file_bytes = absent,
		.swap_bytes = absent,
		.peak_bytes = absent,
		.high_bytes = absent,
		.limit_bytes = absent,
		.swap_limit_bytes = absent,
		.effective_bytes = absent,
		.oom_kills = absent,
	};
	u->pids.current = u->pids.processes = start;
	u->pids.limit = u->pids.peak = u->pids.effective_limit = u->pids.limit_events = absent;
	u->io.read_bytes = u->io.write_bytes = u->io.read_ops = u->io.write_ops = absent;
	u->pressure = (struct usage_pressure) {no_rate, no_rate, no_rate, no_rate, no_rate};
}

static void sum_processes(struct snapshot *snapshot)
{
	bool read = snapshot->processes_len > 0;

	for (size_t i = 0; i < snapshot->containers_len; i++)
		if (snapshot->containers[i].by_namespace)
			init_summed(&snapshot->containers[i], read);
	for (size_t i = 0; i < snapshot->processes_len; i++) {
		const struct process *process = &snapshot->processes[i];

		if (process->container < snapshot->containers_len &&
		    snapshot->containers[process->container].by_namespace)
			add_process(&snapshot->containers[process->container].usage, process);
	}
}

static void take_usage(const struct snapshot *snapshot, struct container *container)
{
	struct usage_net net = container->usage.net;

	if (container->by_namespace || container->cgroup >= snapshot->cgroups_len)
		return;
	container->usage = snapshot->cgroups[container->cgroup].usage;
	container->usage.net = net;
}

static void resolve_state(struct container *container)
{
	const struct usage *usage = &container->usage;

	if (container->by_namespace)
		container->state = CONTAINER_RUNNING;
	else if (metric_is_known(usage->frozen) && usage->frozen.value)
		container->state = CONTAINER_PAUSED;
	else if (metric_is_known(usage->populated))
		container->state = usage->populated.value ? CONTAINER_RUNNING : CONTAINER_EMPTY;
	else if (metric_is_known(usage->pids.processes))
		container->state =
			usage->pids.processes.value ? CONTAINER_RUNNING : CONTAINER_EMPTY;
	else
		container->state = CONTAINER_STATE_UNKNOWN;
}

static void resolve_shared(struct snapshot *snapshot, struct container *container)
{
	char text[64] = "";

	for (unsigned int type = 0; type < NS_TYPES; type++) {
		if (!(container->ns_shared_with_host & 1u << type))
			continue;
		if (text[0])
			strcat(text, ",");
		strcat(text, ns_type_text((enum ns_type)type));
	}
	container->ns_shared = arena_strdup(&snapshot->arena, text);
}

void container_resolve(struct snapshot *snapshot)
{
	resolve_cgroups(snapshot);
	resolve_processes(snapshot);
	sum_processes(snapshot);
	for (size_t i = 0; i < snapshot->containers_len; i++) {
		struct container *container = &snapshot->containers[i];

		resolve_parent(snapshot, container);
		take_usage(snapshot, container);
		resolve_state(container);
		resolve_shared(snapshot, container);
	}
}
