/* SPDX-License-Identifier: MIT */
/* Getters for what is kept of a sandbox that ended. Of everything else there is nothing to say. */
#include "model/fields_get.h"
#include "model/snapshot.h"

static const struct container *ended(const struct row *row)
{
	const struct container *container = row_container(row);

	return container && container->state == CONTAINER_STOPPED ? container : NULL;
}

static struct value value_not_ended(const struct field *field, const struct row *row)
{
	return row_container(row) ? value_unknown(field->type, METRIC_ABSENT, WHY_NONE)
				  : value_not_applicable(field);
}

struct value get_container_ended(const struct field *field, const struct row *row)
{
	const struct container *container = ended(row);

	return container ? value_text(container->ended, WHY_NONE) : value_not_ended(field, row);
}

struct value get_container_exit_code(const struct field *field, const struct row *row)
{
	const struct container *container = ended(row);

	return container ? value_u64(field->type, (uint64_t)container->exit_code)
			 : value_not_ended(field, row);
}

struct value get_container_ended_oom(const struct field *field, const struct row *row)
{
	const struct container *container = ended(row);

	return container ? value_bool(container->oom_killed) : value_not_ended(field, row);
}

struct value get_container_finished(const struct field *field, const struct row *row)
{
	const struct container *container = ended(row);

	return container && container->finished_usec
		       ? value_u64(field->type, container->finished_usec)
		       : value_not_ended(field, row);
}

struct value get_container_finished_age(const struct field *field, const struct row *row)
{
	const struct container *container = ended(row);
	uint64_t now = row->snapshot->realtime_usec;

	if (!container || !container->finished_usec)
		return value_not_ended(field, row);
	return value_u64(field->type,
			 now > container->finished_usec ? now - container->finished_usec : 0);
}
