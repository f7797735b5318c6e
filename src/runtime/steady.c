/* SPDX-License-Identifier: MIT */
/* Staying alive: see the header. Owns a count of who wants memory locked. */
#include "runtime/steady.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "runtime/hot.h"

#define OOM_SCORE_ADJ "/proc/self/oom_score_adj"
#define OOM_SAFE      (-900)
#define OOM_SAFE_TEXT "-900"
/* Above everything of the host that has no such policy; below what an administrator gave a higher one. */
#define PRIORITY 10
/* Before a thousand spinning processes, and still one that the scheduler treats fairly. */
#define STAY_NICE (-10)

/* What the program had before steady_stay(). */
static struct {
	bool niced;
	int nice;
	char oom_score_adj[16]; /* "": unchanged */
	bool more_files;
	struct rlimit files;
} stay;

static atomic_int locks;

void steady_lock_memory(void)
{
	/* Not populated: stacks of threads would become resident whole. */
	if (atomic_fetch_add(&locks, 1) == 0)
		mlockall(MCL_CURRENT | MCL_ONFAULT);
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
	mlockall(MCL_CURRENT | MCL_ONFAULT);
}

static bool is_capable(cap_value_t capability)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t value = CAP_CLEAR;

	if (!caps)
		return false;
	if (cap_get_flag(caps, capability, CAP_EFFECTIVE, &value) < 0)
		value = CAP_CLEAR;
	cap_free(caps);
	return value == CAP_SET;
}

/* Under a limit, what is mapped later would fail instead of being unlocked. */
static int lock_flags(void)
{
	struct rlimit limit;
	bool unlimited = getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;

	return MCL_CURRENT | MCL_ONFAULT | (unlimited || is_capable(CAP_IPC_LOCK) ? MCL_FUTURE : 0);
}

/* True if it is another one now, with what it was in @before. */
static bool lower_oom_score(char *before, size_t size)
{
	int64_t adj;
	ssize_t n = hot_read(AT_FDCWD, OOM_SCORE_ADJ, before, size);

	if (n >= 0 && parse_i64((struct span) {before, (size_t)n}, &adj) && adj > OOM_SAFE &&
	    hot_write_at(AT_FDCWD, OOM_SCORE_ADJ, OOM_SAFE_TEXT) >= 0)
		return true;
	before[0] = '\0';
	return false;
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
	/* Counted as one who wants it, so that no kill unlocks it afterwards. */
	atomic_fetch_add(&locks, 1);
	mlockall(lock_flags());
	stay.nice = getpriority(PRIO_PROCESS, 0);
	stay.niced = stay.nice > STAY_NICE && setpriority(PRIO_PROCESS, 0, STAY_NICE) == 0;
	lower_oom_score(stay.oom_score_adj, sizeof(stay.oom_score_adj));
	raise_files();
}

void steady_undo_in_child(void)
{
	if (stay.niced)
		setpriority(PRIO_PROCESS, 0, stay.nice);
	if (stay.more_files)
		setrlimit(RLIMIT_NOFILE, &stay.files);
	if (stay.oom_score_adj[0])
		hot_write_at(AT_FDCWD, OOM_SCORE_ADJ, stay.oom_score_adj);
}

void steady_begin(struct steady *steady)
{
	struct sched_param param = {.sched_priority = PRIORITY};

	*steady = (struct steady) {.policy = sched_getscheduler(0)};
	if (sched_getparam(0, &steady->param) < 0 ||
	    sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param) < 0)
		steady->policy = -1;
	lower_oom_score(steady->oom_score_adj, sizeof(steady->oom_score_adj));
}

void steady_end(struct steady *steady)
{
	if (steady->oom_score_adj[0])
		hot_write_at(AT_FDCWD, OOM_SCORE_ADJ, steady->oom_score_adj);
	if (steady->policy >= 0)
		sched_setscheduler(0, steady->policy, &steady->param);
	steady->policy = -1;
	steady->oom_score_adj[0] = '\0';
}
