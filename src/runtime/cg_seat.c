/* SPDX-License-Identifier: MIT */
/*
 * Where groups of ours can be made. Looks only: a group that isn't ours is neither changed nor given
 * controllers; what would help is for the person to do, and the note says it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "runtime/cg_private.h"

/** struct candidate - a group that we may make others in */
struct candidate {
	int fd;
	size_t path_len;
	int controllers; /* how many of those wanted it hands on; -1: none found yet */
};

void cg_seat_finish(struct cg_seat *seat)
{
	cleanup_close(&seat->fd);
	free(seat->path);
	*seat = (struct cg_seat) {.fd = -1};
}

static bool may_write(int fd, const char *file, int mode)
{
	return faccessat(fd, file, mode, AT_EACCESS) == 0;
}

/*
 * v2 moves a process only for whom may write cgroup.procs of the group that both places have in common,
 * which is this one at the lowest.
 */
static bool may_make_in(const struct hierarchy *hierarchy, int fd)
{
	return may_write(fd, ".", W_OK | X_OK) &&
	       (!hierarchy->v2 || may_write(fd, "cgroup.procs", W_OK));
}

/* How many of @wanted the groups below would have. */
static int handed_on(int fd, unsigned int wanted)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	if (dir_read(fd, "cgroup.subtree_control", &text, NULL) != 0)
		return 0;
	return __builtin_popcount(hierarchy_controller_bits(span_trim(strbuf_span(&text)), ' ') &
				  wanted);
}

static void consider(const struct hierarchy *hierarchy, unsigned int wanted, const char *path,
		     struct candidate *best)
{
	int fd = openat(hierarchy->fd, path[1] ? path + 1 : ".",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int n;

	if (fd < 0)
		return;
	n = may_make_in(hierarchy, fd) ? hierarchy->v2 ? handed_on(fd, wanted) : 0 : -1;
	if (n <= best->controllers) {
		close(fd);
		return;
	}
	cleanup_close(&best->fd);
	*best = (struct candidate) {fd, strlen(path), n};
}

/* From our own group upwards: the lowest of those that hand on most. */
static struct candidate search_upwards(const struct hierarchy *hierarchy, unsigned int wanted,
				       char *path)
{
	struct candidate best = {.fd = -1, .controllers = -1};

	for (;;) {
		char *slash = strrchr(path, '/');

		consider(hierarchy, wanted, path, &best);
		if (path[1] == '\0')
			return best;
		slash[slash == path] = '\0';
	}
}

static char *own_path(const struct hierarchy *hierarchy)
{
	struct span visible;

	if (!hierarchy->self_path ||
	    !hierarchy_visible_path(hierarchy, span_of(hierarchy->self_path), &visible))
		return NULL;
	return strndup(visible.p, visible.len);
}

static int refuse(const struct hierarchy *hierarchy, struct err *err)
{
	const char *own = hierarchy->self_path ? hierarchy->self_path : "/";

	if (geteuid() == 0)
		return err_setx(err, EACCES, "%s can't be written", hierarchy->mount_point);
	return err_setx(err, EACCES,
			"no cgroup above %s in %s belongs to this user: root can give "
			"one with chown of its directory and of cgroup.procs%s",
			own, hierarchy->mount_point,
			hierarchy->v2 ? " and cgroup.subtree_control" : " and tasks");
}

int cg_seat_find(const struct hierarchy *hierarchy, unsigned int wanted, struct cg_seat *out,
		 struct err *err)
{
	_cleanup_(cleanup_free)
	char *path = NULL;
	struct candidate best;

	*out = (struct cg_seat) {.fd = -1};
	/* Root in a user namespace is not the root of the host: there this fails, and it is a user. */
	if (geteuid() == 0 && may_write(hierarchy->fd, ".", W_OK | X_OK)) {
		out->fd = fcntl(hierarchy->fd, F_DUPFD_CLOEXEC, 0);
		out->path = xstrdup("");
		return out->fd < 0 ? err_set(err, errno, "copy a descriptor") : 0;
	}
	path = own_path(hierarchy);
	if (!path || path[0] != '/')
		return refuse(hierarchy, err);
	_cleanup_(cleanup_free)
	char *whole = xstrdup(path);

	best = search_upwards(hierarchy, wanted, path);
	if (best.fd < 0)
		return refuse(hierarchy, err);
	out->fd = best.fd;
	out->path = best.path_len > 1 ? strndup(whole, best.path_len) : xstrdup("");
	return 0;
}
