/* SPDX-License-Identifier: MIT */
/*
 * Limits of a target: read from its own files, and set all or nothing. Where systemd owns the unit it is
 * asked to, as it would undo at its next reload what was written behind its back.
 */
#include <errno.h>

#include "base/cleanup.h"
#include "runtime/limits_files.h"
#include "runtime/target_private.h"

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

int target_set_limits(struct target *target, const struct limit_set *wanted,
		      struct limit_set *out_now, struct err *err)
{
	struct limit_dirs dirs = dirs_of(target);
	int r = check_has_cgroup(target, err);

	if (r < 0)
		return r;
	return err_wrap(err, limits_write(&dirs, wanted, out_now, err), "%s", target->name);
}
