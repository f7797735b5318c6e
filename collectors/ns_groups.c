// SPDX-License-Identifier: MIT
/*
 * Which processes are in a sandbox that no engine told of. A process counts if it has a namespace or
 * a root directory of its own, compared with the host or with the main process of its service; it
 * belongs to the group of its parent if that counts too, because a sandbox is a tree of processes;
 * else to one that has its namespaces. A nested sandbox is a group of its own only if it has pid and
 * mount namespaces and a root of its own: what browsers, build tools and a systemd inside do to
 * their children is not a container each. Reads nothing but the names in /run/netns.
 */
#include "collectors/by_namespace.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/dir.h"

#define NS_BIT(type) (1u << (type))

/* States of an entry before it has a group; groups count from 0. */
#define GROUP_CANDIDATE (INDEX_NONE - 1)
#define GROUP_BUSY	(INDEX_NONE - 2)

/* In which order a namespace tells sandboxes apart. The cgroup and time namespaces say nothing. */
static const enum ns_type telling[] = {NS_PID, NS_MNT, NS_USER, NS_UTS, NS_IPC, NS_NET};

/* Programs that rootless engines run for their containers, with namespaces of their own; comms, of 15. */
static const char *const helpers[] = {
	"pasta",	"pasta.avx2",	   "passt",	   "passt.avx2",     "slirp4netns",
	"rootlessport", "rootlessport-c",  "aardvark-dns", "fuse-overlayfs", "rootlesskit",
	"conmon",	"containerd-shim", "containerd",   "dockerd",	     "docker-proxy",
};

/** struct finder - the groups in the making */
struct finder {
	const struct identity_pass *ip;
	struct ns_groups *groups;
	struct ns_inode_set named;   /* network namespaces */
	struct ns_inode_set claimed; /* of containers and monitors */
	uint32_t *stack;	     /* of entries whose parents are being looked at */
};

/* ---- Sets of inodes ---- */

void ns_inode_set_add(struct ns_inode_set *set, uint64_t inode)
{
	if (set->len == set->cap) {
		set->cap = set->cap ? set->cap * 2 : 16;
		set->items = xreallocarray(set->items, set->cap, sizeof(*set->items));
	}
	set->items[set->len++] = inode;
}

static int compare_inodes(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

void ns_inode_set_sort(struct ns_inode_set *set)
{
	if (set->len)
		qsort(set->items, set->len, sizeof(*set->items), compare_inodes);
}

bool ns_inode_set_has(const struct ns_inode_set *set, uint64_t inode)
{
	return set->len &&
	       bsearch(&inode, set->items, set->len, sizeof(*set->items), compare_inodes);
}

void ns_inode_set_named(struct ns_inode_set *set, int root_fd)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	struct dirent *entry;
	struct stat st;

	if (dir_open(root_fd, "run/netns", &fd, NULL) != READ_OK)
		return;
	dir = fdopendir(fd);
	if (!dir)
		return;
	(void)TAKE_FD(fd);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && fstatat(dirfd(dir), entry->d_name, &st, 0) == 0)
			ns_inode_set_add(set, st.st_ino);
	ns_inode_set_sort(set);
}

/* ---- Who counts ---- */

static const struct draft *draft_of(const struct identity_pass *ip, const struct pid_entry *entry)
{
	return entry->container == INDEX_NONE ? NULL : &ip->drafts[entry->container];
}

/* What an entry is compared with. */
static const uint64_t *base_ns(const struct identity_pass *ip, const struct draft *draft)
{
	if (draft && draft->claim.kind == CONTAINER_SERVICE && draft->leader &&
	    draft->leader->flags & PID_NS_READ)
		return draft->leader->ns;
	return ip->host_ns;
}

static unsigned int own_namespaces(const struct identity_pass *ip, const struct pid_entry *entry)
{
	const uint64_t *base = base_ns(ip, draft_of(ip, entry));
	unsigned int own = 0;

	for (size_t i = 0; i < ARRAY_LEN(telling); i++) {
		enum ns_type type = telling[i];

		if (entry->ns[type] && base[type] && entry->ns[type] != base[type])
			own |= NS_BIT(type);
	}
	return own;
}

static bool has_own_root(const struct identity_pass *ip, const struct pid_entry *entry)
{
	return entry->root_inode && ip->host_root_inode &&
	       (entry->root_inode != ip->host_root_inode || entry->root_dev != ip->host_root_dev);
}

