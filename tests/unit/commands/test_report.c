/* SPDX-License-Identifier: MIT */
/* From options to a question: columns, order, filter, and what has to be read for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "commands/report.h"
#include "model/rates.h"
#include "support/make_snapshot.h"

static const struct report_type *const types[] = {
	&report_type_list, &report_type_stats, &report_type_ps,
	&report_type_ns,   &report_type_tree,  &report_type_inspect,
};

static void cleanup_snapshot(struct snapshot **snapshot)
{
	snapshot_unref(*snapshot);
}

static bool has(const struct report *report, const char *id)
{
	for (size_t i = 0; i < report->columns.len; i++) {
		if (strcmp(report->columns.fields[i]->id, id) == 0)
			return true;
	}
	return false;
}

static void defaults_name_fields_that_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types) * OUTPUT_FORMATS; i++) {
		const struct report_type *type = types[i / OUTPUT_FORMATS];
		struct report_options options = {.format =
							 (enum output_format)(i % OUTPUT_FORMATS)};
		struct err err = ERR_INIT;
		_cleanup_(report_finish)
		struct report report;

		assert_int_equal(report_init(&report, type, &options, &err), 0);
		assert_true(report.columns.len > 3);
		for (size_t k = 0; k < report.columns.len; k++)
			assert_non_null(report.columns.fields[k]);
		assert_null(report.columns.fields[report.columns.len]);
	}
}

static void json_has_what_scripts_count_on(void **state)
{
	static const char *const ids[] = {
		"name",
		"id",
		"engine",
		"state",
		"cgroup",
		"pid",
		"cpu_pct",
		"memory_current_bytes",
		"memory_working_set_bytes",
		"memory_limit_bytes",
		"pids_current",
		"pids_limit",
	};
	struct report_options options = {.format = OUTPUT_JSON};
	struct err err = ERR_INIT;
	_cleanup_(report_finish)
	struct report report;

	(void)state;
	assert_int_equal(report_init(&report, &report_type_stats, &options, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		assert_true(has(&report, ids[i]));
	assert_true(report.sources & SOURCE_HOST);
}

static void columns_are_chosen_added_or_all(void **state)
{
	static const struct {
		const char *columns;
		const char *ids; /* by commas */
	} cases[] = {
		{"name", "name"},
		{"name,id", "name,id"},
		{" name , id ", "name,id"},
		{"name,id,name", "name,id"},
		{"MEM,wset", "memory_current_bytes,memory_working_set_bytes"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct report_options options = {.columns = cases[i].columns};
		struct span rest = span_of(cases[i].ids), id;
		struct err err = ERR_INIT;
		_cleanup_(report_finish)
		struct report report;
		size_t n = 0;

		assert_int_equal(report_init(&report, &report_type_list, &options, &err), 0);
		while (span_next_part(&rest, ',', &id))
			assert_true(span_eq(span_of(report.columns.fields[n++]->id), id));
		assert_int_equal(report.columns.len, n);
	}
}

static void a_plus_keeps_the_columns_there_are(void **state)
{
	struct report_options options = {0};
	struct report_options more = {.columns = "+cgroup,name"};
	struct err err = ERR_INIT;
	_cleanup_(report_finish)
	struct report plain;
	_cleanup_(report_finish)
	struct report report;

	(void)state;
	assert_int_equal(report_init(&plain, &report_type_list, &options, &err), 0);
	assert_int_equal(report_init(&report, &report_type_list, &more, &err), 0);
	assert_int_equal(report.columns.len, plain.columns.len + 1);
	assert_true(has(&report, "cgroup"));
}

