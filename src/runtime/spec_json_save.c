/* SPDX-License-Identifier: MIT */
/*
 * A spec written as config.json, so that it reads back as the same spec, and other runtimes can read what
 * is theirs. Bytes that JSON can't hold are kept; a seccomp list is copied in, so that the file stands
 * for itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "runtime/spec_json.h"

#define PROFILE_MAX_BYTES (4u << 20)
/* Quotas are written against a whole second, in which every microcpu is a microsecond. */
#define PERIOD_USEC 1000000

static json_t *json_hex(const char *text)
{
	static const char digits[] = "0123456789abcdef";
	_cleanup_(strbuf_finish)
	struct strbuf hex = STRBUF_INIT;

	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		strbuf_addc(&hex, digits[*p >> 4]);
		strbuf_addc(&hex, digits[*p & 15]);
	}
	return json_pack("{s:s}", "hex", strbuf_cstr(&hex));
}

json_t *spec_json_text(const char *text)
{
	json_t *value = json_string(text);

	return value ? value : json_hex(text);
}

json_t *spec_json_list(const struct spec_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->len; i++)
		json_array_append_new(array, spec_json_text(list->items[i]));
	return array;
}

json_t *spec_json_u64(uint64_t value)
{
	return value <= INT64_MAX ? json_integer((json_int_t)value) : json_real((double)value);
}

json_t *spec_json_pairs(const struct spec_list *list)
{
	json_t *object = json_object();

	for (size_t i = 0; i < list->len; i++) {
		const char *at = strchr(list->items[i], '=');
		_cleanup_(cleanup_free)
		char *key = NULL;

		if (!at)
			continue;
		key = strndup(list->items[i], (size_t)(at - list->items[i]));
		json_object_set_new(object, key, spec_json_text(at + 1));
	}
	return object;
}

