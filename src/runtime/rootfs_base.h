/* SPDX-License-Identifier: MIT */
/* What every root has beside its programs, internal to rootfs: directories, accounts, terminfo, NSS. */
#ifndef BOXTOP_RUNTIME_ROOTFS_BASE_H
#define BOXTOP_RUNTIME_ROOTFS_BASE_H

#include "runtime/rootfs_libs.h"

/** rootfs_base_dirs() - /tmp, /root, the places of mounts, and /bin -> usr/bin where the host has that */
int rootfs_base_dirs(struct rootfs_tree *tree);
/** rootfs_base_files() - what the programs that were taken will open */
int rootfs_base_files(struct rootfs_libs *libs);
/** rootfs_base_is_shell() - by its name */
bool rootfs_base_is_shell(const char *path);

#endif
