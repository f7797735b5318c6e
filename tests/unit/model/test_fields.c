/* SPDX-License-Identifier: MIT */
/* The field table: its own rules, what getters give for nothing and for the made-up world, presets. */
#include "model_test.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "base/text.h"
#include "model/fields.h"

static const enum row_kind kinds[] = {ROW_CONTAINER, ROW_CGROUP, ROW_PROCESS, ROW_NS};

static const struct field *find(const char *id, enum row_kind kind)
{
	const struct field *field = field_find(span_of(id), kind);

	if (!field)
		fail_msg("no field %s of kind %d", id, kind);
	return field;
}

static bool is_number(enum field_type type)
{
	return type != FIELD_TEXT && type != FIELD_BOOL && type != FIELD_TIME;
}

/* ---- The table ---- */

static void every_field_says_what_it_is(void **state)
{
	(void)state;
	assert_true(fields_len > 100);
	for (size_t i = 0; i < fields_len; i++) {
		const struct field *field = &fields[i];
		size_t len = strlen(field->id);

		assert_int_equal(strspn(field->id, "abcdefghijklmnopqrstuvwxyz0123456789_"), len);
		assert_true(islower((unsigned char)field->id[0]) && field->id[len - 1] != '_');
		assert_true(field->kinds && field->kinds < ROW_EVENT << 1);
		assert_true(field->width > 0);
		assert_in_range(text_width(span_of(field->title)), 1, field->width);
		assert_in_range(strlen(field->help), 4, 100);
		assert_true(field->help[strlen(field->help) - 1] != '.');
		assert_null(strchr(field->help, '\n'));
		assert_int_equal(field->sources & ~(unsigned int)SOURCE_ALL, 0);
		assert_non_null(field->get);
		if (is_number(field->type))
			assert_true(field->flags & FIELD_RIGHT);
		else
			assert_false(field->flags & FIELD_RIGHT);
	}
}

/* Rows of cgroups are there without asking for a column; all else has to be read. */
static void every_field_names_its_sources(void **state)
{
	static const char *const free_of_charge[] = {"name", "path", "id", "depth"};
	size_t free_fields = 0;

	(void)state;
	for (size_t i = 0; i < fields_len; i++) {
		bool listed = false;

		/* Events are no part of a pass. */
		if (fields[i].sources || fields[i].kinds == ROW_EVENT)
			continue;
		for (size_t j = 0; j < ARRAY_LEN(free_of_charge); j++)
			listed |= strcmp(fields[i].id, free_of_charge[j]) == 0;
		assert_true(listed && fields[i].kinds == ROW_CGROUP);
		free_fields++;
	}
	assert_int_equal(free_fields, ARRAY_LEN(free_of_charge));
}

/* Titles may be given in place of ids, in any case. */
static void ids_and_titles_are_unique_for_a_kind_of_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < fields_len; i++)
		for (size_t j = 0; j < i; j++) {
			if (!(fields[i].kinds & fields[j].kinds))
				continue;
			if (strcmp(fields[i].id, fields[j].id) == 0)
				fail_msg("id %s twice", fields[i].id);
			if (strcasecmp(fields[i].title, fields[j].title) == 0)
				fail_msg("title %s twice", fields[i].title);
		}
}

/* The unit stands in the id: that is what readers of JSON go by. */
static void ids_end_in_the_unit_of_their_type(void **state)
{
	static const struct {
		const char *suffix;
		enum field_type type;
	} units[] = {
		{"_bytes", FIELD_BYTES},
		{"_bytes_per_sec", FIELD_BYTES_PER_SEC},
		{"_ops_per_sec", FIELD_PER_SEC},
		{"_packets_per_sec", FIELD_PER_SEC},
		{"_pct", FIELD_PCT},
		{"_cpus", FIELD_CPUS},
	};

	(void)state;
	for (size_t i = 0; i < fields_len; i++) {
		struct span id = span_of(fields[i].id);

		for (size_t u = 0; u < ARRAY_LEN(units); u++)
			assert_true(!span_ends(id, span_of(units[u].suffix)) ||
				    fields[i].type == units[u].type);
		if (fields[i].type == FIELD_PCT)
			assert_true(span_ends(id, SPAN("_pct")));
		if (fields[i].type == FIELD_BYTES)
			assert_true(span_ends(id, SPAN("_bytes")));
		if (fields[i].type == FIELD_CPUS)
			assert_true(span_ends(id, SPAN("_cpus")));
		if (fields[i].type == FIELD_CPU_TIME || fields[i].type == FIELD_DURATION)
			assert_true(span_ends(id, SPAN("_usec")));
		if (fields[i].type == FIELD_PER_SEC || fields[i].type == FIELD_BYTES_PER_SEC)
			assert_true(span_ends(id, SPAN("_per_sec")));
	}
}

