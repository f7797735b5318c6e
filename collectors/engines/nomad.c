// SPDX-License-Identifier: MIT
/*
 * Nomad: nomad.slice/{share,reserve}.slice/<allocation>.<task>.scope, or /nomad/<allocation>.<task>.
 * The name is in the path; the allocation's directory confirms it, where Nomad's data directory is
 * one of the usual ones.
 */
#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

static const char *const allocation_bases[] = {
	"opt/nomad/data/alloc",
	"opt/nomad/alloc",
	"var/lib/nomad/alloc",
	"var/nomad/alloc",
};

static bool nomad_claim(const struct claim_path *path, struct claim *out)
{
	struct span rest = path->component, allocation, task;

	if (match_has_component(path->parent, "nomad.slice")) {
		if (!match_strip(path->component, "", ".scope", &rest))
			return false;
	} else if (!span_eq(match_last(path->parent), SPAN("nomad"))) {
		return false;
	}
	if (!span_split_at(rest, '.', &allocation, &task) || !match_uuid(allocation, '-') ||
	    !task.len)
		return false;
	claim_set(out, CONTAINER_CONTAINER, allocation, task);
	return true;
}

static int nomad_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < ARRAY_LEN(allocation_bases) && !claim->confirmed; i++)
		confirm_by_path(io, claim, allocation_bases[i], claim->id);
	return 0;
}

const struct engine engine_nomad = {
	.name = "nomad",
	.claim = nomad_claim,
	.confirm = nomad_confirm,
};
