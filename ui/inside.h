/* SPDX-License-Identifier: MIT */
/*
 * What can only be read from the inside of a container, and only when somebody looks at it: mounts and
 * the environment of its first process. Read for the screen by whoever fills in a struct insides, on
 * another thread: the screen never waits for it.
 */
#ifndef BOXTOP_UI_INSIDE_H
#define BOXTOP_UI_INSIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

/** struct inside_mount - one line of mountinfo. Texts are raw: sanitize to show */
struct inside_mount {
	const char *target, *source, *type, *options;
};

/** struct inside - an answer; inside_free() */
struct inside {
	pid_t pid; /* whose; with the start time it was asked for */
	uint64_t start_ticks;
	struct arena arena; /* owns everything below */
	struct inside_mount *mounts;
	size_t mounts_len;
	const char *mounts_unknown; /* why there are none; NULL: they were read */
	const char **environment;   /* "NAME=value", raw, in the order of the kernel */
	size_t environment_len;
	const char *environment_unknown;
	bool environment_cut; /* it was too large to be read whole */
};

/** struct insides - where answers come from. Every member function returns at once */
struct insides {
	void *data;
	int wake_fd; /* readable when there is an answer; drained by take() */
	void (*ask)(struct insides *insides, pid_t pid, uint64_t start_ticks);
	struct inside *(*take)(struct insides *insides); /* the newest; NULL: none */
};

struct inside *inside_new(pid_t pid, uint64_t start_ticks);
/** inside_free() - NULL allowed */
void inside_free(struct inside *inside);

#endif
