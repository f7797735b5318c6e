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
	if (container->state == CONTAINER_STOPPED)
		return true;
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
	case CONTAINER_STOPPED:
		return "stopped";
	default:
		return "unknown";
	}
}

/* One that was found by its namespaces may live in a cgroup, but does not own it. */
static bool has_cgroup(const struct snapshot *snapshot, const struct container *container)
{
	return !container->by_namespace && container->cgroup < snapshot->cgroups_len;
}

/* Every cgroup belongs to the innermost container at or above it; preorder makes that one pass. */
static void resolve_cgroups(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->cgroups_len; i++)
		snapshot->cgroups[i].container = INDEX_NONE;
	for (uint32_t c = 0; c < snapshot->containers_len; c++)
		if (has_cgroup(snapshot, &snapshot->containers[c]))
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

	if (container->parent != INDEX_NONE || !has_cgroup(snapshot, container))
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

/* The only child of a group without processes of its own, or INDEX_NONE. */
static uint32_t only_child(const struct snapshot *snapshot, uint32_t index)
{
	const struct cgroup *cg = &snapshot->cgroups[index];

	if (index + 1 >= cg->subtree_end ||
	    snapshot->cgroups[index + 1].subtree_end != cg->subtree_end)
		return INDEX_NONE;
	if (metric_is_known(cg->own_processes) && cg->own_processes.value > 0)
		return INDEX_NONE;
	return index + 1;
}

/* Takes what @inner limits more tightly than the groups around it. Throttling is counted where the
 * quota is, and nowhere above. */
static void tighten(struct usage *usage, const struct usage *inner)
{
	if (metric_is_known(inner->cpu.limit_microcpus) &&
	    inner->cpu.limit_microcpus.value != METRIC_NO_LIMIT) {
		usage->cpu.nr_periods = inner->cpu.nr_periods;
		usage->cpu.nr_throttled = inner->cpu.nr_throttled;
		usage->cpu.throttled_usec = inner->cpu.throttled_usec;
	}
	/* Paused by freezing the child: all of its processes are there. */
	if (metric_is_known(inner->frozen) && inner->frozen.value)
		usage->frozen = inner->frozen;
	usage->cpu.limit_microcpus =
		metric_min(usage->cpu.limit_microcpus, inner->cpu.limit_microcpus);
	usage->memory.limit_bytes =
		metric_min(usage->memory.limit_bytes, inner->memory.limit_bytes);
	usage->memory.high_bytes = metric_min(usage->memory.high_bytes, inner->memory.high_bytes);
	usage->memory.swap_limit_bytes =
		metric_min(usage->memory.swap_limit_bytes, inner->memory.swap_limit_bytes);
	usage->pids.limit = metric_min(usage->pids.limit, inner->pids.limit);
	usage->cpu.effective_microcpus = inner->cpu.effective_microcpus;
	usage->memory.effective_bytes = inner->memory.effective_bytes;
	usage->pids.effective_limit = inner->pids.effective_limit;
}

/*
 * A container is a subtree, not one directory: what it uses is what its top group counts, and what
 * limits it may be set on the top, or on a child that holds the processes (crun's "container",
 * nspawn's "payload").
 */
static void take_usage(const struct snapshot *snapshot, struct container *container)
{
	struct usage_net net = container->usage.net;
	uint32_t at = container->cgroup;

	container->inner_cgroup = INDEX_NONE;
	if (!has_cgroup(snapshot, container))
		return;
	container->usage = snapshot->cgroups[at].usage;
	container->usage.net = net;
	while (at != INDEX_NONE &&
	       snapshot->cgroups[at].container == snapshot->cgroups[container->cgroup].container) {
		if (at != container->cgroup)
			tighten(&container->usage, &snapshot->cgroups[at].usage);
		container->inner_cgroup = at;
		at = only_child(snapshot, at);
	}
}

static void resolve_state(struct container *container)
{
	const struct usage *usage = &container->usage;

	if (container->state == CONTAINER_STOPPED)
		return;
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

/* "exit 3", "SIGTERM", "SIGKILL, out of memory" */
static void resolve_ended(struct snapshot *snapshot, struct container *container)
{
	const char *why = container->oom_killed ? ", out of memory" : "";
	int code = container->exit_code;
	const char *signal = code > 128 ? sigabbrev_np(code - 128) : NULL;

	if (container->state != CONTAINER_STOPPED)
		return;
	container->ended = signal ? arena_printf(&snapshot->arena, "SIG%s%s", signal, why)
				  : arena_printf(&snapshot->arena, "exit %d%s", code, why);
}

void container_resolve(struct snapshot *snapshot)
{
	resolve_cgroups(snapshot);
	resolve_processes(snapshot);
	for (size_t i = 0; i < snapshot->containers_len; i++) {
		struct container *container = &snapshot->containers[i];

		resolve_parent(snapshot, container);
		take_usage(snapshot, container);
		resolve_state(container);
		resolve_shared(snapshot, container);
		resolve_ended(snapshot, container);
	}
}
