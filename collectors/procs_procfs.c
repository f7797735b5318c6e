// SPDX-License-Identifier: MIT
/*
 * The procs collector: /proc/PID/stat of every process through libproc2, statm where memory is asked
 * for precisely, and the expensive files of the processes in view only. It owns the cache of command
 * lines (procs_texts.h) and never reads namespaces or cgroups: those come from the pid table.
 *
 * What libproc2 4.0.2 does, and what that means here:
 * - procps_pids_get() reads /proc/uptime for every process: 195 ms for 10,000, where
 *   procps_pids_reap() takes 128 ms. That holds all of them at once (6 MB), which are given back
 *   after each pass: a new pids_info costs 2 µs.
 * - A file that is denied or gone leaves zeros. Hence io, oom_score and descriptors are read
 *   here, and a zero size of a process that has a size in stat means "it ended while it was read".
 * - PIDS_CMD and PIDS_CMDLINE are made printable by the rules of the locale, PIDS_CMDLINE_V has no
 *   bound (a process may place its arguments over gigabytes): command lines are read here as well.
 * - It keeps buffers per thread and function-static ones: only one pass may run at a time.
 */
#include <errno.h>
#include <fcntl.h>
#include <libproc2/pids.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/parse.h"
#include "collectors/collector.h"
#include "collectors/pids.h"
#include "collectors/procs_texts.h"
#include "collectors/unknown.h"

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

/** struct procs_state - kept between passes */
struct procs_state {
	int proc_fd;		  /* the real /proc, which is what libproc2 reads */
	struct procs_texts texts; /* names and command lines */
	uint64_t page_bytes;
	struct strbuf buf; /* the file that was read last */
};

