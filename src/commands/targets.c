/* SPDX-License-Identifier: MIT */
/* Operands to held targets. Owns what it holds and the sample that it was found in. */
#include "commands/targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "commands/scope.h"

/* ---- Rows to requests ---- */

struct target_request target_request_of_cgroup(const struct snapshot *snapshot, uint32_t index)
{
	const struct cgroup *cgroup = &snapshot->cgroups[index];
	struct target_request request = {.primary = cgroup->naming, .inode = cgroup->inode};

	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		request.paths[c] = cgroup->paths[c];
	return request;
}

/* Its end ends the others of the namespace, too; but not those of the host's. */
static bool is_init_of_namespace(const struct container *container, const struct process *leader)
{
	return leader->inner_pid == 1 && leader->pid != 1 &&
	       !(container->ns_shared_with_host & 1u << NS_PID);
}

struct target_request target_request_of_container(const struct snapshot *snapshot, uint32_t index)
{
	const struct container *container = &snapshot->containers[index];
	const struct process *leader = snapshot_find_process(snapshot, container->leader);
	struct target_request request = {.primary = CGROUP_UNIFIED};

	if (container->cgroup != INDEX_NONE)
		request = target_request_of_cgroup(snapshot, container->cgroup);
	if (leader) {
		request.leader = leader->pid;
		request.leader_start_ticks = leader->start_ticks;
		request.pid_namespace = is_init_of_namespace(container, leader);
	}
	return request;
}

/* ---- Operands ---- */

/* A path is the cgroup itself, though a container may own the one above it. */
static int find(const struct snapshot *snapshot, struct target_item *item, struct err *err)
{
	int r;

	item->container = item->cgroup = INDEX_NONE;
	if (item->operand[0] != '/')
		r = scope_find_container(snapshot, item->operand, &item->container, err);
	else
		r = scope_find_cgroup(snapshot, item->operand, &item->cgroup, err);
	if (r == 0 && item->cgroup == INDEX_NONE)
		item->cgroup = snapshot->containers[item->container].cgroup;
	else if (r == 0 && item->container == INDEX_NONE) {
		uint32_t owner = snapshot->cgroups[item->cgroup].container;

		if (owner != INDEX_NONE && snapshot->containers[owner].cgroup == item->cgroup)
			item->container = owner;
	}
	return r;
}

static char *label_of(const struct snapshot *snapshot, const struct target_item *item)
{
	struct strbuf text = STRBUF_INIT;

	if (item->container == INDEX_NONE)
		strbuf_adds(&text, snapshot->cgroups[item->cgroup].path);
	else
		strbuf_addf(&text, "%s (%s)", snapshot->containers[item->container].name,
			    snapshot->containers[item->container].engine);
	return text.data;
}

static int hold(const struct snapshot *snapshot, struct target_item *item, struct err *err)
{
	struct target_request request =
		item->container != INDEX_NONE
			? target_request_of_container(snapshot, item->container)
			: target_request_of_cgroup(snapshot, item->cgroup);

	item->label = label_of(snapshot, item);
	request.name = item->label;
	return target_hold(&request, &item->target, err);
}

static bool is_known(const struct targets *targets, const struct target_item *item)
{
	for (size_t i = 0; i < targets->len; i++)
		if (targets->items[i].container == item->container &&
		    targets->items[i].cgroup == item->cgroup)
			return true;
	return false;
}

/* A sandbox that is kept after its end. */
static int refuse_ended(const struct snapshot *snapshot, const struct target_item *item,
			struct err *err)
{
	const struct container *container;

	if (item->container == INDEX_NONE)
		return 0;
	container = &snapshot->containers[item->container];
	if (container->state != CONTAINER_STOPPED)
		return 0;
	return err_setx(err, ESRCH, "%s (%s): it has ended (%s)", container->name,
			container->engine, container->ended);
}

static int add(struct targets *targets, const char *operand, struct err *err)
{
	struct target_item item = {.operand = operand};
	int r = find(targets->snapshot, &item, err);

	if (r == 0)
		r = refuse_ended(targets->snapshot, &item, err);
	if (r < 0 || is_known(targets, &item))
		return r;
	r = hold(targets->snapshot, &item, err);
	targets->items[targets->len++] = item;
	return r;
}

int targets_hold(struct targets *targets, int n, char *const *operands, unsigned int sources,
		 struct err *err)
{
	int r = batch_init(&targets->batch, TARGETS_SOURCES | sources, false, err);

	targets->snapshot = NULL;
	targets->len = 0;
	targets->items = xcalloc((size_t)n + 1, sizeof(targets->items[0]));
	if (r == 0)
		r = batch_sample(&targets->batch, &targets->snapshot, err);
	for (int i = 0; r == 0 && i < n; i++)
		r = add(targets, operands[i], err);
	return r;
}

static uint32_t find_again_cgroup(const struct snapshot *now, uint64_t id)
{
	for (size_t i = 0; i < now->cgroups_len; i++)
		if (now->cgroups[i].id == id)
			return (uint32_t)i;
	return INDEX_NONE;
}

static uint32_t find_again_container(const struct snapshot *now, uint64_t key)
{
	for (size_t i = 0; i < now->containers_len; i++)
		if (now->containers[i].key == key)
			return (uint32_t)i;
	return INDEX_NONE;
}

int targets_sample(struct targets *targets, struct err *err)
{
	struct snapshot *before = snapshot_ref((struct snapshot *)targets->snapshot);
	int r;

	batch_wait(&targets->batch, BATCH_PRIME_USEC);
	r = batch_sample(&targets->batch, &targets->snapshot, err);
	for (size_t i = 0; r == 0 && i < targets->len; i++) {
		struct target_item *item = &targets->items[i];

		if (item->container != INDEX_NONE)
			item->container = find_again_container(
				targets->snapshot, before->containers[item->container].key);
		if (item->cgroup != INDEX_NONE)
			item->cgroup = find_again_cgroup(targets->snapshot,
							 before->cgroups[item->cgroup].id);
	}
	snapshot_unref(before);
	return r;
}

void targets_finish(struct targets *targets)
{
	for (size_t i = 0; i < targets->len; i++) {
		target_free(targets->items[i].target);
		free(targets->items[i].label);
	}
	free(targets->items);
	batch_finish(&targets->batch);
	*targets = (struct targets) {.len = 0};
}
