/* SPDX-License-Identifier: MIT */
/* Cleanup by scope: _cleanup_(fn) on a local, TAKE() to hand its value on. Header only. */
#ifndef BOXTOP_BASE_CLEANUP_H
#define BOXTOP_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(fn) __attribute__((cleanup(fn)))

/* TAKE() - the value of a pointer, leaving NULL behind so that the cleanup does nothing. */
#define TAKE(ptr)                                                                                  \
	({                                                                                         \
		__typeof__(ptr) taken_ = (ptr);                                                    \
		(ptr) = NULL;                                                                      \
		taken_;                                                                            \
	})

/* TAKE_FD() - the same for a descriptor; leaves -1. */
#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int taken_ = (fd);                                                                 \
		(fd) = -1;                                                                         \
		taken_;                                                                            \
	})

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_closedir(DIR **d)
{
	if (*d)
		closedir(*d);
}

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