static bool is_helper(const struct pid_entry *entry)
{
	for (size_t i = 0; i < ARRAY_LEN(helpers); i++)
		if (strcmp(entry->comm, helpers[i]) == 0)
			return true;
	return false;
}

/* Inside of what an engine claimed, by its cgroup or because it entered there. */
static bool is_claimed(const struct finder *finder, const struct pid_entry *entry, unsigned int own)
{
	const struct draft *draft = draft_of(finder->ip, entry);

	if (draft && (identity_is_container(draft->claim.kind) ||
		      draft->claim.kind == CONTAINER_MONITOR || draft->claim.kind == CONTAINER_POD))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(telling); i++)
		if (own & NS_BIT(telling[i]))
			return ns_inode_set_has(&finder->claimed, entry->ns[telling[i]]);
	return false;
}

static bool is_network_only(const struct finder *finder, const struct pid_entry *entry,
			    unsigned int own)
{
	if (own == NS_BIT(NS_NET))
		return true;
	return own == (NS_BIT(NS_NET) | NS_BIT(NS_MNT)) &&
	       ns_inode_set_has(&finder->named, entry->ns[NS_NET]);
}

static bool is_candidate(const struct finder *finder, const struct pid_entry *entry)
{
	const struct draft *draft = draft_of(finder->ip, entry);
	unsigned int own;
	bool own_root;

	if (!(entry->flags & PID_NS_READ) || entry->flags & PID_KERNEL_THREAD)
		return false;
	own = own_namespaces(finder->ip, entry);
	own_root = has_own_root(finder->ip, entry);
	if (!own && !own_root)
		return false;
	if (draft && draft->claim.kind == CONTAINER_SERVICE && !(own & NS_BIT(NS_PID)))
		return false;
	if (!own_root && is_network_only(finder, entry, own))
		return false;
	return !is_claimed(finder, entry, own) && !is_helper(entry);
}

/* ---- Groups ---- */

/* Whether an entry that no member of the group is parent of shares what the group is made of. */
static bool shares(const struct identity_pass *ip, const struct ns_group *group,
		   const struct pid_entry *entry)
{
	unsigned int own = own_namespaces(ip, entry);

	for (size_t i = 0; i < ARRAY_LEN(telling); i++)
		if (own & NS_BIT(telling[i]))
			return group->leader->ns[telling[i]] == entry->ns[telling[i]] ||
			       group->first->ns[telling[i]] == entry->ns[telling[i]];
	return group->own == 0 && group->leader->root_inode == entry->root_inode &&
	       group->leader->root_dev == entry->root_dev;
}

static bool is_nested(const struct ns_group *group, const struct pid_entry *parent,
		      const struct pid_entry *entry)
{
	const struct pid_entry *leader = group->leader;

	return entry->ns[NS_PID] != parent->ns[NS_PID] && entry->ns[NS_PID] != leader->ns[NS_PID] &&
	       entry->ns[NS_MNT] != leader->ns[NS_MNT] &&
	       entry->ns[NS_MNT] != group->first->ns[NS_MNT] && entry->root_inode &&
	       (entry->root_inode != leader->root_inode || entry->root_dev != leader->root_dev);
}

static uint32_t add_group(struct finder *finder, struct pid_entry *entry, uint32_t outer)
{
	struct ns_groups *groups = finder->groups;

	if (groups->len == groups->cap) {
		groups->cap = groups->cap ? groups->cap * 2 : 16;
		groups->items = xreallocarray(groups->items, groups->cap, sizeof(*groups->items));
	}
	groups->items[groups->len] = (struct ns_group) {.first = entry,
							.leader = entry,
							.outer = outer,
							.around = entry->container,
							.draft = INDEX_NONE};
	return (uint32_t)groups->len++;
}

static uint32_t join(struct finder *finder, struct pid_entry *entry, const struct pid_entry *parent,
		     uint32_t parent_group)
{
	struct ns_groups *groups = finder->groups;

	if (parent_group != INDEX_NONE) {
		if (!is_nested(&groups->items[parent_group], parent, entry))
			return parent_group;
		return add_group(finder, entry, parent_group);
	}
	for (size_t i = 0; i < groups->len; i++)
		if (shares(finder->ip, &groups->items[i], entry))
			return (uint32_t)i;
	return add_group(finder, entry, INDEX_NONE);
}

