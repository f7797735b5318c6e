// SPDX-License-Identifier: MIT
/*
 * Our own sandboxes: boxtop-<name>, and <name> below a directory called boxtop or below boxtop-<name>.scope:
 * in a scope the group with the limits is the sandbox's, and the supervisor stands beside it. Anybody can
 * make such a directory, so that only our state, a directory per sandbox, makes it one.
 */
#include <string.h>

#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"
#include "collectors/sandboxes.h"

static bool is_in_scope(const struct claim_path *path)
{
	struct span name;

	return match_strip(match_last(path->parent), "boxtop-", ".scope", &name) &&
	       span_eq(name, path->component);
}

static bool boxtop_claim(const struct claim_path *path, struct claim *out)
{
	struct span name = path->component, scoped;

	if (match_strip(name, "boxtop-", ".scope", &scoped))
		return false;
	if (!match_strip(path->component, "boxtop-", "", &name) &&
	    !span_eq(match_last(path->parent), SPAN("boxtop")) && !is_in_scope(path))
		return false;
	if (!match_filename(name))
		return false;
	claim_set(out, CONTAINER_SANDBOX, name, name);
	out->weak = true;
	return true;
}

/* Whose it is the path doesn't tell: two users may have one of that name, and one of them is in here. */
static int boxtop_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	const struct sandbox_seen *seen;

	(void)err;
	for (size_t i = 0; io->sandboxes && (seen = sandboxes_get(io->sandboxes, i)); i++) {
		if (seen->stopped || strcmp(seen->name, claim->id) != 0)
			continue;
		confirm_leader_of(io, claim, seen->facts);
		if (!claim->confirmed)
			continue;
		claim->uid = seen->uid;
		confirm_take(claim, seen->facts);
		break;
	}
	return 0;
}

const struct engine engine_boxtop = {
	.name = "boxtop",
	.claim = boxtop_claim,
	.confirm = boxtop_confirm,
};
