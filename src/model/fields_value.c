/* SPDX-License-Identifier: MIT */
/* How getters make values of what they find in a row, shared by all of them. Pure. */
#include "model/fields_get.h"

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

struct value value_bool(bool yes)
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

const void *field_member(const void *base, const struct field *field)
{
	return (const char *)base + field->offset;
}

struct value value_not_applicable(const struct field *field)
{
	return value_unknown(field->type, METRIC_ABSENT, WHY_NOT_APPLICABLE);
}

struct value value_inode(const struct field *field, uint64_t inode)
{
	if (!inode)
		return value_unknown(field->type, METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
	return value_u64(field->type, inode);
}

struct value value_container_name(const struct row *row, uint32_t container, enum metric_why why)
{
	if (container < row->snapshot->containers_len)
		return value_text(row->snapshot->containers[container].name, why);
	return value_text(NULL, why);
}

struct value value_container_engine(const struct row *row, uint32_t container)
{
	if (container < row->snapshot->containers_len)
		return value_text(row->snapshot->containers[container].engine, WHY_NO_CONTAINER);
	return value_text(NULL, WHY_NO_CONTAINER);
}
