/* SPDX-License-Identifier: MIT */
/*
 * Whose crowd fills a target. A shell puts every job into a process group of its own: on a login that a
 * fork bomb has taken over, nearly all processes are of one group, and the shell that let it loose is not.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/cg_tree.h"
#include "runtime/hot.h"
#include "runtime/target_private.h"

/* struct crowd - a process group, and what is found of it */
struct crowd {
	pid_t pgrp, session; /* 0: none */
	size_t members;
	bool let_loose; /* the session has another process in the target: who started it */
};

typedef void each_fn(const struct hot_stat *stat, struct crowd *crowd, size_t *votes);

/* The one that can be the group of more than half of them: each other one takes a vote from it. */
static void vote(const struct hot_stat *stat, struct crowd *crowd, size_t *votes)
{
	if (*votes == 0)
		*crowd = (struct crowd) {.pgrp = stat->pgrp, .session = stat->session};
	*votes += stat->pgrp == crowd->pgrp ? 1 : (size_t)-1;
}

static void count(const struct hot_stat *stat, struct crowd *crowd, size_t *votes)
{
	(void)votes;
	if (stat->pgrp == crowd->pgrp)
		crowd->members++;
	else if (stat->session == crowd->session)
		crowd->let_loose = true;
}

/* What has ended meanwhile is left out; so is what is in the kernel's group, 0. */
static void for_each(int proc, const struct cg_pids *pids, each_fn *each, struct crowd *crowd)
{
	size_t votes = 0;
	struct hot_stat stat;

	for (size_t i = 0; i < pids->len; i++)
		if (hot_process_stat(proc, pids->items[i], &stat) == 0 && !hot_stat_ended(&stat) &&
		    stat.pgrp > 0)
			each(&stat, crowd, &votes);
}

pid_t target_crowd(const struct target *target)
{
	_cleanup_(cg_pids_finish)
	struct cg_pids pids = CG_PIDS_INIT;
	_cleanup_(cleanup_close)
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct crowd crowd = {.pgrp = 0};

	for (size_t i = 0; i < target->places_len; i++)
		if (proc < 0 || cg_pids_add_tree(&pids, target->places[i].fd, NULL) < 0)
			return 0;
	cg_pids_sort(&pids);
	for_each(proc, &pids, vote, &crowd);
	for_each(proc, &pids, count, &crowd);
	return crowd.let_loose && crowd.members >= TARGET_CROWD_MIN ? crowd.pgrp : 0;
}
