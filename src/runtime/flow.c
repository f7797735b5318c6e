/* SPDX-License-Identifier: MIT */
/*
 * Moves bytes from one descriptor to another without ever blocking. A side that ended is left alone: the
 * one who polls decides what that means.
 */
#include "runtime/flow.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* What a pipe that polls as writable takes without blocking. */
#define BLOCKING_BYTES PIPE_BUF

void flow_watch(const struct flow *flow, struct pollfd polled[2])
{
	bool room = flow->len == 0;

	polled[0] = (struct pollfd) {.fd = room ? flow->from : -1, .events = POLLIN};
	polled[1] = (struct pollfd) {.fd = room ? -1 : flow->to, .events = POLLOUT};
}

static void fail(struct flow *flow)
{
	flow->failed = true;
	flow->to = -1;
	flow->len = 0;
}

static void drain(struct flow *flow)
{
	size_t part = flow->to_blocks && flow->len > BLOCKING_BYTES ? BLOCKING_BYTES : flow->len;
	ssize_t n = write(flow->to, flow->buf + flow->at, part);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		fail(flow);
		return;
	}
	if (n > 0) {
		flow->at += (size_t)n;
		flow->len -= (size_t)n;
	}
}

static void fill(struct flow *flow)
{
	/* room for the byte that sift() may have kept back before */
	ssize_t n = read(flow->from, flow->buf, sizeof(flow->buf) - 1);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* EIO: the other side of a terminal is closed */
	if (n <= 0) {
		flow->from = -1;
		return;
	}
	flow->at = 0;
	flow->len = flow->sift ? flow->sift(flow->data, flow->buf, (size_t)n) : (size_t)n;
	if (flow->log)
		log_write(flow->log, flow->buf, flow->len);
	if (flow->to < 0)
		flow->len = 0;
}

void flow_run(struct flow *flow, const struct pollfd polled[2])
{
	if (polled[0].fd >= 0 && polled[0].fd == flow->from && polled[0].revents)
		fill(flow);
	/* What just came is most often taken at once; a blocking one has to be asked first. */
	if (flow->len && flow->to >= 0 &&
	    ((polled[1].fd >= 0 && polled[1].revents) || (polled[0].revents && !flow->to_blocks)))
		drain(flow);
}

bool flow_put(struct flow *flow, const char *data, size_t len)
{
	if (flow->to < 0 || flow->len + len > sizeof(flow->buf))
		return false;
	memmove(flow->buf, flow->buf + flow->at, flow->len);
	memcpy(flow->buf + flow->len, data, len);
	flow->at = 0;
	flow->len += len;
	return true;
}

bool flow_is_over(const struct flow *flow)
{
	return flow->from < 0 && flow->len == 0;
}
