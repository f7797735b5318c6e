/* SPDX-License-Identifier: MIT */
/* What the tests of engines share: ids, and a kernel that has only the processes of a table. */
#ifndef BOXTOP_TESTS_ENGINE_TEST_H
#define BOXTOP_TESTS_ENGINE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "collectors/engines/engine.h"
#include "collectors/engines/state.h"

/* A container's id: two digits, 32 times */
#define ID8(xx)	  xx xx xx xx xx xx xx xx
#define ID(xx)	  ID8(xx) ID8(xx) ID8(xx) ID8(xx)
#define SHORT(xx) xx xx xx xx xx xx
#define UUID	  "0a1b2c3d-0000-4111-8222-333344445555"
#define UUID_	  "0a1b2c3d_0000_4111_8222_333344445555"

/** struct live - a process that exists; @cgroup: the path of the group that it is in */
struct live {
	pid_t pid;
	uint64_t start_ticks;
	const char *cgroup;
};

/** struct fake_kernel - data of an engine_io */
struct fake_kernel {
	const struct live *live;
	size_t live_len;
	const char *claimed; /* path of the cgroup that is claimed */
};

static inline const struct live *fake_find(void *data, pid_t pid)
{
	const struct fake_kernel *kernel = data;

	for (size_t i = 0; i < kernel->live_len; i++)
		if (kernel->live[i].pid == pid)
			return &kernel->live[i];
	return NULL;
}

static inline uint64_t fake_start_ticks(void *data, pid_t pid)
{
	const struct live *live = fake_find(data, pid);

	return live ? live->start_ticks : 0;
}

static inline bool fake_is_member(void *data, pid_t pid)
{
	const struct fake_kernel *kernel = data;
	const struct live *live = fake_find(data, pid);
	size_t len = strlen(kernel->claimed);

	return live && strncmp(live->cgroup, kernel->claimed, len) == 0 &&
	       (live->cgroup[len] == '/' || live->cgroup[len] == '\0');
}

static inline const char *fake_home(void *data, uid_t uid)
{
	(void)data;
	return uid == 1000 ? "home/alice" : NULL;
}

static inline struct engine_io fake_io(int root_fd, struct state_cache *cache,
				       struct fake_kernel *kernel)
{
	return (struct engine_io) {.root_fd = root_fd,
				   .cache = cache,
				   .start_ticks = fake_start_ticks,
				   .is_member = fake_is_member,
				   .home = fake_home,
				   .data = kernel};
}

/* NULL is a text like any other */
#define assert_text_equal(a, b)                                                                    \
	do {                                                                                       \
		const char *text_a_ = (a), *text_b_ = (b);                                         \
		assert_string_equal(text_a_ ? text_a_ : "(null)", text_b_ ? text_b_ : "(null)");   \
	} while (0)

#endif
