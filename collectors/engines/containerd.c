// SPDX-License-Identifier: MIT
/*
 * containerd, as Kubernetes, nerdctl and ctr use it. cri-containerd-<id>.scope or /kubepods/.../
 * pod<uid>/<id>; nerdctl-<id>.scope; /<namespace>/<id>. Names from the annotations in the bundle's
 * config.json, the leader from the bundle's pid file and runc's state.
 */
#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/kubernetes.h"
#include "collectors/engines/match.h"

#define CONTAINERD_CONFIG_MAX (4u << 20)

static const struct fact_key config_keys[] = {
	{FACT_NAME, {"annotations", "io.kubernetes.cri.container-name"}},
	{FACT_NAME, {"annotations", "nerdctl/name"}},
	{FACT_TYPE, {"annotations", "io.kubernetes.cri.container-type"}},
	{FACT_POD, {"annotations", "io.kubernetes.cri.sandbox-name"}},
	{FACT_POD_NAMESPACE, {"annotations", "io.kubernetes.cri.sandbox-namespace"}},
	{FACT_IMAGE, {"annotations", "io.kubernetes.cri.image-name"}},
	{FACT_PROJECT, {"annotations", "com.docker.compose.project"}},
	{FACT_SERVICE, {"annotations", "com.docker.compose.service"}},
};
static const struct facts_source config_source = {FACTS_JSON, CONTAINERD_CONFIG_MAX, config_keys,
						  ARRAY_LEN(config_keys)};

/* Where task bundles are: the distribution's, k3s's and MicroK8s's containerd, and the one that
 * dockerd starts for itself. */
static const char *const task_bases[] = {
	"run/containerd/io.containerd.runtime.v2.task",
	"run/k3s/containerd/io.containerd.runtime.v2.task",
	"var/snap/microk8s/common/run/containerd/io.containerd.runtime.v2.task",
	"run/docker/containerd/daemon/io.containerd.runtime.v2.task",
};

static bool containerd_claim(const struct claim_path *path, struct claim *out)
{
	struct span uid, above = match_last(path->parent);

	if (claim_hex(path, "cri-containerd-", ".scope", CONTAINER_CONTAINER, out) ||
	    claim_hex(path, "nerdctl-", ".scope", CONTAINER_CONTAINER, out)) {
		kubernetes_take_pod(path, out);
		return true;
	}
	if (kubernetes_pod_uid(above, &uid) && claim_hex(path, "", "", CONTAINER_CONTAINER, out)) {
		kubernetes_take_pod(path, out);
		return true;
	}
	/* /<namespace>/<id> of ctr and nerdctl: any two names, so only the state can tell */
	if (!match_filename(path->component) || !match_filename(above) ||
	    match_above(path->parent).len > 0)
		return false;
	claim_set(out, CONTAINER_CONTAINER, path->component, path->component);
	out->service = claim_text(out, above);
	out->weak = true;
	return true;
}

static void confirm_task(const struct engine_io *io, struct claim *claim, const char *base,
			 const char *ns)
{
	const struct facts *config;
	char runc[128];

	config = confirm_read(io, &config_source, base, "%s/%s/config.json", ns, claim->id);
	if (!config)
		return;
	snprintf(runc, sizeof(runc), "run/containerd/runc/%s", ns);
	confirm_oci(io, claim, NULL, runc, claim->id);
	confirm_pidfile(io, claim, base,
			arena_printf(claim->arena, "%s/%s/init.pid", ns, claim->id));
	if (!claim->confirmed)
		return;
	confirm_take(claim, config);
	if (claim->kind == CONTAINER_PAUSE)
		claim->name = "pause";
}

static int containerd_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	/* A weak claim carries its namespace in @service until it is confirmed. */
	const char *own = claim->weak ? claim->service : NULL;
	const char *const namespaces[] = {own ? own : "k8s.io", own ? NULL : "default",
					  own ? NULL : "moby"};

	(void)err;
	if (claim->weak)
		claim->service = NULL;
	for (size_t base = 0; base < ARRAY_LEN(task_bases); base++)
		for (size_t ns = 0; ns < ARRAY_LEN(namespaces) && namespaces[ns]; ns++)
			if (!claim->confirmed)
				confirm_task(io, claim, task_bases[base], namespaces[ns]);
	return 0;
}

const struct engine engine_containerd = {
	.name = "containerd",
	.claim = containerd_claim,
	.confirm = containerd_confirm,
};
