/* SPDX-License-Identifier: MIT */
/* Which rows, in which order: sorting, restrictions, trees with folds and filters. */
#include "model_test.h"

#include "model/query.h"

/* ---- Asking ---- */

/* struct question - a query in words */
struct question {
	enum row_kind kind;
	unsigned int flags;
	const char *sort;
	const char *filter;
};

static struct query query_of(const struct question *question, struct filter **filter)
{
	struct query query = {.kind = question->kind, .flags = question->flags, .uid = (uid_t)-1};
	struct err err = ERR_INIT;

	if (question->sort) {
		query.sort = field_find(span_of(question->sort), question->kind);
		assert_non_null(query.sort);
	}
	*filter = NULL;
	if (question->filter)
		assert_int_equal(filter_parse(question->filter, question->kind, filter, &err), 0);
	query.filter = *filter;
	return query;
}

/* The answer as lines of names: guides of the tree, "+" for folded, "(name)" for not matched. */
static void describe(const struct row_list *list, bool tree, struct strbuf *out)
{
	strbuf_reset(out);
	for (size_t i = 0; i < list->len; i++) {
		const struct row_line *line = &list->lines[i];
		const char *id = line->row.kind == ROW_PROCESS ? "comm" : "name";
		struct value name = field_get(
			field_find(span_of(line->row.kind == ROW_NS ? "id" : id), line->row.kind),
			&line->row);

		for (uint32_t d = 0; tree && d < line->depth; d++)
			strbuf_adds(out, line->guides & (uint64_t)1 << d ? "| " : "  ");
		if (tree)
			strbuf_adds(out, line->last ? "`-" : "|-");
		strbuf_adds(out, line->folded ? "+" : "");
		strbuf_adds(out, line->matched ? "" : "(");
		value_format(&name, false, out);
		strbuf_adds(out, line->matched ? "" : ")");
		strbuf_addc(out, tree ? '\n' : ' ');
	}
}

static void check_query(const struct snapshot *snapshot, const struct query *query,
			const char *expected)
{
	struct row_list list = ROW_LIST_INIT;
	struct strbuf text = STRBUF_INIT;

	query_run(query, snapshot, &list);
	describe(&list, query->flags & QUERY_TREE, &text);
	assert_string_equal(strbuf_cstr(&text), expected);
	strbuf_finish(&text);
	row_list_finish(&list);
}

static void check_answer(const struct snapshot *snapshot, struct question question,
			 const char *expected)
{
	struct filter *filter;
	struct query query = query_of(&question, &filter);

	check_query(snapshot, &query, expected);
	filter_free(filter);
}

static struct row_key key_of(const struct snapshot *snapshot, enum row_kind kind, uint32_t index)
{
	return row_key(&(struct row) {snapshot, kind, index});
}

/* Processes named by letters; CPU in the order of the alphabet but for equals. */
static struct snapshot *small_world(void)
{
	static const struct {
		pid_t pid, ppid;
		const char *comm;
		int cpu; /* -1 unknown */
	} processes[] = {
		{1, 0, "init", 1}, {10, 1, "a", 50}, {11, 10, "b", 10}, {12, 10, "c", 50},
		{13, 11, "d", -1}, {20, 1, "e", 50}, {21, 20, "f", 0},	{30, 999, "orphan", 5},
	};
	struct snapshot *snapshot = make_empty(0);

	for (size_t i = 0; i < ARRAY_LEN(processes); i++) {
		struct process *p = make_process(snapshot, processes[i].pid, processes[i].ppid,
						 processes[i].comm, "/");

		p->cmdline = NULL;
		p->cpu_pct = processes[i].cpu < 0 ? rate_unknown(METRIC_DENIED, WHY_PERMISSION)
						  : rate_known(processes[i].cpu);
	}
	make_finish(snapshot);
	return snapshot;
}

/* ---- Flat lists ---- */

static void without_a_sort_rows_stay_as_they_are(void **state)
{
	struct snapshot *snapshot = small_world();

	(void)state;
	check_answer(snapshot, (struct question) {ROW_PROCESS, 0, NULL, NULL},
		     "init a b c d e f orphan ");
	snapshot_unref(snapshot);
}

