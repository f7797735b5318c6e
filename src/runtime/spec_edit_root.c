/* SPDX-License-Identifier: MIT */
/*
 * From what a person writes to the root and the mounts of a spec. Paths are made absolute here, where the
 * working directory is the person's; nothing is opened but to see what it is.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "runtime/spec_edit.h"

static char *absolute(struct spec *spec, const char *text, struct err *err)
{
	_cleanup_(cleanup_free)
	char *path = realpath(text, NULL);

	if (!path) {
		err_set(err, errno, "'%s'", text);
		return NULL;
	}
	return arena_strdup(&spec->arena, path);
}

int spec_set_root(struct spec *spec, const char *text, struct err *err)
{
	char *path = absolute(spec, text, err);
	struct stat st;

	if (!path || stat(path, &st) < 0)
		return path ? err_set(err, errno, "'%s'", text) : -err->code;
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return err_setx(err, EINVAL, "'%s' is neither a directory nor an archive", text);
	if (S_ISDIR(st.st_mode) && strcmp(path, "/") == 0)
		return err_setx(err, EINVAL, "'/' is the host's own root: --host-root is for that");
	spec->root.kind = S_ISDIR(st.st_mode) ? SPEC_ROOT_DIR : SPEC_ROOT_TAR;
	spec->root.path = path;
	return 0;
}

int spec_set_keep(struct spec *spec, const char *text, struct err *err)
{
	char *path;

	if (mkdir(text, 0755) < 0 && errno != EEXIST)
		return err_set(err, errno, "make '%s'", text);
	path = absolute(spec, text, err);
	if (!path)
		return -err->code;
	spec->root.keep = path;
	spec->root.ephemeral = false;
	return 0;
}

/* ---- Mounts ---- */

static struct spec_mount *add_mount(struct spec *spec, const char *type, struct span destination)
{
	struct spec_mount *more = arena_array(&spec->arena, spec->mounts_len + 1, sizeof(*more));

	if (spec->mounts_len)
		memcpy(more, spec->mounts, spec->mounts_len * sizeof(*more));
	spec->mounts = more;
	more += spec->mounts_len++;
	more->type = arena_strdup(&spec->arena, type);
	more->destination = arena_strndup(&spec->arena, destination.p, destination.len);
	return more;
}

static int refuse_bind(const char *text, struct err *err)
{
	return err_setx(err, EINVAL, "'%s': must be SOURCE:DESTINATION[:ro], both absolute inside",
			text);
}

int spec_add_bind(struct spec *spec, const char *text, struct err *err)
{
	struct span rest = span_of(text), parts[3] = {{NULL, 0}};
	struct spec_mount *mount;
	char source[PATH_MAX];
	char *path;
	size_t n = 0;

	while (n < 3 && span_next_part(&rest, ':', &parts[n]))
		n++;
	if (rest.p || n < 2 || parts[0].len == 0 || !span_copy(parts[0], source, sizeof(source)) ||
	    !span_starts(parts[1], SPAN("/")))
		return refuse_bind(text, err);
	if (n == 3 && !span_eq(parts[2], SPAN("ro")) && !span_eq(parts[2], SPAN("rw")))
		return refuse_bind(text, err);
	path = absolute(spec, source, err);
	if (!path)
		return -err->code;
	mount = add_mount(spec, "bind", parts[1]);
	mount->source = path;
	spec_list_add(spec, &mount->options, "rbind");
	spec_list_add(spec, &mount->options, "nosuid");
	spec_list_add(spec, &mount->options, "nodev");
	if (n == 3 && span_eq(parts[2], SPAN("ro")))
		spec_list_add(spec, &mount->options, "ro");
	return 0;
}

int spec_add_tmpfs(struct spec *spec, const char *text, struct err *err)
{
	struct span destination = span_of(text), size;
	struct spec_mount *mount;
	uint64_t bytes = 0;

	if (span_split_at(span_of(text), ':', &destination, &size)) {
		int r = units_parse_bytes(size, &bytes, err);

		if (r < 0)
			return r;
		if (bytes == 0 || bytes > INT64_MAX)
			return err_setx(err, EINVAL, "'%.*s' is no size of a tmpfs", (int)size.len,
					size.p);
	}
	if (!span_starts(destination, SPAN("/")))
		return err_setx(err, EINVAL, "'%s': must be DESTINATION[:SIZE], absolute", text);
	mount = add_mount(spec, "tmpfs", destination);
	spec_list_add(spec, &mount->options, "nosuid");
	spec_list_add(spec, &mount->options, "nodev");
	if (bytes)
		spec_list_add(spec, &mount->options,
			      arena_printf(&spec->arena, "size=%llu", (unsigned long long)bytes));
	return 0;
}

/* ---- The host's own root ---- */

static void use_variable(struct spec *spec, const char *name)
{
	if (getenv(name))
		spec_set_env(spec, name, NULL);
}

/* Every sandbox has its own of these, and nothing of the host's is in them. */
static bool is_of_sandbox(struct span path)
{
	static const char *const tops[] = {"/tmp", "/run", "/dev", "/proc", "/sys"};

	for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
		struct span top = span_of(tops[i]);

		if (span_starts(path, top) && (path.len == top.len || path.p[top.len] == '/'))
			return true;
	}
	return false;
}

void spec_use_host(struct spec *spec)
{
	static const char *const variables[] = {"HOME", "LANG", "LC_ALL", "LC_CTYPE"};
	char here[PATH_MAX];

	spec_mask_host_secrets(spec, getenv("HOME"));
	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		use_variable(spec, variables[i]);
	/* "(unreachable)", or no such directory any more: then it stays the root */
	if (getcwd(here, sizeof(here)) && here[0] == '/' && !is_of_sandbox(span_of(here)))
		spec->process.cwd = arena_strdup(&spec->arena, here);
}
