// SPDX-License-Identifier: MIT
/*
 * Rows for containers made by hand with unshare, chroot or bwrap, which have no name and often no
 * cgroup, and for those that an engine made without one (by_monitor.c). A group that fills a cgroup
 * made by hand makes that one the container, so that its limits are where one looks for them; else it
 * is a row by namespace, whose usage is the sum over its processes. Browsers put their children in
 * namespaces: all groups of one program are one app.
 */
#include "collectors/by_namespace.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "collectors/sandboxes.h"

/* For so long after its first process began a group may be a container that an engine is making: its
 * runtime enters the namespaces before the cgroup that tells whose it is. */
#define MAKING_USEC 1000000u

/* How children of browsers show: Chromium and what is built on it, Firefox. */
static const char *const browser_marks[] = {" --type=", " -contentproc"};

/* A name says more than that of the program which only set the sandbox up. */
static const char *const wrappers[] = {"bwrap", "unshare", "chroot", "tini", "catatonit", "sudo"};

static bool is_wrapper(const struct pid_entry *entry)
{
	for (size_t i = 0; i < ARRAY_LEN(wrappers); i++)
		if (strcmp(entry->comm, wrappers[i]) == 0)
			return true;
	return false;
}

static bool is_browser_child(const struct identity_pass *ip, const struct pid_entry *entry)
{
	const char *command = cmdlines_get(ip->cmdlines, entry);

	for (size_t i = 0; command && i < ARRAY_LEN(browser_marks); i++)
		if (strstr(command, browser_marks[i]))
			return true;
	return false;
}

/* ---- What it is called ---- */

static const char *engine_of(const struct ns_group *group)
{
	if (strcmp(group->leader->comm, "bwrap") == 0 || strcmp(group->first->comm, "bwrap") == 0 ||
	    (group->outside && strcmp(group->outside->comm, "bwrap") == 0))
		return "bubblewrap";
	return group->own ? "unshare" : "chroot";
}

/* The oldest child of the leader, where the leader is only the wrapper. */
static const struct pid_entry *named_after(const struct identity_pass *ip,
					   const struct ns_groups *groups, uint32_t index)
{
	const struct pid_entry *leader = groups->items[index].leader, *child = NULL;

	if (!is_wrapper(leader))
		return leader;
	for (size_t i = 0; i < ip->entries_len; i++) {
		const struct pid_entry *entry = ip->entries[i];

		if (groups->of[i] == index && entry->ppid == leader->pid &&
		    (!child || identity_leads(entry, child, true)))
			child = entry;
	}
	return child ? child : leader;
}

static enum ns_type telling_type(const struct ns_group *group)
{
	static const enum ns_type order[] = {NS_PID, NS_MNT, NS_USER, NS_UTS, NS_IPC, NS_NET};

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (group->own & 1u << order[i])
			return order[i];
	return NS_TYPES;
}

static uint64_t key_of(const struct ns_group *group)
{
	const struct pid_entry *leader = group->leader;
	enum ns_type type = telling_type(group);

	return type < NS_TYPES
		       ? container_key(NULL, leader->ns[type])
		       : container_key("chroot", leader->root_inode ^ leader->root_dev << 40);
}

static void describe(struct identity_pass *ip, const struct ns_groups *groups, uint32_t index,
		     struct claim *claim)
{
	const struct ns_group *group = &groups->items[index];
	const struct pid_entry *leader = group->leader;
	const char *comm = named_after(ip, groups, index)->comm;
	enum ns_type type = telling_type(group);

	claim->kind = CONTAINER_CONTAINER;
	claim->engine = engine_of(group);
	claim->confirmed = true;
	claim->name = leader->root ? arena_printf(claim->arena, "%s@%s", comm, leader->root)
				   : arena_printf(claim->arena, "%s-%d", comm, leader->pid);
	if (type < NS_TYPES)
		claim->id = arena_printf(claim->arena, "%s:[%llu]", ns_type_text(type),
					 (unsigned long long)leader->ns[type]);
	claim->uid = leader->uid == (uid_t)-1 ? 0 : leader->uid;
}

/* ---- The cgroup that it fills ---- */

/* Members of @around that are not in the group are let pass if they only started it: the shell that
 * wrote itself into the cgroup, unshare, sudo. */
