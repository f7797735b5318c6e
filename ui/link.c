/* SPDX-License-Identifier: MIT */
/* From a row to what belongs to it, by what the snapshot says. Pure. */
#include "ui/link.h"

/* A namespace says more about a container the rarer it is to have one of one's own. */
static const enum ns_type ns_preference[] = {NS_PID, NS_NET, NS_MNT, NS_USER, NS_IPC, NS_UTS};

static uint32_t find_container(const struct snapshot *world, uint64_t key)
{
	for (uint32_t i = 0; i < world->containers_len; i++)
		if (world->containers[i].key == key)
			return i;
	return INDEX_NONE;
}

bool link_is_container(const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);
	return cgroup && cgroup->container != INDEX_NONE &&
	       row->snapshot->containers[cgroup->container].cgroup == row->index;
}

static const struct process *first_in_ns(const struct row *row)
{
	const struct ns *ns = row_ns(row);
	return ns->first_pid ? snapshot_find_process(row->snapshot, ns->first_pid) : NULL;
}

uint32_t link_container(const struct row *row, const struct snapshot *world)
{
	const struct process *first;
	switch (row->kind) {
	case ROW_CONTAINER:
		return row->index;
	case ROW_CGROUP:
		return row_cgroup(row)->container;
	case ROW_PROCESS:
		return row_process(row)->container;
	case ROW_NS:
		first = first_in_ns(row);
		return row_ns(row)->container != INDEX_NONE ? row_ns(row)->container
		       : first				    ? first->container
							    : INDEX_NONE;
	case ROW_EVENT:
		return world ? find_container(world, row_event(row)->container) : INDEX_NONE;
	}
	return INDEX_NONE;
}

uint32_t link_cgroup(const struct row *row, const struct snapshot *world)
{
	const struct process *first;
	uint32_t container;
	switch (row->kind) {
	case ROW_CGROUP:
		return row->index;
	case ROW_PROCESS:
		return row_process(row)->cgroup;
	case ROW_NS:
		first = first_in_ns(row);
		return first ? first->cgroup : INDEX_NONE;
	case ROW_CONTAINER:
	case ROW_EVENT:
		container = link_container(row, world);
		return container < world->containers_len ? world->containers[container].cgroup
							 : INDEX_NONE;
	}
	return INDEX_NONE;
}

/* The first process of a cgroup or of one below it; INDEX_NONE */
static uint32_t first_process(const struct snapshot *world, uint32_t cgroup)
{
	uint32_t end = world->cgroups[cgroup].subtree_end;
	for (uint32_t i = 0; i < world->processes_len; i++) {
		uint32_t at = world->processes[i].cgroup;
		if (at >= cgroup && at < end)
			return i;
	}
	return INDEX_NONE;
}

static uint32_t process_of_pid(const struct snapshot *world, pid_t pid)
{
	const struct process *process = pid ? snapshot_find_process(world, pid) : NULL;
	return process ? (uint32_t)(process - world->processes) : INDEX_NONE;
}

static uint32_t link_process(const struct row *row, const struct snapshot *world)
{
	if (row->kind == ROW_PROCESS)
		return row->index;
	if (row->kind == ROW_NS)
		return process_of_pid(world, row_ns(row)->first_pid);
	if (row->kind == ROW_CGROUP)
		return first_process(world, row->index);
	uint32_t container = link_container(row, world);
	return container < world->containers_len
		       ? process_of_pid(world, world->containers[container].leader)
		       : INDEX_NONE;
}

static uint32_t find_ns(const struct snapshot *world, enum ns_type type, uint64_t id)
{
	for (uint32_t i = 0; id && i < world->namespaces_len; i++)
		if (world->namespaces[i].type == type && world->namespaces[i].id == id)
			return i;
	return INDEX_NONE;
}

/* The first by preference that is not the host's; else the host's of the first kind. */
static uint32_t pick_ns(const struct snapshot *world, const uint64_t ns[NS_TYPES])
{
	uint32_t host = INDEX_NONE;
	for (size_t i = 0; i < sizeof(ns_preference) / sizeof(ns_preference[0]); i++) {
		uint32_t index = find_ns(world, ns_preference[i], ns[ns_preference[i]]);
		if (index == INDEX_NONE)
			continue;
		if (!world->namespaces[index].is_host)
			return index;
		if (host == INDEX_NONE)
			host = index;
	}
	return host;
}

static uint32_t link_ns(const struct row *row, const struct snapshot *world)
{
	if (row->kind == ROW_NS)
		return row->index;
	uint32_t container = link_container(row, world), process = link_process(row, world);
	if (process < world->processes_len)
		return pick_ns(world, world->processes[process].ns);
	return container < world->containers_len ? pick_ns(world, world->containers[container].ns)
						 : INDEX_NONE;
}

/* The newest about the container that a row belongs to. */
static uint32_t link_event(const struct row *row, const struct snapshot *world,
			   const struct snapshot *events)
{
	if (row->kind == ROW_EVENT)
		return row->index;
	uint32_t container = link_container(row, world);
	if (container >= world->containers_len)
		return INDEX_NONE;
	for (size_t i = events->events_len; i-- > 0;)
		if (events->events[i].container == world->containers[container].key)
			return (uint32_t)i;
	return INDEX_NONE;
}

struct row_key link_row(const struct row *row, enum row_kind to, const struct snapshot *world,
			const struct snapshot *events)
{
	struct row found = {to == ROW_EVENT ? events : world, to, INDEX_NONE};
	switch (to) {
	case ROW_CONTAINER:
		found.index = link_container(row, world);
		break;
	case ROW_CGROUP:
		found.index = link_cgroup(row, world);
		break;
	case ROW_PROCESS:
		found.index = link_process(row, world);
		break;
	case ROW_NS:
		found.index = link_ns(row, world);
		break;
	case ROW_EVENT:
		found.index = link_event(row, world, events);
		break;
	}
	return found.index == INDEX_NONE ? (struct row_key) {0} : row_key(&found);
}

bool link_find(struct row_key key, const struct snapshot *snapshot, struct row *out)
{
	size_t len = snapshot ? rows_len(snapshot, key.kind) : 0;
	for (uint32_t i = 0; i < len; i++) {
		*out = (struct row) {snapshot, key.kind, i};
		if (row_key_eq(row_key(out), key))
			return true;
	}
	return false;
}
