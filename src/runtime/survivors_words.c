/* SPDX-License-Identifier: MIT */
/* Who is still there, in words: when the kill is over. */
#include <errno.h>
#include <inttypes.h>

#include "runtime/survivors.h"

int survivors_words(const struct kill_report *report, struct err *err)
{
	const struct kill_survivor *first = &report->survivors[0];

	if (report->survivors_len == 0)
		return err_setx(err, EBUSY, "%" PRIu64 " processes are still there",
				report->remaining);
	return err_setx(err, EBUSY, "%" PRIu64 " %s still there: process %d (%s), state %c%s%s",
			report->remaining, report->remaining == 1 ? "process is" : "processes are",
			(int)first->pid, first->comm, first->state,
			first->wchan[0] ? ", waits in " : "", first->wchan);
}
