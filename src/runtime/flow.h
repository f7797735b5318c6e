/* SPDX-License-Identifier: MIT */
/* One direction of what a person and a sandbox say to each other, internal to the runtime: a small
 * buffer between two descriptors that are polled. Owns neither descriptor. */
#ifndef BOXTOP_RUNTIME_FLOW_H
#define BOXTOP_RUNTIME_FLOW_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/log.h"

#define FLOW_BYTES 16384

/** struct flow - init with FLOW_INIT */
struct flow {
	int from;		/* -1: nothing more comes */
	int to;			/* -1: what comes is dropped, or goes to @log */
	struct log_writer *log; /* NULL */
	bool to_blocks; /* @to may be somebody else's and is left blocking: short writes only */
	bool failed;	/* @to is closed on its other side */
	size_t at, len; /* what of @buf waits to be written */
	char buf[FLOW_BYTES];
	/* sift(): may take bytes out of the @len that were read at @buf; returns how many stay */
	size_t (*sift)(void *data, char *buf, size_t len);
	void *data;
};

#define FLOW_INIT ((struct flow) {.from = -1, .to = -1})

/** flow_watch() - what to poll for: two entries, for from and to; -1 where nothing is awaited */
void flow_watch(const struct flow *flow, struct pollfd polled[2]);
/** flow_run() - move what can be moved */
void flow_run(struct flow *flow, const struct pollfd polled[2]);
/** flow_put() - @len bytes of our own into the flow; false if there is no room for all */
bool flow_put(struct flow *flow, const char *data, size_t len);
/** flow_is_over() - nothing more comes and nothing waits */
bool flow_is_over(const struct flow *flow);

#endif