static void equal_rows_keep_their_order_and_unknown_ones_come_last(void **state)
{
	struct snapshot *snapshot = small_world();

	(void)state;
	check_answer(snapshot, (struct question) {ROW_PROCESS, 0, "cpu_pct", NULL},
		     "f init orphan b a c e d ");
	check_answer(snapshot, (struct question) {ROW_PROCESS, QUERY_DESCENDING, "cpu_pct", NULL},
		     "a c e b orphan init f d ");
	check_answer(snapshot, (struct question) {ROW_PROCESS, QUERY_DESCENDING, "comm", NULL},
		     "orphan init f e d c b a ");
	snapshot_unref(snapshot);
}

/* Against the C library, on sizes around the powers of two. */
static void sorting_is_right_for_every_length(void **state)
{
	(void)state;
	for (size_t n = 0; n < 70; n++) {
		struct snapshot *snapshot = make_crowd(3, n, 0);
		struct query query = {.kind = ROW_PROCESS, .uid = (uid_t)-1};
		struct row_list list = ROW_LIST_INIT;
		struct value before, now;

		query.sort = field_find(SPAN("rss_bytes"), ROW_PROCESS);
		for (size_t i = 0; i < n; i++)
			snapshot->processes[i].rss_bytes.value %= 16 * (uint64_t)MAKE_MIB;
		query_run(&query, snapshot, &list);
		assert_int_equal(list.len, n);
		for (size_t i = 1; i < n; i++) {
			before = field_get(query.sort, &list.lines[i - 1].row);
			now = field_get(query.sort, &list.lines[i].row);
			assert_true(before.u64 <= now.u64);
			if (before.u64 == now.u64)
				assert_true(list.lines[i - 1].row.index < list.lines[i].row.index);
		}
		row_list_finish(&list);
		snapshot_unref(snapshot);
	}
}

static void units_are_hidden_unless_asked_for(void **state)
{
	struct snapshot *snapshot = make_snapshot_rated(1);
	struct query query = {.kind = ROW_CONTAINER, .uid = (uid_t)-1};
	struct row_list list = ROW_LIST_INIT;

	(void)state;
	query_run(&query, snapshot, &list);
	assert_int_equal(list.len, 13);
	assert_int_equal(list.total, 13);
	query.flags = QUERY_ALL_UNITS;
	query_run(&query, snapshot, &list);
	assert_int_equal(list.len, snapshot->containers_len);
	assert_int_equal(list.total, snapshot->containers_len);
	row_list_finish(&list);
	snapshot_unref(snapshot);
}

static void kernel_threads_can_be_hidden(void **state)
{
	struct snapshot *snapshot = make_snapshot(0);
	struct query query = {.kind = ROW_PROCESS, .uid = (uid_t)-1};
	struct row_list list = ROW_LIST_INIT;
	size_t all;

	(void)state;
	query_run(&query, snapshot, &list);
	all = list.len;
	query.flags = QUERY_HIDE_KERNEL_THREADS;
	query_run(&query, snapshot, &list);
	assert_int_equal(list.len, all - 4);
	for (size_t i = 0; i < list.len; i++)
		assert_false(row_process(&list.lines[i].row)->kernel_thread);
	row_list_finish(&list);
	snapshot_unref(snapshot);
}

static void processes_of_one_user_or_of_a_list_of_pids(void **state)
{
	struct snapshot *snapshot = make_snapshot(0);
	pid_t pids[] = {1905, 1, 4000, 1300, 1}; /* in no order, one twice, one not there */
	struct query query = {.kind = ROW_PROCESS, .uid = 1000};

	(void)state;
	check_query(snapshot, &query, "conmon node bash vim make cc1 ");
	query.uid = (uid_t)-1;
	query.pids = pids;
	query.pids_len = ARRAY_LEN(pids);
	check_query(snapshot, &query, "systemd postgres vim ");
	query.pids_len = 0;
	check_query(snapshot, &query, "");
	snapshot_unref(snapshot);
}

static void rows_of_one_container_and_of_those_inside(void **state)
{
	struct snapshot *snapshot = make_snapshot(0);
	struct query query = {.kind = ROW_PROCESS, .uid = (uid_t)-1};

	(void)state;
	query.container = key_of(snapshot, ROW_CONTAINER, make_find_container(snapshot, "builder"));
	check_query(snapshot, &query, "init dockerd go ");
	query.container = key_of(snapshot, ROW_CONTAINER, make_find_container(snapshot, "nested"));
	check_query(snapshot, &query, "go ");
	query.container =
		key_of(snapshot, ROW_CONTAINER, make_find_container(snapshot, "make@/srv/build"));
	check_query(snapshot, &query, "make cc1 ");
	query.kind = ROW_CGROUP;
	query.container =
		key_of(snapshot, ROW_CONTAINER, make_find_container(snapshot, MAKE_NAME_WIDE));
	check_query(snapshot, &query,
		    "libpod-5151515151515151515151515151515151515151515151515151515151515151.scope "
		    "container ");
	query.kind = ROW_PROCESS;
	query.container =
		key_of(snapshot, ROW_CGROUP, make_find_cgroup(snapshot, "/machine.slice"));
	check_query(snapshot, &query, "日本語プロセス sleep sleep ");
	query.kind = ROW_NS;
	query.container = key_of(snapshot, ROW_CONTAINER, make_find_container(snapshot, "nested"));
	check_query(
		snapshot, &query,
		"4026532540 4026532541 4026532542 4026532543 4026532544 4026532545 4026532546 ");
	snapshot_unref(snapshot);
}

