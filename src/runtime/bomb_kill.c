/* SPDX-License-Identifier: MIT */
/*
 * Ending a bomb: hot. Brakes on, one SIGKILL through a descriptor of each chosen process, again until a
 * look at all of them finds none that had none; then the brakes go off and the dying is waited for. No
 * fork, exec, allocation, stdio or lock from the first brake to the last one's end.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "runtime/bomb.h"
#include "runtime/patience.h"
#include "runtime/steady.h"
#include "runtime/survivors.h"

#define STRIKE_WAIT_MSEC     200
#define WAIT_MIN_USEC	     1000
#define WAIT_MAX_USEC	     16000
#define QUIET_LOOKS	     2
#define QUIET_LOOKS_UNBRAKED 4
/* A zombie whose parent is a good one is gone within microseconds; a bad one never fetches it. */
#define REAP_USEC 500000
/* An init may take its time, and is sure to come. */
#define INIT_USEC 50000
/* The brake over the whole host: only if signals alone make no end of it, and never for long at once. */
#define HOST_BRAKE_LOOKS 3
#define HOST_PAUSE_USEC	 100000

/** struct fight - one kill in the making */
struct fight {
	struct bomb *bomb;
	struct kill_report *report;
	struct patience patience;
	uint64_t start_usec;
	uint64_t host_next_usec; /* not to be braked before */
	unsigned int stubborn;	 /* looks in a row that found somebody new */
	pid_t init;		 /* of a pid namespace; 0: none met yet */
	bool braked, struck;
};

/** struct look - what one look at all processes found */
struct look {
	uint64_t alive;	  /* chosen and not ended */
	uint64_t fresh;	  /* of them: had no signal before this one */
	uint64_t zombies; /* ended by us, and not reaped by their parents */
	uint64_t left;	  /* the same, adopted by an init, whose business that is */
};

/* ---- One look ---- */

enum look_deed {
	LOOK_KILL,
	LOOK_NAME, /* name who is left instead */
};

/* Neighbours mostly have the same parent. */
static bool is_init(struct fight *fight, pid_t pid)
{
	int fd;

	if (pid == 1 || pid == fight->init)
		return true;
	fd = hot_process_open(fight->bomb->proc_fd, pid);
	if (fd >= 0 && hot_process_is_init(fd))
		fight->init = pid;
	if (fd >= 0)
		close(fd);
	return pid == fight->init;
}

static void look_at_ended(struct fight *fight, int fd, const struct hot_stat *stat,
			  enum look_deed deed, struct look *look)
{
	if (!seen_has(&fight->bomb->signalled, stat->pid, stat->start_ticks))
		return;
	if (is_init(fight, stat->ppid)) {
		look->left++;
		return;
	}
	look->zombies++;
	if (deed == LOOK_NAME)
		survivor_add(fight->report, fd, stat);
}

static void look_at(struct fight *fight, int fd, enum look_deed deed, struct look *look)
{
	struct bomb *bomb = fight->bomb;
	enum bomb_spared why;
	struct hot_stat stat;

	if (hot_process_stat(fd, 0, &stat) < 0 || bomb_is_spared(bomb, &stat, &why))
		return;
	if (hot_stat_ended(&stat)) {
		look_at_ended(fight, fd, &stat, deed, look);
		return;
	}
	/* Who is dying by our signal has no program and no namespaces any more, and is there still. */
	if (!seen_has(&bomb->signalled, stat.pid, stat.start_ticks) && !bomb_fits(bomb, fd, &stat))
		return;
	if (deed == LOOK_NAME) {
		look->alive++;
		survivor_add(fight->report, fd, &stat);
		return;
	}
	/* EPERM: not ours to end. ESRCH: it went meanwhile. */
	if (hot_process_signal(fd, SIGKILL) < 0)
		return;
	look->alive++;
	look->fresh += seen_add(&bomb->signalled, stat.pid, stat.start_ticks);
}

