/* SPDX-License-Identifier: MIT */
/*
 * The cgroups of a sandbox: makes them, finds them again, removes them. Owns the descriptors that a launch
 * enters by. Never enters a group itself, and never moves a process.
 */
#include "runtime/cg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/cg_private.h"
#include "runtime/cg_tree.h"

#define REMOVE_PATIENCE_USEC 2000000

/* ---- Names ---- */

static bool is_component(struct span part)
{
	return part.len > 0 && part.len <= 255 && !span_eq(part, SPAN(".")) &&
	       !span_eq(part, SPAN("..")) && !memchr(part.p, '/', part.len) &&
	       !memchr(part.p, '\n', part.len);
}

static int check_names(const char *name, struct span parent, struct err *err)
{
	struct span rest = parent, part;

	if (!is_component(span_of(name)))
		return err_setx(err, EINVAL, "'%s' is no name of a cgroup", name);
	do {
		if (!span_next_part(&rest, '/', &part) || !is_component(part))
			return err_setx(err, EINVAL, "'%.*s' is no path of a cgroup",
					(int)parent.len, parent.p);
	} while (rest.len > 0);
	return 0;
}

/* "/a/b" and "a/b/" are the same: below the root, or below what was given to this user. */
static struct span parent_of(const char *parent)
{
	struct span span = parent ? span_of(parent) : SPAN(CG_PARENT);

	while (span.len > 0 && span.p[0] == '/') {
		span.p++;
		span.len--;
	}
	while (span.len > 0 && span.p[span.len - 1] == '/')
		span.len--;
	return span;
}

/* ---- Making ---- */

static void cg_init(struct cg *cg)
{
	memset(cg, 0, sizeof(*cg));
	cg->arena = ARENA_INIT;
	cg->hierarchies = HIERARCHIES_INIT;
	cg->unified_fd = -1;
}

static int find_hierarchies(struct cg *cg, struct err *err)
{
	_cleanup_(cleanup_close)
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return err_set(err, errno, "open /");
	return hierarchies_find(root, &cg->hierarchies, err);
}

/* A v1 "tasks" file is opened now, with our rights; the child, whose rights are gone, writes to it. */
static int open_entries(struct cg *cg, size_t h, int fd, struct err *err)
{
	int tasks;

	if (cg->hierarchies.items[h].v2) {
		cg->unified_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		return cg->unified_fd < 0 ? err_set(err, errno, "copy a descriptor") : 0;
	}
	tasks = openat(fd, "tasks", O_WRONLY | O_CLOEXEC);
	if (tasks < 0)
		return err_set(err, errno, "open tasks of the cgroup in %s",
			       cg->hierarchies.items[h].mount_point);
	cg->task_fds[cg->task_fds_len++] = tasks;
	return 0;
}

/* The hierarchy whose directory stands for all of them: the one that is there on most hosts. */
static void choose_primary(struct cg *cg, const int fds[HIERARCHIES_MAX])
{
	static const enum cgroup_controller order[] = {
		CGROUP_MEMORY, CGROUP_PIDS,    CGROUP_CPU,     CGROUP_CPUACCT, CGROUP_IO,
		CGROUP_CPUSET, CGROUP_FREEZER, CGROUP_SYSTEMD, CGROUP_UNIFIED,
	};
	struct stat st;

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		uint8_t h = cg->hierarchies.of[order[i]];

		if (h == HIERARCHY_NONE || fds[h] < 0 || fstat(fds[h], &st) < 0)
			continue;
		cg->primary =
			cg->hierarchies.layout == CGROUP_LAYOUT_UNIFIED ? CGROUP_UNIFIED : order[i];
		cg->inode = st.st_ino;
		return;
	}
}

static int take_over(struct cg *cg, const int fds[HIERARCHIES_MAX],
		     char *const paths[HIERARCHIES_MAX], struct err *err)
{
	int r = 0;

	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		uint8_t h = cg->hierarchies.of[c];

		cg->paths[c] = h == HIERARCHY_NONE || fds[h] < 0 ? NULL : paths[h];
	}
	for (size_t h = 0; r == 0 && h < cg->hierarchies.len; h++)
		if (fds[h] >= 0)
			r = open_entries(cg, h, fds[h], err);
	choose_primary(cg, fds);
	return r;
}

static bool any_open(const int fds[HIERARCHIES_MAX])
{
	for (size_t h = 0; h < HIERARCHIES_MAX; h++)
		if (fds[h] >= 0)
			return true;
	return false;
}

static void making_init(struct cg_making *making, struct cg *cg, const char *name,
			const char *parent)
{
	*making = (struct cg_making) {
		.cg = cg,
		.name = name,
		.parent = arena_strndup(&cg->arena, parent_of(parent).p, parent_of(parent).len),
	};
	making->parent_is_ours = strcmp(making->parent, CG_PARENT) == 0;
	for (size_t h = 0; h < HIERARCHIES_MAX; h++) {
		making->seats[h].fd = -1;
		making->fds[h] = -1;
	}
}

static void making_finish(struct cg_making *making)
{
	for (size_t h = 0; h < HIERARCHIES_MAX; h++) {
		cg_seat_finish(&making->seats[h]);
		cleanup_close(&making->fds[h]);
	}
}

