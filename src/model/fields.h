/* SPDX-License-Identifier: MIT */
/*
 * The field table: every column there is, defined once. Header row, sort, filter, --columns, JSON,
 * CSV, help and the man page read it; it says which sources a column needs. Field ids are stable:
 * they are the names in JSON.
 */
#ifndef BOXTOP_MODEL_FIELDS_H
#define BOXTOP_MODEL_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/snapshot.h"

/** enum row_kind - what a row is about; bits in field.kinds */
enum row_kind {
	ROW_CONTAINER = 1 << 0,
	ROW_CGROUP = 1 << 1,
	ROW_PROCESS = 1 << 2,
	ROW_NS = 1 << 3,
	ROW_EVENT = 1 << 4,
};

/** struct row - one row of a table: an element of a snapshot, borrowed */
struct row {
	const struct snapshot *snapshot;
	enum row_kind kind;
	uint32_t index; /* in the array of its kind */
};

/** struct row_key - what stays the same between snapshots; compare with row_key_eq() */
struct row_key {
	enum row_kind kind; /* 0: no row */
	uint64_t a, b;	    /* container.key; cgroup.id; pid and start_ticks; ns id and type;
			     * event.number */
};

/** enum field_type - how a value is shown; JSON uses plain numbers in the unit named in the id */
enum field_type {
	FIELD_TEXT,
	FIELD_BOOL,
	FIELD_COUNT, /* plain integer */
	FIELD_ID,    /* an integer that is a name: pid, inode; never shortened */
	FIELD_BYTES,
	FIELD_BYTES_PER_SEC,
	FIELD_PER_SEC,
	FIELD_PCT,
	FIELD_CPUS,	/* microcpus; JSON as CPUs (1.5) */
	FIELD_CPU_TIME, /* microseconds, shown as TIME+ */
	FIELD_DURATION, /* microseconds */
	FIELD_TIME,	/* realtime microseconds */
	FIELD_SIGNED,	/* an int64_t in value.u64: nice, priority */
};

/** struct value - what a getter gives */
struct value {
	enum field_type type;
	uint8_t state; /* enum metric_state */
	uint8_t why;   /* enum metric_why */
	union {
		const char *text; /* raw bytes: sanitize to show; FIELD_TEXT */
		uint64_t u64;	  /* METRIC_NO_LIMIT: "max" */
		double f64;	  /* FIELD_PCT, FIELD_PER_SEC, FIELD_BYTES_PER_SEC */
		bool boolean;
	};
};

enum field_flags {
	FIELD_RIGHT = 1 << 0,	   /* right aligned (all numbers) */
	FIELD_STRETCH = 1 << 1,	   /* takes the width that is left; the last column of a screen */
	FIELD_EXPENSIVE = 1 << 2,  /* read only for rows in view */
	FIELD_TREE = 1 << 3,	   /* tree guides are drawn in this column */
	FIELD_DESCENDING = 1 << 4, /* first sorted largest first */
	FIELD_RATE = 1 << 5,	   /* worked out from two samples: not known of the first */
};

/** struct field - one column */
struct field {
	const char *id;	   /* "memory_current_bytes": JSON key, --columns */
	const char *title; /* "MEM": at most @width columns */
	const char *help;  /* one line for help and man: what, unit, kernel file */
	enum field_type type;
	unsigned int kinds;   /* enum row_kind bits */
	unsigned int flags;   /* enum field_flags */
	unsigned int width;   /* columns on the screen, without the gap */
	unsigned int sources; /* enum source bits */
	struct value (*get)(const struct field *field, const struct row *row); /* use field_get() */
	size_t offset; /* of the member that get() reads, in the struct it reads from */
};

/** fields[] - every field there is, in the order of the man page; fields_len of them */
extern const struct field fields[];
extern const size_t fields_len;

/** field_find() - by id and kind of row; NULL if there is none */
const struct field *field_find(struct span id, enum row_kind kind);
/** field_get() - @field of @row; WHY_NOT_ASKED where the snapshot did not read its source */
struct value field_get(const struct field *field, const struct row *row);
/** value_compare() - known before unknown whatever the direction; text by bytes, natural numbers */
int value_compare(const struct value *a, const struct value *b, bool descending);
/** value_format() - for the screen: sanitized, units; unknown is "-" (absent), "?" (denied), "…" or
 *  "." in ASCII (not sampled); appended to @out */
void value_format(const struct value *value, bool ascii, struct strbuf *out);

/** enum field_preset - the columns of a screen or command unless others are asked for */
enum field_preset {
	PRESET_CONTAINERS, /* screen, list, stats (text) */
	PRESET_CGROUPS,	   /* containers screen as cgroup tree */
	PRESET_PROCESSES,
	PRESET_NAMESPACES,
	PRESET_EVENTS,
	PRESET_STATS_JSON, /* every cheap field of a container */
};
/** field_preset() - NULL-terminated list of fields, static */
const struct field *const *field_preset(enum field_preset preset);
/** rows_len() - how many rows of one kind a snapshot has */
size_t rows_len(const struct snapshot *snapshot, enum row_kind kind);
/** fields_sources() - the sources of a NULL-terminated list */
unsigned int fields_sources(const struct field *const *list);

struct row_key row_key(const struct row *row);
bool row_key_eq(struct row_key a, struct row_key b);
/** row_container(), row_cgroup(), row_process(), row_ns(), row_event() - the element, or NULL for another kind */
const struct container *row_container(const struct row *row);
const struct cgroup *row_cgroup(const struct row *row);
const struct process *row_process(const struct row *row);
const struct ns *row_ns(const struct row *row);
const struct container_event *row_event(const struct row *row);
/** row_usage() - of a container or a cgroup; NULL for others */
const struct usage *row_usage(const struct row *row);

#endif
