/* SPDX-License-Identifier: MIT */
/*
 * Asking about sandboxes and ending them, for whoever comes by: nothing here needs to have started them.
 * Owns nothing beyond a call; whatever a dead supervisor left is cleaned up on the way.
 */
#include "runtime/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "runtime/kill.h"
#include "runtime/left.h"
#include "runtime/log.h"
#include "runtime/roots.h"
#include "runtime/state.h"

#define FOLLOW_MSEC 500	    /* a supervisor that was killed wakes nobody */
#define SETTLE_USEC 5000000 /* for a supervisor to clean up after its sandbox ended */

/* ---- Finding one ---- */

/** struct found - one sandbox by its name */
struct found {
	struct state_dir dir;
	struct state state;
	bool orphaned; /* runs, and its supervisor is dead */
};

static void found_finish(struct found *found)
{
	state_finish(&found->state);
	state_dir_finish(&found->dir);
}

static int open_by_name(const char *name, struct state_dir *dir, struct err *err)
{
	_cleanup_(cleanup_close)
	int root_fd = -1;
	int r = spec_check_name(name, err);

	*dir = STATE_DIR_INIT;
	if (r == 0)
		r = state_root_open(false, &root_fd, err);
	if (r == -ENOENT)
		return err_setx(err, ENOENT, "there is no sandbox %s", name);
	return r < 0 ? r : state_open(root_fd, name, dir, err);
}

/* Cleaned up, if it was left by a dead supervisor. */
static int find(const char *name, struct found *found, struct err *err)
{
	int r;

	*found = (struct found) {.dir = STATE_DIR_INIT, .state.info.arena = ARENA_INIT};
	r = open_by_name(name, &found->dir, err);
	if (r == 0)
		r = left_sweep_one(&found->dir, err);
	found->orphaned = r > 0;
	return r < 0 ? r : state_load(&found->dir, &found->state, err);
}

/* ---- Asking ---- */

static bool is_frozen(const struct sandbox_info *info)
{
	struct target_request request;
	struct target *target;
	bool frozen = false;

	sandbox_request(info, &request);
	if (target_hold(&request, &target, NULL) == 0)
		frozen = target_is_frozen(target, NULL) == 1;
	target_free(target);
	return frozen;
}

int sandbox_info(const char *name, struct sandbox_info *out, struct err *err)
{
	struct found found;
	int r = find(name, &found, err);

	*out = (struct sandbox_info) {.arena = ARENA_INIT};
	if (r == 0) {
		*out = found.state.info;
		found.state.info.arena = ARENA_INIT;
		if (out->status == SANDBOX_RUNNING && is_frozen(out))
			out->status = SANDBOX_FROZEN;
		else if (found.orphaned)
			out->status = SANDBOX_ABANDONED;
	}
	found_finish(&found);
	return r;
}

int sandbox_names(struct arena *arena, struct spec_list *out, struct err *err)
{
	_cleanup_(cleanup_close)
	int root_fd = -1;
	int r = state_root_open(false, &root_fd, err);

	*out = (struct spec_list) {NULL, 0};
	if (r == -ENOENT) {
		if (err)
			*err = ERR_INIT;
		return 0;
	}
	if (r == 0)
		r = left_sweep(root_fd, err);
	return r < 0 ? r : state_names(root_fd, arena, out, err);
}

void sandbox_request(const struct sandbox_info *info, struct target_request *out)
{
	*out = (struct target_request) {
		.name = info->name,
		.inode = info->inode,
		.primary = info->primary,
		.leader = info->pid,
		.leader_start_ticks = info->start_ticks,
		.pid_namespace = info->own_pid_namespace,
	};
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		out->paths[i] = info->cgroup_paths[i];
}

/* ---- Waiting ---- */

