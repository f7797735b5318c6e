// SPDX-License-Identifier: MIT
/*
 * Processes from /proc: stat of every one through libproc2, statm where memory is asked for precisely, and
 * status of the rows in view. Owns nothing between passes.
 *
 * What libproc2 4.0.2 does, and what that means here:
 * - procps_pids_get() reads /proc/uptime for every process: 195 ms for 10,000, where
 *   procps_pids_reap() takes 128 ms. That holds all of them at once (6 MB), which are given back
 *   after each pass: a new pids_info costs 2 µs.
 * - A file that is denied or gone leaves zeros. Hence io, oom_score and descriptors are read
 *   in procs.c, and a zero size of a process that has a size in stat means "it ended while it was read".
 * - PIDS_CMD and PIDS_CMDLINE are made printable by the rules of the locale, PIDS_CMDLINE_V has no
 *   bound (a process may place its arguments over gigabytes): command lines are read in procs.c as well.
 * - It keeps buffers per thread and function-static ones: only one pass may run at a time.
 */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/parse.h"
#include "collectors/proc2.h"
#include "collectors/procs.h"

#define PROCS_SELECT_MAX 255 /* libproc2 takes no more pids in one procps_pids_select() */

/** enum need - which files an item costs */
enum need {
	NEED_KEY = 1 << 0,    /* names the process */
	NEED_STAT = 1 << 1,   /* /proc/PID/stat */
	NEED_STATM = 1 << 2,  /* /proc/PID/statm: 45 % on top */
	NEED_STATUS = 1 << 3, /* /proc/PID/status: 100 % on top; terminal names: 35 % */
};

/** enum slot - what is asked of libproc2; slots[] in the same order */
enum slot {
	SLOT_PID = 0,
	SLOT_START,
	SLOT_PPID,
	SLOT_PGRP,
	SLOT_SESSION,
	SLOT_STATE,
	SLOT_UID,
	SLOT_USER,
	SLOT_NICE,
	SLOT_PRIORITY,
	SLOT_THREADS,
	SLOT_PROCESSOR,
	SLOT_USER_TICKS,
	SLOT_SYSTEM_TICKS,
	SLOT_RSS_PAGES,
	SLOT_VSIZE,
	SLOT_MINOR_FAULTS,
	SLOT_MAJOR_FAULTS,
	SLOT_FLAGS,
	SLOT_COMM,
	SLOT_STATM_SIZE,
	SLOT_STATM_RESIDENT,
	SLOT_STATM_SHARED,
	SLOT_STATUS_SIZE,
	SLOT_STATUS_SWAP,
	SLOT_TTY,
	SLOTS,
};

static const struct {
	enum pids_item item;
	unsigned int needs; /* enum need */
} slots[SLOTS] = {
	[SLOT_PID] = {PIDS_ID_PID, NEED_KEY},
	[SLOT_START] = {PIDS_TICS_BEGAN, NEED_KEY},
	[SLOT_PPID] = {PIDS_ID_PPID, NEED_STAT},
	[SLOT_PGRP] = {PIDS_ID_PGRP, NEED_STAT},
	[SLOT_SESSION] = {PIDS_ID_SESSION, NEED_STAT},
	[SLOT_STATE] = {PIDS_STATE, NEED_STAT},
	[SLOT_UID] = {PIDS_ID_EUID, NEED_STAT},
	[SLOT_USER] = {PIDS_ID_EUSER, NEED_STAT},
	[SLOT_NICE] = {PIDS_NICE, NEED_STAT},
	[SLOT_PRIORITY] = {PIDS_PRIORITY, NEED_STAT},
	[SLOT_THREADS] = {PIDS_NLWP, NEED_STAT},
	[SLOT_PROCESSOR] = {PIDS_PROCESSOR, NEED_STAT},
	[SLOT_USER_TICKS] = {PIDS_TICS_USER, NEED_STAT},
	[SLOT_SYSTEM_TICKS] = {PIDS_TICS_SYSTEM, NEED_STAT},
	[SLOT_RSS_PAGES] = {PIDS_RSS, NEED_STAT},
	[SLOT_VSIZE] = {PIDS_VSIZE_BYTES, NEED_STAT},
	[SLOT_MINOR_FAULTS] = {PIDS_FLT_MIN, NEED_STAT},
	[SLOT_MAJOR_FAULTS] = {PIDS_FLT_MAJ, NEED_STAT},
	[SLOT_FLAGS] = {PIDS_FLAGS, NEED_STAT},
	[SLOT_COMM] = {PIDS_CMD, NEED_STAT},
	[SLOT_STATM_SIZE] = {PIDS_MEM_VIRT_PGS, NEED_STATM},
	[SLOT_STATM_RESIDENT] = {PIDS_MEM_RES_PGS, NEED_STATM},
	[SLOT_STATM_SHARED] = {PIDS_MEM_SHR_PGS, NEED_STATM},
	[SLOT_STATUS_SIZE] = {PIDS_VM_SIZE, NEED_STATUS},
	[SLOT_STATUS_SWAP] = {PIDS_VM_SWAP, NEED_STATUS},
	[SLOT_TTY] = {PIDS_TTY_NAME, NEED_STATUS},
};

