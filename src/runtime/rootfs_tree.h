/* SPDX-License-Identifier: MIT */
/*
 * Two trees, internal to rootfs: the one that things are taken from and the one that is made of them. Each
 * is held by a descriptor of its root, and every path is absolute below it: no link of either leads out.
 */
#ifndef BOXTOP_RUNTIME_ROOTFS_TREE_H
#define BOXTOP_RUNTIME_ROOTFS_TREE_H

#include <sys/stat.h>
#include <sys/types.h>

#include "base/str.h"
#include "runtime/rootfs.h"

/** ROOTFS_ABSENT - a positive return: the host has no such file */
#define ROOTFS_ABSENT 1

/** struct rootfs_tree - both trees, and what was made so far, so that it can be undone */
struct rootfs_tree {
	int host_fd; /* "/" of what is copied from */
	int root_fd; /* of what is made */
	struct rootfs_report *report;
	struct err *err;
	char **made; /* paths, in the order of making */
	size_t made_len, made_cap;
};

/** rootfs_host_open() - for reading; ROOTFS_ABSENT; -errno */
int rootfs_host_open(const struct rootfs_tree *tree, const char *path, int flags, int *out_fd);
/** rootfs_host_is_file() - whether a regular file is there */
bool rootfs_host_is_file(const struct rootfs_tree *tree, const char *path);

/**
 * rootfs_take() - copy a file with every link and directory on the way to it, as they are on the host
 * @out_real: where the file itself is; PATH_MAX bytes, or NULL
 *
 * A directory in the end is made, without what is in it.
 * Return: 0; ROOTFS_ABSENT; -errno.
 */
int rootfs_take(struct rootfs_tree *tree, const char *path, enum rootfs_kind kind, char *out_real);

/** rootfs_put() - a file with this text, unless there is one */
int rootfs_put(struct rootfs_tree *tree, const char *path, mode_t mode, struct span text);
/** rootfs_mkdir() - with its parents, unless it is there */
int rootfs_mkdir(struct rootfs_tree *tree, const char *path, mode_t mode);
/** rootfs_link() - a symlink, unless something has that name */
int rootfs_link(struct rootfs_tree *tree, const char *path, const char *target);
/** rootfs_has() - whether the root has it by now, links followed */
bool rootfs_has(const struct rootfs_tree *tree, const char *path);

/** rootfs_undo() - remove what was made, last first */
void rootfs_undo(struct rootfs_tree *tree);
void rootfs_tree_finish(struct rootfs_tree *tree);

#endif
