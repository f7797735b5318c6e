/* SPDX-License-Identifier: MIT */
/*
 * Watches a program that has a screen, in a terminal of its own of 160x50: how long until the first frame
 * that shows a text, then what it costs to stand open, then how long a key waits for its answer. Prints one
 * line of NAME=VALUE pairs. What isn't measured isn't printed.
 *
 * usage: screen [-w WARMUP] [-s SECONDS] [-k KEYS] [-u TEXT] COMMAND...
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TAIL_MAX       128
#define KEYS_MAX       4096
#define KEY_WAIT_MSEC  5000
#define FRAME_WAIT_SEC 20

/* struct screen - the program, and what it has written */
struct screen {
	pid_t pid;
	int fd;
	double started;
	double first_byte, first_frame; /* milliseconds after @started; below 0: not yet */
	const char *text;		/* what the first frame shows; NULL: anything */
	char tail[TAIL_MAX];		/* the end of what was read, as a text may be cut in two */
	size_t tail_len;
	unsigned long long bytes;
	bool ended;
};

/* struct cpu - of all threads so far, in nanoseconds */
struct cpu {
	unsigned long long ran, waited;
};

static double now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void start(struct screen *screen, char **command)
{
	struct winsize size = {.ws_row = 50, .ws_col = 160};

	screen->started = now_msec();
	screen->first_byte = screen->first_frame = -1;
	screen->pid = forkpty(&screen->fd, NULL, NULL, &size);
	if (screen->pid < 0) {
		perror("forkpty");
		exit(1);
	}
	if (screen->pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execvp(command[0], command);
		_exit(127);
	}
}

/* The text may come in two pieces, but not with colours in between: none of the programs does that. */
static void look_for_text(struct screen *screen, const char *data, size_t len)
{
	static char joined[TAIL_MAX + 65536];
	size_t text_len = screen->text ? strlen(screen->text) : 0, keep;

	if (screen->first_frame >= 0)
		return;
	memcpy(joined, screen->tail, screen->tail_len);
	memcpy(joined + screen->tail_len, data, len);
	len += screen->tail_len;
	if (text_len == 0 || memmem(joined, len, screen->text, text_len))
		screen->first_frame = now_msec() - screen->started;
	keep = text_len == 0 ? 0 : text_len - 1 < len ? text_len - 1 : len;
	memcpy(screen->tail, joined + len - keep, keep);
	screen->tail_len = keep;
}

/* Reads until the deadline, or once something came; false: nothing came. */
static bool drain(struct screen *screen, double until, bool once)
{
	static char data[65536];

	while (!screen->ended) {
		struct pollfd poll_fd = {.fd = screen->fd, .events = POLLIN};
		double left = until - now_msec();
		struct timespec wait = {.tv_sec = (time_t)(left / 1e3),
					.tv_nsec = (long)(left * 1e6) % 1000000000};
		ssize_t n;

		if (left <= 0 || ppoll(&poll_fd, 1, &wait, NULL) == 0)
			return false;
		n = read(screen->fd, data, sizeof(data));
		screen->ended = n <= 0;
		if (n <= 0)
			return false;
		if (screen->first_byte < 0)
			screen->first_byte = now_msec() - screen->started;
		screen->bytes += (unsigned long long)n;
		look_for_text(screen, data, (size_t)n);
		if (once)
			return true;
	}
	return false;
}

static void await_frame(struct screen *screen)
{
	double until = now_msec() + FRAME_WAIT_SEC * 1e3;

	while (screen->first_frame < 0 && drain(screen, until, true))
		;
}

static struct cpu read_cpu(pid_t pid)
{
	struct cpu cpu = {0};
	char path[64];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		unsigned long long ran = 0, waited = 0;
		char file[512];
		FILE *f;

		snprintf(file, sizeof(file), "%s/%s/schedstat", path, entry->d_name);
		f = fopen(file, "re");
		if (f && fscanf(f, "%llu %llu", &ran, &waited) == 2) {
			cpu.ran += ran;
			cpu.waited += waited;
		}
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	return cpu;
}

static long read_rss_kib(pid_t pid)
{
	char path[64], line[256];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static void measure_standing(struct screen *screen, double seconds)
{
	struct cpu before = read_cpu(screen->pid), after;
	unsigned long long bytes = screen->bytes;
	double from = now_msec(), took;

	drain(screen, from + seconds * 1e3, false);
	after = read_cpu(screen->pid);
	took = (now_msec() - from) / 1e3;
	if (screen->ended || after.ran < before.ran)
		return;
	printf("cpu=%.3f ", (double)(after.ran - before.ran) / 1e6 / took);
	printf("wall=%.3f ",
	       (double)(after.ran - before.ran + after.waited - before.waited) / 1e6 / took);
	printf("bytes=%.0f rss=%ld ", (double)(screen->bytes - bytes) / took,
	       read_rss_kib(screen->pid));
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Keys come at odd moments, so that some meet a refresh. They move the selection down and up again. */
static void measure_keys(struct screen *screen, int keys)
{
	static double took[KEYS_MAX];
	unsigned int seed = 1;
	int n = 0;

	for (int i = 0; i < keys && i < KEYS_MAX && !screen->ended; i++) {
		const char *key = i / 8 % 2 ? "\033OA" : "\033OB";
		double from;

		seed = seed * 1103515245u + 12345u;
		drain(screen, now_msec() + 40 + (double)(seed >> 16 & 0x7f), false);
		from = now_msec();
		if (write(screen->fd, key, 3) != 3)
			return;
		if (drain(screen, from + KEY_WAIT_MSEC, true))
			took[n++] = now_msec() - from;
	}
	if (n == 0)
		return;
	qsort(took, (size_t)n, sizeof(took[0]), compare);
	printf("key50=%.2f key99=%.2f keymax=%.2f ", took[n / 2], took[n * 99 / 100], took[n - 1]);
}

static void stop(struct screen *screen)
{
	double until = now_msec() + 2000;

	kill(screen->pid, SIGTERM);
	while (waitpid(screen->pid, NULL, WNOHANG) == 0) {
		if (now_msec() > until)
			kill(screen->pid, SIGKILL);
		drain(screen, now_msec() + 10, false);
		usleep(1000);
	}
}

int main(int argc, char **argv)
{
	struct screen screen = {.fd = -1};
	double warmup = 3, seconds = 5;
	int keys = 0, option;

	while ((option = getopt(argc, argv, "+w:s:k:u:")) != -1) {
		switch (option) {
		case 'w':
			warmup = atof(optarg);
			break;
		case 's':
			seconds = atof(optarg);
			break;
		case 'k':
			keys = atoi(optarg);
			break;
		case 'u':
			screen.text = optarg;
			break;
		default:
			return 2;
		}
	}
	if (optind == argc || (screen.text && strlen(screen.text) >= TAIL_MAX))
		return 2;
	start(&screen, argv + optind);
	await_frame(&screen);
	if (screen.first_frame >= 0)
		printf("frame=%.1f ", screen.first_frame);
	if (screen.first_byte >= 0)
		printf("byte=%.1f ", screen.first_byte);
	drain(&screen, now_msec() + warmup * 1e3, false);
	measure_standing(&screen, seconds);
	measure_keys(&screen, keys);
	printf("\n");
	stop(&screen);
	return 0;
}
