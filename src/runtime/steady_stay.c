/* SPDX-License-Identifier: MIT */
/* Staying alive for as long as a screen is open. Owns what the program had before. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "runtime/capable.h"
#include "runtime/hot.h"
#include "runtime/steady.h"

/* Before a thousand spinning processes, and still one that the scheduler treats fairly. */
#define STAY_NICE (-10)

static struct {
	bool niced;
	int nice;
	char oom_score_adj[16]; /* "": unchanged */
	bool more_files;
	struct rlimit files;
} stay;

/* Under a limit, what is mapped later would fail instead of being unlocked. */
static int more_lock_flags(void)
{
	struct rlimit limit;
	bool unlimited = getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;

	return unlimited || is_capable(CAP_IPC_LOCK) ? MCL_FUTURE : 0;
}

static void raise_files(void)
{
	struct rlimit more;

	if (getrlimit(RLIMIT_NOFILE, &stay.files) < 0)
		return;
	more = (struct rlimit) {stay.files.rlim_max, stay.files.rlim_max};
	stay.more_files = setrlimit(RLIMIT_NOFILE, &more) == 0;
}

void steady_stay(void)
{
	/* Wanted for good, so that no kill unlocks it afterwards. */
	steady_lock_memory(more_lock_flags());
	stay.nice = getpriority(PRIO_PROCESS, 0);
	stay.niced = stay.nice > STAY_NICE && setpriority(PRIO_PROCESS, 0, STAY_NICE) == 0;
	steady_lower_oom_score(stay.oom_score_adj, sizeof(stay.oom_score_adj));
	raise_files();
}

void steady_undo_in_child(void)
{
	if (stay.niced)
		setpriority(PRIO_PROCESS, 0, stay.nice);
	if (stay.more_files)
		setrlimit(RLIMIT_NOFILE, &stay.files);
	if (stay.oom_score_adj[0])
		hot_write_at(AT_FDCWD, STEADY_OOM_SCORE_ADJ, stay.oom_score_adj);
}
