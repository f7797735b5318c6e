/* SPDX-License-Identifier: MIT */
/*
 * What a pass costs at the least: the kernel's own part of it and nothing else. A bare task iterator, bare
 * reads of every /proc/PID/stat, and bare reads of the files of every cgroup, kept open. CPU milliseconds of
 * a pass, median of PASSES. Prints one line of NAME=VALUE pairs.
 *
 * usage: floor [PASSES]
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/hierarchy.h"
#include "collectors/iterators.h"

#define PASSES_MAX 1000
#define DEPTH_MAX  8

/* What the containers screen shows of a group; those that its hierarchy has are read. */
static const char *const group_files[] = {
	"cpuacct.usage", "memory.usage_in_bytes", "memory.stat",
	"cpu.stat",	 "memory.current",	  "pids.current",
};

/* struct files - descriptors */
struct files {
	int *fds;
	size_t len, cap;
};

static struct files files;
static struct iterator *iterator;
static size_t processes;

static double cpu_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void keep(int fd)
{
	if (fd < 0)
		return;
	if (files.len == files.cap) {
		files.cap = files.cap ? files.cap * 2 : 1024;
		files.fds = xreallocarray(files.fds, files.cap, sizeof(*files.fds));
	}
	files.fds[files.len++] = fd;
}

/* Takes @fd. */
static void open_groups(int fd, unsigned int depth)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		return;
	for (size_t i = 0; depth > 0 && i < ARRAY_LEN(group_files); i++)
		keep(openat(fd, group_files[i], O_RDONLY | O_CLOEXEC));
	while (depth < DEPTH_MAX && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			open_groups(openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
				    depth + 1);
	closedir(dir);
}

static void open_all_groups(void)
{
	const struct rlimit limit = {1u << 20, 1u << 20};
	struct hierarchies hierarchies;
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	setrlimit(RLIMIT_NOFILE, &limit);
	if (hierarchies_find(root, &hierarchies, NULL) < 0)
		return;
	for (size_t h = 0; h < hierarchies.len; h++)
		open_groups(
			openat(hierarchies.items[h].fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
			0);
	hierarchies_finish(&hierarchies);
	close(root);
}

static void pass_iterator(void)
{
	static char facts[65536];
	int fd = iterator_run(iterator, NULL);

	while (fd >= 0 && read(fd, facts, sizeof(facts)) > 0)
		;
	if (fd >= 0)
		close(fd);
}

static void pass_proc(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char path[300], text[4096];

	processes = 0;
	while (dir && (entry = readdir(dir))) {
		int fd;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "%s/stat", entry->d_name);
		fd = openat(dirfd(dir), path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		processes += pread(fd, text, sizeof(text), 0) > 0;
		close(fd);
	}
	if (dir)
		closedir(dir);
}

static void pass_groups(void)
{
	char text[16384];

	for (size_t i = 0; i < files.len; i++)
		(void)!pread(files.fds[i], text, sizeof(text), 0);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median_of(void (*pass)(void), size_t passes)
{
	static double took[PASSES_MAX];

	pass();
	for (size_t i = 0; i < passes; i++) {
		double before = cpu_msec();

		pass();
		took[i] = cpu_msec() - before;
	}
	qsort(took, passes, sizeof(took[0]), compare);
	return took[passes / 2];
}

int main(int argc, char **argv)
{
	size_t passes = argc > 1 ? strtoul(argv[1], NULL, 10) : 21;

	if (passes == 0 || passes > PASSES_MAX)
		return 2;
	if (iterator_load(ITERATE_TASKS, &iterator, NULL) == 0)
		printf("iterator=%.3f ", median_of(pass_iterator, passes));
	iterator_free(iterator);
	printf("proc=%.3f ", median_of(pass_proc, passes));
	open_all_groups();
	printf("groups=%.3f files=%zu processes=%zu\n", median_of(pass_groups, passes), files.len,
	       processes);
	return 0;
}
