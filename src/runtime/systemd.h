/* SPDX-License-Identifier: MIT */
/*
 * The systemd that runs the host, where one does. libsystemd is loaded when it is first needed, so the
 * program starts without it where there is none.
 */
#ifndef BOXTOP_RUNTIME_SYSTEMD_H
#define BOXTOP_RUNTIME_SYSTEMD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/** systemd_is_running() - whether systemd is the init of this host, as sd_booted(3) asks */
bool systemd_is_running(void);

/** struct systemd_unit - a unit, by the path of its cgroup */
struct systemd_unit {
	struct span name; /* "docker-3f2a.scope"; borrows from the path */
	bool user;	  /* of a user's manager, not the system's */
	uint32_t uid;	  /* of that user */
};

/** systemd_unit_of() - the unit whose own group @path is; false: none, as below a delegated unit */
bool systemd_unit_of(const char *path, struct systemd_unit *out);

#endif
