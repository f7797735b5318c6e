/* SPDX-License-Identifier: MIT */
/*
 * A fork bomb of each kind, for groups with a limit of processes only. It ends by itself at a given time,
 * whatever becomes of the test.
 *
 * usage: bomb KIND WIDTH UNTIL [spin]
 *
 *	stay	forks as often as it can, and all stay
 *	exit	forks, and the parent exits
 *	setsid	the same, each in a session of its own
 *	exec	vforks and executes itself anew, and the parent exits
 *	threads	makes as many threads as it can
 *	still	only waits
 *
 * The first process starts WIDTH of them (of "threads" and "stay": it is one itself), and waits. UNTIL is
 * in seconds since boot. Who can't fork tries again after a moment, or with "spin" at once.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static time_t until;
static int spin;
static char **arguments;

static long left(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (long)(until - now.tv_sec);
}

static void check_time(void)
{
	if (left() <= 0)
		_exit(0);
}

static void breathe(void)
{
	struct timespec moment = {.tv_nsec = 10000000};

	check_time();
	if (!spin)
		nanosleep(&moment, NULL);
}

static void stay(void)
{
	for (;;) {
		if (fork() < 0)
			breathe();
		check_time();
	}
}

static void exit_kind(void)
{
	for (;;) {
		pid_t pid = fork();

		check_time();
		if (pid > 0)
			_exit(0);
		if (pid < 0)
			breathe();
	}
}

static void setsid_kind(void)
{
	for (;;) {
		pid_t pid = fork();

		check_time();
		if (pid > 0)
			_exit(0);
		if (pid == 0)
			setsid();
		else
			breathe();
	}
}

static void exec_kind(void)
{
	char *argv[] = {arguments[0], "again", arguments[2], arguments[3], arguments[4], NULL};

	for (;;) {
		pid_t pid;

		check_time();
		pid = vfork();
		if (pid == 0) {
			execv("/proc/self/exe", argv);
			_exit(1);
		}
		if (pid > 0)
			_exit(0);
		breathe();
	}
}

static void *wait_in_thread(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void threads(void)
{
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	for (;;) {
		if (pthread_create(&thread, &small, wait_in_thread, NULL) != 0)
			breathe();
		check_time();
	}
}

static void still(void)
{
	for (;;)
		pause();
}

static const struct {
	const char *name;
	void (*run)(void);
	int is_first; /* the first process is one itself */
} kinds[] = {
	{"stay", stay, 1},	 {"exit", exit_kind, 0},  {"setsid", setsid_kind, 0},
	{"exec", exec_kind, 0},	 {"threads", threads, 1}, {"still", still, 0},
	{"again", exec_kind, 1},
};

static int start(void (*run)(void), long width)
{
	for (long i = 0; i < width; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			alarm((unsigned int)left());
			run();
		}
		if (pid > 0)
			continue;
		if (errno != EAGAIN) {
			perror("bomb: fork");
			return 1;
		}
		/* Those of the bomb before may still be dying in the group. */
		usleep(10000);
		check_time();
		i--;
	}
	puts("ready");
	fclose(stdout);
	still();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fputs("usage: bomb KIND WIDTH UNTIL [spin]\n", stderr);
		return 2;
	}
	arguments = argv;
	until = strtol(argv[3], NULL, 10);
	spin = argc > 4 && strcmp(argv[4], "spin") == 0;
	if (left() <= 0)
		return 0;
	alarm((unsigned int)left());
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		if (!kinds[i].is_first)
			return start(kinds[i].run, strtol(argv[2], NULL, 10));
		if (strcmp(argv[1], "again") != 0) {
			puts("ready");
			fclose(stdout);
		}
		kinds[i].run();
	}
	return 2;
}
