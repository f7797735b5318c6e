/* SPDX-License-Identifier: MIT */
/*
 * Whether a spec can be meant: its name, its root and mounts, its limits and what else concerns the
 * sandbox as a whole. Looks at the spec alone: opens nothing, so what it accepts may still be missing.
 */
#include "runtime/spec_check.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/cleanup.h"

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int spec_check_name(const char *name, struct err *err)
{
	size_t len = strlen(name);

	if (len == 0 || len > SPEC_NAME_MAX)
		return err_setx(err, EINVAL, "name '%.64s': 1 to %d characters", name,
				SPEC_NAME_MAX);
	for (size_t i = 0; i < len; i++) {
		if (is_alnum(name[i]) || name[i] == '_' || (i > 0 && strchr(".-", name[i])))
			continue;
		return err_setx(
			err, EINVAL,
			"name '%s': letters, digits, '_', and after the first also '.' and '-'",
			name);
	}
	return 0;
}

/* has_dotdot() - whether a component of @path is ".." */
static bool has_dotdot(const char *path)
{
	struct span rest = span_of(path), part;

	while (span_next_part(&rest, '/', &part))
		if (span_eq(part, SPAN("..")))
			return true;
	return false;
}

int spec_check_path(const char *what, const char *path, struct err *err)
{
	if (!path || path[0] != '/')
		return err_setx(err, EINVAL, "%s '%s': must be an absolute path", what,
				path ? path : "");
	if (strlen(path) >= PATH_MAX)
		return err_setx(err, EINVAL, "%s '%.64s...': longer than %d bytes", what, path,
				PATH_MAX - 1);
	if (has_dotdot(path))
		return err_setx(err, EINVAL, "%s '%s': must not hold '..'", what, path);
	return 0;
}

/* is_slash_only() - "/", "//", "/." and so on */
static bool is_slash_only(const char *path)
{
	struct span rest = span_of(path), part;

	while (span_next_part(&rest, '/', &part))
		if (part.len > 0 && !span_eq(part, SPAN(".")))
			return false;
	return true;
}

static int check_root(const struct spec_root *root, struct err *err)
{
	int r = 0;

	if (root->kind == SPEC_ROOT_HOST && root->path)
		return err_setx(err, EINVAL, "root '%s': the host's own root has no path",
				root->path);
	if (root->kind != SPEC_ROOT_HOST)
		r = spec_check_path("root", root->path, err);
	if (r == 0 && root->keep)
		r = spec_check_path("directory for changes", root->keep, err);
	if (r < 0)
		return r;
	if (root->readonly && root->keep)
		return err_setx(err, EINVAL, "root: read-only, so there are no changes to keep");
	if (root->ephemeral && root->keep)
		return err_setx(err, EINVAL, "root: changes can't both vanish and be kept in '%s'",
				root->keep);
	if (root->readonly || root->ephemeral || root->keep)
		return 0;
	if (root->kind == SPEC_ROOT_HOST || is_slash_only(root->path))
		return err_setx(err, EINVAL,
				"root: the host's own root is never written to; changes "
				"need a layer");
	if (root->kind == SPEC_ROOT_TAR)
		return err_setx(err, EINVAL,
				"root '%s': an archive is shared; changes need a layer",
				root->path);
	return 0;
}

/* A parent or path below the hierarchies, absolute or not. */
static int check_cgroups_path(const char *path, struct err *err)
{
	if (!path)
		return 0;
	if (path[0] == '\0' || strlen(path) >= PATH_MAX)
		return err_setx(err, EINVAL, "cgroups path '%.64s': 1 to %d bytes", path,
				PATH_MAX - 1);
	if (has_dotdot(path) || strchr(path, '\n'))
		return err_setx(err, EINVAL, "cgroups path '%s': must not hold '..' or a line end",
				path);
	if (is_slash_only(path))
		return err_setx(err, EINVAL,
				"cgroups path '%s': the root of a hierarchy is the host's", path);
	return 0;
}

static int check_limits(const struct limit_set *set, struct err *err)
{
	for (size_t i = 0; i < LIMITS; i++) {
		const struct limit *limit = &limits[i];
		const struct limit_value *value = &set->values[i];
		bool is_text = limit->unit == LIMIT_LIST || limit->unit == LIMIT_IO_RULES;

		if (!value->set)
			continue;
		if (is_text && !memchr(value->text, '\0', sizeof(value->text)))
			return err_setx(err, EINVAL, "%s: text without an end", limit->name);
		if (is_text || value->number == LIMIT_NONE)
			continue;
		if (value->number < limit->min || value->number > limit->max)
			return err_setx(err, EINVAL, "%s: %ju is not from %ju to %ju", limit->name,
					(uintmax_t)value->number, (uintmax_t)limit->min,
					(uintmax_t)limit->max);
	}
	return 0;
}

static int check_seccomp(const struct spec *spec, struct err *err)
{
	if (spec->seccomp == SPEC_SECCOMP_PROFILE)
		return spec_check_path("seccomp profile", spec->seccomp_profile, err);
	if (spec->seccomp_profile)
		return err_setx(err, EINVAL, "seccomp profile '%s': is given, but not asked for",
				spec->seccomp_profile);
	return 0;
}

static int check_annotations(const struct spec_list *list, struct err *err)
{
	for (size_t i = 0; i < list->len; i++) {
		const char *at = strchr(list->items[i], '=');

		if (!at || at == list->items[i])
			return err_setx(err, EINVAL, "annotation '%s': must be KEY=VALUE",
					list->items[i]);
	}
	return 0;
}

static int check_hooks(const struct spec *spec, struct err *err)
{
	int r = 0;

	for (size_t kind = 0; kind < SPEC_HOOK_KINDS; kind++)
		for (size_t i = 0; r == 0 && i < spec->hooks[kind].len; i++)
			r = spec_check_path("hook", spec->hooks[kind].items[i].path, err);
	return r;
}

/* The sandbox as a whole. */
static int check_whole(const struct spec *spec, struct err *err)
{
	int r = spec->name ? spec_check_name(spec->name, err) : 0;

	if (r == 0)
		r = check_root(&spec->root, err);
	if (r == 0)
		r = check_cgroups_path(spec->cgroups_path, err);
	if (r == 0)
		r = check_limits(&spec->limits, err);
	if (r == 0)
		r = check_seccomp(spec, err);
	if (r == 0)
		r = check_annotations(&spec->annotations, err);
	if (r == 0)
		r = check_hooks(spec, err);
	return r;
}

int spec_check(const struct spec *spec, struct err *err)
{
	static int (*const checks[])(const struct spec *spec, struct err *err) = {
		check_whole,
		spec_check_isolation,
		spec_check_mounts,
		spec_check_process,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(checks); i++)
		r = checks[i](spec, err);
	return r;
}
