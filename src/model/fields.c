/* SPDX-License-Identifier: MIT */
/* Finding fields, comparing and formatting their values, and what a row is. Pure. */
#include "model/fields.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"

const struct field *field_find(struct span id, enum row_kind kind)
{
	for (size_t i = 0; i < fields_len; i++)
		if ((fields[i].kinds & kind) && span_eq(span_of(fields[i].id), id))
			return &fields[i];
	return NULL;
}

/* Whether nobody having read it would look the same. */
static bool may_be_unread(const struct value *value)
{
	switch (value->why) {
	case WHY_NOT_SAMPLED:
	case WHY_NOT_CONFIRMED:
	case WHY_NO_PROCESS:
	case WHY_NO_CONTAINER:
	case WHY_NONE:
		return value->state == METRIC_UNSAMPLED || value->state == METRIC_ABSENT;
	default:
		return false;
	}
}

struct value field_get(const struct field *field, const struct row *row)
{
	struct value value = field->get(field, row);

	if (may_be_unread(&value) && (field->sources & ~row->snapshot->sources)) {
		value.state = METRIC_UNSAMPLED;
		value.why = WHY_NOT_ASKED;
	}
	return value;
}

static bool is_real(enum field_type type)
{
	return type == FIELD_PCT || type == FIELD_PER_SEC || type == FIELD_BYTES_PER_SEC;
}

static int compare_known(const struct value *a, const struct value *b)
{
	if (a->type == FIELD_TEXT)
		return strverscmp(a->text, b->text);
	if (a->type == FIELD_BOOL)
		return (int)a->boolean - (int)b->boolean;
	if (is_real(a->type))
		return (a->f64 > b->f64) - (a->f64 < b->f64);
	if (a->type == FIELD_SIGNED)
		return ((int64_t)a->u64 > (int64_t)b->u64) - ((int64_t)a->u64 < (int64_t)b->u64);
	return (a->u64 > b->u64) - (a->u64 < b->u64);
}

int value_compare(const struct value *a, const struct value *b, bool descending)
{
	bool a_known = a->state == METRIC_KNOWN, b_known = b->state == METRIC_KNOWN;
	int order;

	if (!a_known || !b_known)
		return (int)b_known - (int)a_known;
	order = compare_known(a, b);
	return descending ? -order : order;
}

static void format_unknown(const struct value *value, bool ascii, struct strbuf *out)
{
	switch (value->state) {
	case METRIC_ABSENT:
		strbuf_adds(out, "-");
		break;
	case METRIC_DENIED:
		strbuf_adds(out, "?");
		break;
	default:
		strbuf_adds(out, ascii ? "." : "…");
	}
}

static void format_per_sec(double value, struct strbuf *out)
{
	char buf[UNITS_TEXT_MAX];
	double size = value < 0 ? -value : value;

	if (value < 0)
		strbuf_addc(out, '-');
	if (size < 9.95)
		strbuf_addf(out, "%.1f", size);
	else
		strbuf_adds(out, units_format_count(
					 size < 1e18 ? (uint64_t)(size + 0.5) : UINT64_MAX, buf));
}

static void format_cpus(uint64_t microcpus, struct strbuf *out)
{
	double cpus = (double)microcpus / 1e6;

	strbuf_addf(out, cpus < 99.995 ? "%.2f" : cpus < 9999.5 ? "%.0f" : "%.0e", cpus);
}

/* "2026-05-01 12:00" */
static void format_time(uint64_t usec, struct strbuf *out)
{
	char buf[32];

	clock_format_iso(usec, buf);
	if (strlen(buf) > 16)
		buf[10] = ' ';
	strbuf_add(out, buf, strlen(buf) > 16 ? 16 : strlen(buf));
}

static bool may_be_unlimited(enum field_type type)
{
	return type == FIELD_BYTES || type == FIELD_COUNT || type == FIELD_CPUS;
}

