/* SPDX-License-Identifier: MIT */
/*
 * From a row to the values of its fields. Every getter survives a zeroed row, and gives an unknown value
 * with a reason where there is nothing. Pure.
 */
#include "model/fields_get.h"

#include <string.h>

#define USEC_PER_SEC 1000000u

struct value value_unknown(enum field_type type, enum metric_state state, enum metric_why why)
{
	struct value value = {.type = type, .state = (uint8_t)state, .why = (uint8_t)why};

	value.u64 = 0;
	return value;
}

struct value value_text(const char *text, enum metric_why why_null)
{
	struct value value = value_unknown(FIELD_TEXT, METRIC_ABSENT, why_null);

	if (text) {
		value.state = METRIC_KNOWN;
		value.why = 0;
		value.text = text;
	}
	return value;
}

struct value value_u64(enum field_type type, uint64_t number)
{
	struct value value = value_unknown(type, METRIC_KNOWN, 0);

	value.u64 = number;
	return value;
}

static struct value value_bool(bool yes)
{
	struct value value = value_unknown(FIELD_BOOL, METRIC_KNOWN, 0);

	value.boolean = yes;
	return value;
}

struct value value_metric(enum field_type type, struct metric metric)
{
	struct value value = value_unknown(type, metric.state, metric.why);

	if (type == FIELD_BOOL)
		value.boolean = metric.value != 0;
	else
		value.u64 = metric.value;
	return value;
}

struct value value_rate(enum field_type type, struct rate rate)
{
	struct value value = value_unknown(type, rate.state, rate.why);

	if (type == FIELD_COUNT)
		value.u64 = rate.value > 0 ? (uint64_t)rate.value : 0;
	else
		value.f64 = rate.value;
	return value;
}

static const void *member(const void *base, const struct field *field)
{
	return (const char *)base + field->offset;
}

static struct value not_applicable(const struct field *field)
{
	return value_unknown(field->type, METRIC_ABSENT, WHY_NOT_APPLICABLE);
}

struct value get_usage_metric(const struct field *field, const struct row *row)
{
	const struct usage *usage = row_usage(row);
	struct metric metric;

	if (!usage)
		return not_applicable(field);
	memcpy(&metric, member(usage, field), sizeof(metric));
	return value_metric(field->type, metric);
}

struct value get_usage_rate(const struct field *field, const struct row *row)
{
	const struct usage *usage = row_usage(row);
	struct rate rate;

	if (!usage)
		return not_applicable(field);
	memcpy(&rate, member(usage, field), sizeof(rate));
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
	memcpy(&from, member(cgroup, field), sizeof(from));
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
		memcpy(&text, member(container, field), sizeof(text));
	return value_text(text, WHY_NOT_CONFIRMED);
}

struct value get_container_owner(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	if (!container || !container->name)
		return not_applicable(field);
	return value_text(container->owner ? container->owner : "root", 0);
}

struct value get_container_kind(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	return container ? value_text(container_kind_text(container->kind), 0)
			 : not_applicable(field);
}

struct value get_container_state(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	if (!container)
		return not_applicable(field);
	if (container->state == CONTAINER_STATE_UNKNOWN)
		return value_unknown(FIELD_TEXT, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_text(container_state_text(container->state), 0);
}

struct value get_container_bool(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);
	bool yes;

	if (!container)
		return not_applicable(field);
	memcpy(&yes, member(container, field), sizeof(yes));
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

	(void)field;
	return value_text(cgroup ? cgroup->path : NULL, WHY_NO_CGROUP);
}

static struct value name_of(const struct row *row, uint32_t container, enum metric_why why)
{
	if (container < row->snapshot->containers_len)
		return value_text(row->snapshot->containers[container].name, why);
	return value_text(NULL, why);
}

static struct value engine_of(const struct row *row, uint32_t container)
{
	if (container < row->snapshot->containers_len)
		return value_text(row->snapshot->containers[container].engine, WHY_NO_CONTAINER);
	return value_text(NULL, WHY_NO_CONTAINER);
}

struct value get_container_parent(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	return container ? name_of(row, container->parent, WHY_NONE) : not_applicable(field);
}

