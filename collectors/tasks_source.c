/* SPDX-License-Identifier: MIT */
/*
 * The tasks collector: decides whether processes come from the task iterator, and runs it. Owns the
 * iterator. To hand it to the kernel takes some 8 ms, most of it to look for types: that happens on a
 * thread of its own, while the other collectors are set up and read.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/own_memory.h"
#include "base/units.h"
#include "collectors/collector.h"
#include "collectors/tasks.h"

/* With fewer processes /proc answers once before the iterator is ready. */
#define PROCESSES_WORTH_IT 200u

/** struct tasks_source - kept between passes */
struct tasks_source {
	pthread_t opener;
	bool opening; /* the opener has not been waited for */
	int proc_fd;
	struct tasks *tasks; /* the opener's until it was waited for; NULL: /proc it is */
	struct err why;	     /* there is none */
};

static void *open_tasks(void *data)
{
	struct tasks_source *source = data;

	tasks_open(source->proc_fd, &source->tasks, &source->why);
	return NULL;
}

/* The directory of all processes has a link for each of them. */
static bool is_worth_it(int proc_fd)
{
	struct stat st;

	return fstat(proc_fd, &st) == 0 && st.st_nlink >= PROCESSES_WORTH_IT;
}

/* An iterator in the making takes some 10 MiB. */
static bool leaves_room(struct err *why)
{
	uint64_t limit = own_memory_limit(AT_FDCWD);
	char text[UNITS_TEXT_MAX];

	if (limit >= OWN_MEMORY_TIGHT)
		return true;
	err_setx(why, ENOMEM, "our memory limit of %s is tight", units_format_bytes(limit, text));
	return false;
}

/* Signals are the main thread's. */
static void start_opener(struct tasks_source *source)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	source->opening = pthread_create(&source->opener, NULL, open_tasks, source) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!source->opening)
		open_tasks(source);
}

static void await_opener(struct tasks_source *source)
{
	if (!source->opening)
		return;
	pthread_join(source->opener, NULL);
	source->opening = false;
}

static int tasks_start(const struct collect_options *options, void **out_state, struct err *err)
{
	struct tasks_source *source = xcalloc(1, sizeof(*source));
	int r = 0;

	*out_state = source;
	source->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (options->root_fd != AT_FDCWD)
		err_setx(&source->why, ENOTSUP, "another root directory");
	else if (options->processes == PROCESSES_PROC)
		err_setx(&source->why, ENOTSUP, "as it was asked for");
	else if (options->processes == PROCESSES_AUTO && !options->lasting &&
		 !is_worth_it(source->proc_fd))
		err_setx(&source->why, ENOTSUP, "fast enough for one look");
	else if (options->processes == PROCESSES_BPF || leaves_room(&source->why))
		start_opener(source);
	if (options->processes != PROCESSES_BPF)
		return 0;
	await_opener(source);
	if (!source->tasks)
		r = err_setx(err, source->why.code, "%s", source->why.text);
	return err_wrap(err, r, "there is no BPF task iterator");
}

static void say_source(const struct tasks_source *source, struct snapshot *snapshot)
{
	snapshot->process_source =
		source->tasks ? "a BPF task iterator"
			      : arena_printf(&snapshot->arena, "/proc (%s)", source->why.text);
}

static int tasks_sample(void *data, struct pass *pass, struct err *err)
{
	struct tasks_source *source = data;
	int r = 0;

	await_opener(source);
	if (source->tasks) {
		r = tasks_read(source->tasks, err);
		if (r < 0) {
			/* What failed once would fail again: the next best is as true. */
			source->why = *err;
			tasks_free(TAKE(source->tasks));
		}
	}
	pass->tasks = source->tasks;
	say_source(source, pass->snapshot);
	return r;
}

static void tasks_stop(void *data)
{
	struct tasks_source *source = data;

	if (!source)
		return;
	await_opener(source);
	tasks_free(source->tasks);
	if (source->proc_fd >= 0)
		close(source->proc_fd);
	free(source);
}

const struct collector collector_tasks = {
	.name = "tasks",
	.sources = SOURCE_PROCS | SOURCE_NS | SOURCE_IDENTITY,
	.start = tasks_start,
	.sample = tasks_sample,
	.stop = tasks_stop,
};
