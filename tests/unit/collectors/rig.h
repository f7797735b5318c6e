/* SPDX-License-Identifier: MIT */
/*
 * What the tests of single collectors share: one collector run over a pass of its own, trees of files
 * in a temporary directory that stand for "/", and children that do what they are told.
 */
#ifndef BOXTOP_TESTS_COLLECTORS_RIG_H
#define BOXTOP_TESTS_COLLECTORS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "collectors/collector.h"
#include "collectors/pids.h"
#include "support/tree.h"

#define NOBODY 65534

/* ---- Passes ---- */

/* struct rig - a root, and the pass over it that is in the making */
struct rig {
	struct collect_options options;
	struct demand demand;
	struct pass pass;
	uint64_t sequence;
};

static inline void rig_open(struct rig *rig, const char *root)
{
	*rig = (struct rig) {.options.root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	assert_true(rig->options.root_fd >= 0);
	rig->pass.root_fd = rig->options.root_fd;
	rig->pass.proc_fd = openat(rig->pass.root_fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(rig->pass.proc_fd >= 0);
	rig->pass.options = &rig->options;
}

/* Throw the last pass away and begin another one. */
static inline void rig_begin(struct rig *rig, unsigned int sources)
{
	struct snapshot *snapshot = snapshot_new();

	snapshot_unref(rig->pass.snapshot);
	snapshot->sequence = ++rig->sequence;
	snapshot->monotonic_usec = clock_monotonic_usec();
	snapshot->tick_hz = (unsigned int)sysconf(_SC_CLK_TCK);
	snapshot->sources = sources;
	rig->demand.sources = sources;
	rig->pass.snapshot = snapshot;
	rig->pass.demand = &rig->demand;
	rig->pass.tasks = NULL;
	rig->pass.pids = NULL;
	rig->pass.members = NULL;
	rig->pass.members_len = 0;
}

static inline void *rig_start(struct rig *rig, const struct collector *collector)
{
	struct err err = ERR_INIT;
	void *state = NULL;

	assert_int_equal(collector->start(&rig->options, &state, &err), 0);
	return state;
}

static inline void rig_sample(struct rig *rig, const struct collector *collector, void *state)
{
	struct err err = ERR_INIT;

	if (collector->sample(state, &rig->pass, &err) < 0)
		fail_msg("%s: %s", collector->name, err.text);
}

static inline void rig_close(struct rig *rig)
{
	snapshot_unref(rig->pass.snapshot);
	close(rig->pass.proc_fd);
	close(rig->options.root_fd);
}

/* ---- Children ---- */

/* struct child - a process that did something and then waits to be killed */
struct child {
	pid_t pid;
};

/* Run @act in a child; it returns 0 when it is ready, then the child waits for its end. */
static inline struct child child_start(int (*act)(void *), void *data)
{
	int ready[2], status = -1;
	struct child child;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	child.pid = fork();
	assert_true(child.pid >= 0);
	if (child.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		status = act ? act(data) : 0;
		if (write(ready[1], &status, sizeof(status)) != sizeof(status))
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &status, sizeof(status)) != sizeof(status))
		status = -EIO;
	close(ready[0]);
	if (status != 0) {
		kill(child.pid, SIGKILL);
		waitpid(child.pid, NULL, 0);
		if (status == -EPERM || status == -EACCES || status == -ENOSYS)
			skip();
		fail_msg("the child failed: %s", strerror(-status));
	}
	return child;
}

static inline void child_kill(struct child *child)
{
	if (child->pid <= 0)
		return;
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	child->pid = 0;
}

/* unshare(2) with the flags at @data */
static inline int act_unshare(void *data)
{
	return unshare(*(int *)data) < 0 ? -errno : 0;
}

/* A child with a pid of our choice; -errno */
static inline pid_t fork_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uint64_t)(uintptr_t)&pid,
		.set_tid_size = 1,
	};
	long child = syscall(SYS_clone3, &args, sizeof(args));

	return child < 0 ? -errno : (pid_t)child;
}

/* The inode that a ns link of a process leads to, as the kernel says it right now */
static inline uint64_t ns_inode(pid_t pid, const char *name)
{
	char path[64], link[64] = "";
	unsigned long inode = 0;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		return 0;
	sscanf(link, "%*[a-z]:[%lu]", &inode);
	return inode;
}

/* Run @body in a process of its own as a plain user: true if it ended well, skipped if not root. */
static inline void as_nobody(void (*body)(void))
{
	int status = 0;
	pid_t pid;

	if (getuid() != 0)
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
			_exit(3);
		prctl(PR_SET_DUMPABLE, 1);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("as a plain user: status %#x", status);
}

/* For use in as_nobody(), where cmocka's assertions can't report */
#define nobody_check(condition)                                                                    \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			_exit(2);                                                                  \
		}                                                                                  \
	} while (0)

#endif
