/* SPDX-License-Identifier: MIT */
/*
 * What a host may do to its watcher, until it is killed:
 *   churn groups RATE DIR...   makes and removes so many cgroups a second, with names meant to mislead
 *   churn shift N DIR...       N processes that change their names and their cgroups 500 times a second
 *   churn hold N DIR           N cgroups, as deep as wide, kept; removed on SIGTERM
 * DIR is a directory of a cgroup hierarchy. It says "ready" on stdout once it is at work; on SIGTERM it
 * removes what it made.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	LIVE = 40, /* groups of a round that exist at once */
	DEEP = 50, /* nested ones in a chain of those held */
	PATH_BYTES = 4096,
};

#define NSEC_PER_SEC 1000000000l
#define HEX64	     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Paths of engines that there are none of, and bytes that a terminal would act on. %ld makes each one new. */
static const char *const names[] = {
	"docker-" HEX64 "%ld.scope",
	"libpod-" HEX64 "%ld",
	"cri-containerd-" HEX64 "%ld.scope",
	"machine-%ld.scope",
	"lxc.payload.%ld",
	"kubepods-burstable-pod%ld.slice",
	"\033[2J\033]0;owned\a%ld",
	"\r\b\t\177%ld",
	"\xff\xfe\xc0\x80%ld",
	"\xe5\xae\xb9\xe5\x99\xa8\xf0\x9f\x90\xb3%ld",
	"\xe2\x80\xae\xcc\x81\xe2\x80\x8b%ld",
	"..%ld",
	" %ld ",
	"%%s%%n%ld",
};

enum {
	NAMES = sizeof(names) / sizeof(names[0])
};

static volatile sig_atomic_t ended;

static void on_term(int sig)
{
	(void)sig;
	ended = 1;
}

static void ready(void)
{
	puts("ready");
	fclose(stdout);
}

/* Turns come at a fixed rate, however long the work of each takes. */
static void wait_turn(struct timespec *next, long nsec)
{
	if (next->tv_sec == 0)
		clock_gettime(CLOCK_MONOTONIC, next);
	next->tv_nsec += nsec;
	next->tv_sec += next->tv_nsec / NSEC_PER_SEC;
	next->tv_nsec %= NSEC_PER_SEC;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}

/* The name of the nth group; every 16th is as long as a file's name may be. */
static void name_of(long n, char *out, size_t size)
{
	int len;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	len = snprintf(out, size, names[n % NAMES], n);
#pragma GCC diagnostic pop
	if (n % 16 == 0) {
		memset(out + len, 'x', 255 - (size_t)len);
		out[255] = '\0';
	}
}

static void path_of(const char *dir, long n, char path[PATH_BYTES])
{
	char name[256];

	name_of(n, name, sizeof(name));
	snprintf(path, PATH_BYTES, "%s/%s", dir, name);
}

static int groups(long rate, int dirs, char **dir)
{
	char path[PATH_BYTES];
	struct timespec next = {0};
	long n = 0;

	ready();
	for (; !ended; n++) {
		for (int i = 0; i < dirs; i++) {
			path_of(dir[i], n, path);
			if (mkdir(path, 0755) < 0) {
				perror(path);
				return 1;
			}
			if (n < LIVE)
				continue;
			path_of(dir[i], n - LIVE, path);
			rmdir(path);
		}
		wait_turn(&next, NSEC_PER_SEC / rate);
	}
	for (long i = n < LIVE ? 0 : n - LIVE; i < n; i++)
		for (int k = 0; k < dirs; k++) {
			path_of(dir[k], i, path);
			rmdir(path);
		}
	return 0;
}

static void move_to(const char *dir)
{
	char path[PATH_BYTES];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "0", 1) < 0)
		perror(path);
	close(fd);
}

static void shift_forever(long seed, int dirs, char **dir)
{
	struct timespec next = {0};

	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (long n = seed;; n++) {
		char name[256];

		name_of(n, name, sizeof(name));
		prctl(PR_SET_NAME, n % 3 ? name : "a\nb) R 1 1");
		move_to(dir[n % dirs]);
		wait_turn(&next, NSEC_PER_SEC / 500);
	}
}

static int shift(long count, int dirs, char **dir)
{
	for (long i = 0; i < count; i++)
		if (fork() == 0)
			shift_forever(i, dirs, dir);
	ready();
	while (!ended)
		pause();
	kill(0, SIGTERM);
	while (wait(NULL) > 0 || errno == EINTR)
		;
	return 0;
}

/* Chains of nested groups beside each other. */
static int hold_path(const char *dir, long n, char path[PATH_BYTES])
{
	int len = snprintf(path, PATH_BYTES, "%s/wide%ld", dir, n / DEEP);

	for (long i = 0; i < n % DEEP; i++)
		len += snprintf(path + len, PATH_BYTES - (size_t)len, "/deep%ld", i);
	return len;
}

static int hold(long count, int dirs, char **dir)
{
	char path[PATH_BYTES];
	int r = 0;
	long n = 0;

	for (; n < count * dirs && !ended && r == 0; n++) {
		hold_path(dir[n % dirs], n / dirs, path);
		r = mkdir(path, 0755);
	}
	if (r < 0)
		perror(path);
	else
		ready();
	while (!ended && r == 0)
		pause();
	while (n-- > 0) {
		hold_path(dir[n % dirs], n / dirs, path);
		rmdir(path);
	}
	return r < 0;
}

static const struct {
	const char *name;
	int (*run)(long n, int dirs, char **dir);
} deeds[] = {
	{"groups", groups},
	{"shift", shift},
	{"hold", hold},
};

int main(int argc, char **argv)
{
	struct sigaction term = {.sa_handler = on_term};
	long n = argc > 3 ? strtol(argv[2], NULL, 10) : 0;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setpgid(0, 0);
	sigaction(SIGTERM, &term, NULL);
	for (size_t i = 0; n > 0 && i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(argv[1], deeds[i].name) == 0)
			return deeds[i].run(n, argc - 3, argv + 3);
	fputs("usage: churn groups RATE DIR... | shift N DIR... | hold N DIR...\n", stderr);
	return 2;
}
