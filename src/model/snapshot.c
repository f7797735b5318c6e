/* SPDX-License-Identifier: MIT */
/* The life of a snapshot: made empty, filled by others, counted, freed as one. */
#include "model/snapshot.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ISSUES_MAX 16

struct snapshot *snapshot_new(void)
{
	struct snapshot *snapshot = xcalloc(1, sizeof(*snapshot));

	snapshot->arena = ARENA_INIT;
	atomic_init(&snapshot->refs, 1);
	return snapshot;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
	atomic_fetch_add_explicit(&snapshot->refs, 1, memory_order_relaxed);
	return snapshot;
}

void snapshot_unref(struct snapshot *snapshot)
{
	if (!snapshot || atomic_fetch_sub_explicit(&snapshot->refs, 1, memory_order_acq_rel) != 1)
		return;
	arena_finish(&snapshot->arena);
	free(snapshot);
}

static int compare_pid(const void *key, const void *element)
{
	pid_t pid = *(const pid_t *)key, other = ((const struct process *)element)->pid;

	return (pid > other) - (pid < other);
}

const struct process *snapshot_find_process(const struct snapshot *snapshot, pid_t pid)
{
	if (!snapshot->processes_len)
		return NULL;
	return bsearch(&pid, snapshot->processes, snapshot->processes_len,
		       sizeof(*snapshot->processes), compare_pid);
}

void snapshot_add_issue(struct snapshot *snapshot, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!snapshot->issues)
		snapshot->issues =
			arena_array(&snapshot->arena, ISSUES_MAX, sizeof(*snapshot->issues));
	for (size_t i = 0; i < snapshot->issues_len; i++)
		if (strcmp(snapshot->issues[i].text, text) == 0)
			return;
	if (snapshot->issues_len < ISSUES_MAX)
		snapshot->issues[snapshot->issues_len++].text =
			arena_strdup(&snapshot->arena, text);
}
