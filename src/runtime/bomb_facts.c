/* SPDX-License-Identifier: MIT */
/*
 * What a query means on this host: the file behind a path, the link that shows a namespace, who is left
 * out. Refuses what would end the host, or ourselves. Runs before anything is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "runtime/bomb.h"

static const char *const ns_links[] = {
	"ns/pid", "ns/mnt", "ns/net", "ns/user", "ns/ipc", "ns/uts", "ns/cgroup", "ns/time",
};

void bomb_spare(struct bomb *bomb, pid_t pid, enum bomb_spared why)
{
	struct hot_stat stat;

	if (pid <= 0 || hot_process_stat(bomb->proc_fd, pid, &stat) < 0)
		return;
	bomb->spared = xreallocarray(bomb->spared, bomb->spared_len + 1, sizeof(bomb->spared[0]));
	bomb->spared[bomb->spared_len++] =
		(struct bomb_id) {.pid = pid, .start_ticks = stat.start_ticks, .why = why};
}

/* We, and everybody who would miss us: the shell, the terminal, the login. */
static void spare_ancestors(struct bomb *bomb)
{
	struct hot_stat stat = {.ppid = getpid()};
	enum bomb_spared why = SPARED_SELF;

	while (stat.ppid > 0 && hot_process_stat(bomb->proc_fd, stat.ppid, &stat) == 0) {
		bomb_spare(bomb, stat.pid, why);
		why = SPARED_ANCESTOR;
	}
}

void bomb_spare_leader(struct bomb *bomb)
{
	const struct leader *leader = &bomb->leader;

	/* Without a terminal it is no user's shell, and may be the bomb that the others are copies of. */
	if (leader->found &&
	    (leader->stat.tty != 0 || (leader->strangers > 0 && leader->alike == 0)))
		bomb_spare(bomb, leader->stat.pid, SPARED_LEADER);
}

void bomb_compare_leader(struct bomb *bomb, int fd, const struct hot_stat *stat)
{
	struct leader *leader = &bomb->leader;
	struct file_id exe;

	if (!leader->found || stat->pid == leader->stat.pid || !process_exe(fd, &exe))
		return;
	if (exe.ino == leader->exe.ino && exe.dev == leader->exe.dev)
		leader->alike++;
	else
		leader->strangers++;
}

static void find_leader(struct bomb *bomb)
{
	struct leader *leader = &bomb->leader;
	int fd = hot_process_open(bomb->proc_fd, (pid_t)bomb->number);

	if (fd < 0)
		return;
	leader->found =
		hot_process_stat(fd, 0, &leader->stat) == 0 && process_exe(fd, &leader->exe);
	close(fd);
}

/* ---- By each kind of query ---- */

static int facts_session(struct bomb *bomb, struct err *err)
{
	if (bomb->number == 0 || bomb->number > INT_MAX)
		return err_setx(err, EPERM,
				"session %" PRIu64 " is not one of user processes: name another",
				bomb->number);
	find_leader(bomb);
	return 0;
}

static int facts_group(const struct bomb *bomb, struct err *err)
{
	return bomb->number > 0 && bomb->number <= INT_MAX
		       ? 0
		       : err_setx(err, EPERM,
				  "process group %" PRIu64
				  " is not one of user processes: name another",
				  bomb->number);
}

static int facts_user(struct bomb *bomb, struct err *err)
{
	if (bomb->number == 0)
		return err_setx(err, EPERM,
				"user 0 runs the host: choose by --tree, --session or --exe");
	return bomb->number < UINT32_MAX
		       ? 0
		       : err_setx(err, EINVAL, "no user can have the number %" PRIu64,
				  bomb->number);
}

static int facts_exe(struct bomb *bomb, const char *path, struct err *err)
{
	struct stat stat_buf;

	if (stat(path, &stat_buf) < 0)
		return err_set(err, errno, "open the program %s", path);
	if (!S_ISREG(stat_buf.st_mode))
		return err_setx(err, EINVAL, "%s is no program: name a regular file", path);
	bomb->exe = (struct file_id) {stat_buf.st_dev, stat_buf.st_ino};
	return 0;
}

/* The link of @fd's process that leads to the namespace; NULL. */
static const char *find_ns(int fd, uint64_t inode)
{
	struct stat stat;

	for (size_t i = 0; i < ARRAY_LEN(ns_links); i++) {
		if (fstatat(fd, ns_links[i], &stat, 0) == 0 && stat.st_ino == inode)
			return ns_links[i];
	}
	return NULL;
}

static const char *ns_of(const struct bomb *bomb, pid_t pid)
{
	int fd = hot_process_open(bomb->proc_fd, pid);
	const char *link = fd >= 0 ? find_ns(fd, bomb->number) : NULL;

	if (fd >= 0)
		close(fd);
	return link;
}

static int facts_ns(struct bomb *bomb, struct err *err)
{
	const char *own = ns_of(bomb, getpid());
	pid_t pid;

	if (!own)
		own = ns_of(bomb, 1);
	if (own)
		return err_setx(err, EPERM,
				"namespace %" PRIu64 " is the host's, or our own: name another",
				bomb->number);
	hot_dir_start(&bomb->dir, bomb->proc_fd);
	while (!bomb->ns_link && (pid = hot_dir_next_pid(&bomb->dir)) > 0)
		bomb->ns_link = ns_of(bomb, pid);
	return bomb->ns_link ? 0
			     : err_setx(err, ESRCH,
					"no process that we may look at is in namespace %" PRIu64,
					bomb->number);
}

static size_t count_processes(struct bomb *bomb)
{
	size_t n = 0;

	hot_dir_start(&bomb->dir, bomb->proc_fd);
	while (hot_dir_next_pid(&bomb->dir) > 0)
		n++;
	return n;
}

int bomb_facts(struct bomb *bomb, const struct bomb_query *query, struct err *err)
{
	bomb->processes = count_processes(bomb);
	spare_ancestors(bomb);
	switch (query->by) {
	case BOMB_TREE:
		return tree_prepare(bomb, err);
	case BOMB_SESSION:
		return facts_session(bomb, err);
	case BOMB_GROUP:
		return facts_group(bomb, err);
	case BOMB_USER:
		return facts_user(bomb, err);
	case BOMB_EXE:
		return facts_exe(bomb, query->path, err);
	case BOMB_NS:
		return facts_ns(bomb, err);
	}
	return err_setx(err, EINVAL, "no such way to choose processes");
}
