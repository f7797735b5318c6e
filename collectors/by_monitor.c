// SPDX-License-Identifier: MIT
/*
 * Engines' containers that have no cgroup of their own, as podman's are for a plain user on v1: what
 * an engine's monitor started is that engine's, if its state on disk says that it is. A process that is
 * merely called like a monitor proves nothing. Owns nothing.
 */
#include "collectors/by_namespace.h"

#include "collectors/engines/state.h"

/** struct group_asker - whose members are being confirmed */
struct group_asker {
	const struct identity_pass *ip;
	const struct ns_groups *groups;
	uint32_t index;
};

static uint64_t group_start_ticks(void *data, pid_t pid)
{
	const struct group_asker *asker = data;
	const struct pid_entry *entry = identity_entry(asker->ip, pid);

	return entry ? entry->start_ticks : 0;
}

static bool group_is_member(void *data, pid_t pid)
{
	const struct group_asker *asker = data;

	return ns_groups_of(asker->ip, asker->groups, pid) == asker->index;
}

static const char *group_home(void *data, uid_t uid)
{
	const struct group_asker *asker = data;

	return users_home(asker->ip->users, uid);
}

bool by_monitor(const struct identity_pass *ip, const struct ns_groups *groups, uint32_t index,
		struct claim *claim)
{
	const struct pid_entry *outside = groups->items[index].outside;
	struct group_asker asker = {ip, groups, index};
	struct engine_io io = {
		.root_fd = ip->root_fd,
		.cache = ip->state,
		.start_ticks = group_start_ticks,
		.is_member = group_is_member,
		.home = group_home,
		.data = &asker,
		.nested = groups->items[index].outer != INDEX_NONE,
	};
	struct engine_monitor monitor;

	if (!outside || !ip->state || outside->uid == (uid_t)-1)
		return false;
	monitor = (struct engine_monitor) {.comm = outside->comm, .uid = outside->uid};
	for (size_t i = 0; i < engines_len; i++) {
		struct claim tried = {
			.arena = claim->arena, .engine = engines[i]->name, .uid = monitor.uid};

		if (!engines[i]->claim_monitored)
			continue;
		if (!monitor.command)
			monitor.command = cmdlines_get(ip->cmdlines, outside);
		if (!monitor.command || !engines[i]->claim_monitored(&monitor, &tried))
			continue;
		if (engines[i]->confirm(&io, &tried, NULL) < 0 || !tried.confirmed)
			continue;
		*claim = tried;
		return true;
	}
	return false;
}
