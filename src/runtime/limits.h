/* SPDX-License-Identifier: MIT */
/*
 * The table of limits: each limit that can be set on a cgroup, once, with its name on the command line,
 * its kernel files on v1 and v2, its unit and its range. `boxtop run`, `boxtop limit`, the editor on the
 * screen, the manual page and the writer read the same table.
 */
#ifndef BOXTOP_RUNTIME_LIMITS_H
#define BOXTOP_RUNTIME_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hierarchy.h"
#include "base/str.h"

enum limit_id {
	LIMIT_MEMORY = 0,  /* memory.max; bytes */
	LIMIT_MEMORY_HIGH, /* memory.high; bytes; v2 only */
	LIMIT_SWAP,	   /* memory.swap.max; bytes of swap alone, also on v1 (memsw - memory) */
	LIMIT_CPUS,	   /* cpu.max; microcpus (1 CPU = 1000000) */
	LIMIT_CPU_WEIGHT,  /* cpu.weight 1..10000; cpu.shares on v1 */
	LIMIT_CPUSET,	   /* cpuset.cpus; a list as text */
	LIMIT_CPUSET_MEMS, /* cpuset.mems; a list as text */
	LIMIT_PIDS,	   /* pids.max; tasks */
	LIMIT_IO_MAX,	   /* io.max; rules as text */
	LIMIT_IO_WEIGHT,   /* io.weight 1..10000 */
	LIMITS,
};

enum limit_unit {
	LIMIT_BYTES,
	LIMIT_MICROCPUS,
	LIMIT_COUNT,
	LIMIT_LIST,
	LIMIT_IO_RULES
};

/** LIMIT_NONE - "max": no limit */
#define LIMIT_NONE UINT64_MAX

/** struct limit - one row of the table */
struct limit {
	const char *name;  /* in `boxtop limit NAME memory=...` and --memory */
	const char *title; /* "Memory" */
	const char *help;  /* one line */
	enum limit_unit unit;
	enum cgroup_controller controller;
	const char *v2_file;	      /* NULL: there is none */
	const char *v1_file;	      /* NULL: there is none */
	const char *systemd_property; /* D-Bus name for SetUnitProperties; NULL */
	uint64_t min, max;	      /* of a number other than LIMIT_NONE */
};

/** limits[] - indexed by enum limit_id */
extern const struct limit limits[LIMITS];

#define LIMIT_TEXT_MAX 256

/** struct limit_value - a value of one limit */
struct limit_value {
	bool set;	 /* false: not asked for, or not known */
	uint64_t number; /* bytes, microcpus, count; LIMIT_NONE */
	char text
		[LIMIT_TEXT_MAX]; /* for LIMIT_LIST and LIMIT_IO_RULES ("8:0 rbps=1048576 wiops=max") */
};

/** struct limit_set - what is asked of, or read from, one cgroup */
struct limit_set {
	struct limit_value values[LIMITS];
};

/** limit_find() - by name ("memory") or kernel file ("memory.max"); LIMITS if there is none */
enum limit_id limit_find(struct span name);

/** limit_parse() - "256M", "0.5", "50%", "max", "0-1", "8:0 rbps=1M" to a value within the range.
 *  Several rules for io-max are given as several calls: they add up.
 *  Return: 0; -EINVAL, -ERANGE with @err saying what is allowed. */
int limit_parse(enum limit_id id, struct span text, struct limit_value *out, struct err *err);

/** limit_format() - for a person and for limit_parse(): "256M", "0.5", "max"; returns @buf */
char *limit_format(enum limit_id id, const struct limit_value *value, char buf[LIMIT_TEXT_MAX]);

#endif
