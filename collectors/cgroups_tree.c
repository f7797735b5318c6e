/* SPDX-License-Identifier: MIT */
/*
 * The directories of all hierarchies, kept from pass to pass. Owns every struct cgroup_dir. Never walks the
 * tree by recursion: groups nest as deep as memory allows. Most groups have none below them, and st_nlink
 * says so: those are neither opened nor listed, which is half of the first pass.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "collectors/cgroups_files.h"
#include "collectors/cgroups_watches.h"

#define LISTING_BYTES (64u << 10)

/* struct listed - a subdirectory as a listing found it */
struct listed {
	const char *name; /* in tree->scratch */
	uint64_t inode;
};

/* struct listing - all of them, ascending by name; in tree->scratch */
struct listing {
	struct listed *items;
	size_t len, cap;
};

static void push(struct cgroup_dir ***list, size_t *len, size_t *cap, struct cgroup_dir *dir)
{
	if (*len == *cap) {
		*cap = *cap ? *cap * 2 : 64;
		*list = xreallocarray(*list, *cap, sizeof(struct cgroup_dir *));
	}
	(*list)[(*len)++] = dir;
}

void cgroup_dir_mark_stale(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	if (dir->flags & (DIR_STALE | DIR_DEAD))
		return;
	dir->flags |= DIR_STALE;
	push(&tree->stale, &tree->stale_len, &tree->stale_cap, dir);
}

void cgroup_dir_suspect(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	cgroup_dir_mark_stale(tree, dir->parent ? dir->parent : dir);
}

struct cgroup_dir *cgroup_dir_next(const struct cgroup_dir *top, struct cgroup_dir *dir)
{
	if (dir->children_len > 0)
		return dir->children[0];
	for (; dir != top; dir = dir->parent)
		if (dir->slot + 1 < dir->parent->children_len)
			return dir->parent->children[dir->slot + 1];
	return NULL;
}

static int name_compare(struct span wanted, const char *name)
{
	int order = strncmp(wanted.p, name, wanted.len);

	return order ? order : -(name[wanted.len] != '\0');
}

static struct cgroup_dir *dir_child(struct cgroup_dir *dir, struct span name)
{
	size_t low = 0, high = dir->children_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = name_compare(name, dir->children[middle]->name);

