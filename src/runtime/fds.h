/* SPDX-License-Identifier: MIT */
/* Descriptors of a child: what it was not meant to have it must not hold. */
#ifndef BOXTOP_RUNTIME_FDS_H
#define BOXTOP_RUNTIME_FDS_H

#include <stddef.h>

/** fds_sort() - in ascending order, in place */
void fds_sort(int *fds, size_t n);
/** fds_close_others() - hot: close every descriptor but those of @keep, which are in ascending order */
void fds_close_others(const int *keep, size_t n);

#endif
