/* SPDX-License-Identifier: MIT */
/*
 * Libraries that are loaded when they are needed. What most starts of the program have no use for is not
 * linked: every library costs each start the time to map it and all that it needs itself.
 */
#ifndef BOXTOP_BASE_LIBRARY_H
#define BOXTOP_BASE_LIBRARY_H

#include <stddef.h>

#include "base/err.h"

/** struct library_function - a function, and where in a table its address goes */
struct library_function {
	const char *name;
	size_t offset;
};

/**
 * library_load() - fill a table of function pointers
 * @file:      with its number: "libarchive.so.13"
 * @functions: @n of them
 *
 * It stays loaded.
 * Return: 0; -ENOTSUP with @err: not there, or too old to have a function.
 */
int library_load(const char *file, const struct library_function *functions, size_t n, void *table,
		 struct err *err);

#endif
