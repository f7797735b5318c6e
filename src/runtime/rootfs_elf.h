/* SPDX-License-Identifier: MIT */
/* What a program or a library says of itself, internal to rootfs: read from its ELF headers, never run. */
#ifndef BOXTOP_RUNTIME_ROOTFS_ELF_H
#define BOXTOP_RUNTIME_ROOTFS_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/** ELF_INFO_NONE - a positive return: the file is no ELF program or library */
#define ELF_INFO_NONE 1

/** ELF_INFO_CLASS64 - an elf_class; of the others there is only the 32-bit one */
#define ELF_INFO_CLASS64 2

/** struct elf_info - the dynamic part of one file; texts are in the arena that it was read with */
struct elf_info {
	int elf_class, byte_order; /* both and @machine agree in one process */
	uint16_t machine;
	bool no_default_dirs; /* DF_1_NODEFLIB */
	const char *interp;   /* the loader; NULL: a library or static */
	const char **needed;  /* DT_NEEDED, in order */
	size_t needed_len;
	const char *rpath, *runpath; /* lists of directories; NULL */
};

/** elf_info_read() - 0; ELF_INFO_NONE; -ENOEXEC for one that is broken, with @err naming @name */
int elf_info_read(int fd, const char *name, struct arena *arena, struct elf_info *out,
		  struct err *err);

/** elf_info_agrees() - whether both can be in one process */
bool elf_info_agrees(const struct elf_info *a, const struct elf_info *b);

#endif