static void a_container_that_is_gone_has_no_rows(void **state)
{
	struct snapshot *snapshot = make_snapshot(0);
	struct query query = {.kind = ROW_PROCESS, .uid = (uid_t)-1};

	(void)state;
	query.container = (struct row_key) {ROW_CONTAINER, 12345, 0};
	check_query(snapshot, &query, "");
	snapshot_unref(snapshot);
}

/* ---- Trees ---- */

static void processes_hang_below_their_parents(void **state)
{
	struct snapshot *snapshot = small_world();

	(void)state;
	check_answer(snapshot, (struct question) {ROW_PROCESS, QUERY_TREE, "pid", NULL},
		     "|-init\n"
		     "| |-a\n"
		     "| | |-b\n"
		     "| | | `-d\n"
		     "| | `-c\n"
		     "| `-e\n"
		     "|   `-f\n"
		     "`-orphan\n");
	snapshot_unref(snapshot);
}

static void siblings_are_sorted_and_nothing_else(void **state)
{
	struct snapshot *snapshot = small_world();

	(void)state;
	check_answer(
		snapshot,
		(struct question) {ROW_PROCESS, QUERY_TREE | QUERY_DESCENDING, "cpu_pct", NULL},
		"|-orphan\n"
		"`-init\n"
		"  |-a\n"
		"  | |-c\n"
		"  | `-b\n"
		"  |   `-d\n"
		"  `-e\n"
		"    `-f\n");
	snapshot_unref(snapshot);
}

static void a_filter_keeps_the_ancestors_of_what_matches(void **state)
{
	struct snapshot *snapshot = small_world();

	(void)state;
	check_answer(snapshot, (struct question) {ROW_PROCESS, QUERY_TREE, "pid", "comm=d|comm=e"},
		     "`-(init)\n"
		     "  |-(a)\n"
		     "  | `-(b)\n"
		     "  |   `-d\n"
		     "  `-e\n");
	check_answer(snapshot, (struct question) {ROW_PROCESS, QUERY_TREE, "pid", "comm=orphan"},
		     "`-orphan\n");
	check_answer(snapshot, (struct question) {ROW_PROCESS, QUERY_TREE, "pid", "comm=nobody"},
		     "");
	snapshot_unref(snapshot);
}

static void folded_rows_hide_and_count_what_is_below(void **state)
{
	struct snapshot *snapshot = small_world();
	struct question question = {ROW_PROCESS, QUERY_TREE, "pid", NULL};
	struct filter *filter;
	struct query query = query_of(&question, &filter);
	/* a (with children), f (without), and one that is gone */
	const struct row_key folded[] = {key_of(snapshot, ROW_PROCESS, 6),
					 {ROW_PROCESS, 77, 77},
					 key_of(snapshot, ROW_PROCESS, 1)};
	struct row_list list = ROW_LIST_INIT;

	(void)state;
	query.folded = folded;
	query.folded_len = ARRAY_LEN(folded);
	check_query(snapshot, &query,
		    "|-init\n"
		    "| |-+a\n"
		    "| `-e\n"
		    "|   `-f\n"
		    "`-orphan\n");
	query_run(&query, snapshot, &list);
	assert_int_equal(list.lines[0].descendants, 6);
	assert_int_equal(list.lines[1].descendants, 3);
	assert_int_equal(list.lines[3].descendants, 0);
	assert_int_equal(list.total, 8);
	row_list_finish(&list);
	snapshot_unref(snapshot);
}

