/* SPDX-License-Identifier: MIT */
/*
 * Visits every process of a cgroup and of all below it: hot. Each is reached through its directory in
 * /proc, which is itself and not its number; that it still is a member is asked of it, unless it is frozen
 * and can't go. Owns nothing.
 */
#include <errno.h>
#include <unistd.h>

#include "runtime/killer.h"
#include "runtime/survivors.h"

/* By components, not by characters. */
static bool path_within(struct span path, struct span top)
{
	while (top.len > 1 && top.p[top.len - 1] == '/')
		top.len--;
	return span_starts(path, top) && (path.len == top.len || path.p[top.len] == '/');
}

/* Between the list and the opening it may have ended, and its number been given to a bystander. */
static bool is_member(const struct killer *killer, const struct target_place *place, int fd)
{
	const struct hierarchies *hierarchies = &killer->target->hierarchies;
	char text[HOT_FILE_MAX];
	ssize_t n = hot_read(fd, "cgroup", text, sizeof(text));
	struct span rest = {text, n > 0 ? (size_t)n : 0}, text_line, path;
	struct parse_cgroup_line line;

	while (span_next_line(&rest, &text_line)) {
		if (parse_cgroup_line(text_line, &line, NULL) < 0 ||
		    hierarchies_of_line(hierarchies, line.hierarchy_id, line.controllers) !=
			    place->hierarchy)
			continue;
		/* Inside a container the mount may know a path by another name than /proc. */
		return !hierarchy_visible_path(&hierarchies->items[place->hierarchy], line.path,
					       &path) ||
		       path_within(path, span_of(place->path));
	}
	return false;
}

static void name_one(int fd, struct sweep *sweep)
{
	struct hot_stat stat;

	if (hot_process_stat(fd, 0, &stat) < 0)
		return;
	sweep->members++;
	survivor_add(sweep->report, fd, &stat);
}

static void signal_one(struct killer *killer, pid_t pid, int fd, struct sweep *sweep)
{
	int r = hot_process_signal(fd, sweep->signal);

	if (r == -EPERM)
		sweep->denied++;
	if (r < 0)
		return;
	sweep->members++;
	sweep->fresh += seen_add(&killer->ended, pid, 0);
}

static void visit(struct killer *killer, const struct target_place *place, pid_t pid,
		  struct sweep *sweep)
{
	int fd;

	if (sweep->deed == SWEEP_LOOK) {
		sweep->members++;
		return;
	}
	if (sweep->deed == SWEEP_COUNT) {
		sweep->members++;
		sweep->fresh += seen_add(&killer->ended, pid, 0);
		return;
	}
	/* Once in each round, in however many hierarchies it is a member. */
	if (pid == 1 || pid == getpid() || !seen_add(&killer->visited, pid, 0))
		return;
	fd = hot_process_open(killer->proc_fd, pid);
	if (fd < 0)
		return;
	if (sweep->frozen || is_member(killer, place, fd)) {
		if (sweep->deed == SWEEP_NAME)
			name_one(fd, sweep);
		else
			signal_one(killer, pid, fd, sweep);
	}
	close(fd);
}

void killer_sweep(struct killer *killer, const struct target_place *place, struct sweep *sweep)
{
	int fd;
	pid_t pid;

	hot_walk_start(&killer->walk, place->fd);
	while ((fd = hot_walk_next(&killer->walk)) >= 0) {
		hot_members_start(&killer->members, fd);
		while ((pid = hot_members_next(&killer->members)) > 0)
			visit(killer, place, pid, sweep);
	}
}

static bool v2_is_empty(const struct target_place *place)
{
	char text[HOT_FILE_MAX];
	ssize_t n = hot_read(place->fd, "cgroup.events", text, sizeof(text));
	uint64_t populated = 0;
	struct parse_key key = {SPAN("populated"), &populated, NULL};

	/* A removed group can't be read, and is empty. */
	return n <= 0 || parse_flat_keyed((struct span) {text, (size_t)n}, &key, 1, NULL) < 0 ||
	       populated == 0;
}

bool killer_place_is_empty(struct killer *killer, const struct target_place *place)
{
	int fd;

	if (place->v2)
		return v2_is_empty(place);
	hot_walk_start(&killer->walk, place->fd);
	while ((fd = hot_walk_next(&killer->walk)) >= 0) {
		hot_members_start(&killer->members, fd);
		if (hot_members_next(&killer->members) == 0)
			continue;
		hot_members_end(&killer->members);
		hot_walk_end(&killer->walk);
		return false;
	}
	return true;
}
