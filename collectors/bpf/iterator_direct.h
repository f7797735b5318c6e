/* SPDX-License-Identifier: MIT */
/* An iterator's program handed to the kernel without a library. */
#ifndef BOXTOP_COLLECTORS_BPF_ITERATOR_DIRECT_H
#define BOXTOP_COLLECTORS_BPF_ITERATOR_DIRECT_H

#include "base/str.h"

/** struct iterator_source - a compiled program, and what the kernel calls its kind */
struct iterator_source {
	struct span file;
	const char *section;  /* "iter/task" */
	const char *function; /* of the kernel, which stands for the iterator: "bpf_iter_task" */
	const char *name;     /* of the program */
};

/**
 * iterator_direct_load() - since Linux 5.17 the kernel itself fits a program to its structs
 *
 * Return: a descriptor of the program; -errno.
 */
int iterator_direct_load(const struct iterator_source *source);

#endif
