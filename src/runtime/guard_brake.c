/* SPDX-License-Identifier: MIT */
/*
 * The hot half of the guard: brakes on and off. Owns nothing, never forks, allocates or locks: the pages
 * that it writes were made by guard_new().
 */
#include <errno.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "runtime/guard.h"
#include "runtime/guard_shared.h"
#include "runtime/hot.h"

size_t guard_files(const struct guard *guard)
{
	return guard->shared ? guard->shared->len : 0;
}

int guard_brake_restore(struct guard_brake *brake)
{
	char now[GUARD_VALUE_MAX];
	ssize_t n = hot_pread(brake->fd, now, sizeof(now));

	/* A freezer on its way says FREEZING: thawing what is thawed does no harm. */
	if (n >= 0 && !brake->fixed && !hot_same(now, brake->braked))
		return 0;
	return hot_write(brake->fd, brake->value);
}

/* Whether the guard stands: it is told that its brakes have to be watched. */
static bool tell(const struct guard *guard)
{
	return guard->pid > 0 && send(guard->fd, "b", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

/* What the file says is what it gets back. 0: it is braked already. */
static int learn_value(struct guard_brake *brake)
{
	char now[GUARD_VALUE_MAX];
	ssize_t n = hot_pread(brake->fd, now, sizeof(now));

	if (n < 0)
		return (int)n;
	if (hot_same(now, brake->braked))
		return 0;
	if (!brake->fixed)
		hot_copy(brake->value, now, sizeof(brake->value));
	return 1;
}

int guard_brake(struct guard *guard, size_t file)
{
	struct guard_brake *brake;
	int r;

	if (file >= guard_files(guard))
		return -ENOENT;
	brake = &guard->shared->brakes[file];
	if (atomic_load(&brake->state) != GUARD_OFF)
		return 1;
	r = learn_value(brake);
	if (r <= 0)
		return r;
	brake->until_usec = clock_monotonic_usec() + brake->limit_usec;
	atomic_store(&brake->state, GUARD_ON);
	r = tell(guard) ? hot_write(brake->fd, brake->braked) : -ESRCH;
	if (r < 0)
		atomic_store(&brake->state, GUARD_OFF);
	return r < 0 ? r : 1;
}

bool guard_holds(const struct guard *guard, size_t file)
{
	return file < guard_files(guard) &&
	       atomic_load(&guard->shared->brakes[file].state) == GUARD_ON;
}

int guard_release(struct guard *guard, size_t file)
{
	struct guard_brake *brake;
	int r;

	if (file >= guard_files(guard))
		return 0;
	brake = &guard->shared->brakes[file];
	if (atomic_load(&brake->state) == GUARD_OFF)
		return 0;
	r = guard_brake_restore(brake);
	atomic_store(&brake->state, GUARD_OFF);
	return r;
}

void guard_release_all(struct guard *guard)
{
	for (size_t i = 0; i < guard_files(guard); i++)
		guard_release(guard, i);
}
