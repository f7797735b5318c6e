/* SPDX-License-Identifier: MIT */
/*
 * The overview of a detail: six figures over time, what the memory is made of with its limits marked, and
 * the processes and limits where there is room. Shrinks with the terminal: two lines of graphs beside each
 * other, one figure a line, none. Owns nothing.
 */
#include <math.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/units.h"
#include "model/alarm.h"
#include "ui/detail.h"
#include "ui/graph.h"

#define PANELS		  6
#define PANEL_LINES_MAX	  9
#define PANEL_MIN_COLUMNS 36 /* two beside each other need as much twice, and a gap */
#define PANEL_GAP	  2
#define WIDE_COLUMNS	  126 /* three beside each other from here on */
#define ROOMY_LINES	  34  /* processes and limits below from here on */
#define LIMITS_COLUMNS	  64  /* at the least, and half of what is beyond the wide ones */
#define EVENTS_MIN_LINES  4   /* of the last events, below the limits */
#define BRIEF_LABEL	  9   /* columns of a name where a figure has one line */
#define BRIEF_VALUE	  12
#define ALARM_SHARE	  0.9 /* of a limit */
#define HEADROOM	  1.2
#define SCALE_TO_LIMIT	  4 /* a limit is the top of a graph from a quarter of it on */

/** struct panel - one figure over time */
struct panel {
	const char *title;
	enum history_series series;
	uint16_t style;
	/* what it is now, at length and in a few characters; false: not known, and why in @out */
	bool (*say)(const struct usage *usage, bool brief, struct strbuf *out);
	/* the limit that its values run into; NAN: none */
	double (*limit)(const struct usage *usage);
	/* the top of the graph in words */
	char *(*format)(double value, char buf[UNITS_TEXT_MAX]);
};

/* ---- What the figures say ---- */

static bool say_reason(uint8_t why, struct strbuf *out)
{
	strbuf_adds(out, metric_why_text((enum metric_why)why));
	return false;
}

static void add_pct(double pct, struct strbuf *out)
{
	char text[UNITS_TEXT_MAX];
	strbuf_addf(out, "%s%%", units_format_pct(pct, text));
}

static bool has_limit(struct metric limit)
{
	return metric_is_known(limit) && limit.value != METRIC_NO_LIMIT;
}

static bool say_cpu(const struct usage *usage, bool brief, struct strbuf *out)
{
	const struct usage_cpu *cpu = &usage->cpu;
	if (!rate_is_known(cpu->pct))
		return say_reason(cpu->pct.why, out);
	add_pct(cpu->pct.value, out);
	if (brief)
		return true;
	if (has_limit(cpu->effective_microcpus))
		strbuf_addf(out, " of %.4g CPUs", (double)cpu->effective_microcpus.value / 1e6);
	if (rate_is_known(cpu->throttled_pct) && cpu->throttled_pct.value >= 0.05) {
		strbuf_adds(out, ", throttled ");
		add_pct(cpu->throttled_pct.value, out);
	}
	return true;
}

static bool say_memory(const struct usage *usage, bool brief, struct strbuf *out)
{
	const struct usage_memory *memory = &usage->memory;
	struct metric used = metric_is_known(memory->working_set_bytes) ? memory->working_set_bytes
									: memory->current_bytes;
	char text[UNITS_TEXT_MAX];
	if (!metric_is_known(used))
		return say_reason(used.why, out);
	strbuf_adds(out, units_format_bytes(used.value, text));
	if (has_limit(memory->effective_bytes))
		strbuf_addf(out, "%s%s", brief ? "/" : " of ",
			    units_format_bytes(memory->effective_bytes.value, text));
	if (!brief && metric_is_known(memory->peak_bytes))
		strbuf_addf(out, ", peak %s", units_format_bytes(memory->peak_bytes.value, text));
	return true;
}

