/* SPDX-License-Identifier: MIT */
/*
 * Opens the root of a sandbox, and the directory that keeps its changes. What a spec names may have been
 * replaced since it was checked: everything is opened here once, and used by descriptor.
 */
#include "runtime/roots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/idmap.h"
#include "runtime/roots_trees.h"

#define IDLE_USEC 3600000000ull

static int open_dir(const char *path, int *out_fd, struct err *err)
{
	*out_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *out_fd < 0 ? err_set(err, errno, "root %s", path) : 0;
}

static int open_archive(const struct spec *spec, int sandbox_fd, int *out_fd, struct err *err)
{
	_cleanup_(cleanup_close)
	int trees_fd = -1;
	struct id_maps maps;
	struct trees_request request = {
		.archive = spec->root.path, .maps = &maps, .sandbox_fd = sandbox_fd};
	int r = id_map_choose(spec, &maps, err);

	if (r == 0)
		r = trees_open(true, &trees_fd, err);
	return r < 0 ? r : trees_take(trees_fd, &request, out_fd, err);
}

static int open_root(const struct spec *spec, int sandbox_fd, int *out_fd, struct err *err)
{
	switch (spec->root.kind) {
	case SPEC_ROOT_DIR:
		return open_dir(spec->root.path, out_fd, err);
	case SPEC_ROOT_TAR:
		return open_archive(spec, sandbox_fd, out_fd, err);
	default:
		return open_dir("/", out_fd, err);
	}
}

static bool is_layer(const char *name)
{
	return strcmp(name, "upper") == 0 || strcmp(name, "work") == 0 || strcmp(name, ".") == 0 ||
	       strcmp(name, "..") == 0;
}

/* Changes are mixed with nothing else: a directory that holds something of another kind is a mistake. */
static int check_kept(const char *path, int fd, struct err *err)
{
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	const struct dirent *entry;
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir) {
		int code = errno;

		cleanup_close(&copy);
		return err_set(err, code, "list %s", path);
	}
	while ((entry = readdir(dir)))
		if (!is_layer(entry->d_name))
			return err_setx(
				err, ENOTEMPTY,
				"%s: holds '%s': changes are kept in a directory of their own",
				path, entry->d_name);
	return 0;
}

static int check_owner(const char *path, int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "stat %s", path);
	if (st.st_uid != geteuid())
		return err_setx(err, EPERM, "%s: belongs to someone else", path);
	return 0;
}

/* struct made - what of a kept layer was not there before, so that a failure leaves nothing */
struct made {
	const char *path;
	bool dir;
	bool layers[2];
	int fd;
};

static const char *const layers[] = {"upper", "work"};

static void unmake(const struct made *made)
{
	for (size_t i = 0; i < ARRAY_LEN(layers); i++)
		if (made->layers[i])
			unlinkat(made->fd, layers[i], AT_REMOVEDIR);
	if (made->dir)
		rmdir(made->path);
}

static int make_layers(struct made *made, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(layers); i++) {
		struct stat st;

		made->layers[i] = mkdirat(made->fd, layers[i], 0755) == 0;
		if (!made->layers[i] && errno != EEXIST)
			return err_set(err, errno, "make %s/%s", made->path, layers[i]);
		if (fstatat(made->fd, layers[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			return err_set(err, errno, "stat %s/%s", made->path, layers[i]);
		if (!S_ISDIR(st.st_mode))
			return err_setx(err, ENOTDIR, "%s/%s: is no directory", made->path,
					layers[i]);
	}
	return 0;
}

static int open_kept(const char *path, int *out_fd, struct err *err)
{
	struct made made = {.path = path};
	_cleanup_(cleanup_close)
	int fd = -1;
	int r;

	made.dir = mkdir(path, 0700) == 0;
	if (!made.dir && errno != EEXIST)
		return err_set(err, errno, "make %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	made.fd = fd;
	r = fd < 0 ? err_set(err, errno, "open %s", path) : check_owner(path, fd, err);
	if (r == 0)
		r = check_kept(path, fd, err);
	if (r == 0)
		r = make_layers(&made, err);
	if (r < 0)
		unmake(&made);
	else
		*out_fd = TAKE_FD(fd);
	return r;
}

int root_prepare(const struct spec *spec, int sandbox_fd, struct launch_layers *out,
		 struct err *err)
{
	int r;

	*out = (struct launch_layers) {.root_fd = -1, .changes_fd = -1};
	r = open_root(spec, sandbox_fd, &out->root_fd, err);
	if (r == 0 && spec->root.keep)
		r = open_kept(spec->root.keep, &out->changes_fd, err);
	if (r < 0) {
		cleanup_close(&out->root_fd);
		*out = (struct launch_layers) {.root_fd = -1, .changes_fd = -1};
		unlinkat(sandbox_fd, TREES_LINK, 0);
	}
	return r;
}

int roots_sweep(int state_fd, struct err *err)
{
	_cleanup_(cleanup_close)
	int trees_fd = -1;
	struct err nowhere = ERR_INIT;
	struct id_maps maps;
	struct spec spec;
	int r;

	/* Nothing was ever unpacked. */
	if (trees_open(false, &trees_fd, &nowhere) < 0)
		return 0;
	spec_init(&spec);
	r = id_map_choose(&spec, &maps, err);
	spec_finish(&spec);
	return r < 0 ? r : trees_sweep(trees_fd, state_fd, &maps, IDLE_USEC, err);
}
