/* SPDX-License-Identifier: MIT */
/*
 * What our own state on disk says of sandboxes, whoever started them: those that have no cgroup which
 * would lead to it, and those that ended.
 */
#ifndef BOXTOP_COLLECTORS_SANDBOXES_H
#define BOXTOP_COLLECTORS_SANDBOXES_H

#include "collectors/engines/facts.h"
#include "collectors/identity.h"

struct sandboxes;
struct state_cache;

/** struct sandbox_seen - one; valid until sandboxes_begin() */
struct sandbox_seen {
	const char *name;
	uid_t uid; /* whose it is */
	const struct facts *facts;
	bool stopped;
};

/**
 * sandboxes_new() - none yet
 * @root_fd: stands for "/"; borrowed
 * @live:    it is the real one: XDG_RUNTIME_DIR counts
 */
struct sandboxes *sandboxes_new(int root_fd, bool live);
void sandboxes_free(struct sandboxes *sandboxes);
/** sandboxes_begin() - look again, every few seconds at the most, for those of root, of this user and of
 *  everybody who has a process in @ip */
void sandboxes_begin(struct sandboxes *sandboxes, const struct identity_pass *ip);
/** sandboxes_get() - the one at @index; NULL past the last */
const struct sandbox_seen *sandboxes_get(const struct sandboxes *sandboxes, size_t index);

/** sandboxes_claim() - fill @claim if @leader is the first process of one
 *  @outside: the nearest ancestor that is not in it; NULL. Return: whether it is */
bool sandboxes_claim(const struct sandboxes *sandboxes, const struct pid_entry *leader,
		     const struct pid_entry *outside, struct claim *claim);
/** sandboxes_add_stopped() - rows for those that ended */
void sandboxes_add_stopped(const struct sandboxes *sandboxes, struct identity_pass *ip);

#endif