/** struct query_items - a choice of slots, as libproc2 wants to have it */
struct query_items {
	enum pids_item items[SLOTS];
	int len;
	int at[SLOTS]; /* index of a slot in the results */
};

static struct query_items query_items(unsigned int needs)
{
	struct query_items query = {.len = 0};

	for (size_t i = 0; i < SLOTS; i++) {
		if (!(slots[i].needs & needs))
			continue;
		query.at[i] = query.len;
		query.items[query.len++] = slots[i].item;
	}
	return query;
}

/* The value of a slot that was asked for */
#define SLOT(query, stack, slot, member) ((stack)->head[(query)->at[slot]].result.member)

/* ---- From libproc2 to a row ---- */

static struct metric ticks_to_usec(unsigned long long ticks, const struct snapshot *snapshot)
{
	return metric_known(ticks * 1000000u / snapshot->tick_hz);
}

/* stat sums the counters of resident pages only roughly: from Linux 6.2 on it may be off by 32
 * pages and more for each CPU, so that a small process shows 0. statm is exact (from 6.16 on) or
 * as rough: it is preferred where it was read. */
static void procs_fill_statm(struct procs_pass *p, struct process *row,
			     const struct query_items *query, const struct pids_stack *stack)
{
	uint64_t page = p->state->page_bytes;
	bool was_read =
		SLOT(query, stack, SLOT_STATM_SIZE, ul_int) > 0 || row->virtual_bytes.value == 0;

	row->rss_bytes =
		procs_memory(row, SLOT(query, stack, SLOT_STATM_RESIDENT, ul_int) * page, was_read);
	row->shared_bytes =
		procs_memory(row, SLOT(query, stack, SLOT_STATM_SHARED, ul_int) * page, was_read);
}

static void procs_fill_status(struct arena *arena, struct process *row,
			      const struct query_items *query, const struct pids_stack *stack)
{
	const char *tty = SLOT(query, stack, SLOT_TTY, str);
	bool was_read =
		SLOT(query, stack, SLOT_STATUS_SIZE, ul_int) > 0 || row->virtual_bytes.value == 0;

	row->swap_bytes =
		procs_memory(row, SLOT(query, stack, SLOT_STATUS_SWAP, ul_int) * 1024, was_read);
	if (tty && strcmp(tty, "?") != 0)
		row->tty = arena_strdup(arena, tty);
}

static void procs_fill_counters(struct procs_pass *p, struct process *row,
				const struct query_items *query, const struct pids_stack *stack)
{
	const struct snapshot *snapshot = p->pass->snapshot;

	row->user_usec = ticks_to_usec(SLOT(query, stack, SLOT_USER_TICKS, ull_int), snapshot);
	row->system_usec = ticks_to_usec(SLOT(query, stack, SLOT_SYSTEM_TICKS, ull_int), snapshot);
	row->minor_faults = metric_known(SLOT(query, stack, SLOT_MINOR_FAULTS, ul_int));
	row->major_faults = metric_known(SLOT(query, stack, SLOT_MAJOR_FAULTS, ul_int));
	row->virtual_bytes = procs_memory(row, SLOT(query, stack, SLOT_VSIZE, ul_int), true);
	row->rss_bytes = procs_memory(
		row, SLOT(query, stack, SLOT_RSS_PAGES, ul_int) * p->state->page_bytes, true);
}

static void procs_fill(struct procs_pass *p, struct process *row, const struct query_items *query,
		       const struct pids_stack *stack)
{
	*row = (struct process) {
		.pid = SLOT(query, stack, SLOT_PID, s_int),
		.ppid = SLOT(query, stack, SLOT_PPID, s_int),
		.pgrp = SLOT(query, stack, SLOT_PGRP, s_int),
		.session = SLOT(query, stack, SLOT_SESSION, s_int),
		.state = (char)SLOT(query, stack, SLOT_STATE, s_ch),
		.kernel_thread = SLOT(query, stack, SLOT_FLAGS, ul_int) & PARSE_PF_KTHREAD,
		.uid = SLOT(query, stack, SLOT_UID, u_int),
		.nice = SLOT(query, stack, SLOT_NICE, s_int),
		.priority = SLOT(query, stack, SLOT_PRIORITY, s_int),
		.threads = SLOT(query, stack, SLOT_THREADS, s_int),
		.processor = SLOT(query, stack, SLOT_PROCESSOR, s_int),
		.start_ticks = SLOT(query, stack, SLOT_START, ull_int),
	};
	row->user = procs_user(p, row->uid, SLOT(query, stack, SLOT_USER, str));
	procs_not_asked(row);
	procs_fill_counters(p, row, query, stack);
	if (query->at[SLOT_STATM_SIZE])
		procs_fill_statm(p, row, query, stack);
	if (query->at[SLOT_STATUS_SIZE])
		procs_fill_status(p->arena, row, query, stack);
}

