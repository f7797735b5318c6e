/* SPDX-License-Identifier: MIT */
/*
 * What a user looks for in names: a piece of text in any case, or a regular expression behind "~"; "!"
 * in front turns it around. Search and filter have it in common.
 */
#ifndef BOXTOP_BASE_PATTERN_H
#define BOXTOP_BASE_PATTERN_H

#include <regex.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/** struct pattern - what is looked for; all zero: nothing. pattern_finish() in the end */
struct pattern {
	struct strbuf text; /* without the signs in front */
	bool negated;
	bool is_regex;
	regex_t regex; /* compiled if is_regex */
};

/**
 * pattern_parse() - "web", "~^web-[0-9]+$", "!web", "!~^web"
 *
 * A regular expression is POSIX extended. It is matched in any case unless it has an upper-case letter.
 * Replaces what @pattern was. Return: 0; -EINVAL with @err in the words of regerror(3), and @pattern
 * is nothing.
 */
int pattern_parse(struct pattern *pattern, struct span text, struct err *err);
/** pattern_is_empty() - there is nothing to look for (yet): "", "!", "~" */
bool pattern_is_empty(const struct pattern *pattern);
/** pattern_find() - where in @in it is found first, whatever is negated; never nothing of no length */
bool pattern_find(const struct pattern *pattern, struct span in, struct span *out_found);
void pattern_finish(struct pattern *pattern);

#endif
