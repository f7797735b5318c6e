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
#include "runtime/hooks.h"
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
	char ids[288];	/* why its ids are the host's own, where they might be others; "" */
};

/** struct launch_request - what launch() and launch_enter() are asked; borrowed */
struct launch_request {
	const struct spec *spec;
	const struct launch_layers *layers; /* not for launch_enter() */
	const struct cg *cg;		    /* NULL: no groups of its own */
	int stdio[3];		       /* 0, 1 and 2 of the command; not with process.terminal */
	int pidfd;		       /* of the sandbox's init, for launch_enter() */
	const struct hooks_wait *wait; /* for launch(): who may lose interest during a hook; NULL */
};

/**
 * launch() - make the namespaces and run the command
 *
 * Returns when execve() of the command succeeded.
 * Return: 0; -errno with @err naming the step and its object, nothing left behind; when it is the command
 * itself that is not there or can't be run, out->pid is -127 or -126.
 */
int launch(const struct launch_request *request, struct launched *out, struct err *err);

/** launch_enter() - one more process in a running sandbox: its namespaces, its groups, the spec's
 *  capabilities and seccomp list; spec.process says what runs. As launch() otherwise */
int launch_enter(const struct launch_request *request, struct launched *out, struct err *err);

#endif
