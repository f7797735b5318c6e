/* SPDX-License-Identifier: MIT */
/*
 * A process that uses what a test asks for, and ends with whoever started it: burns a CPU, holds memory,
 * has children, or waits. Once it is ready it says so on stdout.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define MIB (1024ul * 1024ul)

static void wait_forever(void)
{
	for (;;)
		pause();
}

static void ready(void)
{
	puts("ready");
	fclose(stdout);
}

static void burn(long unused)
{
	volatile unsigned long turns = 0;

	(void)unused;
	ready();
	for (;;)
		turns++;
}

/* Anonymous memory, every page of it touched. */
static void alloc(long mib)
{
	size_t size = (size_t)mib * MIB;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	memset(memory, 1, size);
	ready();
	wait_forever();
}

static void fork_children(long n)
{
	for (long i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("fork");
			exit(1);
		}
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			wait_forever();
		}
	}
	ready();
	wait_forever();
}

static void sleep_only(long unused)
{
	(void)unused;
	ready();
	wait_forever();
}

static const struct {
	const char *name;
	void (*run)(long n);
} deeds[] = {
	{"burn", burn},
	{"alloc", alloc},
	{"fork", fork_children},
	{"sleep", sleep_only},
};

int main(int argc, char **argv)
{
	long n = argc > 2 ? strtol(argv[2], NULL, 10) : 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; argc > 1 && i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		if (strcmp(argv[1], deeds[i].name) == 0)
			deeds[i].run(n);
	}
	fputs("usage: helper burn | alloc MIB | fork N | sleep\n", stderr);
	return 2;
}
