/* SPDX-License-Identifier: MIT */
/* Closing what a child has inherited: close_range(2) over the gaps, which allocates nothing. */
#include "runtime/fds.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int by_number(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

void fds_sort(int *fds, size_t n)
{
	qsort(fds, n, sizeof(fds[0]), by_number);
}

void fds_close_others(const int *keep, size_t n)
{
	unsigned int from = 0;

	for (size_t i = 0; i < n; i++) {
		if ((unsigned int)keep[i] > from)
			syscall(SYS_close_range, from, (unsigned int)keep[i] - 1, 0);
		from = (unsigned int)keep[i] + 1;
	}
	syscall(SYS_close_range, from, ~0u, 0);
}