struct value get_container_net_shared_by(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);

	return container ? value_metric(field->type, container->net_shared_by)
			 : not_applicable(field);
}

static struct value inode_value(const struct field *field, uint64_t inode)
{
	if (!inode)
		return value_unknown(field->type, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_u64(field->type, inode);
}

struct value get_container_ns(const struct field *field, const struct row *row)
{
	const struct container *container = row_container(row);
	uint64_t inode;

	if (!container)
		return not_applicable(field);
	memcpy(&inode, member(container, field), sizeof(inode));
	return inode_value(field, inode);
}

/* Cgroups */

struct value get_cgroup_text(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);
	const char *text = NULL;

	if (cgroup)
		memcpy(&text, member(cgroup, field), sizeof(text));
	return value_text(text, WHY_NOT_SAMPLED);
}

struct value get_cgroup_id(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);

	return cgroup ? inode_value(field, cgroup->id) : not_applicable(field);
}

struct value get_cgroup_depth(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);

	return cgroup ? value_u64(field->type, cgroup->depth) : not_applicable(field);
}

struct value get_cgroup_container(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);

	return cgroup ? name_of(row, cgroup->container, WHY_NO_CONTAINER) : not_applicable(field);
}

struct value get_cgroup_engine(const struct field *field, const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);

	return cgroup ? engine_of(row, cgroup->container) : not_applicable(field);
}

struct value get_cgroup_state(const struct field *field, const struct row *row)
{
	const struct usage *usage = row_usage(row);

	if (!usage)
		return not_applicable(field);
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

	return cgroup ? value_metric(field->type, cgroup->own_processes) : not_applicable(field);
}

/* Processes */

struct value get_process_text(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);
	const char *text = NULL;

	if (process)
		memcpy(&text, member(process, field), sizeof(text));
	return value_text(text, WHY_NONE);
}

struct value get_process_command(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	if (!process)
		return not_applicable(field);
	return value_text(process->cmdline && *process->cmdline ? process->cmdline : process->comm,
			  WHY_NOT_SAMPLED);
}

struct value get_process_metric(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);
	struct metric metric;

	if (!process)
		return not_applicable(field);
	memcpy(&metric, member(process, field), sizeof(metric));
	return value_metric(field->type, metric);
}

struct value get_process_rate(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);
	struct rate rate;

	if (!process)
		return not_applicable(field);
	memcpy(&rate, member(process, field), sizeof(rate));
	return value_rate(field->type, rate);
}

/* A pid_t; 0 is none: the parent of init, the session of a kernel thread. */
struct value get_process_pid(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);
	pid_t pid;

	if (!process)
		return not_applicable(field);
	memcpy(&pid, member(process, field), sizeof(pid));
	if (pid <= 0)
		return value_unknown(field->type, METRIC_ABSENT, WHY_NONE);
	return value_u64(field->type, (uint64_t)pid);
}

/* nice and priority may be negative: they travel as two's complement and are shown signed. */
struct value get_process_int(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);
	int number;

	if (!process)
		return not_applicable(field);
	memcpy(&number, member(process, field), sizeof(number));
	return value_u64(field->type, (uint64_t)(int64_t)number);
}

