/* SPDX-License-Identifier: MIT */
/* Rules of io.max: for each disk, bytes and operations per second. */
#ifndef BOXTOP_RUNTIME_IO_RULES_H
#define BOXTOP_RUNTIME_IO_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "runtime/limits.h"

enum io_key {
	IO_RBPS = 0,
	IO_WBPS,
	IO_RIOPS,
	IO_WIOPS,
	IO_KEYS,
};

/** struct io_rule - one disk */
struct io_rule {
	unsigned int dev_major, dev_minor;
	unsigned int set;	  /* bits 1 << enum io_key: which are said */
	uint64_t values[IO_KEYS]; /* per second; LIMIT_NONE */
};

#define IO_RULES_MAX 16

/** struct io_rules - each disk once */
struct io_rules {
	struct io_rule items[IO_RULES_MAX];
	size_t len;
};

/** io_key_text() - "rbps", "wbps", "riops", "wiops" */
const char *io_key_text(enum io_key key);

/**
 * io_rules_parse() - add rules to @rules: what is said again of a disk replaces what was said
 * @text: "8:0 rbps=1M wiops=100", "/dev/sda:rbps=1M,wiops=100"; several with ";" or on lines. A path
 *	  is the disk that it, or its partition, is; "8:0 max" is max for all four
 *
 * Return: 0; -EINVAL; -ERANGE; -errno of a path, with @err.
 */
int io_rules_parse(struct span text, struct io_rules *rules, struct err *err);

/** io_rules_set() - one value of one disk; -ERANGE over IO_RULES_MAX disks */
int io_rules_set(struct io_rules *rules, const struct io_rule *disk, enum io_key key,
		 uint64_t value, struct err *err);

/** io_rules_find() - of a disk; NULL */
const struct io_rule *io_rules_find(const struct io_rules *rules, unsigned int dev_major,
				    unsigned int dev_minor);

enum io_rules_flags {
	IO_RULES_UNITS = 1 << 0,  /* "1M" for a person; else whole numbers */
	IO_RULES_NO_MAX = 1 << 1, /* leave out what is no limit */
};

/** io_rules_print() - as io_rules_parse() reads them; 0; -ERANGE if they don't fit */
int io_rules_print(const struct io_rules *rules, unsigned int flags, char out[LIMIT_TEXT_MAX],
		   struct err *err);

#endif
