/* SPDX-License-Identifier: MIT */
/*
 * A process and what comes of it: hot. Every look reads all processes of the host into rows that
 * bomb_prepare() made room for, follows the parents, and finds what the tree's members left behind when
 * they ended. Never allocates; a host with more processes than rows shows the rest to a later look, when
 * there are fewer.
 */
#include "runtime/bomb.h"

#include <unistd.h>

enum tree_mark {
	TREE_UNKNOWN = 0,
	TREE_IN,
	TREE_OUT,
};

/* Each round finds what descends from the orphans that the one before found; more than a few there are
 * only while the tree is being made. */
#define ROUNDS	  4
#define LEARN_MAX (4 * TREE_FACTS_MAX)

static bool read_row(struct bomb *bomb, pid_t pid, struct tree_row *row)
{
	struct hot_stat stat;

	if (hot_process_stat(bomb->proc_fd, pid, &stat) < 0 || (stat.flags & PARSE_PF_KTHREAD) ||
	    hot_stat_ended(&stat))
		return false;
	*row = (struct tree_row) {
		.pid = stat.pid,
		.ppid = stat.ppid,
		.pgrp = stat.pgrp,
		.session = stat.session,
		.start_ticks = stat.start_ticks,
		.layout = stat.layout,
	};
	return true;
}

/* The kernel lists processes by ascending pid. */
static void read_rows(struct bomb *bomb)
{
	struct tree *tree = &bomb->tree;
	pid_t pid;

	tree->len = 0;
	hot_dir_start(&bomb->dir, bomb->proc_fd);
	while (tree->len < tree->cap && (pid = hot_dir_next_pid(&bomb->dir)) > 0) {
		if (read_row(bomb, pid, &tree->rows[tree->len]))
			tree->len++;
	}
}

static struct tree_row *find_row(const struct tree *tree, pid_t pid)
{
	size_t low = 0, high = tree->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tree->rows[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < tree->len && tree->rows[low].pid == pid ? &tree->rows[low] : NULL;
}

/* NULL: it has none that we know, or its parent's number is somebody else's by now. */
static struct tree_row *find_parent(const struct tree *tree, const struct tree_row *row)
{
	struct tree_row *parent = find_row(tree, row->ppid);