/** struct procs_pass - one pass in the making */
struct procs_pass {
	struct procs_state *state;
	struct pass *pass;
	struct arena *arena;
	struct query_items query;
	struct process *rows; /* in the arena */
	size_t len;
	uid_t user_uid; /* of @user: neighbours mostly are of the same user */
	const char *user;
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

static const char *procs_user(struct procs_pass *p, uid_t uid, const char *name)
{
	if (!p->user || p->user_uid != uid) {
		p->user = arena_strdup(p->arena, name);
		p->user_uid = uid;
	}
	return p->user;
}

static struct metric ticks_to_usec(unsigned long long ticks, const struct snapshot *snapshot)
{
	return metric_known(ticks * 1000000u / snapshot->tick_hz);
}

/* A kernel thread has no memory of its own; a process whose second file came back empty is gone. */
static struct metric procs_memory(const struct process *row, uint64_t bytes, bool was_read)
{
	if (row->kernel_thread)
		return metric_unknown(METRIC_ABSENT, WHY_KERNEL_THREAD);
	if (!was_read)
		return metric_of_result(READ_GONE);
	return metric_known(bytes);
}

/* stat sums the counters of resident pages only roughly: from Linux 6.2 on it may be off by 32
 * pages and more for each CPU, so that a small process shows 0. statm is exact (from 6.16 on) or
 * as rough: it is preferred where it was read. */
static void procs_fill_statm(struct procs_pass *p, struct process *row,
			     const struct pids_stack *stack)
{
	const struct query_items *query = &p->query;
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
				const struct pids_stack *stack)
{
	const struct snapshot *snapshot = p->pass->snapshot;
	const struct query_items *query = &p->query;

	row->user_usec = ticks_to_usec(SLOT(query, stack, SLOT_USER_TICKS, ull_int), snapshot);
	row->system_usec = ticks_to_usec(SLOT(query, stack, SLOT_SYSTEM_TICKS, ull_int), snapshot);
	row->minor_faults = metric_known(SLOT(query, stack, SLOT_MINOR_FAULTS, ul_int));
	row->major_faults = metric_known(SLOT(query, stack, SLOT_MAJOR_FAULTS, ul_int));
	row->virtual_bytes = procs_memory(row, SLOT(query, stack, SLOT_VSIZE, ul_int), true);
	row->rss_bytes = procs_memory(
		row, SLOT(query, stack, SLOT_RSS_PAGES, ul_int) * p->state->page_bytes, true);
}

/* What is read only in view says so until it is read. */
static void procs_fill_not_asked(struct process *row)
{
	struct metric not_asked = metric_unknown(METRIC_UNSAMPLED, WHY_NOT_ASKED);

	row->shared_bytes = not_asked;
	row->swap_bytes = not_asked;
	row->io_read_bytes = row->io_write_bytes = not_asked;
	row->oom_score = not_asked;
	row->open_files = not_asked;
	row->cgroup = row->container = INDEX_NONE;
}

static void procs_fill(struct procs_pass *p, struct process *row, const struct pids_stack *stack)
{
	const struct query_items *query = &p->query;

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
	procs_fill_not_asked(row);
	procs_fill_counters(p, row, stack);
	if (query->at[SLOT_STATM_SIZE])
		procs_fill_statm(p, row, stack);
	if (query->at[SLOT_STATUS_SIZE])
		procs_fill_status(p->arena, row, query, stack);
}

/* libproc2 reads all processes before we see the first: the time of each read lies between. */
static uint64_t procs_read_time(uint64_t start_usec, uint64_t end_usec, int i, int n)
{
	return start_usec + (end_usec - start_usec) * (uint64_t)(i + 1) / (uint64_t)n;
}

static void procs_take(struct procs_pass *p, const struct pids_fetch *fetch, uint64_t start_usec)
{
	struct procs_state *state = p->state;
	uint64_t end_usec = clock_monotonic_usec();
	int n = fetch->counts->total;

	p->rows = arena_array(p->arena, (size_t)n, sizeof(*p->rows));
	procs_texts_begin(&state->texts);
	for (int i = 0; i < n; i++) {
		const struct pids_stack *stack = fetch->stacks[i];
		struct process *row = &p->rows[p->len];

		/* readdir gives ascending pids; a pid that was reused behind it is not news. */
		if (p->len > 0 && SLOT(&p->query, stack, SLOT_PID, s_int) <= row[-1].pid)
			continue;
		procs_fill(p, row, stack);
		row->at_usec = procs_read_time(start_usec, end_usec, i, n);
		procs_texts_enter(&state->texts, row, SLOT(&p->query, stack, SLOT_COMM, str),
				  state->proc_fd, p->arena);
		p->len++;
	}
	procs_texts_end(&state->texts);
}

/* Return: 0; -errno with @err where not even our own process could be read. */
static int procs_list(struct procs_pass *p, struct err *err)
{
	uint64_t start_usec = clock_monotonic_usec();
	const struct pids_fetch *fetch;
	struct pids_info *info = NULL;
	int r = procps_pids_new(&info, p->query.items, p->query.len);

	if (r < 0)
		return err_set(err, -r, "list processes with libproc2");
	fetch = procps_pids_reap(info, PIDS_FETCH_TASKS_ONLY);
	if (fetch && fetch->counts->total > 0)
		procs_take(p, fetch, start_usec);
	else
		r = err_set(err, errno ? errno : EIO, "list processes with libproc2");
	procps_pids_unref(&info);
	return r;
}

/* ---- Rows in view ---- */

static bool procs_all_in_view(const struct demand *demand)
{
	return !demand->view_pids && demand->view_pids_len == SIZE_MAX;
}

static struct process *procs_find(const struct procs_pass *p, pid_t pid)
{
	size_t low = 0, high = p->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->rows[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < p->len && p->rows[low].pid == pid ? &p->rows[low] : NULL;
}

/* Whoever ended since it was listed, is not in the answer: its values stay "not asked". */
static void procs_select_status(struct procs_pass *p, unsigned int *pids, size_t n)
{
	struct query_items query = query_items(NEED_KEY | NEED_STATUS);
	struct pids_info *info = NULL;
	const struct pids_fetch *fetch;

	if (procps_pids_new(&info, query.items, query.len) < 0)
		return;
	fetch = procps_pids_select(info, pids, (int)n, PIDS_SELECT_PID);
	for (int i = 0; fetch && i < fetch->counts->total; i++) {
		const struct pids_stack *stack = fetch->stacks[i];
		struct process *row = procs_find(p, SLOT(&query, stack, SLOT_PID, s_int));

		if (row && row->start_ticks == SLOT(&query, stack, SLOT_START, ull_int))
			procs_fill_status(p->arena, row, &query, stack);
	}
	procps_pids_unref(&info);
}

static void procs_view_status(struct procs_pass *p)
{
	const struct demand *demand = p->pass->demand;
	unsigned int batch[PROCS_SELECT_MAX];
	size_t n = 0;

	for (size_t i = 0; i < demand->view_pids_len; i++) {
		batch[n++] = (unsigned int)demand->view_pids[i];
		if (n < ARRAY_LEN(batch) && i + 1 < demand->view_pids_len)
			continue;
		procs_select_status(p, batch, n);
		n = 0;
	}
}

static void procs_read_io(struct procs_pass *p, struct process *row)
{
	uint64_t read_bytes = 0, write_bytes = 0;
	bool found = false;
	const struct parse_key keys[] = {
		{SPAN("read_bytes"), &read_bytes, NULL},
		{SPAN("write_bytes"), &write_bytes, &found},
	};
	char path[32];
	int r;

	snprintf(path, sizeof(path), "%d/io", row->pid);
	r = dir_read(p->state->proc_fd, path, &p->state->buf, NULL);
	if (r == READ_OK)
		r = parse_flat_keyed(strbuf_span(&p->state->buf), keys, ARRAY_LEN(keys), NULL);
	if (r == READ_OK && !found)
		r = -EBADMSG;
	row->io_read_bytes = r == READ_OK ? metric_known(read_bytes) : metric_of_result(r);
	row->io_write_bytes = r == READ_OK ? metric_known(write_bytes) : metric_of_result(r);
}

static void procs_read_oom_score(struct procs_pass *p, struct process *row)
{
	char path[32];
	uint64_t score;
	int r;

	if (row->kernel_thread) {
		row->oom_score = metric_unknown(METRIC_ABSENT, WHY_KERNEL_THREAD);
		return;
	}
	snprintf(path, sizeof(path), "%d/oom_score", row->pid);
	r = dir_read(p->state->proc_fd, path, &p->state->buf, NULL);
	if (r == READ_OK)
		r = parse_single(strbuf_span(&p->state->buf), &score, NULL);
	row->oom_score = r == READ_OK ? metric_known(score) : metric_of_result(r);
}

/* From Linux 6.2 on the size of the directory is the number of descriptors, to be had by anyone;
 * before (and where there are none) it is 0 and they have to be listed. */
static void procs_count_files(struct procs_pass *p, struct process *row)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	char path[32];
	struct stat st;
	uint64_t n = 0;
	int r;

