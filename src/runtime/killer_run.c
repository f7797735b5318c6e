/* SPDX-License-Identifier: MIT */
/*
 * Ending a whole container or cgroup: hot. The order: pids.max at 0; cgroup.kill, of the v2 group or of the
 * twin that a hybrid host has beside the v1 groups; who is in the v1 groups only, frozen, signalled and
 * thawed; init of its pid namespace; then it is waited for. No fork, exec, allocation, stdio or lock.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "runtime/killer.h"
#include "runtime/patience.h"
#include "runtime/steady.h"
#include "runtime/survivors.h"

#define WAIT_MIN_USEC 500
#define WAIT_MAX_USEC 16000
/* A v1 freezer may stall for ever behind a process in the kernel. */
#define FREEZE_USEC 50000
/* How long the dying get before they are looked at again. */
#define ROUND_USEC 100000

/** struct run - one kill in the making */
struct run {
	struct killer *killer;
	struct kill_report *report;
	struct patience patience;
	uint64_t start_usec;
	/* Of the last sweep: who was signalled, and whom it was not allowed to signal. */
	uint64_t reached, denied;
	bool leader_denied;
	bool braked, froze, by_kernel;
};

static bool leader_ended(const struct target *target)
{
	struct pollfd poller = {.fd = target->pidfd, .events = POLLIN};

	return target->pidfd < 0 || poll(&poller, 1, 0) != 0;
}

static bool all_ended(struct run *run)
{
	const struct target *target = run->killer->target;

	for (size_t i = 0; i < target->places_len; i++) {
		if (!killer_place_is_empty(run->killer, &target->places[i]))
			return false;
	}
	return leader_ended(target);
}

/* Of a hybrid host's groups, which mostly hold the same processes, the fullest. */
static uint64_t count_left(struct run *run)
{
	const struct target *target = run->killer->target;
	uint64_t most = 0;

	for (size_t i = 0; i < target->places_len; i++) {
		struct sweep sweep = {.deed = SWEEP_LOOK};

		killer_sweep(run->killer, &target->places[i], &sweep);
		if (sweep.members > most)
			most = sweep.members;
	}
	return most;
}

static bool is_over(struct run *run)
{
	uint64_t now = clock_monotonic_usec();

	if (patience_wants_count(&run->patience, now))
		patience_count(&run->patience, now, count_left(run));
	return patience_is_over(&run->patience, now);
}

/* Until everybody ended, @until_usec, or there is no patience left: cgroup.events says when to look, where there is one. */
static bool wait_ended(struct run *run, uint64_t until_usec)
{
	struct pollfd poller = {.fd = run->killer->events_fd, .events = POLLPRI};
	uint64_t wait_usec = WAIT_MIN_USEC;
	char events[128];

	for (;;) {
		/* Read before the look: what changes after it ends the poll. */
		hot_pread(poller.fd, events, sizeof(events));
		if (all_ended(run))
			return true;
		if (clock_monotonic_usec() >= until_usec || is_over(run))
			return false;
		if (poller.fd >= 0)
			poll(&poller, 1, (int)(wait_usec / 1000) + 1);
		else
			hot_sleep(wait_usec);
		wait_usec = wait_usec * 2 < WAIT_MAX_USEC ? wait_usec * 2 : WAIT_MAX_USEC;
	}
}

/* ---- By signals ---- */

static bool wait_frozen(const struct killer *killer)
{
	uint64_t until_usec = clock_monotonic_usec() + FREEZE_USEC;
	char state[16];

	do {
		if (hot_pread(killer->freezer_fd, state, sizeof(state)) < 0)
			return false;
		if (hot_same(state, "FROZEN"))
			return true;
		hot_sleep(WAIT_MIN_USEC);
	} while (clock_monotonic_usec() < until_usec);
	return false;
}

/* A frozen process keeps its SIGKILL until it is thawed: thawed it is on every way out. */
static void thaw(const struct killer *killer)
{
	guard_release(killer->guard, killer->freezer_brake);
	if (killer->freezer_fd >= 0)
		hot_write(killer->freezer_fd, "THAWED");
}

static void sweep_place(struct run *run, const struct target_place *place, bool frozen,
			uint64_t *fresh)
{
	struct sweep sweep = {.deed = SWEEP_SIGNAL, .signal = SIGKILL, .frozen = frozen};

	killer_sweep(run->killer, place, &sweep);
	*fresh += sweep.fresh;
	run->reached += sweep.members;
	run->denied += sweep.denied;
}

/* One signal to each member of every place; how many of them had none before. Who is frozen is reached
 * first: that is quicker, and the other places mostly hold the same processes. */
static uint64_t sweep_places(struct run *run, bool frozen)
{
	const struct target *target = run->killer->target;
	const struct target_place *freezer = target_place_of(target, CGROUP_FREEZER);
	uint64_t fresh = 0;

	run->reached = run->denied = 0;
	seen_clear(&run->killer->visited);
	if (freezer)
		sweep_place(run, freezer, frozen, &fresh);
	for (size_t i = 0; i < target->places_len; i++) {
		if (&target->places[i] != freezer)
			sweep_place(run, &target->places[i], false, &fresh);
	}
	return fresh;
}

