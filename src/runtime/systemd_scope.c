/* SPDX-License-Identifier: MIT */
/* Transient scopes: delegated, so that the groups below them are ours to make and to limit. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "runtime/systemd.h"
#include "runtime/systemd_bus.h"

#ifndef SYSTEMD_BUS

static int refuse(struct err *err)
{
	err_setx(err, EOPNOTSUPP, "this boxtop was built without libsystemd");
	return SYSTEMD_UNREACHABLE;
}

int systemd_start_scope(const struct systemd_scope *scope, struct err *err)
{
	(void)scope;
	return refuse(err);
}

int systemd_attach(const char *unit, const char *below, pid_t pid, struct err *err)
{
	(void)unit;
	(void)below;
	(void)pid;
	return refuse(err);
}

#else

#define JOB_USEC 25000000

/** struct job - what systemd does after it answered */
struct job {
	const struct sd *sd;
	const char *path;
	char result[32]; /* "done", "failed", ...; "" while it runs */
};

/* Signals that came with the answer wait until they are asked for: by then the path is known. */
static int on_removed(sd_bus_message *message, void *context, sd_bus_error *error)
{
	struct job *job = context;
	const char *path = NULL, *unit = NULL, *result = NULL;
	uint32_t id = 0;

	(void)error;
	if (job->path && job->sd->message_read(message, "uoss", &id, &path, &unit, &result) >= 0 &&
	    strcmp(path, job->path) == 0)
		snprintf(job->result, sizeof(job->result), "%s", result);
	return 0;
}

static int wait_for(struct systemd_call *call, struct job *job, const char *unit, struct err *err)
{
	uint64_t end = clock_monotonic_usec() + JOB_USEC;

	while (!job->result[0]) {
		int r = call->sd->process(call->bus, NULL);

		if (r == 0 && clock_monotonic_usec() < end)
			r = call->sd->wait(call->bus, 100000);
		else if (r == 0)
			r = -ETIMEDOUT;
		if (r < 0 && r != -EINTR)
			return err_set(err, -r, "wait until systemd has started %s", unit);
	}
	if (strcmp(job->result, "done") != 0)
		return err_setx(err, EIO, "systemd could not start %s: %s", unit, job->result);
	return 0;
}

static int append_scope(const struct systemd_call *call, const struct systemd_scope *scope)
{
	const struct sd *sd = call->sd;
	sd_bus_message *message = call->message;
	int r = sd->message_append(message, "ss", scope->unit, "fail");

	if (r >= 0)
		r = sd->message_open_container(message, 'a', "(sv)");
	if (r >= 0)
		r = sd->message_append(message, "(sv)(sv)(sv)(sv)(sv)", "Description", "s",
				       "a sandbox of boxtop", "PIDs", "au", 1u,
				       (uint32_t)scope->pid, "Delegate", "b", 1, "CollectMode", "s",
				       "inactive-or-failed", "TasksMax", "t", UINT64_MAX);
	if (r >= 0 && scope->slice)
		r = sd->message_append(message, "(sv)", "Slice", "s", scope->slice);
	if (r >= 0)
		r = sd->message_close_container(message);
	return r >= 0 ? sd->message_append(message, "a(sa(sv))", 0u) : r;
}

int systemd_start_scope(const struct systemd_scope *scope, struct err *err)
{
	_cleanup_(systemd_call_finish)
	struct systemd_call call;
	struct job job = {.result = ""};
	int r = systemd_call_begin(&call, geteuid() != 0, "StartTransientUnit", err);

	if (r != 0)
		return r;
	job.sd = call.sd;
	r = call.sd->match_signal(call.bus, NULL, NULL, "/org/freedesktop/systemd1",
				  "org.freedesktop.systemd1.Manager", "JobRemoved", on_removed,
				  &job);
	if (r >= 0)
		r = append_scope(&call, scope);
	r = systemd_call_send(&call, r, err);
	if (r != 0)
		return r;
	r = call.sd->message_read(call.reply, "o", &job.path);
	if (r < 0)
		return err_set(err, -r, "read systemd's answer");
	return wait_for(&call, &job, scope->unit, err);
}

int systemd_attach(const char *unit, const char *below, pid_t pid, struct err *err)
{
	_cleanup_(systemd_call_finish)
	struct systemd_call call;
	int r = systemd_call_begin(&call, geteuid() != 0, "AttachProcessesToUnit", err);

	if (r != 0)
		return r;
	r = call.sd->message_append(call.message, "ssau", unit, below, 1u, (uint32_t)pid);
	return systemd_call_send(&call, r, err);
}

#endif