static bool say_tasks(const struct usage *usage, bool brief, struct strbuf *out)
{
	const struct usage_pids *pids = &usage->pids;
	char text[UNITS_TEXT_MAX];
	if (!metric_is_known(pids->current))
		return say_reason(pids->current.why, out);
	strbuf_adds(out, units_format_count(pids->current.value, text));
	if (has_limit(pids->effective_limit))
		strbuf_addf(out, "%s%s", brief ? "/" : " of ",
			    units_format_count(pids->effective_limit.value, text));
	if (!brief && rate_is_known(pids->growth_per_sec) &&
	    fabs(pids->growth_per_sec.value) >= 0.05)
		strbuf_addf(out, ", %+.1f/s", pids->growth_per_sec.value);
	return true;
}

static bool say_pressure(const struct usage *usage, bool brief, struct strbuf *out)
{
	const struct {
		const char *name;
		struct rate rate;
	} kinds[] = {
		{"cpu", usage->pressure.cpu_some_pct},
		{"mem", usage->pressure.memory_some_pct},
		{"io", usage->pressure.io_some_pct},
	};
	double worst = -1;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!rate_is_known(kinds[i].rate))
			continue;
		worst = fmax(worst, kinds[i].rate.value);
		if (brief)
			continue;
		strbuf_addf(out, "%s%s ", out->len > 0 ? "  " : "", kinds[i].name);
		add_pct(kinds[i].rate.value, out);
	}
	if (worst < 0)
		return say_reason(kinds[0].rate.why, out);
	if (brief)
		add_pct(worst, out);
	return true;
}

static bool say_flow(struct rate in, struct rate out_rate, const char *const words[2], bool brief,
		     struct strbuf *out)
{
	char a[UNITS_TEXT_MAX], b[UNITS_TEXT_MAX];
	if (!rate_is_known(in) && in.why == WHY_NOT_APPLICABLE) {
		strbuf_adds(out, "counted for containers only");
		return false;
	}
	if (!rate_is_known(in) || !rate_is_known(out_rate))
		return say_reason(rate_is_known(in) ? out_rate.why : in.why, out);
	if (brief)
		strbuf_addf(out, "%s/s",
			    units_format_bytes((uint64_t)(in.value + out_rate.value), a));
	else
		strbuf_addf(out, "%s/s %s, %s/s %s", units_format_bytes((uint64_t)in.value, a),
			    words[0], units_format_bytes((uint64_t)out_rate.value, b), words[1]);
	return true;
}

static bool say_io(const struct usage *usage, bool brief, struct strbuf *out)
{
	static const char *const words[2] = {"read", "written"};
	return say_flow(usage->io.read_bytes_per_sec, usage->io.write_bytes_per_sec, words, brief,
			out);
}

static bool say_net(const struct usage *usage, bool brief, struct strbuf *out)
{
	static const char *const words[2] = {"in", "out"};
	return say_flow(usage->net.rx_bytes_per_sec, usage->net.tx_bytes_per_sec, words, brief,
			out);
}

static double no_limit(const struct usage *usage)
{
	(void)usage;
	return NAN;
}

static double cpu_limit(const struct usage *usage)
{
	struct metric limit = usage->cpu.effective_microcpus;
	return has_limit(limit) ? (double)limit.value / 1e4 : NAN;
}

static double memory_limit(const struct usage *usage)
{
	struct metric limit = usage->memory.effective_bytes;
	return has_limit(limit) ? (double)limit.value : NAN;
}

static double tasks_limit(const struct usage *usage)
{
	struct metric limit = usage->pids.effective_limit;
	return has_limit(limit) ? (double)limit.value : NAN;
}

static double whole_time(const struct usage *usage)
{
	(void)usage;
	return 100;
}

static char *format_pct(double value, char buf[UNITS_TEXT_MAX])
{
	snprintf(buf, UNITS_TEXT_MAX, "%.0f%%", value);
	return buf;
}

static char *format_bytes(double value, char buf[UNITS_TEXT_MAX])
{
	return units_format_bytes((uint64_t)value, buf);
}

static char *format_count(double value, char buf[UNITS_TEXT_MAX])
{
	return units_format_count((uint64_t)value, buf);
}

static char *format_flow(double value, char buf[UNITS_TEXT_MAX])
{
	units_format_bytes((uint64_t)value, buf);
	return strcat(buf, "/s");
}

