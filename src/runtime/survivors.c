/* SPDX-License-Identifier: MIT */
/* Who is still there, in which state, and where in the kernel: hot. Owns nothing. */
#include "runtime/survivors.h"

void survivor_add(struct kill_report *report, int fd, const struct hot_stat *stat)
{
	struct kill_survivor *survivor;

	if (report->survivors_len == KILL_SURVIVORS_MAX)
		return;
	survivor = &report->survivors[report->survivors_len++];
	*survivor = (struct kill_survivor) {
		.pid = stat->pid, .parent = stat->ppid, .state = stat->state};
	hot_copy(survivor->comm, stat->comm, sizeof(survivor->comm));
	/* "0" is what the kernel says of who waits nowhere, and to whom it doesn't say. */
	if (hot_read(fd, "wchan", survivor->wchan, sizeof(survivor->wchan)) <= 0 ||
	    hot_same(survivor->wchan, "0"))
		survivor->wchan[0] = '\0';
}
