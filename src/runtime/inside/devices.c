/* SPDX-License-Identifier: MIT */
/*
 * /dev: six devices bound from the host's own, which are checked to be what they are called, and links.
 * And the terminal: a pty of the sandbox's own devpts, whose other end only the kernel names.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/inside/inside.h"
#include "runtime/inside/mountfd.h"

static const struct device {
	const char *name;
	unsigned int major, minor;
} devices[] = {
	{"null", 1, 3},	  {"zero", 1, 5},    {"full", 1, 7},
	{"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0},
};

static const struct {
	const char *name, *target;
} links[] = {
	{"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
	{"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"},
};

static int device_fds[ARRAY_LEN(devices)];

int devices_open(struct inside *inside, struct err *err)
{
	(void)inside;
	for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
		const struct device *device = &devices[i];
		char path[32];
		struct stat st;

		snprintf(path, sizeof(path), "/dev/%s", device->name);
		device_fds[i] = mountfd_clone(path, false, err);
		if (device_fds[i] < 0)
			return device_fds[i];
		if (fstat(device_fds[i], &st) < 0)
			return err_set(err, errno, "stat %s", path);
		if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(device->major, device->minor))
			return err_setx(err, ENODEV, "bind %s: it is not device %u:%u", path,
					device->major, device->minor);
	}
	return 0;
}

/* A bundle may have bound its own there; what only lies in the image is covered. */
static bool is_mounted(int dev_fd, const char *name)
{
	struct statx stx;

	return syscall(SYS_statx, dev_fd, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &stx) == 0 &&
	       (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static int attach_device(int dev_fd, size_t i, struct err *err)
{
	const char *name = devices[i].name;
	_cleanup_(cleanup_close)
	int made = openat(dev_fd, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0666);
	_cleanup_(cleanup_close)
	int target = -1;

	if (made < 0 && errno != EEXIST)
		return err_set(err, errno, "make /dev/%s", name);
	if (made < 0 && is_mounted(dev_fd, name))
		return 0;
	target = openat(dev_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0 || mountfd_attach(device_fds[i], target) < 0)
		return err_set(err, errno, "attach /dev/%s", name);
	return 0;
}

int devices_attach(struct inside *inside, struct err *err)
{
	_cleanup_(cleanup_close)
	int dev_fd = -1;
	int r = 0;

	if (inside->root_fd < 0)
		return 0;
	dev_fd = target_open(inside->root_fd, "/dev", false, err);
	if (dev_fd < 0)
		return dev_fd;
	for (size_t i = 0; i < ARRAY_LEN(devices) && r >= 0; i++)
		r = attach_device(dev_fd, i, err);
	for (size_t i = 0; i < ARRAY_LEN(links) && r >= 0; i++)
		if (symlinkat(links[i].target, dev_fd, links[i].name) < 0 && errno != EEXIST)
			r = err_set(err, errno, "make /dev/%s", links[i].name);
	return r;
}

int devices_console(struct inside *inside, struct err *err)
{
	struct winsize size = {.ws_row = (unsigned short)inside->plan->rows,
			       .ws_col = (unsigned short)inside->plan->columns};
	_cleanup_(cleanup_close)
	int console = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int unlock = 0, r;

	if (console < 0)
		return err_set(err, errno, "open a terminal in /dev/pts");
	if (ioctl(console, TIOCSPTLCK, &unlock) < 0)
		return err_set(err, errno, "unlock the terminal");
	/* By the kernel's hand: a path to the other end could have been swapped. */
	inside->terminal_fd = ioctl(console, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (inside->terminal_fd < 0)
		return err_set(err, errno, "open the terminal's other end");
	if (size.ws_row && size.ws_col)
		ioctl(console, TIOCSWINSZ, &size);
	r = channel_send(inside->socket_fd, MESSAGE_CONSOLE, 0, console, NULL);
	return r < 0 ? err_set(err, -r, "hand the terminal over") : 0;
}
