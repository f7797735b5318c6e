/* SPDX-License-Identifier: MIT */
/*
 * What the commands say of the made-up world, against golden files in text, JSON and CSV, and what holds
 * for any world: valid formats whatever the names hold. UPDATE_GOLDEN=1 in the environment writes the
 * files anew; read the difference before you commit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "commands/inspection.h"
#include "commands/report.h"
#include "commands/scope.h"
#include "support/make_snapshot.h"

#define HOSTILE                                                                                    \
	"\x1b]0;x\x07\n\r\t\x7f\xc2\x9b\xe2\x80\xae\xff\xc3(\xed\xa0\x80\xf4\x90\x80\x80\",;'é"

static void cleanup_snapshot(struct snapshot **snapshot)
{
	snapshot_unref(*snapshot);
}

/* struct sample - one golden file: a command line, more or less */
struct sample {
	const char *file;
	const struct report_type *type;
	struct report_options options;
	const char *operand;
	size_t width;
	unsigned int flags; /* enum output_flags, beside the header */
};

/* clang-format off */
static const struct sample samples[] = {
	{.file = "list.txt", .type = &report_type_list},
	{.file = "list-80.txt", .type = &report_type_list, .width = 80},
	{.file = "list-ascii.txt", .type = &report_type_list, .width = 120,
	 .flags = OUTPUT_ASCII | OUTPUT_ASCII_NAMES},
	{.file = "list-all.txt", .type = &report_type_list, .options = {.flags = REPORT_ALL}},
	{.file = "list.json", .type = &report_type_list,
	 .options = {.format = OUTPUT_JSON, .filter = "name=db-1|name=rootless|name~evil"}},
	{.file = "list.csv", .type = &report_type_list, .options = {.format = OUTPUT_CSV}},
	{.file = "stats.txt", .type = &report_type_stats},
	{.file = "stats-columns.txt", .type = &report_type_stats,
	 .options = {.columns = "name,MEM,memory_limit_bytes,pids_current,pids_limit",
		     .sort = "-memory_current_bytes", .filter = "engine=docker|engine=podman"}},
	{.file = "stats-add.txt", .type = &report_type_stats,
	 .options = {.columns = "+cgroup", .flags = REPORT_REVERSE}},
	{.file = "stats.json", .type = &report_type_stats,
	 .options = {.format = OUTPUT_JSON, .filter = "name=web-1"}},
	{.file = "stats.csv", .type = &report_type_stats, .flags = OUTPUT_TIMED,
	 .options = {.format = OUTPUT_CSV, .columns = "name,cpu_pct,memory_limit_bytes,cpu_limit_cpus,created,confirmed"}},
	{.file = "ps.txt", .type = &report_type_ps},
	{.file = "ps-all.txt", .type = &report_type_ps, .options = {.flags = REPORT_ALL}},
	{.file = "ps-builder.txt", .type = &report_type_ps, .operand = "builder"},
	{.file = "ps-web.json", .type = &report_type_ps, .operand = "web-1",
	 .options = {.format = OUTPUT_JSON, .columns = "pid,inner_pid,nice,cpu_pct,command,container"}},
	{.file = "ps.csv", .type = &report_type_ps,
	 .options = {.format = OUTPUT_CSV, .columns = "pid,ppid,nice,tty,command"}},
	{.file = "ns.txt", .type = &report_type_ns},
	{.file = "ns-web.txt", .type = &report_type_ns, .operand = "web-1"},
	{.file = "tree.txt", .type = &report_type_tree},
	{.file = "tree-ascii.txt", .type = &report_type_tree, .flags = OUTPUT_ASCII},
	{.file = "tree-depth.txt", .type = &report_type_tree, .options = {.depth = 2}},
	{.file = "tree-builder.txt", .type = &report_type_tree, .operand = "builder"},
};
/* clang-format on */

/* ---- Golden files ---- */

static bool read_golden(const char *name, struct strbuf *out)
{
	char path[512];
	_cleanup_(cleanup_fclose)
	FILE *file = NULL;
	char buf[4096];
	size_t n;

	snprintf(path, sizeof(path), GOLDEN_DIR "/commands/%s", name);
	file = fopen(path, "re");
	if (!file)
		return false;
	while ((n = fread(buf, 1, sizeof(buf), file)) > 0)
		strbuf_add(out, buf, n);
	return true;
}

static void write_golden(const char *name, struct span text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), GOLDEN_DIR "/commands/%s", name);
	file = fopen(path, "we");
	assert_non_null(file);
	fwrite(text.p, 1, text.len, file);
	assert_int_equal(fclose(file), 0);
}

