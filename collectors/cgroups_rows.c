/* SPDX-License-Identifier: MIT */
/*
 * One row per group: the union of all hierarchies by path. Owns nothing but the array of rows, which
 * points into the tree and is built anew after every change of it. Never reads a file.
 *
 * Which hierarchy names a row, giving it its path and id: on a unified host v2. On hybrid and legacy
 * hosts the first of naming_order in which the row has a directory: systemd's own tree tells best what a
 * group is, and on a host without systemd that tree is empty and the controllers' trees speak. The rule
 * looks at each row alone, so a group made in another hierarchy never changes what a row is called.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "collectors/cgroups.h"

/* The order in which hierarchies name rows. */
static const enum cgroup_controller naming_order[] = {
	CGROUP_SYSTEMD, CGROUP_UNIFIED, CGROUP_MEMORY,	CGROUP_PIDS,   CGROUP_CPU,
	CGROUP_CPUACCT, CGROUP_IO,	CGROUP_FREEZER, CGROUP_CPUSET,
};

/* struct frame - a row whose children are being added, and how far */
struct frame {
	uint32_t row;
	uint32_t next[HIERARCHIES_MAX]; /* per hierarchy: index of the first child not yet added */
};

/* struct stack - the rows above the one that is being added: as deep as memory allows */
struct stack {
	struct frame *items;
	size_t len, cap;
};

static void order_hierarchies(const struct hierarchies *hierarchies, uint8_t *order)
{
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(naming_order); i++) {
		uint8_t h = hierarchies->of[naming_order[i]];

		if (h != HIERARCHY_NONE && !memchr(order, h, len))
			order[len++] = h;
	}
}

static void stack_push(struct stack *stack, uint32_t row)
{
	if (stack->len == stack->cap) {
		stack->cap = stack->cap ? stack->cap * 2 : 32;
		stack->items = xreallocarray(stack->items, stack->cap, sizeof(*stack->items));
	}
	stack->items[stack->len++] = (struct frame) {.row = row};
}

static struct cgroup_row *rows_add(struct cgroup_rows *rows)
{
	if (rows->len == rows->cap) {
		rows->cap = rows->cap ? rows->cap * 2 : 64;
		rows->items = xreallocarray(rows->items, rows->cap, sizeof(*rows->items));
	}
	rows->items[rows->len] = (struct cgroup_row) {.parent = INDEX_NONE};
	return &rows->items[rows->len++];
}

/* The next child of @dir that has not gone to another row. */
static struct cgroup_dir *peek(const struct cgroup_dir *dir, uint32_t *next)
{
	while (dir && *next < dir->children_len) {
		if (!dir->children[*next]->linked_to)
			return dir->children[*next];
		++*next;
	}
	return NULL;
}

/* Takes the least name among the next children of all hierarchies, and all that bear it. */
static bool take_least(struct cgroup_tree *tree, const struct cgroup_row *row, struct frame *frame,
		       struct cgroup_dir **out_dirs)
{
	struct cgroup_dir *candidates[HIERARCHIES_MAX] = {NULL};
	const char *least = NULL;

	for (size_t h = 0; h < tree->hierarchies.len; h++) {
		candidates[h] = peek(row->dirs[h], &frame->next[h]);
		if (candidates[h] && (!least || strcmp(candidates[h]->name, least) < 0))
			least = candidates[h]->name;
	}
	for (size_t h = 0; least && h < tree->hierarchies.len; h++) {
		bool bears = candidates[h] && strcmp(candidates[h]->name, least) == 0;

		out_dirs[h] = bears ? candidates[h] : NULL;
		frame->next[h] += bears;
	}
	return least != NULL;
}

static void row_name(const struct cgroup_rows *rows, size_t hierarchies, struct cgroup_row *row)
{
	for (size_t i = 0; i < hierarchies; i++)
		if (row->dirs[rows->order[i]]) {
			row->naming = row->dirs[rows->order[i]];
			return;
		}
}

/* Brings in what is linked to @dir from another path. A directory that was made since at the row's own
 * path wins; the link was a mistake then, and the other has to get a row of its own. */
