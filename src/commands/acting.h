/* SPDX-License-Identifier: MIT */
/* What the commands that act on targets have in common: how the outcome is said. */
#ifndef BOXTOP_COMMANDS_ACTING_H
#define BOXTOP_COMMANDS_ACTING_H

#include "commands/command.h"
#include "commands/output.h"
#include "commands/targets.h"

/** struct acting_options - the first member of a command's own options */
struct acting_options {
	enum output_format format; /* text or JSON */
};

int acting_set_format(void *target, const char *value, struct err *err);
int acting_set_json(void *target, const char *value, struct err *err);

/* ACTING_OPTIONS - rows for an options[] */
/* clang-format off */
#define ACTING_OPTIONS                                                                            \
	{"format", 'f', OPTION_ARGUMENT, "FORMAT", "text or json", acting_set_format},            \
	{"json", 'J', 0, NULL, "the same as --format json", acting_set_json}
/* clang-format on */

/** acting_json() - a new object: the target's name, engine, id and cgroup */
json_t *acting_json(const struct targets *targets, const struct target_item *item);

/** acting_print() - @text, or @object (consumed) if JSON is asked for; 0 or -errno with @err */
int acting_print(const struct acting_options *options, struct span text, json_t *object,
		 struct err *err);

#endif
