/* SPDX-License-Identifier: MIT */
/* A minimal root made by copying programs with everything that they need to run. */
#ifndef BOXTOP_RUNTIME_ROOTFS_H
#define BOXTOP_RUNTIME_ROOTFS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/** struct rootfs_report - what was copied */
struct rootfs_report {
	unsigned int programs, libraries, files, links;
	uint64_t bytes;
};

/**
 * rootfs_make() - copy @programs into @dir with their loader, shared libraries, symlinks, and the
 *		   accounts, terminfo and NSS files that they expect
 * @dir:      made if it isn't there; must be empty or a root made before
 * @programs: names looked up in PATH, or paths
 *
 * ELF files are read, never run. On failure what was made is removed again.
 * Return: 0; -errno with @err naming the program and the library.
 */
int rootfs_make(const char *dir, const char *const *programs, size_t n, struct rootfs_report *out,
		struct err *err);

#endif
