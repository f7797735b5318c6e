/* SPDX-License-Identifier: MIT */
/*
 * Whether what a spec shares with the host is safe to share: namespaces, id maps, and the names and
 * kernel parameters that belong to a namespace. What would change the host is refused here.
 */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "runtime/spec_check.h"

/* One past the largest id. */
#define IDS_END (1ull << 32)

static int namespace_number(enum spec_ns ns)
{
	return __builtin_ctz((unsigned int)ns);
}

bool spec_owns(const struct spec *spec, enum spec_ns ns)
{
	return (spec->namespaces & ns) || spec->ns_paths[namespace_number(ns)];
}

static int check_namespaces(const struct spec *spec, struct err *err)
{
	if (spec->namespaces & ~(unsigned int)SPEC_NS_ALL)
		return err_setx(err, EINVAL, "namespaces %#x: there are no such", spec->namespaces);
	for (unsigned int i = 0; i < SPEC_NS_KINDS; i++) {
		const char *path = spec->ns_paths[i];
		int r = path ? spec_check_path("namespace", path, err) : 0;

		if (r < 0)
			return r;
		if (path && (spec->namespaces & 1u << i))
			return err_setx(err, EINVAL, "namespace '%s': is both new and joined",
					path);
	}
	if (spec->ns_paths[namespace_number(SPEC_NS_MNT)])
		return err_setx(
			err, EINVAL,
			"mount namespace '%s': joining one is not supported; the root would be "
			"mounted in someone else's",
			spec->ns_paths[namespace_number(SPEC_NS_MNT)]);
	if (!(spec->namespaces & SPEC_NS_MNT))
		return err_setx(err, EINVAL,
				"without a mount namespace of its own the sandbox's "
				"mounts would be the host's");
	return 0;
}

static bool overlaps(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return a < (uint64_t)b + b_size && b < (uint64_t)a + a_size;
}

int spec_check_map(const char *key, const struct spec_id_map *maps, size_t len, struct err *err)
{
	if (len > SPEC_ID_MAPS_MAX)
		return err_setx(err, EINVAL, "%s: more than %d lines", key, SPEC_ID_MAPS_MAX);
	for (size_t i = 0; i < len; i++) {
		const struct spec_id_map *map = &maps[i];

		if (map->size == 0)
			return err_setx(err, EINVAL, "%s: line %zu maps nothing", key, i + 1);
		if ((uint64_t)map->inside + map->size >= IDS_END ||
		    (uint64_t)map->outside + map->size >= IDS_END)
			return err_setx(err, EINVAL, "%s: line %zu reaches past the last id", key,
					i + 1);
		for (size_t j = 0; j < i; j++)
			if (overlaps(map->inside, map->size, maps[j].inside, maps[j].size) ||
			    overlaps(map->outside, map->size, maps[j].outside, maps[j].size))
				return err_setx(err, EINVAL, "%s: lines %zu and %zu overlap", key,
						j + 1, i + 1);
	}
	return 0;
}

static int check_maps(const struct spec *spec, struct err *err)
{
	int r = spec_check_map("uidMappings", spec->uid_maps, spec->uid_maps_len, err);

	if (r == 0)
		r = spec_check_map("gidMappings", spec->gid_maps, spec->gid_maps_len, err);
	if (r < 0 || (spec->uid_maps_len == 0 && spec->gid_maps_len == 0))
		return r;
	if (!(spec->namespaces & SPEC_NS_USER))
		return err_setx(err, EINVAL, "uidMappings: there is no new user namespace to map");
	if (spec->uid_maps_len == 0 || spec->gid_maps_len == 0)
		return err_setx(err, EINVAL, "%s: is missing, and the other is given",
				spec->uid_maps_len == 0 ? "uidMappings" : "gidMappings");
	return 0;
}

static int check_hostname(const struct spec *spec, struct err *err)
{
	const char *name = spec->hostname;

	if (!name)
		return 0;
	if (!spec_owns(spec, SPEC_NS_UTS))
		return err_setx(err, EINVAL,
				"hostname '%s': without a UTS namespace of its own it "
				"would be the host's",
				name);
	if (name[0] == '\0' || strlen(name) > SPEC_HOSTNAME_MAX)
		return err_setx(err, EINVAL, "hostname '%.80s': 1 to %d characters", name,
				SPEC_HOSTNAME_MAX);
	for (const char *p = name; *p; p++)
		if (*p <= ' ' || *p > '~' || *p == '/')
			return err_setx(err, EINVAL, "hostname '%s': must be plain characters",
					name);
	return 0;
}

/* struct sysctl_owner - the namespace that a parameter belongs to; a prefix where it ends with '.' */
struct sysctl_owner {
	const char *key;
	enum spec_ns ns;
};

static const struct sysctl_owner sysctl_owners[] = {
	{"net.", SPEC_NS_NET},
	{"fs.mqueue.", SPEC_NS_IPC},
	{"kernel.msgmax", SPEC_NS_IPC},
	{"kernel.msgmnb", SPEC_NS_IPC},
	{"kernel.msgmni", SPEC_NS_IPC},
	{"kernel.sem", SPEC_NS_IPC},
	{"kernel.shmall", SPEC_NS_IPC},
	{"kernel.shmmax", SPEC_NS_IPC},
	{"kernel.shmmni", SPEC_NS_IPC},
	{"kernel.shm_rmid_forced", SPEC_NS_IPC},
	{"kernel.domainname", SPEC_NS_UTS},
};

static const struct sysctl_owner *find_owner(struct span key)
{
	for (size_t i = 0; i < ARRAY_LEN(sysctl_owners); i++) {
		struct span known = span_of(sysctl_owners[i].key);

		if (span_ends(known, SPAN(".")) ? span_starts(key, known) && key.len > known.len
						: span_eq(key, known))
			return &sysctl_owners[i];
	}
	return NULL;
}

/* The key becomes a path below /proc/sys: dots part it, and a '/' stands for a dot in a part. */
static bool is_sysctl_key(struct span key)
{
	struct span part;

	for (size_t i = 0; i < key.len; i++) {
		char c = key.p[i];

		if (c <= ' ' || c > '~')
			return false;
	}
	while (span_next_part(&key, '.', &part))
		if (part.len == 0 || span_starts(part, SPAN("/")) || span_ends(part, SPAN("/")))
			return false;
	return true;
}

static int check_sysctl(const struct spec *spec, const char *text, struct err *err)
{
	const struct sysctl_owner *owner;
	struct span key, value;

	if (!span_split_at(span_of(text), '=', &key, &value) || !is_sysctl_key(key) ||
	    memchr(value.p, '\n', value.len))
		return err_setx(err, EINVAL, "sysctl '%.80s': must be KEY=VALUE", text);
	owner = find_owner(key);
	if (!owner)
		return err_setx(err, EINVAL,
				"sysctl '%s': belongs to no namespace; it would change "
				"the host",
				text);
	if (!spec_owns(spec, owner->ns))
		return err_setx(err, EINVAL, "sysctl '%s': its namespace is shared with the host",
				text);
	return 0;
}

int spec_check_isolation(const struct spec *spec, struct err *err)
{
	int r = check_namespaces(spec, err);

	if (r == 0)
		r = check_maps(spec, err);
	if (r == 0)
		r = check_hostname(spec, err);
	for (size_t i = 0; r == 0 && i < spec->sysctls.len; i++)
		r = check_sysctl(spec, spec->sysctls.items[i], err);
	return r;
}
