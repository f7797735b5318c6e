/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of the cgroups collector: those of directories, and those of files that are read in every
 * pass. Owns the budget and keeps to it; what it can't keep open is opened for each read. Never opens by
 * an absolute path, so neither the depth of a tree nor PATH_MAX matters.
 *
 * Measured on Linux 6.18, per file and read: 1.0 us by pread of a kept descriptor, 4.8 us by open, read
 * and close. A kept descriptor costs the kernel about 4.5 KiB (struct file and a seq_file buffer of one
 * page), so there is a ceiling to the budget: 16,384 descriptors hold 70 MiB.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/parse.h"
#include "collectors/cgroups_files.h"
#include "collectors/unknown.h"

#define DESCRIPTORS_MAX	  16384 /* see above */
#define DESCRIPTORS_SPARE 64	/* at least so many are left to the rest of the program */
#define WATCHES_UNKNOWN	  2048	/* a quarter of the default before Linux 5.11 */
#define ANCHOR_DEPTH                                                                               \
	16 /* every so many levels a directory has a right to a descriptor, so that
			      * those without are never far below one that has */

struct cgroup_budget cgroup_budget_of_process(int root_fd)
{
	struct cgroup_budget budget = {.descriptors = DESCRIPTORS_MAX, .watches = WATCHES_UNKNOWN};
	struct strbuf buf = STRBUF_INIT;
	struct rlimit limit;
	uint64_t watches;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
		long all = (long)limit.rlim_cur;
		long spare = all / 8 > DESCRIPTORS_SPARE ? all / 8 : DESCRIPTORS_SPARE;

		if (all - spare < budget.descriptors)
			budget.descriptors = all > spare ? all - spare : 0;
	}
	/* Watches are shared by all programs of a user: take no more than a quarter. */
	if (dir_read(root_fd, "proc/sys/fs/inotify/max_user_watches", &buf, NULL) == 0 &&
	    parse_single(strbuf_span(&buf), &watches, NULL) == 0)
		budget.watches = (long)(watches / 4);
	strbuf_finish(&buf);
	return budget;
}

/* Files may not eat what directories need, nor directories what anchors need. */
static bool budget_take(struct cgroup_tree *tree, long reserve)
{
	if (tree->left.descriptors <= reserve)
		return false;
	tree->left.descriptors--;
	return true;
}

static void budget_close(struct cgroup_tree *tree, int fd)
{
	close(fd);
	tree->left.descriptors++;
}

static void entered_close(struct cgroup_tree *tree)
{
	if (tree->entered_fd >= 0)
		close(tree->entered_fd);
	tree->entered_fd = -1;
	tree->entered = NULL;
}

/* Opens the directory @levels below @fd on the way down to @dir, which is ANCHOR_DEPTH names at the most:
 * as many as always fit PATH_MAX. */
static int open_below(int fd, const struct cgroup_dir *const *way, size_t levels, int *out_fd)
{
	char path[PATH_MAX], *end = path;

	while (levels-- > 0) {
		end = stpcpy(end, way[levels]->name);
		*end++ = '/';
	}
	end[-1] = '\0';
	return dir_open(fd, path, out_fd, NULL);
}

/* Opens @dir from the nearest directory above it that has a descriptor. */
static int dir_enter(const struct cgroup_dir *dir, int *out_fd)
{
	const struct cgroup_dir *top = dir;
	const struct cgroup_dir **way;
	size_t len = 0;
	int fd, r = 0;

	while (top->fd < 0 && top->parent)
		top = top->parent;
	way = xcalloc(dir->depth - top->depth + 1, sizeof(const struct cgroup_dir *));
	for (const struct cgroup_dir *step = dir; step != top; step = step->parent)
		way[len++] = step;
	fd = top->fd;
	while (r == 0 && len > 0) {
		size_t levels = len < ANCHOR_DEPTH ? len : ANCHOR_DEPTH;
		int next = -1;

		len -= levels;
		r = open_below(fd, &way[len], levels, &next);
		if (fd != top->fd)
			close(fd);
		fd = next;
	}
	free(way);
	*out_fd = fd;
	return r;
}

