/* SPDX-License-Identifier: MIT */
/*
 * Bombs of every kind in a group with a limit of processes, on top of cg_rig. The group is emptied at the
 * end by other means than those that are tested.
 */
#ifndef BOXTOP_TESTS_BOMB_RIG_H
#define BOXTOP_TESTS_BOMB_RIG_H

#include "cg_rig.h"

#include "runtime/kill.h"

/* struct bombs - a rig, and a program of our own: no other test runs the same file */
struct bombs {
	struct rig *rig;
	char dir[32], program[48];
};

extern const char *const bomb_kinds[];
#define BOMB_KINDS 5

/* bombs_open(), bombs_close() - setup and teardown of a test. Meanwhile we adopt and reap what the bombs
 * leave behind: the host's PID 1 may not */
int bombs_open(void **state);
int bombs_close(void **state);

/* bombs_make() - the group in every hierarchy, with that limit; skips the test where it can't be had */
void bombs_make(struct bombs *bombs, unsigned int pids_max);

/* struct bomb_start - how the first process of a bomb starts */
struct bomb_start {
	const struct bombs *bombs;
	const char *kind;
	unsigned int width;
	uid_t uid;	   /* 0: ours */
	int unshare;	   /* CLONE_NEW*; 0 */
	bool session;	   /* one of its own */
	bool anywhere;	   /* in no group of the rig */
	const char *below; /* NULL, or "/below" */
};

/* bombs_start() - its pid, once it and all its copies run */
pid_t bombs_start(const struct bomb_start *start);

/* bombs_exec() - become the bomb; for who starts it otherwise */
int bombs_exec(const struct bombs *bombs, const char *kind, unsigned int width);

/* bombs_count() - processes in the group, in the hierarchy of the pids controller */
unsigned long bombs_count(const struct bombs *bombs, const char *below);
/* bombs_grow() - wait until there are at least so many */
void bombs_grow(const struct bombs *bombs, unsigned long n);
/* bombs_limit_is() - whether pids.max says so */
bool bombs_limit_is(const struct bombs *bombs, const char *text);

/* becomes() - whether @expression comes true within a generous time */
#define becomes(expression)                                                                        \
	({                                                                                         \
		int tries_ = 12000;                                                                \
		while (!(expression) && --tries_ > 0)                                              \
			usleep(5000);                                                              \
		tries_ > 0;                                                                        \
	})

/* is_alive() - and no zombie */
bool is_alive(pid_t pid);

/** bombs_uid() - of a user whom nobody on this machine is but the processes of this test */
uid_t bombs_uid(void);
/** bombs_as_user() - what @deed returns in a process of that user */
int bombs_as_user(const struct bombs *bombs, pid_t pid,
		  int (*deed)(const struct bombs *bombs, pid_t pid));

#endif