struct value get_process_inner_pid(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	if (!process || process->inner_pid <= 0)
		return value_unknown(field->type, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_u64(field->type, (uint64_t)process->inner_pid);
}

struct value get_process_threads(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	if (!process || process->threads <= 0)
		return value_unknown(field->type, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_u64(field->type, (uint64_t)process->threads);
}

struct value get_process_processor(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	if (!process || process->processor < 0)
		return value_unknown(field->type, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_u64(field->type, (uint64_t)process->processor);
}

struct value get_process_state(const struct field *field, const struct row *row)
{
	static const char letters[][2] = {"R", "S", "D", "Z", "T", "t", "X", "I", "P"};
	const struct process *process = row_process(row);

	(void)field;
	for (size_t i = 0; process && i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i][0] == process->state)
			return value_text(letters[i], 0);
	return value_unknown(FIELD_TEXT, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
}

struct value get_process_uid(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	if (!process || process->uid == (uid_t)-1)
		return value_unknown(field->type, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_u64(field->type, process->uid);
}

struct value get_process_time(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	if (!process)
		return not_applicable(field);
	return value_metric(field->type, metric_add(process->user_usec, process->system_usec));
}

/* Microseconds since boot, CLOCK_BOOTTIME; 0 unknown. */
static uint64_t started_usec(const struct row *row)
{
	const struct process *process = row_process(row);

	if (!process || !process->start_ticks || !row->snapshot->tick_hz)
		return 0;
	return process->start_ticks * USEC_PER_SEC / row->snapshot->tick_hz;
}

struct value get_process_started(const struct field *field, const struct row *row)
{
	const struct snapshot *snapshot = row->snapshot;
	uint64_t started = started_usec(row);

	if (!started || snapshot->boottime_usec < started ||
	    snapshot->realtime_usec < snapshot->boottime_usec)
		return value_unknown(field->type, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_u64(field->type, snapshot->realtime_usec - snapshot->boottime_usec + started);
}

struct value get_process_age(const struct field *field, const struct row *row)
{
	uint64_t started = started_usec(row);

	if (!started)
		return value_unknown(field->type, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_u64(field->type, row->snapshot->boottime_usec > started
					      ? row->snapshot->boottime_usec - started
					      : 0);
}

struct value get_process_ns(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);
	uint64_t inode;

	if (!process)
		return not_applicable(field);
	memcpy(&inode, member(process, field), sizeof(inode));
	return inode_value(field, inode);
}

struct value get_process_container(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	return process ? name_of(row, process->container, WHY_NO_CONTAINER) : not_applicable(field);
}

struct value get_process_engine(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	return process ? engine_of(row, process->container) : not_applicable(field);
}

struct value get_process_cgroup(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	if (!process)
		return not_applicable(field);
	if (process->cgroup >= row->snapshot->cgroups_len)
		return value_unknown(FIELD_TEXT, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_text(row->snapshot->cgroups[process->cgroup].path, 0);
}

/* Namespaces */

struct value get_ns_text(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);
	const char *text = NULL;

	if (ns)
		memcpy(&text, member(ns, field), sizeof(text));
	return value_text(text, WHY_NO_PROCESS);
}

struct value get_ns_metric(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);
	struct metric metric;

	if (!ns)
		return not_applicable(field);
	memcpy(&metric, member(ns, field), sizeof(metric));
	return value_metric(field->type, metric);
}

struct value get_ns_type(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);

	return ns ? value_text(ns_type_text(ns->type), 0) : not_applicable(field);
}

struct value get_ns_id(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);

	return ns ? inode_value(field, ns->id) : not_applicable(field);
}

struct value get_ns_processes(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);

	return ns ? value_u64(field->type, ns->processes) : not_applicable(field);
}

struct value get_ns_pid(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);

	if (!ns || ns->first_pid <= 0)
		return value_unknown(field->type, METRIC_ABSENT, WHY_NO_PROCESS);
	return value_u64(field->type, (uint64_t)ns->first_pid);
}

struct value get_ns_container(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);

	return ns ? name_of(row, ns->container, WHY_NO_CONTAINER) : not_applicable(field);
}

struct value get_ns_held_path(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);

	return ns ? value_text(ns->held_path, WHY_NONE) : not_applicable(field);
}

/* What keeps it alive: fifteen combinations, each a constant. */
struct value get_ns_held(const struct field *field, const struct row *row)
{
	static const char *const texts[16] = {
		"",	    "process",		"mount",	  "process,mount",
		"fd",	    "process,fd",	"mount,fd",	  "process,mount,fd",
		"child",    "process,child",	"mount,child",	  "process,mount,child",
		"fd,child", "process,fd,child", "mount,fd,child", "process,mount,fd,child",
	};
	const struct ns *ns = row_ns(row);

	if (!ns || !(ns->held & 15))
		return value_unknown(field->type, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_text(texts[ns->held & 15], 0);
}

struct value get_ns_bool(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);
	bool yes;

	if (!ns)
		return not_applicable(field);
	memcpy(&yes, member(ns, field), sizeof(yes));
	return value_bool(yes);
}
