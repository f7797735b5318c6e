/* SPDX-License-Identifier: MIT */
/*
 * Whose crowd fills a target: on a login that a fork bomb has taken over, nearly all of its processes are
 * of one session, whose leader, the user's shell, is no part of the bomb.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/cg_tree.h"
#include "runtime/hot.h"
#include "runtime/target_private.h"

/* session_of() - 0: it ended, or is no process that a shell could have started */
static pid_t session_of(int proc, pid_t pid)
{
	struct hot_stat stat;

	return hot_process_stat(proc, pid, &stat) == 0 && !hot_stat_ended(&stat) ? stat.session : 0;
}

/* The one that can be the session of more than half of them: each other one takes a vote from it. */
static pid_t majority(int proc, const struct cg_pids *pids)
{
	size_t votes = 0;
	pid_t leading = 0;

	for (size_t i = 0; i < pids->len; i++) {
		pid_t session = session_of(proc, pids->items[i]);

		if (session == 0)
			continue;
		if (votes == 0)
			leading = session;
		votes += session == leading ? 1 : (size_t)-1;
	}
	return leading;
}

static size_t count_session(int proc, const struct cg_pids *pids, pid_t session)
{
	size_t count = 0;

	for (size_t i = 0; i < pids->len; i++)
		count += session_of(proc, pids->items[i]) == session;
	return count;
}

pid_t target_session(const struct target *target)
{
	_cleanup_(cg_pids_finish)
	struct cg_pids pids = CG_PIDS_INIT;
	_cleanup_(cleanup_close)
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pid_t session;

	for (size_t i = 0; i < target->places_len; i++)
		if (proc < 0 || cg_pids_add_tree(&pids, target->places[i].fd, NULL) < 0)
			return 0;
	cg_pids_sort(&pids);
	session = majority(proc, &pids);
	if (session == 0 || !cg_pids_has(&pids, session) ||
	    count_session(proc, &pids, session) < TARGET_SESSION_MIN)
		return 0;
	return session;
}