static uint64_t sweep_frozen(struct run *run)
{
	struct killer *killer = run->killer;
	bool freezing = killer->freezer_brake != SIZE_MAX &&
			guard_brake(killer->guard, killer->freezer_brake) >= 0;
	uint64_t fresh;

	run->froze |= freezing;
	fresh = sweep_places(run, freezing && wait_frozen(killer));
	thaw(killer);
	return fresh;
}

/* Nobody is left but those who are not ours to end: there is nothing to wait for. */
static bool is_futile(const struct run *run)
{
	return run->reached == 0 && (run->denied > 0 || run->leader_denied);
}

/* Again and again until nobody is left: whoever appears after a sweep is frozen for the next. */
static void end_by_signals(struct run *run)
{
	uint64_t fresh = 1;

	do {
		fresh = fresh > 0 ? sweep_frozen(run) : sweep_places(run, false);
		if (fresh > 0 && run->killer->freezer_brake == SIZE_MAX && !run->braked)
			continue; /* nothing keeps them from forking but haste */
		if (wait_ended(run, clock_monotonic_usec() + ROUND_USEC))
			return;
	} while (!is_futile(run) && !is_over(run));
}

/* ---- All of it ---- */

static void count_members(struct run *run)
{
	const struct target *target = run->killer->target;
	const struct target_place *place = target_place_of(target, CGROUP_UNIFIED);
	struct sweep sweep = {.deed = SWEEP_COUNT};

	if (place)
		killer_sweep(run->killer, place, &sweep);
}

/* Whether the kernel ended who is in the v2 group. On hybrid there may be others. */
static bool end_by_kernel(struct run *run)
{
	struct killer *killer = run->killer;

	if (killer->kill_fd < 0)
		return false;
	count_members(run);
	if (hot_write(killer->kill_fd, "1") < 0)
		return false;
	/* The v1 freezer holds even those. */
	thaw(killer);
	run->by_kernel = true;
	return true;
}

/* With it goes everything in its pid namespace, in whatever cgroup. */
static void end_leader(struct run *run)
{
	const struct target *target = run->killer->target;
	int r;

	if (target->pidfd < 0 || leader_ended(target))
		return;
	r = hot_process_signal(target->pidfd, SIGKILL);
	run->leader_denied = r == -EPERM;
	if (r == 0)
		seen_add(&run->killer->ended, target->leader, 0);
}

static void end_all(struct run *run)
{
	struct killer *killer = run->killer;
	bool v2_only = killer->target->places_len == 1;

	run->braked = guard_brake(killer->guard, killer->pids_brake) >= 0;
	if (end_by_kernel(run)) {
		end_leader(run);
		if (wait_ended(run, v2_only ? UINT64_MAX : clock_monotonic_usec() + ROUND_USEC))
			return;
	}
	if (killer->target->places_len > 0)
		sweep_frozen(run);
	end_leader(run);
	if (!is_futile(run) && !wait_ended(run, clock_monotonic_usec() + ROUND_USEC))
		end_by_signals(run);
}

static void name_survivors(struct run *run)
{
	const struct target *target = run->killer->target;
	struct sweep sweep = {.deed = SWEEP_NAME, .report = run->report};
	struct hot_stat stat;

	seen_clear(&run->killer->visited);
	for (size_t i = 0; i < target->places_len; i++)
		killer_sweep(run->killer, &target->places[i], &sweep);
	run->report->remaining = sweep.members;
	if (leader_ended(target) || seen_has(&run->killer->visited, target->leader, 0))
		return;
	run->report->remaining++;
	int fd = hot_process_open(run->killer->proc_fd, target->leader);

	if (fd >= 0 && hot_process_stat(fd, 0, &stat) == 0)
		survivor_add(run->report, fd, &stat);
	if (fd >= 0)
		close(fd);
}

static const char *method_of(const struct run *run)
{
	if (run->by_kernel)
		return "cgroup.kill";
	if (run->froze)
		return "freezer";
	return run->braked ? "brake and signals" : "signals";
}

void killer_end(struct killer *killer, uint64_t deadline_usec, struct kill_report *report,
		uint64_t *out_denied)
{
	struct run run = {.killer = killer, .report = report, .start_usec = clock_monotonic_usec()};
	const struct seen *ended = &killer->ended;
	struct steady steady;
	bool done;

	patience_begin(&run.patience, run.start_usec, deadline_usec);
	seen_clear(&killer->ended);
	steady_begin(&steady);
	end_all(&run);
	done = all_ended(&run);
	report->duration_usec = clock_monotonic_usec() - run.start_usec;
	guard_release_all(killer->guard);
	if (!done)
		name_survivors(&run);
	report->killed = ended->len + ended->lost;
	report->killed -= report->remaining < report->killed ? report->remaining : report->killed;
	report->method = method_of(&run);
	/* Without a group the first process is all that was tried. */
	*out_denied = run.denied > 0 ? run.denied : run.leader_denied;
	steady_end(&steady);
}
