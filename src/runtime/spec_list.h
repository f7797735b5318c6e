/* SPDX-License-Identifier: MIT */
/* The lists of texts in a spec: arguments, environments, options, paths. */
#ifndef BOXTOP_RUNTIME_SPEC_LIST_H
#define BOXTOP_RUNTIME_SPEC_LIST_H

#include <stddef.h>

/** struct spec_list - strings, added by spec_list_add() alone */
struct spec_list {
	char **items; /* items[len] is NULL; NULL while there are none */
	size_t len;
};

#endif
