/* SPDX-License-Identifier: MIT */
/* From an event to the values of its fields. */
#include "model/fields_get.h"

struct value get_event_number(const struct field *field, const struct row *row)
{
	const struct container_event *event = row_event(row);

	if (!event)
		return value_not_applicable(field);
	return value_u64(field->type, event->number);
}

struct value get_event_time(const struct field *field, const struct row *row)
{
	const struct container_event *event = row_event(row);

	if (!event)
		return value_not_applicable(field);
	return value_u64(field->type, event->realtime_usec);
}

struct value get_event_age(const struct field *field, const struct row *row)
{
	const struct container_event *event = row_event(row);
	uint64_t now = row->snapshot->realtime_usec;

	if (!event)
		return value_not_applicable(field);
	return value_u64(field->type, now > event->realtime_usec ? now - event->realtime_usec : 0);
}

/* @offset of an array of characters in struct container_event. */
struct value get_event_text(const struct field *field, const struct row *row)
{
	const struct container_event *event = row_event(row);
	const char *text;

	if (!event)
		return value_not_applicable(field);
	text = field_member(event, field);
	return value_text(text[0] ? text : NULL, WHY_NONE);
}

struct value get_event_kind(const struct field *field, const struct row *row)
{
	const struct container_event *event = row_event(row);

	if (!event)
		return value_not_applicable(field);
	if (event->kind == EVENT_ALARM && event->alarm < ALARM_KINDS)
		return value_text(alarm_text(event->alarm), WHY_NONE);
	return value_text(event_kind_text(event->kind), WHY_NONE);
}