/* These are documented: they may gain company and never lose a name. */
static void the_public_ids_are_there(void **state)
{
	static const struct {
		enum row_kind kind;
		const char *ids;
	} public[] = {
		{ROW_CONTAINER,
		 "name id engine kind state cgroup pid image pod project service owner confirmed "
		 "created age_usec command cpu_pct cpu_user_pct cpu_system_pct cpu_throttled_pct "
		 "cpu_limit_cpus cpu_effective_limit_cpus cpu_limit_from memory_current_bytes "
		 "memory_working_set_bytes memory_limit_bytes memory_effective_limit_bytes "
		 "memory_limit_from memory_limit_pct memory_anon_bytes memory_file_bytes "
		 "memory_shmem_bytes memory_slab_bytes memory_swap_bytes memory_peak_bytes "
		 "memory_high_bytes oom_kills pids_current pids_limit pids_effective_limit "
		 "pids_limit_pct pids_growth_per_sec processes io_read_bytes io_write_bytes "
		 "io_read_bytes_per_sec io_write_bytes_per_sec io_read_ops_per_sec "
		 "pressure_cpu_some_pct pressure_memory_some_pct pressure_memory_full_pct "
		 "pressure_io_some_pct pressure_io_full_pct net_rx_bytes net_tx_bytes "
		 "net_rx_bytes_per_sec net_tx_bytes_per_sec net_shared_by frozen populated "
		 "ns_shared_with_host"},
		{ROW_CGROUP,
		 "name path id depth state container engine own_processes processes cpu_pct "
		 "memory_current_bytes memory_limit_bytes pids_current frozen populated"},
		{ROW_PROCESS,
		 "pid ppid inner_pid user uid state priority nice threads virtual_bytes rss_bytes "
		 "shared_bytes swap_bytes cpu_pct memory_pct cpu_time_usec comm command started "
		 "age_usec container engine cgroup io_read_bytes_per_sec io_write_bytes_per_sec "
		 "oom_score open_files tty session pgrp processor ns_mnt ns_uts ns_ipc ns_net "
		 "ns_pid "
		 "ns_user ns_cgroup ns_time minor_faults major_faults"},
		{ROW_NS,
		 "type id processes pid command owner_uid owner_ns parent_ns container held "
		 "held_path host"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(public); i++) {
		struct span rest = span_of(public[i].ids), id;

		while (span_next_word(&rest, &id))
			if (!field_find(id, public[i].kind))
				fail_msg("no field %.*s", (int)id.len, id.p);
	}
}

static void a_field_is_found_for_its_kind_of_row_only(void **state)
{
	(void)state;
	assert_string_equal(find("pid", ROW_CONTAINER)->help,
			    "Its first process, as the host sees it");
	assert_string_equal(find("pid", ROW_PROCESS)->help, "Process id");
	assert_null(field_find(SPAN("nice"), ROW_CONTAINER));
	assert_null(field_find(SPAN("image"), ROW_PROCESS));
	assert_null(field_find(SPAN("cpu"), ROW_PROCESS));
	assert_null(field_find(SPAN("cpu_pct "), ROW_PROCESS));
	assert_null(field_find(SPAN(""), ROW_PROCESS));
}

static void one_column_of_a_kind_has_the_guides_of_the_tree(void **state)
{
	static const enum row_kind trees[] = {ROW_CONTAINER, ROW_CGROUP, ROW_PROCESS};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(trees); k++) {
		unsigned int n = 0;

		for (size_t i = 0; i < fields_len; i++)
			n += (fields[i].kinds & trees[k]) && (fields[i].flags & FIELD_TREE);
		assert_int_equal(n, 1);
	}
}

/* ---- Getters ---- */

/* struct zeroed - a snapshot with one row of every kind, of zero bytes */
struct zeroed {
	struct snapshot snapshot;
	struct container container;
	struct cgroup cgroup;
	struct process process;
	struct ns ns;
};