int cgroup_dir_fd(struct cgroup_tree *tree, const struct cgroup_dir *dir, int *out_fd)
{
	int r = 0;

	if (dir->fd >= 0) {
		*out_fd = dir->fd;
		return 0;
	}
	if (tree->entered != dir) {
		entered_close(tree);
		r = dir_enter(dir, &tree->entered_fd);
		if (r == 0)
			tree->entered = dir;
		else
			tree->entered_fd = -1;
	}
	*out_fd = tree->entered_fd;
	return r == READ_ABSENT ? READ_GONE : r;
}

int cgroup_dir_stat(struct cgroup_tree *tree, const struct cgroup_dir *dir, struct stat *out)
{
	int fd, r;

	r = cgroup_dir_fd(tree, dir->parent ? dir->parent : dir, &fd);
	if (r != 0)
		return r;
	if (dir->parent ? fstatat(fd, dir->name, out, AT_SYMLINK_NOFOLLOW) < 0 : fstat(fd, out) < 0)
		return READ_GONE;
	return 0;
}

/* Others are seldom opened again: their files are kept open, and their inode is seen from above. */
void cgroup_dir_keep(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	int fd;

	if (dir->depth % ANCHOR_DEPTH != 0 || dir->fd >= 0 || cgroup_dir_fd(tree, dir, &fd) != 0 ||
	    !budget_take(tree, 0))
		return;
	dir->fd = fd;
	tree->entered = NULL;
	tree->entered_fd = -1;
}

static void kept_close(struct cgroup_tree *tree, struct kept_file *kept)
{
	if (kept->state == KEPT_OPEN)
		budget_close(tree, kept->fd);
	*kept = (struct kept_file) {.fd = -1};
}

void cgroup_dir_release(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	for (size_t i = 0; dir->files && i < tree->plans[dir->hierarchy].len; i++)
		kept_close(tree, &dir->files[i]);
	free(dir->files);
	dir->files = NULL;
	if (tree->entered == dir)
		entered_close(tree);
	if (dir->fd >= 0)
		budget_close(tree, dir->fd);
	dir->fd = -1;
}

void cgroup_dir_leave(struct cgroup_tree *tree)
{
	entered_close(tree);
}

void cgroup_dir_forget(struct cgroup_tree *tree, struct cgroup_dir *dir, bool files_too)
{
	dir->flags |= DIR_WRITTEN;
	for (size_t i = 0; dir->files && i < tree->plans[dir->hierarchy].len; i++) {
		struct kept_file *kept = &dir->files[i];

		kept->fresh = false;
		if (files_too && kept->state == KEPT_MISSING)
			kept->state = KEPT_UNTRIED;
	}
	if (files_too)
		dir->flags &= (uint8_t)~DIR_ENABLED_READ;
}

/* v2: which controllers have files here. A directory that doesn't say is asked for all of them. */
static unsigned int dir_enabled(struct cgroup_tree *tree, struct cgroup_dir *dir, int fd)
{
	int r;

	if (dir->flags & DIR_ENABLED_READ)
		return dir->enabled;
	dir->enabled = UINT_MAX;
	r = dir_read(fd, "cgroup.controllers", &tree->buf, NULL);
	if (r == 0)
		dir->enabled = 1u << CGROUP_UNIFIED |
			       hierarchy_controller_bits(span_trim(strbuf_span(&tree->buf)), ' ');
	if (r >= 0)
		dir->flags |= DIR_ENABLED_READ;
	return dir->enabled;
}

/* Every cgroup has cgroup.procs, so a directory without it is a removed one. */
static bool dir_is_alive(int fd)
{
	return faccessat(fd, "cgroup.procs", F_OK, 0) == 0;
}

static int kept_miss(const struct cgroup_dir *dir, const struct cgroup_file *file, int r,
		     struct kept_file *kept)
{
	enum metric_why why = WHY_NO_FILE;

	if (file->absent_why)
		why = (enum metric_why)file->absent_why;
	else if (dir->flags & DIR_TRUE_ROOT)
		why = WHY_ROOT_CGROUP;
	*kept = (struct kept_file) {.fd = -1, .state = KEPT_MISSING};
	kept->value = r == READ_DENIED ? metric_of_result(r) : metric_unknown(METRIC_ABSENT, why);
	return r;
}

/* What is read in two passes running is worth a descriptor: neither a file of a quiet group is, nor a
 * limit that is watched, nor anything in a program that takes one sample and ends. A list of processes of
 * v1 never is: through a descriptor that has read it before, the kernel shows the list of then until
 * nobody has read any for a second (cgroup_pidlist_start() in kernel/cgroup/cgroup-v1.c). */
