// SPDX-License-Identifier: MIT
/*
 * systemd-nspawn, and other machines that registered with systemd-machined:
 * machine.slice/machine-<name>.scope, and systemd-nspawn@<name>.service. The name is in the path, with
 * systemd's escapes; machined's file of that name tells the leader, the root and whether it is a
 * virtual machine.
 */
#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/machined.h"
#include "collectors/engines/match.h"

static const struct fact_key machine_keys[] = {
	{FACT_NAME, {"", "NAME"}},	  {FACT_SERVICE, {"", "SERVICE"}},
	{FACT_ROOT_PATH, {"", "ROOT"}},	  {FACT_PID, {"", "LEADER"}},
	{FACT_CREATED, {"", "REALTIME"}}, {FACT_TYPE, {"", "CLASS"}},
};
static const struct facts_source machine_source = {FACTS_LINES, 64u << 10, machine_keys,
						   ARRAY_LEN(machine_keys)};

bool machined_confirm(const struct engine_io *io, struct claim *claim, const char *machine)
{
	const struct facts *facts = confirm_read(
		io, &machine_source,
		confirm_run_base(claim, "run/systemd/machines", "systemd/machines"), "%s", machine);

	if (!facts || !facts->text[FACT_NAME] || strcmp(facts->text[FACT_NAME], machine) != 0)
		return false;
	confirm_leader_of(io, claim, facts);
	if (!claim->confirmed)
		return false;
	claim->root_path = arena_strdup(claim->arena, facts->text[FACT_ROOT_PATH]);
	claim->created_usec = facts_usec(facts->text[FACT_CREATED]);
	if (facts->text[FACT_TYPE] && strcmp(facts->text[FACT_TYPE], "vm") == 0)
		claim->kind = CONTAINER_VM;
	return true;
}

static bool nspawn_claim(const struct claim_path *path, struct claim *out)
{
	struct span name;

	if (!match_strip(path->unescaped, "systemd-nspawn@", ".service", &name) &&
	    !match_strip(path->unescaped, "machine-", ".scope", &name))
		return false;
	if (!match_filename(name))
		return false;
	claim_set(out, CONTAINER_CONTAINER, name, name);
	return true;
}

static int nspawn_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	(void)err;
	machined_confirm(io, claim, claim->id);
	return 0;
}

const struct engine engine_nspawn = {
	.name = "nspawn",
	.claim = nspawn_claim,
	.confirm = nspawn_confirm,
};
