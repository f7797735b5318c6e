/* SPDX-License-Identifier: MIT */
/* A minimal root made by copying programs with everything that they need to run. */
#ifndef BOXTOP_RUNTIME_ROOTFS_H
#define BOXTOP_RUNTIME_ROOTFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/** enum rootfs_kind - what an entry of a report is */
enum rootfs_kind {
	ROOTFS_PROGRAM = 0, /* asked for, or the interpreter of a script */
	ROOTFS_LIBRARY,	    /* a loader, too */
	ROOTFS_FILE,	    /* copied or written: accounts, terminfo, locale, NSS */
	ROOTFS_LINK,
};

/** rootfs_kind_text() - "program", "library", "file", "link" */
const char *rootfs_kind_text(enum rootfs_kind kind);

/** struct rootfs_entry - one thing that was made, in the order of making */
struct rootfs_entry {
	enum rootfs_kind kind;
	bool setid_dropped; /* it had a setuid or setgid bit, or file capabilities */
	const char *path;   /* inside the root, absolute */
	const char *target; /* of a link */
	uint64_t bytes;
};

/** struct rootfs_report - what was made; directories are not told. Free with rootfs_report_finish() */
struct rootfs_report {
	struct arena arena;
	struct rootfs_entry *entries;
	size_t entries_len;
	unsigned int programs, libraries, files, links;
	uint64_t bytes;
};
void rootfs_report_finish(struct rootfs_report *report);

/**
 * rootfs_make() - copy @programs into @dir with their loader, shared libraries, symlinks, and the
 *		   accounts, terminfo and NSS files that they expect
 * @dir:      made if it isn't there; must be empty or a root made before, to which this is added
 * @programs: names looked up in PATH, or paths
 *
 * ELF files are read, never run. What is there already and is the same is left alone and not told. On
 * failure what was made is removed again, and the report is empty.
 * Return: 0; -errno with @err naming the program and the library.
 */
int rootfs_make(const char *dir, const char *const *programs, size_t n, struct rootfs_report *out,
		struct err *err);

#endif