	return parent && parent != row && parent->start_ticks <= row->start_ticks ? parent : NULL;
}

static bool is_root(const struct tree *tree, const struct tree_row *row)
{
	return row->pid == tree->root.pid && row->start_ticks == tree->root.start_ticks;
}

/* Twice along the same way: up to somebody who is known, then telling all on it. */
static void resolve(struct tree *tree, struct tree_row *row)
{
	struct tree_row *at = row;
	unsigned char mark;
	size_t steps = 0;

	while (at && at->mark == TREE_UNKNOWN && steps++ < tree->len)
		at = find_parent(tree, at);
	mark = at && at->mark == TREE_IN ? TREE_IN : TREE_OUT;
	for (at = row; at && at->mark == TREE_UNKNOWN; at = find_parent(tree, at))
		at->mark = mark;
}

static void mark_known(struct tree *tree)
{
	for (size_t i = 0; i < tree->len; i++) {
		struct tree_row *row = &tree->rows[i];

		if (is_root(tree, row) || seen_has(&tree->known, row->pid, row->start_ticks))
			row->mark = TREE_IN;
	}
}

static void mark_descendants(struct tree *tree)
{
	for (size_t i = 0; i < tree->len; i++) {
		if (tree->rows[i].mark == TREE_OUT)
			tree->rows[i].mark = TREE_UNKNOWN;
	}
	for (size_t i = 0; i < tree->len; i++)
		resolve(tree, &tree->rows[i]);
}

/* ---- What members are known by ---- */

static bool has_number(const uint64_t *numbers, size_t len, uint64_t number)
{
	for (size_t i = 0; i < len; i++) {
		if (numbers[i] == number)
			return true;
	}
	return false;
}

void tree_add_number(uint64_t *numbers, size_t *len, uint64_t number)
{
	if (number != 0 && *len < TREE_FACTS_MAX && !has_number(numbers, *len, number))
		numbers[(*len)++] = number;
}

/* The root may be a copy of its shell, and so may be whatever else the shell started. */
static void add_layout(struct tree *tree, uint64_t layout)
{
	if (!has_number(tree->strange_layouts, tree->strange_layouts_len, layout))
		tree_add_number(tree->layouts, &tree->layouts_len, layout);
}

static bool has_exe(const struct tree *tree, const struct file_id *exe)
{
	for (size_t i = 0; i < tree->exes_len; i++) {
		if (tree->exes[i].ino == exe->ino && tree->exes[i].dev == exe->dev)
			return true;
	}
	return false;
}

static void add_exe(struct tree *tree, const struct file_id *exe)
{
	if (tree->exes_len < TREE_FACTS_MAX && !has_exe(tree, exe))
		tree->exes[tree->exes_len++] = *exe;
}

static void learn_of(struct bomb *bomb, const struct tree_row *row)
{
	struct tree *tree = &bomb->tree;
	int fd = hot_process_open(bomb->proc_fd, row->pid);
	enum bomb_spared why;
	struct hot_stat stat;
	struct file_id exe;

	if (fd < 0)
		return;
	if (hot_process_stat(fd, 0, &stat) == 0 && stat.start_ticks == row->start_ticks &&
	    !bomb_is_spared(bomb, &stat, &why)) {
		add_layout(tree, stat.layout);
		if (process_exe(fd, &exe))
			add_exe(tree, &exe);
		tree_add_number(tree->cgroups, &tree->cgroups_len, process_cgroup_hash(fd));
	}
	close(fd);
}

/* Of a crowd of new members the first few tell as much as all. The root may run another program by now. */
static void learn(struct bomb *bomb)
{
	struct tree *tree = &bomb->tree;
	unsigned int looked = 0;

	for (size_t i = 0; i < tree->len; i++) {
		const struct tree_row *row = &tree->rows[i];
		bool fresh;

		if (row->mark != TREE_IN)
			continue;
		fresh = seen_add(&tree->known, row->pid, row->start_ticks);
		if (is_root(tree, row) || (fresh && looked++ < LEARN_MAX))
			learn_of(bomb, row);
	}
}

/* ---- What was left behind ---- */

static const struct bomb_id *find_reaper(const struct tree *tree, pid_t pid)
{
	for (size_t i = 0; i < tree->reapers_len; i++) {
		if (tree->reapers[i].pid == pid)
			return &tree->reapers[i];
	}
	return NULL;
}

/* What needs no further reading. An ancestor may have started in the same tick as the root. */
static bool may_be_orphan(const struct tree *tree, const struct tree_row *row)
{
	const struct bomb_id *reaper = find_reaper(tree, row->ppid);

	if (!reaper || row->start_ticks < tree->root.start_ticks || find_reaper(tree, row->pid))
		return false;
	if (has_number(tree->layouts, tree->layouts_len, row->layout))
		return true;
	return reaper->certain && row->session == tree->root.session &&
	       row->pgrp == tree->root.pgrp;
}

static bool runs_member_exe(const struct tree *tree, int fd)
{
	struct file_id exe;

	return process_exe(fd, &exe) && has_exe(tree, &exe);
}

static bool is_orphan(struct bomb *bomb, const struct tree_row *row)
{
	struct tree *tree = &bomb->tree;
	struct hot_stat stat;
	enum bomb_spared why;
	bool yes;
	int fd;

	if (!may_be_orphan(tree, row))
		return false;
	fd = hot_process_open(bomb->proc_fd, row->pid);
	if (fd < 0)
		return false;
	yes = hot_process_stat(fd, 0, &stat) == 0 && stat.start_ticks == row->start_ticks &&
	      !bomb_is_spared(bomb, &stat, &why) && runs_member_exe(tree, fd) &&
	      has_number(tree->cgroups, tree->cgroups_len, process_cgroup_hash(fd));
	close(fd);
	return yes;
}

static bool mark_orphans(struct bomb *bomb)
{
	struct tree *tree = &bomb->tree;
	bool any = false;

	for (size_t i = 0; i < tree->len; i++) {
		if (tree->rows[i].mark == TREE_IN || !is_orphan(bomb, &tree->rows[i]))
			continue;
		tree->rows[i].mark = TREE_IN;
		any = true;
	}
	return any;
}

void tree_look(struct bomb *bomb)
{
	struct tree *tree = &bomb->tree;
	bool more = true;

	read_rows(bomb);
	mark_known(tree);
	for (int round = 0; round < ROUNDS && more; round++) {
		mark_descendants(tree);
		learn(bomb);
		more = mark_orphans(bomb);
	}
	learn(bomb);
}

bool tree_has_row(const struct tree_row *row)
{
	return row->mark == TREE_IN;
}

bool tree_has(const struct tree *tree, pid_t pid, uint64_t start_ticks)
{
	const struct tree_row *row = find_row(tree, pid);

	return row && tree_has_row(row) && row->start_ticks == start_ticks;
}
