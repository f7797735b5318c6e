/* SPDX-License-Identifier: MIT */
/*
 * From a container or cgroup to the values of its fields. Every getter survives a zeroed row, and gives
 * an unknown value with a reason where there is nothing. Pure.
 */
#include <string.h>

#include "model/fields_get.h"

static bool has_ended(const struct row *row)
{
	const struct container *container = row_container(row);

	return container && container->state == CONTAINER_STOPPED;
}

struct value get_usage_metric(const struct field *field, const struct row *row)
{
	const struct usage *usage = row_usage(row);
	struct metric metric;

	if (!usage)
		return value_not_applicable(field);
	if (has_ended(row))
		return value_unknown(field->type, METRIC_ABSENT, WHY_NO_PROCESS);
	memcpy(&metric, field_member(usage, field), sizeof(metric));
	return value_metric(field->type, metric);
}

struct value get_usage_rate(const struct field *field, const struct row *row)
{
	const struct usage *usage = row_usage(row);
	struct rate rate;

	if (!usage)
		return value_not_applicable(field);
	if (has_ended(row))
		return value_unknown(field->type, METRIC_ABSENT, WHY_NO_PROCESS);
	memcpy(&rate, field_member(usage, field), sizeof(rate));
	return value_rate(field->type, rate);
}

/* The cgroup of a cgroup row, or of a container that has one. */
static const struct cgroup *cgroup_of(const struct row *row)
{
	const struct container *container = row_container(row);
	uint32_t index = row->index;

	if (container)
		index = container->cgroup;
	else if (row->kind != ROW_CGROUP)
		return NULL;
	return index < row->snapshot->cgroups_len ? &row->snapshot->cgroups[index] : NULL;
}

/* The effective limit of a container is that of the group which holds its processes. */
static const struct cgroup *limited_cgroup_of(const struct row *row)
{
	const struct container *container = row_container(row);

	if (container && container->inner_cgroup < row->snapshot->cgroups_len)
		return &row->snapshot->cgroups[container->inner_cgroup];
	return cgroup_of(row);
}

/* The effective limit whose origin stands at @offset of a cgroup. */
static struct metric effective_limit(const struct cgroup *cgroup, size_t offset)
{
	if (offset == offsetof(struct cgroup, limit_from_cpu))
		return cgroup->usage.cpu.effective_microcpus;
	if (offset == offsetof(struct cgroup, limit_from_memory))
		return cgroup->usage.memory.effective_bytes;
	return cgroup->usage.pids.effective_limit;
}

struct value get_limit_from(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = limited_cgroup_of(row);
	struct metric limit;
	uint32_t from;

	if (!cgroup)
		return value_text(NULL, WHY_NO_CGROUP);
	limit = effective_limit(cgroup, field->offset);
	if (!metric_is_known(limit))
		return value_unknown(FIELD_TEXT, (enum metric_state)limit.state,
				     (enum metric_why)limit.why);
	if (limit.value == METRIC_NO_LIMIT)
		return value_text(NULL, WHY_NO_LIMIT);
	memcpy(&from, field_member(cgroup, field), sizeof(from));
	return value_text(from < row->snapshot->cgroups_len ? row->snapshot->cgroups[from].path
							    : "host",
			  WHY_NO_LIMIT);
}

/* Containers */

struct value get_container_text(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);
	const char *text = NULL;

	if (container)
		memcpy(&text, field_member(container, field), sizeof(text));
	return value_text(text, WHY_NOT_CONFIRMED);
}

struct value get_container_owner(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	if (!container)
		return value_not_applicable(field);
	if (!container->name)
		return value_unknown(field->type, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_text(container->owner ? container->owner : "root", 0);
}

struct value get_container_kind(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	return container ? value_text(container_kind_text(container->kind), 0)
			 : value_not_applicable(field);
}

struct value get_container_state(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	if (!container)
		return value_not_applicable(field);
	if (container->state == CONTAINER_STATE_UNKNOWN)
		return value_unknown(FIELD_TEXT, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_text(container_state_text(container->state), 0);
}

struct value get_container_bool(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);
	bool yes;

	if (!container)
		return value_not_applicable(field);
	memcpy(&yes, field_member(container, field), sizeof(yes));
	return value_bool(yes);
}

struct value get_container_leader(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	if (!container || container->leader <= 0)
		return value_unknown(field->type, METRIC_ABSENT, WHY_NO_PROCESS);
	return value_u64(field->type, (uint64_t)container->leader);
}

struct value get_container_created(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	if (!container || !container->created_usec)
		return value_unknown(field->type, METRIC_ABSENT, WHY_NOT_CONFIRMED);
	return value_u64(field->type, container->created_usec);
}

struct value get_container_age(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	if (!container || !container->created_usec)
		return value_unknown(field->type, METRIC_ABSENT, WHY_NOT_CONFIRMED);
	/* One that was made while the pass ran is younger than the pass. */
	return value_u64(field->type,
			 row->snapshot->realtime_usec > container->created_usec
				 ? row->snapshot->realtime_usec - container->created_usec
				 : 0);
}

struct value get_container_cgroup(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = cgroup_of(row);

	if (!cgroup)
		return value_unknown(field->type, METRIC_ABSENT, WHY_NO_CGROUP);
	return value_text(cgroup->path, WHY_NOT_SAMPLED);
}

struct value get_container_parent(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	return container ? value_container_name(row, container->parent, WHY_NONE)
			 : value_not_applicable(field);
}

struct value get_container_net_shared_by(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	return container ? value_metric(field->type, container->net_shared_by)
			 : value_not_applicable(field);
}

struct value get_container_ns(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);
	uint64_t inode;

	if (!container)
		return value_not_applicable(field);
	memcpy(&inode, field_member(container, field), sizeof(inode));
	return value_inode(field, inode);
}

/* Cgroups */

struct value get_cgroup_text(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);
	const char *text = NULL;

	if (cgroup)
		memcpy(&text, field_member(cgroup, field), sizeof(text));
	return value_text(text, WHY_NOT_SAMPLED);
}

struct value get_cgroup_id(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);

	return cgroup ? value_inode(field, cgroup->id) : value_not_applicable(field);
}

struct value get_cgroup_depth(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);

	return cgroup ? value_u64(field->type, cgroup->depth) : value_not_applicable(field);
}

struct value get_cgroup_container(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);

	return cgroup ? value_container_name(row, cgroup->container, WHY_NO_CONTAINER)
		      : value_not_applicable(field);
}

struct value get_cgroup_engine(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);

	return cgroup ? value_container_engine(row, cgroup->container)
		      : value_not_applicable(field);
}

struct value get_cgroup_state(const struct field *field, const struct row *row)
{
	const struct usage *usage = row_usage(row);

	if (!usage)
		return value_not_applicable(field);
	if (metric_is_known(usage->frozen) && usage->frozen.value)
		return value_text(container_state_text(CONTAINER_PAUSED), 0);
	if (!metric_is_known(usage->populated))
		return value_unknown(FIELD_TEXT, usage->populated.state, usage->populated.why);
	return value_text(
		container_state_text(usage->populated.value ? CONTAINER_RUNNING : CONTAINER_EMPTY),
		0);
}

struct value get_cgroup_own_processes(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);

	return cgroup ? value_metric(field->type, cgroup->own_processes)
		      : value_not_applicable(field);
}
