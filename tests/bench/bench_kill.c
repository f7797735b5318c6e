/* SPDX-License-Identifier: MIT */
/*
 * Milliseconds from the decision until nobody is left, for each kind of bomb and each way to end it, beside
 * what people do by hand: kill -9 in a loop. The bombs spin, in a group of their own with a limit of
 * processes. Prints a Markdown table: median, least and greatest. Needs root.
 *
 * usage: bench_kill BOMB [PROCESSES [ROUNDS]]
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "runtime/hot.h"
#include "runtime/runtime.h"

#define LIFE_SECONDS 60
#define GIVE_UP_USEC 20000000
#define ROUNDS_MAX   64
#define FAILED_USEC  UINT64_MAX

/* struct bench - the group, and what is measured in it */
struct bench {
	const char *program;
	struct hierarchies hierarchies;
	char path[64];
	unsigned long processes;
	pid_t bomb; /* the first process of the one that runs */
	int proc_fd;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_in(const struct bench *bench, size_t h, const char *file, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", bench->path + 1, file);
	return openat(bench->hierarchies.items[h].fd, path, flags | O_CLOEXEC);
}

static size_t pids_at(const struct bench *bench)
{
	return bench->hierarchies.of[CGROUP_PIDS];
}

static unsigned long count(const struct bench *bench)
{
	_cleanup_(cleanup_close)
	int fd = open_in(bench, pids_at(bench), "cgroup.procs", O_RDONLY);
	unsigned long lines = 0;
	char text[65536];
	ssize_t n;

	while ((n = read(fd, text, sizeof(text))) > 0)
		for (ssize_t i = 0; i < n; i++)
			lines += text[i] == '\n';
	return lines;
}

/* ---- The group ---- */

static void fill_cpuset(const struct bench *bench, size_t h)
{
	static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char text[4096];
		int to = open_in(bench, h, files[i], O_WRONLY);
		ssize_t n = hot_read(bench->hierarchies.items[h].fd, files[i], text, sizeof(text));

		if (n > 0 && to >= 0)
			(void)!write(to, text, (size_t)n);
		cleanup_close(&to);
	}
}

static void make_group(struct bench *bench)
{
	char number[24];
	int fd;

	for (size_t h = 0; h < bench->hierarchies.len; h++) {
		if (mkdirat(bench->hierarchies.items[h].fd, bench->path + 1, 0755) < 0)
			die("make a group");
		fill_cpuset(bench, h);
	}
	fd = open_in(bench, pids_at(bench), "pids.max", O_WRONLY);
	if (fd < 0 || hot_write(fd, hot_number(bench->processes, number)) < 0)
		die("pids.max");
	close(fd);
}

static void remove_group(const struct bench *bench)
{
	for (size_t h = 0; h < bench->hierarchies.len; h++) {
		for (int i = 0; i < 2000; i++) {
			if (unlinkat(bench->hierarchies.items[h].fd, bench->path + 1,
				     AT_REMOVEDIR) == 0 ||
			    errno == ENOENT)
				break;
			usleep(1000);
		}
	}
}

static void be_bomb(const struct bench *bench, const char *kind, int ready)
{
	char life[24];

	for (size_t h = 0; h < bench->hierarchies.len; h++) {
		int fd = open_in(bench, h, "cgroup.procs", O_WRONLY);

		if (fd < 0 || write(fd, "0", 1) != 1)
			_exit(1);
	}
	snprintf(life, sizeof(life), "%llu",
		 (unsigned long long)clock_boottime_usec() / 1000000 + LIFE_SECONDS);
	dup2(ready, STDOUT_FILENO);
	execl(bench->program, bench->program, kind, "4", life, "spin", (char *)NULL);
	_exit(1);
}

static void explode(struct bench *bench, const char *kind)
{
	uint64_t until = clock_monotonic_usec() + GIVE_UP_USEC;
	bool crowd = strcmp(kind, "stay") == 0;
	char word[8];
	int ready[2];

	if (pipe2(ready, O_CLOEXEC) < 0)
		die("pipe");
	bench->bomb = fork();
	if (bench->bomb == 0)
		be_bomb(bench, kind, ready[1]);
	close(ready[1]);
	if (read(ready[0], word, sizeof(word)) <= 0)
		die("start the bomb");
	close(ready[0]);
	while (crowd && count(bench) < bench->processes && clock_monotonic_usec() < until)
		usleep(10000);
	usleep(200000);
}

