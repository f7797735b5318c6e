/* SPDX-License-Identifier: MIT */
/*
 * Limits of a target: read from its own files, and set all or nothing. Where systemd owns the unit it is
 * asked to, as it would undo at its next reload what was written behind its back.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "runtime/limits_files.h"
#include "runtime/systemd.h"
#include "runtime/target_private.h"

#define UNIT_PATIENCE_USEC 2000000 /* until the manager has written what it was told */
#define UNIT_PAUSE_NSEC	   5000000

static struct limit_dirs dirs_of(const struct target *target)
{
	struct limit_dirs dirs = LIMIT_DIRS_INIT;

	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		const struct target_place *place =
			target_place_of(target, (enum cgroup_controller)c);

		if (!place)
			continue;
		dirs.fds[c] = place->fd;
		dirs.v2[c] = place->v2;
	}
	return dirs;
}

static int check_has_cgroup(const struct target *target, struct err *err)
{
	if (target->places_len > 0)
		return 0;
	return err_setx(err, EOPNOTSUPP, "%s: it has no cgroup of its own that could have limits",
			target->name);
}

int target_read_limits(const struct target *target, struct limit_set *out, struct err *err)
{
	struct limit_dirs dirs = dirs_of(target);

	return err_wrap(err, limits_read(&dirs, out, err), "%s", target->name);
}

int target_check_limit(const struct target *target, enum limit_id id, struct err *err)
{
	struct limit_dirs dirs = dirs_of(target);
	int r = check_has_cgroup(target, err);

	return r < 0 ? r : limits_check(&dirs, id, err);
}

/* ---- Units of systemd ---- */

/* Only what was asked for. */
static struct limit_set of_those(const struct limit_set *from, const struct limit_set *wanted)
{
	struct limit_set out = {0};

	for (int i = 0; i < LIMITS; i++)
		if (wanted->values[i].set)
			out.values[i] = from->values[i];
	return out;
}

/* Those of @wanted that the kernel has otherwise; how many. */
static size_t missing(struct target *target, const struct limit_set *wanted, struct limit_set *out)
{
	const struct target_place *place = target_place_of(target, target->primary);
	struct limit_dirs dirs;
	struct limit_set now;
	size_t n = 0;

	if (place)
		target_open_new(target, place->path);
	dirs = dirs_of(target);
	memset(out, 0, sizeof(*out));
	if (limits_read(&dirs, &now, NULL) < 0)
		memset(&now, 0, sizeof(now));
	for (int i = 0; i < LIMITS; i++) {
		if (limits_agree((enum limit_id)i, &wanted->values[i], &now.values[i]))
			continue;
		out->values[i] = wanted->values[i];
		n++;
	}
	return n;
}

/* The manager writes after it answered. What it has no say in, as cpusets and swap on v1, stays undone:
 * that is written here. */
static int write_missing(struct target *target, const struct limit_set *wanted,
			 struct limit_set *out_now, struct err *err)
{
	uint64_t end = clock_monotonic_usec() + UNIT_PATIENCE_USEC;
	struct limit_dirs dirs;
	struct limit_set rest;
	int r;

	while (missing(target, wanted, &rest) > 0 && clock_monotonic_usec() < end)
		nanosleep(&(struct timespec) {.tv_nsec = UNIT_PAUSE_NSEC}, NULL);
	dirs = dirs_of(target);
	r = limits_write(&dirs, &rest, NULL, err);
	return r < 0 ? r : limits_verify(&dirs, wanted, out_now, err);
}

/* What no version of systemd can give is refused at once, with the reason. */
static int check_v1(const struct limit_dirs *dirs, const struct limit_set *wanted, struct err *err)
{
	int r = 0;

	for (int i = 0; r == 0 && i < LIMITS; i++)
		if (wanted->values[i].set && !limits[i].v1_file && !dirs->v2[limits[i].controller])
			r = limits_check(dirs, (enum limit_id)i, err);
	return r;
}

static int set_by_systemd(struct target *target, const struct limit_set *wanted,
			  struct limit_set *out_now, struct err *err)
{
	struct limit_dirs dirs = dirs_of(target);
	struct limit_set before;
	int r = check_v1(&dirs, wanted, err);

	if (r == 0)
		r = limits_read(&dirs, &before, err);
	if (r == 0)
		r = systemd_set_limits(target->unit, target->user_unit, wanted, err);
	if (r != 0)
		return r;
	r = write_missing(target, wanted, out_now, err);
	if (r < 0) {
		before = of_those(&before, wanted);
		systemd_set_limits(target->unit, target->user_unit, &before, NULL);
		write_missing(target, &before, NULL, NULL);
	}
	return r;
}

/* The managers of other users don't listen to us; root writes for them. */
static bool systemd_listens(const struct target *target)
{
	return target->unit && (!target->user_unit || target->unit_uid == geteuid());
}

int target_set_limits(struct target *target, const struct limit_set *wanted,
		      struct limit_set *out_now, struct err *err)
{
	struct limit_dirs dirs = dirs_of(target);
	int r = check_has_cgroup(target, err);

	if (r < 0)
		return r;
	r = systemd_listens(target) ? set_by_systemd(target, wanted, out_now, err)
				    : SYSTEMD_UNREACHABLE;
	if (r == SYSTEMD_UNREACHABLE)
		r = limits_write(&dirs, wanted, out_now, err);
	return err_wrap(err, r, "%s", target->name);
}