static void a_fold_and_a_filter_work_together(void **state)
{
	struct snapshot *snapshot = small_world();
	struct question question = {ROW_PROCESS, QUERY_TREE, "pid", "comm=d|comm=f"};
	struct filter *filter;
	struct query query = query_of(&question, &filter);
	const struct row_key folded[] = {key_of(snapshot, ROW_PROCESS, 1)};
	struct row_list list = ROW_LIST_INIT;

	(void)state;
	query.folded = folded;
	query.folded_len = 1;
	check_query(snapshot, &query,
		    "`-(init)\n"
		    "  |-+(a)\n"
		    "  `-(e)\n"
		    "    `-f\n");
	query_run(&query, snapshot, &list);
	assert_int_equal(list.lines[1].descendants, 2); /* b and d; c is not there */
	row_list_finish(&list);
	filter_free(filter);
	snapshot_unref(snapshot);
}

static void depth_can_be_limited(void **state)
{
	struct snapshot *snapshot = small_world();
	struct query query = {.kind = ROW_PROCESS, .flags = QUERY_TREE, .uid = (uid_t)-1};

	(void)state;
	query.max_depth = 1;
	check_query(snapshot, &query, "|-+init\n`-orphan\n");
	query.max_depth = 2;
	check_query(snapshot, &query, "|-init\n| |-+a\n| `-+e\n`-orphan\n");
	snapshot_unref(snapshot);
}

static void rows_below_hidden_ones_move_up(void **state)
{
	struct snapshot *snapshot = make_snapshot_rated(1);
	struct query query = {.kind = ROW_CONTAINER, .flags = QUERY_TREE, .uid = (uid_t)-1};
	struct row_list list = ROW_LIST_INIT;
	ssize_t api, nested;

	(void)state;
	query_run(&query, snapshot, &list);
	api = row_list_find(&list,
			    key_of(snapshot, ROW_CONTAINER, make_find_container(snapshot, "api")));
	nested = row_list_find(
		&list, key_of(snapshot, ROW_CONTAINER, make_find_container(snapshot, "nested")));
	assert_true(api >= 0 && nested >= 0);
	assert_int_equal(list.lines[api].depth, 0); /* its pod is a unit */
	assert_int_equal(list.lines[nested].depth, 1);
	query.flags |= QUERY_ALL_UNITS;
	query_run(&query, snapshot, &list);
	api = row_list_find(&list,
			    key_of(snapshot, ROW_CONTAINER, make_find_container(snapshot, "api")));
	assert_int_equal(list.lines[api].depth, 1);
	row_list_finish(&list);
	snapshot_unref(snapshot);
}

static void cgroups_are_a_tree_of_one_root(void **state)
{
	struct snapshot *snapshot = make_empty(0);

	(void)state;
	make_cgroup(snapshot, "/a");
	make_cgroup(snapshot, "/a/x")->usage.memory.current_bytes = metric_known(1);
	make_cgroup(snapshot, "/a/y")->usage.memory.current_bytes = metric_known(2);
	make_cgroup(snapshot, "/b")->usage.memory.current_bytes = metric_known(9);
	make_finish(snapshot);
	check_answer(snapshot,
		     (struct question) {ROW_CGROUP, QUERY_TREE | QUERY_DESCENDING,
					"memory_current_bytes", NULL},
		     "`-/\n"
		     "  |-b\n"
		     "  `-a\n"
		     "    |-y\n"
		     "    `-x\n");
	snapshot_unref(snapshot);
}

/* Pids are reused while /proc is read: two may claim to be each other's parent. */
static void rings_of_parents_end(void **state)
{
	struct snapshot *snapshot = make_empty(0);
	struct query query = {.kind = ROW_PROCESS, .flags = QUERY_TREE, .uid = (uid_t)-1};
	struct row_list list = ROW_LIST_INIT;

	(void)state;
	make_process(snapshot, 5, 6, "a", "/");
	make_process(snapshot, 6, 7, "b", "/");
	make_process(snapshot, 7, 5, "c", "/");
	make_process(snapshot, 8, 8, "self", "/");
	make_process(snapshot, 9, 6, "child", "/");
	make_finish(snapshot);
	query_run(&query, snapshot, &list);
	assert_int_equal(list.len, 5);
	for (uint32_t i = 0; i < 5; i++)
		assert_true(row_list_find(&list, key_of(snapshot, ROW_PROCESS, i)) >= 0);
	/* a container that is its own parent, and two that are each other's */
	for (int i = 0; i < 3; i++)
		make_container(snapshot, "lxc", i ? i == 1 ? "x" : "y" : "z", NULL);
	snapshot->containers[0].parent = 0;
	snapshot->containers[1].parent = 2;
	snapshot->containers[2].parent = 1;
	query.kind = ROW_CONTAINER;
	query_run(&query, snapshot, &list);
	assert_int_equal(list.len, 3);
	query.kind = ROW_PROCESS;
	query.container = key_of(snapshot, ROW_CONTAINER, 0);
	snapshot->processes[0].container = 1;
	query_run(&query, snapshot, &list);
	assert_int_equal(list.len, 0);
	row_list_finish(&list);
	snapshot_unref(snapshot);
}

