// SPDX-License-Identifier: MIT
/*
 * CRI-O. crio-<id>.scope or crio-<id> below a pod's cgroup; crio-conmon-<id> is its monitor. Names
 * from the annotations in config.json below /run/containers, the leader from crun's or runc's state
 * or the pid file beside it.
 */
#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/kubernetes.h"
#include "collectors/engines/match.h"

#define CRIO_CONFIG_MAX (4u << 20)

static const struct fact_key config_keys[] = {
	{FACT_NAME, {"annotations", "io.kubernetes.container.name"}},
	{FACT_NAME, {"annotations", "io.kubernetes.cri-o.ContainerName"}},
	{FACT_TYPE, {"annotations", "io.kubernetes.cri-o.ContainerType"}},
	{FACT_POD, {"annotations", "io.kubernetes.pod.name"}},
	{FACT_POD, {"annotations", "io.kubernetes.cri-o.KubeName"}},
	{FACT_POD, {"annotations", "io.kubernetes.cri-o.SandboxName"}},
	{FACT_POD_NAMESPACE, {"annotations", "io.kubernetes.pod.namespace"}},
	{FACT_POD_NAMESPACE, {"annotations", "io.kubernetes.cri-o.Namespace"}},
	{FACT_IMAGE, {"annotations", "io.kubernetes.cri-o.ImageName"}},
	{FACT_IMAGE, {"annotations", "io.kubernetes.cri-o.Image"}},
	{FACT_CREATED, {"annotations", "io.kubernetes.cri-o.Created"}},
	{FACT_ROOT_PATH, {"root", "path"}},
};
static const struct facts_source config_source = {FACTS_JSON, CRIO_CONFIG_MAX, config_keys,
						  ARRAY_LEN(config_keys)};

static const char run_base[] = "run/containers/storage/overlay-containers";

static bool crio_claim(const struct claim_path *path, struct claim *out)
{
	if (!claim_hex(path, "crio-conmon-", ".scope", CONTAINER_MONITOR, out) &&
	    !claim_hex(path, "crio-conmon-", "", CONTAINER_MONITOR, out) &&
	    !claim_hex(path, "crio-", ".scope", CONTAINER_CONTAINER, out) &&
	    !claim_hex(path, "crio-", "", CONTAINER_CONTAINER, out))
		return false;
	kubernetes_take_pod(path, out);
	return true;
}

static int crio_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	const struct facts *config;

	(void)err;
	if (claim->kind == CONTAINER_MONITOR) {
		confirm_by_name(io, claim, true);
		return 0;
	}
	config = confirm_read(io, &config_source, run_base, "%s/userdata/config.json", claim->id);
	if (!config)
		return 0;
	confirm_oci(io, claim, "run/crun", "run/runc", claim->id);
	confirm_pidfile(io, claim, run_base,
			arena_printf(claim->arena, "%s/userdata/pidfile", claim->id));
	if (!claim->confirmed)
		return 0;
	confirm_take(claim, config);
	if (claim->kind == CONTAINER_PAUSE)
		claim->name = "pause";
	return 0;
}

const struct engine engine_crio = {
	.name = "cri-o",
	.claim = crio_claim,
	.confirm = crio_confirm,
};
