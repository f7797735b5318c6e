/* SPDX-License-Identifier: MIT */
/* Signals as people write them. */
#ifndef BOXTOP_COMMANDS_SIGNALS_H
#define BOXTOP_COMMANDS_SIGNALS_H

#include "base/err.h"

/** signals_parse() - "TERM", "SIGTERM", "term", "15", "RTMIN+3"; 0; -EINVAL with @err */
int signals_parse(const char *text, int *out, struct err *err);

#endif