static void look_at_pid(struct fight *fight, pid_t pid, enum look_deed deed, struct look *look)
{
	int fd = hot_process_open(fight->bomb->proc_fd, pid);

	if (fd >= 0) {
		look_at(fight, fd, deed, look);
		close(fd);
	} else if (fd != -ENOENT && fd != -ESRCH) {
		/* For want of a descriptor or of memory: then it is to be looked at again. */
		look->fresh++;
	}
}

/* A tree was looked for in all processes already: while any of it lives, only that is looked at again. */
static struct look kill_tree(struct fight *fight)
{
	const struct tree *tree = &fight->bomb->tree;
	struct look found = {0};

	for (size_t i = 0; i < tree->len; i++) {
		if (tree_has_row(&tree->rows[i]))
			look_at_pid(fight, tree->rows[i].pid, LOOK_KILL, &found);
	}
	return found;
}

static struct look look(struct fight *fight, enum look_deed deed)
{
	struct bomb *bomb = fight->bomb;
	struct look found = {0};
	pid_t pid;

	if (bomb->by == BOMB_TREE)
		tree_look(bomb);
	if (bomb->by == BOMB_TREE && deed == LOOK_KILL)
		found = kill_tree(fight);
	if (found.alive > 0)
		return found;
	hot_dir_start(&bomb->dir, bomb->proc_fd);
	while ((pid = hot_dir_next_pid(&bomb->dir)) > 0)
		look_at_pid(fight, pid, deed, &found);
	return found;
}

/* ---- Brakes ---- */

static void brake_groups(struct fight *fight)
{
	struct guard *guard = fight->bomb->guard;

	for (size_t i = 0; i < guard_files(guard); i++) {
		if (i != fight->bomb->host_brake && guard_brake(guard, i) >= 0)
			fight->braked = true;
	}
}

static void brake_host(struct fight *fight)
{
	struct bomb *bomb = fight->bomb;
	uint64_t now = clock_monotonic_usec();

	if (bomb->host_brake == SIZE_MAX)
		return;
	if (!guard_holds(bomb->guard, bomb->host_brake))
		guard_release(bomb->guard, bomb->host_brake);
	if (fight->stubborn < HOST_BRAKE_LOOKS || now < fight->host_next_usec)
		return;
	if (guard_brake(bomb->guard, bomb->host_brake) < 0)
		return;
	fight->braked = true;
	fight->host_next_usec = now + 2 * HOST_PAUSE_USEC;
}

/* ---- The fight ---- */

