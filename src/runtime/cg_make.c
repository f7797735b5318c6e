/* SPDX-License-Identifier: MIT */
/*
 * Makes a sandbox's directories in each hierarchy and sets its limits, so that they hold before the first
 * process enters. Changes only what it made, and the group called boxtop that it is all made in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "runtime/cg_libcgroup.h"
#include "runtime/cg_private.h"
#include "runtime/cg_tree.h"

#define GROUP_MODE	 0755
#define PARENT_DEPTH_MAX 16
#define MAKE_TRIES	 16 /* the parent may be removed by another one's end between two calls */

#define SUBTREE_CONTROLLERS                                                                        \
	(1u << CGROUP_CPU | 1u << CGROUP_CPUSET | 1u << CGROUP_MEMORY | 1u << CGROUP_IO |          \
	 1u << CGROUP_PIDS)

void cg_note(struct cg *cg, const char *fmt, ...)
{
	char **notes = arena_array(&cg->arena, cg->notes_len + 2, sizeof(*notes));
	char text[sizeof(((struct err *)NULL)->text)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (size_t i = 0; i < cg->notes_len; i++) {
		if (strcmp(cg->notes[i], text) == 0)
			return;
		notes[i] = cg->notes[i];
	}
	notes[cg->notes_len++] = arena_strdup(&cg->arena, text);
	cg->notes = notes;
}

static int open_group(int fd, const char *path)
{
	return openat(fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int write_file(int dirfd, const char *file, const char *text)
{
	_cleanup_(cleanup_close)
	int fd = openat(dirfd, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* ---- v1 cpusets ---- */

/*
 * A new one is empty and lets no process in: it gets what the group above has. That one may be so new, of
 * another launch at the same time, that it is empty too; as far up as we were told to go.
 */
static int fill_cpuset_file(int fd, const char *file, unsigned int levels, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	_cleanup_(cleanup_close)
	int above = -1;
	int r = dir_read(fd, file, &text, err);

	if (r != 0 || span_trim(strbuf_span(&text)).len > 0)
		return r < 0 ? r : 0;
	above = open_group(fd, "..");
	if (above < 0)
		return err_set(err, errno, "open the cgroup above");
	if (levels > 0)
		r = fill_cpuset_file(above, file, levels - 1, err);
	if (r == 0)
		r = dir_read(above, file, &text, err);
	if (r < 0)
		return r;
	r = write_file(fd, file, strbuf_cstr(&text));
	return r < 0 ? err_set(err, -r, "copy %s from the cgroup above", file) : 0;
}

static int fill_cpuset(const struct cg_making *making, size_t h, int fd, struct err *err)
{
	const struct cg_seat *seat = &making->seats[h];
	unsigned int levels = 1;
	int r;

	for (const char *p = seat->is_scope ? seat->path : making->parent; *p; p++)
		levels += *p == '/';
	r = fill_cpuset_file(fd, "cpuset.cpus", levels, err);
	return r < 0 ? r : fill_cpuset_file(fd, "cpuset.mems", levels, err);
}

/* ---- v2 controllers ---- */

static unsigned int read_controllers(int fd, const char *file)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	if (dir_read(fd, file, &text, NULL) != 0)
		return 0;
	return hierarchy_controller_bits(span_trim(strbuf_span(&text)), ' ');
}

/* For the groups below a group of ours; one at a time, as one that is refused would refuse them all. */
void cg_enable_controllers(int fd)
{
	unsigned int has = read_controllers(fd, "cgroup.controllers") & SUBTREE_CONTROLLERS;
	unsigned int hands_on = read_controllers(fd, "cgroup.subtree_control");

	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		char text[32];

		if (!(has & ~hands_on & 1u << c))
			continue;
		snprintf(text, sizeof(text), "+%s",
			 cgroup_controller_text((enum cgroup_controller)c));
		/* Where it fails the limit has no file, and becomes a note. */
		write_file(fd, "cgroup.subtree_control", text);
	}
}

/* ---- Parents ---- */

static bool is_default_root(const struct cg_making *making, size_t h)
{
	return making->parent_is_ours && !making->seats[h].is_scope &&
	       making->seats[h].path[0] == '\0';
}

/* libcgroup knows no named hierarchies, and blkio by its old name only. */
static const char *library_name(enum cgroup_controller controller)
{
	if (controller == CGROUP_SYSTEMD || controller == CGROUP_UNIFIED)
		return NULL;
	return controller == CGROUP_IO ? "blkio" : cgroup_controller_text(controller);
}

/* The first time on a host, off the path that every launch takes. */
static void ask_library(struct cg_making *making)
{
	const struct hierarchies *all = &making->cg->hierarchies;
	const char *names[CGROUP_CONTROLLERS + 1] = {NULL};
	size_t len = 0;

	making->library_asked = true;
	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		uint8_t h = all->of[c];

		if (h != HIERARCHY_NONE && !all->items[h].v2 && making->seats[h].fd >= 0 &&
		    is_default_root(making, h) && library_name((enum cgroup_controller)c))
			names[len++] = library_name((enum cgroup_controller)c);
	}
	if (len > 0)
		cg_library_make(CG_PARENT, names);
}

/* One component of the parent; a new one of ours gets what the groups below it need. */
static int make_parent(struct cg_making *making, size_t h, const char *path, unsigned int level,
		       struct err *err)
{
	const struct hierarchy *hierarchy = &making->cg->hierarchies.items[h];
	_cleanup_(cleanup_close)
	int fd = -1;
	bool made = mkdirat(making->seats[h].fd, path, GROUP_MODE) == 0;

	if (!made && errno != EEXIST)
		return err_set(err, errno, "make the cgroup %s%s/%s", hierarchy->mount_point,
			       making->seats[h].path, path);
	if (made)
		making->parents_made[h] |= 1u << level;
	else if (!making->parent_is_ours)
		return 0;
	fd = open_group(making->seats[h].fd, path);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(err, errno, "open the cgroup %s", path);
	if (hierarchy->v2)
		cg_enable_controllers(fd);
	else if (hierarchy->controllers & 1u << CGROUP_CPUSET)
		return fill_cpuset(making, h, fd, err);
	return 0;
}

static int make_parents(struct cg_making *making, size_t h, struct err *err)
{
	struct span rest = span_of(making->parent), part;
	char path[1024] = "";
	unsigned int level = 0;
	int r = 0;

	if (!making->library_asked)
		ask_library(making);
	while (r == 0 && span_next_part(&rest, '/', &part)) {
		size_t len = strlen(path);

		if (level >= PARENT_DEPTH_MAX || len + part.len + 2 > sizeof(path))
			return err_setx(err, ENAMETOOLONG, "the cgroup %s is too deep",
					making->parent);
		snprintf(path + len, sizeof(path) - len, "%s%.*s", len > 0 ? "/" : "",
			 (int)part.len, part.p);
		r = make_parent(making, h, path, level++, err);
	}
	return r;
}

/* ---- The group ---- */

/* "boxtop/web", below the seat, or "web" in a scope; in the arena. */
static const char *below_seat(const struct cg_making *making, size_t h)
{
	if (making->seats[h].is_scope)
		return making->name;
	return arena_printf(&making->cg->arena, "%s/%s", making->parent, making->name);
}

static int make_one(struct cg_making *making, size_t h, struct err *err)
{
	const char *path = below_seat(making, h);
	int r = 0;

	for (int i = 0; i < MAKE_TRIES; i++) {
		if (mkdirat(making->seats[h].fd, path, GROUP_MODE) == 0)
			return 0;
		if (errno != ENOENT)
			break;
		r = make_parents(making, h, err);
		if (r < 0)
			return r;
	}
	return err_set(err, errno, "make the cgroup %s%s/%s",
		       making->cg->hierarchies.items[h].mount_point, making->seats[h].path, path);
}

/* A parent that another launch made a moment ago may not hand controllers on yet. */
static void settle_v2(const struct cg_making *making, size_t h)
{
	_cleanup_(cleanup_close)
	int parent = -1;

	if (!making->parent_is_ours || making->seats[h].is_scope)
		return;
	parent = open_group(making->seats[h].fd, making->parent);
	if (parent >= 0)
		cg_enable_controllers(parent);
}

static int prepare_one(struct cg_making *making, size_t h, struct err *err)
{
	const struct hierarchy *hierarchy = &making->cg->hierarchies.items[h];
	const char *path = below_seat(making, h);

	making->fds[h] = open_group(making->seats[h].fd, path);
	if (making->fds[h] < 0)
		return err_set(err, errno, "open the cgroup %s", path);
	making->paths[h] = arena_printf(&making->cg->arena, "%s/%s", making->seats[h].path, path);
	if (hierarchy->v2)
		settle_v2(making, h);
	else if (hierarchy->controllers & 1u << CGROUP_CPUSET)
		return fill_cpuset(making, h, making->fds[h], err);
	return 0;
}

/* As root of a container, or as a plain user, some hierarchies can't be written: the sandbox has no group
 * there. */
static bool is_refusal(int r)
{
	return r == -EACCES || r == -EPERM || r == -EROFS;
}

static unsigned int wanted_controllers(const struct cg_making *making)
{
	unsigned int bits = 0;

	for (int i = 0; i < LIMITS; i++)
		if (making->limits && making->limits->values[i].set)
			bits |= 1u << limits[i].controller;
	return bits ? bits : SUBTREE_CONTROLLERS;
}

void cg_find_seats(struct cg_making *making)
{
	const struct hierarchies *all = &making->cg->hierarchies;

	for (size_t h = 0; h < all->len; h++) {
		struct err why = ERR_INIT;

		if (making->seats[h].fd < 0 &&
		    cg_seat_find(&all->items[h], wanted_controllers(making), &making->seats[h],
				 &why) < 0)
			cg_note(making->cg, "no cgroup in %s: %s", all->items[h].mount_point,
				why.text);
	}
}

static int make_in_hierarchy(struct cg_making *making, size_t h, struct err *err)
{
	struct err why = ERR_INIT;
	int r = make_one(making, h, &why);

	if (is_refusal(r)) {
		cg_note(making->cg, "no cgroup in %s: %s",
			making->cg->hierarchies.items[h].mount_point, why.text);
		return 0;
	}
	if (r == 0) {
		r = prepare_one(making, h, &why);
		/* Without a descriptor it is in no list of what was made. */
		if (r < 0 && making->fds[h] < 0)
			unlinkat(making->seats[h].fd, below_seat(making, h), AT_REMOVEDIR);
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

int cg_make_directories(struct cg_making *making, struct err *err)
{
	int r = 0;

	for (size_t h = 0; r == 0 && h < making->cg->hierarchies.len; h++)
		if (making->seats[h].fd >= 0)
			r = make_in_hierarchy(making, h, err);
	return r;
}

void cg_open_directories(struct cg_making *making)
{
	for (size_t h = 0; h < making->cg->hierarchies.len; h++) {
		const char *path = below_seat(making, h);

		if (making->seats[h].fd < 0)
			continue;
		making->fds[h] = open_group(making->seats[h].fd, path);
		making->paths[h] =
			arena_printf(&making->cg->arena, "%s/%s", making->seats[h].path, path);
	}
}

static void unmake_parents(const struct cg_making *making, size_t h)
{
	_cleanup_(cleanup_free)
	char *path = xstrdup(making->parent);
	unsigned int level = 0;

	for (const char *p = path; *p; p++)
		level += *p == '/';
	/* The one that all of ours share stays; it costs nothing. */
	for (; !making->parent_is_ours; level--) {
		char *slash = strrchr(path, '/');

		if (making->parents_made[h] & 1u << level)
			unlinkat(making->seats[h].fd, path, AT_REMOVEDIR);
		if (!slash)
			return;
		*slash = '\0';
	}
}

void cg_unmake_directories(struct cg_making *making)
{
	for (size_t h = 0; h < making->cg->hierarchies.len; h++) {
		if (making->fds[h] >= 0)
			unlinkat(making->seats[h].fd, below_seat(making, h), AT_REMOVEDIR);
		if (making->seats[h].fd >= 0 && !making->seats[h].is_scope)
			unmake_parents(making, h);
	}
}

/* ---- Limits ---- */

int cg_set_limits(struct cg_making *making, struct err *err)
{
	const struct hierarchies *all = &making->cg->hierarchies;
	struct limit_dirs dirs = LIMIT_DIRS_INIT;
	struct limit_set can = {0};

	if (!making->limits)
		return 0;
	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		if (all->of[c] == HIERARCHY_NONE)
			continue;
		dirs.fds[c] = making->fds[all->of[c]];
		dirs.v2[c] = all->items[all->of[c]].v2;
	}
	for (int i = 0; i < LIMITS; i++) {
		struct err why = ERR_INIT;

		if (!making->limits->values[i].set)
			continue;
		if (limits_check(&dirs, (enum limit_id)i, &why) < 0)
			cg_note(making->cg, "%s", why.text);
		else
			can.values[i] = making->limits->values[i];
	}
	return limits_write(&dirs, &can, NULL, err);
}