static const struct panel panels[PANELS] = {
	{"CPU", HISTORY_CPU_PCT, STYLE_BAR_USER, say_cpu, cpu_limit, format_pct},
	{"Memory", HISTORY_MEMORY_BYTES, STYLE_BAR_LOW, say_memory, memory_limit, format_bytes},
	{"Tasks", HISTORY_PIDS, STYLE_BAR_STEAL, say_tasks, tasks_limit, format_count},
	{"Pressure", HISTORY_PRESSURE, STYLE_BAR_WAIT, say_pressure, whole_time, format_pct},
	{"I/O", HISTORY_IO_BYTES, STYLE_ENGINE, say_io, no_limit, format_flow},
	{"Network", HISTORY_NET_BYTES, STYLE_LABEL, say_net, no_limit, format_flow},
};

/* ---- Drawing a figure ---- */

static uint64_t history_key(const struct detail *detail)
{
	return detail->key.kind == ROW_CGROUP ? history_cgroup(detail->key.a) : detail->key.a;
}

/* nice_top() - the least round number at or above @value: 1, 2, 5 and their tenfolds; in bytes powers of 2 */
static double nice_top(double value, bool binary)
{
	static const double steps[] = {1, 2, 5, 10};
	if (!(value > 0))
		return 0;
	if (binary)
		return exp2(ceil(log2(value)));
	double base = pow(10, floor(log10(value)));
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (value <= steps[i] * base * 1.0000001)
			return steps[i] * base;
	return 10 * base;
}

static double top_of(const struct panel *panel, double limit, const double *values, size_t len)
{
	double greatest = 0;
	for (size_t i = 0; i < len; i++)
		greatest = fmax(greatest, values[i]);
	if (!isnan(limit) && (greatest * SCALE_TO_LIMIT >= limit || panel->limit == whole_time))
		return fmax(limit, greatest);
	/* Some air above: what is steady must not look as if it were full. */
	return nice_top(HEADROOM * greatest,
			panel->format == format_bytes || panel->format == format_flow);
}

static void draw_graph(struct detail *detail, const struct panel *panel, struct canvas *canvas,
		       struct rect rect, double *out_top)
{
	double values[HISTORY_LEN];
	const struct usage *usage = detail_usage(detail);
	size_t want = graph_samples(canvas, detail->options->graph, rect.width);
	size_t len = history_get(detail->history, history_key(detail), panel->series, values,
				 want < HISTORY_LEN ? want : HISTORY_LEN);
	double limit = usage ? panel->limit(usage) : NAN;
	detail->span_usec = history_span_usec(detail->history, len);
	*out_top = top_of(panel, limit, values, len);
	if (rect.width <= 0 || rect.height <= 0)
		return;
	graph_spark_draw(canvas, rect,
			 &(struct graph_spark) {.values = values,
						.len = len,
						.max = *out_top,
						.style = panel->style,
						.marks = detail->options->graph,
						.alarm = isnan(limit) ? 0 : ALARM_SHARE * limit,
						.ground = true});
}

/* draw_text() - with a sign where it is cut; returns the columns used */
static int draw_text(struct canvas *canvas, struct rect line, uint16_t style, struct span text)
{
	bool cut = (int)text_width(text) > line.width;
	int used = canvas_text(canvas, line.x, line.y, style, text, line.width - cut);
	if (cut && line.width > 0)
		used += canvas_text(canvas, line.x + used, line.y, style, SPAN("\xe2\x80\xa6"), 1);
	return used;
}

static uint16_t say_value(const struct detail *detail, const struct panel *panel, bool brief,
			  struct strbuf *out)
{
	const struct usage *usage = detail_usage(detail);
	if (!usage) {
		strbuf_adds(out, "gone");
		return STYLE_DIM;
	}
	return panel->say(usage, brief, out) ? STYLE_STRONG : STYLE_DIM;
}

