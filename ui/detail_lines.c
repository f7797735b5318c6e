/* SPDX-License-Identifier: MIT */
/*
 * The sections of a detail that are text: limits with what sets them, namespaces with who shares them,
 * mounts and the environment. Builds lines from a snapshot and an answer about the inside; draws nothing.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/units.h"
#include "ui/detail.h"

/* ---- Limits ---- */

enum limit_format {
	LIMIT_AS_BYTES,
	LIMIT_AS_CPUS,
	LIMIT_AS_COUNT,
};

/** struct limit_row - one limit of a cgroup, by the members that tell of it */
struct limit_row {
	const char *title;
	enum limit_format format;
	size_t own;	  /* in struct usage: a metric */
	size_t effective; /* the same; 0: nothing is inherited */
	size_t from;	  /* in struct cgroup: who sets the effective one */
	size_t now, peak; /* in struct usage; 0: there is none */
	const char *note; /* what it does where it is no hard limit; NULL */
};

#define USAGE(member) offsetof(struct usage, member)
#define FROM(member)  offsetof(struct cgroup, member)

static const struct limit_row limit_rows[] = {
	{"Memory", LIMIT_AS_BYTES, USAGE(memory.limit_bytes), USAGE(memory.effective_bytes),
	 FROM(limit_from_memory), USAGE(memory.current_bytes), USAGE(memory.peak_bytes), NULL},
	{"Memory high", LIMIT_AS_BYTES, USAGE(memory.high_bytes), 0, 0, USAGE(memory.current_bytes),
	 USAGE(memory.peak_bytes), "slows it down above this"},
	{"Swap", LIMIT_AS_BYTES, USAGE(memory.swap_limit_bytes), 0, 0, USAGE(memory.swap_bytes), 0,
	 NULL},
	{"CPUs", LIMIT_AS_CPUS, USAGE(cpu.limit_microcpus), USAGE(cpu.effective_microcpus),
	 FROM(limit_from_cpu), 0, 0, NULL},
	{"CPU weight", LIMIT_AS_COUNT, USAGE(cpu.weight), 0, 0, 0, 0, "beside its siblings"},
	{"Tasks", LIMIT_AS_COUNT, USAGE(pids.limit), USAGE(pids.effective_limit),
	 FROM(limit_from_pids), USAGE(pids.current), USAGE(pids.peak), NULL},
};

static struct metric metric_at(const struct usage *usage, size_t offset)
{
	struct metric metric;
	memcpy(&metric, (const char *)usage + offset, sizeof(metric));
	return metric;
}

static const char *format_limit(enum limit_format format, struct metric metric,
				char buf[UNITS_TEXT_MAX])
{
	if (!metric_is_known(metric))
		return metric.state == METRIC_DENIED ? "?" : "-";
	if (metric.value == METRIC_NO_LIMIT)
		return "max";
	if (format == LIMIT_AS_BYTES)
		return units_format_bytes(metric.value, buf);
	if (format == LIMIT_AS_COUNT)
		return units_format_count(metric.value, buf);
	snprintf(buf, UNITS_TEXT_MAX, "%.4g", (double)metric.value / 1e6);
	return buf;
}

static bool is_unit(const char *name)
{
	static const char *const suffixes[] = {".slice", ".service", ".scope"};
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (span_ends(span_of(name), span_of(suffixes[i])))
			return true;
	return false;
}

