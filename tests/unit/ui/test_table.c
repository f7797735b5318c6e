/* SPDX-License-Identifier: MIT */
/* The table: what the cursor does when rows move, how columns fit, and how lines look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "support/make_snapshot.h"
#include "ui/table.h"

/* --- fields made for the tests: how often a cell is got tells what was looked at --- */

static size_t cells_got;

static struct value get_pid(const struct field *field, const struct row *row)
{
	(void)field;
	cells_got++;
	return (struct value) {
		.type = FIELD_ID, .state = METRIC_KNOWN, .u64 = (uint64_t)row_process(row)->pid};
}

static struct value get_threads(const struct field *field, const struct row *row)
{
	(void)field;
	cells_got++;
	return (struct value) {.type = FIELD_COUNT,
			       .state = METRIC_KNOWN,
			       .u64 = (uint64_t)row_process(row)->threads};
}

static struct value get_unknown(const struct field *field, const struct row *row)
{
	(void)field;
	(void)row;
	cells_got++;
	return (struct value) {.type = FIELD_COUNT, .state = METRIC_ABSENT};
}

static struct value get_comm(const struct field *field, const struct row *row)
{
	(void)field;
	cells_got++;
	return (struct value) {
		.type = FIELD_TEXT, .state = METRIC_KNOWN, .text = row_process(row)->comm};
}

static const struct field pid_field = {"pid",	    "PID", "", FIELD_ID, ROW_PROCESS,
				       FIELD_RIGHT, 5,	   0,  get_pid,	 0};
static const struct field threads_field = {
	"threads", "THR",	"", FIELD_COUNT, ROW_PROCESS, FIELD_RIGHT | FIELD_DESCENDING, 4,
	0,	   get_threads, 0};
static const struct field unknown_field = {"unknown",	"UNK", "", FIELD_COUNT, ROW_PROCESS,
					   FIELD_RIGHT, 4,     0,  get_unknown, 0};
static const struct field name_field = {"name",	    "NAME", "", FIELD_TEXT, ROW_PROCESS,
					FIELD_TREE, 8,	    0,	get_comm,   0};
static const struct field command_field = {
	"command", "COMMAND", "",	FIELD_TEXT, ROW_PROCESS, FIELD_TREE | FIELD_STRETCH,
	12,	   0,	      get_comm, 0};
static const struct field image_field = {"image",	"IMAGE", "", FIELD_TEXT, ROW_PROCESS,
					 FIELD_STRETCH, 6,	 0,  get_comm,	 0};

static const struct field *const pid_first[] = {&pid_field, &threads_field, &unknown_field,
						&command_field, NULL};
static const struct field tree_field = {"name",	    "NAME", "", FIELD_TEXT, ROW_PROCESS,
					FIELD_TREE, 16,	    0,	get_comm,   0};

static const struct field *const tree_first[] = {&tree_field,	 &pid_field,   &threads_field,
						 &unknown_field, &image_field, NULL};
static const struct field *const name_first[] = {&name_field,	 &pid_field,   &threads_field,
						 &unknown_field, &image_field, NULL};

/* --- a small world of processes --- */

struct made {
	pid_t pid, ppid;
	int threads;
	const char *comm;
};

static const struct made family[] = {
	{1, 0, 1, "init"},
	{10, 1, 5, "web"},
	{11, 10, 7, "worker-a"},
	{12, 10, 0, "worker-b"},
	{20, 1, 9, "database"},
	{21, 20, 3,
	 "gr\xc3\xb6\xc3\x9f"
	 "e-\xe6\xbc\xa2\xe5\xad\x97"},
	{30, 1, 2, "a-very-long-name-indeed"},
};

static struct snapshot *make_world(const struct made *made, size_t len)
{
	struct snapshot *snapshot = make_empty(1);

	for (size_t i = 0; i < len; i++) {
		struct process *process =
			make_process(snapshot, made[i].pid, made[i].ppid, made[i].comm, NULL);

		process->threads = made[i].threads;
	}
	make_finish(snapshot);
	return snapshot;
}

/** struct scene - a table on a canvas over a snapshot */
struct scene {
	struct table table;
	struct canvas canvas;
	struct snapshot *snapshot;
};

