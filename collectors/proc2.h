/* SPDX-License-Identifier: MIT */
/* libproc2 by a table of its functions, loaded when processes are listed with it. */
#ifndef BOXTOP_COLLECTORS_PROC2_H
#define BOXTOP_COLLECTORS_PROC2_H

#include <libproc2/pids.h>

#include "base/err.h"

/** struct proc2 - the functions by their names without "procps_" */
struct proc2 {
	__typeof__(procps_pids_new) *pids_new;
	__typeof__(procps_pids_reap) *pids_reap;
	__typeof__(procps_pids_select) *pids_select;
	__typeof__(procps_pids_unref) *pids_unref;
};

/** proc2_load() - the table; NULL with @err where the library isn't. Of one thread at a time */
const struct proc2 *proc2_load(struct err *err);

#endif