/* Let the child with the uid of who is to be ended kill, and wait for a moment until it has. */
static bool strike(struct bomb *bomb)
{
	struct pollfd poller = {.fd = bomb->striker.fd, .events = POLLIN};
	char byte = 'k';

	if (bomb->striker.pid <= 0 ||
	    send(bomb->striker.fd, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
		return false;
	return poll(&poller, 1, STRIKE_WAIT_MSEC) == 1 &&
	       recv(bomb->striker.fd, &byte, 1, MSG_DONTWAIT) == 1;
}

static uint64_t longer(uint64_t wait_usec)
{
	return wait_usec * 2 < WAIT_MAX_USEC ? wait_usec * 2 : WAIT_MAX_USEC;
}

/* Who had no signal before is a step forward as much as who has ended. */
static bool is_over(struct fight *fight, const struct look *found)
{
	uint64_t now = clock_monotonic_usec();

	patience_count(&fight->patience, now, found->alive);
	if (found->fresh > 0)
		fight->patience.last_usec = now;
	return patience_is_over(&fight->patience, now);
}

/*
 * A look is no photograph: a fork that was under way when the brake came on may appear behind its back,
 * and its parent be gone when the look comes to it. That fork was the last one, so a second look finds
 * its child. Without a brake there is no such certainty, only patience.
 */
static unsigned int looks_enough(const struct fight *fight)
{
	return fight->braked && !fight->bomb->unbraked ? QUIET_LOOKS : QUIET_LOOKS_UNBRAKED;
}

/* Until nobody chosen lives, or the deadline. */
static struct look fight_living(struct fight *fight)
{
	uint64_t wait_usec = WAIT_MIN_USEC;
	unsigned int quiet = 0;
	struct look found;

	do {
		uint64_t from_usec = clock_monotonic_usec(), took_usec;

		if (quiet < looks_enough(fight)) {
			brake_groups(fight);
			brake_host(fight);
		}
		found = look(fight, LOOK_KILL);
		if (found.fresh > 0) {
			fight->stubborn++;
			quiet = 0;
			wait_usec = WAIT_MIN_USEC;
			continue;
		}
		fight->stubborn = 0;
		if (++quiet < looks_enough(fight))
			continue;
		/* Everybody has a signal pending, with which nobody can fork. */
		guard_release_all(fight->bomb->guard);
		if (found.alive == 0)
			break;
		/* The dying need the CPU, too: half of the time at least is theirs. */
		took_usec = clock_monotonic_usec() - from_usec;
		hot_sleep(took_usec > wait_usec ? took_usec : wait_usec);
		wait_usec = longer(wait_usec);
	} while (!is_over(fight, &found));
	guard_release_all(fight->bomb->guard);
	return found;
}

static void wait_for_reapers(struct fight *fight, struct look found)
{
	uint64_t until_usec = clock_monotonic_usec() + REAP_USEC;
	uint64_t wait_usec = WAIT_MIN_USEC;

	patience_count(&fight->patience, clock_monotonic_usec(), found.alive);
	while (found.alive == 0 && clock_monotonic_usec() < until_usec && !is_over(fight, &found) &&
	       (found.zombies > 0 ||
		(found.left > 0 && clock_monotonic_usec() + REAP_USEC < until_usec + INIT_USEC))) {
		hot_sleep(wait_usec);
		wait_usec = longer(wait_usec);
		found = look(fight, LOOK_KILL);
	}
}

/* Of those that were there at first: who had no signal from us, and is gone, was hit by kill(-1). */
static uint64_t count_struck(const struct fight *fight)
{
	const struct bomb *bomb = fight->bomb;
	struct hot_stat stat;
	uint64_t n = 0;

	for (size_t i = 0; fight->struck && i < bomb->members_len; i++) {
		const struct bomb_member *member = &bomb->members[i];

		if (seen_has(&bomb->signalled, member->pid, member->start_ticks))
			continue;
		n += hot_process_stat(bomb->proc_fd, member->pid, &stat) < 0 ||
		     stat.start_ticks != member->start_ticks || hot_stat_ended(&stat);
	}
	return n;
}

static void fight_all(struct fight *fight)
{
	struct kill_report *report = fight->report;
	const struct seen *signalled = &fight->bomb->signalled;
	struct steady steady;
	struct look found;

	steady_begin(&steady);
	brake_groups(fight);
	fight->struck = strike(fight->bomb);
	found = fight_living(fight);
	report->duration_usec = clock_monotonic_usec() - fight->start_usec;
	wait_for_reapers(fight, found);
	found = look(fight, LOOK_NAME);
	report->remaining = found.alive + found.zombies;
	report->unreaped = found.left;
	report->killed = signalled->len + signalled->lost + count_struck(fight);
	report->killed -= found.alive < report->killed ? found.alive : report->killed;
	steady_end(&steady);
}

int bomb_kill(struct bomb *bomb, const struct kill_options *options, struct kill_report *out,
	      struct err *err)
{
	uint64_t deadline =
		options && options->deadline_usec ? options->deadline_usec : KILL_DEADLINE_USEC;
	struct fight fight = {.bomb = bomb, .report = out, .start_usec = clock_monotonic_usec()};

	*out = (struct kill_report) {.killed = 0};
	patience_begin(&fight.patience, fight.start_usec, deadline);
	fight_all(&fight);
	out->method = fight.braked ? "brake and signals" : "signals";
	return out->remaining > 0 ? survivors_words(out, err) : 0;
}
