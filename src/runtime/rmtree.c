/* SPDX-License-Identifier: MIT */
/*
 * Removes trees. Goes down by descriptors, so that whoever exchanges a directory for a link meanwhile
 * gains nothing.
 */
#include "runtime/rmtree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/apart.h"

/* So many descriptors are held at once; nobody's paths are deeper. */
#define DEPTH_MAX 512

static int remove_dir(int parent_fd, const char *name, unsigned int depth, struct err *err);

static int remove_entry(int dir_fd, const struct dirent *entry, unsigned int depth, struct err *err)
{
	if (entry->d_type != DT_DIR) {
		if (unlinkat(dir_fd, entry->d_name, 0) == 0 || errno == ENOENT)
			return 0;
		if (errno != EISDIR && errno != EPERM)
			return err_set(err, errno, "remove %s", entry->d_name);
	}
	return remove_dir(dir_fd, entry->d_name, depth + 1, err);
}

/* empty() - everything in an open directory; goes on after a failure, and tells the first */
static int empty(DIR *dir, unsigned int depth, struct err *err)
{
	const struct dirent *entry;
	int first = 0;

	while ((entry = readdir(dir))) {
		struct err later = ERR_INIT;
		int r;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = remove_entry(dirfd(dir), entry, depth, first == 0 ? err : &later);
		if (first == 0)
			first = r;
	}
	return first;
}

/* remove_dir() - calls itself for what is below */
static int remove_dir(int parent_fd, const char *name, unsigned int depth, struct err *err)
{
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	int fd, r;

	if (depth > DEPTH_MAX)
		return err_set(err, ELOOP, "remove %s: too deep", name);
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == EACCES) {
		/* The owner may take back what he denied himself. */
		if (fchmodat(parent_fd, name, 0700, 0) == 0)
			fd = openat(parent_fd, name,
				    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		int code = errno;

		cleanup_close(&fd);
		return err_set(err, code, "open %s", name);
	}
	(void)fchmod(fd, 0700);
	r = empty(dir, depth, err);
	if (r < 0)
		return r;
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_set(err, errno, "remove %s", name);
	return 0;
}

static int run(void *deed, struct err *err)
{
	_cleanup_(cleanup_close)
	int root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return root_fd < 0 ? err_set(err, errno, "open the directory")
			   : remove_dir(root_fd, deed, 0, err);
}

int rmtree(int parent_fd, const char *name, const struct id_maps *maps, struct err *err)
{
	struct err first = ERR_INIT;
	int r = remove_dir(parent_fd, name, 0, &first);

	if ((r == -EACCES || r == -EPERM) && maps && geteuid() != 0) {
		_cleanup_(cleanup_free)
		char *deed = xstrdup(name);
		const struct apart apart = {
			.maps = maps, .root_fd = parent_fd, .fd = -1, .run = run, .deed = deed};

		first = ERR_INIT;
		r = apart_run(&apart, &first);
	}
	if (r < 0 && err)
		*err = first;
	return r;
}
