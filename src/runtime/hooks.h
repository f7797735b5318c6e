/* SPDX-License-Identifier: MIT */
/* Hooks of a bundle: programs of the host's that run beside a sandbox, internal to the runtime. */
#ifndef BOXTOP_RUNTIME_HOOKS_H
#define BOXTOP_RUNTIME_HOOKS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "runtime/spec.h"

/** struct hooks_wait - who may lose interest while a hook runs; NULL and -1: nobody else */
struct hooks_wait {
	bool (*is_given_up)(void *data); /* asked ten times a second */
	void *data;
	int pidfd; /* what the hook is for: gone when that has ended */
};

/**
 * hooks_run() - those of one kind, one after the other, until one fails
 * @pid: of the sandbox's init, as the host knows it; 0: it has ended
 *
 * Each is started in the bundle's directory and a session of its own, with the environment that it asks for,
 * no descriptor of ours, and the state of the sandbox on its standard input, as OCI describes it. It runs
 * until it ends, until its time is over, or until nobody waits for it any more: we are asked to end ourselves,
 * or @wait says so. What it wrote to its standard
 * error last is in @err.
 * Return: 0; -errno with @err naming the hook.
 */
int hooks_run(const struct spec *spec, enum spec_hook_kind kind, pid_t pid,
	      const struct hooks_wait *wait, struct err *err);

#endif
