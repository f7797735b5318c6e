// SPDX-License-Identifier: MIT
/*
 * runc without an engine above it: runc-<id>.scope, or a directory called as the container anywhere. The
 * latter may be anything, so that only runc's state makes it a container. The name is the id.
 */
#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

static bool runc_claim(const struct claim_path *path, struct claim *out)
{
	return claim_scope_or_dir(path, "runc-", out);
}

static int runc_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	const char *base = confirm_run_base(claim, "run/runc", "runc");

	(void)err;
	confirm_oci(io, claim, NULL, base, claim->id);
	return 0;
}

const struct engine engine_runc = {
	.name = "runc",
	.claim = runc_claim,
	.confirm = runc_confirm,
};
