/* SPDX-License-Identifier: MIT */
/* "linux" of config.json, read: namespaces, id maps, paths, devices. Its resources have a file of their own. */
#include <linux/capability.h>
#include <string.h>

#include "base/cleanup.h"
#include "runtime/spec_json.h"

const char *const spec_namespace_names[SPEC_NS_KINDS] = {"user", "mount", "pid",    "network",
							 "ipc",	 "uts",	  "cgroup", "time"};

static int find_namespace(const char *name)
{
	for (int i = 0; name && i < SPEC_NS_KINDS; i++)
		if (strcmp(spec_namespace_names[i], name) == 0)
			return i;
	return -1;
}

static int read_namespace(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"type", spec_read_harmless}, {"path", spec_read_harmless}, {0}};
	struct spec *spec = reader->spec;
	json_t *path = json_object_get(value, "path");
	const char *type = json_string_value(json_object_get(value, "type"));
	int kind = find_namespace(type);
	int r = spec_read_object(reader, value, keys);

	if (r < 0)
		return r;
	if (kind < 0)
		return spec_refuse(reader, "'%.32s' is no type of namespace", type ? type : "");
	if ((spec->namespaces & 1u << kind) || spec->ns_paths[kind])
		return spec_refuse(reader, "'%s' is given twice", type);
	if (json_is_string(path) && json_string_length(path) == 0)
		path = NULL;
	if (path && !json_is_null(path))
		return spec_read_text(reader, path, &spec->ns_paths[kind]);
	spec->namespaces |= 1u << kind;
	return 0;
}

static int read_namespaces(struct spec_reader *reader, json_t *value)
{
	return spec_read_each(reader, value, read_namespace);
}

static int read_map(struct spec_reader *reader, json_t *value, struct spec_id_map *map)
{
	/* Each by its place in struct spec_id_map. */
	uint32_t *const places[] = {&map->inside, &map->outside, &map->size};
	static const char *const names[] = {"containerID", "hostID", "size"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		json_t *number = json_object_get(value, names[i]);
		int r = number ? spec_read_u32(reader, number, places[i])
			       : spec_refuse(reader, "%s is missing", names[i]);

		if (r < 0)
			return r;
	}
	if (json_object_size(value) != ARRAY_LEN(names))
		return spec_refuse(reader, "must be containerID, hostID and size alone");
	return 0;
}

int spec_read_maps(struct spec_reader *reader, json_t *value, struct spec_id_map *maps,
		   size_t *out_len)
{
	json_t *item;
	size_t i;

	*out_len = 0;
	if (!json_is_array(value))
		return spec_refuse(reader, "must be an array");
	if (json_array_size(value) > SPEC_ID_MAPS_MAX)
		return spec_refuse(reader, "has more than %d lines", SPEC_ID_MAPS_MAX);
	json_array_foreach(value, i, item)
	{
		int r = read_map(reader, item, &maps[i]);

		if (r < 0)
			return r;
		*out_len = i + 1;
	}
	return 0;
}

static int read_uid_maps(struct spec_reader *reader, json_t *value)
{
	return spec_read_maps(reader, value, reader->spec->uid_maps, &reader->spec->uid_maps_len);
}

static int read_gid_maps(struct spec_reader *reader, json_t *value)
{
	return spec_read_maps(reader, value, reader->spec->gid_maps, &reader->spec->gid_maps_len);
}

/* struct node - a device that every sandbox has */
struct node {
	const char *path;
	int major, minor;
};

