/* SPDX-License-Identifier: MIT */
/*
 * From a spec to a plan. Mount options are turned into flags here, and the mounts that every sandbox has are
 * put in front. Opens nothing.
 */
#include "runtime/plan.h"

#include <errno.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* What every sandbox has. One of the spec with the same destination takes its place. */
static const struct builtin {
	const char *destination, *type, *data;
	uint64_t attributes;
	unsigned int needs; /* enum plan_flags that must be set */
} builtins[] = {
	{"/proc", "proc", NULL, SAFE, 0},
	/* Its nodes are mounts of their own; one that is made in it is none. */
	{"/dev", "tmpfs", "mode=0755,size=64k", SAFE, 0},
	{"/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620",
	 MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0},
	{"/dev/shm", "tmpfs", "mode=1777,size=64m", SAFE, 0},
	{"/dev/mqueue", "mqueue", NULL, SAFE, 0},
	{"/sys", "sysfs", NULL, SAFE | MOUNT_ATTR_RDONLY, 0},
	{"/sys/fs/cgroup", "cgroup2", NULL, SAFE | MOUNT_ATTR_RDONLY, PLAN_CGROUP2},
	{"/run", "tmpfs", "mode=0755", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0},
	{"/tmp", "tmpfs", "mode=1777", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0},
};

static uint32_t add_bytes(struct strbuf *out, const void *data, size_t len)
{
	size_t at;

	while (out->len % 8)
		strbuf_addc(out, '\0');
	at = out->len;
	if (len)
		strbuf_add(out, data, len);
	return (uint32_t)at;
}

static uint32_t add_text(struct strbuf *out, const char *text)
{
	size_t at = out->len;

	if (!text)
		return 0;
	strbuf_add(out, text, strlen(text) + 1);
	return (uint32_t)at;
}

static struct plan_list add_list(struct strbuf *out, const struct spec_list *list)
{
	struct plan_list added = {.len = (uint32_t)list->len};
	uint32_t *offsets = xcalloc(list->len + 1, sizeof(offsets[0]));

	for (size_t i = 0; i < list->len; i++)
		offsets[i] = add_text(out, list->items[i]);
	added.at = add_bytes(out, offsets, list->len * sizeof(offsets[0]));
	free(offsets);
	return added;
}

/* ---- Mounts ---- */

