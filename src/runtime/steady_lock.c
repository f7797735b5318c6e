/* SPDX-License-Identifier: MIT */
/* Memory that stays: before a kill, and as long as a screen is open. Owns a count of who wants it locked. */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "base/own_memory.h"
#include "runtime/steady.h"

static atomic_int locks;
static atomic_bool tight; /* our memory limit, as last looked at */

static void lock_all(int more_flags)
{
	/* Locked, what would be dropped and read again can't be: under a tight limit that is the end. */
	if (atomic_load(&tight))
		return;
	/* Not populated: stacks of threads would become resident whole. */
	mlockall(MCL_CURRENT | MCL_ONFAULT | more_flags);
}

void steady_lock_memory(int more_flags)
{
	bool first = atomic_fetch_add(&locks, 1) == 0;

	if (first)
		atomic_store(&tight, own_memory_limit(AT_FDCWD) < OWN_MEMORY_TIGHT);
	if (first || more_flags)
		lock_all(more_flags);
}

void steady_unlock_memory(void)
{
	if (atomic_fetch_sub(&locks, 1) == 1)
		munlockall();
}

void steady_for_life(void)
{
	struct steady steady;

	steady_begin(&steady);
	/* In a child that may not allocate: what its parent found holds. */
	lock_all(0);
}
