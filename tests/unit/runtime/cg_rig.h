/* SPDX-License-Identifier: MIT */
/*
 * Groups on the kernel of this machine: "boxtop-test-PID-N" in every hierarchy that there is, processes in
 * them, and all of it removed at the end. On hybrid, on v1 and on v2 alike; a test skips what the layout
 * lacks.
 */
#ifndef BOXTOP_TESTS_CG_RIG_H
#define BOXTOP_TESTS_CG_RIG_H

#include "runtime_test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hierarchy.h"
#include "runtime/target.h"

#define RIG_CHILDREN_MAX 32

/* struct rig - a group, what is below it, and processes */
struct rig {
	struct hierarchies hierarchies;
	char path[96]; /* "/boxtop-test-123-1": the same in every hierarchy */
	bool made;
	pid_t children[RIG_CHILDREN_MAX];
	size_t children_len;
};

/* rig_open(), rig_close() - setup and teardown of a test; without root the test is skipped by
 * rig_need_root() */
int rig_open(void **state);
int rig_close(void **state);
void rig_need_root(void);

/* rig_make() - the group in every hierarchy; @below: "" or "/x" below it */
void rig_make(struct rig *rig, const char *below);
/* rig_remove() - the same, removed; the processes in it must be gone or going */
void rig_remove(struct rig *rig, const char *below);

/* rig_dir() - its directory where @controller lives, opened; skips the test where that is nowhere */
int rig_dir(struct rig *rig, enum cgroup_controller controller, const char *below);
bool rig_has(const struct rig *rig, enum cgroup_controller controller);
bool rig_is_v2(const struct rig *rig, enum cgroup_controller controller);

/* rig_read(), rig_write() - a file of the group where @controller lives, v2 or v1 by name */
void rig_read(struct rig *rig, enum cgroup_controller controller, const char *file, char *buf,
	      size_t cap);
int rig_write(struct rig *rig, enum cgroup_controller controller, const char *file,
	      const char *text);

/* rig_spawn() - a process in the group that does @work, which returns its exit code; NULL: waits to be
 * killed. It is in the group before it starts */
pid_t rig_spawn(struct rig *rig, const char *below, int (*work)(void *), void *context);
/* rig_end() - SIGKILL and wait */
void rig_end(struct rig *rig, pid_t pid);
/* rig_wait() - wait for its end; the status of waitpid(2) */
int rig_wait(struct rig *rig, pid_t pid);

/* rig_request() - how the group is held, by its name "test" */
struct target_request rig_request(const struct rig *rig);

/* cleanup_target() - for _cleanup_() */
static inline void cleanup_target(struct target **target)
{
	target_free(*target);
}

/* until() - poll @condition for a minute at most; whether it came true */
bool until(bool (*condition)(void *), void *context);

#endif
