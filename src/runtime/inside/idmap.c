/* SPDX-License-Identifier: MIT */
/*
 * Idmapped mounts: files keep the owners that they have on disk, and belong inside to those that the
 * sandbox's ids stand for. Made on the runtime's side, where the privileges for it are, of trees that are
 * attached nowhere; a user namespace which holds nothing but a map serves for each.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/inside/inside.h"
#include "runtime/inside/mountfd.h"

static int write_map(pid_t pid, const char *file, const char *map)
{
	char path[64];
	_cleanup_(cleanup_close)
	int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, map, strlen(map)) == (ssize_t)strlen(map) ? 0 : -1;
}

/* A process that is in a user namespace of its own and does nothing. */
static pid_t hold_namespace(void)
{
	struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

/* A descriptor of a user namespace with these maps. */
static int open_namespace(const char *uid_map, const char *gid_map, struct err *err)
{
	pid_t pid = hold_namespace();
	char path[64];
	int fd = -1;

	if (pid < 0)
		return err_set(err, errno, "make a user namespace for a mount");
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (write_map(pid, "uid_map", uid_map) < 0 || write_map(pid, "gid_map", gid_map) < 0)
		err_set(err, errno, "write the id maps for a mount");
	else if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		err_set(err, errno, "open the user namespace for a mount");
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return fd >= 0 ? fd : -err->code;
}

int idmap_prepare(struct inside *inside, struct err *err)
{
	const struct plan *plan = inside->plan;

	if (!plan->uid_map)
		return 0;
	inside->idmap_fd =
		open_namespace(plan_text(plan, plan->uid_map), plan_text(plan, plan->gid_map), err);
	if (inside->idmap_fd < 0)
		idmap_give_up(inside, err);
	return 0;
}

/* The ids are the host's own then, inside and outside. */
void idmap_give_up(struct inside *inside, const struct err *why)
{
	if (inside->idmap_fd >= 0)
		close(inside->idmap_fd);
	inside->idmap_fd = -1;
	channel_send(inside->socket_fd, MESSAGE_UNMAPPED, 0, -1, why);
}

int idmap_set(int mount_fd, int idmap_fd, bool recursive, struct err *err)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP,
				  .propagation = MS_PRIVATE,
				  .userns_fd = (uint32_t)idmap_fd};

	if (syscall(SYS_mount_setattr, mount_fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
		    &attr, sizeof(attr)) < 0)
		return err_set(err, errno, "map the ids of a mount");
	return 0;
}

/* ---- Binds ---- */

/* Its own maps where it has some, which were asked for; else those of the root. */
static int map_bind(struct inside *inside, const struct plan_mount *mount, int fd, struct err *err)
{
	const struct plan *plan = inside->plan;
	_cleanup_(cleanup_close)
	int own_fd = -1;

	if (!mount->uid_map)
		return idmap_set(fd, inside->idmap_fd, mount->recursive, err);
	own_fd = open_namespace(plan_text(plan, mount->uid_map), plan_text(plan, mount->gid_map),
				err);
	return own_fd < 0 ? own_fd : idmap_set(fd, own_fd, mount->recursive, err);
}

int idmap_binds(struct inside *inside, struct err *err)
{
	for (uint32_t i = 0; i < inside->plan->mounts_len; i++) {
		const struct plan_mount *mount = plan_mount_at(inside->plan, i);
		const char *source = plan_text(inside->plan, mount->source);
		struct err why = ERR_INIT;
		int fd;

		if (!mount->bind || (!mount->uid_map && inside->idmap_fd < 0))
			continue;
		fd = mountfd_clone(source, mount->recursive, err);
		if (fd < 0)
			return fd;
		if (map_bind(inside, mount, fd, &why) == 0) {
			inside->bind_fds[i] = fd;
			continue;
		}
		close(fd);
		if (mount->uid_map) {
			*err = why;
			return err_wrap(err, -why.code, "bind %s", source);
		}
		/* Its file system can't: what is in it belongs to nobody that is known inside. */
	}
	return 0;
}
