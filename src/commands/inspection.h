/* SPDX-License-Identifier: MIT */
/* Everything that is known of one container, gathered for inspect; and its two ways to be said. */
#ifndef BOXTOP_COMMANDS_INSPECTION_H
#define BOXTOP_COMMANDS_INSPECTION_H

#include "base/err.h"
#include "collectors/mounts.h"
#include "commands/output.h"
#include "model/query.h"
#include "runtime/runtime.h"

/** struct inspection - inspection_init(), inspection_finish() */
struct inspection {
	const struct snapshot *snapshot;
	uint32_t index;				    /* in snapshot.containers */
	const struct field *const *columns;	    /* fields of the container; ends with NULL */
	bool whole;				    /* more than the fields */
	const struct field *const *process_columns; /* ends with NULL */
	struct row_list processes;
	struct mounts mounts;
	struct sandbox_info sandbox; /* of one of ours, with its notes; zeroed: it isn't */
	const char *mounts_unknown;  /* why there are none; NULL: they were read */
	unsigned int output_flags;   /* enum output_flags, for text */
	size_t width;		     /* for text; 0: no bound */
};

/** inspection_gather() - fill processes and mounts of the container at @index */
void inspection_gather(struct inspection *inspection);
void inspection_finish(struct inspection *inspection);

/** inspection_shares_ns() - whether the container at @other uses the same namespace */
bool inspection_shares_ns(const struct inspection *inspection, enum ns_type type, uint32_t other);

/** inspection_json() - a new object: the row, and if whole "cgroup_paths", "namespaces",
 *  "process_list" and "mounts" */
json_t *inspection_json(const struct inspection *inspection);

/** inspection_text() - sections for people, appended to @out */
void inspection_text(const struct inspection *inspection, struct strbuf *out);

#endif
