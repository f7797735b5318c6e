/* SPDX-License-Identifier: MIT */
/* The tables as sections of the manual page, so that the page can't say anything else. */
#ifndef BOXTOP_COMMANDS_MDOC_H
#define BOXTOP_COMMANDS_MDOC_H

#include "base/err.h"
#include "base/str.h"

/** mdoc_section() - "commands", "fields", "host", "keys" or "reasons" in mdoc(7), appended to @out
 *  Return: 0; -EINVAL with @err for another name. */
int mdoc_section(const char *name, struct strbuf *out, struct err *err);

#endif