static void wrong_words_are_refused_by_name(void **state)
{
	static const struct {
		struct report_options options;
		const char *text;
	} cases[] = {
		{{.columns = "cpu_pct,memory_curent_bytes"},
		 "--columns: no field 'memory_curent_bytes' here: did you mean "
		 "memory_current_bytes?"},
		{{.columns = "xyzzyxyzzy"},
		 "--columns: no field 'xyzzyxyzzy' here: --columns help lists them"},
		{{.columns = "name,,id"}, "--columns: no field '' here: --columns help lists them"},
		{{.columns = ""}, "--columns: no field '' here: --columns help lists them"},
		{{.sort = "-nam"}, "--sort: no field 'nam' here: did you mean name?"},
		{{.sort = ""}, "--sort: no field '' here: --columns help lists them"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = ERR_INIT;
		_cleanup_(report_finish)
		struct report report;

		assert_int_equal(report_init(&report, &report_type_list, &cases[i].options, &err),
				 -EINVAL);
		assert_string_equal(err.text, cases[i].text);
	}
	struct report_options wrong_filter = {.filter = "cpu_pct>fast"};
	struct err err = ERR_INIT;
	_cleanup_(report_finish)
	struct report report;

	assert_int_equal(report_init(&report, &report_type_list, &wrong_filter, &err), -EINVAL);
	assert_non_null(strstr(err.text, "cpu_pct"));
}

static void order_has_a_direction(void **state)
{
	static const struct {
		const char *sort;
		unsigned int flags;
		bool descending;
	} cases[] = {
		{"name", 0, false},
		{"-name", 0, true},
		{"+name", 0, false},
		{"name", REPORT_REVERSE, true},
		{"cpu_pct", 0, true},
		{"+cpu_pct", 0, false},
		{"-cpu_pct", 0, true},
		{"cpu_pct", REPORT_REVERSE, false},
		{"-cpu_pct", REPORT_REVERSE, false},
		{NULL, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct report_options options = {.sort = cases[i].sort, .flags = cases[i].flags};
		struct err err = ERR_INIT;
		_cleanup_(report_finish)
		struct report report;

		assert_int_equal(report_init(&report, &report_type_list, &options, &err), 0);
		assert_int_equal(!!(report.query.flags & QUERY_DESCENDING), cases[i].descending);
	}
}

static void a_second_sample_is_taken_for_rates_only(void **state)
{
	static const struct {
		const struct report_type *type;
		struct report_options options;
		bool needed;
	} cases[] = {
		{&report_type_list, {0}, false},
		{&report_type_list, {.format = OUTPUT_JSON}, false},
		{&report_type_list, {.columns = "name,cpu_pct"}, true},
		{&report_type_list, {.sort = "cpu_pct"}, true},
		{&report_type_list, {.filter = "cpu_pct>1"}, true},
		{&report_type_list, {.columns = "memory_limit_pct"}, false}, /* needs no time */
		{&report_type_list, {.filter = "web"}, false},
		{&report_type_stats, {0}, true},
		{&report_type_ps, {0}, true},
		{&report_type_ps, {.columns = "pid,command"}, false},
		{&report_type_ns, {0}, false},
		{&report_type_tree, {0}, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = ERR_INIT;
		_cleanup_(report_finish)
		struct report report;

		assert_int_equal(report_init(&report, cases[i].type, &cases[i].options, &err), 0);
		assert_int_equal(report.needs_rates, cases[i].needed);
	}
}

static size_t count_rows(const struct snapshot *snapshot, enum row_kind kind)
{
	return kind == ROW_CONTAINER ? snapshot->containers_len
	       : kind == ROW_CGROUP  ? snapshot->cgroups_len
	       : kind == ROW_PROCESS ? snapshot->processes_len
				     : snapshot->namespaces_len;
}

/* Whether the first sample of the world has a row in which @field waits for the second. */
static bool waits(const struct field *field, const struct snapshot *first)
{
	for (unsigned int kind = ROW_CONTAINER; kind <= ROW_NS; kind <<= 1) {
		size_t n = field->kinds & kind ? count_rows(first, (enum row_kind)kind) : 0;

		for (uint32_t i = 0; i < n; i++) {
			struct row row = {first, (enum row_kind)kind, i};
			struct value value = field_get(field, &row);

			if (value.state != METRIC_KNOWN && value.why == WHY_SECOND_SAMPLE)
				return true;
		}
	}
	return false;
}

static void the_table_says_what_needs_two_samples(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *first = make_snapshot(0);

	(void)state;
	rates(NULL, first);
	for (size_t i = 0; i < fields_len; i++) {
		if (waits(&fields[i], first) != !!(fields[i].flags & FIELD_RATE))
			fail_msg("FIELD_RATE of %s", fields[i].id);
	}
}

static void only_what_is_asked_for_is_read(void **state)
{
	static const struct {
		const struct report_type *type;
		struct report_options options;
		unsigned int with, without; /* enum source bits */
		bool expensive;
	} cases[] = {
		{&report_type_list,
		 {.columns = "name"},
		 SOURCE_IDENTITY,
		 SOURCE_CGROUP_MEMORY | SOURCE_CGROUP_CPU | SOURCE_HOST | SOURCE_PROCS,
		 false},
		{&report_type_list,
		 {.columns = "name", .sort = "cpu_pct"},
		 SOURCE_CGROUP_CPU,
		 SOURCE_CGROUP_MEMORY,
		 false},
		{&report_type_list,
		 {.columns = "name", .filter = "memory_current_bytes>1"},
		 SOURCE_CGROUP_MEMORY,
		 SOURCE_CGROUP_CPU,
		 false},
		{&report_type_ps, {.columns = "pid"}, SOURCE_PROCS, SOURCE_PROCS_IO, false},
		{&report_type_ps, {.columns = "pid,io_read_bytes"}, SOURCE_PROCS_IO, 0, true},
		{&report_type_ps,
		 {.columns = "pid", .sort = "open_files"},
		 SOURCE_PROCS_MORE,
		 0,
		 true},
		{&report_type_ps,
		 {.columns = "pid", .filter = "oom_score>5"},
		 SOURCE_PROCS_MORE,
		 SOURCE_PROCS_IO,
		 true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = ERR_INIT;
		_cleanup_(report_finish)
		struct report report;

		assert_int_equal(report_init(&report, cases[i].type, &cases[i].options, &err), 0);
		assert_int_equal(report.sources & cases[i].with, cases[i].with);
		assert_int_equal(report.sources & cases[i].without, 0);
		assert_int_equal(report.expensive, cases[i].expensive);
	}
}

static void all_shows_what_is_hidden(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot_rated(1);
	static const struct report_type *const hiding[] = {&report_type_list, &report_type_ps};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hiding); i++) {
		struct report_options few = {0}, all = {.flags = REPORT_ALL};
		struct err err = ERR_INIT;
		_cleanup_(report_finish)
		struct report some;
		_cleanup_(report_finish)
		struct report every;

		assert_int_equal(report_init(&some, hiding[i], &few, &err), 0);
		assert_int_equal(report_init(&every, hiding[i], &all, &err), 0);
		report_ask(&some, snapshot);
		report_ask(&every, snapshot);
		assert_true(some.rows.len > 0);
		assert_true(every.rows.len > some.rows.len);
	}
}

static void help_is_asked_for_by_name(void **state)
{
	struct report_options columns = {.columns = "help"}, sort = {.sort = "help"};
	struct report_options none = {.columns = "name"};

	(void)state;
	assert_true(report_wants_help(&columns));
	assert_true(report_wants_help(&sort));
	assert_false(report_wants_help(&none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_name_fields_that_exist),
		cmocka_unit_test(json_has_what_scripts_count_on),
		cmocka_unit_test(columns_are_chosen_added_or_all),
		cmocka_unit_test(a_plus_keeps_the_columns_there_are),
		cmocka_unit_test(wrong_words_are_refused_by_name),
		cmocka_unit_test(order_has_a_direction),
		cmocka_unit_test(a_second_sample_is_taken_for_rates_only),
		cmocka_unit_test(the_table_says_what_needs_two_samples),
		cmocka_unit_test(only_what_is_asked_for_is_read),
		cmocka_unit_test(all_shows_what_is_hidden),
		cmocka_unit_test(help_is_asked_for_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
