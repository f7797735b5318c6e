/* SPDX-License-Identifier: MIT */
/*
 * What must never be frozen, limited or ended: the group that we are in and those above it, the group of
 * the host's PID 1, systemd's init.scope, ourselves and our ancestors. Reads, and refuses.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "runtime/cg_tree.h"
#include "runtime/target_private.h"

#define ANCESTORS_MAX 1024 /* a chain of parents is not longer, unless it changes as we go */

/** struct seat - where a process is, as far as a place of the target is concerned */
struct seat {
	pid_t pid;
	const char *who;     /* "boxtop itself" */
	struct span cgroups; /* its /proc/PID/cgroup */
};

/* Whether @path is @top or below it: by components, not by characters. */
static bool path_within(struct span path, struct span top)
{
	while (top.len > 1 && top.p[top.len - 1] == '/')
		top.len--;
	return span_starts(path, top) && (path.len == top.len || path.p[top.len] == '/');
}

/* The path of the process in the hierarchy of @place, as its mount shows it; false if it doesn't. */
static bool seat_path(const struct target *target, const struct target_place *place,
		      const struct seat *seat, struct span *out)
{
	struct span rest = seat->cgroups, text;
	struct parse_cgroup_line line;

	while (span_next_line(&rest, &text))
		if (parse_cgroup_line(text, &line, NULL) == 0 &&
		    hierarchies_of_line(&target->hierarchies, line.hierarchy_id,
					line.controllers) == place->hierarchy)
			return hierarchy_visible_path(&target->hierarchies.items[place->hierarchy],
						      line.path, out);
	return false;
}

/*
 * By its path where the mount shows it. Inside a container /proc may tell a path that the mount knows by
 * another name: then the members themselves are asked.
 */
static int place_holds(const struct target *target, const struct target_place *place,
		       const struct seat *seat, struct err *err)
{
	_cleanup_(cg_pids_finish)
	struct cg_pids pids = CG_PIDS_INIT;
	struct span path;
	int r;

	if (seat_path(target, place, seat, &path))
		return path_within(path, span_of(place->path));
	r = cg_pids_add_tree(&pids, place->fd, err);
	return r < 0 ? r : cg_pids_has(&pids, seat->pid);
}

static int check_seat(const struct target *target, pid_t pid, const char *who, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf cgroups = STRBUF_INIT;
	struct seat seat = {pid, who, {NULL, 0}};
	char path[40];
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	/* Where it can't be read the members tell. */
	dir_read(AT_FDCWD, path, &cgroups, NULL);
	seat.cgroups = strbuf_span(&cgroups);
	for (size_t i = 0; r == 0 && i < target->places_len; i++) {
		r = place_holds(target, &target->places[i], &seat, err);
		if (r > 0)
			return err_setx(err, EPERM, "%s: refused: %s is in the cgroup %s",
					target->name, seat.who, target->places[i].path);
	}
	return err_wrap(err, r, "%s", target->name);
}

static bool is_init_scope(const char *path)
{
	const char *name = strrchr(path, '/');

	return strcmp(name ? name + 1 : path, "init.scope") == 0;
}

static int check_names(const struct target *target, struct err *err)
{
	for (size_t i = 0; i < target->places_len; i++)
		if (is_init_scope(target->places[i].path))
			return err_setx(err, EPERM, "%s: refused: the cgroup %s holds systemd",
					target->name, target->places[i].path);
	return 0;
}

static pid_t parent_of(pid_t pid)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct parse_stat stat;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (dir_read(AT_FDCWD, path, &text, NULL) != 0 ||
	    parse_proc_stat(strbuf_span(&text), &stat, NULL) < 0)
		return 0;
	return stat.ppid;
}

static int check_leader(const struct target *target, struct err *err)
{
	pid_t pid = getpid();

	if (target->leader == 1)
		return err_setx(err, EPERM, "%s: refused: its first process is PID 1",
				target->name);
	for (int i = 0; target->leader > 0 && pid > 0 && i < ANCESTORS_MAX; i++) {
		if (pid == target->leader)
			return err_setx(err, EPERM,
					"%s: refused: boxtop itself runs below its first "
					"process %d",
					target->name, (int)target->leader);
		pid = parent_of(pid);
	}
	return 0;
}

int target_check(const struct target *target, struct err *err)
{
	int r = check_names(target, err);

	if (r == 0)
		r = check_leader(target, err);
	if (r == 0)
		r = check_seat(target, getpid(), "boxtop itself", err);
	if (r == 0)
		r = check_seat(target, 1, "PID 1", err);
	return r;
}
