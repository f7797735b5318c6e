/* SPDX-License-Identifier: MIT */
/*
 * Where the root of a sandbox comes from, internal to the runtime: a directory, the host, or an archive
 * that is unpacked once and shared by all who use it. Unpacked trees lie in /var/lib/boxtop/trees, or in
 * $XDG_DATA_HOME/boxtop/trees for a plain user: a run directory is memory, and often mounted noexec.
 */
#ifndef BOXTOP_RUNTIME_ROOTS_H
#define BOXTOP_RUNTIME_ROOTS_H

#include "base/err.h"
#include "runtime/launch.h"
#include "runtime/spec.h"

/**
 * root_prepare() - open what launch() makes the root of
 * @sandbox_fd: the state directory of this sandbox; for an archive a link "tree" in it says for as long as
 *		it is there that the unpacked tree is used
 * @out:	both descriptors are the caller's to close; -1 on failure
 *
 * An archive is unpacked unless another sandbox did it before; one that does so meanwhile is waited for.
 * Of spec.root.keep the directories "upper" and "work" are made.
 * Return: 0; -errno with @err, nothing of it left behind.
 */
int root_prepare(const struct spec *spec, int sandbox_fd, struct launch_layers *out,
		 struct err *err);

/**
 * roots_sweep() - remove unpacked trees that no sandbox used for an hour, and what a dead unpacker left
 * @state_fd: the directory of all sandboxes' state
 *
 * Return: 0; -errno with @err when one could not be removed; the others are.
 */
int roots_sweep(int state_fd, struct err *err);

#endif
