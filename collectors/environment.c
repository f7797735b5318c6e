/* SPDX-License-Identifier: MIT */
/* /proc/PID/environ to a list. Owns nothing. */
#include "collectors/environment.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/str.h"
#include "collectors/process_dir.h"

static size_t count(struct span file)
{
	struct span part;
	size_t n = 0;

	while (span_next_part(&file, '\0', &part))
		n += part.len > 0;
	return n;
}

static void split(struct span file, struct arena *arena, struct environment *out)
{
	struct span part;

	out->list = arena_array(arena, count(file) + 1, sizeof(out->list[0]));
	while (span_next_part(&file, '\0', &part)) {
		if (part.len > 0)
			out->list[out->len++] = arena_strndup(arena, part.p, part.len);
	}
}

int environment_read(int root_fd, const struct process_id *process, struct arena *arena,
		     struct environment *out, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	_cleanup_(strbuf_finish)
	struct strbuf file = STRBUF_INIT;
	int r = process_dir_open(root_fd, process->pid, process->start_ticks, &fd, err);

	*out = (struct environment) {0};
	if (r == 0)
		r = dir_read_flags(fd, "environ", 0, ENVIRONMENT_MAX_BYTES, &file, err);
	if (r == 0)
		split(strbuf_span(&file), arena, out);
	if (r == READ_ABSENT)
		return READ_GONE;
	return err_wrap(err, r, "environment of process %d", (int)process->pid);
}
