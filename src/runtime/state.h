/* SPDX-License-Identifier: MIT */
/*
 * The state of sandboxes on disk, internal to the runtime: one directory per sandbox below /run/boxtop,
 * or below a directory of the user's own. state.json says what there is, config.json what was asked for,
 * and a lock on the file "lock" shows that a supervisor lives. A directory without that file is of a
 * sandbox that ended and was cleaned up; one with the file and no lock on it is what a dead supervisor
 * left. A directory appears under its name with its lock held, by one rename.
 */
#ifndef BOXTOP_RUNTIME_STATE_H
#define BOXTOP_RUNTIME_STATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "runtime/cg.h"
#include "runtime/sandbox.h"
#include "runtime/spec.h"

#define STATE_CONFIG   "config.json"
#define STATE_LOG      "log"
#define STATE_FILE     "state.json"
#define STATE_TREE     "tree"	  /* a link of roots.c: the unpacked archive is used */
#define STATE_STOPPING "stopping" /* there: somebody wants its end, don't restart it */

/** struct state_dir - one sandbox's directory; finish with state_dir_finish() */
struct state_dir {
	int root_fd; /* the directory of all sandboxes */
	int fd;	     /* this one's */
	int lock_fd; /* the lock, held by us; -1: it isn't ours */
	char name[SPEC_NAME_MAX + 1];
};

#define STATE_DIR_INIT ((struct state_dir) {-1, -1, -1, ""})

/** struct state - what state.json holds: what everybody may know, and what cleaning up needs */
struct state {
	struct sandbox_info info; /* owns the arena */
	char boot_id[40];	  /* of the boot in which pid and cgroups mean something */
	pid_t supervisor;	  /* for people; the lock tells whether it lives */
	enum cg_manager manager;
	char *unit;	    /* systemd scope; NULL */
	char *cgroups_path; /* as the spec has it: where groups may be that are not written down yet */
	bool outlive, remove;
};

/**
 * state_root_path() - where the state of this user's sandboxes is: /run/boxtop for root;
 *		       $XDG_RUNTIME_DIR/boxtop, /run/user/UID/boxtop or /tmp/boxtop-UID for others
 * @buf: PATH_MAX bytes
 *
 * Return: 0; -errno with @err.
 */
int state_root_path(char *buf, size_t cap, struct err *err);

/**
 * state_root_open() - open that directory
 * @make: make it, mode 0700
 *
 * Refused unless it is a directory of our own that nobody else may write.
 * Return: 0; -ENOENT without @make and without sandboxes; -errno, always with @err.
 */
int state_root_open(bool make, int *out_fd, struct err *err);

/**
 * state_create() - claim a name and make its directory, locked
 * @root_fd: of state_root_open(); duplicated
 * @name:    NULL: one is made up
 *
 * Return: 0; -EINVAL a bad name; -EEXIST it is taken; -errno, always with @err.
 */
int state_create(int root_fd, const char *name, struct state_dir *out, struct err *err);

/** state_open() - of an earlier one, not locked; -EINVAL, -ENOENT, -errno, always with @err */
int state_open(int root_fd, const char *name, struct state_dir *out, struct err *err);
void state_dir_finish(struct state_dir *dir);

enum state_lock {
	STATE_UNLOCKED = 0, /* there is no lock file: it ended well */
	STATE_HELD = 1,	    /* a supervisor lives */
	STATE_ORPHANED = 2, /* its supervisor died */
};

/** state_lock_look() - without disturbing anybody: enum state_lock; -errno with @err */
int state_lock_look(const struct state_dir *dir, struct err *err);
/** state_lock_take() - become the one who cleans up: 0; -EAGAIN somebody else is; -errno with @err */
int state_lock_take(struct state_dir *dir, struct err *err);
/** state_lock_wait() - until no supervisor lives
 *  @out: what the last one said by state_lock_say(); exit_code -1: nothing. 0; -errno with @err */
int state_lock_wait(const struct state_dir *dir, struct sandbox_end *out, struct err *err);
/** state_lock_say() - tell who waits how it ended, though all else may vanish before they look */
void state_lock_say(const struct state_dir *dir, struct sandbox_end end);
/** state_lock_end() - all is cleaned up: the lock file goes, and with it the lock */
void state_lock_end(struct state_dir *dir);

/** state_names() - valid names of all directories, sorted, in @arena; 0; -errno with @err */
int state_names(int root_fd, struct arena *arena, struct spec_list *out, struct err *err);
/** state_discard_unborn() - directories of creators that died before they had their name */
void state_discard_unborn(int root_fd);

/** state_save() - replace state.json as a whole; the lock's holder only. 0; -errno with @err */
int state_save(const struct state_dir *dir, const struct state *state, struct err *err);
/** state_load() - 0; -ENOENT there is none; -EBADMSG malformed; -errno, always with @err. What a
 *  missing key stands for is zero */
int state_load(const struct state_dir *dir, struct state *out, struct err *err);
void state_finish(struct state *state);

/** state_remove() - the directory with all in it; 0; -errno with @err */
int state_remove(struct state_dir *dir, struct err *err);

/** state_is_this_boot() - whether pids and cgroups of @state are of this boot */
bool state_is_this_boot(const struct state *state);
/** state_boot_id() - of this boot, into @buf; "" where the kernel doesn't tell */
char *state_boot_id(char buf[40]);
/** state_list_add() - append a copy of @text to a list in @arena */
void state_list_add(struct arena *arena, struct spec_list *list, const char *text);

/** state_start_ticks() - when a process started, in ticks since boot; 0: it is gone */
uint64_t state_start_ticks(pid_t pid);
/** state_init_pidfd() - hold the init that @state names; -ESRCH it is gone (or was never there) */
int state_init_pidfd(const struct state *state);

#endif
