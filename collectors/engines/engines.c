// SPDX-License-Identifier: MIT
/*
 * The table of engines, and asking them about a path. An engine stands before those that would
 * claim the same component with less reason: Docker takes any directory of 64 digits, systemd
 * takes whatever is called like a unit. Pure: paths in, claims out.
 */
#include "base/cleanup.h"
#include "base/parse.h"
#include "collectors/engines/match.h"

extern const struct engine engine_boxtop, engine_containerd, engine_crio, engine_crun,
	engine_docker, engine_ecs, engine_flatpak, engine_garden, engine_kubernetes, engine_libvirt,
	engine_lxc, engine_nomad, engine_nspawn, engine_podman, engine_proxmox, engine_runc,
	engine_snap, engine_systemd;

const struct engine *const engines[] = {
	&engine_boxtop, &engine_podman,	 &engine_crio,	  &engine_kubernetes, &engine_containerd,
	&engine_ecs,	&engine_docker,	 &engine_proxmox, &engine_lxc,	      &engine_libvirt,
	&engine_nspawn, &engine_flatpak, &engine_snap,	  &engine_nomad,      &engine_garden,
	&engine_runc,	&engine_crun,	 &engine_systemd,
};
const size_t engines_len = ARRAY_LEN(engines);

/* ---- What has no identity of its own ---- */

static const char *const transparent_suffixes[] = {
	".mount", ".socket", ".swap", ".automount", ".device",
};

/* Wherever they stand. */
static const char *const transparent_names[] = {
	"init.scope", "lxc.pivot", "libpod_parent", ".control", ".lxc",
};

/* Only inside of what an engine or systemd made: at the top they are somebody's own. */
static const char *const transparent_inside[] = {
	"payload", "supervisor", "container", "runtime", "emulator", "libvirt", "ns",
};

/* "vcpu0", "iothread12" */
static const char *const transparent_numbered[] = {"vcpu", "iothread"};

static bool is_listed(struct span s, const char *const *names, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (span_eq(s, span_of(names[i])))
			return true;
	return false;
}

static bool is_transparent(struct span component)
{
	struct span rest;

	for (size_t i = 0; i < ARRAY_LEN(transparent_suffixes); i++)
		if (match_strip(component, "", transparent_suffixes[i], &rest))
			return true;
	return is_listed(component, transparent_names, ARRAY_LEN(transparent_names));
}

static bool is_transparent_inside(struct span component)
{
	struct span number;

	for (size_t i = 0; i < ARRAY_LEN(transparent_numbered); i++)
		if (match_strip(component, transparent_numbered[i], "", &number) &&
		    match_digits(number))
			return true;
	return is_listed(component, transparent_inside, ARRAY_LEN(transparent_inside));
}

/* ---- Asking ---- */

/* Whose branch of the tree of systemd this is: /user.slice/user-1000.slice/... A container's own
 * user slices are not the host's. */
static uid_t path_uid(struct span path)
{
	struct span part, number;
	uint64_t uid;

	if (!match_strip(path, "/user.slice/", "", &path) || !span_next_part(&path, '/', &part) ||
	    !match_strip(part, "user-", ".slice", &number) || !parse_u64(number, &uid) ||
	    uid >= UINT32_MAX)
		return 0;
	return (uid_t)uid;
}

/* Every component has to be something; ".." in front means outside of our cgroup namespace. */
static bool is_well_formed(struct span path)
{
	struct span part, last = match_last(path);

	if (path.len < 2 || path.p[0] != '/' || last.len > 255)
		return false;
	path = (struct span) {path.p + 1, path.len - 1};
	while (span_next_part(&path, '/', &part))
		if (!part.len || span_eq(part, SPAN(".")))
			return false;
	return last.len > 0 && !span_eq(last, SPAN(".."));
}

static struct claim_path split_path(struct span path, char *unescaped)
{
	struct claim_path out = {.path = path, .uid = path_uid(path)};

	out.component = match_last(path);
	out.parent = match_above(path);
	out.unescaped = match_unescape(out.component, unescaped);
	return out;
}

static bool ask(const struct engine *engine, const struct claim_path *path, struct arena *arena,
		struct claim *out)
{
	*out = (struct claim) {.arena = arena, .engine = engine->name, .uid = path->uid};
	return engine->claim(path, out);
}

static const struct engine *first_claim(struct span path, struct arena *arena, struct claim *out)
{
	char unescaped[MATCH_UNIT_MAX];
	struct claim_path parts = split_path(path, unescaped);

	for (size_t i = 0; i < engines_len; i++)
		if (ask(engines[i], &parts, arena, out) && !out->weak)
			return engines[i];
	return NULL;
}

static bool is_inside_claim(struct span parent, struct arena *arena)
{
	struct claim claim;

	for (; parent.len; parent = match_above(parent))
		if (first_claim(parent, arena, &claim))
			return true;
	return false;
}

enum path_verdict engine_identify(const char *path, struct claim *out,
				  const struct engine **out_engine)
{
	struct span whole = span_of(path);
	struct arena *arena = out->arena;

	*out_engine = NULL;
	if (!is_well_formed(whole))
		return PATH_UNKNOWN;
	if (is_transparent(match_last(whole)))
		return PATH_TRANSPARENT;
	if (is_transparent_inside(match_last(whole)) && is_inside_claim(match_above(whole), arena))
		return PATH_TRANSPARENT;
	*out_engine = first_claim(whole, arena, out);
	if (*out_engine)
		return PATH_CLAIMED;
	*out = (struct claim) {.arena = arena};
	return PATH_UNKNOWN;
}

bool engine_ask(const struct engine *engine, const char *path, struct arena *arena,
		struct claim *out)
{
	char unescaped[MATCH_UNIT_MAX];
	struct span whole = span_of(path);
	struct claim_path parts;

	if (!is_well_formed(whole) || is_transparent(match_last(whole)))
		return false;
	parts = split_path(whole, unescaped);
	return ask(engine, &parts, arena, out);
}

size_t engine_claims(const char *path, struct arena *arena,
		     struct engine_claim out[ENGINE_CLAIMS_MAX])
{
	char unescaped[MATCH_UNIT_MAX];
	struct span whole = span_of(path);
	struct claim_path parts;
	struct claim claim;
	size_t len = 0;

	if (!is_well_formed(whole) || is_transparent(match_last(whole)))
		return 0;
	parts = split_path(whole, unescaped);
	for (int weak = 0; weak <= 1; weak++)
		for (size_t i = 0; i < engines_len && len < ENGINE_CLAIMS_MAX; i++)
			if (ask(engines[i], &parts, arena, &claim) && claim.weak == weak)
				out[len++] = (struct engine_claim) {engines[i], claim};
	return len;
}
