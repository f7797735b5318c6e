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
	for (size_t i = 0; i < snapshot->containers_len; i++) {
		struct container *container = &snapshot->containers[i];

		resolve_parent(snapshot, container);
		take_usage(snapshot, container);
		resolve_state(container);
		resolve_shared(snapshot, container);
	}
}
