/* SPDX-License-Identifier: MIT */
/*
 * Processes from the facts of the task iterator: everything that is cheap of all of them, without opening
 * a file. Owns the corrections of resident memory; reads statm and status of the rows in view.
 *
 * From Linux 6.2 on the kernel counts pages per CPU and sums them up now and then: what the iterator (and
 * /proc/PID/stat) sees is off by 32 pages and more for each CPU, so that a small process shows 0. statm
 * is exact from 6.16 on. By how much a process was off when its statm was read is remembered and added,
 * which leaves the error to what happened since; everyone gets their turn.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "collectors/procs.h"
#include "collectors/tasks.h"
#include "collectors/unknown.h"

/* How many statm are read in a pass of those that never were, and in which share of passes again:
 * 0.8 ms and 0.1 ms for 10,000 processes. */
#define PAGES_FIRST_MAX	 256u
#define PAGES_AGAIN_TURN 256u

/** struct page_error - what to add to the pages of one process */
struct page_error {
	pid_t pid;
	bool known;
	uint64_t start_nsec, exec_id; /* a new program has new memory */
	int64_t resident, shared;
};

/** struct procs_pages - the errors of all processes: of this pass and the one before, ascending pid */
struct procs_pages {
	struct page_error *now, *before;
	size_t now_len, now_cap, before_len, before_cap;
	size_t before_at;
	uint64_t turn;	    /* counts passes */
	unsigned int first; /* read in this pass for the first time */
};

/* ---- Memory ---- */

/* Counters of several CPUs may add up to less than nothing. */
static uint64_t pages_at_least_none(int64_t pages)
{
	return pages > 0 ? (uint64_t)pages : 0;
}

static int64_t fact_resident(const struct task_fact *fact)
{
	return (int64_t)(fact->file_pages + fact->anon_pages + fact->shmem_pages);
}

static int64_t fact_shared(const struct task_fact *fact)
{
	return (int64_t)(fact->file_pages + fact->shmem_pages);
}

static void pages_begin(struct procs_pages *pages)
{
	struct page_error *spare = pages->before;
	size_t spare_cap = pages->before_cap;

	pages->before = pages->now;
	pages->before_len = pages->now_len;
	pages->before_cap = pages->now_cap;
	pages->before_at = 0;
	pages->now = spare;
	pages->now_cap = spare_cap;
	pages->now_len = 0;
	pages->turn++;
	pages->first = 0;
}

/* What the last pass knew of this program of this very process */
static struct page_error *pages_enter(struct procs_pages *pages, const struct task_fact *fact)
{
	struct page_error *error;
	pid_t pid = (pid_t)fact->pid;

	if (pages->now_len == pages->now_cap) {
		pages->now_cap = pages->now_cap ? pages->now_cap + pages->now_cap / 2 : 256;
		pages->now = xreallocarray(pages->now, pages->now_cap, sizeof(*pages->now));
	}
	error = &pages->now[pages->now_len++];
	while (pages->before_at < pages->before_len && pages->before[pages->before_at].pid < pid)
		pages->before_at++;
	if (pages->before_at < pages->before_len && pages->before[pages->before_at].pid == pid)
		*error = pages->before[pages->before_at++];
	else
		*error = (struct page_error) {0};
	if (error->start_nsec != fact->start_nsec || error->exec_id != fact->exec_id)
		*error = (struct page_error) {.start_nsec = fact->start_nsec,
					      .exec_id = fact->exec_id};
	error->pid = pid;
	return error;
}

/* "size resident shared ...", in pages */
static bool read_statm(struct procs_state *state, pid_t pid, uint64_t *resident, uint64_t *shared)
{
	struct span rest, size, word, last;
	char path[32];

	snprintf(path, sizeof(path), "%d/statm", pid);
	if (dir_read_flags(state->proc_fd, path, DIR_ONE_RECORD, DIR_FILE_MAX_BYTES, &state->buf,
			   NULL) != READ_OK)
		return false;
	rest = strbuf_span(&state->buf);
	return span_next_word(&rest, &size) && span_next_word(&rest, &word) &&
	       span_next_word(&rest, &last) && parse_u64(word, resident) && parse_u64(last, shared);
}

