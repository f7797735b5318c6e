/* SPDX-License-Identifier: MIT */
/*
 * Where systemd runs the host a sandbox gets a scope of its own, delegated to us: its groups are made
 * below it as anywhere else. Whoever asks for it moves into it, to a group beside the sandbox's, as v2
 * lets no process be above groups with controllers, and a plain user's processes be moved only within
 * what is theirs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/parse.h"
#include "runtime/cg_private.h"
#include "runtime/systemd.h"

/* No sandbox can be called so. */
#define BESIDE ".boxtop"

#define STALE_USEC	 10000000
#define STALE_PAUSE_NSEC 20000000

static char *unit_of(struct cg_making *making)
{
	return arena_printf(&making->cg->arena, "boxtop-%s.scope", making->name);
}

/* "machine.slice" is for systemd; any other parent is a path that somebody wants to have. */
static bool is_slice(const char *parent)
{
	return !strchr(parent, '/') && span_ends(span_of(parent), SPAN(".slice"));
}

bool cg_scope_is_for(const struct cg_making *making)
{
	return systemd_is_running() && (making->parent_is_ours || is_slice(making->parent));
}

static bool is_of_unit(struct span path, const char *unit)
{
	size_t len = strlen(unit);

	return path.len > len && path.p[path.len - len - 1] == '/' &&
	       memcmp(path.p + path.len - len, unit, len) == 0;
}