static void add_member(struct finder *finder, struct pid_entry *entry, uint32_t index)
{
	struct ns_group *group = &finder->groups->items[index];

	group->members++;
	if (group->around != entry->container)
		group->around = INDEX_NONE;
	if (entry != group->leader && identity_leads(entry, group->leader, true))
		group->leader = entry;
	group->own = own_namespaces(finder->ip, group->leader);
}

/* A pid may have been reused since the parent was read: a parent is older. */
static struct pid_entry *parent_of(const struct identity_pass *ip, const struct pid_entry *entry)
{
	struct pid_entry *parent = entry->ppid > 0 ? identity_entry(ip, entry->ppid) : NULL;

	return parent && parent->start_ticks <= entry->start_ticks ? parent : NULL;
}

static uint32_t index_of(const struct identity_pass *ip, const struct pid_entry *entry)
{
	size_t low = 0, high = ip->entries_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ip->entries[middle]->pid < entry->pid)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

/* Up to the first ancestor that has its group or is no candidate, then down again. Not by recursion:
 * a chain of parents may be as long as the pid table. */
static void resolve(struct finder *finder, uint32_t index)
{
	uint32_t *of = finder->groups->of, group = INDEX_NONE;
	struct pid_entry *parent = NULL;
	size_t depth = 0;

	while (of[index] == GROUP_CANDIDATE) {
		of[index] = GROUP_BUSY;
		finder->stack[depth++] = index;
		parent = parent_of(finder->ip, finder->ip->entries[index]);
		if (!parent)
			break;
		index = index_of(finder->ip, parent);
	}
	if (parent && of[index] < GROUP_BUSY)
		group = of[index];
	while (depth > 0) {
		struct pid_entry *entry = finder->ip->entries[finder->stack[--depth]];

		group = join(finder, entry, parent, group);
		of[finder->stack[depth]] = group;
		add_member(finder, entry, group);
		parent = entry;
	}
}

/* Parents that were read at different times may form a ring; nobody is outside of that. */
static void find_outside(struct finder *finder)
{
	struct ns_groups *groups = finder->groups;

	for (uint32_t i = 0; i < groups->len; i++) {
		struct pid_entry *at = parent_of(finder->ip, groups->items[i].leader);
		uint32_t steps = 0;

		while (at && groups->of[index_of(finder->ip, at)] == i)
			at = steps++ < groups->items[i].members ? parent_of(finder->ip, at) : NULL;
		groups->items[i].outside = at;
	}
}

static void gather_claimed(struct finder *finder)
{
	const struct identity_pass *ip = finder->ip;

	for (size_t i = 0; i < ip->drafts_len; i++) {
		const struct draft *draft = &ip->drafts[i];

		if (!draft->leader || (!identity_is_container(draft->claim.kind) &&
				       draft->claim.kind != CONTAINER_MONITOR))
			continue;
		for (size_t t = 0; t < ARRAY_LEN(telling); t++)
			if (draft->leader->ns[telling[t]] != ip->host_ns[telling[t]])
				ns_inode_set_add(&finder->claimed, draft->leader->ns[telling[t]]);
	}
	ns_inode_set_sort(&finder->claimed);
}

void ns_groups_find(const struct identity_pass *ip, struct ns_groups *out)
{
	struct finder finder = {.ip = ip, .groups = out};
	size_t candidates = 0;

	*out = (struct ns_groups) {.of = xcalloc(ip->entries_len + 1, sizeof(uint32_t))};
	gather_claimed(&finder);
	ns_inode_set_named(&finder.named, ip->pass->root_fd);
	for (size_t i = 0; i < ip->entries_len; i++) {
		bool is = is_candidate(&finder, ip->entries[i]);

		out->of[i] = is ? GROUP_CANDIDATE : INDEX_NONE;
		candidates += is;
	}
	finder.stack = xcalloc(candidates + 1, sizeof(uint32_t));
	for (uint32_t i = 0; i < ip->entries_len; i++)
		if (out->of[i] == GROUP_CANDIDATE)
			resolve(&finder, i);
	find_outside(&finder);
	free(finder.stack);
	free(finder.named.items);
	free(finder.claimed.items);
}

uint32_t ns_groups_of(const struct identity_pass *ip, const struct ns_groups *groups, pid_t pid)
{
	const struct pid_entry *entry = identity_entry(ip, pid);

	return entry ? groups->of[index_of(ip, entry)] : INDEX_NONE;
}

void ns_groups_finish(struct ns_groups *groups)
{
	free(groups->items);
	free(groups->of);
	*groups = (struct ns_groups) {NULL, 0, 0, NULL};
}