/* say_from() - who sets the limit that binds */
static uint16_t say_from(const struct detail *detail, const struct limit_row *row,
			 struct strbuf *out)
{
	const struct cgroup *cgroup = detail_cgroup(detail);
	const struct snapshot *snapshot = detail->row.snapshot;
	struct metric effective = metric_at(&cgroup->usage, row->effective);
	uint32_t from;
	if (!metric_is_known(effective) || effective.value == METRIC_NO_LIMIT) {
		strbuf_adds(out, metric_is_known(effective)
					 ? "nothing"
					 : metric_why_text((enum metric_why)effective.why));
		return STYLE_DIM;
	}
	memcpy(&from, (const char *)cgroup + row->from, sizeof(from));
	if (from >= snapshot->cgroups_len) {
		strbuf_adds(out, "the host");
		return STYLE_DIM;
	}
	const struct cgroup *setter = &snapshot->cgroups[from];
	if (setter == cgroup) {
		strbuf_addf(out, "its own%s", is_unit(setter->name) ? ", kept by systemd" : "");
		return STYLE_NORMAL;
	}
	if (is_unit(setter->name))
		strbuf_addf(out, "systemd's %s", setter->name);
	else
		strbuf_addf(out, "%s", setter->path);
	return STYLE_WARN;
}

static void add_limit(const struct detail *detail, const struct limit_row *row, struct lines *lines)
{
	const struct usage *usage = detail_usage(detail);
	struct metric own = metric_at(usage, row->own);
	struct dialog_line *line = lines_add(lines);
	char text[UNITS_TEXT_MAX];
	lines_part(lines, line, STYLE_LABEL, row->title, 13);
	lines_part(lines, line, STYLE_STRONG, format_limit(row->format, own, text), 8);
	lines_part(lines, line, STYLE_NORMAL,
		   row->effective
			   ? format_limit(row->format, metric_at(usage, row->effective), text)
			   : "",
		   8);
	lines_part(lines, line, STYLE_NORMAL,
		   row->now ? format_limit(row->format, metric_at(usage, row->now), text) : "", 8);
	lines_part(lines, line, STYLE_NORMAL,
		   row->peak ? format_limit(row->format, metric_at(usage, row->peak), text) : "",
		   8);
	_cleanup_(strbuf_finish)
	struct strbuf from = STRBUF_INIT;
	uint16_t style = STYLE_DIM;
	if (row->effective && detail_cgroup(detail))
		style = say_from(detail, row, &from);
	else if (!metric_is_known(own))
		strbuf_adds(&from, metric_why_text((enum metric_why)own.why));
	else if (row->note)
		strbuf_adds(&from, row->note);
	lines_part(lines, line, style, strbuf_cstr(&from), 0);
}

static void build_limits(const struct detail *detail, struct lines *lines)
{
	static const struct {
		const char *title;
		size_t columns;
	} titles[] = {{"LIMIT", 13}, {"OWN", 8},  {"BINDS", 8},
		      {"NOW", 8},    {"PEAK", 8}, {"SET BY", 0}};
	struct dialog_line *line = lines_add(lines);
	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		lines_part(lines, line, STYLE_DIM, titles[i].title, titles[i].columns);
	for (size_t i = 0; i < ARRAY_LEN(limit_rows); i++)
		add_limit(detail, &limit_rows[i], lines);
}

/* width_of() - columns of a line, within the margins */
static size_t width_of(const struct detail *detail)
{
	return detail->width > 2 ? (size_t)detail->width - 2 : 1;
}

static bool has_one_path(const struct cgroup *cgroup)
{
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		if (cgroup->paths[i] && strcmp(cgroup->paths[i], cgroup->path) != 0)
			return false;
	return true;
}

static void build_limits_section(const struct detail *detail, struct lines *lines)
{
	const struct cgroup *cgroup = detail_cgroup(detail);
	build_limits(detail, lines);
	lines_add(lines);
	if (!cgroup) {
		lines_part(lines, lines_add(lines), STYLE_DIM, metric_why_text(WHY_NO_CGROUP), 0);
		return;
	}
	if (has_one_path(cgroup)) {
		lines_part(lines, lines_add(lines), STYLE_LABEL, "Cgroup", 13);
		lines_wrap(lines, STYLE_NORMAL, cgroup->path, 13, width_of(detail));
		return;
	}
	for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
		if (!cgroup->paths[i])
			continue;
		lines_part(lines, lines_add(lines), STYLE_LABEL,
			   cgroup_controller_text((enum cgroup_controller)i), 13);
		lines_wrap(lines, STYLE_NORMAL, cgroup->paths[i], 13, width_of(detail));
	}
}

