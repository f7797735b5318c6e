// SPDX-License-Identifier: MIT
/*
 * Names and command lines of processes between passes: two arrays by ascending pid, that of the last
 * pass and that of the one in the making, into which what is still true is moved. It owns its texts;
 * rows get copies in the snapshot's arena.
 */
#include "collectors/procs_texts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"

/** struct procs_text - what is kept of one process */
struct procs_text {
	pid_t pid;
	uint32_t name_hash; /* of the name that was entered, and the exec_id: tells an exec */
	uint64_t start_ticks;
	char *comm;    /* name from /proc where the entered one is not it; else NULL */
	char *cmdline; /* NULL: not read yet, or empty */
};

static void procs_text_finish(struct procs_text *text)
{
	free(text->comm);
	free(text->cmdline);
}

/* FNV-1a */
static uint32_t hash_text(const char *s)
{
	uint32_t hash = 2166136261u;

	for (; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 16777619u;
	return hash;
}

/* ---- Reading ---- */

static void procs_read_comm(struct procs_texts *texts, struct procs_text *text)
{
	char path[32];
	struct span comm;

	snprintf(path, sizeof(path), "%d/comm", text->pid);
	if (dir_read(texts->proc_fd, path, &texts->buf, NULL) != READ_OK)
		return;
	free(text->comm);
	comm = strbuf_span(&texts->buf);
	if (comm.len > 0 && comm.p[comm.len - 1] == '\n')
		comm.len--;
	text->comm = xcalloc(comm.len + 1, 1);
	memcpy(text->comm, comm.p, comm.len);
}

/* One read of bounded size: the kernel copies it out of the process's own memory. */
static ssize_t procs_read_arguments(pid_t pid, int proc_fd, char *buf, size_t cap)
{
	char path[32];
	_cleanup_(cleanup_close)
	int fd = -1;
	size_t len = 0;

	snprintf(path, sizeof(path), "%d/cmdline", pid);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (len < cap) {
		ssize_t n = read(fd, buf + len, cap - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

/* Return: whether it could be read; an empty one stays NULL */
static bool procs_read_cmdline(struct procs_text *text, int proc_fd)
{
	char buf[PROCS_CMDLINE_MAX + 1];
	ssize_t len = procs_read_arguments(text->pid, proc_fd, buf, PROCS_CMDLINE_MAX);

	free(text->cmdline);
	text->cmdline = NULL;
	if (len < 0)
		return false;
	/* setproctitle() leaves the rest of its room empty */
	while (len > 0 && (buf[len - 1] == '\0' || buf[len - 1] == ' '))
		len--;
	for (ssize_t i = 0; i < len; i++)
		if (buf[i] == '\0')
			buf[i] = ' ';
	buf[len] = '\0';
	if (len > 0)
		text->cmdline = xstrdup(buf);
	return true;
}

/* ---- The cache ---- */

void procs_texts_begin(struct procs_texts *texts, int proc_fd, struct arena *arena)
{
	struct procs_text *spare = texts->before;
	size_t spare_cap = texts->before_cap;

	texts->before = texts->now;
	texts->before_len = texts->now_len;
	texts->before_cap = texts->now_cap;
	texts->before_at = 0;
	texts->now = spare;
	texts->now_cap = spare_cap;
	texts->now_len = 0;
	texts->proc_fd = proc_fd;
	texts->arena = arena;
	memset(texts->pool, 0, sizeof(texts->pool));
}

void procs_texts_end(struct procs_texts *texts)
{
	for (; texts->before_at < texts->before_len; texts->before_at++)
		procs_text_finish(&texts->before[texts->before_at]);
	texts->before_len = 0;
}

void procs_texts_finish(struct procs_texts *texts)
{
	procs_texts_end(texts);
	for (size_t i = 0; i < texts->now_len; i++)
		procs_text_finish(&texts->now[i]);
	free(texts->now);
	free(texts->before);
	strbuf_finish(&texts->buf);
	*texts = (struct procs_texts) {0};
}

/* What the last pass knew of this very process; others on the way to it are gone. */
static struct procs_text procs_texts_take(struct procs_texts *texts, const struct process *row)
{
	struct procs_text none = {.pid = row->pid, .start_ticks = row->start_ticks};

	while (texts->before_at < texts->before_len &&
	       texts->before[texts->before_at].pid < row->pid)
		procs_text_finish(&texts->before[texts->before_at++]);
	if (texts->before_at == texts->before_len ||
	    texts->before[texts->before_at].pid != row->pid)
		return none;
	if (texts->before[texts->before_at].start_ticks == row->start_ticks)
		return texts->before[texts->before_at++];
	procs_text_finish(&texts->before[texts->before_at++]);
	return none;
}

/* Most of a crowd has the same few names: each is in the arena once, or a few times. */
static const char *procs_texts_pooled(struct procs_texts *texts, const char *name, uint32_t hash)
{
	const char **slot = &texts->pool[hash % PROCS_TEXTS_POOL];

	if (!*slot || strcmp(*slot, name) != 0)
		*slot = arena_strdup(texts->arena, name);
	return *slot;
}

/* Whether /proc/PID/comm says more: of what the locale could not print there is a question mark or a dot,
 * and a task of the kernel has 15 characters of the name that its thread was given. */
static bool procs_name_is_less(const struct process *row, const char *name, uint64_t exec_id)
{
	return exec_id == 0 ? strpbrk(name, "?.") != NULL : row->kernel_thread;
}

void procs_texts_enter(struct procs_texts *texts, struct process *row, const char *name,
		       uint64_t exec_id)
{
	uint32_t name_hash = hash_text(name);
	uint32_t hash = name_hash ^ (uint32_t)(exec_id * 2654435761u);
	struct procs_text *text;

	if (texts->now_len == texts->now_cap) {
		texts->now_cap = texts->now_cap ? texts->now_cap * 2 : 256;
		texts->now = xreallocarray(texts->now, texts->now_cap, sizeof(*texts->now));
	}
	text = &texts->now[texts->now_len++];
	*text = procs_texts_take(texts, row);
	if (text->name_hash != hash) {
		procs_text_finish(text);
		text->comm = text->cmdline = NULL;
		text->name_hash = hash;
		if (procs_name_is_less(row, name, exec_id))
			procs_read_comm(texts, text);
	}
	row->comm = text->comm ? arena_strdup(texts->arena, text->comm)
			       : procs_texts_pooled(texts, name, name_hash);
}

static struct procs_text *procs_texts_find(const struct procs_texts *texts, pid_t pid)
{
	size_t low = 0, high = texts->now_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (texts->now[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < texts->now_len && texts->now[low].pid == pid ? &texts->now[low] : NULL;
}

void procs_texts_worker(struct procs_texts *texts, struct process *row)
{
	struct procs_text *text = procs_texts_find(texts, row->pid);

	if (!text)
		return;
	procs_read_comm(texts, text);
	if (text->comm)
		row->comm = arena_strdup(texts->arena, text->comm);
}

void procs_texts_known_cmdline(struct procs_texts *texts, struct process *row)
{
	const struct procs_text *text = procs_texts_find(texts, row->pid);

	if (text && text->cmdline)
		row->cmdline = arena_strdup(texts->arena, text->cmdline);
	else if (text && (row->kernel_thread || row->state == 'Z'))
		row->cmdline = arena_printf(texts->arena, "[%s]", row->comm);
}

void procs_texts_cmdline(struct procs_texts *texts, struct process *row, bool fresh)
{
	struct procs_text *text = procs_texts_find(texts, row->pid);

	if (!text)
		return;
	/* In the middle of an exec it is empty: that is never kept. */
	if (!row->kernel_thread && (fresh || !text->cmdline) &&
	    !procs_read_cmdline(text, texts->proc_fd))
		return;
	row->cmdline = text->cmdline ? arena_strdup(texts->arena, text->cmdline)
				     : arena_printf(texts->arena, "[%s]", row->comm);
}
