// SPDX-License-Identifier: MIT
/*
 * Proxmox VE: qemu.slice/<vmid>.scope for virtual machines, /lxc/<vmid> for containers, with
 * /lxc.monitor/<vmid> beside them. A container's name is in LXC's configuration. /etc/pve is never
 * read: it is a file system in user space, which may not answer.
 */
#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

static const struct fact_key config_keys[] = {{FACT_NAME, {"", "lxc.uts.name"}}};
static const struct facts_source config_source = {FACTS_LINES, 1u << 20, config_keys,
						  ARRAY_LEN(config_keys)};

static bool proxmox_claim(const struct claim_path *path, struct claim *out)
{
	struct span above = match_last(path->parent), id = path->component;
	enum container_kind kind;

	if (span_eq(above, SPAN("qemu.slice"))) {
		if (!match_strip(path->component, "", ".scope", &id))
			return false;
		kind = CONTAINER_VM;
	} else if (span_eq(above, SPAN("lxc"))) {
		kind = CONTAINER_CONTAINER;
	} else if (span_eq(above, SPAN("lxc.monitor"))) {
		kind = CONTAINER_MONITOR;
	} else {
		return false;
	}
	if (!match_digits(id) || id.len > 9)
		return false;
	claim_set(out, kind, id, id);
	return true;
}

/* LXC's containers may have a number for a name too: the cluster's database makes it Proxmox. */
static int proxmox_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	const struct facts *facts;

	(void)err;
	if (state_exists(io->cache, (struct state_path) {"var/lib", "pve-cluster"}) != READ_OK)
		return 0;
	if (claim->kind == CONTAINER_VM) {
		confirm_pidfile(io, claim, "run/qemu-server",
				arena_printf(claim->arena, "%s.pid", claim->id));
		return 0;
	}
	facts = confirm_read(io, &config_source, "var/lib/lxc", "%s/config", claim->id);
	confirm_by_name(io, claim, facts);
	if (claim->confirmed)
		confirm_take(claim, facts);
	return 0;
}

const struct engine engine_proxmox = {
	.name = "proxmox",
	.claim = proxmox_claim,
	.confirm = proxmox_confirm,
};