static bool is_worth_keeping(struct cgroup_tree *tree, const struct cgroup_dir *dir,
			     const struct cgroup_file *file, const struct kept_file *kept)
{
	if (file == &cgroup_procs_file && !tree->hierarchies.items[dir->hierarchy].v2)
		return false;
	return kept->read_at + 1 == tree->pass && budget_take(tree, tree->total.descriptors / 8);
}

static int read_open(const struct cgroup_file *file, int fd, const char *name, struct strbuf *buf,
		     struct err *err)
{
	/* The list of processes is of many records: a short read is not its end. */
	return file == &cgroup_procs_file ? file_read(fd, name, buf, err)
					  : file_read_record(fd, name, buf, err);
}

static int kept_try_name(struct cgroup_tree *tree, const struct cgroup_dir *dir,
			 const struct cgroup_file *file, struct kept_file *kept, struct err *err)
{
	const char *name = file->names[kept->name];
	int dirfd, fd, r;

	r = cgroup_dir_fd(tree, dir, &dirfd);
	if (r == 0)
		r = file_open(dirfd, name, &fd, err);
	if (r != 0)
		return r;
	r = read_open(file, fd, name, &tree->buf, err);
	if (r == 0 && is_worth_keeping(tree, dir, file, kept)) {
		kept->state = KEPT_OPEN;
		kept->fd = fd;
	} else {
		kept->state = KEPT_LOOSE;
		close(fd);
	}
	kept->read_at = (uint32_t)tree->pass;
	return r;
}

static int kept_try(struct cgroup_tree *tree, struct cgroup_dir *dir,
		    const struct cgroup_file *file, struct kept_file *kept, struct err *err)
{
	int fd, r = cgroup_dir_fd(tree, dir, &fd);

	if (r != 0)
		return r == READ_DENIED ? kept_miss(dir, file, r, kept) : r;
	if (tree->hierarchies.items[dir->hierarchy].v2 && kept->state == KEPT_UNTRIED &&
	    !(dir_enabled(tree, dir, fd) & 1u << file->controller)) {
		kept->state = KEPT_MISSING;
		kept->value = metric_unknown(METRIC_ABSENT, WHY_NO_CONTROLLER);
		return READ_ABSENT;
	}
	r = READ_ABSENT;
	for (; r == READ_ABSENT && kept->name < CGROUP_NAMES_MAX && file->names[kept->name];
	     kept->name++)
		r = kept_try_name(tree, dir, file, kept, err);
	if (kept->name > 0)
		kept->name--;
	if (r == READ_ABSENT && !dir_is_alive(fd))
		return READ_GONE;
	return r == READ_ABSENT || r == READ_DENIED ? kept_miss(dir, file, r, kept) : r;
}

static struct kept_file *kept_of(struct cgroup_tree *tree, struct cgroup_dir *dir, size_t i)
{
	size_t len = tree->plans[dir->hierarchy].len;

	if (!dir->files) {
		dir->files = xcalloc(len, sizeof(*dir->files));
		for (size_t n = 0; n < len; n++)
			dir->files[n].fd = -1;
	}
	return &dir->files[i];
}

bool cgroup_dir_is_due(const struct cgroup_tree *tree, const struct cgroup_dir *dir)
{
	return (tree->pass + dir->inode) % CGROUP_RETRY_PASSES == 0;
}

int cgroup_dir_read(struct cgroup_tree *tree, struct cgroup_dir *dir, size_t i, struct err *err)
{
	const struct cgroup_file *file = tree->plans[dir->hierarchy].files[i];
	struct kept_file *kept = kept_of(tree, dir, i);
	int r;

	if (kept->state == KEPT_OPEN) {
		r = read_open(file, kept->fd, file->names[kept->name], &tree->buf, err);
		if (r <= 0)
			return r;
		kept_close(tree, kept);
		if (r != READ_GONE)
			return kept_miss(dir, file, r, kept);
		/* A controller that was switched off and on again has new files of the same names. */
	}
	if (kept->state == KEPT_MISSING) {
		if (!cgroup_dir_is_due(tree, dir))
			return kept->value.state == METRIC_DENIED ? READ_DENIED : READ_ABSENT;
		*kept = (struct kept_file) {.fd = -1};
		dir->flags &= (uint8_t)~DIR_ENABLED_READ;
	}
	return kept_try(tree, dir, file, kept, err);
}
