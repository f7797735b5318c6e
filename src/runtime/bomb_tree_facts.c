/* SPDX-License-Identifier: MIT */
/*
 * Finds, before anything is killed, the root of a tree, which of its ancestors adopt orphans, and room for
 * what bomb_tree.c learns of the members.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "runtime/bomb.h"

/* Rows for the processes of the host, and as many again, for what comes meanwhile. */
#define ROWS_MORE 16384

/* ---- Who adopts ---- */

/*
 * Every ancestor may adopt, and what it adopted looks like its own child. Certain is it of an init, which
 * has few others to speak of, and of one further up that is in another cgroup than the tree: what it forks
 * isn't. The root's parent has forked the root into another cgroup, and may have done so again.
 */
static void add_reaper(struct bomb *bomb, const struct hot_stat *stat, uint64_t root_cgroup)
{
	struct tree *tree = &bomb->tree;
	struct bomb_id reaper = {.pid = stat->pid, .start_ticks = stat->start_ticks};
	int fd = hot_process_open(bomb->proc_fd, stat->pid);
	uint64_t cgroup;

	if (fd < 0 || tree->reapers_len == TREE_FACTS_MAX) {
		cleanup_close(&fd);
		return;
	}
	cgroup = process_cgroup_hash(fd);
	reaper.certain = stat->pid == 1 || hot_process_is_init(fd) ||
			 (stat->pid != tree->root.ppid && cgroup && cgroup != root_cgroup);
	close(fd);
	tree->reapers[tree->reapers_len++] = reaper;
}

static void find_reapers(struct bomb *bomb, uint64_t root_cgroup)
{
	struct hot_stat stat = bomb->tree.root;

	while (stat.ppid > 0 && hot_process_stat(bomb->proc_fd, stat.ppid, &stat) == 0) {
		add_reaper(bomb, &stat, root_cgroup);
		tree_add_number(bomb->tree.strange_layouts, &bomb->tree.strange_layouts_len,
				stat.layout);
	}
}

/* ---- The root ---- */

static int check_root(const struct bomb *bomb, struct err *err)
{
	const struct hot_stat *root = &bomb->tree.root;

	if (root->pid == 1)
		return err_setx(err, EPERM, "process 1 runs the host: name another");
	if (root->flags & PARSE_PF_KTHREAD)
		return err_setx(err, EPERM, "process %d is a thread of the kernel: name another",
				(int)root->pid);
	if (hot_stat_ended(root))
		return err_setx(
			err, ESRCH,
			"process %d has ended, and its parent %d has not noticed: what it left is "
			"found by --session or --exe",
			(int)root->pid, (int)root->ppid);
	return 0;
}

int tree_prepare(struct bomb *bomb, struct err *err)
{
	struct tree *tree = &bomb->tree;
	int fd = bomb->number > 0 && bomb->number <= INT_MAX
			 ? hot_process_open(bomb->proc_fd, (pid_t)bomb->number)
			 : -ENOENT;
	int r = fd < 0 ? fd : hot_process_stat(fd, 0, &tree->root);

	if (r < 0) {
		if (fd >= 0)
			close(fd);
		return err_setx(err, ESRCH,
				"there is no process %" PRIu64
				": what it left behind is found by --session or --exe",
				bomb->number);
	}
	find_reapers(bomb, process_cgroup_hash(fd));
	close(fd);
	r = check_root(bomb, err);
	if (r < 0)
		return r;
	tree->cap = bomb->processes * 2 + ROWS_MORE;
	tree->rows = xmalloc(tree->cap * sizeof(tree->rows[0]));
	/* Written to, so that the pages are there when there may be none left. */
	memset(tree->rows, 0, tree->cap * sizeof(tree->rows[0]));
	seen_reserve(&tree->known, bomb->processes);
	tree_look(bomb);
	return 0;
}