static bool is_golden(const char *name, struct span said)
{
	_cleanup_(strbuf_finish)
	struct strbuf golden = STRBUF_INIT;
	struct span expected, a, b;
	int line = 1;

	if (getenv("UPDATE_GOLDEN")) {
		write_golden(name, said);
		return true;
	}
	if (!read_golden(name, &golden)) {
		print_message("%s: no golden file (UPDATE_GOLDEN=1 writes it)\n", name);
		return false;
	}
	expected = strbuf_span(&golden);
	if (span_eq(expected, said))
		return true;
	for (;; line++) {
		bool more_a = span_next_line(&expected, &a), more_b = span_next_line(&said, &b);

		if ((more_a && more_b && span_eq(a, b)) || (!more_a && !more_b))
			continue;
		print_message("%s: line %d\n  golden: %.*s\n  said:   %.*s\n", name, line,
			      more_a ? (int)a.len : 0, a.p, more_b ? (int)b.len : 0, b.p);
		return false;
	}
}

/* JSON is one line; in a golden file it is easier to read, and to compare, on many. */
static void spread_json(struct strbuf *text)
{
	json_error_t error;
	json_t *object;
	char *spread;

	assert_true(text->len > 1 && text->data[text->len - 1] == '\n');
	assert_ptr_equal(strchr(text->data, '\n'), text->data + text->len - 1);
	object = json_loads(text->data, 0, &error);
	if (!object)
		fail_msg("no JSON: %s", error.text);
	spread = json_dumps(object, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	strbuf_reset(text);
	strbuf_adds(text, spread);
	strbuf_addc(text, '\n');
	free(spread);
	json_decref(object);
}

/* ---- Answers ---- */

static void answer(const struct sample *sample, const struct snapshot *snapshot, struct strbuf *out)
{
	struct err err = ERR_INIT;
	struct report report;
	struct output output;

	if (report_init(&report, sample->type, &sample->options, &err) < 0)
		fail_msg("%s: %s", sample->file, err.text);
	if (sample->operand)
		assert_int_equal(sample->type->scope(snapshot, sample->operand,
						     &report.query.container, &err),
				 0);
	report_ask(&report, snapshot);
	output = report_output(&report, snapshot);
	output.width = sample->width;
	output.flags &= ~(unsigned int)(OUTPUT_ASCII | OUTPUT_ASCII_NAMES);
	output.flags |= sample->flags;
	assert_int_equal(output_write(&output, sample->options.format, out, &err), 0);
	report_finish(&report);
}

static void every_answer_is_as_before(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot_rated(1);
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		_cleanup_(strbuf_finish)
		struct strbuf text = STRBUF_INIT;

		answer(&samples[i], snapshot, &text);
		if (samples[i].options.format == OUTPUT_JSON)
			spread_json(&text);
		wrong += !is_golden(samples[i].file, strbuf_span(&text));
	}
	assert_int_equal(wrong, 0);
}

static struct inspection inspect(const struct snapshot *snapshot, const char *name,
				 const struct columns *columns, const struct columns *processes)
{
	return (struct inspection) {
		.snapshot = snapshot,
		.index = make_find_container(snapshot, name),
		.columns = columns->fields,
		.whole = true,
		.process_columns = processes->fields,
		.processes = ROW_LIST_INIT,
		.mounts = MOUNTS_INIT,
	};
}

static void inspect_says_everything(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot_rated(1);
	_cleanup_(columns_finish)
	struct columns columns = {0};
	_cleanup_(columns_finish)
	struct columns processes = {0};
	static const char *const names[] = {MAKE_NAME_WIDE, "rootless", "make@/srv/build"};
	static const char *const ids[] = {"pid", "inner_pid", "command", NULL};
	int wrong = 0;

	(void)state;
	columns_add_all(&columns, ROW_CONTAINER);
	columns_add_ids(&processes, ids, ROW_PROCESS);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		_cleanup_(inspection_finish)
		struct inspection inspection = inspect(snapshot, names[i], &columns, &processes);
		_cleanup_(strbuf_finish)
		struct strbuf text = STRBUF_INIT;
		_cleanup_(strbuf_finish)
		struct strbuf json = STRBUF_INIT;
		struct err err = ERR_INIT;
		char file[64];

		inspection_gather(&inspection);
		inspection_text(&inspection, &text);
		snprintf(file, sizeof(file), "inspect-%zu.txt", i);
		wrong += !is_golden(file, strbuf_span(&text));
		assert_int_equal(output_json_line(inspection_json(&inspection), &json, &err), 0);
		spread_json(&json);
		snprintf(file, sizeof(file), "inspect-%zu.json", i);
		wrong += !is_golden(file, strbuf_span(&json));
	}
	assert_int_equal(wrong, 0);
}

