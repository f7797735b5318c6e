/* SPDX-License-Identifier: MIT */
/*
 * A struct actions that does nothing and writes down what it was asked for: for tests of the screen. What
 * it answers is made up from the rows, the same every time.
 */
#ifndef BOXTOP_TESTS_SUPPORT_FAKE_ACTIONS_H
#define BOXTOP_TESTS_SUPPORT_FAKE_ACTIONS_H

#include "base/str.h"
#include "ui/actions.h"

#define FAKE_NEWS_MAX 16
#define FAKE_ROWS_MAX 8

/* struct fake_actions - fake_actions_init(), fake_actions_finish() */
struct fake_actions {
	struct actions actions;
	struct strbuf asked;	    /* "hold kill web-1 (docker)\n", "go kill\n", "drop\n", ... */
	bool silent;		    /* answers nothing: it takes long */
	bool gone;		    /* what is held has gone meanwhile */
	uint64_t processes;	    /* that each has */
	const char *log_text;	    /* what a sandbox said */
	const char *launch_failure; /* NULL: it starts */
	/* private */
	uint64_t ticket;
	enum act_kind kind;
	char names[FAKE_ROWS_MAX][128];
	bool processes_rows;
	size_t len;
	struct act_news *news[FAKE_NEWS_MAX];
	size_t news_len;
};

void fake_actions_init(struct fake_actions *fake);
void fake_actions_finish(struct fake_actions *fake);

#endif
