/* SPDX-License-Identifier: MIT */
/*
 * Ending a container or cgroup, or signalling it: opens and reserves before, and says in words afterwards
 * what came of it. Owns the files beside those of the target; what happens in between is killer_run.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "runtime/cg_tree.h"
#include "runtime/killer.h"
#include "runtime/steady.h"
#include "runtime/survivors.h"

/* A brake that is still on then belongs to a kill that was stopped. */
#define BRAKE_LIMIT_USEC  (2 * (uint64_t)KILL_DEADLINE_USEC)
#define FREEZE_LIMIT_USEC 2000000
/* Without cgroup.kill the brake decides, and is worth waiting for. */
#define FORK_PATIENCE_USEC 100000
#define REMOVE_USEC	   2000000

static int open_below(const struct target_place *place, const char *file, int flags)
{
	return place ? openat(place->fd, file, flags | O_CLOEXEC | O_NOFOLLOW) : -1;
}

/* One that can't be had is done without. */
static size_t add_brake(struct killer *killer, enum cgroup_controller controller, const char *file,
			const struct guard_file *brake)
{
	struct guard_file taken = *brake;

	taken.fd = open_below(target_place_of(killer->target, controller), file, O_RDWR);
	return taken.fd < 0 ? SIZE_MAX : guard_add(killer->guard, &taken);
}

static void open_files(struct killer *killer)
{
	const struct target *target = killer->target;
	const struct target_place *unified = target_place_of(target, CGROUP_UNIFIED);

	killer->kill_fd = open_below(unified, "cgroup.kill", O_WRONLY);
	killer->events_fd = open_below(unified, "cgroup.events", O_RDONLY);
	killer->freezer_fd =
		open_below(target_place_of(target, CGROUP_FREEZER), "freezer.state", O_RDWR);
	killer->pids_brake =
		add_brake(killer, CGROUP_PIDS, "pids.max",
			  &(struct guard_file) {.braked = "0", .limit_usec = BRAKE_LIMIT_USEC});
	killer->freezer_brake = add_brake(killer, CGROUP_FREEZER, "freezer.state",
					  &(struct guard_file) {.braked = "FROZEN",
								.value = "THAWED",
								.limit_usec = FREEZE_LIMIT_USEC});
}

static struct killer *killer_alloc(struct target *target)
{
	struct killer *killer = xcalloc(1, sizeof(*killer));

	killer->target = target;
	killer->proc_fd = killer->kill_fd = killer->events_fd = killer->freezer_fd = -1;
	killer->pids_brake = killer->freezer_brake = SIZE_MAX;
	killer->guard = guard_new(2);
	return killer;
}

/* The first of the leader's namespaces that isn't ours, too; 0: there is none. */
static uint64_t own_namespace(int fd)
{
	static const char *const links[] = {"ns/pid", "ns/mnt", "ns/user",
					    "ns/uts", "ns/ipc", "ns/net"};
	struct stat theirs, ours;
	char path[32];

	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		snprintf(path, sizeof(path), "/proc/self/%s", links[i]);
		if (fstatat(fd, links[i], &theirs, 0) == 0 && stat(path, &ours) == 0 &&
		    theirs.st_ino != ours.st_ino)
			return theirs.st_ino;
	}
	return 0;
}

/* Without a cgroup only the kernel can end all of it: with init of its pid namespace. */
static int check_init(const struct killer *killer, struct err *err)
{
	const struct target *target = killer->target;
	_cleanup_(cleanup_close)
	int fd = hot_process_open(killer->proc_fd, target->leader);
	uint64_t ns;

	if (fd < 0)
		return err_setx(err, ESRCH, "%s: its first process has ended", target->name);
	if (hot_process_is_init(fd))
		return 0;
	ns = own_namespace(fd);
	if (ns)
		return err_setx(
			err, EOPNOTSUPP,
			"%s: it has no cgroup and no init: end it by boxtop kill --ns %" PRIu64,
			target->name, ns);
	return err_setx(err, EOPNOTSUPP,
			"%s: it has no cgroup and no init: end it by boxtop kill --tree %d",
			target->name, (int)target->leader);
}

