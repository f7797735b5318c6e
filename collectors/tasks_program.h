/* SPDX-License-Identifier: MIT */
/*
 * The iterator's program as the kernel has it: tasks_program_bpf.c, or tasks_program_none.c in a build
 * without. Nothing else is ever loaded or attached.
 */
#ifndef BOXTOP_COLLECTORS_TASKS_PROGRAM_H
#define BOXTOP_COLLECTORS_TASKS_PROGRAM_H

#include "base/err.h"

struct tasks_program;

/** tasks_program_load() - Return: 0; -errno with @err: what is missing, as a reason */
int tasks_program_load(struct tasks_program **out, struct err *err);
/** tasks_program_load_by_library() - the same by libbpf, as for a kernel before 5.17 */
int tasks_program_load_by_library(struct tasks_program **out, struct err *err);
void tasks_program_free(struct tasks_program *program);
/** tasks_program_iterate() - Return: a descriptor to read facts from; -errno with @err */
int tasks_program_iterate(const struct tasks_program *program, struct err *err);

#endif