static void take_seat(struct cg_making *making, uint8_t h, struct span path)
{
	const struct hierarchy *hierarchy = &making->cg->hierarchies.items[h];
	struct cg_seat *seat = &making->seats[h];
	struct span visible;

	if (!hierarchy_visible_path(hierarchy, path, &visible) || visible.len < 2)
		return;
	seat->path = strndup(visible.p, visible.len);
	seat->fd = openat(hierarchy->fd, seat->path + 1,
			  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	seat->is_scope = true;
	if (seat->fd < 0)
		cg_seat_finish(seat);
}

/* Where the scope has a group is where its first process is now: on v1 that is not in every hierarchy. */
static int take_seats(struct cg_making *making, pid_t pid, const char *unit, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct parse_cgroup_line line;
	struct span rest, one;
	char path[40];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	r = dir_read(AT_FDCWD, path, &text, err);
	if (r != 0)
		return r < 0 ? r : err_setx(err, ESRCH, "read %s: the process ended", path);
	rest = strbuf_span(&text);
	while (span_next_line(&rest, &one)) {
		uint8_t h;

		if (parse_cgroup_line(one, &line, NULL) < 0 || !is_of_unit(line.path, unit))
			continue;
		h = hierarchies_of_line(&making->cg->hierarchies, line.hierarchy_id,
					line.controllers);
		if (h != HIERARCHY_NONE && making->seats[h].fd < 0)
			take_seat(making, h, line.path);
	}
	return 0;
}

static int make_path(int root_fd, const char *path)
{
	_cleanup_(cleanup_free)
	char *whole = xstrdup(path + 1);

	for (char *slash = strchr(whole, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdirat(root_fd, whole, 0755) < 0 && errno != EEXIST)
			return -errno;
		if (!slash)
			return 0;
		*slash = '/';
	}
}

/* On v1 systemd has no group where it has nothing to set, as in freezer: root gets one there at the same path,
 * as the engines do it, so that what looks from outside sees one sandbox and not two. */
static void mirror_seats(struct cg_making *making)
{
	const struct hierarchies *all = &making->cg->hierarchies;
	const char *path = NULL;

	for (size_t h = 0; !path && h < all->len; h++)
		path = making->seats[h].path;
	for (uint8_t h = 0; geteuid() == 0 && path && h < all->len; h++)
		if (!all->items[h].v2 && making->seats[h].fd < 0 &&
		    make_path(all->items[h].fd, path) == 0)
			take_seat(making, h, span_of(path));
}

/* systemd forgets a scope a moment after its last process ended: one that is called so may be on its way
 * out. */
static int start_patiently(const struct systemd_scope *scope, struct err *err)
{
	uint64_t end = clock_monotonic_usec() + STALE_USEC;
	int r;

	while ((r = systemd_start_scope(scope, err)) == -EEXIST && clock_monotonic_usec() < end)
		nanosleep(&(struct timespec) {.tv_nsec = STALE_PAUSE_NSEC}, NULL);
	return r;
}

int cg_scope_start(struct cg_making *making, pid_t init, struct err *err)
{
	char *unit = unit_of(making);
	struct systemd_scope scope = {
		.unit = unit,
		.slice = making->parent_is_ours ? NULL : making->parent,
		.pid = init > 0 ? init : getpid(),
	};
	struct err why = ERR_INIT;
	int r = start_patiently(&scope, &why);

	if (r == -EEXIST) {
		if (err)
			*err = why;
		return r;
	}
	if (r != 0) {
		cg_note(making->cg, "no scope of systemd: %s", why.text);
		return 0;
	}
	making->cg->unit = unit;
	r = take_seats(making, scope.pid, unit, err);
	if (r == 0)
		mirror_seats(making);
	return r;
}

static int move_to(int fd, pid_t pid, struct err *err)
{
	_cleanup_(cleanup_close)
	int procs = openat(fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (procs < 0 || dprintf(procs, "%d", (int)pid) < 0)
		return err_set(err, errno, "move process %d within the scope", (int)pid);
	return 0;
}

static int step_aside(int scope_fd, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = -1;

	if (mkdirat(scope_fd, BESIDE, 0755) < 0 && errno != EEXIST)
		return err_set(err, errno, "make a cgroup within the scope");
	fd = openat(scope_fd, BESIDE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? err_set(err, errno, "open a cgroup within the scope")
		      : move_to(fd, getpid(), err);
}

int cg_scope_settle(struct cg_making *making, pid_t init, struct err *err)
{
	int r = 0;

	for (size_t h = 0; r == 0 && h < making->cg->hierarchies.len; h++) {
		const struct cg_seat *seat = &making->seats[h];
		bool v2 = making->cg->hierarchies.items[h].v2;

		if (!seat->is_scope || making->fds[h] < 0)
			continue;
		if (init > 0)
			r = move_to(making->fds[h], init, err);
		else if (v2)
			r = step_aside(seat->fd, err);
		if (r == 0 && v2)
			cg_enable_controllers(seat->fd);
	}
	return r;
}

/* ---- Processes from elsewhere ---- */

char *cg_scope_unit(struct arena *arena, const char *path)
{
	struct span rest = span_of(path), part;

	while (path && span_next_part(&rest, '/', &part))
		if (span_starts(part, SPAN("boxtop-")) && span_ends(part, SPAN(".scope")))
			return arena_strndup(arena, part.p, part.len);
	return NULL;
}

static bool is_within(const char *cgroup_path, const char *unit)
{
	struct span rest = span_of(cgroup_path), part;

	while (cgroup_path && span_next_part(&rest, '/', &part))
		if (span_eq(part, span_of(unit)))
			return true;
	return false;
}

int cg_reach(const struct cg *cg, struct err *err)
{
	uint8_t h = cg->hierarchies.of[CGROUP_UNIFIED];
	struct err why = ERR_INIT;
	int r;

	/* Root may move anything from anywhere; v1 asks for no common ancestor. */
	if (geteuid() == 0 || !cg->unit || h == HIERARCHY_NONE ||
	    is_within(cg->hierarchies.items[h].self_path, cg->unit))
		return 0;
	r = systemd_attach(cg->unit, "/" BESIDE, getpid(), &why);
	if (r == 0)
		return 0;
	return err_setx(err, r < 0 ? -r : EACCES, "be let into %s: %s", cg->unit, why.text);
}