static void show(struct scene *scene)
{
	canvas_clear(&scene->canvas);
	table_draw(&scene->table, &scene->canvas,
		   (struct rect) {0, 0, scene->canvas.width, scene->canvas.height});
}

static void ask_again(struct scene *scene)
{
	table_update(&scene->table, scene->snapshot);
	show(scene);
}

/* Another snapshot comes; the old one goes. */
static void next_world(struct scene *scene, const struct made *made, size_t len)
{
	struct snapshot *old = scene->snapshot;

	scene->snapshot = make_world(made, len);
	ask_again(scene);
	snapshot_unref(old);
}

static void start(struct scene *scene, int width, int height, const struct field *const *columns)
{
	table_init(&scene->table, ROW_PROCESS);
	table_set_columns(&scene->table, columns);
	canvas_init(&scene->canvas, width, height, false);
	scene->snapshot = make_world(family, ARRAY_LEN(family));
	ask_again(scene);
}

static void finish(struct scene *scene)
{
	table_finish(&scene->table);
	canvas_finish(&scene->canvas);
	snapshot_unref(scene->snapshot);
}

static void assert_frame(struct scene *scene, enum canvas_format format, const char *expected)
{
	struct strbuf out = STRBUF_INIT;

	canvas_write(&scene->canvas, &themes[0], format, &out);
	assert_string_equal(strbuf_cstr(&out), expected);
	strbuf_finish(&out);
}

static pid_t selected_pid(const struct scene *scene)
{
	const struct row_line *line = table_selected(&scene->table);

	return line ? row_process(&line->row)->pid : 0;
}

static struct row_key key_of(const struct scene *scene, pid_t pid)
{
	for (uint32_t i = 0; i < scene->snapshot->processes_len; i++) {
		if (scene->snapshot->processes[i].pid == pid)
			return row_key(&(struct row) {scene->snapshot, ROW_PROCESS, i});
	}
	return (struct row_key) {0};
}

static void select_pid(struct scene *scene, pid_t pid)
{
	assert_true(table_select(&scene->table, key_of(scene, pid)));
}

/* --- looks --- */

static void a_list_has_a_header_and_aligned_cells(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 40, 9, pid_first);
	table_sort(&scene.table, &threads_field);
	ask_again(&scene);
	assert_frame(&scene, CANVAS_STYLED,
		     "   PID  THR▽ UNK COMMAND\n"
		     "    20    9    - database\n"
		     "    11    7    - worker-a\n"
		     "    10    5    - web\n"
		     "    21    3    - größe-漢字\n"
		     "    30    2    - a-very-long-name-indeed\n"
		     "     1    1    - init\n"
		     "    12    0    - worker-b\n"
		     "\n"
		     "\n"
		     "HHHHHHHHhhhhHHHHHHHHHHHHHHHHHHHHHHHHHHHH\n"
		     "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC\n"
		     "...............d........................\n"
		     "...............d........................\n"
		     "...............d........................\n"
		     "...............d........................\n"
		     "...............d........................\n"
		     "..........d....d........................\n"
		     "........................................\n");
	table_sort(&scene.table, &threads_field);
	ask_again(&scene);
	assert_int_equal(scene.table.query.flags & QUERY_DESCENDING, 0);
	assert_int_equal(selected_pid(&scene), 12);
	finish(&scene);
}

static void a_tree_has_guides(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 42, 8, tree_first);
	scene.table.query.flags |= QUERY_TREE;
	ask_again(&scene);
	assert_frame(&scene, CANVAS_TEXT,
		     " NAME               PID  THR  UNK IMAGE\n"
		     " ▾ init               1    1    - init\n"
		     " ├─▾ web             10    5    - web\n"
		     " │ ├── worker-a      11    7    - worker-a\n"
		     " │ └── worker-b      12    0    - worker-b\n"
		     " ├─▾ database        20    9    - database\n"
		     " │ └── größe-漢字    21    3    - größe-…\n"
		     " └── a-very-long…    30    2    - a-very-…\n");
	finish(&scene);
}

