/* SPDX-License-Identifier: MIT */
/*
 * Cleaning up after a sandbox: processes, then groups, then state, each step such that it can be done
 * again by the next one if we die in it. Whatever a state says is checked against the kernel before
 * anything is signalled or removed.
 */
#include "runtime/left.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "runtime/kill.h"
#include "runtime/roots.h"

#define INIT_WAIT_MSEC	 5000
#define EXIT_CODE_KILLED (128 + SIGKILL)

/* ---- Processes ---- */

/* By its init alone: the whole pid namespace ends with it. */
static int kill_init(const struct state *state, struct err *err)
{
	_cleanup_(cleanup_close)
	int pidfd = state_init_pidfd(state);
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};

	if (pidfd < 0)
		return 0;
	if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return err_set(err, errno, "end init %d of sandbox %s", (int)state->info.pid,
			       state->info.name);
	if (poll(&ended, 1, INIT_WAIT_MSEC) == 0)
		return err_setx(err, EBUSY, "end sandbox %s: its init %d is still there",
				state->info.name, (int)state->info.pid);
	return 0;
}

static int kill_groups(const struct target_request *request, struct err *err)
{
	struct kill_options options = {0};
	struct kill_report report;
	struct target *target;
	int r = target_hold(request, &target, err);

	/* gone, or somebody else's by now: nothing of ours is in it */
	if (r == -ENOENT || r == -ESTALE)
		return 0;
	if (r == 0)
		r = target_kill(target, &options, &report, err);
	target_free(target);
	return r;
}

int left_kill(const struct state *state, struct err *err)
{
	struct target_request request;
	int r = 0;

	if (!state_is_this_boot(state))
		return 0;
	sandbox_request(&state->info, &request);
	if (state->manager != CG_NONE)
		r = kill_groups(&request, err);
	/* A zombie whose parent is not us is no concern of this. */
	if (r == 0 || r == -EBUSY)
		r = kill_init(state, err);
	return r;
}

/* ---- Groups ---- */

static int open_groups(const struct state *state, struct cg *cg, struct err *err)
{
	const char *paths[CGROUP_CONTROLLERS];

	if (state->manager == CG_NONE)
		return cg_find(state->info.name, state->cgroups_path, cg, err);
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		paths[i] = state->info.cgroup_paths[i];
	return cg_open(state->manager, paths, cg, err);
}

/* The groups that @cg found, as a target. */
static void request_of(const struct cg *cg, const char *name, struct target_request *out)
{
	*out = (struct target_request) {.name = name, .primary = cg->primary, .inode = cg->inode};
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		out->paths[i] = cg->paths[i];
}

int left_remove_opened(struct cg *cg, const char *name, struct err *err)
{
	struct target_request request;
	int r = cg->manager == CG_NONE ? 0 : cg_remove(cg, err);

	if (r == -EBUSY) {
		request_of(cg, name, &request);
		r = kill_groups(&request, err);
		if (r == 0)
			r = cg_remove(cg, err);
	}
	return r;
}

int left_remove_groups(const struct state *state, struct err *err)
{
	struct cg cg;
	int r;

	if (!state_is_this_boot(state))
		return 0;
	r = open_groups(state, &cg, err);
	if (r < 0)
		return r;
	r = left_remove_opened(&cg, state->info.name, err);
	cg_finish(&cg);
	return r;
}

/* ---- State ---- */

int left_settle(struct state_dir *dir, struct state *state, bool keep, struct err *err)
{
	int r;

	state_lock_say(dir, (struct sandbox_end) {state->info.exit_code, state->info.oom_killed});
	if (!keep)
		return state_remove(dir, err);
	unlinkat(dir->fd, STATE_TREE, 0);
	unlinkat(dir->fd, STATE_STOPPING, 0);
	state->info.status = SANDBOX_STOPPED;
	state->info.pid = 0;
	state->info.start_ticks = 0;
	if (!state->info.finished_usec)
		state->info.finished_usec = clock_realtime_usec();
	r = state_save(dir, state, err);
	if (r == 0)
		state_lock_end(dir);
	return r;
}

static bool goes_on(const struct state *state)
{
	_cleanup_(cleanup_close)
	int pidfd = state->outlive && state->info.status != SANDBOX_CREATING
			    ? state_init_pidfd(state)
			    : -1;

	return pidfd >= 0;
}

/* The supervisor died, and the lock is ours. */
static int sweep_orphan(struct state_dir *dir, struct err *err)
{
	struct state state;
	bool creating;
	int r = state_load(dir, &state, err);

	/* Nothing is made before it is written down, or it can't be told what: it's the directory only. */
	if (r < 0)
		return r == -ENOENT || r == -EBADMSG ? state_remove(dir, err) : r;
	if (goes_on(&state)) {
		state_finish(&state);
		return 1;
	}
	creating = state.info.status == SANDBOX_CREATING;
	r = left_kill(&state, err);
	if (r == 0)
		r = left_remove_groups(&state, err);
	if (r == 0) {
		state.info.exit_code = EXIT_CODE_KILLED;
		state_list_add(&state.info.arena, &state.info.notes,
			       "its supervisor was killed: how the command ended is not known");
		r = left_settle(dir, &state, !creating && !state.remove, err);
	}
	state_finish(&state);
	return r;
}

int left_sweep_one(struct state_dir *dir, struct err *err)
{
	int r = state_lock_look(dir, err);

	if (r == STATE_UNLOCKED && faccessat(dir->fd, STATE_FILE, F_OK, 0) < 0 && errno == ENOENT)
		return state_remove(dir, err); /* whose removal was not finished */
	if (r != STATE_ORPHANED)
		return r < 0 ? r : 0;
	r = state_lock_take(dir, err);
	if (r == -EAGAIN)
		return 0; /* somebody else is at it, or it was removed */
	if (r == 0)
		r = sweep_orphan(dir, err);
	if (dir->lock_fd >= 0)
		close(dir->lock_fd);
	dir->lock_fd = -1;
	return err_wrap(err, r, "clean up after sandbox %s", dir->name);
}

int left_sweep(int root_fd, struct err *err)
{
	_cleanup_(arena_finish)
	struct arena arena = ARENA_INIT;
	struct spec_list names;
	int result = state_names(root_fd, &arena, &names, err);

	for (size_t i = 0; i < names.len; i++) {
		struct state_dir dir;
		struct err why = ERR_INIT;
		int r = state_open(root_fd, names.items[i], &dir, &why);

		if (r == 0)
			r = left_sweep_one(&dir, &why);
		state_dir_finish(&dir);
		if (r < 0 && r != -ENOENT && result == 0) {
			result = r;
			if (err)
				*err = why;
		}
	}
	state_discard_unborn(root_fd);
	return result;
}
