/* SPDX-License-Identifier: MIT */
/*
 * Times whole commands against each other: each in turn, round by round, from its start to its end, with a
 * pause before each. Prints one line per command: median, least and greatest in milliseconds, largest
 * resident memory in KiB, how many failed.
 *
 * usage: spawn ROUNDS PAUSE_MSEC FILE
 * FILE has a command per line, words parted by blanks.
 */
#include <errno.h>
#include <spawn.h>
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

extern char **environ;

/* struct bench_command - one line of the file */
struct bench_command {
	char *words[WORDS_MAX];
	double *msec;
	unsigned int failed;
	long max_rss_kib;
};

static double now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
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
		n += words > 0;
	}
	fclose(file);
	return n;
}

static void run(struct bench_command *command, unsigned int round)
{
	struct rusage usage;
	double start = now_msec();
	int status = -1;
	pid_t pid;

	if (posix_spawnp(&pid, command->words[0], NULL, NULL, command->words, environ) != 0 ||
	    wait4(pid, &status, 0, &usage) < 0 || status != 0) {
		command->failed++;
	} else if (usage.ru_maxrss > command->max_rss_kib) {
		command->max_rss_kib = usage.ru_maxrss;
	}
	command->msec[round] = now_msec() - start;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct bench_command commands[COMMANDS_MAX];
	unsigned int rounds = argc == 4 ? (unsigned int)atoi(argv[1]) : 0;
	useconds_t pause_usec = argc == 4 ? (useconds_t)atoi(argv[2]) * 1000 : 0;
	size_t n;

	if (rounds == 0) {
		fprintf(stderr, "usage: spawn ROUNDS PAUSE_MSEC FILE\n");
		return 2;
	}
	n = read_commands(argv[3], commands);
	for (size_t i = 0; i < n; i++)
		commands[i].msec = calloc(rounds, sizeof(double));
	for (unsigned int round = 0; round < rounds; round++) {
		for (size_t i = 0; i < n; i++) {
			usleep(pause_usec);
			run(&commands[i], round);
		}
	}
	for (size_t i = 0; i < n; i++) {
		qsort(commands[i].msec, rounds, sizeof(double), compare);
		printf("%.2f %.2f %.2f %ld %u\n", commands[i].msec[rounds / 2], commands[i].msec[0],
		       commands[i].msec[rounds - 1], commands[i].max_rss_kib, commands[i].failed);
	}
	return 0;
}
