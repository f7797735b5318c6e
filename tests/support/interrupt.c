/* SPDX-License-Identifier: MIT */
/*
 * Starts sandboxes by `boxtop run`, strikes whoever is at work on them with a signal at a moment that a seed
 * decides, runs the next command, and counts what is left: processes, groups, state, mounts. Every other
 * launch is struck at one system call of the launcher or the supervisor, counted by ptrace(2), so that a
 * moment can be had again; the others after a time. Lives in a mount namespace of its own, and is the parent
 * of all that is orphaned below it: what has no parent left is counted here, too.
 *
 * usage: interrupt BOXTOP ROOTFS PREFIX SIGNAL COUNT SEED
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "interrupt.h"

#define STATE	      "/run/boxtop"
#define ARGS_MAX      24
#define QUIET_MSEC    300   /* no call for so long: it runs, and everybody waits */
#define PATIENCE_MSEC 60000 /* for a command that must end */

/* What is started. */
static const struct shape {
	const char *name;
	const char *options[4];
	bool host_root, terminal;
} shapes[] = {
	{"in the foreground", {"--rm"}, false, false},
	{"in the foreground, kept", {NULL}, false, false},
	{"in the background", {"-d"}, false, false},
	{"in the background, --rm", {"-d", "--rm"}, false, false},
	{"with a terminal", {"-t", "--rm"}, false, true},
	{"with the host's processes", {"--share", "pid"}, false, false},
	{"on the host's root", {"--rm"}, true, false},
	{"on the host's root, in the background", {"-d"}, true, false},
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static struct {
	const char *boxtop, *rootfs, *prefix;
	int signal;
	unsigned int calls[SHAPES]; /* of an undisturbed launch */
	unsigned long mounts;
	unsigned int failures;
	char name[64];	/* of the sandbox of now */
	char deed[160]; /* what is done to it */
} storm;

static void complain(const char *what, const char *detail)
{
	printf("FAILED: %s (%s): %s %s\n", storm.name, storm.deed, what, detail);
	fflush(stdout);
	storm.failures++;
}

/* ---- Starting ---- */

/* A terminal as a person has it; the other end stays open until the next one. */
static void take_terminal(void)
{
	int console = posix_openpt(O_RDWR | O_NOCTTY);
	int peer;

	setsid();
	if (console < 0 || unlockpt(console) < 0)
		_exit(99);
	peer = ioctl(console, TIOCGPTPEER, O_RDWR);
	if (peer < 0)
		_exit(99);
	for (int fd = 0; fd < 3; fd++)
		dup2(peer, fd);
}

static void be_command(const char *const *args, bool terminal)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (terminal)
		take_terminal();
	else
		for (int fd = 0; fd < 3; fd++)
			dup2(null_fd, fd);
	execv(args[0], (char *const *)(size_t)args);
	_exit(99);
}

static pid_t start_shape(const struct shape *shape, bool traced)
{
	const char *args[ARGS_MAX] = {storm.boxtop, "run", "--name", storm.name};
	size_t n = 4;
	pid_t pid;

	for (size_t i = 0; i < 4 && shape->options[i]; i++)
		args[n++] = shape->options[i];
	if (!shape->host_root) {
		args[n++] = "--rootfs";
		args[n++] = storm.rootfs;
	}
	args[n++] = "--";
	args[n++] = "sleep";
	args[n++] = "1000";
	pid = fork();
	if (pid == 0) {
		if (traced && ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
			_exit(99);
		be_command(args, shape->terminal);
	}
	return pid;
}

static int run_command(const char *const *args)
{
	pid_t pid = fork();

	if (pid == 0)
		be_command(args, false);
	return pump(pid, PATIENCE_MSEC);
}

/* ---- Counting ---- */

static unsigned long count_mounts(void)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	unsigned long lines = 0;

	for (int c; file && (c = fgetc(file)) != EOF;)
		lines += c == '\n';
	if (file)
		fclose(file);
	return lines;
}

static int look_at_group(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	if (type == FTW_D && strstr(path + at->base, storm.prefix)) {
		complain("a cgroup is left:", path);
		rmdir(path);
	}
	return 0;
}

static int look_at_state(const char *path, const struct stat *st, int type, struct FTW *at)
{
	const char *name = path + at->base;

	(void)st;
	(void)type;
	if (at->level == 1 && strncmp(name, storm.prefix, strlen(storm.prefix)) == 0)
		complain("state is left:", path);
	/* ".new-PID-N" */
	if (at->level == 1 && strncmp(name, ".new-", 5) == 0 && kill(atoi(name + 5), 0) < 0)
		complain("an unborn state is left:", path);
	return 0;
}