static void zeroed_init(struct zeroed *zeroed)
{
	memset(zeroed, 0, sizeof(*zeroed));
	zeroed->snapshot.containers = &zeroed->container;
	zeroed->snapshot.cgroups = &zeroed->cgroup;
	zeroed->snapshot.processes = &zeroed->process;
	zeroed->snapshot.namespaces = &zeroed->ns;
	zeroed->snapshot.containers_len = zeroed->snapshot.cgroups_len = 1;
	zeroed->snapshot.processes_len = zeroed->snapshot.namespaces_len = 1;
}

/* What zero bytes do tell: enums whose zero is a name, flags, and numbers for which zero is common and
 * whose unknown is another value. */
static bool zero_is_known(const struct field *field, enum row_kind kind)
{
	static const struct {
		enum row_kind kind;
		const char *id;
	} known[] = {
		{ROW_CONTAINER, "kind"},
		{ROW_CONTAINER, "confirmed"},
		{ROW_CONTAINER, "by_namespace"},
		{ROW_CGROUP, "depth"},
		{ROW_PROCESS, "uid"},
		{ROW_PROCESS, "nice"},
		{ROW_PROCESS, "priority"},
		{ROW_PROCESS, "processor"},
		{ROW_NS, "type"},
		{ROW_NS, "processes"},
		{ROW_NS, "host"},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].kind == kind && strcmp(known[i].id, field->id) == 0)
			return true;
	return false;
}

static void zero_bytes_are_unknown_and_never_zero(void **state)
{
	struct zeroed zeroed;

	(void)state;
	zeroed_init(&zeroed);
	zeroed.snapshot.sources = SOURCE_ALL;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i < fields_len; i++) {
			struct row row = {&zeroed.snapshot, kinds[k], 0};
			struct value value;

			if (!(fields[i].kinds & kinds[k]))
				continue;
			value = field_get(&fields[i], &row);
			assert_int_equal(value.type, fields[i].type);
			if ((value.state == METRIC_KNOWN) != zero_is_known(&fields[i], kinds[k]))
				fail_msg("%s of kind %d: state %d", fields[i].id, kinds[k],
					 value.state);
			assert_true(value.why < WHY_COUNT_);
		}
}

static void what_was_not_read_was_not_asked_for(void **state)
{
	struct zeroed zeroed;

	(void)state;
	zeroed_init(&zeroed);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i < fields_len; i++) {
			struct row row = {&zeroed.snapshot, kinds[k], 0};
			struct value value;

			if (!(fields[i].kinds & kinds[k]) || !fields[i].sources)
				continue;
			value = field_get(&fields[i], &row);
			if (value.state == METRIC_KNOWN)
				continue;
			if (value.state != METRIC_UNSAMPLED || value.why != WHY_NOT_ASKED)
				fail_msg("%s of kind %d: state %d, %s", fields[i].id, kinds[k],
					 value.state, metric_why_text((enum metric_why)value.why));
		}
}

static void getters_survive_rows_of_other_kinds(void **state)
{
	struct snapshot *snapshot = make_snapshot_rated(1);

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i < fields_len; i++) {
			struct row row = {snapshot, kinds[k], 1};
			struct value value = fields[i].get(&fields[i], &row);

			assert_in_range(value.state, METRIC_UNSAMPLED, METRIC_DENIED);
			assert_in_range(value.why, 0, WHY_COUNT_ - 1);
		}
	snapshot_unref(snapshot);
}