/* libproc2 reads all processes before we see the first: the time of each read lies between. */
static uint64_t procs_read_time(uint64_t start_usec, uint64_t end_usec, int i, int n)
{
	return start_usec + (end_usec - start_usec) * (uint64_t)(i + 1) / (uint64_t)n;
}

static void procs_take(struct procs_pass *p, const struct query_items *query,
		       const struct pids_fetch *fetch, uint64_t start_usec)
{
	struct procs_state *state = p->state;
	uint64_t end_usec = clock_monotonic_usec();
	int n = fetch->counts->total;

	p->rows = arena_array(p->arena, (size_t)n, sizeof(*p->rows));
	procs_texts_begin(&state->texts, state->proc_fd, p->arena);
	for (int i = 0; i < n; i++) {
		const struct pids_stack *stack = fetch->stacks[i];
		struct process *row = &p->rows[p->len];

		/* readdir gives ascending pids; a pid that was reused behind it is not news. */
		if (p->len > 0 && SLOT(query, stack, SLOT_PID, s_int) <= row[-1].pid)
			continue;
		procs_fill(p, row, query, stack);
		row->at_usec = procs_read_time(start_usec, end_usec, i, n);
		procs_texts_enter(&state->texts, row, SLOT(query, stack, SLOT_COMM, str), 0);
		p->len++;
	}
	procs_texts_end(&state->texts);
}

static unsigned int procs_needs(const struct demand *demand)
{
	unsigned int needs = NEED_KEY | NEED_STAT;

	if (demand->sources & SOURCE_PROCS_STATUS)
		needs |= NEED_STATM | (procs_all_in_view(demand) ? NEED_STATUS : 0u);
	return needs;
}

static int procs_list(struct procs_pass *p, struct err *err)
{
	struct query_items query = query_items(procs_needs(p->pass->demand));
	uint64_t start_usec = clock_monotonic_usec();
	const struct pids_fetch *fetch;
	const struct proc2 *proc2 = proc2_load(err);
	struct pids_info *info = NULL;
	int r;

	if (!proc2)
		return err_wrap(err, -ENOTSUP, "list processes");
	r = proc2->pids_new(&info, query.items, query.len);
	if (r < 0)
		return err_set(err, -r, "list processes with libproc2");
	fetch = proc2->pids_reap(info, PIDS_FETCH_TASKS_ONLY);
	if (fetch && fetch->counts->total > 0)
		procs_take(p, &query, fetch, start_usec);
	else
		r = err_set(err, errno ? errno : EIO, "list processes with libproc2");
	proc2->pids_unref(&info);
	return r;
}

/* ---- Rows in view ---- */

/* Whoever ended since it was listed, is not in the answer: its values stay "not asked". */
static void procs_select_status(struct procs_pass *p, unsigned int *pids, size_t n)
{
	struct query_items query = query_items(NEED_KEY | NEED_STATUS);
	struct pids_info *info = NULL;
	const struct proc2 *proc2 = proc2_load(NULL);
	const struct pids_fetch *fetch;

	if (!proc2 || proc2->pids_new(&info, query.items, query.len) < 0)
		return;
	fetch = proc2->pids_select(info, pids, (int)n, PIDS_SELECT_PID);
	for (int i = 0; fetch && i < fetch->counts->total; i++) {
		const struct pids_stack *stack = fetch->stacks[i];
		struct process *row = procs_find(p, SLOT(&query, stack, SLOT_PID, s_int));

		if (row && row->start_ticks == SLOT(&query, stack, SLOT_START, ull_int))
			procs_fill_status(p->arena, row, &query, stack);
	}
	proc2->pids_unref(&info);
}

void procs_procfs_status(struct procs_pass *p, const pid_t *pids, size_t n)
{
	unsigned int batch[PROCS_SELECT_MAX];
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		batch[len++] = (unsigned int)pids[i];
		if (len < ARRAY_LEN(batch) && i + 1 < n)
			continue;
		procs_select_status(p, batch, len);
		len = 0;
	}
}

static void procs_view(struct procs_pass *p)
{
	const struct demand *demand = p->pass->demand;

	procs_procfs_status(p, demand->view_pids, demand->view_pids_len);
}

const struct procs_source procs_source_procfs = {
	.list = procs_list,
	.view = procs_view,
};
