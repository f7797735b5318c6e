/* SPDX-License-Identifier: MIT */
/* Staying alive during a kill: on its way, so nothing here allocates. */
#include "runtime/steady.h"

#include <fcntl.h>

#include "runtime/hot.h"

#define OOM_SAFE      (-900)
#define OOM_SAFE_TEXT "-900"
/* Above everything of the host that has no such policy; below what an administrator gave a higher one. */
#define PRIORITY 10

bool steady_lower_oom_score(char *before, size_t size)
{
	int64_t adj;
	ssize_t n = hot_read(AT_FDCWD, STEADY_OOM_SCORE_ADJ, before, size);

	if (n >= 0 && parse_i64((struct span) {before, (size_t)n}, &adj) && adj > OOM_SAFE &&
	    hot_write_at(AT_FDCWD, STEADY_OOM_SCORE_ADJ, OOM_SAFE_TEXT) >= 0)
		return true;
	before[0] = '\0';
	return false;
}

void steady_begin(struct steady *steady)
{
	struct sched_param param = {.sched_priority = PRIORITY};

	*steady = (struct steady) {.policy = sched_getscheduler(0)};
	if (sched_getparam(0, &steady->param) < 0 ||
	    sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param) < 0)
		steady->policy = -1;
	steady_lower_oom_score(steady->oom_score_adj, sizeof(steady->oom_score_adj));
}

void steady_end(struct steady *steady)
{
	if (steady->oom_score_adj[0])
		hot_write_at(AT_FDCWD, STEADY_OOM_SCORE_ADJ, steady->oom_score_adj);
	if (steady->policy >= 0)
		sched_setscheduler(0, steady->policy, &steady->param);
	steady->policy = -1;
	steady->oom_score_adj[0] = '\0';
}
