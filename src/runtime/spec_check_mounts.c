/* SPDX-License-Identifier: MIT */
/*
 * Whether the mounts of a spec can be meant: where, what, with which options. An option that isn't in the
 * table is refused, since one that is skipped may be the one that made a mount safe.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/spec_check.h"

/* struct mount_type - a file system that a spec may ask for */
struct mount_type {
	const char *name;
	const char *const
		*options; /* of the file system itself, "size=" with a value; ends with NULL */
};

/* Flags, and for binds what is bound and how; every type takes them. */
static const char *const common_options[] = {
	"defaults", "ro",	"rw",	   "nosuid",   "suid",	      "nodev",	    "dev",
	"noexec",   "exec",	"noatime", "relatime", "strictatime", "nodiratime", "nosymfollow",
	"private",  "rprivate", "slave",   "rslave",   NULL,
};
static const char *const bind_options[] = {"bind", "rbind", "idmap", "ridmap", NULL};
static const char *const tmpfs_options[] = {
	"size=", "mode=", "uid=", "gid=", "nr_inodes=", "nr_blocks=", "huge=", NULL};
static const char *const devpts_options[] = {
	"newinstance", "ptmxmode=", "mode=", "uid=", "gid=", "max=", NULL};
static const char *const proc_options[] = {"hidepid=", "subset=", "gid=", NULL};
static const char *const no_options[] = {NULL};

static const struct mount_type mount_types[] = {
	{"bind", bind_options},	 {"tmpfs", tmpfs_options}, {"devpts", devpts_options},
	{"proc", proc_options},	 {"sysfs", no_options},	   {"cgroup", no_options},
	{"cgroup2", no_options}, {"mqueue", no_options},
};

static const struct mount_type *find_type(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(mount_types); i++)
		if (strcmp(mount_types[i].name, name) == 0)
			return &mount_types[i];
	return NULL;
}

/* is_listed() - "size=" stands for any value but an empty one */
static bool is_listed(const char *const *list, const char *option)
{
	for (; *list; list++) {
		size_t len = strlen(*list);

		if ((*list)[len - 1] != '=' ? strcmp(*list, option) == 0
					    : strncmp(*list, option, len) == 0 && option[len])
			return true;
	}
	return false;
}

static int check_options(const struct spec_mount *mount, const struct mount_type *type,
			 struct err *err)
{
	for (size_t i = 0; i < mount->options.len; i++) {
		const char *option = mount->options.items[i];

		if (strchr(option, ',') ||
		    (!is_listed(common_options, option) && !is_listed(type->options, option)))
			return err_setx(err, EINVAL, "mount '%s': %s has no option '%s'",
					mount->destination, type->name, option);
	}
	return 0;
}

static bool has_option(const struct spec_mount *mount, const char *name)
{
	for (size_t i = 0; i < mount->options.len; i++)
		if (strcmp(mount->options.items[i], name) == 0)
			return true;
	return false;
}

/* Ids of its own that are asked for and can't be had would show files to who must not see them. */
static int check_ids(const struct spec *spec, const struct spec_mount *mount,
		     const struct mount_type *type, struct err *err)
{
	bool option = has_option(mount, "idmap") || has_option(mount, "ridmap");

	if (mount->uid_maps_len == 0 && mount->gid_maps_len == 0 && !option)
		return 0;
	if (strcmp(type->name, "bind") != 0)
		return err_setx(err, EINVAL,
				"mount '%s': only what is bound can have ids of its own",
				mount->destination);
	if (option && mount->uid_maps_len == 0 && mount->gid_maps_len == 0 &&
	    spec->uid_maps_len == 0)
		return err_setx(err, EINVAL,
				"mount '%s': 'idmap' takes uidMappings and gidMappings",
				mount->destination);
	if (geteuid() != 0)
		return err_setx(err, EPERM, "mount '%s': only root can give it ids of its own",
				mount->destination);
	if (mount->uid_maps_len == 0 && mount->gid_maps_len == 0)
		return 0;
	if (mount->uid_maps_len == 0 || mount->gid_maps_len == 0)
		return err_setx(err, EINVAL, "mount '%s': has one of uidMappings and gidMappings",
				mount->destination);
	if (spec_check_map("uidMappings", mount->uid_maps, mount->uid_maps_len, err) < 0 ||
	    spec_check_map("gidMappings", mount->gid_maps, mount->gid_maps_len, err) < 0)
		return err_wrap(err, -EINVAL, "mount '%s'", mount->destination);
	return 0;
}

static int check_mount(const struct spec *spec, const struct spec_mount *mount, struct err *err)
{
	const struct mount_type *type = find_type(mount->type);
	int r = spec_check_path("mount", mount->destination, err);

	if (r < 0)
		return r;
	if (!type)
		return err_setx(err, EINVAL, "mount '%s': type '%s' is not supported",
				mount->destination, mount->type ? mount->type : "");
	if (strcmp(type->name, "bind") == 0) {
		r = spec_check_path("source of a mount", mount->source, err);
		err_wrap(err, r, "mount '%s'", mount->destination);
	}
	if (r == 0)
		r = check_options(mount, type, err);
	return r < 0 ? r : check_ids(spec, mount, type, err);
}

/* same_path() - whether both name the same, doubled and trailing slashes and "." aside */
static bool same_path(const char *a, const char *b)
{
	struct span rest[2] = {span_of(a), span_of(b)}, part[2];
	bool more[2];

	do {
		for (int i = 0; i < 2; i++) {
			do
				more[i] = span_next_part(&rest[i], '/', &part[i]);
			while (more[i] && (part[i].len == 0 || span_eq(part[i], SPAN("."))));
		}
		if (more[0] != more[1] || (more[0] && !span_eq(part[0], part[1])))
			return false;
	} while (more[0]);
	return true;
}

static int check_destinations(const struct spec *spec, struct err *err)
{
	for (size_t i = 0; i < spec->mounts_len; i++) {
		const char *destination = spec->mounts[i].destination;

		if (same_path(destination, "/"))
			return err_setx(err, EINVAL, "mount '%s': the root is no mount's place",
					destination);
		for (size_t j = 0; j < i; j++)
			if (same_path(destination, spec->mounts[j].destination))
				return err_setx(err, EINVAL, "mount '%s': is given twice",
						destination);
	}
	return 0;
}

static int check_paths(const char *what, const struct spec_list *list, struct err *err)
{
	for (size_t i = 0; i < list->len; i++) {
		int r = spec_check_path(what, list->items[i], err);

		if (r < 0)
			return r;
		if (same_path(list->items[i], "/"))
			return err_setx(err, EINVAL, "%s '%s': the root can't be one", what,
					list->items[i]);
	}
	return 0;
}

int spec_check_mounts(const struct spec *spec, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < spec->mounts_len; i++)
		r = check_mount(spec, &spec->mounts[i], err);
	if (r == 0)
		r = check_destinations(spec, err);
	if (r == 0)
		r = check_paths("masked path", &spec->masked_paths, err);
	if (r == 0)
		r = check_paths("read-only path", &spec->readonly_paths, err);
	return r;
}