/* ---- The ways ---- */

static uint64_t by_target(struct bench *bench, bool twin, bool freezer)
{
	struct target_request request = {.name = "bench", .primary = CGROUP_PIDS};
	struct target *target = NULL;
	struct killer *killer = NULL;
	struct kill_report report;
	struct err err = ERR_INIT;
	int r;

	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		if ((c != CGROUP_UNIFIED || twin) && (c != CGROUP_FREEZER || freezer))
			request.paths[c] = bench->path;
	}
	if (target_hold(&request, &target, &err) < 0 || killer_new(target, &killer, &err) < 0) {
		fprintf(stderr, "bench_kill: %s\n", err.text);
		exit(1);
	}
	r = killer_run(killer, NULL, &report, &err);
	killer_free(killer);
	target_free(target);
	return r < 0 ? FAILED_USEC : report.duration_usec;
}

static uint64_t way_kernel(struct bench *bench)
{
	return by_target(bench, true, true);
}

static uint64_t way_freezer(struct bench *bench)
{
	return by_target(bench, false, true);
}

static uint64_t way_brake(struct bench *bench)
{
	return by_target(bench, false, false);
}

/* echo 1 >cgroup.kill, and nothing else */
static uint64_t way_echo(struct bench *bench)
{
	uint64_t from = clock_monotonic_usec();
	uint8_t h = bench->hierarchies.of[CGROUP_UNIFIED];
	_cleanup_(cleanup_close)
	int fd = h == HIERARCHY_NONE ? -1 : open_in(bench, h, "cgroup.kill", O_WRONLY);

	if (fd < 0 || hot_write(fd, "1") < 0)
		return FAILED_USEC;
	while (count(bench) > 0)
		usleep(500);
	return clock_monotonic_usec() - from;
}

static uint64_t by_bomb(const struct bomb_query *query)
{
	struct kill_report report;
	struct bomb *bomb = NULL;
	struct err err = ERR_INIT;
	int r = bomb_prepare(query, &bomb, &err);

	if (r == 0)
		r = bomb_kill(bomb, NULL, &report, &err);
	if (r < 0)
		fprintf(stderr, "bench_kill: %s\n", err.text);
	bomb_free(bomb);
	return r < 0 ? FAILED_USEC : report.duration_usec;
}

static uint64_t way_tree(struct bench *bench)
{
	return by_bomb(&(struct bomb_query) {.by = BOMB_TREE, .number = (uint64_t)bench->bomb});
}

static uint64_t way_exe(struct bench *bench)
{
	return by_bomb(&(struct bomb_query) {.by = BOMB_EXE, .path = bench->program});
}

/* kill -9 $(cat cgroup.procs), until it is empty. */
static uint64_t way_procs_loop(struct bench *bench)
{
	uint64_t from = clock_monotonic_usec();

	while (count(bench) > 0) {
		int fd = open_in(bench, pids_at(bench), "cgroup.procs", O_RDONLY);
		FILE *file = fdopen(fd, "r");
		char line[32];

		while (file && fgets(line, sizeof(line), file))
			kill((pid_t)strtol(line, NULL, 10), SIGKILL);
		cleanup_fclose(&file);
		if (clock_monotonic_usec() - from > GIVE_UP_USEC)
			return FAILED_USEC;
	}
	return clock_monotonic_usec() - from;
}

/* pkill -9 -x bomb, until there is none. */
static uint64_t way_name_loop(struct bench *bench)
{
	uint64_t from = clock_monotonic_usec();
	struct hot_dir dir;
	struct hot_stat stat;
	pid_t pid;

	while (count(bench) > 0) {
		hot_dir_start(&dir, bench->proc_fd);
		while ((pid = hot_dir_next_pid(&dir)) > 0) {
			if (hot_process_stat(bench->proc_fd, pid, &stat) == 0 &&
			    strcmp(stat.comm, "bomb") == 0)
				kill(pid, SIGKILL);
		}
		if (clock_monotonic_usec() - from > GIVE_UP_USEC)
			return FAILED_USEC;
	}
	return clock_monotonic_usec() - from;
}

