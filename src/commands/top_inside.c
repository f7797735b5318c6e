/* SPDX-License-Identifier: MIT */
/*
 * Fills in struct insides of the screen: a job for each question, done by a worker, because a process that
 * is stuck in the kernel can hold up whoever reads its environment. Keeps nothing.
 */
#include "commands/top_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "collectors/environment.h"
#include "collectors/mounts.h"
#include "commands/worker.h"
#include "model/metric.h"

/** struct question - a job */
struct question {
	struct job job;
	struct inside *inside; /* the answer, filled in by the worker */
};

/** struct top_inside - what the screen knows, and who works for it */
struct top_inside {
	struct insides insides;
	struct worker *worker;
};

static const char *reason(int r)
{
	if (r == READ_DENIED)
		return metric_why_text(WHY_PERMISSION);
	if (r == -EFBIG)
		return "it is too large to be shown";
	return metric_why_text(r == READ_GONE ? WHY_GONE : WHY_MALFORMED);
}

static void read_mounts(struct inside *inside)
{
	_cleanup_(mounts_finish)
	struct mounts mounts = MOUNTS_INIT;
	int r = mounts_read(AT_FDCWD, inside->pid, inside->start_ticks, &mounts, NULL);

	if (r != 0) {
		inside->mounts_unknown = reason(r);
		return;
	}
	inside->mounts = arena_array(&inside->arena, mounts.len + 1, sizeof(inside->mounts[0]));
	for (size_t i = 0; i < mounts.len; i++) {
		const struct mount_point *mount = &mounts.list[i];
		bool bound = mount->root && strcmp(mount->root, "/") != 0;

		inside->mounts[inside->mounts_len++] = (struct inside_mount) {
			.target = arena_strdup(&inside->arena, mount->target),
			/* Of a bind mount, what of the file system is mounted says more. */
			.source = arena_strdup(&inside->arena, bound ? mount->root : mount->source),
			.type = arena_strdup(&inside->arena, mount->fstype),
			.options = arena_strdup(&inside->arena, mount->options),
		};
	}
}

static void read_environment(struct inside *inside)
{
	const struct process_id id = {inside->pid, inside->start_ticks};
	struct environment environment = {0};
	int r = environment_read(AT_FDCWD, &id, &inside->arena, &environment, NULL);

	if (r != 0)
		inside->environment_unknown = reason(r);
	inside->environment = environment.list;
	inside->environment_len = environment.len;
}

static void question_run(struct job *job)
{
	struct question *question = (struct question *)job;

	read_mounts(question->inside);
	read_environment(question->inside);
}

static void question_free(struct job *job)
{
	struct question *question = (struct question *)job;

	inside_free(question->inside);
	free(question);
}

static void ask(struct insides *insides, pid_t pid, uint64_t start_ticks)
{
	struct top_inside *top = insides->data;
	struct question *question = xcalloc(1, sizeof(*question));

	question->job = (struct job) {question_run, question_free, NULL};
	question->inside = inside_new(pid, start_ticks);
	worker_add(top->worker, &question->job);
}

static struct inside *take(struct insides *insides)
{
	struct top_inside *top = insides->data;
	struct job *job = worker_take(top->worker);
	struct question *question = (struct question *)job;

	if (!job)
		return NULL;
	struct inside *inside = TAKE(question->inside);

	job->free(job);
	return inside;
}

int top_inside_new(struct insides **out, struct err *err)
{
	struct top_inside *top = xcalloc(1, sizeof(*top));
	int r = worker_new(&top->worker, err);

	if (r < 0) {
		free(top);
		return r;
	}
	top->insides = (struct insides) {top, worker_wake_fd(top->worker), ask, take};
	*out = &top->insides;
	return 0;
}

void top_inside_free(struct insides *insides)
{
	if (!insides)
		return;
	struct top_inside *top = insides->data;

	worker_free(top->worker);
	free(top);
}
