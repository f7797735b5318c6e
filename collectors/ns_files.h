/* SPDX-License-Identifier: MIT */
/* Open files that are namespaces, of all processes at once, by the iterator over files. */
#ifndef BOXTOP_COLLECTORS_NS_FILES_H
#define BOXTOP_COLLECTORS_NS_FILES_H

#include <stddef.h>

#include "base/err.h"
#include "collectors/bpf/fact.h"

struct ns_files;

/** ns_files_open() - hand the iterator to the kernel: some 8 ms of CPU time. Return: 0; -errno */
int ns_files_open(struct ns_files **out, struct err *err);
void ns_files_free(struct ns_files *files);

/**
 * ns_files_read() - let it run over all descriptors of all processes
 * @out: what was found, good until the next call
 *
 * A kernel may hide tasks from iterators that it shows in /proc.
 * Return: 0; -errno.
 */
int ns_files_read(struct ns_files *files, const struct file_fact **out, size_t *out_len,
		  struct err *err);

#endif