static void take_linked(struct cgroup_tree *tree, struct cgroup_row *row, struct cgroup_dir *dir)
{
	for (size_t h = 0; dir->linked && h < tree->hierarchies.len; h++) {
		struct cgroup_dir *linked = dir->linked[h];

		if (!linked || linked == row->dirs[h])
			continue;
		if (!row->dirs[h]) {
			row->dirs[h] = linked;
			continue;
		}
		cgroup_dir_unlink(linked);
		tree->changed = true;
	}
}

/* Fills in the directories, those linked from other paths too, and tells them which row they are in. */
static void row_settle(struct cgroup_tree *tree, const struct cgroup_rows *rows, uint32_t index)
{
	struct cgroup_row *row = &rows->items[index];

	row_name(rows, tree->hierarchies.len, row);
	for (size_t h = 0; h < tree->hierarchies.len; h++)
		if (row->dirs[h] && !row->dirs[h]->linked_to)
			take_linked(tree, row, row->dirs[h]);
	for (size_t h = 0; h < tree->hierarchies.len; h++)
		if (row->dirs[h])
			row->dirs[h]->row = index;
}

void cgroup_rows_build(struct cgroup_tree *tree, struct cgroup_rows *rows)
{
	struct stack stack = {NULL, 0, 0};

	rows->len = 0;
	tree->changed = false;
	if (tree->hierarchies.len == 0)
		return;
	order_hierarchies(&tree->hierarchies, rows->order);
	memcpy(rows_add(rows)->dirs, tree->roots, sizeof(tree->roots));
	row_settle(tree, rows, 0);
	stack_push(&stack, 0);
	while (stack.len > 0) {
		struct frame *top = &stack.items[stack.len - 1];
		struct cgroup_dir *dirs[HIERARCHIES_MAX] = {NULL};
		uint32_t index = (uint32_t)rows->len, parent = top->row;
		struct cgroup_row *row;

		if (!take_least(tree, &rows->items[parent], top, dirs)) {
			rows->items[parent].subtree_end = index;
			stack.len--;
			continue;
		}
		row = rows_add(rows);
		memcpy(row->dirs, dirs, sizeof(dirs));
		row->parent = parent;
		row->depth = (uint32_t)stack.len;
		row_settle(tree, rows, index);
		stack_push(&stack, index);
	}
	free(stack.items);
}

/* ---- Into a snapshot ---- */

/* Inodes are unique in one hierarchy only, and every v1 hierarchy counts from 1. A row that is not named
 * by v2 on a unified host or by systemd's tree elsewhere says which hierarchy its inode is from in bits 48
 * to 51. They are free, since the kernel fills 32 bits before it counts on in the upper half, and numbers
 * of up to 53 bits survive JSON. */
static uint64_t row_id(const struct cgroup_tree *tree, const struct cgroup_row *row)
{
	const struct hierarchy *naming = &tree->hierarchies.items[row->naming->hierarchy];
	uint64_t tag = 1 + (uint64_t)__builtin_ctz(naming->controllers);

	if (tree->hierarchies.layout == CGROUP_LAYOUT_UNIFIED ||
	    (naming->controllers & 1u << CGROUP_SYSTEMD))
		tag = 0;
	return row->naming->inode | tag << 48;
}

/* A path where it is not that of the row above and a name: linked directories and their like. */
static const char *path_climb(struct arena *arena, const struct cgroup_dir *dir)
{
	size_t len = 0;
	char *path, *end;

	for (const struct cgroup_dir *up = dir; up->parent; up = up->parent)
		len += strlen(up->name) + 1;
	if (len == 0)
		return "/";
	path = arena_alloc(arena, len + 1);
	end = path + len;
	for (const struct cgroup_dir *up = dir; up->parent; up = up->parent) {
		size_t name_len = strlen(up->name);

		end -= name_len;
		memcpy(end, up->name, name_len);
		*--end = '/';
	}
	return path;
}

static const char *path_below(struct arena *arena, const char *parent, const char *name)
{
	size_t parent_len = parent[1] ? strlen(parent) : 0, name_len = strlen(name);
	char *path = arena_alloc(arena, parent_len + name_len + 2);

	memcpy(path, parent, parent_len);
	path[parent_len] = '/';
	memcpy(path + parent_len + 1, name, name_len);
	return path;
}

