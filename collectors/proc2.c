/* SPDX-License-Identifier: MIT */
/*
 * Loads libproc2. It isn't linked, since it brings libsystemd, libgcrypt and four compressors, 0.5 ms of a
 * start that takes 1.1 without, and commands that list no processes start as often as those that do.
 */
#include "collectors/proc2.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/library.h"

static const struct library_function functions[] = {
	{"procps_pids_new", offsetof(struct proc2, pids_new)},
	{"procps_pids_reap", offsetof(struct proc2, pids_reap)},
	{"procps_pids_select", offsetof(struct proc2, pids_select)},
	{"procps_pids_unref", offsetof(struct proc2, pids_unref)},
};

const struct proc2 *proc2_load(struct err *err)
{
	static struct proc2 proc2;
	static bool loaded;

	if (!loaded)
		loaded = library_load(BOXTOP_PROC2, functions, ARRAY_LEN(functions), &proc2, err) ==
			 0;
	return loaded ? &proc2 : NULL;
}