static void in_ascii_the_guides_are_ascii(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 30, 8, tree_first);
	scene.canvas.ascii = true;
	scene.table.query.flags |= QUERY_TREE;
	table_tag(&scene.table);
	ask_again(&scene);
	select_pid(&scene, 20);
	assert_true(table_fold(&scene.table, TABLE_FOLD));
	ask_again(&scene);
	assert_frame(&scene, CANVAS_TEXT,
		     " NAME           PID  THR  UNK>\n"
		     "+- init           1    1    -\n"
		     " |-- web         10    5    -\n"
		     " | |-- worke~    11    7    -\n"
		     " | `-- worke~    12    0    -\n"
		     " |-+ data~ +1    20    9    -\n"
		     " `-- a-very-~    30    2    -\n"
		     "\n");
	finish(&scene);
}

static void a_deep_line_shows_its_deepest_guides(void **state)
{
	struct made chain[30];
	struct scene scene;

	(void)state;
	for (int i = 0; i < 30; i++)
		chain[i] = (struct made) {i + 1, i, 1, "link"};
	start(&scene, 42, 31, tree_first);
	scene.table.query.flags |= QUERY_TREE;
	next_world(&scene, chain, ARRAY_LEN(chain));
	table_select_line(&scene.table, 29);
	show(&scene);
	struct strbuf out = STRBUF_INIT;

	canvas_write(&scene.canvas, &themes[0], CANVAS_TEXT, &out);
	assert_non_null(strstr(out.data, "\n …   └── link        30    1    - link\n"));
	strbuf_finish(&out);
	finish(&scene);
}

static void paint_row(void *data, const struct row_line *line, struct table_look *look)
{
	(void)data;
	if (row_process(&line->row)->pid == 10)
		look->style = STYLE_PAUSED;
	if (row_process(&line->row)->pid == 20)
		look->mark = "*";
}

static void paint_cell(void *data, const struct row_line *line, const struct field *field,
		       const struct value *value, struct table_look *look)
{
	(void)data;
	(void)line;
	if (field == &threads_field && value->u64 >= 7) {
		look->style = STYLE_ALARM;
		look->mark = "!";
	}
}

static void the_owner_has_a_say_in_the_looks(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 28, 8, name_first);
	scene.table.painter = (struct table_painter) {NULL, paint_row, paint_cell};
	show(&scene);
	assert_frame(&scene, CANVAS_STYLED,
		     "NAME          PID  THR  UNK»\n"
		     "init            1    1    -\n"
		     "web            10    5    -\n"
		     "worker-a       11    7!   -\n"
		     "worker-b       12    0    -\n"
		     "database*      20    9!   -\n"
		     "größe-漢字     21    3    -\n"
		     "a-very-lon…    30    2    -\n"
		     "\n"
		     "HHHHHHHHHHHHHHHHHHHHHHHHHHHH\n"
		     "CCCCCCCCCCCCCCCCCCCCCCCCCCCC\n"
		     "ppp............pp....p....p.\n"
		     ".....................*d...d.\n"
		     ".....................d....d.\n"
		     "........d............*d...d.\n"
		     "..........................d.\n"
		     "..........................d.\n");
	finish(&scene);
}

static void an_empty_table_says_why(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 30, 3, name_first);
	scene.table.empty_text = "no process matches";
	next_world(&scene, NULL, 0);
	assert_frame(&scene, CANVAS_TEXT,
		     " NAME           PID  THR  UNK»\n"
		     " no process matches\n"
		     "\n");
	assert_null(table_selected(&scene.table));
	table_move(&scene.table, 1);
	table_move_pages(&scene.table, -1);
	table_end(&scene.table);
	table_home(&scene.table);
	table_wheel(&scene.table, 3);
	table_tag(&scene.table);
	table_tag_children(&scene.table);
	assert_false(table_fold(&scene.table, TABLE_FOLD));
	assert_false(table_fold_parent(&scene.table));
	assert_false(table_fold_all(&scene.table, TABLE_FOLD));
	assert_false(table_search(&scene.table, SPAN("x"), NULL));
	assert_false(table_search_next(&scene.table, 1));
	show(&scene);
	finish(&scene);
}

/* --- fitting --- */