/* Nobody says how deep cgroups or processes nest: no recursion, guides for the first 64. */
static void a_deep_tree_needs_no_stack(void **state)
{
	struct snapshot *snapshot = make_empty(0);
	struct query query = {.kind = ROW_PROCESS, .flags = QUERY_TREE, .uid = (uid_t)-1};
	struct row_list list = ROW_LIST_INIT;
	const size_t deep = 20000;

	(void)state;
	for (size_t i = 1; i <= deep; i++)
		make_process(snapshot, (pid_t)i, (pid_t)i - 1, "p", NULL);
	make_process(snapshot, (pid_t)deep + 1, 1, "last", NULL);
	make_finish(snapshot);
	query_run(&query, snapshot, &list);
	assert_int_equal(list.len, deep + 1);
	assert_int_equal(list.lines[deep - 1].depth, deep - 1);
	assert_true(list.lines[deep - 1].guides == 2); /* "last" goes on below, at depth 1 */
	assert_int_equal(list.lines[0].descendants, deep);
	assert_int_equal(list.lines[deep].depth, 1);
	row_list_finish(&list);
	snapshot_unref(snapshot);
}

/* ---- The list ---- */

static void a_list_is_reused_and_rows_are_found_by_key(void **state)
{
	struct snapshot *big = make_crowd(2, 500, 0), *small = small_world();
	struct query query = {.kind = ROW_PROCESS, .uid = (uid_t)-1};
	struct row_list list = ROW_LIST_INIT;

	(void)state;
	query_run(&query, big, &list);
	assert_int_equal(list.len, 500);
	query_run(&query, small, &list);
	assert_int_equal(list.len, 8);
	assert_int_equal(row_list_find(&list, key_of(small, ROW_PROCESS, 5)), 5);
	assert_int_equal(row_list_find(&list, key_of(big, ROW_PROCESS, 400)), -1);
	assert_int_equal(row_list_find(&list, (struct row_key) {0, 0, 0}), -1);
	row_list_finish(&list);
	assert_int_equal(list.len, 0);
	row_list_finish(&list);
	snapshot_unref(big);
	snapshot_unref(small);
}

static void an_empty_snapshot_gives_an_empty_answer(void **state)
{
	static const enum row_kind kinds[] = {ROW_CONTAINER, ROW_CGROUP, ROW_PROCESS, ROW_NS};
	struct snapshot *snapshot = snapshot_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct query query = {.kind = kinds[i], .uid = (uid_t)-1};

		check_query(snapshot, &query, "");
		query.flags = QUERY_TREE;
		check_query(snapshot, &query, "");
	}
	snapshot_unref(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_sort_rows_stay_as_they_are),
		cmocka_unit_test(equal_rows_keep_their_order_and_unknown_ones_come_last),
		cmocka_unit_test(sorting_is_right_for_every_length),
		cmocka_unit_test(units_are_hidden_unless_asked_for),
		cmocka_unit_test(kernel_threads_can_be_hidden),
		cmocka_unit_test(processes_of_one_user_or_of_a_list_of_pids),
		cmocka_unit_test(rows_of_one_container_and_of_those_inside),
		cmocka_unit_test(a_container_that_is_gone_has_no_rows),
		cmocka_unit_test(processes_hang_below_their_parents),
		cmocka_unit_test(siblings_are_sorted_and_nothing_else),
		cmocka_unit_test(a_filter_keeps_the_ancestors_of_what_matches),
		cmocka_unit_test(folded_rows_hide_and_count_what_is_below),
		cmocka_unit_test(a_fold_and_a_filter_work_together),
		cmocka_unit_test(depth_can_be_limited),
		cmocka_unit_test(rows_below_hidden_ones_move_up),
		cmocka_unit_test(cgroups_are_a_tree_of_one_root),
		cmocka_unit_test(rings_of_parents_end),
		cmocka_unit_test(a_deep_tree_needs_no_stack),
		cmocka_unit_test(a_list_is_reused_and_rows_are_found_by_key),
		cmocka_unit_test(an_empty_snapshot_gives_an_empty_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
