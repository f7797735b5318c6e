/* SPDX-License-Identifier: MIT */
/*
 * What the tables of cgroup files are made of: which file of which controller holds which values, how
 * its text is understood and where they go. cgroups_v1.c and cgroups_v2.c hold the tables,
 * cgroups_files.c reads by them.
 */
#ifndef BOXTOP_COLLECTORS_CGROUPS_FILES_H
#define BOXTOP_COLLECTORS_CGROUPS_FILES_H

#include <stddef.h>

#include "collectors/cgroups.h"

/** struct cgroup_raw - what is read, but not shown as it is */
struct cgroup_raw {
	struct metric quota_usec, period_usec; /* v1: cpu.cfs_*; a quota of -1 is METRIC_NO_LIMIT */
	struct metric memsw_bytes, memsw_limit; /* v1: memory and swap together */
	struct metric frozen_v1, frozen_v2;
	bool at_true_root; /* what is missing is missing because of that */
};

/** struct cgroup_reading - where the values of one row go */
struct cgroup_reading {
	struct cgroup_raw raw; /* first: an offset of 0 means none in the tables */
	struct usage usage;
};

/** enum cgroup_scale - from the kernel's unit to ours */
enum cgroup_scale {
	SCALE_ONE = 0,
	SCALE_NSEC,   /* nanoseconds to microseconds */
	SCALE_TICKS,  /* USER_HZ to microseconds */
	SCALE_PAGES,  /* a v1 limit: LONG_MAX rounded down to whole pages is METRIC_NO_LIMIT */
	SCALE_SHARES, /* cpu.shares to the scale of cpu.weight */
};

/** struct cgroup_output - one value of a file */
struct cgroup_output {
	struct span key;      /* of its line, in flat keyed files */
	uint16_t offset;      /* in struct cgroup_reading */
	bool is_rate;	      /* a struct rate, else a struct metric */
	uint8_t scale;	      /* enum cgroup_scale */
	uint8_t missing_why;  /* when the file has no such line; 0 for WHY_NO_FILE */
	unsigned int sources; /* who asks for it; 0 ends the list */
};

#define CGROUP_OUTPUTS_MAX 6
#define CGROUP_NAMES_MAX   3

enum cgroup_file_flags {
	CGROUP_FILE_LIMIT = 1 << 0,  /* changes only when someone writes to it; one output */
	CGROUP_FILE_SECOND = 1 << 1, /* read only if what it says is not known yet */
	CGROUP_FILE_DRIFTS = 1 << 3, /* the kernel may shift the parts of an unchanged sum */
	CGROUP_FILE_LIVE = 1 << 2,   /* read even of quiet groups: it may change while none of their
				      * processes runs, or it tells whether one did */
};

/** struct cgroup_file - a row of a table */
struct cgroup_file {
	const char *names[CGROUP_NAMES_MAX]; /* the first that exists counts; none: this version of
					      * cgroups has no such value */
	enum cgroup_controller controller;   /* CGROUP_UNIFIED: there without any */
	int (*parse)(const struct cgroup_file *file, struct span text,
		     struct cgroup_reading *reading, struct err *err);
	uint8_t flags;	    /* enum cgroup_file_flags */
	uint8_t absent_why; /* where it is not there for a reason of its own; 0: find out */
	uint16_t stamp;	    /* offset in struct cgroup_reading of the time of its read; 0: none */
	struct cgroup_output outputs[CGROUP_OUTPUTS_MAX];
};

/** struct cgroup_derived - a value made of others of the same reading */
struct cgroup_derived {
	enum cgroup_controller controller;
	unsigned int sources;
	uint16_t offset; /* of a struct metric in struct cgroup_reading */
	struct metric (*derive)(const struct cgroup_reading *reading);
};

/** struct cgroup_table - what a version of cgroups tells */
struct cgroup_table {
	const struct cgroup_file *files;
	size_t files_len;
	const struct cgroup_derived *derived;
	size_t derived_len;
};

