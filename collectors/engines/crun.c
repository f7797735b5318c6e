// SPDX-License-Identifier: MIT
/*
 * crun without an engine above it: crun-<id>.scope, or a directory called as the container anywhere. The
 * latter may be anything, so that only crun's state makes it a container. The name is the id.
 */
#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

static bool crun_claim(const struct claim_path *path, struct claim *out)
{
	return claim_scope_or_dir(path, "crun-", out);
}

static int crun_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	const char *base = confirm_run_base(claim, "run/crun", "crun");

	(void)err;
	confirm_oci(io, claim, base, NULL, claim->id);
	/* From a login session crun takes its XDG_RUNTIME_DIR, even for root. */
	if (!claim->confirmed && claim->uid == 0)
		confirm_oci(io, claim, "run/user/0/crun", NULL, claim->id);
	return 0;
}

const struct engine engine_crun = {
	.name = "crun",
	.claim = crun_claim,
	.confirm = crun_confirm,
};
