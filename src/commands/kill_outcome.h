/* SPDX-License-Identifier: MIT */
/* What boxtop kill is about to end, and what came of it: in text for people and as JSON. */
#ifndef BOXTOP_COMMANDS_KILL_OUTCOME_H
#define BOXTOP_COMMANDS_KILL_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "commands/acting.h"
#include "runtime/runtime.h"

/** struct kill_outcome - one container, or one bomb; everything is borrowed */
struct kill_outcome {
	const char *what;		/* raw: "web-1 (docker)", "the tree of 4711" */
	const struct targets *targets;	/* of @item */
	const struct target_item *item; /* NULL: a bomb */
	const struct bomb *bomb;	/* NULL: a container or cgroup */
	bool counted;			/* @processes is known */
	uint64_t processes;		/* before */
	bool done;			/* not a dry run, and not declined */
	int signal;			/* sent instead of ending it; 0 */
	struct kill_report report;
	struct err err; /* code 0: nothing went wrong */
};

/** kill_outcome_intent() - "the tree of 4711: 12 processes (bomb 10, sh 2)" and who is left out */
void kill_outcome_intent(const struct kill_outcome *outcome, struct strbuf *out);
/** kill_outcome_bomb() - what it is made of, "bomb 10, sh 2", and a line for each that is left out */
void kill_outcome_bomb(const struct kill_outcome *outcome, struct strbuf *out);
/** kill_outcome_members() - a line for each process that would be ended */
void kill_outcome_members(const struct kill_outcome *outcome, struct strbuf *out);
/** kill_outcome_result() - "the tree of 4711: ended 12 processes in 1.2 ms", and who is still there */
void kill_outcome_result(const struct kill_outcome *outcome, struct strbuf *out);

/** kill_outcomes_json() - {"kills": [...]} as one line */
int kill_outcomes_json(const struct kill_outcome *outcomes, size_t n, struct strbuf *out,
		       struct err *err);

#endif
