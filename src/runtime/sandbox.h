/* SPDX-License-Identifier: MIT */
/*
 * Sandboxes from start to end: run, enter, wait, stop, remove. State is one directory per sandbox in
 * /run/boxtop or $XDG_RUNTIME_DIR/boxtop; a supervisor process, which is the caller of a foreground run,
 * owns a sandbox while it lives, and whoever comes next cleans up after one that died.
 */
#ifndef BOXTOP_RUNTIME_SANDBOX_H
#define BOXTOP_RUNTIME_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "runtime/spec.h"
#include "runtime/target.h"

enum sandbox_status {
	SANDBOX_CREATING = 0,
	SANDBOX_RUNNING,
	SANDBOX_FROZEN,
	SANDBOX_STOPPED,   /* exited; kept until it is removed */
	SANDBOX_ABANDONED, /* runs, but its supervisor died */
};

/** sandbox_status_text() - "running" */
const char *sandbox_status_text(enum sandbox_status status);

/** exit codes of run and exec beside the command's own (128+n for a signal) */
enum sandbox_exit {
	SANDBOX_EXIT_FAILED = 125,
	SANDBOX_EXIT_NOT_EXECUTABLE = 126,
	SANDBOX_EXIT_NOT_FOUND = 127
};

/** struct sandbox_info - what its state says; free with sandbox_info_finish() */
struct sandbox_info {
	struct arena arena;
	char *name, *hostname, *rootfs, *image;
	struct spec_list args;
	enum sandbox_status status;
	pid_t pid;		/* its init, seen from the host; 0 */
	bool own_pid_namespace; /* all of it ends with its init */
	uint64_t start_ticks;
	uint64_t created_usec;	/* since 1970 */
	uint64_t finished_usec; /* 0 while it runs */
	int exit_code;		/* of a stopped one */
	unsigned int restarts;
	bool oom_killed;
	char *cgroup_paths[CGROUP_CONTROLLERS];
	enum cgroup_controller primary;
	uint64_t inode;
	struct spec_list notes; /* what could not be had, each with its reason: "cpu limit: …" */
};
void sandbox_info_finish(struct sandbox_info *info);

/**
 * sandbox_run() - start one and stay with it until its end
 * @out_exit: exit code to leave with
 *
 * With spec.detach: returns once the command runs (or failed to), a supervisor stays behind.
 * Return: 0; -errno with @err naming the step and its object, everything undone; @out_exit is
 * 125, 126 or 127 then.
 */
int sandbox_run(const struct spec *spec, int *out_exit, struct err *err);

/** struct sandbox_caller - what else the caller of a run wants; zeroed is nothing */
struct sandbox_caller {
	bool strict; /* a limit that was asked for and can't be had is a failure */
	void *data;
	/* what can't be had, before the command runs; what the kernel killed, after it. NULL */
	void (*note)(void *data, const char *text);
	/* the command runs, in a sandbox of this name. NULL */
	void (*started)(void *data, const char *name);
};
/** sandbox_run_for() - the same, telling @caller how it goes */
int sandbox_run_for(const struct spec *spec, const struct sandbox_caller *caller, int *out_exit,
		    struct err *err);

/** struct sandbox_exec - one more process inside a running sandbox */
struct sandbox_exec {
	struct spec_list args, env;
	const char *cwd, *user; /* NULL: as the sandbox's */
	bool terminal, interactive;
};
/** sandbox_exec() - in all its namespaces, its cgroup, with its capabilities and seccomp list */
int sandbox_exec(const char *name, const struct sandbox_exec *exec, int *out_exit, struct err *err);

/** sandbox_info() - of one, by name; -ENOENT with @err */
int sandbox_info(const char *name, struct sandbox_info *out, struct err *err);
/** sandbox_names() - all, sorted; cleans up after dead supervisors first */
int sandbox_names(struct arena *arena, struct spec_list *out, struct err *err);
/** sandbox_request() - how to hold it as a target; borrows from @info */
void sandbox_request(const struct sandbox_info *info, struct target_request *out);

/** struct sandbox_end - how one ended */
struct sandbox_end {
	int exit_code;
	bool oom_killed; /* the kernel killed a process of it for want of memory */
};
/** sandbox_wait() - until it ends; 0; -errno with @err */
int sandbox_wait(const char *name, struct sandbox_end *out, struct err *err);
/** sandbox_stop() - SIGTERM to the command, and the whole kill after @grace_usec */
int sandbox_stop(const char *name, uint64_t grace_usec, struct err *err);
/** sandbox_remove() - state and layers of a stopped one; @force ends it first */
int sandbox_remove(const char *name, bool force, struct err *err);
/** sandbox_logs() - its output to @fd; @follow: until it ends; @tail: last lines only, 0 all */
int sandbox_logs(const char *name, int fd, bool follow, uint64_t tail, struct err *err);
/** sandbox_sweep() - what dead supervisors left: processes, cgroups, layers, state */
int sandbox_sweep(struct err *err);

#endif
