/* SPDX-License-Identifier: MIT */
/* The filter language: what it admits, what it refuses, what it needs read. */
#include "model_test.h"

#include <errno.h>

#include "model/query.h"

static struct filter *parse(const char *text, enum row_kind kind)
{
	struct filter *filter = NULL;
	struct err err = ERR_INIT;

	if (filter_parse(text, kind, &filter, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return filter;
}

/* struct match_case - a filter and the names of the containers it admits, in order */
struct match_case {
	const char *filter, *names;
};

static const struct match_case containers[] = {
	/* words */
	{"web", "web-1 "},
	{"WEB", "web-1 "},
	{"web|db", "web-1 db-1 "},
	{" web | db ", "web-1 db-1 "},
	{"docker&!nested&!paused", "web-1 db-1 größe-漢字 "}, /* the last by its image */
	{"postgres", "db-1 "},				      /* the image */
	{"GRÖSSE|größe", "größe-漢字 "}, /* simple folding: ß has no capital of one letter */
	{"漢", "größe-漢字 "},
	{"api-7d9c", "pod1234 api POD "}, /* the pod */
	{"1302", ""},			  /* a pid, but no leader's */
	{"1300", "db-1 "},
	{"evil", "evil?[31m name "},
	{"no such thing", ""},
	/* regular expressions */
	{"~^web-[0-9]$", "web-1 "},
	{"~^(web|db)-1$", "web-1 db-1 "},
	{"~^db|~^web", "web-1 db-1 "},
	{"! ~e & engine=~^(lxc|podman)$", ""},
	{"engine=~^L", ""}, /* an upper-case letter means it */
	{"engine=~^l | name=~[|&)]x | name =~ ^db", "db-1 builder "},
	{"!engine=~.&name=~srv", ""},
	/* comparisons */
	{"engine=docker", "web-1 db-1 paused-1 nested "},
	{"engine = DOCKER & state=running", "web-1 db-1 nested "},
	{"engine=dock", ""},
	{"engine~dock", "web-1 db-1 paused-1 nested "},
	{"state!=running & !kind=slice&!kind=pod", "paused-1 leftover "},
	{"cpu_pct>90", "web-1 evil?[31m name "},
	{"cpu_pct >= 98 & cpu_pct<=98.0%", "evil?[31m name "},
	{"cpu_pct>9000", ""},
	{"memory_current_bytes>500M", "web-1 db-1 "},
	{"memory_current_bytes=512M", "db-1 "},
	{"memory_current_bytes=512MiB", "db-1 "},
	{"memory_limit_bytes=max & engine=podman", "a-container-whose-name-is-longer-than-any-"
						   "column-that-is-kept-for-names "},
	{"memory_limit_bytes<=128M", ""}, /* rootless: denied */
	{"cpu_limit_cpus=1.5", "größe-漢字 "},
	{"cpu_limit_cpus<1 & cpu_limit_cpus>0.2", "paused-1 "},
	{"pids_current>20&pids_current<30", "web-1 "},
	{"pids_current>0.05k", "evil?[31m name "},
	{"pids_growth_per_sec>1", "evil?[31m name "},
	{"oom_kills_new>0", "db-1 "},
	{"age_usec>1d & age_usec<30h", "web-1 db-1 "},
	{"net_tx_bytes_per_sec>1M", "web-1 "},
	{"confirmed=no", "nested rootless leftover "},
	{"by_namespace=yes", "make@/srv/build "},
	{"frozen=true", "paused-1 "},
	{"pid=1200", "web-1 "},
	{"pid~120", "web-1 "},
	{"ns_net=4026531943", "web-1 "},
	/* unknown values match no comparison, and every negated one */
	{"image=nginx:1.25|image!=nginx:1.25&engine=podman",
	 "web-1 größe-漢字 "
	 "a-container-whose-name-is-longer-than-any-column-that-is-kept-for-names "},
	{"!image~e & !image~i & engine=lxc", "builder "},
	{"memory_current_bytes<1000G&engine=podman&owner=alice", ""},
	{"!memory_current_bytes<1000G&engine=podman", "rootless "},
	/* & binds tighter than | */
	{"engine=docker&cpu_pct>100|engine=lxc", "web-1 builder "},
	{"engine=lxc|engine=docker&cpu_pct>100", "web-1 builder "},
	{"!engine=docker&engine=docker|engine=lxc", "builder "},
	/* while it is typed */
	{"web|", "web-1 "},
	{"web&", "web-1 "},
	{"web&!", "web-1 "},
	{"|web", "web-1 "},
	{"engine=", ""},
};

static void check_matches(const struct snapshot *snapshot, const struct match_case *test)
{
	struct filter *filter = parse(test->filter, ROW_CONTAINER);
	struct strbuf names = STRBUF_INIT;

	for (uint32_t i = 0; i < snapshot->containers_len; i++) {
		struct row row = {snapshot, ROW_CONTAINER, i};
		struct value name = field_get(field_find(SPAN("name"), ROW_CONTAINER), &row);

		if (!filter_match(filter, &row))
			continue;
		value_format(&name, false, &names);
		strbuf_addc(&names, ' ');
	}
	if (strcmp(strbuf_cstr(&names), test->names) != 0)
		fail_msg("%s admits \"%s\", not \"%s\"", test->filter, strbuf_cstr(&names),
			 test->names);
	strbuf_finish(&names);
	filter_free(filter);
}

static void containers_are_admitted_as_asked(void **state)
{
	struct snapshot *snapshot = make_snapshot_rated(1);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(containers); i++)
		check_matches(snapshot, &containers[i]);
	snapshot_unref(snapshot);
}

static void an_empty_filter_admits_everything(void **state)
{
	static const char *const empty[] = {"", " ", "|", "&", "!", " | & ", "!|!&"};
	struct snapshot *snapshot = make_snapshot(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
		struct filter *filter = parse(empty[i], ROW_PROCESS);

		for (uint32_t p = 0; p < snapshot->processes_len; p++)
			assert_true(filter_match(filter, &(struct row) {snapshot, ROW_PROCESS, p}));
		assert_int_equal(filter_sources(filter), 0);
		filter_free(filter);
	}
	snapshot_unref(snapshot);
}

/* struct refusal - a text that is no filter, and what the error says */
struct refusal {
	const char *filter, *error;
};

static void what_is_not_understood_is_refused_by_name(void **state)
{
	static const struct refusal refusals[] = {
		{"nosuch=1", "nosuch"},
		{"web|nice>3", "nice"}, /* a field of processes */
		{"cpu_pct>", "cpu_pct: not a number: \"\""},
		{"cpu_pct>much", "much"},
		{"cpu_pct>0x10", "0x10"},
		{"cpu_pct>inf", "inf"},
		{"cpu_pct>nan", "nan"},
		{"cpu_pct>1e3", "1e3"},
		{"cpu_pct>1.2.3", "1.2.3"},
		{"cpu_pct>1-2", "1-2"},
		{"cpu_pct>max", "max"},
		{"cpu_pct>5 0", "5 0"},
		{"memory_current_bytes>lots", "memory_current_bytes"},
		{"memory_current_bytes>-1", "memory_current_bytes"},
		{"age_usec>soon", "age_usec"},
		{"age_usec>99999999999999999999d", "age_usec"},
		{"confirmed=maybe", "maybe"},
		{"confirmed>2", "neither yes nor no"},
		{"cpu_limit_cpus=", "cpu_limit_cpus"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct filter *filter = NULL;
		struct err err = ERR_INIT;

		if (filter_parse(refusals[i].filter, ROW_CONTAINER, &filter, &err) != -EINVAL)
			fail_msg("%s is taken", refusals[i].filter);
		assert_null(filter);
		if (!strstr(err.text, refusals[i].error))
			fail_msg("%s: \"%s\" does not say \"%s\"", refusals[i].filter, err.text,
				 refusals[i].error);
	}
}

static void what_looks_like_no_comparison_is_a_word(void **state)
{
	struct snapshot *snapshot = make_snapshot(0);
	struct filter *filter = parse("--listen=:8080", ROW_PROCESS);
	unsigned int n = 0;

	(void)state;
	for (uint32_t i = 0; i < snapshot->processes_len; i++)
		n += filter_match(filter, &(struct row) {snapshot, ROW_PROCESS, i});
	assert_int_equal(n, 1);
	filter_free(filter);
	snapshot_unref(snapshot);
}

static void processes_are_found_by_number_user_and_command(void **state)
{
	static const struct {
		const char *filter;
		unsigned int n;
	} cases[] = {
		{"nginx", 3},
		{"190", 1 + 1 + 0},
		{"pid=1900", 1},
		{"user=alice", 6},
		{"nice<0", 1},
		{"nice=-20", 1},
		{"nice>=5", 2},
		{"state=Z", 1},
		{"container=web-1", 3},
		{"uid=1000", 6},
		{"rss_bytes>250M", 2},
		{"threads>10", 4},
		{"virtual_bytes=0", 51},
		{"io_write_bytes_per_sec>=0&user=alice", 0},
	};
	struct snapshot *snapshot = make_snapshot_rated(1);

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
		struct filter *filter = parse(cases[c].filter, ROW_PROCESS);
		unsigned int n = 0;

		for (uint32_t i = 0; i < snapshot->processes_len; i++)
			n += filter_match(filter, &(struct row) {snapshot, ROW_PROCESS, i});
		if (n != cases[c].n)
			fail_msg("%s admits %u, not %u", cases[c].filter, n, cases[c].n);
		filter_free(filter);
	}
	snapshot_unref(snapshot);
}

static void a_filter_names_the_sources_it_needs(void **state)
{
	struct filter *filter = parse("cpu_pct>5|net_rx_bytes>1M", ROW_CONTAINER);

	(void)state;
	assert_int_equal(filter_sources(filter), SOURCE_CGROUP_CPU | SOURCE_NET | SOURCE_IDENTITY);
	filter_free(filter);
	filter = parse("bash", ROW_PROCESS);
	assert_true(filter_sources(filter) & SOURCE_PROCS_CMDLINE);
	assert_false(filter_sources(filter) & SOURCE_PROCS_IO);
	filter_free(filter);
	assert_int_equal(filter_sources(NULL), 0);
	filter_free(NULL);
}

static void long_and_hostile_filters_are_no_trap(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct filter *filter = NULL;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 5000; i++)
		strbuf_adds(&text, i % 3 ? "\xff\x1b|" : "!a&");
	filter = parse(strbuf_cstr(&text), ROW_NS);
	filter_free(filter);
	strbuf_reset(&text);
	for (int i = 0; i < 5000; i++)
		strbuf_addc(&text, 'x');
	strbuf_adds(&text, "=1");
	assert_int_equal(filter_parse(strbuf_cstr(&text), ROW_NS, &filter, &err), -EINVAL);
	strbuf_finish(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(containers_are_admitted_as_asked),
		cmocka_unit_test(an_empty_filter_admits_everything),
		cmocka_unit_test(what_is_not_understood_is_refused_by_name),
		cmocka_unit_test(what_looks_like_no_comparison_is_a_word),
		cmocka_unit_test(processes_are_found_by_number_user_and_command),
		cmocka_unit_test(a_filter_names_the_sources_it_needs),
		cmocka_unit_test(long_and_hostile_filters_are_no_trap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