static void columns_fit_every_width(void **state)
{
	static const struct {
		int width;
		const char *header, *line;
	} cases[] = {
		{45, " NAME           PID  THR  UNK IMAGE",
		 " database        20    9    - database"},
		{34, " NAME       PID  THR  UNK IMAGE", " database    20    9    - database"},
		{30, " NAME           PID  THR  UNK»", " database        20    9    -"},
		{24, "NAME           PID  THR»", "database        20    9"},
		{20, "NAME       PID  THR»", "database    20    9"},
		{16, "NAME        PID»", "database     20"},
		{10, "NAME     »", "database"},
		{5, "NAME»", "data…"},
		{2, "N»", "d…"},
		{1, "»", "…"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene scene;
		struct strbuf expected = STRBUF_INIT;
		struct strbuf out = STRBUF_INIT;

		start(&scene, cases[i].width, 2, name_first);
		select_pid(&scene, 20);
		show(&scene);
		strbuf_addf(&expected, "%s\n%s\n", cases[i].header, cases[i].line);
		canvas_write(&scene.canvas, &themes[0], CANVAS_TEXT, &out);
		assert_string_equal(strbuf_cstr(&out), strbuf_cstr(&expected));
		strbuf_finish(&out);
		strbuf_finish(&expected);
		finish(&scene);
	}
}

static void the_command_stays_in_view_where_the_rest_does_not(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 20, 3, pid_first);
	select_pid(&scene, 30);
	show(&scene);
	assert_frame(&scene, CANVAS_TEXT,
		     "  PID  THR COMMAND »\n   21    3 größe-…\n   30    2 a-very-…\n");
	finish(&scene);
}

static void scrolling_right_takes_columns_then_text(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 20, 2, pid_first);
	scene.table.fixed = 1;
	select_pid(&scene, 30);
	show(&scene);
	table_scroll_right(&scene.table, 1);
	show(&scene);
	assert_frame(&scene, CANVAS_TEXT, "« PID  UNK COMMAND\n   30    - a-very-l…\n");
	table_scroll_right(&scene.table, 1);
	show(&scene);
	assert_frame(&scene, CANVAS_TEXT, "« PID  UNK COMMAND\n   30    - ong-name…\n");
	table_scroll_right(&scene.table, 1);
	show(&scene);
	assert_frame(&scene, CANVAS_TEXT, "« PID  UNK COMMAND\n   30    - -indeed\n");
	/* Nothing more to see: no further. */
	table_scroll_right(&scene.table, 1);
	show(&scene);
	assert_frame(&scene, CANVAS_TEXT, "« PID  UNK COMMAND\n   30    - -indeed\n");
	table_scroll_right(&scene.table, -9);
	show(&scene);
	assert_frame(&scene, CANVAS_TEXT, "  PID  THR COMMAND »\n   30    2 a-very-…\n");
	finish(&scene);
}

static void only_lines_in_view_are_looked_at(void **state)
{
	static struct made crowd[10000];
	struct scene scene;

	(void)state;
	for (int i = 0; i < 10000; i++)
		crowd[i] = (struct made) {i + 1, 0, i % 7, "sleep"};
	start(&scene, 80, 21, name_first);
	next_world(&scene, crowd, ARRAY_LEN(crowd));
	table_select_line(&scene.table, 5000);
	cells_got = 0;
	show(&scene);
	assert_in_range(cells_got, 1, 20 * 5);
	pid_t pids[64];

	assert_int_equal(table_view_pids(&scene.table, pids, 64), 20);
	assert_int_equal(pids[19], 5001);
	assert_int_equal(pids[0], 4982);
	assert_int_equal(table_view_pids(&scene.table, pids, 3), 3);
	finish(&scene);
}

