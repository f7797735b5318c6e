/* SPDX-License-Identifier: MIT */
/* Which files are written with what, in which order, for a set of limits; internal to limits_*.c. */
#ifndef BOXTOP_RUNTIME_LIMITS_PLAN_H
#define BOXTOP_RUNTIME_LIMITS_PLAN_H

#include "base/str.h"
#include "runtime/io_rules.h"
#include "runtime/limits_files.h"

/** CPU_PERIOD_USEC - the period of a quota, unless the group has another one already */
#define CPU_PERIOD_USEC 100000

/** struct limit_step - one write */
struct limit_step {
	enum limit_id id;
	int dirfd;		   /* borrowed */
	const char *file;	   /* a literal */
	char text[LIMIT_TEXT_MAX]; /* what is written; empty: an empty line */
	char *undo;		   /* what undoes it: the file's text before */
};

/** struct limit_plan - init with LIMIT_PLAN_INIT */
struct limit_plan {
	const struct limit_dirs *dirs;
	struct limit_step *steps;
	size_t len, cap;
};

#define LIMIT_PLAN_INIT(dirs_) ((struct limit_plan) {.dirs = (dirs_)})
void limit_plan_finish(struct limit_plan *plan);

/** limit_plan_make() - the steps for @wanted; -EINVAL where values don't go together; -errno with @err */
int limit_plan_make(struct limit_plan *plan, const struct limit_set *wanted, struct err *err);

/** limit_step() - what is written where; @fmt as printf(3) */
struct limit_step limit_step(enum limit_id id, const char *file, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** limit_plan_add() - one more step, undone by what its file says now; 0; -errno with @err */
int limit_plan_add(struct limit_plan *plan, struct limit_step step, struct err *err);
/** limit_plan_add_undo() - the same, undone by @undo */
void limit_plan_add_undo(struct limit_plan *plan, struct limit_step step, const char *undo);

/** limit_plan_v1() - the steps of a limit whose controller is on v1; memory and swap are one */
int limit_plan_v1(struct limit_plan *plan, const struct limit_set *wanted, enum limit_id id,
		  struct err *err);

/** limit_plan_rules() - which rules for disks have to be written for @value, and which there are */
int limit_plan_rules(const struct limit_dirs *dirs, const struct limit_value *value,
		     struct io_rules *out_wanted, struct io_rules *out_now, struct err *err);

/** limit_has_file() - whether the directory of @id's controller has @file */
bool limit_has_file(const struct limit_dirs *dirs, enum limit_id id, const char *file);
/** limit_weight_file() - of the disks' weight, which differs between kernels and schedulers; NULL */
const char *limit_weight_file(const struct limit_dirs *dirs);
/** limit_file() - where the limit is in this kernel; NULL: nowhere */
const char *limit_file(const struct limit_dirs *dirs, enum limit_id id);
/** limit_read_text() - a file beside @id's, trimmed into @buf; as dir_read() */
int limit_read_text(const struct limit_dirs *dirs, enum limit_id id, const char *file,
		    struct strbuf *buf, struct err *err);
/** limit_read_number() - the same as a number; -1 and what v1 has for no limit are LIMIT_NONE */
int limit_read_number(const struct limit_dirs *dirs, enum limit_id id, const char *file,
		      uint64_t *out, struct err *err);

/** limit_read_rules() - the rules for disks, with max where there is none; as dir_read() */
int limit_read_rules(const struct limit_dirs *dirs, struct io_rules *out, struct err *err);

/** the four files of v1 that hold the rules for disks, by enum io_key */
extern const char *const limit_throttle_files[IO_KEYS];

/* ---- Scales: 100 of v2 is what everyone has ---- */

static inline uint64_t limit_shares_of_weight(uint64_t weight)
{
	uint64_t shares = (weight * 1024 + 50) / 100;

	return shares < 2 ? 2 : shares;
}

static inline uint64_t limit_weight_of_shares(uint64_t shares)
{
	uint64_t weight = (shares * 100 + 512) / 1024;

	return weight < 1 ? 1 : weight;
}

/* BFQ has 1..1000 for the same 100, so what is above 100 is coarser there. */
static inline uint64_t limit_bfq_of_weight(uint64_t weight)
{
	return weight <= 100 ? weight : 100 + (weight - 100) * 900 / 9900;
}

static inline uint64_t limit_weight_of_bfq(uint64_t bfq)
{
	return bfq <= 100 ? bfq : 100 + (bfq - 100) * 9900 / 900;
}

#endif
