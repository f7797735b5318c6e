/* SPDX-License-Identifier: MIT */
/*
 * Which systemd unit a cgroup is. Only the manager of this host, or of a user of it, counts: a container
 * may run a systemd of its own, whose units lie below the container's group and are none of ours.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/units.h"
#include "runtime/systemd.h"
#include "runtime/target_private.h"

/* "user@1000.service": the manager of a user. */
static bool user_manager(struct span name, uint32_t *out_uid)
{
	uint64_t uid;

	if (!span_starts(name, SPAN("user@")) || !span_ends(name, SPAN(".service")))
		return false;
	name.p += strlen("user@");
	name.len -= strlen("user@.service");
	if (units_parse_u64(name, 0, UINT32_MAX, &uid, NULL) < 0)
		return false;
	*out_uid = (uint32_t)uid;
	return true;
}

static bool is_slice(struct span name)
{
	return span_ends(name, SPAN(".slice"));
}

static bool is_unit(struct span name)
{
	return is_slice(name) || span_ends(name, SPAN(".service")) ||
	       span_ends(name, SPAN(".scope")) || span_ends(name, SPAN(".socket")) ||
	       span_ends(name, SPAN(".mount")) || span_ends(name, SPAN(".swap"));
}

bool systemd_unit_of(const char *path, struct systemd_unit *out)
{
	struct span rest = span_of(path), name;
	bool ended = false; /* a unit that is no slice has no units below it */

	*out = (struct systemd_unit) {.name = {NULL, 0}};
	while (span_next_part(&rest, '/', &name)) {
		if (name.len == 0)
			continue;
		if (ended && !(out->name.p && !out->user && user_manager(out->name, &out->uid)))
			return false;
		if (ended)
			out->user = true;
		if (!is_unit(name))
			return false;
		ended = !is_slice(name);
		out->name = name;
	}
	/* A name that the kernel could mistake for a file of its own has a "_" before it in the path. */
	if (out->name.p && out->name.p[0] == '_') {
		out->name.p++;
		out->name.len--;
	}
	return out->name.p;
}

void target_find_unit(struct target *target)
{
	const struct target_place *place = target_place_of(target, CGROUP_SYSTEMD);
	struct systemd_unit unit;

	if (!place)
		place = target_place_of(target, CGROUP_UNIFIED);
	if (!place || !systemd_is_running() || !systemd_unit_of(place->path, &unit))
		return;
	target->unit = strndup(unit.name.p, unit.name.len);
	target->user_unit = unit.user;
	target->unit_uid = unit.uid;
}
