/* SPDX-License-Identifier: MIT */
/*
 * Compares what the task iterator tells with what /proc lists, now and then, and makes facts of files for
 * who is in the latter only. Owns the list of these processes: mostly nobody, on some kernels PID 1.
 */
#include "collectors/tasks_hidden.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/parse.h"
#include "model/namespace.h"

/* To list 10,000 processes takes 6 to 8 ms. */
#define LIST_TURNS 64u
/* Who was born while the iterator ran is not hidden. */
#define AGE_USEC 1000000u
/* A kernel that hides more than this is not watched through iterators at all. */
#define HIDDEN_MAX 64u

/** struct tasks_hidden - see above */
struct tasks_hidden {
	pid_t pids[HIDDEN_MAX]; /* ascending */
	size_t len;
	uint64_t turn; /* counts reads of the iterator */
	struct strbuf buf;
};

/* ---- Facts from files ---- */

static void fill_stat(struct task_fact *fact, const struct parse_stat *stat)
{
	uint64_t tick_nsec = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);

	fact->ppid = (fact_u32)stat->ppid;
	fact->pgrp = (fact_u32)stat->pgrp;
	fact->session = (fact_u32)stat->session;
	fact->flags = (fact_u32)stat->flags;
	fact->threads = (fact_u32)stat->threads;
	fact->processor = UINT32_MAX;
	fact->priority = (int)stat->priority;
	fact->nice = (int)stat->nice;
	fact->tty = major((dev_t)stat->tty_nr) << 20 | minor((dev_t)stat->tty_nr);
	fact->start_nsec = stat->start_ticks * tick_nsec;
	fact->counts.user_nsec = stat->user_ticks * tick_nsec;
	fact->counts.system_nsec = stat->system_ticks * tick_nsec;
	fact->counts.minor_faults = stat->minor_faults;
	fact->counts.major_faults = stat->major_faults;
	fact->anon_pages = stat->rss_pages;
	fact->total_pages = stat->vsize_bytes / (uint64_t)sysconf(_SC_PAGESIZE);
	fact_set_state(fact, stat->state);
	if (stat->comm.len >= sizeof(fact->comm))
		span_copy((struct span) {stat->comm.p, sizeof(fact->comm) - 1}, fact->comm,
			  sizeof(fact->comm));
	else
		span_copy(stat->comm, fact->comm, sizeof(fact->comm));
}

/* "size resident shared ...": exact, unlike stat */
static void fill_statm(struct task_fact *fact, struct span statm)
{
	struct span size, resident, shared;
	uint64_t all, part;

	if (!span_next_word(&statm, &size) || !span_next_word(&statm, &resident) ||
	    !span_next_word(&statm, &shared) || !parse_u64(resident, &all) ||
	    !parse_u64(shared, &part) || part > all)
		return;
	fact->file_pages = part;
	fact->anon_pages = all - part;
}

static void fill_namespaces(struct task_fact *fact, int dirfd)
{
	for (enum ns_type type = 0; type < NS_TYPES; type++) {
		char path[32];
		struct stat st;

		snprintf(path, sizeof(path), "ns/%s", ns_type_text(type));
		if (fstatat(dirfd, path, &st, 0) == 0)
			fact->ns[type] = (fact_u32)st.st_ino;
		else if (errno == EACCES || errno == EPERM)
			fact->has |= FACT_NS_DENIED;
	}
}

/* What the iterator calls a root directory can't be had from /proc, but of our own. */
static void fill_root(struct task_fact *fact, int dirfd, const struct tasks *tasks)
{
	const struct task_fact *own = tasks_find(tasks, getpid());
	struct stat theirs, ours;

	if (fstatat(dirfd, "root", &theirs, 0) < 0 || stat("/", &ours) < 0)
		return;
	if (own && theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino)
		fact->root = own->root;
	else
		fact->root = theirs.st_ino ^ theirs.st_dev << 40;
}

/* Return: whether the process is there and has told all that counts */
static bool read_fact(struct tasks_hidden *hidden, const struct tasks *tasks, int dirfd,
		      struct task_fact *fact)
{
	struct parse_stat stat;
	struct stat st;

	if (fstat(dirfd, &st) < 0 || dir_read(dirfd, "stat", &hidden->buf, NULL) != READ_OK ||
	    parse_proc_stat(strbuf_span(&hidden->buf), &stat, NULL) < 0)
		return false;
	fact->pid = fact->tgid = (fact_u32)stat.pid;
	fact->uid = st.st_uid;
	fact->has |= FACT_OF_PROC;
	fill_stat(fact, &stat);
	if (dir_read(dirfd, "statm", &hidden->buf, NULL) == READ_OK)
		fill_statm(fact, strbuf_span(&hidden->buf));
	fill_namespaces(fact, dirfd);
	fill_root(fact, dirfd, tasks);
	return true;
}

static bool add_hidden(struct tasks_hidden *hidden, struct tasks *tasks, int proc_fd, pid_t pid)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	struct task_fact fact = {0};
	char name[16];

	snprintf(name, sizeof(name), "%d", pid);
	if (dir_open(proc_fd, name, &fd, NULL) != READ_OK || !read_fact(hidden, tasks, fd, &fact) ||
	    fact.start_nsec / 1000 + AGE_USEC > clock_boottime_usec())
		return false;
	tasks_insert(tasks, &fact);
	return true;
}

/* ---- Who is hidden ---- */

static void find_hidden(struct tasks_hidden *hidden, const struct tasks *tasks, int proc_fd)
{
	_cleanup_(cleanup_close)
	int fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;

	if (fd < 0 || !(dir = fdopendir(fd)))
		return;
	(void)TAKE_FD(fd);
	hidden->len = 0;
	for (struct dirent *entry; hidden->len < HIDDEN_MAX && (entry = readdir(dir));) {
		uint64_t pid;

		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    parse_u64(span_of(entry->d_name), &pid) && pid <= INT32_MAX &&
		    !tasks_find(tasks, (pid_t)pid))
			hidden->pids[hidden->len++] = (pid_t)pid;
	}
}

void tasks_hidden_add(struct tasks_hidden *hidden, struct tasks *tasks, int proc_fd)
{
	size_t kept = 0;

	if (hidden->turn++ % LIST_TURNS == 1)
		find_hidden(hidden, tasks, proc_fd);
	for (size_t i = 0; i < hidden->len; i++)
		if (!tasks_find(tasks, hidden->pids[i]) &&
		    add_hidden(hidden, tasks, proc_fd, hidden->pids[i]))
			hidden->pids[kept++] = hidden->pids[i];
	hidden->len = kept;
}

struct tasks_hidden *tasks_hidden_new(void)
{
	struct tasks_hidden *hidden = xcalloc(1, sizeof(*hidden));

	hidden->pids[hidden->len++] = 1;
	return hidden;
}

void tasks_hidden_free(struct tasks_hidden *hidden)
{
	if (!hidden)
		return;
	strbuf_finish(&hidden->buf);
	free(hidden);
}
