/* SPDX-License-Identifier: MIT */
/* --source: where processes come from. The choice is the whole program's, whatever its command. */
#ifndef BOXTOP_COMMANDS_SOURCE_H
#define BOXTOP_COMMANDS_SOURCE_H

#include "base/err.h"
#include "base/str.h"
#include "collectors/collector.h"

/* SOURCE_OPTION - a row for an options[] */
#define SOURCE_OPTION                                                                              \
	{                                                                                          \
		"source", 0, OPTION_ARGUMENT, "SOURCE",                                            \
			"where processes come from: auto, bpf or proc (auto)", source_set          \
	}

/** source_set() - for SOURCE_OPTION: @value is auto, bpf or proc */
int source_set(void *target, const char *value, struct err *err);

/** source_collect_options() - of the real system, with what was chosen; @lasting: as in them */
struct collect_options source_collect_options(bool lasting);

/** source_describe() - "processes from a BPF task iterator", or from /proc and why; tries it out */
void source_describe(struct strbuf *out);

#endif