static void no_size_breaks_it(void **state)
{
	static const int sizes[][2] = {{1, 1},	{1, 5},	    {2, 2}, {3, 3},
				       {20, 5}, {500, 200}, {80, 1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct scene scene;

		start(&scene, sizes[i][0], sizes[i][1], name_first);
		scene.table.query.flags |= QUERY_TREE;
		ask_again(&scene);
		table_search(&scene.table, SPAN("w"), NULL);
		table_tag(&scene.table);
		for (int j = 0; j < 12; j++) {
			table_move(&scene.table, 1);
			table_move_pages(&scene.table, 1);
			table_scroll_right(&scene.table, 1);
			show(&scene);
		}
		table_draw(&scene.table, &scene.canvas, (struct rect) {0, 0, 0, 0});
		table_draw(&scene.table, &scene.canvas, (struct rect) {-5, -5, 3, 3});
		finish(&scene);
	}
}

/* --- the cursor --- */

static const struct made reordered[] = {
	{1, 0, 9, "init"},
	{10, 1, 8, "web"},
	{11, 10, 1, "worker-a"},
	{12, 10, 6, "worker-b"},
	{20, 1, 2, "database"},
	{21, 20, 7, "gr"},
	{30, 1, 5, "a-very-long-name-indeed"},
};

static const struct made without_web[] = {
	{1, 0, 1, "init"},	{11, 1, 7, "worker-a"}, {12, 1, 0, "worker-b"},
	{20, 1, 9, "database"}, {21, 20, 3, "gr"},	{30, 1, 2, "a-very-long-name-indeed"},
};

static void start_by_threads(struct scene *scene, int height)
{
	start(scene, 40, height, pid_first);
	table_sort(&scene->table, &threads_field);
	ask_again(scene);
}

static void untouched_the_cursor_stays_on_the_first_line(void **state)
{
	struct scene scene;

	(void)state;
	start_by_threads(&scene, 10);
	assert_int_equal(selected_pid(&scene), 20);
	next_world(&scene, reordered, ARRAY_LEN(reordered));
	assert_int_equal(selected_pid(&scene), 1);
	table_move(&scene.table, 3);
	table_home(&scene.table);
	next_world(&scene, family, ARRAY_LEN(family));
	assert_int_equal(selected_pid(&scene), 20);
	finish(&scene);
}

static void the_cursor_stays_with_its_row(void **state)
{
	struct scene scene;

	(void)state;
	start_by_threads(&scene, 10);
	table_move(&scene.table, 1);
	assert_int_equal(selected_pid(&scene), 11);
	next_world(&scene, reordered, ARRAY_LEN(reordered));
	assert_int_equal(selected_pid(&scene), 11);
	assert_int_equal(scene.table.line, 6);
	finish(&scene);
}

static void a_row_that_ends_hands_the_cursor_to_its_place(void **state)
{
	struct scene scene;

	(void)state;
	start_by_threads(&scene, 10);
	select_pid(&scene, 10);
	assert_int_equal(scene.table.line, 2);
	scene.table.flags |= TABLE_FOLLOW;
	next_world(&scene, without_web, ARRAY_LEN(without_web));
	assert_int_equal(scene.table.line, 2);
	assert_int_equal(selected_pid(&scene), 21);
	/* Nobody is followed in its place. */
	assert_int_equal(scene.table.flags & TABLE_FOLLOW, 0);
	table_end(&scene.table);
	next_world(&scene, family, 2);
	assert_int_equal(scene.table.line, 1);
	finish(&scene);
}

static void a_row_that_leaves_the_view_takes_the_cursor_only_if_followed(void **state)
{
	struct scene scene;

	(void)state;
	for (int follow = 0; follow < 2; follow++) {
		start_by_threads(&scene, 4);
		select_pid(&scene, 11);
		if (follow)
			scene.table.flags |= TABLE_FOLLOW;
		next_world(&scene, reordered, ARRAY_LEN(reordered));
		assert_int_equal(selected_pid(&scene), follow ? 11 : 10);
		assert_int_equal(scene.table.top, follow ? 4 : 0);
		finish(&scene);
	}
}

static void moving_ends_following(void **state)
{
	struct scene scene;

	(void)state;
	start_by_threads(&scene, 4);
	scene.table.flags |= TABLE_FOLLOW;
	table_move(&scene.table, 1);
	assert_int_equal(scene.table.flags & TABLE_FOLLOW, 0);
	finish(&scene);
}

static void a_filter_taken_back_brings_the_row_back(void **state)
{
	struct scene scene;
	struct filter *filter;

	(void)state;
	start_by_threads(&scene, 10);
	select_pid(&scene, 12);
	assert_int_equal(filter_parse("no such thing", ROW_PROCESS, &filter, NULL), 0);
	scene.table.query.filter = filter;
	ask_again(&scene);
	assert_null(table_selected(&scene.table));
	scene.table.query.filter = NULL;
	ask_again(&scene);
	assert_int_equal(selected_pid(&scene), 12);
	filter_free(filter);
	finish(&scene);
}

static void moving_is_clamped_and_keeps_the_cursor_in_view(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 40, 4, pid_first); /* three lines of seven */
	table_move(&scene.table, 2);
	assert_int_equal(scene.table.top, 0);
	table_move(&scene.table, 1);
	assert_int_equal(scene.table.top, 1);
	table_move(&scene.table, 100);
	assert_int_equal(scene.table.line, 6);
	assert_int_equal(scene.table.top, 4);
	table_move(&scene.table, -100);
	assert_int_equal(scene.table.line, 0);
	table_move_pages(&scene.table, 1);
	assert_int_equal(scene.table.line, 3);
	assert_int_equal(scene.table.top, 3);
	table_move_pages(&scene.table, 1);
	assert_int_equal(scene.table.line, 6);
	assert_int_equal(scene.table.top, 4);
	table_move_pages(&scene.table, -1);
	assert_int_equal(scene.table.line, 3);
	assert_int_equal(scene.table.top, 1);
	table_end(&scene.table);
	assert_int_equal(selected_pid(&scene), 30);
	table_wheel(&scene.table, -1);
	assert_int_equal(scene.table.top, 3);
	assert_int_equal(scene.table.line, 5);
	table_wheel(&scene.table, -100);
	assert_int_equal(scene.table.top, 0);
	assert_int_equal(scene.table.line, 2);
	table_wheel(&scene.table, 100);
	assert_int_equal(scene.table.top, 4);
	assert_int_equal(scene.table.line, 4);
	finish(&scene);
}

