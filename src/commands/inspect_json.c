/* SPDX-License-Identifier: MIT */
/* An inspection as a JSON object. Owns nothing. */
#include "commands/inspection.h"

static json_t *paths_json(const struct inspection *inspection)
{
	const struct snapshot *snapshot = inspection->snapshot;
	uint32_t cgroup = snapshot->containers[inspection->index].cgroup;
	json_t *object = json_object();

	for (int i = 0; cgroup != INDEX_NONE && i < CGROUP_CONTROLLERS; i++) {
		const char *path = snapshot->cgroups[cgroup].paths[i];

		if (path)
			json_add(object, cgroup_controller_text((enum cgroup_controller)i),
				 json_text(path));
	}
	return object;
}

static json_t *namespace_json(const struct inspection *inspection, enum ns_type type)
{
	const struct snapshot *snapshot = inspection->snapshot;
	const struct container *container = &snapshot->containers[inspection->index];
	bool host = container->ns_shared_with_host >> type & 1;
	json_t *object = json_object();
	json_t *shared = json_array();

	for (uint32_t i = 0; !host && i < snapshot->containers_len; i++) {
		if (inspection_shares_ns(inspection, type, i))
			json_push(shared, json_text(snapshot->containers[i].name));
	}
	json_add(object, "type", json_string(ns_type_text(type)));
	json_add(object, "id", json_integer((json_int_t)container->ns[type]));
	json_add(object, "host", json_boolean(host));
	json_add(object, "shared_with", shared);
	return object;
}

static json_t *namespaces_json(const struct inspection *inspection)
{
	const struct container *container = &inspection->snapshot->containers[inspection->index];
	json_t *array = json_array();

	for (int type = 0; type < NS_TYPES; type++) {
		if (container->ns[type])
			json_push(array, namespace_json(inspection, (enum ns_type)type));
	}
	return array;
}

static json_t *processes_json(const struct inspection *inspection)
{
	json_t *array = json_array();

	for (size_t i = 0; i < inspection->processes.len; i++)
		json_push(array, output_json_row(inspection->process_columns,
						 &inspection->processes.lines[i].row));
	return array;
}

static json_t *mounts_json(const struct inspection *inspection)
{
	json_t *array = json_array();

	for (size_t i = 0; i < inspection->mounts.len; i++) {
		const struct mount_point *mount = &inspection->mounts.list[i];
		json_t *object = json_object();

		json_add(object, "target", json_text(mount->target));
		json_add(object, "type", json_text(mount->fstype));
		json_add(object, "source", json_text(mount->source));
		json_add(object, "root", json_text(mount->root));
		json_add(object, "options", json_text(mount->options));
		json_push(array, object);
	}
	return array;
}

static json_t *notes_json(const struct inspection *inspection)
{
	json_t *array = json_array();

	for (size_t i = 0; i < inspection->sandbox.notes.len; i++)
		json_push(array, json_text(inspection->sandbox.notes.items[i]));
	return array;
}

json_t *inspection_json(const struct inspection *inspection)
{
	struct row row = {inspection->snapshot, ROW_CONTAINER, inspection->index};
	json_t *object = output_json_row(inspection->columns, &row);

	if (!inspection->whole)
		return object;
	if (inspection->sandbox.name)
		json_add(object, "notes", notes_json(inspection));
	json_add(object, "cgroup_paths", paths_json(inspection));
	json_add(object, "namespaces", namespaces_json(inspection));
	json_add(object, "process_list", processes_json(inspection));
	if (inspection->mounts_unknown) {
		json_add(object, "mounts", json_null());
		json_add(json_object_get(object, "unknown"), "mounts",
			 json_string(inspection->mounts_unknown));
	} else {
		json_add(object, "mounts", mounts_json(inspection));
	}
	return object;
}
