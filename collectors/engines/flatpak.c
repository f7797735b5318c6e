// SPDX-License-Identifier: MIT
/*
 * Flatpak: app.slice/app-flatpak-<app>-<n>.scope below a user's manager. The name is in the path; <n>
 * is the pid of the program that Flatpak started for the scope, or the instance, whose directory
 * tells more.
 */
#include "base/cleanup.h"
#include "base/parse.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

static const struct fact_key info_keys[] = {
	{FACT_ID, {"Application", "name"}},
	{FACT_IMAGE, {"Application", "runtime"}},
	{FACT_ROOT_PATH, {"Instance", "app-path"}},
};
static const struct facts_source info_source = {FACTS_LINES, 256u << 10, info_keys,
						ARRAY_LEN(info_keys)};

/* The last dash divides: those of the app are escaped. */
static bool split_scope(struct span component, struct span *out_app, struct span *out_number)
{
	struct span rest;
	const char *dash;

	if (!match_strip(component, "app-flatpak-", ".scope", &rest) &&
	    !match_strip(component, "flatpak-", ".scope", &rest))
		return false;
	dash = memrchr(rest.p, '-', rest.len);
	if (!dash)
		return false;
	*out_app = (struct span) {rest.p, (size_t)(dash - rest.p)};
	*out_number = (struct span) {dash + 1, rest.len - out_app->len - 1};
	return out_app->len > 0 && match_digits(*out_number);
}

static bool flatpak_claim(const struct claim_path *path, struct claim *out)
{
	char app[MATCH_UNIT_MAX];
	struct span escaped, number, name;

	if (!split_scope(path->component, &escaped, &number))
		return false;
	name = match_unescape(escaped, app);
	claim_set(out, CONTAINER_APP, number, name);
	return true;
}

static int flatpak_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	const struct facts *facts = confirm_read(
		io, &info_source, arena_printf(claim->arena, "run/user/%u", claim->uid),
		".flatpak/%s/info", claim->id);
	const char *app = facts ? facts->text[FACT_ID] : NULL;
	uint64_t pid;

	(void)err;
	if (facts)
		confirm_by_name(io, claim, app && strcmp(app, claim->name) == 0);
	else if (!io->nested && parse_u64(span_of(claim->id), &pid) && pid <= INT32_MAX)
		confirm_leader(io, claim, (pid_t)pid, 0);
	if (facts && claim->confirmed)
		confirm_take(claim, facts);
	return 0;
}

const struct engine engine_flatpak = {
	.name = "flatpak",
	.claim = flatpak_claim,
	.confirm = flatpak_confirm,
};
