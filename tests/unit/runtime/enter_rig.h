/* SPDX-License-Identifier: MIT */
/* What the tests of entering share: a sandbox that lives, and processes in it. */
#ifndef BOXTOP_TESTS_ENTER_RIG_H
#define BOXTOP_TESTS_ENTER_RIG_H

#include "launch_rig.h"

/* struct live - a sandbox that waits for its end */
struct live {
	struct launched launched;
};

static inline void live_start(struct rig *rig, struct live *live)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	const struct launch_request request = {
		.spec = &rig->spec, .layers = &rig->layers, .stdio = {null_fd, null_fd, null_fd}};

	rig_args(rig, (const char *const[]) {"/bin/sleep", "1000", NULL});
	if (launch(&request, &live->launched, &rig->err) < 0)
		fail_msg("launch: %s", rig->err.text);
	close(null_fd);
}

static inline void live_end(struct live *live)
{
	kill(live->launched.pid, SIGKILL);
	assert_int_equal(rig_reap(live->launched.pid), 128 + SIGKILL);
	close(live->launched.pidfd);
}

/* launch_enter() with the args that are set, to the end; what it returned */
static inline int enter(struct rig *rig, struct live *live)
{
	struct launch_request request = {.spec = &rig->spec, .pidfd = live->launched.pidfd};
	struct launched launched;
	int fds[2], r;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	request.stdio[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	request.stdio[1] = request.stdio[2] = fds[1];
	rig->err = ERR_INIT;
	r = launch_enter(&request, &launched, &rig->err);
	close(fds[1]);
	close(request.stdio[0]);
	rig_listen(rig, fds[0]);
	close(fds[0]);
	rig->code = r == 0 ? rig_reap(launched.pid) : launched.pid;
	if (r == 0)
		close(launched.pidfd);
	return r;
}

static inline const char *enter_sh(struct rig *rig, struct live *live, const char *line)
{
	rig_args(rig, (const char *const[]) {"/bin/sh", "-c", line, NULL});
	if (enter(rig, live) < 0)
		fail_msg("enter: %s", rig->err.text);
	return rig->said;
}

#endif
