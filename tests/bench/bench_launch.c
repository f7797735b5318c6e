/* SPDX-License-Identifier: MIT */
/*
 * How long a launch takes, from the call to the end of /bin/true: the library's own, or a command's beside
 * it. Median, quartiles, least and most of N, back to back or with a pause between them.
 *
 * usage: bench_launch N PAUSE_MS ROOT groups|bare [COMMAND...]
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "runtime/cg.h"
#include "runtime/launch.h"

extern char **environ;

/** struct bench - what is launched: by us into @root, or @command */
struct bench {
	char **command; /* NULL: ours */
	struct spec spec;
	struct launch_layers layers;
	int null_fd;
	bool groups; /* with cgroups and limits */
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void limit(struct spec *spec, enum limit_id id, const char *text)
{
	limit_parse(id, span_of(text), &spec->limits.values[id], NULL);
}

static void bench_init(struct bench *bench, const char *root)
{
	spec_init(&bench->spec);
	bench->spec.name = arena_strdup(&bench->spec.arena, "boxtop-bench");
	bench->spec.root.kind = SPEC_ROOT_DIR;
	bench->spec.root.path = arena_strdup(&bench->spec.arena, root);
	spec_list_add(&bench->spec, &bench->spec.process.args, "/bin/true");
	limit(&bench->spec, LIMIT_MEMORY, "256M");
	limit(&bench->spec, LIMIT_CPUS, "1");
	limit(&bench->spec, LIMIT_PIDS, "64");
	bench->layers.root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bench->layers.changes_fd = -1;
	bench->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
}

static int launch_in(struct bench *bench, const struct cg *cg, struct err *err)
{
	struct launch_request request = {
		.spec = &bench->spec,
		.layers = &bench->layers,
		.cg = cg,
		.stdio = {bench->null_fd, bench->null_fd, bench->null_fd},
	};
	struct launched launched;
	int status = 0;
	int r = launch(&request, &launched, err);

	if (r < 0)
		return r;
	waitpid(launched.pid, &status, 0);
	close(launched.pidfd);
	return status ? err_setx(err, ECHILD, "status %d", status) : 0;
}

/* Making the groups, setting limits and removing them is part of it, as for the others. */
static int launch_once(struct bench *bench, struct err *err)
{
	const struct cg_request request = {.name = "boxtop-bench", .limits = &bench->spec.limits};
	struct cg cg;
	int r, removed;

	if (!bench->groups)
		return launch_in(bench, NULL, err);
	r = cg_create(&request, &cg, err);
	if (r < 0)
		return r;
	r = launch_in(bench, &cg, err);
	removed = cg_remove(&cg, err);
	cg_finish(&cg);
	return r < 0 ? r : removed;
}

static int run_once(struct bench *bench, struct err *err)
{
	int status = 0;
	pid_t pid;

	if (!bench->command)
		return launch_once(bench, err);
	if (posix_spawnp(&pid, bench->command[0], NULL, NULL, bench->command, environ))
		return err_setx(err, ENOENT, "run %s", bench->command[0]);
	waitpid(pid, &status, 0);
	return status ? err_setx(err, ECHILD, "%s: status %d", bench->command[0], status) : 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	struct bench bench = {.command = argc > 5 ? argv + 5 : NULL};
	struct err err = ERR_INIT;
	int n = argc > 4 ? atoi(argv[1]) : 0;
	double *took;

	if (n < 1)
		return 2;
	bench.groups = strcmp(argv[4], "groups") == 0;
	bench_init(&bench, argv[3]);
	took = xcalloc((size_t)n, sizeof(*took));
	for (int i = -3; i < n; i++) {
		double start;

		usleep((useconds_t)atoi(argv[2]) * 1000);
		start = now_ms();
		if (run_once(&bench, &err) < 0) {
			fprintf(stderr, "bench_launch: %s\n", err.text);
			return 1;
		}
		if (i >= 0)
			took[i] = now_ms() - start;
	}
	qsort(took, (size_t)n, sizeof(*took), compare);
	printf("%.2f ms (%.2f to %.2f; least %.2f, most %.2f)\n", took[n / 2], took[n / 4],
	       took[n - 1 - n / 4], took[0], took[n - 1]);
	free(took);
	spec_finish(&bench.spec);
	return 0;
}