	snprintf(path, sizeof(path), "%d/fd", row->pid);
	if (fstatat(p->state->proc_fd, path, &st, 0) == 0 && st.st_size > 0) {
		row->open_files = metric_known((uint64_t)st.st_size);
		return;
	}
	r = dir_open(p->state->proc_fd, path, &fd, NULL);
	if (r == READ_OK && (dir = fdopendir(fd)))
		(void)TAKE_FD(fd);
	else if (r == READ_OK)
		r = -errno;
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		n += entry->d_name[0] != '.';
	row->open_files = r == READ_OK ? metric_known(n) : metric_of_result(r);
}

static void procs_view_row(struct procs_pass *p, struct process *row)
{
	unsigned int sources = p->pass->demand->sources;

	if (sources & SOURCE_PROCS_IO)
		procs_read_io(p, row);
	if (sources & SOURCE_PROCS_MORE) {
		procs_read_oom_score(p, row);
		procs_count_files(p, row);
	}
	if (sources & SOURCE_PROCS_CMDLINE)
		procs_texts_cmdline(&p->state->texts, row, true, p->state->proc_fd, p->arena);
}

static void procs_view(struct procs_pass *p)
{
	const struct demand *demand = p->pass->demand;

	if (procs_all_in_view(demand)) {
		for (size_t i = 0; i < p->len; i++)
			procs_view_row(p, &p->rows[i]);
		return;
	}
	if (demand->sources & SOURCE_PROCS_STATUS)
		procs_view_status(p);
	for (size_t i = 0; i < demand->view_pids_len; i++) {
		struct process *row = procs_find(p, demand->view_pids[i]);

		if (row)
			procs_view_row(p, row);
	}
}

/* A filter or a search looks at every command line: each is read once, out of view as well. */
static void procs_fill_cmdlines(struct procs_pass *p)
{
	for (size_t i = 0; i < p->len; i++)
		if (!p->rows[i].cmdline)
			procs_texts_cmdline(&p->state->texts, &p->rows[i], false, p->state->proc_fd,
					    p->arena);
}

/* ---- The collector ---- */

/* What the pid table knows, if it is of the same process: a pid may have been reused since. */
static void procs_join_pids(struct procs_pass *p)
{
	struct pids *pids = p->pass->pids;

	for (size_t i = 0, at = 0; pids && i < p->len; i++) {
		struct process *row = &p->rows[i];
		const struct pid_entry *entry;

		while (at < pids_count(pids) && pids_at(pids, at)->pid < row->pid)
			at++;
		if (at == pids_count(pids))
			break;
		entry = pids_at(pids, at);
		if (entry->pid != row->pid || entry->start_ticks != row->start_ticks)
			continue;
		row->inner_pid = entry->inner_pid;
		memcpy(row->ns, entry->ns, sizeof(row->ns));
	}
}

static unsigned int procs_needs(const struct demand *demand)
{
	unsigned int needs = NEED_KEY | NEED_STAT;

	if (demand->sources & SOURCE_PROCS_STATUS)
		needs |= NEED_STATM | (procs_all_in_view(demand) ? NEED_STATUS : 0u);
	return needs;
}

static int procs_start(const struct collect_options *options, void **out_state, struct err *err)
{
	struct procs_state *state;
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)options;
	if (fd < 0)
		return err_set(err, errno, "open /proc");
	state = xcalloc(1, sizeof(*state));
	state->proc_fd = fd;
	state->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	*out_state = state;
	return 0;
}

static int procs_sample(void *data, struct pass *pass, struct err *err)
{
	struct procs_pass p = {
		.state = data,
		.pass = pass,
		.arena = &pass->snapshot->arena,
		.query = query_items(procs_needs(pass->demand)),
	};
	int r = procs_list(&p, err);

	if (r < 0)
		return r;
	procs_view(&p);
	if (pass->demand->sources & SOURCE_PROCS_CMDLINE)
		procs_fill_cmdlines(&p);
	procs_join_pids(&p);
	pass->snapshot->processes = p.rows;
	pass->snapshot->processes_len = p.len;
	return 0;
}

static void procs_stop(void *data)
{
	struct procs_state *state = data;

	if (!state)
		return;
	procs_texts_finish(&state->texts);
	strbuf_finish(&state->buf);
	close(state->proc_fd);
	free(state);
}

const struct collector collector_procs = {
	.name = "procs",
	.sources = SOURCE_PROCS | SOURCE_PROCS_STATUS | SOURCE_PROCS_CMDLINE | SOURCE_PROCS_IO |
		   SOURCE_PROCS_MORE,
	.start = procs_start,
	.sample = procs_sample,
	.stop = procs_stop,
};
