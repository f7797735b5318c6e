/* SPDX-License-Identifier: MIT */
/*
 * Holds a target: its directory in every hierarchy, its leader, the systemd unit that it is. Owns the
 * descriptors of both. What may not be held at all is for target_check.c; nothing is changed here.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "runtime/cg_tree.h"
#include "runtime/target_private.h"

/* Paths come from rows and state files: nothing in them may lead out of the hierarchy. */
static int open_place(int mount_fd, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};

	while (*path == '/')
		path++;
	return (int)syscall(SYS_openat2, mount_fd, path, &how, sizeof(how));
}

static bool path_is_root(const char *path)
{
	return path[strspn(path, "/")] == '\0';
}

static uint8_t place_in(const struct target *target, uint8_t hierarchy)
{
	for (size_t i = 0; hierarchy != HIERARCHY_NONE && i < target->places_len; i++)
		if (target->places[i].hierarchy == hierarchy)
			return (uint8_t)i;
	return HIERARCHY_NONE;
}

/* @path in hierarchy @h as a place; one that is not there is left out. */
static int add_place(struct target *target, uint8_t h, const char *path, struct err *err)
{
	struct target_place *place = &target->places[target->places_len];
	struct stat st;
	int fd = open_place(target->hierarchies.items[h].fd, path);

	if (fd < 0 && (errno == ENOENT || errno == ENODEV))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0) {
		int code = errno;

		cleanup_close(&fd);
		return err_set(err, code, "%s: open the cgroup %s%s", target->name,
			       target->hierarchies.items[h].mount_point, path);
	}
	*place = (struct target_place) {
		.hierarchy = h,
		.v2 = target->hierarchies.items[h].v2,
		.fd = fd,
		.inode = st.st_ino,
		.path = xstrdup(path),
	};
	target->places_len++;
	return 0;
}

/*
 * Where a hierarchy puts a container at its root, it has no group of its own there: that is no place of
 * its. Controllers that share a hierarchy share the place.
 */
static int open_places(struct target *target, const struct target_request *request, struct err *err)
{
	int r = 0;

	for (int c = 0; r == 0 && c < CGROUP_CONTROLLERS; c++) {
		uint8_t h = target->hierarchies.of[c];
		const char *path = request->paths[c];

		if (h != HIERARCHY_NONE && path && !path_is_root(path) &&
		    place_in(target, h) == HIERARCHY_NONE)
			r = add_place(target, h, path, err);
	}
	for (int c = 0; r == 0 && c < CGROUP_CONTROLLERS; c++)
		target->of[c] = place_in(target, target->hierarchies.of[c]);
	return r;
}

void target_open_new(struct target *target, const char *path)
{
	for (uint8_t h = 0; h < target->hierarchies.len; h++)
		if (place_in(target, h) == HIERARCHY_NONE)
			add_place(target, h, path, NULL);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		target->of[c] = place_in(target, target->hierarchies.of[c]);
}

static int check_primary(const struct target *target, const struct target_request *request,
			 struct err *err)
{
	const struct target_place *place = target_place_of(target, request->primary);
	const char *path = request->paths[request->primary];

	if (!path)
		return 0;
	if (path_is_root(path))
		return err_setx(err, EPERM,
				"%s: refused: the root of a cgroup hierarchy holds the "
				"whole host",
				target->name);
	if (!place)
		return err_setx(err, ENOENT, "%s: its cgroup %s is gone", target->name, path);
	if (request->inode && place->inode != request->inode)
		return err_setx(err, ESTALE,
				"%s: its cgroup %s was removed, and another one is "
				"called so now",
				target->name, path);
	return 0;
}

/* ---- The leader ---- */

static bool leader_is_same(const struct target_request *request, uint64_t *out_start_ticks)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct parse_stat stat;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)request->leader);
	if (dir_read(AT_FDCWD, path, &text, NULL) != 0 ||
	    parse_proc_stat(strbuf_span(&text), &stat, NULL) < 0)
		return false;
	*out_start_ticks = stat.start_ticks;
	return !request->leader_start_ticks || stat.start_ticks == request->leader_start_ticks;
}

/*
 * The start time is read after the pidfd was opened: if it is the right one, so is the pidfd. A leader
 * that ended is no reason to hold nothing, unless there is nothing else.
 */
static int hold_leader(struct target *target, const struct target_request *request, struct err *err)
{
	if (request->leader > 0)
		target->pidfd = (int)syscall(SYS_pidfd_open, request->leader, 0);
	if (request->leader > 0 && target->pidfd < 0 && errno != ESRCH)
		return err_set(err, errno, "%s: open a pidfd of process %d", target->name,
			       (int)request->leader);
	if (target->pidfd >= 0 && leader_is_same(request, &target->leader_start_ticks)) {
		target->leader = request->leader;
		target->pid_namespace = request->pid_namespace;
		return 0;
	}
	cleanup_close(&target->pidfd);
	target->pidfd = -1;
	if (target->places_len == 0)
		return err_setx(err, ENOENT,
				"%s: it is gone: it has no cgroup, and its first process "
				"ended",
				target->name);
	return 0;
}

