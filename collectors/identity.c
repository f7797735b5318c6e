// SPDX-License-Identifier: MIT
/*
 * The identity collector: who each cgroup belongs to. It walks the cgroups in preorder, keeps what
 * encloses the current one, and decides which become rows; then it finds every row's first process.
 * It owns the caches below; it never reads a cgroup file, and never asks a daemon.
 *
 * What becomes a row: whatever an engine or systemd claims; and a group that nobody claims if it has
 * processes and nothing around it has a row that it is part of, so that of /mine/a and /mine/b each
 * is one. Units inside of a container, and unconfirmed empty look-alikes inside of one, are no rows.
 */
#include "collectors/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/parse.h"
#include "collectors/engines/state.h"
#include "collectors/sandboxes.h"

/** struct identity - the collector's state */
struct identity {
	struct claims *claims;
	struct state_cache *state;
	struct users *users;
	struct cmdlines *cmdlines;
	struct sandboxes *sandboxes;
	int root_fd;
	bool state_dirs;
	uint64_t now_usec;	    /* of this pass */
	struct pid_entry **entries; /* memory of the passes */
	size_t entries_cap;
	struct draft *drafts;
	size_t drafts_cap;
};

/* ---- Shared with by_namespace.c ---- */

struct draft *identity_add(struct identity_pass *ip)
{
	struct draft *draft;

	if (ip->drafts_len == ip->drafts_cap) {
		ip->drafts_cap = ip->drafts_cap ? ip->drafts_cap * 2 : 64;
		ip->drafts = xreallocarray(ip->drafts, ip->drafts_cap, sizeof(*ip->drafts));
	}
	draft = &ip->drafts[ip->drafts_len++];
	*draft = (struct draft) {.cgroup = INDEX_NONE, .parent = INDEX_NONE};
	draft->claim.arena = &ip->snapshot->arena;
	return draft;
}

struct pid_entry *identity_entry(const struct identity_pass *ip, pid_t pid)
{
	size_t low = 0, high = ip->entries_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ip->entries[middle]->pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ip->entries_len && ip->entries[low]->pid == pid ? ip->entries[low] : NULL;
}

bool identity_is_container(enum container_kind kind)
{
	switch (kind) {
	case CONTAINER_CONTAINER:
	case CONTAINER_SANDBOX:
	case CONTAINER_PAUSE:
	case CONTAINER_VM:
	case CONTAINER_APP:
		return true;
	default:
		return false;
	}
}

bool identity_leads(const struct pid_entry *a, const struct pid_entry *b, bool inside)
{
	pid_t inner_a = a->inner_pid ? a->inner_pid : a->pid;
	pid_t inner_b = b->inner_pid ? b->inner_pid : b->pid;

	if (!a->start_ticks != !b->start_ticks) /* nothing is known yet of one of them */
		return a->start_ticks != 0;
	if (inside && a->ns[NS_PID] != b->ns[NS_PID] && inner_a != inner_b)
		return inner_a < inner_b;
	if (a->start_ticks != b->start_ticks)
		return a->start_ticks < b->start_ticks;
	return a->pid < b->pid;
}

/* ---- What confirming may ask ---- */

/** struct asker - whose subtree is being confirmed */
struct asker {
	struct identity *identity;
	struct identity_pass *ip;
	uint32_t cgroup;
};

