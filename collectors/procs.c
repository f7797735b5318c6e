/* SPDX-License-Identifier: MIT */
/*
 * The procs collector: every process from one of two sources, and the expensive files of the processes in
 * view. It owns the cache of command lines (procs_texts.h) and never reads namespaces or cgroups: those
 * come from the pid table. What is denied or gone is told apart here, file by file.
 */
#include "collectors/procs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "collectors/pids.h"
#include "collectors/unknown.h"

/* ---- For both sources ---- */

const char *procs_user(struct procs_pass *p, uid_t uid, const char *name)
{
	if (!p->user || p->user_uid != uid) {
		p->user = arena_strdup(p->arena, name);
		p->user_uid = uid;
	}
	return p->user;
}

/* A kernel thread has no memory of its own; a process whose second file came back empty is gone. */
struct metric procs_memory(const struct process *row, uint64_t bytes, bool was_read)
{
	if (row->kernel_thread)
		return metric_unknown(METRIC_ABSENT, WHY_KERNEL_THREAD);
	if (!was_read)
		return metric_of_result(READ_GONE);
	return metric_known(bytes);
}

void procs_not_asked(struct process *row)
{
	struct metric not_asked = metric_unknown(METRIC_UNSAMPLED, WHY_NOT_ASKED);

	row->shared_bytes = not_asked;
	row->swap_bytes = not_asked;
	row->io_read_bytes = row->io_write_bytes = not_asked;
	row->oom_score = not_asked;
	row->open_files = not_asked;
	row->cgroup = row->container = INDEX_NONE;
}

bool procs_all_in_view(const struct demand *demand)
{
	return !demand->view_pids && demand->view_pids_len == SIZE_MAX;
}

struct process *procs_find(const struct procs_pass *p, pid_t pid)
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

/* ---- Rows in view ---- */

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

	if ((sources & SOURCE_PROCS_IO) && !metric_is_known(row->io_read_bytes))
		procs_read_io(p, row);
	if (sources & SOURCE_PROCS_MORE) {
		procs_read_oom_score(p, row);
		procs_count_files(p, row);
	}
	if (sources & SOURCE_PROCS_CMDLINE)
		procs_texts_cmdline(&p->state->texts, row, true);
}

static void procs_view(struct procs_pass *p, const struct procs_source *source)
{
	const struct demand *demand = p->pass->demand;

	if (procs_all_in_view(demand)) {
		for (size_t i = 0; i < p->len; i++)
			procs_view_row(p, &p->rows[i]);
		return;
	}
	if (demand->sources & SOURCE_PROCS_STATUS)
		source->view(p);
	for (size_t i = 0; i < demand->view_pids_len; i++) {
		struct process *row = procs_find(p, demand->view_pids[i]);

		if (row)
			procs_view_row(p, row);
	}
}

/* Those out of view are read once each, so that they are there when they come into view: some in every
 * pass, as all of 10,000 take longer than the processes themselves. Who filters by them asks for all. */
static void procs_fill_cmdlines(struct procs_pass *p)
{
	struct procs_state *state = p->state;
	unsigned int left = CMDLINES_PER_PASS;
	size_t start = 0;

	for (size_t i = 0; i < p->len; i++) {
		if (!p->rows[i].cmdline)
			procs_texts_known_cmdline(&state->texts, &p->rows[i]);
		if (p->rows[i].pid <= state->filled)
			start = i + 1;
	}
	for (size_t n = 0; n < p->len && left > 0; n++) {
		struct process *row = &p->rows[(start + n) % p->len];

		if (row->cmdline)
			continue;
		procs_texts_cmdline(&state->texts, row, false);
		state->filled = row->pid;
		left--;
	}
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

static int procs_start(const struct collect_options *options, void **out_state, struct err *err)
{
	struct procs_state *state;
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)options;
	if (fd < 0)
		return err_set(err, errno, "open /proc");
	state = xcalloc(1, sizeof(*state));
	state->proc_fd = fd;
	/* Of the host as it is: what libproc2 reads is, too. Without it there are numbers for names. */
	state->root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	state->users = users_new(state->root_fd, true);
	state->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	*out_state = state;
	return 0;
}

static int procs_sample(void *data, struct pass *pass, struct err *err)
{
	struct procs_pass p = {.state = data, .pass = pass, .arena = &pass->snapshot->arena};
	const struct procs_source *source = pass->tasks ? &procs_source_bpf : &procs_source_procfs;
	int r = source->list(&p, err);

	if (r < 0)
		return r;
	procs_view(&p, source);
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
	procs_pages_free(state->pages);
	users_free(state->users);
	strbuf_finish(&state->buf);
	if (state->root_fd >= 0)
		close(state->root_fd);
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
