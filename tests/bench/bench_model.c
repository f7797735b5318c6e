/* SPDX-License-Identifier: MIT */
/*
 * What the model costs per refresh: rates, history and the usual questions, over a made-up crowd.
 * usage: bench_model [PROCESSES [CGROUPS]]. Prints the median of many rounds; asserts nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "model/history.h"
#include "model/query.h"
#include "model/rates.h"
#include "support/make_snapshot.h"

#define ROUNDS 101

/* struct bench - what the measured functions work on */
struct bench {
	struct snapshot *before, *now;
	struct history *history;
	struct query query;
	struct row_list rows;
};

static void do_rates(struct bench *bench)
{
	rates(bench->before, bench->now);
}

static void do_resolve(struct bench *bench)
{
	cgroup_resolve(bench->now);
	container_resolve(bench->now);
}

static void do_history(struct bench *bench)
{
	history_add(bench->history, bench->now);
}

static void do_query(struct bench *bench)
{
	query_run(&bench->query, bench->now, &bench->rows);
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void measure(struct bench *bench, const char *name, void (*run)(struct bench *bench))
{
	uint64_t usec[ROUNDS];

	for (size_t i = 0; i < ROUNDS; i++) {
		uint64_t start = clock_monotonic_usec();

		run(bench);
		usec[i] = clock_monotonic_usec() - start;
	}
	qsort(usec, ROUNDS, sizeof(usec[0]), compare_u64);
	printf("%-52s %7.3f ms  (worst %7.3f)\n", name, (double)usec[ROUNDS / 2] / 1e3,
	       (double)usec[ROUNDS - 1] / 1e3);
}

/* struct question - one query worth measuring */
struct question {
	const char *name;
	enum row_kind kind;
	unsigned int flags;
	const char *sort;
	const char *filter;
};

static const struct question questions[] = {
	{"processes, natural order", ROW_PROCESS, 0, NULL, NULL},
	{"processes by cpu_pct", ROW_PROCESS, QUERY_DESCENDING, "cpu_pct", NULL},
	{"processes by rss_bytes", ROW_PROCESS, QUERY_DESCENDING, "rss_bytes", NULL},
	{"processes by command", ROW_PROCESS, 0, "command", NULL},
	{"processes by container", ROW_PROCESS, 0, "container", NULL},
	{"processes, tree by pid", ROW_PROCESS, QUERY_TREE, "pid", NULL},
	{"processes, tree by cpu_pct", ROW_PROCESS, QUERY_TREE | QUERY_DESCENDING, "cpu_pct", NULL},
	{"processes, filter a word that none has", ROW_PROCESS, 0, NULL, "nothing-like-it"},
	{"processes, filter \"cpu_pct>50\"", ROW_PROCESS, 0, "cpu_pct", "cpu_pct>50"},
	{"processes, tree, filter a word that some have", ROW_PROCESS, QUERY_TREE, "pid",
	 "box-00017"},
	{"containers by cpu_pct", ROW_CONTAINER, QUERY_DESCENDING, "cpu_pct", NULL},
	{"containers by name", ROW_CONTAINER, 0, "name", NULL},
	{"cgroups, tree by memory", ROW_CGROUP, QUERY_TREE | QUERY_DESCENDING,
	 "memory_current_bytes", NULL},
};

static void ask(struct bench *bench, const struct question *question)
{
	struct filter *filter = NULL;

	bench->query =
		(struct query) {.kind = question->kind, .flags = question->flags, .uid = (uid_t)-1};
	if (question->sort)
		bench->query.sort = field_find(span_of(question->sort), question->kind);
	if (question->filter && filter_parse(question->filter, question->kind, &filter, NULL) < 0)
		abort();
	bench->query.filter = filter;
	measure(bench, question->name, do_query);
	filter_free(filter);
}

int main(int argc, char **argv)
{
	size_t processes = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
	size_t cgroups = argc > 2 ? strtoul(argv[2], NULL, 10) : 500;
	struct bench bench = {
		.before = make_crowd(cgroups, processes, 1),
		.now = make_crowd(cgroups, processes, 2),
		.history = history_new(),
		.rows = ROW_LIST_INIT,
	};

	printf("%zu processes, %zu cgroups, median of %d rounds\n", processes, cgroups, ROUNDS);
	measure(&bench, "cgroup_resolve + container_resolve", do_resolve);
	measure(&bench, "rates", do_rates);
	measure(&bench, "history_add", do_history);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		ask(&bench, &questions[i]);
	row_list_finish(&bench.rows);
	history_free(bench.history);
	snapshot_unref(bench.before);
	snapshot_unref(bench.now);
	return 0;
}
