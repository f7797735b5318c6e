/* SPDX-License-Identifier: MIT */
/* The table of the host's figures: what "host" in JSON holds; the manual page reads it too. */
#ifndef BOXTOP_COMMANDS_HOST_JSON_H
#define BOXTOP_COMMANDS_HOST_JSON_H

#include <stdbool.h>
#include <stddef.h>

/** struct host_figure - one member of struct host under its JSON name */
struct host_figure {
	const char *id;
	const char *help; /* one line */
	size_t offset;	  /* in struct host */
	bool is_rate;	  /* a struct rate; else a struct metric */
};

extern const struct host_figure host_figures[];
extern const size_t host_figures_len;

#endif
