/* SPDX-License-Identifier: MIT */
/*
 * Trees of cgroups. Everything is opened relative to the descriptor of its parent, so that a directory
 * renamed or remade under us is not mistaken for another. Owns the descriptors on its way down.
 */
#include "runtime/cg_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/parse.h"

#define PAUSE_NSEC 500000 /* between tries to remove a group that is busy */

static bool gone(int code)
{
	return code == ENOENT || code == ENODEV;
}

/* The directory as a stream of its own: @fd stays as it is. NULL with errno set. */
static DIR *open_stream(int fd)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = own >= 0 ? fdopendir(own) : NULL;

	if (!stream && own >= 0)
		close(own);
	return stream;
}

/* The next directory in it; NULL at the end. cgroup file systems know the type of each entry. */
static const char *next_directory(DIR *stream)
{
	struct dirent *entry;

	while ((entry = readdir(stream)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			return entry->d_name;
	return NULL;
}

static int open_below(int fd, const char *name)
{
	return openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int walk(int fd, cg_tree_visit_fn *visit, void *context, unsigned int depth, struct err *err)
{
	_cleanup_(cleanup_closedir)
	DIR *stream = NULL;
	const char *name;
	int r = visit(fd, context, err);

	if (r != 0)
		return r;
	if (depth >= CG_TREE_DEPTH_MAX)
		return err_set(err, ELOOP, "walk a cgroup below level %d", CG_TREE_DEPTH_MAX);
	stream = open_stream(fd);
	if (!stream)
		return gone(errno) ? 0 : err_set(err, errno, "list a cgroup's directory");
	while ((name = next_directory(stream))) {
		_cleanup_(cleanup_close)
		int below = open_below(fd, name);

		if (below < 0 && !gone(errno))
			return err_set(err, errno, "open the cgroup %s", name);
		if (below < 0)
			continue;
		r = walk(below, visit, context, depth + 1, err);
		if (r != 0)
			return r;
	}
	return 0;
}

int cg_tree_walk(int fd, cg_tree_visit_fn *visit, void *context, struct err *err)
{
	return walk(fd, visit, context, 0, err);
}

static void pids_add(struct cg_pids *pids, pid_t pid)
{
	if (pids->len == pids->cap) {
		pids->cap = pids->cap ? pids->cap * 2 : 64;
		pids->items = xreallocarray(pids->items, pids->cap, sizeof(pids->items[0]));
	}
	pids->items[pids->len++] = pid;
}

/* A process of an outer pid namespace is a 0 there: one that we could do nothing to. */
static int add_members(int fd, void *context, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	int r = dir_read(fd, "cgroup.procs", &text, err);
	struct span rest = strbuf_span(&text), line;
	uint64_t pid;

	/* In a threaded group it can't be read (EOPNOTSUPP): the domain above lists its processes. */
	while (r == 0 && span_next_line(&rest, &line))
		if (parse_u64(line, &pid) && pid > 0 && pid <= INT32_MAX)
			pids_add(context, (pid_t)pid);
	if (r == READ_DENIED)
		return err_set(err, EACCES, "read cgroup.procs");
	return r < 0 ? r : 0;
}

int cg_pids_add_tree(struct cg_pids *pids, int fd, struct err *err)
{
	return cg_tree_walk(fd, add_members, pids, err);
}

static int by_pid(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

void cg_pids_sort(struct cg_pids *pids)
{
	size_t len = 0;

	if (pids->len == 0)
		return;
	qsort(pids->items, pids->len, sizeof(pids->items[0]), by_pid);
	for (size_t i = 0; i < pids->len; i++)
		if (len == 0 || pids->items[i] != pids->items[len - 1])
			pids->items[len++] = pids->items[i];
	pids->len = len;
}

bool cg_pids_has(const struct cg_pids *pids, pid_t pid)
{
	for (size_t i = 0; i < pids->len; i++)
		if (pids->items[i] == pid)
			return true;
	return false;
}

void cg_pids_finish(struct cg_pids *pids)
{
	free(pids->items);
	*pids = CG_PIDS_INIT;
}

static int remove_patiently(int parent_fd, const char *name, uint64_t until_usec, struct err *err)
{
	while (unlinkat(parent_fd, name, AT_REMOVEDIR) < 0) {
		if (gone(errno))
			return 0;
		if (errno != EBUSY || clock_monotonic_usec() >= until_usec)
			return err_set(err, errno, "remove the cgroup %s", name);
		nanosleep(&(struct timespec) {.tv_nsec = PAUSE_NSEC}, NULL);
	}
	return 0;
}

static int remove_tree(int parent_fd, const char *name, uint64_t until_usec, unsigned int depth,
		       struct err *err);

static int remove_below(int fd, uint64_t until_usec, unsigned int depth, struct err *err)
{
	_cleanup_(cleanup_closedir)
	DIR *stream = open_stream(fd);
	const char *name;
	int r = 0;

	if (!stream)
		return gone(errno) ? 0 : err_set(err, errno, "list a cgroup's directory");
	if (depth >= CG_TREE_DEPTH_MAX)
		return err_set(err, ELOOP, "remove a cgroup below level %d", CG_TREE_DEPTH_MAX);
	while (r == 0 && (name = next_directory(stream)))
		r = remove_tree(fd, name, until_usec, depth + 1, err);
	return r;
}

static int remove_tree(int parent_fd, const char *name, uint64_t until_usec, unsigned int depth,
		       struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	int r;

	/* Most have nothing below: one call is enough. */
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || gone(errno))
		return 0;
	if (errno != EBUSY && errno != ENOTEMPTY)
		return err_set(err, errno, "remove the cgroup %s", name);
	fd = open_below(parent_fd, name);
	if (fd < 0)
		return gone(errno) ? 0 : err_set(err, errno, "open the cgroup %s", name);
	r = remove_below(fd, until_usec, depth, err);
	return r < 0 ? r : remove_patiently(parent_fd, name, until_usec, err);
}

int cg_tree_remove(int parent_fd, const char *name, unsigned int patience_usec, struct err *err)
{
	return remove_tree(parent_fd, name, clock_monotonic_usec() + patience_usec, 0, err);
}
