/* SPDX-License-Identifier: MIT */
/*
 * A deed done apart, internal to the runtime: in a child that sees one directory, owns the ids of a user
 * namespace, has no network, holds no descriptor of ours that it was not given, runs no program, and ends
 * with us. For work on files that mean harm, and on files whose owners are only ours inside such a namespace.
 */
#ifndef BOXTOP_RUNTIME_APART_H
#define BOXTOP_RUNTIME_APART_H

#include "base/err.h"
#include "runtime/idmap.h"

/** struct apart - what is done, and where; borrowed */
struct apart {
	const struct id_maps *maps;
	int root_fd; /* the directory that the child sees as its root */
	int fd;	     /* the only other descriptor that run() finds open, beside 0 to 2; -1: none */
	/* prepare(): while the host's files can still be seen, as for loading a library; NULL */
	int (*prepare)(void *deed, struct err *err);
	int (*run)(void *deed, struct err *err);
	void *deed;
};

/** apart_run() - do it, and wait for its end. What run() changes in memory is lost with the child.
 *  0; -errno with @err, of the deed or of what went wrong around it */
int apart_run(const struct apart *apart, struct err *err);

#endif
