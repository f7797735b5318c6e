/* SPDX-License-Identifier: MIT */
/* The mount calls that work on descriptors, by their numbers where the C library has no wrapper yet. */
#include "runtime/inside/mountfd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

static int set_string(int fs_fd, const char *key, const char *value)
{
	return (int)syscall(SYS_fsconfig, fs_fd, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			    key, value, 0);
}

/* The kernel says in words what it did not like; the last line is the one. */
static int fail(int fs_fd, int code, const char *type, struct err *err)
{
	char words[200], last[200] = "";
	ssize_t n;

	while ((n = read(fs_fd, words, sizeof(words) - 1)) > 2) {
		words[n] = '\0';
		words[strcspn(words, "\n")] = '\0';
		snprintf(last, sizeof(last), "%s", words + 2);
	}
	return last[0] ? err_set(err, code, "mount %s: %s", type, last)
		       : err_set(err, code, "mount %s", type);
}

/* @data: "mode=755,size=64m,nosomething" */
static int set_all(int fs_fd, const char *data)
{
	char copy[1024], *rest = copy, *option;

	if (!data)
		return 0;
	if (strlen(data) >= sizeof(copy)) {
		errno = E2BIG;
		return -1;
	}
	memcpy(copy, data, strlen(data) + 1);
	while ((option = strsep(&rest, ","))) {
		char *value = strchr(option, '=');

		if (value)
			*value++ = '\0';
		if (*option && set_string(fs_fd, option, value) < 0)
			return -1;
	}
	return 0;
}

static int finish_new(int fs_fd, const char *type, uint64_t attributes, struct err *err)
{
	int fd;

	if (syscall(SYS_fsconfig, fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return fail(fs_fd, errno, type, err);
	fd = (int)syscall(SYS_fsmount, fs_fd, FSMOUNT_CLOEXEC, (unsigned int)attributes);
	return fd < 0 ? fail(fs_fd, errno, type, err) : fd;
}

int mountfd_new(const char *type, const char *source, const char *data, uint64_t attributes,
		struct err *err)
{
	_cleanup_(cleanup_close)
	int fs_fd = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);

	if (fs_fd < 0)
		return err_set(err, errno, "mount %s", type);
	if ((source && set_string(fs_fd, "source", source) < 0) || set_all(fs_fd, data) < 0)
		return fail(fs_fd, errno, type, err);
	return finish_new(fs_fd, type, attributes, err);
}

int mountfd_overlay(const struct mountfd_overlay *overlay, struct err *err)
{
	_cleanup_(cleanup_close)
	int fs_fd = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);

	if (fs_fd < 0)
		return err_set(err, errno, "mount overlay");
	if (set_string(fs_fd, "source", "boxtop") < 0 ||
	    set_string(fs_fd, "lowerdir", overlay->lower) < 0 ||
	    set_string(fs_fd, "upperdir", overlay->upper) < 0 ||
	    set_string(fs_fd, "workdir", overlay->work) < 0 ||
	    (overlay->userxattr && set_string(fs_fd, "userxattr", NULL) < 0))
		return fail(fs_fd, errno, "overlay", err);
	/* A device node of the image is none inside: /dev has those of the sandbox. */
	return finish_new(fs_fd, "overlay", MOUNT_ATTR_NODEV, err);
}

int mountfd_clone(const char *path, bool recursive, struct err *err)
{
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, flags);

	return fd < 0 ? err_set(err, errno, "bind %s", path) : fd;
}

int mountfd_clone_fd(int dir_fd, struct err *err)
{
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE;
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_NODEV, .propagation = MS_PRIVATE};
	_cleanup_(cleanup_close)
	int fd = (int)syscall(SYS_open_tree, dir_fd, "", flags);

	if (fd < 0)
		return err_set(err, errno, "bind the root");
	if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) <
	    0)
		return err_set(err, errno, "make the mounts of the root private");
	return TAKE_FD(fd);
}

int mountfd_set(int mount_fd, uint64_t attributes, bool recursive, struct err *err)
{
	struct mount_attr attr = {.attr_set = attributes};

	if (syscall(SYS_mount_setattr, mount_fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
		    &attr, sizeof(attr)) < 0)
		return err_set(err, errno, "change the flags of a mount");
	return 0;
}

int mountfd_attach(int mount_fd, int target_fd)
{
	return (int)syscall(SYS_move_mount, mount_fd, "", target_fd, "",
			    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}
