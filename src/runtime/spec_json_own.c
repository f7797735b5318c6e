/* SPDX-License-Identifier: MIT */
/*
 * "boxtop" of config.json, read and written: what a sandbox's spec says and OCI has no name for. Other
 * runtimes skip it, and run the rest.
 */
#include <string.h>

#include "base/cleanup.h"
#include "runtime/spec_json.h"

static const char *const root_kinds[] = {
	[SPEC_ROOT_HOST] = "host", [SPEC_ROOT_DIR] = "directory", [SPEC_ROOT_TAR] = "archive"};
static const char *const seccomp_kinds[] = {[SPEC_SECCOMP_DEFAULT] = "default",
					    [SPEC_SECCOMP_NONE] = "none",
					    [SPEC_SECCOMP_PROFILE] = "profile"};
static const char *const restart_kinds[] = {
	[SPEC_RESTART_NO] = "no", [SPEC_RESTART_ON_FAILURE] = "on-failure"};

static int read_word(struct spec_reader *reader, json_t *value, const char *const *words, size_t n)
{
	const char *text = json_string_value(value);

	for (size_t i = 0; text && i < n; i++)
		if (strcmp(words[i], text) == 0)
			return (int)i;
	return spec_refuse(reader, "'%.32s' is not known", text ? text : "");
}

static int read_name(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &reader->spec->name);
}

static int read_bundle(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &reader->spec->bundle);
}

static int read_root_kind(struct spec_reader *reader, json_t *value)
{
	struct spec_root *root = &reader->spec->root;
	int kind = read_word(reader, value, root_kinds, ARRAY_LEN(root_kinds));

	if (kind < 0)
		return kind;
	root->kind = (enum spec_root_kind)kind;
	if (root->kind == SPEC_ROOT_HOST)
		root->path = NULL;
	return 0;
}

static int read_root_ephemeral(struct spec_reader *reader, json_t *value)
{
	return spec_read_bool(reader, value, &reader->spec->root.ephemeral);
}

static int read_root_keep(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &reader->spec->root.keep);
}

static int read_root(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {{"kind", read_root_kind},
					       {"ephemeral", read_root_ephemeral},
					       {"keep", read_root_keep},
					       {0}};

	return spec_read_object(reader, value, keys);
}

static int read_user(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &reader->spec->process.user);
}

static int read_subids(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &reader->spec->subids);
}

static int read_interactive(struct spec_reader *reader, json_t *value)
{
	return spec_read_bool(reader, value, &reader->spec->process.interactive);
}

static int read_only_mounts(struct spec_reader *reader, json_t *value)
{
	return spec_read_bool(reader, value, &reader->spec->only_mounts);
}

static int read_seccomp(struct spec_reader *reader, json_t *value)
{
	struct spec *spec = reader->spec;
	int kind = read_word(reader, value, seccomp_kinds, ARRAY_LEN(seccomp_kinds));

	if (kind < 0)
		return kind;
	if ((kind == SPEC_SECCOMP_PROFILE) != (spec->seccomp_profile != NULL))
		return spec_refuse(reader, "'%s' does not fit linux.seccomp", seccomp_kinds[kind]);
	spec->seccomp = (enum spec_seccomp)kind;
	return 0;
}

static int read_restart(struct spec_reader *reader, json_t *value)
{
	int kind = read_word(reader, value, restart_kinds, ARRAY_LEN(restart_kinds));

	if (kind < 0)
		return kind;
	reader->spec->restart = (enum spec_restart)kind;
	return 0;
}

static int read_restart_max(struct spec_reader *reader, json_t *value)
{
	uint32_t number = 0;
	int r = spec_read_u32(reader, value, &number);

	reader->spec->restart_max = number;
	return r;
}

static int read_timeout(struct spec_reader *reader, json_t *value)
{
	return spec_read_u64(reader, value, &reader->spec->timeout_usec);
}

static int read_detach(struct spec_reader *reader, json_t *value)
{
	return spec_read_bool(reader, value, &reader->spec->detach);
}

static int read_remove(struct spec_reader *reader, json_t *value)
{
	return spec_read_bool(reader, value, &reader->spec->remove);
}

static int read_outlive(struct spec_reader *reader, json_t *value)
{
	return spec_read_bool(reader, value, &reader->spec->outlive);
}

int spec_read_own(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"name", read_name},
		{"bundle", read_bundle},
		{"root", read_root},
		{"user", read_user},
		{"subids", read_subids},
		{"interactive", read_interactive},
		{"onlyMounts", read_only_mounts},
		{"seccomp", read_seccomp},
		{"restart", read_restart},
		{"restartMax", read_restart_max},
		{"timeoutUsec", read_timeout},
		{"detach", read_detach},
		{"remove", read_remove},
		{"outlive", read_outlive},
		{0},
	};

	/* Where this file lies is then no bundle of the user's. */
	reader->spec->bundle = NULL;
	return spec_read_object(reader, value, keys);
}

static void add_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, spec_json_text(text));
}

json_t *spec_write_own(const struct spec *spec)
{
	json_t *object = json_object(), *root = json_object();

	add_text(object, "name", spec->name);
	add_text(object, "bundle", spec->bundle);
	add_text(root, "kind", root_kinds[spec->root.kind]);
	json_object_set_new(root, "ephemeral", json_boolean(spec->root.ephemeral));
	add_text(root, "keep", spec->root.keep);
	json_object_set_new(object, "root", root);
	add_text(object, "user", spec->process.user);
	add_text(object, "subids", spec->subids);
	json_object_set_new(object, "interactive", json_boolean(spec->process.interactive));
	json_object_set_new(object, "onlyMounts", json_boolean(spec->only_mounts));
	add_text(object, "seccomp", seccomp_kinds[spec->seccomp]);
	add_text(object, "restart", restart_kinds[spec->restart]);
	json_object_set_new(object, "restartMax", json_integer(spec->restart_max));
	json_object_set_new(object, "timeoutUsec", spec_json_u64(spec->timeout_usec));
	json_object_set_new(object, "detach", json_boolean(spec->detach));
	json_object_set_new(object, "remove", json_boolean(spec->remove));
	json_object_set_new(object, "outlive", json_boolean(spec->outlive));
	return object;
}
