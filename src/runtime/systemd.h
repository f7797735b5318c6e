/* SPDX-License-Identifier: MIT */
/*
 * The systemd that runs the host, where one does, and the one of a user. Asked over the bus by libsystemd,
 * which is loaded when it is first needed: the program starts without it where there is none.
 */
#ifndef BOXTOP_RUNTIME_SYSTEMD_H
#define BOXTOP_RUNTIME_SYSTEMD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"
#include "runtime/limits.h"

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

/** SYSTEMD_UNREACHABLE - there is no library, no bus, or no manager at its end; @err says which */
#define SYSTEMD_UNREACHABLE 1

/** struct systemd_scope - a transient scope to be; borrowed */
struct systemd_scope {
	const char *unit;  /* "boxtop-web.scope" */
	const char *slice; /* NULL: the manager's choice */
	pid_t pid;	   /* what it holds at first */
};

/**
 * systemd_start_scope() - with Delegate=yes; returns when the process is in it
 *
 * As root the system's manager makes it, as a plain user that user's own.
 * Return: 0; SYSTEMD_UNREACHABLE; -EEXIST; other -errno, with @err.
 */
int systemd_start_scope(const struct systemd_scope *scope, struct err *err);

/** systemd_attach() - move the process to @below ("/x") of a unit of ours; as systemd_start_scope() */
int systemd_attach(const char *unit, const char *below, pid_t pid, struct err *err);

/**
 * systemd_set_limits() - what is .set in @wanted and has a property of its own, until the next boot
 * @user: the unit is of our own user's manager
 *
 * The manager writes the kernel's files a moment after it answered.
 * Return: 0; SYSTEMD_UNREACHABLE; -errno with @err.
 */
int systemd_set_limits(const char *unit, bool user, const struct limit_set *wanted,
		       struct err *err);

#endif
