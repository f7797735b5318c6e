/* SPDX-License-Identifier: MIT */
/*
 * Runs the task iterator and keeps what it told, one fact per process with the counters of its threads
 * summed up. Owns the facts and the program; knows nothing of snapshots.
 */
#include "collectors/tasks.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "collectors/iterators.h"
#include "collectors/tasks_hidden.h"

/* include/linux/proc_ns.h: the first namespaces have these inodes on every kernel. */
#define INITIAL_PID_NS	0xEFFFFFFCu
#define INITIAL_TIME_NS 0xEFFFFFFAu

/* The kernel hands over at most 32 KiB at a time. */
#define CHUNK_BYTES (64u << 10)

/* include/linux/sched.h: bits of task.__state and task.exit_state */
#define STATE_REPORTED 0x7fu /* running is 0, the others S D T t X Z P */
#define STATE_SLEEPS   0x02u
#define STATE_IDLE     0x402u /* TASK_UNINTERRUPTIBLE that adds nothing to the load */
#define STATE_LOCK     0x1000u
#define STATE_FROZEN   0x8000u

/* Running, then one for each bit that is reported */
static const char state_letters[] = "RSDTtXZP";

/** struct tasks - see above */
struct tasks {
	struct iterator *iterator;
	struct task_fact *facts; /* ascending pid */
	size_t len, cap;
	struct thread_fact *threads; /* of one read, in no order */
	size_t threads_len, threads_cap;
	char *chunk; /* CHUNK_BYTES */
	uint64_t start_usec, end_usec;
	int proc_fd; /* borrowed */
	struct tasks_hidden *hidden;
};

/* ---- Reading ---- */

static struct task_fact *make_room(struct tasks *tasks)
{
	if (tasks->len == tasks->cap) {
		tasks->cap = tasks->cap ? tasks->cap + tasks->cap / 4 : 1024;
		tasks->facts = xreallocarray(tasks->facts, tasks->cap, sizeof(*tasks->facts));
	}
	return &tasks->facts[tasks->len++];
}

static void add_fact(struct tasks *tasks, const struct task_fact *fact)
{
	/* The kernel goes through pids in their order; one that was given again behind us is not news. */
	if (tasks->len == 0 || fact->pid > tasks->facts[tasks->len - 1].pid)
		*make_room(tasks) = *fact;
}

static void add_thread(struct tasks *tasks, const struct thread_fact *thread)
{
	if (tasks->threads_len == tasks->threads_cap) {
		tasks->threads_cap = tasks->threads_cap ? tasks->threads_cap * 2 : 256;
		tasks->threads =
			xreallocarray(tasks->threads, tasks->threads_cap, sizeof(*tasks->threads));
	}
	tasks->threads[tasks->threads_len++] = *thread;
}

/* Return: how many of the @len bytes were whole facts */
static size_t take_facts(struct tasks *tasks, const char *bytes, size_t len)
{
	size_t at = 0;

	for (;;) {
		struct thread_fact thread;
		struct task_fact fact;

		if (len - at < sizeof(thread))
			return at;
		memcpy(&thread, bytes + at, sizeof(thread));
		if (thread.pid != thread.tgid) {
			add_thread(tasks, &thread);
			at += sizeof(thread);
			continue;
		}
		if (len - at < sizeof(fact))
			return at;
		memcpy(&fact, bytes + at, sizeof(fact));
		fact.comm[sizeof(fact.comm) - 1] = '\0';
		add_fact(tasks, &fact);
		at += sizeof(fact);
	}
}

static int read_facts(struct tasks *tasks, int fd, struct err *err)
{
	size_t have = 0;

	for (;;) {
		ssize_t n = read(fd, tasks->chunk + have, CHUNK_BYTES - have);
		size_t taken;

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return err_set(err, errno, "read from the task iterator");
		if (n == 0)
			return have == 0 ? 0
					 : err_setx(err, EBADMSG, "the task iterator broke off");
		have += (size_t)n;
		taken = take_facts(tasks, tasks->chunk, have);
		have -= taken;
		memmove(tasks->chunk, tasks->chunk + taken, have);
	}
}

static void add_counts(struct task_counts *sum, const struct task_counts *counts)
{
	sum->user_nsec += counts->user_nsec;
	sum->system_nsec += counts->system_nsec;
	sum->runtime_nsec += counts->runtime_nsec;
	sum->minor_faults += counts->minor_faults;
	sum->major_faults += counts->major_faults;
	sum->read_bytes += counts->read_bytes;
	sum->write_bytes += counts->write_bytes;
}