static void a_reason_that_is_known_is_not_replaced(void **state)
{
	struct zeroed zeroed;
	struct row row = {&zeroed.snapshot, ROW_CONTAINER, 0};
	struct value value;

	(void)state;
	zeroed_init(&zeroed);
	zeroed.container.usage.memory.limit_bytes = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	zeroed.container.usage.cpu.pct = rate_unknown(METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	value = field_get(find("memory_limit_bytes", ROW_CONTAINER), &row);
	assert_int_equal(value.state, METRIC_DENIED);
	assert_int_equal(value.why, WHY_PERMISSION);
	value = field_get(find("cpu_pct", ROW_CONTAINER), &row);
	assert_int_equal(value.why, WHY_SECOND_SAMPLE);
}

/* struct shown - a cell of the made-up world */
struct shown {
	enum row_kind kind;
	const char *row; /* name, path or "pid" */
	const char *id, *text;
};

#define WEB "web-1"

static const struct shown shown[] = {
	{ROW_CONTAINER, WEB, "name", "web-1"},
	{ROW_CONTAINER, WEB, "engine", "docker"},
	{ROW_CONTAINER, WEB, "state", "running"},
	{ROW_CONTAINER, WEB, "image", "nginx:1.25"},
	{ROW_CONTAINER, WEB, "project", "shop"},
	{ROW_CONTAINER, WEB, "service", "web"},
	{ROW_CONTAINER, WEB, "owner", "root"},
	{ROW_CONTAINER, WEB, "pid", "1200"},
	{ROW_CONTAINER, WEB, "age_usec", "1d02h"},
	{ROW_CONTAINER, WEB, "created", "2025-12-31 09:56"},
	{ROW_CONTAINER, WEB, "cpu_pct", "187"},
	{ROW_CONTAINER, WEB, "cpu_throttled_pct", "42.0"},
	{ROW_CONTAINER, WEB, "cpu_limit_cpus", "2.00"},
	{ROW_CONTAINER, WEB, "cpu_limit_pct", "93.5"},
	{ROW_CONTAINER, WEB, "memory_current_bytes", "640M"},
	{ROW_CONTAINER, WEB, "memory_working_set_bytes", "512M"},
	{ROW_CONTAINER, WEB, "memory_limit_bytes", "1.0G"},
	{ROW_CONTAINER, WEB, "memory_limit_pct", "50.0"},
	{ROW_CONTAINER, WEB, "pids_current", "23"},
	{ROW_CONTAINER, WEB, "pids_limit_pct", "23.0"},
	{ROW_CONTAINER, WEB, "processes", "3"},
	{ROW_CONTAINER, WEB, "frozen", "no"},
	{ROW_CONTAINER, WEB, "net_shared_by", "1"},
	{ROW_CONTAINER, WEB, "ns_shared_with_host", "user,time"},
	{ROW_CONTAINER, WEB, "ns_net", "4026531943"},
	{ROW_CONTAINER, "db-1", "memory_limit_pct", "98.2"},
	{ROW_CONTAINER, "db-1", "oom_kills", "101"},
	{ROW_CONTAINER, "db-1", "oom_kills_new", "1"},
	{ROW_CONTAINER, "db-1", "cpu_limit_cpus", "max"},
	{ROW_CONTAINER, "db-1", "cpu_effective_limit_cpus", "4.00"},
	{ROW_CONTAINER, "db-1", "cpu_limit_from", "host"},
	{ROW_CONTAINER, "db-1", "cpu_throttled_pct", "0.0"},
	{ROW_CONTAINER, "paused-1", "state", "paused"},
	{ROW_CONTAINER, "leftover", "state", "empty"},
	{ROW_CONTAINER, "leftover", "confirmed", "no"},
	{ROW_CONTAINER, "leftover", "pid", "-"},
	{ROW_CONTAINER, "api", "memory_effective_limit_bytes", "512M"},
	{ROW_CONTAINER, "api", "memory_limit_from", "/kubepods.slice/kubepods-pod1234.slice"},
	{ROW_CONTAINER, "api", "cpu_effective_limit_cpus", "1.00"},
	{ROW_CONTAINER, "api", "parent", "pod1234"},
	{ROW_CONTAINER, "POD", "kind", "pause"},
	{ROW_CONTAINER, "nested", "parent", "builder"},
	{ROW_CONTAINER, "nested", "io_read_bytes_per_sec", "-"},
	{ROW_CONTAINER, "rootless", "memory_current_bytes", "?"},
	{ROW_CONTAINER, "rootless", "memory_limit_from", "?"},
	{ROW_CONTAINER, "rootless", "owner", "alice"},
	{ROW_CONTAINER, "rootless", "id", "-"},
	{ROW_CONTAINER, MAKE_NAME_HOSTILE, "name", "evil?[31m name"},
	{ROW_CONTAINER, MAKE_NAME_HOSTILE, "cgroup", "/evil?[31m name"},
	{ROW_CONTAINER, MAKE_NAME_HOSTILE, "pids_growth_per_sec", "5.0"},
	{ROW_CONTAINER, MAKE_NAME_HOSTILE, "net_rx_bytes_per_sec", "-"},
	{ROW_CONTAINER, "make@/srv/build", "cgroup", "-"},
	{ROW_CONTAINER, "make@/srv/build", "memory_current_bytes", "86.0M"},
	{ROW_CONTAINER, "make@/srv/build", "memory_limit_from", "-"},
	{ROW_CGROUP, "/", "memory_current_bytes", "-"},
	{ROW_CGROUP, "/", "name", "/"},
	{ROW_CGROUP, "/", "container", "-"},
	{ROW_CGROUP, "/lxc.payload.builder/docker", "container", "builder"},
	{ROW_CGROUP, "/lxc.payload.builder/docker", "depth", "2"},
	{ROW_CGROUP, "/init.scope", "engine", "-"},
	{ROW_CGROUP, "/init.scope", "state", "running"},
	{ROW_CGROUP, "/init.scope", "own_processes", "1"},
	{ROW_PROCESS, "1201", "inner_pid", "29"},
	{ROW_PROCESS, "1201", "cpu_pct", "95.0"},
	{ROW_PROCESS, "1201", "container", "web-1"},
	{ROW_PROCESS, "1201", "engine", "docker"},
	{ROW_PROCESS, "1201", "threads", "11"},
	{ROW_PROCESS, "1201", "cpu_time_usec", "1:35.95"},
	{ROW_PROCESS, "1201", "tty", "-"},
	{ROW_PROCESS, "1201", "started", "2026-01-01 11:43"},
	{ROW_PROCESS, "1201", "age_usec", "16m28s"},
	{ROW_PROCESS, "1905", "state", "T"},
	{ROW_PROCESS, "1905", "tty", "pts/0"},
	{ROW_PROCESS, "1905", "io_read_bytes_per_sec", "?"},
	{ROW_PROCESS, "1551", "command", "sleep"},
	{ROW_PROCESS, "1911", "command", "/usr/lib/cc1 -quiet ?]0;owned? -O2 main.c ?? ?abc"},
	{ROW_PROCESS, "1911", "container", "make@/srv/build"},
	{ROW_PROCESS, "3", "nice", "-20"},
	{ROW_PROCESS, "3", "virtual_bytes", "-"},
	{ROW_PROCESS, "3", "session", "-"},
	{ROW_PROCESS, "1", "ppid", "-"},
	{ROW_PROCESS, "1", "container", "-"},
	{ROW_NS, "4026532743", "type", "net"},
	{ROW_NS, "4026532743", "held", "mount"},
	{ROW_NS, "4026532743", "held_path", "/run/netns/bl?[5mue"},
	{ROW_NS, "4026532743", "pid", "-"},
	{ROW_NS, "4026532743", "processes", "0"},
	{ROW_NS, "4026532743", "host", "no"},
	{ROW_NS, "4026531943", "container", "web-1"},
	{ROW_NS, "4026531943", "held_path", "-"},
	{ROW_NS, "4026531843", "host", "yes"},
	{ROW_NS, "4026532445", "parent_ns", "?"},
};

static struct row find_row(const struct snapshot *snapshot, const struct shown *cell)
{
	struct row row = {snapshot, cell->kind, INDEX_NONE};
	unsigned long long number = strtoull(cell->row, NULL, 10);

	if (cell->kind == ROW_CONTAINER)
		row.index = make_find_container(snapshot, cell->row);
	if (cell->kind == ROW_CGROUP)
		row.index = make_find_cgroup(snapshot, cell->row);
	for (uint32_t i = 0; cell->kind == ROW_PROCESS && i < snapshot->processes_len; i++)
		if (snapshot->processes[i].pid == (pid_t)number)
			row.index = i;
	for (uint32_t i = 0; cell->kind == ROW_NS && i < snapshot->namespaces_len; i++)
		if (snapshot->namespaces[i].id == number)
			row.index = i;
	if (row.index == INDEX_NONE)
		fail_msg("no row %s", cell->row);
	return row;
}

static void the_made_up_world_shows_as_expected(void **state)
{
	struct snapshot *snapshot = make_snapshot_rated(1);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		struct row row = find_row(snapshot, &shown[i]);
		struct value value = field_get(find(shown[i].id, shown[i].kind), &row);
		struct strbuf text = STRBUF_INIT;

		value_format(&value, false, &text);
		if (strcmp(strbuf_cstr(&text), shown[i].text) != 0)
			fail_msg("%s of %s is \"%s\", not \"%s\"", shown[i].id, shown[i].row,
				 strbuf_cstr(&text), shown[i].text);
		strbuf_finish(&text);
	}
	snapshot_unref(snapshot);
}

