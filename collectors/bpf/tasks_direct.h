/* SPDX-License-Identifier: MIT */
/* The iterator's program handed to the kernel without a library. */
#ifndef BOXTOP_COLLECTORS_BPF_TASKS_DIRECT_H
#define BOXTOP_COLLECTORS_BPF_TASKS_DIRECT_H

#include "base/str.h"

/**
 * tasks_direct_load() - since Linux 5.17 the kernel itself fits a program to its structs
 * @file: the compiled iterator
 *
 * Return: a descriptor of the program; -errno.
 */
int tasks_direct_load(struct span file);

#endif
