/* SPDX-License-Identifier: MIT */
/* Users' names and home directories by uid, kept once found. */
#ifndef BOXTOP_COLLECTORS_USERS_H
#define BOXTOP_COLLECTORS_USERS_H

#include <stdbool.h>
#include <sys/types.h>

struct users;

/** users_new() - from etc/passwd below @root_fd (borrowed); @nss: ask the name service too for whom
 *  that file doesn't have */
struct users *users_new(int root_fd, bool nss);
void users_free(struct users *users);
/** users_name() - the user's name, or the uid in digits; lives as long as @users */
const char *users_name(struct users *users, uid_t uid);
/** users_home() - the home directory without its leading slash; NULL if unknown or "/" */
const char *users_home(struct users *users, uid_t uid);

#endif
