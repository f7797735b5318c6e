/* SPDX-License-Identifier: MIT */
/*
 * The meters above a screen. Owns nothing: it draws what struct host of a snapshot says, and picks the
 * largest layout that the terminal has room for. Never computes a rate.
 */
#include "ui/header.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/units.h"
#include "ui/graph.h"

#define BAR_MIN_COLUMNS	   20 /* of a CPU's bar, before CPUs are grouped */
#define METERS_MAX	   4
#define PRESSURE_WARN_PCT  10.0
#define PRESSURE_ALARM_PCT 40.0

/** struct pen - writes pieces of one line one after the other */
struct pen {
	struct canvas *canvas;
	int x, y, right; /* @right: the first column that is not ours */
};

static void __attribute__((format(printf, 3, 4)))
pen_write(struct pen *pen, uint16_t style, const char *fmt, ...)
{
	char text[128];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (pen->x < pen->right)
		pen->x += canvas_text(pen->canvas, pen->x, pen->y, style, span_of(text),
				      pen->right - pen->x);
}

/* pen_fits() - whether @columns more find room; a piece that does not is better left out whole */
static bool pen_fits(const struct pen *pen, int columns)
{
	return pen->x + columns <= pen->right;
}

static void pen_metric(struct pen *pen, struct metric metric)
{
	char text[UNITS_TEXT_MAX];
	if (metric_is_known(metric))
		pen_write(pen, STYLE_STRONG, "%s", units_format_count(metric.value, text));
	else
		pen_write(pen, STYLE_DIM, "-");
}

/* A meter: draws one thing into one line. */
typedef void meter_draw(const struct snapshot *snapshot, struct pen *pen);

/* ---- Bars ---- */

static void draw_bar(struct pen *pen, const struct graph_bar *bar)
{
	graph_bar_draw(pen->canvas, (struct rect) {pen->x, pen->y, pen->right - pen->x, 1}, bar);
}

static double share(struct rate rate)
{
	return rate_is_known(rate) ? rate.value / 100.0 : NAN;
}

static double mean_of(const struct host_cpu *cpus, size_t n, size_t offset)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		const struct rate *rate = (const void *)((const char *)&cpus[i] + offset);
		sum += share(*rate);
	}
	return sum / (double)n;
}

static void cpu_bar(struct pen *pen, const char *label, const struct host_cpu *cpus, size_t n)
{
	static const struct {
		size_t offset;
		uint16_t style;
	} kinds[] = {
		{offsetof(struct host_cpu, nice_pct), STYLE_BAR_LOW},
		{offsetof(struct host_cpu, user_pct), STYLE_BAR_USER},
		{offsetof(struct host_cpu, system_pct), STYLE_BAR_SYSTEM},
		{offsetof(struct host_cpu, iowait_pct), STYLE_BAR_WAIT},
		{offsetof(struct host_cpu, steal_pct), STYLE_BAR_STEAL},
	};
	struct graph_part parts[ARRAY_LEN(kinds)];
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		parts[i] = (struct graph_part) {mean_of(cpus, n, kinds[i].offset), kinds[i].style};
	double busy = 100.0 * mean_of(cpus, n, offsetof(struct host_cpu, busy_pct));
	char number[UNITS_TEXT_MAX], text[UNITS_TEXT_MAX + 1] = "-";
	if (!isnan(busy))
		snprintf(text, sizeof(text), "%s%%", units_format_pct(busy, number));
	draw_bar(pen, &(struct graph_bar) {span_of(label), span_of(text), parts, ARRAY_LEN(parts)});
}

static void draw_cpu(const struct snapshot *snapshot, struct pen *pen)
{
	cpu_bar(pen, "CPU", &snapshot->host.all, 1);
}