/* ---- Namespaces ---- */

static const struct ns *find_ns(const struct snapshot *snapshot, enum ns_type type, uint64_t id)
{
	for (size_t i = 0; i < snapshot->namespaces_len; i++)
		if (snapshot->namespaces[i].type == type && snapshot->namespaces[i].id == id)
			return &snapshot->namespaces[i];
	return NULL;
}

/* say_sharing() - whose a namespace is, and who else is in it */
static uint16_t say_sharing(const struct detail *detail, enum ns_type type, uint64_t id,
			    struct strbuf *out)
{
	const struct snapshot *snapshot = detail->row.snapshot;
	const struct ns *ns = find_ns(snapshot, type, id);
	size_t others = 0;
	if (ns && ns->is_host) {
		strbuf_adds(out, "the host's");
		return STYLE_WARN;
	}
	for (size_t i = 0; i < snapshot->containers_len; i++) {
		const struct container *other = &snapshot->containers[i];
		if (other->ns[type] != id || other->key == detail->key.a)
			continue;
		if (others++ < 4)
			strbuf_addf(out, "%s%s", others == 1 ? "shared with " : ", ", other->name);
	}
	if (others > 4)
		strbuf_addf(out, " and %zu more", others - 4);
	if (others > 0)
		return STYLE_ENGINE;
	strbuf_adds(out, "its own");
	return STYLE_OK;
}

static void add_ns(const struct detail *detail, enum ns_type type, uint64_t id, struct lines *lines)
{
	const struct ns *ns = find_ns(detail->row.snapshot, type, id);
	struct dialog_line *line = lines_add(lines);
	char text[UNITS_TEXT_MAX] = "-";
	_cleanup_(strbuf_finish)
	struct strbuf sharing = STRBUF_INIT;
	lines_part(lines, line, STYLE_LABEL, ns_type_text(type), 8);
	if (id)
		snprintf(text, sizeof(text), "%" PRIu64, id);
	lines_part(lines, line, STYLE_NORMAL, text, 12);
	snprintf(text, sizeof(text), "%" PRIu32, ns ? ns->processes : 0);
	lines_part(lines, line, STYLE_NORMAL, ns ? text : "-", 7);
	uint16_t style = STYLE_DIM;
	if (id)
		style = say_sharing(detail, type, id, &sharing);
	else
		strbuf_adds(&sharing, "not known");
	lines_part(lines, line, style, strbuf_cstr(&sharing), 0);
}

static void build_namespaces(const struct detail *detail, struct lines *lines)
{
	const struct container *container = row_container(&detail->row);
	const struct process *process = detail_process(detail);
	const uint64_t *ns = container ? container->ns : process ? process->ns : NULL;
	struct dialog_line *line = lines_add(lines);
	if (!ns) {
		lines_part(lines, line, STYLE_DIM, metric_why_text(WHY_NO_PROCESS), 0);
		return;
	}
	lines_part(lines, line, STYLE_DIM, "TYPE", 8);
	lines_part(lines, line, STYLE_DIM, "ID", 12);
	lines_part(lines, line, STYLE_DIM, "PROCS", 7);
	lines_part(lines, line, STYLE_DIM, "WHOSE", 0);
	for (int type = 0; type < NS_TYPES; type++)
		add_ns(detail, (enum ns_type)type, ns[type], lines);
}

/* ---- Its inside ---- */

static bool add_unknown(const struct detail *detail, const char *unknown, struct lines *lines)
{
	const char *text = unknown;
	if (!detail_process(detail) && !detail->inside)
		text = metric_why_text(WHY_NO_PROCESS);
	else if (!detail->inside)
		text = "Reading ...";
	if (text)
		lines_part(lines, lines_add(lines), STYLE_DIM, text, 0);
	return text != NULL;
}

