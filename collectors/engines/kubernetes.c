// SPDX-License-Identifier: MIT
/*
 * Pods of Kubernetes: kubepods.slice/kubepods-<qos>.slice/kubepods-<qos>-pod<uid>.slice or
 * /kubepods/<qos>/pod<uid>, with any prefix (kind puts kubelet in front). The pod's name comes from
 * the containers in it. Never reads anything.
 */
#include "collectors/engines/kubernetes.h"

#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

static bool is_uid(struct span s)
{
	return match_uuid(s, '-') || match_uuid(s, '_') || match_hex(s, 32);
}

bool kubernetes_pod_uid(struct span component, struct span *out_uid)
{
	static const char mark[] = "-pod";
	const char *at;
	struct span rest;

	if (match_strip(component, "pod", "", out_uid) && is_uid(*out_uid))
		return true;
	at = memmem(component.p, component.len, mark, sizeof(mark) - 1);
	if (!at || !memmem(component.p, component.len, "kubepods", 8))
		return false;
	rest = (struct span) {at, component.len - (size_t)(at - component.p)};
	return match_strip(rest, mark, ".slice", out_uid) && is_uid(*out_uid);
}

/* systemd takes a dash for nesting, so the uid stands there with underscores. */
static const char *uid_text(struct claim *claim, struct span uid)
{
	char *text = arena_strndup(claim->arena, uid.p, uid.len);

	for (char *p = text; *p; p++)
		if (*p == '_')
			*p = '-';
	return text;
}

void kubernetes_take_pod(const struct claim_path *path, struct claim *claim)
{
	struct span uid;

	if (kubernetes_pod_uid(match_last(path->parent), &uid))
		claim->pod = uid_text(claim, uid);
}

/* "pod<uid>" alone is a pod's only below kubepods. */
static bool kubernetes_claim(const struct claim_path *path, struct claim *out)
{
	struct span uid;

	if (!kubernetes_pod_uid(path->component, &uid))
		return false;
	if (span_starts(path->component, SPAN("pod")) &&
	    !memmem(path->parent.p, path->parent.len, "kubepods", 8))
		return false;
	claim_set(out, CONTAINER_POD, span_of(uid_text(out, uid)), SPAN(""));
	out->pod = out->id;
	return true;
}

static int kubernetes_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	(void)err;
	confirm_by_name(io, claim, true);
	return 0;
}

const struct engine engine_kubernetes = {
	.name = "kubernetes",
	.claim = kubernetes_claim,
	.confirm = kubernetes_confirm,
};