/* ---- All of it ---- */

static struct target *target_new(const struct target_request *request)
{
	struct target *target = xcalloc(1, sizeof(*target));
	const char *path = request->paths[request->primary];

	target->name = xstrdup(request->name ? request->name : path ? path : "target");
	target->primary = request->primary;
	target->pidfd = -1;
	memset(target->of, HIERARCHY_NONE, sizeof(target->of));
	return target;
}

static int hold(struct target *target, const struct target_request *request, struct err *err)
{
	_cleanup_(cleanup_close)
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = root < 0 ? err_set(err, errno, "open /")
			 : hierarchies_find(root, &target->hierarchies, err);

	if (r == 0)
		r = open_places(target, request, err);
	if (r == 0)
		r = check_primary(target, request, err);
	if (r == 0)
		r = hold_leader(target, request, err);
	if (r == 0)
		r = target_check(target, err);
	if (r == 0)
		target_find_unit(target);
	return r;
}

int target_hold(const struct target_request *request, struct target **out, struct err *err)
{
	struct target *target;
	int r;

	*out = NULL;
	if ((unsigned int)request->primary >= CGROUP_CONTROLLERS)
		return err_setx(err, EINVAL, "hold a target: no such hierarchy");
	target = target_new(request);
	r = hold(target, request, err);
	if (r < 0)
		target_free(target);
	else
		*out = target;
	return r;
}

void target_free(struct target *target)
{
	if (!target)
		return;
	for (size_t i = 0; i < target->places_len; i++) {
		close(target->places[i].fd);
		free(target->places[i].path);
	}
	cleanup_close(&target->pidfd);
	hierarchies_finish(&target->hierarchies);
	free(target->unit);
	free(target->name);
	free(target);
}

const char *target_name(const struct target *target)
{
	return target->name;
}

const char *target_unit(const struct target *target)
{
	return target->unit;
}

/* ---- Its processes ---- */

static bool leader_lives(const struct target *target)
{
	struct pollfd ended = {.fd = target->pidfd, .events = POLLIN};

	return target->pidfd >= 0 && poll(&ended, 1, 0) == 0;
}

bool target_place_is_there(const struct target *target, const struct target_place *place)
{
	const char *path = place->path + strspn(place->path, "/");
	struct stat stat;

	return fstatat(target->hierarchies.items[place->hierarchy].fd, path, &stat,
		       AT_SYMLINK_NOFOLLOW) == 0 &&
	       stat.st_ino == place->inode;
}

bool target_is_there(const struct target *target)
{
	for (size_t i = 0; i < target->places_len; i++)
		if (!target_place_is_there(target, &target->places[i]))
			return false;
	return target->places_len > 0 || leader_lives(target);
}

/* A process is in a group of each hierarchy, or of some: each counts once. */
int target_count(const struct target *target, uint64_t *out, struct err *err)
{
	_cleanup_(cg_pids_finish)
	struct cg_pids pids = CG_PIDS_INIT;
	int r = 0;

	*out = 0;
	if (target->places_len == 0)
		return err_setx(err, EOPNOTSUPP, "%s: it has no cgroup that counts its processes",
				target->name);
	for (size_t i = 0; r == 0 && i < target->places_len; i++)
		r = cg_pids_add_tree(&pids, target->places[i].fd, err);
	if (r < 0)
		return err_wrap(err, r, "%s", target->name);
	cg_pids_sort(&pids);
	*out = pids.len;
	return 0;
}

static int visit_populated(int fd, void *context, struct err *err)
{
	int procs = openat(fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	char byte;
	ssize_t n = procs >= 0 ? read(procs, &byte, 1) : 0;

	(void)context;
	(void)err;
	cleanup_close(&procs);
	return n > 0;
}

static bool place_is_populated(const struct target_place *place)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	uint64_t populated = 0;
	struct parse_key key = {SPAN("populated"), &populated, NULL};

	if (!place->v2)
		return cg_tree_walk(place->fd, visit_populated, NULL, NULL) > 0;
	return dir_read(place->fd, "cgroup.events", &text, NULL) == 0 &&
	       parse_flat_keyed(strbuf_span(&text), &key, 1, NULL) == 0 && populated;
}

bool target_is_populated(const struct target *target)
{
	for (size_t i = 0; i < target->places_len; i++)
		if (place_is_populated(&target->places[i]))
			return true;
	return target->places_len == 0 && leader_lives(target);
}