static uint32_t member_cgroup(const struct pass *pass, pid_t pid)
{
	size_t low = 0, high = pass->members_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pass->members[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < pass->members_len && pass->members[low].pid == pid ? pass->members[low].cgroup
									: INDEX_NONE;
}

static bool asker_is_member(void *data, pid_t pid)
{
	const struct asker *asker = data;
	uint32_t cgroup = member_cgroup(asker->ip->pass, pid);

	return cgroup != INDEX_NONE && cgroup >= asker->cgroup &&
	       cgroup < asker->ip->snapshot->cgroups[asker->cgroup].subtree_end;
}

static uint64_t asker_start_ticks(void *data, pid_t pid)
{
	const struct asker *asker = data;
	const struct pid_entry *entry = identity_entry(asker->ip, pid);
	struct strbuf buf = STRBUF_INIT;
	struct parse_stat stat;
	uint64_t ticks = 0;
	char path[32];

	if (entry && entry->start_ticks)
		return entry->start_ticks;
	snprintf(path, sizeof(path), "%d/stat", pid);
	if (dir_read(asker->ip->pass->proc_fd, path, &buf, NULL) == READ_OK &&
	    parse_proc_stat(strbuf_span(&buf), &stat, NULL) == 0)
		ticks = stat.start_ticks;
	strbuf_finish(&buf);
	return ticks;
}

static const char *asker_home(void *data, uid_t uid)
{
	const struct asker *asker = data;

	return users_home(asker->identity->users, uid);
}

static void look(struct identity *identity, struct identity_pass *ip, struct known *known,
		 uint32_t cgroup, bool nested)
{
	struct asker asker = {identity, ip, cgroup};
	struct engine_io io = {
		.root_fd = identity->root_fd,
		.cache = identity->state,
		.start_ticks = asker_start_ticks,
		.is_member = asker_is_member,
		.home = asker_home,
		.data = &asker,
		.sandboxes = ip->sandboxes,
		.nested = nested,
	};

	if (identity->state_dirs && claims_is_due(known, identity->now_usec, nested))
		claims_look(identity->claims, known, &ip->snapshot->cgroups[cgroup], &io,
			    identity->now_usec);
}

/* ---- Rows from cgroups ---- */

/* Kept for passes that don't read the members. */
static bool has_processes(struct known *known, const struct cgroup *cgroup)
{
	if (metric_is_known(cgroup->own_processes))
		known->had_processes = cgroup->own_processes.value > 0;
	return known->had_processes;
}

static bool is_empty(const struct identity_pass *ip, uint32_t index)
{
	const struct cgroup *cgroups = ip->snapshot->cgroups;

	for (uint32_t i = index; i < cgroups[index].subtree_end; i++)
		if (!metric_is_known(cgroups[i].own_processes) || cgroups[i].own_processes.value)
			return false;
	return true;
}

/** struct place - where the walk is */
struct place {
	uint32_t cgroup;
	uint32_t around; /* innermost draft around it, or INDEX_NONE */
	bool nested;	 /* inside of a container */
};

static bool claimed_is_row(const struct identity_pass *ip, const struct known *known,
			   struct place place)
{
	if (!place.nested)
		return true;
	if (!known->engine->confirm) /* a unit of a systemd in a container */
		return false;
	return known->claim.confirmed || !is_empty(ip, place.cgroup);
}

/* A group that nobody claims is part of the row around it, unless that is a mere slice. */
static bool unknown_is_row(const struct identity_pass *ip, struct known *known, struct place place)
{
	const struct cgroup *cgroup = &ip->snapshot->cgroups[place.cgroup];

	return cgroup->parent != INDEX_NONE && has_processes(known, cgroup) &&
	       (place.around == INDEX_NONE ||
		ip->drafts[place.around].claim.kind == CONTAINER_SLICE);
}

static void draft_claimed(struct draft *draft, const struct known *known)
{
	draft->claim = claim_copy(known, draft->claim.arena);
}

static void draft_by_hand(struct draft *draft, const struct known *known)
{
	const char *path = known->path;

	draft->claim.kind = CONTAINER_CGROUP;
	draft->claim.engine = "cgroup";
	draft->claim.name = arena_strdup(draft->claim.arena, path + (path[0] == '/'));
	draft->claim.confirmed = true;
}

static void visit(struct identity *identity, struct identity_pass *ip, struct place *place)
{
	struct cgroup *cgroup = &ip->snapshot->cgroups[place->cgroup];
	struct known *known = claims_find(identity->claims, cgroup, ip->snapshot->sequence);
	struct draft *draft;
	bool claimed, row;

	if (cgroup->parent != INDEX_NONE)
		look(identity, ip, known, place->cgroup, place->nested);
	claimed = known->verdict == PATH_CLAIMED && cgroup->parent != INDEX_NONE;
	row = claimed ? claimed_is_row(ip, known, *place)
		      : known->verdict == PATH_UNKNOWN && unknown_is_row(ip, known, *place);
	if (!row)
		return;
	draft = identity_add(ip);
	draft->cgroup = place->cgroup;
	draft->parent = place->around;
	(claimed ? draft_claimed : draft_by_hand)(draft, known);
	draft->key = known->key;
	if (!ip->denied)
		ip->denied = known->denied;
	place->around = (uint32_t)ip->drafts_len - 1;
}

/* Preorder: what encloses a group is found by going up the drafts until one holds it. */
static void walk_cgroups(struct identity *identity, struct identity_pass *ip)
{
	struct cgroup *cgroups = ip->snapshot->cgroups;
	struct place place = {.around = INDEX_NONE};

	for (uint32_t i = 0; i < ip->snapshot->cgroups_len; i++) {
		while (place.around != INDEX_NONE &&
		       i >= cgroups[ip->drafts[place.around].cgroup].subtree_end)
			place.around = ip->drafts[place.around].parent;
		place.cgroup = i;
		place.nested = false;
		for (uint32_t d = place.around; d != INDEX_NONE; d = ip->drafts[d].parent)
			place.nested |= identity_is_container(ip->drafts[d].claim.kind);
		visit(identity, ip, &place);
		cgroups[i].container = place.around;
	}
}

/* ---- Processes of rows ---- */

static void place_processes(struct identity_pass *ip)
{
	for (size_t i = 0; i < ip->entries_len; i++) {
		struct pid_entry *entry = ip->entries[i];
		struct draft *draft;

		entry->container = entry->cgroup == INDEX_NONE
					   ? INDEX_NONE
					   : ip->snapshot->cgroups[entry->cgroup].container;
		if (entry->container == INDEX_NONE)
			continue;
		draft = &ip->drafts[entry->container];
		draft->members++;
		if (!draft->leader ||
		    identity_leads(entry, draft->leader, identity_is_container(draft->claim.kind)))
			draft->leader = entry;
	}
}

/* The state on disk knows the leader; a pod or a slice has none. */
static void settle_leader(struct identity_pass *ip, struct draft *draft)
{
	const struct pid_entry *entry;

	if (draft->claim.kind == CONTAINER_POD || draft->claim.kind == CONTAINER_SLICE)
		draft->leader = NULL;
	/* Of processes that are hidden from us the first one may be any. */
	if (ip->hidden && !identity_is_container(draft->claim.kind))
		draft->leader = NULL;
	if (!draft->claim.leader)
		return;
	entry = identity_entry(ip, draft->claim.leader);
	if (entry && (!entry->start_ticks || entry->start_ticks == draft->claim.leader_start_ticks))
		draft->leader = entry;
}

static void settle_pause(struct draft *draft)
{
	if (draft->claim.kind == CONTAINER_CONTAINER && draft->claim.pod && draft->members == 1 &&
	    draft->leader && strcmp(draft->leader->comm, "pause") == 0)
		draft->claim.kind = CONTAINER_PAUSE;
}

static struct draft *pod_of(struct identity_pass *ip, const struct draft *draft)
{
	struct draft *pod = draft->parent == INDEX_NONE ? NULL : &ip->drafts[draft->parent];

	if (!pod || pod->claim.kind != CONTAINER_POD || !draft->claim.confirmed ||
	    !draft->claim.pod)
		return NULL;
	return pod;
}

/* Of podman's pods the path tells the beginning of the id. */
static bool is_pod_id(const struct claim *pod, const char *name)
{
	return pod->id && strncmp(pod->id, name, strlen(name)) == 0;
}

/* A pod's own name stands in what its containers say, of one of podman in what one of them says. */
static void settle_pod(struct identity_pass *ip, const struct draft *draft)
{
	struct draft *pod = pod_of(ip, draft);

	if (!pod || is_pod_id(&pod->claim, draft->claim.pod))
		return;
	pod->claim.name = draft->claim.pod;
	pod->claim.pod = draft->claim.pod;
	pod->claim.pod_namespace = draft->claim.pod_namespace;
}

static void settle_pod_member(struct identity_pass *ip, struct draft *draft)
{
	const struct draft *pod = pod_of(ip, draft);

	if (pod && pod->claim.pod && is_pod_id(&pod->claim, draft->claim.pod))
		draft->claim.pod = pod->claim.pod;
}

static void settle(struct identity_pass *ip)
{
	for (size_t i = 0; i < ip->drafts_len; i++) {
		settle_leader(ip, &ip->drafts[i]);
		settle_pause(&ip->drafts[i]);
		settle_pod(ip, &ip->drafts[i]);
	}
	for (size_t i = 0; i < ip->drafts_len; i++)
		settle_pod_member(ip, &ip->drafts[i]);
}

/* ---- To the snapshot ---- */

static void fill_from_leader(const struct identity_pass *ip, struct container *container,
			     const struct pid_entry *leader)
{
	const struct snapshot *snapshot = ip->snapshot;
	const char *command = cmdlines_get(ip->cmdlines, leader);

	container->leader = leader->pid;
	container->command = arena_strdup(&ip->snapshot->arena, command);
	memcpy(container->ns, leader->ns, sizeof(container->ns));
	for (size_t type = 0; type < NS_TYPES; type++)
		if (leader->ns[type] && leader->ns[type] == ip->host_ns[type])
			container->ns_shared_with_host |= 1u << type;
	if (!container->root_path)
		container->root_path = arena_strdup(&ip->snapshot->arena, leader->root);
	if (!container->created_usec && leader->start_ticks && snapshot->tick_hz)
		container->created_usec = snapshot->realtime_usec - snapshot->boottime_usec +
					  leader->start_ticks * (1000000u / snapshot->tick_hz);
}

static void fill_ended(struct container *container, const struct facts *facts)
{
	container->state = CONTAINER_STOPPED;
	container->exit_code = (int)(facts_u64(facts, FACT_EXIT_CODE) & 255);
	container->finished_usec = facts_usec(facts->text[FACT_FINISHED]);
	container->oom_killed = facts->text[FACT_OOM_KILLED];
}

static void fill_container(const struct identity_pass *ip, const struct draft *draft,
			   struct container *out)
{
	const struct claim *claim = &draft->claim;

	/* The arena is zeroed: usage, most of it, is not touched. */
	out->key = draft->key;
	out->kind = claim->kind;
	out->engine = claim->engine;
	out->name = claim->name ? claim->name : "";
	out->id = claim->id;
	out->image = claim->image;
	out->pod = claim->pod;
	out->pod_namespace = claim->pod_namespace;
	out->project = claim->project;
	out->service = claim->service;
	out->owner = claim->owner;
	out->root_path = claim->root_path;
	out->confirmed = claim->confirmed;
	out->by_namespace = draft->by_namespace;
	out->created_usec = claim->created_usec;
	out->cgroup = draft->cgroup;
	out->parent = draft->parent;
	if (!out->owner && claim->uid)
		out->owner = arena_strdup(&ip->snapshot->arena, users_name(ip->users, claim->uid));
	if (draft->leader)
		fill_from_leader(ip, out, draft->leader);
	if (draft->ended)
		fill_ended(out, draft->ended);
}

static void fill_containers(struct identity_pass *ip)
{
	struct snapshot *snapshot = ip->snapshot;

	snapshot->containers =
		arena_array(&snapshot->arena, ip->drafts_len, sizeof(*snapshot->containers));
	snapshot->containers_len = ip->drafts_len;
	for (size_t i = 0; i < ip->drafts_len; i++)
		fill_container(ip, &ip->drafts[i], &snapshot->containers[i]);
}

/* ---- The collector ---- */

static int identity_start(const struct collect_options *options, void **out_state, struct err *err)
{
	_cleanup_(cleanup_close)
	int root_fd = -1;
	struct identity *identity;

	root_fd = openat(options->root_fd, options->root_fd == AT_FDCWD ? "/" : ".",
			 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return err_set(err, errno, "open /");
	identity = xcalloc(1, sizeof(*identity));
	identity->root_fd = TAKE_FD(root_fd);
	identity->state_dirs = options->state_dirs;
	identity->claims = claims_new();
	identity->state = state_cache_new(identity->root_fd);
	identity->users = users_new(identity->root_fd, options->root_fd == AT_FDCWD);
	identity->cmdlines = cmdlines_new();
	identity->sandboxes = sandboxes_new(identity->root_fd, options->root_fd == AT_FDCWD);
	*out_state = identity;
	return 0;
}

static void identity_stop(void *state)
{
	struct identity *identity = state;

	if (!identity)
		return;
	claims_free(identity->claims);
	state_cache_free(identity->state);
	users_free(identity->users);
	cmdlines_free(identity->cmdlines);
	sandboxes_free(identity->sandboxes);
	close(identity->root_fd);
	free(identity->entries);
	free(identity->drafts);
	free(identity);
}

static void list_entries(struct identity *identity, struct identity_pass *ip)
{
	struct pids *pids = ip->pass->pids;
	size_t len = pids ? pids_count(pids) : 0;

	if (len > identity->entries_cap) {
		identity->entries_cap = len + len / 4;
		identity->entries = xreallocarray(identity->entries, identity->entries_cap,
						  sizeof(struct pid_entry *));
	}
	for (size_t i = 0; i < len; i++)
		identity->entries[i] = pids_at(pids, i);
	ip->entries = identity->entries;
	ip->entries_len = len;
	ip->hidden = pids && len > 0 && !pids_find(pids, 1);
	if (pids)
		memcpy(ip->host_ns, pids_host_ns(pids), sizeof(ip->host_ns));
}

static void say_denied(const struct identity_pass *ip)
{
	if (ip->denied)
		snapshot_add_issue(ip->snapshot,
				   "names and images of some containers need root: /%s: "
				   "permission denied",
				   ip->denied);
}

static int identity_sample(void *state, struct pass *pass, struct err *err)
{
	struct identity *identity = state;
	struct identity_pass ip = {
		.pass = pass,
		.snapshot = pass->snapshot,
		.drafts = identity->drafts,
		.drafts_cap = identity->drafts_cap,
		.cmdlines = identity->cmdlines,
		.users = identity->users,
		.state = identity->state_dirs ? identity->state : NULL,
		.sandboxes = identity->sandboxes,
		.root_fd = identity->root_fd,
	};
	struct stat st;

	(void)err;
	identity->now_usec = pass->snapshot->monotonic_usec;
	state_cache_begin(identity->state, identity->now_usec);
	cmdlines_begin(identity->cmdlines, pass->proc_fd, identity->now_usec);
	if (fstat(identity->root_fd, &st) == 0) {
		ip.host_root_dev = st.st_dev;
		ip.host_root_inode = st.st_ino;
	}
	list_entries(identity, &ip);
	sandboxes_begin(identity->sandboxes, &ip);
	walk_cgroups(identity, &ip);
	say_denied(&ip);
	claims_end(identity->claims, pass->snapshot->sequence);
	place_processes(&ip);
	settle(&ip);
	by_namespace(&ip);
	sandboxes_add_stopped(identity->sandboxes, &ip);
	fill_containers(&ip);
	identity->drafts = ip.drafts;
	identity->drafts_cap = ip.drafts_cap;
	return 0;
}

const struct collector collector_identity = {
	.name = "identity",
	.sources = SOURCE_IDENTITY,
	.start = identity_start,
	.sample = identity_sample,
	.stop = identity_stop,
};
