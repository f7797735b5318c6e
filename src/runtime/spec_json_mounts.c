/* SPDX-License-Identifier: MIT */
/* "mounts" of config.json: read into the spec; a bind mount is one whatever its type says. */
#include <string.h>

#include "base/cleanup.h"
#include "runtime/spec_json.h"

static struct spec_mount *current(struct spec_reader *reader)
{
	return &reader->spec->mounts[reader->spec->mounts_len];
}

static int read_destination(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &current(reader)->destination);
}

static int read_type(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &current(reader)->type);
}

static int read_source(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &current(reader)->source);
}

static int read_options(struct spec_reader *reader, json_t *value)
{
	return spec_read_list(reader, value, &current(reader)->options);
}

static int read_maps(struct spec_reader *reader, json_t *value, struct spec_id_map **maps,
		     size_t *len)
{
	struct spec_id_map some[SPEC_ID_MAPS_MAX];
	int r = spec_read_maps(reader, value, some, len);

	if (r < 0 || *len == 0)
		return r;
	*maps = arena_array(&reader->spec->arena, *len, sizeof(some[0]));
	memcpy(*maps, some, *len * sizeof(some[0]));
	return 0;
}

static int read_uid_maps(struct spec_reader *reader, json_t *value)
{
	struct spec_mount *mount = current(reader);

	return read_maps(reader, value, &mount->uid_maps, &mount->uid_maps_len);
}

static int read_gid_maps(struct spec_reader *reader, json_t *value)
{
	struct spec_mount *mount = current(reader);

	return read_maps(reader, value, &mount->gid_maps, &mount->gid_maps_len);
}

static bool has_option(const struct spec_mount *mount, const char *name)
{
	for (size_t i = 0; i < mount->options.len; i++)
		if (strcmp(mount->options.items[i], name) == 0)
			return true;
	return false;
}

/* The type says bind, and the source starts at the root. */
static void settle(struct spec_reader *reader, struct spec_mount *mount)
{
	struct arena *arena = &reader->spec->arena;

	if (has_option(mount, "bind") || has_option(mount, "rbind"))
		mount->type = arena_strdup(arena, "bind");
	if (mount->type && strcmp(mount->type, "bind") == 0 && mount->source &&
	    mount->source[0] != '/')
		mount->source = arena_printf(arena, "%s/%s", reader->dir, mount->source);
}

static int read_mount(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"destination", read_destination},
		{"type", read_type},
		{"source", read_source},
		{"options", read_options},
		{"uidMappings", read_uid_maps},
		{"gidMappings", read_gid_maps},
		{0},
	};
	int r = spec_read_object(reader, value, keys);

	if (r == 0 && !current(reader)->destination)
		r = spec_refuse(reader, "must have a destination");
	if (r == 0)
		settle(reader, current(reader));
	reader->spec->mounts_len++;
	return r;
}

int spec_read_mounts(struct spec_reader *reader, json_t *value)
{
	struct spec *spec = reader->spec;

	spec->mounts_len = 0;
	spec->mounts = arena_array(&spec->arena, json_array_size(value), sizeof(spec->mounts[0]));
	return spec_read_each(reader, value, read_mount);
}