extern const struct cgroup_table cgroup_table_v1;
extern const struct cgroup_table cgroup_table_v2;
extern const struct cgroup_file cgroup_procs_file;

#define READING(member) ((uint16_t)offsetof(struct cgroup_reading, member))
#define OUT(member, asked)                                                                         \
	{                                                                                          \
		.offset = READING(member), .sources = (asked)                                      \
	}
#define OUT_SCALED(member, how, asked)                                                             \
	{                                                                                          \
		.offset = READING(member), .scale = (how), .sources = (asked)                      \
	}
#define OUT_KEY(name, member, asked)                                                               \
	{                                                                                          \
		.key = {(name), sizeof(name) - 1}, .offset = READING(member), .sources = (asked)   \
	}
#define OUT_RATE(member, asked)                                                                    \
	{                                                                                          \
		.offset = READING(member), .is_rate = true, .sources = (asked)                     \
	}

/* Parsers: each fills the outputs of @file from @text. Return: 0; -EBADMSG */

/** cgroup_parse_number() - one number, or "max" */
int cgroup_parse_number(const struct cgroup_file *file, struct span text,
			struct cgroup_reading *reading, struct err *err);
/** cgroup_parse_keyed() - "key value" lines */
int cgroup_parse_keyed(const struct cgroup_file *file, struct span text,
		       struct cgroup_reading *reading, struct err *err);

/** cgroup_output_set() - a value in the kernel's unit; what is known already stays */
void cgroup_output_set(const struct cgroup_output *output, struct cgroup_reading *reading,
		       uint64_t value);
/** cgroup_output_unknown() - the same with a reason instead of a value */
void cgroup_output_unknown(const struct cgroup_output *output, struct cgroup_reading *reading,
			   struct metric reason);
/** cgroup_reading_metric() - at an offset */
struct metric *cgroup_reading_metric(struct cgroup_reading *reading, uint16_t offset);

/** cgroup_derive_working_set() - current less inactive_file */
struct metric cgroup_derive_working_set(const struct cgroup_reading *reading);
/** cgroup_derive_frozen() - by the v1 freezer or by v2 */
struct metric cgroup_derive_frozen(const struct cgroup_reading *reading);

/* ---- cgroups_reading.c ---- */

#define CGROUP_STEPS_MAX 64

/** struct cgroup_round - what one pass reads of each row */
struct cgroup_round {
	unsigned int sources;
	struct cgroup_reading start; /* nothing is read yet: each value says why not */
	struct {
		uint8_t hierarchy, file; /* index in its plan */
	} steps[CGROUP_STEPS_MAX];	 /* the live ones first, v1 before v2 */
	size_t live_len, len;
};

/** struct cgroup_last - what was read of a row in the last pass */
struct cgroup_last {
	uint64_t inodes[HIERARCHIES_MAX]; /* of its directories then */
	unsigned int sources;
	struct cgroup_reading reading;
	bool has_members;  /* the rest is set */
	uint8_t hierarchy; /* that its processes were read from */
	struct metric own_processes;
	pid_t *pids;
	size_t pids_len;
};

void cgroup_last_free(struct cgroup_last *last);

/** cgroup_plans_build() - which files each hierarchy of @tree has for us */
void cgroup_plans_build(struct cgroup_tree *tree);
void cgroup_plans_free(struct cgroup_tree *tree);

/** cgroup_round_start() - what a pass that asks for @sources reads */
void cgroup_round_start(const struct cgroup_tree *tree, unsigned int sources,
			struct cgroup_round *out);
/** cgroup_row_read() - read a row into @out->usage. Problems go to the issues of @snapshot */
void cgroup_row_read(struct cgroup_tree *tree, struct cgroup_row *row,
		     const struct cgroup_round *round, struct snapshot *snapshot,
		     struct cgroup *out);

#endif