#define TARGET_COLUMNS 30
#define SOURCE_COLUMNS 23

/* A text that does not fit its column has a line of its own. */
static void add_column(const char *text, uint16_t style, size_t columns, size_t before,
		       struct lines *lines)
{
	struct dialog_line *line = &lines->list[lines->len - 1];
	if (text_width(span_of(text)) <= columns) {
		lines_part(lines, line, style, text, columns + 1);
		return;
	}
	lines_part(lines, line, style, text, 0);
	lines_part(lines, lines_add(lines), STYLE_NORMAL, "", before + columns + 1);
}

static void add_mount(const struct inside_mount *mount, size_t width, struct lines *lines)
{
	lines_add(lines);
	add_column(mount->target, STYLE_STRONG, TARGET_COLUMNS, 0, lines);
	lines_part(lines, &lines->list[lines->len - 1], STYLE_ENGINE, mount->type, 9);
	lines_part(lines, &lines->list[lines->len - 1], STYLE_NORMAL, " ", 0);
	add_column(mount->source, STYLE_NORMAL, SOURCE_COLUMNS, TARGET_COLUMNS + 11, lines);
	lines_wrap(lines, STYLE_DIM, mount->options, TARGET_COLUMNS + SOURCE_COLUMNS + 12, width);
}

static void build_mounts(const struct detail *detail, struct lines *lines)
{
	const struct inside *inside = detail->inside;
	if (add_unknown(detail, inside ? inside->mounts_unknown : NULL, lines))
		return;
	struct dialog_line *line = lines_add(lines);
	lines_part(lines, line, STYLE_DIM, "TARGET", TARGET_COLUMNS + 1);
	lines_part(lines, line, STYLE_DIM, "TYPE", 10);
	lines_part(lines, line, STYLE_DIM, "SOURCE", SOURCE_COLUMNS + 1);
	lines_part(lines, line, STYLE_DIM, "OPTIONS", 0);
	for (size_t i = 0; i < inside->mounts_len; i++)
		add_mount(&inside->mounts[i], width_of(detail), lines);
}

static void add_variable(const char *variable, size_t width, struct lines *lines)
{
	struct dialog_line *line = lines_add(lines);
	struct span name = span_of(variable), value = SPAN("");
	if (!span_split_at(span_of(variable), '=', &name, &value)) {
		lines_wrap(lines, STYLE_NORMAL, variable, 2, width);
		return;
	}
	lines_part(lines, line, STYLE_LABEL, arena_strndup(&lines->arena, name.p, name.len), 0);
	lines_part(lines, line, STYLE_DIM, "=", 0);
	lines_wrap(lines, STYLE_NORMAL, value.p, 2, width);
}

static void build_environment(const struct detail *detail, struct lines *lines)
{
	const struct inside *inside = detail->inside;
	if (add_unknown(detail, inside ? inside->environment_unknown : NULL, lines))
		return;
	lines_partf(lines, lines_add(lines), STYLE_DIM, "Of process %d, as it was started%s",
		    (int)inside->pid, inside->environment_cut ? "; the end is missing" : "");
	for (size_t i = 0; i < inside->environment_len; i++)
		add_variable(inside->environment[i], width_of(detail), lines);
}

void detail_lines_build(struct detail *detail, enum detail_section section, struct lines *lines)
{
	if (!detail->row.kind) {
		lines_part(lines, lines_add(lines), STYLE_DIM,
			   "It is gone. Esc: back; its events are still here", 0);
		return;
	}
	switch (section) {
	case DETAIL_LIMITS:
		build_limits_section(detail, lines);
		break;
	case DETAIL_NAMESPACES:
		build_namespaces(detail, lines);
		break;
	case DETAIL_MOUNTS:
		build_mounts(detail, lines);
		break;
	case DETAIL_ENVIRONMENT:
		build_environment(detail, lines);
		break;
	default:
		break;
	}
}
