/* SPDX-License-Identifier: MIT */
/*
 * What the screen holds to act on: rows to targets, bombs and pidfds, each with what the deed needs opened
 * and reserved. Belongs to one worker's thread from held_open() on.
 */
#ifndef BOXTOP_COMMANDS_TOP_HELD_H
#define BOXTOP_COMMANDS_TOP_HELD_H

#include "model/snapshot.h"
#include "runtime/runtime.h"
#include "ui/actions.h"

/** struct held_one - one row. Of target, bomb and pidfd at most one is there */
struct held_one {
	struct row_key key;
	char *name;	       /* raw: "web-1 (docker)" */
	char *sandbox;	       /* raw: its name, if it is one of ours; NULL */
	struct strbuf where;   /* raw */
	struct target *target; /* a container or cgroup; NULL */
	struct killer *killer; /* of @target, where it is to be ended; NULL */
	struct bomb *bomb;     /* processes without a group of their own; NULL */
	int pidfd;	       /* a process; -1 */
	pid_t pid;
	bool counted;
	uint64_t processes;
	struct err err; /* why nothing can be done to it; code 0: it can */
};

/** struct held - all rows of one question */
struct held {
	enum act_kind kind;
	struct snapshot *snapshot; /* a reference: that has the rows */
	struct row *rows;
	size_t len;
	struct held_one *ones; /* NULL until held_open() */
};

/** held_new() - rows and a reference to their snapshot are copied; opens nothing */
struct held *held_new(enum act_kind kind, const struct act_rows *rows);
void held_free(struct held *held);

/** held_open() - hold all of them; one that can't be held says so in its err */
void held_open(struct held *held);
/** held_look() - what is still there of them; @snapshot: a newer one, whose reference is taken, or NULL */
void held_look(struct held *held, struct snapshot *snapshot);
/** held_is_there() - whether it is still what was held. Asks for no memory */
bool held_is_there(const struct held_one *one);
/** held_tell() - the items, and the limits if it was held for that, into a message */
void held_tell(const struct held *held, struct act_news *news);

/** held_do() - the deed, and how it went in one line */
void held_do(struct held *held, const struct act_deed *deed, struct act_news *news);

#endif
