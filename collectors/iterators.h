/* SPDX-License-Identifier: MIT */
/*
 * Iterators: programs that the kernel runs over all of its tasks or open files while somebody reads what
 * they write (bpf/fact.h). iterators_bpf.c, or iterators_none.c in a build without. Nothing else is ever
 * loaded or attached.
 */
#ifndef BOXTOP_COLLECTORS_ITERATORS_H
#define BOXTOP_COLLECTORS_ITERATORS_H

#include "base/err.h"

/** enum iterated - what it goes over */
enum iterated {
	ITERATE_TASKS = 0, /* struct task_fact and thread_fact */
	ITERATE_FILES,	   /* struct file_fact: open files that are namespaces */
	ITERATORS,
};

struct iterator;

/** iterator_load() - Return: 0; -errno with @err: what is missing, as a reason */
int iterator_load(enum iterated what, struct iterator **out, struct err *err);
/** iterator_load_by_library() - the same by libbpf, as for a kernel before 5.17 */
int iterator_load_by_library(enum iterated what, struct iterator **out, struct err *err);
void iterator_free(struct iterator *iterator);
/** iterator_run() - Return: a descriptor to read facts from; -errno with @err */
int iterator_run(const struct iterator *iterator, struct err *err);

#endif
