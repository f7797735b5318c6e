/* SPDX-License-Identifier: MIT */
/*
 * The brakes for a bomb: pids.max of the smallest groups that hold its members, each group once, and
 * kernel.threads-max for those that are in no group with such a file. Opens them, writes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/hierarchy.h"
#include "runtime/bomb.h"

#define THREADS_MAX "/proc/sys/kernel/threads-max"
/* Longer than any kill takes: a brake that is on then belongs to one that was stopped. */
#define GROUP_LIMIT_USEC (2 * (uint64_t)KILL_DEADLINE_USEC)
/* Nobody on the whole host can fork meanwhile. */
#define HOST_LIMIT_USEC 100000
/* Among a thousand processes that all want to fork, too, a place is free now and then. */
#define FORK_PATIENCE_USEC 200000

/** struct groups - paths below the mount of the hierarchy with the pids controller, each owned */
struct groups {
	const struct hierarchy *hierarchy;
	char **paths;
	size_t len;
	bool root; /* some member is in no group with a brake */
};

static void groups_finish(struct groups *groups)
{
	for (size_t i = 0; i < groups->len; i++)
		free(groups->paths[i]);
	free(groups->paths);
}

static const char *below_mount(const char *path)
{
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

static char *brake_path(const char *group)
{
	struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "%s/pids.max", below_mount(group));
	return path.data;
}

/* Cuts @path down to the nearest group that has a brake; false: there is none up to the root. */
static bool climb(const struct groups *groups, char *path)
{
	for (;;) {
		_cleanup_(cleanup_free)
		char *brake = brake_path(path);
		char *slash = strrchr(path, '/');

		if (faccessat(groups->hierarchy->fd, brake, F_OK, 0) == 0)
			return true;
		if (!slash || path[1] == '\0')
			return false;
		slash[slash == path] = '\0';
	}
}

static bool covers(const char *group, const char *path)
{
	size_t len = strlen(group);

	return strncmp(path, group, len) == 0 &&
	       (path[len] == '\0' || path[len] == '/' || strcmp(group, "/") == 0);
}

/* A brake holds for all that is below: no group within another one is kept. */
static void groups_add(struct groups *groups, struct span seen_path)
{
	_cleanup_(cleanup_free)
	char *path = strndup(seen_path.p, seen_path.len);
	size_t kept = 0;

	for (size_t i = 0; i < groups->len; i++) {
		if (covers(groups->paths[i], path))
			return;
	}
	if (!climb(groups, path)) {
		groups->root = true;
		return;
	}
	for (size_t i = 0; i < groups->len; i++) {
		if (covers(groups->paths[i], path))
			return;
		if (covers(path, groups->paths[i]))
			free(groups->paths[i]);
		else
			groups->paths[kept++] = groups->paths[i];
	}
	groups->paths = xreallocarray(groups->paths, kept + 1, sizeof(groups->paths[0]));
	groups->paths[kept] = TAKE(path);
	groups->len = kept + 1;
}

/* The group of one process, from its line about the hierarchy with the pids controller. */
static void groups_add_process(struct groups *groups, const struct hierarchies *hierarchies,
			       const char *text)
{
	struct span rest = span_of(text), text_line, path;
	struct parse_cgroup_line line;

	while (span_next_line(&rest, &text_line)) {
		if (parse_cgroup_line(text_line, &line, NULL) < 0 ||
		    hierarchies_of_line(hierarchies, line.hierarchy_id, line.controllers) !=
			    hierarchies->of[CGROUP_PIDS])
			continue;
		if (hierarchy_visible_path(groups->hierarchy, line.path, &path))
			groups_add(groups, path);
		else
			groups->root = true;
		return;
	}
	groups->root = true;
}

/* Neighbours mostly are in the same groups: a text that was looked at is not looked at again. */
static void find_groups_of_members(const struct bomb *bomb, const struct hierarchies *hierarchies,
				   struct groups *groups)
{
	char text[HOT_FILE_MAX], last[HOT_FILE_MAX] = "", number[HOT_NUMBER_MAX];