		if (order == 0)
			return dir->children[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

struct cgroup_dir *cgroup_dir_find(struct cgroup_dir *root, struct span path)
{
	struct cgroup_dir *dir = root;
	struct span name;

	while (dir && span_next_part(&path, '/', &name))
		if (name.len > 0)
			dir = dir_child(dir, name);
	return dir;
}

/* ---- Taking in and letting go ---- */

void cgroup_dir_unlink(struct cgroup_dir *dir)
{
	if (dir->linked_to)
		dir->linked_to->linked[dir->hierarchy] = NULL;
	dir->linked_to = NULL;
	for (size_t h = 0; dir->linked && h < HIERARCHIES_MAX; h++)
		if (dir->linked[h])
			dir->linked[h]->linked_to = NULL;
	free(dir->linked);
	dir->linked = NULL;
}

static bool is_leaf(const struct stat *st)
{
	return st->st_nlink == CGROUP_LEAF_LINKS;
}

/* Learns its inode, and whether there is anything to list. */
static int dir_identify(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	struct stat st;
	int r = cgroup_dir_stat(tree, dir, &st);

	if (r == 0)
		dir->inode = st.st_ino;
	if (r == 0 && is_leaf(&st))
		dir->links_count = st.st_nlink;
	else if (r != READ_GONE)
		cgroup_dir_mark_stale(tree, dir);
	return r;
}

static struct cgroup_dir *dir_new(struct cgroup_tree *tree, struct cgroup_dir *parent,
				  const struct listed *listed)
{
	size_t len = strlen(listed->name);
	struct cgroup_dir *dir = xcalloc(1, sizeof(*dir) + len + 1);

	memcpy(dir->name, listed->name, len);
	dir->parent = parent;
	dir->hierarchy = parent->hierarchy;
	dir->depth = parent->depth + 1;
	dir->fd = dir->watch = -1;
	dir->inode = dir->listed_inode = listed->inode;
	/* The watch comes before the look at what is below, so that nothing can be made unseen between
	 * them. */
	tree->unwatched++;
	cgroup_watch_add(tree, dir);
	if (dir_identify(tree, dir) == READ_GONE) {
		cgroup_watch_forget(tree, dir);
		free(dir);
		return NULL;
	}
	cgroup_dir_keep(tree, dir);
	return dir;
}

static void dir_bury(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	dir->flags |= DIR_DEAD;
	push(&tree->dead, &tree->dead_len, &tree->dead_cap, dir);
}

/* Takes @dir and all below it out of the tree at once. Nothing is freed yet, as the list of stale
 * directories may still name it. */
static void dir_remove(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	size_t from = tree->dead_len;

	dir_bury(tree, dir);
	for (size_t i = from; i < tree->dead_len; i++) {
		dir = tree->dead[i];
		for (uint32_t c = 0; c < dir->children_len; c++)
			dir_bury(tree, dir->children[c]);
		cgroup_watch_forget(tree, dir);
		cgroup_dir_unlink(dir);
		cgroup_dir_release(tree, dir);
	}
}

static void free_dead(struct cgroup_tree *tree)
{
	for (size_t i = 0; i < tree->dead_len; i++) {
		cgroup_last_free(tree->dead[i]->last);
		free(tree->dead[i]->children);
		free(tree->dead[i]);
	}
	tree->dead_len = 0;
}

/* ---- Listing ---- */

static bool is_directory(int fd, const struct dirent64 *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static void listing_add(struct cgroup_tree *tree, struct listing *listing,
			const struct dirent64 *entry)
{
	if (listing->len == listing->cap) {
		size_t cap = listing->cap ? listing->cap * 2 : 64;
		struct listed *items = arena_array(&tree->scratch, cap, sizeof(*items));

		if (listing->len > 0)
			memcpy(items, listing->items, listing->len * sizeof(*items));
		listing->items = items;
		listing->cap = cap;
	}
	listing->items[listing->len++] = (struct listed) {
		arena_strdup(&tree->scratch, entry->d_name),
		entry->d_ino,
	};
}

static int listed_compare(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->name, ((const struct listed *)b)->name);
}

/* getdents64(2) itself: readdir(3) wants a stream, and with it an allocation and a descriptor, for
 * each directory. */
static bool list(struct cgroup_tree *tree, int fd, struct listing *out)
{
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return false;
	while ((n = getdents64(fd, tree->listing, LISTING_BYTES)) > 0)
		for (char *p = tree->listing; p < tree->listing + n;) {
			const struct dirent64 *entry = (const struct dirent64 *)p;

			p += entry->d_reclen;
			if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			    is_directory(fd, entry))
				listing_add(tree, out, entry);
		}
	if (out->len > 0)
		qsort(out->items, out->len, sizeof(*out->items), listed_compare);
	return n == 0;
}

/* Merges what was listed into the children: both ascend by name. The same name with another inode is
 * another directory. */
static void dir_merge(struct cgroup_tree *tree, struct cgroup_dir *dir, const struct listing *found)
{
	struct cgroup_dir **old = dir->children;
	uint32_t old_len = dir->children_len, len = 0, o = 0;
	struct cgroup_dir **now = found->len ? xcalloc(found->len, sizeof(*now)) : NULL;

	for (size_t i = 0; i < found->len; i++) {
		const struct listed *item = &found->items[i];
		struct cgroup_dir *child = NULL;

		while (o < old_len && strcmp(old[o]->name, item->name) < 0)
			dir_remove(tree, old[o++]);
		if (o < old_len && strcmp(old[o]->name, item->name) == 0) {
			if (old[o]->listed_inode == item->inode)
				child = old[o];
			else
				dir_remove(tree, old[o]);
			o++;
		}
		if (!child) {
			child = dir_new(tree, dir, item);
			tree->changed = true;
		}
		if (child) {
			child->slot = len;
			now[len++] = child;
		}
	}
	while (o < old_len)
		dir_remove(tree, old[o++]);
	dir->children = now;
	dir->children_len = len;
	free(old);
}

/* A directory that is removed while it is listed is left to the next update: the event is on its way. */
static void dir_list(struct cgroup_tree *tree, struct cgroup_dir *dir)
{
	struct listing found = {NULL, 0, 0};
	struct stat st;
	int fd, r = cgroup_dir_fd(tree, dir, &fd);

	if (r == 0 && fstat(fd, &st) == 0 && (is_leaf(&st) || list(tree, fd, &found))) {
		dir->links_count = st.st_nlink;
		dir_merge(tree, dir, &found);
	}
	/* No descriptor, no memory: there may be some for the next pass. */
	if (r < 0)
		dir->flags |= DIR_UNLISTED;
	tree->unlisted |= r < 0;
	arena_reset(&tree->scratch);
}

static void mark_unlisted(struct cgroup_tree *tree)
{
	if (!tree->unlisted)
		return;
	tree->unlisted = false;
	for (size_t h = 0; h < tree->hierarchies.len; h++)
		for (struct cgroup_dir *dir = tree->roots[h]; dir;
		     dir = cgroup_dir_next(tree->roots[h], dir)) {
			if (dir->flags & DIR_UNLISTED)
				cgroup_dir_mark_stale(tree, dir);
			dir->flags &= (uint8_t)~DIR_UNLISTED;
		}
}

void cgroup_tree_update(struct cgroup_tree *tree)
{
	tree->pass++;
	tree->moved = 0;
	cgroup_watches_take(tree);
	mark_unlisted(tree);
	while (tree->stale_len > 0) {
		struct cgroup_dir *dir = tree->stale[--tree->stale_len];

		dir->flags &= (uint8_t)~DIR_STALE;
		if (!(dir->flags & DIR_DEAD))
			dir_list(tree, dir);
	}
	if (tree->dead_len > 0)
		tree->changed = true;
	free_dead(tree);
}

/* ---- The whole ---- */

/* What the kernel puts into every group but the true root (v2), or there only (v1), tells whether a
 * mount shows the whole hierarchy or, as in a container, a part of it. */
static bool is_true_root(bool v2, int fd)
{
	if (v2)
		return faccessat(fd, "cgroup.events", F_OK, 0) < 0;
	return faccessat(fd, "cgroup.sane_behavior", F_OK, 0) == 0;
}

static void root_open(struct cgroup_tree *tree, uint8_t h)
{
	struct hierarchy *hierarchy = &tree->hierarchies.items[h];
	struct cgroup_dir *root = xcalloc(1, sizeof(*root) + 1);

	root->hierarchy = h;
	root->fd = TAKE_FD(hierarchy->fd);
	root->watch = -1;
	tree->left.descriptors--;
	if (is_true_root(hierarchy->v2, root->fd))
		root->flags |= DIR_TRUE_ROOT;
	tree->unwatched++;
	dir_identify(tree, root);
	tree->roots[h] = root;
}

int cgroup_tree_open(struct cgroup_tree *tree, int root_fd, struct cgroup_budget budget,
		     struct err *err)
{
	int r;

