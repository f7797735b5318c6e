// SPDX-License-Identifier: MIT
/*
 * systemd's units: services, scopes and slices that no engine claimed. A unit is one only where
 * systemd would have put it: a service or scope in a slice or at the top, a-b.slice in a.slice.
 * Anything else of that name was made by hand, or by whom a unit's cgroup is delegated to. There is
 * no state to confirm: the place is the proof.
 */
#include "base/cleanup.h"
#include "collectors/engines/match.h"

static const struct {
	const char *suffix;
	enum container_kind kind;
} unit_types[] = {
	{".service", CONTAINER_SERVICE},
	{".scope", CONTAINER_SCOPE},
	{".slice", CONTAINER_SLICE},
};

/* The top of systemd's own tree, or of a user's manager */
static bool is_top(struct span parent)
{
	struct span user;

	return parent.len == 0 || match_strip(match_last(parent), "user@", ".service", &user);
}

static bool is_slice_in_place(struct span name, struct span parent)
{
	struct span above, last = match_last(parent);
	const char *dash = memrchr(name.p, '-', name.len);

	if (!dash)
		return is_top(parent);
	above = (struct span) {name.p, (size_t)(dash - name.p)};
	return match_strip(last, "", ".slice", &last) && span_eq(last, above);
}

static bool is_in_place(enum container_kind kind, struct span name, struct span parent)
{
	struct span slice;

	if (kind == CONTAINER_SLICE)
		return is_slice_in_place(name, parent);
	return is_top(parent) || match_strip(match_last(parent), "", ".slice", &slice);
}

static bool systemd_claim(const struct claim_path *path, struct claim *out)
{
	struct span name;

	for (size_t i = 0; i < ARRAY_LEN(unit_types); i++) {
		if (!match_strip(path->component, "", unit_types[i].suffix, &name) ||
		    !is_in_place(unit_types[i].kind, name, path->parent))
			continue;
		claim_set(out, unit_types[i].kind, SPAN(""), path->component);
		out->service = out->name;
		return true;
	}
	return false;
}

const struct engine engine_systemd = {
	.name = "systemd",
	.claim = systemd_claim,
};