/* --- clicks --- */

static void a_click_selects_sorts_or_folds(void **state)
{
	struct scene scene;
	const struct field *field = NULL;
	size_t line = 99;

	(void)state;
	start(&scene, 42, 5, tree_first);
	scene.table.query.flags |= QUERY_TREE;
	table_select_line(&scene.table, 6);
	ask_again(&scene);
	assert_int_equal(scene.table.top, 3);
	assert_int_equal(table_hit(&scene.table, 20, 2, &line, &field), TABLE_HIT_ROW);
	assert_int_equal(line, 4);
	assert_ptr_equal(field, &pid_field);
	assert_int_equal(table_hit(&scene.table, 20, 5, &line, &field), TABLE_HIT_NONE);
	assert_int_equal(table_hit(&scene.table, 42, 2, &line, &field), TABLE_HIT_NONE);
	assert_int_equal(table_click(&scene.table, 20, 2), TABLE_HIT_ROW);
	assert_int_equal(selected_pid(&scene), 20);
	/* Its sort mark stands behind the title, and belongs to it. */
	assert_int_equal(table_click(&scene.table, 23, 0), TABLE_HIT_HEADER);
	assert_ptr_equal(scene.table.query.sort, &pid_field);
	assert_int_equal(table_click(&scene.table, 3, 2), TABLE_HIT_FOLD);
	ask_again(&scene);
	assert_int_equal(scene.table.rows.len, 6);
	/* The view ends with the last line, so that one moved down. */
	assert_int_equal(table_click(&scene.table, 3, 3), TABLE_HIT_FOLD);
	ask_again(&scene);
	assert_int_equal(scene.table.rows.len, 7);
	/* A line without children has nothing to fold. */
	assert_int_equal(table_click(&scene.table, 3, 4), TABLE_HIT_ROW);
	finish(&scene);
}

/* --- tags --- */

static void tags_stay_with_their_rows_and_end_with_them(void **state)
{
	struct scene scene;

	(void)state;
	start_by_threads(&scene, 10);
	table_tag(&scene.table); /* 20 */
	table_tag(&scene.table); /* 11 */
	table_tag(&scene.table); /* 10 */
	assert_int_equal(scene.table.tagged.len, 3);
	assert_int_equal(scene.table.line, 3);
	next_world(&scene, without_web, ARRAY_LEN(without_web));
	assert_int_equal(scene.table.tagged.len, 2);
	assert_true(key_set_has(&scene.table.tagged, key_of(&scene, 20)));
	assert_true(key_set_has(&scene.table.tagged, key_of(&scene, 11)));
	select_pid(&scene, 20);
	table_tag(&scene.table);
	assert_int_equal(scene.table.tagged.len, 1);
	table_untag_all(&scene.table);
	assert_int_equal(scene.table.tagged.len, 0);
	finish(&scene);
}

