/* SPDX-License-Identifier: MIT */
/* The libraries of a program, internal to rootfs: found as its loader would find them, and copied. */
#ifndef BOXTOP_RUNTIME_ROOTFS_LIBS_H
#define BOXTOP_RUNTIME_ROOTFS_LIBS_H

#include "runtime/rootfs_elf.h"
#include "runtime/rootfs_tree.h"

/** struct rootfs_libs - what is known of the host's loader; one for all programs */
struct rootfs_libs {
	struct rootfs_tree *tree;
	struct arena arena;
	const char **conf_dirs; /* of /etc/ld.so.conf, in order */
	size_t conf_dirs_len, conf_dirs_cap;
	bool glibc;	     /* a program uses it: it will want NSS and locales */
	bool terminal;	     /* a program uses a library that reads terminfo */
	struct elf_info any; /* the last dynamic program, for what libraries open by name */
	const char *any_path;
};

void rootfs_libs_init(struct rootfs_libs *libs, struct rootfs_tree *tree);
void rootfs_libs_finish(struct rootfs_libs *libs);

/** rootfs_libs_take() - copy the loader and every library of the program at @path, which is @info.
 *  0; -ENOENT naming who needs what; other -errno */
int rootfs_libs_take(struct rootfs_libs *libs, const char *path, const struct elf_info *info);

/** rootfs_libs_take_optional() - one more library by name, as a program that was taken would open it; none
 *  is fine. 0; -errno */
int rootfs_libs_take_optional(struct rootfs_libs *libs, const char *name);

/** rootfs_ld_conf_read() - the directories of /etc/ld.so.conf and of the files that it includes */
void rootfs_ld_conf_read(struct rootfs_libs *libs);

#endif
