/* SPDX-License-Identifier: MIT */
/*
 * From a checked spec to a running init, internal to the runtime. The parent's half: starts the static
 * helper from a sealed memfd, hands it the plan, writes the id maps, and waits until the command runs.
 * The other half is src/runtime/inside/, which is all that ever runs on the way in.
 */
#ifndef BOXTOP_RUNTIME_LAUNCH_H
#define BOXTOP_RUNTIME_LAUNCH_H

#include <sys/types.h>

#include "base/err.h"
#include "runtime/cg.h"
#include "runtime/spec.h"

/** struct launch_layers - where the root comes from, already made by the caller; -1: not used */
struct launch_layers {
	int root_fd;	/* the tree; for SPEC_ROOT_HOST the host's "/" */
	int changes_fd; /* a directory of the host that keeps upper/ and work/; -1: a tmpfs inside the
			  * sandbox's own mount namespace, gone with it */
};

/** struct launched - a sandbox's init and what is held of it */
struct launched {
	pid_t pid; /* init, a child of the caller */
	int pidfd;
	int console_fd; /* the pty's own side of -t; -1 */
};

/**
 * launch() - make the namespaces and run the command
 * @stdio: descriptors for 0, 1 and 2 of the command; ignored with process.terminal
 *
 * Returns when execve() of the command succeeded.
 * Return: 0; -errno with @err naming the step and its object, nothing left behind; -ENOENT and -EACCES
 * for the command itself have out->pid -127 and -126.
 */
int launch(const struct spec *spec, const struct launch_layers *layers, const struct cg *cg,
	   const int stdio[3], struct launched *out, struct err *err);

/** launch_enter() - one more process in the sandbox whose init is @pidfd: its namespaces, @cg, the spec's
 *  capabilities and seccomp list; spec.process says what runs. As launch() otherwise */
int launch_enter(const struct spec *spec, int pidfd, const struct cg *cg, const int stdio[3],
		 struct launched *out, struct err *err);

#endif
