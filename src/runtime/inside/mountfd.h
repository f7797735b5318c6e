/* SPDX-License-Identifier: MIT */
/* Mounts by descriptor: made or cloned attached nowhere, changed, then attached to a descriptor, so that no
 * path into the sandbox's tree is ever walked by a mount call. */
#ifndef BOXTOP_RUNTIME_INSIDE_MOUNTFD_H
#define BOXTOP_RUNTIME_INSIDE_MOUNTFD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/** mountfd_new() - a new file system; @data are its options, comma separated; @attributes MOUNT_ATTR_*.
 *  A descriptor; -errno with @err */
int mountfd_new(const char *type, const char *source, const char *data, uint64_t attributes,
		struct err *err);

/** struct mountfd_overlay - paths of its layers */
struct mountfd_overlay {
	const char *lower, *upper, *work;
	bool userxattr; /* its marks in user.*: the only ones a plain user may write */
};
int mountfd_overlay(const struct mountfd_overlay *overlay, struct err *err);

/** mountfd_clone() - a bind mount of @path with (@recursive) what is mounted below it */
int mountfd_clone(const char *path, bool recursive, struct err *err);
/** mountfd_clone_fd() - the same of an open directory, always with what is mounted below, private, so that
 *  nothing that is mounted on it later appears elsewhere, and without device nodes */
int mountfd_clone_fd(int fd, struct err *err);

/** mountfd_set() - add attributes, to all mounts below too where @recursive */
int mountfd_set(int mount_fd, uint64_t attributes, bool recursive, struct err *err);

/** mountfd_attach() - over what @target_fd is; 0; -1 with errno */
int mountfd_attach(int mount_fd, int target_fd);

#endif
