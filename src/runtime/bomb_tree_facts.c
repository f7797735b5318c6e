/* SPDX-License-Identifier: MIT */
/*
 * Learns, before anything is killed, by what the members of a tree are known when their parents have
 * ended: the programs they run, the cgroups they are in, where the kernel placed their stacks, and which
 * of the root's ancestors adopt orphans.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "runtime/bomb.h"

/* Rows for the processes of the host, and as many again, for what comes meanwhile. */
#define ROWS_MORE   16384
#define LEARN_TIMES 4

static bool has_number(const uint64_t *numbers, size_t len, uint64_t number)
{
	for (size_t i = 0; i < len; i++) {
		if (numbers[i] == number)
			return true;
	}
	return false;
}

static bool add_number(uint64_t *numbers, size_t *len, uint64_t number)
{
	if (number == 0 || *len == TREE_FACTS_MAX || has_number(numbers, *len, number))
		return false;
	numbers[(*len)++] = number;
	return true;
}

/* The root may be a copy of its shell, and so may be whatever else the shell started. */
static bool add_layout(struct tree *tree, uint64_t layout)
{
	return !has_number(tree->strange_layouts, tree->strange_layouts_len, layout) &&
	       add_number(tree->layouts, &tree->layouts_len, layout);
}

static bool add_exe(struct tree *tree, const struct file_id *exe)
{
	for (size_t i = 0; i < tree->exes_len; i++) {
		if (tree->exes[i].ino == exe->ino && tree->exes[i].dev == exe->dev)
			return false;
	}
	if (tree->exes_len == TREE_FACTS_MAX)
		return false;
	tree->exes[tree->exes_len++] = *exe;
	return true;
}

/* Whether anything of it was new. */
static bool learn_of(struct bomb *bomb, pid_t pid, uint64_t start_ticks)
{
	struct tree *tree = &bomb->tree;
	int fd = hot_process_open(bomb->proc_fd, pid);
	struct hot_stat stat;
	struct file_id exe;
	bool any = false;

	if (fd < 0)
		return false;
	if (hot_process_stat(fd, 0, &stat) == 0 && stat.start_ticks == start_ticks) {
		any = add_layout(tree, stat.layout);
		if (process_exe(fd, &exe))
			any = add_exe(tree, &exe) || any;
		any = add_number(tree->cgroups, &tree->cgroups_len, process_cgroup_hash(fd)) || any;
	}
	close(fd);
	return any;
}

/* Of a crowd of members the first few tell as much as all. */
static bool learn(struct bomb *bomb)
{
	struct tree *tree = &bomb->tree;
	size_t looked = 0;
	bool any = false;

	for (size_t i = 0; i < tree->len && looked < 4 * TREE_FACTS_MAX; i++) {
		const struct tree_row *row = &tree->rows[i];
		struct hot_stat stat = {.pid = row->pid, .start_ticks = row->start_ticks};
		enum bomb_spared why;

		if (!tree_has(tree, row->pid, row->start_ticks) ||
		    bomb_is_spared(bomb, &stat, &why))
			continue;
		looked++;
		any = learn_of(bomb, row->pid, row->start_ticks) || any;
	}
	return any;
}

/* ---- Who adopts ---- */

/*
 * An ancestor may adopt; what it adopted looks like its own child. Certain is it of an init, which has
 * no others to speak of, and of one that is in another cgroup than the tree: what it forks isn't.
 */
static void add_reaper(struct bomb *bomb, const struct hot_stat *stat, uint64_t root_cgroup)
{
	struct tree *tree = &bomb->tree;
	struct bomb_id reaper = {.pid = stat->pid, .start_ticks = stat->start_ticks};
	int fd = hot_process_open(bomb->proc_fd, stat->pid);

	if (fd < 0)
		return;
	uint64_t cgroup = process_cgroup_hash(fd);

	reaper.certain = stat->pid == 1 || hot_process_is_init(fd) ||
			 (cgroup && root_cgroup && cgroup != root_cgroup);
	close(fd);
	/* The root's parent has other children, which are the root's siblings and not ours to end. */
	if (tree->reapers_len < TREE_FACTS_MAX && (reaper.certain || stat->pid != tree->root.ppid))
		tree->reapers[tree->reapers_len++] = reaper;
}

static void find_reapers(struct bomb *bomb, uint64_t root_cgroup)
{
	struct hot_stat stat = bomb->tree.root;

	while (stat.ppid > 0 && hot_process_stat(bomb->proc_fd, stat.ppid, &stat) == 0) {
		add_reaper(bomb, &stat, root_cgroup);
		add_number(bomb->tree.strange_layouts, &bomb->tree.strange_layouts_len,
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
	learn_of(bomb, tree->root.pid, tree->root.start_ticks);
	for (int i = 0; i < LEARN_TIMES; i++) {
		tree_look(bomb);
		if (!learn(bomb))
			break;
	}
	return 0;
}
