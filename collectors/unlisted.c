// SPDX-License-Identifier: MIT
/*
 * A zombie still counts against its container's limit of pids, but cgroup.procs lists it no more: only
 * its own /proc/PID/cgroup says where it is, and only the line of v2: on v1 the kernel tells the root
 * of every zombie. Owns nothing between passes.
 */
#include "collectors/unlisted.h"

#include <stdio.h>

#include "base/dir.h"
#include "base/hierarchy.h"
#include "base/parse.h"

/* A host that hides most cgroups from us has thousands without one: they are not all looked up. */
#define UNLISTED_MAX 256

static unsigned int line_controllers(const struct parse_cgroup_line *line)
{
	if (line->hierarchy_id == 0)
		return 1u << CGROUP_UNIFIED;
	return hierarchy_controller_bits(line->controllers, ',');
}

static bool row_is_at(const struct cgroup *row, unsigned int controllers, struct span path)
{
	for (unsigned int c = 0; c < CGROUP_CONTROLLERS; c++)
		if ((controllers & 1u << c) && row->paths[c])
			return span_eq(span_of(row->paths[c]), path);
	return false;
}

/* Whether the line says where the process is */
static bool line_counts(const struct parse_cgroup_line *line, const struct process *process,
			enum cgroup_layout layout)
{
	if (process->state != 'Z')
		return true;
	/* Beside v1 nobody need have made groups in the tree of v2: its root says nothing. */
	return line->hierarchy_id == 0 &&
	       (layout == CGROUP_LAYOUT_UNIFIED || !span_eq(line->path, SPAN("/")));
}

/* On v1 a process is in one group of each hierarchy: the deepest says most about it. */
static uint32_t unlisted_find(const struct snapshot *snapshot, const struct process *process,
			      struct span file)
{
	uint32_t best = INDEX_NONE;
	struct span line;

	while (span_next_line(&file, &line)) {
		struct parse_cgroup_line parsed;

		if (parse_cgroup_line(line, &parsed, NULL) < 0 ||
		    !line_counts(&parsed, process, snapshot->layout))
			continue;
		for (uint32_t i = 0; i < snapshot->cgroups_len; i++) {
			const struct cgroup *row = &snapshot->cgroups[i];

			if ((best == INDEX_NONE || row->depth > snapshot->cgroups[best].depth) &&
			    row_is_at(row, line_controllers(&parsed), parsed.path))
				best = i;
		}
	}
	return best;
}

void unlisted_place(const struct pass *pass)
{
	struct snapshot *snapshot = pass->snapshot;
	struct strbuf buf = STRBUF_INIT;
	unsigned int looked = 0;

	for (size_t i = 0; i < snapshot->processes_len && snapshot->cgroups_len > 0; i++) {
		struct process *process = &snapshot->processes[i];
		char path[32];

		if (process->cgroup != INDEX_NONE)
			continue;
		if (looked++ == UNLISTED_MAX)
			break;
		snprintf(path, sizeof(path), "%d/cgroup", process->pid);
		if (dir_read(pass->proc_fd, path, &buf, NULL) == READ_OK)
			process->cgroup = unlisted_find(snapshot, process, strbuf_span(&buf));
	}
	strbuf_finish(&buf);
}