static json_t *json_maps(const struct spec_id_map *maps, size_t len)
{
	json_t *array = json_array();

	for (size_t i = 0; i < len; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "containerID", json_integer(maps[i].inside));
		json_object_set_new(object, "hostID", json_integer(maps[i].outside));
		json_object_set_new(object, "size", json_integer(maps[i].size));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *json_mounts(const struct spec *spec)
{
	json_t *array = json_array();

	for (size_t i = 0; i < spec->mounts_len; i++) {
		const struct spec_mount *mount = &spec->mounts[i];
		json_t *object = json_object();

		json_object_set_new(object, "destination", spec_json_text(mount->destination));
		if (mount->type)
			json_object_set_new(object, "type", spec_json_text(mount->type));
		if (mount->source)
			json_object_set_new(object, "source", spec_json_text(mount->source));
		json_object_set_new(object, "options", spec_json_list(&mount->options));
		if (mount->uid_maps_len > 0) {
			json_object_set_new(object, "uidMappings",
					    json_maps(mount->uid_maps, mount->uid_maps_len));
			json_object_set_new(object, "gidMappings",
					    json_maps(mount->gid_maps, mount->gid_maps_len));
		}
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *json_namespaces(const struct spec *spec)
{
	json_t *array = json_array();

	for (int i = 0; i < SPEC_NS_KINDS; i++) {
		json_t *object;

		if (!(spec->namespaces & 1u << i) && !spec->ns_paths[i])
			continue;
		object = json_object();
		json_object_set_new(object, "type", json_string(spec_namespace_names[i]));
		if (spec->ns_paths[i])
			json_object_set_new(object, "path", spec_json_text(spec->ns_paths[i]));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *json_limit(enum limit_id id, const struct limit_value *value)
{
	char text[64];

	if (value->number == LIMIT_NONE)
		return json_string("max");
	if (limits[id].unit == LIMIT_LIST || limits[id].unit == LIMIT_IO_RULES)
		return spec_json_text(value->text);
	snprintf(text, sizeof(text), "%" PRIu64, value->number);
	if (id == LIMIT_CPUS)
		snprintf(text, sizeof(text), "%" PRIu64 " %d", value->number, PERIOD_USEC);
	return json_string(text);
}

/* Under the names of cgroup v2's files, which say each limit exactly. */
static json_t *json_resources(const struct limit_set *set)
{
	json_t *unified = json_object();

	for (size_t i = 0; i < LIMITS; i++)
		if (set->values[i].set && limits[i].v2_file)
			json_object_set_new(unified, limits[i].v2_file,
					    json_limit((enum limit_id)i, &set->values[i]));
	return json_pack("{s:o}", "unified", unified);
}

json_t *spec_json_linux(const struct spec *spec, json_t *seccomp)
{
	json_t *object = json_object();

	json_object_set_new(object, "namespaces", json_namespaces(spec));
	json_object_set_new(object, "uidMappings", json_maps(spec->uid_maps, spec->uid_maps_len));
	json_object_set_new(object, "gidMappings", json_maps(spec->gid_maps, spec->gid_maps_len));
	json_object_set_new(object, "resources", json_resources(&spec->limits));
	json_object_set_new(object, "maskedPaths", spec_json_list(&spec->masked_paths));
	json_object_set_new(object, "readonlyPaths", spec_json_list(&spec->readonly_paths));
	json_object_set_new(object, "sysctl", spec_json_pairs(&spec->sysctls));
	if (spec->cgroups_path)
		json_object_set_new(object, "cgroupsPath", spec_json_text(spec->cgroups_path));
	if (seccomp)
		json_object_set_new(object, "seccomp", seccomp);
	return object;
}

/* read_profile() - the list of @path, which is a whole config.json or a list alone */
static int read_profile(const char *path, json_t **out, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	_cleanup_(json_decrefp)
	json_t *file = NULL;
	json_t *list;
	json_error_t error;
	int r = dir_read_flags(AT_FDCWD, path, DIR_REGULAR, PROFILE_MAX_BYTES, &text, err);

	if (r > 0)
		return err_set(err, r == READ_DENIED ? EACCES : ENOENT, "seccomp profile %s", path);
	if (r < 0)
		return r;
	file = spec_json_load(strbuf_span(&text), &error);
	if (!file)
		return err_setx(err, EINVAL, "seccomp profile %s: line %d: %s", path, error.line,
				error.text);
	list = json_object_get(json_object_get(file, "linux"), "seccomp");
	if (!list)
		list = file;
	if (!json_is_string(json_object_get(list, "defaultAction")))
		return err_setx(err, EINVAL, "seccomp profile %s: has no defaultAction", path);
	*out = json_incref(list);
	return 0;
}

/* write_file() - whole or not at all */
static int write_file(int dirfd, const char *file, const char *text, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	char temporary[NAME_MAX + 1];
	size_t len = strlen(text), done = 0;

	if ((size_t)snprintf(temporary, sizeof(temporary), ".%s.new", file) >= sizeof(temporary))
		return err_set(err, ENAMETOOLONG, "write %s", file);
	fd = openat(dirfd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, errno, "make %s", file);
	while (done < len) {
		ssize_t n = write(fd, text + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int code = errno;

			unlinkat(dirfd, temporary, 0);
			return err_set(err, code, "write %s", file);
		}
		done += (size_t)n;
	}
	if (renameat(dirfd, temporary, dirfd, file) < 0)
		return err_set(err, errno, "rename %s", file);
	return 0;
}

static json_t *json_root(const struct spec_root *root)
{
	json_t *object = json_object();

	json_object_set_new(object, "path", spec_json_text(root->path ? root->path : "/"));
	json_object_set_new(object, "readonly", json_boolean(root->readonly));
	return object;
}

int spec_print(const struct spec *spec, char **out, struct err *err)
{
	_cleanup_(json_decrefp)
	json_t *config = json_object();
	json_t *seccomp = NULL, *hooks;
	int r = 0;

	if (spec->seccomp == SPEC_SECCOMP_PROFILE)
		r = read_profile(spec->seccomp_profile, &seccomp, err);
	if (r < 0)
		return r;
	hooks = spec_write_hooks(spec);
	json_object_set_new(config, "ociVersion", json_string("1.0.2"));
	json_object_set_new(config, "root", json_root(&spec->root));
	json_object_set_new(config, "process", spec_json_process(spec));
	if (spec->hostname)
		json_object_set_new(config, "hostname", spec_json_text(spec->hostname));
	json_object_set_new(config, "mounts", json_mounts(spec));
	json_object_set_new(config, "linux", spec_json_linux(spec, seccomp));
	json_object_set_new(config, "annotations", spec_json_pairs(&spec->annotations));
	if (hooks)
		json_object_set_new(config, "hooks", hooks);
	json_object_set_new(config, "boxtop", spec_write_own(spec));
	*out = json_dumps(config, JSON_INDENT(1));
	return *out ? 0 : err_setx(err, ENOMEM, "the spec could not be put into JSON");
}

int spec_save(const struct spec *spec, int dirfd, const char *file, struct err *err)
{
	_cleanup_(cleanup_free)
	char *text = NULL;
	int r = spec_print(spec, &text, err);

	return r < 0 ? r : write_file(dirfd, file, text, err);
}