static void pages_measure(struct procs_state *state, const struct task_fact *fact,
			  struct page_error *error)
{
	uint64_t resident, shared;

	/* Who ends has no memory any more: that would be told of the time before. */
	if (!read_statm(state, (pid_t)fact->pid, &resident, &shared) || resident == 0)
		return;
	error->known = true;
	error->resident = (int64_t)resident - fact_resident(fact);
	error->shared = (int64_t)shared - fact_shared(fact);
}

static bool pages_are_due(struct procs_pages *pages, const struct task_fact *fact,
			  const struct page_error *error, bool all)
{
	if (!(fact->has & FACT_HAS_ROUGH_PAGES) || fact->total_pages == 0)
		return false;
	if (error->known)
		return all || (pages->turn + fact->pid) % PAGES_AGAIN_TURN == 0;
	return all || pages->first++ < PAGES_FIRST_MAX;
}

/* Who is on the way out has given up its memory: that is known to be none. */
static bool has_memory(const struct task_fact *fact)
{
	return fact->total_pages > 0 || fact->exit_state != 0 || fact->flags & PARSE_PF_EXITING;
}

static struct metric pages_of(const struct procs_pass *p, const struct process *row,
			      const struct task_fact *fact, int64_t pages)
{
	uint64_t bytes = pages_at_least_none(pages) * p->state->page_bytes;

	return procs_memory(row, fact->total_pages ? bytes : 0, has_memory(fact));
}

static void fill_pages(const struct procs_pass *p, struct process *row,
		       const struct task_fact *fact, const struct page_error *error)
{
	row->rss_bytes = pages_of(p, row, fact, fact_resident(fact) + error->resident);
	row->shared_bytes = pages_of(p, row, fact, fact_shared(fact) + error->shared);
}

/* ---- From a fact to a row ---- */

static void fill_counters(struct procs_pass *p, struct process *row, const struct task_fact *fact)
{
	uint64_t user, system;

	fact_cpu_time(fact, &user, &system);
	row->user_usec = metric_known(user / 1000);
	row->system_usec = metric_known(system / 1000);
	row->minor_faults = metric_known(fact->counts.minor_faults);
	row->major_faults = metric_known(fact->counts.major_faults);
	row->virtual_bytes = pages_of(p, row, fact, (int64_t)fact->total_pages);
	row->swap_bytes = pages_of(p, row, fact, (int64_t)fact->swap_pages);
	if (!(fact->has & FACT_HAS_IO))
		return;
	row->io_read_bytes = metric_known(fact->counts.read_bytes);
	row->io_write_bytes = metric_known(fact->counts.write_bytes);
}

static void fill_row(struct procs_pass *p, struct process *row, const struct task_fact *fact)
{
	uint64_t tick_nsec = 1000000000u / p->pass->snapshot->tick_hz;
	uid_t uid = fact->uid;

	*row = (struct process) {
		.pid = (pid_t)fact->pid,
		.ppid = (pid_t)fact->ppid,
		.pgrp = (pid_t)fact->pgrp,
		.session = (pid_t)fact->session,
		.state = fact_state(fact),
		.kernel_thread = fact->flags & PARSE_PF_KTHREAD,
		.uid = uid,
		.nice = fact->nice,
		.priority = fact->priority,
		.threads = (int)fact->threads,
		.processor = (int)fact->processor,
		.start_ticks = fact->start_nsec / tick_nsec,
	};
	if (!p->user || p->user_uid != uid)
		procs_user(p, uid, users_name(p->state->users, uid));
	row->user = p->user;
	procs_not_asked(row);
	fill_counters(p, row, fact);
}

/* Numbers of devices that every kernel gives the same names to (Documentation/admin-guide/devices.txt);
 * the rest is for libproc2, in view. */
static const char *tty_name(struct arena *arena, uint32_t tty)
{
	unsigned int major = tty >> 20, minor = tty & 0xfffff;

	if (major == 136)
		return arena_printf(arena, "pts/%u", minor);
	if (major == 4)
		return minor < 64 ? arena_printf(arena, "tty%u", minor)
				  : arena_printf(arena, "ttyS%u", minor - 64);
	return NULL;
}

