/* SPDX-License-Identifier: MIT */
/*
 * Walks a tree of cgroups: hot. Owns the descriptors on its way down, and no memory: where a listing goes
 * on is an offset that the kernel gave.
 */
#include "runtime/hot_walk.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

void hot_walk_start(struct hot_walk *walk, int fd)
{
	walk->fds[0] = fd;
	walk->next[0] = 0;
	walk->depth = 0;
	walk->first = true;
}

/* The next directory in the one where we are, opened; -1: no more. */
static int next_below(struct hot_walk *walk)
{
	int parent = walk->fds[walk->depth];
	struct hot_entry entry;

	hot_dir_start(&walk->dir, parent);
	lseek(parent, walk->next[walk->depth], SEEK_SET);
	while (hot_dir_next(&walk->dir, &entry)) {
		walk->next[walk->depth] = entry.next;
		if (!entry.is_dir)
			continue;
		int fd =
			openat(parent, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd >= 0)
			return fd;
	}
	return -1;
}

int hot_walk_next(struct hot_walk *walk)
{
	if (walk->first) {
		walk->first = false;
		return walk->fds[0];
	}
	while (walk->depth >= 0) {
		int fd = walk->depth + 1 < HOT_WALK_DEPTH ? next_below(walk) : -1;

		if (fd >= 0) {
			walk->depth++;
			walk->fds[walk->depth] = fd;
			walk->next[walk->depth] = 0;
			return fd;
		}
		if (walk->depth > 0)
			close(walk->fds[walk->depth]);
		walk->depth--;
	}
	return -1;
}

void hot_walk_end(struct hot_walk *walk)
{
	for (; walk->depth > 0; walk->depth--)
		close(walk->fds[walk->depth]);
	walk->depth = -1;
	walk->first = false;
}

void hot_members_start(struct hot_members *members, int fd)
{
	members->fd = openat(fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	members->at = members->len = 0;
}

void hot_members_end(struct hot_members *members)
{
	if (members->fd >= 0)
		close(members->fd);
	members->fd = -1;
}

/* The next byte; -1 at the end. */
static int next_byte(struct hot_members *members)
{
	if (members->at == members->len) {
		ssize_t n = members->fd < 0 ? -1
					    : read(members->fd, members->buf, sizeof(members->buf));

		if (n <= 0)
			return -1;
		members->at = 0;
		members->len = (size_t)n;
	}
	return (unsigned char)members->buf[members->at++];
}

pid_t hot_members_next(struct hot_members *members)
{
	uint64_t pid = 0;
	int byte;

	while ((byte = next_byte(members)) >= 0) {
		if (byte >= '0' && byte <= '9' && pid <= INT_MAX)
			pid = pid * 10 + (uint64_t)(byte - '0');
		/* A process of an outer pid namespace is a 0 there: nothing can be done to it. */
		else if (pid > 0 && pid <= INT_MAX)
			return (pid_t)pid;
		else
			pid = 0;
	}
	hot_members_end(members);
	return 0;
}
