// SPDX-License-Identifier: MIT
/*
 * Docker. system.slice/docker-<id>.scope, or <id> below /docker or whatever --cgroup-parent said;
 * for a user's daemon below user@UID.service. Names, images and compose projects from
 * config.v2.json, the start time of the leader from runc's state where runc is the runtime. Never
 * asks the daemon.
 */
#include "collectors/engines/docker.h"

#include <string.h>

#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/kubernetes.h"
#include "collectors/engines/match.h"

#define DOCKER_CONFIG_MAX (4u << 20)

static const struct fact_key config_keys[] = {
	{FACT_ID, {"ID"}},
	{FACT_NAME, {"Config", "Labels", "io.kubernetes.container.name"}},
	{FACT_NAME, {"Name"}},
	{FACT_IMAGE, {"Config", "Image"}},
	{FACT_PID, {"State", "Pid"}},
	{FACT_CREATED, {"Created"}},
	{FACT_PROJECT, {"Config", "Labels", "com.docker.compose.project"}},
	{FACT_SERVICE, {"Config", "Labels", "com.docker.compose.service"}},
	{FACT_PROJECT, {"Config", "Labels", "com.amazonaws.ecs.task-definition-family"}},
	{FACT_SERVICE, {"Config", "Labels", "com.amazonaws.ecs.container-name"}},
	{FACT_POD, {"Config", "Labels", "io.kubernetes.pod.name"}},
	{FACT_POD_NAMESPACE, {"Config", "Labels", "io.kubernetes.pod.namespace"}},
	{FACT_TYPE, {"Config", "Labels", "io.kubernetes.docker.type"}},
};
static const struct facts_source config_source = {FACTS_JSON, DOCKER_CONFIG_MAX, config_keys,
						  ARRAY_LEN(config_keys)};

static const struct fact_key daemon_keys[] = {{FACT_ROOT_PATH, {"data-root"}}};
static const struct facts_source daemon_source = {FACTS_JSON, 1u << 20, daemon_keys, 1};

static bool docker_claim(const struct claim_path *path, struct claim *out)
{
	if (!claim_hex(path, "docker-", ".scope", CONTAINER_CONTAINER, out) &&
	    !claim_hex(path, "", "", CONTAINER_CONTAINER, out))
		return false;
	kubernetes_take_pod(path, out);
	return true;
}

/* A user's daemon makes no cgroups where it may not. Its shims run as that user. */
static bool docker_claim_monitored(const struct engine_monitor *monitor, struct claim *out)
{
	static const char mark[] = " -namespace moby -id ";
	const char *at;
	struct span id;

	/* "containerd-shim-runc-v2", as far as the kernel keeps it */
	if (strcmp(monitor->comm, "containerd-shim") != 0)
		return false;
	at = strstr(monitor->command, mark);
	if (!at || strlen(at) < strlen(mark) + MATCH_ID_LEN)
		return false;
	id = (struct span) {at + strlen(mark), MATCH_ID_LEN};
	if (!match_hex(id, MATCH_ID_LEN))
		return false;
	claim_set(out, CONTAINER_CONTAINER, id, SPAN(""));
	return true;
}

/* The data directory may be moved by /etc/docker/daemon.json. */
static const char *configured_root(const struct engine_io *io, const struct claim *claim)
{
	const struct facts *facts = NULL;
	const char *root;

	if (claim->uid == 0)
		facts = confirm_read(io, &daemon_source, "etc/docker", "daemon.json");
	root = facts ? facts->text[FACT_ROOT_PATH] : NULL;
	return root && root[0] == '/' ? root + 1 : NULL;
}

static const struct facts *read_config(const struct engine_io *io, const struct claim *claim)
{
	const char *roots[] = {
		configured_root(io, claim),
		confirm_base(io, claim, "var/lib/docker", ".local/share/docker"),
		claim->uid ? NULL : "var/snap/docker/common/var-lib-docker",
	};
	const struct facts *facts = NULL;

	for (size_t i = 0; i < ARRAY_LEN(roots) && !facts; i++)
		facts = confirm_read(io, &config_source, roots[i], "containers/%s/config.v2.json",
				     claim->id);
	return facts;
}

/* The name stands with a slash in front, as "/web". */
static void drop_slash(struct claim *claim)
{
	if (claim->name[0] == '/' && claim->name[1])
		claim->name++;
}

int docker_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	const struct facts *facts, *runtime;
	const char *runtimes;
	uint64_t start_ticks = 0;

	(void)err;
	facts = read_config(io, claim);
	if (!facts || !facts->text[FACT_ID] || strcmp(facts->text[FACT_ID], claim->id) != 0)
		return 0;
	runtimes =
		confirm_run_base(claim, "run/docker/runtime-runc/moby", "docker/runtime-runc/moby");
	runtime = confirm_read(io, &confirm_runc_source, runtimes, "%s/state.json", claim->id);
	if (runtime) {
		start_ticks = facts_u64(runtime, FACT_START_TICKS);
		claim->root_path = arena_strdup(claim->arena, runtime->text[FACT_ROOT_PATH]);
	}
	confirm_leader(io, claim, (pid_t)facts_u64(facts, FACT_PID), start_ticks);
	if (!claim->confirmed)
		return 0;
	confirm_take(claim, facts);
	drop_slash(claim);
	if (facts->text[FACT_TYPE] && strcmp(facts->text[FACT_TYPE], "podsandbox") == 0) {
		claim->kind = CONTAINER_PAUSE;
		claim->name = "pause";
	}
	return 0;
}

const struct engine engine_docker = {
	.name = "docker",
	.claim = docker_claim,
	.confirm = docker_confirm,
	.claim_monitored = docker_claim_monitored,
};
