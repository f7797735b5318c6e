/* SPDX-License-Identifier: MIT */
/*
 * "hooks" of config.json, read and written: programs of the host's that an engine wants run beside the
 * container. What would run inside of it is refused: it would have to be trusted there.
 */
#include "base/cleanup.h"
#include "runtime/spec_json.h"

const char *const spec_hook_names[SPEC_HOOK_KINDS] = {
	[SPEC_HOOK_PRESTART] = "prestart",
	[SPEC_HOOK_CREATE_RUNTIME] = "createRuntime",
	[SPEC_HOOK_POSTSTART] = "poststart",
	[SPEC_HOOK_POSTSTOP] = "poststop",
};

static struct spec_hook *current(struct spec_reader *reader)
{
	return &reader->hooks->items[reader->hooks->len];
}

static int read_path(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &current(reader)->path);
}

static int read_args(struct spec_reader *reader, json_t *value)
{
	return spec_read_list(reader, value, &current(reader)->args);
}

static int read_env(struct spec_reader *reader, json_t *value)
{
	return spec_read_list(reader, value, &current(reader)->env);
}

static int read_timeout(struct spec_reader *reader, json_t *value)
{
	return spec_read_u32(reader, value, &current(reader)->timeout_sec);
}

static int read_hook(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {{"path", read_path},
					       {"args", read_args},
					       {"env", read_env},
					       {"timeout", read_timeout},
					       {0}};
	int r = spec_read_object(reader, value, keys);

	if (r == 0 && !current(reader)->path)
		return spec_refuse(reader, "must have a path");
	reader->hooks->len++;
	return r;
}

static int read_kind(struct spec_reader *reader, json_t *value, enum spec_hook_kind kind)
{
	struct spec *spec = reader->spec;

	reader->hooks = &spec->hooks[kind];
	*reader->hooks = (struct spec_hooks) {
		.items = arena_array(&spec->arena, json_array_size(value) + 1,
				     sizeof(struct spec_hook)),
	};
	return spec_read_each(reader, value, read_hook);
}

static int read_prestart(struct spec_reader *reader, json_t *value)
{
	return read_kind(reader, value, SPEC_HOOK_PRESTART);
}

static int read_create_runtime(struct spec_reader *reader, json_t *value)
{
	return read_kind(reader, value, SPEC_HOOK_CREATE_RUNTIME);
}

static int read_poststart(struct spec_reader *reader, json_t *value)
{
	return read_kind(reader, value, SPEC_HOOK_POSTSTART);
}

static int read_poststop(struct spec_reader *reader, json_t *value)
{
	return read_kind(reader, value, SPEC_HOOK_POSTSTOP);
}

int spec_read_hooks(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"prestart", read_prestart},
		{"createRuntime", read_create_runtime},
		{"createContainer", spec_read_nothing},
		{"startContainer", spec_read_nothing},
		{"poststart", read_poststart},
		{"poststop", read_poststop},
		{0},
	};

	return spec_read_object(reader, value, keys);
}

static json_t *json_hook(const struct spec_hook *hook)
{
	json_t *object = json_object();

	json_object_set_new(object, "path", spec_json_text(hook->path));
	json_object_set_new(object, "args", spec_json_list(&hook->args));
	json_object_set_new(object, "env", spec_json_list(&hook->env));
	if (hook->timeout_sec)
		json_object_set_new(object, "timeout", spec_json_u64(hook->timeout_sec));
	return object;
}

json_t *spec_write_hooks(const struct spec *spec)
{
	json_t *object = NULL;

	for (int kind = 0; kind < SPEC_HOOK_KINDS; kind++) {
		const struct spec_hooks *hooks = &spec->hooks[kind];
		json_t *array;

		if (hooks->len == 0)
			continue;
		if (!object)
			object = json_object();
		array = json_array();
		for (size_t i = 0; i < hooks->len; i++)
			json_array_append_new(array, json_hook(&hooks->items[i]));
		json_object_set_new(object, spec_hook_names[kind], array);
	}
	return object;
}