static const struct node default_nodes[] = {
	{"/dev/null", 1, 3},	{"/dev/zero", 1, 5}, {"/dev/full", 1, 7},    {"/dev/random", 1, 8},
	{"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},  {"/dev/console", 5, 1}, {"/dev/ptmx", 5, 2},
};

static int read_device(struct spec_reader *reader, json_t *value)
{
	const char *path = json_string_value(json_object_get(value, "path"));
	double major = json_number_value(json_object_get(value, "major"));
	double minor = json_number_value(json_object_get(value, "minor"));

	for (size_t i = 0; path && i < ARRAY_LEN(default_nodes); i++) {
		const struct node *node = &default_nodes[i];

		if (strcmp(node->path, path) == 0 && node->major == major && node->minor == minor)
			return 0;
	}
	return spec_refuse(reader,
			   "'%.64s' is not supported: only the devices that every sandbox has",
			   path ? path : "");
}

static int read_devices(struct spec_reader *reader, json_t *value)
{
	return spec_read_each(reader, value, read_device);
}

/* "SLICE:PREFIX:NAME" is how engines write a scope of systemd's. The scope is ours and has our name; no SLICE
 * is the usual one. */
static int read_cgroups_path(struct spec_reader *reader, json_t *value)
{
	char **path = &reader->spec->cgroups_path;
	int r = spec_read_text(reader, value, path);
	char *prefix = r == 0 && !strchr(*path, '/') ? strchr(*path, ':') : NULL;
	char *name = prefix ? strchr(prefix + 1, ':') : NULL;

	if (!name || strchr(name + 1, ':'))
		return r;
	*prefix = '\0';
	if (prefix == *path)
		*path = NULL;
	else if (!span_ends(span_of(*path), SPAN(".slice")))
		return spec_refuse(reader,
				   "'%.64s' must be a slice of systemd, as in "
				   "system.slice:PREFIX:NAME",
				   *path);
	return 0;
}

static int read_masked_paths(struct spec_reader *reader, json_t *value)
{
	return spec_read_list(reader, value, &reader->spec->masked_paths);
}

static int read_readonly_paths(struct spec_reader *reader, json_t *value)
{
	return spec_read_list(reader, value, &reader->spec->readonly_paths);
}

static int read_sysctl(struct spec_reader *reader, json_t *value)
{
	return spec_read_pairs(reader, value, &reader->spec->sysctls);
}

/* The list itself is compiled when the sandbox starts, from the same file. */
static int read_seccomp(struct spec_reader *reader, json_t *value)
{
	struct spec *spec = reader->spec;

	if (!json_is_object(value) || !json_is_string(json_object_get(value, "defaultAction")))
		return spec_refuse(reader, "must be an object with a defaultAction");
	if (json_object_get(value, "listenerPath"))
		return spec_refuse(reader, "listenerPath is not supported");
	spec->seccomp = SPEC_SECCOMP_PROFILE;
	spec->seccomp_profile = arena_printf(&spec->arena, "%s/config.json", reader->dir);
	return 0;
}

/* A sandbox's mounts are always its own: neither side sees what the other mounts later. */
static int read_propagation(struct spec_reader *reader, json_t *value)
{
	static const char *const taken[] = {"", "private", "rprivate"};
	const char *text = json_string_value(value);

	for (size_t i = 0; text && i < ARRAY_LEN(taken); i++)
		if (strcmp(text, taken[i]) == 0)
			return 0;
	return spec_refuse(reader, "'%.32s' is not supported: private and rprivate are",
			   text ? text : "");
}

/*
 * A list that denies is kept by other means than the devices controller: /dev holds only what every sandbox
 * has, all else is mounted nodev, and nobody makes nodes. Who may mount with the host's rights could undo
 * that.
 */
int spec_check_device_list(struct spec_reader *reader)
{
	struct spec *spec = reader->spec;

	if (!reader->restricts_devices || (spec->namespaces & SPEC_NS_USER) || spec->ns_paths[0])
		return 0;
	if (spec->process.caps & 1ull << CAP_SYS_ADMIN)
		return spec_refuse(reader, "linux.resources.devices can't be kept from a process "
					   "with CAP_SYS_ADMIN outside of a user namespace");
	spec->process.caps &= ~(1ull << CAP_MKNOD);
	return 0;
}

int spec_read_linux(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"namespaces", read_namespaces},
		{"uidMappings", read_uid_maps},
		{"gidMappings", read_gid_maps},
		{"devices", read_devices},
		{"cgroupsPath", read_cgroups_path},
		{"resources", spec_read_resources},
		{"maskedPaths", read_masked_paths},
		{"readonlyPaths", read_readonly_paths},
		{"sysctl", read_sysctl},
		{"seccomp", read_seccomp},
		{"rootfsPropagation", read_propagation},
		{"mountLabel", spec_read_nothing},
		{"timeOffsets", spec_read_nothing},
		{"intelRdt", spec_read_nothing},
		{"netDevices", spec_read_nothing},
		{0},
	};

	return spec_read_object(reader, value, keys);
}