/* ---- Whatever the names hold ---- */

/* A world of one container with the worst of names everywhere. */
static struct snapshot *make_hostile(void)
{
	struct snapshot *snapshot = make_empty(0);
	struct container *container;
	struct process *process;

	make_cgroup(snapshot, "/" HOSTILE);
	container = make_container(snapshot, "docker", HOSTILE, "/" HOSTILE);
	container->id = HOSTILE;
	container->image = HOSTILE;
	container->leader = 7;
	process = make_process(snapshot, 7, 1, HOSTILE, "/" HOSTILE);
	process->cmdline = HOSTILE;
	process->user = HOSTILE;
	snapshot_add_issue(snapshot, "read %s", HOSTILE);
	make_finish(snapshot);
	return snapshot;
}

static const struct report_type *const types[] = {
	&report_type_list, &report_type_stats, &report_type_ps,
	&report_type_ns,   &report_type_tree,  &report_type_inspect,
};

static void no_output_holds_what_a_terminal_obeys(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_hostile();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types) * OUTPUT_FORMATS; i++) {
		struct sample sample = {
			.file = "hostile",
			.type = types[i / OUTPUT_FORMATS],
			.options = {.format = (enum output_format)(i % OUTPUT_FORMATS),
				    .columns = "all"},
		};
		_cleanup_(strbuf_finish)
		struct strbuf text = STRBUF_INIT;
		struct span rest, line;

		answer(&sample, snapshot, &text);
		rest = strbuf_span(&text);
		while (span_next_line(&rest, &line)) {
			if (span_ends(line, SPAN("\r")))
				line.len--;
			assert_true(text_is_clean(line));
		}
	}
}

static const char *name_in_json(json_t *object)
{
	return json_string_value(
		json_object_get(json_array_get(json_object_get(object, "containers"), 0), "name"));
}

static void json_is_utf8_and_loses_only_what_is_none(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_hostile();
	struct sample sample = {
		.file = "hostile", .type = &report_type_list, .options = {.format = OUTPUT_JSON}};
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	json_t *object;

	(void)state;
	answer(&sample, snapshot, &text);
	object = json_loads(strbuf_cstr(&text), 0, NULL);
	assert_non_null(object);
	assert_string_equal(name_in_json(object),
			    "\x1b]0;x\x07\n\r\t\x7f\xc2\x9b\xe2\x80\xae"
			    "\xef\xbf\xbd\xef\xbf\xbd("
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",;'é");
	json_decref(object);
}

/* Cells of the next record of RFC 4180 in @rest; 0 at the end. */
static size_t next_record(struct span *rest, char first[256])
{
	size_t cells = 1, len = 0;
	bool quoted = false;

	if (rest->len == 0)
		return 0;
	for (;;) {
		char c;

		assert_true(rest->len > 0);
		c = rest->p[0];
		rest->p++;
		rest->len--;
		if (c == '"') {
			if (quoted && rest->len > 0 && rest->p[0] == '"') {
				rest->p++;
				rest->len--;
			} else {
				quoted = !quoted;
				continue;
			}
		} else if (!quoted && c == ',') {
			cells++;
			continue;
		} else if (!quoted && c == '\r') {
			assert_int_equal(rest->p[0], '\n');
			rest->p++;
			rest->len--;
			first[len] = '\0';
			return cells;
		}
		if (cells == 1 && len < 255)
			first[len++] = c;
	}
}

static void csv_has_as_many_cells_on_every_line(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *world = make_snapshot_rated(1);
	_cleanup_(cleanup_snapshot)
	struct snapshot *hostile = make_hostile();
	const struct snapshot *snapshots[] = {world, hostile};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types) * ARRAY_LEN(snapshots); i++) {
		struct sample sample = {
			.file = "csv",
			.type = types[i / 2],
			.options = {.format = OUTPUT_CSV, .columns = "all"},
		};
		_cleanup_(strbuf_finish)
		struct strbuf text = STRBUF_INIT;
		struct span rest;
		char first[256];
		size_t cells, n;

		answer(&sample, snapshots[i % 2], &text);
		rest = strbuf_span(&text);
		cells = next_record(&rest, first);
		assert_true(cells > 1);
		while ((n = next_record(&rest, first)) > 0)
			assert_int_equal(n, cells);
	}
}

