/* SPDX-License-Identifier: MIT */
/*
 * The guard over brakes. Owns the braked files, a page that it shares with its process, and the socket
 * between them: a byte says that a brake is about to be written, its end that we are dead. Each file's
 * value is on the shared page before the file is touched, so there is no moment at which dying would
 * lose it. The hot half is guard_brake.c.
 */
#include "runtime/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "runtime/fds.h"
#include "runtime/guard_shared.h"
#include "runtime/hot.h"
#include "runtime/steady.h"

#define FORK_WAIT_USEC 5000

struct guard *guard_new(size_t files)
{
	size_t size = sizeof(struct guard_shared) + files * sizeof(struct guard_brake);
	struct guard *guard = xcalloc(1, sizeof(*guard));
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	*guard = (struct guard) {.fd = -1, .cap = files, .size = size};
	if (page == MAP_FAILED)
		guard->cap = 0;
	else
		guard->shared = page;
	return guard;
}

size_t guard_add(struct guard *guard, const struct guard_file *file)
{
	struct guard_brake *brake;

	if (!guard->shared || guard->shared->len == guard->cap) {
		close(file->fd);
		return SIZE_MAX;
	}
	brake = &guard->shared->brakes[guard->shared->len];
	brake->fd = file->fd;
	brake->limit_usec = file->limit_usec;
	brake->fixed = file->value;
	hot_copy(brake->braked, file->braked, sizeof(brake->braked));
	hot_copy(brake->value, file->value ? file->value : "", sizeof(brake->value));
	return guard->shared->len++;
}

pid_t guard_pid(const struct guard *guard)
{
	return guard->pid;
}

/* ---- The guard's own process: from here to its end no memory is asked for ---- */

/* How long until the next brake has lasted too long; -1: none is on. A brake that has, is released. */
static int check_limits(struct guard_shared *shared)
{
	uint64_t now = clock_monotonic_usec(), first = UINT64_MAX;

	for (size_t i = 0; i < shared->len; i++) {
		struct guard_brake *brake = &shared->brakes[i];
		uint64_t until = brake->until_usec;

		if (atomic_load(&brake->state) != GUARD_ON)
			continue;
		if (until <= now) {
			guard_brake_restore(brake);
			/* It stays to be looked at: who braked it may have been stopped in between. */
			int on = GUARD_ON;

			atomic_compare_exchange_strong(&brake->state, &on, GUARD_LATE);
		} else if (until < first) {
			first = until;
		}
	}
	return first == UINT64_MAX ? -1 : (int)((first - now) / 1000) + 1;
}

static void restore_all(struct guard_shared *shared)
{
	for (size_t i = 0; i < shared->len; i++) {
		if (atomic_load(&shared->brakes[i].state) != GUARD_OFF)
			guard_brake_restore(&shared->brakes[i]);
	}
}

static _Noreturn void watch(struct guard_shared *shared, int fd)
{
	for (;;) {
		struct pollfd poller = {.fd = fd, .events = POLLIN};
		char bytes[64];
		ssize_t n;

		if (poll(&poller, 1, check_limits(shared)) <= 0)
			continue;
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
			continue;
		restore_all(shared);
		_exit(0);
	}
}

static _Noreturn void be_guard(struct guard *guard, int fd, const int *keep, size_t n)
{
	/* A session of its own: no signal of the terminal, none to a process group. */
	setsid();
	prctl(PR_SET_NAME, "boxtop-guard");
	prctl(PR_SET_DUMPABLE, 0);
	/* A pipe that we keep open would never end for who reads it. */
	fds_close_others(keep, n);
	steady_for_life();
	watch(guard->shared, fd);
}

/* ---- Starting and ending it ---- */

/* On a host that is full of processes a place is free now and then. */
static pid_t fork_patiently(uint64_t patience_usec)
{
	uint64_t until = clock_monotonic_usec() + patience_usec;
	pid_t pid = fork();

	while (pid < 0 && errno == EAGAIN && clock_monotonic_usec() < until) {
		hot_sleep(FORK_WAIT_USEC);
		pid = fork();
	}
	return pid;
}

/* A signal must not run a handler of ours in the child: it is born with all of them blocked. */
static pid_t fork_quietly(uint64_t patience_usec)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	pid = fork_patiently(patience_usec);
	if (pid != 0)
		sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

int guard_start(struct guard *guard, uint64_t patience_usec, struct err *err)
{
	size_t n = guard_files(guard) + 1;
	int *keep;
	int pair[2];

	if (n == 1)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(err, errno, "start the guard over brakes: socketpair");
	keep = xcalloc(n, sizeof(keep[0]));
	for (size_t i = 0; i + 1 < n; i++)
		keep[i] = guard->shared->brakes[i].fd;
	keep[n - 1] = pair[1];
	fds_sort(keep, n);
	guard->pid = fork_quietly(patience_usec);
	if (guard->pid == 0)
		be_guard(guard, pair[1], keep, n);
	free(keep);
	close(pair[1]);
	guard->fd = pair[0];
	if (guard->pid > 0)
		return 0;
	guard->pid = 0;
	return err_set(err, errno, "start the guard over brakes: fork");
}

void guard_free(struct guard *guard)
{
	if (!guard)
		return;
	guard_release_all(guard);
	if (guard->fd >= 0)
		close(guard->fd);
	while (guard->pid > 0 && waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < guard_files(guard); i++)
		close(guard->shared->brakes[i].fd);
	if (guard->shared)
		munmap(guard->shared, guard->size);
	free(guard);
}