static uint32_t count_starters(const struct identity_pass *ip, const struct ns_group *group)
{
	const struct pid_entry *at = group->outside;
	uint32_t count = 0;

	/* as many at most as there are: parents may form a ring */
	while (at && at->container == group->around && count < ip->entries_len) {
		count++;
		at = at->ppid > 0 && at->ppid != at->pid ? identity_entry(ip, at->ppid) : NULL;
	}
	return count;
}

static bool fills_cgroup(const struct identity_pass *ip, const struct ns_group *group)
{
	const struct draft *around;

	if (group->around == INDEX_NONE || group->outer != INDEX_NONE)
		return false;
	around = &ip->drafts[group->around];
	return around->claim.kind == CONTAINER_CGROUP &&
	       group->members + count_starters(ip, group) == around->members;
}

static void take_cgroup(struct identity_pass *ip, struct ns_group *group)
{
	struct draft *draft = &ip->drafts[group->around];

	draft->claim.kind = CONTAINER_CONTAINER;
	draft->claim.engine = engine_of(group);
	draft->leader = group->leader;
	group->draft = group->around;
}

/* ---- Rows ---- */

/* An app's row is found again for its next group by the process that opened both. */
static uint32_t find_app(const struct identity_pass *ip, const struct ns_groups *groups,
			 uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (groups->items[i].draft != INDEX_NONE &&
		    groups->items[i].outside == groups->items[index].outside &&
		    ip->drafts[groups->items[i].draft].claim.kind == CONTAINER_APP)
			return groups->items[i].draft;
	return INDEX_NONE;
}

/* Who looks once would never see it: it is shown to those at once. */
static bool may_be_in_the_making(const struct identity_pass *ip, const struct ns_group *group)
{
	const struct snapshot *snapshot = ip->snapshot;
	uint64_t start_usec;

	if (!ip->pass->options->lasting || !group->leader->start_ticks || !snapshot->tick_hz)
		return false;
	start_usec = group->leader->start_ticks * (1000000u / snapshot->tick_hz);
	return snapshot->boottime_usec < start_usec + MAKING_USEC;
}

/* Return: NULL where there is none yet, as it may be in the making. */
static struct draft *add_row(struct identity_pass *ip, struct ns_groups *groups, uint32_t index)
{
	struct ns_group *group = &groups->items[index];
	struct draft *draft = identity_add(ip);

	draft->by_namespace = true;
	draft->leader = group->leader;
	draft->parent = group->outer == INDEX_NONE ? INDEX_NONE : groups->items[group->outer].draft;
	if (draft->parent == INDEX_NONE)
		draft->parent = group->around;
	draft->key = key_of(group);
	if (!sandboxes_claim(ip->sandboxes, group->leader, group->outside, &draft->claim) &&
	    !by_monitor(ip, groups, index, &draft->claim)) {
		if (may_be_in_the_making(ip, group)) {
			ip->drafts_len--;
			return NULL;
		}
		describe(ip, groups, index, &draft->claim);
	}
	group->draft = (uint32_t)ip->drafts_len - 1;
	return draft;
}

static void add_app(struct identity_pass *ip, struct ns_groups *groups, uint32_t index)
{
	struct ns_group *group = &groups->items[index];
	struct draft *draft;

	group->draft = find_app(ip, groups, index);
	if (group->draft != INDEX_NONE)
		return;
	draft = add_row(ip, groups, index);
	if (!draft)
		return;
	draft->claim.kind = CONTAINER_APP;
	draft->claim.name = arena_strdup(draft->claim.arena, group->outside->comm);
	draft->key = container_key(draft->claim.name, (uint64_t)group->outside->pid);
}

static void make_row(struct identity_pass *ip, struct ns_groups *groups, uint32_t index)
{
	struct ns_group *group = &groups->items[index];

	if (group->outside && is_browser_child(ip, group->leader))
		add_app(ip, groups, index);
	else if (fills_cgroup(ip, group))
		take_cgroup(ip, group);
	else
		add_row(ip, groups, index);
}

void by_namespace(struct identity_pass *ip)
{
	struct ns_groups groups;

	ns_groups_find(ip, &groups);
	for (uint32_t i = 0; i < groups.len; i++)
		make_row(ip, &groups, i);
	for (size_t i = 0; i < ip->entries_len; i++)
		if (groups.of[i] != INDEX_NONE && groups.items[groups.of[i]].draft != INDEX_NONE)
			ip->entries[i]->container = groups.items[groups.of[i]].draft;
	ns_groups_finish(&groups);
}
