/* SPDX-License-Identifier: MIT */
/*
 * The root of the sandbox: a tree as it is, or below a layer that takes the changes, or put together from
 * the top-level directories of the host. Built as a mount that is attached nowhere, attached once, entered
 * by pivot_root(2). Writes to no tree of the host but the directory that is to keep the changes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/inside/inside.h"
#include "runtime/inside/mountfd.h"

/* Directories that are there on any host and that nothing needs while a mount lies over one of them. */
static const char *const scaffolds[] = {"/tmp", "/mnt", "/run", "/var", "/srv", "/home"};

static const char *attach_to_scaffold(int mount_fd, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(scaffolds); i++) {
		_cleanup_(cleanup_close)
		int fd = open(scaffolds[i], O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

		if (fd >= 0 && mountfd_attach(mount_fd, fd) == 0)
			return scaffolds[i];
	}
	err_set(err, errno, "attach a mount to %s", scaffolds[0]);
	return NULL;
}

/*
 * A descriptor from the runtime belongs to its mount namespace; mounts are made from paths in our own
 * copy of it. The directory found there must be the same one.
 */
static int reopen(int fd, struct err *err)
{
	char link[32], path[PATH_MAX];
	struct stat a, b;
	ssize_t n;
	int again;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return err_set(err, errno, "find the path of the root");
	path[n] = '\0';
	again = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (again < 0)
		return err_set(err, errno, "open %s", path);
	if (fstat(fd, &a) < 0 || fstat(again, &b) < 0 || a.st_dev != b.st_dev ||
	    a.st_ino != b.st_ino) {
		close(again);
		return err_setx(err, ESTALE, "open %s: it was replaced meanwhile", path);
	}
	return again;
}

/* struct layer - directories for what an overlay changes */
struct layer {
	char upper[64], work[64];
	int changes_fd;	      /* a tmpfs's root, or what the runtime gave; -1 */
	const char *scaffold; /* where the tmpfs is attached; NULL */
	bool owned;	      /* what is below has other owners than on disk */
};

static void layer_detach(struct layer *layer)
{
	if (layer->scaffold)
		umount2(layer->scaffold, MNT_DETACH);
	if (layer->changes_fd >= 0)
		close(layer->changes_fd);
}