/* draw_brief() - name, value and graph in one line */
static void draw_brief(struct detail *detail, const struct panel *panel, struct canvas *canvas,
		       struct rect line)
{
	_cleanup_(strbuf_finish)
	struct strbuf value = STRBUF_INIT;
	double top;
	uint16_t style = say_value(detail, panel, true, &value);
	int room = line.width - BRIEF_LABEL;
	canvas_text(canvas, line.x, line.y, STYLE_LABEL, span_of(panel->title), line.width);
	if (style == STYLE_STRONG && room > BRIEF_VALUE + 4)
		draw_graph(detail, panel, canvas,
			   (struct rect) {line.x + BRIEF_LABEL + BRIEF_VALUE, line.y,
					  room - BRIEF_VALUE, 1},
			   &top);
	draw_text(canvas, (struct rect) {line.x + BRIEF_LABEL, line.y, room, 1}, style,
		  strbuf_span(&value));
}

/* draw_panel() - a line of name, value and scale, and the graph below it */
static void draw_panel(struct detail *detail, const struct panel *panel, struct canvas *canvas,
		       struct rect rect)
{
	_cleanup_(strbuf_finish)
	struct strbuf value = STRBUF_INIT;
	char text[UNITS_TEXT_MAX];
	double top;
	if (rect.height == 1) {
		draw_brief(detail, panel, canvas, rect);
		return;
	}
	uint16_t style = say_value(detail, panel, false, &value);
	struct rect graph = {rect.x, rect.y + 1, rect.width, rect.height - 1};
	int x = canvas_text(canvas, rect.x, rect.y, STYLE_LABEL, span_of(panel->title), rect.width);
	x += 1 + draw_text(canvas, (struct rect) {rect.x + x + 1, rect.y, rect.width - x - 1, 1},
			   style, strbuf_span(&value));
	draw_graph(detail, panel, canvas, graph, &top);
	int scale = (int)strlen(panel->format(top, text));
	if (style == STYLE_STRONG && top > 0 && x + 1 + scale <= rect.width)
		canvas_text(canvas, rect.x + rect.width - scale, rect.y, STYLE_DIM, span_of(text),
			    scale);
}

/* ---- What the memory is made of ---- */

/** struct part - of the memory */
struct part {
	const char *name;
	uint16_t style;
	struct metric bytes;
};

#define PARTS 6

/* rest_of() - of the memory, what none of @parts tells: tables of pages, buffers of the network */
static struct metric rest_of(const struct usage_memory *memory, const struct part *parts,
			     size_t parts_len)
{
	struct metric rest = memory->current_bytes;
	for (size_t i = 0; i < parts_len; i++)
		if (metric_is_known(parts[i].bytes))
			rest = metric_sub_clamped(rest, parts[i].bytes);
	return rest;
}

static void split_memory(const struct usage_memory *memory, struct part parts[PARTS])
{
	struct metric file =
		metric_sub_clamped(metric_sub_clamped(memory->file_bytes, memory->shmem_bytes),
				   memory->inactive_file_bytes);
	parts[0] = (struct part) {"anon", STYLE_BAR_USER, memory->anon_bytes};
	parts[1] = (struct part) {"shared", STYLE_BAR_SYSTEM, memory->shmem_bytes};
	parts[2] = (struct part) {"kernel", STYLE_BAR_STEAL, memory->slab_bytes};
	parts[3] = (struct part) {"file", STYLE_BAR_WAIT,
				  metric_is_known(file) ? file : memory->file_bytes};
	parts[4] = (struct part) {"inactive", STYLE_BAR_LOW, memory->inactive_file_bytes};
	parts[5] = (struct part) {"other", STYLE_NORMAL, rest_of(memory, parts, 5)};
}

/* bar_whole() - what the whole bar stands for: the limit; without one, what was ever used and some air */
static double bar_whole(const struct usage_memory *memory)
{
	double most = (double)memory->current_bytes.value;
	if (has_limit(memory->effective_bytes))
		return fmax((double)memory->effective_bytes.value, most);
	if (metric_is_known(memory->peak_bytes))
		most = fmax(most, (double)memory->peak_bytes.value);
	return most > 0 ? most * HEADROOM : 1;
}

static void draw_mark(struct canvas *canvas, struct rect room, double share, double free_share,
		      const char *mark)
{
	if (share <= 0 || share > free_share)
		return;
	int x = room.x + (int)(share * (room.width - 1) + 0.5);
	canvas_text(canvas, x, room.y, STYLE_WARN | STYLE_FLAG_BOLD, span_of(mark), 1);
}

