/* SPDX-License-Identifier: MIT */
/* /proc/PID by pid and start time. Owns nothing. */
#include "collectors/process_dir.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"

int process_dir_open(int root_fd, pid_t pid, uint64_t start_ticks, int *out_fd, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf file = STRBUF_INIT;
	struct parse_stat stat;
	char path[32];
	int r;

	snprintf(path, sizeof(path), "%sproc/%d", root_fd == AT_FDCWD ? "/" : "", (int)pid);
	r = dir_open(root_fd, path, out_fd, err);
	if (r == 0)
		r = dir_read(*out_fd, "stat", &file, err);
	if (r == 0)
		r = parse_proc_stat(strbuf_span(&file), &stat, err);
	if (r == 0 && stat.start_ticks != start_ticks)
		return READ_GONE;
	return r == READ_ABSENT ? READ_GONE : r;
}