	*tree = (struct cgroup_tree) {
		.total = budget,
		.left = budget,
		.inotify_fd = -1,
		.entered_fd = -1,
		.pass = 1, /* of a pass 0 nothing was read */
		.changed = true,
	};
	r = hierarchies_find(root_fd, &tree->hierarchies, err);
	if (r < 0)
		return r;
	tree->scratch = ARENA_INIT;
	tree->listing = xmalloc(LISTING_BYTES);
	if (budget.watches > 0)
		tree->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	cgroup_plans_build(tree);
	for (uint8_t h = 0; h < tree->hierarchies.len; h++)
		root_open(tree, h);
	return 0;
}

void cgroup_tree_close(struct cgroup_tree *tree)
{
	for (size_t h = 0; h < tree->hierarchies.len; h++)
		if (tree->roots[h])
			dir_remove(tree, tree->roots[h]);
	free_dead(tree);
	cgroup_dir_leave(tree);
	cgroup_plans_free(tree);
	hierarchies_finish(&tree->hierarchies);
	if (tree->inotify_fd >= 0)
		close(tree->inotify_fd);
	free(tree->stale);
	free(tree->dead);
	free(tree->listing);
	strbuf_finish(&tree->buf);
	arena_finish(&tree->scratch);
	*tree = (struct cgroup_tree) {.inotify_fd = -1, .entered_fd = -1};
}
