// SPDX-License-Identifier: MIT
/*
 * Our own sandboxes: boxtop-<name>, boxtop-<name>.scope, and <name> below a directory called boxtop.
 * Anybody can make such a directory, so that only our state, a directory per sandbox, makes it one.
 */
#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

static const struct fact_key state_keys[] = {
	{FACT_ID, {"name"}},
	{FACT_PID, {"pid"}},
	{FACT_START_TICKS, {"start_ticks"}},
	{FACT_CREATED, {"created_usec"}},
	{FACT_ROOT_PATH, {"rootfs"}},
	{FACT_IMAGE, {"image"}},
};
static const struct facts_source state_source = {FACTS_JSON, 1u << 20, state_keys,
						 ARRAY_LEN(state_keys)};

static bool boxtop_claim(const struct claim_path *path, struct claim *out)
{
	struct span name;

	if (!match_strip(path->unescaped, "boxtop-", ".scope", &name) &&
	    !match_strip(path->component, "boxtop-", "", &name)) {
		if (!span_eq(match_last(path->parent), SPAN("boxtop")))
			return false;
		name = path->component;
	}
	if (!match_filename(name))
		return false;
	claim_set(out, CONTAINER_SANDBOX, name, name);
	out->weak = true;
	return true;
}

static int boxtop_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	const struct facts *facts;

	(void)err;
	facts = confirm_read(io, &state_source, confirm_run_base(claim, "run/boxtop", "boxtop"),
			     "%s/state.json", claim->id);
	if (!facts || (facts->text[FACT_ID] && strcmp(facts->text[FACT_ID], claim->id) != 0))
		return 0;
	confirm_leader_of(io, claim, facts);
	if (claim->confirmed)
		confirm_take(claim, facts);
	return 0;
}

const struct engine engine_boxtop = {
	.name = "boxtop",
	.claim = boxtop_claim,
	.confirm = boxtop_confirm,
};
