// SPDX-License-Identifier: MIT
/*
 * Garden (Cloud Foundry, Concourse): /garden<anything>/<handle>, with good or bad between them where
 * CPU is throttled by past use. The name is the handle; the depot's directory confirms it.
 */
#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

static bool is_garden(struct span parent)
{
	struct span above = match_last(parent);

	if (span_eq(above, SPAN("good")) || span_eq(above, SPAN("bad")))
		above = match_last(match_above(parent));
	return span_starts(above, SPAN("garden"));
}

static bool garden_claim(const struct claim_path *path, struct claim *out)
{
	if (!is_garden(path->parent) || !match_filename(path->component) ||
	    span_eq(path->component, SPAN("good")) || span_eq(path->component, SPAN("bad")))
		return false;
	claim_set(out, CONTAINER_CONTAINER, path->component, path->component);
	return true;
}

static int garden_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	(void)err;
	confirm_by_path(io, claim, "var/vcap/data/garden/depot", claim->id);
	return 0;
}

const struct engine engine_garden = {
	.name = "garden",
	.claim = garden_claim,
	.confirm = garden_confirm,
};