static int create(const struct cg_request *request, struct cg *cg, struct err *err)
{
	_cleanup_(making_finish)
	struct cg_making making;
	int r;

	making_init(&making, cg, request->name, request->parent);
	making.limits = request->limits;
	r = cg_scope_is_for(&making) ? cg_scope_start(&making, request->init, err) : 0;
	if (r < 0)
		return r;
	cg_find_seats(&making);
	r = cg_make_directories(&making, err);
	if (r == 0 && cg->unit)
		r = cg_scope_settle(&making, request->init, err);
	if (r == 0)
		r = cg_set_limits(&making, err);
	if (r == 0)
		r = take_over(cg, making.fds, making.paths, err);
	if (r < 0)
		cg_unmake_directories(&making);
	cg->manager = !any_open(making.fds) ? CG_NONE : cg->unit ? CG_SYSTEMD : CG_DIRECT;
	return r;
}

int cg_create(const struct cg_request *request, struct cg *out, struct err *err)
{
	int r = check_names(request->name, parent_of(request->parent), err);

	cg_init(out);
	if (r == 0)
		r = find_hierarchies(out, err);
	if (r == 0)
		r = create(request, out, err);
	if (r == 0 && out->manager == CG_NONE && out->notes_len == 0)
		cg_note(out, "no cgroup: this host has no cgroup file system mounted");
	if (r < 0)
		cg_finish(out);
	return err_wrap(err, r, "cgroups of %s", request->name);
}

/* ---- Finding again ---- */

int cg_find(const char *name, const char *parent, struct cg *out, struct err *err)
{
	_cleanup_(making_finish)
	struct cg_making making;
	int r;

	cg_init(out);
	making_init(&making, out, name, parent);
	r = check_names(name, parent_of(parent), err);
	if (r == 0)
		r = find_hierarchies(out, err);
	if (r == 0) {
		cg_find_seats(&making);
		cg_open_directories(&making);
		r = take_over(out, making.fds, making.paths, err);
		out->manager = any_open(making.fds) ? CG_DIRECT : CG_NONE;
	}
	if (r < 0)
		cg_finish(out);
	return err_wrap(err, r, "cgroups of %s", name);
}

static int open_path(const struct hierarchy *hierarchy, const char *path)
{
	path += strspn(path, "/");
	if (!*path || strstr(path, ".."))
		return -1;
	return openat(hierarchy->fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int cg_open(enum cg_manager manager, const char *const paths[CGROUP_CONTROLLERS], struct cg *out,
	    struct err *err)
{
	int fds[HIERARCHIES_MAX];
	char *own[HIERARCHIES_MAX] = {NULL};
	int r;

	cg_init(out);
	memset(fds, -1, sizeof(fds));
	r = find_hierarchies(out, err);
	for (int c = 0; r == 0 && c < CGROUP_CONTROLLERS; c++) {
		uint8_t h = out->hierarchies.of[c];

		if (h == HIERARCHY_NONE || !paths[c] || fds[h] >= 0)
			continue;
		fds[h] = open_path(&out->hierarchies.items[h], paths[c]);
		own[h] = arena_strdup(&out->arena, paths[c]);
	}
	if (r == 0)
		r = take_over(out, fds, own, err);
	for (size_t h = 0; h < HIERARCHIES_MAX; h++)
		cleanup_close(&fds[h]);
	out->manager = manager;
	for (int c = 0; r == 0 && manager == CG_SYSTEMD && c < CGROUP_CONTROLLERS; c++)
		if (!out->unit)
			out->unit = cg_scope_unit(&out->arena, out->paths[c]);
	if (r < 0)
		cg_finish(out);
	return r;
}

/* ---- The end ---- */

/* The scope's own group where we made it ourselves. Where systemd watches it is systemd's to remove. */
static void remove_mirror(const struct cg *cg, uint8_t h, const char *path)
{
	const char *name = strrchr(path, '/');
	size_t len = name ? (size_t)(name - path) : 0, unit = cg->unit ? strlen(cg->unit) : 0;
	char above[PATH_MAX];

	if (unit == 0 || cg->hierarchies.items[h].v2 || h == cg->hierarchies.of[CGROUP_SYSTEMD] ||
	    len <= unit || len >= sizeof(above) || memcmp(name - unit, cg->unit, unit) != 0)
		return;
	memcpy(above, path, len);
	above[len] = '\0';
	unlinkat(cg->hierarchies.items[h].fd, above + strspn(above, "/"), AT_REMOVEDIR);
}

int cg_remove(struct cg *cg, struct err *err)
{
	unsigned int done = 0;
	int r = 0;

	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		uint8_t h = cg->hierarchies.of[c];
		struct err why = ERR_INIT;
		int one;

		if (h == HIERARCHY_NONE || !cg->paths[c] || done & 1u << h)
			continue;
		done |= 1u << h;
		one = cg_tree_remove(cg->hierarchies.items[h].fd,
				     cg->paths[c] + strspn(cg->paths[c], "/"), REMOVE_PATIENCE_USEC,
				     &why);
		if (one == 0)
			remove_mirror(cg, h, cg->paths[c]);
		/* The others are removed all the same; the first failure is told. */
		if (one < 0 && r == 0) {
			r = one;
			if (err)
				*err = why;
			err_wrap(err, r, "in %s", cg->hierarchies.items[h].mount_point);
		}
	}
	return r;
}

void cg_finish(struct cg *cg)
{
	for (size_t i = 0; i < cg->task_fds_len; i++)
		close(cg->task_fds[i]);
	cleanup_close(&cg->unified_fd);
	hierarchies_finish(&cg->hierarchies);
	arena_finish(&cg->arena);
	cg_init(cg);
}