static void csv_keeps_quotes_and_commas(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_empty(0);
	struct sample sample = {
		.file = "csv",
		.type = &report_type_list,
		.options = {.format = OUTPUT_CSV, .columns = "name,engine"},
	};
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	(void)state;
	make_cgroup(snapshot, "/a");
	make_container(snapshot, "docker", "say \"hi\", twice", "/a");
	make_finish(snapshot);
	answer(&sample, snapshot, &text);
	assert_string_equal(strbuf_cstr(&text),
			    "name,engine\r\n\"say \"\"hi\"\", twice\",docker\r\n");
}

/* ---- What JSON promises ---- */

/* Each null has its reason, each reason its null. */
static void check_unknown(const json_t *row)
{
	json_t *unknown = json_object_get(row, "unknown");
	const char *key;
	json_t *value;
	size_t nulls = 0;

	assert_true(json_is_object(unknown));
	json_object_foreach((json_t *)(uintptr_t)row, key, value)
	{
		if (!json_is_null(value))
			continue;
		nulls++;
		assert_true(json_is_string(json_object_get(unknown, key)));
	}
	assert_int_equal(json_object_size(unknown), nulls);
}

static void every_null_has_a_reason(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot(0); /* without rates */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct sample sample = {
			.file = "nulls",
			.type = types[i],
			.options = {.format = OUTPUT_JSON, .columns = "all", .flags = REPORT_ALL},
		};
		_cleanup_(strbuf_finish)
		struct strbuf text = STRBUF_INIT;
		json_t *object, *row;
		size_t k;

		answer(&sample, snapshot, &text);
		object = json_loads(strbuf_cstr(&text), 0, NULL);
		assert_non_null(object);
		check_unknown(json_object_get(object, "host"));
		assert_true(json_array_size(json_object_get(object, types[i]->key)) > 0);
		json_array_foreach(json_object_get(object, types[i]->key), k, row)
			check_unknown(row);
		json_decref(object);
	}
}

/* A field is of the same type in every row, or null. */
static void a_field_has_one_type(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_snapshot_rated(1);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct sample sample = {
			.file = "types",
			.type = types[i],
			.options = {.format = OUTPUT_JSON, .columns = "all", .flags = REPORT_ALL},
		};
		_cleanup_(strbuf_finish)
		struct strbuf text = STRBUF_INIT;
		json_t *object, *rows, *row, *value, *seen = json_object();
		const char *key;
		size_t k;

		answer(&sample, snapshot, &text);
		object = json_loads(strbuf_cstr(&text), 0, NULL);
		rows = json_object_get(object, types[i]->key);
		json_array_foreach(rows, k, row)
		{
			json_object_foreach(row, key, value)
			{
				json_t *before = json_object_get(seen, key);
				int type = json_is_boolean(value) ? JSON_TRUE
								  : (int)json_typeof(value);

				if (json_is_null(value))
					continue;
				if (before)
					assert_int_equal(json_integer_value(before), type);
				json_object_set_new(seen, key, json_integer(type));
			}
		}
		json_decref(seen);
		json_decref(object);
	}
}

static void large_integers_are_exact_and_no_limit_is_null(void **state)
{
	_cleanup_(cleanup_snapshot)
	struct snapshot *snapshot = make_empty(0);
	struct sample sample = {
		.file = "exact",
		.type = &report_type_list,
		.options = {.format = OUTPUT_JSON,
			    .columns = "memory_current_bytes,memory_limit_bytes,pids_limit"},
	};
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct cgroup *cgroup = make_cgroup(snapshot, "/a");

	(void)state;
	cgroup->usage.memory.current_bytes = metric_known(9007199254740993); /* 2^53 + 1 */
	cgroup->usage.memory.limit_bytes = metric_known(METRIC_NO_LIMIT);
	cgroup->usage.pids.limit = metric_known(9223372036854775807);
	make_container(snapshot, "docker", "a", "/a");
	make_finish(snapshot);
	answer(&sample, snapshot, &text);
	assert_non_null(strstr(strbuf_cstr(&text), "{\"memory_current_bytes\":9007199254740993,"
						   "\"memory_limit_bytes\":null,"
						   "\"pids_limit\":9223372036854775807,"
						   "\"unknown\":{\"memory_limit_bytes\":"
						   "\"no limit is set\"}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_is_as_before),
		cmocka_unit_test(inspect_says_everything),
		cmocka_unit_test(no_output_holds_what_a_terminal_obeys),
		cmocka_unit_test(json_is_utf8_and_loses_only_what_is_none),
		cmocka_unit_test(csv_has_as_many_cells_on_every_line),
		cmocka_unit_test(csv_keeps_quotes_and_commas),
		cmocka_unit_test(every_null_has_a_reason),
		cmocka_unit_test(a_field_has_one_type),
		cmocka_unit_test(large_integers_are_exact_and_no_limit_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
