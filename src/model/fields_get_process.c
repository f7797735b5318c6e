/* SPDX-License-Identifier: MIT */
/*
 * From a process or namespace to the values of its fields. Every getter survives a zeroed row, and gives
 * an unknown value with a reason where there is nothing. Pure.
 */
#include <string.h>

#include "model/fields_get.h"

#define USEC_PER_SEC 1000000u

/* Processes */

struct value get_process_text(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);
	const char *text = NULL;

	if (process)
		memcpy(&text, field_member(process, field), sizeof(text));
	return value_text(text, WHY_NONE);
}

struct value get_process_command(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	if (!process)
		return value_not_applicable(field);
	return value_text(process->cmdline && *process->cmdline ? process->cmdline : process->comm,
			  WHY_NOT_SAMPLED);
}

struct value get_process_metric(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);
	struct metric metric;

	if (!process)
		return value_not_applicable(field);
	memcpy(&metric, field_member(process, field), sizeof(metric));
	return value_metric(field->type, metric);
}

struct value get_process_rate(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);
	struct rate rate;

	if (!process)
		return value_not_applicable(field);
	memcpy(&rate, field_member(process, field), sizeof(rate));
	return value_rate(field->type, rate);
}

/* A pid_t; 0 is none: the parent of init, the session of a kernel thread. */
struct value get_process_pid(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);
	pid_t pid;

	if (!process)
		return value_not_applicable(field);
	memcpy(&pid, field_member(process, field), sizeof(pid));
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
		return value_not_applicable(field);
	memcpy(&number, field_member(process, field), sizeof(number));
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
		return value_not_applicable(field);
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
		return value_not_applicable(field);
	memcpy(&inode, field_member(process, field), sizeof(inode));
	return value_inode(field, inode);
}

struct value get_process_container(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	return process ? value_container_name(row, process->container, WHY_NO_CONTAINER)
		       : value_not_applicable(field);
}

struct value get_process_engine(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	return process ? value_container_engine(row, process->container)
		       : value_not_applicable(field);
}

struct value get_process_cgroup(const struct field *field, const struct row *row)
{
	const struct process *process = row_process(row);

	if (!process)
		return value_not_applicable(field);
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
		memcpy(&text, field_member(ns, field), sizeof(text));
	return value_text(text, WHY_NO_PROCESS);
}

struct value get_ns_metric(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);
	struct metric metric;

	if (!ns)
		return value_not_applicable(field);
	memcpy(&metric, field_member(ns, field), sizeof(metric));
	return value_metric(field->type, metric);
}

struct value get_ns_type(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);

	return ns ? value_text(ns_type_text(ns->type), 0) : value_not_applicable(field);
}

struct value get_ns_id(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);

	return ns ? value_inode(field, ns->id) : value_not_applicable(field);
}

struct value get_ns_processes(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);

	return ns ? value_u64(field->type, ns->processes) : value_not_applicable(field);
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

	return ns ? value_container_name(row, ns->container, WHY_NO_CONTAINER)
		  : value_not_applicable(field);
}

struct value get_ns_held_path(const struct field *field, const struct row *row)
{
	const struct ns *ns = row_ns(row);

	return ns ? value_text(ns->held_path, WHY_NONE) : value_not_applicable(field);
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
		return value_not_applicable(field);
	memcpy(&yes, field_member(ns, field), sizeof(yes));
	return value_bool(yes);
}