/* A thread of the kernel that does what is queued says in its name what that is. */
static void name_worker(struct procs_pass *p, struct process *row, const struct task_fact *fact)
{
	if (row->kernel_thread && strncmp(fact->comm, "kworker", 7) == 0)
		procs_texts_worker(&p->state->texts, row);
}

static void list_row(struct procs_pass *p, size_t i, bool all)
{
	const struct task_fact *fact = tasks_at(p->pass->tasks, i);
	struct procs_state *state = p->state;
	struct page_error *error = pages_enter(state->pages, fact);
	struct process *row = &p->rows[i];

	if (pages_are_due(state->pages, fact, error, all))
		pages_measure(state, fact, error);
	fill_row(p, row, fact);
	fill_pages(p, row, fact, error);
	if (fact->tty && (p->pass->demand->sources & SOURCE_PROCS_STATUS))
		row->tty = tty_name(p->arena, fact->tty);
	procs_texts_enter(&state->texts, row, fact->comm, fact->exec_id + 1);
	if (all)
		name_worker(p, row, fact);
}

/* Without swap in use nobody has any, and counters that say so are exact. */
static bool needs_status(const struct procs_pass *p, const struct process *row,
			 const struct task_fact *fact)
{
	struct metric swap_used = p->pass->snapshot->host.swap_used_bytes;

	if (fact->tty && !row->tty)
		return true;
	return (fact->has & FACT_HAS_ROUGH_PAGES) && !row->kernel_thread &&
	       (!metric_is_known(swap_used) || swap_used.value > 0);
}

/* Swap and terminals that the facts don't tell well enough: all of them, where all are in view */
static void list_status(struct procs_pass *p)
{
	for (size_t i = 0; i < p->len; i++)
		if (needs_status(p, &p->rows[i], tasks_at(p->pass->tasks, i)))
			procs_procfs_status(p, &p->rows[i].pid, 1);
}

static int bpf_list(struct procs_pass *p, struct err *err)
{
	const struct tasks *tasks = p->pass->tasks;
	struct procs_state *state = p->state;
	bool all = procs_all_in_view(p->pass->demand);
	uint64_t start_usec, end_usec;
	size_t n = tasks_count(tasks);

	(void)err;
	if (!state->pages)
		state->pages = xcalloc(1, sizeof(*state->pages));
	tasks_span_usec(tasks, &start_usec, &end_usec);
	p->rows = arena_array(p->arena, n, sizeof(*p->rows));
	p->len = n;
	pages_begin(state->pages);
	procs_texts_begin(&state->texts, state->proc_fd, p->arena);
	for (size_t i = 0; i < n; i++) {
		list_row(p, i, all);
		p->rows[i].at_usec = start_usec + (end_usec - start_usec) * (i + 1) / n;
	}
	procs_texts_end(&state->texts);
	if (all && (p->pass->demand->sources & SOURCE_PROCS_STATUS))
		list_status(p);
	return 0;
}

/* ---- Rows in view ---- */

static void view_row(struct procs_pass *p, size_t i)
{
	const struct task_fact *fact = tasks_at(p->pass->tasks, i);
	struct page_error *error = &p->state->pages->now[i];

	if ((fact->has & FACT_HAS_ROUGH_PAGES) && fact->total_pages > 0) {
		pages_measure(p->state, fact, error);
		fill_pages(p, &p->rows[i], fact, error);
	}
	name_worker(p, &p->rows[i], fact);
	if (needs_status(p, &p->rows[i], fact))
		procs_procfs_status(p, &p->rows[i].pid, 1);
}

static void bpf_view(struct procs_pass *p)
{
	const struct demand *demand = p->pass->demand;

	for (size_t i = 0; i < demand->view_pids_len; i++) {
		const struct process *row = procs_find(p, demand->view_pids[i]);

		if (row)
			view_row(p, (size_t)(row - p->rows));
	}
}

void procs_pages_free(struct procs_pages *pages)
{
	if (!pages)
		return;
	free(pages->now);
	free(pages->before);
	free(pages);
}

const struct procs_source procs_source_bpf = {
	.list = bpf_list,
	.view = bpf_view,
};