	for (size_t i = 0; i < bomb->members_len; i++) {
		char path[HOT_NUMBER_MAX + 8];

		hot_copy(path, hot_number((uint64_t)bomb->members[i].pid, number), sizeof(path));
		memcpy(path + strlen(path), "/cgroup", sizeof("/cgroup"));
		if (hot_read(bomb->proc_fd, path, text, sizeof(text)) <= 0 ||
		    strcmp(text, last) == 0)
			continue;
		groups_add_process(groups, hierarchies, text);
		hot_copy(last, text, sizeof(last));
	}
}

/* Who fits is asked at once, while it is there. */
static void find_groups_now(struct bomb *bomb, const struct hierarchies *hierarchies,
			    struct groups *groups)
{
	char text[HOT_FILE_MAX];
	pid_t pid;

	if (bomb->by == BOMB_TREE)
		tree_look(bomb);
	hot_dir_start(&bomb->dir, bomb->proc_fd);
	while ((pid = hot_dir_next_pid(&bomb->dir)) > 0) {
		_cleanup_(cleanup_close)
		int fd = hot_process_open(bomb->proc_fd, pid);
		enum bomb_spared why;
		struct hot_stat stat;

		if (fd >= 0 && hot_process_stat(fd, 0, &stat) == 0 &&
		    !bomb_is_spared(bomb, &stat, &why) && bomb_fits(bomb, fd, &stat) &&
		    hot_read(fd, "cgroup", text, sizeof(text)) > 0)
			groups_add_process(groups, hierarchies, text);
	}
}

/* Of a bomb whose processes fork and are gone, none that was chosen may be there to be asked any more. */
#define LOOKS 20

static void find_groups(struct bomb *bomb, const struct hierarchies *hierarchies,
			struct groups *groups)
{
	find_groups_of_members(bomb, hierarchies, groups);
	for (int i = 0; i < LOOKS && groups->len == 0 && !groups->root; i++)
		find_groups_now(bomb, hierarchies, groups);
}

static void add_brake(struct bomb *bomb, int dirfd, const char *path, const struct guard_file *file)
{
	struct guard_file brake = *file;

	brake.fd = openat(dirfd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	/* Whom the file denies, or who has no descriptor left, kills without it. */
	if (brake.fd >= 0)
		guard_add(bomb->guard, &brake);
}

static void add_host_brake(struct bomb *bomb)
{
	size_t before = guard_files(bomb->guard);

	add_brake(bomb, AT_FDCWD, THREADS_MAX,
		  &(struct guard_file) {.braked = "1", .limit_usec = HOST_LIMIT_USEC});
	if (guard_files(bomb->guard) > before)
		bomb->host_brake = before;
}

void bomb_brakes(struct bomb *bomb)
{
	_cleanup_(hierarchies_finish)
	struct hierarchies hierarchies = HIERARCHIES_INIT;
	_cleanup_(groups_finish)
	struct groups groups = {.root = true};
	_cleanup_(cleanup_close)
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	bomb->host_brake = SIZE_MAX;
	if (hierarchies_find(root, &hierarchies, NULL) == 0 &&
	    hierarchies.of[CGROUP_PIDS] != HIERARCHY_NONE) {
		groups.hierarchy = &hierarchies.items[hierarchies.of[CGROUP_PIDS]];
		groups.root = false;
		find_groups(bomb, &hierarchies, &groups);
	}
	bomb->guard = guard_new(groups.len + 1);
	for (size_t i = 0; i < groups.len; i++) {
		_cleanup_(cleanup_free)
		char *path = brake_path(groups.paths[i]);

		add_brake(bomb, groups.hierarchy->fd, path,
			  &(struct guard_file) {.braked = "0", .limit_usec = GROUP_LIMIT_USEC});
	}
	bomb->unbraked = groups.root || guard_files(bomb->guard) < groups.len;
	if (groups.root)
		add_host_brake(bomb);
	if (guard_start(bomb->guard, FORK_PATIENCE_USEC, NULL) < 0)
		bomb->unbraked = true;
	bomb_spare(bomb, guard_pid(bomb->guard), SPARED_SELF);
}