static void format_number(const struct value *value, struct strbuf *out)
{
	char buf[UNITS_TEXT_MAX];

	switch (value->type) {
	case FIELD_COUNT:
		strbuf_adds(out, units_format_count(value->u64, buf));
		break;
	case FIELD_BYTES:
		strbuf_adds(out, units_format_bytes(value->u64, buf));
		break;
	case FIELD_BYTES_PER_SEC:
		strbuf_adds(out, units_format_bytes(value->f64 > 0 && value->f64 < 1e18
							    ? (uint64_t)(value->f64 + 0.5)
							    : 0,
						    buf));
		break;
	case FIELD_PER_SEC:
		format_per_sec(value->f64, out);
		break;
	case FIELD_PCT:
		strbuf_adds(out, units_format_pct(value->f64, buf));
		break;
	case FIELD_CPUS:
		format_cpus(value->u64, out);
		break;
	case FIELD_CPU_TIME:
		strbuf_adds(out, units_format_cpu_time(value->u64, buf));
		break;
	case FIELD_DURATION:
		strbuf_adds(out, units_format_duration(value->u64, buf));
		break;
	case FIELD_TIME:
		format_time(value->u64, out);
		break;
	case FIELD_SIGNED:
		strbuf_addf(out, "%lld", (long long)value->u64);
		break;
	default:
		strbuf_addf(out, "%llu", (unsigned long long)value->u64);
	}
}

void value_format(const struct value *value, bool ascii, struct strbuf *out)
{
	if (value->state != METRIC_KNOWN)
		format_unknown(value, ascii, out);
	else if (value->type == FIELD_TEXT)
		text_sanitize(span_of(value->text), out);
	else if (value->type == FIELD_BOOL)
		strbuf_adds(out, value->boolean ? "yes" : "no");
	else if (may_be_unlimited(value->type) && value->u64 == METRIC_NO_LIMIT)
		strbuf_adds(out, "max");
	else
		format_number(value, out);
}

unsigned int fields_sources(const struct field *const *list)
{
	unsigned int sources = 0;

	for (; *list; list++)
		sources |= (*list)->sources;
	return sources;
}

size_t rows_len(const struct snapshot *snapshot, enum row_kind kind)
{
	switch (kind) {
	case ROW_CONTAINER:
		return snapshot->containers_len;
	case ROW_CGROUP:
		return snapshot->cgroups_len;
	case ROW_PROCESS:
		return snapshot->processes_len;
	case ROW_NS:
		return snapshot->namespaces_len;
	case ROW_EVENT:
		return snapshot->events_len;
	}
	return 0;
}

struct row_key row_key(const struct row *row)
{
	struct row_key key = {row->kind, 0, 0};
	const struct snapshot *snapshot = row->snapshot;

	switch (row->kind) {
	case ROW_CONTAINER:
		key.a = snapshot->containers[row->index].key;
		break;
	case ROW_CGROUP:
		key.a = snapshot->cgroups[row->index].id;
		break;
	case ROW_PROCESS:
		key.a = (uint64_t)snapshot->processes[row->index].pid;
		key.b = snapshot->processes[row->index].start_ticks;
		break;
	case ROW_NS:
		key.a = snapshot->namespaces[row->index].id;
		key.b = (uint64_t)snapshot->namespaces[row->index].type;
		break;
	case ROW_EVENT:
		key.a = snapshot->events[row->index].number;
		break;
	}
	return key;
}

bool row_key_eq(struct row_key a, struct row_key b)
{
	return a.kind == b.kind && a.a == b.a && a.b == b.b;
}

const struct container *row_container(const struct row *row)
{
	return row->kind == ROW_CONTAINER ? &row->snapshot->containers[row->index] : NULL;
}

const struct cgroup *row_cgroup(const struct row *row)
{
	return row->kind == ROW_CGROUP ? &row->snapshot->cgroups[row->index] : NULL;
}

const struct process *row_process(const struct row *row)
{
	return row->kind == ROW_PROCESS ? &row->snapshot->processes[row->index] : NULL;
}

const struct ns *row_ns(const struct row *row)
{
	return row->kind == ROW_NS ? &row->snapshot->namespaces[row->index] : NULL;
}

const struct container_event *row_event(const struct row *row)
{
	return row->kind == ROW_EVENT ? &row->snapshot->events[row->index] : NULL;
}

const struct usage *row_usage(const struct row *row)
{
	if (row->kind == ROW_CONTAINER)
		return &row->snapshot->containers[row->index].usage;
	if (row->kind == ROW_CGROUP)
		return &row->snapshot->cgroups[row->index].usage;
	return NULL;
}