/* The end of one without a supervisor. */
static int wait_orphan(const struct state *state)
{
	_cleanup_(cleanup_close)
	int pidfd = state_init_pidfd(state);
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};

	while (pidfd >= 0 && poll(&ended, 1, -1) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* Nobody said how it ended: what was cleaned up says so, or it ended before we came. */
static int read_end(struct found *found, struct sandbox_end *out, struct err *err)
{
	int r;

	state_finish(&found->state);
	r = left_sweep_one(&found->dir, err);
	if (r >= 0)
		r = state_load(&found->dir, &found->state, err);
	if (r == 0)
		*out = (struct sandbox_end) {found->state.info.exit_code,
					     found->state.info.oom_killed};
	return r;
}

int sandbox_wait(const char *name, struct sandbox_end *out, struct err *err)
{
	struct found found;
	int r = find(name, &found, err);

	*out = (struct sandbox_end) {.exit_code = -1};
	if (r == 0 && found.orphaned)
		r = wait_orphan(&found.state);
	else if (r == 0)
		r = state_lock_wait(&found.dir, out, err);
	if (r == 0 && out->exit_code < 0)
		r = read_end(&found, out, err);
	found_finish(&found);
	return r;
}

/* ---- Stopping ---- */

/* For its supervisor to have cleaned up; if that is dead, we do. */
static int await_settled(struct found *found, struct err *err)
{
	uint64_t end = clock_monotonic_usec() + SETTLE_USEC;
	int r;

	do {
		r = state_lock_look(&found->dir, err);
		if (r == STATE_ORPHANED)
			r = left_sweep_one(&found->dir, err);
		if (r <= 0)
			return r;
		poll(NULL, 0, 5);
	} while (clock_monotonic_usec() < end);
	return err_setx(err, EBUSY, "sandbox %s ended, but its supervisor %d does not clean up",
			found->dir.name, (int)found->state.supervisor);
}

/* A frozen one hears nothing. */
static void thaw(const struct state *state)
{
	struct target_request request;
	struct target *target;

	sandbox_request(&state->info, &request);
	if (target_hold(&request, &target, NULL) == 0)
		target_thaw(target, NULL);
	target_free(target);
}

static int ask_to_end(const struct found *found, int pidfd, uint64_t grace_usec)
{
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	uint64_t end = clock_monotonic_usec() + grace_usec;
	uint64_t now;

	if (grace_usec == 0)
		return -ETIMEDOUT;
	pidfd_send_signal(pidfd, SIGTERM, NULL, 0);
	thaw(&found->state);
	while ((now = clock_monotonic_usec()) < end) {
		if (poll(&ended, 1, (int)((end - now) / 1000 + 1)) > 0)
			return 0;
	}
	return -ETIMEDOUT;
}

static int stop(struct found *found, uint64_t grace_usec, struct err *err)
{
	_cleanup_(cleanup_close)
	int marker = -1;
	_cleanup_(cleanup_close)
	int pidfd = -1;
	int r = 0;

	/* so that it isn't started again */
	marker = openat(found->dir.fd, STATE_STOPPING, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
			0600);
	if (marker < 0 && errno != ENOENT)
		return err_set(err, errno, "mark sandbox %s as stopping", found->dir.name);
	pidfd = state_init_pidfd(&found->state);
	if (pidfd >= 0 && ask_to_end(found, pidfd, grace_usec) < 0)
		r = left_kill(&found->state, err);
	return r < 0 ? r : await_settled(found, err);
}

int sandbox_stop(const char *name, uint64_t grace_usec, struct err *err)
{
	struct found found;
	int r = find(name, &found, err);

	if (r == 0 && found.state.info.status != SANDBOX_STOPPED)
		r = stop(&found, grace_usec, err);
	found_finish(&found);
	return r;
}

/* ---- Removing ---- */

int sandbox_remove(const char *name, bool force, struct err *err)
{
	struct found found;
	int r = find(name, &found, err);

	if (r == -EBADMSG && force) {
		r = state_remove(&found.dir, err);
	} else if (r == 0) {
		if (found.state.info.status != SANDBOX_STOPPED)
			r = force ? stop(&found, 0, err)
				  : err_setx(err, EBUSY,
					     "sandbox %s is running: boxtop stop %s, or rm --force",
					     name, name);
		if (r == 0)
			r = state_remove(&found.dir, err);
	}
	found_finish(&found);
	return r;
}

int sandbox_sweep(struct err *err)
{
	_cleanup_(cleanup_close)
	int root_fd = -1;
	int r = state_root_open(false, &root_fd, err);

	if (r == -ENOENT) {
		if (err)
			*err = ERR_INIT;
		return 0;
	}
	if (r == 0)
		r = left_sweep(root_fd, err);
	return r < 0 ? r : roots_sweep(root_fd, err);
}

/* ---- Output ---- */

static void await_news(int inotify_fd)
{
	struct pollfd news = {.fd = inotify_fd, .events = POLLIN};
	char events[4096];

	if (poll(&news, 1, FOLLOW_MSEC) > 0)
		(void)!read(inotify_fd, events, sizeof(events));
}

static int watch(const struct state_dir *dir)
{
	char path[64];
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir->fd);
	if (fd >= 0)
		inotify_add_watch(fd, path,
				  IN_MODIFY | IN_MOVE | IN_CREATE | IN_DELETE | IN_DELETE_SELF);
	return fd;
}

static bool is_alive(const struct found *found)
{
	_cleanup_(cleanup_close)
	int pidfd = -1;
	int r = state_lock_look(&found->dir, NULL);

	if (r == STATE_ORPHANED)
		pidfd = state_init_pidfd(&found->state);
	return r == STATE_HELD || pidfd >= 0;
}

static int follow(const struct found *found, struct log_reader *reader, int fd, struct err *err)
{
	_cleanup_(cleanup_close)
	int inotify_fd = watch(&found->dir);
	bool alive;
	int r;

	do {
		/* Asked before the copy: what comes after its end is nothing. */
		alive = is_alive(found);
		r = log_copy(reader, fd, err);
		if (r == 0 && alive)
			await_news(inotify_fd);
	} while (r == 0 && alive);
	return r;
}

int sandbox_logs(const char *name, int fd, bool follow_it, uint64_t tail, struct err *err)
{
	_cleanup_(log_reader_finish)
	struct log_reader reader = LOG_READER_INIT;
	struct found found;
	int r = find(name, &found, err);

	if (r == 0)
		r = log_reader_open(found.dir.fd, tail, &reader, err);
	if (r == 0)
		r = follow_it ? follow(&found, &reader, fd, err) : log_copy(&reader, fd, err);
	found_finish(&found);
	return r;
}