static const struct {
	const char *name;
	uint64_t set, clear;
} mount_flags[] = {
	{"ro", MOUNT_ATTR_RDONLY, 0},
	{"rw", 0, MOUNT_ATTR_RDONLY},
	{"nosuid", MOUNT_ATTR_NOSUID, 0},
	{"suid", 0, MOUNT_ATTR_NOSUID},
	{"nodev", MOUNT_ATTR_NODEV, 0},
	{"dev", 0, MOUNT_ATTR_NODEV},
	{"noexec", MOUNT_ATTR_NOEXEC, 0},
	{"exec", 0, MOUNT_ATTR_NOEXEC},
	{"noatime", MOUNT_ATTR_NOATIME, 0},
	{"strictatime", MOUNT_ATTR_STRICTATIME, 0},
	{"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
	{"relatime", 0, 0},
	{"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0},
	{"defaults", 0, 0},
	/* Mounts are private inside whatever is asked for: nothing is to come back out. */
	{"private", 0, 0},
	{"rprivate", 0, 0},
	{"slave", 0, 0},
	{"rslave", 0, 0},
};

/* Whether @option is about the mount; then it is in @mount, else the file system takes it. */
static bool take_option(const char *option, struct plan_mount *mount)
{
	if (strcmp(option, "bind") == 0 || strcmp(option, "rbind") == 0) {
		mount->bind = 1;
		mount->recursive |= option[0] == 'r';
		return true;
	}
	if (strcmp(option, "idmap") == 0 || strcmp(option, "ridmap") == 0)
		return true; /* said by the maps, and of all that is bound */
	for (size_t i = 0; i < ARRAY_LEN(mount_flags); i++) {
		if (strcmp(option, mount_flags[i].name) != 0)
			continue;
		mount->attributes |= mount_flags[i].set;
		mount->attributes &= ~mount_flags[i].clear;
		return true;
	}
	return false;
}

static uint32_t add_map(struct strbuf *out, const struct spec_id_map *maps, size_t len)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	id_map_text(maps, len, &text);
	return len ? add_text(out, strbuf_cstr(&text)) : 0;
}

static bool is_mapped(const struct spec_mount *mount)
{
	for (size_t i = 0; i < mount->options.len; i++)
		if (strcmp(mount->options.items[i], "idmap") == 0 ||
		    strcmp(mount->options.items[i], "ridmap") == 0)
			return true;
	return false;
}

/* Maps of its own, or by the option those of the sandbox. */
static void add_maps(const struct spec *spec, const struct spec_mount *from,
		     struct plan_mount *mount, struct strbuf *out)
{
	if (from->uid_maps_len > 0) {
		mount->uid_map = add_map(out, from->uid_maps, from->uid_maps_len);
		mount->gid_map = add_map(out, from->gid_maps, from->gid_maps_len);
	} else if (is_mapped(from)) {
		mount->uid_map = add_map(out, spec->uid_maps, spec->uid_maps_len);
		mount->gid_map = add_map(out, spec->gid_maps, spec->gid_maps_len);
	}
}

static struct plan_mount from_spec(struct strbuf *out, const struct spec_mount *from)
{
	struct plan_mount mount = {.bind = from->type && strcmp(from->type, "bind") == 0};
	bool has_nodes = mount.bind || (from->type && strcmp(from->type, "devpts") == 0);
	_cleanup_(strbuf_finish)
	struct strbuf data = STRBUF_INIT;

	/* Device nodes are made by who may, and who may is to gain nothing by it. */
	mount.attributes = has_nodes ? 0 : MOUNT_ATTR_NODEV;
	for (size_t i = 0; i < from->options.len; i++) {
		if (take_option(from->options.items[i], &mount))
			continue;
		if (data.len)
			strbuf_addc(&data, ',');
		strbuf_adds(&data, from->options.items[i]);
	}
	mount.destination = add_text(out, from->destination);
	mount.type = add_text(out, from->type && strcmp(from->type, "cgroup") == 0 ? "cgroup2"
										   : from->type);
	mount.source = add_text(out, from->source);
	if (data.len && !mount.bind)
		mount.data = add_text(out, strbuf_cstr(&data));
	return mount;
}

static bool is_replaced(const struct spec *spec, const char *destination)
{
	for (size_t i = 0; i < spec->mounts_len; i++)
		if (strcmp(spec->mounts[i].destination, destination) == 0)
			return true;
	return false;
}

static void add_mounts(const struct plan_request *request, struct plan *plan, struct strbuf *out)
{
	const struct spec *spec = request->spec;
	struct plan_mount *mounts =
		xcalloc(ARRAY_LEN(builtins) + spec->mounts_len, sizeof(mounts[0]));
	uint32_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(builtins) && !spec->only_mounts; i++) {
		const struct builtin *builtin = &builtins[i];

		if (is_replaced(spec, builtin->destination) ||
		    (plan->flags & builtin->needs) != builtin->needs)
			continue;
		mounts[n++] = (struct plan_mount) {
			.destination = add_text(out, builtin->destination),
			.type = add_text(out, builtin->type),
			.source = add_text(out, builtin->type),
			.data = add_text(out, builtin->data),
			.attributes = builtin->attributes,
		};
	}
	for (size_t i = 0; i < spec->mounts_len; i++) {
		/* No v1 hierarchy is ever shown inside: its release_agent runs on the host. */
		if (spec->mounts[i].type && strncmp(spec->mounts[i].type, "cgroup", 6) == 0 &&
		    !(plan->flags & PLAN_CGROUP2))
			continue;
		mounts[n] = from_spec(out, &spec->mounts[i]);
		add_maps(spec, &spec->mounts[i], &mounts[n++], out);
	}
	plan->mounts_at = add_bytes(out, mounts, n * sizeof(mounts[0]));
	plan->mounts_len = n;
	free(mounts);
}

/* ---- The rest ---- */

/* Of the host's own root its secrets, too, whoever asked for it. */
static struct plan_list add_masked(const struct spec *spec, uint32_t flags, struct strbuf *out)
{
	struct plan_list added;
	struct spec all;