static int layer_open(struct inside *inside, struct layer *layer, struct err *err)
{
	_cleanup_(cleanup_close)
	int mount_fd = -1;

	*layer = (struct layer) {.changes_fd = -1, .owned = inside->idmap_fd >= 0};
	if (fd_of(inside, PLAN_FD_CHANGES) >= 0) {
		layer->changes_fd = reopen(fd_of(inside, PLAN_FD_CHANGES), err);
		return layer->changes_fd < 0 ? layer->changes_fd : 0;
	}
	mount_fd = mountfd_new("tmpfs", "boxtop", "mode=0755", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
			       err);
	if (mount_fd < 0)
		return mount_fd;
	layer->scaffold = attach_to_scaffold(mount_fd, err);
	if (!layer->scaffold)
		return -err->code;
	layer->changes_fd = open(layer->scaffold, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return layer->changes_fd < 0 ? err_set(err, errno, "open the layer of changes") : 0;
}

/* upper/NAME and work/NAME; NAME is empty for the whole root. The upper directory looks like the lower. */
static int layer_dirs(struct layer *layer, const char *name, int lower_fd, struct err *err)
{
	const char *const tops[] = {"upper", "work"};
	struct stat st;

	if (fstat(lower_fd, &st) < 0)
		return err_set(err, errno, "stat the lower layer %s", name);
	for (int i = 0; i < 2; i++) {
		char path[300];

		if (mkdirat(layer->changes_fd, tops[i], 0755) < 0 && errno != EEXIST)
			return err_set(err, errno, "make %s of the layer of changes", tops[i]);
		snprintf(path, sizeof(path), "%s/%s", tops[i], name);
		if (*name && mkdirat(layer->changes_fd, path, 0755) < 0 && errno != EEXIST)
			return err_set(err, errno, "make %s of the layer of changes", path);
		if (i == 0 && layer->owned &&
		    fchownat(layer->changes_fd, path, st.st_uid, st.st_gid, 0) < 0)
			return err_set(err, errno, "set the owner of %s", path);
		if (i == 0 && (fchmodat(layer->changes_fd, path, st.st_mode & 07777, 0) < 0))
			return err_set(err, errno, "set the mode of %s", path);
	}
	return 0;
}

/* An overlay over @lower_fd whose changes go to the layer's NAME; a mount attached nowhere. */
static int layer_over(struct inside *inside, struct layer *layer, const char *name, int lower_fd,
		      struct err *err)
{
	char lower[64], upper[400], work[400];
	int r = layer_dirs(layer, name, lower_fd, err);

	if (r < 0)
		return r;
	snprintf(lower, sizeof(lower), "/proc/self/fd/%d", lower_fd);
	snprintf(upper, sizeof(upper), "/proc/self/fd/%d/upper/%s", layer->changes_fd, name);
	snprintf(work, sizeof(work), "/proc/self/fd/%d/work/%s", layer->changes_fd, name);
	return mountfd_overlay(
		&(struct mountfd_overlay) {
			.lower = lower,
			.upper = upper,
			.work = work,
			.userxattr = inside->plan->flags & PLAN_PLAIN_USER,
		},
		err);
}

static bool is_skipped(const char *name)
{
	static const char *const own[] = {"proc", "sys", "dev", "tmp", "run", "lost+found"};

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (strcmp(name, own[i]) == 0)
			return true;
	return name[0] == '.';
}

/* A top-level directory of the host in the new root: a layer over it, or itself read-only where that
 * can't be (it has mounts inside that may not be taken apart). */
static int compose_dir(struct inside *inside, struct layer *layer, const char *name, int root_fd,
		       struct err *err)
{
	struct err ignored = ERR_INIT;
	char path[300];
	_cleanup_(cleanup_close)
	int lower = -1, mount_fd = -1, target = -1;

	snprintf(path, sizeof(path), "/%s", name);
	lower = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (lower < 0 || (mkdirat(root_fd, name, 0755) < 0 && errno != EEXIST))
		return 0; /* gone meanwhile, or not for us: it is not there inside */
	mount_fd = layer_over(inside, layer, name, lower, &ignored);
	if (mount_fd < 0) {
		mount_fd = mountfd_clone(path, true, err);
		if (mount_fd < 0 ||
		    mountfd_set(mount_fd, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV, true, err) < 0)
			return -err->code;
	}
	target = openat(root_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0 || mountfd_attach(mount_fd, target) < 0)
		return err_set(err, errno, "attach the host's %s", path);
	if (inside->parts_len == INSIDE_PARTS_MAX)
		return err_setx(err, E2BIG, "attach the host's %s: / has too many directories",
				path);
	inside->part_fds[inside->parts_len++] = TAKE_FD(mount_fd);
	return 0;
}

/* Links (bin -> usr/bin) are made anew; files in / are none of a sandbox's business. */
static void compose_link(const char *name, int root_fd)
{
	char path[300], target[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/%s", name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	(void)!symlinkat(target, root_fd, name);
}

static int compose_all(struct inside *inside, struct layer *layer, int root_fd, struct err *err)
{
	_cleanup_(cleanup_closedir)
	DIR *dir = opendir("/");
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return err_set(err, errno, "list /");
	while (r >= 0 && (entry = readdir(dir))) {
		if (is_skipped(entry->d_name))
			continue;
		if (entry->d_type == DT_LNK)
			compose_link(entry->d_name, root_fd);
		else if (entry->d_type == DT_DIR)
			r = compose_dir(inside, layer, entry->d_name, root_fd, err);
	}
	return r;
}

/* attached_root() - an O_PATH descriptor of a mount where it is attached: from there on paths cross into
 * what is mounted in it */
static int attached_root(struct inside *inside, const char *scaffold, struct err *err)
{
	inside->root_fd = open(scaffold, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return inside->root_fd < 0 ? err_set(err, errno, "open the new root") : 0;
}

int root_attach(struct inside *inside, struct err *err)
{
	const char *scaffold;

	if (inside->root_fd >= 0 || inside->root_mount_fd < 0)
		return 0;
	scaffold = attach_to_scaffold(inside->root_mount_fd, err);
	return scaffold ? attached_root(inside, scaffold, err) : -err->code;
}

/*
 * In a plain user's namespace an overlay over / is refused: mounts below it are locked to each other. Each
 * top-level directory can have its own. The tmpfs that they hang in, and the layer, is the root itself.
 */
static int build_composed(struct inside *inside, struct err *err)
{
	struct layer layer;
	_cleanup_(cleanup_close)
	int root_fd = -1;
	int r = layer_open(inside, &layer, err);

	if (r < 0)
		return r;
	inside->root_mount_fd = mountfd_new("tmpfs", "boxtop", "mode=0755", MOUNT_ATTR_NODEV, err);
	if (inside->root_mount_fd < 0)
		r = inside->root_mount_fd;
	if (r >= 0)
		r = root_attach(inside, err);
	if (r >= 0)
		r = compose_all(inside, &layer, inside->root_fd, err);
	return r;
}

/* struct lower - what is below a layer: a tree, or a mount of it with other ids, which older kernels take
 * only where it is attached */
struct lower {
	int fd;
	const char *scaffold; /* NULL: it is not attached for this */
};

static int lower_open(struct inside *inside, int tree_fd, struct lower *lower, struct err *err)
{
	_cleanup_(cleanup_close)
	int mount_fd = -1;

	*lower = (struct lower) {.fd = tree_fd};
	if (inside->idmap_fd < 0)
		return 0;
	mount_fd = (int)syscall(SYS_open_tree, tree_fd, "",
				OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (mount_fd < 0)
		return err_set(err, errno, "bind the lower layer");
	if (idmap_set(mount_fd, inside->idmap_fd, false, err) < 0)
		return -err->code;
	lower->scaffold = attach_to_scaffold(mount_fd, err);
	if (!lower->scaffold)
		return -err->code;
	lower->fd = open(lower->scaffold, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return lower->fd < 0 ? err_set(err, errno, "open the lower layer") : 0;
}

static void lower_close(const struct lower *lower)
{
	if (!lower->scaffold)
		return;
	umount2(lower->scaffold, MNT_DETACH);
	if (lower->fd >= 0)
		close(lower->fd);
}

static int build_layered(struct inside *inside, int tree_fd, struct err *err)
{
	struct layer layer;
	struct lower lower;
	int r = layer_open(inside, &layer, err);

	if (r < 0)
		return r;
	r = lower_open(inside, tree_fd, &lower, err);
	if (r >= 0) {
		inside->root_mount_fd = layer_over(inside, &layer, "", lower.fd, err);
		r = inside->root_mount_fd < 0 ? inside->root_mount_fd : 0;
	}
	lower_close(&lower);
	layer_detach(&layer);
	return r;
}

/* A layer has to be attached while it is made: on the host's side, where nobody may see it. */
static int build_apart(struct inside *inside, struct err *err)
{
	uint32_t flags = inside->plan->flags;
	_cleanup_(cleanup_close)
	int lower_fd = -1;

	if (inside->host_side &&
	    (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0))
		return err_set(err, errno, "make a mount namespace to build in");
	lower_fd = reopen(fd_of(inside, PLAN_FD_ROOT), err);
	if (lower_fd < 0)
		return lower_fd;
	if ((flags & PLAN_ROOT_HOST) && (flags & PLAN_PLAIN_USER))
		return build_composed(inside, err);
	return build_layered(inside, lower_fd, err);
}

static int build_any(struct inside *inside, int fd, struct err *err)
{
	_cleanup_(cleanup_close)
	int again = -1;

	if (inside->plan->flags & (PLAN_ROOT_LAYER | PLAN_ROOT_HOST))
		return build_apart(inside, err);
	/* In the namespace that it was opened in it can be cloned as it is. */
	if (!inside->host_side) {
		again = reopen(fd, err);
		if (again < 0)
			return again;
		fd = again;
	}
	inside->root_mount_fd = mountfd_clone_fd(fd, err);
	if (inside->root_mount_fd < 0)
		return inside->root_mount_fd;
	return inside->idmap_fd < 0 ? 0
				    : idmap_set(inside->root_mount_fd, inside->idmap_fd, true, err);
}

int root_build(struct inside *inside, struct err *err)
{
	int fd = fd_of(inside, PLAN_FD_ROOT);
	int r = fd < 0 ? 0 : build_any(inside, fd, err);

	if (r >= 0 || inside->idmap_fd < 0)
		return r;
	/* A file system that can't, or a kernel that can't put a layer over one that could. */
	idmap_give_up(inside, err);
	cleanup_close(&inside->root_mount_fd);
	inside->root_mount_fd = -1;
	return build_any(inside, fd, err);
}

int root_pivot(struct inside *inside, struct err *err)
{
	if (inside->root_fd < 0)
		return 0;
	/* The old root lands on the new one and is taken off again: no directory is needed for it. */
	if (fchdir(inside->root_fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return err_set(err, errno, "pivot_root");
	if (umount2(".", MNT_DETACH) < 0)
		return err_set(err, errno, "take the old root away");
	if (chdir("/") < 0)
		return err_set(err, errno, "chdir /");
	return 0;
}

int root_readonly(struct inside *inside, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = -1;

	if (inside->root_fd < 0)
		return 0;
	/* What else is mounted in it stays as it was asked for. */
	for (size_t i = 0; i < inside->parts_len; i++)
		if (mountfd_set(inside->part_fds[i], MOUNT_ATTR_RDONLY, false, err) < 0)
			return -err->code;
	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_set(err, errno, "open /")
		      : mountfd_set(fd, MOUNT_ATTR_RDONLY, false, err);
}
