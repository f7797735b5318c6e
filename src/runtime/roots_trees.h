/* SPDX-License-Identifier: MIT */
/*
 * Unpacked archives, internal to roots. Below one directory, for an archive whose file is KEY: "KEY" is
 * the whole tree, "KEY.new" one that is being unpacked, "KEY.lock" is held by who unpacks, links or
 * removes it and says when it was used last, and links "KEY.in-N" lead to the directories of sandboxes'
 * state in which it is used.
 */
#ifndef BOXTOP_RUNTIME_ROOTS_TREES_H
#define BOXTOP_RUNTIME_ROOTS_TREES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "runtime/idmap.h"

/** TREES_LINK - in the state directory of a sandbox that uses a tree: leads to its key */
#define TREES_LINK "tree"

/** trees_open() - the directory of all trees, made where it is missing; -ENOENT without @make. Else -errno
 *  with @err: nowhere to put it */
int trees_open(bool make, int *out_fd, struct err *err);

/** struct trees_request - whose tree is wanted, and who uses it; borrowed */
struct trees_request {
	const char *archive;
	const struct id_maps *maps;
	int sandbox_fd; /* the state directory of the sandbox */
};

/**
 * trees_take() - the tree of an archive, unpacked if it isn't yet, and marked as used
 *
 * Waits for another that unpacks the same.
 * Return: 0; -errno with @err, nothing left of it.
 */
int trees_take(int trees_fd, const struct trees_request *request, int *out_root_fd,
	       struct err *err);

/** trees_sweep() - remove every tree that was used last before @idle_usec and that no sandbox uses now: none
 *  with its state in @state_fd (-1: none), and none where it was noted */
int trees_sweep(int trees_fd, int state_fd, const struct id_maps *maps, uint64_t idle_usec,
		struct err *err);

#endif
