/* SPDX-License-Identifier: MIT */
/* The meters: what they say, and how they shrink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/header.h"

#define GIB (1ull << 30)

static struct snapshot *host_with(size_t cpus)
{
	struct snapshot *snapshot = snapshot_new();
	struct host *host = &snapshot->host;
	host->hostname = "fern\x1b[31m";
	host->memory_total_bytes = metric_known(16 * GIB);
	host->memory_used_bytes = metric_known(4 * GIB);
	host->memory_free_bytes = metric_known(8 * GIB);
	host->memory_shared_bytes = metric_known(1 * GIB);
	host->memory_buffers_bytes = metric_known(1 * GIB);
	host->swap_total_bytes = metric_known(0);
	host->swap_used_bytes = metric_known(0);
	host->tasks = metric_known(118);
	host->threads = metric_known(402);
	host->running = metric_known(2);
	host->load1 = rate_known(0.52);
	host->load5 = rate_known(1.5);
	host->load15 = rate_known(12.25);
	host->uptime_usec = metric_known(3600ull * 1000000 * 5);
	host->all.busy_pct = rate_known(25);
	host->cpus = arena_array(&snapshot->arena, cpus + 1, sizeof(struct host_cpu));
	host->cpus_len = cpus;
	for (size_t i = 0; i < cpus; i++) {
		host->cpus[i].id = (int)i;
		host->cpus[i].user_pct = rate_known(20);
		host->cpus[i].system_pct = rate_known(5);
		host->cpus[i].nice_pct = host->cpus[i].iowait_pct = rate_known(0);
		host->cpus[i].steal_pct = rate_known(0);
		host->cpus[i].busy_pct = rate_known(25);
	}
	return snapshot;
}

/* shown() - the meters as text on a terminal of this size */
static char *shown(const struct snapshot *snapshot, int width, int height, struct strbuf *out)
{
	struct canvas canvas;
	int lines = header_lines(snapshot, width, height);
	strbuf_reset(out);
	if (lines == 0)
		return strcpy(out->data ? out->data : (strbuf_adds(out, " "), out->data), "");
	canvas_init(&canvas, width, lines, true);
	header_draw(snapshot, &canvas, (struct rect) {0, 0, width, lines}, height);
	canvas_write(&canvas, theme_find(SPAN("default")), CANVAS_TEXT, out);
	canvas_finish(&canvas);
	return out->data;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void every_meter_is_there_on_an_ordinary_terminal(void **state)
{
	(void)state;
	static const char *const parts[] = {
		"  0[",
		"  1[",
		"25.0%]",
		"Mem[",
		"4.0G/16.0G]",
		"Swp[",
		"no swap]",
		"PSI ",
		"Tasks: 118, 402 thr; 2 running",
		"Load: 0.52 1.50 12.25",
		"Up: ",
		"Host: fern?[31m",
	};
	_cleanup_(strbuf_finish)
	struct strbuf out = STRBUF_INIT;
	struct snapshot *snapshot = host_with(2);
	char *text = shown(snapshot, 80, 24, &out);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_has(text, parts[i]);
	snapshot_unref(snapshot);
}

static void what_is_not_known_is_not_shown_as_a_number(void **state)
{
	(void)state;
	_cleanup_(strbuf_finish)
	struct strbuf out = STRBUF_INIT;
	struct snapshot *snapshot = snapshot_new();
	snapshot->host.pressure.cpu_some_pct = rate_unknown(METRIC_ABSENT, WHY_NO_PSI);
	char *text = shown(snapshot, 80, 24, &out);
	assert_has(text, "Tasks: -, - thr; - running");
	assert_has(text, "Load: - - -");
	assert_has(text, "PSI off (boot with psi=1)");
	assert_null(strpbrk(text, "0.%"));
	assert_has(text, "(no cgroups)");
	snapshot_unref(snapshot);
}

static void containers_are_counted_where_they_were_looked_for(void **state)
{
	(void)state;
	_cleanup_(strbuf_finish)
	struct strbuf out = STRBUF_INIT;
	struct snapshot *snapshot = host_with(2);
	struct container rows[] = {
		{.kind = CONTAINER_CONTAINER, .state = CONTAINER_RUNNING},
		{.kind = CONTAINER_CONTAINER, .state = CONTAINER_PAUSED},
		{.kind = CONTAINER_SERVICE, .state = CONTAINER_RUNNING},
	};
	snapshot->containers = rows;
	snapshot->containers_len = ARRAY_LEN(rows);
	assert_null(strstr(shown(snapshot, 80, 24, &out), "Containers"));
	snapshot->sources = SOURCE_IDENTITY;
	assert_has(shown(snapshot, 80, 24, &out), "Containers: 2, 1 paused");
	snapshot_unref(snapshot);
}

static void many_cpus_are_shown_side_by_side_or_in_groups(void **state)
{
	(void)state;
	static const struct {
		size_t cpus;
		int width, height;
		const char *part; /* a label that tells how they are grouped */
		int lines;	  /* of CPUs */
	} rows[] = {
		{1, 80, 24, "  0[", 1},	      {2, 80, 24, "  1[", 1},
		{8, 80, 24, "  7[", 2},	      {12, 80, 24, " 11[", 3},
		{16, 80, 24, "14-15[", 2},    {64, 80, 24, "56-63[", 2},
		{16, 160, 50, " 15[", 4},     {64, 160, 50, "62-63[", 6},
		{1024, 160, 50, "-1023[", 6}, {256, 500, 200, "255[", 22},
		{0, 80, 24, "CPU[", 1},
	};
	_cleanup_(strbuf_finish)
	struct strbuf out = STRBUF_INIT;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct snapshot *snapshot = host_with(rows[i].cpus);
		assert_has(shown(snapshot, rows[i].width, rows[i].height, &out), rows[i].part);
		assert_int_equal(header_lines(snapshot, rows[i].width, rows[i].height),
				 rows[i].lines + 3);
		snapshot_unref(snapshot);
	}
}