static void a_tag_is_seen_without_colours(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 34, 3, name_first);
	table_tag(&scene.table);
	show(&scene);
	assert_frame(&scene, CANVAS_STYLED,
		     " NAME       PID  THR  UNK IMAGE\n"
		     "•init         1    1    - init\n"
		     " web         10    5    - web\n"
		     "\n"
		     "HHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHH\n"
		     "ttttt.........t....t....t.tttt....\n"
		     "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC\n");
	finish(&scene);
}

static void children_are_tagged_folded_or_not_but_only_those_shown(void **state)
{
	struct scene scene;
	struct filter *filter;

	(void)state;
	start(&scene, 40, 10, pid_first);
	scene.table.query.flags |= QUERY_TREE;
	ask_again(&scene);
	select_pid(&scene, 10);
	table_tag_children(&scene.table);
	assert_int_equal(scene.table.tagged.len, 3);
	table_untag_all(&scene.table);
	assert_true(table_fold(&scene.table, TABLE_FOLD));
	ask_again(&scene);
	assert_int_equal(scene.table.rows.len, 5);
	table_tag_children(&scene.table);
	assert_int_equal(scene.table.tagged.len, 3);
	assert_true(key_set_has(&scene.table.tagged, key_of(&scene, 12)));
	table_untag_all(&scene.table);
	/* What a filter hides is not meant. */
	assert_int_equal(filter_parse("worker-a", ROW_PROCESS, &filter, NULL), 0);
	scene.table.query.filter = filter;
	ask_again(&scene);
	select_pid(&scene, 10);
	table_tag_children(&scene.table);
	assert_false(key_set_has(&scene.table.tagged, key_of(&scene, 12)));
	assert_true(key_set_has(&scene.table.tagged, key_of(&scene, 11)));
	scene.table.query.filter = NULL;
	filter_free(filter);
	finish(&scene);
}

/* --- folds --- */

static void folding_keeps_the_cursor_on_its_row(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 40, 10, pid_first);
	scene.table.query.flags |= QUERY_TREE;
	ask_again(&scene);
	select_pid(&scene, 11);
	assert_false(table_fold(&scene.table, TABLE_FOLD)); /* has no children */
	assert_true(table_fold_parent(&scene.table));
	ask_again(&scene);
	assert_int_equal(selected_pid(&scene), 10);
	assert_int_equal(scene.table.rows.len, 5);
	assert_false(table_fold(&scene.table, TABLE_FOLD));
	assert_true(table_fold(&scene.table, TABLE_UNFOLD));
	assert_false(table_fold(&scene.table, TABLE_UNFOLD));
	assert_true(table_fold(&scene.table, TABLE_FOLD_TOGGLE));
	ask_again(&scene);
	assert_int_equal(scene.table.rows.len, 5);
	select_pid(&scene, 1);
	assert_false(table_fold_parent(&scene.table));
	finish(&scene);
}

static void folding_all_leaves_a_single_root_open(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 40, 10, pid_first);
	scene.table.query.flags |= QUERY_TREE;
	ask_again(&scene);
	select_pid(&scene, 21);
	assert_true(table_fold_all(&scene.table, TABLE_FOLD_TOGGLE));
	ask_again(&scene);
	assert_int_equal(scene.table.rows.len, 4);
	assert_int_equal(selected_pid(&scene), 20);
	assert_true(table_fold_all(&scene.table, TABLE_FOLD_TOGGLE));
	ask_again(&scene);
	assert_int_equal(scene.table.rows.len, 7);
	assert_int_equal(selected_pid(&scene), 20);
	assert_false(table_fold_all(&scene.table, TABLE_UNFOLD));
	finish(&scene);
}

/* --- search --- */