static double ratio(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static void used_of_total(struct metric used, struct metric total, char *out, size_t cap)
{
	char a[UNITS_TEXT_MAX], b[UNITS_TEXT_MAX];
	if (!metric_is_known(used) || !metric_is_known(total))
		snprintf(out, cap, "-");
	else
		snprintf(out, cap, "%s/%s", units_format_bytes(used.value, a),
			 units_format_bytes(total.value, b));
}

static uint64_t known_or_zero(struct metric metric)
{
	return metric_is_known(metric) ? metric.value : 0;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The coloured parts up to shared end where the number says, at total - available; behind them stands
 * what the kernel would give back: buffers and cache. */
static void draw_memory(const struct snapshot *snapshot, struct pen *pen)
{
	const struct host *host = &snapshot->host;
	uint64_t total = known_or_zero(host->memory_total_bytes);
	uint64_t used = min_u64(known_or_zero(host->memory_used_bytes), total);
	uint64_t free_bytes = min_u64(known_or_zero(host->memory_free_bytes), total - used);
	uint64_t shared = min_u64(known_or_zero(host->memory_shared_bytes), used);
	uint64_t back = total - used - free_bytes;
	uint64_t buffers = min_u64(known_or_zero(host->memory_buffers_bytes), back);
	const struct graph_part parts[] = {
		{ratio(used - shared, total), STYLE_BAR_USER},
		{ratio(shared, total), STYLE_BAR_SYSTEM},
		{ratio(buffers, total), STYLE_BAR_LOW},
		{ratio(back - buffers, total), STYLE_BAR_WAIT},
	};
	char text[2 * UNITS_TEXT_MAX];
	used_of_total(host->memory_used_bytes, host->memory_total_bytes, text, sizeof(text));
	draw_bar(pen, &(struct graph_bar) {SPAN("Mem"), span_of(text), parts, ARRAY_LEN(parts)});
}

static void draw_swap(const struct snapshot *snapshot, struct pen *pen)
{
	const struct host *host = &snapshot->host;
	uint64_t total = known_or_zero(host->swap_total_bytes);
	const struct graph_part part = {ratio(known_or_zero(host->swap_used_bytes), total),
					STYLE_BAR_SYSTEM};
	char text[2 * UNITS_TEXT_MAX];
	if (metric_is_known(host->swap_total_bytes) && total == 0)
		snprintf(text, sizeof(text), "no swap");
	else
		used_of_total(host->swap_used_bytes, host->swap_total_bytes, text, sizeof(text));
	draw_bar(pen, &(struct graph_bar) {SPAN("Swp"), span_of(text), &part, 1});
}

/* ---- Lines of text ---- */

static void pressure_part(struct pen *pen, const char *name, struct rate rate)
{
	char text[UNITS_TEXT_MAX];
	pen_write(pen, STYLE_NORMAL, "%s ", name);
	if (!rate_is_known(rate)) {
		pen_write(pen, STYLE_DIM, "-  ");
		return;
	}
	bool alarm = rate.value >= PRESSURE_ALARM_PCT;
	uint16_t style = alarm				   ? STYLE_ALARM
			 : rate.value >= PRESSURE_WARN_PCT ? STYLE_WARN
							   : STYLE_STRONG;
	pen_write(pen, style, "%s%%%s", units_format_pct(rate.value, text), alarm ? "! " : "  ");
}

static void draw_pressure(const struct snapshot *snapshot, struct pen *pen)
{
	const struct usage_pressure *pressure = &snapshot->host.pressure;
	pen_write(pen, STYLE_LABEL, "PSI ");
	if (pressure->cpu_some_pct.why == WHY_NO_PSI) {
		pen_write(pen, STYLE_DIM, "off (boot with psi=1)");
		return;
	}
	pressure_part(pen, "cpu", pressure->cpu_some_pct);
	pressure_part(pen, "mem", pressure->memory_some_pct);
	pressure_part(pen, "io", pressure->io_some_pct);
}

static void draw_tasks(const struct snapshot *snapshot, struct pen *pen)
{
	const struct host *host = &snapshot->host;
	pen_write(pen, STYLE_LABEL, "Tasks: ");
	pen_metric(pen, host->tasks);
	pen_write(pen, STYLE_LABEL, ", ");
	pen_metric(pen, host->threads);
	pen_write(pen, STYLE_LABEL, " thr; ");
	pen_metric(pen, host->running);
	pen_write(pen, STYLE_LABEL, " running");
}

static void pen_load(struct pen *pen, struct rate load, uint16_t style)
{
	if (rate_is_known(load))
		pen_write(pen, style, "%.2f ", load.value);
	else
		pen_write(pen, STYLE_DIM, "- ");
}

static void draw_load(const struct snapshot *snapshot, struct pen *pen)
{
	const struct host *host = &snapshot->host;
	char text[UNITS_TEXT_MAX];
	pen_write(pen, STYLE_LABEL, "Load: ");
	pen_load(pen, host->load1, STYLE_STRONG);
	pen_load(pen, host->load5, STYLE_NORMAL);
	pen_load(pen, host->load15, STYLE_NORMAL);
	if (!metric_is_known(host->uptime_usec) || !pen_fits(pen, 13))
		return;
	pen_write(pen, STYLE_LABEL, " Up: ");
	pen_write(pen, STYLE_NORMAL, "%s", units_format_duration(host->uptime_usec.value, text));
}

static void count_containers(const struct snapshot *snapshot, size_t *total, size_t *paused)
{
	*total = *paused = 0;
	for (size_t i = 0; i < snapshot->containers_len; i++) {
		const struct container *container = &snapshot->containers[i];
		if (container_is_unit(container))
			continue;
		++*total;
		*paused += container->state == CONTAINER_PAUSED;
	}
}

static void draw_host(const struct snapshot *snapshot, struct pen *pen)
{
	size_t total, paused;
	count_containers(snapshot, &total, &paused);
	if (snapshot->sources & SOURCE_IDENTITY) {
		pen_write(pen, STYLE_LABEL, "Containers: ");
		pen_write(pen, STYLE_STRONG, "%zu", total);
		if (paused > 0)
			pen_write(pen, STYLE_PAUSED, ", %zu paused", paused);
		pen_write(pen, STYLE_NORMAL, "  ");
	}
	_cleanup_(strbuf_finish)
	struct strbuf name = STRBUF_INIT;
	text_sanitize(span_of(snapshot->host.hostname), &name);
	pen_write(pen, STYLE_LABEL, "Host: ");
	struct span cut = text_cut(strbuf_span(&name), 32, NULL);
	pen_write(pen, STYLE_NORMAL, "%.*s", (int)cut.len, cut.p);
	const char *layout = snapshot->layout == CGROUP_LAYOUT_NONE
				     ? "no"
				     : cgroup_layout_text(snapshot->layout);
	if (pen_fits(pen, (int)strlen(layout) + 10))
		pen_write(pen, STYLE_DIM, " (%s cgroups)", layout);
}

/* draw_brief() - all that matters in one short line */
static void draw_brief(const struct snapshot *snapshot, struct pen *pen)
{
	const struct host *host = &snapshot->host;
	char text[2 * UNITS_TEXT_MAX];
	pen_write(pen, STYLE_LABEL, "CPU ");
	if (rate_is_known(host->all.busy_pct))
		pen_write(pen, STYLE_STRONG, "%s%% ",
			  units_format_pct(host->all.busy_pct.value, text));
	else
		pen_write(pen, STYLE_DIM, "- ");
	pen_write(pen, STYLE_LABEL, "Mem ");
	used_of_total(host->memory_used_bytes, host->memory_total_bytes, text, sizeof(text));
	pen_write(pen, STYLE_STRONG, "%s", text);
}

/* ---- Layouts ---- */

/** struct layout - what is shown from a size of the terminal on; the first that fits is taken */
struct layout {
	int min_width, min_height;
	bool cpu_grid;		       /* a bar per CPU, over the whole width, above the rest */
	meter_draw *left[METERS_MAX];  /* one per line */
	meter_draw *right[METERS_MAX]; /* none: the left ones take the whole width */
};

/* clang-format off */
static const struct layout layouts[] = {
	{60, 18, true, {draw_memory, draw_swap, draw_pressure}, {draw_tasks, draw_load, draw_host}},
	{60, 14, false, {draw_cpu, draw_memory}, {draw_tasks, draw_load}},
	{34, 18, false, {draw_cpu, draw_memory, draw_swap, draw_load}, {NULL}},
	{34, 14, false, {draw_cpu, draw_memory}, {NULL}},
	{34, 8, false, {draw_cpu}, {draw_memory}},
	{20, 8, false, {draw_brief}, {NULL}},
};
/* clang-format on */

static const struct layout *layout_find(int width, int height)
{
	for (size_t i = 0; i < ARRAY_LEN(layouts); i++)
		if (width >= layouts[i].min_width && height >= layouts[i].min_height)
			return &layouts[i];
	return NULL;
}

static int layout_lines(const struct layout *layout)
{
	int lines = 0;
	while (lines < METERS_MAX && layout->left[lines])
		lines++;
	return lines;
}

/** struct grid - how the CPUs' bars are arranged, column by column */
struct grid {
	size_t bars, per_bar; /* CPUs per bar: 1, or a power of two */
	int columns, lines;
};

static struct grid grid_fit(size_t cpus, int width, int height)
{
	size_t max_lines = (size_t)(height / 8 > 1 ? height / 8 : 1);
	size_t max_columns = (size_t)(width / BAR_MIN_COLUMNS) & ~(size_t)1;
	struct grid grid = {.bars = cpus, .per_bar = 1, .columns = 2, .lines = 1};
	while (grid.bars > max_lines * max_columns) {
		grid.per_bar *= 2;
		grid.bars = (cpus + grid.per_bar - 1) / grid.per_bar;
	}
	while ((grid.bars + (size_t)grid.columns - 1) / (size_t)grid.columns > max_lines)
		grid.columns += 2;
	if (grid.bars <= 1)
		grid.columns = 1;
	else
		grid.lines = (int)((grid.bars + (size_t)grid.columns - 1) / (size_t)grid.columns);
	return grid;
}

/* slot() - the @i'th of @n columns of @rect, with a gap between them, @line lines down */
static struct pen slot(struct canvas *canvas, struct rect rect, int i, int n, int line)
{
	int x = rect.x + (rect.width + 1) * i / n;
	int next = rect.x + (rect.width + 1) * (i + 1) / n;
	return (struct pen) {canvas, x, rect.y + line, next - 1};
}

static void grid_label(const struct host_cpu *first, const struct host_cpu *last, char *out,
		       size_t cap)
{
	if (first == last)
		snprintf(out, cap, "%3d", first->id);
	else
		snprintf(out, cap, "%2d-%-2d", first->id, last->id);
}

static void grid_draw(const struct host *host, struct canvas *canvas, struct rect rect,
		      const struct grid *grid)
{
	if (host->cpus_len == 0) {
		struct pen pen = slot(canvas, rect, 0, 1, 0);
		cpu_bar(&pen, "CPU", &host->all, 1);
		return;
	}
	for (size_t i = 0; i < grid->bars; i++) {
		size_t first = i * grid->per_bar, end = first + grid->per_bar;
		if (end > host->cpus_len)
			end = host->cpus_len;
		struct pen pen = slot(canvas, rect, (int)i / grid->lines, grid->columns,
				      (int)i % grid->lines);
		char label[32];
		grid_label(&host->cpus[first], &host->cpus[end - 1], label, sizeof(label));
		cpu_bar(&pen, label, &host->cpus[first], end - first);
	}
}

static int grid_lines(const struct snapshot *snapshot, int width, int height)
{
	return snapshot ? grid_fit(snapshot->host.cpus_len, width, height).lines : 1;
}

int header_lines(const struct snapshot *snapshot, int width, int height)
{
	const struct layout *layout = layout_find(width, height);
	if (!layout)
		return 0;
	return layout_lines(layout) + (layout->cpu_grid ? grid_lines(snapshot, width, height) : 0);
}

void header_draw(const struct snapshot *snapshot, struct canvas *canvas, struct rect rect,
		 int height)
{
	const struct layout *layout = layout_find(rect.width, height);
	if (!layout || !snapshot)
		return;
	int line = 0;
	if (layout->cpu_grid) {
		struct grid grid = grid_fit(snapshot->host.cpus_len, rect.width, height);
		grid_draw(&snapshot->host, canvas, rect, &grid);
		line = grid.lines;
	}
	int columns = layout->right[0] ? 2 : 1;
	for (int i = 0; i < METERS_MAX; i++) {
		struct pen left = slot(canvas, rect, 0, columns, line + i);
		struct pen right = slot(canvas, rect, 1, columns, line + i);
		if (layout->left[i])
			layout->left[i](snapshot, &left);
		if (layout->right[i])
			layout->right[i](snapshot, &right);
	}
}
