/* SPDX-License-Identifier: MIT */
/* The table that boxtop limit shows, internal to limit*.c: each limit, what is in use, and why not. */
#ifndef BOXTOP_COMMANDS_LIMIT_H
#define BOXTOP_COMMANDS_LIMIT_H

#include "commands/acting.h"

/** LIMIT_SOURCES - what a sample has to read for what is in use */
#define LIMIT_SOURCES                                                                              \
	(SOURCE_CGROUP_CPU | SOURCE_CGROUP_MEMORY | SOURCE_CGROUP_MEMORY_MORE |                    \
	 SOURCE_CGROUP_PIDS | SOURCE_CGROUP_LIMITS)

/** struct limit_run - one run of the command */
struct limit_run {
	const struct command *command;
	struct acting_options options;
	struct targets targets; /* one */
};

/** struct limit_row - one limit of the target */
struct limit_row {
	struct limit_value value;
	bool used_known;
	double used;	/* in the unit of the limit: bytes, CPUs, tasks */
	char note[256]; /* why there is none, or what holds beside it; "" */
};

/** limit_rows_gather() - from its files and from the last sample; 0; -errno with @err */
int limit_rows_gather(const struct targets *targets, const struct target_item *item,
		      struct limit_row rows[LIMITS], struct err *err);
/** limit_rows_write() - as a table, appended to @out */
void limit_rows_write(const struct limit_row rows[LIMITS], struct strbuf *out);

#endif