static void a_search_goes_around_and_finds_ids_by_their_start(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 40, 10, pid_first);
	assert_true(table_search(&scene.table, SPAN("WORK"), NULL));
	assert_int_equal(selected_pid(&scene), 11);
	assert_true(table_search_next(&scene.table, 1));
	assert_int_equal(selected_pid(&scene), 12);
	assert_true(table_search_next(&scene.table, 1));
	assert_int_equal(selected_pid(&scene), 11);
	assert_true(table_search_next(&scene.table, -1));
	assert_int_equal(selected_pid(&scene), 12);
	assert_false(table_search(&scene.table, SPAN("no such"), NULL));
	assert_int_equal(selected_pid(&scene), 12);
	assert_true(table_search(&scene.table, SPAN("3"), NULL));
	assert_int_equal(selected_pid(&scene), 30);
	assert_false(table_search(&scene.table, SPAN("0"), NULL));
	assert_true(table_search(&scene.table, SPAN("GRÖSSE-"), NULL) ||
		    table_search(&scene.table, SPAN("GRÖß"), NULL));
	assert_int_equal(selected_pid(&scene), 21);
	assert_true(table_search(&scene.table, SPAN(""), NULL));
	assert_false(table_search_next(&scene.table, 1));
	finish(&scene);
}

static void what_was_found_is_highlighted(void **state)
{
	struct scene scene;

	(void)state;
	start(&scene, 34, 8, name_first);
	table_search(&scene.table, SPAN("E"), NULL);
	table_home(&scene.table);
	show(&scene);
	assert_frame(&scene, CANVAS_STYLED,
		     " NAME       PID  THR  UNK IMAGE\n"
		     " init         1    1    - init\n"
		     " web         10    5    - web\n"
		     " worker-a    11    7    - worker-a\n"
		     " worker-b    12    0    - worker-b\n"
		     " database    20    9    - database\n"
		     " größe-…     21    3    - größe-…\n"
		     " a-very-…    30    2    - a-very-…\n"
		     "\n"
		     "HHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHH\n"
		     "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC\n"
		     "..m.....................d..m......\n"
		     ".....m..................d.....m...\n"
		     ".....m.............d....d.....m...\n"
		     "........m...............d........m\n"
		     ".....m..................d.....m...\n"
		     "....m...................d....m....\n");
	finish(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_has_a_header_and_aligned_cells),
		cmocka_unit_test(a_tree_has_guides),
		cmocka_unit_test(in_ascii_the_guides_are_ascii),
		cmocka_unit_test(a_deep_line_shows_its_deepest_guides),
		cmocka_unit_test(the_owner_has_a_say_in_the_looks),
		cmocka_unit_test(an_empty_table_says_why),
		cmocka_unit_test(columns_fit_every_width),
		cmocka_unit_test(the_command_stays_in_view_where_the_rest_does_not),
		cmocka_unit_test(scrolling_right_takes_columns_then_text),
		cmocka_unit_test(only_lines_in_view_are_looked_at),
		cmocka_unit_test(no_size_breaks_it),
		cmocka_unit_test(untouched_the_cursor_stays_on_the_first_line),
		cmocka_unit_test(the_cursor_stays_with_its_row),
		cmocka_unit_test(a_row_that_ends_hands_the_cursor_to_its_place),
		cmocka_unit_test(a_row_that_leaves_the_view_takes_the_cursor_only_if_followed),
		cmocka_unit_test(moving_ends_following),
		cmocka_unit_test(a_filter_taken_back_brings_the_row_back),
		cmocka_unit_test(moving_is_clamped_and_keeps_the_cursor_in_view),
		cmocka_unit_test(a_click_selects_sorts_or_folds),
		cmocka_unit_test(tags_stay_with_their_rows_and_end_with_them),
		cmocka_unit_test(a_tag_is_seen_without_colours),
		cmocka_unit_test(children_are_tagged_folded_or_not_but_only_those_shown),
		cmocka_unit_test(folding_keeps_the_cursor_on_its_row),
		cmocka_unit_test(folding_all_leaves_a_single_root_open),
		cmocka_unit_test(a_search_goes_around_and_finds_ids_by_their_start),
		cmocka_unit_test(what_was_found_is_highlighted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