static void a_small_terminal_has_fewer_meters_and_a_tiny_one_none(void **state)
{
	(void)state;
	static const struct {
		int width, height, lines;
	} rows[] = {
		{80, 24, 4}, {60, 18, 4}, {80, 16, 2}, {40, 20, 4}, {40, 15, 2}, {40, 10, 1},
		{30, 8, 1},  {30, 7, 0},  {20, 5, 0},  {10, 50, 0}, {1, 1, 0},
	};
	_cleanup_(strbuf_finish)
	struct strbuf out = STRBUF_INIT;
	struct snapshot *snapshot = host_with(2);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(header_lines(snapshot, rows[i].width, rows[i].height),
				 rows[i].lines);
	assert_has(shown(snapshot, 30, 8, &out), "CPU 25.0% Mem 4.0G/16.0G");
	snapshot_unref(snapshot);
}

static void the_bars_of_memory_end_where_the_number_says(void **state)
{
	(void)state;
	struct snapshot *snapshot = host_with(2);
	struct canvas canvas;
	canvas_init(&canvas, 104, 24, false);
	int lines = header_lines(snapshot, 104, 24);
	header_draw(snapshot, &canvas, (struct rect) {0, 0, 104, lines}, 24);
	size_t used = 0, back = 0;
	for (int x = 4; x < 52; x++) {
		uint16_t style = STYLE_ROLE(canvas.cells[104 + x].style);
		used += style == STYLE_BAR_USER || style == STYLE_BAR_SYSTEM;
		back += style == STYLE_BAR_LOW || style == STYLE_BAR_WAIT;
	}
	/* A quarter is used, a quarter is cache and buffers; a cell of rounding each. */
	assert_in_range(used, 11, 13);
	assert_in_range(back, 11, 13);
	canvas_finish(&canvas);
	snapshot_unref(snapshot);
}

static void it_draws_on_any_size(void **state)
{
	(void)state;
	_cleanup_(strbuf_finish)
	struct strbuf out = STRBUF_INIT;
	struct snapshot *snapshot = host_with(130);
	for (int width = 1; width < 400; width += width < 70 ? 1 : 37)
		for (int height = 1; height < 200; height += height < 30 ? 1 : 41)
			shown(snapshot, width, height, &out);
	snapshot_unref(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_meter_is_there_on_an_ordinary_terminal),
		cmocka_unit_test(what_is_not_known_is_not_shown_as_a_number),
		cmocka_unit_test(containers_are_counted_where_they_were_looked_for),
		cmocka_unit_test(many_cpus_are_shown_side_by_side_or_in_groups),
		cmocka_unit_test(a_small_terminal_has_fewer_meters_and_a_tiny_one_none),
		cmocka_unit_test(the_bars_of_memory_end_where_the_number_says),
		cmocka_unit_test(it_draws_on_any_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