/* Index of the first fact that is not below @pid */
static size_t find_place(const struct tasks *tasks, fact_u32 pid)
{
	size_t low = 0, high = tasks->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tasks->facts[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct task_fact *find_fact(const struct tasks *tasks, fact_u32 pid)
{
	size_t place = find_place(tasks, pid);

	return place < tasks->len && tasks->facts[place].pid == pid ? &tasks->facts[place] : NULL;
}

static void add_threads(struct tasks *tasks)
{
	struct task_fact *fact = NULL;

	for (size_t i = 0; i < tasks->threads_len; i++) {
		const struct thread_fact *thread = &tasks->threads[i];

		/* Threads of one process are mostly neighbours. */
		if (!fact || fact->pid != thread->tgid)
			fact = find_fact(tasks, thread->tgid);
		if (fact)
			add_counts(&fact->counts, &thread->counts);
	}
}

int tasks_read(struct tasks *tasks, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = iterator_run(tasks->iterator, err);
	int r;

	tasks->len = tasks->threads_len = 0;
	if (fd < 0)
		return fd;
	tasks->start_usec = clock_monotonic_usec();
	r = read_facts(tasks, fd, err);
	tasks->end_usec = clock_monotonic_usec();
	if (r < 0) {
		tasks->len = 0;
		return r;
	}
	add_threads(tasks);
	tasks_hidden_add(tasks->hidden, tasks, tasks->proc_fd);
	return 0;
}

/* ---- Life ---- */

/* Whether the link of @name says the first namespace of its kind, or the kernel has none of the kind */
static bool is_in_first(int proc_fd, const char *name, uint64_t first)
{
	struct stat st;

	return fstatat(proc_fd, name, &st, 0) < 0 ? errno == ENOENT : st.st_ino == first;
}

int tasks_open(int proc_fd, struct tasks **out, struct err *err)
{
	struct tasks *tasks;
	int r;

	/* The iterator tells pids and start times as the first namespaces have them. */
	if (!is_in_first(proc_fd, "self/ns/pid", INITIAL_PID_NS) ||
	    !is_in_first(proc_fd, "self/ns/time", INITIAL_TIME_NS))
		return err_setx(err, ENOTSUP, "this is no place outside of all containers");
	tasks = xcalloc(1, sizeof(*tasks));
	r = iterator_load(ITERATE_TASKS, &tasks->iterator, err);
	if (r < 0) {
		tasks_free(tasks);
		return r;
	}
	tasks->chunk = xmalloc(CHUNK_BYTES);
	tasks->hidden = tasks_hidden_new();
	tasks->proc_fd = proc_fd;
	*out = tasks;
	return 0;
}

void tasks_free(struct tasks *tasks)
{
	if (!tasks)
		return;
	iterator_free(tasks->iterator);
	free(tasks->facts);
	free(tasks->threads);
	free(tasks->chunk);
	tasks_hidden_free(tasks->hidden);
	free(tasks);
}

void tasks_insert(struct tasks *tasks, const struct task_fact *fact)
{
	size_t place = find_place(tasks, fact->pid), behind = tasks->len - place;

	make_room(tasks);
	memmove(&tasks->facts[place + 1], &tasks->facts[place], behind * sizeof(*fact));
	tasks->facts[place] = *fact;
}

size_t tasks_count(const struct tasks *tasks)
{
	return tasks->len;
}

const struct task_fact *tasks_at(const struct tasks *tasks, size_t i)
{
	return &tasks->facts[i];
}

const struct task_fact *tasks_find(const struct tasks *tasks, pid_t pid)
{
	return find_fact(tasks, (fact_u32)pid);
}

void tasks_span_usec(const struct tasks *tasks, uint64_t *out_start, uint64_t *out_end)
{
	*out_start = tasks->start_usec;
	*out_end = tasks->end_usec;
}

/* ---- What facts mean ---- */

void fact_set_state(struct task_fact *fact, char letter)
{
	const char *at = strchr(state_letters, letter);

	fact->exit_state = 0;
	fact->state = letter == 'I'		 ? STATE_IDLE
		      : at && at > state_letters ? 1u << (at - state_letters - 1)
						 : 0;
}

char fact_state(const struct task_fact *fact)
{
	unsigned int state = (fact->state | fact->exit_state) & STATE_REPORTED;

	if (fact->state & (STATE_LOCK | STATE_FROZEN))
		state = STATE_SLEEPS;
	else if ((fact->state & STATE_IDLE) == STATE_IDLE)
		return 'I';
	return state_letters[state ? 32 - __builtin_clz(state) : 0];
}

static uint64_t share_of(uint64_t whole, uint64_t part, uint64_t rest)
{
	return (uint64_t)((unsigned __int128)whole * part / (part + rest));
}

/*
 * kernel/sched/cputime.c: the tick tells how user and system time relate, the scheduler how long they are
 * together, and neither ever goes back from what /proc told before.
 */
void fact_cpu_time(const struct task_fact *fact, uint64_t *out_user, uint64_t *out_system)
{
	const struct task_counts *counts = &fact->counts;
	uint64_t user = counts->user_nsec, system = counts->system_nsec;
	uint64_t runtime = counts->runtime_nsec;

	*out_user = user;
	*out_system = system;
	if (!(fact->has & FACT_HAS_SCALING))
		return;
	*out_user = fact->prev_user_nsec;
	*out_system = fact->prev_system_nsec;
	if (*out_user + *out_system >= runtime)
		return;
	if (system > 0)
		system = user > 0 ? share_of(runtime, system, user) : runtime;
	if (system < fact->prev_system_nsec)
		system = fact->prev_system_nsec;
	user = runtime - system;
	if (user < fact->prev_user_nsec) {
		user = fact->prev_user_nsec;
		system = runtime - user;
	}
	*out_user = user;
	*out_system = system;
}