	if (!(flags & PLAN_ROOT_HOST))
		return add_list(out, &spec->masked_paths);
	spec_init(&all);
	all.masked_paths = (struct spec_list) {NULL, 0};
	for (size_t i = 0; i < spec->masked_paths.len; i++)
		spec_list_add(&all, &all.masked_paths, spec->masked_paths.items[i]);
	spec_mask_host_secrets(&all, getenv("HOME"));
	added = add_list(out, &all.masked_paths);
	spec_finish(&all);
	return added;
}

static void add_process(const struct spec_process *process, struct plan *plan, struct strbuf *out)
{
	struct plan_rlimit *rlimits = xcalloc(process->rlimits_len + 1, sizeof(rlimits[0]));

	plan->args = add_list(out, &process->args);
	plan->env = add_list(out, &process->env);
	plan->cwd = add_text(out, process->cwd);
	plan->user = add_text(out, process->user);
	plan->apparmor = add_text(out, process->apparmor_profile);
	plan->uid = process->uid;
	plan->gid = process->gid;
	plan->umask = process->umask;
	plan->caps = process->caps;
	plan->oom_score_adj = process->oom_score_adj;
	plan->rows = process->rows;
	plan->columns = process->columns;
	plan->groups_len = (uint32_t)process->groups_len;
	plan->groups_at = add_bytes(out, process->groups, process->groups_len * sizeof(uint32_t));
	for (size_t i = 0; i < process->rlimits_len; i++)
		rlimits[i] =
			(struct plan_rlimit) {.resource = (uint32_t)process->rlimits[i].resource,
					      .soft = process->rlimits[i].soft,
					      .hard = process->rlimits[i].hard};
	plan->rlimits_len = (uint32_t)process->rlimits_len;
	plan->rlimits_at = add_bytes(out, rlimits, process->rlimits_len * sizeof(rlimits[0]));
	free(rlimits);
}

static uint32_t flags_of(const struct spec *spec)
{
	uint32_t flags = 0;

	flags |= spec->process.terminal ? PLAN_TERMINAL : 0;
	flags |= spec->process.no_new_privileges ? PLAN_NO_NEW_PRIVS : 0;
	flags |= spec->process.umask_set ? PLAN_UMASK : 0;
	flags |= spec->process.oom_score_adj_set ? PLAN_OOM : 0;
	flags |= spec->root.readonly ? PLAN_ROOT_READONLY : 0;
	flags |= spec->outlive ? PLAN_OUTLIVE : 0;
	flags |= spec->only_mounts ? PLAN_ONLY_MOUNTS : 0;
	flags |= spec->hooks[SPEC_HOOK_PRESTART].len + spec->hooks[SPEC_HOOK_CREATE_RUNTIME].len
			 ? PLAN_HOOKS
			 : 0;
	/* The default filter refuses every call that takes one. */
	flags |= spec->seccomp != SPEC_SECCOMP_DEFAULT ? PLAN_KEYRING : 0;
	return flags;
}

int plan_build(const struct plan_request *request, struct strbuf *out, struct err *err)
{
	const struct spec *spec = request->spec;
	struct plan plan = {.magic = PLAN_MAGIC};
	char hostname[SPEC_HOSTNAME_MAX + 1];

	plan.flags = request->flags | flags_of(spec);
	plan.namespaces = request->namespaces;
	memcpy(plan.fds, request->fds, sizeof(plan.fds));
	strbuf_add(out, (const char *)&plan, sizeof(plan));
	add_process(&spec->process, &plan, out);
	plan.hostname = add_text(out, spec_hostname(spec, hostname));
	plan.masked = add_masked(spec, plan.flags, out);
	plan.readonly = add_list(out, &spec->readonly_paths);
	plan.sysctls = add_list(out, &spec->sysctls);
	add_mounts(request, &plan, out);
	if (request->mapped) {
		plan.uid_map = add_map(out, request->mapped->uids, request->mapped->uids_len);
		plan.gid_map = add_map(out, request->mapped->gids, request->mapped->gids_len);
	}
	plan.seccomp_at = add_bytes(out, request->seccomp.p, request->seccomp.len);
	plan.seccomp_len = (uint32_t)(request->seccomp.len / 8);
	strbuf_addc(out, '\0');
	if (out->len > PLAN_MAX_BYTES)
		return err_set(err, E2BIG, "launch: arguments, environment and mounts together");
	plan.bytes = (uint32_t)out->len;
	memcpy(out->data, &plan, sizeof(plan));
	return 0;
}