/* struct publishing - what cgroup_rows_publish() works with */
struct publishing {
	const struct cgroup_tree *tree;
	const struct cgroup_rows *rows;
	struct snapshot *snapshot;
	const char *(*paths)[HIERARCHIES_MAX]; /* by row and hierarchy; the same text is shared */
};

static const char *path_of(struct publishing *p, uint32_t index, const struct cgroup_dir *dir)
{
	const struct cgroup_row *row = &p->rows->items[index];
	struct arena *arena = &p->snapshot->arena;
	const struct cgroup_row *above;

	if (row->parent == INDEX_NONE)
		return "/";
	above = &p->rows->items[row->parent];
	if (above->dirs[dir->hierarchy] != dir->parent)
		return path_climb(arena, dir);
	return path_below(arena, p->paths[row->parent][dir->hierarchy], dir->name);
}

/* Most rows have one path in all hierarchies: it is made once. */
static void row_paths(struct publishing *p, uint32_t index)
{
	const struct cgroup_row *row = &p->rows->items[index];
	const char **paths = p->paths[index];
	uint8_t naming = row->naming->hierarchy;

	paths[naming] = path_of(p, index, row->naming);
	for (uint8_t h = 0; h < p->tree->hierarchies.len; h++) {
		const struct cgroup_dir *dir = row->dirs[h];

		if (!dir || h == naming)
			continue;
		if (row->parent == INDEX_NONE ||
		    (strcmp(dir->name, row->naming->name) == 0 && dir->parent->row == row->parent &&
		     row->naming->parent->row == row->parent &&
		     p->paths[row->parent][h] == p->paths[row->parent][naming]))
			paths[h] = paths[naming];
		else
			paths[h] = path_of(p, index, dir);
	}
}

static void publish_row(struct publishing *p, uint32_t index)
{
	const struct cgroup_row *row = &p->rows->items[index];
	struct cgroup *out = &p->snapshot->cgroups[index];

	row_paths(p, index);
	out->id = row_id(p->tree, row);
	out->inode = row->naming->inode;
	out->naming = (enum cgroup_controller)__builtin_ctz(
		p->tree->hierarchies.items[row->naming->hierarchy].controllers);
	out->path = p->paths[index][row->naming->hierarchy];
	out->name = row->parent == INDEX_NONE ? out->path : strrchr(out->path, '/') + 1;
	out->parent = row->parent;
	out->subtree_end = row->subtree_end;
	out->depth = row->depth;
	out->container = INDEX_NONE;
	out->limit_from_memory = out->limit_from_cpu = out->limit_from_pids = INDEX_NONE;
	for (unsigned int c = 0; c < CGROUP_CONTROLLERS; c++) {
		uint8_t h = p->tree->hierarchies.of[c];

		if (h != HIERARCHY_NONE)
			out->paths[c] = p->paths[index][h];
	}
}

/* The first in the order with more than its root. */
static enum cgroup_controller primary_of(const struct cgroup_tree *tree)
{
	const struct hierarchies *all = &tree->hierarchies;
	enum cgroup_controller first = CGROUP_UNIFIED;

	for (size_t i = ARRAY_LEN(naming_order); i-- > 0;)
		if (all->of[naming_order[i]] != HIERARCHY_NONE)
			first = naming_order[i];
	for (size_t i = 0; i < ARRAY_LEN(naming_order); i++) {
		uint8_t h = all->of[naming_order[i]];

		if (h != HIERARCHY_NONE && tree->roots[h]->children_len > 0)
			return naming_order[i];
	}
	return first;
}

void cgroup_rows_publish(const struct cgroup_tree *tree, const struct cgroup_rows *rows,
			 struct snapshot *snapshot)
{
	struct publishing p = {.tree = tree, .rows = rows, .snapshot = snapshot};

	snapshot->layout = tree->hierarchies.layout;
	snapshot->primary = primary_of(tree);
	snapshot->cgroups_len = rows->len;
	if (rows->len == 0)
		return;
	snapshot->cgroups = arena_array(&snapshot->arena, rows->len, sizeof(struct cgroup));
	p.paths = xcalloc(rows->len, sizeof(*p.paths));
	for (uint32_t i = 0; i < rows->len; i++)
		publish_row(&p, i);
	free(p.paths);
}