static void draw_bar(const struct usage_memory *memory, struct canvas *canvas, struct rect line)
{
	struct part parts[PARTS];
	struct graph_part shares[PARTS];
	double whole = bar_whole(memory);
	char a[UNITS_TEXT_MAX], b[UNITS_TEXT_MAX], text[3 * UNITS_TEXT_MAX];
	split_memory(memory, parts);
	for (size_t i = 0; i < PARTS; i++)
		shares[i] = (struct graph_part) {
			metric_is_known(parts[i].bytes) ? (double)parts[i].bytes.value / whole : 0,
			parts[i].style};
	snprintf(text, sizeof(text), "%s/%s", units_format_bytes(memory->current_bytes.value, a),
		 has_limit(memory->effective_bytes)
			 ? units_format_bytes(memory->effective_bytes.value, b)
			 : "max");
	graph_bar_draw(canvas, line,
		       &(struct graph_bar) {SPAN("Mem"), span_of(text), shares, PARTS});
	/* Marks and digits must not cover each other. */
	struct rect room = {line.x + 4, line.y, line.width - 5, 1};
	double free_share = 1 - (double)(strlen(text) + 1) / fmax(room.width, 1);
	if (has_limit(memory->high_bytes))
		draw_mark(canvas, room, (double)memory->high_bytes.value / whole, free_share, "H");
	if (metric_is_known(memory->peak_bytes))
		draw_mark(canvas, room, (double)memory->peak_bytes.value / whole, free_share, "^");
}

/** struct legend - what the colours and marks of the bar are, over as many lines as it takes */
struct legend {
	struct canvas *canvas;
	struct rect rect;
	int x, line;
};

static void legend_add(struct legend *legend, uint16_t style, const char *name, struct metric bytes)
{
	char text[UNITS_TEXT_MAX];
	if (!metric_is_known(bytes))
		return;
	units_format_bytes(bytes.value, text);
	int columns = (int)(strlen(name) + 1 + strlen(text));
	if (legend->x > 0 && legend->x + columns > legend->rect.width) {
		legend->x = 0;
		legend->line++;
	}
	if (legend->line >= legend->rect.height)
		return;
	int x = legend->rect.x + legend->x, y = legend->rect.y + legend->line;
	int right = legend->rect.x + legend->rect.width;
	x += canvas_text(legend->canvas, x, y, style, span_of(name), right - x) + 1;
	canvas_text(legend->canvas, x, y, STYLE_NORMAL, span_of(text), right - x);
	legend->x += columns + 2;
}

/* draw_legend() - returns the lines used */
static int draw_legend(const struct usage_memory *memory, struct canvas *canvas, struct rect rect)
{
	struct part parts[PARTS];
	struct legend legend = {canvas, rect, 0, 0};
	split_memory(memory, parts);
	for (size_t i = 0; i < PARTS; i++)
		if (i < PARTS - 1 || parts[i].bytes.value > 0)
			legend_add(&legend, parts[i].style, parts[i].name, parts[i].bytes);
	legend_add(&legend, STYLE_NORMAL, "swap", memory->swap_bytes);
	if (has_limit(memory->high_bytes))
		legend_add(&legend, STYLE_WARN, "H high", memory->high_bytes);
	legend_add(&legend, STYLE_WARN, "^ peak", memory->peak_bytes);
	return legend.line < rect.height ? legend.line + 1 : rect.height;
}

/* draw_memory() - returns the lines used */
static int draw_memory(const struct detail *detail, struct canvas *canvas, struct rect rect)
{
	const struct usage *usage = detail_usage(detail);
	if (!usage || !metric_is_known(usage->memory.current_bytes) || rect.height < 1)
		return 0;
	draw_bar(&usage->memory, canvas, (struct rect) {rect.x, rect.y, rect.width, 1});
	if (rect.height < 2)
		return 1;
	return 1 + draw_legend(&usage->memory, canvas,
			       (struct rect) {rect.x + 4, rect.y + 1, rect.width - 4,
					      rect.height < 3 ? 1 : 2});
}

