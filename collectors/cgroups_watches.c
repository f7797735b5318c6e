/* SPDX-License-Identifier: MIT */
/*
 * How the tree learns what changed since the last pass: what was made, removed, moved and written to. Marks
 * directories stale; cgroups_tree.c lists them. Owns what hears of events.
 *
 * Measured on Linux 6.18 with 500 groups in one hierarchy (v1 has up to ten): listing them all anew 1.1-2.6
 * ms, statx of each by name 0.64 ms (a new child shows in st_nlink; st_mtime does not change), inotify
 * 0.0003 ms for all hierarchies together, and 4.3 us once for each watch. So every directory is watched, as
 * the same watch tells who wrote to a limit, once the first pass has told what is there: someone waits for
 * that. Where the budget of watches ends, inode and st_nlink are looked at.
 */
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"
#include "collectors/cgroups_files.h"
#include "collectors/cgroups_watches.h"

#define WATCH_MASK (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_ONLYDIR)

/* The first update is of pass 2. */
#define WATCHED_FROM_PASS 3

static int watch_compare(const void *a, const void *b)
{
	const struct cgroup_dir *x = a, *y = b;

	return (x->watch > y->watch) - (x->watch < y->watch);
}

static struct cgroup_dir *watch_find(struct cgroup_tree *tree, int watch)
{
	struct cgroup_dir key = {.watch = watch};
	struct cgroup_dir **found = tfind(&key, &tree->watched, watch_compare);

	return found ? *found : NULL;
}

/* Not inotify_rm_watch(): the kernel ends the watch with the directory, and a renamed directory is
 * taken in again with the same one. */
void cgroup_watch_forget(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	if (dir->watch < 0) {
		tree->unwatched--;
		return;
	}
	tdelete(dir, &tree->watched, watch_compare);
	tree->left.watches++;
	dir->watch = -1;
}

/* There is no inotify call that takes a descriptor, and by its path a deep directory can't be named:
 * it is named from its parent, which is open while its children are taken in. */
static int watch_inotify(struct cgroup_tree *tree, const struct cgroup_dir *dir)
{
	char path[64 + NAME_MAX];
	int fd;

	if (cgroup_dir_fd(tree, dir->parent ? dir->parent : dir, &fd) != 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", fd, dir->parent ? dir->name : "");
	return inotify_add_watch(tree->inotify_fd, path, WATCH_MASK);
}

void cgroup_watch_add(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	if (tree->inotify_fd < 0 || tree->left.watches <= 0 || tree->pass < WATCHED_FROM_PASS)
		return;
	dir->watch = watch_inotify(tree, dir);
	if (dir->watch < 0)
		return;
	if (watch_find(tree, dir->watch)) {
		/* The same directory twice: only the first hears of it. */
		dir->watch = -1;
		return;
	}
	tsearch(dir, &tree->watched, watch_compare);
	tree->unwatched--;
	tree->left.watches--;
}

/* The kernel itself "writes" to these when it has something to tell, often. */
static bool is_events_file(const char *name)
{
	return span_ends(span_of(name), SPAN(".events"));
}

static bool is_procs_file(const char *name)
{
	return strcmp(name, "cgroup.procs") == 0 || strcmp(name, "cgroup.threads") == 0 ||
	       strcmp(name, "tasks") == 0;
}

/* Who enters a group left another. If that is above this one its sums are what they were. */
static void take_move(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	tree->moved |= 1u << dir->hierarchy;
	for (; dir; dir = dir->parent)
		dir->flags |= DIR_WRITTEN;
}

/* A controller that is switched on or off in a directory changes the files of its children. */
static void take_write(struct cgroup_tree *tree, struct cgroup_dir *dir, const char *name)
{
	dir->flags |= DIR_WRITTEN;
	if (is_procs_file(name))
		take_move(tree, dir);
	if (is_procs_file(name) || is_events_file(name))
		return;
	cgroup_dir_forget(tree, dir, false);
	if (strcmp(name, "cgroup.subtree_control") == 0)
		for (uint32_t i = 0; i < dir->children_len; i++)
			cgroup_dir_forget(tree, dir->children[i], true);
}

/* Events were lost: anything may have happened. */
static void mark_everything(struct cgroup_tree *tree)
{
	tree->moved = UINT32_MAX;
	for (size_t h = 0; h < tree->hierarchies.len; h++)
		for (struct cgroup_dir *dir = tree->roots[h]; dir;
		     dir = cgroup_dir_next(tree->roots[h], dir)) {
			cgroup_dir_mark_stale(tree, dir);
			cgroup_dir_forget(tree, dir, true);
		}
}

static void take_event(struct cgroup_tree *tree, const struct inotify_event *event)
{
	struct cgroup_dir *dir;

	if (event->mask & IN_Q_OVERFLOW) {
		mark_everything(tree);
		return;
	}
	dir = watch_find(tree, event->wd);
	if (!dir)
		return;
	if (event->mask & IN_IGNORED) {
		cgroup_watch_forget(tree, dir);
		tree->unwatched++;
		cgroup_dir_suspect(tree, dir);
	} else if (event->mask & IN_MODIFY) {
		take_write(tree, dir, event->len ? event->name : "");
	} else if (event->mask & IN_ISDIR) {
		cgroup_dir_mark_stale(tree, dir);
	}
}

static void take_events(struct cgroup_tree *tree)
{
	_Alignas(struct inotify_event) char buf[16384];
	ssize_t n;

	if (tree->inotify_fd < 0)
		return;
	while ((n = read(tree->inotify_fd, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *event = (const struct inotify_event *)p;

			take_event(tree, event);
			p += sizeof(*event) + event->len;
		}
}

/* A file system that doesn't count subdirectories is listed every time. */
static void check_unwatched_dir(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	struct stat st;
	int r = cgroup_dir_stat(tree, dir, &st);

	if (r == READ_GONE || (r == 0 && st.st_ino != dir->inode))
		cgroup_dir_suspect(tree, dir);
	else if (r == 0 && (st.st_nlink < CGROUP_LEAF_LINKS || st.st_nlink != dir->links_count))
		cgroup_dir_mark_stale(tree, dir);
}

static void check_unwatched(struct cgroup_tree *tree)
{
	if (tree->unwatched == 0)
		return;
	for (size_t h = 0; h < tree->hierarchies.len; h++)
		for (struct cgroup_dir *dir = tree->roots[h]; dir;
		     dir = cgroup_dir_next(tree->roots[h], dir))
			if (dir->watch < 0)
				check_unwatched_dir(tree, dir);
}

/* What the first pass took in; what was changed meanwhile shows when it is looked at once more. */
static void watch_all(struct cgroup_tree *tree)
{
	for (size_t h = 0; h < tree->hierarchies.len; h++)
		for (struct cgroup_dir *dir = tree->roots[h]; dir;
		     dir = cgroup_dir_next(tree->roots[h], dir)) {
			cgroup_watch_add(tree, dir);
			check_unwatched_dir(tree, dir);
			cgroup_dir_forget(tree, dir, true);
		}
}

void cgroup_watches_take(struct cgroup_tree *tree)
{
	if (tree->pass == WATCHED_FROM_PASS)
		watch_all(tree);
	take_events(tree);
	check_unwatched(tree);
}
