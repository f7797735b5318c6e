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
	bool used_known, peak_known;
	double used, peak; /* in the unit of the limit: bytes, CPUs, tasks */
	bool settable;
	char note[256]; /* why it can't be set, or what holds beside it; "" */
};

/** struct limit_subject - whose limits, and where it stands in a sample */
struct limit_subject {
	const struct target *target;
	const struct snapshot *snapshot;
	uint32_t cgroup; /* INDEX_NONE: it has none there */
};

/** limit_rows_gather() - from its files and from the sample; 0; -errno with @err */
int limit_rows_gather(const struct limit_subject *subject, struct limit_row rows[LIMITS],
		      struct err *err);
/** limit_rows_write() - as a table, appended to @out */
void limit_rows_write(const struct limit_row rows[LIMITS], struct strbuf *out);

#endif
