/* SPDX-License-Identifier: MIT */
/*
 * Processes grouped by the namespaces and the root directory that they have to themselves. Between
 * finding the groups (ns_groups.c) and making rows of them (by_namespace.c).
 */
#ifndef BOXTOP_COLLECTORS_BY_NAMESPACE_H
#define BOXTOP_COLLECTORS_BY_NAMESPACE_H

#include "collectors/identity.h"

/** struct ns_group - processes that are in one sandbox */
struct ns_group {
	struct pid_entry *first;   /* who opened it: descendants belong to it */
	struct pid_entry *leader;  /* the first process inside */
	struct pid_entry *outside; /* the leader's nearest ancestor that is not in it; NULL */
	uint32_t outer;		   /* group that it is nested in, or INDEX_NONE */
	uint32_t around;	   /* draft that all members' cgroups belong to, or INDEX_NONE */
	uint32_t members;
	unsigned int own; /* bit 1 << type of the namespaces that the leader has to itself */
	uint32_t draft;	  /* row that it became, or INDEX_NONE */
};

/** struct ns_groups - all of a pass; init with ns_groups_find(), free with ns_groups_finish() */
struct ns_groups {
	struct ns_group *items;
	size_t len, cap;
	uint32_t *of; /* by index of the entry: its group, or INDEX_NONE */
};

/**
 * ns_groups_find() - group the processes that no engine's container holds
 *
 * In no group are: kernel threads; processes whose links can't be read; members of containers and
 * monitors, and who entered their namespaces (nsenter, docker exec); services, unless with a pid
 * namespace that their main process doesn't have: mount, network and user namespaces of a service are
 * systemd's hardening (PrivateTmp= and kin) or the service's own, and a chroot is a daemon's; a
 * network namespace alone, or with the mount namespace that `ip netns exec` makes for a named one: it
 * is not what a container is, and the namespaces screen shows it; helpers of rootless engines.
 */
void ns_groups_find(const struct identity_pass *ip, struct ns_groups *out);
/** ns_groups_of() - index of the group that a process is in, or INDEX_NONE */
uint32_t ns_groups_of(const struct identity_pass *ip, const struct ns_groups *groups, pid_t pid);
void ns_groups_finish(struct ns_groups *groups);

/**
 * by_monitor() - fill @claim for the container of a group that an engine's monitor started
 * @claim: with its arena; changed only if the engine's state confirms it
 *
 * Return: whether one did.
 */
bool by_monitor(const struct identity_pass *ip, const struct ns_groups *groups, uint32_t index,
		struct claim *claim);

/** ns_inode_set - sorted inodes of namespaces */
struct ns_inode_set {
	uint64_t *items;
	size_t len, cap;
};
/** ns_inode_set_named() - of the network namespaces that have a name in run/netns below @root_fd */
void ns_inode_set_named(struct ns_inode_set *set, int root_fd);
void ns_inode_set_add(struct ns_inode_set *set, uint64_t inode);
void ns_inode_set_sort(struct ns_inode_set *set);
bool ns_inode_set_has(const struct ns_inode_set *set, uint64_t inode);

#endif
