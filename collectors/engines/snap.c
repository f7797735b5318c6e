// SPDX-License-Identifier: MIT
/*
 * Snap: snap.<package>.<app>-<uuid>.scope (a dot before the uuid in older releases), and
 * snap.<package>.<service>.service. The name is in the path; snapd's list of installed packages
 * confirms it.
 */
#include <stdio.h>

#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

#define UUID_LEN 36

/* Without the uuid of this start, which only scopes have */
static bool match_unit(struct span component, struct span *out)
{
	struct span uuid;

	if (match_strip(component, "snap.", ".service", out))
		return true;
	if (!match_strip(component, "snap.", ".scope", out) || out->len <= UUID_LEN + 1)
		return false;
	out->len -= UUID_LEN + 1;
	uuid = (struct span) {out->p + out->len + 1, UUID_LEN};
	return match_uuid(uuid, '-') && (out->p[out->len] == '-' || out->p[out->len] == '.');
}

static bool snap_claim(const struct claim_path *path, struct claim *out)
{
	struct span unit, package, app;

	if (!match_unit(path->component, &unit) || !span_split_at(unit, '.', &package, &app) ||
	    !match_filename(package) || !app.len)
		return false;
	/* firefox.firefox is called firefox */
	claim_set(out, CONTAINER_APP, unit, span_eq(package, app) ? package : unit);
	out->project = claim_text(out, package);
	return true;
}

static int snap_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	char file[300];

	(void)err;
	snprintf(file, sizeof(file), "%s.json", claim->project);
	confirm_by_path(io, claim, "var/lib/snapd/sequence", file);
	return 0;
}

const struct engine engine_snap = {
	.name = "snap",
	.claim = snap_claim,
	.confirm = snap_confirm,
};