/* ---- Rows and presets ---- */

static void keys_of_rows_are_their_identity(void **state)
{
	struct snapshot *a = make_snapshot(1), *b = make_snapshot(2);

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct row first = {a, kinds[k], 3}, again = {b, kinds[k], 3},
			   other = {a, kinds[k], 4};

		assert_true(row_key_eq(row_key(&first), row_key(&again)));
		assert_false(row_key_eq(row_key(&first), row_key(&other)));
		for (size_t j = 0; j < k; j++) {
			struct row foreign = {a, kinds[j], 3};

			assert_false(row_key_eq(row_key(&first), row_key(&foreign)));
		}
	}
	b->processes[3].start_ticks++;
	assert_false(row_key_eq(row_key(&(struct row) {a, ROW_PROCESS, 3}),
				row_key(&(struct row) {b, ROW_PROCESS, 3})));
	snapshot_unref(a);
	snapshot_unref(b);
}

static void presets_are_of_one_kind_and_end_in_what_stretches(void **state)
{
	static const enum row_kind of[] = {
		[PRESET_CONTAINERS] = ROW_CONTAINER, [PRESET_CGROUPS] = ROW_CGROUP,
		[PRESET_PROCESSES] = ROW_PROCESS,    [PRESET_NAMESPACES] = ROW_NS,
		[PRESET_EVENTS] = ROW_EVENT,	     [PRESET_STATS_JSON] = ROW_CONTAINER,
	};

	(void)state;
	for (size_t p = 0; p < ARRAY_LEN(of); p++) {
		const struct field *const *list = field_preset((enum field_preset)p);
		size_t n = 0;

		for (; list[n]; n++) {
			assert_true(list[n]->kinds & of[p]);
			if (p != PRESET_STATS_JSON)
				assert_true(!(list[n]->flags & FIELD_STRETCH) == !!list[n + 1]);
			for (size_t j = 0; j < n; j++)
				assert_ptr_not_equal(list[j], list[n]);
		}
		assert_true(n >= 6);
		assert_ptr_equal(field_preset((enum field_preset)p), list);
	}
}

