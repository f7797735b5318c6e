// SPDX-License-Identifier: MIT
/*
 * Podman. libpod-<id>.scope below machine.slice, or below a user's user.slice; libpod-<id> below
 * /libpod_parent; libpod-payload-<id> below the unit of a quadlet; a pod is a slice or a directory
 * named by its id. Names from containers.json of the storage (the directory is called after its
 * driver), the leader from crun's or runc's state. A pod's name is in a database that we don't read:
 * the hostname of its infrastructure container is taken, which is the name unless another was asked
 * for. The others of a pod have none, or one of their own.
 *
 * Rootless on v1 and hybrid, and with --cgroups=disabled, containers have no cgroup of their own:
 * conmon, which started each, has the id among its arguments.
 */
#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

#define PODMAN_LIST_MAX	  (16u << 20) /* all containers of a user */
#define PODMAN_CONFIG_MAX (4u << 20)

static const char *const drivers[] = {"overlay", "vfs", "btrfs", "zfs"};

static const struct fact_key list_keys[] = {
	{FACT_ID, {"id"}},
	{FACT_NAME, {"names"}},
	{FACT_NAME, {"metadata", "name"}},
	{FACT_IMAGE, {"metadata", "image-name"}},
	{FACT_IMAGE, {"image"}},
	{FACT_CREATED, {"created"}},
};
static const struct facts_source list_source = {FACTS_LIST, PODMAN_LIST_MAX, list_keys,
						ARRAY_LEN(list_keys)};

static const struct fact_key config_keys[] = {
	{FACT_HOSTNAME, {"hostname"}},
	{FACT_ROOT_PATH, {"root", "path"}},
};
static const struct facts_source config_source = {FACTS_JSON, PODMAN_CONFIG_MAX, config_keys,
						  ARRAY_LEN(config_keys)};

/** struct form - how a component may look */
struct form {
	const char *prefix, *suffix;
	enum container_kind kind;
};

static const struct form forms[] = {
	{"libpod-", ".scope", CONTAINER_CONTAINER},
	{"libpod-", "", CONTAINER_CONTAINER},
	{"libpod-payload-", "", CONTAINER_CONTAINER},
	{"libpod-conmon-", ".scope", CONTAINER_MONITOR},
	{"libpod-conmon-", "", CONTAINER_MONITOR},
};

/* "machine-libpod_pod_<id>.slice", and "<id>" below /libpod_parent */
static bool pod_id(struct span component, struct span parent, struct span *out)
{
	static const char mark[] = "libpod_pod_";
	const char *at = memmem(component.p, component.len, mark, sizeof(mark) - 1);
	struct span rest;

	if (at) {
		rest = (struct span) {at, component.len - (size_t)(at - component.p)};
		return match_strip(rest, mark, ".slice", out) && match_hex(*out, MATCH_ID_LEN);
	}
	*out = component;
	return match_hex(component, MATCH_ID_LEN) &&
	       span_eq(match_last(parent), SPAN("libpod_parent"));
}

static bool podman_claim(const struct claim_path *path, struct claim *out)
{
	struct span id, pod;

	if (pod_id(path->component, path->parent, &id)) {
		claim_set(out, CONTAINER_POD, id, SPAN(""));
		return true;
	}
	if (match_strip(path->component, "podman-pause-", ".scope", &id)) {
		claim_set(out, CONTAINER_MONITOR, SPAN(""), SPAN("podman-pause"));
		return true;
	}
	if (span_eq(path->component, SPAN("conmon")) &&
	    span_eq(match_last(path->parent), SPAN("libpod_parent"))) {
		claim_set(out, CONTAINER_MONITOR, SPAN(""), SPAN("conmon"));
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (!claim_hex(path, forms[i].prefix, forms[i].suffix, forms[i].kind, out))
			continue;
		if (pod_id(match_last(path->parent), match_above(path->parent), &pod))
			out->pod = claim_text(out, (struct span) {pod.p, MATCH_SHORT_ID_LEN});
		return true;
	}
	return false;
}

static bool podman_claim_monitored(const struct engine_monitor *monitor, struct claim *out)
{
	static const char mark[] = " -c ";
	const char *at;
	struct span id;

	if (strcmp(monitor->comm, "conmon") != 0)
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

static const struct facts *find_in_storage(const struct engine_io *io, struct claim *claim,
					   const char *storage, const char *list)
{
	const struct facts *facts;

	if (!storage)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
		const char *rest = arena_printf(claim->arena, "%s-containers/%s", drivers[i], list);

		if (state_read(io->cache, &list_source, (struct state_path) {storage, rest},
			       claim->id, &facts) == READ_OK)
			return facts;
	}
	return NULL;
}

/* The pid file is all there is where neither crun nor runc ran it. */
static void confirm_pidfiles(const struct engine_io *io, struct claim *claim, const char *run)
{
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
		confirm_pidfile(io, claim, run,
				arena_printf(claim->arena, "%s-containers/%s/userdata/pidfile",
					     drivers[i], claim->id));
}

/* A pod's infrastructure container is called after the pod's id. */
static bool is_infra(const struct claim *claim)
{
	struct span id;

	return claim->pod && match_strip(span_of(claim->name), "", "-infra", &id) &&
	       match_hex(id, MATCH_SHORT_ID_LEN);
}

/* Called for what is confirmed: the configuration says what the lists don't. */
static void take_config(const struct engine_io *io, struct claim *claim, const char *storage)
{
	const struct facts *facts;

	for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
		facts = confirm_read(io, &config_source, storage,
				     "%s-containers/%s/userdata/config.json", drivers[i],
				     claim->id);
		if (!facts)
			continue;
		confirm_take(claim, facts);
		if (is_infra(claim) && facts->text[FACT_HOSTNAME])
			claim->pod = arena_strdup(claim->arena, facts->text[FACT_HOSTNAME]);
		return;
	}
}

static int podman_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	const char *storage, *run;
	const struct facts *facts;

	(void)err;
	if (claim->kind != CONTAINER_CONTAINER) { /* nothing on disk tells of pods and monitors */
		confirm_by_name(io, claim, true);
		return 0;
	}
	storage = confirm_base(io, claim, "var/lib/containers/storage",
			       ".local/share/containers/storage");
	run = confirm_run_base(claim, "run/containers/storage", "containers");
	facts = find_in_storage(io, claim, storage, "containers.json");
	if (!facts)
		facts = find_in_storage(io, claim, run, "volatile-containers.json");
	if (!facts)
		return 0;
	confirm_oci(io, claim, confirm_run_base(claim, "run/crun", "crun"),
		    confirm_run_base(claim, "run/runc", "runc"), claim->id);
	confirm_pidfiles(io, claim, run);
	if (!claim->confirmed)
		return 0;
	confirm_take(claim, facts);
	take_config(io, claim, storage);
	if (is_infra(claim))
		claim->kind = CONTAINER_PAUSE;
	return 0;
}

const struct engine engine_podman = {
	.name = "podman",
	.claim = podman_claim,
	.confirm = podman_confirm,
	.claim_monitored = podman_claim_monitored,
};
