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

/* Right below a directory of ours it has the sandbox's whole name, whatever that is. */
static bool is_below_ours(const struct claim_path *path)
{
	struct span above = match_last(path->parent), name;

	return span_eq(above, SPAN("boxtop")) ||
	       (match_strip(above, "boxtop-", ".scope", &name) && span_eq(name, path->component));
}

static bool boxtop_claim(const struct claim_path *path, struct claim *out)
{
	struct span name = path->component;

	if (!is_below_ours(path) && (span_ends(path->component, SPAN(".scope")) ||
				     !match_strip(path->component, "boxtop-", "", &name)))
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
