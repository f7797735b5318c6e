/* SPDX-License-Identifier: MIT */
/* Reserved descriptors: see the header. Owns them, and the lock around them. */
#include "commands/top_reserve.h"

#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

/* A group of each v1 hierarchy with its brakes, killer and guard takes about thirty. */
#define RESERVED 48

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int fds[RESERVED];
static size_t fds_len;

void top_reserve_take(void)
{
	pthread_mutex_lock(&lock);
	while (fds_len < RESERVED) {
		/* Opened anew, not duplicated: the host counts open files, not descriptors. */
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			break;
		fds[fds_len++] = fd;
	}
	pthread_mutex_unlock(&lock);
}

void top_reserve_give(void)
{
	pthread_mutex_lock(&lock);
	while (fds_len > 0)
		close(fds[--fds_len]);
	pthread_mutex_unlock(&lock);
}