static bool has_state(void)
{
	char path[128];

	snprintf(path, sizeof(path), STATE "/%s", storm.name);
	return access(path, F_OK) == 0;
}

/* Whether its supervisor died and nobody cleaned up: the lock is there, and nobody holds it. */
static bool is_orphaned(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[128];
	int fd, r;

	snprintf(path, sizeof(path), STATE "/%s/lock", storm.name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	r = fcntl(fd, F_OFD_GETLK, &lock);
	close(fd);
	return r == 0 && lock.l_type == F_UNLCK;
}

/* ---- One launch ---- */

static void look_around(void)
{
	unsigned long mounts;

	if (pump(0, PATIENCE_MSEC) != 0) {
		complain("processes are left:", children_text());
		end_children();
	}
	nftw("/sys/fs/cgroup", look_at_group, 16, FTW_PHYS);
	nftw(STATE, look_at_state, 16, FTW_PHYS);
	mounts = count_mounts();
	if (mounts != storm.mounts)
		complain("mounts are left", "");
	storm.mounts = mounts;
}

/* The next command, whatever it is about. */
static void run_next(void)
{
	char name[80];
	const char *const args[] = {storm.boxtop, "run",	"--rm", "--name", name,
				    "--rootfs",	  storm.rootfs, "--",	"true",	  NULL};

	snprintf(name, sizeof(name), "%s-next", storm.prefix);
	if (run_command(args) != 0)
		complain("the next command fails", "");
	if (is_orphaned())
		complain("the next command does not clean up", "");
}

static void forget(void)
{
	const char *const args[] = {storm.boxtop, "rm", "-f", storm.name, NULL};

	/* One that cleans up after itself may be done before we are asked. */
	if (has_state() && run_command(args) != 0 && has_state())
		complain("it can't be removed", "");
}

static void strike_at_call(size_t shape, bool all)
{
	unsigned int call = 1 + (unsigned int)random() % storm.calls[shape];
	pid_t pid;

	snprintf(storm.deed, sizeof(storm.deed), "%s, struck at call %u of %u%s",
		 shapes[shape].name, call, storm.calls[shape], all ? ", all of them" : "");
	pid = start_shape(&shapes[shape], true);
	trace_calls(pid, call, QUIET_MSEC);
	strike_traced(storm.signal, all);
}

static void strike_after_time(size_t shape)
{
	/* More of them early: a launch takes a few ms, more where the machine is busy. */
	unsigned int usec = 1u << (10 + random() % 9);

	usec += (unsigned int)random() % usec;
	snprintf(storm.deed, sizeof(storm.deed), "%s, struck after %u us", shapes[shape].name,
		 usec);
	start_shape(&shapes[shape], false);
	usleep(usec);
	strike_a_child(storm.signal, (unsigned int)random());
}

static void interrupt_one(unsigned int i)
{
	size_t shape = (size_t)random() % SHAPES;

	snprintf(storm.name, sizeof(storm.name), "%s-%u", storm.prefix, i);
	if (i % 2)
		strike_after_time(shape);
	else
		strike_at_call(shape, random() % 4 == 0);
	run_next();
	forget();
	look_around();
}

/* How many calls there are to strike at. */
static void measure(size_t shape)
{
	pid_t pid;

	snprintf(storm.name, sizeof(storm.name), "%s-first-%zu", storm.prefix, shape);
	snprintf(storm.deed, sizeof(storm.deed), "%s, not struck", shapes[shape].name);
	pid = start_shape(&shapes[shape], true);
	storm.calls[shape] = trace_calls(pid, ~0u, 2000);
	strike_traced(0, false);
	if (!has_state())
		complain("it does not start", "");
	forget();
	look_around();
}

int main(int argc, char **argv)
{
	unsigned int count, seed;

	if (argc != 7) {
		fprintf(stderr, "usage: interrupt BOXTOP ROOTFS PREFIX SIGNAL COUNT SEED\n");
		return 2;
	}
	storm.boxtop = argv[1];
	storm.rootfs = argv[2];
	storm.prefix = argv[3];
	storm.signal = atoi(argv[4]);
	count = (unsigned int)atoi(argv[5]);
	seed = (unsigned int)strtoul(argv[6], NULL, 10);
	srandom(seed);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		perror("interrupt");
		return 77;
	}
	storm.mounts = count_mounts();
	for (size_t i = 0; i < SHAPES; i++)
		measure(i);
	for (unsigned int i = 0; i < count; i++)
		interrupt_one(i);
	printf("%u launches struck by signal %d, seed %u: %u failures\n", count, storm.signal, seed,
	       storm.failures);
	return storm.failures != 0;
}