/* ---- All of it ---- */

/* draw_alarms() - what is wrong, in words; returns the lines used */
static int draw_alarms(const struct detail *detail, struct canvas *canvas, struct rect rect)
{
	const struct usage *usage = detail_usage(detail);
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	for (int kind = 0; usage && kind < ALARM_KINDS; kind++) {
		if (alarm_level((enum alarm_kind)kind, usage) != ALARM_ALARM)
			continue;
		strbuf_adds(&text, text.len > 0 ? "; " : "! ");
		alarm_say((enum alarm_kind)kind, usage, &text);
	}
	if (text.len == 0 || rect.height < 4)
		return 0;
	canvas_text(canvas, rect.x, rect.y, STYLE_ALARM, strbuf_span(&text), rect.width);
	return 1;
}

/* draw_panels() - all figures into @rect, @columns beside each other; returns the lines used */
static int draw_panels(struct detail *detail, struct canvas *canvas, struct rect rect, int columns)
{
	int lines = PANELS / columns;
	int height = rect.height / lines;
	if (height > PANEL_LINES_MAX)
		height = PANEL_LINES_MAX;
	if (height < 1)
		height = 1;
	for (int i = 0; i < PANELS; i++) {
		int column = i % columns, line = i / columns;
		int left = rect.x + (rect.width + PANEL_GAP) * column / columns;
		int next = rect.x + (rect.width + PANEL_GAP) * (column + 1) / columns;
		if ((line + 1) * height > rect.height)
			break;
		/* A line between graphs, where there is room: they must not touch. */
		draw_panel(detail, &panels[i], canvas,
			   (struct rect) {left, rect.y + line * height, next - left - PANEL_GAP,
					  height > 4 ? height - 1 : height});
	}
	return lines * height < rect.height ? lines * height : rect.height;
}

/* draw_beside() - limits, and as many of the last events as there is room for */
static void draw_beside(struct detail *detail, struct canvas *canvas, struct rect rect)
{
	_cleanup_(lines_finish)
	struct lines lines = {0};
	detail->width = rect.width;
	detail_lines_build(detail, DETAIL_LIMITS, &lines);
	lines_draw(&lines, canvas, rect);
	int used = (int)lines.len + 1;
	if (!detail->row.kind || rect.height - used < EVENTS_MIN_LINES)
		return;
	view_draw(&detail->events, canvas,
		  (struct rect) {rect.x, rect.y + used, rect.width, rect.height - used});
}

static void draw_below(struct detail *detail, struct canvas *canvas, struct rect rect)
{
	bool wide = rect.width >= WIDE_COLUMNS;
	int beside = wide ? LIMITS_COLUMNS + (rect.width - WIDE_COLUMNS) / 2 : 0;
	int width = wide ? rect.width - beside - PANEL_GAP : rect.width;
	detail->has_processes = true;
	view_draw(&detail->processes, canvas, (struct rect) {rect.x, rect.y, width, rect.height});
	if (wide)
		draw_beside(
			detail, canvas,
			(struct rect) {rect.x + width + PANEL_GAP, rect.y, beside, rect.height});
}

void detail_overview_draw(struct detail *detail, struct canvas *canvas, struct rect rect)
{
	bool roomy = rect.height >= ROOMY_LINES;
	int columns = rect.width >= WIDE_COLUMNS ? 3 : rect.width >= 2 * PANEL_MIN_COLUMNS ? 2 : 1;
	int alarms = draw_alarms(detail, canvas, rect);
	struct rect rest = {rect.x, rect.y + alarms, rect.width, rect.height - alarms};
	struct rect graphs = rest;
	graphs.height -= rest.height > PANELS + 2 ? 3 : 0;
	if (roomy)
		graphs.height = graphs.height * 3 / 5;
	int used = draw_panels(detail, canvas, graphs, columns);
	rest.y += used;
	rest.height -= used;
	used = draw_memory(detail, canvas, rest);
	rest.y += used + 1;
	rest.height -= used + 1;
	if (roomy && rest.height > 3)
		draw_below(detail, canvas, rest);
}