int killer_new(struct target *target, struct killer **out, struct err *err)
{
	struct killer *killer;
	uint64_t members = 0;
	int r;

	killer = killer_alloc(target);
	killer->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (killer->proc_fd < 0) {
		killer_free(killer);
		return err_set(err, errno, "open /proc");
	}
	if (target->places_len == 0) {
		r = check_init(killer, err);
		if (r < 0) {
			killer_free(killer);
			return r;
		}
	}
	target_count(target, &members, NULL);
	seen_reserve(&killer->ended, members);
	seen_reserve(&killer->visited, members);
	open_files(killer);
	guard_start(killer->guard, killer->kill_fd < 0 ? FORK_PATIENCE_USEC : 0, NULL);
	steady_lock_memory(0);
	killer->locked = true;
	*out = killer;
	return 0;
}

void killer_free(struct killer *killer)
{
	if (!killer)
		return;
	guard_free(killer->guard);
	if (killer->locked)
		steady_unlock_memory();
	cleanup_close(&killer->proc_fd);
	cleanup_close(&killer->kill_fd);
	cleanup_close(&killer->events_fd);
	cleanup_close(&killer->freezer_fd);
	seen_finish(&killer->ended);
	seen_finish(&killer->visited);
	free(killer);
}

/* ---- After the end ---- */

static int remove_places(const struct target *target, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < target->places_len; i++) {
		const struct target_place *place = &target->places[i];
		const char *path = place->path;

		while (*path == '/')
			path++;
		if (target_place_is_there(target, place))
			r = cg_tree_remove(target->hierarchies.items[place->hierarchy].fd, path,
					   REMOVE_USEC, err);
	}
	return err_wrap(err, r, "%s", target->name);
}

int killer_run(struct killer *killer, const struct kill_options *options, struct kill_report *out,
	       struct err *err)
{
	const char *name = killer->target->name;
	uint64_t deadline_usec =
		options && options->deadline_usec ? options->deadline_usec : KILL_DEADLINE_USEC;
	uint64_t denied;

	*out = (struct kill_report) {.killed = 0};
	killer_end(killer, deadline_usec, out, &denied);
	if (out->remaining > 0 && denied > 0)
		return err_setx(err, EPERM,
				"%s: %" PRIu64
				" of its processes are not yours to end: run as root, or as "
				"their user",
				name, denied);
	if (out->remaining > 0)
		return err_wrap(err, survivors_words(out, err), "%s", name);
	return options && options->remove ? remove_places(killer->target, err) : 0;
}

static void cleanup_killer(struct killer **killer)
{
	killer_free(*killer);
}

int target_kill(struct target *target, const struct kill_options *options, struct kill_report *out,
		struct err *err)
{
	_cleanup_(cleanup_killer)
	struct killer *killer = NULL;
	int r = killer_new(target, &killer, err);

	return r < 0 ? r : killer_run(killer, options, out, err);
}

/* ---- Any other signal ---- */

static int signal_leader(const struct target *target, int signal, struct err *err)
{
	int r;

	if (target->pidfd < 0)
		return err_setx(
			err, ESRCH,
			"%s: it is not known which of its processes is the first: signal all of "
			"them (kill --all)",
			target->name);
	r = hot_process_signal(target->pidfd, signal);
	return r < 0 ? err_set(err, -r, "%s: send signal %d to process %d", target->name, signal,
			       (int)target->leader)
		     : 0;
}

static int signal_all(struct target *target, int signal, struct err *err)
{
	_cleanup_(cleanup_killer)
	struct killer *killer = killer_alloc(target);
	struct sweep sweep = {.deed = SWEEP_SIGNAL, .signal = signal};
	uint64_t members = 0;

	killer->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (killer->proc_fd < 0)
		return err_set(err, errno, "open /proc");
	target_count(target, &members, NULL);
	seen_reserve(&killer->ended, members);
	seen_reserve(&killer->visited, members);
	for (size_t i = 0; i < target->places_len; i++)
		killer_sweep(killer, &target->places[i], &sweep);
	if (sweep.denied > 0)
		return err_setx(err, EPERM,
				"%s: %" PRIu64
				" of its processes are not yours to signal: run as root, or "
				"as their user",
				target->name, sweep.denied);
	return sweep.members > 0 ? 0
				 : err_setx(err, ESRCH, "%s: no process is in it", target->name);
}

int target_signal(struct target *target, int signal, bool all, struct err *err)
{
	if (!all || target->places_len == 0)
		return signal_leader(target, signal, err);
	return signal_all(target, signal, err);
}
