/* SPDX-License-Identifier: MIT */
/*
 * Times whole commands against each other: each in turn, round by round, from its start to its end, with a
 * pause before each. Prints one line per command: median, least and greatest in milliseconds, largest
 * resident memory in KiB, how many failed, median of the CPU time of it and its descendants.
 *
 * usage: spawn ROUNDS PAUSE_MSEC FILE
 * FILE has a command per line, words parted by blanks; if the first is mnt:PATH, the rest runs in that mount
 * namespace. What they print goes nowhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 16
#define WORDS_MAX    128

/* struct bench_command - one line of the file */
struct bench_command {
	char *words[WORDS_MAX];
	double *msec, *cpu_msec;
	int mount_ns; /* -1: ours */
	unsigned int failed;
	long max_rss_kib;
};

static double now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void enter_first(struct bench_command *command)
{
	command->mount_ns = open(command->words[0] + 4, O_RDONLY | O_CLOEXEC);
	if (command->mount_ns < 0) {
		perror(command->words[0]);
		exit(1);
	}
	memmove(command->words, command->words + 1, sizeof(command->words) - sizeof(char *));
}

static size_t read_commands(const char *path, struct bench_command *commands)
{
	FILE *file = fopen(path, "re");
	static char line[8192];
	size_t n = 0;

	if (!file) {
		perror(path);
		exit(1);
	}
	while (n < COMMANDS_MAX && fgets(line, sizeof(line), file)) {
		char *rest = strdup(line), *word;
		size_t words = 0;

		while ((word = strsep(&rest, " \n")))
			if (*word && words < WORDS_MAX - 1)
				commands[n].words[words++] = word;
		if (words == 0)
			continue;
		commands[n].mount_ns = -1;
		if (strncmp(commands[n].words[0], "mnt:", 4) == 0)
			enter_first(&commands[n]);
		n++;
	}
	fclose(file);
	return n;
}

static double msec_of(struct timeval time)
{
	return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

/* As the child of vfork(): system calls only. */
static void __attribute__((noreturn)) become(const struct bench_command *command, int null_fd)
{
	dup2(null_fd, STDOUT_FILENO);
	if (command->mount_ns < 0 || setns(command->mount_ns, CLONE_NEWNS) == 0)
		execvp(command->words[0], command->words);
	_exit(127);
}

static void run(struct bench_command *command, unsigned int round, int null_fd)
{
	struct rusage usage = {.ru_maxrss = 0};
	double start = now_msec();
	int status = -1;
	pid_t pid = vfork();

	if (pid == 0)
		become(command, null_fd);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0 || status != 0) {
		command->failed++;
	} else if (usage.ru_maxrss > command->max_rss_kib) {
		command->max_rss_kib = usage.ru_maxrss;
	}
	command->msec[round] = now_msec() - start;
	command->cpu_msec[round] = msec_of(usage.ru_utime) + msec_of(usage.ru_stime);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct bench_command commands[COMMANDS_MAX];
	int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	unsigned int rounds = argc == 4 ? (unsigned int)atoi(argv[1]) : 0;
	useconds_t pause_usec = argc == 4 ? (useconds_t)atoi(argv[2]) * 1000 : 0;
	size_t n;

	if (rounds == 0) {
		fprintf(stderr, "usage: spawn ROUNDS PAUSE_MSEC FILE\n");
		return 2;
	}
	n = read_commands(argv[3], commands);
	for (size_t i = 0; i < n; i++) {
		commands[i].msec = calloc(rounds, sizeof(double));
		commands[i].cpu_msec = calloc(rounds, sizeof(double));
	}
	for (unsigned int round = 0; round < rounds; round++) {
		for (size_t i = 0; i < n; i++) {
			usleep(pause_usec);
			run(&commands[i], round, null_fd);
		}
	}
	for (size_t i = 0; i < n; i++) {
		qsort(commands[i].msec, rounds, sizeof(double), compare);
		qsort(commands[i].cpu_msec, rounds, sizeof(double), compare);
		printf("%.2f %.2f %.2f %ld %u %.2f\n", commands[i].msec[rounds / 2],
		       commands[i].msec[0], commands[i].msec[rounds - 1], commands[i].max_rss_kib,
		       commands[i].failed, commands[i].cpu_msec[rounds / 2]);
	}
	return 0;
}
