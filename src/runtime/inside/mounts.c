/* SPDX-License-Identifier: MIT */
/*
 * Everything that is mounted into the new root: /proc, /sys, /tmp and kin, binds, masks. Targets are walked
 * by openat2(2) within the root, so that no link of the image leads out of it, and mounts are attached to
 * what was opened. Nothing is mounted that a plan does not name.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/inside/inside.h"
#include "runtime/inside/mountfd.h"
#include "runtime/spec.h"

int mounts_private(struct inside *inside, struct err *err)
{
	if (!(inside->plan->namespaces & SPEC_NS_MNT))
		return 0;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_set(err, errno, "make the mounts private");
	return 0;
}

static int open_within(int dir_fd, const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.mode = (flags & O_CREAT) ? 0644 : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	/* A rename on the way makes it give EAGAIN; whoever renames without end gets the error. */
	for (int i = 0; i < 64; i++) {
		fd = (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

/* One component of a path to a target: made where it is missing, entered. -errno */
static int enter_component(int root_fd, const char *path, bool last_file)
{
	char parent[PATH_MAX];
	_cleanup_(cleanup_close)
	int dir = -1;
	const char *name = strrchr(path, '/');
	int fd = open_within(root_fd, path, O_PATH);

	if (fd >= 0 || errno != ENOENT)
		return fd >= 0 ? fd : -errno;
	if (!name)
		return -ENOENT;
	snprintf(parent, sizeof(parent), "%.*s", (int)(name - path), path);
	dir = open_within(root_fd, *parent ? parent : "/", O_PATH | O_DIRECTORY);
	if (dir < 0)
		return -errno;
	if (last_file)
		fd = openat(dir, name + 1, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
			    0644);
	else
		fd = mkdirat(dir, name + 1, 0755);
	if (fd < 0 && errno != EEXIST)
		return -errno;
	if (last_file && fd >= 0)
		close(fd);
	fd = open_within(root_fd, path, O_PATH);
	return fd >= 0 ? fd : -errno;
}

int target_open(int root_fd, const char *path, bool file, struct err *err)
{
	char walked[PATH_MAX];
	int fd = -ENOENT;

	if (path[0] != '/' || strlen(path) >= sizeof(walked))
		return err_set(err, EINVAL, "mount on %s", path);
	for (const char *end = path; *end;) {
		end += 1 + strcspn(end + 1, "/");
		memcpy(walked, path, (size_t)(end - path));
		walked[end - path] = '\0';
		if (fd >= 0)
			close(fd);
		fd = enter_component(root_fd, walked, file && *end == '\0');
		if (fd < 0)
			return err_set(err, -fd, "open %s in the root", walked);
	}
	return fd;
}

int mounts_open_sources(struct inside *inside, struct err *err)
{
	bool plain = inside->plan->flags & PLAN_PLAIN_USER;

	for (uint32_t i = 0; i < inside->plan->mounts_len; i++) {
		const struct plan_mount *mount = plan_mount_at(inside->plan, i);

		if (!mount->bind || inside->bind_fds[i] >= 0)
			continue;
		/* Mounts below it are locked to it in a plain user's namespace: with them or not at all. */
		inside->bind_fds[i] = mountfd_clone(plan_text(inside->plan, mount->source),
						    mount->recursive || plain, err);
		if (inside->bind_fds[i] < 0)
			return inside->bind_fds[i];
	}
	return 0;
}

/* /proc and /sys may not be somewhere else by a link of the image. */
static int check_real(int root_fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstatat(root_fd, path + 1, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode))
		return err_setx(err, ENOTDIR, "mount on %s: the image has no directory there",
				path);
	return 0;
}

static int clone_of_host(const char *path, uint64_t attributes, struct err *err)
{
	int fd = mountfd_clone(path, true, err);

	if (fd >= 0 && mountfd_set(fd, attributes, true, err) < 0) {
		close(fd);
		return -err->code;
	}
	return fd;
}

static bool shares(const struct inside *inside, unsigned int ns)
{
	return ns == 0 || (!(inside->plan->namespaces & ns) &&
			   inside->fds[PLAN_FD_NS + __builtin_ctz(ns)] < 0);
}

/* ---- Empty directories ---- */

/* struct masks - what lies over what is masked: an empty directory, and our null device */
struct masks {
	int empty_fd; /* made and attached with the first directory; -1 */
	int null_fd;
};

static int cover(const char *path, int target, int source, struct err *err)
{
	_cleanup_(cleanup_close)
	int mount_fd = (int)syscall(SYS_open_tree, source, "",
				    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (mount_fd < 0 || mountfd_attach(mount_fd, target) < 0)
		return err_set(err, errno, "mask %s", path);
	return 0;
}

/* The first directory gets the empty file system, later ones the same again: one for each would take four times
 * as long. It is cloned from where it is attached, for older kernels clone nothing that isn't. */
static int mask_dir(const char *path, int target, struct masks *masks, struct err *err)
{
	_cleanup_(cleanup_close)
	int mount_fd = -1;

	if (masks->empty_fd >= 0)
		return cover(path, target, masks->empty_fd, err);
	mount_fd = mountfd_new(
		"tmpfs", "boxtop", "mode=0555,nr_inodes=2,size=4k",
		MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, err);
	if (mount_fd < 0)
		return mount_fd;
	if (mountfd_attach(mount_fd, target) < 0)
		return err_set(err, errno, "mask %s", path);
	masks->empty_fd = TAKE_FD(mount_fd);
	return 0;
}

/* The host's own /sys has more in it than a new one: other cgroups, files of v1 hierarchies whose release_agent runs
 * on the host, programs of others, what a crash left. */
static int cover_host_sys(const struct inside *inside, const char *sys, struct err *err)
{
	static const char *const covered[] = {"fs/cgroup", "fs/bpf", "fs/pstore"};
	struct masks masks = {-1, -1};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(covered) && r >= 0; i++) {
		char path[PATH_MAX];
		_cleanup_(cleanup_close)
		int target = -1;

		snprintf(path, sizeof(path), "%s/%s", sys, covered[i]);
		target = open_within(inside->root_fd, path, O_PATH | O_DIRECTORY);
		if (target >= 0)
			r = mask_dir(path, target, &masks, err);
		else if (errno != ENOENT)
			r = err_set(err, errno, "open %s in the root", path);
	}
	if (masks.empty_fd >= 0)
		close(masks.empty_fd);
	return r;
}

/* ---- Mounts ---- */

/* What can be mounted only in a namespace of one's own, and is the host's else. */
static const struct shared {
	const char *type, *path;
	unsigned int ns; /* only if this one is shared; 0: whenever it is refused */
	uint64_t attributes;
} shared_mounts[] = {
	{"sysfs", "/sys", 0, MOUNT_ATTR_RDONLY},
	{"proc", "/proc", SPEC_NS_PID, 0},
	{"mqueue", "/dev/mqueue", SPEC_NS_IPC, 0},
};

/* @out_host: it is not a new one, but the host's */
static int new_mount(struct inside *inside, const struct plan_mount *mount, bool *out_host,
		     struct err *err)
{
	const struct plan *plan = inside->plan;
	const char *type = plan_text(plan, mount->type);
	int fd = mountfd_new(type, plan_text(plan, mount->source), plan_text(plan, mount->data),
			     mount->attributes, err);

	for (size_t i = 0; i < ARRAY_LEN(shared_mounts) && fd < 0 && err->code == EPERM; i++) {
		const struct shared *shared = &shared_mounts[i];

		if (strcmp(type, shared->type) != 0 || !shares(inside, shared->ns))
			continue;
		*out_host = true;
		return clone_of_host(shared->path, mount->attributes | shared->attributes, err);
	}
	return fd;
}

static int take_mount(struct inside *inside, uint32_t i, bool *out_host, struct err *err)
{
	const struct plan_mount *mount = plan_mount_at(inside->plan, i);
	int fd = inside->bind_fds[i];

	if (!mount->bind)
		return new_mount(inside, mount, out_host, err);
	inside->bind_fds[i] = -1;
	if (mount->attributes && mountfd_set(fd, mount->attributes, true, err) < 0) {
		close(fd);
		return -err->code;
	}
	return fd;
}

/* The kernel says no more than "invalid" to a file on a directory. */
static int check_kind(const struct stat *source, int target, const char *destination,
		      struct err *err)
{
	struct stat st;

	if (fstat(target, &st) < 0)
		return err_set(err, errno, "stat %s in the root", destination);
	if (S_ISDIR(source->st_mode) == S_ISDIR(st.st_mode))
		return 0;
	return S_ISDIR(st.st_mode)
		       ? err_setx(err, EISDIR,
				  "mount a file on %s: the root has a directory there: name the "
				  "file in it",
				  destination)
		       : err_setx(err, ENOTDIR,
				  "mount a directory on %s: the root has a file there",
				  destination);
}

static int attach_one(struct inside *inside, uint32_t i, struct err *err)
{
	const struct plan_mount *mount = plan_mount_at(inside->plan, i);
	const char *destination = plan_text(inside->plan, mount->destination);
	const char *type = plan_text(inside->plan, mount->type);
	_cleanup_(cleanup_close)
	int fd = -1, target = -1;
	struct stat st = {.st_mode = S_IFDIR};
	bool of_host = false;

	if (type && (strcmp(type, "proc") == 0 || strcmp(type, "sysfs") == 0) &&
	    check_real(inside->root_fd, destination, err) < 0)
		return -err->code;
	fd = take_mount(inside, i, &of_host, err);
	/* The host has none, where its IPC namespace is shared. */
	if (fd == -ENOENT && type && strcmp(type, "mqueue") == 0)
		return 0;
	if (fd < 0)
		return fd;
	if (mount->bind && fstat(fd, &st) < 0)
		return err_set(err, errno, "stat the source of %s", destination);
	target = target_open(inside->root_fd, destination, !S_ISDIR(st.st_mode), err);
	if (target < 0)
		return target;
	if (check_kind(&st, target, destination, err) < 0)
		return -err->code;
	if (mountfd_attach(fd, target) < 0)
		return err_set(err, errno, "attach a mount to %s", destination);
	return of_host && strcmp(type, "sysfs") == 0 ? cover_host_sys(inside, destination, err) : 0;
}

int mounts_attach(struct inside *inside, struct err *err)
{
	int r = 0;

	if (inside->root_fd < 0)
		return 0;
	for (uint32_t i = 0; i < inside->plan->mounts_len && r >= 0; i++)
		r = attach_one(inside, i, err);
	return r;
}

/* ---- After the switch: "/" is the root ---- */

static int mask_one(const char *path, struct masks *masks, struct err *err)
{
	_cleanup_(cleanup_close)
	int target = open(path, O_PATH | O_CLOEXEC);
	struct stat st;

	if (target < 0 || fstat(target, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP
			       ? 0
			       : err_set(err, errno, "mask %s", path);
	return S_ISDIR(st.st_mode) ? mask_dir(path, target, masks, err)
				   : cover(path, target, masks->null_fd, err);
}

/* The real one: a bundle may have put something else there, and that would be read in place of what is masked. */
static int open_null(struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = open("/dev/null", O_PATH | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "open /dev/null");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return err_setx(err, ENODEV, "open /dev/null: it is not device 1:3");
	return TAKE_FD(fd);
}

int mounts_mask(struct inside *inside, struct err *err)
{
	struct masks masks = {-1, -1};
	int r = 0;

	if (inside->root_fd >= 0 && inside->plan->masked.len > 0)
		masks.null_fd = r = open_null(err);
	for (uint32_t i = 0; i < inside->plan->masked.len && r >= 0 && inside->root_fd >= 0; i++)
		r = mask_one(plan_item(inside->plan, inside->plan->masked, i), &masks, err);
	if (masks.null_fd >= 0)
		close(masks.null_fd);
	if (masks.empty_fd >= 0)
		close(masks.empty_fd);
	return r;
}

static int protect_one(const char *path, struct err *err)
{
	_cleanup_(cleanup_close)
	int target = open(path, O_PATH | O_CLOEXEC), mount_fd = -1;

	if (target < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_set(err, errno, "protect %s", path);
	mount_fd = (int)syscall(SYS_open_tree, target, "",
				OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
	if (mount_fd < 0)
		return err_set(err, errno, "protect %s", path);
	if (mountfd_set(mount_fd, MOUNT_ATTR_RDONLY, true, err) < 0)
		return -err->code;
	return mountfd_attach(mount_fd, target) < 0 ? err_set(err, errno, "protect %s", path) : 0;
}

int mounts_protect(struct inside *inside, struct err *err)
{
	int r = 0;

	if (inside->root_fd < 0)
		return 0;
	for (uint32_t i = 0; i < inside->plan->readonly.len && r >= 0; i++)
		r = protect_one(plan_item(inside->plan, inside->plan->readonly, i), err);
	return r;
}