static const struct {
	const char *name;
	uint64_t (*end)(struct bench *bench);
} ways[] = {
	{"boxtop: the group, all of it", way_kernel},
	{"boxtop: the group, as on v1 alone", way_freezer},
	{"boxtop: the group, brake and signals", way_brake},
	{"boxtop: --tree", way_tree},
	{"boxtop: --exe", way_exe},
	{"echo 1 >cgroup.kill", way_echo},
	{"kill -9 of cgroup.procs in a loop", way_procs_loop},
	{"kill -9 by name in a loop", way_name_loop},
};

static const char *const kinds[] = {"stay", "exit", "setsid", "exec", "threads"};

/* ---- The table ---- */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void print_cell(uint64_t *usec, size_t n)
{
	qsort(usec, n, sizeof(usec[0]), by_value);
	if (usec[n / 2] == FAILED_USEC)
		printf(" never |");
	else if (usec[n - 1] == FAILED_USEC)
		printf(" %.1f (%.1f–never) |", (double)usec[n / 2] / 1000, (double)usec[0] / 1000);
	else
		printf(" %.1f (%.1f–%.1f) |", (double)usec[n / 2] / 1000, (double)usec[0] / 1000,
		       (double)usec[n - 1] / 1000);
	fflush(stdout);
}

static uint64_t measure(struct bench *bench, size_t way, const char *kind)
{
	uint64_t usec;

	explode(bench, kind);
	usec = ways[way].end(bench);
	if (count(bench) > 0)
		way_kernel(bench);
	/* What we have adopted is reaped before the next one. */
	while (count(bench) > 0)
		usleep(1000);
	usleep(100000);
	return usec;
}

/* struct figures - of each way and kind, round by round */
struct figures {
	uint64_t usec[ARRAY_LEN(ways)][ARRAY_LEN(kinds)][ROUNDS_MAX];
};

/* The ways take turns: what else the machine does, it does to all of them. */
static void measure_all(struct bench *bench, size_t rounds, struct figures *figures)
{
	for (size_t i = 0; i < rounds; i++)
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			for (size_t w = 0; w < ARRAY_LEN(ways); w++)
				figures->usec[w][k][i] = measure(bench, w, kinds[k]);
}

static void print_table(struct figures *figures, size_t rounds)
{
	printf("| ms until nobody is left |");
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		printf(" %s |", kinds[k]);
	printf("\n|---|---|---|---|---|---|\n");
	for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
		printf("| %s |", ways[w].name);
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			print_cell(figures->usec[w][k], rounds);
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	static struct figures figures;
	struct bench bench = {.processes = 2000};
	size_t rounds = argc > 3 ? strtoul(argv[3], NULL, 10) : 5;
	struct err err = ERR_INIT;
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (argc < 2 || rounds == 0 || rounds > ROUNDS_MAX) {
		fputs("usage: bench_kill BOMB [PROCESSES [ROUNDS]]\n", stderr);
		return 2;
	}
	bench.program = argv[1];
	if (argc > 2)
		bench.processes = strtoul(argv[2], NULL, 10);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGCHLD, SIG_IGN);
	snprintf(bench.path, sizeof(bench.path), "/boxtop-bench-%d", (int)getpid());
	bench.proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (hierarchies_find(root, &bench.hierarchies, &err) < 0 ||
	    bench.hierarchies.of[CGROUP_PIDS] == HIERARCHY_NONE) {
		fprintf(stderr, "bench_kill: no pids controller here %s\n", err.text);
		return 1;
	}
	make_group(&bench);
	measure_all(&bench, rounds, &figures);
	print_table(&figures, rounds);
	remove_group(&bench);
	hierarchies_finish(&bench.hierarchies);
	return 0;
}
