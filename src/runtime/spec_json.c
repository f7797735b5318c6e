/* SPDX-License-Identifier: MIT */
/*
 * The config.json of an OCI bundle, read into a spec. What isn't said there is none, whatever the
 * defaults of a sandbox from flags are: a bundle means what it means to any runtime. Opens the file and
 * nothing that it names.
 */
#include "runtime/spec_json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/dir.h"

#define CONFIG_MAX_BYTES (4u << 20)

static int read_version(struct spec_reader *reader, json_t *value)
{
	const char *text = json_string_value(value);

	if (!text || strncmp(text, "1.", 2) != 0)
		return spec_refuse(reader, "'%.32s' is not supported: 1.x is", text ? text : "");
	return 0;
}

static int read_root_path(struct spec_reader *reader, json_t *value)
{
	struct spec *spec = reader->spec;
	char *path;
	int r = spec_read_text(reader, value, &path);

	if (r < 0)
		return r;
	if (path[0] == '\0')
		return spec_refuse(reader, "is empty");
	spec->root.path =
		path[0] == '/' ? path : arena_printf(&spec->arena, "%s/%s", reader->dir, path);
	return 0;
}

static int read_root_readonly(struct spec_reader *reader, json_t *value)
{
	return spec_read_bool(reader, value, &reader->spec->root.readonly);
}

static int read_root(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"path", read_root_path}, {"readonly", read_root_readonly}, {0}};

	return spec_read_object(reader, value, keys);
}

static int read_hostname(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &reader->spec->hostname);
}

/* Is a parameter of the kernel, set before those of linux.sysctl, which replace the list. */
static int read_domainname(struct spec_reader *reader, json_t *value)
{
	struct spec *spec = reader->spec;
	char *text;
	int r = spec_read_text(reader, value, &text);

	if (r == 0 && text[0])
		spec_list_add(spec, &spec->sysctls,
			      arena_printf(&spec->arena, "kernel.domainname=%s", text));
	return r;
}

static int read_annotations(struct spec_reader *reader, json_t *value)
{
	return spec_read_pairs(reader, value, &reader->spec->annotations);
}

static const struct spec_key top_keys[] = {
	{"ociVersion", read_version},
	{"root", read_root},
	{"process", spec_read_process},
	{"hostname", read_hostname},
	{"mounts", spec_read_mounts},
	{"linux", spec_read_linux},
	{"annotations", read_annotations},
	{"hooks", spec_read_hooks},
	/* Read after the rest, wherever they stand. */
	{"domainname", spec_read_harmless},
	{"boxtop", spec_read_harmless},
	{0},
};

/* reset() - nothing, where spec_init() gives something; but a umask has to be some */
static void reset(struct spec *spec, const char *dir)
{
	spec->bundle = arena_strdup(&spec->arena, dir);
	spec->root = (struct spec_root) {.kind = SPEC_ROOT_DIR};
	spec->process = (struct spec_process) {
		.cwd = arena_strdup(&spec->arena, "/"),
		.interactive = true,
		.umask = 022,
		.umask_set = true,
	};
	spec->hostname = NULL;
	spec->mounts = NULL;
	spec->mounts_len = 0;
	spec->only_mounts = true;
	spec->namespaces = 0;
	memset(spec->ns_paths, 0, sizeof(spec->ns_paths));
	spec->uid_maps_len = spec->gid_maps_len = 0;
	spec->masked_paths = spec->readonly_paths = spec->sysctls = (struct spec_list) {NULL, 0};
	spec->annotations = (struct spec_list) {NULL, 0};
	memset(spec->hooks, 0, sizeof(spec->hooks));
	spec->seccomp = SPEC_SECCOMP_NONE;
	spec->seccomp_profile = NULL;
	spec->cgroups_path = NULL;
	spec->limits = (struct limit_set) {0};
}

static int read_late(struct spec_reader *reader, json_t *config, const char *name,
		     int (*read)(struct spec_reader *reader, json_t *value))
{
	const struct spec_key keys[] = {{name, read}, {0}};
	_cleanup_(json_decrefp)
	json_t *late = json_object();
	json_t *value = json_object_get(config, name);

	json_object_set(late, name, value);
	return value ? spec_read_object(reader, late, keys) : 0;
}

static int read_config(struct spec_reader *reader, json_t *config)
{
	int r;

	reset(reader->spec, reader->dir);
	r = spec_read_object(reader, config, top_keys);
	if (r == 0)
		r = read_late(reader, config, "domainname", read_domainname);
	if (r == 0)
		r = read_late(reader, config, "boxtop", spec_read_own);
	if (r < 0)
		return r;
	if (!json_object_get(config, "ociVersion"))
		return spec_refuse(reader, "ociVersion is missing");
	if (reader->spec->root.kind != SPEC_ROOT_HOST && !reader->spec->root.path)
		return spec_refuse(reader, "root.path is missing");
	return spec_check_device_list(reader);
}

json_t *spec_json_load(struct span text, json_error_t *error)
{
	json_t *value = json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES, error);

	/* "Unlimited" is written as 18446744073709551615 by some, which is no integer of the library's. */
	if (!value && json_error_code(error) == json_error_numeric_overflow)
		value = json_loadb(text.p, text.len,
				   JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, error);
	return value;
}

int spec_parse(struct spec *spec, const char *dir, struct span text, struct err *err)
{
	struct spec_reader reader = {.spec = spec, .dir = dir, .err = err};
	_cleanup_(json_decrefp)
	json_t *config = NULL;
	json_error_t error;

	config = spec_json_load(text, &error);
	if (!config)
		return err_setx(err, EINVAL, "config.json: line %d: %.120s", error.line,
				error.text);
	return read_config(&reader, config);
}

int spec_load_bundle(struct spec *spec, const char *dir, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	_cleanup_(cleanup_close)
	int fd = -1;
	char path[PATH_MAX];
	int r;

	if (!realpath(dir, path))
		return err_set(err, errno, "bundle %s", dir);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, errno, "bundle %s", dir);
	r = dir_read_flags(fd, "config.json", DIR_REGULAR, CONFIG_MAX_BYTES, &text, err);
	if (r > 0)
		r = err_setx(err, r == READ_DENIED ? EACCES : ENOENT,
			     r == READ_DENIED ? "read config.json: permission denied"
					      : "there is no config.json: not an OCI bundle");
	if (r == 0)
		r = spec_parse(spec, path, strbuf_span(&text), err);
	return err_wrap(err, r, "bundle %s", dir);
}
