// SPDX-License-Identifier: MIT
/*
 * Amazon ECS: /ecs/<task>/<id>, or ecstasks.slice/ecstasks-<task>.slice/docker-<id>.scope. The
 * containers are Docker's, which confirms them; the task is their pod.
 */
#include "collectors/engines/docker.h"

#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

#define TASK_ID_LEN 32

static bool match_task(struct span component, struct span parent, struct span *out)
{
	if (match_strip(component, "ecstasks-", ".slice", out))
		return match_hex(*out, TASK_ID_LEN);
	*out = component;
	return span_eq(match_last(parent), SPAN("ecs")) &&
	       (match_hex(component, TASK_ID_LEN) || match_uuid(component, '-'));
}

static bool ecs_claim(const struct claim_path *path, struct claim *out)
{
	struct span task;

	if (match_task(path->component, path->parent, &task)) {
		claim_set(out, CONTAINER_POD, task, SPAN(""));
		return true;
	}
	if (!match_task(match_last(path->parent), match_above(path->parent), &task))
		return false;
	if (!claim_hex(path, "docker-", ".scope", CONTAINER_CONTAINER, out) &&
	    !claim_hex(path, "", "", CONTAINER_CONTAINER, out))
		return false;
	out->pod = claim_text(out, task);
	return true;
}

static int ecs_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	if (claim->kind != CONTAINER_POD)
		return docker_confirm(io, claim, err);
	confirm_by_name(io, claim, true);
	return 0;
}

const struct engine engine_ecs = {
	.name = "ecs",
	.claim = ecs_claim,
	.confirm = ecs_confirm,
};
