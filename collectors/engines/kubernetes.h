/* SPDX-License-Identifier: MIT */
/* Pods of Kubernetes in cgroup paths, for the engines that run their containers. */
#ifndef BOXTOP_COLLECTORS_ENGINES_KUBERNETES_H
#define BOXTOP_COLLECTORS_ENGINES_KUBERNETES_H

#include "collectors/engines/engine.h"

/**
 * kubernetes_pod_uid() - the uid in a pod's cgroup name
 * @component: "kubepods-burstable-pod<uid>.slice" (dashes of the uid as underscores), "pod<uid>";
 *             the uid is a UUID, or 32 hexadecimal digits for a static pod
 */
bool kubernetes_pod_uid(struct span component, struct span *out_uid);
/** kubernetes_take_pod() - set claim.pod to the uid of the pod above @path, if there is one */
void kubernetes_take_pod(const struct claim_path *path, struct claim *claim);

#endif
