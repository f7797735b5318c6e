/* SPDX-License-Identifier: MIT */
/* Who the command runs as: numbers, or names from the root's own /etc/passwd and /etc/group. */
#ifndef BOXTOP_RUNTIME_INSIDE_USER_H
#define BOXTOP_RUNTIME_INSIDE_USER_H

#include <sys/types.h>

#include "base/err.h"
#include "runtime/inside/plan.h"

#define USER_GROUPS_MAX 64

struct user {
	uid_t uid;
	gid_t gid;
	gid_t groups[USER_GROUPS_MAX]; /* supplementary */
	size_t groups_len;
};

/** user_resolve() - called after the switch of roots; the files are read, no NSS module is loaded.
 *  0; -errno with @err naming the user */
int user_resolve(const struct plan *plan, struct user *out, struct err *err);

#endif