/* Whom to blame stands in the first 80 columns. */
static void blame_fits_eighty_columns(void **state)
{
	static const struct {
		enum field_preset preset;
		const char *last; /* has to end within the 80 */
	} screens[] = {
		{PRESET_CONTAINERS, "oom_kills"},
		{PRESET_CGROUPS, "pids_current"},
		{PRESET_PROCESSES, "container"},
		{PRESET_NAMESPACES, "container"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
		const struct field *const *list = field_preset(screens[i].preset);
		unsigned int columns = 0;

		while (*list && strcmp((*list)->id, screens[i].last) != 0)
			columns += (*list++)->width + 1;
		assert_non_null(*list);
		assert_in_range(columns + (*list)->width, 1, 80);
	}
}

static void sources_of_a_list_are_those_of_its_fields(void **state)
{
	const struct field *const list[] = {find("cpu_pct", ROW_CONTAINER),
					    find("net_rx_bytes", ROW_CONTAINER), NULL};
	const struct field *const none[] = {NULL};

	(void)state;
	assert_int_equal(fields_sources(list), SOURCE_CGROUP_CPU | SOURCE_NET | SOURCE_IDENTITY);
	assert_int_equal(fields_sources(none), 0);
	for (const struct field *const *f = field_preset(PRESET_STATS_JSON); *f; f++)
		assert_false((*f)->flags & FIELD_EXPENSIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_says_what_it_is),
		cmocka_unit_test(every_field_names_its_sources),
		cmocka_unit_test(ids_and_titles_are_unique_for_a_kind_of_row),
		cmocka_unit_test(ids_end_in_the_unit_of_their_type),
		cmocka_unit_test(the_public_ids_are_there),
		cmocka_unit_test(a_field_is_found_for_its_kind_of_row_only),
		cmocka_unit_test(one_column_of_a_kind_has_the_guides_of_the_tree),
		cmocka_unit_test(zero_bytes_are_unknown_and_never_zero),
		cmocka_unit_test(what_was_not_read_was_not_asked_for),
		cmocka_unit_test(getters_survive_rows_of_other_kinds),
		cmocka_unit_test(a_reason_that_is_known_is_not_replaced),
		cmocka_unit_test(the_made_up_world_shows_as_expected),
		cmocka_unit_test(keys_of_rows_are_their_identity),
		cmocka_unit_test(presets_are_of_one_kind_and_end_in_what_stretches),
		cmocka_unit_test(blame_fits_eighty_columns),
		cmocka_unit_test(sources_of_a_list_are_those_of_its_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
